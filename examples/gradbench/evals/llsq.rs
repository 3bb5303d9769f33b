//! A polynomial fitted to a step: ½ Σᵢ (sᵢ − Σⱼ xⱼ tᵢʲ)², where tᵢ runs from −1 to 1 and sᵢ is its sign.

use super::{Problem, expect_between};
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// The coefficients of the polynomial.
    pub x: Vec<f64>,
    /// How many points it is fitted to.
    pub n: usize,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        expect_between("n", self.n, 2, 100_000_000)?;
        expect_between("n times the length of x", self.n.saturating_mul(self.x.len()), 1, 10_000_000_000)
    }
}

/// So many powers of a point are made at a time.
const SOME: usize = 64;
/// From so many coefficients on a weighted sum of all is worth more than one product after the other.
const MANY: usize = 32;

/// The next powers tᵏ from one on; each is made of that four before, so that it need not wait for the last.
fn powers(first: f64, t: f64) -> [f64; SOME] {
    let (second, mut powers) = (t * t, [first; SOME]);
    powers[1] *= t;
    powers[2] *= second;
    powers[3] *= second * t;
    for k in 4..SOME {
        powers[k] = powers[k - 4] * (second * second);
    }
    powers
}

fn objective<R: Apply>(x: &[R], n: usize) -> R {
    let squares = |i: usize, x: &[R]| {
        let t = -1.0 + i as f64 * 2.0 / (n - 1) as f64;
        let (mut residual, mut power) = (R::from(-t.sign()), 1.0);
        if x.len() < MANY {
            for &x in x {
                residual += x * power;
                power *= t;
            }
        } else {
            for x in x.chunks(SOME) {
                let powers = powers(power, t);
                residual += R::weighted_sum(x, &powers[..x.len()]);
                power = powers[SOME - 1] * t;
            }
        }
        residual * residual
    };
    R::sum_terms(n, x, squares) * 0.5
}

pub fn primal(input: Input) -> impl FnMut(&mut f64) {
    move |y| *y = objective(&input.x, input.n)
}

pub fn gradient(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let mut tape = Tape::new();
    move |g| {
        g.resize(input.x.len(), 0.0);
        tape.value_and_gradient(|x| objective(x, input.n), &input.x, g);
    }
}
