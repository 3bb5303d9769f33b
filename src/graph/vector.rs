//! Vector rules behind a pointer, made for the crate's types of number, and recorded as one statement each.

use super::recorder::{Callee, DynVectorRule, Expr, Form, FunctionCall};
use super::rule::VectorRuleOver;
use crate::error::Error;
use crate::function::{Apply, VectorRule, at_primals, pull_back, split};
use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

impl<R: Apply, V: VectorRule> VectorRuleOver<R> for V {
    fn apply(&self, x: &[R], lens: &[usize]) -> Result<Vec<R>, Error> {
        R::vector(self, &split(x, lens.iter().copied()))
    }
    fn pull_back(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        pull_back(self, x, y, of_y, of_x)
    }
}

impl<V: VectorRule> DynVectorRule for V {
    fn name(&self) -> &'static str {
        VectorRule::name(self)
    }
    fn is_opaque(&self) -> bool {
        V::ORDER != u32::MAX
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn is(&self, other: &dyn DynVectorRule) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

/// [`Apply::vector`] for expressions.
#[track_caller]
pub(super) fn vector<'g, V: VectorRule>(rule: &V, x: &[&[Expr<'g>]]) -> Result<Vec<Expr<'g>>, Error> {
    let recorder = Expr::recorder_of_lists(x);
    let (_, y) = at_primals(rule, x, |x| x.value())?;
    Ok(match recorder {
        Some(recorder) if !y.is_empty() => {
            let call = FunctionCall::new(Callee::Rule(Arc::new(rule.clone())), Form::Rule { results: y.len() }, x);
            recorder.push_call(call, x, y, Location::caller())
        }
        _ => y.into_iter().map(Expr::from).collect(),
    })
}
