//! Which entries of a matrix can differ from 0.

use crate::error::{Error, Kind};
use std::fmt::{self, Display, Write};
use std::ops::Range;

/// More rows or columns than so many are not printed as dots.
const MOST_DOTS: usize = 64;

/// The places of a matrix that can hold something other than 0, row by row.
///
/// Each row is a sorted list of columns without duplicates (compressed sparse rows). An *entry* is such a place; its *position* is its number in
/// row-major order, at which a list of values has its value. In memory there are 4 bytes for each entry and for each row.
///
/// ```
/// use gprime::program::sparse::Pattern;
///
/// let pattern = Pattern::from_rows(4, [vec![0, 3], vec![], vec![2, 1, 2]])?;
/// assert_eq!((pattern.rows(), pattern.columns(), pattern.len()), (3, 4, 4));
/// assert_eq!(pattern.row(2).collect::<Vec<_>>(), [1, 2]);
/// assert_eq!(pattern.to_string(), "● · · ●\n· · · ·\n· ● ● ·\n");
/// assert!(Pattern::from_rows(2, [[2]]).is_err());
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    columns: u32,
    /// Invariant: one more than there are rows, ascending from 0 to the number of entries.
    starts: Vec<u32>,
    /// Invariant: ascending in each row, and below `columns`.
    indices: Vec<u32>,
}

impl Pattern {
    /// The pattern whose rows are these lists of columns, in any order and with duplicates. O(entries · log) time.
    ///
    /// # Errors
    /// If a column is not below `columns`, or there are 2³² − 1 rows, columns or entries, or more.
    pub fn from_rows<R>(columns: usize, rows: impl IntoIterator<Item = R>) -> Result<Self, Error>
    where
        R: IntoIterator<Item = usize>,
    {
        let mut pattern = Pattern { columns: fits(columns, "columns")?, starts: vec![0], indices: vec![] };
        let mut row = vec![];
        for (i, list) in rows.into_iter().enumerate() {
            row.clear();
            for j in list {
                row.push(below(j, columns, "column").map_err(|fault| error(format!("row {i}: {fault}")))?);
            }
            pattern.push_row(&mut row)?;
        }
        fits(pattern.rows(), "rows")?;
        Ok(pattern)
    }

    /// The pattern with these entries, each a row and a column, in any order and with duplicates. O(rows + entries · log) time.
    ///
    /// ```
    /// use gprime::program::sparse::Pattern;
    ///
    /// let arrow = Pattern::from_entries(3, 3, (0..3).flat_map(|i| [(0, i), (i, 0), (i, i)]))?;
    /// assert_eq!(arrow.to_string(), "● ● ●\n● ● ·\n● · ●\n");
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an index is out of range, or there are 2³² − 1 rows, columns or entries, or more.
    pub fn from_entries(
        rows: usize,
        columns: usize,
        entries: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, Error> {
        let mut pattern = Pattern { columns: fits(columns, "columns")?, starts: vec![0], indices: vec![] };
        fits(rows, "rows")?;
        let index = |(i, j)| Ok((below(i, rows, "row")?, below(j, columns, "column")?));
        let mut entries = entries
            .into_iter()
            .map(|(i, j)| index((i, j)).map_err(|fault: String| error(format!("entry ({i}, {j}): {fault}"))))
            .collect::<Result<Vec<(u32, u32)>, Error>>()?;
        entries.sort_unstable();
        let mut rest = &entries[..];
        let mut row = vec![];
        for i in 0..rows as u32 {
            let (own, after) = rest.split_at(rest.partition_point(|entry| entry.0 == i).min(rest.len()));
            row.clear();
            row.extend(own.iter().map(|entry| entry.1));
            pattern.push_row(&mut row)?;
            rest = after;
        }
        Ok(pattern)
    }

    /// The pattern of a matrix in which every entry can differ from 0.
    ///
    /// # Errors
    /// If there are 2³² − 1 rows, columns or entries, or more.
    pub fn full(rows: usize, columns: usize) -> Result<Self, Error> {
        fits(rows.saturating_mul(columns), "entries")?;
        Pattern::from_rows(columns, (0..fits(rows, "rows")?).map(|_| 0..columns))
    }

    fn push_row(&mut self, row: &mut Vec<u32>) -> Result<(), Error> {
        if !row.is_sorted_by(|a, b| a < b) {
            row.sort_unstable();
            row.dedup();
        }
        self.indices.extend_from_slice(row);
        self.starts.push(fits(self.indices.len(), "entries")?);
        Ok(())
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns as usize
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The columns of a row's entries, ascending.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator + Clone {
        self.indices_of(row).iter().map(|&j| j as usize)
    }

    /// The positions of a row's entries in a list of values.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn positions(&self, row: usize) -> Range<usize> {
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// The position of an entry in a list of values, if it is one. O(log) of the row's length.
    pub fn position(&self, row: usize, column: usize) -> Option<usize> {
        if row >= self.rows() || column >= self.columns() {
            return None;
        }
        let found = self.indices_of(row).binary_search(&(column as u32)).ok()?;
        Some(self.starts[row] as usize + found)
    }

    /// All entries, each a row and a column, in the order of their positions.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.rows()).flat_map(|i| self.row(i).map(move |j| (i, j)))
    }

    /// The pattern of the transposed matrix. O(rows + columns + entries) time.
    pub fn transpose(&self) -> Self {
        let mut starts = vec![0; self.columns() + 1];
        for &j in &self.indices {
            starts[j as usize + 1] += 1;
        }
        for j in 0..self.columns() {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut indices = vec![0; self.len()];
        for (i, j) in self.entries() {
            indices[next[j] as usize] = i as u32;
            next[j] += 1;
        }
        Pattern { columns: self.rows() as u32, starts, indices }
    }

    /// Whether the matrix is square and has an entry (j, i) for each entry (i, j). O(rows + entries) time.
    pub fn is_symmetric(&self) -> bool {
        self.mirrors("").is_ok()
    }

    /// The number of entries of the longest row. No [column colouring](Pattern::column_coloring) has fewer colours; so a Jacobian whose transpose has a
    /// colouring of no more than that needs no colouring of its columns. O(rows) time.
    pub fn longest_row(&self) -> usize {
        (0..self.rows()).map(|i| self.positions(i).len()).max().unwrap_or(0)
    }

    /// The columns of a row's entries, as they are kept.
    #[track_caller]
    pub(super) fn indices_of(&self, row: usize) -> &[u32] {
        &self.indices[self.positions(row)]
    }

    /// For the entry (i, j) at each position the position of (j, i).
    ///
    /// # Errors
    /// If the pattern is not symmetric: the message names who asked, and an entry without its mirror image.
    pub(super) fn mirrors(&self, asked_by: &str) -> Result<Vec<u32>, Error> {
        if self.rows() != self.columns() {
            let (rows, columns) = (self.rows(), self.columns());
            return Err(error(format!("{asked_by}: a pattern of {rows} × {columns} is not symmetric")));
        }
        // Rows are visited in ascending order, so the entries (·, j) come in the order in which row j lists its own.
        let mut next: Vec<u32> = self.starts.clone();
        let mut mirrors = Vec::with_capacity(self.len());
        for (i, j) in self.entries() {
            let mirror = next[j] as usize;
            if !self.positions(j).contains(&mirror) || self.indices[mirror] as usize != i {
                let (i, j) = if self.position(j, i).is_none() { (i, j) } else { self.unmatched() };
                return Err(error(format!(
                    "{asked_by}: the pattern is not symmetric: it has ({i}, {j}) and not ({j}, {i})"
                )));
            }
            mirrors.push(next[j]);
            next[j] += 1;
        }
        Ok(mirrors)
    }

    /// An entry without its mirror image, in a pattern that is square and not symmetric.
    fn unmatched(&self) -> (usize, usize) {
        self.entries().find(|&(i, j)| self.position(j, i).is_none()).unwrap_or_default()
    }
}

/// Dots for the entries, one line for each row; or the numbers of rows, columns and entries, if there are too many to print.
impl Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows().max(self.columns()) > MOST_DOTS {
            return write!(f, "{} × {} with {} entries", self.rows(), self.columns(), self.len());
        }
        for i in 0..self.rows() {
            let mut entries = self.row(i).peekable();
            for j in 0..self.columns() {
                let dot = if entries.next_if_eq(&j).is_some() { '●' } else { '·' };
                if j > 0 {
                    f.write_char(' ')?;
                }
                f.write_char(dot)?;
            }
            f.write_char('\n')?;
        }
        Ok(())
    }
}

pub(super) fn error(message: String) -> Error {
    Error::new(Kind::Pattern, message)
}

/// A number that 32 bits hold. The largest of them is kept free, to stand for "none".
pub(super) fn fits(number: usize, what: &str) -> Result<u32, Error> {
    match u32::try_from(number) {
        Ok(fitting) if fitting < u32::MAX => Ok(fitting),
        _ => Err(error(format!("a pattern has fewer than 2³² − 1 {what}, and not {number}"))),
    }
}

fn below(index: usize, end: usize, what: &str) -> Result<u32, String> {
    match index < end {
        true => Ok(index as u32),
        false => Err(format!("{what} {index} is out of range: there are {end}")),
    }
}
