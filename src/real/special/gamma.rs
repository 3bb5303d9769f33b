//! The logarithm of the gamma function, and the polygamma functions.
//!
//! Positive arguments up to 8.25 take one of a few polynomials, whose first two terms are summed in double-double; larger ones Stirling's series
//! with a double-double logarithm. Negative arguments, and the derivatives of digamma, are sums of double-doubles, so that what
//! cancels between two poles leaves a correct rest.
//!
//! The tables are made by `tests/data/coefficients.py`.

use super::logarithm::{ln, ln_of};
use super::powers::{
    BERNOULLI, HALF_LN_TWO_PI, factorial, inverse, mantissa_and_exponent, pole, power, power_of_two, times_power_of_two,
};
use super::stirling;
use crate::real::DoubleDouble;

/// A polynomial by Horner's rule, lowest coefficient first.
fn horner(c: &[f64], x: f64) -> f64 {
    c.iter().rev().fold(0.0, |sum, a| sum * x + a)
}

/// A polynomial of 8 coefficients, lowest first, as two short chains that run side by side.
fn horner8(c: &[f64; 8], x: f64) -> f64 {
    let y = x * x;
    let even = ((c[6] * y + c[4]) * y + c[2]) * y + c[0];
    let odd = ((c[7] * y + c[5]) * y + c[3]) * y + c[1];
    even + odd * x
}

/// A function about `centre`: value + slope t + t² rest(t), t = x − centre; pairs are double-doubles.
struct Piece {
    centre: f64,
    value: (f64, f64),
    slope: (f64, f64),
    rest: [f64; 16],
}

impl Piece {
    /// The value at x + shift, where x − (centre − shift) is exact or its rounding error does not matter. The first two terms are
    /// exact to 2⁻¹⁰⁰, so the error is that of t² rest(t): each cell is so small that this is below 0.4 ULP of the value.
    fn at(&self, x: f64, shift: f64) -> DoubleDouble {
        let t = x - (self.centre - shift);
        let c = &self.rest;
        let (t2, t4) = (t * t, t * t * (t * t));
        // Four chains in t⁴, side by side.
        let chain = |k: usize| ((c[k + 12] * t4 + c[k + 8]) * t4 + c[k + 4]) * t4 + c[k];
        let rest = (chain(0) + chain(1) * t) + (chain(2) + chain(3) * t) * t2;
        let p = DoubleDouble::exact_product(self.slope.0, t);
        let s = DoubleDouble::finite(self.value.0, p.hi);
        let low = p.lo + (self.slope.1 * t + self.value.1);
        DoubleDouble::finite_ordered(s.hi, s.lo + low + t2 * rest)
    }
}

/// ln Γ(x) for 8 ≤ x < 2⁹⁰⁰: x (ln x − 1) − (ln x)/2 + (ln 2π)/2 + 1/(12x) + ⋯ (DLMF 5.11.1).
fn stirling(x: f64) -> DoubleDouble {
    let log = ln(x);
    let l = DoubleDouble::finite_ordered(log.hi, -1.0);
    let p = DoubleDouble::exact_product(x, l.hi);
    let s = DoubleDouble::finite_ordered(p.hi, -0.5 * log.hi);
    let s1 = DoubleDouble::finite_ordered(s.hi, HALF_LN_TWO_PI.hi);
    let u = 1.0 / x;
    let v = u * u;
    let rest = u * (1.0 / 12.0 + v * horner8(&STIRLING, v));
    let low = p.lo + x * (l.lo + log.lo) + (s.lo + s1.lo) + (HALF_LN_TWO_PI.lo - 0.5 * log.lo) + rest;
    DoubleDouble::finite_ordered(s1.hi, low)
}

/// ln Γ(1 + x) for 0 ≤ x < 1, with an error below 2⁻⁵⁶ of it.
pub(super) fn lgamma_1p(x: f64) -> DoubleDouble {
    LGAMMA_PIECES[((x + 0.125) * 4.0) as usize].at(x, 1.0)
}

/// ln |Γ(x)|: the logarithm of the absolute value of the gamma function. +∞ at its poles (0, −1, −2, ⋯) and at both infinities.
///
/// The error is below 1 ULP for x > 0, also next to the zeros at 1 and 2. For x < 0 it is below 1.5 ULP while |value| > 2⁻¹⁷ |slope|; nearer to a
/// zero it is below 2⁻⁶⁶ |slope|.
pub(super) fn lgamma(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 0.0 {
        return lgamma_negative(x);
    }
    if x < 0.875 {
        if x < power_of_two(-60) {
            // −ln x − gamma x + ⋯
            return if x == 0.0 { f64::INFINITY } else { -ln(x).to_f64() };
        }
        // Γ(x) = Γ(1 + x)/x
        let (log, g) = (ln(x), lgamma_1p(x));
        let s = DoubleDouble::finite(-log.hi, g.hi);
        return s.hi + (s.lo + (g.lo - log.lo));
    }
    if x < 8.25 {
        let k = match x {
            _ if x < 2.375 => ((x - 0.875) * 4.0) as usize,
            _ if x < 2.875 => 6,
            _ if x < 3.5 => 7,
            _ if x < 5.5 => 8,
            _ => 9,
        };
        return LGAMMA_PIECES[k].at(x, 0.0).to_f64();
    }
    if x < power_of_two(900) {
        return stirling(x).to_f64();
    }
    if x > 2.6e305 {
        return f64::INFINITY;
    }
    // x (ln x − 1) in units of 2¹⁰⁰, since the exact product needs room. The rest is below 2⁻⁹⁰⁰ of it.
    ((ln(x) - 1.0) * (x * power_of_two(-100))).to_f64() * power_of_two(100)
}

/// lgamma for x < 0. With x = r − N, |r| ≤ 1/2: |Γ(x)| = π/(|sin πr| Γ(1 − x)) (DLMF 5.5.3), so it is −ln |r sinc(r)| − ln Γ(1 − x).
fn lgamma_negative(x: f64) -> f64 {
    let near = x.round();
    // Exact, since |r| ≤ 1/2 and both are multiples of the ULP of x.
    let r = (x - near).abs();
    if r == 0.0 || x == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    if x > -power_of_two(-60) {
        return -ln(-x).to_f64();
    }
    let s = DoubleDouble::exact_product(r, r);
    let rest = s.hi * horner(&SINC_REST, s.hi);
    let sinc = (((SINC[2] + rest) * s + SINC[1]) * s + SINC[0]) * s + 1.0;
    -(ln_of(sinc * r) + stirling::lgamma(DoubleDouble::new(1.0, -x))).to_f64()
}

/// The n-th derivative of digamma (the logarithmic derivative of the gamma function), n = 0 to 22; a larger n gives NaN.
///
/// At a pole the limit from both sides if there is one (odd n: +∞), else NaN; the sign of a zero tells the side. The limit at +∞ is +∞ for
/// n = 0, else a zero with the sign of the values before it; there is none at −∞ (NaN).
///
/// The error is below 1 ULP for x > 0, also next to the zero of digamma, and for the odd n at any x. Digamma and the even n have a zero between each
/// two poles on the negative axis: there the error is below 2 ULP while |value| > 2⁻¹² |slope|, and nearer to the zero below 2⁻⁶³ |slope|.
pub(super) fn polygamma(n: u32, x: f64) -> f64 {
    if n > 22 || x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == 0.0 {
        return if n % 2 == 1 { f64::INFINITY } else { -f64::INFINITY.copysign(x) };
    }
    if n == 0 {
        return if x > 0.0 { digamma_positive(x) } else { digamma_negative(x) };
    }
    // DLMF 5.15.1: (−1)ⁿ⁺¹ n! sum over k ≥ 0 of 1/(x + k)ⁿ⁺¹.
    if x < 0.0 {
        return polygamma_negative(n, x);
    }
    let v = polygamma_magnitude(n, x);
    if n % 2 == 1 { v } else { -v }
}

/// Digamma for x > 0.
fn digamma_positive(x: f64) -> f64 {
    if x >= 8.25 {
        if x == f64::INFINITY {
            return x;
        }
        // DLMF 5.11.2.
        let log = ln(x);
        let u = 1.0 / x;
        let v = u * u;
        return log.hi + (log.lo - (0.5 * u + v * (1.0 / 12.0 + v * horner8(&DIGAMMA_TAIL, v))));
    }
    if x < 1.0 {
        if x < power_of_two(-60) {
            return -1.0 / x;
        }
        // digamma(x) = digamma(1 + x) − 1/x. With x < 1/4 the rounding of x − 1/8 is far below the ULP of 1/x.
        let k = if x < 0.25 {
            0
        } else if x < 0.75 {
            1
        } else {
            2
        };
        let (u, g) = (inverse(DoubleDouble::from(x)), DIGAMMA_PIECES[k].at(x, 1.0));
        let s = DoubleDouble::finite_ordered(-u.hi, g.hi);
        return s.hi + (s.lo + (g.lo - u.lo));
    }
    let k = match x {
        _ if x < 1.25 => 0,
        _ if x < 1.75 => 1,
        _ if x < 2.25 => 2,
        _ if x < 3.0 => 3,
        _ if x < 4.25 => 4,
        _ if x < 6.0 => 5,
        _ => 6,
    };
    DIGAMMA_PIECES[k].at(x, 0.0).to_f64()
}

/// Digamma for x < 0. With x = r − N, |r| ≤ 1/2: digamma(x) = digamma(1 − x) − π cot πr (DLMF 5.5.4).
fn digamma_negative(x: f64) -> f64 {
    let r = x - x.round();
    if r == 0.0 {
        return f64::NAN;
    }
    if x > -power_of_two(-60) {
        return -1.0 / x;
    }
    // 1/r − π cot πr = 2 ζ(2) r + 2 ζ(4) r³ + ⋯, from the partial fractions DLMF 4.22.3.
    let s = DoubleDouble::exact_product(r, r);
    let mut odd = TWO_ZETA[4] + s.hi * horner(&COT_REST, s.hi);
    for c in TWO_ZETA[..4].iter().rev() {
        odd = odd * s + *c;
    }
    // small terms first, the pole last
    (odd * r + digamma_of(DoubleDouble::new(1.0, -x)) - inverse(DoubleDouble::from(r))).to_f64()
}

/// Digamma for a > 0, for a ≥ 1 with an error below 2⁻⁶²·⁵ max(1, |digamma(a)|), for the reflection: digamma(a) = digamma(a + k) − 1/a − ⋯ − 1/(a + k − 1),
/// with at most 15 terms.
pub(super) fn digamma_of(a: DoubleDouble) -> DoubleDouble {
    let mut a = a;
    let mut sum = DoubleDouble::from(0.0);
    while a.hi < 16.0 {
        sum += inverse(a);
        a += 1.0;
    }
    let u = inverse(a);
    let v = u.hi * u.hi;
    let rest = v * (1.0 / 12.0 + v * horner8(&DIGAMMA_TAIL, v));
    ln_of(a) - sum - u * 0.5 - rest
}

/// n! times the sum over k ≥ 0 of 1/(x + k)ⁿ⁺¹, for x > 0 and n ≥ 1.
fn polygamma_magnitude(n: u32, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    let s = n + 1;
    if is_pole_only(s, x) {
        return pole(s, x);
    }
    if x < power_of_two(40) {
        return (hurwitz(s, DoubleDouble::from(x)) * factorial(n)).to_f64();
    }
    // (n − 1)!/xⁿ (1 + n/(2x) + ⋯), the power by mantissa and exponent.
    let (m, e) = mantissa_and_exponent(x);
    let bracket = hurwitz_bracket(s, DoubleDouble::from(x.min(power_of_two(200))));
    let v = bracket * inverse(power(DoubleDouble::from(m), n)) * factorial(n - 1);
    times_power_of_two(v.to_f64(), -e * n as i32)
}

/// Whether the other terms of the sum of 1/(x + k)ˢ are below 2⁻⁷⁵ of 1/|x|ˢ, for |x| ≤ 1/2 or x > 0.
fn is_pole_only(s: u32, x: f64) -> bool {
    x.abs().powi(s as i32) < power_of_two(-75)
}

/// The sum over k ≥ 0 of 1/(a + k)ˢ (Hurwitz's zeta function), 2 ≤ s ≤ 23, for a > 0 so that no power of a leaves the range of f64.
///
/// Up to 27 terms until a + k is at least 8 + 0.8 s, then the asymptotic series of the rest (DLMF 25.11.43). Terms below 2⁻¹⁴ of the sum are taken
/// in f64, the others in double-double. The relative error is below 2⁻⁵⁶; for a ≤ 3/2, where the first term leads, below 2⁻⁶².
fn hurwitz(s: u32, a: DoubleDouble) -> DoubleDouble {
    let limit = 8.0 + 0.8 * f64::from(s);
    let mut a = a;
    let mut sum = DoubleDouble::from(0.0);
    let mut plain = 0.0;
    let mut last = f64::INFINITY;
    while a.hi < limit {
        if last < sum.hi * power_of_two(-14) {
            last = 1.0 / a.hi.powi(s as i32);
            plain += last;
        } else {
            let term = inverse(power(a, s));
            sum += term;
            last = term.hi;
        }
        if last < sum.hi * power_of_two(-75) {
            return sum + plain;
        }
        a += 1.0;
    }
    let tail = hurwitz_bracket(s, a) / (power(a, s - 1) * f64::from(s - 1));
    sum + tail + plain
}

/// (s − 1) aˢ⁻¹ times the sum over k ≥ 0 of 1/(a + k)ˢ, for a ≥ 8 + 0.8 s:
/// 1 + (s − 1)/(2a) + the sum over k of B₂ₖ/(2k)! (s − 1) s ⋯ (s + 2k − 2)/a²ᵏ (DLMF 25.11.43). The first term left out of the 14 is below 2⁻⁶⁴.
fn hurwitz_bracket(s: u32, a: DoubleDouble) -> DoubleDouble {
    let u = inverse(a);
    let v = u.hi * u.hi;
    let s = f64::from(s);
    let mut rising = (s - 1.0) * s * v;
    let mut next = s + 1.0;
    let mut sum = 0.0;
    for b in BERNOULLI {
        let term = b * rising;
        sum += term;
        if term.abs() < power_of_two(-70) {
            break;
        }
        rising *= next * (next + 1.0) * v;
        next += 2.0;
    }
    u * (0.5 * (s - 1.0)) + sum + 1.0
}

/// The n-th derivative of digamma for x < 0 and n ≥ 1. With x = r − N, |r| ≤ 1/2, and s = n + 1, the sum over k ≥ 0 of 1/(x + k)ˢ is
/// 1/rˢ + ζ(s, 1 + r) for the terms from r on, and (−1)ˢ (ζ(s, 1 − r) − ζ(s, 1 − x)) for the N terms below it (Hurwitz's zeta function). All are
/// double-doubles: that is the reflection formula with the derivative of π cot πr as its partial fractions.
fn polygamma_negative(n: u32, x: f64) -> f64 {
    let near = x.round();
    let r = x - near;
    let s = n + 1;
    // The sign of the powers of negative numbers, and that before the sum.
    let odd_power = s % 2 == 1;
    if r == 0.0 {
        return if odd_power { f64::NAN } else { f64::INFINITY };
    }
    let sign = if odd_power { -1.0 } else { 1.0 };
    let pole_sign = if odd_power && r < 0.0 { -1.0 } else { 1.0 };
    if odd_power && r.abs() == 0.5 {
        // Half-way between poles all other terms cancel.
        return -polygamma_magnitude(n, 1.0 - x);
    }
    if is_pole_only(s, r) {
        return sign * pole_sign * pole(s, r.abs());
    }
    let mut sum = hurwitz(s, DoubleDouble::new(1.0, r));
    if near != 0.0 {
        let below = hurwitz(s, DoubleDouble::new(1.0, -r)) - hurwitz_far(s, DoubleDouble::new(1.0, -x));
        sum += if odd_power { -below } else { below };
    }
    let first = inverse(power(DoubleDouble::from(r.abs()), s));
    let sum = sum + first * pole_sign;
    sign * (sum * factorial(n)).to_f64()
}

/// ζ(s, a) for a ≥ 1, and 0 where it is below 2⁻¹⁰⁰.
fn hurwitz_far(s: u32, a: DoubleDouble) -> DoubleDouble {
    if a.hi.powi((s - 1) as i32) > power_of_two(100) { DoubleDouble::from(0.0) } else { hurwitz(s, a) }
}

/// ln Γ on (0.875, 8.25), in steps of 1/4 up to 2.375.
const LGAMMA_PIECES: [Piece; 10] = [
    // On [0.875, 1.125]: relative error of the value 2⁻⁵⁷·⁸.
    Piece {
        centre: 1.0,
        value: (0.0, 0.0),
        slope: (-0.5772156649015329, 4.942915152430645e-18),
        rest: [
            0.8224670334241132,
            -0.40068563438653143,
            0.2705808084277846,
            -0.20738555102867404,
            0.16955717699733805,
            -0.14404989676877966,
            0.1255096695606106,
            -0.11133426590355427,
            0.10009944851107277,
            -0.0909540086155182,
            0.08335506588342813,
            -0.07693367756232228,
            0.07134075649682876,
            -0.06658134765492489,
            0.06609226211212074,
            -0.06222687309376338,
        ],
    },
    // On [1.125, 1.375]: relative error of the value 2⁻⁵⁹·².
    Piece {
        centre: 1.25,
        value: (-0.09827183642181316, -6.314779554567454e-18),
        slope: (-0.22745353337626542, 1.2917048857818566e-17),
        rest: [
            0.5986645772535554,
            -0.22128998958948673,
            0.1159226670495165,
            -0.06979490531611444,
            0.04515801066845994,
            -0.030493599938809797,
            0.0211733386278105,
            -0.014991302676321787,
            0.010768311316304508,
            -0.007821407156077344,
            0.005731657633918517,
            -0.0042309557901833,
            0.003140670760409484,
            -0.002344735206188899,
            0.0018232751996244895,
            -0.0013730918838807872,
        ],
    },
    // On [1.375, 1.625]: relative error of the value 2⁻⁵⁹·².
    Piece {
        centre: 1.5,
        value: (-0.12078223763524522, -4.1797047492946264e-18),
        slope: (0.03648997397857652, 1.9534229894802305e-19),
        rest: [
            0.46740110027233966,
            -0.13813277403905333,
            0.05871212641676822,
            -0.028952081888893543,
            0.015435484170049254,
            -0.008622603929171259,
            0.00496572880949936,
            -0.002920970458682822,
            0.0017450355698757955,
            -0.0010549156901319488,
            0.0006437037894617629,
            -0.0003957720490058815,
            0.00024481033918762193,
            -0.000152277503267925,
            9.756436396766848e-05,
            -6.12199767695225e-05,
        ],
    },
    // On [1.625, 1.875]: relative error of the value 2⁻⁵⁶·⁶.
    Piece {
        centre: 1.75,
        value: (-0.08440112102048555, -2.6432142314014824e-18),
        slope: (0.24747245354686118, -1.2648007844133656e-17),
        rest: [
            0.38205093494691433,
            -0.09364874593281648,
            0.03334789882865153,
            -0.013873361219013917,
            0.00627036075973291,
            -0.0029795710465869824,
            0.0014630826586855847,
            -0.0007350193444342323,
            0.000375454752074166,
            -0.0001942205746364949,
            0.00010146649897093934,
            -5.343207514565179e-05,
            2.8318274843101876e-05,
            -1.5093061889896876e-05,
            8.23146093215074e-06,
            -4.426370068239644e-06,
        ],
    },
    // On [1.875, 2.125]: relative error of the value 2⁻⁵⁷·⁶.
    Piece {
        centre: 2.0,
        value: (0.0, 0.0),
        slope: (0.42278433509846713, 4.942915152430645e-18),
        rest: [
            0.3224670334241132,
            -0.0673523010531981,
            0.020580808427784546,
            -0.007385551028673986,
            0.002890510330741523,
            -0.0011927539117032608,
            0.0005096695247431739,
            -0.00022315475845364162,
            9.945751274878739e-05,
            -4.4926236722493986e-05,
            2.0507217280764733e-05,
            -9.439490408918871e-06,
            4.374526492545374e-06,
            -2.039054587260229e-06,
            9.685070591418935e-07,
            -4.5557695806012614e-07,
        ],
    },
    // On [2.125, 2.375]: relative error of the value 2⁻⁶⁰·⁷.
    Piece {
        centre: 2.25,
        value: (0.1248717148923966, -1.5282623440777956e-18),
        slope: (0.5725464666237345, 5.177485471969904e-17),
        rest: [
            0.27866457725355537,
            -0.050623322922820055,
            0.0135226670495165,
            -0.004258905316114447,
            0.001467344001794508,
            -0.0005342856530964497,
            0.0002018186271770415,
            -7.822178695271229e-05,
            3.0893235388719655e-05,
            -1.237582939529474e-05,
            5.012894116339681e-06,
            -2.0484813486962455e-06,
            8.430896098803306e-07,
            -3.490804733840797e-07,
            1.468752916740134e-07,
            -6.138912849102322e-08,
        ],
    },
    // On [2.375, 2.875]: relative error of the value 2⁻⁵⁸·⁶.
    Piece {
        centre: 2.625,
        value: (0.3763336820249054, 2.157033078809892e-17),
        slope: (0.7626758508080488, 3.434633467606616e-17),
        rest: [
            0.23124247409416873,
            -0.03508187654413724,
            0.007867125433810811,
            -0.00208896103464409,
            0.0006089012183662653,
            -0.00018809651472889176,
            6.041269682218319e-05,
            -1.9944529843829246e-05,
            6.718885695218526e-06,
            -2.298397748998907e-06,
            7.956701752835029e-07,
            -2.780750377566728e-07,
            9.789319764477992e-08,
            -3.469686243862009e-08,
            1.277474225158802e-08,
            -4.5739623325908935e-09,
        ],
    },
    // On [2.875, 3.5]: relative error of the value 2⁻⁵⁸·⁶.
    Piece {
        centre: 3.1875,
        value: (0.872948003183272, -2.668104160680175e-17),
        slope: (0.9942494702608514, 2.1933846398986984e-18),
        rest: [
            0.18399433650650587,
            -0.022333305231022102,
            0.004026225493925918,
            -0.0008629933213122301,
            0.00020376762790700085,
            -5.113986174982277e-05,
            1.3377331463687466e-05,
            -3.6042964400119827e-06,
            9.926339982999002e-07,
            -2.779854160793035e-07,
            7.887425027508699e-08,
            -2.2614022921064067e-08,
            6.535706914146857e-09,
            -1.903025517359525e-09,
            5.769781030775298e-10,
            -1.698717633596782e-10,
        ],
    },
    // On [3.5, 5.5]: relative error of the value 2⁻⁵⁶·⁶.
    Piece {
        centre: 4.5,
        value: (2.4537365708424423, -1.2332749279512093e-16),
        slope: (1.388870926359529, -1.077471853961007e-17),
        rest: [
            0.12436255151950519,
            -0.010259470220171282,
            0.0012634378559324073,
            -0.00018583961231918804,
            3.0236466197742496e-05,
            -5.248290192876401e-06,
            9.525919079762295e-07,
            -1.7860190130867446e-07,
            3.431426541950251e-08,
            -6.718739391026809e-09,
            1.336056926546975e-09,
            -2.687871135070652e-10,
            5.3836327441611383e-11,
            -1.102497648850761e-11,
            2.751051541734763e-12,
            -5.717303903865515e-13,
        ],
    },
    // On [5.5, 8.25]: relative error of the value 2⁻⁶⁰·⁸.
    Piece {
        centre: 6.875,
        value: (6.346360475557843, 4.1415691357224747e-16),
        slope: (1.8534049788139868, -6.106956279358794e-17),
        rest: [
            0.07827190850724046,
            -0.004076112312451431,
            0.00031777109217267407,
            -2.9669721866056757e-05,
            3.0720900799336343e-06,
            -3.4017087843085587e-07,
            3.947715659849294e-08,
            -4.742450758575641e-09,
            5.849588815646147e-10,
            -7.366494052790853e-11,
            9.434941949162806e-12,
            -1.2247369291460572e-12,
            1.594018420276544e-13,
            -2.1122188574554417e-14,
            3.273875159396054e-15,
            -4.411720106678899e-16,
        ],
    },
];

/// Digamma on (1, 8.25); the second piece is about its zero.
const DIGAMMA_PIECES: [Piece; 7] = [
    // On [1, 1.25]: relative error of the value 2⁻⁵⁹·¹.
    Piece {
        centre: 1.125,
        value: (-0.38849266329585486, -1.1338269963598876e-17),
        slope: (1.3881334449880345, -8.538894005159284e-18),
        rest: [
            -0.8766690590678413,
            0.690569843927703,
            -0.5827262943244081,
            0.5054966887138579,
            -0.44398173070039176,
            0.3922741460402968,
            -0.3476098161356983,
            0.30849081704439124,
            -0.2739843238253665,
            0.2434346056278583,
            -0.21633864538618083,
            0.1922775834421697,
            -0.17072450094486902,
            0.15174994879355957,
            -0.14189340020379354,
            0.12612631007922237,
        ],
    },
    // On [1.25, 1.75]: relative error of the value 2⁻⁵⁸·¹.
    Piece {
        centre: 1.4616321449683622,
        value: (-9.241265521729427e-17, -2.5907356508198256e-33),
        slope: (0.9676722454476212, 5.0688981776619267e-17),
        rest: [
            -0.4427631689835922,
            0.25849976095565125,
            -0.1639427054424004,
            0.1078240506911448,
            -0.07219956125844995,
            0.04880428819028054,
            -0.033161126243995476,
            0.022597645595990166,
            -0.015424777581314272,
            0.010538930480851449,
            -0.007204298053741231,
            0.004922848158330604,
            -0.003369377619510654,
            0.0023608388193145312,
            -0.0016550662437580137,
            0.00079738757231253,
        ],
    },
    // On [1.75, 2.25]: relative error of the value 2⁻⁵⁹·⁴.
    Piece {
        centre: 2.0,
        value: (0.42278433509846713, 4.942915152430645e-18),
        slope: (0.6449340668482264, 3.040672350398476e-17),
        rest: [
            -0.2020569031595943,
            0.08232323371113819,
            -0.036927755143369954,
            0.017343061984449154,
            -0.0083492773819129,
            0.004077356197939376,
            -0.002008392827351458,
            0.0009945751284526144,
            -0.0004941885244996898,
            0.0002460865135039881,
            -0.00012271605619495278,
            6.124948916832983e-05,
            -3.0537319528161765e-05,
            1.5256804764899984e-05,
            -8.132471735625822e-06,
            4.064893631695163e-06,
        ],
    },
    // On [2.25, 3]: relative error of the value 2⁻⁶⁰·⁴.
    Piece {
        centre: 2.625,
        value: (0.7626758508080488, 3.434633467606616e-17),
        slope: (0.46248494818833746, 1.4465767608173253e-17),
        rest: [
            -0.10524562963241173,
            0.031468501735243244,
            -0.0104448051732205,
            0.0036534073101976592,
            -0.0013166756030947616,
            0.0004833015745663865,
            -0.0001795007690171756,
            6.71888577598203e-05,
            -2.5282363624115037e-05,
            9.548011193275249e-06,
            -3.615144482159735e-06,
            1.371153435705584e-06,
            -5.19181878045196e-07,
            1.97336767340845e-07,
            -8.17112569095782e-08,
            3.1093183895021296e-08,
        ],
    },
    // On [3, 4.25]: relative error of the value 2⁻⁶⁰·⁵.
    Piece {
        centre: 3.625,
        value: (1.1436282317604298, -5.552886255549414e-17),
        slope: (0.3173602316350495, -9.450601403026265e-18),
        rest: [
            -0.049960023326397256,
            0.010407318380571066,
            -0.002421497228583575,
            0.0005969090455740532,
            -0.0001522953118092474,
            3.972813026796801e-05,
            -1.0520409017996953e-05,
            2.815387267145106e-06,
            -7.591470840564538e-07,
            2.0583363032471296e-07,
            -5.604753204106889e-08,
            1.530610009815428e-08,
            -4.163029714058535e-09,
            1.1415237126591944e-09,
            -3.554445339584284e-10,
            9.771714799559698e-11,
        ],
    },
    // On [4.25, 6]: relative error of the value 2⁻⁶⁰·⁹.
    Piece {
        centre: 5.125,
        value: (1.5334087033113941, -2.4365414521113786e-17),
        slope: (0.21538718768571133, -6.7568805996168815e-18),
        rest: [
            -0.02310863111137119,
            0.003293592851991166,
            -0.0005262150389423715,
            8.936687974276578e-05,
            -1.575647116121259e-05,
            2.848178201793854e-06,
            -5.239311058614884e-07,
            9.761534449443936e-08,
            -1.8361474036966937e-08,
            3.479105854874552e-09,
            -6.630586032131941e-10,
            1.2691486775242386e-10,
            -2.4233347707426085e-11,
            4.6679704725384945e-12,
            -1.0181555011589457e-12,
            1.9700911213619644e-13,
        ],
    },
    // On [6, 8.25]: relative error of the value 2⁻⁶⁰·⁷.
    Piece {
        centre: 7.125,
        value: (1.8917959606533552, 6.515978706638017e-17),
        slope: (0.15065905165474464, 1.3478171522528985e-17),
        rest: [
            -0.011327907630828388,
            0.0011335529316283239,
            -0.00012737858304065407,
            1.524060132265243e-05,
            -1.896148969298361e-06,
            2.4222988945535373e-07,
            -3.1535795996566055e-08,
            4.163911439364119e-09,
            -5.557672025693774e-10,
            7.481110488934266e-11,
            -1.0139437325895485e-11,
            1.3816728466319049e-12,
            -1.8833608889677898e-13,
            2.5874130397640608e-14,
            -3.94841590534974e-15,
            5.457736944737638e-16,
        ],
    },
];

/// q(v) in ln Γ(x) = (x − 1/2) ln x − x + (ln 2π)/2 + u (1/12 + v q(v)), u = 1/x, v = u², for x ≥ 8 (DLMF 5.11.1).
/// The error of v q(v) is 2⁻⁶⁷·⁷.
const STIRLING: [f64; 8] = [
    -0.002777777777777778,
    0.0007936507936500698,
    -0.0005952380942600347,
    0.0008417503357165945,
    -0.001917397422602725,
    0.006392047374041489,
    -0.02809906939127759,
    0.11589197686103159,
];

/// q(v) in digamma(x) = ln x − 1/(2x) − v (1/12 + v q(v)), v = 1/x², for x ≥ 8 (DLMF 5.11.2). The error of v q(v) is 2⁻⁶⁵·¹.
const DIGAMMA_TAIL: [f64; 8] = [
    -0.008333333333333331,
    0.003968253968240914,
    -0.004166666649018107,
    0.007575748435002488,
    -0.02109045277264925,
    0.08300283204929146,
    -0.41677015419602076,
    1.8775165371085718,
];

/// q(s) in 1/r − π cot πr = r (2 ζ(2) + s (2 ζ(4) + ⋯ + s (2 ζ(10) + s q(s)))), s = r², for |r| ≤ 1/2.
/// The error of q is 2⁻⁵⁰·⁸.
const COT_REST: [f64; 14] = [
    2.0004921731066156,
    2.000122496270724,
    2.0000305643617176,
    2.000007650578519,
    2.000001061093311,
    2.0000272403981176,
    1.9994545959176606,
    2.0075042548413373,
    1.9286166987868338,
    2.473095357181682,
    -0.16332764876392591,
    8.601922859516106,
    -10.452969550635268,
    13.937292734225915,
];

/// 2 ζ(2), 2 ζ(4), ⋯ 2 ζ(10).
const TWO_ZETA: [DoubleDouble; 5] = [
    DoubleDouble { hi: 3.289868133696453, lo: 6.081344700796952e-17 },
    DoubleDouble { hi: 2.1646464674222763, lo: 9.49702408571073e-17 },
    DoubleDouble { hi: 2.0346861239688985, lo: -1.9517198332883063e-16 },
    DoubleDouble { hi: 2.0081547123958887, lo: -4.034349661547569e-17 },
    DoubleDouble { hi: 2.001989150255636, lo: 2.1873826341294005e-16 },
];

/// The Taylor coefficients of sin(πr)/(πr) in r² after the 1: (−1)ᵏ π²ᵏ/(2k+1)!, k = 1 to 3.
const SINC: [DoubleDouble; 3] = [
    DoubleDouble { hi: -1.6449340668482264, lo: -3.040672350398476e-17 },
    DoubleDouble { hi: 0.8117424252833536, lo: 3.561384032141524e-17 },
    DoubleDouble { hi: -0.19075182412208422, lo: 4.4195856292634144e-18 },
];

/// The same for k = 4 to 13: the first one left out is below 2⁻⁷⁰ of the sum at r = 1/2.
const SINC_REST: [f64; 10] = [
    0.0261478478176548,
    -0.0023460810354558235,
    0.000148428793031071,
    -6.975873661656381e-06,
    2.5312174041370274e-07,
    -7.304711822217775e-09,
    1.7165384749821432e-10,
    -3.3481335350440666e-12,
    5.507458912150965e-14,
    -7.743082723388031e-16,
];
