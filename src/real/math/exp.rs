//! The exponential, the one function that most activations and half of all tapes wait for.
//!
//! It is ours for two reasons. `pxfm`'s is wrong on 1 in 25 000 arguments with a subnormal result (0.1.30: exp(−708.98) is
//! 2.6e-309 instead of 1.2e-308), and no library's can be inlined: here a value and its slope share what they have in common,
//! and the latency is half.
//!
//! eˣ = 2^(k/128) eʳ with |r| ≤ ln 2 / 256: a table of powers of 2 and six terms of the series. This is Tang's method
//! ("Table-driven implementation of the exponential function in IEEE floating-point arithmetic", 1989); the error is
//! below 0.52 ULP, for eˣ − 1 below 1.6.

use crate::real::{Real, exact};

/// 2^(i/128), rounded, and how much the exact number is greater, relatively.
type Power = (f64, f64);

const STEPS: usize = 128;
static POWERS: [Power; STEPS] = powers();

/// The powers of 2^(1/128), which is given to 106 bits (computed with 80 digits); the last has an error of 2⁻⁹⁷.
const fn powers() -> [Power; STEPS] {
    const BASE: (f64, f64) = (1.0054299011128027, 9.499186535455032e-17);
    let mut powers = [(1.0, 0.0); STEPS];
    let (mut hi, mut lo) = (1.0, 0.0);
    let mut i = 1;
    while i < STEPS {
        (hi, lo) = exact::product_of_pairs((hi, lo), BASE);
        powers[i] = (hi, lo / hi);
        i += 1;
    }
    powers
}

/// 1.5 · 2⁵². Added to a smaller number it leaves the nearest integer in the last bits.
const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;

/// For z = x + low with |low| < 0.01, which costs no digits, and the k nearest to x · 128 / ln 2 the power 2^((k mod 128)/128), and the factor eᶻ / 2^(k/128) − 1,
/// which includes what the rounded power leaves. The power, and what the exact one is greater, is looked up by k + [`SHIFT`].
#[inline(always)]
fn parts<R: Real>(x: R, low: R, look_up: impl FnOnce(R) -> (R, R)) -> (R, R) {
    const PER_STEP: f64 = 184.6649652337873;
    // ln 2 / 128 in two parts: the first has 34 bits, so that k times it is exact
    const STEP: (f64, f64) = (0.005415212347998022, 1.2655086083325438e-13);
    let shifted = x * PER_STEP + SHIFT;
    let steps = shifted - SHIFT;
    // exact, and what is missing of it
    let (most, rest) = (x - steps * STEP.0, low - steps * STEP.1);
    let (power, tail) = look_up(shifted);
    let r = most + rest;
    let square = r * r;
    let first = square * (r * (1.0 / 6.0) + 0.5);
    let others = square * square * ((r * (1.0 / 120.0) + 1.0 / 24.0) + square * (1.0 / 720.0));
    (power, most + (first + (others + (rest + tail))))
}

/// 2^((k mod 128)/128), and what the exact number is greater, relatively.
#[inline(always)]
fn power(shifted: f64) -> Power {
    POWERS[shifted.to_bits() as usize % STEPS]
}

/// 2^(k/128), which is normal, and what the exact number is greater, relatively.
#[inline(always)]
pub(crate) fn scaled_power(shifted: f64) -> Power {
    let (power, tail) = power(shifted);
    (scale(power, (shifted.to_bits() >> 7) as i32), tail)
}

/// x × 2ⁿ for an x in [1, 2) and a result that is normal.
#[inline(always)]
fn scale(x: f64, n: i32) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add((n as u64) << 52))
}

/// For an |x| below it eˣ rounds to 1.
pub(crate) const SMALLEST: f64 = 1.0 / (1u64 << 54) as f64;
/// From this |x| on eˣ, or a product on the way with all its digits, may leave the normal numbers.
pub(crate) const LARGEST: f64 = 700.0;

/// Nothing, as the second part of an argument that has one alone.
const NOTHING: f64 = -0.0;

/// Whether eˣ neither rounds to 1 nor comes close to the ends of the normal numbers.
#[inline(always)]
fn is_ordinary(x: f64) -> bool {
    x.abs().to_bits().wrapping_sub(SMALLEST.to_bits()) < LARGEST.to_bits() - SMALLEST.to_bits()
}

#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    exp_of_sum(x, NOTHING)
}

/// e^(x + low), where |low| is below 10⁻⁴ |x| and 0.01, or nothing.
#[inline(always)]
pub(super) fn exp_of_sum(x: f64, low: f64) -> f64 {
    if is_ordinary(x) {
        let (power, factor) = ordinary_parts(x, low);
        power + power * factor
    } else {
        exp_at_the_edge(x, low)
    }
}

#[inline(always)]
pub(crate) fn ordinary_exp<R: Real>(x: R, look_up: impl FnOnce(R) -> (R, R)) -> R {
    let (power, factor) = parts(x, NOTHING.into(), look_up);
    power + power * factor
}

/// A power of 2 and the factor e^(x + low) / power − 1, for an x that is ordinary, or 0, and a |low| below 0.01.
#[inline(always)]
pub(super) fn ordinary_parts(x: f64, low: f64) -> (f64, f64) {
    parts(x, low, scaled_power)
}

#[cold]
#[inline(never)]
pub(super) fn exp_at_the_edge(x: f64, low: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x.abs() < 1.0 {
        1.0 + x
    } else if x > 710.0 {
        f64::INFINITY
    } else if x < -746.0 {
        0.0
    } else {
        let (power, factor, n) = scaled_parts(x, low);
        let half = n >> 1;
        (power + power * factor) * scale(1.0, half) * scale(1.0, n - half)
    }
}

/// A power in [1, 2), a factor and an integer n such that e^(x + low) = power (1 + factor) 2ⁿ, for |x| < 10⁶ and |low| < 0.01.
#[inline(always)]
pub(crate) fn scaled_parts(x: f64, low: f64) -> (f64, f64, i32) {
    let mut k = 0;
    let (power, factor) = parts(x, low, |shifted| {
        k = shifted.to_bits() as i32;
        power(shifted)
    });
    (power, factor, k >> 7)
}

/// eˣ − 1.
#[inline]
pub(crate) fn expm1(x: f64) -> f64 {
    if is_ordinary(x) {
        ordinary_expm1(x, scaled_power)
    } else if x.abs() < 1.0 {
        x
    } else {
        exp_at_the_edge(x, NOTHING) - 1.0
    }
}

#[inline(always)]
pub(crate) fn ordinary_expm1<R: Real>(x: R, look_up: impl FnOnce(R) -> (R, R)) -> R {
    let (power, factor) = parts(x, NOTHING.into(), look_up);
    let share = power * factor;
    // the first difference is exact from ½ on
    R::select_lazy(power.less(0.5.into()), || (power + share) - 1.0, || (power - 1.0) + share)
}
