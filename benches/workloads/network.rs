//! S2 and R1a, a network in scalars: two hidden layers of tanh, a σ, and the cross entropy of one sample, by all weights.

use super::{Number, Workload, sigmoid, uniform};
use gprime::prelude::{Activations, Matrices, Reductions};

const INPUTS: usize = 64;
const LABEL: f64 = 0.75;

#[derive(Clone)]
pub struct Network {
    name: &'static str,
    hidden: usize,
    /// The stream the weights are drawn from.
    stream: u64,
    pub sample: Vec<f64>,
    /// The hidden layers, and the adjoints of the first: the memory of the hand-written gradient.
    memory: Vec<f64>,
}

impl Network {
    pub fn large() -> Self {
        Network::new("S2", 64, 2, 3)
    }

    /// One after the other, since a small tape that is asked the same again and again would flatter the caches.
    pub fn small() -> Vec<Self> {
        (0..16).map(|k| Network::new("R1a", 16, 20 + k, 60 + k)).collect()
    }

    fn new(name: &'static str, hidden: usize, stream: u64, sample: u64) -> Self {
        Network { name, hidden, stream, sample: uniform(sample, INPUTS).collect(), memory: vec![0.0; 3 * hidden] }
    }

    /// W1, b1, W2, b2, W3, b3.
    pub fn split<'w, R>(&self, w: &'w [R]) -> [&'w [R]; 6] {
        let n = self.hidden;
        let (w1, w) = w.split_at(n * INPUTS);
        let (b1, w) = w.split_at(n);
        let (w2, w) = w.split_at(n * n);
        let (b2, w) = w.split_at(n);
        let (w3, b3) = w.split_at(n);
        [w1, b1, w2, b2, w3, b3]
    }
}

impl Workload for Network {
    fn name(&self) -> &'static str {
        self.name
    }

    fn ops(&self) -> usize {
        let n = self.hidden;
        2 * (n * INPUTS + n * n + n) + 2 * n + 11 // products and sums, tanh, and 4 of σ with 7 of the loss
    }

    fn point(&self) -> Vec<f64> {
        let n = self.hidden;
        uniform(self.stream, n * INPUTS + n + n * n + n + n + 1).map(|u| 0.25 * u).collect()
    }

    fn program<R: Number>(&self, w: &[R]) -> R {
        let [w1, b1, w2, b2, w3, b3] = self.split(w);
        let layer = |w: &[R], b: &[R], x: &[R]| -> Vec<R> {
            w.matmul_nt(x, x.len()).into_iter().zip(b).map(|(z, &b)| (z + b).tanh()).collect()
        };
        let sample = self.sample.iter().map(|&x| x.into()).collect::<Vec<R>>();
        let h2 = layer(w2, b2, &layer(w1, b1, &sample));
        let p = (w3.dot(&h2) + b3[0]).sigmoid();
        -(p.ln() * LABEL + (-p + 1.0).ln() * (1.0 - LABEL))
    }

    fn scalars<R: Number>(&self, w: &[R]) -> R {
        fn unit<R: Number + std::ops::Mul<X, Output = R>, X: Copy>(w: &[R], b: R, x: &[X]) -> R {
            let mut z = b;
            for (&w, &x) in w.iter().zip(x) {
                z += w * x;
            }
            z
        }
        let [w1, b1, w2, b2, w3, b3] = self.split(w);
        let (mut h1, mut h2) = (vec![], vec![]);
        for (w, &b) in w1.chunks_exact(INPUTS).zip(b1) {
            h1.push(unit(w, b, &self.sample).tanh());
        }
        for (w, &b) in w2.chunks_exact(self.hidden).zip(b2) {
            h2.push(unit(w, b, &h1).tanh());
        }
        let p = unit(w3, b3[0], &h2).sigmoid();
        -(p.ln() * LABEL + (-p + 1.0).ln() * (1.0 - LABEL))
    }

    fn plain(&self, w: &[f64]) -> f64 {
        let [w1, b1, w2, b2, w3, b3] = self.split(w);
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let layer = |w: &[f64], b: &[f64], x: &[f64]| -> Vec<f64> {
            w.chunks(x.len()).zip(b).map(|(row, b)| f64::tanh(b + dot(row, x))).collect()
        };
        let h1 = layer(w1, b1, &self.sample);
        let h2 = layer(w2, b2, &h1);
        loss(sigmoid(b3[0] + dot(w3, &h2)))
    }

    fn hand(&mut self, w: &[f64], g: &mut [f64]) -> f64 {
        let n = self.hidden;
        let [w1, b1, w2, b2, w3, b3] = self.split(w);
        let (h1, memory) = self.memory.split_at_mut(n);
        let (h2, d1) = memory.split_at_mut(n);
        for j in 0..n {
            h1[j] = f64::tanh(b1[j] + dot(&w1[j * INPUTS..(j + 1) * INPUTS], &self.sample));
        }
        for j in 0..n {
            h2[j] = f64::tanh(b2[j] + dot(&w2[j * n..(j + 1) * n], h1));
        }
        let p = sigmoid(b3[0] + dot(w3, h2));

        let (g1, g) = g.split_at_mut(n * INPUTS);
        let (gb1, g) = g.split_at_mut(n);
        let (g2, g) = g.split_at_mut(n * n);
        let (gb2, g) = g.split_at_mut(n);
        let (g3, gb3) = g.split_at_mut(n);
        let d3 = p - LABEL;
        gb3[0] = d3;
        d1.fill(0.0);
        for j in 0..n {
            g3[j] = d3 * h2[j];
            let d2 = d3 * w3[j] * (1.0 - h2[j] * h2[j]);
            gb2[j] = d2;
            let (row, g) = (&w2[j * n..(j + 1) * n], &mut g2[j * n..(j + 1) * n]);
            for i in 0..n {
                g[i] = d2 * h1[i];
                d1[i] += d2 * row[i];
            }
        }
        for j in 0..n {
            let d1 = d1[j] * (1.0 - h1[j] * h1[j]);
            gb1[j] = d1;
            for (g, x) in g1[j * INPUTS..(j + 1) * INPUTS].iter_mut().zip(&self.sample) {
                *g = d1 * x;
            }
        }
        loss(p)
    }
}

fn loss(p: f64) -> f64 {
    -(LABEL * p.ln() + (1.0 - LABEL) * (1.0 - p).ln())
}

/// As many sums side by side as the processor can add at a time.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [[0.0; 8]; 4];
    let (xs, ys) = (x.chunks_exact(32), y.chunks_exact(32));
    let rest: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in xs.zip(ys) {
        for i in 0..4 {
            for j in 0..8 {
                sums[i][j] += x[8 * i + j] * y[8 * i + j];
            }
        }
    }
    let [a, b, c, d] = sums;
    (0..8).fold(rest, |sum, j| sum + ((a[j] + b[j]) + (c[j] + d[j])))
}
