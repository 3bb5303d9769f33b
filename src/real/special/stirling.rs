//! What Stirling's formula leaves of ln Γ, its derivatives, and ln Γ as a double-double.
//!
//! The rest is δ(x) = ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π). From 16 on it is summed by its asymptotic series, which has no large terms; a smaller
//! argument is raised to there by the recurrence of ln Γ, in double-double numbers, of which only a few digits cancel.

use super::logarithm::{ln, ln_of};
use super::powers::{
    BERNOULLI, HALF_LN_TWO_PI, factorial, inverse, mantissa_and_exponent, pole, power, power_of_two, times_power_of_two,
};
use crate::real::DoubleDouble;

/// From here on the series is summed.
pub(super) const START: f64 = 16.0;

/// 1/12.
const TWELFTH: DoubleDouble = DoubleDouble { hi: 1.0 / 12.0, lo: 4.625929269271485e-18 };

/// δ(z) for z ≥ 16, with an absolute error below 2⁻⁹¹.
///
/// Σ B₂ₖ/(2k (2k − 1) z²ᵏ⁻¹) (DLMF 5.11.1), 15 terms: the first one left out is below 10⁻³⁰ at 16.
pub(super) fn rest(z: DoubleDouble) -> DoubleDouble {
    const SECOND: DoubleDouble = DoubleDouble { hi: -1.0 / 360.0, lo: 1.0601087908747154e-19 };
    const THIRD: DoubleDouble = DoubleDouble { hi: 1.0 / 1260.0, lo: 6.883823317368282e-22 };
    const OTHERS: [f64; 12] = [
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360360.0,
        1.0 / 156.0,
        -3617.0 / 122400.0,
        43867.0 / 244188.0,
        -174611.0 / 125400.0,
        77683.0 / 5796.0,
        -236364091.0 / 1506960.0,
        657931.0 / 300.0,
        -3392780147.0 / 93960.0,
        1723168255201.0 / 2492028.0,
    ];
    if z.hi > 1e40 {
        // the power of two keeps the products of the division from overflowing
        let p = power_of_two(-100);
        return (TWELFTH / z.times_power(p)).times_power(p);
    }
    let r = inverse(z);
    let u = r * r;
    let others = OTHERS.iter().rev().fold(0.0, |sum, c| sum * u.hi + c);
    (((u * others + THIRD) * u + SECOND) * u + TWELFTH) * r
}

/// δ(x) for x > 0 below 2⁹⁰⁰, with an absolute error below 2⁻⁸⁵ max(1, |δ|).
pub(super) fn rest_of(x: f64) -> DoubleDouble {
    let z = DoubleDouble::from(x);
    if x >= START { rest(z) } else { lgamma_of(x) - (z - 0.5) * ln_of(z) + z - HALF_LN_TWO_PI }
}

/// ln Γ(a) for 10⁻²⁸⁰ < a < 2⁹⁰⁰, with an error below 2⁻⁸⁵ max(1, |ln Γ(a)|).
///
/// Below 16 by Γ(a) = Γ(a + n)/(a (a + 1) ⋯ (a + n − 1)), with at most 16 factors.
pub(super) fn lgamma(a: DoubleDouble) -> DoubleDouble {
    let (z, product) = raised(a, a);
    let value = (z - 0.5) * ln_of(z) - z + HALF_LN_TWO_PI + rest(z);
    if z == a { value } else { value - ln_of(product) }
}

/// a + n ≥ 16 for the least even n, and the product of c, c + 1, .., c + n − 1.
fn raised(a: DoubleDouble, c: DoubleDouble) -> (DoubleDouble, DoubleDouble) {
    // two products, which do not wait for each other
    let (mut n, mut even, mut odd) = (0.0, DoubleDouble::from(1.0), DoubleDouble::from(1.0));
    while a.hi + n < START {
        even *= c + n;
        odd *= c + (n + 1.0);
        n += 2.0;
    }
    (a + n, even * odd)
}

/// ln Γ(a) of a positive number below 2⁹⁰⁰, as [`lgamma`].
pub(super) fn lgamma_of(a: f64) -> DoubleDouble {
    // Γ(a) = 1/a − γ + ⋯
    if a < 1e-280 { -ln(a) } else { lgamma(a.into()) }
}

/// The derivative of order n ≤ 8 of δ at x ≥ 0, within 1 ULP; a larger n gives NaN, and so does a negative x.
///
/// At 0 it is the limit from the right, and at ∞ a zero with the sign of the values before it. It costs up to about 20 quotients of double-doubles
/// for x < 24, else a series of at most 14 terms.
pub(super) fn stirling_rest(n: u32, x: f64) -> f64 {
    if x.is_nan() || x < 0.0 || n > 8 {
        f64::NAN
    } else if n == 0 {
        match x {
            0.0 => f64::INFINITY,
            f64::INFINITY => 0.0,
            _ => rest_of(x).to_f64(),
        }
    } else {
        let magnitude = derivative(n, x);
        if n % 2 == 1 { -magnitude } else { magnitude }
    }
}

/// |δ⁽ⁿ⁾(x)| = (−1)ⁿ δ⁽ⁿ⁾(x) for n ≥ 1.
///
/// With Hurwitz's zeta function it is (n − 1)! (ζ(n, x) − x¹⁻ⁿ/(n − 1) − x⁻ⁿ/2), where for n = 1 the first two terms are −ψ(x) + ln x. Summing
/// ζ(n, x) up to z = x + k leaves the same of z: δ is what the trapezoidal rule leaves of an integral.
fn derivative(n: u32, x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    if x < power_of_two(-70) {
        // the half of the pole
        return 0.5 * pole(n, x);
    }
    let start = START + f64::from(n);
    if x > power_of_two(40) {
        // n!/(12 xⁿ⁺¹), the power by mantissa and exponent
        let (m, e) = mantissa_and_exponent(x);
        let leading = TWELFTH * factorial(n) / power(m.into(), n + 1);
        return times_power_of_two(leading.to_f64(), -e * (n as i32 + 1));
    }
    let x = DoubleDouble::from(x);
    if x.hi >= start {
        return series(n, x).to_f64();
    }
    let mut z = x;
    let mut terms = DoubleDouble::from(0.0);
    while z.hi < start {
        terms += inverse(power(z, n));
        z += 1.0;
    }
    let ends = (inverse(power(x, n)) - inverse(power(z, n))) * 0.5;
    let integral = match n {
        1 => ln_of(z) - ln_of(x),
        _ => (inverse(power(x, n - 1)) - inverse(power(z, n - 1))) / f64::from(n - 1),
    };
    ((terms - ends - integral) * factorial(n - 1) + series(n, z)).to_f64()
}

/// |δ⁽ⁿ⁾(z)| for 16 + n ≤ z < 2⁴¹: Σ B₂ₖ/(2k)! (n + 2k − 2)!/zⁿ⁺²ᵏ⁻¹, the derivative of DLMF 5.11.1. The first term left out is below 2⁻⁶⁶ of it.
fn series(n: u32, z: DoubleDouble) -> DoubleDouble {
    let u = inverse(z);
    let v = u.hi * u.hi;
    // relative to the first term
    let (mut rising, mut next, mut sum) = (1.0, f64::from(n + 1), 0.0);
    for b in &BERNOULLI[1..] {
        rising *= next * (next + 1.0) * v;
        next += 2.0;
        let term = 12.0 * b * rising;
        sum += term;
        if term.abs() < power_of_two(-70) {
            break;
        }
    }
    let first = power(u, n + 1) * TWELFTH * factorial(n);
    first + first * sum
}
