//! Sums and means, and the ops of any number of arguments as methods and in the registry: each is one node.

use super::{
    Call, Dot, LogSumExp, MaxOf, MinOf, Norm, Prod, Reduce, SoftTargetCrossEntropy, SoftmaxCrossEntropy,
    StandardDeviation, Variance, Visitor,
};
use crate::real::Real;

/// Σ xᵢ, within n ULP of Σ |xᵢ|.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum;
impl Reduce for Sum {
    const NAME: &'static str = "sum";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().copied().sum()
    }
    fn slope<R: Real>(&self, _: &[R], _: R, slopes: &mut [R]) {
        slopes.fill(1.0.into());
    }
}

/// Σ xᵢ / n, within n ULP of Σ |xᵢ| / n.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mean;
impl Reduce for Mean {
    const NAME: &'static str = "mean";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().copied().sum::<R>() / x.len() as f64
    }
    fn slope<R: Real>(&self, x: &[R], _: R, slopes: &mut [R]) {
        slopes.fill(R::from(1.0 / x.len() as f64));
    }
}

/// The reductions as methods of slices.
///
/// # Panics
/// If the slice is empty, except for [`sum`](Reductions::sum), [`dot`](Reductions::dot) and
/// [`weighted_sum`](Reductions::weighted_sum), which are then 0.
pub trait Reductions<R: Call> {
    /// Σ xᵢ: [`Sum`].
    #[track_caller]
    fn sum(&self) -> R;

    /// Σ xᵢ / n: [`Mean`].
    #[track_caller]
    fn mean(&self) -> R;

    /// Σ xᵢ yᵢ: [`Dot`].
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn dot(&self, rhs: &[R]) -> R;

    /// Σ wᵢ xᵢ of constant weights: [`Dot`].
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn weighted_sum(&self, weights: &[f64]) -> R;

    /// √(Σ xᵢ²): [`Norm`].
    #[track_caller]
    fn norm(&self) -> R;

    /// ln Σ exp(xᵢ): [`LogSumExp`].
    #[track_caller]
    fn logsumexp(&self) -> R;

    /// −ln softmax(x)ᵢ of these logits, where i is the class: [`SoftmaxCrossEntropy`].
    ///
    /// # Panics
    /// If there is no such class.
    #[track_caller]
    fn softmax_cross_entropy(&self, class: usize) -> R;

    /// −Σ tᵢ ln softmax(x)ᵢ of these logits x and as many targets t: [`SoftTargetCrossEntropy`].
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn soft_target_cross_entropy(&self, targets: &[R]) -> R;

    /// Π xᵢ: [`Prod`].
    #[track_caller]
    fn prod(&self) -> R;

    /// The largest number: [`MaxOf`].
    #[track_caller]
    fn max_of(&self) -> R;

    /// The smallest number: [`MinOf`].
    #[track_caller]
    fn min_of(&self) -> R;

    /// The variance, with n − `ddof` degrees of freedom: [`Variance`].
    ///
    /// # Panics
    /// If there are not more than `ddof` numbers, or `ddof` is above 1.
    #[track_caller]
    fn var(&self, ddof: usize) -> R;

    /// The standard deviation, with n − `ddof` degrees of freedom: [`StandardDeviation`].
    ///
    /// # Panics
    /// If there are not more than `ddof` numbers, or `ddof` is above 1.
    #[track_caller]
    fn std(&self, ddof: usize) -> R;
}
impl<R: Call> Reductions<R> for [R] {
    fn sum(&self) -> R {
        if self.is_empty() { 0.0.into() } else { R::reduce(&Sum, self) }
    }
    fn mean(&self) -> R {
        R::reduce(&Mean, self)
    }
    fn dot(&self, rhs: &[R]) -> R {
        assert_eq!(self.len(), rhs.len(), "dot needs two vectors of the same length");
        R::dot(self, rhs)
    }
    fn weighted_sum(&self, weights: &[f64]) -> R {
        R::weighted_sum(self, weights)
    }
    fn norm(&self) -> R {
        R::reduce(&Norm, self)
    }
    fn logsumexp(&self) -> R {
        R::reduce(&LogSumExp, self)
    }
    fn softmax_cross_entropy(&self, class: usize) -> R {
        R::reduce(&SoftmaxCrossEntropy { class }, self)
    }
    fn soft_target_cross_entropy(&self, targets: &[R]) -> R {
        assert_eq!(self.len(), targets.len(), "soft_target_cross_entropy needs one target for each logit");
        R::reduce_parts(&SoftTargetCrossEntropy, &[self, targets])
    }
    fn prod(&self) -> R {
        R::reduce(&Prod, self)
    }
    fn max_of(&self) -> R {
        R::reduce(&MaxOf, self)
    }
    fn min_of(&self) -> R {
        R::reduce(&MinOf, self)
    }
    fn var(&self, ddof: usize) -> R {
        R::reduce(&Variance { ddof }, self)
    }
    fn std(&self, ddof: usize) -> R {
        R::reduce(&StandardDeviation { ddof }, self)
    }
}

pub(super) fn visit(visitor: &mut impl Visitor) {
    visitor.reduce(Sum);
    visitor.reduce(Mean);
    visitor.reduce(Dot);
    visitor.reduce(Norm);
    visitor.reduce(LogSumExp);
    visitor.reduce(SoftmaxCrossEntropy::default());
    visitor.reduce(SoftTargetCrossEntropy);
    visitor.reduce(Prod);
    visitor.reduce(MaxOf);
    visitor.reduce(MinOf);
    visitor.reduce(Variance::default());
    visitor.reduce(StandardDeviation::default());
}
