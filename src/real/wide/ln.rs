//! The logarithm on lanes, without a table.
//!
//! x = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2, and ln(1 + f) = f − s (f − R(s²)), where s = f / (2 + f) and R(s²) = 2 artanh(s)/s − 2. This form is
//! that of FDLIBM's logarithm (Sun Microsystems, 1993). The coefficients of R(z)/z are those of the polynomial of degree 6 that has the least
//! error of R (computed with 60 digits by Remez's exchange), 2⁻⁵⁷. What the rounding of k ln 2 + f loses is carried along.

use super::Wide;
use super::exp::{BIAS, LN_2, power};
use crate::real::{Real, Register, math};

const TERMS: [f64; 7] = [
    0.6666666666666734,
    0.3999999999941466,
    0.28571428742392335,
    0.22222198572721413,
    0.18183564348887232,
    0.15314050000963025,
    0.14795954945541104,
];

/// Added to the bits of a number it makes its exponent that of 2ᵏ, k + 1023, since 1 + f is not below √½.
const CARRY: u64 = 1f64.to_bits() - std::f64::consts::FRAC_1_SQRT_2.to_bits();

/// Numbers with k + 1023 as their last bits, and 1 + f, of positive normal numbers.
#[inline(always)]
pub(super) fn split<R: Register>(x: Wide<R>) -> [Wide<R>; 2] {
    let (carry, one) = (Wide::from(f64::from_bits(CARRY)), Wide::from(1.0));
    let exponent = x.add_bits(carry).exponent_bits();
    let mantissa = x.sub_bits(power(exponent));
    let mantissa = mantissa.add_bits(one);
    [exponent, mantissa]
}

/// The k of numbers with k + 1023 as their last bits.
#[inline(always)]
pub(super) fn numbers<R: Register>(exponents: Wide<R>) -> Wide<R> {
    /// Its last bits are units.
    const UNITS: f64 = (1u64 << 52) as f64;
    exponents.or(UNITS.into()) - (UNITS + BIAS as f64)
}

/// k ln 2 + ln(1 + f + low), where `low` is small beside f.
#[inline(always)]
fn sum<R: Register>(k: Wide<R>, f: Wide<R>, low: Wide<R>) -> Wide<R> {
    let s = f / (f + 2.0);
    let z = s * s;
    let less = s * (f - z * z.polynomial(TERMS));
    let base = k * LN_2[0];
    let high = base + f;
    let lost = (base - high) + f;
    high + (((k * LN_2[1] + low) + lost) - less)
}

/// ln x.
#[inline(always)]
pub fn ln<R: Register>(x: Wide<R>) -> Wide<R> {
    let ordinary = x.is_between(f64::MIN_POSITIVE, f64::MAX);
    let [exponent, mantissa] = split(x);
    let y = sum(numbers(exponent), mantissa - 1.0, 0.0.into());
    y.unless_all(ordinary, [x], |[x]| math::ln(x))
}

/// ln(1 + x).
#[inline(always)]
pub fn ln_1p<R: Register>(x: Wide<R>) -> Wide<R> {
    // the least number above −1, and one below the end that keeps the scale normal
    let ordinary = x.is_between(f64::EPSILON / 2.0 - 1.0, 1e300);
    let one = Wide::from(1.0);
    let total = x + one;
    // what the rounding of the sum lost
    let below = x.less(one);
    let (larger, smaller) = (Wide::select(below, one, x), Wide::select(below, x, one));
    let lost = smaller - (total - larger);
    let [exponent, mantissa] = split(total);
    // 2⁻ᵏ
    let double_bias = Wide::from(f64::from_bits(2 * BIAS));
    let scale = power(double_bias.sub_bits(exponent));
    let lost = lost * scale;
    let high = mantissa - one;
    let f = high + lost;
    let y = sum(numbers(exponent), f, (high - f) + lost);
    // −0 keeps its sign
    y.copysign(x).unless_all(ordinary, [x], |[x]| math::ln_1p(x))
}
