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

    /// For a Hessian, as it is computed by default: by a [star colouring](Compression::star), whose values are those that were computed, bit for bit.
    ///
    /// [Substitution](Compression::acyclic) needs fewer directions and loses digits: it subtracts values of a row from each other, small ones from large
    /// ones too. The error of a value is as large as the rounding of the largest values of its tree, which for a band is a long path. From
    /// `cargo bench --bench sparse`, for some 100 000 rows (20 a row: 25 000), the directions and the largest error in terms of the value, where the
    /// magnitudes of the values spread over so many decades:
    ///
    /// | pattern | star | acyclic | 0 decades | 4 | 8 |
    /// |---|---|---|---|---|---|
    /// | tridiagonal | 3 | 2 | 2e-14 | 9e-11 | 8e-7 |
    /// | band of 41 | 41 | 21 | 3e-14 | 7e-11 | 4e-7 |
    /// | grid, 5 points | 5 | 3 | 8e-15 | 1e-11 | 8e-8 |
    /// | box, 7 points | 7 | 4 | 9e-15 | 1e-11 | 4e-8 |
    /// | random, 6 a row | 15 | 7 | 4e-14 | 9e-11 | 2e-7 |
    /// | random, 20 a row | 47 | 17 | 2e-14 | 3e-11 | 2e-7 |
    ///
    /// So the default keeps all digits. Where a direction is dear and some 8 digits are enough, as for the step of a Newton method, take the other.
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

    /// For a symmetric matrix, by an [acyclic colouring](Pattern::acyclic_coloring): values are subtracted from each other, and an entry and its
    /// mirror image are one number. The error of a value is at most 2 d ε times the sum of the magnitudes in its tree of two colours, to first order, with
    /// d the largest number of neighbours of one colour that a vertex of the tree has, and ε half a unit in the last place of 1; the rounding of the
    /// compressed matrix itself, if it has been summed up entry by entry, is counted in. A value that is NaN or infinite makes others of its tree NaN.
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

    /// For each entry of the pattern the colour of the direction that it is read from, before anything is subtracted. A drawing of
    /// the pattern shows it. O(entries) time.
    pub fn colors_of_entries(&self) -> Vec<usize> {
        self.plan.places(self.entries).into_iter().map(|place| place as usize % self.colors()).collect()
    }

    /// For each entry of the pattern the row and the colour of the number of the compressed matrix that it is read from, before anything is subtracted.
    pub(in crate::program) fn places(&self) -> Vec<(usize, u32)> {
        let colors = self.colors().max(1);
        let place = |place: u32| (place as usize / colors, (place as usize % colors) as u32);
        self.plan.places(self.entries).into_iter().map(place).collect()
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
