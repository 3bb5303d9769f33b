//! The crate `easy-ml`, its `Record`.

use super::erf_slope;
use crate::programs::programs;
use easy_ml::differentiation::record_operations::SwappedOperations;
use easy_ml::differentiation::{Record, WengertList};
use easy_ml::numeric::extra::{Exp, Ln, Sqrt};

type Number<'t> = Record<'t, f64>;

programs!(['t] Number<'t>: chain wide rosenbrock network recurrence gaussians lstm black_scholes);

#[derive(Default)]
pub struct Session {
    list: WengertList<f64>,
}

impl Session {
    pub fn gradient(&mut self, program: impl for<'t> Fn(&[Number<'t>]) -> Number<'t>, x: &[f64], g: &mut [f64]) -> f64 {
        self.list.clear();
        let x: Vec<Number<'_>> = x.iter().map(|&x| Record::variable(x, &self.list)).collect();
        let y = program(&x);
        let derivatives = y.derivatives();
        for (g, x) in g.iter_mut().zip(&x) {
            *g = derivatives[x];
        }
        y.number
    }
}

fn passive(c: f64) -> f64 {
    c
}

fn constant<'t>(_: Number<'t>, c: f64) -> Number<'t> {
    Record::constant(c)
}

fn value(x: Number<'_>) -> f64 {
    x.number
}

fn one_minus(x: Number<'_>) -> Number<'_> {
    x.sub_swapped(1.0)
}

/// The documentation has this for an example of a function of one's own.
fn tanh<'t>(x: Number<'t>) -> Number<'t> {
    unary(x, |x| x.tanh(), |x| 1.0 / (x.cosh() * x.cosh()))
}

fn sigmoid(x: Number<'_>) -> Number<'_> {
    ((-x).exp() + 1.0).div_swapped(1.0)
}

fn erf<'t>(x: Number<'t>) -> Number<'t> {
    unary(x, libm::erf, erf_slope)
}

/// What `unary` of a record returns may not outlive that record, so it is made anew for as long as the list lives.
fn unary<'t>(x: Number<'t>, f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Number<'t> {
    let y = x.unary(f, slope);
    Record::from_existing((y.number, y.index), x.history())
}
