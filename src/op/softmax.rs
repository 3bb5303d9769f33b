//! The logarithm of a sum of exponentials, the losses of a classifier that are made of it, and what they share.

use super::{Params, Point, Reduce, bad_param};
use crate::error::Error;
use crate::real::{Real, sum_and_error};
use smallvec::smallvec;

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
        let m = largest(x);
        log_sum(x, m, x.iter().map(|&x| weight(x, m))) + m
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let m = largest(x);
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
        let m = largest(x);
        log_sum(x, m, x.iter().map(|&x| weight(x, m))) - below(x[self.class], m)[0]
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let m = largest(x);
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

/// −Σ tᵢ ln softmax(x)ᵢ of the logits x, which are the first half of the arguments, and the targets t, which are the second: the cross entropy of a
/// distribution of classes. A target of 0 is left out, even where its logit is −∞.
///
/// The slopes are −ln softmax(x)ᵢ by a target, and softmax(x)ᵢ Σ t − tᵢ by a logit. The latter may cancel: it is within ULP of softmax(x)ᵢ Σ |t| +
/// |tᵢ|, and of less where one class has most of the weight. Between targets of both signs so may the value, which is within ULP of Σ |tᵢ ln
/// softmax(x)ᵢ|. The errors grow with the number of logits as that of their sum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoftTargetCrossEntropy;
impl SoftTargetCrossEntropy {
    /// The value, given each exp(xᵢ − m) of the largest logit m; each −ln softmax(x)ᵢ is shown to a function.
    fn value_of<R: Real>(x: &[R], t: &[R], m: R, weights: impl Iterator<Item = R>, mut see: impl FnMut(usize, R)) -> R {
        let log_sum = log_sum(x, m, weights);
        let terms = x.iter().zip(t).enumerate().map(|(i, (&x, &t))| {
            let [d, lost] = below(x, m);
            let surprise = (log_sum - d) - lost;
            see(i, surprise);
            t.mul_strong_zero(surprise)
        });
        terms.sum()
    }
}
impl Reduce for SoftTargetCrossEntropy {
    const NAME: &'static str = "soft_target_cross_entropy";
    fn value<R: Real>(&self, args: &[R]) -> R {
        let (x, t) = args.split_at(args.len() / 2);
        let a = LogSumExp.value(x);
        t.iter().zip(x).map(|(&t, &x)| t * (a - x)).sum()
    }
    fn slope<R: Real>(&self, args: &[R], _: R, slopes: &mut [R]) {
        let (x, t) = args.split_at(args.len() / 2);
        let (by_x, by_t) = slopes.split_at_mut(x.len());
        let (a, total) = (LogSumExp.value(x), t.iter().copied().sum::<R>());
        for i in 0..x.len() {
            by_x[i] = (x[i] - a).exp() * total - t[i];
            by_t[i] = a - x[i];
        }
    }
    fn evaluate_value<R: Real>(&self, args: &[R]) -> R {
        let (x, t) = args.split_at(args.len() / 2);
        let m = largest(x);
        Self::value_of(x, t, m, x.iter().map(|&x| weight(x, m)), |_, _| ())
    }
    fn evaluate<R: Real>(&self, args: &[R], slopes: &mut [R]) -> R {
        let (x, t) = args.split_at(args.len() / 2);
        let (by_x, by_t) = slopes.split_at_mut(x.len());
        let m = largest(x);
        weigh(x, m, by_x);
        let a = Self::value_of(x, t, m, by_x.iter().copied(), |i, surprise| by_t[i] = surprise);
        normalize(by_x);
        let rest = Rest::of(by_x, t);
        by_x.iter_mut().zip(t).for_each(|(p, &t)| *p = -rest.slope(*p, t));
        a
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        (n == 0 || n % 2 == 1).then_some("needs logits and as many targets, at least 1")
    }
    fn samples(&self) -> Vec<Point> {
        vec![
            smallvec![0.7, 1.5],
            smallvec![-1.5, 2.0, 0.25, 0.75],
            smallvec![0.3, -2.5, 1.25, 0.5, 0.0, 0.5],
            smallvec![4.0, 4.0, -1.0, 0.5, 0.1, 0.2, 0.3, 0.4],
            smallvec![-30.0, 20.0, 1e-3, 0.2, -0.5, 1.0],
        ]
    }
}

/// What is left of some probabilities p and numbers t without the heavy class, if there is one: Σ pⱼ and Σ tⱼ of the other classes;
/// and Σ tⱼ of all. With them tᵢ − pᵢ Σ t keeps its digits where pᵢ is nearly 1.
pub(crate) struct Rest<R> {
    p: R,
    t: R,
    total: R,
}
impl<R: Real> Rest<R> {
    /// The sums of two lists.
    pub(crate) fn of(p: &[R], t: &[R]) -> Self {
        let zero = R::from(0.0);
        let light = |of: &[R]| p.iter().zip(of).map(|(&p, &of)| R::select(heavy(p), zero, of)).sum();
        Rest { p: light(p), t: light(t), total: t.iter().copied().sum() }
    }

    /// tᵢ − pᵢ Σ t, which is tᵢ Σ pⱼ − pᵢ Σ tⱼ over the other classes j.
    pub(crate) fn slope(&self, p: R, t: R) -> R {
        // 1 − Σ pⱼ has the digits of the derivatives of a pᵢ that is nearly 1
        let of_heavy = t.mul_strong_zero(self.p) - self.t.mul_strong_zero(-self.p + 1.0);
        R::select(heavy(p), of_heavy, t - self.total.mul_strong_zero(p))
    }
}

/// Whether a class is heavy: it has more than 0.6 of the weight. At most one is, whatever the rounding.
pub(crate) fn heavy<R: Real>(p: R) -> R::Mask {
    R::from(0.6).less(p)
}

/// The largest number, NaN left out.
pub(crate) fn largest<R: Real>(x: &[R]) -> R {
    x.iter().fold(R::from(f64::NEG_INFINITY), |m, &x| R::select(m.less(x), x, m))
}

/// x − m of the largest number m, and what the rounding lost. Where both are infinite it is 0 for +∞, and −∞ for −∞, which weighs nothing.
#[inline(always)]
pub(crate) fn below<R: Real>(x: R, m: R) -> [R; 2] {
    let ([d, lost], zero) = (sum_and_error(x, -m), R::from(0.0));
    [R::select(d.equal(d), d, R::select(zero.less(x), zero, x)), R::select(lost.equal(lost), lost, zero)]
}

/// exp(x − m) of the largest number m. A rounded difference alone would cost as many ULP as it is large.
#[inline(always)]
pub(crate) fn weight<R: Real>(x: R, m: R) -> R {
    let [d, lost] = below(x, m);
    let e = d.exp();
    e + e * lost
}

/// Each exp(xᵢ − m), into `weights`.
fn weigh<R: Real>(x: &[R], m: R, weights: &mut [R]) {
    weights.iter_mut().zip(x).for_each(|(p, &x)| *p = weight(x, m));
}

/// ln Σ exp(xᵢ − m), given these. The ones are summed apart, since they would round the rest away.
pub(crate) fn log_sum<R: Real>(x: &[R], m: R, weights: impl Iterator<Item = R>) -> R {
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
