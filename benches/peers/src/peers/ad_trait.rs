//! The crate `ad_trait`, its `adr`. It has no erf, and no way to give it one.

use crate::programs::programs;
use ad_trait::F64;
use ad_trait::F64 as passive;
use ad_trait::{AD, reverse_ad::adr::adr};
use simba::scalar::ComplexField;

programs!([] adr: chain wide rosenbrock network recurrence gaussians lstm);

#[derive(Default)]
pub struct Session;

impl Session {
    pub fn gradient(&mut self, program: impl Fn(&[adr]) -> adr, x: &[f64], g: &mut [f64]) -> f64 {
        let x: Vec<adr> = x.iter().enumerate().map(|(i, &x)| adr::new_variable(x, i == 0)).collect();
        let y = program(&x);
        let gradient = y.get_backwards_mode_grad();
        for (g, x) in g.iter_mut().zip(&x) {
            *g = gradient.wrt(x);
        }
        y.value()
    }
}

fn constant(_: adr, c: f64) -> adr {
    adr::constant(c)
}

fn value(x: adr) -> f64 {
    x.value()
}

fn one_minus(x: adr) -> adr {
    F64(1.0) - x
}

fn tanh(x: adr) -> adr {
    x.tanh()
}

fn sigmoid(x: adr) -> adr {
    F64(1.0) / (F64(1.0) + (-x).exp())
}
