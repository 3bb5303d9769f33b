//! The logarithm of a sum and the power, which share a table of logarithms.
//!
//! x = 2ᵏ c (1 + r) for the nearest of 128 centers c, so that ln x = k ln 2 + ln c + ln(1 + r) with |r| < 2⁻⁷, and the last term is the
//! series. A 1/c has 8 bits, hence r has 53 and is exact. This is Tang's method ("Table-driven implementation of the logarithm function
//! in IEEE floating-point arithmetic", 1990); that a split of x makes up for a missing `mul_add`, and the center at 1, which keeps the
//! digits near ln 1 = 0, are as in Arm's optimized routines (Nagy, 2018). No error of [`ln_1p`] above 0.51 ULP is known, and none of
//! [`pow`] above 0.52, or 1 where the result is subnormal.

use super::exp::exp_of_sum;
use crate::real::exact::{self, ordered_sum, product_of_pairs};

/// A center c of an interval.
#[derive(Clone, Copy)]
struct Center {
    /// 1/c.
    inverse: f64,
    /// ln c in two parts, the first a multiple of [`UNIT`].
    ln: (f64, f64),
}

/// A multiple of it below 2¹¹ is exact, and so is a sum of two.
const UNIT: f64 = 1.0 / (1u64 << 42) as f64;
/// ln 2 in two parts, the first a multiple of [`UNIT`] (computed with 80 digits).
const LN_2: (f64, f64) = (0.6931471805598903, 5.497923018708371e-14);

const CENTERS: usize = 128;
static TABLE: [Center; CENTERS] = table();

/// The interval around 1. Those above have the width 2⁻⁷, those below, where the numbers lie twice as close, half of that.
const MIDDLE: usize = 77;
/// The bits of a number, without those of its place in an interval.
const INTERVAL: u32 = 52 - CENTERS.ilog2();
/// The bits of the least number of the first interval. 1 is in the middle of its own, by bits.
const FIRST: u64 = 1f64.to_bits() - ((2 * MIDDLE as u64 + 1) << (INTERVAL - 1));

const fn table() -> [Center; CENTERS] {
    let mut table = [Center { inverse: 1.0, ln: (0.0, 0.0) }; CENTERS];
    let mut i = 0;
    while i < CENTERS {
        // the middle of the interval is 1 + steps / 256
        let steps = if i < MIDDLE { i as f64 - MIDDLE as f64 } else { (i - MIDDLE) as f64 * 2.0 };
        // below 1 it must be even for r to be exact; a half is rounded down, so that 1 is the center of the interval below it too
        let numerator = if i < MIDDLE {
            2 * (128.0 * 256.0 / (256.0 + steps) + 0.49) as u32
        } else {
            (256.0 * 256.0 / (256.0 + steps) + 0.5) as u32
        };
        table[i] = Center { inverse: numerator as f64 / 256.0, ln: minus_ln(numerator) };
        i += 1;
    }
    table
}

/// −ln(n/256) in two parts, the first a multiple of [`UNIT`]: 2 artanh((256 − n) / (256 + n)), of which 21 terms of the series have
/// all digits.
const fn minus_ln(n: u32) -> (f64, f64) {
    let t = quotient(256.0 - n as f64, 256.0 + n as f64);
    let square = product_of_pairs(t, t);
    let mut sum = (0.0, 0.0);
    let mut term = 21;
    while term > 0 {
        term -= 1;
        let (a, b) = (quotient(1.0, (2 * term + 1) as f64), product_of_pairs(square, sum));
        let (s, error) = ordered_sum(a.0, b.0);
        sum = ordered_sum(s, error + (a.1 + b.1));
    }
    let (hi, lo) = product_of_pairs(t, sum);
    let (hi, lo) = (2.0 * hi, 2.0 * lo);
    let first = (hi / UNIT + SHIFT - SHIFT) * UNIT;
    (first, (hi - first) + lo)
}

/// Added to a smaller number and taken away it leaves the nearest integer.
const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;

/// a / b for integers, and the error.
const fn quotient(a: f64, b: f64) -> (f64, f64) {
    let q = a / b;
    let (p, error) = exact::product(q, b);
    (q, ((a - p) - error) / b)
}

/// What the logarithm of a number is made of.
struct Parts {
    k: i64,
    center: Center,
    /// The r of the number in two parts, both exact; the first has few bits, and its square is exact.
    r: (f64, f64),
}

impl Parts {
    /// Those of a positive normal number.
    #[inline(always)]
    fn of(x: f64) -> Self {
        let place = x.to_bits().wrapping_sub(FIRST);
        let center = TABLE[(place >> INTERVAL) as usize % CENTERS];
        let k = place as i64 >> 52;
        let z = x.to_bits().wrapping_sub((k as u64) << 52);
        const REST: u64 = (1 << 32) - 1;
        let high = f64::from_bits((z + (1 << 31)) & !REST);
        let r = (high * center.inverse - 1.0, (f64::from_bits(z) - high) * center.inverse);
        Parts { k, center, r }
    }

    /// k ln 2 + ln c: a first part, which is exact, and the rest.
    #[inline(always)]
    fn base(&self) -> (f64, f64) {
        let (k, ln) = (self.k as f64, self.center.ln);
        (k * LN_2.0 + ln.0, k * LN_2.1 + ln.1)
    }
}

/// (ln(1 + r) − r + r²/2) / r³. The coefficients beyond the series' first two are those with the least squares of the error of ln(1 + r) at
/// 120 Chebyshev nodes of |r| < 0.00586 (computed with 90 digits). The error is below 2⁻⁶⁷ |r|; it is 2⁻⁶² |r| with the series'.
#[inline(always)]
fn series(r: f64) -> f64 {
    let square = r * r;
    let high =
        (0.19999999991635187 - r * 0.16666666658682056) + square * (0.14286334328045708 - r * 0.12500572347549185);
    (1.0 / 3.0 - r * 0.25) + square * high
}

/// ln(1 + x).
#[inline]
pub(crate) fn ln_1p(x: f64) -> f64 {
    // here c is 1 and r is x, so the bits are those that come out below
    if x.abs() < 1.0 / 512.0 {
        return x + x * x * (x * series(x) - 0.5);
    }
    if !(x > -1.0 && x < f64::INFINITY) {
        return ln_1p_at_the_edge(x);
    }
    let sum = 1.0 + x;
    let (larger, smaller) = if x < 1.0 { (1.0, x) } else { (x, 1.0) };
    let error = smaller - (sum - larger);
    let parts = Parts::of(sum);
    // what the error adds to r
    let scale = f64::from_bits((1023 - parts.k).max(0) as u64 * (1 << 52));
    let error = error * (scale * parts.center.inverse);
    let exact = parts.r.0 + parts.r.1;
    let r = exact + error;
    let lost = (exact - r) + error;
    let base = parts.base();
    let s = base.0 + r;
    let rest = ((base.0 - s) + r) + (base.1 + lost);
    s + (rest + r * r * (r * series(r) - 0.5))
}

#[cold]
#[inline(never)]
fn ln_1p_at_the_edge(x: f64) -> f64 {
    if x == -1.0 {
        f64::NEG_INFINITY
    } else if x < -1.0 {
        f64::NAN
    } else {
        x
    }
}

/// xʸ as C has it: 1 if x is 1 or y is 0, even where the other one is NaN.
#[inline]
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    let m = x.abs();
    if is_normal(m) && is_moderate(y) {
        let sign = if x < 0.0 { power_of_minus_1(y) } else { 1.0 };
        sign * power(Parts::of(m), y)
    } else {
        pow_at_the_edge(x, y)
    }
}

/// Whether m, which is not negative, is neither 0 nor subnormal, nor infinite or NaN.
#[inline(always)]
fn is_normal(m: f64) -> bool {
    m.to_bits().wrapping_sub(f64::MIN_POSITIVE.to_bits()) < f64::INFINITY.to_bits() - f64::MIN_POSITIVE.to_bits()
}

/// For an |y| below it xʸ rounds to 1.
const SMALLEST: f64 = 1.0 / (1u128 << 65) as f64;
/// From this |y| on xʸ leaves the numbers, unless |x| is 1.
const LARGEST: f64 = (1u128 << 64) as f64;

#[inline(always)]
fn is_moderate(y: f64) -> bool {
    y.abs().to_bits().wrapping_sub(SMALLEST.to_bits()) < LARGEST.to_bits() - SMALLEST.to_bits()
}

/// (−1)ʸ, which is NaN unless y is an integer. From 2⁵³ on all numbers are even, and so is ∞.
#[inline(always)]
fn power_of_minus_1(y: f64) -> f64 {
    let n = y as i64;
    if y.abs() >= (1u64 << 53) as f64 {
        1.0
    } else if n as f64 != y {
        f64::NAN
    } else {
        1.0 - 2.0 * (n & 1) as f64
    }
}

/// xʸ = e^(y ln x) for an x of these parts and a moderate y.
#[inline(always)]
fn power(x: Parts, y: f64) -> f64 {
    let (r_high, r_low) = x.r;
    let r = r_high + r_low;
    let base = x.base();
    // ln x: two differences of a larger and a smaller number, with their errors, and what is small
    let s = base.0 + r;
    let s_error = (base.0 - s) + r;
    let half = r_high * 0.5;
    let half_square = r_high * half;
    let t = s - half_square;
    let t_error = (s - t) - half_square;
    let small = base.1 + (s_error + (t_error - r_low * (half + r * 0.5))) + r * r * r * series(r);
    let ln = t + small;
    let rest = (t - ln) + small;
    // y ln x: the product of the leading digits is exact
    let (ln_high, ln_low) = split(ln);
    let (y_high, y_low) = split(y);
    exp_of_sum(y_high * ln_high, y_low * ln_high + y * (ln_low + rest))
}

/// The leading 26 bits, and the rest.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const REST: u64 = (1 << 27) - 1;
    let high = f64::from_bits(x.to_bits() & !REST);
    (high, x - high)
}

#[cold]
#[inline(never)]
fn pow_at_the_edge(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    let m = x.abs();
    let sign = if x.is_sign_negative() { power_of_minus_1(y) } else { 1.0 };
    if m == 0.0 || m == f64::INFINITY {
        let magnitude = if (m == 0.0) == (y < 0.0) { f64::INFINITY } else { 0.0 };
        return if sign == -1.0 { -magnitude } else { magnitude };
    }
    let magnitude = if m == 1.0 || y.abs() < SMALLEST {
        1.0
    } else if y.abs() >= LARGEST {
        if (m < 1.0) == (y < 0.0) { f64::INFINITY } else { 0.0 }
    } else {
        let x = Parts::of(m * (1u64 << 54) as f64);
        power(Parts { k: x.k - 54, ..x }, y)
    };
    sign * magnitude
}
