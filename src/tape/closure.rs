//! The value of a closure with its derivatives, on a tape that is used again.

use super::scalar::Scalar;
use super::store::Parked;
use super::var::{Tape, Var};
use std::ptr::{self, NonNull};

impl<S: Scalar> Tape<S> {
    /// The value of a function at `x`, and its gradient into `g`. From the second call on it allocates nothing, unless the
    /// function records more than before.
    ///
    /// # Panics
    /// If `g` is not as long as `x`, if the output is a variable of another tape, or if the tape is full.
    #[track_caller]
    pub fn value_and_gradient<F>(&mut self, f: F, x: &[S], g: &mut [S]) -> S
    where
        F: for<'t> FnOnce(&[Var<'t, S>]) -> Var<'t, S>,
    {
        assert_eq!(x.len(), g.len(), "the gradient must be as long as the point");
        self.reset();
        let parked = std::mem::take(&mut self.store.parked);
        let inputs = self.vars_again(parked, x);
        let y = self.store.given.give(&inputs, x, f);
        self.expect_outputs(&[y]);
        self.gradient_into(y, g);
        let (value, parked) = (y.value, park(inputs));
        self.store.parked = parked;
        value
    }

    /// The values of several outputs of a function at `x`, and their gradients into `rows`, the Jacobian row by row: one
    /// recording, and one sweep for up to eight rows. From the second call on it allocates nothing, unless the function
    /// records more than before.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// let mut rows = [0.0; 4];
    /// let y = Tape::new().values_and_jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &mut rows);
    /// assert_eq!((y, rows), ([6.0, 5.0], [3.0, 2.0, 1.0, 1.0]));
    /// ```
    ///
    /// # Panics
    /// If `rows` has not `M` numbers for each of `x`, if an output is a variable of another tape, or if the tape is full.
    #[track_caller]
    pub fn values_and_jacobian<const M: usize, F>(&mut self, f: F, x: &[S], rows: &mut [S]) -> [S; M]
    where
        F: for<'t> FnOnce(&[Var<'t, S>]) -> [Var<'t, S>; M],
    {
        assert_eq!(rows.len(), M * x.len(), "the Jacobian must have a row for each output, as long as the point");
        self.reset();
        let parked = std::mem::take(&mut self.store.parked);
        let inputs = self.vars_again(parked, x);
        let y = self.store.given.give(&inputs, x, f);
        self.expect_outputs(&y);
        self.rows_into(&y, rows);
        let (values, parked) = (y.map(Var::value), park(inputs));
        self.store.parked = parked;
        values
    }

    /// What a function makes of variables with these values, the inputs of this tape, which is emptied first. The line of the caller does not
    /// reach into the function.
    pub(crate) fn with_inputs<A>(&mut self, x: &[S], f: impl for<'t> FnOnce(&'t Tape<S>, &[Var<'t, S>]) -> A) -> A {
        self.reset();
        let parked = std::mem::take(&mut self.store.parked);
        let inputs = self.vars_again(parked, x);
        let made = self.store.given.give(&inputs, x, |inputs| f(self, inputs));
        let parked = park(inputs);
        self.store.parked = parked;
        made
    }

    /// # Panics
    /// If an output of a closure is a variable of another tape. A constant is none.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn expect_outputs(&self, y: &[Var<'_, S>]) {
        if y.iter().any(|y| y.tape.is_some_and(|tape| !ptr::eq(tape, self))) {
            panic!(
                "the closure returned a variable of another tape; an output must be made of the variables that the closure is given"
            )
        }
    }

    /// The inputs of a closure on an empty tape, in the memory of those before.
    #[inline(always)]
    fn vars_again<'t>(&'t self, parked: Vec<Parked<S>>, values: &[S]) -> Vec<Var<'t, S>> {
        let again = |((_, handle, _), &value)| Var { tape: Some(self), handle, value };
        let inputs: Vec<_> = parked.into_iter().zip(values).map(again).collect();
        self.first_inputs(values.len());
        if inputs.len() == values.len() { inputs } else { self.more_vars(inputs, values) }
    }

    /// The inputs of a closure, if there were not as many before.
    #[inline(never)]
    fn more_vars<'t>(&'t self, mut inputs: Vec<Var<'t, S>>, values: &[S]) -> Vec<Var<'t, S>> {
        // all of them again, since a compiled loop over the rest alone takes four times as long
        inputs.clear();
        inputs.extend(values.iter().zip(0..).map(|(&value, slot)| self.input(slot, value)));
        inputs
    }
}

/// The memory of inputs, without the lifetime of their tape.
#[inline(always)]
fn park<S: Scalar>(inputs: Vec<Var<'_, S>>) -> Vec<Parked<S>> {
    inputs.into_iter().map(|x| (x.tape.map(|tape| NonNull::from(tape).addr()), x.handle, x.value)).collect()
}
