//! Sparse Jacobians and Hessians of a program.

use super::code::{Code, Value};
use super::compressed::NONE;
use super::program::{Directions, Program, made};
use super::sparse::{Compression, Pattern, SparseMatrix};
use crate::error::Error;
use std::sync::Arc;

/// A program of a compressed matrix has at most so many tangents on the way, or so many for each of its statements.
const MOST_TANGENTS: usize = 1 << 22;
const MOST_OF_EACH: usize = 32;

/// # Sparse Jacobians and Hessians
///
/// A matrix of derivatives in which most entries are 0 everywhere is computed with as much work as it has entries. Its [`Pattern`] is found from the
/// statements of the program; a [`Compression`] of it has few directions; and the derivatives in all of them are one program, whose results are the
/// entries themselves.
///
/// ```
/// use gprime::prelude::*;
/// use gprime::Program;
///
/// let chain = routine!(|x| {
///     x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum::<R>()
/// });
/// let x = [1.0, 2.0, 3.0, 4.0];
/// let program = Program::trace(&chain, &x)?;
/// let hessian = program.sparse_hessian_matrix(&x)?;
/// assert_eq!(hessian.pattern().to_string(), "● ● · ·\n● ● ● ·\n· ● ● ●\n· · ● ●\n");
/// assert_eq!(hessian.row(1).collect::<Vec<_>>(), [(0, -400.0), (1, 3802.0), (2, -800.0)]);
/// // without allocation, into a list of one's own
/// let mut values = vec![0.0; hessian.pattern().len()];
/// program.sparse_hessian(&[0.0, 1.0, 2.0, 3.0], &mut values)?;
/// assert_eq!(values[..2], [-398.0, 0.0]);
/// // four columns in three directions
/// assert_eq!(program.hessian_compression()?.colors(), 3);
/// # Ok::<(), gprime::Error>(())
/// ```
impl Program {
    /// Which entries of the Jacobian, results by variables, can differ from 0 at some point: where the result depends on the variable by the statements of
    /// the program. What is chosen by `select`, `max` or a kink depends on all that it may be; comparisons, guards and `detach` have no
    /// derivative. It is found when it is first asked for, as are those below; in O(statements) time if results depend on few variables each, else in as
    /// much time as the lists of these take.
    ///
    /// # Errors
    /// If those lists have more than 2²⁹ numbers, in forward mode and in reverse.
    pub fn jacobian_pattern(&self) -> Result<&Arc<Pattern>, Error> {
        let pattern = || {
            let (code, outputs) = self.source.with_inputs(&self.outputs, 0)?;
            code.pattern(&outputs, self.variables).map(Arc::new)
        };
        self.jacobian_entries.pattern.get_or_init(pattern).as_ref().map_err(Error::clone)
    }

    /// Which entries of the Hessian can differ from 0 at some point: those of the Jacobian of the gradient, and their mirror images. Time and errors are
    /// those of [`jacobian_pattern`](Program::jacobian_pattern).
    ///
    /// # Errors
    /// If the lists on the way get too large, and as those of [`gradient_program`](Program::gradient_program).
    pub fn hessian_pattern(&self) -> Result<&Arc<Pattern>, Error> {
        let pattern = || {
            let program = self.gradient_program()?;
            let (code, gradient) = program.source.with_inputs(&program.outputs[1..], 0)?;
            symmetric(code.pattern(&gradient, self.variables)?).map(Arc::new)
        };
        self.hessian_entries.pattern.get_or_init(pattern).as_ref().map_err(Error::clone)
    }

    /// The directions by which the Jacobian is computed: of the variables, by a colouring of the [columns](Compression::columns), or of the results, by
    /// one of the [rows](Compression::rows), whichever are fewer.
    ///
    /// # Errors
    /// As those of [`jacobian_pattern`](Program::jacobian_pattern).
    pub fn jacobian_compression(&self) -> Result<&Compression, Error> {
        Ok(&self.jacobian_directions()?.compression)
    }

    fn jacobian_directions(&self) -> Result<&Directions, Error> {
        let directions = || Directions::of_jacobian(self.jacobian_pattern()?);
        self.jacobian_entries.directions.get_or_init(directions).as_ref().map_err(Error::clone)
    }

    /// The directions by which the Hessian is computed, by a [star colouring](Compression::hessian).
    ///
    /// # Errors
    /// As those of [`hessian_pattern`](Program::hessian_pattern).
    pub fn hessian_compression(&self) -> Result<&Compression, Error> {
        Ok(&self.hessian_directions()?.compression)
    }

    fn hessian_directions(&self) -> Result<&Directions, Error> {
        let directions = || {
            let compression = hessian_compression(self.hessian_pattern()?)?;
            Ok(Directions { compression, are_of_results: false })
        };
        self.hessian_entries.directions.get_or_init(directions).as_ref().map_err(Error::clone)
    }

    /// The program of the entries of the Jacobian: its results are those at the positions of the [pattern](Program::jacobian_pattern).
    ///
    /// # Errors
    /// As those of [`jacobian_pattern`](Program::jacobian_pattern) and [`jvp_program`](Program::jvp_program), and if the program would be too large,
    /// as that of a nearly full matrix is: four million tangents, or 32 for each statement.
    pub fn sparse_jacobian_program(&self) -> Result<&Program, Error> {
        made(self.jacobian_entries.program.get_or_init(|| {
            let directions = self.jacobian_directions()?;
            self.derive(0, 0, |code, outputs| entries(code, outputs, self.variables, directions))
        }))
    }

    /// The program of the entries of the Hessian: its results are those at the positions of the [pattern](Program::hessian_pattern).
    ///
    /// # Errors
    /// As those of [`sparse_jacobian_program`](Program::sparse_jacobian_program), of the gradient.
    pub fn sparse_hessian_program(&self) -> Result<&Program, Error> {
        made(self.hessian_entries.program.get_or_init(|| {
            let directions = self.hessian_directions()?;
            let make = |code: &mut Code, outputs: &[Value]| entries(code, &outputs[1..], self.variables, directions);
            self.gradient_program()?.derive(0, 0, make)
        }))
    }

    /// The entries of the Jacobian at `x`, which has all inputs, at the positions of the [pattern](Program::jacobian_pattern). One run of the
    /// [program](Program::sparse_jacobian_program) of them, without allocation; if that would be too large, a [`jvp`](Program::jvp) or a
    /// [`vjp`](Program::vjp) for each direction.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval), [`jacobian_pattern`](Program::jacobian_pattern) and [`jvp_program`](Program::jvp_program).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or `values` as the pattern has entries.
    #[track_caller]
    pub fn sparse_jacobian(&self, x: &[f64], values: &mut [f64]) -> Result<(), Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the list of entries", values.len(), self.jacobian_pattern()?.len());
        match self.sparse_jacobian_program() {
            Ok(program) => program.eval(x, values),
            Err(error) if error.is_too_large() => {
                let Directions { compression, are_of_results } = self.jacobian_directions()?;
                let mut results = vec![0.0; self.outputs()];
                by_direction(compression, [self.variables, self.outputs()], *are_of_results, values, |seed, product| {
                    match are_of_results {
                        true => self.vjp(x, seed, &mut results, product),
                        false => self.jvp(x, seed, &mut results, product),
                    }
                })
            }
            Err(error) => Err(error),
        }
    }

    /// The entries of the Hessian at `x`, which has all inputs, at the positions of the [pattern](Program::hessian_pattern). One run of the
    /// [program](Program::sparse_hessian_program) of them, without allocation; if that would be too large, an [`hvp`](Program::hvp) for each
    /// direction.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval), [`hessian_pattern`](Program::hessian_pattern) and [`hvp_program`](Program::hvp_program).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or `values` as the pattern has entries.
    #[track_caller]
    pub fn sparse_hessian(&self, x: &[f64], values: &mut [f64]) -> Result<(), Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the list of entries", values.len(), self.hessian_pattern()?.len());
        match self.sparse_hessian_program() {
            Ok(program) => program.eval(x, values),
            Err(error) if error.is_too_large() => {
                let compression = self.hessian_compression()?;
                let hvp = |seed: &[f64], product: &mut [f64]| self.hvp(x, seed, product);
                by_direction(compression, [self.variables; 2], false, values, hvp)
            }
            Err(error) => Err(error),
        }
    }

    /// The Jacobian at `x` as a matrix. See [`sparse_jacobian`](Program::sparse_jacobian).
    ///
    /// # Errors
    /// As those of [`sparse_jacobian`](Program::sparse_jacobian).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs.
    #[track_caller]
    pub fn sparse_jacobian_matrix(&self, x: &[f64]) -> Result<SparseMatrix, Error> {
        let mut matrix = SparseMatrix::zeros(self.jacobian_pattern()?.clone());
        self.sparse_jacobian(x, matrix.values_mut())?;
        Ok(matrix)
    }

    /// The Hessian at `x` as a matrix. See [`sparse_hessian`](Program::sparse_hessian).
    ///
    /// # Errors
    /// As those of [`sparse_hessian`](Program::sparse_hessian).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs.
    #[track_caller]
    pub fn sparse_hessian_matrix(&self, x: &[f64]) -> Result<SparseMatrix, Error> {
        let mut matrix = SparseMatrix::zeros(self.hessian_pattern()?.clone());
        self.sparse_hessian(x, matrix.values_mut())?;
        Ok(matrix)
    }
}

/// A pattern with the mirror images of its entries.
fn symmetric(pattern: Pattern) -> Result<Pattern, Error> {
    let mirrored = pattern.transpose();
    if mirrored == pattern {
        return Ok(pattern);
    }
    Pattern::from_rows(pattern.columns(), (0..pattern.rows()).map(|i| pattern.row(i).chain(mirrored.row(i))))
}

/// By a star colouring; where one of the columns has as few colours, by that. In it all neighbours of a row have different colours, so that all rows read
/// their entries alike, and what is computed for them are loops over all of them. It is a star colouring too, unless two neighbours have one colour,
/// which they may if both have no entry on the diagonal.
fn hessian_compression(pattern: &Pattern) -> Result<Compression, Error> {
    let star = pattern.star_coloring()?;
    let columns = (pattern.longest_row() <= star.count()).then(|| pattern.column_coloring());
    let columns = columns.filter(|columns| columns.count() <= star.count());
    let by_columns = columns.and_then(|columns| Compression::of_star(pattern, &columns).ok());
    by_columns.map_or_else(|| Compression::of_star(pattern, &star), Ok)
}

impl Directions {
    /// Fewer than those of the columns or those of the rows; where there are as many, those of the columns, whose mode is cheaper.
    fn of_jacobian(pattern: &Pattern) -> Result<Self, Error> {
        let transpose = pattern.transpose();
        let [columns, rows] = [pattern, &transpose].map(Pattern::longest_row);
        let of = |pattern: &Pattern, are_of_results: bool| {
            let compression = if are_of_results { Compression::rows(pattern) } else { Compression::columns(pattern) };
            compression.map(|compression| Directions { compression, are_of_results })
        };
        // first the side that needs not so many; often the other one needs more than were found
        let columns_first = columns <= rows;
        let first = of(pattern, !columns_first)?;
        let least = if columns_first { rows } else { columns };
        if first.compression.colors() < least || columns_first && first.compression.colors() == least {
            return Ok(first);
        }
        let second = of(pattern, columns_first)?;
        let [found, other] = [&first, &second].map(|directions| directions.compression.colors());
        Ok(if other < found || other == found && !columns_first { second } else { first })
    }

    /// For each of so many places its colour.
    fn colors(&self, places: usize) -> Vec<u32> {
        let mut colors = vec![NONE; places];
        for color in 0..self.compression.colors() {
            self.compression.seeds(color).for_each(|place| colors[place] = color as u32);
        }
        colors
    }
}

/// Adds the entries of the Jacobian of these outputs to a program.
fn entries(code: &mut Code, outputs: &[Value], variables: usize, directions: &Directions) -> Result<Vec<Value>, Error> {
    let most = MOST_TANGENTS.max(MOST_OF_EACH * code.len());
    let read = directions.compression.places().into_iter();
    let entries = if directions.are_of_results {
        code.pull_back_colors(outputs, &directions.colors(outputs.len()), variables, read, most)?
    } else {
        code.push_forward_colors(outputs, &directions.colors(variables), read, most)?
    };
    entries.ok_or_else(|| super::too_large(format!("the program of a sparse matrix has more than {most} tangents")))
}

/// The values of a matrix by its products with one direction after the other, which are of the variables or of the results.
fn by_direction(
    compression: &Compression,
    [variables, results]: [usize; 2],
    are_of_results: bool,
    values: &mut [f64],
    mut product: impl FnMut(&[f64], &mut [f64]) -> Result<(), Error>,
) -> Result<(), Error> {
    let [seeds, rows] = if are_of_results { [results, variables] } else { [variables, results] };
    let colors = compression.colors();
    let (mut seed, mut row, mut compressed) = (vec![0.0; seeds], vec![0.0; rows], vec![0.0; compression.len()]);
    for color in 0..colors {
        seed.fill(0.0);
        compression.seeds(color).for_each(|place| seed[place] = 1.0);
        product(&seed, &mut row)?;
        row.iter().enumerate().for_each(|(i, &x)| compressed[i * colors + color] = x);
    }
    compression.recover(&compressed, values);
    Ok(())
}
