//! Ops known only as `f64` closures: a value and its slopes, with whatever they capture.

use super::Call;
use std::sync::Arc;

/// A differentiable function known only as `f64` closures for its value and its slopes: foreign code, or a table.
///
/// It has gradients, and values on lanes. It has no formula and no second derivative, and a request for one is an error
/// that names it; on a tape of dual numbers it does not compile.
pub struct ClosureOp<F, D, const N: usize> {
    name: &'static str,
    rule: Arc<(F, D)>,
}

impl<F, D, const N: usize> ClosureOp<F, D, N>
where
    F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
    D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
{
    /// An op from its name, its value and its slopes.
    pub fn new(name: &'static str, value: F, slope: D) -> Self {
        ClosureOp { name, rule: Arc::new((value, slope)) }
    }

    /// Its value.
    pub fn value(&self, x: &[f64; N]) -> f64 {
        (self.rule.0)(*x)
    }

    /// Its slope by each argument.
    pub fn slopes(&self, x: &[f64; N]) -> [f64; N] {
        (self.rule.1)(*x)
    }

    /// Applies it.
    #[track_caller]
    pub fn call<R: ApplyClosure>(&self, x: [R; N]) -> R {
        R::call_closure_op(self, x)
    }
}

impl<F, D, const N: usize> ClosureOp<F, D, N> {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where the closures are, if they capture something; without captures all of one type are the same.
    pub(crate) fn identity(&self) -> Option<u64> {
        (size_of::<(F, D)>() > 0).then(|| Arc::as_ptr(&self.rule).addr() as u64)
    }
}

impl<F, D, const N: usize> Clone for ClosureOp<F, D, N> {
    fn clone(&self) -> Self {
        ClosureOp { name: self.name, rule: self.rule.clone() }
    }
}

/// A number whose values are `f64`, so that ops known only as closures can be applied to it: `f64` itself, a variable of a tape of `f64`, and
/// an expression.
pub trait ApplyClosure: Call {
    /// Applies an op made of closures.
    #[track_caller]
    fn call_closure_op<F, D, const N: usize>(op: &ClosureOp<F, D, N>, x: [Self; N]) -> Self
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static;

    /// Applies a function of one number given by its value and its slope, both plain `f64` closures.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// let swish = |z: f64| z / (1.0 + (-z).exp());
    /// let slope = |z: f64| (1.0 + (-z).exp() * (1.0 + z)) / (1.0 + (-z).exp()).powi(2);
    /// let g = gradient(|x| x[0].unary("swish", swish, slope) * 2.0, &[0.0]);
    /// assert_eq!(g, [1.0]);
    /// ```
    ///
    /// A second derivative does not exist, so this does not compile:
    ///
    /// ```compile_fail
    /// # use gprime::prelude::*;
    /// hvp(|x| x[0].unary("square", |z| z * z, |z| 2.0 * z), &[1.0], &[1.0]);
    /// ```
    #[track_caller]
    fn unary(
        self,
        name: &'static str,
        value: impl Fn(f64) -> f64 + Send + Sync + 'static,
        slope: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        ClosureOp::new(name, move |[x]: [f64; 1]| value(x), move |[x]: [f64; 1]| [slope(x)]).call([self])
    }

    /// Applies a function of two numbers given by its value and its two slopes.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// assert_eq!(gradient(|x| x[0].binary(x[1], "product", |a, b| a * b, |a, b| [b, a]), &[2.0, 3.0]), [3.0, 2.0]);
    /// ```
    #[track_caller]
    fn binary(
        self,
        rhs: Self,
        name: &'static str,
        value: impl Fn(f64, f64) -> f64 + Send + Sync + 'static,
        slopes: impl Fn(f64, f64) -> [f64; 2] + Send + Sync + 'static,
    ) -> Self {
        ClosureOp::new(name, move |[x, y]: [f64; 2]| value(x, y), move |[x, y]: [f64; 2]| slopes(x, y))
            .call([self, rhs])
    }
}

impl ApplyClosure for f64 {
    fn call_closure_op<F, D, const N: usize>(op: &ClosureOp<F, D, N>, x: [f64; N]) -> f64
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        op.value(&x)
    }
}
