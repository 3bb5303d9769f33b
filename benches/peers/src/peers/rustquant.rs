//! The crate `RustQuant_autodiff`.

use crate::programs::programs;
use RustQuant_autodiff::{Accumulate, Gradient, Graph, Variable};

programs!(['t] Variable<'t>: chain wide rosenbrock network recurrence gaussians lstm black_scholes);

#[derive(Default)]
pub struct Session {
    graph: Graph,
}

impl Session {
    pub fn gradient(
        &mut self,
        program: impl for<'t> Fn(&[Variable<'t>]) -> Variable<'t>,
        x: &[f64],
        g: &mut [f64],
    ) -> f64 {
        self.graph.clear();
        let x = self.graph.vars(x);
        let y = program(&x);
        g.copy_from_slice(&y.accumulate().wrt(&x));
        y.value()
    }
}

fn passive(c: f64) -> f64 {
    c
}

fn constant(x: Variable<'_>, c: f64) -> Variable<'_> {
    x.graph().var(c)
}

fn value(x: Variable<'_>) -> f64 {
    x.value()
}

fn one_minus(x: Variable<'_>) -> Variable<'_> {
    1.0 - x
}

fn tanh(x: Variable<'_>) -> Variable<'_> {
    x.tanh()
}

fn sigmoid(x: Variable<'_>) -> Variable<'_> {
    1.0 / (1.0 + (-x).exp())
}

fn erf(x: Variable<'_>) -> Variable<'_> {
    x.erf()
}
