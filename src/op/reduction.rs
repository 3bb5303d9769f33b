//! Ops of any number of arguments, each one node, and losses.

use super::{Apply, Domain, Kink, Point, Real, Reduce, Visitor};

/// ln Σ exp(xᵢ), without overflow.
#[derive(Clone, Debug, Default)]
pub struct LogSumExp;
impl Reduce for LogSumExp {
    const NAME: &'static str = "logsumexp";
    fn value<R: Real>(&self, x: &[R]) -> R {
        let m = x.iter().fold(R::from(f64::NEG_INFINITY), |m, &x| R::select(m.less(x), x, m));
        x.iter().fold(R::from(0.0), |s, &x| s + (x - m).exp()).ln() + m
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        for (s, &x) in slopes.iter_mut().zip(x) {
            *s = (x - a).exp();
        }
    }
}

/// The reductions as methods of slices.
pub trait Reductions<R: Apply> {
    /// ln Σ exp(xᵢ): [`LogSumExp`].
    #[track_caller]
    fn logsumexp(&self) -> R;
}
impl<R: Apply> Reductions<R> for [R] {
    fn logsumexp(&self) -> R {
        R::reduce(&LogSumExp, self)
    }
}

pub(super) fn visit(visitor: &mut impl Visitor) {
    visitor.reduce(LogSumExp);
}
