//! A result of a function as an op of the arguments that it may depend on.

use super::dynop::wrong_arity;
use super::recorder::{Callee, DynOp, FunctionCall};
use super::rule::Rule;
use super::run::{Runs, Text};
use crate::error::{Error, Kind as ErrorKind};
use std::any::Any;
use std::sync::Arc;

/// The most arguments of a function whose formula is printed.
const MOST_PRINTED: usize = 8;

/// A result of a call as an op.
pub(super) struct ResultOp {
    call: FunctionCall,
    result: usize,
}

/// A result of a call as an op behind a pointer.
pub(super) fn dyn_result_op(call: FunctionCall, result: usize) -> Arc<dyn DynOp> {
    Arc::new(ResultOp { call, result })
}

/// Whether an op is a result of a vector rule.
pub(crate) fn is_of_rule(op: &dyn DynOp) -> bool {
    let known = op.as_any().and_then(|op| op.downcast_ref::<ResultOp>());
    known.is_some_and(|op| matches!(op.call.callee, Callee::Rule(_)))
}

impl ResultOp {
    /// Holds the number of arguments against that of the call.
    ///
    /// # Panics
    /// If they differ.
    fn expect<R>(&self, x: &[R]) {
        assert!(x.len() == self.call.arg_count(), "{} {}", self.name(), wrong_arity(self.call.arg_count(), x.len()));
    }

    /// The slopes by all arguments.
    fn slopes<R: Runs>(&self, text: Text, x: &[R], slopes: &mut [R]) -> Result<(), Error> {
        self.expect(x);
        let mut seeds = vec![R::from(0.0); self.call.results()];
        seeds[self.result] = R::from(1.0);
        slopes.fill(R::from(0.0));
        let y = self.call.forward(x, None, &|op, x, _| R::rule(op).apply(x))?;
        self.call.pull_back(text, x, &y, &seeds, slopes)
    }

    /// Refuses to print a formula of more than [`MOST_PRINTED`] arguments.
    fn check_printable<R: Runs>(&self, x: &[R]) -> Result<(), Error> {
        if R::IS_FORMULA && x.len() > MOST_PRINTED {
            let (name, n) = (self.name(), x.len());
            return Err(Error::new(
                ErrorKind::Arity,
                format!("{name} has {n} arguments here, too many for a formula; `Recorder::opened` shows what it does"),
            ));
        }
        Ok(())
    }
}

impl<R: Runs> Rule<R> for ResultOp {
    fn value(&self, x: &[R]) -> Result<R, Error> {
        self.check_printable(x)?;
        self.apply(x)
    }
    fn slope(&self, x: &[R], _: R, slopes: &mut [R]) -> Result<(), Error> {
        self.check_printable(x)?;
        self.slopes(Text::Definition, x, slopes)
    }
    fn evaluate_value(&self, x: &[R]) -> Result<R, Error> {
        self.expect(x);
        Ok(self.call.forward(x, None, &|op, x, _| R::rule(op).evaluate_value(x))?[self.result])
    }
    fn evaluate(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        self.slopes(Text::Evaluation, x, slopes)?;
        self.apply(x)
    }
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        self.expect(x);
        Ok(self.call.forward(x, None, &|op, x, _| R::rule(op).apply(x))?[self.result])
    }
}

impl DynOp for ResultOp {
    fn name(&self) -> &'static str {
        self.call.callee.name()
    }
    fn arity(&self) -> Option<usize> {
        Some(self.call.arg_count())
    }
    fn validate(&self, n: usize) -> Option<String> {
        (n != self.call.arg_count()).then(|| wrong_arity(self.call.arg_count(), n))
    }
    fn is_opaque(&self) -> bool {
        self.call.callee.is_opaque()
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}
