//! The reverse sweep of the lean tape.

use super::Scalar;
use super::adjoint::{add, times};
use super::entry::{Entry, RUN, Run, SHARED, STATEMENT};
use super::prefetch::prefetch;
use super::statement::Statements;

/// How many slopes are asked for before they are needed.
const AHEAD: usize = 128;

/// From the last entry to the first, each slot's adjoint, complete by then, is taken out and passed on to the slots of its
/// arguments, times the slopes. What is left are the adjoints of the inputs, which are the first slots and have no entries.
///
/// An entry is a pair of arguments, a run of them, or a statement with several results. An adjoint is `W` numbers: one for each of
/// several outputs. With the rule that 0 annihilates if the sweep is to be `EXACT`.
///
/// # Panics
/// If an argument is not an earlier slot.
#[inline(always)]
pub(super) fn sweep<S: Scalar, const W: usize, const EXACT: bool>(
    entries: &[Entry<S>],
    mut listed: &[S],
    statements: &Statements<S>,
    adjoints: &mut [[S; W]],
) {
    let Some(&last) = adjoints.last() else { return };
    assert!(entries.len() < adjoints.len(), "no entry is without an input before it");
    let zero = [S::from(0.0); W];
    // The adjoint of the slot below is kept at hand: most ops use the one before, and memory would give it back late.
    let (mut adjoint, mut kept) = (last, last);
    let mut slot = adjoints.len() - 1;
    let mut rest = entries;
    while let Some((Entry { slope, arg }, before)) = rest.split_last() {
        rest = before;
        let own = slot;
        // SAFETY: `slot` is a place, and not less than the entries that are left: by the assertion above at first, and below after a
        // statement. So it was at least 1 here.
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
            assert!(args[0].max(args[1]) <= own, "an argument is not an earlier slot");
            for (&arg, &slope) in args.iter().zip(slope) {
                let share = times::<S, W, EXACT>(adjoint, slope);
                if arg == slot {
                    add(&mut kept, share);
                } else {
                    // SAFETY: the argument is at most `own`, which is a place.
                    add(unsafe { adjoints.get_unchecked_mut(arg) }, share);
                }
            }
        } else if arg[1] == STATEMENT {
            let statement = statements.get(arg[0]);
            slot = own + 1 - statement.results();
            let (below, results) = adjoints[..=own].split_at_mut(slot);
            *results.last_mut().expect("a statement has a result") = adjoint;
            let slopes;
            (listed, slopes) = listed.split_at(listed.len() - statement.slopes());
            // most often the statement before has its slopes there
            prefetch(&listed[listed.len().saturating_sub(AHEAD)..]);
            let flat = [below, &mut *results].map(|list| list.as_flattened_mut());
            statements.pull_back(statement, slopes, flat, W, EXACT);
            results.fill(zero);
            slot -= 1;
            assert!(rest.len() <= slot, "a statement has no more entries than results");
            kept = adjoints[slot];
            // the own one is done with: what lives on over the call above would be kept in memory everywhere
            adjoint = kept;
        } else {
            let run = Run::unpack(*arg);
            let places = &mut adjoints[..own][run.slots()];
            if run.uniform {
                let share = times::<S, W, EXACT>(adjoint, slope[0]);
                add_to_each(places, run.stride, std::iter::repeat(share));
            } else {
                let slopes;
                (listed, slopes) = listed.split_at(listed.len() - run.len as usize);
                let shares = slopes.iter().map(|&slope| times::<S, W, EXACT>(adjoint, slope));
                add_to_each(places, run.stride, shares);
            }
            kept = adjoints[slot];
        }
    }
    adjoints[slot] = kept;
}

/// Adds a share to the adjoint of every slot that is so far from the one before.
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
