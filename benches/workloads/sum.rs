//! Σ xᵢ: term by term, and as one call.

use super::{Number, Workload, uniform};
use gprime::prelude::Reductions;

#[derive(Clone)]
pub struct SumLoop {
    pub n: usize,
}

impl Workload for SumLoop {
    fn name(&self) -> &'static str {
        "sum loop"
    }

    fn ops(&self) -> usize {
        self.n
    }

    fn point(&self) -> Vec<f64> {
        uniform(12, self.n).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        let mut s = R::from(0.0);
        for &x in x {
            s += x;
        }
        s
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let mut s = 0.0;
        for x in x {
            s += x;
        }
        s
    }

    // eight sums side by side, since one would wait for each addition
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let (chunks, rest) = (x.chunks_exact(8), x.chunks_exact(8).remainder());
        let mut sums = [0.0; 8];
        for chunk in chunks {
            for (s, x) in sums.iter_mut().zip(chunk) {
                *s += x;
            }
        }
        g.fill(1.0);
        sums.iter().chain(rest).sum()
    }
}

#[derive(Clone)]
pub struct Sum {
    pub n: usize,
}

impl Workload for Sum {
    fn name(&self) -> &'static str {
        "sum call"
    }

    fn ops(&self) -> usize {
        self.n
    }

    fn point(&self) -> Vec<f64> {
        SumLoop { n: self.n }.point()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        x.sum()
    }

    fn plain(&self, x: &[f64]) -> f64 {
        x.iter().sum()
    }

    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        SumLoop { n: self.n }.hand(x, g)
    }
}
