//! Losses, and what is computed in logarithms, of two arguments.

use super::arithmetic::at_origin;
use super::{Domain, Op, ops};
use crate::real::{Real, sum_and_error};

/// ln(eˣ + eʸ), without overflow. Where both are +∞ the slopes are ½, where both are −∞ they are 0.
///
/// The value is the sum of the larger argument and a number of [0, ln 2]: where that cancels, it is within ULP of 1 and no more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogAddExp;
impl Op<2> for LogAddExp {
    const NAME: &'static str = "logaddexp";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        (x.exp() + y.exp()).ln()
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], a: R) -> [R; 2] {
        [(x - a).exp(), (y - a).exp()]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        larger(x, y) + (-difference(x, y)[0].abs()).exp().ln_1p()
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        let [d, lost] = difference(x, y);
        let less = d.less(0.0.into());
        let tail = tail(d, lost);
        // of nothing but −∞ neither has a share
        let nothing = larger(x, y).equal(f64::NEG_INFINITY.into());
        let slopes = [[tail, -tail + 1.0], [-tail + 1.0, tail]]
            .map(|[left, right]| R::select(nothing, 0.0.into(), R::select(less, left, right)));
        (self.evaluate_value([x, y]), slopes)
    }
}

/// x ln y, and 0 at x = 0 even where y = 0; there the slopes are 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct XLogY;
impl Op<2> for XLogY {
    const NAME: &'static str = "xlogy";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x * y.ln()
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y.ln(), x / y]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(R::from(0.0).less_equal(y), x.mul_strong_zero(y.ln()), y * f64::NAN) // 0 annihilates ln 0, but not NaN
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        (self.evaluate_value([x, y]), [y.ln(), x / y].map(|slope| R::select(at_origin(x, y), 0.0.into(), slope)))
    }
    fn domain(&self) -> Domain {
        Domain::new("y ≥ 0", &[(f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::INFINITY)])
    }
}

/// The cross entropy −t ln σ(z) − (1 − t) ln(1 − σ(z)) of a logit z and a target t.
///
/// The slope by z is σ(z) − t: within ULP of 1 + |t|, since that may cancel. So may the value, for a target outside of [0, 1]: it is within
/// ULP of 1 + |z| (1 + |t|).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BceWithLogits;
impl Op<2> for BceWithLogits {
    const NAME: &'static str = "bce_with_logits";
    fn value<R: Real>(&self, [z, t]: [R; 2]) -> R {
        (z.exp() + 1.0).ln() - z * t
    }
    fn slope<R: Real>(&self, [z, t]: [R; 2], _: R) -> [R; 2] {
        [R::from(1.0) / ((-z).exp() + 1.0) - t, -z]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z, t]: [R; 2]) -> R {
        // −t on the left, 1 − t on the right; half way at 0, so that the derivative is right there too
        let step = (z.sign() + 1.0) * 0.5 - t;
        z.mul_strong_zero(step) + (-z.abs()).exp().ln_1p()
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z, t]: [R; 2]) -> (R, [R; 2]) {
        let tail = tail(z, 0.0.into());
        (self.evaluate_value([z, t]), [R::select(z.less(0.0.into()), tail - t, (-t + 1.0) - tail), -z])
    }
}

/// ½ d² of the difference d = x − y where |d| ≤ delta, else the straight line that continues it.
#[derive(Clone, Debug, PartialEq)]
pub struct Huber {
    /// Where the straight line begins.
    pub delta: f64,
}
impl Default for Huber {
    fn default() -> Self {
        Huber { delta: 1.0 }
    }
}
impl Op<2> for Huber {
    const NAME: &'static str = "huber";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        let d = (x - y).abs();
        R::select(d.less_equal(self.delta.into()), d * d * 0.5, (d - 0.5 * self.delta) * self.delta)
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        let (d, delta) = (x - y, R::from(self.delta));
        let slope = R::select(d.less(-delta), -delta, R::select(delta.less(d), delta, d));
        [slope, -slope]
    }
    crate::params!(delta);
    fn validate(&self) -> Option<&'static str> {
        (self.delta.is_nan() || self.delta <= 0.0).then_some("needs delta > 0")
    }
}

/// The larger number; half of each at a tie, so that the derivative is right there too.
fn larger<R: Real>(x: R, y: R) -> R {
    R::select(x.less(y), y, R::select(y.less(x), x, x * 0.5 + y * 0.5))
}

/// x − y, 0 for the same infinity twice, and what the rounding lost of a finite one.
pub(super) fn difference<R: Real>(x: R, y: R) -> [R; 2] {
    let [d, lost] = sum_and_error(x, -y);
    [R::select(d.equal(d), d, x.sign() - y.sign()), R::select(lost.equal(lost), lost, 0.0.into())]
}

/// 1 / (1 + exp |z|) of a z = d + lost, the smaller of σ(z) and σ(−z). |z| is a choice, since the slope of `abs` at 0 is 0.
fn tail<R: Real>(d: R, lost: R) -> R {
    let left = d.less(0.0.into());
    let e = R::select(left, d, -d).exp();
    // a rounded z alone would cost as many ULP as it is large
    let e = e + e * R::select(left, lost, -lost);
    e / (e + 1.0)
}

ops! {
    /// Losses as methods.
    trait Losses;
    fn logaddexp(self, rhs) = LogAddExp;
    fn xlogy(self, rhs) = XLogY;
    fn bce_with_logits(self, target) = BceWithLogits;
    fn huber(self, target) = Huber::default();
}
