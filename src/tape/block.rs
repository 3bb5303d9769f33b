//! Blocks on a lean tape: run in forward mode, in all directions at once, so that only the slopes of their results by their inputs
//! are kept.

use super::store::Handle;
use super::sweep::{Line, Map};
use super::tangents::Rule;
use super::{Lean, Scalar, Sparse, Tangents, Tape, Var};
use crate::op::Block;
use crate::op::apply::{common_len, map_each};
use std::array::from_fn;
use std::iter::empty;
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
        let results = run(block, x);
        let mut y = [Var::constant(S::from(0.0)); M];
        // a loop, since what `map` calls is not always inlined, and then goes through memory
        for (y, &(value, slopes)) in y.iter_mut().zip(&results) {
            *y = Var { tape: Some(self), handle: self.store.record_few(slopes, x), value };
        }
        y
    }

    /// [`Apply::map_block`](crate::op::Apply::map_block), if a variable is active.
    pub(super) fn map_block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [&[Var<'t, Lean<S>>]; N],
    ) -> [Vec<Var<'t, Lean<S>>>; M] {
        let len = common_len(x.map(<[_]>::len));
        let (mut arguments, mut chunk) = (self.store.arguments.take(), self.store.chunk.take());
        let results = self.map_lines(block, x, len, &mut arguments.values, &mut chunk);
        self.store.arguments.set(arguments);
        self.store.chunk.set(chunk);
        results.unwrap_or_else(|| map_each(block, x))
    }

    /// The same as one statement; `None` if the arguments do not stand in lines or are too few to be worth it, if a slope cannot be
    /// folded, or if it depends on the place what a result depends on.
    fn map_lines<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [&[Var<'t, Lean<S>>]; N],
        len: usize,
        memory: &mut Vec<S>,
        chunk: &mut Vec<[S; Map::CHUNK]>,
    ) -> Option<[Vec<Var<'t, Lean<S>>>; M]> {
        let fits = (1..=Map::MOST_RESULTS).contains(&M) && N * M <= Map::MOST_SLOPES;
        if !fits || !(2..=Map::LONGEST).contains(&len) {
            return None;
        }
        // Lists of numbers, so that the loop over the block has nothing but the block in it.
        let room = Map::room(len);
        memory.resize(memory.len().max((N + M) * room), S::from(0.0));
        chunk.resize(chunk.len().max(N * M), [S::from(0.0); Map::CHUNK]);
        let mut lists = memory.chunks_exact_mut(room);
        let mut list = || lists.next().expect("there is one for each number");
        let (mut primals, mut values): ([_; N], [_; M]) = (from_fn(|_| list()), from_fn(|_| list()));
        let mut stands = [Stand::Constant; N];
        for ((stand, primals), x) in stands.iter_mut().zip(&mut primals).zip(x) {
            *stand = Stand::of(x, primals).filter(|_| x[0].tape.is_none_or(|tape| ptr::eq(tape, self)))?;
            let last = primals[x.len() - 1];
            primals[x.len()..].fill(last);
        }
        let lines = stands.iter().filter(|stand| matches!(stand, Stand::InLine { .. })).count();
        if lines >= M * len {
            return None;
        }
        let primals = primals.map(|list| &*list);
        let listed = self.store.listed.undo();
        let (patterns, slopes) = self.list_slopes(block, x, len, primals, &mut values, &stands, chunk)?;
        listed.keep();
        let slot = self.store.slots();
        let map = Map { lines: lines as u32, results: M as u32, slopes, len: len as u32 };
        self.store.push_map(map, stands.iter().zip(&patterns).filter_map(|(stand, &results)| stand.line(results)));
        let mut results = from_fn(|_| Vec::with_capacity(len));
        for ((list, values), first) in results.iter_mut().zip(&values).zip((slot..).step_by(len)) {
            let result = |(&value, slot)| Var { tape: Some(self), handle: self.store.newest(slot), value };
            list.extend(values[..len].iter().zip(first..).map(result));
        }
        Some(results)
    }

    /// Runs a block at each place and lists its slopes as a [`Map`] has them. Which results depend on each argument is returned, and how many
    /// slopes there are at each place.
    #[allow(clippy::too_many_arguments, clippy::needless_range_loop)]
    fn list_slopes<'t, const N: usize, const M: usize, B: Block<N, M>>(
        &'t self,
        block: &B,
        x: [&[Var<'t, Lean<S>>]; N],
        len: usize,
        primals: [&[S]; N],
        values: &mut [&mut [S]; M],
        stands: &[Stand; N],
        chunk: &mut [[S; Map::CHUNK]],
    ) -> Option<([u32; N], u32)> {
        let mut dependent = None;
        for start in (0..len).step_by(Map::CHUNK) {
            let some = (len - start).min(Map::CHUNK);
            let room = Map::room(some);
            let patterns = run_some(block, primals.map(|list| &list[start..][..room]), values, start, chunk)?;
            let (mut simple, mut lists) = (true, 0);
            for k in 0..N {
                let Stand::InLine { units, .. } = stands[k] else { continue };
                let x = if x[k].len() == 1 { x[k] } else { &x[k][start..][..some] };
                for m in (0..M).filter(|m| patterns[k] >> m & 1 != 0) {
                    let slopes = &mut chunk[k * M + m][..room];
                    simple &= units || fold_each(&mut slopes[..some], x);
                    self.store.listed.extend(slopes);
                    lists += 1;
                }
            }
            let has_nan = |slopes: &[S]| slopes.iter().fold(false, |nan, slope| nan | slope.has_nan());
            let any_nan = self.store.listed.with(|listed| has_nan(&listed[listed.len() - lists * room..]));
            let found = (patterns, lists as u32);
            if !simple || any_nan || *dependent.get_or_insert(found) != found {
                return None;
            }
        }
        dependent
    }
}

/// Runs a block at some places, from `start` on, and puts its values and its slopes, for each argument and each result, into lists. Which
/// results depend on each argument is returned; `None` if that is another thing at another place.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
fn run_some<S: Scalar, const N: usize, const M: usize, B: Block<N, M>>(
    block: &B,
    x: [&[S]; N],
    values: &mut [&mut [S]; M],
    start: usize,
    slopes: &mut [[S; Map::CHUNK]],
) -> Option<[u32; N]> {
    let values = values.each_mut().map(|list| &mut list[start..]);
    let len = x.first().map_or(0, |list| list.len());
    // so that few indices have to be tested in the loop
    assert!(len <= Map::CHUNK && slopes.len() >= N * M);
    assert!(x.iter().all(|list| list.len() == len) && values.iter().all(|list| list.len() >= len));
    let (mut first, mut same) = (None, true);
    for i in (0..len).step_by(S::LANES) {
        let lanes = from_fn(|k| S::load(&x[k][i..]));
        let results: [Tangents<S::Lanes, N, Sparse>; M] = block.run(Tangents::variables(lanes));
        let patterns = results.map(Tangents::pattern);
        same &= *first.get_or_insert(patterns) == patterns;
        for m in 0..M {
            S::store(results[m].primal, &mut values[m][i..]);
            let tangents = results[m].tangents();
            for k in 0..N {
                if results[m].depends_on(k) {
                    S::store(tangents[k], &mut slopes[k * M + m][i..]);
                }
            }
        }
    }
    let patterns = first.filter(|_| same)?;
    let depends = |m: usize, k: usize| Sparse::contains(patterns[m], k);
    Some(from_fn(|k| (0..M).fold(0, |results, m| results | u32::from(depends(m, k)) << m)))
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

/// How the variables of a list stand on the tape, if their slots are equally far apart.
#[derive(Clone, Copy)]
pub(super) enum Stand {
    /// All are constants.
    Constant,
    InLine {
        first: u32,
        stride: u32,
        /// Whether all are the slots themselves, with a slope of 1.
        units: bool,
    },
}

impl Stand {
    /// Writes the values of the list, which `values` must have room for, as well.
    #[inline(never)]
    pub(super) fn of<S: Scalar>(x: &[Var<'_, Lean<S>>], values: &mut [S]) -> Option<Self> {
        let pairs = values.iter_mut().zip(x);
        let Some(tape) = x.first()?.tape else {
            let copy = |constant: bool, (value, x): (&mut S, &Var<'_, Lean<S>>)| {
                *value = x.value;
                constant & x.tape.is_none()
            };
            return pairs.fold(true, copy).then_some(Stand::Constant);
        };
        if let Some(first) = tape.store.given_at(x) {
            pairs.for_each(|(value, x)| *value = x.value);
            return Some(Stand::InLine { first, stride: u32::from(x.len() > 1), units: true });
        }
        let slot = |x: &Var<'_, Lean<S>>| x.handle.place.slot();
        let first = slot(&x[0]);
        let stride = x.get(1).map_or(0, |second| slot(second).wrapping_sub(first));
        let (one, mut next) = (S::from(1.0), first);
        // bits by which any differs, since tests would be more instructions
        let (mut in_line, mut units) = (0, true);
        for (value, x) in pairs {
            *value = x.value;
            in_line |= (address(x.tape) ^ address(Some(tape))) | (slot(x) ^ next) as usize;
            units &= x.handle.slope.is(one);
            next = next.wrapping_add(stride);
        }
        (in_line == 0 && stride <= Line::WIDEST).then_some(Stand::InLine { first, stride, units })
    }

    fn line(self, results: u32) -> Option<Line> {
        match self {
            Stand::Constant => None,
            Stand::InLine { first, stride, .. } => Some(Line { first, stride, results }),
        }
    }
}

/// Where a tape is; 0 if there is none.
#[inline(always)]
fn address<S: Scalar>(tape: Option<&Tape<Lean<S>>>) -> usize {
    tape.map_or(ptr::null(), ptr::from_ref).addr()
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

/// The same for two of a block, in lanes.
#[inline(always)]
fn run_two<S: Scalar, const N: usize, B: Block<N, 1>>(block: &B, x: [[Var<'_, Lean<S>>; N]; 2]) -> [(S, [S; N]); 2] {
    let lanes = from_fn(|k| S::load(&[x[0][k].value, x[1][k].value]));
    let [y]: [Tangents<S::Lanes, N, Sparse>; 1] = block.run(Tangents::variables(lanes));
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

/// The slopes of a sum of terms of `N` arguments, added up by slot in memory that is all 0 otherwise.
struct Slopes<'t, S: Scalar, const N: usize> {
    tape: Option<&'t Tape<Lean<S>>>,
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
    fn add(&mut self, partials: [S; N], x: &[Var<'t, Lean<S>>; N]) {
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
    fn make_room(&mut self, tape: &'t Tape<Lean<S>>) {
        if self.tape.is_none() {
            (self.by_slot, self.spans) = (tape.store.adjoints.take(), tape.store.spans.take());
        }
        self.tape = Var::same_tape(self.tape, Some(tape));
        let slots = tape.store.slots() as usize;
        self.by_slot.resize(self.by_slot.len().max(slots), S::from(0.0));
    }

    /// The handle of the sum, if it has a slope; the memory is all 0 again.
    fn record(mut self, tape: &Tape<Lean<S>>) -> Handle<S> {
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
    if product.has_nan() { partial.chain(inner) } else { product }
}

/// [`Apply::sum_blocks`](crate::op::Apply::sum_blocks).
#[inline(always)]
pub(super) fn sum_blocks<'t, S: Scalar, const N: usize, B: Block<N, 1>>(
    mut terms: impl Iterator<Item = (B, [Var<'t, Lean<S>>; N])>,
) -> Var<'t, Lean<S>> {
    let mut value: S = empty().sum();
    let (last, open) = ([(u32::MAX, S::from(0.0)); N], from_fn(|_| 0..0));
    let mut slopes = Slopes { tape: None, by_slot: vec![], last, spans: vec![], open };
    while let Some((block, x)) = terms.next() {
        // blocks without data are all the same
        let other = if size_of::<B>() == 0 && S::LANES == 2 { terms.next() } else { None };
        if let Some((_, other)) = other {
            let [first, second] = run_two(&block, [x, other]);
            value += first.0;
            slopes.add(first.1, &x);
            value += second.0;
            slopes.add(second.1, &other);
        } else {
            let [(term, partials)] = run(&block, x);
            value += term;
            slopes.add(partials, &x);
        }
    }
    match slopes.tape {
        Some(tape) => Var { tape: Some(tape), handle: slopes.record(tape), value },
        None => Var::constant(value),
    }
}
