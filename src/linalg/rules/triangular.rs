//! The solution of a triangular system.

use super::expect;
use super::product::times;
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::linalg::decomposition::in_columns;
use faer::MatRef;

/// Which triangle of a matrix is read; the other counts as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Triangle {
    /// The diagonal and what is below it.
    Lower,
    /// The diagonal and what is above it.
    Upper,
}

/// The solution X of T X = B, or of Tᵀ X = B, for a triangular T.
#[derive(Clone, Debug, PartialEq)]
pub struct SolveTriangular {
    /// The rows of T.
    pub n: usize,
    /// The columns of B.
    pub columns: usize,
    /// Where the numbers of T are.
    pub triangle: Triangle,
    /// Whether T is taken transposed.
    pub transposed: bool,
}

impl SolveTriangular {
    /// The lengths of T and of B.
    fn lens(&self) -> [usize; 2] {
        [self.n * self.n, self.n * self.columns]
    }

    /// A matrix with 0 outside of the triangle.
    fn triangle_of<R: Apply>(&self, whole: &[R]) -> Vec<R> {
        let keep = |at: usize| match self.triangle {
            Triangle::Lower => at % self.n <= at / self.n,
            Triangle::Upper => at % self.n >= at / self.n,
        };
        whole.iter().enumerate().map(|(at, &x)| if keep(at) { x } else { R::from(0.0) }).collect()
    }
}

impl VectorRule for SolveTriangular {
    fn name(&self) -> &'static str {
        "solve_triangular"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &self.lens())?;
        Ok(self.lens()[1])
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let (t, b) = x.split_at(self.n * self.n);
        if let Some(i) = (0..self.n).find(|&i| t[i * self.n + i] == 0.0) {
            return Err(Error::rule(format!("solve_triangular: the diagonal has a 0 in row {i}")));
        }
        y.copy_from_slice(b);
        let t = MatRef::from_row_major_slice(t, self.n, self.n);
        in_columns(y, self.columns, |b| match (self.triangle, self.transposed) {
            (Triangle::Lower, false) => t.solve_lower_triangular_in_place(b),
            (Triangle::Lower, true) => t.transpose().solve_upper_triangular_in_place(b),
            (Triangle::Upper, false) => t.solve_upper_triangular_in_place(b),
            (Triangle::Upper, true) => t.transpose().solve_lower_triangular_in_place(b),
        });
        Ok(())
    }
    /// Ẋ = T⁻¹ (Ḃ − Ṫ X).
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let split = self.n * self.n;
        let (t, (of_t, of_b)) = (&x[..split], of_x.split_at(split));
        let shape = [self.n, self.n, self.columns];
        let moved = times([&self.triangle_of(of_t), y], shape, [self.transposed, false])?;
        let rest: Vec<R> = of_b.iter().zip(moved).map(|(&of_b, moved)| of_b - moved).collect();
        of_y.copy_from_slice(&R::vector(self, &[t, &rest])?);
        Ok(())
    }
    /// B̄ = W with Tᵀ W = X̄, and T̄ is the triangle of −W Xᵀ; or, of a T taken transposed, of −X Wᵀ.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let split = self.n * self.n;
        let (t, (of_t, of_b)) = (&x[..split], of_x.split_at_mut(split));
        let back = SolveTriangular { transposed: !self.transposed, ..self.clone() };
        of_b.copy_from_slice(&R::vector(&back, &[t, of_y])?);
        let pair = if self.transposed { [y, &*of_b] } else { [&*of_b, y] };
        let product = times(pair, [self.n, self.columns, self.n], [false, true])?;
        of_t.iter_mut().zip(self.triangle_of(&product)).for_each(|(of_t, share)| *of_t = -share);
        Ok(())
    }
}
