//! The power on lanes, without a table.
//!
//! xʸ = e^(y ln x), with ln x to some 2⁻⁶⁵ of itself in two parts: x = 2ᵏ (1 + f) with √½ ≤ 1 + f < √2, s = f / (2 + f) and ln(1 + f) = 2 artanh s
//! = 2s + s (⅔ z + z² p(z)) for z = s². The first two terms are computed in two parts. The coefficients of p are those of the polynomial of
//! degree 7 through its values at the Chebyshev nodes of the interval (computed with 60 digits); its error is 2⁻⁵³·⁷ of it. An argument or a power
//! at the ends of the numbers goes one by one.

use super::Wide;
use super::exp::{LN_2, Parts};
use super::ln::{numbers, split};
use super::sin::{SHIFT, has_no};
use crate::real::{Real, Register, math, sum_and_error};

/// ⅔ in two parts.
const TWO_THIRDS: [f64; 2] = [0.6666666666666666, 3.700743415417188e-17];
const P: [f64; 8] = [
    0.4,
    0.28571428571429364,
    0.22222222221655885,
    0.18181818335392802,
    0.1538459496251843,
    0.1333480469384731,
    0.11706236339491206,
    0.11723178623876518,
];

/// ln x of positive normal numbers in two parts.
#[inline(always)]
fn ln_in_two_parts<R: Register>(x: Wide<R>) -> [Wide<R>; 2] {
    let [exponent, mantissa] = split(x);
    let (k, f) = (numbers(exponent), mantissa - 1.0);
    let [d, d_low] = sum_and_error(mantissa, 1.0.into());
    let inverse = Wide::from(1.0) / d;
    let s = f * inverse;
    let s_low = (s.residual(d, f) - s * d_low) * inverse;

    let [z, z_error] = s.exact_product(s);
    let z_low = z_error + s * s_low * 2.0;
    let [t, t_error] = z.exact_product(TWO_THIRDS[0].into());
    let t_low = t_error + (z * TWO_THIRDS[1] + z_low * TWO_THIRDS[0]);
    let rest = z * z * z.polynomial(P);
    let series = t + rest;
    let series_low = ((t - series) + rest) + t_low;
    let [v, v_error] = s.exact_product(series);
    let v_low = v_error + (s * series_low + s_low * series);

    // each number is 0 or larger than the next one
    let (base, twice) = (k * LN_2[0], s * 2.0);
    let sum = base + twice;
    let sum_lost = (base - sum) + twice;
    let most = sum + v;
    let most_lost = (sum - most) + v;
    let small = (sum_lost + most_lost) + ((s_low * 2.0 + v_low) + k * LN_2[1]);
    let ln = most + small;
    [ln, (most - ln) + small]
}

/// The power with the sign that (−1)ʸ has where x is negative, for |y| < 2⁵¹; NaN if y is no integer there.
#[inline(always)]
fn signed<R: Register>(power: Wide<R>, x: Wide<R>, y: Wide<R>) -> Wide<R> {
    let shifted = y + SHIFT;
    let of_integer = Wide::select(has_no(shifted, 1), power, -power);
    let of_negative = Wide::select((shifted - SHIFT).equal(y), of_integer, f64::NAN.into());
    Wide::select(x.less(0.0.into()), of_negative, power)
}

/// xʸ.
#[inline(always)]
pub fn pow<R: Register>(x: Wide<R>, y: Wide<R>) -> Wide<R> {
    /// Beyond it the power is no normal number.
    const LARGEST: f64 = 708.0;
    let m = x.abs();
    let [ln, ln_low] = ln_in_two_parts(m);
    let [product, error] = y.exact_product(ln);
    let parts = Parts::of_sum(product, error + y * ln_low);
    let [e, e_low] = parts.exp();
    let power = signed(parts.scale(e + e_low), x, y);
    let ordinary = m
        .is_between(f64::MIN_POSITIVE, f64::MAX)
        .and(y.abs().is_between(0.0, (1u64 << 51) as f64 - 1.0))
        .and(product.abs().is_between(0.0, LARGEST));
    power.unless_all(ordinary, [x, y], |[x, y]| math::pow(x, y))
}
