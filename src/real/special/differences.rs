//! Differences of ln Γ and of polygamma functions at two numbers, without what cancels: ln B(a, b) and ψₙ(a) − ψₙ(a + b).

use super::gamma::polygamma;
use super::logarithm::{ln_1p_of, ln_of, log1pmx_of};
use super::powers::{
    BERNOULLI, HALF_LN_TWO_PI, factorial, inverse, mantissa_and_exponent, power_of_two, times_power_of_two,
};
use super::stirling::{START, lgamma, lgamma_of, rest};
use crate::real::DoubleDouble;
use crate::real::math::{ln, ln_1p};
use std::f64::consts::PI;

/// ζ(3).
const ZETA_3: f64 = 1.2020569031595942;

// ln B.

/// ln Γ(a + b) − ln Γ(a) for a ≥ 16 and 0 < b ≤ a: the difference of two of Stirling's formulas,
/// (a − ½) ln(1 + b/a) + b ln(a + b) − b and that of the rests, where a ln(1 + b/a) − b is a log1pmx(b/a).
fn lgamma_step(a: f64, b: f64) -> DoubleDouble {
    let n = DoubleDouble::new(a, b);
    let mu = DoubleDouble::from(b) / a;
    let rests = rest(n) - rest(a.into());
    log1pmx_of(mu, mu + 1.0) * a - ln_1p_of(mu).times_power(0.5) + ln_of(n) * b + rests
}

/// ln B(a, b) for a ≥ b > 0 and a < 2⁹⁰⁰, where b/a > 2⁻¹¹⁰ or b < 16, with an absolute error below 2⁻⁸⁵ of the larger of 1 and ln B.
pub(super) fn lbeta_of(a: f64, b: f64) -> DoubleDouble {
    if b < 1e-280 {
        // B = 1/a + 1/b, the rest is relatively below b; at a much larger a it is 1/b
        let start = -ln_of(b.into());
        return if a < 1e-250 { start + ln_1p_of((b / a).into()) } else { start };
    }
    if a < START {
        return lgamma_of(a) + lgamma_of(b) - lgamma(DoubleDouble::new(a, b));
    }
    if b < START {
        return lgamma_of(b) - lgamma_step(a, b);
    }
    // −a ln(1 + b/a) − b ln(1 + a/b) + ½ ln(2π (a + b)/(a b)) and the rests
    let (x, y, n) = (DoubleDouble::from(a), DoubleDouble::from(b), DoubleDouble::new(a, b));
    let power = ln_1p_of(y / x) * a + ln_of(n / y) * b;
    let root = HALF_LN_TWO_PI + (ln_of(n / x) - ln_of(y)).times_power(0.5);
    (root - power) + (rest(x) + rest(y) - rest(n))
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), within 1 ULP, or next to the curve of its zeros to 2⁻⁸⁴.
///
/// It is +∞ for a or b = 0, −∞ for a or b = ∞, and NaN for both at once.
pub(super) fn lbeta(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 {
        return f64::NAN;
    }
    let (a, b) = if a < b { (b, a) } else { (a, b) };
    if a.is_infinite() {
        return if b == 0.0 { f64::NAN } else { f64::NEG_INFINITY };
    }
    if b == 0.0 {
        return f64::INFINITY;
    }
    if b == 1.0 {
        return -ln(a);
    }
    if a == 1.0 {
        return -ln(b);
    }
    let (s, t) = (a - 1.0, b - 1.0);
    if s.abs() < 1e-8 && t.abs() < 1e-8 {
        // Taylor's series by s and t, from the polygamma functions at 1 and 2; its first terms are summed exactly
        let mixed = (1.0 - PI.powi(2) / 6.0) * s * t;
        let cubic = (ZETA_3 - 1.0) * s * t * (s + t) - (s * s * s + t * t * t) / 3.0;
        return (-DoubleDouble::new(s, t) + (0.5 * (s * s + t * t) + mixed + cubic)).to_f64();
    }
    if a > 1.0 && b < a * power_of_two(-110) {
        // ln Γ(a + b) − ln Γ(a) = b ln a up to b²/a
        return (lgamma_of(b) - ln_of(a.into()) * b).to_f64();
    }
    if a > power_of_two(900) {
        // b is above 2⁷⁹⁰: all but the powers is lost in them
        return -a * ln_1p(b / a) - b * ln_1p(a / b);
    }
    lbeta_of(a, b).to_f64()
}

// Differences of polygamma functions.

/// ψₙ(a) − ψₙ(a + b) for a, b ≥ 0 and n ≤ 8, within 2 ULP whatever the ratio of a and b; a larger n gives NaN.
///
/// At the ends it is the limit: infinite for a = 0, ψₙ(a) at b = ∞, a zero at b = 0 or a = ∞; and NaN where there is none.
pub(super) fn polygamma_difference(n: u32, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a < 0.0 || b < 0.0 || n > 8 {
        return f64::NAN;
    }
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if a == 0.0 {
        return if b == 0.0 { f64::NAN } else { sign * f64::INFINITY };
    }
    if a.is_infinite() && b.is_infinite() && n == 0 {
        return f64::NAN;
    }
    if b == 0.0 || a.is_infinite() {
        return sign * 0.0;
    }
    if b.is_infinite() {
        return polygamma(n, a) - if n == 0 { f64::INFINITY } else { 0.0 };
    }
    if n == 0 { digamma_difference(a, b) } else { sign * magnitude(n, a, b) }
}

/// ψ(a) − ψ(a + b) for finite a, b > 0.
///
/// The recurrence raises a to z ≥ 12: ψ(a) − ψ(a + b) = −Σ b/((a + i)(a + b + i)) + ψ(z) − ψ(z + b), and of the asymptotic series (DLMF 5.11.2) the
/// difference is taken term by term: −ln(1 + b/z) − ½ (1/z − 1/(z + b)) − Σ B₂ₖ/2k (z⁻²ᵏ − (z + b)⁻²ᵏ). With u = z⁻² and v = (z + b)⁻² the last
/// factor is (u − v) hₖ, hₖ = u hₖ₋₁ + vᵏ⁻¹. All large terms have one sign.
fn digamma_difference(a: f64, b: f64) -> f64 {
    /// B₂ₖ/2k.
    const COEFFICIENTS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32760.0,
        1.0 / 12.0,
        -3617.0 / 8160.0,
    ];
    let mut z = a;
    let mut steps = DoubleDouble::from(0.0);
    while z < 12.0 {
        steps += (b / (z + b)) / z;
        z += 1.0;
    }
    if !steps.to_f64().is_finite() {
        // 1/a overflows
        return f64::NEG_INFINITY;
    }
    let n = z + b;
    let step = if n.is_finite() { b / n } else { (0.5 * b) / (0.5 * z + 0.5 * b) };
    let (r, s) = (1.0 / z, if n.is_finite() { 1.0 / n } else { 0.5 / (0.5 * z + 0.5 * b) });
    let (u, v) = (r * r, s * s);
    let (mut h, mut power, mut series) = (1.0, 1.0, 0.0);
    for c in COEFFICIENTS {
        series += c * h;
        power *= v;
        h = u * h + power;
    }
    // u − v = (r − s)(r + s), r − s = (b/n)/z
    let small = step * r * (0.5 + (r + s) * series);
    -(steps + small + ln_1p(b / z)).to_f64()
}

/// u = 1/x and v = 1/(x + b), and the differences uᵐ − vᵐ over a common factor.
///
/// uᵐ − vᵐ = u (uᵐ⁻¹ − vᵐ⁻¹) + vᵐ⁻¹ (u − v), where u − v = b u v: there is nothing to cancel.
struct Powers {
    u: DoubleDouble,
    v: DoubleDouble,
    /// (u − v) / factor.
    first: DoubleDouble,
}

impl Powers {
    /// The powers at x and x + b; the factor is b if `over_b`, which a small b asks for lest the differences lose digits, else 1.
    fn at(x: DoubleDouble, b: f64, over_b: bool) -> Self {
        let u = inverse(x);
        let y = x + b;
        if y.hi > x.hi * power_of_two(200) {
            return Powers { u, v: 0.0.into(), first: u };
        }
        let v = inverse(y);
        Powers { u, v, first: if over_b { v * u } else { v * b * u } }
    }

    /// uᵐ − vᵐ and uᵐ⁺¹ − vᵐ⁺¹ over the factor, and vᵐ, for m ≥ 1.
    fn differences(&self, m: u32) -> (DoubleDouble, DoubleDouble, DoubleDouble) {
        let Powers { u, v, first } = *self;
        let (mut before, mut power, mut this) = (first, v, u * first + v * first);
        for _ in 1..m {
            power *= v;
            (before, this) = (this, u * this + power * first);
        }
        (before, this, power)
    }

    /// Σ B₂ₖ/(2k)! s (s + 1) ⋯ (s + 2k − 2) (u^(s+2k−1) − v^(s+2k−1)) over the factor, k ≥ 1 (DLMF 25.11.43), given uˢ − vˢ over the factor and vˢ⁻¹.
    fn rest(&self, s: u32, mut difference: f64, mut power: f64) -> f64 {
        let (u, v, first) = (self.u.hi, self.v.hi, self.first.hi);
        let mut next = || {
            power *= v;
            difference = u * difference + power * first;
            difference
        };
        let (mut rising, mut last, mut sum) = (f64::from(s), f64::from(s), 0.0);
        for b in BERNOULLI {
            let term = b * rising * next();
            next();
            sum += term;
            if term.abs() < sum * power_of_two(-70) {
                break;
            }
            rising *= (last + 1.0) * (last + 2.0);
            last += 2.0;
        }
        sum
    }
}

/// |ψₙ(a) − ψₙ(a + b)| for n ≥ 1 and finite a, b > 0: n! times the difference of Hurwitz's zeta functions ζ(n + 1, a) and ζ(n + 1, a + b) (DLMF 25.11.12).
fn magnitude(n: u32, a: f64, b: f64) -> f64 {
    let s = n + 1;
    let over_b = b < a;
    let factor = if over_b { b } else { 1.0 };
    if !(power_of_two(-70)..=power_of_two(70)).contains(&a) {
        // the pole alone, n! (a⁻ˢ − (a + b)⁻ˢ), or the power alone, (n − 1)! (a⁻ⁿ − (a + b)⁻ⁿ), by mantissa and exponent
        let (m, e) = mantissa_and_exponent(a);
        let b = times_power_of_two(b.min(a * power_of_two(300)), -e);
        let powers = Powers::at(m.into(), b, over_b);
        let (of_n, of_s, _) = powers.differences(n);
        let (difference, order) = if e < 0 { (of_s * f64::from(n), s) } else { (of_n, n) };
        let factor = if over_b { b } else { 1.0 };
        return times_power_of_two((difference * factor * factorial(n - 1)).to_f64(), -e * order as i32);
    }
    let start = START + f64::from(s);
    let mut x = DoubleDouble::from(a);
    let mut sum = DoubleDouble::from(0.0);
    while x.hi < start {
        sum += Powers::at(x, b, over_b).differences(n).1;
        x += 1.0;
    }
    let powers = Powers::at(x, b, over_b);
    let (of_n, of_s, power) = powers.differences(n);
    let tail = of_n / f64::from(n) + of_s * 0.5 + powers.rest(s, of_s.hi, power.hi);
    ((sum + tail) * factorial(n) * factor).to_f64()
}
