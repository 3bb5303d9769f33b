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
    /// Y M Y, or Yᵀ M Yᵀ.
    fn between<R: Apply>(&self, y: &[R], middle: &[R], transposed: bool) -> Result<Vec<R>, Error> {
        let left = square_times([y, middle], self.of.n, [transposed, false])?;
        square_times([&left, y], self.of.n, [false, transposed])
    }
}

impl VectorRule for Inverse {
    fn name(&self) -> &'static str {
        "inverse"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(self.of.n * self.of.n)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| factors.inverse(y))
    }
    /// Ẏ = −Y Ȧ Y.
    fn tangent<R: Apply>(&self, _: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let product = self.between(y, &self.of.whole(of_x), false)?;
        of_y.iter_mut().zip(product).for_each(|(of_y, number)| *of_y = -number);
        Ok(())
    }
    /// Ā = −Yᵀ Ȳ Yᵀ.
    fn pull_back<R: Apply>(&self, _: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        self.of.write_adjoint(&self.between(y, of_y, true)?, R::from(-1.0), of_x);
        Ok(())
    }
}
