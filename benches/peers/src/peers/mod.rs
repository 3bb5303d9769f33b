//! The crates: for each, how its numbers are written where crates differ, and how a program gets its gradient.

#![allow(clippy::assign_op_pattern)] // `reverse` has no += and *=

pub mod aad;
pub mod ad_trait;
pub mod easy_ml;
pub mod echidna;
pub mod num_dual;
pub mod reverse;
pub mod rustquant;

use std::f64::consts::FRAC_2_SQRT_PI;

/// erf′, for the crates that have no erf, but take a function and its derivative.
fn erf_slope(x: f64) -> f64 {
    FRAC_2_SQRT_PI * (-x * x).exp()
}
