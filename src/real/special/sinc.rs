//! The spherical Bessel functions jₙ(πx), of which sinc x = sin(πx)/(πx) is the first.
//!
//! The argument is reduced before it is multiplied by π, so that the zeros at the integers are exact.

use super::powers::power;
use crate::real::DoubleDouble;

const PI: DoubleDouble = DoubleDouble { hi: std::f64::consts::PI, lo: 1.2246467991473532e-16 };

/// jₙ(πx) for n ≤ 6.
///
/// Below n + ½ it is the power series (DLMF 10.53.1), whose terms do not cancel there; above it is the recurrence jₙ₊₁ = (2n + 1)/t jₙ − jₙ₋₁ from
/// j₀ = sin t/t and j₋₁ = cos t/t (DLMF 10.51.1).
pub(super) fn spherical(n: u32, x: f64) -> f64 {
    let m = x.abs();
    let sign = if n % 2 == 1 && x.is_sign_negative() { -1.0 } else { 1.0 };
    if m.is_infinite() {
        return sign * 0.0;
    }
    let t = PI * DoubleDouble::from(m);
    if t.to_f64() < f64::from(n) + 0.5 {
        return sign * series(n, t);
    }
    let (sine, cosine) = sine_and_cosine(m);
    let (mut before, mut j) = (cosine / t, sine / t);
    for k in 0..n {
        (before, j) = (j, j * f64::from(2 * k + 1) / t - before);
    }
    sign * j.to_f64()
}

/// tⁿ/(2n + 1)!! Σ (−t²/2)ᵏ/(k! (2n + 3)(2n + 5)..(2n + 2k + 1)), for t up to 7: at most 40 terms.
fn series(n: u32, t: DoubleDouble) -> f64 {
    let factor = t * t * -0.5;
    let mut term = power(t, n) / (0..=n).map(|k| f64::from(2 * k + 1)).product::<f64>();
    let mut sum = term;
    for k in 1..40 {
        term = term * factor / f64::from(k * (2 * n + 2 * k + 1));
        sum += term;
        if term.to_f64().abs() < 1e-18 * sum.to_f64().abs() {
            break;
        }
    }
    sum.to_f64()
}

/// sin(πm) and cos(πm) for an m ≥ 0.
fn sine_and_cosine(m: f64) -> (DoubleDouble, DoubleDouble) {
    let nearest = m.round();
    let r = m - nearest;
    let (sine, cosine) = if r.abs() > 0.25 {
        // of the complement to ½, which is exact
        let (cosine, sine) = of_a_quarter(0.5 - r.abs());
        (if r < 0.0 { -sine } else { sine }, cosine)
    } else {
        of_a_quarter(r)
    };
    if nearest % 2.0 == 0.0 { (sine, cosine) } else { (-sine, -cosine) }
}

/// sin(πr) and cos(πr) for |r| ≤ ¼ by Taylor's series, of which all but the first terms are small.
fn of_a_quarter(r: f64) -> (DoubleDouble, DoubleDouble) {
    let t = PI * DoubleDouble::from(r);
    let u = t.to_f64() * t.to_f64();
    // Σ (−u)ᵏ first!/(first + 2k)!, from the term k = 0 on
    let series = |first: u32| {
        (0..8).rev().fold(0.0, |sum, k| 1.0 - sum * u / f64::from((first + 2 * k + 1) * (first + 2 * k + 2)))
    };
    let sine = DoubleDouble::finite_ordered(t.to_f64(), t.lo() * (1.0 - 0.5 * u) - t.to_f64() * u / 6.0 * series(3));
    let cosine = DoubleDouble::finite_ordered(1.0, -t.to_f64() * t.lo() - 0.5 * u * series(2));
    (sine, cosine)
}
