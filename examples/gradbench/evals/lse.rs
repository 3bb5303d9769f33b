//! ln Σ exp(xᵢ), shifted by the largest xᵢ so that nothing overflows. It is made of its parts on purpose, as the eval asks, and
//! not of the crate's own `logsumexp`.

use super::Problem;
use super::compiled::Compiled;
use gprime::Error;
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

function! {
    /// exp(x − largest).
    struct Weight;
    |[x, largest]| [(x - largest).exp()]
}

/// The shift is a constant: whatever it is, the sum is the same.
fn logsumexp<R: Apply>(x: &[R], largest: f64) -> R {
    R::reduce_each(&Weight, [x], [&[largest]]).ln() + largest
}

/// The same, where the shift is a number of the program.
fn logsumexp_by<R: Apply>(x: &[R], largest: R) -> R {
    R::reduce_each(&Weight, [x, &[largest]], []).ln() + largest
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(x[0], |m, &x| if x > m { x } else { m })
}

pub fn primal(input: Input) -> impl FnMut(&mut f64) {
    move |y| *y = logsumexp(&input.x, largest(&input.x))
}

pub fn gradient(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let mut tape = Tape::new();
    move |g| {
        g.resize(input.x.len(), 0.0);
        let largest = largest(&input.x);
        tape.value_and_gradient(|x| logsumexp(x, largest), &input.x, g);
    }
}

/// The shift is data: the program compares nothing, and each run is given the largest of its numbers.
pub fn compiled(input: Input) -> Result<impl FnMut(&mut Vec<f64>), Error> {
    let n = input.x.len();
    let f = routine!([n: usize = n] |x| logsumexp_by(&x[..n], x[n]));
    let mut compiled = Compiled::new(&f, &input.x, &[largest(&input.x)])?;
    Ok(move |g: &mut Vec<f64>| {
        compiled.inputs[n] = largest(&compiled.inputs[..n]);
        compiled.gradient(g);
    })
}
