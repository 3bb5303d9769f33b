//! The adjoint of a slot: `W` numbers side by side, one for each of several outputs, so that one sweep serves all. `W` is 1, 2, 4 or 8.

use super::scalar::Scalar;
use std::array::from_fn;

/// How many adjoints a slot may have; those in between are rounded up.
pub(super) const WIDTHS: [usize; 4] = [1, 2, 4, 8];
/// The most that one sweep can take.
pub(super) const WIDEST: usize = WIDTHS[WIDTHS.len() - 1];

#[inline(always)]
pub(super) fn add<S: Scalar, const W: usize>(sum: &mut [S; W], share: [S; W]) {
    // a loop, since what `from_fn` and `map` of an array call is not always inlined
    for (sum, &share) in sum.iter_mut().zip(&share) {
        *sum += share;
    }
}

/// An adjoint times a slope; with the rule that 0 annihilates if it is to be `EXACT`.
#[inline(always)]
pub(super) fn times<S: Scalar, const W: usize, const EXACT: bool>(mut adjoint: [S; W], slope: S) -> [S; W] {
    for part in &mut adjoint {
        *part = if EXACT { part.mul_strong_zero(slope) } else { *part * slope };
    }
    adjoint
}

/// The adjoint of the `i`th output by itself.
pub(super) fn seed<S: Scalar, const W: usize>(i: usize) -> [S; W] {
    from_fn(|k| S::from(if k == i { 1.0 } else { 0.0 }))
}

/// Adjoints one after the other, each of `W` numbers.
#[inline(always)]
pub(super) fn of_width<S, const W: usize>(adjoints: &mut [S]) -> &mut [[S; W]] {
    adjoints.as_chunks_mut().0
}
