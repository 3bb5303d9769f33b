//! The numbers a lean tape can be made of.

use crate::op::Apply;
use crate::real::{Dual, Real};
use std::fmt::Debug;

/// A number that the lean tape can keep as a slope: one whose comparisons are plain `bool`s.
///
/// `f64`, [`Dual`] over a scalar, and a variable of another lean tape are scalars; that is how modes nest.
pub trait Scalar: Apply + Real<Mask = bool> + PartialOrd + Debug {
    /// Whether every component is exactly 0.
    fn is_zero(&self) -> bool;

    /// Whether some component is NaN.
    fn has_nan(&self) -> bool;

    /// The product of two slopes in a row, or `None` where it is not a normal number and the two must stay apart:
    /// multiplied too early, 10²⁰⁰ · 10²⁰⁰ is ∞ even if an adjoint of 10⁻³⁰⁰ follows.
    fn fold(self, inner: Self) -> Option<Self>;
}

impl Scalar for f64 {
    #[inline(always)]
    fn is_zero(&self) -> bool {
        *self == 0.0
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.is_nan()
    }
    #[inline(always)]
    fn fold(self, inner: f64) -> Option<f64> {
        let product = self * inner;
        // a slope of ±1, most often a constant of the rule, changes nothing
        if is_normal(product) || self.abs() == 1.0 { Some(product) } else { fold_zero(self, inner) }
    }
}

/// `f64::is_normal` in one comparison: the exponent is neither the lowest nor the highest.
#[inline(always)]
fn is_normal(x: f64) -> bool {
    const LOWEST: u64 = 1 << 53;
    (x.to_bits() << 1).wrapping_sub(LOWEST) < (u64::MAX << 53) - LOWEST
}

/// A product that is not normal: exactly 0 if a factor is 0.
#[cold]
fn fold_zero(outer: f64, inner: f64) -> Option<f64> {
    let zero = outer == 0.0 && !inner.is_nan() || inner == 0.0 && !outer.is_nan();
    zero.then_some(0.0)
}

impl<S: Scalar> Scalar for Dual<S> {
    fn is_zero(&self) -> bool {
        self.primal.is_zero() && self.tangent.is_zero()
    }
    fn has_nan(&self) -> bool {
        self.primal.has_nan() || self.tangent.has_nan()
    }
    fn fold(self, inner: Self) -> Option<Self> {
        Some(Dual::new(
            self.primal.fold(inner.primal)?,
            self.tangent.fold(inner.primal)? + self.primal.fold(inner.tangent)?,
        ))
    }
}
