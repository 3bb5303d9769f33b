//! Maps of unconstrained numbers to those that a density asks for, with the logarithms of their Jacobians.

use super::triangle::{order, rows};
use crate::error::{Error, Kind};
use crate::function;
use crate::function::Apply;
use crate::op::Activations;
use crate::real::Real;
use std::f64::consts::LN_2;

/// ln(σ(y) σ(−y)), the logarithm of the slope of the logistic function σ.
#[inline(always)]
fn log_logistic_slope<R: Apply>(y: R) -> R {
    y.log_sigmoid() + (-y).log_sigmoid()
}

/// The map of a number y to the positive number eʸ: Stan's `<lower=0>`.
///
/// ```
/// use gprime::{density::{self, Positive}, prelude::*};
///
/// // the density of y where e^y is exponential
/// let log_density = |y: &[f64]| {
///     let (x, log_jacobian) = Positive.constrain(y[0]);
///     density::exponential(x, 2.0) + log_jacobian
/// };
/// assert_eq!(log_density(&[0.0]), 2f64.ln() - 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Positive;

impl Positive {
    /// The positive number, and the logarithm of its slope by `y`, which is `y` itself.
    #[inline]
    #[track_caller]
    pub fn constrain<R: Apply>(&self, y: R) -> (R, R) {
        (y.exp(), y)
    }

    /// The number that is mapped to `x`; NaN for a negative one.
    #[inline]
    #[track_caller]
    pub fn unconstrain<R: Apply>(&self, x: R) -> R {
        x.ln()
    }
}

/// The map of a number y to the number a + (b − a) σ(y) of an interval, where σ is the logistic function: Stan's `<lower=a, upper=b>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    lower: f64,
    upper: f64,
}

function! {
    struct ToInterval { lower: f64, upper: f64 }
    |[y]| -> [R; 2] {
        let width = upper - lower;
        // from the end that is nearer, so that the distance to it keeps its digits
        let x = R::select(y.less(0.0.into()), y.sigmoid() * width + lower, (-y).sigmoid() * -width + upper);
        [x, log_logistic_slope(y) + Real::ln(width)]
    }
}

impl Interval {
    /// The interval between two numbers.
    ///
    /// # Errors
    /// If `lower` is not below `upper`, or the width is not finite.
    pub fn new(lower: f64, upper: f64) -> Result<Self, Error> {
        let width = upper - lower;
        if width > 0.0 && width.is_finite() {
            Ok(Interval { lower, upper })
        } else {
            Err(Error::new(Kind::Parameter, format!("Interval from {lower} to {upper} has no finite width above 0")))
        }
    }

    /// The number of the interval, and the logarithm of its slope by `y`.
    #[inline]
    #[track_caller]
    pub fn constrain<R: Apply>(&self, y: R) -> (R, R) {
        let &Interval { lower, upper } = self;
        let [x, log] = R::run(&ToInterval { lower, upper }, [y]);
        (x, log)
    }

    /// The number that is mapped to `x`; NaN for one outside of the interval.
    #[inline]
    #[track_caller]
    pub fn unconstrain<R: Apply>(&self, x: R) -> R {
        (x - self.lower).ln() - (-x + self.upper).ln()
    }
}

function! {
    /// Breaks a part off what is left of a stick: the part, the rest, and what both have in the logarithm of the Jacobian, where `after` parts follow.
    struct Break { after: f64 }
    |[y, left]| -> [R; 3] {
        let a = y - Real::ln(after);
        [left * a.sigmoid(), left * (-a).sigmoid(), a.log_sigmoid() + (-a).log_sigmoid() * after]
    }
}

/// The map of K − 1 numbers to K positive ones with the sum 1, by breaking a stick, as Stan's reference manual has its `simplex`: of what is left,
/// number k of the K is the part σ(yₖ − ln(K − k)), so that y = 0 is mapped to equal ones.
///
/// ```
/// use gprime::{density::{self, Simplex}, prelude::*};
///
/// fn log_density<R: Apply>(y: &[R]) -> R {
///     let (x, log_jacobian) = Simplex.constrain(y);
///     density::dirichlet(&x, &[2.0, 3.0, 4.0].map(R::from)).unwrap() + log_jacobian
/// }
/// let g = gradient(|y| log_density(y), &[0.0, 0.0]);
/// assert!((g[0] + 1.0).abs() < 1e-14 && (g[1] + 0.5).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Simplex;

impl Simplex {
    /// The numbers on the simplex, one more than `y` has, and the logarithm of the determinant of the derivatives of all of them but the last. O(K).
    #[track_caller]
    pub fn constrain<R: Apply>(&self, y: &[R]) -> (Vec<R>, R) {
        let mut x = Vec::with_capacity(y.len() + 1);
        let (mut left, mut log) = (R::from(1.0), R::from(0.0));
        for (i, &y_i) in y.iter().enumerate() {
            let [part, rest, log_of_part] = R::run(&Break { after: (y.len() - i) as f64 }, [y_i, left]);
            x.push(part);
            left = rest;
            log += log_of_part;
        }
        x.push(left);
        (x, log)
    }

    /// The numbers that are mapped to `x`, one fewer. O(K).
    ///
    /// The ratios of `x` decide, so that its sum need not be 1. NaN is among the results if a number is negative.
    #[track_caller]
    pub fn unconstrain<R: Apply>(&self, x: &[R]) -> Vec<R> {
        let mut y = vec![];
        let Some((&last, parts)) = x.split_last() else { return y };
        let mut left = last;
        for (i, &part) in parts.iter().enumerate().rev() {
            y.push(part.ln() - left.ln() + Real::ln((parts.len() - i) as f64));
            left += part;
        }
        y.reverse();
        y
    }
}

/// The map of numbers to an increasing sequence: the first is itself, and each step to the next is e^yₖ. Stan's `ordered`.
///
/// ```
/// use gprime::density::Ordered;
/// assert_eq!(Ordered.constrain(&[-1.0, 0.0, 0.0]), (vec![-1.0, 0.0, 1.0], 0.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ordered;

impl Ordered {
    /// The increasing numbers, as many as `y` has, and the logarithm of the determinant of their derivatives. O(K).
    #[track_caller]
    pub fn constrain<R: Apply>(&self, y: &[R]) -> (Vec<R>, R) {
        let mut x: Vec<R> = Vec::with_capacity(y.len());
        for &step in y {
            x.push(x.last().map_or(step, |&before| before + step.exp()));
        }
        (x, y.iter().skip(1).sum())
    }

    /// The numbers that are mapped to `x`. O(K). NaN is among them if a number is below the one before.
    #[track_caller]
    pub fn unconstrain<R: Apply>(&self, x: &[R]) -> Vec<R> {
        x.iter().take(1).copied().chain(x.windows(2).map(|pair| (pair[1] - pair[0]).ln())).collect()
    }
}

function! {
    /// A number tanh y of what is left of a row of length 1: the number, the rest √(1 − tanh²y), and `weight` ln(1/cosh y).
    struct Turn { weight: f64 }
    |[y, left]| -> [R; 3] {
        let log = log_logistic_slope(y * 2.0) * 0.5 + LN_2;
        [left * y.tanh(), left / y.cosh(), log * weight]
    }
}

/// The map of n (n − 1)/2 numbers to the Cholesky factor of a correlation matrix of n rows, by the partial correlations tanh y: Stan's
/// `cholesky_factor_corr`. (Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion method", 2009.)
///
/// The factor is its lower triangle row after row, n (n + 1)/2 numbers, and so are the unconstrained numbers without the diagonal.
///
/// ```
/// use gprime::density::{self, CorrelationCholesky};
///
/// let (factor, log_jacobian) = CorrelationCholesky.constrain(&[0.5])?;
/// assert_eq!(factor, [1.0, 0.5f64.tanh(), 1.0 / 0.5f64.cosh()]);
/// // for the shape 1 every correlation is as likely as another
/// let log_density = density::lkj_cholesky(&factor, 1.0)? + log_jacobian;
/// assert!((log_density - (0.5 / 0.5f64.cosh().powi(2)).ln()).abs() < 1e-15);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CorrelationCholesky;

impl CorrelationCholesky {
    /// The factor, and the logarithm of the determinant of the derivatives of the numbers below its diagonal. O(n²).
    ///
    /// # Errors
    /// If there are not n (n − 1)/2 numbers for any n.
    #[track_caller]
    pub fn constrain<R: Apply>(&self, y: &[R]) -> Result<(Vec<R>, R), Error> {
        let n = order("CorrelationCholesky", y)? + 1;
        let mut factor = Vec::with_capacity(n * (n + 1) / 2);
        factor.push(R::from(1.0));
        let mut log = R::from(0.0);
        for row in rows(y) {
            let mut left = R::from(1.0);
            for (j, &y) in row.iter().enumerate() {
                // a number is in its own derivative twice, and once in that of each after it
                let weight = (row.len() + 1 - j) as f64;
                let [number, rest, log_of_number] = R::run(&Turn { weight }, [y, left]);
                factor.push(number);
                left = rest;
                log += log_of_number;
            }
            factor.push(left);
        }
        Ok((factor, log))
    }

    /// The numbers that are mapped to a factor with a positive diagonal. O(n²).
    ///
    /// The ratios within each row decide, so that its length need not be 1.
    ///
    /// # Errors
    /// If the factor's length is not that of a triangle.
    #[track_caller]
    pub fn unconstrain<R: Apply>(&self, factor: &[R]) -> Result<Vec<R>, Error> {
        order("CorrelationCholesky", factor)?;
        let mut y = vec![];
        for row in rows(factor) {
            let (&diagonal, numbers) = row.split_last().expect("a row has a number");
            let (mut left, start) = (diagonal, y.len());
            for &number in numbers.iter().rev() {
                y.push((number / left).asinh());
                left = left.hypot(number);
            }
            y[start..].reverse();
        }
        Ok(y)
    }
}
