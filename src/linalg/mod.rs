//! Linear algebra as vector rules: products, solutions of linear systems, factorisations and eigenvalues, of any number.
//!
//! Needs the feature `linalg`. The values are computed in `f64` by [faer](https://docs.rs/faer); the derivatives are the rules in terms of each other, so they
//! are there in every order and every mode. This part uses `function` and nothing above it. Start with [`Factored`]; `rules/` has a file for each rule.
//!
//! A matrix is a slice, row after row. What does not fit, or is singular, is an [`Error`] for which [`is_rule`](Error::is_rule) holds. A number that is
//! not finite in a matrix that is to be factored is such an error too; elsewhere it goes through.
//!
//! ```
//! use gprime::{linalg, prelude::*};
//!
//! /// The logarithm of the density of the normal distribution with mean 0 and the covariance K, but for the constant.
//! fn log_density<R: Number>(k: &[R], y: &[R]) -> Result<R, gprime::Error> {
//!     let k = linalg::Factored::positive_definite(k)?; // once, for both
//!     Ok((k.log_det() + k.quadratic_form(y)?) * -0.5)
//! }
//! let f = routine!(|s| -> Result<R, gprime::Error> { log_density(&[s[0], s[1], s[1], s[2]], &[R::from(1.0), R::from(2.0)]) });
//! let g = f.gradient(&[2.0, 0.5, 3.0])?;
//! let alpha = [2.0 / 5.75, 3.5 / 5.75]; // K⁻¹ y
//! assert!((g[0] - 0.5 * (alpha[0] * alpha[0] - 3.0 / 5.75)).abs() < 1e-15);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! # What it costs
//!
//! In the order of n³ for a factorisation, and n² for each right side, forwards and in reverse; a tape keeps the arguments and the results of each call.
//! A matrix that several calls of one [`Factored`] ask about is factored once, the reverse sweep and all higher derivatives included.
//!
//! From some hundred rows on, what a call costs beside that is memory: where the allocator gives the lists of each call back to the system, taking
//! them again is a sixth of the gradient of a Gaussian process of 100 observations (`benches/linalg.rs`). A covariance by its lower triangle
//! ([`Factored::packed`]) is half of it.
//!
//! Products and factorisations run on the calling thread. (Only where the program enables faer's feature `rayon` and does not set
//! `faer::set_global_parallelism`, large factorisations use its threads.)

mod decomposition;
mod factored;
mod matrix;
pub mod rules;

pub use factored::Factored;
pub use rules::Triangle;

use crate::Error;
use crate::function::Apply;
use matrix::{columns, order};
use rules::{CholeskyFactor, EigenValues, EigenVectors, Matrix, SolveTriangular, expect_distinct, times};

/// The product A B of two matrices, row by row; a row of A, and a column of B, has `inner` numbers.
///
/// ```
/// use gprime::linalg;
/// assert_eq!(linalg::matmul(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0], 2)?, [17.0, 39.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If `inner` is 0, or the length of a matrix is no multiple of it.
pub fn matmul<R: Apply>(a: &[R], b: &[R], inner: usize) -> Result<Vec<R>, Error> {
    if inner == 0 || !a.len().is_multiple_of(inner) || !b.len().is_multiple_of(inner) {
        let message =
            format!("matmul of matrices of {} and {} numbers: rows of {inner} do not divide them", a.len(), b.len());
        return Err(Error::rule(message));
    }
    times([a, b], [a.len() / inner, inner, b.len() / inner], [false, false])
}

/// The solution X of A X = B, for a square matrix A and one right side or more: B has a row for each of A's.
///
/// Who asks more than one thing about A makes a [`Factored`].
///
/// ```
/// use gprime::{linalg, prelude::*};
/// assert_eq!(linalg::solve(&[2.0, 0.0, 1.0, 4.0], &[2.0, 9.0])?, [1.0, 2.0]);
///
/// // x₁ = b₁ / a, by a
/// let slope = gradient(|a| linalg::solve(&[a[0], 0.0.into(), 1.0.into(), 4.0.into()], &[2.0.into(), 9.0.into()]).unwrap()[0], &[2.0]);
/// assert_eq!(slope, [-0.5]);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If A is not square, is singular or not finite, or B does not fit.
pub fn solve<R: Apply>(a: &[R], b: &[R]) -> Result<Vec<R>, Error> {
    Factored::general(a)?.solve(b)
}

/// The solution X of T X = B for a triangular matrix T, of which the other triangle is not read.
///
/// # Errors
/// If T is not square or has a 0 on the diagonal, or B does not fit.
pub fn solve_triangular<R: Apply>(t: &[R], b: &[R], triangle: Triangle) -> Result<Vec<R>, Error> {
    let n = order("solve_triangular", t.len())?;
    let columns = columns("solve_triangular", n, b.len())?;
    R::vector(&SolveTriangular { n, columns, triangle, transposed: false }, &[t, b])
}

/// The lower triangular L with L Lᵀ = A, for a matrix A that is symmetric and positive definite; only its lower triangle is read.
///
/// For a determinant, a solution or a quadratic form, [`Factored::positive_definite`] is cheaper in reverse.
///
/// # Errors
/// If A is not square, or not positive definite.
pub fn cholesky<R: Apply>(a: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&CholeskyFactor { of: Matrix::positive_definite(order("cholesky", a.len())?) }, &[a])
}

/// ln |det A|.
///
/// # Errors
/// If A is not square, or singular or not finite.
pub fn log_det<R: Apply>(a: &[R]) -> Result<R, Error> {
    Ok(Factored::general(a)?.log_det())
}

/// A⁻¹. Who wants A⁻¹ b takes [`solve`], which is cheaper and has more digits.
///
/// # Errors
/// If A is not square, or singular or not finite.
pub fn inverse<R: Apply>(a: &[R]) -> Result<Vec<R>, Error> {
    Factored::general(a)?.inverse()
}

/// xᵀ A⁻¹ x.
///
/// # Errors
/// If A is not square, or singular or not finite, or `x` does not fit.
pub fn quadratic_form<R: Apply>(a: &[R], x: &[R]) -> Result<R, Error> {
    Factored::general(a)?.quadratic_form(x)
}

/// The eigenvalues of a symmetric matrix from the smallest to the largest, and the eigenvectors; only its lower triangle is read.
#[derive(Clone, Debug)]
pub struct SymmetricEigen<R> {
    /// The eigenvalues.
    ///
    /// Where some are equal, to rounding, their order is a kink: each then has the mean of their slopes. So a sum in which equal ones count alike,
    /// as in Σ g(λᵢ), has its derivative, and the smallest and the largest the subgradient of smallest norm. Second derivatives do not exist there.
    pub values: Vec<R>,
    vectors: Result<Vec<R>, Error>,
}

impl<R: Apply> SymmetricEigen<R> {
    /// The eigenvectors as columns of a matrix, row by row.
    ///
    /// # Errors
    /// If eigenvalues are equal, to rounding, and derivatives are asked for: the vectors have none there.
    pub fn vectors(&self) -> Result<&[R], Error> {
        self.vectors.as_deref().map_err(Error::clone)
    }
}

/// The eigenvalues and eigenvectors of a symmetric matrix.
///
/// ```
/// use gprime::{linalg, prelude::*};
/// // the eigenvalues of [[2, t], [t, 2]] are 2 ± |t|
/// let largest = |t: f64| gradient(|t| linalg::symmetric_eigen(&[2.0.into(), t[0], t[0], 2.0.into()]).unwrap().values[1], &[t]);
/// assert!((largest(0.5)[0] - 1.0).abs() < 1e-15);
/// assert_eq!(largest(0.0), [0.0]);
/// ```
///
/// # Errors
/// If A is not square or not finite, or the iteration does not converge.
pub fn symmetric_eigen<R: Apply>(a: &[R]) -> Result<SymmetricEigen<R>, Error> {
    let of = Matrix::eigen(order("symmetric_eigen", a.len())?);
    let values = R::vector(&EigenValues { of: of.clone() }, &[a])?;
    let vectors = match expect_distinct(&values) {
        Err(error) if R::ORDER > 0 => Err(error),
        _ => Ok(R::vector(&EigenVectors { of }, &[a])?),
    };
    Ok(SymmetricEigen { values, vectors })
}
