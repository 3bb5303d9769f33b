//! S4, −ln Σ exp(−½ ((xᵢ − μ) / s)²), by every xᵢ, μ and s.

use super::{Number, Workload, function, uniform};

#[derive(Clone)]
pub struct Gaussians {
    pub n: usize,
}

function! {
    struct Bell;
    |[x, mu, s]| -> [R; 1] {
        let z = (x - mu) / s;
        [(z * z * -0.5).exp()]
    }
}

impl Workload for Gaussians {
    fn name(&self) -> &'static str {
        "S4"
    }

    fn ops(&self) -> usize {
        6 * self.n + 2
    }

    fn point(&self) -> Vec<f64> {
        uniform(4, self.n).map(|u| 0.3 + 1.5 * u).chain([0.3, 1.2]).collect()
    }

    fn program<R: Number>(&self, x: &[R]) -> R {
        let (x, &[mu, s]) = x.split_last_chunk().unwrap();
        -R::reduce_each(&Bell, [x, &[mu], &[s]], []).ln()
    }

    fn scalars<R: Number>(&self, x: &[R]) -> R {
        let (x, &[mu, s]) = x.split_last_chunk().unwrap();
        let mut sum = R::from(0.0);
        for &x in x {
            let z = (x - mu) / s;
            sum += (z * z * -0.5).exp();
        }
        -sum.ln()
    }

    fn plain(&self, x: &[f64]) -> f64 {
        let (x, &[mu, s]) = x.split_last_chunk().unwrap();
        let mut sum = 0.0;
        for x in x {
            let z = (x - mu) / s;
            sum += f64::exp(-0.5 * (z * z));
        }
        -f64::ln(sum)
    }

    // First each z exp(−½ z²), the partial but for a common factor; then times that factor, eight side by side.
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64 {
        let (x, &[mu, s]) = x.split_last_chunk().unwrap();
        let (g, [g_mu, g_s]) = g.split_last_chunk_mut().unwrap();
        let scale = 1.0 / s;
        let mut sum = 0.0;
        for (x, g) in x.iter().zip(&mut *g) {
            let z = (x - mu) * scale;
            let e = f64::exp(-0.5 * (z * z));
            sum += e;
            *g = z * e;
        }

        let factor = scale / sum;
        let (mut by_mu, mut by_s) = ([0.0; 8], [0.0; 8]);
        let (xs, mut gs) = (x.chunks_exact(8), g.chunks_exact_mut(8));
        for (x, g) in xs.clone().zip(&mut gs) {
            for j in 0..8 {
                g[j] *= factor;
                by_mu[j] += g[j];
                by_s[j] += g[j] * (x[j] - mu);
            }
        }
        for (x, g) in xs.remainder().iter().zip(gs.into_remainder()) {
            *g *= factor;
            by_mu[0] += *g;
            by_s[0] += *g * (x - mu);
        }
        *g_mu = -by_mu.iter().sum::<f64>();
        *g_s = -by_s.iter().sum::<f64>() * scale;
        -f64::ln(sum)
    }
}
