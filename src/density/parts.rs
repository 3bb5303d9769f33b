//! What several densities are made of: how the ends of their domains are chosen, and logarithms of powers over factorials in which nothing cancels.
//!
//! The logarithm of xᵏ e⁻ˣ / k! is a small difference of large numbers. Loader, "Fast and accurate computation of binomial probabilities" (2000),
//! writes it as −½ ln(2πk) − δ(k) − D, where δ is the rest of Stirling's formula and D ≥ 0 a deviance, whose digits are those of x − k. So a
//! product in x − k is taken with its rounding error. R computes these probabilities so as well.

use crate::function::Apply;
use crate::op::call::undefined;
use crate::op::{Losses, SpecialFunctions};
use crate::real::sum_and_error;
use std::f64::consts::TAU;

/// ½ ln 2π.
pub(super) const HALF_LN_TAU: f64 = 0.9189385332046728;

/// `value` where all of some parameters are positive, elsewhere NaN, of which each slope by an argument is NaN. O(n) for n parameters and arguments.
#[inline(always)]
pub(super) fn if_positive<R: Apply>(parameters: &[R], arguments: &[R], value: R) -> R {
    let [zero, one] = [0.0, 1.0].map(R::from);
    let all = parameters.iter().fold(one, |all, &parameter| R::select(zero.less(parameter), all, zero));
    R::select_lazy(zero.less(all), || value, || undefined(arguments))
}

/// −∞, with slopes 0, where a mask says that a number is outside of the support; elsewhere `value`.
#[inline(always)]
pub(super) fn unless<R: Apply>(outside: R::Mask, value: R) -> R {
    R::select(outside, f64::NEG_INFINITY.into(), value)
}

/// ln(1 + z²), which does not overflow.
#[inline(always)]
pub(super) fn ln_1p_square<R: Apply>(z: R) -> R {
    let m = z.abs();
    let far = || {
        let r = R::from(1.0) / z;
        (r * r).ln_1p() + m.ln() * 2.0
    };
    R::select_lazy(m.less(1.0.into()), || (z * z).ln_1p(), far)
}

/// The sum of the numbers, and what its rounding loses.
#[inline(always)]
pub(super) fn sum<R: Apply>(x: &[R]) -> [R; 2] {
    let (mut sum, mut lost) = (R::from(0.0), R::from(0.0));
    for &x in x {
        let [s, error] = sum_and_error(sum, x);
        (sum, lost) = (s, lost + error);
    }
    [sum, lost]
}

/// a b, and what its rounding loses, or 0 where that overflows.
#[inline(always)]
pub(super) fn product<R: Apply>(a: R, b: R) -> [R; 2] {
    let [p, lost] = a.product_and_error(b);
    [p, finite_or_0(lost)]
}

/// a/b, and what its rounding loses, or 0 where that overflows.
#[inline(always)]
pub(super) fn quotient<R: Apply>(a: R, b: R) -> [R; 2] {
    let q = a / b;
    let [p, lost] = q.product_and_error(b);
    [q, finite_or_0(((a - p) - lost) / b)]
}

#[inline(always)]
fn finite_or_0<R: Apply>(x: R) -> R {
    R::select(x.abs().less(f64::INFINITY.into()), x, 0.0.into())
}

/// k ln(x/k) − (x − k), which is Loader's −D, given the excess x − k with all its digits and how to get ln(x/k) where x is not near k.
#[inline(always)]
pub(super) fn deviance<R: Apply>(k: R, excess: R, log: impl FnOnce() -> R) -> R {
    let t = excess / k;
    R::select_lazy(t.abs().less(0.5.into()), || k * t.log1pmx(), || k * log() - excess)
}

/// (α − 1) ln x − x − ln Γ(α), the logarithm of the density of the gamma distribution with rate 1, at a number x and what its rounding lost.
#[inline(always)]
pub(super) fn gamma_kernel<R: Apply>(alpha: R, [x, low]: [R; 2]) -> R {
    let k = alpha - 1.0; // nothing is rounded for α ≥ 1
    let plain = || k.xlogy(x) - x - alpha.lgamma();
    let saddle = || deviance(k, (x - k) + low, || (x / k).ln()) - k.stirling_rest(0) - (k * TAU).ln() * 0.5;
    let value = R::select_lazy(alpha.less(2.0.into()), plain, saddle);
    R::select(x.equal(f64::INFINITY.into()), -x, value)
}
