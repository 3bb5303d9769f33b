//! The cost of k clusters, Σᵢ minⱼ |Cⱼ − Pᵢ|² over points P and centres C, and the step of Newton's method: the gradient by C over the
//! diagonal of the Hessian, which has nothing else.
//!
//! Near given centres the choice of the nearest stays, and what is left is a sum of functions of one coordinate each. So forward mode in one
//! direction gives the whole gradient, and forward over forward the diagonal with it.

use super::{Matrix, Problem, expect_between};
use gprime::forward::{Ieee, Tangents};
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

/// What one coordinate of a centroid and a point adds to the square of their distance.
#[inline(always)]
fn square_difference<R: Apply>(centroid: R, point: f64) -> R {
    (centroid - point).square()
}

/// The square of a distance, in two sums, of which neither waits for the other.
fn square_distance(centroid: &[f64], point: &[f64]) -> f64 {
    let ((centroids, c), (points, p)) = (centroid.as_chunks(), point.as_chunks());
    let mut sums = [0.0; 2];
    for (&[a, b], &[x, y]) in centroids.iter().zip(points) {
        sums = [sums[0] + square_difference(a, x), sums[1] + square_difference(b, y)];
    }
    let rest = if let (&[c], &[p]) = (c, p) { square_difference(c, p) } else { 0.0 };
    sums[0] + sums[1] + rest
}

/// Which centroid is the nearest to a point, and the square of its distance. A choice between numbers has no derivative.
fn nearest(point: &[f64], centroids: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (j, centroid) in centroids.chunks_exact(point.len()).enumerate() {
        let distance = square_distance(centroid, point);
        if distance < best.1 {
            best = (j, distance);
        }
    }
    best
}

pub fn cost(input: Input) -> impl FnMut(&mut f64) {
    move |y| *y = (0..input.points.rows).map(|i| nearest(input.points.row(i), &input.centroids.numbers).1).sum()
}

/// A number with its derivative in one direction.
type Moving<R> = Tangents<R, 1, Ieee>;

/// Adds the derivatives of the square of a distance, the first by each coordinate of the centroid and the second.
///
/// It is a function of its own, so that the compiler knows that the lists do not overlap.
#[inline(never)]
fn add_slopes(first: &mut [f64], second: &mut [f64], centroid: &[f64], point: &[f64]) {
    for ((first, second), (&c, &p)) in first.iter_mut().zip(second).zip(centroid.iter().zip(point)) {
        let c = Moving::variable(Moving::variable(c, 0), 0);
        let [slope] = square_difference(c, p).tangents();
        *first += slope.primal;
        *second += slope.tangents()[0];
    }
}

pub fn dir(input: Input) -> impl FnMut(&mut Matrix) {
    let (d, len) = (input.points.columns, input.centroids.numbers.len());
    let (mut first, mut second) = (vec![0.0; len], vec![0.0; len]);
    move |step| {
        first.fill(0.0);
        second.fill(0.0);
        let centroids = &input.centroids.numbers;
        for point in (0..input.points.rows).map(|i| input.points.row(i)) {
            let (j, _) = nearest(point, centroids);
            let own = j * d..(j + 1) * d;
            add_slopes(&mut first[own.clone()], &mut second[own.clone()], &centroids[own], point);
        }
        step.reshape(input.centroids.rows, d);
        for (step, (first, second)) in step.numbers.iter_mut().zip(first.iter().zip(&second)) {
            *step = first / second;
        }
    }
}
