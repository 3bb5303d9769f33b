//! Functions made of elementary ones, where the obvious formula loses digits or fails at an edge.

use super::arithmetic::at_origin;
use super::loss::difference;
use super::{Domain, Op, ops};
use crate::real::Real;
use std::f64::consts::{E, LN_2};

/// ln(1 − eˣ) for x ≤ 0: the logarithm of the complement of a probability that is given by its own. At 0 it is −∞.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log1mExp;
impl Op<1> for Log1mExp {
    const NAME: &'static str = "log1mexp";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        (-x.exp() + 1.0).ln()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        [R::from(1.0) / (-(-x).exp() + 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x]: [R; 1]) -> R {
        log1mexp(x)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
        let [slope, _] = shares(x, 0.0.into());
        (log1mexp(x), [-slope])
    }
    fn domain(&self) -> Domain {
        Domain::new("x ≤ 0", &[(f64::NEG_INFINITY, 0.0)])
    }
    fn samples(&self) -> Vec<[f64; 1]> {
        [-1e-3, -0.1, -LN_2, -0.7, -1.0, -3.5, -20.0, -40.0].map(|x| [x]).to_vec()
    }
}

/// ln(eˣ − eʸ) for x ≥ y, without overflow. Where x = y it is −∞.
///
/// The value is x + ln(1 − exp(y − x)): where that cancels, it is within ULP of the larger of 1 and |x|, and no more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogDiffExp;
impl Op<2> for LogDiffExp {
    const NAME: &'static str = "log_diff_exp";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        (x.exp() - y.exp()).ln()
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], a: R) -> [R; 2] {
        [(x - a).exp(), -(y - a).exp()]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        let [d, _] = difference(y, x);
        x + log1mexp(d)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        let [d, lost] = difference(y, x);
        let [of_y, of_x] = shares(d, lost);
        (self.evaluate_value([x, y]), [of_x, -of_y])
    }
    fn domain(&self) -> Domain {
        Domain::new("x ≥ y", &[(f64::NEG_INFINITY, f64::INFINITY); 2])
    }
    fn samples(&self) -> Vec<[f64; 2]> {
        vec![[1.0, 0.5], [0.0, -3.0], [700.0, 699.9], [-2.0, -2.5], [3.0, -40.0]]
    }
}

/// x ln(1 + y), and 0 at x = 0 even where y = −1; there the slopes are 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct XLog1pY;
impl Op<2> for XLog1pY {
    const NAME: &'static str = "xlog1py";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x * (y + 1.0).ln()
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [(y + 1.0).ln(), x / (y + 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(R::from(-1.0).less_equal(y), x.mul_strong_zero(y.ln_1p()), y * f64::NAN) // 0 annihilates ln 0, but not NaN
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        let slopes = [y.ln_1p(), x / (y + 1.0)];
        (self.evaluate_value([x, y]), slopes.map(|slope| R::select(at_origin(x, y + 1.0), 0.0.into(), slope)))
    }
    fn domain(&self) -> Domain {
        Domain::new("y ≥ −1", &[(f64::NEG_INFINITY, f64::INFINITY), (-1.0, f64::INFINITY)])
    }
}

/// −x ln x, and 0 at x = 0: what an outcome of probability x adds to the entropy. The slope at 0 is +∞.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entropy;
impl Op<1> for Entropy {
    const NAME: &'static str = "entropy";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        -x * x.ln()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        [-x.ln() - 1.0]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x]: [R; 1]) -> R {
        -x.mul_strong_zero(x.ln())
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
        /// What the rounding of e leaves.
        const E_REST: f64 = 1.4456468917292502e-16;
        // next to the root 1/e of the slope it is −ln(1 + (ex − 1)), of which nothing is rounded but the last steps
        let [p, error] = x.product_and_error(E.into());
        let beside = (p - 1.0) + (error + x * E_REST);
        let near = beside.abs().less(0.5.into());
        (self.evaluate_value([x]), [-R::select(near, beside.ln_1p(), x.ln() + 1.0)])
    }
    fn domain(&self) -> Domain {
        Domain::new("x ≥ 0", &[(0.0, f64::INFINITY)])
    }
}

/// ln(1 − eˣ): of x < −ln 2 the power is small, and of larger ones eˣ − 1 is.
#[inline(always)]
fn log1mexp<R: Real>(x: R) -> R {
    R::select_lazy(x.less((-LN_2).into()), || (-x.exp()).ln_1p(), || (-x.expm1()).ln())
}

/// eᵈ/(1 − eᵈ) and 1/(1 − eᵈ) of a d + lost ≤ 0.
#[inline(always)]
fn shares<R: Real>(d: R, lost: R) -> [R; 2] {
    let (power, rest) = (d.exp(), -d.expm1());
    // a rounded d alone would cost as many ULP as it is large
    let (power, rest) = (power + power * lost, rest - power * lost);
    // of −0 it is 0
    let rest = rest + 0.0;
    [power / rest, R::from(1.0) / rest]
}

ops! {
    /// Functions made of elementary ones as methods.
    trait ComposedFunctions;
    fn log1mexp(self) = Log1mExp;
    fn log_diff_exp(self, rhs) = LogDiffExp;
    fn xlog1py(self, rhs) = XLog1pY;
    fn entropy(self) = Entropy;
}
