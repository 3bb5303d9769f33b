//! Sine and cosine on lanes, without a table.
//!
//! x = k π/2 + r with |r| ≤ π/4, by three parts of π/2 (Cody and Waite, "Software Manual for the Elementary Functions", 1980). The products of
//! a k up to 2²⁰ with the first two are exact, and r has a second part for what its rounding loses. The polynomials on [−π/4, π/4] are those of
//! FDLIBM (Sun Microsystems, 1993). Huge numbers, and those so near a multiple of π/2 that the parts of it have too few digits, go one by one.

use super::Wide;
use crate::real::{Real, Register, math, sum_and_error};

/// π/2 in three parts; the first two have 33 bits each (computed with 80 digits).
const HALF_PI: [f64; 3] = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];
/// Added to a smaller number it leaves the nearest integer in the last bits.
pub(super) const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;
/// The largest |x|: k stays below 2²⁰.
const LARGEST: f64 = 1.6e6;
/// The smallest |r|, unless r is x.
const NEAREST: f64 = 1.0 / (1u64 << 20) as f64;

/// sin r for the two parts of r.
#[inline(always)]
fn sin_of_part<R: Register>(r: Wide<R>, low: Wide<R>) -> Wide<R> {
    const S: [f64; 5] = [
        0.00833333333332249,
        -0.0001984126982985795,
        2.7557313707070068e-06,
        -2.5050760253406863e-08,
        1.58969099521155e-10,
    ];
    const S_1: f64 = -0.16666666666666632;
    let square = r * r;
    let cube = square * r;
    r - ((square * (low * 0.5 - cube * square.polynomial(S)) - low) - cube * S_1)
}

/// cos r for the two parts of r.
#[inline(always)]
fn cos_of_part<R: Register>(r: Wide<R>, low: Wide<R>) -> Wide<R> {
    const C: [f64; 6] = [
        0.0416666666666666,
        -0.001388888888887411,
        2.480158728947673e-05,
        -2.7557314351390663e-07,
        2.087572321298175e-09,
        -1.1359647557788195e-11,
    ];
    let square = r * r;
    let half = square * 0.5;
    let rest = -half + 1.0;
    rest + (((-rest + 1.0) - half) + (square * (square * square.polynomial(C)) - r * low))
}

/// sin(x + quarters π/2), in the lanes that are not ordinary by a function of one number.
#[inline(always)]
fn turned<R: Register>(x: Wide<R>, quarters: u64, one_by_one: impl Fn(f64) -> f64) -> Wide<R> {
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI.into(), SHIFT.into());
    let k = shifted - SHIFT;
    let minus_k = -k;
    let [most, lost] = sum_and_error(minus_k.mul_add(HALF_PI[0].into(), x), minus_k * HALF_PI[1]);
    let small = minus_k.mul_add(HALF_PI[2].into(), lost);
    let r = most + small;
    let low = (most - r) + small;

    let is_x = x.abs().less(0.5.into());
    let far_enough = Wide::select(is_x, 1.0.into(), r.abs());
    let ordinary = x.abs().less(LARGEST.into()).and(far_enough.is_between(NEAREST, 1.0));

    let quadrant = shifted.add_bits(f64::from_bits(quarters).into());
    let is_even = has_no(quadrant, 1);
    let turned = Wide::select(is_even, sin_of_part(r, low), cos_of_part(r, low));
    let signed = Wide::select(has_no(quadrant, 2), turned, -turned);
    signed.unless_all(ordinary, [x], |[x]| one_by_one(x))
}

/// Where a bit, of those that do not make a number of it larger than 2, is not set.
#[inline(always)]
pub(super) fn has_no<R: Register>(x: Wide<R>, bit: u64) -> <Wide<R> as Real>::Mask {
    let one = Wide::from(1.0);
    let alone = x.and(f64::from_bits(bit).into());
    alone.or(one).equal(one)
}

/// sin x.
#[inline(always)]
pub fn sin<R: Register>(x: Wide<R>) -> Wide<R> {
    // below it sin x rounds to x, and −0 keeps its sign
    let is_x = x.abs().less((1.0 / (1u64 << 27) as f64).into());
    Wide::select(is_x, x, turned(x, 0, math::sin))
}

/// cos x.
#[inline(always)]
pub fn cos<R: Register>(x: Wide<R>) -> Wide<R> {
    turned(x, 1, math::cos)
}
