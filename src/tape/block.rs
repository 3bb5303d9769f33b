//! Blocks on a lean tape: run in forward mode, in all directions at once, so that only the slopes of their results by their inputs
//! are kept.

use super::store::Handle;
use super::sweep::Map;
use super::{Lean, Scalar, Sparse, Tangents, Tape, Var};
use crate::op::Block;
use crate::op::apply::common_len;
use std::array::from_fn;
use std::ops::Range;
use std::ptr;

impl<S: Scalar> Tape<Lean<S>> {
    /// [`Apply::block`](crate::op::Apply::block), if a variable is active.
    #[inline(always)]
    pub(super) fn block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [Var<'t, Lean<S>>; N],
    ) -> [Var<'t, Lean<S>>; M] {
        let record = |slopes| self.store.record_few(slopes, x);
        run(block, x).map(|(value, slopes)| Var { tape: Some(self), handle: record(slopes), value })
    }

    /// [`Apply::map_block`](crate::op::Apply::map_block), if a variable is active.
    pub(super) fn map_block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [&[Var<'t, Lean<S>>]; N],
    ) -> [Vec<Var<'t, Lean<S>>>; M] {
        let len = common_len(x.map(<[_]>::len));
        self.map_lines(block, x, len).unwrap_or_else(|| {
            let mut results = from_fn(|_| Vec::with_capacity(len));
            for i in 0..len {
                let x = from_fn(|k| x[k][if x[k].len() == 1 { 0 } else { i }]);
                results.iter_mut().zip(self.block(block, x)).for_each(|(list, y)| list.push(y));
            }
            results
        })
    }

    /// The same as one statement for each list of results; `None` if the arguments do not stand in lines or are too few to be worth
    /// it, or if a slope cannot be folded.
    fn map_lines<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [&[Var<'t, Lean<S>>]; N],
        len: usize,
    ) -> Option<[Vec<Var<'t, Lean<S>>>; M]> {
        let lines = x.map(Line::through);
        let active = lines.iter().filter(|line| matches!(line, Some(Line::Slots(..)))).count();
        if lines.contains(&None) || !(active + 1..=Map::LONGEST).contains(&len) {
            return None;
        }
        // Lists of numbers, so that the loop over the block has nothing but the block in it.
        let mut arguments = self.store.arguments.take();
        let memory = &mut arguments.values;
        memory.resize(memory.len().max((N + M * (N + 1)) * len), S::from(0.0));
        let mut lists = memory.chunks_exact_mut(len);
        let mut list = || lists.next().expect("there is one for each number");
        let mut primals: [&mut [S]; N] = from_fn(|_| list());
        let mut values: [&mut [S]; M] = from_fn(|_| list());
        let mut slopes: [[&mut [S]; N]; M] = from_fn(|_| from_fn(|_| list()));
        for (primals, x) in primals.iter_mut().zip(x) {
            if let [x] = x {
                primals.fill(x.value);
            } else {
                primals.iter_mut().zip(x).for_each(|(primal, x)| *primal = x.value);
            }
        }
        run_each(block, primals.map(|list| &*list), &mut values, &mut slopes);
        let mut simple = true;
        for slopes in &mut slopes {
            for ((slopes, x), line) in slopes.iter_mut().zip(x).zip(&lines) {
                simple &= match line {
                    Some(Line::Slots(_, true)) => slopes.iter().fold(true, |simple, slope| simple & !slope.has_nan()),
                    Some(Line::Slots(_, false)) => fold_each(slopes, x),
                    _ => true,
                };
            }
        }
        let first = self.store.slots();
        let results = simple.then(|| {
            slopes.iter().for_each(|lists| self.store.push_map(&lines, len, lists.iter().map(|list| &**list)));
            let result = |(slot, &value)| Var { tape: Some(self), handle: self.store.newest(slot), value };
            from_fn(|m| (first + (m * len) as u32..).zip(&*values[m]).map(result).collect())
        });
        self.store.arguments.set(arguments);
        results
    }
}

/// Runs a block at each place.
fn run_each<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(
    block: &B,
    x: [&[S]; N],
    values: &mut [&mut [S]; M],
    slopes: &mut [[&mut [S]; N]; M],
) {
    let len = values.first().map_or(0, |list| list.len());
    // so that no index has to be tested in the loop
    assert!(x.iter().all(|list| list.len() == len) && values.iter().all(|list| list.len() == len));
    assert!(slopes.iter().flatten().all(|list| list.len() == len));
    for i in 0..len {
        let results: [Tangents<S, N, Sparse>; M] = block.run(Tangents::variables(from_fn(|k| x[k][i])));
        for m in 0..M {
            values[m][i] = results[m].primal;
            slopes[m].iter_mut().zip(results[m].tangents()).for_each(|(list, tangent)| list[i] = tangent);
        }
    }
}

/// Multiplies slopes by those in the handles of their arguments; whether all can be folded.
fn fold_each<S: Scalar>(slopes: &mut [S], x: &[Var<'_, Lean<S>>]) -> bool {
    let fold = |simple, (slope, x): (&mut S, &Var<'_, Lean<S>>)| {
        let (outer, inner) = (*slope, x.handle.slope);
        *slope = outer * inner;
        simple & S::folds(outer, inner, *slope)
    };
    match x {
        [x] => slopes.iter_mut().zip(std::iter::repeat(x)).fold(true, fold),
        _ => slopes.iter_mut().zip(x).fold(true, fold),
    }
}

/// Where the variables of a list stand, if their slots are equally far apart.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Line {
    /// All are constants.
    Constant,
    /// From this slot on, that far apart; whether all are the slots themselves, with a slope of 1.
    Slots([u32; 2], bool),
}

impl Line {
    pub(super) fn through<S: Scalar>(x: &[Var<'_, Lean<S>>]) -> Option<Self> {
        let Some(tape) = x.first()?.tape else {
            return x.iter().all(|x| x.tape.is_none()).then_some(Line::Constant);
        };
        let slot = |x: &Var<'_, Lean<S>>| x.handle.place.slot();
        let first = slot(&x[0]);
        let stride = x.get(1).map_or(0, |second| slot(second).wrapping_sub(first));
        // most lists that are not in line end elsewhere
        if slot(&x[x.len() - 1]) != first.wrapping_add(stride.wrapping_mul(x.len() as u32 - 1)) {
            return None;
        }
        let (one, mut next) = (S::from(1.0), first);
        let (mut in_line, mut units) = (true, true);
        for x in x {
            in_line &= x.tape.is_some_and(|other| ptr::eq(tape, other)) & (slot(x) == next);
            units &= x.handle.slope.is(one);
            next = next.wrapping_add(stride);
        }
        (in_line && stride < 1 << 31).then_some(Line::Slots([first, stride], units))
    }
}

/// The results of a block, and the slopes of each by the block's inputs.
///
/// As in the reverse sweep, 0 annihilates only in a second run, after a first one with a NaN in it.
#[inline(always)]
fn run<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(
    block: &B,
    x: [Var<'_, Lean<S>>; N],
) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N, Sparse>; M] = block.run(Tangents::variables(x.map(|x| x.value)));
    if results.iter().flat_map(|y| y.tangents()).fold(false, |nan, slope| nan | slope.has_nan()) {
        run_exactly(block, x.map(|x| x.value))
    } else {
        results.map(|y| (y.primal, y.tangents()))
    }
}

#[cold]
#[inline(never)]
fn run_exactly<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [S; N]) -> [(S, [S; N]); M] {
    let results: [Tangents<S, N>; M] = block.run(Tangents::variables(x));
    results.map(|y| (y.primal, y.tangents()))
}

/// The slopes of a sum of terms of `N` arguments, added up by slot in memory that is all 0 otherwise.
struct Slopes<'t, S: Scalar, const N: usize> {
    tape: Option<&'t Tape<Lean<S>>>,
    by_slot: Vec<S>,
    /// All slots that have a slope, but for those of the open spans.
    spans: Vec<Range<u32>>,
    /// The slots that each argument has met last, one after the other: most often it goes through a list.
    open: [Range<u32>; N],
}

impl<'t, S: Scalar, const N: usize> Slopes<'t, S, N> {
    #[inline(always)]
    fn add(&mut self, partials: [S; N], x: &[Var<'t, Lean<S>>; N]) {
        let room = self.by_slot.len();
        let is_usual = |x: &Var<'t, Lean<S>>| match (x.tape, self.tape) {
            (Some(a), Some(b)) => ptr::eq(a, b) & ((x.handle.place.slot() as usize) < room),
            _ => false,
        };
        if (0..N).all(|k| is_usual(&x[k])) {
            for k in 0..N {
                self.add_one(k, partials[k], x[k].handle);
            }
        } else {
            self.add_unusual(partials.map(|p| p), x.map(|x| x));
        }
    }

    #[cold]
    #[inline(never)]
    fn add_unusual(&mut self, partials: [S; N], x: [Var<'t, Lean<S>>; N]) {
        self.make_room(&x);
        for k in (0..N).filter(|&k| x[k].tape.is_some()) {
            self.add_one(k, partials[k], x[k].handle);
        }
    }

    #[inline(always)]
    fn add_one(&mut self, k: usize, partial: S, x: Handle<S>) {
        let slot = x.place.slot();
        let slope = &mut self.by_slot[slot as usize];
        let is_new = slope.is_zero();
        *slope += total(partial, x.slope);
        if is_new {
            if slot == self.open[k].end {
                self.open[k].end += 1;
            } else if !self.open[k].contains(&slot) {
                close(&mut self.spans, std::mem::replace(&mut self.open[k], slot..slot + 1));
            }
        }
    }

    fn make_room(&mut self, x: &[Var<'t, Lean<S>>]) {
        let known = self.tape;
        self.tape = Var::same_tape(known, Var::tape_of(x));
        let Some(tape) = self.tape else { return };
        if known.is_none() {
            (self.by_slot, self.spans) = (tape.store.adjoints.take(), tape.store.spans.take());
        }
        let slots = tape.store.slots() as usize;
        self.by_slot.resize(self.by_slot.len().max(slots), S::from(0.0));
    }

    /// The handle of the sum, if it has a slope; the memory is all 0 again.
    fn record(self, tape: &Tape<Lean<S>>) -> Handle<S> {
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
    if product.has_nan() { partial.chain(inner) } else { product }
}

/// [`Apply::sum_blocks`](crate::op::Apply::sum_blocks).
#[inline(always)]
pub(super) fn sum_blocks<'t, S: Scalar, const N: usize, B: Block<N, 1>>(
    terms: impl Iterator<Item = (B, [Var<'t, Lean<S>>; N])>,
) -> Var<'t, Lean<S>> {
    let mut value = S::from(0.0);
    let mut slopes = Slopes { tape: None, by_slot: vec![], spans: vec![], open: from_fn(|_| 0..0) };
    for (block, x) in terms {
        let [(term, partials)] = run(&block, x);
        value += term;
        slopes.add(partials, &x);
    }
    match slopes.tape {
        Some(tape) => Var { tape: Some(tape), handle: slopes.record(tape), value },
        None => Var::constant(value),
    }
}
