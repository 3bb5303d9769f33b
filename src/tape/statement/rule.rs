//! A vector rule on a tape: of the statement the arguments and the results are kept, and the reverse sweep asks the rule.

use super::slot::{Body, List};
use crate::error::Error;
use crate::function::{VectorRule, at_primals, pull_back};
use crate::tape::scalar::Scalar;
use crate::tape::var::{Tape, Var};
use smallvec::SmallVec;

/// A rule, and how long each of its lists is. Its slopes are the arguments, list after list, and then the results.
struct Rule<V> {
    rule: V,
    lens: SmallVec<[usize; 4]>,
}

/// [`Apply::vector`](crate::function::Apply::vector).
#[track_caller]
pub(super) fn vector<'t, S: Scalar, V: VectorRule>(rule: &V, x: &[&[Var<'t, S>]]) -> Result<Vec<Var<'t, S>>, Error> {
    let tape = Var::tape_of_lists(x.iter().copied());
    let (values, y) = at_primals(rule, x, Var::value)?;
    Ok(match tape {
        Some(tape) if !y.is_empty() => tape.rule(rule, x, values, &y),
        _ => y.into_iter().map(Var::constant).collect(),
    })
}

impl<S: Scalar> Tape<S> {
    /// The results of a rule as one statement.
    fn rule<'t, V: VectorRule>(
        &'t self,
        rule: &V,
        x: &[&[Var<'t, S>]],
        mut values: Vec<S>,
        y: &[S],
    ) -> Vec<Var<'t, S>> {
        let mut rest = &mut values[..];
        let mut lists = SmallVec::<[List; 4]>::new();
        for list in x {
            let own = rest.split_off_mut(..list.len()).expect("there is a value for each");
            lists.push(List::at(self.in_consecutive_slots(list, own)));
        }
        self.store.slopes.extend(&values);
        self.store.slopes.extend(y);
        let body = Rule { rule: rule.clone(), lens: x.iter().map(|list| list.len()).collect() };
        let first = self.store.push_body(y.len(), lists, values.len() + y.len(), Box::new(body));
        let result = |(slot, &value)| Var { tape: Some(self), handle: self.store.newest(slot), value };
        (first..).zip(y).map(result).collect()
    }
}

impl<S: Scalar, V: VectorRule> Body<S> for Rule<V> {
    fn lens(&self) -> &[usize] {
        &self.lens
    }

    fn reverse(&self, slopes: &[S], of_results: &[S], adjoints: &mut [S], _exact: bool) {
        let (x, y) = slopes.split_at(adjoints.len());
        pull_back(&self.rule, x, y, of_results, adjoints).expect("it was asked when the rule was applied");
    }
}
