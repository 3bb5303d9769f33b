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

impl LogDet {
    /// A⁻ᵀ.
    fn slopes<R: Apply>(&self, x: &[R]) -> Result<Vec<R>, Error> {
        let inverse = R::vector(&Inverse { of: self.of.clone() }, &[x])?;
        Ok(if self.of.is_symmetric() { inverse } else { transposed(&inverse, self.of.n) })
    }
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
        of_y[0] = R::dot(&self.slopes(x)?, &self.of.whole(of_x));
        Ok(())
    }
    /// Ā = A⁻ᵀ times the adjoint.
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.of.write_adjoint(&self.slopes(x)?, of_y[0], of_x);
        Ok(())
    }
}
