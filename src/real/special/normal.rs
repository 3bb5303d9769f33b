//! The normal distribution and what it is made of: e^{x²} times the repeated integrals of the complementary error function, the inverse of the
//! error function, the distribution function, its logarithm and its inverse, and their slopes.
//!
//! With fₙ(x) = e^{x²} iⁿerfc(x), DLMF 7.18.3 gives fₙ′ = 2x fₙ − fₙ₋₁ and DLMF 7.18.7 gives 2n fₙ = fₙ₋₂ − 2x fₙ₋₁, so
//!
//! fₙ′ = −2(n + 1) fₙ₊₁,
//!
//! which is DLMF 7.18.4 as well. Therefore the series of Taylor of every fₙ about a center c has the coefficients (−2)ᵏ C(n + k, k) fₙ₊ₖ(c),
//! and one table of the numbers fₘ(c) serves all orders.
//!
//! Everything else here stands on f₀: Φ(−x) = ½ e^{−x²/2} f₀(x/√2), so no digits of a tail are lost.
//!
//! The tables are made by `tests/data/coefficients.py`, which checks the bounds of what the series leave as well.

use super::powers::times_power_of_two;
use crate::real::exact::{ordered_sum, product, product_of_pairs, sum};
use crate::real::math::exp::{exp, scaled_parts};
use crate::real::math::{ln, ln_1p};

type Pair = (f64, f64);

/// 2/√π, which is f₋₁ everywhere (DLMF 7.18.1).
const TWO_OVER_SQRT_PI: Pair = (std::f64::consts::FRAC_2_SQRT_PI, 1.533545961316588e-17);
/// √π/2.
const HALF_SQRT_PI: Pair = (0.886226925452758, -3.8332932499128993e-17);
/// 1/√2.
const SQRT_HALF: Pair = (std::f64::consts::FRAC_1_SQRT_2, -4.833646656726457e-17);
/// √2.
const SQRT_2: Pair = (std::f64::consts::SQRT_2, -9.667293313452913e-17);

// The repeated integrals.

/// The orders from 0 on.
const ORDERS: usize = 9;
/// The terms of the series after the first; what they leave is below 2⁻⁶³ of the value.
const TERMS: usize = 20;
/// The last order in the table.
const LAST: usize = ORDERS - 1 + TERMS;
/// The table reaches from −[`LOWEST`] to 16 − [`SHIFT`].
const LOWEST: f64 = 15.0 / 16.0;
/// |x| + SHIFT is in [1, 16) where there is a row. The rows for positive x are the intervals in which these numbers have the same first four
/// bits: 8 of width ⅛, 8 of ¼, 8 of ½ and 8 of 1. The first is centered at 0. Those for negative x are the mirror images of the next 7.
const SHIFT: f64 = 17.0 / 16.0;
const ROWS_UP: usize = 32;
const ROWS: usize = ROWS_UP + 7;

/// fₘ at a center.
struct Row {
    center: f64,
    values: [f64; LAST + 1],
    /// What the rounding of the first values lost.
    rests: [f64; ORDERS],
}

static TABLE: [Row; ROWS] = table();

/// f₂₉/f₂₈ at the centers to 106 bits.
const RATIOS: [Pair; ROWS] = [
    (0.1301795680505912, 2.794193658391867e-18),
    (0.1280611114893405, 8.724906851160415e-18),
    (0.12597826749444768, 5.4609497975569534e-18),
    (0.12393096157397729, -2.7802992132757804e-19),
    (0.1219190906285883, -5.428085231211396e-20),
    (0.11994252340756248, -1.271637424299684e-19),
    (0.11800110107276317, 5.587654007273372e-18),
    (0.11609463786507382, 4.640042281381181e-18),
    (0.11330002090268053, -4.1266754935146445e-18),
    (0.10969403439755906, -1.9981860254041262e-18),
    (0.10622327621095821, -5.0936742748136644e-18),
    (0.10288512247272745, -5.6718165065449114e-18),
    (0.09967663936660204, -4.518731504426418e-18),
    (0.09659462273932184, 5.459178304196734e-18),
    (0.09363563878977857, 6.586803536164891e-18),
    (0.0907960648179416, 3.233573280563253e-18),
    (0.08675231570374381, 5.072574609305418e-18),
    (0.08174255355923737, -1.6284038583971802e-18),
    (0.07713997539933302, 6.607676717292751e-18),
    (0.07291270554664135, 2.1443846047032398e-18),
    (0.06902965089689846, -2.2318865055160765e-18),
    (0.06546106002750787, -9.021093442768435e-19),
    (0.062178899109772326, -3.3745558235766828e-18),
    (0.059157073731908476, 3.263695644451695e-18),
    (0.05506040511549176, 2.312120795892511e-19),
    (0.050301843847595826, -3.328012393982518e-18),
    (0.04621594625608515, -1.930079548137507e-18),
    (0.04268446982531231, -1.8431644765878216e-18),
    (0.03961188832060889, -2.435707799047074e-18),
    (0.03692118035542694, 2.8959285720967446e-18),
    (0.0345501683832324, 2.5469061558962236e-18),
    (0.03244849131039092, 1.8699328478572818e-18),
    (0.13233368271916152, -1.2416071755595627e-17),
    (0.13452347185746072, 1.4759918334649417e-18),
    (0.13674892254022283, 1.5790885402942398e-18),
    (0.13900999256519628, -7.895852873459527e-18),
    (0.14130661058386598, 1.4806726512951139e-18),
    (0.1436386763512821, 1.2679426524430661e-18),
    (0.14600606109293487, -1.3605455187326389e-17),
];

/// The binomial coefficients C(n + k, k) for the orders n and k from 1 on.
static BINOMIALS: [[f64; TERMS]; ORDERS] = binomials();

const fn binomials() -> [[f64; TERMS]; ORDERS] {
    let mut all = [[1.0; TERMS]; ORDERS];
    let mut n = 1;
    while n < ORDERS {
        let mut left = 1.0;
        let mut k = 0;
        while k < TERMS {
            // C(n + k, k) = C(n + k − 1, k − 1) + C(n − 1 + k, k)
            left += all[n - 1][k];
            all[n][k] = left;
            k += 1;
        }
        n += 1;
    }
    all
}

/// a + b, the relative error of which is about 2⁻¹⁰⁴ if nothing cancels.
const fn sum_of_pairs(a: Pair, b: Pair) -> Pair {
    let (s, error) = sum(a.0, b.0);
    ordered_sum(s, error + (a.1 + b.1))
}

/// a / b to about 2⁻¹⁰³.
const fn quotient_of_pairs(a: Pair, b: Pair) -> Pair {
    let q = a.0 / b.0;
    let (p, error) = product(q, b.0);
    ordered_sum(q, (((a.0 - p) - error) + (a.1 - q * b.1)) / b.0)
}

/// The values at the centers. From the last two on, known up to a factor, fₙ₋₂ = 2n fₙ + 2c fₙ₋₁ leads down to f₋₁, which tells the factor. For a
/// c ≥ 0 nothing cancels; for the others the error is 2⁻⁸⁸ at most.
const fn table() -> [Row; ROWS] {
    const EMPTY: Row = Row { center: 0.0, values: [0.0; LAST + 1], rests: [0.0; ORDERS] };
    let mut rows = [EMPTY; ROWS];
    let mut i = 0;
    while i < ROWS {
        let up = if i < ROWS_UP { i } else { i - ROWS_UP + 1 };
        let octave = (1u32 << (up / 8)) as f64;
        let center = octave * (1.0 + (2 * (up % 8) + 1) as f64 / 16.0) - SHIFT;
        rows[i].center = if i < ROWS_UP { center } else { -center };
        // of the orders n + 1 and n, and the n + 1 st number is that of the order n
        let (mut above, mut this) = (RATIOS[i], (1.0, 0.0));
        let mut scaled = [this; LAST + 2];
        let mut n = LAST + 1;
        while n > 0 {
            n -= 1;
            let next = product_of_pairs(((2 * n + 2) as f64, 0.0), above);
            (above, this) = (this, sum_of_pairs(next, product_of_pairs((2.0 * rows[i].center, 0.0), this)));
            scaled[n] = this;
        }
        let factor = quotient_of_pairs(TWO_OVER_SQRT_PI, this);
        while n <= LAST {
            let value = product_of_pairs(scaled[n + 1], factor);
            rows[i].values[n] = value.0;
            if n < ORDERS {
                rows[i].rests[n] = value.1;
            }
            n += 1;
        }
        i += 1;
    }
    rows
}

/// fₙ(center + d) as a number and a rest, which may be half as large.
#[inline(always)]
fn by_series(n: usize, row: &Row, d: f64) -> Pair {
    let (values, binomials) = (&row.values[n + 1..n + 1 + TERMS], &BINOMIALS[n]);
    let t = -2.0 * d;
    let square = t * t;
    let fourth = square * square;
    let term = |k: usize| values[k] * binomials[k];
    let mut s = 0.0;
    for k in (0..TERMS).step_by(4).rev() {
        s = s * fourth + ((term(k) + term(k + 1) * t) + (term(k + 2) + term(k + 3) * t) * square);
    }
    (row.values[n], row.rests[n] + t * s)
}

/// fₙ(x + low) / 2ᵏ for an x that is positive and finite, as a number, a rest and k, by the asymptotic series DLMF 7.18.14
///
/// fₙ(x) ~ 2/√π (2x)⁻ⁿ⁻¹ (1 − r₀ u (1 − r₁ u (1 − …))) where u = 1/(2x)² and rₖ = (n + 2k + 1)(n + 2k + 2)/(k + 1).
///
/// From 14.9 on 10 + n terms leave 2⁻⁶² at most.
fn by_asymptotic_series(n: usize, x: f64, low: f64) -> (f64, f64, i32) {
    // x = m 2ᵉ, and a subnormal x does not come here
    const EXPONENT: u64 = 0x7ff << 52;
    let e = ((x.to_bits() & EXPONENT) >> 52) as i32 - 1023;
    let m = f64::from_bits(x.to_bits() & !EXPONENT | (1023 << 52));
    let half = quotient_of_pairs((0.5, 0.0), (m, 0.0));
    let mut first = product_of_pairs(TWO_OVER_SQRT_PI, half);
    for _ in 0..n {
        first = product_of_pairs(first, half);
    }
    let inverse = 0.5 / x;
    let u = inverse * inverse;
    let mut s = 0.0;
    for k in (0..10 + n).rev() {
        s = u * (((n + 2 * k + 1) * (n + 2 * k + 2)) as f64 / (k + 1) as f64) * (1.0 - s);
    }
    (first.0, first.1 - first.0 * (s + (n + 1) as f64 * (low / x)), -e * (n as i32 + 1))
}

/// fₙ(x + low) / 2ᵏ for a finite x above −[`LOWEST`], as a number, a rest and k.
#[inline(always)]
fn right_part(n: usize, x: f64, low: f64) -> (f64, f64, i32) {
    let m = x.abs() + SHIFT;
    if m < 16.0 {
        let up = (m.to_bits() >> 49) as usize - (1023 << 3);
        let row = &TABLE[if x < 0.0 && up > 0 { (ROWS_UP - 1 + up).min(ROWS - 1) } else { up }];
        let (value, rest) = by_series(n, row, (x - row.center) + low);
        (value, rest, 0)
    } else {
        by_asymptotic_series(n, x, low)
    }
}

/// fₙ(−m) / 2ᵏ, as a number, a rest and k, for an m in [[`LOWEST`], 27].
///
/// By DLMF 7.18.8 fₙ(−m) = 2 e^{m²} gₙ(m) / (2ⁿ n!) − (−1)ⁿ fₙ(m), where gₙ(m) = i⁻ⁿ Hₙ(im), so gₙ = 2m gₙ₋₁ + 2(n − 1) gₙ₋₂ from g₀ = 1 and
/// g₁ = 2m on.
fn left_part(n: usize, m: f64) -> (f64, f64, i32) {
    let (mut before, mut g, mut factorial) = ((0.0, 0.0), (1.0, 0.0), 1.0);
    for i in 1..=n {
        let twice = (2 * i) as f64;
        let next = sum_of_pairs(product_of_pairs((2.0 * m, 0.0), g), product_of_pairs((twice - 2.0, 0.0), before));
        (before, g, factorial) = (g, next, factorial * twice);
    }
    let g = quotient_of_pairs(g, (factorial, 0.0));
    let (half_square, low) = half_square(m);
    let (power, factor, exponent) = scaled_parts(2.0 * half_square, 2.0 * low);
    let (large, error) = product(2.0 * power, g.0);
    let (value, rest, _) = right_part(n, m, 0.0);
    let rest = times_power_of_two(value + rest, -exponent);
    let small = error + 2.0 * power * g.1 + large * factor;
    (large, small + if n.is_multiple_of(2) { -rest } else { rest }, exponent)
}

/// e^{x²} iⁿerfc(x), the scaled repeated integral of the complementary error function (DLMF 7.18.2), for n up to 8; for greater n it is NaN.
/// Its derivative is −2(n + 1) times that of the order n + 1.
pub(super) fn erfcx(n: u32, x: f64) -> f64 {
    let n = n as usize;
    if n >= ORDERS || x.is_nan() {
        return f64::NAN;
    }
    // from here on 2 e^{x²} is not finite
    if x < -26.7 {
        return f64::INFINITY;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    let (value, rest, exponent) = if x > -LOWEST { right_part(n, x, 0.0) } else { left_part(n, -x) };
    let sum = value + rest;
    if exponent == 0 { sum } else { times_power_of_two(sum, exponent) }
}

/// m²/2 in two parts, the first of them exact.
#[inline(always)]
fn half_square(m: f64) -> Pair {
    // the first 26 bits
    let leading = f64::from_bits(m.to_bits() & !((1 << 27) - 1));
    (0.5 * leading * leading, 0.5 * (m - leading) * (m + leading))
}

// The inverses.

/// The solution a of erf a = x for an |x| up to ½, as a number of 24 bits and a correction.
///
/// For the guess g the rest of the equation √π/2 x = a (1 + Σ (−a²)ᵏ/(k! (2k + 1))), DLMF 7.6.1, is found with all its digits.
fn inverse_erf(x: f64) -> Pair {
    /// erf⁻¹(x)/x in x² up to ¼, to 1.4 · 10⁻⁸.
    const GUESS: [f64; 6] = [
        0.8862269151323421,
        0.2320166298999102,
        0.12742002846185171,
        0.08880182384279348,
        0.04863938397886244,
        0.10259328171453437,
    ];
    /// (−1)ᵏ/(k! (2k + 1)) for k from 1 on; the rest is below 2⁻⁶⁵ for an a² up to 0.2276.
    const SERIES: [f64; 12] = {
        let mut series = [0.0; 12];
        let (mut k, mut factorial) = (1, -1.0);
        while k <= 12 {
            series[k - 1] = 1.0 / (factorial * (2 * k + 1) as f64);
            k += 1;
            factorial *= -(k as f64);
        }
        series
    };
    let guess = (x * polynomial(&GUESS, x * x)) as f32 as f64;
    let square = guess * guess;
    let target = product(x, HALF_SQRT_PI.0);
    let series = square * polynomial(&SERIES, square);
    let rest = ((target.0 - guess) - guess * series) + (target.1 + x * HALF_SQRT_PI.1);
    (guess, third_step(guess, rest * exp(square)))
}

/// The solution a of erfc a = y for a y in (0, ½], as a number of 24 bits and a correction.
///
/// For the guess g the rest of the equation f₀(a) = y e^{a²} is found with all its digits; g² is exact.
fn inverse_erfc(y: f64) -> Pair {
    /// a w in w = 1/√(−ln y), for √(−ln y) up to 2.5, up to 8 and beyond, to 5 · 10⁻⁷, 1.1 · 10⁻⁷ and 1.5 · 10⁻⁸.
    const GUESSES: [[f64; 7]; 3] = [
        [
            1.0066417377687809,
            -0.12462274786984896,
            -0.8216902417746134,
            1.0298595807923858,
            -0.6355172650073123,
            0.2130824617779328,
            -0.031037521596811134,
        ],
        [
            1.0008944819692547,
            -0.04711197817595334,
            -1.2907676496808793,
            2.659987262198451,
            -4.031262957182146,
            4.171283155484268,
            -2.0169292351993287,
        ],
        [
            1.0000821934515314,
            -0.014282368142330215,
            -1.8889693613859193,
            8.998072100621615,
            -44.93623276796086,
            154.0595184216002,
            -240.92359492228985,
        ],
    ];
    let root = (-ln(y)).sqrt();
    let guesses = &GUESSES[if root < 2.5 {
        0
    } else if root < 8.0 {
        1
    } else {
        2
    }];
    let guess = (root * polynomial(guesses, 1.0 / root)) as f32 as f64;
    let (power, factor, exponent) = scaled_parts(guess * guess, 0.0);
    let (target, error) = product(times_power_of_two(y, exponent), power);
    let (value, rest, k) = right_part(0, guess, 0.0);
    let scale = times_power_of_two(1.0, k);
    let difference = ((value * scale - target) - error) + (rest * scale - target * factor);
    (guess, third_step(guess, HALF_SQRT_PI.0 * difference))
}

/// The d with ∫ e^{−t²} dt from a to a + d = e^{−a²} step: the series of the inverse, step + a step² + (4a² + 1)/3 step³ + ….
#[inline(always)]
fn third_step(a: f64, step: f64) -> f64 {
    step + step * step * (a + step * (4.0 * a * a + 1.0) * (1.0 / 3.0))
}

/// Σ cₖ xᵏ.
#[inline(always)]
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |s, c| s * x + c)
}

/// The inverse of erf on [−1, 1].
pub(super) fn erfinv(x: f64) -> f64 {
    let m = x.abs();
    let (guess, correction) = if m <= 0.5 {
        inverse_erf(m)
    } else if m < 1.0 {
        // exact
        inverse_erfc(1.0 - m)
    } else {
        return if m == 1.0 { x * f64::INFINITY } else { f64::NAN };
    };
    (guess + correction).copysign(x)
}

/// Φ⁻¹(p), the quantile of the standard normal distribution, for p in [0, 1]: √2 erf⁻¹(2p − 1), and in the tails by the complement.
pub(super) fn quantile(p: f64) -> f64 {
    // p − ½ and 1 − p are exact where they are used
    let center = p - 0.5;
    let solution = if (0.25..=0.75).contains(&p) {
        inverse_erf(2.0 * center)
    } else if p > 0.0 && p < 1.0 {
        inverse_erfc(2.0 * if p > 0.5 { 1.0 - p } else { p })
    } else {
        return if p == 0.0 || p == 1.0 { center * f64::INFINITY } else { f64::NAN };
    };
    let (z, rest) = product_of_pairs(solution, SQRT_2);
    let z = z + rest;
    if p < 0.25 { -z } else { z }
}

// The distribution.

/// x/√2 as a number and a small rest.
#[inline(always)]
fn over_sqrt_2(x: f64) -> Pair {
    let (h, error) = product(x, SQRT_HALF.0);
    (h, error + x * SQRT_HALF.1)
}

/// From here on 1 − Φ is less than half of the smallest number.
const END: f64 = 39.0;

/// (1 − Φ(m)) / 2ᵏ = ½ e^{−m²/2} f₀(m/√2) / 2ᵏ for an m in [0, [`END`]], as a number, a small rest and k.
#[inline(always)]
fn tail(m: f64) -> (f64, f64, i32) {
    let (half_square, low) = half_square(m);
    let (power, factor, exponent) = scaled_parts(-half_square, -low);
    let (h, h_rest) = over_sqrt_2(m);
    let (value, rest, k) = right_part(0, h, h_rest);
    let (value, rest) = ordered_sum(value, rest);
    let (p, error) = product(0.5 * power, value);
    (p, error + 0.5 * power * rest + p * factor, exponent + k)
}

/// Φ(x), the distribution function of the standard normal distribution.
pub(super) fn cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let (value, rest, exponent) = tail(x.abs().min(END));
    if x < 0.0 {
        return times_power_of_two(value + rest, exponent);
    }
    let value = times_power_of_two(value, exponent);
    let s = 1.0 - value;
    s + (((1.0 - s) - value) - times_power_of_two(rest, exponent))
}

/// ln Φ(x).
pub(super) fn log_cdf(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x < -1.9e154 {
        f64::NEG_INFINITY
    } else if x < 0.0 {
        // ln(½ f₀(−x/√2)) − x²/2
        let (half_square, low) = half_square(x);
        let (h, h_rest) = over_sqrt_2(-x);
        let (value, rest, k) = right_part(0, h, h_rest);
        let (value, rest) = ordered_sum(value, rest);
        let ln = ln(times_power_of_two(0.5 * value, k));
        let (s, error) = sum(-half_square, ln);
        // beyond the largest number nothing is left to correct
        if s.is_finite() { s + (error + (rest / value - low)) } else { s }
    } else {
        let (value, rest, exponent) = tail(x.min(END));
        let (q, rest) = ordered_sum(value, rest);
        let q = times_power_of_two(q, exponent);
        ln_1p(-q) - times_power_of_two(rest, exponent) / (1.0 - q)
    }
}
