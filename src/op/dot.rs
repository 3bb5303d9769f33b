//! The inner product, on which `apply.rs` rests; the other ops of any number of arguments are in `reduction.rs`.

use super::{Point, Reduce};
use crate::real::Real;
use smallvec::smallvec;
use std::ops::Mul;

/// Σ xᵢ yᵢ of the first half x of the arguments and the second half y, within n ULP of Σ |xᵢ yᵢ|.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dot;
impl Reduce for Dot {
    const NAME: &'static str = "dot";
    fn value<R: Real>(&self, args: &[R]) -> R {
        let (x, y) = args.split_at(args.len() / 2);
        x.iter().zip(y).map(|(&x, &y)| x * y).sum()
    }
    fn slope<R: Real>(&self, args: &[R], _: R, slopes: &mut [R]) {
        let (x, y) = args.split_at(args.len() / 2);
        let (by_x, by_y) = slopes.split_at_mut(x.len());
        by_x.copy_from_slice(y);
        by_y.copy_from_slice(x);
    }
    fn evaluate_value<R: Real>(&self, args: &[R]) -> R {
        let (x, y) = args.split_at(args.len() / 2);
        inner_product(x, y)
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        (n == 0 || n % 2 == 1).then_some("needs two vectors of the same length, at least 1")
    }
    fn samples(&self) -> Vec<Point> {
        vec![smallvec![0.7, -1.5], smallvec![0.3, -2.5, 1.25, 4.0], smallvec![-30.0, 20.0, 1e-3, 0.0, -0.5, 7.0]]
    }
}

/// Σ xᵢ yᵢ. Four sums side by side, since each addition waits for the one before it.
///
/// The fours are added in a loop and not by an iterator's `reduce`, whose closures are calls where the compiler has much else to inline.
#[inline]
pub(crate) fn inner_product<R: Real + Mul<T, Output = R>, T: Copy>(x: &[R], y: &[T]) -> R {
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<4>(), y.as_chunks::<4>());
    let rest = x_rest.iter().zip(y_rest).map(|(&x, &y)| x * y).sum::<R>();
    let mut fours = xs.iter().zip(ys);
    let Some((first, other)) = fours.next() else { return if x.is_empty() { 0.0.into() } else { rest } };
    let mut sums = [first[0] * other[0], first[1] * other[1], first[2] * other[2], first[3] * other[3]];
    for (x, y) in fours {
        sums = [sums[0] + x[0] * y[0], sums[1] + x[1] * y[1], sums[2] + x[2] * y[2], sums[3] + x[3] * y[3]];
    }
    let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    if x_rest.is_empty() { sum } else { sum + rest }
}
