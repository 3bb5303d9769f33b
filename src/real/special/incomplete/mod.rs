//! The incomplete gamma and beta functions and their densities.
//!
//! The digits of these functions are lost in factors such as xᵃ e⁻ˣ/Γ(a), the logarithm of which is a difference of large numbers. So every exponent
//! here is a sum of double-doubles, and rounded once, in the exponential.

mod beta;
mod gamma;
mod sums;
mod temme;

pub(super) use beta::{beta_density, beta_i};
pub(super) use gamma::{gamma_density, gamma_p, gamma_q};
