//! Factorisations of plain matrices, made by faer and shared by all rules that ask about one matrix.

use super::matrix::triangular;
use crate::Error;
use faer::linalg::solvers::{DenseSolveCore, Llt, PartialPivLu, SelfAdjointEigen, Solve};
use faer::{Mat, MatMut, MatRef, Side};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What a matrix is factored into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// P A = L U.
    General,
    /// A = L Lᵀ, of the lower triangle.
    PositiveDefinite,
    /// A = L Lᵀ, of which the lower triangle alone is stored.
    Packed,
    /// A = V Λ Vᵀ, of the lower triangle.
    Eigen,
}

/// A matrix in factors.
pub(super) enum Decomposition {
    General(PartialPivLu<f64>),
    PositiveDefinite(Llt<f64>),
    Eigen(SelfAdjointEigen<f64>),
}

/// The factors of the matrix that was last asked about.
struct Factors {
    kind: Kind,
    matrix: Vec<f64>,
    decomposition: Decomposition,
}

/// Where rules that ask about one matrix keep its factors. They are made anew for a matrix of other bits, so what is kept is never seen in a result.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Option<Arc<Factors>>>>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

impl PartialEq for Shared {
    /// Always: what is kept is never seen in a result.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Shared {
    /// Gives the factors of a square matrix to `f`.
    ///
    /// # Errors
    /// If the matrix is singular or not finite, or there are no factors of this kind.
    pub(super) fn with<A>(
        &self,
        name: &str,
        kind: Kind,
        n: usize,
        matrix: &[f64],
        f: impl FnOnce(&Decomposition) -> A,
    ) -> Result<A, Error> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_same = |factors: &Arc<Factors>| {
            factors.kind == kind
                && factors.matrix.len() == matrix.len()
                && factors.matrix.iter().zip(matrix).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let factors = match kept.filter(is_same) {
            Some(factors) => factors,
            None => {
                let decomposition = Decomposition::new(name, kind, n, matrix)?;
                let factors = Arc::new(Factors { kind, matrix: matrix.to_vec(), decomposition });
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(factors.clone());
                factors
            }
        };
        Ok(f(&factors.decomposition))
    }
}

impl Decomposition {
    /// The factors of a square matrix of `n` rows.
    fn new(name: &str, kind: Kind, n: usize, matrix: &[f64]) -> Result<Self, Error> {
        let packed;
        let a = match kind {
            Kind::Packed => {
                packed = Mat::from_fn(n, n, |i, j| if j <= i { matrix[triangular(i) + j] } else { 0.0 });
                packed.as_ref()
            }
            _ => MatRef::from_row_major_slice(matrix, n, n),
        };
        let columns_read = |i: usize| if kind == Kind::General { 0..n } else { 0..i + 1 };
        for i in 0..n {
            if let Some(j) = columns_read(i).find(|&j| !a[(i, j)].is_finite()) {
                return Err(Error::rule(format!("{name}: the matrix has {} in row {i}, column {j}", a[(i, j)])));
            }
        }
        match kind {
            Kind::General => {
                let lu = PartialPivLu::new(a);
                let is_regular = (0..n).map(|i| lu.U()[(i, i)]).all(|pivot| pivot != 0.0 && pivot.is_finite());
                let singular = || Error::rule(format!("{name}: the matrix is singular"));
                is_regular.then_some(Decomposition::General(lu)).ok_or_else(singular)
            }
            Kind::PositiveDefinite | Kind::Packed => {
                let not_positive = |_| Error::rule(format!("{name}: the matrix is not positive definite"));
                Llt::new(a, Side::Lower).map(Decomposition::PositiveDefinite).map_err(not_positive)
            }
            Kind::Eigen => {
                let endless = |_| Error::rule(format!("{name}: the iteration for the eigenvalues does not converge"));
                SelfAdjointEigen::new(a, Side::Lower).map(Decomposition::Eigen).map_err(endless)
            }
        }
    }

    /// A⁻¹ B, or A⁻ᵀ B, in place, for a B of so many columns.
    pub(super) fn solve(&self, b: &mut [f64], columns: usize, transposed: bool) {
        in_columns(b, columns, |b| match self {
            Decomposition::General(lu) if transposed => lu.solve_transpose_in_place(b),
            Decomposition::General(lu) => lu.solve_in_place(b),
            Decomposition::PositiveDefinite(llt) => llt.solve_in_place(b),
            Decomposition::Eigen(_) => unreachable!("systems are solved by other factors"),
        });
    }

    /// A⁻¹.
    pub(super) fn inverse(&self, inverse: &mut [f64]) {
        let of = match self {
            Decomposition::General(lu) => lu.inverse(),
            Decomposition::PositiveDefinite(llt) => llt.inverse(),
            Decomposition::Eigen(_) => unreachable!("an inverse is made of other factors"),
        };
        write(of.as_ref(), inverse);
    }

    /// ln |det A|.
    pub(super) fn log_det(&self) -> f64 {
        let (triangle, times) = match self {
            Decomposition::General(lu) => (lu.U(), 1.0),
            Decomposition::PositiveDefinite(llt) => (llt.L(), 2.0),
            Decomposition::Eigen(_) => unreachable!("a determinant is made of other factors"),
        };
        // 0 + , so that there is no −0 for a matrix without rows
        0.0 + times * (0..triangle.nrows()).map(|i| triangle[(i, i)].abs().ln()).sum::<f64>()
    }

    /// L, of a matrix that is positive definite.
    pub(super) fn lower(&self, lower: &mut [f64]) {
        match self {
            Decomposition::PositiveDefinite(llt) => {
                let n = llt.L().nrows();
                (0..n * n).for_each(|at| lower[at] = if at % n <= at / n { llt.L()[(at / n, at % n)] } else { 0.0 });
            }
            _ => unreachable!("other factors have no L"),
        }
    }

    /// The eigenvalues, from the smallest on.
    pub(super) fn eigenvalues(&self, values: &mut [f64]) {
        match self {
            Decomposition::Eigen(eigen) => {
                values.iter_mut().zip(eigen.S().column_vector().iter()).for_each(|(to, &value)| *to = value);
            }
            _ => unreachable!("other factors have no eigenvalues"),
        }
    }

    /// The eigenvectors as columns.
    pub(super) fn eigenvectors(&self, vectors: &mut [f64]) {
        match self {
            Decomposition::Eigen(eigen) => write(eigen.U(), vectors),
            _ => unreachable!("other factors have no eigenvectors"),
        }
    }
}

/// Writes a matrix row by row.
fn write(from: MatRef<'_, f64>, to: &mut [f64]) {
    let (rows, columns) = from.shape();
    MatMut::from_row_major_slice_mut(to, rows, columns).copy_from(from);
}

/// Changes a matrix of so many columns in place, in the order in memory that faer is fast for.
pub(super) fn in_columns(b: &mut [f64], columns: usize, change: impl FnOnce(MatMut<'_, f64>)) {
    let rows = b.len().checked_div(columns).unwrap_or(0);
    if columns <= 1 {
        return change(MatMut::from_column_major_slice_mut(b, rows, columns));
    }
    let mut copy: Mat<f64> = MatRef::from_row_major_slice(b, rows, columns).to_owned();
    change(copy.as_mut());
    write(copy.as_ref(), b);
}
