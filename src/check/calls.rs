//! The calls that check ops.

use super::of_op::{check, check_at};
use super::options::Options;
use super::report::Report;
use crate::graph::{self, DynOp};
use crate::op::{Op, Reduce};
use crate::registry::Registry;

/// Checks an op: its slope at its samples and at random points, against dual numbers and differences; and at each kink that
/// it declares, that the slopes on the sides and the slope returned are those declared.
///
/// ```
/// use gprime::{check, prelude::*};
/// #[derive(Clone, PartialEq)]
/// struct Wrong;
/// impl Op<1> for Wrong {
///     const NAME: &'static str = "wrong";
///     fn value<R: Real>(&self, [z]: [R; 1]) -> R {
///         z.sin()
///     }
///     fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
///         [-z.cos()]
///     }
/// }
/// let report = check::op(&Wrong);
/// assert_eq!(report.verdict, check::Verdict::Fail);
/// println!("{report}");
/// ```
pub fn op<const N: usize, O: Op<N>>(op: &O) -> Report {
    dyn_op(&*graph::dyn_op(op.clone()))
}

/// Checks every op of a registry.
pub fn registry(registry: &Registry) -> Vec<Report> {
    registry.iter().map(|op| dyn_op(&**op)).collect()
}

/// Checks an op that is behind a pointer, such as an entry of the registry.
pub fn dyn_op(op: &dyn DynOp) -> Report {
    Options::new().dyn_op(op)
}

/// Checks an op of any number of arguments, as [`op`](fn@op) does one of a fixed number: at lengths from 1 to 9 and around those of loops
/// that do several at once, at zeros and at ties.
///
/// ```
/// use gprime::{check, op::Norm};
/// check::reduce(&Norm).assert_pass();
/// ```
pub fn reduce<O: Reduce>(op: &O) -> Report {
    dyn_op(&*graph::dyn_reduce(op.clone()))
}

/// Checks an op that is behind a pointer, with random points from another seed.
pub fn dyn_op_with_seed(op: &dyn DynOp, seed: u64) -> Report {
    Options::new().seed(seed).dyn_op(op)
}

/// Checks an op at one point alone: what a failure's test does.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn op_at<const N: usize, O: Op<N>>(op: &O, x: &[f64; N]) -> Report {
    dyn_op_at(&*graph::dyn_op(op.clone()), x)
}

/// Checks an op of any number of arguments at one point alone.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn reduce_at<O: Reduce>(op: &O, x: &[f64]) -> Report {
    dyn_op_at(&*graph::dyn_reduce(op.clone()), x)
}

/// Checks an op that is behind a pointer at one point alone.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn dyn_op_at(op: &dyn DynOp, x: &[f64]) -> Report {
    if let Some(fault) = op.validate(x.len()) {
        panic!("{} {fault}", op.name());
    }
    check_at(op, x)
}

impl Options {
    /// Checks an op, as [`check::op`](fn@super::op).
    pub fn op<const N: usize, O: Op<N>>(&self, op: &O) -> Report {
        self.dyn_op(&*graph::dyn_op(op.clone()))
    }

    /// Checks an op of any number of arguments, as [`check::reduce`](super::reduce).
    pub fn reduce<O: Reduce>(&self, op: &O) -> Report {
        self.dyn_op(&*graph::dyn_reduce(op.clone()))
    }

    /// Checks an op that is behind a pointer, as [`check::dyn_op`](super::dyn_op).
    pub fn dyn_op(&self, op: &dyn DynOp) -> Report {
        check(op, self)
    }
}
