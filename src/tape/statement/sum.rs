//! A sum of many terms of one function: the slopes are added up by slot as it is recorded, so that what is written are pairs and runs.

use super::run::{run_two, run_with_slopes};
use crate::function::Function;
use crate::tape::scalar::Scalar;
use crate::tape::store::Handle;
use crate::tape::var::{Tape, Var};
use std::array::from_fn;
use std::iter::empty;
use std::ops::Range;
use std::ptr;

/// The slopes of a sum of terms of `N` arguments, added up by slot in memory that is all 0 otherwise.
struct Slopes<'t, S: Scalar, const N: usize> {
    tape: Option<&'t Tape<S>>,
    by_slot: Vec<S>,
    /// The slot that each argument has met last, and its slopes since: many arguments are the same in all terms.
    last: [(u32, S); N],
    /// All slots that have a slope, but for those of the open spans.
    spans: Vec<Range<u32>>,
    /// The slots that each argument has met before that, one after the other: most others go through a list.
    open: [Range<u32>; N],
}

impl<'t, S: Scalar, const N: usize> Slopes<'t, S, N> {
    #[inline(always)]
    fn add(&mut self, partials: [S; N], x: &[Var<'t, S>; N]) {
        for k in 0..N {
            let Some(tape) = x[k].tape else { continue };
            let (slot, share) = (x[k].handle.place.slot(), total(partials[k], x[k].handle.slope));
            if !self.tape.is_some_and(|known| ptr::eq(known, tape)) || slot as usize >= self.by_slot.len() {
                self.make_room(tape);
            }
            if slot == self.last[k].0 {
                self.last[k].1 += share;
            } else {
                let last = std::mem::replace(&mut self.last[k], (slot, share));
                self.settle(k, last);
            }
        }
    }

    /// Adds the slopes of the slot that an argument has left; at first that is none.
    #[inline(always)]
    fn settle(&mut self, k: usize, (slot, sum): (u32, S)) {
        let Some(slope) = self.by_slot.get_mut(slot as usize) else { return };
        let is_new = slope.is_zero();
        *slope += sum;
        if is_new {
            if slot == self.open[k].end {
                self.open[k].end += 1;
            } else if !self.open[k].contains(&slot) {
                close(&mut self.spans, std::mem::replace(&mut self.open[k], slot..slot + 1));
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self, tape: &'t Tape<S>) {
        if self.tape.is_none() {
            (self.by_slot, self.spans) = (tape.store.adjoints.take(), tape.store.spans.take());
        }
        self.tape = Var::same_tape(self.tape, Some(tape));
        let slots = tape.store.slots() as usize;
        self.by_slot.resize(self.by_slot.len().max(slots), S::from(0.0));
    }

    /// The handle of the sum, if it has a slope; the memory is all 0 again.
    fn record(mut self, tape: &Tape<S>) -> Handle<S> {
        for k in 0..N {
            self.settle(k, self.last[k]);
        }
        let Slopes { mut by_slot, mut spans, open, .. } = self;
        open.into_iter().for_each(|span| close(&mut spans, span));
        let handle = tape.store.record_spans(&mut by_slot, &spans);
        spans.clear();
        tape.store.spans.set(spans);
        tape.store.adjoints.set(by_slot);
        handle
    }
}

/// Adds a span to others.
#[inline(never)]
fn close(spans: &mut Vec<Range<u32>>, span: Range<u32>) {
    match spans.last_mut() {
        Some(last) if last.end == span.start => last.end = span.end,
        _ if span.is_empty() => {}
        _ => spans.push(span),
    }
}

/// The slope by a slot, of an argument that may be an infinite multiple of it: 0 annihilates.
#[inline(always)]
fn total<S: Scalar>(partial: S, inner: S) -> S {
    let product = partial * inner;
    if product.has_nan() { partial.mul_strong_zero(inner) } else { product }
}

/// [`Apply::sum_blocks`](crate::function::Apply::sum_blocks).
#[inline(always)]
pub(super) fn sum_blocks<'t, S: Scalar, const N: usize, F: Function<N, 1>>(
    mut terms: impl Iterator<Item = (F, [Var<'t, S>; N])>,
) -> Var<'t, S> {
    let mut value: S = empty().sum();
    let (last, open) = ([(u32::MAX, S::from(0.0)); N], from_fn(|_| 0..0));
    let mut slopes = Slopes { tape: None, by_slot: vec![], last, spans: vec![], open };
    while let Some((f, x)) = terms.next() {
        // functions without data are all the same
        let other = if size_of::<F>() == 0 && S::LANES == 2 { terms.next() } else { None };
        if let Some((_, other)) = other {
            let [first, second] = run_two(&f, [x, other]);
            value += first.0;
            slopes.add(first.1, &x);
            value += second.0;
            slopes.add(second.1, &other);
        } else {
            let [(term, partials)] = run_with_slopes(&f, x.map(|x| x.value));
            value += term;
            slopes.add(partials, &x);
        }
    }
    match slopes.tape {
        Some(tape) => Var { tape: Some(tape), handle: slopes.record(tape), value },
        None => Var::constant(value),
    }
}
