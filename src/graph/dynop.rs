//! Ops behind a pointer: each kind of op with its rule made for the crate's types of number.

use super::recorder::{DynOp, Expr};
use super::rule::Rule;
use crate::error::{Error, Kind as ErrorKind};
use crate::op::call::nan_in_all_parts;
use crate::op::{Call, ClosureOp, Domain, Dot, Kink, Op, Params, Point, Reduce, Sum};
use crate::real::{Dual, Real, Single, Witness};
use smallvec::SmallVec;
use std::any::Any;
use std::array::from_fn;
use std::sync::Arc;

/// An op behind a pointer.
pub fn dyn_op<const N: usize, O: Op<N>>(op: O) -> Arc<dyn DynOp> {
    Arc::new(Of(op))
}

/// An op of any number of arguments behind a pointer.
pub fn dyn_reduce<O: Reduce>(op: O) -> Arc<dyn DynOp> {
    Arc::new(OfAny(op))
}

/// Whether an op behind a pointer is this one.
pub(crate) fn is_op<const N: usize, O: Op<N>>(known: &dyn DynOp, op: &O) -> bool {
    as_op::<Of<O, N>>(known).is_some_and(|known| known.0 == *op)
}

/// Whether an op of any number of arguments behind a pointer is this one.
pub(super) fn is_reduce<O: Reduce>(known: &dyn DynOp, op: &O) -> bool {
    as_op::<OfAny<O>>(known).is_some_and(|known| known.0 == *op)
}

/// An op behind a pointer with its type, if it is of that one.
pub(crate) fn op_as<const N: usize, O: Op<N>>(op: &dyn DynOp) -> Option<&O> {
    as_op::<Of<O, N>>(op).map(|op| &op.0)
}

impl dyn DynOp + '_ {
    /// A point with so many arguments at which the rule can be recorded; what is recorded does not depend on it.
    pub(crate) fn sample(&self, arity: usize) -> Point {
        let sample = self.samples().into_iter().find(|x| x.len() == arity);
        sample.unwrap_or_else(|| std::iter::repeat_n(0.5, arity).collect())
    }
}

/// Whether an op is the sum of its arguments.
pub(crate) fn is_sum(op: &dyn DynOp) -> bool {
    is_reduce(op, &Sum)
}

/// Whether an op is the inner product.
pub(crate) fn is_dot(op: &dyn DynOp) -> bool {
    is_reduce(op, &Dot)
}

/// The bits of the parameters of an op.
pub(crate) fn bits(params: &Params) -> SmallVec<[u64; 2]> {
    params.iter().map(|p| p.1.to_bits()).collect()
}

/// An op as what it is, if it is that.
fn as_op<T: 'static>(op: &dyn DynOp) -> Option<&T> {
    op.as_any()?.downcast_ref()
}

/// An [`Op`] as [`DynOp`].
struct Of<O, const N: usize>(O);

/// A [`Reduce`] as [`DynOp`].
struct OfAny<O>(O);

/// The arguments as an array.
fn array<R: Copy, const N: usize>(name: &str, x: &[R]) -> [R; N] {
    x.try_into().unwrap_or_else(|_| panic!("{name} takes {N} arguments, not {}", x.len()))
}

impl<R: Call, const N: usize, O: Op<N>> Rule<R> for Of<O, N> {
    fn value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.value(array(O::NAME, x)))
    }
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        slopes.copy_from_slice(&self.0.slope(array(O::NAME, x), a));
        Ok(())
    }
    fn evaluate_value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.evaluate_value(array(O::NAME, x)))
    }
    fn evaluate(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        let x = array(O::NAME, x);
        // of an expression the formula, and not the op itself
        let (a, all) = if R::IS_FORMULA { self.0.evaluate(x) } else { R::call_and_slope(&self.0, x) };
        slopes.copy_from_slice(&nan_in_all_parts(&x, all));
        Ok(a)
    }
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        Ok(R::call(&self.0, array(O::NAME, x)))
    }
}

impl<const N: usize, O: Op<N>> DynOp for Of<O, N> {
    fn name(&self) -> &'static str {
        O::NAME
    }
    fn arity(&self) -> Option<usize> {
        Some(N)
    }
    fn validate(&self, n: usize) -> Option<String> {
        if n == N { self.0.validate().map(str::to_owned) } else { Some(wrong_arity(N, n)) }
    }
    fn params(&self) -> Params {
        self.0.params()
    }
    fn needs_params(&self) -> bool {
        O::NEEDS_PARAMS
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error> {
        Ok(Arc::new(Of(self.0.with_param(name, value)?)))
    }
    fn kinks(&self) -> Vec<Kink> {
        self.0.kinks()
    }
    fn jumps(&self) -> Vec<Point> {
        self.0.jumps()
    }
    fn domain(&self) -> Domain {
        self.0.domain()
    }
    fn samples(&self) -> Vec<Point> {
        self.0.samples().into_iter().map(|x| Point::from_slice(&x)).collect()
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
    fn is(&self, other: &dyn DynOp) -> bool {
        is_op(other, &self.0) && bits(&self.params()) == bits(&other.params())
    }
}

impl<R: Call, O: Reduce> Rule<R> for OfAny<O> {
    fn value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.value(x))
    }
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        self.0.slope(x, a, slopes);
        Ok(())
    }
    fn evaluate_value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.evaluate_value(x))
    }
    fn evaluate(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        if R::IS_FORMULA {
            return Ok(self.0.evaluate(x, slopes));
        }
        let a = R::reduce_and_slope(&self.0, x, slopes);
        slopes.iter_mut().for_each(|slope| [*slope] = nan_in_all_parts(x, [*slope]));
        Ok(a)
    }
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        Ok(R::reduce(&self.0, x))
    }
}

impl<O: Reduce> DynOp for OfAny<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }
    fn arity(&self) -> Option<usize> {
        None
    }
    fn validate(&self, n: usize) -> Option<String> {
        self.0.validate(n).map(str::to_owned)
    }
    fn params(&self) -> Params {
        self.0.params()
    }
    fn needs_params(&self) -> bool {
        O::NEEDS_PARAMS
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error> {
        Ok(Arc::new(OfAny(self.0.with_param(name, value)?)))
    }
    fn kinks(&self) -> Vec<Kink> {
        self.0.kinks()
    }
    fn domain(&self) -> Domain {
        self.0.domain()
    }
    fn samples(&self) -> Vec<Point> {
        self.0.samples()
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
    fn is(&self, other: &dyn DynOp) -> bool {
        is_reduce(other, &self.0) && bits(&self.params()) == bits(&other.params())
    }
}

pub(super) fn wrong_arity(takes: usize, given: usize) -> String {
    format!("takes {takes} argument{}, not {given}", if takes == 1 { "" } else { "s" })
}

/// # Errors
/// Always: an op known only as closures was asked for what these cannot answer.
fn closures_have_no<T>(what: &str, name: &str) -> Result<T, Error> {
    Err(Error::new(
        ErrorKind::NoSecondDerivative,
        format!(
            "{name} is known only as f64 closures, so it has no {what}; write it as an `impl Op` with a rule generic over `Real`"
        ),
    ))
}

/// The rule of an op made of closures for a type of number: how it is applied, and what else it can answer.
macro_rules! closure_rule {
    ([$($lifetime:lifetime)?] $R:ty, |$op:ident, $x:ident| $apply:expr; $($item:item)*) => {
        impl<$($lifetime,)? F, D, const N: usize> Rule<$R> for ClosureOp<F, D, N>
        where
            F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
            D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
        {
            #[track_caller]
            fn apply(&self, $x: &[$R]) -> Result<$R, Error> {
                let $op = self;
                $apply
            }
            $($item)*
        }
    };
    ([$($lifetime:lifetime)?] $R:ty, |$op:ident, $x:ident| $apply:expr) => {
        closure_rule! { [$($lifetime)?] $R, |$op, $x| $apply;
            fn value(&self, _: &[$R]) -> Result<$R, Error> {
                closures_have_no("formula", self.name())
            }
            fn slope(&self, _: &[$R], _: $R, _: &mut [$R]) -> Result<(), Error> {
                closures_have_no("formula", self.name())
            }
            fn evaluate_value(&self, _: &[$R]) -> Result<$R, Error> {
                closures_have_no("rule for other numbers", self.name())
            }
            fn evaluate(&self, _: &[$R], _: &mut [$R]) -> Result<$R, Error> {
                closures_have_no("second derivative", self.name())
            }
        }
    };
}
closure_rule! { [] f64, |op, x| Ok(ClosureOp::value(op, expect(x)));
    fn value(&self, x: &[f64]) -> Result<f64, Error> {
        Ok(ClosureOp::value(self, expect(x)))
    }
    fn slope(&self, x: &[f64], _: f64, slopes: &mut [f64]) -> Result<(), Error> {
        slopes.copy_from_slice(&self.slopes(expect(x)));
        Ok(())
    }
    fn evaluate_value(&self, x: &[f64]) -> Result<f64, Error> {
        Rule::value(self, x)
    }
    fn evaluate(&self, x: &[f64], slopes: &mut [f64]) -> Result<f64, Error> {
        let a = Rule::value(self, x)?;
        Rule::slope(self, x, a, slopes)?;
        Ok(a)
    }
}
closure_rule! { [] Single, |op, x| Ok(ClosureOp::value(op, &from_fn(|i| x[i].to_f64())).into());
    fn value(&self, x: &[Single]) -> Result<Single, Error> {
        self.apply(x)
    }
    fn slope(&self, x: &[Single], _: Single, slopes: &mut [Single]) -> Result<(), Error> {
        let in_double = self.slopes(&from_fn(|i| x[i].to_f64()));
        slopes.iter_mut().zip(in_double).for_each(|(slope, of_double)| *slope = of_double.into());
        Ok(())
    }
    fn evaluate_value(&self, x: &[Single]) -> Result<Single, Error> {
        self.apply(x)
    }
    fn evaluate(&self, x: &[Single], slopes: &mut [Single]) -> Result<Single, Error> {
        let a = self.apply(x)?;
        Rule::slope(self, x, a, slopes)?;
        Ok(a)
    }
}
closure_rule! { [] Dual, |op, x| {
    let primals = from_fn(|i| x[i].primal);
    let slopes = op.slopes(&primals);
    let tangent = x.iter().zip(slopes).map(|(x, slope)| x.tangent.mul_strong_zero(slope)).sum();
    Ok(Dual::new(ClosureOp::value(op, &primals), tangent))
} }
closure_rule! { [] Witness, |op, _x| closures_have_no("second derivative", op.name()) }
closure_rule! { ['t] Expr<'t>, |op, x| Ok(op.call(*expect(x))) }

/// # Panics
/// If there are not `N` arguments.
fn expect<R, const N: usize>(x: &[R]) -> &[R; N] {
    x.try_into().unwrap_or_else(|_| panic!("an op that {}", wrong_arity(N, x.len())))
}

impl<F, D, const N: usize> DynOp for ClosureOp<F, D, N>
where
    F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
    D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        ClosureOp::name(self)
    }
    fn arity(&self) -> Option<usize> {
        Some(N)
    }
    fn validate(&self, n: usize) -> Option<String> {
        (n != N).then(|| wrong_arity(N, n))
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
    fn is(&self, other: &dyn DynOp) -> bool {
        as_op::<Self>(other).is_some_and(|other| self.name() == other.name() && self.identity() == other.identity())
    }
}
