//! The cost of k clusters, Σᵢ minⱼ |Cⱼ − Pᵢ|² over points P and centres C, and the step of Newton's method: the gradient by C over the
//! diagonal of the Hessian, which has nothing else.
//!
//! Near given centres the choice of the nearest stays, and what is left is a sum of functions of one coordinate each. So forward mode in one
//! direction gives the whole gradient, and forward over forward the diagonal with it.

use super::{Matrix, Problem, expect_between};
use gprime::forward::{Ieee, Tangents};
use gprime::prelude::*;
use gprime::program::Inputs;
use gprime::{Error, Program};
use serde::Deserialize;
use std::ops::Sub;

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
fn square_difference<R: Apply + Sub<T, Output = R>, T>(centroid: R, point: T) -> R {
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

/// Writes the first derivatives over the second ones.
fn divide(step: &mut Matrix, centroids: &Matrix, first: &[f64], second: &[f64]) {
    step.reshape(centroids.rows, centroids.columns);
    step.numbers.iter_mut().zip(first.iter().zip(second)).for_each(|(step, (first, second))| *step = first / second);
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
        divide(step, &input.centroids, &first, &second);
    }
}

/// How many points are run together, so that their lists stay in the cache.
const TOGETHER: usize = 64;

/// One program has the square of a distance of a centroid, whose coordinates are variables, and a point, whose coordinates are data. It is
/// run on all points side by side, each with its nearest centroid, which is chosen before, as in the other form.
pub fn compiled(input: Input) -> Result<impl FnMut(&mut Matrix), Error> {
    let (d, len) = (input.points.columns, input.centroids.numbers.len());
    let square = routine!([d: usize = d] |x| (0..d).map(|i| square_difference(x[i], x[d + i])).sum::<R>());
    let program = Program::trace(&square, Inputs::new(input.centroids.row(0)).data(input.points.row(0)))?;
    let diagonal = program.hessian_pattern()?;
    assert!((0..d).all(|i| diagonal.row(i).eq([i])), "a coordinate has an entry with another one");
    program.gradient_program()?;
    program.sparse_hessian_program()?;
    let (mut first, mut second, mut own, mut points) = (vec![0.0; len], vec![0.0; len], vec![], vec![]);
    let (mut values, mut slopes, mut curvatures) =
        (vec![0.0; TOGETHER], vec![0.0; TOGETHER * d], vec![0.0; TOGETHER * d]);
    Ok(move |step: &mut Matrix| {
        first.fill(0.0);
        second.fill(0.0);
        for chunk in input.points.numbers.chunks(TOGETHER * d) {
            own.clear();
            points.clear();
            for point in chunk.chunks(d) {
                let (j, _) = nearest(point, &input.centroids.numbers);
                own.push(j);
                points.extend(input.centroids.row(j));
                points.extend(point);
            }
            let (values, slopes) = (&mut values[..own.len()], &mut slopes[..chunk.len()]);
            let curvatures = &mut curvatures[..chunk.len()];
            program.value_and_gradient_batch(&points, values, slopes).expect("no number is compared");
            let hessian = program.sparse_hessian_program().expect("it was made before");
            hessian.eval_batch(&points, curvatures).expect("no number is compared");
            for (&j, (slopes, curvatures)) in own.iter().zip(slopes.chunks(d).zip(curvatures.chunks(d))) {
                first[j * d..].iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope);
                second[j * d..].iter_mut().zip(curvatures).for_each(|(sum, curvature)| *sum += curvature);
            }
        }
        divide(step, &input.centroids, &first, &second);
    })
}
