//! The functions of a [`DoubleDouble`]: their relative error is small also near their zeros, which decides the formulas.

use super::super::math as float;
use super::DoubleDouble;
use std::f64::consts::{self, FRAC_1_SQRT_2};

// These constants and the others here were computed with mpmath to 180 digits; the first part is the standard library's.
const LOG2_E: DoubleDouble = DoubleDouble { hi: consts::LOG2_E, lo: 2.0355273740931033e-17 };
const LOG10_E: DoubleDouble = DoubleDouble { hi: consts::LOG10_E, lo: 1.098319650216765e-17 };
const LN_2_PARTS: [f64; 3] = [consts::LN_2, 2.3190468138462996e-17, 5.707708438416212e-34];
const LN_2: DoubleDouble = DoubleDouble { hi: LN_2_PARTS[0], lo: LN_2_PARTS[1] };
const FRAC_PI_2_PARTS: [f64; 4] =
    [consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33, 5.562271104316826e-50];

/// x − n c for a constant c in parts (Cody and Waite): each part times n is exact, so that the difference may be small.
fn minus_multiple(x: DoubleDouble, n: f64, parts: &[f64]) -> DoubleDouble {
    parts.iter().fold(x, |x, &part| x - DoubleDouble::from(part) * n)
}

/// Up to here a function with f(0) = 0 and f′(0) = 1 and a bounded second derivative is the identity to 2⁻¹²⁰. It keeps
/// the sign of a zero and the bits of a subnormal number, which some of the formulas lose.
const TINY: f64 = 1.0 / (1u128 << 120) as f64;

fn is_tiny(x: DoubleDouble) -> bool {
    x.hi.abs() < TINY
}

/// The k with 2ᵏ⁻¹ ≤ |x| < 2ᵏ; 0 for a zero.
fn exponent(x: f64) -> i32 {
    libm::frexp(x).1
}

/// Σₙ zⁿ / (ρ₁ ρ₂ … ρₙ) up to n = `terms`, by Horner's rule.
pub(super) fn series(z: DoubleDouble, terms: u32, rho: impl Fn(f64) -> f64) -> DoubleDouble {
    (1..=terms).rev().fold(DoubleDouble::from(1.0), |t, n| t * z / rho(f64::from(n)) + 1.0)
}

// Exponentials

/// eˣ − 1 for |x| ≤ ½ ln 2 and a little more: the series at x/2⁹, squared 9 times as (1 + a)² − 1 = 2a + a².
fn expm1_reduced(x: DoubleDouble) -> DoubleDouble {
    const SQUARINGS: u32 = 9;
    let x = x / f64::from(1 << SQUARINGS);
    let a = x * series(x, 9, |n| n + 1.0);
    (0..SQUARINGS).fold(a, |a, _| a * 2.0 + a * a)
}

/// eˣ × 2ᵏ for a small k, without an overflow in between.
fn exp_scaled(x: DoubleDouble, k: i32) -> DoubleDouble {
    if x.hi.abs() < 1000.0 {
        let n = (x.hi * consts::LOG2_E).round();
        (expm1_reduced(minus_multiple(x, n, &LN_2_PARTS)) + 1.0).scaled(n as i32 + k)
    } else {
        // 0, infinite or NaN
        float::exp(x.hi).into()
    }
}

pub(super) fn exp(x: DoubleDouble) -> DoubleDouble {
    exp_scaled(x, 0)
}

pub(super) fn exp2(x: DoubleDouble) -> DoubleDouble {
    let n = x.hi.round();
    if n.abs() < 1100.0 { (expm1_reduced((x - n) * LN_2) + 1.0).scaled(n as i32) } else { float::exp2(x.hi).into() }
}

pub(super) fn expm1(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        x
    } else if x.hi.abs() < 0.34 {
        expm1_reduced(x)
    } else {
        exp(x) - 1.0
    }
}

pub(super) fn sinh(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        return x;
    }
    let z = abs(x);
    let a = if z.hi < 1.0 {
        let e = expm1(z);
        (e + e / (e + 1.0)) * 0.5
    } else {
        exp_scaled(z, -1) - exp_scaled(-z, -1)
    };
    a.copysign(x.hi)
}

pub(super) fn cosh(x: DoubleDouble) -> DoubleDouble {
    exp_scaled(x, -1) + exp_scaled(-x, -1)
}

pub(super) fn tanh(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        return x;
    }
    let e = expm1(abs(x) * -2.0);
    (-e / (e + 2.0)).copysign(x.hi)
}

// Logarithms

/// ln(1 + x) for x from −0.3 to 0.42, by one Newton step: with y near it, (1 + x) e⁻ʸ = 1 + d, and y + ln(1 + d).
/// The differences below are of numbers near y, not near 1, so that nothing is lost near 0.
fn ln_1p_reduced(x: DoubleDouble) -> DoubleDouble {
    let y = DoubleDouble::from(float::ln_1p(x.hi));
    let e = expm1_reduced(-y);
    let d = x + e + x * e;
    y + (d - d * d * 0.5)
}

/// k and ln m of x = 2ᵏ m with m between √½ and √2, so that the sum of k ln 2 and ln m does not cancel;
/// none where the logarithm is not finite.
fn binary_logarithm(x: DoubleDouble) -> Option<(f64, DoubleDouble)> {
    if !(x.hi > 0.0 && x.is_finite()) {
        return None;
    }
    let k = exponent(x.hi);
    let m = x.scaled(-k);
    let (k, m) = if m.hi < FRAC_1_SQRT_2 { (k - 1, m * 2.0) } else { (k, m) };
    Some((f64::from(k), ln_1p_reduced(m - 1.0)))
}

pub(super) fn ln(x: DoubleDouble) -> DoubleDouble {
    binary_logarithm(x).map_or_else(|| float::ln(x.hi).into(), |(k, ln_m)| LN_2 * k + ln_m)
}

pub(super) fn log2(x: DoubleDouble) -> DoubleDouble {
    binary_logarithm(x).map_or_else(|| float::log2(x.hi).into(), |(k, ln_m)| LOG2_E * ln_m + k)
}

pub(super) fn log10(x: DoubleDouble) -> DoubleDouble {
    ln(x) * LOG10_E
}

pub(super) fn ln_1p(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        x
    } else if x.hi.abs() < 0.25 {
        ln_1p_reduced(x)
    } else {
        ln(x + 1.0)
    }
}

/// From here on √(x² ± 1) is |x| for all digits.
const LARGE: f64 = 1e20;

pub(super) fn asinh(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        return x;
    }
    let z = abs(x);
    let a = if z.hi > LARGE {
        ln(z) + LN_2
    } else {
        let square = z * z;
        ln_1p(z + square / (sqrt(square + 1.0) + 1.0))
    };
    a.copysign(x.hi)
}

pub(super) fn acosh(x: DoubleDouble) -> DoubleDouble {
    if x.hi < 1.0 {
        f64::NAN.into()
    } else if x.hi > LARGE {
        ln(x) + LN_2
    } else {
        let z = x - 1.0;
        ln_1p(z + sqrt(z * (z + 2.0)))
    }
}

pub(super) fn atanh(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        return x;
    }
    let z = abs(x);
    (ln_1p(z * 2.0 / (-z + 1.0)) * 0.5).copysign(x.hi)
}

// Roots and powers

/// One Newton step for a number that is neither large nor small (Lefèvre, Louvet, Muller, Picot and Rideau, "Accurate
/// calculation of Euclidean norms using double-word arithmetic", 2023).
pub(super) fn sqrt(x: DoubleDouble) -> DoubleDouble {
    if !(x.hi > 0.0 && x.is_finite()) {
        return x.hi.sqrt().into();
    }
    let k = exponent(x.hi) / 2;
    let x = x.scaled(-2 * k);
    let root = DoubleDouble::from(x.hi.sqrt());
    DoubleDouble::ordered(root.hi, (x - root * root).hi / (2.0 * root.hi)).scaled(k)
}

/// As [`sqrt`].
pub(super) fn cbrt(x: DoubleDouble) -> DoubleDouble {
    if x.hi == 0.0 || !x.is_finite() {
        return x;
    }
    let k = exponent(x.hi) / 3;
    let x = x.scaled(-3 * k);
    let root = DoubleDouble::from(float::cbrt(x.hi));
    let square = root * root;
    (root + (x - square * root) / (square * 3.0)).scaled(k)
}

pub(super) fn hypot(x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    if !(x.is_finite() && y.is_finite()) {
        return float::hypot(x.hi, y.hi).into();
    }
    let k = common_exponent(x, y);
    let (x, y) = (x.scaled(-k), y.scaled(-k));
    sqrt(x * x + y * y).scaled(k)
}

/// The exponent of the larger one.
fn common_exponent(x: DoubleDouble, y: DoubleDouble) -> i32 {
    exponent(x.hi.abs().max(y.hi.abs()))
}

pub(super) fn pow(x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let one = DoubleDouble::from(1.0);
    if x == one || y.hi == 0.0 {
        return one;
    }
    if x.hi == 0.0 || !x.is_finite() || !y.is_finite() {
        return float::pow(x.hi, y.hi).into();
    }
    let magnitude = exp(y * ln(abs(x)));
    if x.hi > 0.0 {
        magnitude
    } else if floor(y) != y {
        f64::NAN.into()
    } else if floor(y * 0.5) == y * 0.5 {
        magnitude
    } else {
        -magnitude
    }
}

// Sine, cosine, and angles

/// The four parts are enough up to 10⁹, however close x is to a multiple of π/2. Beyond, the functions of `f64`.
fn sin_cos(x: DoubleDouble) -> (DoubleDouble, DoubleDouble) {
    if x.hi.abs() > 1e9 || x.hi.is_nan() {
        return (float::sin(x.hi).into(), float::cos(x.hi).into());
    }
    let quarters = (x.hi * consts::FRAC_2_PI).round();
    let x = minus_multiple(x, quarters, &FRAC_PI_2_PARTS);
    let z = -(x * x);
    let sin = x * series(z, 14, |n| 2.0 * n * (2.0 * n + 1.0));
    let cos = series(z, 14, |n| 2.0 * n * (2.0 * n - 1.0));
    match quarters.rem_euclid(4.0) as u8 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

pub(super) fn sin(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) { x } else { sin_cos(x).0 }
}

pub(super) fn cos(x: DoubleDouble) -> DoubleDouble {
    sin_cos(x).1
}

pub(super) fn tan(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) {
        return x;
    }
    let (sin, cos) = sin_cos(x);
    sin / cos
}

pub(super) fn asin(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) { x } else { atan2(x, cosine(x)) }
}

pub(super) fn acos(x: DoubleDouble) -> DoubleDouble {
    atan2(cosine(x), x)
}

/// √(1 − x²).
fn cosine(x: DoubleDouble) -> DoubleDouble {
    sqrt((-x + 1.0) * (x + 1.0))
}

pub(super) fn atan(x: DoubleDouble) -> DoubleDouble {
    if is_tiny(x) { x } else { atan2(x, 1.0.into()) }
}

/// The angle of `f64`, and the small angle that is left once the point is turned back by it.
pub(super) fn atan2(y: DoubleDouble, x: DoubleDouble) -> DoubleDouble {
    let (y, x) = finite_direction(y, x);
    let angle = float::atan2(y.hi, x.hi);
    if angle.abs() < TINY {
        return y / x;
    }
    let (sin, cos) = sin_cos(angle.into());
    (y * cos - x * sin) / (x * cos + y * sin) + angle
}

/// A point in the same direction as seen by atan2, far from overflow and so large that a small coordinate keeps its
/// digits: infinities are larger than all else, and an origin lies on the axis that the sign of its x tells.
fn finite_direction(y: DoubleDouble, x: DoubleDouble) -> (DoubleDouble, DoubleDouble) {
    let infinite = |z: DoubleDouble| z.hi.is_infinite();
    if x.hi.is_nan() || y.hi.is_nan() {
        (f64::NAN.into(), f64::NAN.into())
    } else if infinite(x) || infinite(y) {
        let shrink = |z: DoubleDouble| DoubleDouble::from(f64::from(u8::from(infinite(z)))).copysign(z.hi);
        (shrink(y), shrink(x))
    } else if x.hi == 0.0 && y.hi == 0.0 {
        (y, DoubleDouble::from(1.0).copysign(x.hi))
    } else {
        let k = 1000 - common_exponent(x, y);
        (y.scaled(k), x.scaled(k))
    }
}

// Steps

pub(super) fn abs(x: DoubleDouble) -> DoubleDouble {
    x.copysign(1.0)
}

pub(super) fn sign(x: DoubleDouble) -> DoubleDouble {
    float::sign(x.hi).into()
}

pub(super) fn floor(x: DoubleDouble) -> DoubleDouble {
    let hi = x.hi.floor();
    DoubleDouble::ordered(hi, if hi == x.hi { x.lo.floor() } else { 0.0 })
}

pub(super) fn ceil(x: DoubleDouble) -> DoubleDouble {
    -floor(-x)
}

pub(super) fn round(x: DoubleDouble) -> DoubleDouble {
    floor(abs(x) + 0.5).copysign(x.hi)
}

// Derivatives

pub(super) fn mul_strong_zero(adjoint: DoubleDouble, slope: DoubleDouble) -> DoubleDouble {
    if adjoint.hi == 0.0 || slope.hi == 0.0 { 0.0.into() } else { adjoint * slope }
}
