//! The answer of a reverse sweep over a graph.

use super::recorder::Expr;
use crate::error::{Error, Kind};
use std::ops::Index;

/// The adjoints of one output: how much it changes with each expression.
///
/// They are indexed by expression: every one that the output may depend on has an adjoint. They live apart from the recorder, so a second
/// backward pass never sees the first, and they know the recorder and the use of it that they belong to.
#[derive(Clone, Debug)]
pub struct Adjoints {
    /// One for each node up to the output.
    pub(super) adjoints: Vec<f64>,
    pub(super) stamp: (u64, u64),
}

impl Default for Adjoints {
    /// Adjoints of nothing, to be filled by `backward_into`.
    fn default() -> Self {
        Adjoints { adjoints: vec![], stamp: (u64::MAX, 0) }
    }
}

impl Adjoints {
    /// The stamp of what no recorder has recorded; no recorder has this id.
    const OF_A_CONSTANT: (u64, u64) = (u64::MAX, 1);

    /// The adjoints of a constant: one 0, which stands for that of every expression.
    pub(super) fn of_a_constant() -> Self {
        Adjoints { adjoints: vec![0.0], stamp: Self::OF_A_CONSTANT }
    }

    /// The adjoint of an expression.
    ///
    /// # Errors
    /// If the expression is of another recorder or another use of the recorder, is a constant, or was recorded after the output. The
    /// adjoints that a constant gives of itself know no recorder: they are 0 for every expression.
    pub fn get(&self, x: Expr<'_>) -> Result<f64, Error> {
        self.place(x).map(|i| self.adjoints[i])
    }

    fn place(&self, x: Expr<'_>) -> Result<usize, Error> {
        let error = |kind, message: &str| Err(Error::new(kind, message));
        let Some(recorder) = x.recorder else {
            return error(
                Kind::ForeignVariable,
                "a constant has no adjoint: it belongs to no recorder; make it a variable with `recorder.var`",
            );
        };
        if self.stamp == Self::OF_A_CONSTANT {
            return Ok(0);
        }
        let ((id, uses), index) = (recorder.stamp(), x.index as usize);
        if id != self.stamp.0 {
            error(Kind::ForeignVariable, "the variable belongs to another recorder than these adjoints")
        } else if uses != self.stamp.1 {
            error(
                Kind::StaleGradient,
                "the adjoints belong to an earlier use of the recorder: run `backward` again after `reset`",
            )
        } else if index >= self.adjoints.len() {
            error(
                Kind::LateVariable,
                "the variable was recorded after the output of these adjoints, so the output cannot depend on it",
            )
        } else {
            Ok(index)
        }
    }
}

impl Index<Expr<'_>> for Adjoints {
    type Output = f64;
    /// The adjoint of an expression.
    ///
    /// # Panics
    /// Where [`Adjoints::get`] gives an error.
    #[track_caller]
    fn index(&self, x: Expr<'_>) -> &f64 {
        match self.place(x) {
            Ok(i) => &self.adjoints[i],
            Err(error) => panic!("{error}"),
        }
    }
}
