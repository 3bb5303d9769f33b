//! The answer of a reverse sweep.

use super::{Kind, Recording, Var};
use crate::error::{Error, Kind as ErrorKind};
use std::ops::Index;

/// The adjoints of one output: how much it changes with each variable.
///
/// It is indexed by variable. On a recording tape every variable that the output may depend on has an adjoint, on a lean
/// tape only the inputs do. It lives apart from the tape, so a second backward pass never sees the first, and it
/// knows the tape and the use of it that it belongs to.
#[derive(Clone, Debug)]
pub struct Gradient<K: Kind = Recording> {
    pub(super) adjoints: Vec<K::Scalar>,
    pub(super) stamp: (u64, u64),
    /// How many variables there were when the output was recorded.
    pub(super) born: usize,
}

impl<K: Kind> Default for Gradient<K> {
    /// A gradient of nothing, to be filled by `backward_into`.
    fn default() -> Self {
        Gradient { adjoints: vec![], stamp: (u64::MAX, 0), born: 0 }
    }
}

impl<K: Kind> Gradient<K> {
    /// The stamp of what no tape has recorded; no tape has this id.
    const OF_A_CONSTANT: (u64, u64) = (u64::MAX, 1);

    /// The gradient of a constant: one adjoint of 0, which stands for that of every variable.
    pub(super) fn of_a_constant() -> Self {
        Gradient { adjoints: vec![K::Scalar::from(0.0)], stamp: Self::OF_A_CONSTANT, born: 0 }
    }

    /// The adjoint of a variable.
    ///
    /// # Errors
    /// If the variable is of another tape or another use of the tape, is a constant, was recorded after the output, or is
    /// an intermediate of a lean tape. The gradient that a constant gives of itself knows no tape: it is 0 for every variable.
    pub fn get(&self, x: Var<'_, K>) -> Result<K::Scalar, Error> {
        self.place(x).map(|i| self.adjoints[i])
    }

    fn place(&self, x: Var<'_, K>) -> Result<usize, Error> {
        let Some(tape) = x.tape else {
            return Err(Error::new(
                ErrorKind::ForeignVariable,
                "a constant has no adjoint: it belongs to no tape; make it a variable with `tape.var`",
            ));
        };
        if self.stamp == Self::OF_A_CONSTANT {
            return Ok(0);
        }
        let (id, uses) = tape.stamp();
        if id != self.stamp.0 {
            return Err(Error::new(
                ErrorKind::ForeignVariable,
                "the variable belongs to another tape than this gradient",
            ));
        }
        if uses != self.stamp.1 {
            return Err(Error::new(
                ErrorKind::StaleGradient,
                "the gradient belongs to an earlier use of the tape: run `backward` again after `reset`",
            ));
        }
        K::place(x.handle, self.born, self.adjoints.len())
    }
}

impl<K: Kind> Index<Var<'_, K>> for Gradient<K> {
    type Output = K::Scalar;
    /// The adjoint of a variable.
    ///
    /// # Panics
    /// Where [`Gradient::get`] gives an error.
    #[track_caller]
    fn index(&self, x: Var<'_, K>) -> &K::Scalar {
        match self.place(x) {
            Ok(i) => &self.adjoints[i],
            Err(error) => panic!("{error}"),
        }
    }
}

pub(super) fn late() -> Error {
    Error::new(
        ErrorKind::LateVariable,
        "the variable was recorded after the output of this gradient, so the output cannot depend on it",
    )
}
