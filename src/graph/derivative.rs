//! Derivatives of what was recorded, in every mode.

use super::adjoints::Adjoints;
use super::recorder::{Expr, Recorder};
use super::run::Text;
use crate::error::Error;
use crate::real::Dual;

impl Recorder {
    /// The adjoints of an output of this recorder: how much it changes with each expression. Those of a constant are 0.
    ///
    /// # Panics
    /// If the output is of another recorder.
    #[track_caller]
    pub fn backward(&self, y: Expr<'_>) -> Adjoints {
        let mut adjoints = Adjoints::default();
        self.backward_into(y, &mut adjoints);
        adjoints
    }

    /// The adjoints of an output, into those of an earlier one, whose memory is used again.
    ///
    /// # Panics
    /// If the output is of another recorder.
    #[track_caller]
    pub fn backward_into(&self, y: Expr<'_>, answer: &mut Adjoints) {
        if y.recorder.is_some_and(|own| own.stamp().0 != self.stamp().0) {
            panic!("the output belongs to another recorder than the one asked for its gradient");
        }
        let adjoints = &mut answer.adjoints;
        adjoints.clear();
        adjoints.resize(self.index(y).map_or(self.len(), |y| y + 1), 0.0);
        if y.recorder.is_some() {
            adjoints[y.index as usize] = 1.0;
            self.sweep_f64(adjoints);
        }
        answer.stamp = self.stamp();
    }

    /// How much an output changes when the inputs change along a direction. An input may be an intermediate: it then counts as an
    /// independent variable, whatever it was made of.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.var(2.0);
    /// let u = x * x;
    /// assert_eq!(tape.jvp(u * u * x, &[u], &[1.0])?, 16.0); // 2 u x
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output or an input is of another recorder, or an input is a constant.
    ///
    /// # Panics
    /// If the direction has not one component for each input.
    pub fn jvp(&self, y: Expr<'_>, inputs: &[Expr<'_>], direction: &[f64]) -> Result<f64, Error> {
        let (y, inputs) = (self.output(y)?, self.indices(inputs)?);
        let values = self.along(&inputs, direction)?;
        Ok(y.map_or(0.0, |y| values[y].tangent))
    }

    /// The adjoints of several outputs' sum, each times its seed.
    ///
    /// # Errors
    /// If an output is no variable of this recorder.
    pub fn vjp(&self, seeds: &[(Expr<'_>, f64)]) -> Result<Adjoints, Error> {
        let outputs = self.indices(&seeds.iter().map(|s| s.0).collect::<Vec<_>>())?;
        let born = outputs.iter().map(|y| y + 1).max().unwrap_or(0);
        let mut adjoints = vec![0.0; born];
        for (y, (_, seed)) in outputs.into_iter().zip(seeds) {
            adjoints[y] += seed;
        }
        self.sweep_f64(&mut adjoints);
        Ok(Adjoints { adjoints, stamp: self.stamp() })
    }

    /// The Hessian of an output times a direction, found from the recording alone. An input may be an intermediate, as in
    /// [`jvp`](Recorder::jvp).
    ///
    /// # Errors
    /// If the output or an input is of another recorder, if an input is a constant, or if an op on the way has no second derivative.
    ///
    /// # Panics
    /// If the direction has not one component for each input.
    pub fn hvp(&self, y: Expr<'_>, inputs: &[Expr<'_>], direction: &[f64]) -> Result<Vec<f64>, Error> {
        let (y, inputs) = (self.output(y)?, self.indices(inputs)?);
        let values = self.along(&inputs, direction)?;
        let mut adjoints = vec![Dual::from(0.0); y.map_or(0, |y| y + 1)];
        if let Some(seed) = adjoints.last_mut() {
            *seed = Dual::from(1.0);
        }
        let ends = self.intermediates(&inputs);
        self.graph.borrow().pull_back(Text::Evaluation, &values, &mut adjoints, |node| ends.contains(&node))?;
        Ok(inputs.iter().map(|&x| adjoints.get(x).map_or(0.0, |adjoint| adjoint.tangent)).collect())
    }

    /// The Hessian of an output, row by row, found from the recording alone. An input may be an intermediate, as in
    /// [`jvp`](Recorder::jvp).
    ///
    /// # Errors
    /// If the output or an input is of another recorder, if an input is a constant, or if an op on the way has no second derivative.
    pub fn hessian(&self, y: Expr<'_>, inputs: &[Expr<'_>]) -> Result<Vec<Vec<f64>>, Error> {
        let unit = |i: usize| (0..inputs.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        (0..inputs.len()).map(|i| self.hvp(y, inputs, &unit(i))).collect()
    }

    /// The slope of a node by an input, both by their indices, from dual numbers run through the *value* of every op: the checker's
    /// second opinion on the slopes.
    pub(crate) fn slope_by_value(&self, y: usize, input: usize) -> Result<f64, Error> {
        let values = self.rerun(
            |node, value| if node == input { Dual::variable(value) } else { Dual::constant(value) },
            |op, x, _| op.evaluate_value(x),
            |_, value| value,
        )?;
        Ok(values[y].tangent)
    }
}

impl Expr<'_> {
    /// The adjoints of this expression: [`Recorder::backward`] of its recorder. A constant's are 0 for every expression.
    pub fn backward(self) -> Adjoints {
        self.recorder.map_or_else(Adjoints::of_a_constant, |recorder| recorder.backward(self))
    }
}
