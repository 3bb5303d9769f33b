//! The logarithm of a determinant.

use super::{Inverse, Matrix, expect};
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::linalg::matrix::transposed;

/// ln |det A|.
#[derive(Clone, Debug, PartialEq)]
pub struct LogDet {
    /// The matrix A.
    pub of: Matrix,
}

impl VectorRule for LogDet {
    fn name(&self) -> &'static str {
        "log_det"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(1)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| y[0] = factors.log_det())
    }
    /// tr(A⁻¹ Ȧ).
    fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let inverse = R::vector(&Inverse { of: self.of.clone() }, &[x])?;
        of_y[0] = R::dot(&transposed(&inverse, self.of.n), &self.of.whole(of_x));
        Ok(())
    }
    /// Ā = A⁻ᵀ times the adjoint.
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let inverse = R::vector(&Inverse { of: self.of.clone() }, &[x])?;
        let of_whole: Vec<R> = transposed(&inverse, self.of.n).into_iter().map(|slope| slope * of_y[0]).collect();
        self.of.write_adjoint(&of_whole, of_x);
        Ok(())
    }
}
