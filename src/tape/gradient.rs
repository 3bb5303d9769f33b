//! The answer of a reverse sweep.

use super::scalar::Scalar;
use super::var::Var;
use crate::error::{Error, Kind};
use std::ops::Index;

/// The adjoints of one output: how much it changes with each input of the tape.
///
/// It is indexed by variable. It lives apart from the tape, so a second backward pass never sees the first, and it
/// knows the tape and the use of it that it belongs to.
#[derive(Clone, Debug)]
pub struct Gradient<S: Scalar = f64> {
    pub(super) adjoints: Vec<S>,
    pub(super) stamp: (u64, u64),
    /// How many slots there were when the output was recorded.
    pub(super) born: usize,
}

impl<S: Scalar> Default for Gradient<S> {
    /// A gradient of nothing, to be filled by `backward_into`.
    fn default() -> Self {
        Gradient { adjoints: vec![], stamp: (u64::MAX, 0), born: 0 }
    }
}

impl<S: Scalar> Gradient<S> {
    /// The stamp of what no tape has recorded; no tape has this id.
    const OF_A_CONSTANT: (u64, u64) = (u64::MAX, 1);

    /// The gradient of a constant: one adjoint of 0, which stands for that of every variable.
    pub(super) fn of_a_constant() -> Self {
        Gradient { adjoints: vec![S::from(0.0)], stamp: Self::OF_A_CONSTANT, born: 0 }
    }

    /// The adjoint of an input.
    ///
    /// # Errors
    /// If the variable is of another tape or another use of the tape, is a constant, was recorded after the output, or is
    /// no input. The gradient that a constant gives of itself knows no tape: it is 0 for every variable.
    pub fn get(&self, x: Var<'_, S>) -> Result<S, Error> {
        self.place(x).map(|i| self.adjoints[i])
    }

    fn place(&self, x: Var<'_, S>) -> Result<usize, Error> {
        let error = |kind, message: &str| Err(Error::new(kind, message));
        let Some(tape) = x.tape else {
            return error(
                Kind::ForeignVariable,
                "a constant has no adjoint: it belongs to no tape; make it a variable with `tape.var`",
            );
        };
        if self.stamp == Self::OF_A_CONSTANT {
            return Ok(0);
        }
        let (id, uses) = tape.stamp();
        let slot = x.handle.place.slot() as usize;
        if id != self.stamp.0 {
            error(Kind::ForeignVariable, "the variable belongs to another tape than this gradient")
        } else if uses != self.stamp.1 {
            error(
                Kind::StaleGradient,
                "the gradient belongs to an earlier use of the tape: run `backward` again after `reset`",
            )
        } else if !x.handle.place.is_input() {
            error(
                Kind::Intermediate,
                "a tape has adjoints of its inputs alone; ask a recorder (`Recorder::new`) for an intermediate's",
            )
        } else if slot >= self.born.min(self.adjoints.len()) {
            error(
                Kind::LateVariable,
                "the variable was recorded after the output of this gradient, so the output cannot depend on it",
            )
        } else {
            Ok(slot)
        }
    }
}

impl<S: Scalar> Index<Var<'_, S>> for Gradient<S> {
    type Output = S;
    /// The adjoint of an input.
    ///
    /// # Panics
    /// Where [`Gradient::get`] gives an error.
    #[track_caller]
    fn index(&self, x: Var<'_, S>) -> &S {
        match self.place(x) {
            Ok(i) => &self.adjoints[i],
            Err(error) => panic!("{error}"),
        }
    }
}
