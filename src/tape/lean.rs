//! The lean tape: slopes and nothing else.
//!
//! A variable is a multiple of a *slot*: its handle holds the slot and the slope of the variable by it. An op whose active
//! arguments all stand on one slot multiplies its slope into the handle and records nothing, so a chain of unary ops is
//! free; any other op writes one entry for every two arguments and becomes a slot itself. Inputs are the first slots
//! and have no entries.

use super::adjoint::{Adjoint, Wide};
use super::block::{self, Line};
use super::bump::Bump;
use super::gradient::{Gradient, late};
use super::sealed::Sealed;
use super::segment::Segment;
use super::sweep::{Entry, Map, Run, SHARED, sweep};
use super::{Kind, Scalar, Tape, Var};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::{Block, Op, Reduce, inner_product};
use std::cell::Cell;
use std::marker::PhantomData;

/// The kind of tape that keeps only slopes: the fast way to a gradient of the inputs.
///
/// `S` is the number that it is made of. With `Lean<Dual<f64>>` it is forward over reverse, with the variable of another
/// lean tape reverse over reverse; levels are types, so nested derivatives cannot be confused.
#[derive(Clone, Copy, Debug)]
pub struct Lean<S = f64>(PhantomData<S>);

/// How many slots a tape can have.
const LIMIT: usize = SHARED as usize;

#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Handle<S> {
    pub(super) place: Place,
    pub(super) slope: S,
}

/// The slot that a variable stands on, and how many slots there were when it was recorded; whether it is an input.
///
/// One number and not three, since a handle of two numbers is kept in registers.
#[derive(Clone, Copy, Debug)]
pub struct Place(u64);

impl Place {
    const INPUT: u64 = 1 << 63;

    #[inline(always)]
    fn new(slot: u32, born: u32) -> Self {
        Place(u64::from(born) << 32 | u64::from(slot))
    }
    #[inline(always)]
    pub(super) fn slot(self) -> u32 {
        self.0 as u32
    }
    fn born(self) -> usize {
        ((self.0 & !Self::INPUT) >> 32) as usize
    }
    fn is_input(self) -> bool {
        self.0 & Self::INPUT != 0
    }
}

/// As large as a variable, without the lifetime: what a list of them is kept as between two uses of a tape.
type Parked<S> = (Option<&'static ()>, Handle<S>, S);

#[doc(hidden)]
pub struct Store<S: Scalar> {
    /// How many inputs were made before the first entry; they are the first slots.
    inputs: Cell<u32>,
    /// Whether inputs were made after the first entry; each is an entry that is its own argument, so that its adjoint stays.
    late_inputs: Cell<bool>,
    entries: Bump<Entry<S>>,
    /// The slopes of the entries that are runs.
    listed: Bump<S>,
    // Memory that is kept between uses: for the arguments of a reduction, for its edges, for the slopes of a mapped block; for adjoints, all 0; for the inputs
    // of a closure; for segments.
    arguments: Cell<Arguments<S>>,
    pub(super) edges: Cell<Edges<S>>,
    pub(super) slopes: Cell<Vec<S>>,
    pub(super) adjoints: Cell<Vec<S>>,
    parked: Vec<Parked<S>>,
    pub(super) wide: Wide<S>,
    pub(super) segment: Segment<S>,
}

/// The arguments of a reduction: their values, and its slopes by them.
struct Arguments<S> {
    values: Vec<S>,
    slopes: Vec<S>,
}

impl<S> Default for Arguments<S> {
    fn default() -> Self {
        Arguments { values: vec![], slopes: vec![] }
    }
}

/// The slots that an op depends on, and with which slopes.
#[doc(hidden)]
pub struct Edges<S> {
    pub(super) slopes: Vec<S>,
    pub(super) slots: Vec<u32>,
}

impl<S> Default for Edges<S> {
    fn default() -> Self {
        Edges { slopes: vec![], slots: vec![] }
    }
}

impl<S> Edges<S> {
    #[inline(always)]
    fn push(&mut self, (slope, slot): (S, u32)) {
        self.slopes.push(slope);
        self.slots.push(slot);
    }

    /// How many from the `i`th on stand on slots at equal distances, and the distance.
    fn run(&self, i: usize) -> (usize, u32) {
        let slots = &self.slots[i..];
        let [first, second, ..] = *slots else { return (slots.len(), 1) };
        let stride = second.wrapping_sub(first);
        if !(1..=Run::WIDEST).contains(&stride) {
            return (1, 1);
        }
        let (mut len, most) = (2, slots.len().min(Run::MOST));
        while len < most && slots[len].wrapping_sub(slots[len - 1]) == stride {
            len += 1;
        }
        (len, stride)
    }
}

impl<S: Scalar> Store<S> {
    /// The number of slots.
    #[inline(always)]
    pub(super) fn slots(&self) -> u32 {
        self.inputs.get() + self.entries.len() as u32
    }

    /// The handle of what is a multiple of a slot.
    #[inline(always)]
    fn multiple(&self, slot: u32, slope: S) -> Handle<S> {
        Handle { place: Place::new(slot, self.slots()), slope }
    }

    /// The handle of what an entry just written is.
    #[inline(always)]
    pub(super) fn newest(&self, slot: u32) -> Handle<S> {
        Handle { place: Place::new(slot, slot + 1), slope: S::from(1.0) }
    }

    /// Writes an entry; it is the slot returned.
    #[inline(always)]
    fn push(&self, slope: [S; 2], arg: [u32; 2]) -> u32 {
        self.inputs.get() + self.entries.push(Entry { slope, arg }, LIMIT - self.inputs.get() as usize) as u32
    }

    /// What is recorded of an op of `N` arguments, at least one of them active, given its slopes.
    #[inline(always)]
    pub(super) fn record<const N: usize>(&self, slopes: [S; N], x: &[Var<'_, Lean<S>>; N]) -> Handle<S> {
        // constant indices, since an array that is indexed otherwise stays in memory
        let active = |i: usize| x[i].tape.is_some();
        if N == 3 && active(0) && active(1) && active(2) {
            self.record_three([slopes[0], slopes[1], slopes[2]], [x[0].handle, x[1].handle, x[2].handle])
        } else if N > 2 {
            // copies, so that those above can stay in registers
            let args = slopes.map(|slope| slope).into_iter().zip(x.map(|x| x)).filter(|(_, x)| x.tape.is_some());
            self.record_all(args.map(|(slope, x)| (slope, x.handle)))
        } else if N == 2 && !active(0) {
            self.record_one(slopes[1], x[1].handle)
        } else if N == 2 && active(1) {
            self.record_two([slopes[0], slopes[1]], [x[0].handle, x[1].handle])
        } else {
            self.record_one(slopes[0], x[0].handle)
        }
    }

    #[inline(always)]
    fn record_one(&self, slope: S, x: Handle<S>) -> Handle<S> {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            self.multiple(x.place.slot(), product)
        } else {
            self.record_one_apart(slope, x)
        }
    }

    #[inline(always)]
    fn record_two(&self, slopes: [S; 2], [x, y]: [Handle<S>; 2]) -> Handle<S> {
        let [p, q] = [slopes[0] * x.slope, slopes[1] * y.slope];
        if S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) {
            if x.place.slot() != y.place.slot() {
                return self.newest(self.push([p, q], [x.place.slot(), y.place.slot()]));
            }
            let (one, sum) = (S::from(1.0), p + q);
            if S::folds(sum, one, sum) {
                return self.multiple(x.place.slot(), sum);
            }
        }
        self.record_two_apart(slopes[0], slopes[1], x, y)
    }

    #[inline(always)]
    fn record_three(&self, slopes: [S; 3], [x, y, z]: [Handle<S>; 3]) -> Handle<S> {
        let [p, q, r] = [slopes[0] * x.slope, slopes[1] * y.slope, slopes[2] * z.slope];
        let all_fold =
            S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) && S::folds(slopes[2], z.slope, r);
        if all_fold {
            let [x, y, z] = [x.place.slot(), y.place.slot(), z.place.slot()];
            self.push([r, S::from(0.0)], [z | SHARED, z]);
            self.newest(self.push([p, q], [x, y]))
        } else {
            self.record_three_apart(slopes[0], slopes[1], slopes[2], x, y, z)
        }
    }

    /// The same for a result of a block of few inputs, of which at least one is active.
    #[inline(always)]
    pub(super) fn record_few<const N: usize>(&self, slopes: [S; N], x: [Var<'_, Lean<S>>; N]) -> Handle<S> {
        let products: [S; N] = std::array::from_fn(|i| slopes[i] * x[i].handle.slope);
        let all_fold = (0..N).all(|i| x[i].tape.is_some() && S::folds(slopes[i], x[i].handle.slope, products[i]));
        if N > 8 || !all_fold {
            return self.record_some(slopes, x);
        }
        let slot = |i: usize| x[i].handle.place.slot();
        if N % 2 == 1 {
            let shared = if N > 1 { SHARED } else { return self.multiple(slot(0), products[0]) };
            self.push([products[0], S::from(0.0)], [slot(0) | shared, slot(0)]);
        }
        for i in (N % 2..N - 2).step_by(2) {
            self.push([products[i], products[i + 1]], [slot(i) | SHARED, slot(i + 1)]);
        }
        self.newest(self.push([products[N - 2], products[N - 1]], [slot(N - 2), slot(N - 1)]))
    }

    /// The same in general. Slopes of 0 are left out: most results of a block do not depend on all of its inputs.
    #[inline(never)]
    fn record_some<const N: usize>(&self, slopes: [S; N], x: [Var<'_, Lean<S>>; N]) -> Handle<S> {
        let active = || slopes.into_iter().zip(&x).filter(|(_, x)| x.tape.is_some());
        if active().all(|(slope, _)| slope.is_zero()) {
            let (slope, x) = active().next().expect("an argument is active");
            return self.multiple(x.handle.place.slot(), slope);
        }
        self.record_all(active().filter(|(slope, _)| !slope.is_zero()).map(|(slope, x)| (slope, x.handle)))
    }

    // What these are given fits into registers, so that the short ways above need no memory.
    #[cold]
    #[inline(never)]
    fn record_one_apart(&self, slope: S, x: Handle<S>) -> Handle<S> {
        self.record_all([(slope, x)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_two_apart(&self, p: S, q: S, x: Handle<S>, y: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_three_apart(&self, p: S, q: S, r: S, x: Handle<S>, y: Handle<S>, z: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y), (r, z)].into_iter())
    }

    /// The same for any number of arguments, given the slopes by the active ones and their handles.
    pub(super) fn record_all(&self, args: impl Iterator<Item = (S, Handle<S>)>) -> Handle<S> {
        let mut edges = self.edges.take();
        args.for_each(|(slope, x)| edges.push(self.edge(slope, x)));
        self.record_edges(edges)
    }

    /// Adds the edges to the active ones of these variables, given the slopes by all.
    fn add_edges(&self, edges: &mut Edges<S>, slopes: &[S], x: &[Var<'_, Lean<S>>]) {
        // First as if all were simple, in loops without a branch.
        let start = edges.slots.len();
        let pairs = || slopes.iter().zip(x);
        edges.slots.extend(x.iter().map(|x| x.handle.place.slot()));
        edges.slopes.extend(pairs().map(|(&slope, x)| slope * x.handle.slope));
        let products = edges.slopes[start..].iter();
        let simple = pairs().zip(products).fold(true, |simple, ((&slope, x), &product)| {
            simple & x.tape.is_some() & S::folds(slope, x.handle.slope, product)
        });
        if !simple {
            edges.slots.truncate(start);
            edges.slopes.truncate(start);
            let active = pairs().filter(|(_, x)| x.tape.is_some());
            active.for_each(|(&slope, x)| edges.push(self.edge(slope, x.handle)));
        }
    }

    /// The handle of what depends on these slots; at least one. The memory is kept for the next.
    pub(super) fn record_edges(&self, mut edges: Edges<S>) -> Handle<S> {
        let handle = match *edges.slots {
            [slot] => self.multiple(slot, edges.slopes[0]),
            _ => self.newest(self.push_edges(&edges)),
        };
        edges.slopes.clear();
        edges.slots.clear();
        self.edges.set(edges);
        handle
    }

    /// The slots of a list of results of one block, given its slopes by each argument, place by place.
    pub(super) fn push_map<'a, const N: usize>(
        &self,
        lines: &[Option<Line>; N],
        len: usize,
        slopes: impl Iterator<Item = &'a [S]>,
    ) where
        S: 'a,
    {
        let zero = [S::from(0.0); 2];
        let mut active = 0;
        for (line, slopes) in lines.iter().zip(slopes) {
            if let Some(Line::Slots(slots, _)) = line {
                self.push(zero, *slots);
                self.listed.extend(slopes);
                active += 1;
            }
        }
        (active..len - 1).for_each(|_| _ = self.push(zero, [0; 2]));
        self.push(zero, Map { lines: active as u32, len: len as u32 }.pack());
    }

    /// The edge from an op to the slot its argument stands on, given the op's slope by the argument. Where the two slopes must be
    /// multiplied to the adjoint one by one, the argument becomes a slot itself.
    fn edge(&self, slope: S, x: Handle<S>) -> (S, u32) {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            (product, x.place.slot())
        } else {
            (slope, self.push([x.slope, S::from(0.0)], [x.place.slot(), x.place.slot()]))
        }
    }

    /// A slot whose arguments are these edges; at least one. Runs of them are kept as such, the others in pairs.
    fn push_edges(&self, edges: &Edges<S>) -> u32 {
        const WORTH_IT: usize = 4;
        let (mut last, mut single) = (None, None);
        // all but the last are marked as belonging to the slot after them
        let mut push = |slope, arg: [u32; 2]| {
            if let Some((slope, [first, second])) = last.replace((slope, arg)) {
                self.push(slope, [first | SHARED, second]);
            }
        };
        let mut i = 0;
        while i < edges.slots.len() {
            let (slope, slot) = (edges.slopes[i], edges.slots[i]);
            let (len, stride) = edges.run(i);
            if len >= WORTH_IT {
                let slopes = &edges.slopes[i..i + len];
                let uniform = slopes.iter().all(|&other| other == slope);
                if !uniform {
                    self.listed.extend(slopes);
                }
                push([slope; 2], Run { first: slot, len: len as u32, stride, uniform }.pack());
                i += len;
            } else {
                match single.take() {
                    Some((p, first)) => push([p, slope], [first, slot]),
                    None => single = Some((slope, slot)),
                }
                i += 1;
            }
        }
        if let Some((slope, slot)) = single {
            push([slope, S::from(0.0)], [slot, slot]);
        }
        let (slope, arg) = last.expect("there is an edge");
        self.push(slope, arg)
    }
}

impl<S: Scalar> Sealed for Lean<S> {}

impl<S: Scalar> Kind for Lean<S> {
    type Scalar = S;
    type Handle = Handle<S>;
    type Store = Store<S>;
    type Mask<'t>
        = bool
    where
        S: 't;

    #[inline(always)]
    fn constant() -> Handle<S> {
        Handle { place: Place(0), slope: S::from(0.0) }
    }

    #[inline(always)]
    fn apply<const N: usize, O: Op<N>>(tape: &Tape<Self>, op: &O, x: &[Var<'_, Self>; N]) -> (S, Handle<S>) {
        let (a, slopes) = S::call_and_slope(op, x.map(|x| x.value));
        (a, tape.store.record(slopes, x))
    }

    fn reduce<O: Reduce>(tape: &Tape<Self>, op: &O, x: &[&[Var<'_, Self>]]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        let Arguments { values, slopes } = &mut arguments;
        values.clear();
        for x in x {
            values.extend(x.iter().map(|x| x.value));
        }
        let value = S::reduce(op, values);
        slopes.clear();
        slopes.resize(values.len(), S::from(0.0));
        op.slope(values, value, slopes);
        let mut edges = tape.store.edges.take();
        let mut rest = &**slopes;
        for x in x {
            let slopes;
            (slopes, rest) = rest.split_at(x.len());
            tape.store.add_edges(&mut edges, slopes, x);
        }
        let handle = tape.store.record_edges(edges);
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn dot<'t>(tape: &'t Tape<Self>, x: &[Var<'t, Self>], y: &[Var<'t, Self>]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        let Arguments { values, .. } = &mut arguments;
        values.clear();
        values.extend(x.iter().map(|x| x.value));
        values.extend(y.iter().map(|y| y.value));
        let (by_y, by_x) = values.split_at(x.len());
        let mut edges = tape.store.edges.take();
        tape.store.add_edges(&mut edges, by_x, x);
        tape.store.add_edges(&mut edges, by_y, y);
        let value = inner_product(by_y, by_x);
        let handle = tape.store.record_edges(edges);
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn weighted_sum<'t>(tape: &'t Tape<Self>, x: &[Var<'t, Self>], weights: &[f64]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        let Arguments { values, slopes } = &mut arguments;
        values.clear();
        values.extend(x.iter().map(|x| x.value));
        slopes.clear();
        slopes.extend(weights.iter().map(|&weight| S::from(weight)));
        let value = inner_product(values, slopes);
        let mut edges = tape.store.edges.take();
        tape.store.add_edges(&mut edges, slopes, x);
        let handle = tape.store.record_edges(edges);
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn sum<'t>(first: Var<'t, Self>, rest: impl Iterator<Item = Var<'t, Self>>) -> Var<'t, Self> {
        let Var { mut tape, mut value, .. } = first;
        // the terms may be sums themselves, and then find no memory here
        let mut edges = tape.map(|tape| tape.store.edges.take()).unwrap_or_default();
        if tape.is_some() {
            edges.push((first.handle.slope, first.handle.place.slot()));
        }
        for x in rest {
            value += x.value;
            if x.tape.is_some() {
                tape = Var::same_tape(tape, x.tape);
                edges.push((x.handle.slope, x.handle.place.slot()));
            }
        }
        tape.map_or(Var::constant(value), |tape| Var {
            tape: Some(tape),
            handle: tape.store.record_edges(edges),
            value,
        })
    }

    #[inline(always)]
    fn block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        tape: &'t Tape<Self>,
        block: &B,
        x: [Var<'t, Self>; N],
    ) -> [Var<'t, Self>; M] {
        tape.block(block, x)
    }
    #[inline(always)]
    fn sum_blocks<'t, const N: usize, B: Block<N, 1>>(
        terms: impl Iterator<Item = (B, [Var<'t, Self>; N])>,
    ) -> Var<'t, Self> {
        block::sum_blocks(terms)
    }
    #[inline]
    fn preaccumulate<'t, const N: usize, const M: usize>(
        tape: &'t Tape<Self>,
        x: [Var<'t, Self>; N],
        f: impl Fn([Var<'t, Self>; N]) -> [Var<'t, Self>; M],
    ) -> [Var<'t, Self>; M] {
        tape.preaccumulate(x, f)
    }
    fn map_block<'t, const N: usize, const M: usize, B: Block<N, M>>(
        tape: &'t Tape<Self>,
        block: &B,
        x: [&[Var<'t, Self>]; N],
    ) -> [Vec<Var<'t, Self>>; M] {
        tape.map_block(block, x)
    }
    fn checkpoint<'t, const N: usize>(
        tape: &'t Tape<Self>,
        steps: usize,
        state: [Var<'t, Self>; N],
        params: &[Var<'t, Self>],
        step: impl Fn(usize, [Var<'t, Self>; N], &[Var<'t, Self>]) -> [Var<'t, Self>; N],
    ) -> [Var<'t, Self>; N] {
        tape.checkpoint(steps, state, params, step)
    }
    fn sum_terms<'t>(
        tape: &'t Tape<Self>,
        n: usize,
        x: &[Var<'t, Self>],
        term: impl Fn(usize, &[Var<'t, Self>]) -> Var<'t, Self>,
    ) -> Var<'t, Self> {
        tape.sum_segments(n, x, term)
    }

    #[inline(always)]
    fn less<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        x.value.less(y.value)
    }
    #[inline(always)]
    fn less_equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        x.value.less_equal(y.value)
    }
    #[inline(always)]
    fn equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        x.value.equal(y.value)
    }
    #[inline(always)]
    fn select<'t>(mask: bool, yes: Var<'t, Self>, no: Var<'t, Self>) -> Var<'t, Self> {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn decided<'t>(mask: bool) -> Option<bool> {
        Some(mask)
    }

    fn backward(tape: &Tape<Self>, y: Var<'_, Self>, gradient: &mut Gradient<Self>) {
        gradient.adjoints.clear();
        tape.sweep_into([(Var { tape: y.tape.map(|_| tape), ..y }, S::from(1.0))], &mut gradient.adjoints);
        gradient.born = if y.tape.is_some() { y.handle.place.born() } else { tape.store.slots() as usize };
    }

    fn place(x: Handle<S>, born: usize, len: usize) -> Result<usize, Error> {
        let slot = x.place.slot() as usize;
        if !x.place.is_input() {
            Err(Error::new(
                ErrorKind::Intermediate,
                "a lean tape has adjoints of its inputs alone; ask a recording tape (`Tape::new`) for an intermediate's",
            ))
        } else if slot >= born.min(len) {
            Err(late())
        } else {
            Ok(slot)
        }
    }
}

impl<S: Scalar> Scalar for Var<'_, Lean<S>> {
    fn is_zero(&self) -> bool {
        self.tape.is_none() && self.value.is_zero()
    }
    fn has_nan(&self) -> bool {
        self.value.has_nan()
    }
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        S::folds(outer.value, inner.value, product.value)
    }
    fn is(self, constant: Self) -> bool {
        self.tape.is_none() && self.value.is(constant.value)
    }
}

impl<S: Scalar> Tape<Lean<S>> {
    /// A lean tape: it keeps slopes alone, and answers for its inputs.
    pub fn lean() -> Self {
        Tape::with_store(Store {
            inputs: Cell::new(0),
            late_inputs: Cell::new(false),
            entries: Bump::default(),
            listed: Bump::default(),
            arguments: Cell::default(),
            edges: Cell::default(),
            slopes: Cell::default(),
            adjoints: Cell::default(),
            parked: vec![],
            wide: Wide::default(),
            segment: Segment::default(),
        })
    }

    /// An input.
    #[inline(always)]
    pub fn var(&self, value: S) -> Var<'_, Lean<S>> {
        let store = &self.store;
        if store.entries.len() == 0 {
            return self.input(self.first_inputs(1), value);
        }
        let slot = store.slots();
        store.late_inputs.set(true);
        store.push([S::from(1.0), S::from(0.0)], [slot, slot]);
        self.input(slot, value)
    }

    /// Several inputs.
    pub fn vars(&self, values: &[S]) -> Vec<Var<'_, Lean<S>>> {
        let mut inputs = Vec::with_capacity(values.len());
        self.vars_into(values, &mut inputs);
        inputs
    }

    /// Several inputs, added to a list.
    fn vars_into<'t>(&'t self, values: &[S], inputs: &mut Vec<Var<'t, Lean<S>>>) {
        if self.store.entries.len() == 0 {
            inputs
                .extend((self.first_inputs(values.len())..).zip(values).map(|(slot, &value)| self.input(slot, value)));
        } else {
            inputs.extend(values.iter().map(|&value| self.var(value)));
        }
    }

    /// Makes room for inputs before the first entry; the first of their slots.
    #[inline(always)]
    fn first_inputs(&self, count: usize) -> u32 {
        let first = self.store.inputs.get();
        assert!(count <= LIMIT - first as usize, "the tape is full: it holds {LIMIT} entries");
        self.store.inputs.set(first + count as u32);
        first
    }

    #[inline(always)]
    fn input(&self, slot: u32, value: S) -> Var<'_, Lean<S>> {
        let place = Place(Place::new(slot, slot + 1).0 | Place::INPUT);
        Var { tape: Some(self), handle: Handle { place, slope: S::from(1.0) }, value }
    }

    /// The value of a function at `x`, and its gradient into `g`. From the second call on it allocates nothing, unless the
    /// function records more than before.
    ///
    /// # Panics
    /// If `g` is not as long as `x`.
    pub fn value_and_gradient<F>(&mut self, f: F, x: &[S], g: &mut [S]) -> S
    where
        F: for<'t> FnOnce(&[Var<'t, Lean<S>>]) -> Var<'t, Lean<S>>,
    {
        assert_eq!(x.len(), g.len(), "the gradient must be as long as the point");
        self.reset();
        let mut inputs = recycle(std::mem::take(&mut self.store.parked));
        self.vars_into(x, &mut inputs);
        let y = f(&inputs);
        self.with_gradient(y, |gradient| g.copy_from_slice(gradient));
        inputs.clear();
        let (value, parked) = (y.value, recycle(inputs));
        self.store.parked = parked;
        value
    }

    /// The values of several outputs of a function at `x`, and their gradients into `rows`, the Jacobian row by row: one
    /// recording, and one sweep for up to eight rows. From the second call on it allocates nothing, unless the function
    /// records more than before.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// let mut rows = [0.0; 4];
    /// let y = Tape::lean().values_and_jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &mut rows);
    /// assert_eq!((y, rows), ([6.0, 5.0], [3.0, 2.0, 1.0, 1.0]));
    /// ```
    ///
    /// # Panics
    /// If `rows` has not `M` numbers for each of `x`.
    pub fn values_and_jacobian<const M: usize, F>(&mut self, f: F, x: &[S], rows: &mut [S]) -> [S; M]
    where
        F: for<'t> FnOnce(&[Var<'t, Lean<S>>]) -> [Var<'t, Lean<S>>; M],
    {
        assert_eq!(rows.len(), M * x.len(), "the Jacobian must have a row for each output, as long as the point");
        self.reset();
        let mut inputs = recycle(std::mem::take(&mut self.store.parked));
        self.vars_into(x, &mut inputs);
        let y = f(&inputs);
        self.rows_into(&y, rows);
        inputs.clear();
        let (values, parked) = (y.map(Var::value), recycle(inputs));
        self.store.parked = parked;
        values
    }

    /// Forgets everything that was recorded, and keeps the memory.
    pub fn reset(&mut self) {
        self.restart();
    }

    /// As [`reset`](Tape::reset), for who knows that no variable is left.
    pub(super) fn restart(&self) {
        self.uses.set(self.uses.get() + 1);
        self.store.inputs.set(0);
        self.store.late_inputs.set(false);
        self.rewind();
    }

    /// Forgets all but the inputs.
    pub(super) fn rewind(&self) {
        self.store.entries.clear();
        self.store.listed.clear();
    }

    /// Gives the adjoints of the inputs, of one output, to `f`.
    pub(super) fn with_gradient<A>(&self, y: Var<'_, Lean<S>>, f: impl FnOnce(&[S]) -> A) -> A {
        self.with_adjoints(|adjoints| {
            self.sweep_into([(y, S::from(1.0))], adjoints);
            f(&adjoints[..self.inputs()])
        })
    }

    /// Lends the tape's memory for adjoints to `f`, all 0. When it comes back only those of the inputs may differ from 0.
    pub(super) fn with_adjoints<A>(&self, f: impl FnOnce(&mut Vec<S>) -> A) -> A {
        let inputs = self.inputs();
        let mut adjoints = self.store.adjoints.take();
        adjoints.resize(adjoints.len().max(inputs), S::from(0.0));
        let answer = f(&mut adjoints);
        adjoints[..inputs].fill(S::from(0.0));
        self.store.adjoints.set(adjoints);
        answer
    }

    /// How many inputs there were before the first entry.
    pub(super) fn inputs(&self) -> usize {
        self.store.inputs.get() as usize
    }

    /// The adjoints of the inputs, of several outputs each with a seed, in `adjoints`, which must be 0.
    ///
    /// The sweep runs without tests. Only if an input's adjoint is NaN it is run again with the rule that 0 annihilates, so
    /// that rule costs nothing where no slope is infinite.
    pub(super) fn sweep_into<'t, A: Adjoint<S>>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, Lean<S>>, A)> + Clone,
        adjoints: &mut Vec<A>,
    ) where
        S: 't,
    {
        self.accumulate(seeds.clone(), adjoints, A::times);
        if self.has_nan(adjoints) {
            adjoints.fill(A::zero());
            self.accumulate(seeds, adjoints, A::chain);
        }
    }

    /// Whether the adjoint of an input is NaN.
    pub(super) fn has_nan<A: Adjoint<S>>(&self, adjoints: &[A]) -> bool {
        // several at a time without a branch, for which the processor has instructions
        let inputs = if self.store.late_inputs.get() { adjoints.len() } else { self.inputs() };
        adjoints[..inputs.min(adjoints.len())]
            .chunks(64)
            .any(|some| some.iter().fold(false, |nan, adjoint| nan | adjoint.has_nan()))
    }

    /// Adds the adjoints of the inputs to those in `adjoints`, which must be 0 but for those of inputs.
    pub(super) fn accumulate<'t, A: Adjoint<S>>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, Lean<S>>, A)>,
        adjoints: &mut Vec<A>,
        product: impl Fn(A, S) -> A,
    ) where
        S: 't,
    {
        self.store.entries.with(|entries| {
            let slots = self.inputs() + entries.len();
            adjoints.resize(adjoints.len().max(slots), A::zero());
            for (y, seed) in seeds.into_iter().filter(|(y, _)| y.tape.is_some()) {
                adjoints[y.handle.place.slot() as usize] += seed.chain(y.handle.slope);
            }
            self.store.listed.with(|listed| sweep(entries, listed, &mut adjoints[..slots], A::zero(), product));
        });
    }
}

/// The memory of an empty list, for items of another type of the same size.
fn recycle<A, B>(list: Vec<A>) -> Vec<B> {
    debug_assert!(list.is_empty());
    list.into_iter().map(|_| unreachable!()).collect()
}
