//! A result of a function as an op of the arguments that it depends on.

use super::dynop::wrong_arity;
use super::recorder::{DynOp, FunctionCall};
use super::rule::Rule;
use super::run::{Runs, Text};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::{Domain, Kink, Params, Point, bad_param};
use std::any::Any;
use std::sync::Arc;

/// The most arguments of a function whose formula is printed.
const MOST_PRINTED: usize = 8;

/// A result of a call as an op.
pub(super) struct ResultOp {
    call: FunctionCall,
    result: usize,
}

impl ResultOp {
    pub(super) fn behind_pointer(call: FunctionCall, result: usize) -> Arc<dyn DynOp> {
        Arc::new(ResultOp { call, result })
    }

    /// # Panics
    /// If there are not as many arguments as the call has.
    fn expect<R>(&self, x: &[R]) {
        assert!(x.len() == self.call.args(), "{} {}", self.name(), wrong_arity(self.call.args(), x.len()));
    }

    /// The slopes by all arguments.
    fn slopes<R: Runs>(&self, text: Text, x: &[R], slopes: &mut [R]) -> Result<(), Error> {
        let mut seeds = vec![R::from(0.0); self.call.results()];
        seeds[self.result] = R::from(1.0);
        slopes.fill(R::from(0.0));
        self.call.pull_back(text, x, &seeds, slopes)
    }

    /// # Errors
    /// If a formula of so many arguments would be printed.
    fn to_be_printed<R: Runs>(&self, x: &[R]) -> Result<(), Error> {
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
        self.to_be_printed(x)?;
        self.apply(x)
    }
    fn slope(&self, x: &[R], _: R, slopes: &mut [R]) -> Result<(), Error> {
        self.to_be_printed(x)?;
        self.slopes(Text::Definition, x, slopes)
    }
    fn evaluate_value(&self, x: &[R]) -> Result<R, Error> {
        self.expect(x);
        Ok(self.call.forward(x, 0, &|op, x, _| R::rule(op).evaluate_value(x))?[self.result])
    }
    fn evaluate(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error> {
        self.slopes(Text::Evaluation, x, slopes)?;
        self.apply(x)
    }
    fn apply(&self, x: &[R]) -> Result<R, Error> {
        self.expect(x);
        Ok(self.call.forward(x, 0, &|op, x, _| R::rule(op).apply(x))?[self.result])
    }
}

impl DynOp for ResultOp {
    fn name(&self) -> &'static str {
        self.call.body.name
    }
    fn arity(&self) -> Option<usize> {
        Some(self.call.args())
    }
    fn validate(&self, n: usize) -> Option<String> {
        (n != self.call.args()).then(|| wrong_arity(self.call.args(), n))
    }
    fn params(&self) -> Params {
        Params::new()
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error> {
        Err(bad_param(self.params(), self.name(), name, value))
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
        vec![]
    }
    fn is_opaque(&self) -> bool {
        let graph = &self.call.body.graph;
        (0..self.call.body.values.len()).any(|node| graph.op(node).is_some_and(|op| op.is_opaque()))
    }
    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}
