//! Few directions that have all entries of a matrix.

use super::coloring::Coloring;
use super::pattern::Pattern;
use super::recovery::Plan;
use crate::error::Error;

/// Directions in which a sparse matrix is computed, one for each colour, and the plan by which its entries are recovered from them.
///
/// The *compressed matrix* has a row for each row of the matrix and a column for each colour c: the product of the matrix and the direction of c, which
/// has 1 at the [columns of that colour](Compression::seeds) and 0 elsewhere. It is a flat list, row after row, so that several directions that are
/// computed side by side lie side by side.
///
/// A colour that no entry is read from has no direction: a matrix without entries has none at all.
///
/// ```
/// use gprime::program::sparse::{Compression, Pattern};
///
/// let pattern = Pattern::from_rows(3, [[0, 1], [1, 2]])?;
/// let compression = Compression::columns(&pattern)?;
/// assert_eq!(compression.seeds(0).collect::<Vec<_>>(), [0, 2]);
/// // [1 2 0; 0 3 4] times [1 0; 0 1; 1 0]
/// let products = [1.0, 2.0, 4.0, 3.0];
/// let mut values = [0.0; 4];
/// compression.recover(&products, &mut values);
/// assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compression {
    rows: usize,
    entries: usize,
    /// The columns of each colour that has a direction: those of colour c from `starts[c]` to `starts[c + 1]`.
    seeds: Vec<u32>,
    starts: Vec<u32>,
    plan: Plan,
}

impl Compression {
    /// For a Jacobian by directions of its arguments (forward mode), by a [column colouring](Pattern::column_coloring). Each value is a number of the
    /// compressed matrix, bit for bit.
    ///
    /// # Errors
    /// If the compressed matrix has 2³² − 1 numbers or more.
    pub fn columns(pattern: &Pattern) -> Result<Self, Error> {
        Self::of_columns(pattern, &pattern.column_coloring())
    }

    /// For a Jacobian by directions of its results (reverse mode), by a column colouring of the transposed pattern. The compressed matrix has a row for
    /// each *column* of the matrix, and a number in it for each colour: the product of the transposed matrix and the direction. The values are those of
    /// the matrix itself, not of its transpose.
    ///
    /// # Errors
    /// If the compressed matrix has 2³² − 1 numbers or more.
    pub fn rows(pattern: &Pattern) -> Result<Self, Error> {
        let transpose = pattern.transpose();
        let coloring = transpose.column_coloring();
        Ok(Self::new(&transpose, &coloring, Plan::of_rows(pattern, &transpose, &coloring)?))
    }

    /// For a Hessian, as it is computed by default: [`star`](Compression::star).
    ///
    /// # Errors
    /// If the pattern is not symmetric, or the compressed matrix has 2³² − 1 numbers or more.
    pub fn hessian(pattern: &Pattern) -> Result<Self, Error> {
        Self::star(pattern)
    }

    /// For a symmetric matrix, by a [star colouring](Pattern::star_coloring). Each value is a number of the compressed matrix, bit for bit, and an entry
    /// and its mirror image are one number.
    ///
    /// # Errors
    /// If the pattern is not symmetric, or the compressed matrix has 2³² − 1 numbers or more.
    pub fn star(pattern: &Pattern) -> Result<Self, Error> {
        Self::of_star(pattern, &pattern.star_coloring()?)
    }

    /// For a symmetric matrix, by an [acyclic colouring](Pattern::acyclic_coloring): values are subtracted from each other.
    ///
    /// # Errors
    /// If the pattern is not symmetric, or the compressed matrix has 2³² − 1 numbers or more.
    pub fn acyclic(pattern: &Pattern) -> Result<Self, Error> {
        Self::of_acyclic(pattern, &pattern.acyclic_coloring()?)
    }

    /// As [`columns`](Compression::columns), by a colouring of one's own.
    ///
    /// # Errors
    /// If the colouring is of another number of columns, or two columns with a common row have one colour, or the compressed matrix has 2³² − 1
    /// numbers or more.
    pub fn of_columns(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        Ok(Self::new(pattern, coloring, Plan::of_columns(pattern, coloring)?))
    }

    /// As [`rows`](Compression::rows), by a colouring of one's own.
    ///
    /// # Errors
    /// If the colouring is of another number of rows, or two rows with a common column have one colour, or the compressed matrix has 2³² − 1
    /// numbers or more.
    pub fn of_rows(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        let transpose = pattern.transpose();
        Ok(Self::new(&transpose, coloring, Plan::of_rows(pattern, &transpose, coloring)?))
    }

    /// As [`star`](Compression::star), by a colouring of one's own.
    ///
    /// # Errors
    /// If the pattern is not symmetric, the colouring is no star colouring of it, or the compressed matrix has 2³² − 1 numbers or more.
    pub fn of_star(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        Ok(Self::new(pattern, coloring, Plan::of_star(pattern, coloring)?))
    }

    /// As [`acyclic`](Compression::acyclic), by a colouring of one's own.
    ///
    /// # Errors
    /// If the pattern is not symmetric, the colouring is no acyclic colouring of it, or the compressed matrix has 2³² − 1 numbers or more.
    pub fn of_acyclic(pattern: &Pattern, coloring: &Coloring) -> Result<Self, Error> {
        Ok(Self::new(pattern, coloring, Plan::of_acyclic(pattern, coloring)?))
    }

    fn new(pattern: &Pattern, coloring: &Coloring, mut plan: Plan) -> Self {
        let count = coloring.count();
        let mut read = vec![false; count];
        plan.for_each_place(|place| read[*place as usize % count] = true);
        // the colours that are read get new numbers, without gaps
        let mut colors: u32 = 0;
        let numbers: Vec<Option<u32>> = read
            .iter()
            .map(|&read| {
                let number = read.then_some(colors);
                colors += u32::from(read);
                number
            })
            .collect();
        plan.for_each_place(|place| {
            let (row, color) = (*place as usize / count, *place as usize % count);
            *place = row as u32 * colors + numbers[color].unwrap_or(0);
        });
        let mut members: Vec<(u32, u32)> =
            (0..pattern.columns() as u32).filter_map(|j| Some((numbers[coloring.color(j as usize)]?, j))).collect();
        members.sort_unstable();
        let starts = (0..=colors).map(|color| members.partition_point(|member| member.0 < color) as u32).collect();
        let seeds = members.into_iter().map(|(_, j)| j).collect();
        Compression { rows: pattern.rows(), entries: pattern.len(), seeds, starts, plan }
    }

    /// The number of directions.
    pub fn colors(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of numbers in the compressed matrix.
    pub fn len(&self) -> usize {
        self.rows * self.colors()
    }

    /// Whether there is nothing to compute.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places at which the direction of a colour has 1, ascending.
    ///
    /// # Panics
    /// If there is no such colour.
    #[track_caller]
    pub fn seeds(&self, color: usize) -> impl ExactSizeIterator<Item = usize> + Clone {
        self.seeds[self.starts[color] as usize..self.starts[color + 1] as usize].iter().map(|&j| j as usize)
    }

    /// Computes all values of the pattern from the compressed matrix. O(entries) time, and no allocation.
    ///
    /// # Panics
    /// If there are other than [`len`](Compression::len) numbers in the compressed matrix, or there are not as many values as entries.
    #[track_caller]
    pub fn recover(&self, compressed: &[f64], values: &mut [f64]) {
        let [colors, len] = [self.colors(), compressed.len()];
        assert!(len == self.len(), "{len} numbers are no compressed matrix of {} rows and {colors} colours", self.rows);
        assert!(values.len() == self.entries, "{} values are not those of {} entries", values.len(), self.entries);
        self.plan.run(compressed, values);
    }
}
