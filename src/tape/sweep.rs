//! The reverse sweep of the tape.

use super::adjoint::{add, times};
use super::entry::{Entry, RUN, Run, SHARED, STATEMENT};
use super::prefetch::prefetch;
use super::scalar::Scalar;
use super::statement::slot::Statements;

/// How many slopes are prefetched before they are needed.
const AHEAD: usize = 128;

/// From the last entry to the first, each slot's adjoint, complete by then, is removed and, times each slope, added to the adjoints of the
/// slots of its arguments. What remains are the adjoints of the inputs, which are the first slots and have no entries.
///
/// An entry is a pair of arguments, a run of them, or a statement; `entry.rs` draws how its `arg` tells. An adjoint is `W` numbers: one for
/// each of several outputs. If the sweep is to be `EXACT`, an adjoint or a slope of 0 gives 0, even times infinity or NaN; else products are
/// those of IEEE 754. `slopes` are those of runs and statements, of which each entry reads the last that are left.
///
/// # Panics
/// If an argument is a later slot. It may be the slot itself: of an input that is made late, and of no other.
#[inline(always)]
pub(super) fn sweep<S: Scalar, const W: usize, const EXACT: bool>(
    entries: &[Entry<S>],
    mut slopes: &[S],
    statements: &Statements<S>,
    adjoints: &mut [[S; W]],
) {
    let Some(&last) = adjoints.last() else { return };
    assert!(entries.len() < adjoints.len(), "there are fewer entries than slots, since the first slot is an input");
    let zero = [S::from(0.0); W];
    // The adjoint of the slot below is kept at hand: most ops use the one before, and reading it just after it was written would stall.
    let (mut adjoint, mut kept) = (last, last);
    let mut slot = adjoints.len() - 1;
    let mut rest = entries;
    while let Some((Entry { slope, arg }, before)) = rest.split_last() {
        rest = before;
        let own = slot;
        // SAFETY: before this entry was taken, 1 ≤ entries left ≤ slot < adjoints.len(): by the assertion above at first, by that below
        // after a statement, and since a pair and a run use one entry and one slot. So `slot` and `slot - 1` are in bounds.
        unsafe { *adjoints.get_unchecked_mut(own) = zero };
        slot -= 1;
        // SAFETY: as above.
        let below = unsafe { *adjoints.get_unchecked(slot) };
        if arg[0] & SHARED == 0 {
            adjoint = kept;
        }
        kept = below;
        if arg[1] & RUN == 0 {
            let args = [(arg[0] & !SHARED) as usize, arg[1] as usize];
            assert!(args[0].max(args[1]) <= own, "an argument is a later slot");
            for (&arg, &slope) in args.iter().zip(slope) {
                let share = times::<S, W, EXACT>(adjoint, slope);
                if arg == slot {
                    add(&mut kept, share);
                } else {
                    // SAFETY: the argument is at most `own`, which is in bounds.
                    add(unsafe { adjoints.get_unchecked_mut(arg) }, share);
                }
            }
        } else if arg[1] == STATEMENT {
            let statement = statements.get(arg[0]);
            slot = own + 1 - statement.results();
            let (below, results) = adjoints[..=own].split_at_mut(slot);
            *results.last_mut().expect("a statement has a result") = adjoint;
            let own_slopes;
            (slopes, own_slopes) = slopes.split_at(slopes.len() - statement.slopes());
            // the statement that is swept next has its slopes there most often
            prefetch(&slopes[slopes.len().saturating_sub(AHEAD)..]);
            let flat = [below, &mut *results].map(|list| list.as_flattened_mut());
            statements.pull_back(statement, own_slopes, flat, W, EXACT);
            results.fill(zero);
            slot -= 1;
            assert!(rest.len() <= slot, "there are no more entries left than slots");
            kept = adjoints[slot];
            // overwritten, so that it need not survive the call above: the compiler would keep it in memory for pairs as well
            adjoint = kept;
        } else {
            let run = Run::unpack(*arg);
            let places = &mut adjoints[..own][run.slots()];
            if run.uniform {
                let share = times::<S, W, EXACT>(adjoint, slope[0]);
                add_to_each(places, run.stride, std::iter::repeat(share));
            } else {
                let own_slopes;
                (slopes, own_slopes) = slopes.split_at(slopes.len() - run.len as usize);
                let shares = own_slopes.iter().map(|&slope| times::<S, W, EXACT>(adjoint, slope));
                add_to_each(places, run.stride, shares);
            }
            kept = adjoints[slot];
        }
    }
    adjoints[slot] = kept;
}

/// Adds a share to the first of some adjoints, and to each that stands `stride` slots after the one before; `stride` is at least 1.
#[inline(always)]
pub(super) fn add_to_each<S: Scalar, const W: usize>(
    places: &mut [[S; W]],
    stride: u32,
    shares: impl Iterator<Item = [S; W]>,
) {
    if stride == 1 {
        places.iter_mut().zip(shares).for_each(|(place, share)| add(place, share));
    } else {
        places.iter_mut().step_by(stride as usize).zip(shares).for_each(|(place, share)| add(place, share));
    }
}
