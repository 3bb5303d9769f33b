//! The reverse sweep of the lean tape.

use std::ops::AddAssign;

/// Two arguments of a slot: the slots they stand on, and the slopes by them.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Entry<S> {
    pub(super) slope: [S; 2],
    /// The highest bit of the first is [`SHARED`].
    pub(super) arg: [u32; 2],
}

/// Marks an entry that holds further arguments of the slot after it.
pub(super) const SHARED: u32 = 1 << 31;

/// From the last entry to the first, each slot's adjoint, complete by then, is taken out and passed on to the slots of its
/// arguments, times the slopes. What is left are the adjoints of the inputs, which are the first slots and have no entries.
///
/// An adjoint is one number `A = S`, or several: one for each of several outputs.
#[inline(always)]
pub(super) fn sweep<S: Copy, A: Copy + AddAssign>(
    entries: &[Entry<S>],
    adjoints: &mut [A],
    zero: A,
    product: impl Fn(A, S) -> A,
) {
    let Some(&last) = adjoints.last() else { return };
    // The adjoint of the slot below is kept at hand: most ops use the one before, and memory would give it back late.
    let (mut adjoint, mut kept) = (last, last);
    let mut slot = adjoints.len() - 1;
    for entry in entries.iter().rev() {
        let ([first, second], slope) = (entry.arg, entry.slope);
        if first & SHARED != 0 {
            adjoints[(first & !SHARED) as usize] += product(adjoint, slope[0]);
            adjoints[second as usize] += product(adjoint, slope[1]);
            slot -= 1;
            kept = adjoints[slot];
            continue;
        }
        adjoint = kept;
        adjoints[slot] = zero;
        slot -= 1;
        kept = adjoints[slot];
        for (arg, slope) in [(first, slope[0]), (second, slope[1])] {
            let share = product(adjoint, slope);
            if arg as usize == slot {
                kept += share;
            } else {
                adjoints[arg as usize] += share;
            }
        }
    }
    adjoints[slot] = kept;
}
