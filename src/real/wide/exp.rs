//! The exponential on lanes, without a branch and without a table.
//!
//! eˣ = 2ᵏ eʳ with |r| ≤ ln 2 / 2, and eʳ = 1 + r + r² p(r) for a polynomial p of degree 10. The coefficients are those of the polynomial that
//! has the least relative error of eʳ (computed with 60 digits by Remez's exchange), 2⁻⁶⁰. What the roundings of r and of 1 + r lose is carried
//! along.

use super::Wide;
use crate::real::{Real, Register};

const P: [f64; 11] = [
    0.5,
    0.16666666666666682,
    0.041666666666666095,
    0.00833333333331704,
    0.0013888888889114213,
    0.0001984126989636569,
    2.48015869287496e-05,
    2.755723488286465e-06,
    2.755758038686463e-07,
    2.5112028786677385e-08,
    2.082700591013418e-09,
];

/// ln 2 in two parts, the first with 42 bits, so that k times it is exact (computed with 80 digits).
pub(super) const LN_2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];

/// The bits of 2⁰ without those of its mantissa.
pub(super) const BIAS: u64 = 1023;
/// 1.5 · 2⁵² + 1023. Added to a k it leaves k + 1023 in the last bits, which are moved up by 52 to make 2ᵏ.
const SHIFT: f64 = 1.5 * (1u64 << 52) as f64 + BIAS as f64;

/// x = k ln 2 + r.
pub(super) struct Parts<R: Register> {
    /// k + [`SHIFT`].
    shifted: Wide<R>,
    k: Wide<R>,
    r: Wide<R>,
    /// eʳ − 1 − r, and what the rounding of r lost.
    rest: Wide<R>,
}

impl<R: Register> Parts<R> {
    /// Those of the sum of an x that is clamped to where eˣ is 0 and ∞, and a small `low`.
    #[inline(always)]
    pub fn of_sum(x: Wide<R>, low: Wide<R>) -> Self {
        Parts::within(x.at_least(-746.0).at_most(710.0), low)
    }

    /// Those of the sum of an |x| up to 746 and a small `low`.
    #[inline(always)]
    fn within(x: Wide<R>, low: Wide<R>) -> Self {
        let shifted = x.mul_add(std::f64::consts::LOG2_E.into(), SHIFT.into());
        let k = shifted - SHIFT;
        let minus_k = -k;
        let most = minus_k.mul_add(LN_2[0].into(), x);
        let low = minus_k.mul_add(LN_2[1].into(), low);
        let r = most + low;
        let lost = (most - r) + low;
        Parts { shifted, k, r, rest: (r * r).mul_add(r.polynomial(P), lost) }
    }

    /// Those of an x that is clamped.
    #[inline(always)]
    fn of(x: Wide<R>) -> Self {
        Parts::of_sum(x, (-0.0).into())
    }

    /// eʳ in two parts.
    #[inline(always)]
    pub fn exp(&self) -> [Wide<R>; 2] {
        let sum = self.r + 1.0;
        [sum, (self.r - (sum - 1.0)) + self.rest]
    }

    /// eʳ − 1 in two parts.
    #[inline(always)]
    fn expm1(&self) -> [Wide<R>; 2] {
        let t = self.r + self.rest;
        [t, (self.r - t) + self.rest]
    }

    /// 2⁻ᵏ, or 2⁻⁶⁴ where that is more.
    #[inline(always)]
    fn inverse_power(&self) -> Wide<R> {
        power(-self.k.at_most(64.0) + SHIFT)
    }

    /// x · 2ᵏ, rounded once more where it is subnormal.
    #[inline(always)]
    pub fn scale(&self, x: Wide<R>) -> Wide<R> {
        scale(x, self.k, self.shifted)
    }
}

/// 2ᵏ of a number with k + 1023 as its last bits.
#[inline(always)]
pub(super) fn power<R: Register>(shifted: Wide<R>) -> Wide<R> {
    shifted.to_exponent()
}

/// x · 2ᵏ of a k and k + [`SHIFT`], rounded once more where it is subnormal.
#[inline(always)]
fn scale<R: Register>(x: Wide<R>, k: Wide<R>, shifted: Wide<R>) -> Wide<R> {
    // 2ᵏ as two factors, since k may leave the exponents of normal numbers
    let half = k.mul_add(0.5.into(), SHIFT.into());
    let bias = Wide::from(f64::from_bits(BIAS));
    let rest = shifted.sub_bits(half);
    let rest = rest.add_bits(bias);
    x * power(half) * power(rest)
}

/// eˣ.
#[inline(always)]
pub fn exp<R: Register>(x: Wide<R>) -> Wide<R> {
    let parts = Parts::of(x);
    let [e, low] = parts.exp();
    parts.scale(e + low)
}

/// eˣ − 1 = 2ᵏ ((1 − 2⁻ᵏ) + (eʳ − 1)).
#[inline(always)]
pub fn expm1<R: Register>(x: Wide<R>) -> Wide<R> {
    // below it is −1
    let parts = Parts::of(x.at_least(-50.0));
    let [t, t_low] = parts.expm1();
    let one = Wide::from(1.0);
    let power = parts.inverse_power();
    let larger = one - power;
    let larger_lost = (one - larger) - power;
    let sum = larger + t;
    let lost = (larger - sum) + t;
    let result = parts.scale(sum + (lost + (t_low + larger_lost)));
    // −0 keeps its sign
    result.copysign(x)
}

/// (1 + p) + t in two parts, of a |p| up to 1 and a t in two parts that is not larger than 1 + p, or nearly 0 with it.
#[inline(always)]
fn one_and<R: Register>(p: Wide<R>, [t, t_low]: [Wide<R>; 2]) -> [Wide<R>; 2] {
    let one = Wide::from(1.0);
    let larger = one + p;
    let larger_lost = (one - larger) + p;
    let sum = larger + t;
    [sum, ((larger - sum) + t) + (t_low + larger_lost)]
}

/// tanh x, and 1 − |tanh x| with all its digits: n/d and 2e⁻ᵏ/d, where n and d are (e^2|x| ∓ 1) / 2ᵏ = (1 ∓ 2⁻ᵏ) + (eʳ − 1). Each is a sum whose
/// rounding is carried along.
#[inline(always)]
pub fn tanh_and_rest<R: Register>(x: Wide<R>) -> (Wide<R>, Wide<R>) {
    // beyond the rest is 0
    let parts = Parts::within(x.abs().at_most(373.0) * 2.0, (-0.0).into());
    let [t, t_low] = parts.expm1();
    let power = parts.inverse_power();
    let one = Wide::from(1.0);
    let ([n, n_low], [d, d_low]) = (one_and(-power, [t, t_low]), one_and(power, [t, t_low]));
    let inverse = one / d;
    let q = n * inverse;
    let error = q.residual(d, n) + (n_low - q * d_low);
    let rest = inverse - inverse * (inverse * d_low);
    ((q + error * inverse).copysign(x), scale(rest * 2.0, -parts.k, -parts.k + SHIFT))
}
