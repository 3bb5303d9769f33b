//! y₀′ = x₀, yᵢ′ = xᵢ yᵢ₋₁ from y = 0 at time 0 to time 2, by the classic method of Runge and Kutta. The gradient is that of the
//! last component of y(2).

use super::{Problem, expect_between};
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
        // a tape of more would not fit into memory
        expect_between("s times the length of x", self.s.saturating_mul(self.x.len()), 1, 20_000_000)
    }
}

/// y(2), in `y`.
fn solve<R: Apply>(x: &[R], steps: usize, y: &mut Vec<R>) {
    let n = x.len();
    let zero = R::from(0.0);
    let h = 2.0 / steps as f64;
    let mut k = [(); 4].map(|()| vec![zero; n]);
    let mut at = vec![zero; n];
    y.clear();
    y.resize(n, zero);
    for _ in 0..steps {
        slope(x, y, &mut k[0]);
        for (stage, step) in [(0, h / 2.0), (1, h / 2.0), (2, h)] {
            for ((at, &y), &k) in at.iter_mut().zip(&*y).zip(&k[stage]) {
                *at = y + k * step;
            }
            slope(x, &at, &mut k[stage + 1]);
        }
        let [k1, k2, k3, k4] = &k;
        for ((((y, &k1), &k2), &k3), &k4) in y.iter_mut().zip(k1).zip(k2).zip(k3).zip(k4) {
            *y += (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (h / 6.0);
        }
    }
}

/// y′ at y.
fn slope<R: Apply>(x: &[R], y: &[R], out: &mut [R]) {
    out[0] = x[0];
    for ((out, &x), &y) in out[1..].iter_mut().zip(&x[1..]).zip(y) {
        *out = x * y;
    }
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
    let mut tape = Tape::lean();
    move |g| {
        g.resize(input.x.len(), 0.0);
        tape.value_and_gradient(|x| last(x, input.s), &input.x, g);
    }
}
