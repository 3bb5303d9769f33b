//! The direction of a vector, and a vector that is not longer than a bound.

use super::{one_each, one_each_of_some};
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::op::softmax::heavy;
use crate::op::{Call, Norm, Reductions};
use crate::real::DoubleDouble;

/// x / ‖x‖, the direction of a vector, within 1 ULP and without overflow or underflow of the norm.
///
/// It is undefined at the origin: there the results are NaN, and so are their slopes. Of a vector with infinite numbers it is the direction of these
/// alone, with slopes 0. A slope of result i is (δᵢⱼ − yᵢ yⱼ) / ‖x‖.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Normalize;

/// Writes the vector of this length with the direction of x into `y`.
fn direction(x: &[f64], length: f64, y: &mut [f64]) {
    let largest = x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    if largest.is_infinite() {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = if x.is_infinite() { x.signum() } else { x * 0.0 });
    } else {
        // a power of 2, so that nothing is rounded
        let scale =
            [1.0, 2f64.powi(-600), 2f64.powi(600)][usize::from(largest > 1e100) + 2 * usize::from(largest < 1e-100)];
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = x * scale);
    }
    let square = |&y: &f64| DoubleDouble::from(y) * y;
    let norm = crate::real::Real::sqrt(y.iter().map(square).sum::<DoubleDouble>());
    let factor = DoubleDouble::from(length) / norm;
    y.iter_mut().for_each(|y| *y = (factor * *y).to_f64());
}

/// Writes (v − u (u · v)) s of a direction u into `out`: the part of v that is orthogonal to u, times a number.
///
/// Where one number of u has most of its square, a multiple of u is taken from v first, so that v is 0 there. That changes nothing, and keeps the
/// digits of 1 − uᵢ².
fn orthogonal<R: Apply>(u: &[R], v: &[R], s: R, out: &mut [R]) {
    let zero = R::from(0.0);
    let multiple = u.iter().zip(v).map(|(&u, &v)| R::select(heavy(u * u), v / u, zero)).sum::<R>();
    let rest = u.iter().zip(v).map(|(&u, &v)| R::select(heavy(u * u), zero, v - multiple * u));
    out.iter_mut().zip(rest).for_each(|(out, rest)| *out = rest);
    let along = R::dot(u, out);
    out.iter_mut().zip(u).for_each(|(out, &u)| *out = (*out - along * u) * s);
}

impl VectorRule for Normalize {
    fn name(&self) -> &'static str {
        "normalize"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        one_each_of_some(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        direction(x, 1.0, y);
        Ok(())
    }
    /// ẏ = (ẋ − y (y · ẋ)) / ‖x‖.
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        orthogonal(y, of_x, R::from(1.0) / x.norm(), of_y);
        Ok(())
    }
    /// The Jacobian is symmetric.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.tangent(x, y, of_y, of_x)
    }
}

/// x where ‖x‖ ≤ max, else x max / ‖x‖, without overflow or underflow of the norm: the nearest vector that is not longer than `max`.
///
/// Where ‖x‖ = max is a kink. The slopes there are those outside, (δᵢⱼ − yᵢ yⱼ / max²) max / ‖x‖, which are smaller than those inside, δᵢⱼ. With
/// `max` 0 all results and slopes are 0.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipByNorm {
    /// The greatest length, 0 or more.
    pub max: f64,
}

impl VectorRule for ClipByNorm {
    fn name(&self) -> &'static str {
        "clip_by_norm"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        if self.max.is_nan() || self.max < 0.0 {
            return Err(Error::rule(format!("clip_by_norm needs max ≥ 0, not {}", self.max)));
        }
        one_each(self.name(), lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        if x.is_empty() || f64::reduce(&Norm, x) <= self.max {
            y.copy_from_slice(x);
        } else {
            direction(x, self.max, y);
        }
        Ok(())
    }
    /// ẏ = ẋ inside, else (ẋ − u (u · ẋ)) max / ‖x‖ with the direction u = y / max.
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        if self.max == f64::INFINITY {
            of_y.copy_from_slice(of_x);
        } else if self.max > 0.0 && !x.is_empty() {
            let (norm, max) = (x.norm(), R::from(self.max));
            let u: Vec<R> = y.iter().map(|&y| y / max).collect();
            orthogonal(&u, of_x, max / norm, of_y);
            let inside = norm.less(max);
            of_y.iter_mut().zip(of_x).for_each(|(of_y, &of_x)| *of_y = R::select(inside, of_x, *of_y));
        }
        Ok(())
    }
    /// The Jacobian is symmetric.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.tangent(x, y, of_y, of_x)
    }
}
