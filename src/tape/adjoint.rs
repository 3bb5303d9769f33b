//! The adjoint of a slot: `W` numbers side by side, one for each of several outputs, so that one sweep serves all. `W` is 1, 2, 4 or 8.

use super::{Lean, Scalar, Tape, Var};
use std::array::from_fn;

/// How many adjoints a slot may have; those in between are rounded up.
pub(super) const WIDTHS: [usize; 4] = [1, 2, 4, 8];
/// The most that one sweep can take.
pub(super) const WIDEST: usize = WIDTHS[WIDTHS.len() - 1];

#[inline(always)]
pub(super) fn add<S: Scalar, const W: usize>(sum: &mut [S; W], share: [S; W]) {
    *sum = from_fn(|k| sum[k] + share[k]);
}

/// An adjoint times a slope; with the rule that 0 annihilates if it is to be `EXACT`.
#[inline(always)]
pub(super) fn times<S: Scalar, const W: usize, const EXACT: bool>(adjoint: [S; W], slope: S) -> [S; W] {
    if EXACT { adjoint.map(|adjoint| adjoint.mul_strong_zero(slope)) } else { adjoint.map(|adjoint| adjoint * slope) }
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

impl<S: Scalar> Tape<Lean<S>> {
    /// The rows of the Jacobian of these outputs by the inputs, one row after the other; up to eight in one sweep.
    pub(super) fn rows_into<'t>(&'t self, y: &[Var<'t, Lean<S>>], rows: &mut [S])
    where
        S: 't,
    {
        let columns = self.inputs();
        let mut rest = (y, rows);
        while !rest.0.is_empty() {
            let taken = match rest.0.len() {
                1 => {
                    self.gradient_into(rest.0[0], &mut rest.1[..columns]);
                    1
                }
                2 => self.some_rows::<2>(rest.0, rest.1),
                3..=4 => self.some_rows::<4>(rest.0, rest.1),
                _ => self.some_rows::<8>(rest.0, rest.1),
            };
            rest = (&rest.0[taken..], &mut rest.1[taken * columns..]);
        }
    }

    /// The rows of the first `W` outputs; how many there are.
    fn some_rows<'t, const W: usize>(&'t self, y: &[Var<'t, Lean<S>>], rows: &mut [S]) -> usize
    where
        S: 't,
    {
        let (columns, taken) = (self.inputs(), y.len().min(W));
        let mut adjoints = self.store.adjoints.take();
        self.sweep_into((0..taken).map(|i| (y[i], seed::<S, W>(i))), &mut adjoints);
        adjoints.resize(adjoints.len().max(columns * W), S::from(0.0));
        for (j, adjoint) in of_width::<S, W>(&mut adjoints[..columns * W]).iter_mut().enumerate() {
            for (i, &of_y) in adjoint[..taken].iter().enumerate() {
                rows[i * columns + j] = of_y;
            }
            *adjoint = [S::from(0.0); W];
        }
        self.store.adjoints.set(adjoints);
        taken
    }
}
