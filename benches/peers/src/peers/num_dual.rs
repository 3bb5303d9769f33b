//! The crate `num-dual`: forward mode, a vector of tangents by all inputs at once. So the workloads of few inputs alone.

use super::erf_slope;
use crate::programs::programs;
use nalgebra::SVector;
use num_dual::{DualNum, DualSVec64};

programs!([] DualSVec64<4>: recurrence);
programs!([] DualSVec64<5>: black_scholes);

#[derive(Default)]
pub struct Session;

impl Session {
    pub fn gradient<const N: usize>(
        &mut self,
        program: impl Fn(&[DualSVec64<N>]) -> DualSVec64<N>,
        x: &[f64],
        g: &mut [f64],
    ) -> f64 {
        let x = SVector::<f64, N>::from_column_slice(x);
        let (y, gradient) = num_dual::gradient(|x: SVector<DualSVec64<N>, N>| program(x.as_slice()), &x);
        g.copy_from_slice(gradient.as_slice());
        y
    }
}

fn passive(c: f64) -> f64 {
    c
}

fn constant<const N: usize>(_: DualSVec64<N>, c: f64) -> DualSVec64<N> {
    DualSVec64::from_re(c)
}

fn value<const N: usize>(x: DualSVec64<N>) -> f64 {
    x.re
}

fn tanh<const N: usize>(x: DualSVec64<N>) -> DualSVec64<N> {
    x.tanh()
}

fn sigmoid<const N: usize>(x: DualSVec64<N>) -> DualSVec64<N> {
    ((-x).exp() + 1.0).recip()
}

fn erf<const N: usize>(x: DualSVec64<N>) -> DualSVec64<N> {
    DualSVec64::new(libm::erf(x.re), x.eps * erf_slope(x.re))
}
