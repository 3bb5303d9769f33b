//! The incomplete gamma functions P and Q, and the density of the gamma distribution.

use super::sums::{SMALL, exp_times, fraction_levels, one_minus_power};
use super::temme::{TEMME, tail_near_mean};
use crate::real::DoubleDouble;
use crate::real::special::gamma::lgamma_1p;
use crate::real::special::logarithm::{ln, log1pmx_of};
use crate::real::special::powers::{HALF_LN_TWO_PI, inverse};
use crate::real::special::stirling::{lgamma_of, rest_of};
use std::f64::consts::TAU;

/// From here on, 2¹²⁰, the distribution is narrower than the spacing of the numbers: one step at x = a.
const STEP: f64 = 1.329227995784916e36;

/// The smaller one of P and Q; the other one is its complement.
#[derive(Clone, Copy)]
enum Tail {
    Lower(f64),
    Upper(f64),
}

impl Tail {
    fn lower(self) -> f64 {
        match self {
            Tail::Lower(p) => p,
            Tail::Upper(q) => 1.0 - q,
        }
    }
    fn upper(self) -> f64 {
        match self {
            Tail::Lower(p) => 1.0 - p,
            Tail::Upper(q) => q,
        }
    }
}

/// P(a, x), the regularised lower incomplete gamma function (DLMF 8.2.4), relatively exact in its tail as well.
///
/// The error is below 2.5 ULP for a ≤ 10¹⁵; beyond 2¹²⁰ P is a step. NaN for x < 0 or a ≤ 0.
pub(in crate::real::special) fn gamma_p(a: f64, x: f64) -> f64 {
    tail(a, x).lower()
}

/// Q(a, x) = 1 − P(a, x), as exact in its tail as [`gamma_p`] is in the lower one.
pub(in crate::real::special) fn gamma_q(a: f64, x: f64) -> f64 {
    tail(a, x).upper()
}

/// Whether there is no distribution of the parameter a, or no density at x.
fn is_undefined(a: f64, x: f64) -> bool {
    a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || (a.is_infinite() && x.is_infinite())
}

/// The smaller one of P and Q, or nearly so, by the method of its region.
fn tail(a: f64, x: f64) -> Tail {
    if is_undefined(a, x) {
        return Tail::Lower(f64::NAN);
    }
    if x == 0.0 || a.is_infinite() {
        return Tail::Lower(0.0);
    }
    if x > 2.0 * a + 1700.0 {
        // the exponent a − x + a ln(x/a) is below −850
        return Tail::Upper(0.0);
    }
    if a > STEP {
        return if x > a { Tail::Upper(0.0) } else { Tail::Lower(if x < a { 0.0 } else { 0.5 }) };
    }
    if a >= TEMME {
        return tail_of_large(a, x);
    }
    // about the median of the distribution: P and Q are not far from ½ on either side
    if x < (-1.0 / a).exp2() * (0.5 + a) {
        return Tail::Lower(exp_times(exponent(a, x), series(a, x)));
    }
    if x < 0.55 {
        return Tail::Upper(upper_of_small(a, x));
    }
    Tail::Upper(exp_times(exponent(a, x), fraction(a, x)))
}

/// ln(xᵃ e⁻ˣ/Γ(a)) for an a below [`TEMME`].
fn exponent(a: f64, x: f64) -> DoubleDouble {
    ln(x) * a - x - lgamma_of(a)
}

/// P(a, x) Γ(a) eˣ x⁻ᵃ = Σ xⁿ/(a (a + 1) ⋯ (a + n)) (DLMF 8.7.1) for an x not much above a: at most about 80 terms, no more than 1000.
///
/// A forward pass counts the terms; the sum is then nested, 1 + x/(a + 1) (1 + x/(a + 2) (⋯)), its inner levels in plain numbers.
fn series(a: f64, x: f64) -> DoubleDouble {
    let (mut term, mut sum, mut levels, mut exact) = (1.0, 1.0, 1000, 0);
    for n in 1..1000 {
        term *= x / (a + n as f64);
        sum += term;
        if term > SMALL * sum {
            exact = n;
        }
        if term < 1e-18 * sum {
            levels = n;
            break;
        }
    }
    let inner = (exact + 1..=levels).rev().fold(1.0, |inner, n| 1.0 + x * inner / (a + n as f64));
    let nested = |sum: DoubleDouble, n: usize| sum * x / DoubleDouble::new(a, n as f64) + 1.0;
    (1..=exact).rev().fold(inner.into(), nested) / a
}

/// Q(a, x) Γ(a) eˣ x⁻ᵃ, the continued fraction 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − 2(2 − a)/(x + 5 − a − ⋯))) (DLMF 8.9.2, its even part).
///
/// A forward pass finds the number of levels, a backward one sums them, the outer ones in double-doubles; at most 400 levels, about 200 for
/// x = 0.55, 100 at 1, 30 from 10 on.
fn fraction(a: f64, x: f64) -> DoubleDouble {
    let start = DoubleDouble::new(x, -a);
    let numerator = |n: f64| n * (a - n);
    let denominator = |n: f64| start.hi + (2.0 * n + 1.0);
    let (levels, exact) = fraction_levels(400, numerator, denominator);
    let inner = (exact + 1..=levels)
        .rev()
        .fold(denominator(levels as f64), |t, n| denominator((n - 1) as f64) + numerator(n as f64) / t);
    let nested = |t: DoubleDouble, n: usize| {
        let n = n as f64;
        (start + (2.0 * n - 1.0)) + DoubleDouble::new(a, -n) * n / t
    };
    inverse((1..=exact).rev().fold(inner.into(), nested))
}

/// Q(a, x) for a < 1 and x < 0.55, where P is near 1.
///
/// P = xᵃ/Γ(1 + a) (1 + a Σ (−x)ⁿ/((a + n) n!)), n ≥ 1 (DLMF 8.7.1): at most 20 terms.
fn upper_of_small(a: f64, x: f64) -> f64 {
    let (mut power, mut sum) = (1.0, DoubleDouble::from(0.0));
    for n in 1..20 {
        let n = n as f64;
        power *= -x / n;
        sum += power / (a + n);
        if power.abs() < 1e-18 {
            break;
        }
    }
    one_minus_power(ln(x) * a - lgamma_1p(a), a * sum.hi)
}

/// The deviance a (ln(x/a) + 1 − x/a) ≤ 0 and ln(x/a), for an a up to [`STEP`].
fn deviance(a: f64, x: f64) -> (DoubleDouble, DoubleDouble) {
    let mu = DoubleDouble::new(x, -a) / a;
    let t = DoubleDouble::from(x) / a;
    let l = log1pmx_of(mu, t);
    (l * a, l + mu)
}

/// The smaller one of P and Q for an a from [`TEMME`] on.
fn tail_of_large(a: f64, x: f64) -> Tail {
    let is_lower = x < a;
    let of_tail = |value: f64| if is_lower { Tail::Lower(value) } else { Tail::Upper(value) };
    if x < 1e-200 {
        // below x²⁰
        return of_tail(0.0);
    }
    let (deviance, _) = deviance(a, x);
    if deviance.hi < -800.0 {
        return of_tail(0.0);
    }
    of_tail(if (0.3..=2.36).contains(&(x / a)) {
        tail_near_mean(a, deviance, is_lower)
    } else {
        let exponent = deviance - rest_of(a) - HALF_LN_TWO_PI + ln(a).times_power(0.5);
        exp_times(exponent, if is_lower { series(a, x) } else { fraction(a, x) })
    })
}

/// xᵃ⁻¹ e⁻ˣ/Γ(a), the density of the gamma distribution, within 1 ULP for a ≤ 10¹⁵; beyond 2¹²⁰ a peak at a. NaN for x < 0 or a ≤ 0.
pub(in crate::real::special) fn gamma_density(a: f64, x: f64) -> f64 {
    if is_undefined(a, x) {
        return f64::NAN;
    }
    if x == 0.0 {
        return match a {
            _ if a < 1.0 => f64::INFINITY,
            1.0 => 1.0,
            _ => 0.0,
        };
    }
    if a.is_infinite() || x > 2.0 * a + 3200.0 {
        return 0.0;
    }
    if a < TEMME {
        return exp_times(ln(x) * DoubleDouble::new(a, -1.0) - x - lgamma_of(a), 1.0.into());
    }
    if x < 1e-200 {
        // below x¹⁹
        return 0.0;
    }
    if a > STEP {
        return if x == a { 1.0 / (a.sqrt() * TAU.sqrt()) } else { 0.0 };
    }
    let (deviance, log_ratio) = deviance(a, x);
    exp_times(deviance - log_ratio - rest_of(a) - HALF_LN_TWO_PI - ln(a).times_power(0.5), 1.0.into())
}
