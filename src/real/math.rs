//! The elementary functions of `f64`, so that what stands behind them is chosen in one place.
//!
//! They are pure Rust, so the bits do not depend on the platform. `pxfm` rounds correctly on every point that was
//! looked at (4 million a function) and is not much slower than the system's library; where `libm` is within 1 ULP and
//! takes half the time or less, it is `libm`. The system's own `acosh` and `atanh` are off by up to 10⁵ ULP near the
//! edges, its `asinh` overflows beyond 9e307, and its `tanh` and `sinh` are off by 2 ULP.
//!
//! Our own are the exponential (`exp.rs`), the power and the logarithm of a sum (`ln.rs`), and the error function and its
//! complement (`erfc.rs`): `pxfm`'s power and its functions of errors take 4 to 12 times as long as the system's, and `libm`'s power loses up to
//! 608 ULP near x = 1.

use super::Real;

mod erfc;
pub(super) mod exp;
mod ln;

macro_rules! from {
    ($($f:ident($($x:ident),+) = $path:path;)*) => { $(
        #[inline(always)]
        pub(super) fn $f($($x: f64),+) -> f64 {
            $path($($x),+)
        } )*
    };
}

from! {
    exp(x) = exp::exp;
    exp2(x) = pxfm::f_exp2;
    expm1(x) = exp::expm1;
    ln(x) = pxfm::f_log;
    log2(x) = pxfm::f_log2;
    log10(x) = pxfm::f_log10;
    ln_1p(x) = ln::ln_1p;
    sqrt(x) = f64::sqrt;
    cbrt(x) = pxfm::f_cbrt;
    sin(x) = libm::sin;
    cos(x) = libm::cos;
    tan(x) = libm::tan;
    asin(x) = libm::asin;
    acos(x) = libm::acos;
    atan(x) = pxfm::f_atan;
    cosh(x) = pxfm::f_cosh;
    asinh(x) = pxfm::f_asinh;
    acosh(x) = pxfm::f_acosh;
    atanh(x) = pxfm::f_atanh;
    erf(x) = erfc::erf;
    erfc(x) = erfc::erfc;
    abs(x) = f64::abs;
    floor(x) = f64::floor;
    ceil(x) = f64::ceil;
    round(x) = f64::round;
    pow(x, y) = ln::pow;
    atan2(y, x) = pxfm::f_atan2;
    hypot(x, y) = libm::hypot;
}

/// `pxfm`'s loses the sign of −0.
#[inline(always)]
pub(super) fn sinh(x: f64) -> f64 {
    if x == 0.0 { x } else { pxfm::f_sinh(x) }
}

#[inline(always)]
pub(super) fn tanh(x: f64) -> f64 {
    tanh_and_rest(x).0
}

/// tanh x, and 1 − |tanh x| with all its digits: t / (t + 2) and 2 / (t + 2), where t = e²ᶻ − 1 and z = |x|. Within 2 ULP, and
/// as fast as the system's tanh alone.
///
/// A small t hides the errors of the quotient; beyond, the sum's rounding error is carried along.
#[inline(always)]
pub(crate) fn tanh_and_rest<R: Real>(x: R) -> (R, R) {
    let negative = x.less(0.0.into());
    let z = R::select(negative, -x, x);
    // from here on tanh is 1, and the rest 2 e⁻²ᶻ
    let end = R::from(22.0);
    let beyond = end.less(z);
    let t = (R::select(beyond, end, z) * 2.0).expm1();
    let sum = t + 2.0;
    let two = sum - t;
    let error = (-two + 2.0) + (t - (sum - two));
    let (q, rest) = (t / sum, R::from(2.0) / sum);
    let correction = error * 0.5 * rest;
    let half = t * 0.5;
    let a = R::select(t.less(1.0.into()), half - half * q, q - q * correction);
    let rest = R::select_lazy(beyond, || (z * -2.0).exp() * 2.0, || rest - rest * correction);
    (R::select(negative, -a, a), rest)
}

/// x + y as a rounded sum and its rounding error (Knuth).
#[inline(always)]
pub(crate) fn sum_and_error<R: Real>(x: R, y: R) -> [R; 2] {
    let s = x + y;
    let part = s - x;
    [s, (x - (s - part)) + (y - part)]
}

/// x · y as a rounded product and its rounding error (Dekker).
#[inline(always)]
pub(crate) fn product_and_error<R: Real>(x: R, y: R) -> [R; 2] {
    let halves = |x: R| {
        let c = x * 134217729.0;
        let high = c - (c - x);
        [high, x - high]
    };
    let (p, [a, b], [c, d]) = (x * y, halves(x), halves(y));
    [p, b * d - (p - a * c - b * c - a * d)]
}

/// y xʸ⁻¹ of a power a = xʸ, with the digits of its derivatives: (y / x) a, where that says it all.
pub(crate) fn power_slope<R: Real>(x: R, y: R, a: R) -> R {
    let [zero, one] = [0.0, 1.0].map(R::from);
    let power = || {
        // a rounded y − 1 alone would cost as many ULP as (y − 1) ln x is large
        let [less, lost] = sum_and_error(y, -one);
        let power = x.pow(less);
        // 0 and ∞ stay what they are, also for an infinite y
        let lost = R::select(power.equal(power + power), zero, lost);
        let slope = || y.mul_strong_zero(R::select_lazy(lost.equal(zero), || power, || power * x.pow(lost)));
        // at x = 0 and a y in (0, 1] the derivative by y is that of the power, which is −∞; that of the factor would be ∞
        let inside = R::select(one.less(y), one, R::select(zero.less(y), y, one));
        let edge = (x.abs() + (y - inside).abs()).equal(zero);
        R::select_lazy(edge, || less.mul_strong_zero(x.ln()).exp(), slope)
    };
    // near y = 1 the derivative of the quotient by x would be a difference of nearly equal numbers
    let near = (y - 1.25).abs().less_equal(0.75.into());
    // nor may a be subnormal, or the square of x
    let (m, n) = (x.abs(), a.abs());
    let smaller = R::select(m.less(n), m, n);
    let normal = R::from(1e-150).less_equal(smaller + (x + a) * 0.0);
    R::select_lazy(near, power, || R::select_lazy(normal, || y / x * a, power))
}

#[inline(always)]
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { 1f64.copysign(x) }
}

#[inline(always)]
pub(super) fn mul_strong_zero(adjoint: f64, slope: f64) -> f64 {
    if adjoint == 0.0 || slope == 0.0 { 0.0 } else { adjoint * slope }
}

#[cfg(test)]
pub(super) mod tests;
