//! A matrix that is factored once, and what can be asked about it.

use super::matrix::{columns, order, triangular};
use super::rules::{CholeskyFactor, Inverse, LogDet, Matrix, Solve};
use crate::Error;
use crate::function::Apply;

/// A square matrix that is factored once: for its determinant, for systems of equations and quadratic forms, and for all their derivatives.
///
/// ```
/// use gprime::{linalg::Factored, prelude::*};
/// let a = Factored::general(&[2.0, 1.0, 0.0, 3.0])?;
/// assert_eq!(a.solve(&[4.0, 6.0])?, [1.0, 2.0]);
/// assert!((a.log_det() - 6f64.ln()).abs() < 1e-15);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Factored<R> {
    of: Matrix,
    a: Vec<R>,
    log_det: R,
}

impl<R: Apply> Factored<R> {
    /// A square matrix, row by row, by P A = L U.
    ///
    /// # Errors
    /// If it is not square, is singular or not finite.
    pub fn general(a: impl Into<Vec<R>>) -> Result<Self, Error> {
        let a = a.into();
        Self::new(Matrix::general(order("factored", a.len())?), a)
    }

    /// A symmetric and positive definite matrix, row by row, by A = L Lᵀ. Only its lower triangle is read, and the derivatives are by that: of a number
    /// below the diagonal with its mirror image, and 0 of those above.
    ///
    /// # Errors
    /// If it is not square, or not positive definite.
    pub fn positive_definite(a: impl Into<Vec<R>>) -> Result<Self, Error> {
        let a = a.into();
        Self::new(Matrix::positive_definite(order("factored", a.len())?), a)
    }

    /// A symmetric and positive definite matrix by its lower triangle alone, row by row: n (n + 1) / 2 numbers. It is half the work of making the
    /// matrix, and half the memory.
    ///
    /// # Errors
    /// If no triangle has so many numbers, or the matrix is not positive definite.
    pub fn packed(a: impl Into<Vec<R>>) -> Result<Self, Error> {
        let a = a.into();
        let n = (2 * a.len()).isqrt();
        match triangular(n) == a.len() {
            true => Self::new(Matrix::packed(n), a),
            false => Err(Error::rule(format!("factored: {} numbers are no triangle", a.len()))),
        }
    }

    fn new(of: Matrix, a: Vec<R>) -> Result<Self, Error> {
        // the factors are made here, so that a singular matrix is told of here
        let log_det = R::vector(&LogDet { of: of.clone() }, &[&a])?[0];
        Ok(Factored { of, a, log_det })
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.of.n
    }

    /// ln |det A|. Its gradient is A⁻ᵀ, O(n³).
    pub fn log_det(&self) -> R {
        self.log_det
    }

    /// The solution X of A X = B, for one right side or more: B has a row for each of A's. O(n²) for each, forwards and in reverse.
    ///
    /// # Errors
    /// If B does not fit.
    pub fn solve(&self, b: &[R]) -> Result<Vec<R>, Error> {
        let columns = columns("solve", self.of.n, b.len())?;
        R::vector(&Solve { of: self.of.clone(), columns, transposed: false }, &[&self.a, b])
    }

    /// xᵀ A⁻¹ x.
    ///
    /// # Errors
    /// If `x` has not a number for each row.
    pub fn quadratic_form(&self, x: &[R]) -> Result<R, Error> {
        if x.len() != self.of.n {
            let message = format!("quadratic_form: {} numbers for a matrix of {} rows", x.len(), self.of.n);
            return Err(Error::rule(message));
        }
        Ok(R::dot(x, &self.solve(x)?))
    }

    /// A⁻¹. Who wants A⁻¹ b takes [`solve`](Factored::solve), which is cheaper and has more digits.
    ///
    /// # Errors
    /// None that the making of `self` has not given.
    pub fn inverse(&self) -> Result<Vec<R>, Error> {
        R::vector(&Inverse { of: self.of.clone() }, &[&self.a])
    }

    /// The lower triangular L with L Lᵀ = A.
    ///
    /// # Errors
    /// If the matrix was made by [`general`](Factored::general).
    pub fn lower(&self) -> Result<Vec<R>, Error> {
        if !self.of.is_symmetric() {
            return Err(Error::rule("lower: only a matrix that is made as a positive definite one has this factor"));
        }
        R::vector(&CholeskyFactor { of: self.of.clone() }, &[&self.a])
    }
}
