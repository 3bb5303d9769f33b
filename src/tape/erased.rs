//! An op behind a pointer: its rule, made for each of the crate's types of number.

use super::{Recording, Var};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::apply::{nan_in_all_parts, outside, settle_slopes};
use crate::op::{Apply, Domain, Kink, Op, Params, Point, Reduce};
use crate::real::{Dual, Witness};
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// An op's name, which every rule can tell.
pub trait Named {
    /// The name.
    fn name(&self) -> &'static str;
}

/// A rule made for one type of number.
///
/// # Errors
/// Each method fails for a number that the op cannot serve, and does so unless it is written: an op known only as `f64`
/// closures has no second derivative and no formula.
///
/// # Panics
/// If the number of arguments is not one that the op takes; [`Erased::validate`] tells.
pub trait Rule<R>: Named {
    /// The value, as the rule computes it.
    fn value(&self, _x: &[R]) -> Result<R, Error> {
        Err(opaque(self.name(), "rule for other numbers"))
    }
    /// The value, as one application: a [`Dual`]'s tangent comes from the slope, a variable is one node.
    #[track_caller]
    fn apply(&self, _x: &[R]) -> Result<R, Error> {
        Err(opaque(self.name(), "second derivative"))
    }
    /// The slopes, given the value.
    fn slope(&self, _x: &[R], _a: R, _slopes: &mut [R]) -> Result<(), Error> {
        Err(opaque(self.name(), "second derivative"))
    }
    /// The value and the slopes at once, as a lean tape asks for them.
    fn value_and_slope(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error>
    where
        R: Copy,
    {
        let a = self.value(x)?;
        self.slope(x, a, slopes)?;
        Ok(a)
    }
    /// The textbook's formula for the value.
    fn textbook(&self, _x: &[R]) -> Result<R, Error> {
        Err(opaque(self.name(), "formula"))
    }
    /// The textbook's formula for the slopes.
    fn textbook_slope(&self, _x: &[R], _a: R, _slopes: &mut [R]) -> Result<(), Error> {
        Err(opaque(self.name(), "formula"))
    }
}

/// An op of any kind: what the registry and a recording tape hold.
pub trait Erased: Rule<f64> + Rule<Dual> + Rule<Witness> + for<'t> Rule<Var<'t, Recording>> + Send + Sync {
    /// The number of arguments, if it is fixed.
    fn arity(&self) -> Option<usize>;
    /// What is wrong with `n` arguments or with the parameters, if anything: words that follow the op's name.
    fn validate(&self, n: usize) -> Option<String>;
    /// The parameters and their values.
    fn params(&self) -> Params;
    /// The same op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn Erased>, Error>;
    /// Whether the parameters have no defaults.
    fn needs_params(&self) -> bool {
        false
    }
    /// Where the slope jumps.
    fn kinks(&self) -> Vec<Kink>;
    /// Where the value jumps.
    fn jumps(&self) -> Vec<Point>;
    /// Where the op is defined.
    fn domain(&self) -> Domain;
    /// Points worth looking at.
    fn samples(&self) -> Vec<Point>;
    /// Whether the op is known only as `f64` closures, so that it has no second derivative and no formula.
    fn is_opaque(&self) -> bool {
        false
    }
    /// The op as what it is, for a recording that looks whether it has an equal one; `None` if it borrows something.
    #[doc(hidden)]
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }
}

impl Debug for dyn Erased {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name())?;
        if self.params().is_empty() { Ok(()) } else { write!(f, "{:?}", self.params()) }
    }
}

/// An [`Op`] as [`Erased`].
pub struct Fixed<O, const N: usize>(
    /// The op.
    pub O,
);

/// A [`Reduce`] as [`Erased`].
pub struct Variadic<O>(
    /// The op.
    pub O,
);

/// The arguments as an array.
fn array<R: Copy, const N: usize>(name: &str, x: &[R]) -> [R; N] {
    x.try_into().unwrap_or_else(|_| panic!("{name} takes {N} arguments, not {}", x.len()))
}

impl<R: Apply, const N: usize, O: Op<N>> Rule<R> for Fixed<O, N> {
    fn value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.value(array(O::NAME, x)))
    }
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        Ok(R::call(&self.0, array(O::NAME, x)))
    }
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        let x = array(O::NAME, x);
        slopes.copy_from_slice(&nan_in_all_parts(&x, outside(&self.0, &x, a, self.0.slope(x, a))));
        Ok(())
    }
    fn value_and_slope(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        let x = array(O::NAME, x);
        let (a, all) = self.0.value_and_slope(x);
        slopes.copy_from_slice(&nan_in_all_parts(&x, outside(&self.0, &x, a, all)));
        Ok(a)
    }
    fn textbook(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.textbook(array(O::NAME, x)))
    }
    fn textbook_slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        slopes.copy_from_slice(&self.0.textbook_slope(array(O::NAME, x), a));
        Ok(())
    }
}

impl<const N: usize, O: Op<N>> Named for Fixed<O, N> {
    fn name(&self) -> &'static str {
        O::NAME
    }
}

impl<const N: usize, O: Op<N>> Erased for Fixed<O, N> {
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
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn Erased>, Error> {
        Ok(Arc::new(Fixed(self.0.with_param(name, value)?)))
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
}

impl<R: Apply, O: Reduce> Rule<R> for Variadic<O> {
    fn value(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.value(x))
    }
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        Ok(R::reduce(&self.0, x))
    }
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        self.0.slope(x, a, slopes);
        settle_slopes(&self.0, x, a, slopes);
        Ok(())
    }
    fn value_and_slope(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        let a = self.0.value_and_slope(x, slopes);
        settle_slopes(&self.0, x, a, slopes);
        Ok(a)
    }
    fn textbook(&self, x: &[R]) -> Result<R, Error> {
        Ok(self.0.textbook(x))
    }
    fn textbook_slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error> {
        self.0.textbook_slope(x, a, slopes);
        Ok(())
    }
}

impl<O: Reduce> Named for Variadic<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }
}

impl<O: Reduce> Erased for Variadic<O> {
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
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn Erased>, Error> {
        Ok(Arc::new(Variadic(self.0.with_param(name, value)?)))
    }
    fn kinks(&self) -> Vec<Kink> {
        self.0.kinks()
    }
    fn jumps(&self) -> Vec<Point> {
        vec![]
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
}

pub(super) fn wrong_arity(takes: usize, given: usize) -> String {
    format!("takes {takes} argument{}, not {given}", if takes == 1 { "" } else { "s" })
}

/// An op that was asked for more than its closures can answer.
fn opaque(name: &str, what: &str) -> Error {
    Error::new(
        ErrorKind::NoSecondDerivative,
        format!(
            "{name} is known only as f64 closures, so it has no {what}; write it as an `impl Op` with a rule generic over `Real`"
        ),
    )
}
