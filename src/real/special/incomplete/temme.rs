//! The uniform expansions of N. M. Temme, for the tails of the gamma and beta distributions with large parameters near their means.
//!
//! With ½η² = x/a − 1 − ln(x/a), η of the sign of x − a, Q = ½ erfc(η √(a/2)) + R and P = ½ erfc(−η √(a/2)) − R, where
//! R = e^(−½aη²)/√(2πa) S(η) (DLMF 8.12). Since dQ = −xᵃ⁻¹ e⁻ˣ/Γ(a) dx, S = Σ bₙ ηⁿ/Γ*(a) has coefficients with bₙ₋₁ = αₙ + (n + 1)/a bₙ₊₁, where
//! Σ αₙ ηⁿ = η/(x/a − 1). They are found downwards from two zeros (Temme, Math. Comp. 48 (1987)). [`beta`](super::beta) says what stands for
//! these numbers there. The table of the αₙ is made by `tests/data/coefficients.py`.

use super::sums::exp_times;
use crate::real::DoubleDouble;
use crate::real::math::exp;
use crate::real::special::normal::erfcx;
use crate::real::special::stirling::rest_of;
use std::f64::consts::TAU;

/// From here on the expansions are used; of the beta distribution both parameters are that large.
pub(super) const TEMME: f64 = 20.0;

/// How many coefficients are taken.
pub(super) const TERMS: usize = 36;

/// The coefficients αₙ of Taylor's series of η/(x/a − 1) by η, from the recurrence of its inverse; it converges for |η| < 2√π.
const ALPHA: [f64; TERMS] = [
    1.0,
    -0.3333333333333333,
    0.08333333333333333,
    -0.014814814814814815,
    0.0011574074074074073,
    0.0003527336860670194,
    -0.0001787551440329218,
    3.919263178522438e-05,
    -2.185448510679992e-06,
    -1.85406221071516e-06,
    8.296711340953087e-07,
    -1.7665952736826078e-07,
    6.707853543401498e-09,
    1.0261809784240309e-08,
    -4.382036018453353e-09,
    9.14769958223679e-10,
    -2.5514193994946248e-11,
    -5.830772132550426e-11,
    2.4361948020667415e-11,
    -5.0276692801141755e-12,
    1.1004392031956135e-13,
    3.371763262400985e-13,
    -1.392388722418162e-13,
    2.8534893807047445e-14,
    -5.139111834242572e-16,
    -1.9752288294349442e-15,
    8.099521156704561e-16,
    -1.6522531216398162e-16,
    2.5305430097478883e-18,
    1.1686939738559576e-17,
    -4.770037049820485e-18,
    9.699126059056237e-19,
    -1.2932565538038175e-20,
    -6.969230253185693e-20,
    2.835145432176937e-20,
    -5.7509821590070474e-21,
];

/// The smaller one of P(a, x) and Q(a, x), P if `is_lower`, for an a from [`TEMME`] on and x/a in [0.3, 2.36], where the deviance is −½aη².
pub(super) fn tail_near_mean(a: f64, deviance: DoubleDouble, is_lower: bool) -> f64 {
    by_expansion(a, deviance, is_lower, &ALPHA, exp(-rest_of(a).hi))
}

/// e^deviance (½ e^(y²) erfc(y) ∓ S/√(2πa)), y = √−deviance, the lower (−) or upper (+) tail; S = `factor` Σ bₙ ηⁿ, with bₙ from the αₙ.
pub(super) fn by_expansion(a: f64, deviance: DoubleDouble, is_lower: bool, alpha: &[f64; TERMS], factor: f64) -> f64 {
    let square = (-deviance.hi).max(0.0);
    let scaled = (square * 2.0 / a).sqrt();
    let eta = if is_lower { -scaled } else { scaled };
    let inverse = 1.0 / a;
    // bₙ₊₁ and bₙ
    let (mut above, mut here, mut sum) = (0.0, 0.0, 0.0);
    for n in (1..TERMS).rev() {
        let below = alpha[n] + (n + 1) as f64 * inverse * above;
        sum = sum * eta + below;
        (above, here) = (here, below);
    }
    let rest = sum * factor / (TAU * a).sqrt();
    let half = 0.5 * erfcx(0, square.sqrt());
    exp_times(deviance, DoubleDouble::new(half, if is_lower { -rest } else { rest }))
}
