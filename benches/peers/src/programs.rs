//! The programs, as a user of each crate would write them: its operators and methods on its own numbers.
//!
//! They are macros, not generic functions: a crate's number gets the same text, and no trait of ours stands between. The
//! text takes what the crates spell differently from where it is used:
//!
//! * `passive(c)`: an `f64` as it stands to the right of an operator,
//! * `constant(x, c)`: a number that is not differentiated, made beside the number x,
//! * `value(x)`, `one_minus(x)`, `tanh(x)`, `sigmoid(x)`, `erf(x)`.
//!
//! A sum starts from its first term: not every crate has constants, and none is slower for it.

use std::ops::Add;

/// The programs of these names for a type of numbers, whose lifetime stands in front.
macro_rules! programs {
    ($lifetime:tt $N:ty: $($program:ident)*) => { $(
        $crate::programs::$program! { $lifetime $N }
    )* };
}

macro_rules! chain {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn chain$(<$t>)?(_: &$crate::workloads::Chain, x: &[$N]) -> $N {
            let mut p = x[0];
            for &x in &x[1..] {
                p = p * x;
            }
            p
        }
    };
}

macro_rules! wide {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn wide$(<$t>)?(wide: &$crate::workloads::Wide, x: &[$N]) -> $N {
            let (q, rows) = x.split_at(wide.n);
            let mut rows = rows.chunks(rows.len() / wide.n);
            let mut out: Vec<$N> = rows.next().unwrap().iter().map(|&l| l * q[0]).collect();
            for (&q, row) in q[1..].iter().zip(rows) {
                for (out, &l) in out.iter_mut().zip(row) {
                    *out = *out + l * q;
                }
            }
            $crate::programs::sum(out.into_iter())
        }
    };
}

macro_rules! rosenbrock {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn rosenbrock$(<$t>)?(_: &$crate::workloads::Rosenbrock, x: &[$N]) -> $N {
            $crate::programs::sum(x.windows(2).map(|w| {
                let a = w[1] - w[0] * w[0];
                let b = one_minus(w[0]);
                a * a * passive(100.0) + b * b
            }))
        }
    };
}

macro_rules! network {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn network$(<$t>)?(network: &$crate::workloads::Network, w: &[$N]) -> $N {
            use $crate::programs::sum;
            let [w1, b1, w2, b2, w3, b3] = network.split(w);
            let sample = &network.sample;
            let of_sample = |row: &[$N]| sum(row.iter().zip(sample).map(|(&w, &x)| w * passive(x)));
            let dot = |row: &[$N], x: &[$N]| sum(row.iter().zip(x).map(|(&w, &x)| w * x));
            let h1: Vec<$N> = w1.chunks(sample.len()).zip(b1).map(|(row, &b)| tanh(of_sample(row) + b)).collect();
            let h2: Vec<$N> = w2.chunks(h1.len()).zip(b2).map(|(row, &b)| tanh(dot(row, &h1) + b)).collect();
            let p = sigmoid(dot(w3, &h2) + b3[0]);
            -(p.ln() * passive(0.75) + one_minus(p).ln() * passive(0.25))
        }
    };
}

macro_rules! recurrence {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn recurrence$(<$t>)?(recurrence: &$crate::workloads::Recurrence, q: &[$N]) -> $N {
            let [a, b, c, d] = [q[0], q[1], q[2], q[3]];
            let mut x = constant(a, 0.1);
            let mut sum: Option<$N> = None;
            for _ in 0..recurrence.steps {
                let z = a * x + b * tanh(c * x);
                let r = x - d;
                x = sigmoid(z);
                if value(r) > 0.0 {
                    x = x + r * passive(0.01);
                }
                sum = Some(sum.map_or(x, |sum| sum + x));
            }
            sum.unwrap() * passive(1.0 / recurrence.steps as f64)
        }
    };
}

macro_rules! gaussians {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn gaussians$(<$t>)?(_: &$crate::workloads::Gaussians, x: &[$N]) -> $N {
            let (x, &[mu, s]) = x.split_last_chunk().unwrap();
            -$crate::programs::sum(x.iter().map(|&x| {
                let z = (x - mu) / s;
                (z * z * passive(-0.5)).exp()
            }))
            .ln()
        }
    };
}

macro_rules! lstm {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn lstm$(<$t>)?(lstm: &$crate::workloads::Lstm, p: &[$N]) -> $N {
            use $crate::programs::{BITS, sum};
            let (main, extra) = p.split_at(p.len() - 3 * BITS);
            let mut state: Vec<$N> = lstm.state.iter().map(|&s| constant(p[0], s)).collect();
            let mut total: Option<$N> = None;
            for pair in lstm.characters.windows(2) {
                let mut x: [$N; BITS] = std::array::from_fn(|i| extra[i] * passive(pair[0][i]));
                for (p, state) in main.chunks_exact(8 * BITS).zip(state.chunks_exact_mut(2 * BITS)) {
                    let (w, b) = p.split_at(4 * BITS);
                    let (hidden, cell) = state.split_at_mut(BITS);
                    for i in 0..BITS {
                        let gate = |k: usize, x: $N| x * w[k * BITS + i] + b[k * BITS + i];
                        let forget = sigmoid(gate(0, x[i]));
                        let ingate = sigmoid(gate(1, hidden[i]));
                        let outgate = sigmoid(gate(2, x[i]));
                        let change = tanh(gate(3, hidden[i]));
                        cell[i] = cell[i] * forget + ingate * change;
                        hidden[i] = outgate * tanh(cell[i]);
                        x[i] = hidden[i];
                    }
                }
                let y: [$N; BITS] = std::array::from_fn(|i| x[i] * extra[BITS + i] + extra[2 * BITS + i]);
                let lse = (sum(y.iter().map(|y| y.exp())) + passive(2.0)).ln();
                for (y, bit) in y.into_iter().zip(pair[1]) {
                    let term = (y - lse) * passive(bit);
                    total = Some(total.map_or(term, |total| total + term));
                }
            }
            -total.unwrap() / passive(((lstm.characters.len() - 1) * BITS) as f64)
        }
    };
}

macro_rules! black_scholes {
    ([$($t:lifetime)?] $N:ty) => {
        pub fn black_scholes$(<$t>)?(_: &$crate::workloads::BlackScholes, x: &[$N]) -> $N {
            let [s, k, r, sigma, t] = [x[0], x[1], x[2], x[3], x[4]];
            let normal = |x: $N| {
                (erf(x * passive(std::f64::consts::FRAC_1_SQRT_2)) + passive(1.0)) * passive(0.5)
            };
            let width = sigma * t.sqrt();
            let d1 = ((s / k).ln() + (r + sigma * sigma * passive(0.5)) * t) / width;
            s * normal(d1) - k * (-r * t).exp() * normal(d1 - width)
        }
    };
}

pub(crate) use {black_scholes, chain, gaussians, lstm, network, programs, recurrence, rosenbrock, wide};

/// The bits of a character in S5.
pub const BITS: usize = 14;

/// What `sum()` of an iterator does, where a crate has it.
pub fn sum<N: Add<Output = N>>(terms: impl Iterator<Item = N>) -> N {
    terms.reduce(|sum, term| sum + term).expect("there is a term")
}
