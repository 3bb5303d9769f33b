//! The inputs of a program: their names, and which of them derivatives are taken by.

use crate::error::{Error, Kind};

/// The inputs that a program is recorded at: variables, which derivatives are taken by, then data, which are given anew in each call as well.
///
/// A slice is a list of variables. All inputs are one list in calls, in this order, and have the names `x0`, `x1`, .. unless they are given others.
///
/// ```
/// use gprime::program::{Inputs, Program};
/// use gprime::prelude::*;
///
/// let line = routine!(|x| (x[0] * x[1] - x[2]).square());
/// let program = Program::trace(&line, Inputs::new(&[2.0]).data(&[3.0, 5.0]))?;
/// let mut g = [0.0];
/// assert_eq!(program.value_and_gradient(&[2.0, 3.0, 5.0], &mut g)?, 1.0);
/// assert_eq!(g, [6.0]);
/// // other data, without recording anew
/// assert_eq!(program.value_and_gradient(&[2.0, 4.0, 5.0], &mut g)?, 9.0);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inputs {
    pub(super) point: Vec<f64>,
    pub(super) variables: usize,
    pub(super) names: Vec<String>,
}

impl Inputs {
    /// Variables with these values.
    pub fn new(x: &[f64]) -> Self {
        Inputs { point: vec![], variables: 0, names: vec![] }.with(x, true)
    }

    /// These inputs, and data with these values after them.
    #[must_use]
    pub fn data(self, data: &[f64]) -> Self {
        self.with(data, false)
    }

    fn with(mut self, x: &[f64], are_variables: bool) -> Self {
        self.names.extend((self.point.len()..self.point.len() + x.len()).map(|k| format!("x{k}")));
        self.point.extend_from_slice(x);
        if are_variables {
            self.variables = self.point.len();
        }
        self
    }

    /// The inputs with these names, those of variables first.
    ///
    /// # Errors
    /// If there are not as many names as inputs, or two are equal.
    pub fn named<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        self.names = names.into_iter().map(S::into).collect();
        if self.names.len() != self.point.len() {
            let (names, inputs) = (self.names.len(), self.point.len());
            return Err(Error::new(Kind::Arity, format!("{names} names are given for {inputs} inputs")));
        }
        let mut sorted: Vec<&String> = self.names.iter().collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::new(Kind::Name, format!("two inputs have the name {:?}", pair[0]))),
            None => Ok(self),
        }
    }
}

impl From<&[f64]> for Inputs {
    fn from(x: &[f64]) -> Self {
        Inputs::new(x)
    }
}

impl From<&Vec<f64>> for Inputs {
    fn from(x: &Vec<f64>) -> Self {
        Inputs::new(x)
    }
}

impl<const N: usize> From<&[f64; N]> for Inputs {
    fn from(x: &[f64; N]) -> Self {
        Inputs::new(x)
    }
}
