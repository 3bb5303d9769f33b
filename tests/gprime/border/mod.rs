//! What solvers of other crates make of routines.

#![allow(dead_code)] // what the tests of a feature that is off would use

mod objective;

#[cfg(feature = "argmin")]
mod argmin;
#[cfg(feature = "basin")]
mod basin;
#[cfg(feature = "levenberg-marquardt")]
mod levenberg_marquardt;
#[cfg(feature = "nuts-rs")]
mod nuts_rs;

use gprime::border::{Objective, Residuals};
use gprime::prelude::*;
use gprime::{Error, routine};
use std::cell::Cell;

/// Rosenbrock's function of any number of variables; its minimum is 0 at ones.
pub fn rosenbrock<R: Number>(x: &[R]) -> R {
    x.windows(2).map(|x| (-x[0] + 1.0).square() + (x[1] - x[0].square()).square() * 100.0).sum()
}

/// Counts how often a function is run on plain numbers, and how often for derivatives.
pub struct Counted<'a, F> {
    pub function: F,
    pub values: &'a Cell<usize>,
    pub passes: &'a Cell<usize>,
}

fn count(counter: &Cell<usize>) {
    counter.set(counter.get() + 1);
}

impl<F: Objective> Objective for Counted<'_, F> {
    fn try_value(&self, x: &[f64]) -> Result<f64, Error> {
        count(self.values);
        self.function.try_value(x)
    }
    fn try_value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<f64, Error> {
        count(self.passes);
        self.function.try_value_and_gradient(x, g)
    }
    fn try_hessian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        count(self.passes);
        self.function.try_hessian(x)
    }
    fn try_hvp(&self, x: &[f64], u: &[f64]) -> Result<Vec<f64>, Error> {
        count(self.passes);
        self.function.try_hvp(x, u)
    }
}

impl<F: Residuals> Residuals for Counted<'_, F> {
    fn try_values(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        count(self.values);
        self.function.try_values(x)
    }
    fn try_values_and_jacobian(&self, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        count(self.passes);
        self.function.try_values_and_jacobian(x)
    }
}

/// A mistake in a point, in a type of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct TooFar(pub f64);

impl std::fmt::Display for TooFar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is too far", self.0)
    }
}

impl std::error::Error for TooFar {}

/// Whether an error is the one that a routine gave.
pub fn is_too_far(error: &Error) -> bool {
    error.of_routine().is_some_and(|error| error.is::<TooFar>())
}

/// A slope that leads to where the routine gives an error.
pub fn downhill() -> impl Routine<Out = Result<(), TooFar>> {
    routine!(|x| -> Result<R, TooFar> { if x[0].primal() > 2.0 { Err(TooFar(x[0].primal())) } else { Ok(-x[0]) } })
}
