//! Matrices as lists of numbers, row by row: what the rules have in common.

use crate::Error;
use crate::function::Apply;

/// The number of rows of a square matrix of so many numbers.
///
/// # Errors
/// If there is none.
pub(super) fn order(name: &str, len: usize) -> Result<usize, Error> {
    let n = len.isqrt();
    if n * n == len { Ok(n) } else { Err(Error::rule(format!("{name}: a matrix of {len} numbers is not square"))) }
}

/// The number of columns of a matrix of `n` rows and so many numbers.
///
/// # Errors
/// If there is none.
pub(super) fn columns(name: &str, n: usize, len: usize) -> Result<usize, Error> {
    match len.checked_div(n) {
        Some(columns) if columns * n == len => Ok(columns),
        None if len == 0 => Ok(0),
        _ => Err(Error::rule(format!("{name}: a right side of {len} numbers has not {n} rows"))),
    }
}

/// The symmetric matrix that has this lower triangle.
pub(super) fn symmetric<R: Copy>(a: &[R], n: usize) -> Vec<R> {
    (0..n * n).map(|at| a[at.max(at % n * n + at / n)]).collect()
}

/// The adjoint of a symmetric matrix's lower triangle, given that of the whole.
pub(super) fn fold<R: Apply>(whole: &[R], n: usize, lower: &mut [R]) {
    for i in 0..n {
        for j in 0..i {
            lower[i * n + j] = whole[i * n + j] + whole[j * n + i];
        }
        lower[i * n + i] = whole[i * n + i];
    }
}

/// Φ: the lower triangle with half the diagonal, and 0 above.
pub(super) fn half_lower<R: Apply>(a: &mut [R], n: usize) {
    for (i, row) in a.chunks_exact_mut(n.max(1)).enumerate() {
        row[i] = row[i] * 0.5;
        row[i + 1..].fill(R::from(0.0));
    }
}

/// The transpose of a matrix with rows of so many numbers.
pub(super) fn transposed<R: Copy>(a: &[R], columns: usize) -> Vec<R> {
    let rows = a.len().checked_div(columns).unwrap_or(0);
    (0..a.len()).map(|at| a[at % rows * columns + at / rows]).collect()
}
