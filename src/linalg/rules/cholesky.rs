//! The triangular factor of a positive definite matrix.

use super::product::square_times;
use super::{Matrix, SolveTriangular, Triangle, expect};
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::linalg::matrix::{half_lower, transposed};

/// The lower triangular L with L Lᵀ = A, of which the lower triangle is read.
#[derive(Clone, Debug, PartialEq)]
pub struct CholeskyFactor {
    /// The matrix A, which is positive definite.
    pub of: Matrix,
}

impl CholeskyFactor {
    /// L⁻¹ B, or L⁻ᵀ B, for a square B.
    fn solve<R: Apply>(&self, l: &[R], b: &[R], transposed: bool) -> Result<Vec<R>, Error> {
        let n = self.of.n;
        R::vector(&SolveTriangular { n, columns: n, triangle: Triangle::Lower, transposed }, &[l, b])
    }
}

impl VectorRule for CholeskyFactor {
    fn name(&self) -> &'static str {
        "cholesky"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &[self.of.len()])?;
        Ok(self.of.n * self.of.n)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.of.with(self.name(), x, |factors| factors.lower(y))
    }
    /// L̇ = L Φ(L⁻¹ Ȧ L⁻ᵀ), where Φ takes the lower triangle with half the diagonal.
    fn tangent<R: Apply>(&self, _: &[R], l: &[R], of_a: &[R], of_l: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        // the second solution transposed: L⁻¹ (L⁻¹ Ȧ)ᵀ is symmetric
        let half = self.solve(l, &self.of.whole(of_a), false)?;
        let mut middle = self.solve(l, &transposed(&half, n), false)?;
        half_lower(&mut middle, n);
        of_l.copy_from_slice(&square_times([l, &middle], n, [false, false])?);
        Ok(())
    }
    /// With S = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, the adjoint of the whole matrix, Ā is the lower triangle of S + Sᵀ, with the diagonal of S.
    fn pull_back<R: Apply>(&self, _: &[R], l: &[R], of_l: &[R], of_a: &mut [R]) -> Result<(), Error> {
        let n = self.of.n;
        // L is 0 above the diagonal, whatever A is
        let lower: Vec<R> = (0..n * n).map(|at| if at % n <= at / n { of_l[at] } else { R::from(0.0) }).collect();
        let mut middle = square_times([l, &lower], n, [true, false])?;
        half_lower(&mut middle, n);
        let half = self.solve(l, &middle, true)?;
        let s = self.solve(l, &transposed(&half, n), true)?;
        self.of.write_adjoint(&transposed(&s, n), R::from(1.0), of_a);
        Ok(())
    }
}
