#![deny(missing_docs)]
//! gprime
mod error;
pub mod op;
pub mod real;
pub use error::Error;
pub use real::{Dual, Lanes, Real};
