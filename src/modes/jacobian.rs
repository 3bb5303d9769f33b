//! The Jacobian of a routine: forwards or in reverse, whichever is cheaper.

use super::directions::Directions;
use crate::error::{Error, Kind};
use crate::forward::{Ieee, Strong, Tangents, ZeroPolicy};
use crate::function::{Outputs, Routine, With};
use crate::tape::{Scalar, Tape};

/// So many directions are taken in one run.
const WIDTH: usize = 8;

/// Whether the Jacobian of so many results by so many inputs is cheaper forwards.
fn is_cheaper_forwards(results: usize, inputs: usize) -> bool {
    inputs.div_ceil(WIDTH) <= results.div_ceil(8)
}

/// What is said of a routine that is another one when it is run again.
const CHANGED: &str = "the routine gave an error when it was run again; it must give the same each time";

/// What is made of the results of a routine that is run again.
///
/// # Panics
/// If it gives an error now.
pub(super) fn again<O: Outputs, R, T>(results: O::Of<R>, f: impl FnOnce(&[R]) -> T) -> T {
    let mut made = None;
    O::with(results, |y| made = Some(f(y)));
    made.expect(CHANGED)
}

/// Fills in the values and the rows of the Jacobian of a routine, and makes something of these, or of the error that there are more or fewer
/// results than places.
pub(super) fn into<P: Routine + ?Sized, S: Scalar, T>(
    routine: &P,
    x: &[S],
    y: &mut [S],
    rows: &mut [S],
    then: impl FnOnce(Result<(), Error>, &[S]) -> T,
) -> With<P, T> {
    if !is_cheaper_forwards(y.len(), x.len()) {
        return Tape::new().with_inputs(x, |tape, x| {
            P::Out::with(routine.run(x), |results| {
                let filled = expect_len(results.len(), y.len());
                if filled.is_ok() {
                    y.iter_mut().zip(results).for_each(|(y, result)| *y = result.value());
                    tape.rows_into(results, rows);
                }
                then(filled, rows)
            })
        });
    }
    let mut point = Directions::<S, WIDTH, Ieee>::new(x);
    let first = 0..x.len().min(WIDTH);
    P::Out::with(routine.run(point.turn(&first)), |results| {
        let filled = expect_len(results.len(), y.len()).and_then(|()| {
            y.iter_mut().zip(results).for_each(|(y, result)| *y = result.primal);
            columns_into(results, first.start, x.len(), rows);
            columns(routine, &mut point, 1, rows)?;
            // 0 · ∞ somewhere: once more with the rule that 0 annihilates
            if rows.iter().any(S::has_nan) {
                columns(routine, &mut Directions::<S, WIDTH, Strong>::new(x), 0, rows)?;
            }
            Ok(())
        });
        then(filled, rows)
    })
}

/// The columns of the Jacobian from a turn on, in a run for each turn.
fn columns<P: Routine + ?Sized, S: Scalar, Z: ZeroPolicy>(
    routine: &P,
    point: &mut Directions<S, WIDTH, Z>,
    from: usize,
    rows: &mut [S],
) -> Result<(), Error> {
    let inputs = point.x.len();
    for moving in point.turns().skip(from) {
        again::<P::Out, _, _>(routine.run(point.turn(&moving)), |results| {
            expect_len(results.len(), rows.len() / inputs)?;
            columns_into(results, moving.start, inputs, rows);
            Ok(())
        })?;
    }
    Ok(())
}

/// Puts the tangents of the results into the columns of the inputs that moved, from the `start`th on.
fn columns_into<S: Scalar, Z: ZeroPolicy>(
    results: &[Tangents<S, WIDTH, Z>],
    start: usize,
    inputs: usize,
    rows: &mut [S],
) {
    let width = WIDTH.min(inputs - start);
    for (row, result) in rows.chunks_exact_mut(inputs.max(1)).zip(results) {
        row[start..start + width].copy_from_slice(&result.tangents()[..width]);
    }
}

/// # Errors
/// If a routine has not so many results as there are places for them.
fn expect_len(results: usize, places: usize) -> Result<(), Error> {
    if results == places {
        return Ok(());
    }
    Err(Error::new(Kind::Arity, format!("the routine has {results} results, and there are places for {places}")))
}
