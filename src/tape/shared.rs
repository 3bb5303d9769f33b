//! The reverse sweep of plain numbers, compiled with this crate.
//!
//! The sweep is generic, so a crate that takes a gradient would be compiled with one of its own, and one that takes a Jacobian with eight, though all
//! are the same to the bit. `benches/compile/measure.sh release gradient jacobian` shows what that costs.

use super::adjoint::of_width;
use super::entry::Entry;
use super::scalar::{OfNumber, Scalar};
use super::statement::slot::Statements;
use super::sweep::sweep;
use std::marker::PhantomData;

/// What a sweep is given, with the adjoints flat: [`sweep`] says what each is.
struct Swept<'a>(PhantomData<&'a ()>);

impl<'a> OfNumber<'a> for Swept<'a> {
    type Of<S: 'a> = (&'a [Entry<S>], &'a [S], &'a Statements<S>, &'a mut [S]);
}

/// [`sweep`], the one of this crate if the numbers are plain.
#[inline(always)]
pub(super) fn sweep_any<S: Scalar, const W: usize, const EXACT: bool>(
    entries: &[Entry<S>],
    slopes: &[S],
    statements: &Statements<S>,
    adjoints: &mut [S],
) {
    match S::plain::<Swept<'_>>((entries, slopes, statements, adjoints)) {
        Ok(plain) => sweep_plain(plain, W, EXACT),
        Err((entries, slopes, statements, adjoints)) => {
            sweep::<S, W, EXACT>(entries, slopes, statements, of_width(adjoints))
        }
    }
}

/// [`sweep`] of plain numbers in each width. It is not generic, so that it is a part of this crate.
fn sweep_plain<'a>(swept: <Swept<'a> as OfNumber<'a>>::Of<f64>, width: usize, exact: bool) {
    match (width, exact) {
        (1, false) => sweep_by::<1, false>(swept),
        (1, true) => sweep_by::<1, true>(swept),
        (2, false) => sweep_by::<2, false>(swept),
        (2, true) => sweep_by::<2, true>(swept),
        (4, false) => sweep_by::<4, false>(swept),
        (4, true) => sweep_by::<4, true>(swept),
        (_, false) => sweep_by::<8, false>(swept),
        (_, true) => sweep_by::<8, true>(swept),
    }
}

fn sweep_by<'a, const W: usize, const EXACT: bool>(
    (entries, slopes, statements, adjoints): <Swept<'a> as OfNumber<'a>>::Of<f64>,
) {
    sweep::<f64, W, EXACT>(entries, slopes, statements, of_width(adjoints));
}
