//! Ops known only as `f64` closures: a value and its slopes, with whatever they capture.

use super::erased::{Erased, Named, Rule, wrong_arity};
use super::lean::Lean;
use super::{Kind, Recording, Tape, Var};
use crate::error::Error;
use crate::op::{Domain, Kink, Params, Point, bad_param};
use crate::real::{Dual, Witness};
use std::any::Any;
use std::array::from_fn;
use std::panic::Location;
use std::sync::Arc;

/// A differentiable function known only as `f64` closures for its value and its slopes: foreign code, or a table.
///
/// It has gradients, and values on lanes. It has no formula and no second derivative, and a request for one is an error
/// that names it; on `Lean<Dual>` it does not compile.
pub struct Opaque<F, D, const N: usize> {
    name: &'static str,
    rule: Arc<(F, D)>,
}

impl<F, D, const N: usize> Opaque<F, D, N>
where
    F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
    D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
{
    /// An op from its name, its value and its slopes.
    pub fn new(name: &'static str, value: F, slope: D) -> Self {
        Opaque { name, rule: Arc::new((value, slope)) }
    }

    fn at(&self, x: &[f64; N]) -> f64 {
        (self.rule.0)(*x)
    }

    fn slopes_at(&self, x: &[f64; N]) -> [f64; N] {
        (self.rule.1)(*x)
    }

    /// Applies it to variables of a tape of `f64`.
    #[track_caller]
    pub fn call<'t, K: FloatKind>(&self, x: [Var<'t, K>; N]) -> Var<'t, K> {
        let tape = Var::tape_of(&x);
        let value = self.at(&x.map(|x| x.value));
        let handle = match tape {
            Some(tape) => K::record_closures(tape, self, &x, value),
            None => K::constant(),
        };
        Var { tape, handle, value }
    }
}

impl<F, D, const N: usize> Opaque<F, D, N> {
    /// Where the closures are, if they capture something; without captures all of one type are the same.
    pub(super) fn identity(&self) -> Option<u64> {
        (size_of::<(F, D)>() > 0).then(|| Arc::as_ptr(&self.rule).addr() as u64)
    }
}

impl<F, D, const N: usize> Clone for Opaque<F, D, N> {
    fn clone(&self) -> Self {
        Opaque { name: self.name, rule: self.rule.clone() }
    }
}

/// A kind of tape whose numbers are `f64`: one on which ops known only as closures can be recorded.
pub trait FloatKind: Kind<Scalar = f64> {
    /// Records an application of an op made of closures: on a lean tape its slopes, on a recording one the op itself.
    #[doc(hidden)]
    #[track_caller]
    fn record_closures<F, D, const N: usize>(
        tape: &Tape<Self>,
        op: &Opaque<F, D, N>,
        x: &[Var<'_, Self>; N],
        a: f64,
    ) -> Self::Handle
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static;
}

impl FloatKind for Lean {
    fn record_closures<F, D, const N: usize>(
        tape: &Tape<Self>,
        op: &Opaque<F, D, N>,
        x: &[Var<'_, Self>; N],
        _: f64,
    ) -> Self::Handle
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        tape.store.record(op.slopes_at(&x.map(|x| x.value)), x)
    }
}

impl FloatKind for Recording {
    #[track_caller]
    fn record_closures<F, D, const N: usize>(
        tape: &Tape<Self>,
        op: &Opaque<F, D, N>,
        x: &[Var<'_, Self>; N],
        a: f64,
    ) -> Self::Handle
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        tape.store.push_node(tape.store.closures_id(op), x, a, Location::caller())
    }
}

impl<K: FloatKind> Var<'_, K> {
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
    pub fn unary(
        self,
        name: &'static str,
        value: impl Fn(f64) -> f64 + Send + Sync + 'static,
        slope: impl Fn(f64) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Opaque::new(name, move |[x]: [f64; 1]| value(x), move |[x]: [f64; 1]| [slope(x)]).call([self])
    }

    /// Applies a function of two numbers given by its value and its two slopes.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// assert_eq!(gradient(|x| x[0].binary(x[1], "product", |a, b| a * b, |a, b| [b, a]), &[2.0, 3.0]), [3.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn binary(
        self,
        rhs: Self,
        name: &'static str,
        value: impl Fn(f64, f64) -> f64 + Send + Sync + 'static,
        slopes: impl Fn(f64, f64) -> [f64; 2] + Send + Sync + 'static,
    ) -> Self {
        Opaque::new(name, move |[x, y]: [f64; 2]| value(x, y), move |[x, y]: [f64; 2]| slopes(x, y)).call([self, rhs])
    }
}

/// The bounds of the closures, said once.
macro_rules! rule {
    ([$($lifetime:lifetime)?] $R:ty { $($body:tt)* }) => {
        impl<$($lifetime,)? F, D, const N: usize> Rule<$R> for Opaque<F, D, N>
        where
            F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
            D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
        {
            $($body)*
        }
    };
}

rule! { [] f64 {
    fn value(&self, x: &[f64]) -> Result<f64, Error> {
        Ok(self.at(expect(x)))
    }
    fn apply(&self, x: &[f64]) -> Result<f64, Error> {
        Rule::<f64>::value(self, x)
    }
    fn slope(&self, x: &[f64], _: f64, slopes: &mut [f64]) -> Result<(), Error> {
        slopes.copy_from_slice(&self.slopes_at(expect(x)));
        Ok(())
    }
} }

rule! { [] Dual {
    fn apply(&self, x: &[Dual]) -> Result<Dual, Error> {
        let primals = from_fn(|i| x[i].primal);
        let slopes = self.slopes_at(&primals);
        let tangent = x.iter().zip(slopes).map(|(x, slope)| crate::Real::mul_strong_zero(x.tangent, slope)).sum();
        Ok(Dual::new(self.at(&primals), tangent))
    }
} }

rule! { [] Witness {} }

rule! { ['t] Var<'t, Recording> {
    #[track_caller]
    fn apply(&self, x: &[Var<'t, Recording>]) -> Result<Var<'t, Recording>, Error> {
        Ok(self.call(*expect(x)))
    }
} }

/// # Panics
/// If there are not `N` arguments.
fn expect<R, const N: usize>(x: &[R]) -> &[R; N] {
    x.try_into().unwrap_or_else(|_| panic!("an op that {}", wrong_arity(N, x.len())))
}

impl<F, D, const N: usize> Named for Opaque<F, D, N> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<F, D, const N: usize> Erased for Opaque<F, D, N>
where
    F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
    D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
{
    fn arity(&self) -> Option<usize> {
        Some(N)
    }
    fn validate(&self, n: usize) -> Option<String> {
        (n != N).then(|| wrong_arity(N, n))
    }
    fn params(&self) -> Params {
        Params::new()
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn Erased>, Error> {
        Err(bad_param(self.params(), self.name, name, value))
    }
    fn kinks(&self) -> Vec<Kink> {
        vec![]
    }
    fn jumps(&self) -> Vec<Point> {
        vec![]
    }
    fn domain(&self) -> Domain {
        Domain::ALL
    }
    fn samples(&self) -> Vec<Point> {
        Domain::ALL.samples::<N>().into_iter().map(|x| Point::from_slice(&x)).collect()
    }
    fn is_opaque(&self) -> bool {
        true
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}
