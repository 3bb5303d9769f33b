//! The rule of an op, and a vector rule, behind a pointer: each made for one type of number.

use crate::error::Error;

/// A rule made for one type of number: its definition, which is printed, and its evaluation, which runs. See [`Op`](crate::op::Op).
///
/// # Errors
/// Each method fails for a number that the op cannot serve: an op known only as `f64` closures has no second derivative and no formula.
///
/// # Panics
/// If the number of arguments is not one that the op takes; [`DynOp::validate`](super::DynOp::validate) tells.
pub trait Rule<R> {
    /// The definition of the value.
    fn value(&self, x: &[R]) -> Result<R, Error>;
    /// The definition of the slopes, given the value.
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error>;
    /// The value, as it is computed.
    fn evaluate_value(&self, x: &[R]) -> Result<R, Error>;
    /// The value and the slopes, as they are computed. Where the op is not defined, so that its value is NaN, the slopes are NaN.
    fn evaluate(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error>;
    /// The value, as one application: a [`Dual`](crate::Dual)'s tangent comes from the slope, an expression is one statement.
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error>;
}

/// A vector rule made for one type of number.
pub trait VectorRuleOver<R> {
    /// The results, given the arguments list after list and the lengths of the lists.
    fn apply(&self, x: &[R], lens: &[usize]) -> Result<Vec<R>, Error>;
    /// The adjoints of the arguments, into numbers that are 0, given the arguments, the results, and the adjoints of these.
    fn pull_back(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error>;
}
