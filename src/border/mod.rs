//! The traits of other crates for the numbers of this one, and what joins them: one file for each crate, each behind a feature of its name.

#[cfg(feature = "nalgebra")]
pub mod nalgebra;
#[cfg(feature = "ndarray")]
pub mod ndarray;
#[cfg(feature = "num-traits")]
pub mod num_traits;
