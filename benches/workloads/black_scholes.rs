//! R1b, the price of a call by Black and Scholes, from (S, K, r, σ, T).

use super::{Function, Number, Workload, function, unit};
use std::f64::consts::FRAC_1_SQRT_2;

const COUNT: usize = 1024;

#[derive(Clone)]
pub struct BlackScholes {
    index: usize,
}

impl BlackScholes {
    /// One after the other, since one alone would be learnt by the branch predictor.
    pub fn all() -> Vec<Self> {
        (0..COUNT).map(|index| BlackScholes { index }).collect()
    }
}

function! {
    struct Price;
    |[s, k, r, sigma, t]| -> [R; 1] {
        let normal = |x: R| ((x * FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
        let width = sigma * t.sqrt();
        let d1 = ((s / k).ln() + (r + sigma * sigma * 0.5) * t) / width;
        [s * normal(d1) - k * (-r * t).exp() * normal(d1 - width)]
    }
}

impl Workload for BlackScholes {
    fn name(&self) -> &'static str {
        "R1b"
    }

    fn ops(&self) -> usize {
        26
    }

    fn point(&self) -> Vec<f64> {
        let ranges = [(80.0, 40.0), (80.0, 40.0), (0.01, 0.05), (0.1, 0.4), (0.25, 2.0)];
        unit(90, 5 * COUNT).skip(5 * self.index).zip(ranges).map(|(u, (low, width))| low + width * u).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        R::run(&Price, [x[0], x[1], x[2], x[3], x[4]])[0]
    }

    fn scalars<R: Number>(&self, x: &[R]) -> R {
        let [price] = Price.run([x[0], x[1], x[2], x[3], x[4]]);
        price
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let [s, k, r, sigma, t] = [x[0], x[1], x[2], x[3], x[4]];
        let width = sigma * t.sqrt();
        let d1 = ((s / k).ln() + (r + 0.5 * sigma * sigma) * t) / width;
        s * normal(d1) - k * (-r * t).exp() * normal(d1 - width)
    }

    // The slopes by d1 and d2 cancel, so what is left are the known sensitivities.
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let [s, k, r, sigma, t] = [x[0], x[1], x[2], x[3], x[4]];
        let root = t.sqrt();
        let width = sigma * root;
        let d1 = ((s / k).ln() + (r + 0.5 * sigma * sigma) * t) / width;
        let (p1, p2) = (normal(d1), normal(d1 - width));
        let discount = (-r * t).exp();
        let density = 0.398_942_280_401_432_7 * (-0.5 * d1 * d1).exp();
        g[0] = p1;
        g[1] = -discount * p2;
        g[2] = k * t * discount * p2;
        g[3] = s * density * root;
        g[4] = s * density * sigma / (2.0 * root) + r * k * discount * p2;
        s * p1 - k * discount * p2
    }
}

/// The standard normal distribution function.
fn normal(x: f64) -> f64 {
    // SAFETY: C's erf takes any number, and touches nothing else.
    0.5 * (1.0 + unsafe { erf(x * FRAC_1_SQRT_2) })
}

// the standard library has none
unsafe extern "C" {
    fn erf(x: f64) -> f64;
}
