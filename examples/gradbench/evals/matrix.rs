//! Lists of rows of one length.

use serde::{Deserialize, Serialize, Serializer};

/// A matrix, as the messages write it: a list of rows.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(try_from = "Vec<Vec<f64>>")]
pub struct Matrix {
    /// The numbers, row by row.
    pub numbers: Vec<f64>,
    pub rows: usize,
    pub columns: usize,
}

impl Matrix {
    /// Gives the matrix a shape, whatever the numbers then are.
    pub fn reshape(&mut self, rows: usize, columns: usize) {
        self.numbers.resize(rows * columns, 0.0);
        (self.rows, self.columns) = (rows, columns);
    }

    pub fn row(&self, i: usize) -> &[f64] {
        &self.numbers[i * self.columns..][..self.columns]
    }

    /// An error unless the matrix has this shape.
    pub fn expect_shape(&self, what: &str, rows: usize, columns: usize) -> Result<(), String> {
        // a list of no rows does not say how long they are
        if self.rows == rows && (rows == 0 || self.columns == columns) {
            Ok(())
        } else {
            Err(format!("{what} is {} times {}, and should be {rows} times {columns}", self.rows, self.columns))
        }
    }
}

impl TryFrom<Vec<Vec<f64>>> for Matrix {
    type Error = String;
    fn try_from(rows: Vec<Vec<f64>>) -> Result<Self, String> {
        let columns = rows.first().map_or(0, Vec::len);
        match rows.iter().position(|row| row.len() != columns) {
            Some(i) => Err(format!("row 0 has {columns} numbers and row {i} has {}", rows[i].len())),
            None => Ok(Matrix { rows: rows.len(), columns, numbers: rows.concat() }),
        }
    }
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.rows).map(|i| self.row(i)))
    }
}
