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

/// How many numbers a triangle of `n` rows has.
pub(super) fn triangular(n: usize) -> usize {
    n * (n + 1) / 2
}

/// The symmetric matrix that has this lower triangle, of which `at(i)` is the index of the first number in row i.
pub(super) fn symmetric<R: Copy>(lower: &[R], n: usize, at: impl Fn(usize) -> usize) -> Vec<R> {
    let mut whole = Vec::with_capacity(n * n);
    for i in 0..n {
        whole.extend_from_slice(&lower[at(i)..=at(i) + i]);
        whole.extend((i + 1..n).map(|j| lower[at(j) + i]));
    }
    whole
}

/// Writes the adjoint of a symmetric matrix's lower triangle, given that of the whole and a factor.
pub(super) fn fold<R: Apply>(whole: &[R], factor: R, n: usize, lower: &mut [R], at: impl Fn(usize) -> usize) {
    for i in 0..n {
        let row = &mut lower[at(i)..=at(i) + i];
        for (j, adjoint) in row[..i].iter_mut().enumerate() {
            *adjoint = (whole[i * n + j] + whole[j * n + i]) * factor;
        }
        row[i] = whole[i * n + i] * factor;
    }
}

/// Φ: the lower triangle with half the diagonal, and 0 above.
pub(super) fn half_lower<R: Apply>(a: &mut [R], n: usize) {
    for (i, row) in a.chunks_exact_mut(n.max(1)).enumerate() {
        row[i] = row[i] * 0.5;
        row[i + 1..].fill(R::from(0.0));
    }
}

/// The transpose of a square matrix of `n` rows.
pub(super) fn transposed<R: Copy>(a: &[R], n: usize) -> Vec<R> {
    (0..n).flat_map(|i| a[i..].iter().step_by(n).copied()).collect()
}
