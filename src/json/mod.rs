//! Numbers and short texts in JSON: what every account that can be written and read has for its fields.
//!
//! This part uses nothing of the crate. `number.rs` is the number with words for those that JSON has none for; `serial.rs`, with the feature
//! `serde`, is how fields of an account are written and read.

mod number;
#[cfg(feature = "serde")]
pub(crate) mod serial;

pub use number::Number;
pub(crate) use number::shortest;
