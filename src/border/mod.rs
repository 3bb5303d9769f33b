//! Borders to other crates, one file for each, behind a feature of the crate's name: their traits for the numbers of this one, and what their solvers
//! ask of a function, which is done by a [`Routine`](crate::function::Routine).
//!
//! A solver's border takes an [`Objective`], which has a value, or [`Residuals`], which are a list: every routine that fits is one. Where a function is
//! NaN, or gives an error, the solver ends with a [`gprime::Error`](crate::Error) or does what it does where a function has no value; it never goes
//! on with a NaN.

mod objective;

pub use objective::{Objective, Outcome, Residuals};

#[cfg(feature = "argmin")]
pub mod argmin;
#[cfg(feature = "basin")]
pub mod basin;
#[cfg(feature = "linalg")]
pub mod faer;
#[cfg(feature = "levenberg-marquardt")]
pub mod levenberg_marquardt;
#[cfg(feature = "nalgebra")]
pub mod nalgebra;
#[cfg(feature = "ndarray")]
pub mod ndarray;
#[cfg(feature = "num-traits")]
pub mod num_traits;
#[cfg(feature = "nuts-rs")]
pub mod nuts_rs;
