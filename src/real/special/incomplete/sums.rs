//! What the incomplete functions have in common: exponentials of sums, and the levels of a continued fraction.

use crate::real::DoubleDouble;
use crate::real::math::exp::scaled_parts;
use crate::real::special::powers::times_power_of_two;

/// e^exponent · factor with one rounding, for a factor between 10⁻³⁰⁰ and 10³⁰⁰: neither the power alone nor a product of parts overflows or
/// underflows early.
pub(super) fn exp_times(exponent: DoubleDouble, factor: DoubleDouble) -> f64 {
    if exponent.hi.abs() > 2000.0 {
        return if exponent.hi > 0.0 { f64::INFINITY } else { 0.0 };
    }
    let (power, rest, k) = scaled_parts(exponent.hi, exponent.lo);
    let p = DoubleDouble::exact_product(power, factor.hi);
    times_power_of_two(p.hi + (p.lo + power * factor.lo + p.hi * rest), k)
}

/// 1 − eᵘ (1 + s) for −745 ≤ u < 1 and a small s, so that u and s may cancel by half.
pub(super) fn one_minus_power(u: DoubleDouble, s: f64) -> f64 {
    let (power, factor, k) = scaled_parts(u.hi, u.lo);
    let power = times_power_of_two(power, k);
    (DoubleDouble::new(1.0, -power) - power * (factor + (s + s * factor))).to_f64()
}

/// A level whose part of a result is below this needs no double-double.
pub(super) const SMALL: f64 = 1e-6;

/// How many levels of the continued fraction 1/(d₀ + n₁/(d₁ + n₂/(d₂ + ⋯))) there are to sum, no more than `most`, and how many of them need
/// double-doubles: the differences of its convergents, by Steed's recurrence, are compared with the sum.
pub(super) fn fraction_levels(
    most: usize,
    numerator: impl Fn(f64) -> f64,
    denominator: impl Fn(f64) -> f64,
) -> (usize, usize) {
    let mut d = 1.0 / denominator(0.0);
    let (mut delta, mut sum, mut exact) = (d, d, 1);
    let mut small = false;
    for k in 1..most {
        let c = numerator(k as f64);
        let next = 1.0 / (denominator(k as f64) + c * d);
        delta *= -c * d * next;
        d = next;
        sum += delta;
        if delta.abs() > SMALL * sum.abs() {
            exact = k;
        }
        // two in a row: every second difference of the beta function's fraction may be far smaller than its neighbours
        let last = small;
        small = delta.abs() <= 1e-18 * sum.abs();
        if small && last {
            return (k, exact.min(k));
        }
    }
    (most, exact)
}
