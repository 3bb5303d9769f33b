//! Π xᵢ, one factor after the other.

use super::{Number, Workload, uniform};

#[derive(Clone)]
pub struct Chain {
    pub n: usize,
}

impl Workload for Chain {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn ops(&self) -> usize {
        self.n
    }

    fn point(&self) -> Vec<f64> {
        uniform(11, self.n).map(|u| 1.0 + 0.01 * u).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        let mut p = R::from(1.0);
        for &x in x {
            p *= x;
        }
        p
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let mut p = 1.0;
        for x in x {
            p *= x;
        }
        p
    }

    // the products before and after each factor: p / xᵢ would fail at 0
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let mut before = 1.0;
        for (x, g) in x.iter().zip(&mut *g) {
            *g = before;
            before *= x;
        }
        let mut after = 1.0;
        for (x, g) in x.iter().zip(g).rev() {
            *g *= after;
            after *= x;
        }
        before
    }
}
