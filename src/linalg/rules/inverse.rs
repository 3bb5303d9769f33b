//! The inverse of a matrix.

use super::product::square_times;
use super::{Matrix, expect};
use crate::Error;
use crate::function::{Apply, VectorRule};

/// A⁻¹.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverse {
    /// The matrix A.
    pub of: Matrix,
}

impl Inverse {
    /// −P M Q, of Y = A⁻¹ for P and Q, or of their transposes.
    fn between<R: Apply>(&self, y: &[R], middle: &[R], transposed: bool) -> Result<Vec<R>, Error> {
        let left = square_times([y, middle], self.of.n, [transposed, false])?;
        let product = square_times([&left, y], self.of.n, [false, transposed])?;
        Ok(product.into_iter().map(|x| -x).collect())
    }
}

impl VectorRule for Inverse {
    fn name(&self) -> &'static str {
        "inverse"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(self.of.len())
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| factors.inverse(y))
    }
    /// Ẏ = −Y Ȧ Y.
    fn tangent<R: Apply>(&self, _: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        of_y.copy_from_slice(&self.between(y, &self.of.whole(of_x), false)?);
        Ok(())
    }
    /// Ā = −Yᵀ Ȳ Yᵀ.
    fn pull_back<R: Apply>(&self, _: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.of.write_adjoint(&self.between(y, of_y, true)?, of_x);
        Ok(())
    }
}
