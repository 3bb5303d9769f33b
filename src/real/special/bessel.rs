//! Bessel functions of integer order 0 to 6: J and Y of the first and the second kind, and the modified I of the first kind.
//!
//! The orders 0 and 1 are those of `pxfm` (I₀ next to its overflow excepted). The higher ones take three ways, by the size of x:
//!
//! * the power series, where its sum does not cancel (J) or needs few terms (I);
//! * from there on the recurrence in the order, started at the orders 0 and 1; for J and Y it is stable for x above the order,
//!   and for Y also below; for I it starts from the asymptotic form, held to more digits than the recurrence loses;
//! * for tiny x the first term alone, scaled by a power of two so that nothing overflows or underflows on the way.
//!
//! All of it runs on sums of two `f64`, so that the result carries the rounding of the last step and the errors of the orders 0
//! and 1 alone. The slopes are closed with these functions (DLMF 10.6.1, 10.29.1): J_n′ = (J_{n−1} − J_{n+1})/2, Y_n′ likewise,
//! I_n′ = (I_{n−1} + I_{n+1})/2, with J₋₁ = −J₁, Y₋₁ = −Y₁, I₋₁ = I₁.
//!
//! The tables are made by `tests/data/coefficients.py`.

use super::powers::{factorial, mantissa_and_exponent, power, times_power_of_two};
use crate::real::DoubleDouble;
use crate::real::math::exp::exp;

/// The largest order.
const LARGEST_ORDER: u32 = 6;

/// 2⁻²⁸: below it the second term of every power series here is less than 2⁻⁵⁷ of the first.
const TINY: f64 = 1.0 / (1u64 << 28) as f64;

/// 2⁶⁴: above it the terms with 2n/x of the recurrence are less than 2⁻⁵⁹ of the amplitude.
const HUGE: f64 = (1u128 << 64) as f64;

/// The polynomial in t = 1/x for √x·e^(−x)·I₀(x) on 0 ≤ t ≤ 1/12: first the coefficients of t⁰ to t² as pairs, then those of t³
/// to t²² as `f64`. Interpolation in Chebyshev points, error below 2⁻⁶⁶, with the rounding of the coefficients 2⁻⁶⁵·⁶.
const SCALED_0: ([DoubleDouble; 3], [f64; 20]) = (
    [
        DoubleDouble { hi: 0.3989422804014327, lo: -2.4914908723121048e-17 },
        DoubleDouble { hi: 0.04986778505017898, lo: 1.7594135944189663e-18 },
        DoubleDouble { hi: 0.028050629090949568, lo: 9.818588711284274e-19 },
    ],
    [
        0.029219405115361266,
        0.044742297565859936,
        0.09058036149355807,
        0.23250677258530933,
        0.16049127570173977,
        52.463415610794456,
        -3573.449381513643,
        1.9807464419470602e5,
        -8.564653351392528e6,
        2.925077785902098e8,
        -7.925825117128155e9,
        1.7052118431854684e11,
        -2.9030788669769204e12,
        3.879210291949374e13,
        -4.011199902588058e14,
        3.137808419184817e15,
        -1.7914099096234318e16,
        7.028996732429012e16,
        -1.692060346208266e17,
        1.8820250330106874e17,
    ],
);

/// The polynomial in t = 1/x for √x·e^(−x)·I₁(x) on 0 ≤ t ≤ 1/12: first the coefficients of t⁰ to t² as pairs, then those of t³
/// to t²² as `f64`. Interpolation in Chebyshev points, error below 2⁻⁶⁶, with the rounding of the coefficients 2⁻⁶⁴·⁴.
const SCALED_1: ([DoubleDouble; 3], [f64; 20]) = (
    [
        DoubleDouble { hi: 0.3989422804014327, lo: -2.4932033191845407e-17 },
        DoubleDouble { hi: -0.14960335515053713, lo: -1.1298013728472302e-17 },
        DoubleDouble { hi: -0.04675104848477734, lo: -2.4928755669157253e-18 },
    ],
    [
        -0.04090716722764487,
        -0.05752579128849932,
        -0.11071330579218891,
        -0.2742223671596233,
        -0.24250075755850273,
        -55.027875836173585,
        3730.175039644202,
        -2.0664479695387493e5,
        8.927617306238458e6,
        -3.046306879363534e8,
        8.24642133102907e9,
        -1.7723969120414478e11,
        3.0142634682873213e12,
        -4.023323015067828e13,
        4.1554284170716606e14,
        -3.24675809385987e15,
        1.8513319768622292e16,
        -7.254955155898864e16,
        1.744210141044734e17,
        -1.9375071775491667e17,
    ],
);

/// 1/π.
const INVERSE_PI: DoubleDouble = DoubleDouble { hi: std::f64::consts::FRAC_1_PI, lo: -1.9678676675182486e-17 };

/// e⁶⁴.
const E_64: DoubleDouble = DoubleDouble { hi: 6.235149080811617e27, lo: 1.3899738872492847e11 };

/// The Bessel function of the first kind J_n(x), n ≤ 6; NaN for a larger n.
///
/// J_n(−x) = (−1)ⁿ J_n(x), and the limit at ±∞ is 0.
pub(super) fn j(n: u32, x: f64) -> f64 {
    let a = x.abs();
    if n > LARGEST_ORDER || x.is_nan() {
        return f64::NAN;
    }
    let value = match n {
        _ if a == f64::INFINITY => 0.0,
        0 => pxfm::f_j0(a),
        1 => pxfm::f_j1(a),
        _ if a < TINY => first_term(n, a),
        // No cancellation to speak of: the sum is above 0.3 while x²/4 ≤ n + 1.
        _ if a * a < 4.0 * f64::from(n + 1) => power_series(n, a, -1.0),
        _ if a > HUGE => far(n, j(n % 2, a)),
        _ => forward(n, a, pxfm::f_j0(a), pxfm::f_j1(a)),
    };
    with_parity(n, x, value)
}

/// The Bessel function of the second kind Y_n(x), n ≤ 6; NaN for a larger n.
///
/// −∞ at +0, NaN at −0 and below, and the limit at ∞ is 0.
pub(super) fn y(n: u32, x: f64) -> f64 {
    if n > LARGEST_ORDER || x.is_nan() || x.is_sign_negative() {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    match n {
        0 => pxfm::f_y0(x),
        1 => pxfm::f_y1(x),
        _ if x < TINY => first_pole_term(n, x),
        _ if x > HUGE => far(n, y(n % 2, x)),
        _ => forward(n, x, pxfm::f_y0(x), pxfm::f_y1(x)),
    }
}

/// The modified Bessel function of the first kind I_n(x), n ≤ 6; NaN for a larger n.
///
/// I_n(−x) = (−1)ⁿ I_n(x). It overflows where the exact value does, at |x| ≈ 714.
pub(super) fn i(n: u32, x: f64) -> f64 {
    let a = x.abs();
    if n > LARGEST_ORDER || x.is_nan() {
        return f64::NAN;
    }
    let value = match n {
        // `f_i0` is ∞ from 713.98690853 on, 1.3e-8 before the exact value exceeds the range.
        0 if a < 713.9869 => pxfm::f_i0(a),
        1 => pxfm::f_i1(a),
        _ if a < TINY => first_term(n, a),
        _ if a < 12.0 => power_series(n, a, 1.0),
        _ if a < 720.0 => modified_large(n, a),
        _ => f64::INFINITY,
    };
    with_parity(n, x, value)
}

/// The value at |x| carried over to x: odd orders are odd functions.
fn with_parity(n: u32, x: f64, value: f64) -> f64 {
    if n % 2 == 1 && x.is_sign_negative() { -value } else { value }
}

/// The first term of the power series of J_n and I_n, (x/2)ⁿ/n! (DLMF 10.7.3), for x ≥ 0 of any size at which it holds.
fn first_term(n: u32, x: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let (m, e) = mantissa_and_exponent(x);
    let v = power(m.into(), n) / DoubleDouble::from(factorial(n));
    times_power_of_two(v.to_f64(), n as i32 * (e - 1))
}

/// The leading term of Y_n at 0, −((n − 1)!/π)(2/x)ⁿ (DLMF 10.7.4), n ≥ 2.
fn first_pole_term(n: u32, x: f64) -> f64 {
    let (m, e) = mantissa_and_exponent(x);
    let v = DoubleDouble::from(factorial(n - 1)) * INVERSE_PI / power(m.into(), n);
    -times_power_of_two(v.to_f64(), n as i32 * (1 - e))
}

/// J_n(x) with `sign` −1 and I_n(x) with `sign` 1, by the power series (DLMF 10.2.2, 10.25.2) for x²/4 ≤ 36, n ≥ 2:
/// (x/2)ⁿ/n! · (1 + w/(1·(n+1))·(1 + w/(2·(n+2))·(1 + …))), w = ±x²/4.
fn power_series(n: u32, x: f64, sign: f64) -> f64 {
    let half = 0.5 * x;
    let square = DoubleDouble::exact_product(half, half);
    let w = DoubleDouble { hi: sign * square.hi, lo: sign * square.lo };
    // The terms left out are below 2⁻⁶⁰ of the sum, and what follows the steps done on pairs is below 1/16 of it.
    let (terms, on_pairs) = match square.hi {
        z if z <= 1.0 => (12, 2),
        z if z <= 9.0 => (19, 4),
        _ => (26, 8),
    };
    let divisor = |k: u32| f64::from(k * (n + k));
    let mut tail = 1.0;
    for k in (on_pairs + 1..=terms).rev() {
        tail = 1.0 + w.hi / divisor(k) * tail;
    }
    let mut sum = DoubleDouble::from(tail);
    for k in (1..=on_pairs).rev() {
        sum = DoubleDouble::from(1.0) + w / DoubleDouble::from(divisor(k)) * sum;
    }
    (power(half.into(), n) / DoubleDouble::from(factorial(n)) * sum).to_f64()
}

/// The order n ≥ 2 from the orders 0 and 1 of J or of Y: C_{k+1} = (2k/x)·C_k − C_{k−1} (DLMF 10.6.1),
/// 2⁻²⁸ ≤ x ≤ 2⁶⁴.
fn forward(n: u32, x: f64, order_0: f64, order_1: f64) -> f64 {
    let (mut before, mut last) = (DoubleDouble::from(order_0), DoubleDouble::from(order_1));
    for k in 1..n {
        let factor = DoubleDouble::from(f64::from(2 * k)) / DoubleDouble::from(x);
        (before, last) = (last, factor * last - before);
    }
    last.to_f64()
}

/// J_n or Y_n at x above 2⁶⁴ from the order 0 or 1 of the same parity: there C_{k+1} = −C_{k−1} to 2⁻⁵⁹ of the amplitude.
fn far(n: u32, value: f64) -> f64 {
    if n / 2 % 2 == 1 { -value } else { value }
}

/// I_n(x) for 12 ≤ x ≤ 720: eˣ/√x times the polynomials for the orders 0 and 1, brought to the order n by
/// I_{k+1} = I_{k−1} − (2k/x)·I_k (DLMF 10.29.1), which loses up to 6 of the 64 bits they are good to.
fn modified_large(n: u32, x: f64) -> f64 {
    let t = DoubleDouble::from(1.0) / DoubleDouble::from(x);
    let polynomial = |(pairs, rest): &([DoubleDouble; 3], [f64; 20])| {
        let tail = rest.iter().rev().fold(0.0, |sum, c| sum * t.hi + c);
        pairs.iter().rev().fold(DoubleDouble::from(tail), |sum, c| sum * t + *c)
    };
    let (mut value, mut next) = (polynomial(&SCALED_0), polynomial(&SCALED_1));
    for k in 1..=n {
        let factor = DoubleDouble::from(f64::from(2 * k)) * t;
        (value, next) = (next, value - factor * next);
    }
    let scaled = value / DoubleDouble::from(x).sqrt();
    // Near the end of the range eˣ overflows before I_n does.
    let (exponential, factor) = if x > 700.0 { (exp(x - 64.0), scaled * E_64) } else { (exp(x), scaled) };
    exponential * factor.hi + exponential * factor.lo
}
