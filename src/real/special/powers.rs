//! Powers, factorials and constants in which nothing is lost: what the series of the special functions have in common.

use crate::real::DoubleDouble;

/// n!, exact up to 22!.
pub(super) fn factorial(n: u32) -> f64 {
    (2..=n).map(f64::from).product()
}

/// 1/x.
pub(super) fn inverse(x: DoubleDouble) -> DoubleDouble {
    DoubleDouble::from(1.0) / x
}

/// xⁿ, by squaring.
pub(super) fn power(x: DoubleDouble, mut n: u32) -> DoubleDouble {
    let (mut square, mut power) = (x, DoubleDouble::from(1.0));
    while n > 0 {
        if n & 1 == 1 {
            power *= square;
        }
        square *= square;
        n >>= 1;
    }
    power
}

/// A positive x as m 2ᵉ with 1 ≤ m < 2.
pub(super) fn mantissa_and_exponent(x: f64) -> (f64, i32) {
    let (x, shift) = if x < f64::MIN_POSITIVE { (x * (1u64 << 54) as f64, 54) } else { (x, 0) };
    let bits = x.to_bits();
    (f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52)), (bits >> 52) as i32 - 1023 - shift)
}

/// 2ᵏ for −1022 ≤ k ≤ 1023.
#[inline(always)]
pub(super) const fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((k + 1023) as u64) << 52)
}

/// y 2ᵏ with one rounding, for a y between 10⁻³⁰⁰ and 10³⁰⁰ in absolute value, or a y and a result that are not too small.
#[inline(always)]
pub(super) fn times_power_of_two(y: f64, k: i32) -> f64 {
    let k = k.clamp(-2040, 2040);
    y * power_of_two(k >> 1) * power_of_two(k - (k >> 1))
}

/// (s − 1)!/xˢ, x > 0, the power by mantissa and exponent.
pub(super) fn pole(s: u32, x: f64) -> f64 {
    let (m, e) = mantissa_and_exponent(x);
    times_power_of_two((inverse(power(m.into(), s)) * factorial(s - 1)).to_f64(), -e * s as i32)
}

/// (ln 2π)/2.
pub(super) const HALF_LN_TWO_PI: DoubleDouble = DoubleDouble { hi: 0.9189385332046728, lo: -3.8782941580672414e-17 };

/// B₂ₖ/(2k)!, k = 1 to 14 (Bernoulli numbers).
pub(super) const BERNOULLI: [f64; 14] = [
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
    3.534707039629467e-21,
    -8.953517427037546e-23,
];
