//! The cost of k clusters, Σᵢ minⱼ |Cⱼ − Pᵢ|² over points P and centres C, and the step of Newton's method: the gradient by C over the
//! diagonal of the Hessian, which has nothing else.

use super::{Matrix, Problem, expect_between};
use gprime::prelude::*;
use serde::Deserialize;

#[derive(Clone, Deserialize)]
pub struct Input {
    pub points: Matrix,
    pub centroids: Matrix,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        expect_between("the number of points", self.points.rows, 1, usize::MAX)?;
        expect_between("the number of centroids", self.centroids.rows, 1, usize::MAX)?;
        expect_between("the dimension", self.points.columns, 1, usize::MAX)?;
        self.centroids.expect_shape("centroids", self.centroids.rows, self.points.columns)
    }
}

fn square_distance<R: Apply>(centroid: &[R], point: &[f64]) -> R {
    let mut sum = R::from(0.0);
    for (&c, &p) in centroid.iter().zip(point) {
        sum += (c - p).square();
    }
    sum
}

/// Which centroid is the nearest to a point, and the square of its distance. A choice between numbers has no derivative.
fn nearest(point: &[f64], centroids: &[f64]) -> (usize, f64) {
    let distances = centroids.chunks_exact(point.len()).map(|c| square_distance(c, point));
    let least = |best: (usize, f64), (j, d)| if d < best.1 { (j, d) } else { best };
    distances.enumerate().fold((0, f64::INFINITY), least)
}

/// The cost near these centroids: that of the choice made here, at centroids that may be differentiated by.
fn cost_near<R: Apply>(input: &Input, centroids: &[R]) -> R {
    let d = input.points.columns;
    let distance = |i: usize, centroids: &[R]| {
        let point = input.points.row(i);
        let (j, _) = nearest(point, &input.centroids.numbers);
        square_distance(&centroids[j * d..][..d], point)
    };
    R::sum_terms(input.points.rows, centroids, distance)
}

pub fn cost(input: Input) -> impl FnMut(&mut f64) {
    move |y| *y = (0..input.points.rows).map(|i| nearest(input.points.row(i), &input.centroids.numbers).1).sum()
}

/// The Hessian is diagonal, so that its product with a vector of ones is its diagonal: forward over reverse gives it with the
/// gradient.
pub fn dir(input: Input) -> impl FnMut(&mut Matrix) {
    let centroids: Vec<Dual> = input.centroids.numbers.iter().map(|&c| Dual::variable(c)).collect();
    let (mut tape, mut g) = (Tape::new(), vec![Dual::from(0.0); centroids.len()]);
    move |step| {
        tape.value_and_gradient(|c| cost_near(&input, c), &centroids, &mut g);
        step.reshape(input.centroids.rows, input.centroids.columns);
        for (step, g) in step.numbers.iter_mut().zip(&g) {
            *step = g.primal / g.tangent;
        }
    }
}
