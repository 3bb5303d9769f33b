//! The saddle of (x₁² + y₁²) − (x₂² + y₂²): a least largest value, found by descent within descent.

use super::Problem;
use super::nested::{Function, Mode, argmin};
use gprime::prelude::*;
use serde::Deserialize;
use std::marker::PhantomData;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// Where all descents start.
    pub start: [f64; 2],
}

/// From farther away the descents take too long.
const FARTHEST: f64 = 1e6;

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        match self.start.iter().find(|x| x.abs() > FARTHEST) {
            Some(x) => Err(format!("start has {x:e}, and may be at most {FARTHEST:e} away from 0")),
            None => Ok(()),
        }
    }
}

fn f<S: Scalar>([x1, y1]: [S; 2], [x2, y2]: [S; 2]) -> S {
    (x1 * x1 + y1 * y1) - (x2 * x2 + y2 * y2)
}

/// −f as a function of the second point.
struct Negative;

impl Function<2, 2> for Negative {
    fn value<S: Scalar>(&self, second: [S; 2], first: [S; 2]) -> S {
        -f(first, second)
    }
}

/// The largest f over the second points, as a function of the first.
struct Largest<Inner> {
    start: [f64; 2],
    mode: PhantomData<Inner>,
}

impl<Inner: Mode> Function<2, 0> for Largest<Inner> {
    fn value<S: Scalar>(&self, first: [S; 2], []: [S; 0]) -> S {
        f(first, argmin::<Inner, _, 2, 2>(&Negative, self.start.map(S::from), first))
    }
}

/// The two points, with the outer descent's gradient from `Outer` and the inner one's from `Inner`.
pub fn run<Outer: Mode, Inner: Mode>(Input { start }: Input) -> impl FnMut(&mut [f64; 4]) {
    move |points| {
        let first = argmin::<Outer, _, 2, 0>(&Largest::<Inner> { start, mode: PhantomData }, start, []);
        let second = argmin::<Outer, _, 2, 2>(&Negative, start, first);
        *points = [first[0], first[1], second[0], second[1]];
    }
}
