//! 64 sums that do not wait for each other: outⱼ += l q, then the sum of all.

use super::{Number, Workload, uniform};

const WIDTH: usize = 64;

/// The point is `n` factors q, then `n` rows l of as many factors as there are sums.
#[derive(Clone)]
pub struct Wide {
    pub n: usize,
}

impl Workload for Wide {
    fn name(&self) -> &'static str {
        "wide"
    }

    fn ops(&self) -> usize {
        2 * WIDTH * self.n + WIDTH
    }

    fn point(&self) -> Vec<f64> {
        uniform(13, self.n + WIDTH * self.n).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        let (q, rows) = x.split_at(self.n);
        let mut out = [R::from(0.0); WIDTH];
        for (&q, row) in q.iter().zip(rows.chunks(WIDTH)) {
            for (out, &l) in out.iter_mut().zip(row) {
                *out += l * q;
            }
        }
        out.into_iter().sum()
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let (q, rows) = x.split_at(self.n);
        let mut out = [0.0; WIDTH];
        for (q, row) in q.iter().zip(rows.chunks(WIDTH)) {
            for (out, l) in out.iter_mut().zip(row) {
                *out += l * q;
            }
        }
        out.iter().sum()
    }

    // the adjoint of every sum is 1
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let (q, rows) = x.split_at(self.n);
        let (g_q, g_rows) = g.split_at_mut(self.n);
        let mut value = 0.0;
        let rows = rows.chunks_exact(WIDTH).zip(g_rows.chunks_exact_mut(WIDTH));
        for ((q, g_q), (row, g_row)) in q.iter().zip(g_q).zip(rows) {
            let mut sums = [0.0; 8];
            for l in row.chunks_exact(8) {
                for j in 0..8 {
                    sums[j] += l[j];
                }
            }
            *g_q = sums.iter().sum();
            g_row.fill(*q);
            value += *g_q * q;
        }
        value
    }
}
