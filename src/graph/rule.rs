//! The rule of an op behind a pointer, made for one type of number.

use crate::error::Error;

/// A rule made for one type of number.
///
/// # Errors
/// Each method fails for a number that the op cannot serve: an op known only as `f64` closures has no second derivative and no formula.
///
/// # Panics
/// If the number of arguments is not one that the op takes; [`DynOp::validate`](super::DynOp::validate) tells.
pub trait Rule<R> {
    /// The value, as the rule computes it.
    fn value(&self, x: &[R]) -> Result<R, Error>;
    /// The value, as one application: a [`Dual`](crate::Dual)'s tangent comes from the slope, an expression is one statement.
    #[track_caller]
    fn apply(&self, x: &[R]) -> Result<R, Error>;
    /// The slopes, given the value.
    fn slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error>;
    /// The value and the slopes at once, as a tape asks for them.
    fn value_and_slope(&self, x: &[R], slopes: &mut [R]) -> Result<R, Error>
    where
        R: Copy,
    {
        let a = self.value(x)?;
        self.slope(x, a, slopes)?;
        Ok(a)
    }
    /// The textbook's formula for the value.
    fn textbook(&self, x: &[R]) -> Result<R, Error>;
    /// The textbook's formula for the slopes.
    fn textbook_slope(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error>;
}
