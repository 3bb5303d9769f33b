//! y₀′ = x₀, yᵢ′ = xᵢ yᵢ₋₁ from y = 0 at time 0 to time 2, by the classic method of Runge and Kutta. The gradient is that of the
//! last component of y(2).

use super::compiled::Compiled;
use super::{Problem, expect_between};
use gprime::Error;
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    pub x: Vec<f64>,
    /// The number of steps.
    pub s: usize,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        if self.x.is_empty() {
            return Err("x is empty".into());
        }
        // more takes minutes
        expect_between("s times the length of x", self.s.saturating_mul(self.x.len()), 1, 10_000_000_000)
    }
}

function! {
    /// One component in one step of length `h`. It needs the component before it at the four stages of the step and nothing else, so that a
    /// step goes through the components once.
    #[derive(Clone)]
    struct Step { h: f64 }
    |[y, before0, before1, before2, before3, x]| -> [R; 5] {
        let [k0, k1, k2, k3] = [x * before0, x * before1, x * before2, x * before3];
        let next = y + (k0 + k1 * 2.0 + k2 * 2.0 + k3) * (h / 6.0);
        [next, y, y + k0 * (h / 2.0), y + k1 * (h / 2.0), y + k2 * h]
    }
}

/// y(2), in `y`.
fn solve<R: Apply>(x: &[R], steps: usize, y: &mut Vec<R>) {
    y.clear();
    y.resize(x.len(), 0.0.into());
    // y₀′ = x₀ · 1
    R::scan(&Step { h: 2.0 / steps as f64 }, Keep::Few, steps, [y], [R::from(1.0); 4], [x]);
}

fn last<R: Apply>(x: &[R], steps: usize) -> R {
    let mut y = vec![];
    solve(x, steps, &mut y);
    y[x.len() - 1]
}

pub fn primal(input: Input) -> impl FnMut(&mut Vec<f64>) {
    move |y| solve(&input.x, input.s, y)
}

pub fn gradient(input: Input) -> impl FnMut(&mut Vec<f64>) {
    let mut tape = Tape::new();
    move |g| {
        g.resize(input.x.len(), 0.0);
        tape.value_and_gradient(|x| last(x, input.s), &input.x, g);
    }
}

pub fn compiled(input: Input) -> Result<impl FnMut(&mut Vec<f64>), Error> {
    let compiled = Compiled::new(&routine!([steps: usize = input.s] |x| last(x, steps)), &input.x, &[])?;
    Ok(move |g: &mut Vec<f64>| compiled.gradient(g))
}
