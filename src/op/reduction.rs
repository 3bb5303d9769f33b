//! Ops of any number of arguments, each one node.

use super::kink::{JAX, Kink, TF, TORCH};
use super::{Call, Dot, Params, Reduce, Visitor, bad_param};
use crate::error::Error;
use crate::real::{Real, sum_and_error};
use smallvec::smallvec;

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

/// √(Σ xᵢ²), without overflow. Its second derivatives are finite where the largest number is normal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Norm;
impl Reduce for Norm {
    const NAME: &'static str = "norm";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().map(|&x| x * x).sum::<R>().sqrt()
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        for (s, &x) in slopes.iter_mut().zip(x) {
            *s = x / a;
        }
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let m = x.iter().fold(R::from(0.0), |m, &x| R::select(m.less(x.abs()), x.abs(), m));
        // 0 and ∞ cannot be divided by, and need not be
        let scale = R::select(m.equal(m + m), 1.0.into(), m);
        x.iter().map(|&x| (x / scale) * (x / scale)).sum::<R>().sqrt() * scale
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        // ratios to the largest number keep the digits of the derivatives, which x / a would lose where one number is nearly a
        let largest = x.iter().fold(R::from(0.0), |m, &x| R::select(m.abs().less(x.abs()), x, m));
        let extreme = largest.equal(largest + largest);
        let scale = R::select(extreme, 1.0.into(), largest);
        slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = x / scale);
        let length = slopes.iter().map(|&t| t * t).sum::<R>().sqrt();
        let (a, c) = (length * scale.abs(), largest.sign() / length);
        // at the origin and at ∞ it is the sign of an x that is as long
        let edge = |x: R| R::select(x.abs().equal(a), x.sign(), x / a);
        slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select_lazy(extreme, || edge(x), || *s * c));
        a
    }
    fn kinks(&self) -> Vec<Kink> {
        let kink = Kink::at_point([0.0; 2], [(-1.0, 1.0, 0.0); 2]);
        vec![
            kink.other_libraries(TORCH, &[0.0; 2])
                .other_libraries(JAX, &[f64::NAN; 2])
                .other_libraries(TF, &[f64::NAN; 2]),
        ]
    }
}

/// ln Σ exp(xᵢ), without overflow. The slopes at nothing but −∞ are 0.
///
/// The value is the sum of the largest argument and a number of [0, ln n]: where that cancels, it is within n ULP of 1 and no
/// more. The errors of a value and of the slopes grow with n as that of a sum of n numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSumExp;
impl Reduce for LogSumExp {
    const NAME: &'static str = "logsumexp";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().map(|x| x.exp()).sum::<R>().ln()
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        for (s, &x) in slopes.iter_mut().zip(x) {
            *s = (x - a).exp();
        }
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let m = max(x);
        log_sum(x, m, x.iter().map(|&x| weight(x, m))) + m
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let m = max(x);
        weigh(x, m, slopes);
        let a = log_sum(x, m, slopes.iter().copied()) + m;
        normalize(slopes);
        a
    }
}

/// −ln softmax(x)ᵢ of the logits x, where i is the class. The errors grow with the number of logits as that of their sum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoftmaxCrossEntropy {
    /// The index of the true class.
    pub class: usize,
}
impl SoftmaxCrossEntropy {
    /// The slopes, given each exp(xᵢ − m).
    fn slopes<R: Real>(&self, weights: &mut [R]) {
        normalize(weights);
        let p = weights[self.class];
        // p − 1 has no digits where p is nearly 1, and the sum of the others none of its derivatives where p is small
        weights[self.class] = 0.0.into();
        let others = weights.iter().copied().sum::<R>();
        weights[self.class] = R::select(p.less(0.5.into()), p - 1.0, -others);
    }
}
impl Reduce for SoftmaxCrossEntropy {
    const NAME: &'static str = "softmax_cross_entropy";
    const NEEDS_PARAMS: bool = true;
    fn value<R: Real>(&self, x: &[R]) -> R {
        LogSumExp.value(x) - x[self.class]
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        LogSumExp.slope(x, a + x[self.class], slopes);
        slopes[self.class] -= R::from(1.0);
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        let m = max(x);
        log_sum(x, m, x.iter().map(|&x| weight(x, m))) - below(x[self.class], m)[0]
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let m = max(x);
        weigh(x, m, slopes);
        let a = log_sum(x, m, slopes.iter().copied()) - below(x[self.class], m)[0];
        self.slopes(slopes);
        a
    }
    fn params(&self) -> Params {
        smallvec![("class", self.class as f64)]
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        let class = value as usize;
        match name {
            "class" if class as f64 == value => Ok(SoftmaxCrossEntropy { class }),
            _ => Err(bad_param(self.params(), Self::NAME, name, value)),
        }
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        (self.class >= n).then_some("needs more logits than the index of its class")
    }
}

/// The largest number, NaN left out.
fn max<R: Real>(x: &[R]) -> R {
    x.iter().fold(R::from(f64::NEG_INFINITY), |m, &x| R::select(m.less(x), x, m))
}

/// x − m of the largest number m, and what the rounding lost. Where both are infinite it is 0 for +∞, and −∞ for −∞, which weighs nothing.
#[inline(always)]
fn below<R: Real>(x: R, m: R) -> [R; 2] {
    let ([d, lost], zero) = (sum_and_error(x, -m), R::from(0.0));
    [R::select(d.equal(d), d, R::select(zero.less(x), zero, x)), R::select(lost.equal(lost), lost, zero)]
}

/// exp(x − m) of the largest number m. A rounded difference alone would cost as many ULP as it is large.
#[inline(always)]
fn weight<R: Real>(x: R, m: R) -> R {
    let [d, lost] = below(x, m);
    let e = d.exp();
    e + e * lost
}

/// Each exp(xᵢ − m), into `weights`.
fn weigh<R: Real>(x: &[R], m: R, weights: &mut [R]) {
    weights.iter_mut().zip(x).for_each(|(p, &x)| *p = weight(x, m));
}

/// ln Σ exp(xᵢ − m), given these. The ones are summed apart, since they would round the rest away.
fn log_sum<R: Real>(x: &[R], m: R, weights: impl Iterator<Item = R>) -> R {
    let zero = R::from(0.0);
    let (ones, rest) = x.iter().zip(weights).fold((R::from(-1.0), zero), |(ones, rest), (&x, weight)| {
        let largest = x.equal(m);
        (ones + R::select(largest, weight, zero), rest + R::select(largest, zero, weight))
    });
    (ones + rest).ln_1p()
}

/// Divides by the sum, and leaves 0 where all are 0.
fn normalize<R: Real>(weights: &mut [R]) {
    let (sum, zero): (R, R) = (weights.iter().copied().sum(), 0.0.into());
    let scale = R::select(sum.equal(zero), zero, R::from(1.0) / sum);
    for p in weights {
        *p *= scale;
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
}

pub(super) fn visit(visitor: &mut impl Visitor) {
    visitor.reduce(Sum);
    visitor.reduce(Mean);
    visitor.reduce(Dot);
    visitor.reduce(Norm);
    visitor.reduce(LogSumExp);
    visitor.reduce(SoftmaxCrossEntropy::default());
}
