//! The product of two matrices.

use super::expect;
use crate::Error;
use crate::function::{Apply, VectorRule};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// The product C = A B, where A or B may be taken transposed. C has a number for each row of A and each column of B, which have `inner` numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct MatMul {
    /// The rows of A, as it is taken.
    pub rows: usize,
    /// The columns of A and rows of B, as they are taken.
    pub inner: usize,
    /// The columns of B, as it is taken.
    pub columns: usize,
    /// Whether A and B are stored as the transposes of what is taken.
    pub transposed: [bool; 2],
}

impl MatMul {
    fn lens(&self) -> [usize; 2] {
        [self.rows * self.inner, self.inner * self.columns]
    }
}

impl VectorRule for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        expect(self.name(), lens, &self.lens())?;
        Ok(self.rows * self.columns)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let (a, b) = x.split_at(self.lens()[0]);
        let take = |list, [rows, columns]: [usize; 2], transposed: bool| match transposed {
            true => MatRef::from_column_major_slice(list, rows, columns),
            false => MatRef::from_row_major_slice(list, rows, columns),
        };
        let [a_is, b_is] = self.transposed;
        let (a, b) = (take(a, [self.rows, self.inner], a_is), take(b, [self.inner, self.columns], b_is));
        matmul(MatMut::from_row_major_slice_mut(y, self.rows, self.columns), Accum::Replace, a, b, 1.0, Par::Seq);
        Ok(())
    }
    /// Ċ = Ȧ B + A Ḃ.
    fn tangent<R: Apply>(&self, x: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let split = self.lens()[0];
        let ((a, b), (of_a, of_b)) = (x.split_at(split), of_x.split_at(split));
        let [left, right] = [R::vector(self, &[of_a, b])?, R::vector(self, &[a, of_b])?];
        of_y.iter_mut().zip(left.into_iter().zip(right)).for_each(|(of_y, (left, right))| *of_y = left + right);
        Ok(())
    }
    /// Ā = C̄ Bᵀ, and B̄ = Aᵀ C̄; or their transposes, of what is stored so.
    fn pull_back<R: Apply>(&self, x: &[R], _: &[R], c: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let split = self.lens()[0];
        let ((a, b), (of_a, of_b)) = (x.split_at(split), of_x.split_at_mut(split));
        let MatMul { rows, inner, columns, transposed: [a_is, b_is] } = *self;
        of_a.copy_from_slice(&match a_is {
            false => times([c, b], [rows, columns, inner], [false, !b_is])?,
            true => times([b, c], [inner, columns, rows], [b_is, true])?,
        });
        of_b.copy_from_slice(&match b_is {
            false => times([a, c], [inner, rows, columns], [!a_is, false])?,
            true => times([c, a], [columns, rows, inner], [true, a_is])?,
        });
        Ok(())
    }
}

/// The product of two matrices of which either is taken transposed: of shape [rows, inner] times [inner, columns].
pub(crate) fn times<R: Apply>(
    [a, b]: [&[R]; 2],
    [rows, inner, columns]: [usize; 3],
    transposed: [bool; 2],
) -> Result<Vec<R>, Error> {
    R::vector(&MatMul { rows, inner, columns, transposed }, &[a, b])
}

/// The product of two square matrices of which either is taken transposed.
pub(crate) fn square_times<R: Apply>(pair: [&[R]; 2], n: usize, transposed: [bool; 2]) -> Result<Vec<R>, Error> {
    times(pair, [n; 3], transposed)
}
