//! Lower triangles, row after row.

use crate::error::{Error, Kind};

/// The number of rows of a triangle.
///
/// # Errors
/// If its length is not that of one.
pub(super) fn order<R>(name: &str, triangle: &[R]) -> Result<usize, Error> {
    let len = triangle.len();
    let n = ((8 * len + 1).isqrt() - 1) / 2;
    if n * (n + 1) / 2 == len {
        Ok(n)
    } else {
        Err(Error::new(Kind::Arity, format!("{name}: {len} numbers are no lower triangle, n (n + 1)/2 for n rows")))
    }
}

/// The rows of a triangle, the first of one number.
pub(super) fn rows<R>(triangle: &[R]) -> impl Iterator<Item = &[R]> {
    let mut rest = triangle;
    (1..).map_while(move |len| {
        let (row, after) = rest.split_at_checked(len)?;
        rest = after;
        Some(row)
    })
}
