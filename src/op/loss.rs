//! Losses, and what is computed in logarithms, of two arguments.

use super::arithmetic::at_origin;
use super::{Domain, Op, Real, ops};

/// ln(eˣ + eʸ), without overflow. Where both are the same infinity the slopes are ½.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogAddExp;
impl Op<2> for LogAddExp {
    const NAME: &'static str = "logaddexp";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        // half of each at a tie, so that the derivative is right there too
        let max = R::select(x.less(y), y, R::select(y.less(x), x, x * 0.5 + y * 0.5));
        max + (-difference(x, y).abs()).exp().ln_1p()
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        let d = difference(x, y);
        let (less, tail) = (d.less(0.0.into()), tail(d));
        [R::select(less, tail, -tail + 1.0), R::select(less, -tail + 1.0, tail)]
    }
    fn textbook<R: Real>(&self, [x, y]: [R; 2]) -> R {
        (x.exp() + y.exp()).ln()
    }
    fn textbook_slope<R: Real>(&self, [x, y]: [R; 2], a: R) -> [R; 2] {
        [(x - a).exp(), (y - a).exp()]
    }
}

/// x ln y, and 0 at x = 0 even where y = 0; there the slopes are 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct XLogY;
impl Op<2> for XLogY {
    const NAME: &'static str = "xlogy";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(y.equal(y), x.chain(y.ln()), y) // 0 annihilates ln 0, but not NaN
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y.ln(), x / y].map(|slope| R::select(at_origin(x, y), 0.0.into(), slope))
    }
    fn textbook<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x * y.ln()
    }
    fn textbook_slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y.ln(), x / y]
    }
    fn domain(&self) -> Domain {
        Domain::new("y ≥ 0", &[(f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::INFINITY)])
    }
}

/// The cross entropy −t ln σ(z) − (1 − t) ln(1 − σ(z)) of a logit z and a target t.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BceWithLogits;
impl Op<2> for BceWithLogits {
    const NAME: &'static str = "bce_with_logits";
    fn value<R: Real>(&self, [z, t]: [R; 2]) -> R {
        // −t on the left, 1 − t on the right; half way at 0, so that the derivative is right there too
        let step = (z.sign() + 1.0) * 0.5 - t;
        z.chain(step) + (-z.abs()).exp().ln_1p()
    }
    fn slope<R: Real>(&self, [z, t]: [R; 2], _: R) -> [R; 2] {
        let tail = tail(z);
        [R::select(z.less(0.0.into()), tail - t, (-t + 1.0) - tail), -z]
    }
    fn textbook<R: Real>(&self, [z, t]: [R; 2]) -> R {
        (z.exp() + 1.0).ln() - z * t
    }
    fn textbook_slope<R: Real>(&self, [z, t]: [R; 2], _: R) -> [R; 2] {
        [R::from(1.0) / ((-z).exp() + 1.0) - t, -z]
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
    fn fault(&self) -> Option<&'static str> {
        (self.delta <= 0.0).then_some("needs delta > 0")
    }
}

/// x − y, and 0 for the same infinity twice.
fn difference<R: Real>(x: R, y: R) -> R {
    let d = x - y;
    R::select(d.equal(d), d, x.sign() - y.sign())
}

/// 1 / (1 + exp |z|), the smaller of σ(z) and σ(−z). |z| is a choice, since the slope of `abs` at 0 is 0.
fn tail<R: Real>(z: R) -> R {
    let e = R::select(z.less(0.0.into()), z, -z).exp();
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
