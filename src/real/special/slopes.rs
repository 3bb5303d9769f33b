//! The slopes of ln(1 + x) − x and of the functions of the normal distribution, for any number, so that they have derivatives themselves.
//!
//! A textbook's form, such as √π/2 e^(a²) for the slope of a = erf⁻¹(x), loses digits by the rounding of a, and of a². In the tails the slopes are
//! made of scaled functions here, which hardly change with a; else what the rounding of an exponent or of a quotient leaves is carried along.

use super::list::Special;
use crate::real::Real;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// A number and what its rounding leaves.
type Pair = [f64; 2];

/// √π/2.
const HALF_SQRT_PI: Pair = [0.886226925452758, -3.8332932499128993e-17];
/// √(2π).
const SQRT_TAU: Pair = [2.5066282746310007, -1.8328579980459167e-16];
/// √(π/2).
const HALF_SQRT_TAU: Pair = [1.2533141373155003, -9.164289990229583e-17];
/// What the rounding of 1/√2 leaves.
const SQRT_HALF_REST: f64 = -4.833646656726457e-17;

/// (a + low) / (b + rest) with one rounding, or a / b if that is not finite.
pub(super) fn quotient<R: Real>([a, low]: [R; 2], [b, rest]: [R; 2]) -> R {
    let q = a / b;
    let [p, error] = q.product_and_error(b);
    let correction = (((a - p) - error) + (low - q * rest)) / b;
    R::select(q.abs().less(f64::INFINITY.into()), q + correction, q)
}

/// c e^(x + low) for a small low.
fn times_exp<R: Real>([c, c_rest]: Pair, x: R, low: R) -> R {
    let e = x.exp();
    let [p, error] = e.product_and_error(c.into());
    R::select(p.less(f64::INFINITY.into()), p + (error + (e * c_rest + p * low)), p)
}

/// The lesser of two numbers; NaN if the first is.
fn at_most<R: Real>(x: R, most: f64) -> R {
    R::select(R::from(most).less(x), most.into(), x)
}

/// Mills' ratio (1 − Φ(m))/φ(m) = √(π/2) f(m/√2), where f(h) = e^(h²) erfc(h), for an m in [0, 10⁵], as a number and a small rest.
///
/// What the rounding of h = m/√2 takes is given back by f′ = 2h f − 2/√π.
fn mills<R: Real>(m: R) -> [R; 2] {
    let [h, error] = m.product_and_error(FRAC_1_SQRT_2.into());
    let f = h.special(Special::Erfcx(0));
    let missing = (error + m * SQRT_HALF_REST) * (h * f * 2.0 - FRAC_2_SQRT_PI);
    let [p, error] = f.product_and_error(HALF_SQRT_TAU[0].into());
    [p, error + (f * HALF_SQRT_TAU[1] + missing * HALF_SQRT_TAU[0])]
}

/// The slope of ln(1 + x) − x, −x/(1 + x), for x ≥ 1 as 1/(1 + x) − 1, which has its limit and the digits of its derivatives.
pub(super) fn log1pmx<R: Real>(x: R) -> R {
    let sum = x + 1.0;
    R::select(x.less(1.0.into()), -x / sum, R::from(1.0) / sum - 1.0)
}

/// The slope of a = erf⁻¹(x), √π/2 e^(a²). In the tails e^(a²) is e^(a²) erfc(|a|) / (1 − |x|).
pub(super) fn erfinv<R: Real>(x: R, a: R) -> R {
    let [square, low] = a.product_and_error(a);
    let near = times_exp(HALF_SQRT_PI, square, low);
    // the quotient is not finite at the ends, where a is not either
    let f = at_most(a.abs(), 6.0).special(Special::Erfcx(0));
    let [p, error] = f.product_and_error(HALF_SQRT_PI[0].into());
    let m = x.abs();
    let far = quotient([p, error + f * HALF_SQRT_PI[1]], [-m + 1.0, 0.0.into()]);
    R::select(m.less(0.5.into()), near, far)
}

/// The slope of z = Φ⁻¹(p), √(2π) e^(z²/2) = 1/φ(z). In the tails it is Mills' ratio over p, or 1 − p for p.
pub(super) fn quantile<R: Real>(p: R, z: R) -> R {
    let [half_square, low] = (z * 0.5).product_and_error(z);
    let near = times_exp(SQRT_TAU, half_square, low);
    let tail = R::select(p.less(0.5.into()), p.abs(), -p + 1.0);
    // the quotient is not finite at the ends, where z is not either
    let [m, rest] = mills(at_most(z.abs(), 40.0));
    // of a tiny tail the derivative by p leaves the numbers, which would make NaN of the corrections', so that these are constants
    let ratio = (at_most(z.abs(), 40.0) * FRAC_1_SQRT_2).special(Special::Erfcx(0)) * HALF_SQRT_TAU[0];
    // it is −∞ here, and that of the ratio would be ∞
    let ratio = R::select(tail.less(1e-156.into()), ratio.detach(), ratio);
    let plain = ratio / tail;
    let tiny = plain + ((m + rest) / tail - plain).detach();
    let far = R::select(tail.less(1e-140.into()), tiny, quotient([m, rest], [tail, 0.0.into()]));
    let is_near = R::from(0.25).less(tail);
    R::select(is_near, near, R::select(far.less(f64::INFINITY.into()), far, near))
}

/// φ(m) = e^(−m²/2)/√(2π) for an m ≥ 0, as a number and a small rest, to be multiplied by a factor, which is below 1 where φ(m) may be subnormal.
fn density_in_parts<R: Real>(m: R) -> ([R; 2], R) {
    /// Added to a smaller number and taken away it leaves a multiple of 2⁻²⁰.
    const SHIFT: f64 = 1.5 * (1u64 << 32) as f64;
    /// 1/√(2π).
    const NEAR: Pair = [0.3989422804014327, -2.49232720227773e-17];
    /// 2⁶⁴ e⁻⁶⁴/√(2π).
    const FAR: Pair = [1.180274288772799e-09, 2.355572842954005e-26];
    // from here on it is 0; a NaN stays one
    let m = at_most(m, 40.0);
    let far = R::from(36.0).less(m);
    let either = |far_one: f64, near: f64| R::select(far, far_one.into(), near.into());
    // m² = leading² + (m − leading) (m + leading), where the first is exact
    let leading = m + SHIFT - SHIFT;
    let low = (m - leading) * (m + leading) * -0.5;
    // e^low − 1, where |low| < 2 · 10⁻⁵
    let factor = low + low * low * (low * (1.0 / 6.0) + 0.5);
    let e = (either(64.0, 0.0) - leading * leading * 0.5).exp();
    let [p, error] = e.product_and_error(either(FAR[0], NEAR[0]));
    ([p, error + (e * either(FAR[1], NEAR[1]) + p * factor)], either(2f64.powi(-64), 1.0))
}

/// The slope of Φ(x), the density φ(x).
pub(super) fn density<R: Real>(x: R) -> R {
    let ([p, rest], factor) = density_in_parts(x.abs());
    (p + rest) * factor
}

/// The slope of ln Φ(x): one over Mills' ratio at −x, for x ≥ 0 φ(x)/Φ(x), and −x − 1/x far to the left.
pub(super) fn log_cdf<R: Real>(x: R) -> R {
    const FAR_LEFT: f64 = -1e5;
    let zero = R::from(0.0);
    let is_left = x.less(zero);
    let left = quotient([1.0.into(), zero], mills(at_most(R::select(is_left, -x, zero), -FAR_LEFT)));
    let (p, factor) = density_in_parts(x.abs());
    let right = R::select(is_left, zero, x).special(Special::NormalCdf);
    let right = quotient(p, [right, zero]) * factor;
    R::select(x.less(FAR_LEFT.into()), -x - R::from(1.0) / x, R::select(is_left, left, right))
}
