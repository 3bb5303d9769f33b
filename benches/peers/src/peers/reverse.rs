//! The crate `reverse`. It has no erf, and no way to give it one.

use crate::programs::programs;
use reverse::{Gradient, Tape, Var};

programs!(['t] Var<'t>: chain wide rosenbrock network recurrence gaussians lstm);

#[derive(Default)]
pub struct Session {
    tape: Tape,
}

impl Session {
    pub fn gradient(&mut self, program: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64], g: &mut [f64]) -> f64 {
        self.tape.clear();
        let x = self.tape.add_vars(x);
        let y = program(&x);
        g.copy_from_slice(&y.grad().wrt(&x));
        y.val()
    }
}

fn passive(c: f64) -> f64 {
    c
}

fn constant<'t>(x: Var<'t>, c: f64) -> Var<'t> {
    x.tape.add_var(c)
}

fn value(x: Var<'_>) -> f64 {
    x.val()
}

fn one_minus(x: Var<'_>) -> Var<'_> {
    1.0 - x
}

fn tanh(x: Var<'_>) -> Var<'_> {
    x.tanh()
}

/// By `recip`: the derivative of 1.0 / x is wrong in 0.2.2, which has −1/x for −1/x².
fn sigmoid(x: Var<'_>) -> Var<'_> {
    (1.0 + (-x).exp()).recip()
}
