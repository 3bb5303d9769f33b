//! A charged particle flies past two charges at rest, one of which is to be placed so that it meets the origin. Its acceleration is
//! the gradient of a potential, and the charge is placed by descent: a derivative within a derivative.

use super::Problem;
use super::nested::{Forward, Function, Mode, argmin};
use gprime::prelude::*;
use serde::Deserialize;
use std::marker::PhantomData;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// Where the descent starts.
    pub w: f64,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        let miss = Miss::<Forward>(PhantomData).value([self.w], []);
        if miss.is_finite() {
            Ok(())
        } else {
            Err(format!("with w = {:e} the particle never comes to the axis", self.w))
        }
    }
}

/// Σ 1/|x − charge| of the charges at (10, 10 − w) and (10, 0).
struct Potential;

impl Function<2, 1> for Potential {
    fn value<S: Scalar>(&self, [x, y]: [S; 2], [w]: [S; 1]) -> S {
        let by = |height: S| S::from(1.0) / ((x - 10.0) * (x - 10.0) + (y - height) * (y - height)).sqrt();
        by(-w + 10.0) + by(0.0.into())
    }
}

/// The square of where the particle crosses the axis, ∞ if it never does, by the method of Euler with the gradient of the potential
/// from `Inner`.
struct Miss<Inner>(PhantomData<Inner>);

/// A particle that has not come to the axis by then is taken to fly away.
const MOST_STEPS: usize = 100_000;

impl<Inner: Mode> Function<1, 0> for Miss<Inner> {
    fn value<S: Scalar>(&self, [w]: [S; 1], []: [S; 0]) -> S {
        const STEP: f64 = 0.1;
        let (mut place, mut velocity) = ([0.0, 8.0].map(S::from), [0.75, 0.0].map(S::from));
        for _ in 0..MOST_STEPS {
            let next = [0, 1].map(|i| place[i] + velocity[i] * STEP);
            if next[1] <= S::from(0.0) {
                let time = -place[1] / velocity[1];
                let x = place[0] + time * velocity[0];
                return x * x;
            }
            let (_, slope) = Inner::value_and_gradient(&Potential, place, [w]);
            velocity = [0, 1].map(|i| velocity[i] - slope[i] * STEP);
            place = next;
        }
        S::from(f64::INFINITY)
    }
}

/// The place of the charge, with the descent's gradient from `Outer` and the potential's from `Inner`.
pub fn run<Outer: Mode, Inner: Mode>(input: Input) -> impl FnMut(&mut f64) {
    move |w| [*w] = argmin::<Outer, _, 1, 0>(&Miss::<Inner>(PhantomData), [input.w], [])
}
