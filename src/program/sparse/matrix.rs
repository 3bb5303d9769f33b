//! A matrix of numbers with a pattern.

use super::pattern::Pattern;
use std::sync::Arc;

/// A sparse matrix: a shared pattern and a value for each of its entries, in row-major order.
///
/// ```
/// use gprime::program::sparse::{Pattern, SparseMatrix};
///
/// let pattern = Pattern::from_rows(3, [vec![0, 2], vec![1]])?;
/// let matrix = SparseMatrix::new(pattern.into(), vec![1.0, 2.0, 3.0]);
/// assert_eq!(matrix.to_dense(), [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]);
/// assert_eq!(matrix.row(0).collect::<Vec<_>>(), [(0, 1.0), (2, 2.0)]);
/// assert_eq!(matrix.mul_vec(&[1.0, 10.0, 100.0]), [201.0, 30.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix {
    pattern: Arc<Pattern>,
    values: Vec<f64>,
}

impl SparseMatrix {
    /// The matrix with these values at the positions of the pattern.
    ///
    /// # Panics
    /// If there are not as many values as entries.
    #[track_caller]
    pub fn new(pattern: Arc<Pattern>, values: Vec<f64>) -> Self {
        let (entries, given) = (pattern.len(), values.len());
        assert!(entries == given, "{given} values were given for a pattern of {entries} entries");
        SparseMatrix { pattern, values }
    }

    /// The matrix whose entries are all 0.
    pub fn zeros(pattern: Arc<Pattern>) -> Self {
        let values = vec![0.0; pattern.len()];
        SparseMatrix { pattern, values }
    }

    /// The pattern.
    pub fn pattern(&self) -> &Arc<Pattern> {
        &self.pattern
    }

    /// The values, at the positions of the pattern.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The values alone.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// The entries of a row, each a column and a value, by ascending column.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + Clone {
        self.pattern.row(row).zip(self.values[self.pattern.positions(row)].iter().copied())
    }

    /// The number in a row and a column: 0 where the pattern has no entry. O(log) of the row's length.
    ///
    /// # Panics
    /// If there is no such row or column.
    #[track_caller]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        let (rows, columns) = (self.pattern.rows(), self.pattern.columns());
        assert!(row < rows && column < columns, "a matrix of {rows} × {columns} has no place ({row}, {column})");
        self.pattern.position(row, column).map_or(0.0, |position| self.values[position])
    }

    /// All numbers, as a list for each row. O(rows · columns) time and memory.
    pub fn to_dense(&self) -> Vec<Vec<f64>> {
        let dense = |i: usize| {
            let mut row = vec![0.0; self.pattern.columns()];
            self.row(i).for_each(|(j, value)| row[j] = value);
            row
        };
        (0..self.pattern.rows()).map(dense).collect()
    }

    /// The product of the matrix and a vector, each sum from left to right. O(rows + entries) time.
    ///
    /// # Panics
    /// If the vector has not as many numbers as the matrix has columns.
    #[track_caller]
    pub fn mul_vec(&self, x: &[f64]) -> Vec<f64> {
        let (columns, given) = (self.pattern.columns(), x.len());
        assert!(columns == given, "a matrix of {columns} columns cannot be multiplied with {given} numbers");
        (0..self.pattern.rows()).map(|i| self.row(i).map(|(j, value)| value * x[j]).sum()).collect()
    }
}
