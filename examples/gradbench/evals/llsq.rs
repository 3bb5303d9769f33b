//! A polynomial fitted to a step: ½ Σᵢ (sᵢ − Σⱼ xⱼ tᵢʲ)², where tᵢ runs from −1 to 1 and sᵢ is its sign.

use super::compiled::Compiled;
use super::{Problem, expect_between};
use gprime::Error;
use gprime::prelude::*;
use serde::Deserialize;
use std::cell::Cell;

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
const SOME: usize = 128;
/// From so many coefficients on a weighted sum of all is worth more than one product after the other.
const MANY: usize = 32;

/// Writes the powers tᵏ from one on, each made of that four before, so that it need not wait for the last. What follows a multiple of four
/// is returned.
fn write_powers(powers: &mut [f64], first: f64, t: f64) -> f64 {
    let (second, (fours, rest)) = (t * t, powers.as_chunks_mut());
    let mut four = [first, first * t, first * second, first * second * t];
    for powers in fours {
        *powers = four;
        for power in &mut four {
            *power *= second * second;
        }
    }
    rest.copy_from_slice(&four[..rest.len()]);
    four[0]
}

fn objective<R: Apply>(x: &[R], n: usize) -> R {
    let memory = Cell::new(if x.len() < MANY { vec![] } else { vec![0.0; x.len().min(SOME)] });
    let squares = |i: usize, x: &[R]| {
        let t = -1.0 + i as f64 * 2.0 / (n - 1) as f64;
        let (mut residual, mut power) = (R::from(-t.sign()), 1.0);
        if x.len() < MANY {
            for &x in x {
                residual += x * power;
                power *= t;
            }
        } else {
            let mut powers = memory.take();
            for x in x.chunks(SOME) {
                let powers = &mut powers[..x.len()];
                power = write_powers(powers, power, t);
                residual += R::weighted_sum(x, powers);
            }
            memory.set(powers);
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

pub fn compiled(input: Input) -> Result<impl FnMut(&mut Vec<f64>), Error> {
    let compiled = Compiled::new(&routine!([n: usize = input.n] |x| objective(x, n)), &input.x, &[])?;
    Ok(move |g: &mut Vec<f64>| compiled.gradient(g))
}
