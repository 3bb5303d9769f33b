//! S1, the Rosenbrock chain: Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².

use super::{Number, Workload, function, uniform};

#[derive(Clone)]
pub struct Rosenbrock {
    pub n: usize,
}

function! {
    struct Term;
    |[x, next]| -> [R; 1] {
        let (a, b) = (next - x * x, -x + 1.0);
        [a * a * 100.0 + b * b]
    }
}

impl Workload for Rosenbrock {
    fn name(&self) -> &'static str {
        "S1"
    }

    fn ops(&self) -> usize {
        8 * (self.n - 1)
    }

    fn point(&self) -> Vec<f64> {
        uniform(1, self.n).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        R::reduce_each(&Term, [&x[..x.len() - 1], &x[1..]], [])
    }

    fn scalars<R: Number>(&self, x: &[R]) -> R {
        let mut sum = R::from(0.0);
        for w in x.windows(2) {
            let (a, b) = (w[1] - w[0] * w[0], -w[0] + 1.0);
            sum += a * a * 100.0 + b * b;
        }
        sum
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let mut f = 0.0;
        for w in x.windows(2) {
            let a = w[1] - w[0] * w[0];
            let b = 1.0 - w[0];
            f += 100.0 * (a * a) + b * b;
        }
        f
    }

    // Each partial is gathered from its two terms and written once, and eight are computed side by side.
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let last = x.len() - 1;
        let (left, here, right) = (&x[..last - 1], &x[1..last], &x[2..]);
        let whole = here.len() / 8 * 8;
        g[0] = by_left(x[0], x[1]);
        g[last] = by_right(x[last - 1], x[last]);

        let (eights, rest) = g[1..last].split_at_mut(whole);
        let points = left.chunks_exact(8).zip(here.chunks_exact(8)).zip(right.chunks_exact(8));
        let mut sums = [0.0; 8];
        for (g, ((left, here), right)) in eights.chunks_exact_mut(8).zip(points) {
            for j in 0..8 {
                sums[j] += term(here[j], right[j]);
                g[j] = by_right(left[j], here[j]) + by_left(here[j], right[j]);
            }
        }
        for (g, j) in rest.iter_mut().zip(whole..) {
            sums[0] += term(here[j], right[j]);
            *g = by_right(left[j], here[j]) + by_left(here[j], right[j]);
        }
        term(x[0], x[1]) + sums.iter().sum::<f64>()
    }
}

fn term(x: f64, next: f64) -> f64 {
    let (a, b) = (next - x * x, 1.0 - x);
    100.0 * (a * a) + b * b
}

/// The slope of a term by the x on its left.
fn by_left(x: f64, next: f64) -> f64 {
    -400.0 * (next - x * x) * x - 2.0 * (1.0 - x)
}

/// The slope of a term by the x on its right.
fn by_right(x: f64, next: f64) -> f64 {
    200.0 * (next - x * x)
}
