//! A function run on a tape: in forward mode, in all directions at once, so that only the slopes of its results by its arguments are kept, in
//! pairs and runs.

use crate::forward::{Masked, Tangents};
use crate::function::Function;
use crate::tape::scalar::Scalar;
use crate::tape::var::Var;
use std::array::from_fn;

/// [`Apply::run`](crate::function::Apply::run).
#[inline(always)]
#[track_caller]
pub(super) fn run<'t, S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [Var<'t, S>; N],
) -> [Var<'t, S>; M] {
    let Some(tape) = Var::tape_of(&x) else { return S::run(f, x.map(|x| x.value)).map(Var::constant) };
    let results = run_with_slopes(f, x.map(|x| x.value));
    let mut y = [Var::constant(S::from(0.0)); M];
    // a loop, since what `map` calls is not always inlined, and then goes through memory
    for (y, &(value, slopes)) in y.iter_mut().zip(&results) {
        *y = Var { tape: Some(tape), handle: tape.store.record_few(slopes, x), value };
    }
    y
}

/// The results of a function, and the slopes of each by its arguments.
///
/// As in the reverse sweep, 0 annihilates only in a second run, after a first one with a NaN in it.
#[inline(always)]
pub(super) fn run_with_slopes<S: Scalar, const N: usize, const M: usize, F: Function<N, M>>(
    f: &F,
    x: [S; N],
) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N, Masked>; M] = f.run(Tangents::variables(x));
    if results.iter().flat_map(|y| y.tangents()).fold(false, |nan, slope| nan | slope.has_nan()) {
        run_exactly(f, x)
    } else {
        results.map(|y| (y.primal, y.tangents()))
    }
}

/// The results and slopes of a function at two places, in lanes.
#[inline(always)]
pub(super) fn run_two<S: Scalar, const N: usize, F: Function<N, 1>>(
    f: &F,
    x: [[Var<'_, S>; N]; 2],
) -> [(S, [S; N]); 2] {
    let lanes = from_fn(|k| S::load(&[x[0][k].value, x[1][k].value]));
    let [y]: [Tangents<S::Lanes, N, Masked>; 1] = f.run(Tangents::variables(lanes));
    let (mut values, mut slopes) = ([S::from(0.0); 2], [[S::from(0.0); 2]; N]);
    S::store(y.primal, &mut values);
    y.tangents().into_iter().zip(&mut slopes).for_each(|(tangent, both)| S::store(tangent, both));
    if slopes.iter().flatten().fold(false, |nan, slope| nan | slope.has_nan()) {
        x.map(|x| run_exactly(f, x.map(|x| x.value))[0])
    } else {
        from_fn(|i| (values[i], slopes.map(|both| both[i])))
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
