//! ln Σ exp(xᵢ), shifted by the largest xᵢ so that nothing overflows. It is made of its parts on purpose, as the eval asks, and
//! not of the crate's own `logsumexp`.

use super::Problem;
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    pub x: Vec<f64>,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        if self.x.is_empty() { Err("x is empty".into()) } else { Ok(()) }
    }
}

fn logsumexp<R: Apply + PartialOrd>(x: &[R]) -> R {
    let largest = x.iter().fold(x[0], |m, &x| if x > m { x } else { m });
    let sum = x.iter().fold(R::from(0.0), |sum, &x| sum + (x - largest).exp());
    sum.ln() + largest
}

pub fn primal(input: Input) -> impl FnMut(&mut f64) {
    move |y| *y = logsumexp(&input.x)
}

pub fn gradient(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let mut tape = Tape::lean();
    move |g| {
        g.resize(input.x.len(), 0.0);
        tape.value_and_gradient(|x| logsumexp(x), &input.x, g);
    }
}
