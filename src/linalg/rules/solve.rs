//! The solution of a linear system.

use super::product::times;
use super::{Matrix, expect};
use crate::Error;
use crate::function::{Apply, VectorRule};

/// The solution X of A X = B, or of Aᵀ X = B, for a B of so many columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Solve {
    /// The matrix A.
    pub of: Matrix,
    /// The columns of B.
    pub columns: usize,
    /// Whether A is taken transposed.
    pub transposed: bool,
}

impl Solve {
    /// The lengths of A and of B.
    fn lens(&self) -> [usize; 2] {
        [self.of.len(), self.of.n * self.columns]
    }
}

impl VectorRule for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &self.lens())?;
        Ok(self.of.n * self.columns)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let (a, b) = x.split_at(self.of.len());
        y.copy_from_slice(b);
        self.of.with(self.name(), a, |factors| factors.solve(y, self.columns, self.transposed))
    }
    /// Ẋ = A⁻¹ (Ḃ − Ȧ X).
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let (a, (of_a, of_b)) = (&x[..self.of.len()], of_x.split_at(self.of.len()));
        let n = self.of.n;
        let moved = times([&*self.of.whole(of_a), y], [n, n, self.columns], [self.transposed, false])?;
        let rest: Vec<R> = of_b.iter().zip(moved).map(|(&of_b, moved)| of_b - moved).collect();
        of_y.copy_from_slice(&R::vector(self, &[a, &rest])?);
        Ok(())
    }
    /// B̄ = W with Aᵀ W = X̄, and Ā = −W Xᵀ; or, of an A taken transposed, −X Wᵀ.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let (a, (of_a, of_b)) = (&x[..self.of.len()], of_x.split_at_mut(self.of.len()));
        let back = Solve { transposed: !self.transposed, ..self.clone() };
        of_b.copy_from_slice(&R::vector(&back, &[a, of_y])?);
        let n = self.of.n;
        let pair = if self.transposed { [y, &*of_b] } else { [&*of_b, y] };
        let product = times(pair, [n, self.columns, n], [false, true])?;
        self.of.write_adjoint(&product, R::from(-1.0), of_a);
        Ok(())
    }
}
