//! The lean tape: slopes and nothing else.
//!
//! A variable is a multiple of a *slot*: its handle holds the slot and the slope of the variable by it. An op whose active
//! arguments all stand on one slot multiplies its slope into the handle and records nothing, so a chain of unary ops is
//! free; any other op writes one entry for every two arguments and becomes a slot itself. Inputs are the first slots
//! and have no entries.

use super::bump::Bump;
use super::gradient::{Gradient, late};
use super::sealed::Sealed;
use super::segment::Segment;
use super::sweep::{Entry, SHARED, sweep};
use super::{Kind, Scalar, Tape, Var};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::{Op, Reduce};
use crate::real::Real;
use smallvec::SmallVec;
use std::cell::Cell;
use std::marker::PhantomData;

/// The kind of tape that keeps only slopes: the fast way to a gradient of the inputs.
///
/// `S` is the number that it is made of. With `Lean<Dual<f64>>` it is forward over reverse, with the variable of another
/// lean tape reverse over reverse; levels are types, so nested derivatives cannot be confused.
#[derive(Clone, Copy, Debug)]
pub struct Lean<S = f64>(PhantomData<S>);

/// Marks the handle of an input, in `born`.
const INPUT: u32 = 1 << 31;
/// How many slots a tape can have.
const LIMIT: usize = SHARED as usize;

#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Handle<S> {
    slot: u32,
    /// How many slots there were when the variable was recorded; with [`INPUT`] if it is an input.
    born: u32,
    slope: S,
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
    // Memory that is kept between uses: for a reduction and its edges to slots; for adjoints, all 0; for the inputs of a
    // closure; for segments.
    arguments: Cell<Arguments<S>>,
    edges: Cell<Vec<(S, u32)>>,
    adjoints: Cell<Vec<S>>,
    parked: Vec<Parked<S>>,
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

impl<S: Scalar> Store<S> {
    /// The number of slots.
    #[inline(always)]
    fn slots(&self) -> u32 {
        self.inputs.get() + self.entries.len() as u32
    }

    #[inline(always)]
    fn handle(&self, slot: u32, slope: S) -> Handle<S> {
        Handle { slot, born: self.slots(), slope }
    }

    /// Writes an entry; it is the slot returned.
    #[inline(always)]
    fn push(&self, slope: [S; 2], arg: [u32; 2]) -> u32 {
        self.entries.push(Entry { slope, arg }, LIMIT - self.inputs.get() as usize);
        self.slots() - 1
    }

    /// The edge from an op to the slot its argument stands on, given the op's slope by the argument.
    #[inline(always)]
    fn edge(&self, slope: S, x: Handle<S>) -> (S, u32) {
        match slope.fold(x.slope) {
            Some(product) => (product, x.slot),
            None => self.stop_folding(slope, x),
        }
    }

    /// Makes a slot of the argument, since the two slopes must be multiplied to the adjoint one by one.
    #[cold]
    #[inline(never)]
    fn stop_folding(&self, slope: S, x: Handle<S>) -> (S, u32) {
        (slope, self.push([x.slope, S::from(0.0)], [x.slot, x.slot]))
    }

    /// A slot whose arguments are these edges; at least one.
    fn push_edges(&self, edges: &[(S, u32)]) -> u32 {
        let pairs = edges.chunks(2);
        let last = pairs.len() - 1;
        let mut slot = 0;
        for (i, pair) in pairs.enumerate() {
            let (first, second) = (pair[0], *pair.get(1).unwrap_or(&(S::from(0.0), pair[0].1)));
            let shared = if i < last { SHARED } else { 0 };
            slot = self.push([first.0, second.0], [first.1 | shared, second.1]);
        }
        slot
    }

    /// What is recorded of an op of `N` arguments, at least one of them active, given its slopes.
    #[inline(always)]
    pub(super) fn record<const N: usize>(&self, slopes: [S; N], x: &[Var<'_, Lean<S>>; N]) -> Handle<S> {
        let active = |i: usize| x[i].tape.is_some();
        if N == 2 && active(0) && active(1) {
            let ((p, i), (q, j)) = (self.edge(slopes[0], x[0].handle), self.edge(slopes[1], x[1].handle));
            let folded = if i == j { (p + q).fold(S::from(1.0)) } else { None };
            return match folded {
                Some(slope) => self.handle(i, slope),
                None => self.handle(self.push([p, q], [i, j]), S::from(1.0)),
            };
        }
        if N <= 2 {
            let i = if active(0) { 0 } else { N - 1 };
            let (slope, slot) = self.edge(slopes[i], x[i].handle);
            return self.handle(slot, slope);
        }
        let edges: SmallVec<[(S, u32); 8]> =
            (0..N).filter(|&i| active(i)).map(|i| self.edge(slopes[i], x[i].handle)).collect();
        self.record_edges(&edges)
    }

    /// The same for any number of arguments, given the slopes by the active ones and their handles.
    pub(super) fn record_all(&self, args: impl Iterator<Item = (S, Handle<S>)>) -> Handle<S> {
        let mut edges = self.edges.take();
        edges.clear();
        edges.extend(args.map(|(slope, x)| self.edge(slope, x)));
        let handle = self.record_edges(&edges);
        self.edges.set(edges);
        handle
    }

    /// The handle of what depends on these slots with these slopes; at least one.
    fn record_edges(&self, edges: &[(S, u32)]) -> Handle<S> {
        match *edges {
            [(slope, slot)] => self.handle(slot, slope),
            _ => self.handle(self.push_edges(edges), S::from(1.0)),
        }
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
        Handle { slot: 0, born: 0, slope: S::from(0.0) }
    }

    #[inline(always)]
    fn record<const N: usize, O: Op<N>>(tape: &Tape<Self>, op: &O, x: &[Var<'_, Self>; N], a: S) -> Handle<S> {
        tape.store.record(op.slope(x.map(|x| x.value), a), x)
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
        let active = x.iter().copied().flatten().zip(&*slopes).filter(|(x, _)| x.tape.is_some());
        let handle = tape.store.record_all(active.map(|(x, &slope)| (slope, x.handle)));
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    #[inline]
    fn preaccumulate<'t, const N: usize, const M: usize>(
        tape: &'t Tape<Self>,
        x: [Var<'t, Self>; N],
        f: impl Fn([Var<'t, Self>; N]) -> [Var<'t, Self>; M],
    ) -> [Var<'t, Self>; M] {
        tape.preaccumulate(x, f)
    }
    fn sum_terms<'t>(
        tape: &'t Tape<Self>,
        n: usize,
        x: &[Var<'t, Self>],
        term: impl Fn(usize, &[Var<'t, Self>]) -> Var<'t, Self>,
    ) -> Var<'t, Self> {
        tape.sum_terms(n, x, term)
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
        tape.sweep_into(&[(y, S::from(1.0))], &mut gradient.adjoints);
        let born = if y.tape.is_some() { y.handle.born & !INPUT } else { tape.store.slots() };
        gradient.born = born as usize;
    }

    fn place(x: Handle<S>, born: usize, len: usize) -> Result<usize, Error> {
        let slot = x.slot as usize;
        if x.born & INPUT == 0 {
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
    fn fold(self, inner: Self) -> Option<Self> {
        self.value.fold(inner.value).map(|_| self.chain(inner))
    }
}

impl<S: Scalar> Tape<Lean<S>> {
    /// A lean tape: it keeps slopes alone, and answers for its inputs.
    pub fn lean() -> Self {
        Tape::with_store(Store {
            inputs: Cell::new(0),
            late_inputs: Cell::new(false),
            entries: Bump::default(),
            arguments: Cell::default(),
            edges: Cell::default(),
            adjoints: Cell::default(),
            parked: vec![],
            segment: Segment::default(),
        })
    }

    /// An input.
    #[inline(always)]
    pub fn var(&self, value: S) -> Var<'_, Lean<S>> {
        let store = &self.store;
        let slot = store.slots();
        if store.entries.len() == 0 {
            assert!((slot as usize) < LIMIT, "the tape is full: it holds {LIMIT} entries");
            store.inputs.set(slot + 1);
        } else {
            store.late_inputs.set(true);
            store.push([S::from(1.0), S::from(0.0)], [slot, slot]);
        }
        let handle = Handle { slot, born: (slot + 1) | INPUT, slope: S::from(1.0) };
        Var { tape: Some(self), handle, value }
    }

    /// Several inputs.
    pub fn vars(&self, values: &[S]) -> Vec<Var<'_, Lean<S>>> {
        values.iter().map(|&value| self.var(value)).collect()
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
        inputs.extend(x.iter().map(|&value| self.var(value)));
        let y = f(&inputs);
        self.with_gradient(y, |gradient| g.copy_from_slice(gradient));
        inputs.clear();
        let (value, parked) = (y.value, recycle(inputs));
        self.store.parked = parked;
        value
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
        self.store.entries.clear();
    }

    /// Forgets all but the inputs.
    pub(super) fn rewind(&self) {
        self.store.entries.clear();
    }

    /// Gives the adjoints of the inputs, of one output, to `f`.
    pub(super) fn with_gradient<A>(&self, y: Var<'_, Lean<S>>, f: impl FnOnce(&[S]) -> A) -> A {
        self.with_adjoints(|adjoints| {
            self.sweep_into(&[(y, S::from(1.0))], adjoints);
            f(&adjoints[..self.store.inputs.get() as usize])
        })
    }

    /// Lends the tape's memory for adjoints to `f`, all 0. When it comes back only those of the inputs may differ from 0.
    pub(super) fn with_adjoints<A>(&self, f: impl FnOnce(&mut Vec<S>) -> A) -> A {
        let inputs = self.store.inputs.get() as usize;
        let mut adjoints = self.store.adjoints.take();
        adjoints.resize(adjoints.len().max(inputs), S::from(0.0));
        let answer = f(&mut adjoints);
        adjoints[..inputs].fill(S::from(0.0));
        self.store.adjoints.set(adjoints);
        answer
    }

    /// The adjoints of the inputs, of several outputs each with a seed, in `adjoints`, which must be 0.
    ///
    /// The sweep runs without tests. Only if an input's adjoint is NaN it is run again with the rule that 0 annihilates, so
    /// that rule costs nothing where no slope is infinite.
    pub(super) fn sweep_into(&self, seeds: &[(Var<'_, Lean<S>>, S)], adjoints: &mut Vec<S>) {
        self.accumulate(seeds, adjoints, |adjoint, slope| adjoint * slope);
        if adjoints.iter().any(S::has_nan) {
            adjoints.fill(S::from(0.0));
            self.accumulate(seeds, adjoints, S::chain);
        }
    }

    /// Adds the adjoints of the inputs to those in `adjoints`, which must be 0 but for those of inputs.
    pub(super) fn accumulate(
        &self,
        seeds: &[(Var<'_, Lean<S>>, S)],
        adjoints: &mut Vec<S>,
        product: impl Fn(S, S) -> S,
    ) {
        let inputs = self.store.inputs.get() as usize;
        self.store.entries.with(|entries| {
            let slots = inputs + entries.len();
            adjoints.resize(adjoints.len().max(slots), S::from(0.0));
            for (y, seed) in seeds.iter().filter(|(y, _)| y.tape.is_some()) {
                adjoints[y.handle.slot as usize] += seed.chain(y.handle.slope);
            }
            sweep(entries, &mut adjoints[..slots], S::from(0.0), product);
        });
    }
}

/// The memory of an empty list, for items of another type of the same size.
fn recycle<A, B>(list: Vec<A>) -> Vec<B> {
    debug_assert!(list.is_empty());
    list.into_iter().map(|_| unreachable!()).collect()
}
