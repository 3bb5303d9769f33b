//! The incomplete beta function, and the density of the beta distribution.
//!
//! For large parameters I_x(a, b) is [Temme's expansion](super::temme) in other numbers. With n = a + b, p = a/n, q = b/n and
//! ½η² = p ln(p/x) + q ln(q/y), y = 1 − x and η of the sign of x − p (as in DLMF 8.18(ii)), I = ½ erfc(−η √(n/2)) − R obeys the same equation with n
//! for a, √(pq) η/(x − p) for η/(x/a − 1), and Γ*(n)/(Γ*(a) Γ*(b)) for 1/Γ*(a). With x − p = √(pq) ξ it is ξ ξ′ = η (1 + (q − p)/√(pq) ξ − ξ²).
//! Measured in units of √min(p, q), η and ξ have coefficients of the size of the gamma function's, and min(a, b) stands for a.

use super::gamma::{gamma_density, gamma_p, gamma_q};
use super::sums::{exp_times, fraction_levels, one_minus_power};
use super::temme::{TEMME, TERMS, by_expansion};
use crate::real::DoubleDouble;
use crate::real::math::exp;
use crate::real::special::differences::lbeta_of;
use crate::real::special::gamma::{digamma_of, polygamma};
use crate::real::special::logarithm::{ln_of, log1pmx_of};
use crate::real::special::powers::{HALF_LN_TWO_PI, inverse};
use crate::real::special::stirling::{rest, rest_of};
use std::f64::consts::PI;

/// From here on, 2⁴⁰⁰, products of two could overflow; I_x is its limit, an incomplete gamma function.
const LARGEST: f64 = 2.5822498780869086e120;
/// From here on the limit is used where Temme's expansion is not.
const LARGE: f64 = 1e12;

/// Whether there is no distribution of the parameters a and b, or x lies outside of it.
fn is_undefined(a: f64, b: f64, x: f64) -> bool {
    let no_parameters = a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 || (a.is_infinite() && b.is_infinite());
    no_parameters || !(0.0..=1.0).contains(&x)
}

/// I_x(a, b), the regularised incomplete beta function (DLMF 8.17.2), relatively exact in its left tail.
///
/// The error is below 2 ULP for a, b ≤ 10³, and below 3 for those rows of larger ones that were looked at. With one below 20 and the other one above
/// 10¹², or one above 2⁴⁰⁰, it is [`limit`], with the rounding of its argument. NaN for x outside of [0, 1] and for a, b ≤ 0.
pub(in crate::real::special) fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    if is_undefined(a, b, x) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    if a.is_infinite() || b.is_infinite() {
        return if a.is_infinite() { 0.0 } else { 1.0 };
    }
    if a < 1e-100 {
        // 1 − a/(a + b), the rest is relatively below 745 a
        return b / (a + b);
    }
    let (least, most) = (a.min(b), a.max(b));
    let mean = (a + 1.0) / (a + b + 2.0);
    let (x, y) = (DoubleDouble::from(x), DoubleDouble::new(1.0, -x));
    if most > LARGEST || (most > LARGE && least < TEMME) {
        return limit(a, b, x, y);
    }
    if least >= TEMME {
        return of_large(a, b, x, y);
    }
    if x.hi <= mean {
        return tail(a, b, x, y);
    }
    if b > 1e-100 {
        let complement = tail(b, a, y, x);
        if complement <= 0.55 {
            return 1.0 - complement;
        }
    }
    // a skew distribution: x is above the mean, yet I_x is small
    if b < 1.0 && a * y.hi < 0.55 { of_small(a, b, y) } else { tail(a, b, x, y) }
}

/// I_x(a, b) for one large parameter and a small one: with a large Q(b, −(a + (b − 1)/2) ln x), with b large P(a, −(b + (a − 1)/2) ln(1 − x)).
///
/// In t = −ln(1 − x) the density is tᵃ⁻¹ e^(−(b + (a − 1)/2) t) (sinh(t/2)/(t/2))ᵃ⁻¹; the last factor is left out: a relative error of
/// a z²/(24 b²), z the argument of P. The rounding of z costs more, up to a times its own in the lower tail of P and z times in the tail of Q.
fn limit(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> f64 {
    if a > b {
        gamma_q(b, -(a + 0.5 * (b - 1.0)) * ln_of(x).hi)
    } else {
        gamma_p(a, -(b + 0.5 * (a - 1.0)) * ln_of(y).hi)
    }
}

/// I_x(a, b) for a, b from [`TEMME`] on: the expansion near the mean, the continued fraction in the far tails.
fn of_large(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> f64 {
    let (deviance, is_lower) = deviance(a, b, x, y);
    let (least, most) = (a.min(b), a.max(b));
    let is_far = deviance.hi < -0.5 * least;
    if is_far && most > LARGE && deviance.hi >= -2000.0 {
        return limit(a, b, x, y);
    }
    let tail = if deviance.hi < -2000.0 {
        0.0
    } else if is_far {
        if is_lower { tail(a, b, x, y) } else { tail(b, a, y, x) }
    } else {
        let n = DoubleDouble::new(a, b);
        let alpha = coefficients(((b - a) / n.hi) / (most / n.hi).sqrt(), least / n.hi);
        by_expansion(least, deviance, is_lower, &alpha, exp((rest(n) - rest_of(a) - rest_of(b)).hi))
    };
    if is_lower { tail } else { 1.0 - tail }
}

/// a ln(x/p) + b ln(y/q) ≤ 0 with p = a/(a + b) and q = 1 − p, and whether x < p.
///
/// With d = x b − y a = (a + b)(x − p) it is a log1pmx(d/a) + b log1pmx(−d/b): the linear terms cancel.
fn deviance(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> (DoubleDouble, bool) {
    let n = DoubleDouble::new(a, b);
    let d = x * b - y * a;
    (log1pmx_of(d / a, x * n / a) * a + log1pmx_of(-d / b, y * n / b) * b, d.hi < 0.0)
}

/// The coefficients of η/ξ by η, where ξ ξ′ = η (1 + c₁ ξ − c₂ ξ²), ξ = η + ⋯: with w = ξ², wₙ₊₁ = 2/(n + 1) (c₁ ξₙ₋₁ − c₂ wₙ₋₁).
fn coefficients(c1: f64, c2: f64) -> [f64; TERMS] {
    let (mut xi, mut w) = ([0.0; TERMS + 2], [0.0; TERMS + 3]);
    xi[1] = 1.0;
    w[2] = 1.0;
    for n in 2..=TERMS {
        w[n + 1] = 2.0 / (n + 1) as f64 * (c1 * xi[n - 1] - c2 * w[n - 1]);
        let known: f64 = (2..n).map(|j| xi[j] * xi[n + 1 - j]).sum();
        xi[n] = 0.5 * (w[n + 1] - known);
    }
    let mut alpha = [1.0; TERMS];
    for n in 1..TERMS {
        alpha[n] = -(1..=n).map(|k| xi[k + 1] * alpha[n - k]).sum::<f64>();
    }
    alpha
}

/// ln B(a, b) in any order of a and b.
fn lbeta(a: f64, b: f64) -> DoubleDouble {
    lbeta_of(a.max(b), a.min(b))
}

/// ln(xᵃ yᵇ/B(a, b)).
fn exponent(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    if a.min(b) < TEMME { ln_of(x) * a + ln_of(y) * b - lbeta(a, b) } else { exponent_of_large(a, b, x, y) }
}

/// [`exponent`] for a and b from [`TEMME`] on, by Stirling's formula: the deviance + ½ ln(a b/(2π (a + b))) + the rests.
fn exponent_of_large(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let n = DoubleDouble::new(a, b);
    let root = ln_of(DoubleDouble::from(a.max(b)) / n * a.min(b)).times_power(0.5) - HALF_LN_TWO_PI;
    deviance(a, b, x, y).0 + root + (rest(n) - rest_of(a) - rest_of(b))
}

/// I_x(a, b) by its continued fraction.
fn tail(a: f64, b: f64, x: DoubleDouble, y: DoubleDouble) -> f64 {
    exp_times(exponent(a, b, x, y), fraction(a, b, x)).min(1.0)
}

/// I_x(a, b) B(a, b) x⁻ᵃ (1 − x)⁻ᵇ, the continued fraction 1/(a + c₁/(a + 1 + c₂/(a + 2 + ⋯))), c₂ₘ = m (b − m) x,
/// c₂ₘ₊₁ = −(a + m)(a + b + m) x (DLMF 8.17.22, without its denominators); at most 2000 levels.
///
/// A rounding of x or of the outer coefficients would be multiplied by about √min(a, b), so the outer levels are double-doubles.
fn fraction(a: f64, b: f64, x: DoubleDouble) -> DoubleDouble {
    let numerator = |k: f64| {
        let m = (k as usize / 2) as f64;
        if 2.0 * m == k { m * (b - m) * x.hi } else { -(a + m) * (a + b + m) * x.hi }
    };
    let (levels, exact) = fraction_levels(2000, numerator, |k| a + k);
    // with a large a the levels cancel to 1 − x
    let exact = if a > 1e4 { levels } else { exact };
    let inner =
        (exact + 1..=levels).rev().fold(a + levels as f64, |t, k| (a + (k - 1) as f64) + numerator(k as f64) / t);
    let n = DoubleDouble::new(a, b);
    let nested = |t: DoubleDouble, k: usize| {
        let m = (k / 2) as f64;
        let c = if k.is_multiple_of(2) { DoubleDouble::new(b, -m) * m } else { -(n + m) * DoubleDouble::new(a, m) };
        c * x / t + DoubleDouble::new(a, (k - 1) as f64)
    };
    inverse((1..=exact).rev().fold(inner.into(), nested))
}

/// I_x(a, b) = 1 − I_y(b, a) for b < 1 and a y < 0.55, where the second is near 1.
///
/// I_y(b, a) = eᵘ (1 + b Σ (1 − a)ₙ yⁿ/(n! (b + n))), n ≥ 1, with u = b ln y − ln(b B(a, b)) (DLMF 8.17.7): at most 100 terms.
fn of_small(a: f64, b: f64, y: DoubleDouble) -> f64 {
    /// ζ(3).
    const ZETA_3: f64 = 1.2020569031595942;
    const EULER: DoubleDouble = DoubleDouble { hi: 0.5772156649015329, lo: -4.942915152430645e-18 };
    let u = if b < 1e-6 * a.min(1.0) {
        // −ln(b B) by powers of b: b (ψ(a) + γ) + b²/2 (ψ′(a) − ζ(2)) + b³/6 (ψ″(a) + 2ζ(3))
        let second = polygamma(1, a) - PI.powi(2) / 6.0;
        let third = polygamma(2, a) + 2.0 * ZETA_3;
        (ln_of(y) + digamma_of(a.into()) + EULER + b * (0.5 * second + b * third / 6.0)) * b
    } else {
        ln_of(y) * b - lbeta(a, b) - ln_of(b.into())
    };
    let (mut power, mut sum) = (1.0, DoubleDouble::from(0.0));
    for n in 1..100 {
        let n = n as f64;
        power *= (n - a) * y.hi / n;
        sum += power / (b + n);
        if power.abs() < 1e-18 * sum.hi.abs() {
            break;
        }
    }
    one_minus_power(u, b * sum.hi)
}

/// xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b), the density of the beta distribution, within 1 ULP for a, b ≤ 10³. NaN for x outside of [0, 1] and for a, b ≤ 0.
pub(in crate::real::special) fn beta_density(a: f64, b: f64, x: f64) -> f64 {
    if is_undefined(a, b, x) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        let (near, far) = if x == 0.0 { (a, b) } else { (b, a) };
        // the power of the end is 0, 1, where the density is 1/B(1, far) = far, or infinite
        return match near {
            _ if near > 1.0 => 0.0,
            1.0 => far,
            _ => f64::INFINITY,
        };
    }
    if a.is_infinite() || b.is_infinite() {
        return 0.0;
    }
    let (px, py) = (DoubleDouble::from(x), DoubleDouble::new(1.0, -x));
    if a.max(b) > LARGEST {
        return if a > b {
            gamma_density(b, -a * ln_of(px).hi) * a / x
        } else {
            gamma_density(a, -b * ln_of(py).hi) * b / py.hi
        };
    }
    let (log_x, log_y) = (ln_of(px), ln_of(py));
    let exponent = if a.min(b) < TEMME {
        log_x * DoubleDouble::new(a, -1.0) + log_y * DoubleDouble::new(b, -1.0) - lbeta(a, b)
    } else {
        exponent_of_large(a, b, px, py) - log_x - log_y
    };
    exp_times(exponent, 1.0.into())
}
