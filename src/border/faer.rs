//! Matrices of [faer] as the lists of numbers that [`linalg`](crate::linalg) takes, row by row, and back (feature `linalg`, which brings faer 0.24).
//!
//! ```
//! use faer::mat;
//! use gprime::{border, linalg, prelude::*};
//!
//! let a = mat![[2.0, 0.0], [1.0, 4.0]];
//! let inverse = border::faer::matrix(&linalg::inverse(&border::faer::rows(a.as_ref()))?, 2)?;
//! assert_eq!(inverse, mat![[0.5, 0.0], [-0.125, 0.25]]);
//! // of any number
//! let g = gradient(|x| linalg::log_det(&border::faer::rows(mat![[x[0], 1.0.into()], [0.0.into(), x[0]]].as_ref())).unwrap(), &[2.0]);
//! assert_eq!(g, [1.0]);
//! # Ok::<(), gprime::Error>(())
//! ```

use crate::error::Error;
use faer::{Mat, MatRef};

/// The numbers of a matrix, row by row.
pub fn rows<T: Copy>(matrix: MatRef<'_, T>) -> Vec<T> {
    let (rows, columns) = matrix.shape();
    (0..rows).flat_map(|i| (0..columns).map(move |j| matrix[(i, j)])).collect()
}

/// The matrix of so many columns that has these numbers, row by row.
///
/// # Errors
/// If there are no columns but some numbers, or the numbers are no whole rows.
pub fn matrix<T: Copy>(rows: &[T], columns: usize) -> Result<Mat<T>, Error> {
    match rows.len().checked_div(columns) {
        Some(count) if count * columns == rows.len() => Ok(Mat::from_fn(count, columns, |i, j| rows[i * columns + j])),
        None if rows.is_empty() => Ok(Mat::from_fn(0, 0, |_, _| unreachable!("there is no number"))),
        _ => Err(Error::rule(format!("matrix: {} numbers are no rows of {columns}", rows.len()))),
    }
}
