//! A function run on a tape: in forward mode, in all directions at once, so that only the slopes of its results by its arguments are kept, in
//! pairs and runs.

use crate::forward::{Masked, Tangents};
use crate::function::Function;
use crate::tape::number::values;
use crate::tape::scalar::Scalar;
use crate::tape::var::{Tape, Var};

/// [`Apply::run`](crate::function::Apply::run).
#[inline(always)]
#[track_caller]
pub(super) fn run<'t, S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [Var<'t, S>; N],
) -> [Var<'t, S>; M] {
    match Var::tape_of(&x) {
        Some(tape) => recorded(tape, f, x),
        None => S::run(f, values(x)).map(Var::constant),
    }
}

/// The results on a tape.
#[inline(always)]
fn recorded<'t, S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    tape: &'t Tape<S>,
    f: &F,
    x: [Var<'t, S>; N],
) -> [Var<'t, S>; M] {
    let results = run_with_slopes(f, Tangents::variables(values(x)), || values(x));
    let mut y = [Var::constant(S::from(0.0)); M];
    // a loop, since what `map` calls is not always inlined, and then goes through memory
    for (y, &(value, slopes)) in y.iter_mut().zip(&results) {
        *y = Var { tape: Some(tape), handle: tape.store.record_few(slopes, x), value };
    }
    y
}

/// The results of a function, and the slopes of each by its arguments, given these as numbers that carry their own slopes, and alone.
///
/// As in the reverse sweep, 0 annihilates only in a second run, after a first one with a NaN in it.
#[inline(always)]
pub(super) fn run_with_slopes<S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    variables: [Tangents<S, N, Masked>; N],
    x: impl FnOnce() -> [S; N],
) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N, Masked>; M] = f.run(variables);
    if results.iter().flat_map(|y| y.tangents()).fold(false, |nan, slope| nan | slope.has_nan()) {
        run_exactly(f, x())
    } else {
        results.map(|y| (y.primal, y.tangents()))
    }
}

/// The results of a function, and the slopes of each, where 0 annihilates.
#[cold]
#[inline(never)]
pub(super) fn run_exactly<S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [S; N],
) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N>; M] = f.run(Tangents::variables(x));
    results.map(|y| (y.primal, y.tangents()))
}
