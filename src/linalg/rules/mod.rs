//! The rules of linear algebra, a file for each. [`linalg`](super) has the functions that apply them; whoever checks a rule, or writes one that applies
//! another, takes them from here.

mod cholesky;
mod eigen;
mod inverse;
mod log_det;
mod product;
mod solve;
mod triangular;

pub use cholesky::CholeskyFactor;
pub(super) use eigen::expect_distinct;
pub use eigen::{EigenValues, EigenVectors};
pub use inverse::Inverse;
pub use log_det::LogDet;
pub use product::MatMul;
pub(super) use product::times;
pub use solve::Solve;
pub use triangular::{SolveTriangular, Triangle};

use super::decomposition::{Decomposition, Kind, Shared};
use super::matrix::{fold, symmetric, triangular};
use crate::Error;
use crate::function::Apply;
use std::borrow::Cow;

/// A square matrix that is factored once for all rules that ask about it: how many rows it has, and what is read of it. Two of them are equal if these
/// are; the factors are made when a rule is applied, and are kept until one is applied to another matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub(super) n: usize,
    pub(super) kind: Kind,
    pub(super) shared: Shared,
}

impl Matrix {
    /// A matrix of `n` rows.
    pub fn general(n: usize) -> Self {
        Matrix { n, kind: Kind::General, shared: Shared::default() }
    }

    /// A matrix of `n` rows that is symmetric and positive definite, of which the lower triangle is read.
    pub fn positive_definite(n: usize) -> Self {
        Matrix { n, kind: Kind::PositiveDefinite, shared: Shared::default() }
    }

    /// A matrix of `n` rows that is symmetric and positive definite, given by its lower triangle alone: n (n + 1) / 2 numbers, row by row.
    pub fn packed(n: usize) -> Self {
        Matrix { n, kind: Kind::Packed, shared: Shared::default() }
    }

    /// A symmetric matrix of `n` rows in its eigenvalues and eigenvectors, of which the lower triangle is read.
    pub fn eigen(n: usize) -> Self {
        Matrix { n, kind: Kind::Eigen, shared: Shared::default() }
    }

    /// How many numbers are stored.
    fn len(&self) -> usize {
        if self.kind == Kind::Packed { triangular(self.n) } else { self.n * self.n }
    }

    /// Whether it is known to be symmetric, so that the lower triangle alone is read.
    pub(super) fn is_symmetric(&self) -> bool {
        self.kind != Kind::General
    }

    /// The index of the first number of a row.
    fn row(&self) -> impl Fn(usize) -> usize {
        let (n, is_packed) = (self.n, self.kind == Kind::Packed);
        move |i| if is_packed { triangular(i) } else { i * n }
    }

    /// Gives its factors to `f`; a matrix without rows has none, and nothing is done.
    fn with(&self, name: &str, numbers: &[f64], f: impl FnOnce(&Decomposition)) -> Result<(), Error> {
        if self.n == 0 { Ok(()) } else { self.shared.with(name, self.kind, self.n, numbers, f) }
    }

    /// The whole matrix, or a change of it, given what is stored.
    fn whole<'a, R: Apply>(&self, stored: &'a [R]) -> Cow<'a, [R]> {
        if self.is_symmetric() { symmetric(stored, self.n, self.row()).into() } else { stored.into() }
    }

    /// Writes the adjoint of what is stored, given that of the whole matrix, which is a factor times these numbers.
    fn write_adjoint<R: Apply>(&self, of_whole: &[R], factor: R, of_stored: &mut [R]) {
        if self.is_symmetric() {
            fold(of_whole, factor, self.n, of_stored, self.row());
        } else {
            of_stored.iter_mut().zip(of_whole).for_each(|(adjoint, &number)| *adjoint = number * factor);
        }
    }
}

/// # Errors
/// If the lists do not have these lengths.
fn expect(name: &str, lens: &[usize], expected: &[usize]) -> Result<(), Error> {
    if lens == expected {
        return Ok(());
    }
    Err(Error::rule(format!("{name}: lists of {lens:?} numbers were given, and {expected:?} are needed")))
}
