//! The Jacobian of a routine: forwards or in reverse, whichever is cheaper.

use super::directions::Directions;
use crate::error::{Error, Kind};
use crate::forward::{Ieee, Tangents};
use crate::function::{Outputs, Routine, With, numbers};
use crate::tape::{Scalar, Tape, Var};
use std::ops::Range;

/// So many directions are taken in one run: the more, the less often the values are computed; but the last few in one of their own.
const WIDE: usize = 16;
const NARROW: usize = 8;

/// How many runs so many inputs take, wide and narrow ones: the latter for up to 8 that are left.
fn runs(inputs: usize) -> [usize; 2] {
    let wide = (inputs + WIDE - NARROW - 1) / WIDE;
    [wide, usize::from(inputs > WIDE * wide)]
}

/// Whether the Jacobian of so many results by so many inputs is cheaper forwards.
///
/// Measured in narrow runs forwards, a wide one costs 1.4 to 1.8; in reverse a recording costs 1.5, and each sweep for up to eight results 1. The last
/// lies between 0.7, where results depend on little each, and 1.6, where all hang on the end of a long program. `cargo bench --bench
/// routines` compares both ways and the one that is chosen.
fn is_cheaper_forwards(results: usize, inputs: usize) -> bool {
    let [wide, narrow] = runs(inputs);
    7 * wide + 4 * narrow <= 6 + 4 * results.div_ceil(8)
}

/// What is made of the results of a routine that is run again.
///
/// # Panics
/// If it gives an error now.
pub(super) fn again<O: Outputs, R, T>(results: O::Of<R>, f: impl FnOnce(&[R]) -> T) -> T {
    numbers::<O, _, _>(results, f)
        .expect("the routine gave an error when it was run again; it must give the same each time")
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
            P::Out::with(routine.run(x), |results| then(fill_in_reverse(tape, results, y, rows), rows))
        });
    }
    let [wide, narrow] = runs(x.len());
    if wide == 0 {
        return forwards::<NARROW, _, _, _>(routine, x, y, rows, |_, _| Ok(()), then);
    }
    let others = |mut point: Directions<S, WIDE>, rows: &mut [S]| {
        for turn in 1..wide {
            columns(routine, &mut point, turn * WIDE..x.len().min((turn + 1) * WIDE), rows)?;
        }
        if narrow == 1 {
            columns(routine, &mut Directions::<S, NARROW>::new(x), wide * WIDE..x.len(), rows)?;
        }
        Ok(())
    };
    forwards::<WIDE, _, _, _>(routine, x, y, rows, others, then)
}

/// [`into`] forwards: the first columns in a run that may give an error, and then the others.
fn forwards<const W: usize, P: Routine + ?Sized, S: Scalar, T>(
    routine: &P,
    x: &[S],
    y: &mut [S],
    rows: &mut [S],
    others: impl FnOnce(Directions<S, W>, &mut [S]) -> Result<(), Error>,
    then: impl FnOnce(Result<(), Error>, &[S]) -> T,
) -> With<P, T> {
    let (mut point, moving) = (Directions::<S, W>::new(x), 0..x.len().min(W));
    P::Out::with(routine.run(point.turn(&moving)), |results| {
        let fill = || {
            expect_len(results.len(), y.len())?;
            y.iter_mut().zip(results).for_each(|(y, result)| *y = result.primal);
            columns_into(results, &moving, x.len(), rows);
            others(point, rows)?;
            if has_nan(rows) {
                // 0 · ∞ somewhere, which is 0 in reverse
                Tape::new().with_inputs(x, |tape, x| {
                    again::<P::Out, _, _>(routine.run(x), |results| fill_in_reverse(tape, results, y, rows))
                })?;
            }
            Ok(())
        };
        then(fill(), rows)
    })
}

/// Fills in the values of results on a tape, and the Jacobian by its inputs.
fn fill_in_reverse<'t, S: Scalar>(
    tape: &'t Tape<S>,
    results: &[Var<'t, S>],
    y: &mut [S],
    rows: &mut [S],
) -> Result<(), Error> {
    expect_len(results.len(), y.len())?;
    y.iter_mut().zip(results).for_each(|(y, result)| *y = result.value());
    tape.rows_into(results, rows);
    Ok(())
}

/// The columns of the Jacobian by some inputs, in one run.
fn columns<P: Routine + ?Sized, S: Scalar, const W: usize>(
    routine: &P,
    point: &mut Directions<S, W>,
    moving: Range<usize>,
    rows: &mut [S],
) -> Result<(), Error> {
    let inputs = point.x.len();
    again::<P::Out, _, _>(routine.run(point.turn(&moving)), |results| {
        expect_len(results.len(), rows.len() / inputs)?;
        columns_into(results, &moving, inputs, rows);
        Ok(())
    })
}

/// Puts the tangents of the results into the columns of the inputs that moved.
fn columns_into<S: Scalar, const W: usize>(
    results: &[Tangents<S, W, Ieee>],
    moving: &Range<usize>,
    inputs: usize,
    rows: &mut [S],
) {
    for (row, result) in rows.chunks_exact_mut(inputs.max(1)).zip(results) {
        row[moving.clone()].copy_from_slice(&result.tangents()[..moving.len()]);
    }
}

/// Whether a number is NaN, several at a time without a branch.
pub(super) fn has_nan<S: Scalar>(list: &[S]) -> bool {
    list.chunks(64).any(|some| some.iter().fold(false, |nan, x| nan | x.has_nan()))
}

/// # Errors
/// If a routine has not so many results as there are places for them.
fn expect_len(results: usize, places: usize) -> Result<(), Error> {
    if results == places {
        return Ok(());
    }
    Err(Error::new(Kind::Arity, format!("the routine has {results} results, and there are places for {places}")))
}
