//! The crate `aad`. A tape cannot be emptied, so each gradient has a new one.

use super::erf_slope;
use crate::programs::programs;
use aad::{Tape, Variable};

type Number<'t> = Variable<'t, f64>;

programs!(['t] Number<'t>: chain wide rosenbrock network recurrence gaussians lstm black_scholes);

#[derive(Default)]
pub struct Session;

impl Session {
    pub fn gradient(&mut self, program: impl for<'t> Fn(&[Number<'t>]) -> Number<'t>, x: &[f64], g: &mut [f64]) -> f64 {
        let tape = Tape::new();
        let x: Vec<Number<'_>> = tape.create_variables_iter(x).collect();
        let y = program(&x);
        let gradients = y.compute_gradients().expect("it depends on x");
        for (g, partial) in g.iter_mut().zip(gradients.get_gradients_iter(&x)) {
            *g = partial.expect("x is on the tape");
        }
        y.value()
    }
}

fn passive(c: f64) -> f64 {
    c
}

fn constant<'t>(_: Number<'t>, c: f64) -> Number<'t> {
    Variable::constant(c)
}

fn value(x: Number<'_>) -> f64 {
    x.value()
}

fn one_minus(x: Number<'_>) -> Number<'_> {
    1.0 - x
}

fn tanh(x: Number<'_>) -> Number<'_> {
    x.tanh()
}

fn sigmoid(x: Number<'_>) -> Number<'_> {
    1.0 / (1.0 + (-x).exp())
}

fn erf(x: Number<'_>) -> Number<'_> {
    x.apply_unary_function(libm::erf, erf_slope)
}
