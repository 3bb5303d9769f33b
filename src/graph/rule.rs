//! The rule of an op behind a pointer, made for one type of number.

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
