//! Blocks on a tape: run in forward mode, in all directions at once, so that only the slopes of their results by their inputs
//! are kept.

use crate::forward::{Masked, Tangents};
use crate::op::Block;
use crate::tape::scalar::Scalar;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;

impl<S: Scalar> Tape<S> {
    /// [`Apply::block`](crate::op::Apply::block), if a variable is active.
    #[inline(always)]
    pub(in crate::tape) fn block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [Var<'t, S>; N],
    ) -> [Var<'t, S>; M] {
        let results = run(block, x);
        let mut y = [Var::constant(S::from(0.0)); M];
        // a loop, since what `map` calls is not always inlined, and then goes through memory
        for (y, &(value, slopes)) in y.iter_mut().zip(&results) {
            *y = Var { tape: Some(self), handle: self.store.record_few(slopes, x), value };
        }
        y
    }
}

/// The results of a block, and the slopes of each by the block's inputs.
///
/// As in the reverse sweep, 0 annihilates only in a second run, after a first one with a NaN in it.
#[inline(always)]
pub(super) fn run<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(
    block: &B,
    x: [Var<'_, S>; N],
) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N, Masked>; M] = block.run(Tangents::variables(x.map(|x| x.value)));
    if results.iter().flat_map(|y| y.tangents()).fold(false, |nan, slope| nan | slope.has_nan()) {
        run_exactly(block, x.map(|x| x.value))
    } else {
        results.map(|y| (y.primal, y.tangents()))
    }
}

/// The same for two of a block, in lanes.
#[inline(always)]
pub(super) fn run_two<S: Scalar, const N: usize, B: Block<N, 1>>(
    block: &B,
    x: [[Var<'_, S>; N]; 2],
) -> [(S, [S; N]); 2] {
    let lanes = from_fn(|k| S::load(&[x[0][k].value, x[1][k].value]));
    let [y]: [Tangents<S::Lanes, N, Masked>; 1] = block.run(Tangents::variables(lanes));
    let (mut values, mut slopes) = ([S::from(0.0); 2], [[S::from(0.0); 2]; N]);
    S::store(y.primal, &mut values);
    y.tangents().into_iter().zip(&mut slopes).for_each(|(tangent, both)| S::store(tangent, both));
    if slopes.iter().flatten().fold(false, |nan, slope| nan | slope.has_nan()) {
        x.map(|x| run_exactly(block, x.map(|x| x.value))[0])
    } else {
        from_fn(|i| (values[i], slopes.map(|both| both[i])))
    }
}

#[cold]
#[inline(never)]
fn run_exactly<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [S; N]) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N>; M] = block.run(Tangents::variables(x));
    results.map(|y| (y.primal, y.tangents()))
}
