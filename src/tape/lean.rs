//! The lean tape: slopes and nothing else.
//!
//! A variable is a multiple of a *slot*: its handle holds the slot and the slope of the variable by it. An op whose active
//! arguments all stand on one slot multiplies its slope into the handle and records nothing, so a chain of unary ops is
//! free; any other op writes one entry for every two arguments and becomes a slot itself. Inputs are the first slots
//! and have no entries.

use super::adjoint::{add, of_width, times};
use super::bump::Bump;
use super::gradient::{Gradient, late};
use super::scalar::one_lane;
use super::sealed::Sealed;
use super::segment::Segment;
use super::slots::{Stand, take};
use super::statement::sum_blocks;
use super::store::{Handle, LIMIT, Parked, Place, Store};
use super::sweep::sweep;
use super::{Kind, Scalar, Tape, Var};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::apply::len;
use crate::op::{Block, Op, Reduce, inner_product};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// The kind of tape that keeps only slopes: the fast way to a gradient of the inputs.
///
/// `S` is the number that it is made of. With `Lean<Dual<f64>>` it is forward over reverse, with the variable of another
/// lean tape reverse over reverse; levels are types, so nested derivatives cannot be confused.
#[derive(Clone, Copy, Debug)]
pub struct Lean<S = f64>(PhantomData<S>);

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
        // not the slope of a slot, so that who finds a slope of 1 need not ask whether there is a tape
        Handle { place: Place(0), slope: S::from(0.0) }
    }

    #[inline(always)]
    fn apply<const N: usize, O: Op<N>>(tape: &Tape<Self>, op: &O, x: &[Var<'_, Self>; N]) -> (S, Handle<S>) {
        let (a, slopes) = S::call_and_slope(op, x.map(|x| x.value));
        (a, tape.store.record(slopes, x))
    }

    fn reduce<O: Reduce>(tape: &Tape<Self>, op: &O, x: &[&[Var<'_, Self>]]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        let (values, slopes) = arguments.of(len(x));
        let mut rest = &mut *values;
        let stands: SmallVec<[_; 2]> = x.iter().map(|x| Stand::of(x, take(&mut rest, x.len()))).collect();
        // a rule may leave out what is 0
        slopes.fill(S::from(0.0));
        let value = S::reduce_and_slope(op, values, slopes);
        let mut rest = slopes;
        let lists = x.iter().zip(stands).map(|(&x, stand)| (stand, take(&mut rest, x.len()), x));
        let handle = tape.store.record_lists(lists);
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn dot<'t>(tape: &'t Tape<Self>, x: &[Var<'t, Self>], y: &[Var<'t, Self>]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        // the slopes by each list are the values of the other
        let (by_y, by_x) = arguments.of(x.len());
        let [stand_x, stand_y] = [Stand::of(x, by_y), Stand::of(y, by_x)];
        let value = inner_product(by_y, by_x);
        let handle = tape.store.record_lists([(stand_x, by_x, x), (stand_y, by_y, y)].into_iter());
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn weighted_sum<'t>(tape: &'t Tape<Self>, x: &[Var<'t, Self>], weights: &[f64]) -> (S, Handle<S>) {
        let mut arguments = tape.store.arguments.take();
        let (values, slopes) = arguments.of(x.len());
        let stand = Stand::of(x, values);
        slopes.iter_mut().zip(weights).for_each(|(slope, &weight)| *slope = S::from(weight));
        let value = inner_product(values, slopes);
        let handle = tape.store.record_lists(std::iter::once((stand, slopes, x)));
        tape.store.arguments.set(arguments);
        (value, handle)
    }

    fn matmul_nt<'t>(
        tape: &'t Tape<Self>,
        a: &[Var<'t, Self>],
        b: &[Var<'t, Self>],
        inner: usize,
    ) -> Vec<Var<'t, Self>> {
        tape.matmul_nt(a, b, inner)
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
        sum_blocks(terms)
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
    fn scan<'t, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        tape: &'t Tape<Self>,
        block: &B,
        passes: usize,
        state: [&mut [Var<'t, Self>]; M],
        carry: [Var<'t, Self>; C],
        params: [&[Var<'t, Self>]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        tape.scan(block, passes, state, carry, params);
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
    #[track_caller]
    fn less<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        Var::same_tape(x.tape, y.tape);
        x.value.less(y.value)
    }
    #[inline(always)]
    #[track_caller]
    fn less_equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        Var::same_tape(x.tape, y.tape);
        x.value.less_equal(y.value)
    }
    #[inline(always)]
    #[track_caller]
    fn equal<'t>(x: Var<'t, Self>, y: Var<'t, Self>) -> bool {
        Var::same_tape(x.tape, y.tape);
        x.value.equal(y.value)
    }
    #[inline(always)]
    #[track_caller]
    fn select<'t>(mask: bool, yes: Var<'t, Self>, no: Var<'t, Self>) -> Var<'t, Self> {
        Var::same_tape(yes.tape, no.tape);
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn uniform<'t>(mask: bool) -> Option<bool> {
        Some(mask)
    }

    fn has_segment(tape: &Tape<Self>, other: &Tape<Self>) -> bool {
        tape.store.segment.is(other)
    }

    fn backward(tape: &Tape<Self>, y: Var<'_, Self>, gradient: &mut Gradient<Self>) {
        gradient.adjoints.clear();
        tape.sweep_into([(Var { tape: y.tape.map(|_| tape), ..y }, [S::from(1.0)])], &mut gradient.adjoints);
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
    fn is(self, other: Self) -> bool {
        let same_node = match (self.tape, other.tape) {
            (None, None) => true,
            (Some(tape), Some(other_tape)) => {
                let [own, others] = [self.handle, other.handle];
                ptr::eq(tape, other_tape) && own.place.slot() == others.place.slot() && own.slope.is(others.slope)
            }
            _ => false,
        };
        same_node && self.value.is(other.value)
    }

    one_lane! {}
}

impl<S: Scalar> Tape<Lean<S>> {
    /// A lean tape: it keeps slopes alone, and answers for its inputs. It holds 2³¹ − 1 slots, one for each input and each recorded
    /// result; what would record more panics.
    pub fn lean() -> Self {
        Tape::with_store(Store {
            inputs: Cell::new(0),
            base: Cell::new(0),
            late_inputs: Cell::new(false),
            given: Cell::default(),
            entries: Bump::default(),
            listed: Bump::default(),
            statements: RefCell::default(),
            arguments: Cell::default(),
            edges: Cell::default(),
            spans: Cell::default(),
            chunk: Cell::default(),
            adjoints: Cell::default(),
            parked: vec![],
            segment: Segment::default(),
        })
    }

    /// An input.
    ///
    /// # Panics
    /// If the tape is full.
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
    ///
    /// # Panics
    /// If the tape is full.
    pub fn vars(&self, values: &[S]) -> Vec<Var<'_, Lean<S>>> {
        if self.store.entries.len() > 0 {
            return values.iter().map(|&value| self.var(value)).collect();
        }
        let first = self.first_inputs(values.len());
        values.iter().zip(first..).map(|(&value, slot)| self.input(slot, value)).collect()
    }

    /// The inputs of a closure on an empty tape, in the memory of those before: their handles are the same each time.
    #[inline(always)]
    fn vars_again<'t>(&'t self, parked: Vec<Parked<S>>, values: &[S]) -> Vec<Var<'t, Lean<S>>> {
        let again = |((_, handle, _), &value)| Var { tape: Some(self), handle, value };
        let inputs: Vec<_> = parked.into_iter().zip(values).map(again).collect();
        self.first_inputs(values.len());
        if inputs.len() == values.len() { inputs } else { self.more_vars(inputs, values) }
    }

    /// The same, of which the first are there.
    #[cold]
    #[inline(never)]
    fn more_vars<'t>(&'t self, mut inputs: Vec<Var<'t, Lean<S>>>, values: &[S]) -> Vec<Var<'t, Lean<S>>> {
        let more = values.iter().zip(0..).skip(inputs.len());
        inputs.extend(more.map(|(&value, slot)| self.input(slot, value)));
        inputs
    }

    /// Makes room for inputs before the first entry; the first of their slots.
    #[inline(always)]
    fn first_inputs(&self, count: usize) -> u32 {
        let first = self.store.inputs.get();
        assert!(count <= LIMIT - first as usize, "the tape is full: it holds {LIMIT} entries");
        self.store.inputs.set(first + count as u32);
        self.store.base.set(first + count as u32);
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
    /// If `g` is not as long as `x`, if the output is a variable of another tape, or if the tape is full.
    #[track_caller]
    pub fn value_and_gradient<F>(&mut self, f: F, x: &[S], g: &mut [S]) -> S
    where
        F: for<'t> FnOnce(&[Var<'t, Lean<S>>]) -> Var<'t, Lean<S>>,
    {
        assert_eq!(x.len(), g.len(), "the gradient must be as long as the point");
        self.reset();
        let parked = std::mem::take(&mut self.store.parked);
        let inputs = self.vars_again(parked, x);
        let y = self.store.give(&inputs, f);
        self.expect_outputs(&[y]);
        self.gradient_into(y, g);
        let (value, parked) = (y.value, park(inputs));
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
    /// If `rows` has not `M` numbers for each of `x`, if an output is a variable of another tape, or if the tape is full.
    #[track_caller]
    pub fn values_and_jacobian<const M: usize, F>(&mut self, f: F, x: &[S], rows: &mut [S]) -> [S; M]
    where
        F: for<'t> FnOnce(&[Var<'t, Lean<S>>]) -> [Var<'t, Lean<S>>; M],
    {
        assert_eq!(rows.len(), M * x.len(), "the Jacobian must have a row for each output, as long as the point");
        self.reset();
        let parked = std::mem::take(&mut self.store.parked);
        let inputs = self.vars_again(parked, x);
        let y = self.store.give(&inputs, f);
        self.expect_outputs(&y);
        self.rows_into(&y, rows);
        let (values, parked) = (y.map(Var::value), park(inputs));
        self.store.parked = parked;
        values
    }

    /// # Panics
    /// If an output of a closure is a variable of another tape. A constant is none.
    #[inline(always)]
    #[track_caller]
    pub(super) fn expect_outputs(&self, y: &[Var<'_, Lean<S>>]) {
        if y.iter().any(|y| y.tape.is_some_and(|tape| !ptr::eq(tape, self))) {
            panic!(
                "the closure returned a variable of another tape; an output must be made of the variables that the closure is given"
            )
        }
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
        self.store.base.set(self.store.inputs.get());
        self.store.entries.clear();
        self.store.listed.clear();
        self.store.statements.borrow_mut().clear();
    }

    /// Gives the adjoints of the inputs, of one output, to `f`.
    pub(super) fn with_gradient<A>(&self, y: Var<'_, Lean<S>>, f: impl FnOnce(&[S]) -> A) -> A {
        let mut adjoints = self.take_adjoints();
        self.sweep_into([(y, [S::from(1.0)])], &mut adjoints);
        let answer = f(&adjoints[..self.inputs()]);
        self.put_back_adjoints(adjoints);
        answer
    }

    /// Puts the adjoints of the inputs, of one output, into `gradient`.
    pub(super) fn gradient_into(&self, y: Var<'_, Lean<S>>, gradient: &mut [S]) {
        let mut adjoints = self.store.adjoints.take();
        if self.gradient_has_nan::<false>(y, &mut adjoints, gradient) {
            self.gradient_has_nan::<true>(y, &mut adjoints, gradient);
        }
        self.store.adjoints.set(adjoints);
    }

    /// The same in one sweep; whether there is a NaN. Each adjoint is read, tested and made 0 again in one pass.
    fn gradient_has_nan<const EXACT: bool>(
        &self,
        y: Var<'_, Lean<S>>,
        adjoints: &mut Vec<S>,
        gradient: &mut [S],
    ) -> bool {
        self.accumulate::<1, EXACT>(y.tape.map(|_| (y, [S::from(1.0)])), adjoints);
        take_out(adjoints, gradient)
    }

    /// Takes the tape's memory for adjoints, all 0, and at least one for each input.
    pub(super) fn take_adjoints(&self) -> Vec<S> {
        let mut adjoints = self.store.adjoints.take();
        adjoints.resize(adjoints.len().max(self.inputs()), S::from(0.0));
        adjoints
    }

    /// Gives the memory for adjoints back, of which only those of the inputs may differ from 0.
    pub(super) fn put_back_adjoints(&self, mut adjoints: Vec<S>) {
        adjoints[..self.inputs()].fill(S::from(0.0));
        self.store.adjoints.set(adjoints);
    }

    /// How many inputs there were before the first entry.
    pub(super) fn inputs(&self) -> usize {
        self.store.inputs.get() as usize
    }

    /// The adjoints of the inputs, `W` numbers for each, of several outputs each with a seed, in `adjoints`, which must be 0.
    ///
    /// The sweep runs without tests. Only if an input's adjoint is NaN it is run again with the rule that 0 annihilates, so
    /// that rule costs nothing where no slope is infinite.
    pub(super) fn sweep_into<'t, const W: usize>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, Lean<S>>, [S; W])> + Clone,
        adjoints: &mut Vec<S>,
    ) where
        S: 't,
    {
        self.accumulate::<W, false>(seeds.clone(), adjoints);
        if self.has_nan(adjoints, W) {
            adjoints.fill(S::from(0.0));
            self.accumulate::<W, true>(seeds, adjoints);
        }
    }

    /// Whether an adjoint of an input is NaN, of so many numbers for each slot.
    pub(super) fn has_nan(&self, adjoints: &[S], width: usize) -> bool {
        // several at a time without a branch, for which the processor has instructions
        let inputs = if self.store.late_inputs.get() { adjoints.len() } else { self.inputs() * width };
        adjoints[..inputs.min(adjoints.len())]
            .chunks(64)
            .any(|some| some.iter().fold(false, |nan, adjoint| nan | adjoint.has_nan()))
    }

    /// Adds the adjoints of the inputs to those in `adjoints`, which must be 0 but for those of inputs; with the rule that 0 annihilates
    /// if it is to be `EXACT`.
    pub(super) fn accumulate<'t, const W: usize, const EXACT: bool>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, Lean<S>>, [S; W])>,
        adjoints: &mut Vec<S>,
    ) where
        S: 't,
    {
        self.store.entries.with(|entries| {
            let slots = self.store.base.get() as usize + entries.len();
            if adjoints.len() < slots * W {
                adjoints.resize(slots * W, S::from(0.0));
            }
            let adjoints = of_width::<S, W>(&mut adjoints[..slots * W]);
            for (y, seed) in seeds.into_iter().filter(|(y, _)| y.tape.is_some()) {
                add(&mut adjoints[y.handle.place.slot() as usize], times::<S, W, true>(seed, y.handle.slope));
            }
            let statements = &*self.store.statements.borrow();
            self.store.listed.with(|listed| sweep::<S, W, EXACT>(entries, listed, statements, adjoints));
        });
    }
}

/// Moves adjoints into a gradient, and leaves 0; whether there is a NaN.
///
/// It is a function of its own, so that the compiler knows that the two lists are apart.
#[inline(never)]
fn take_out<S: Scalar>(adjoints: &mut [S], gradient: &mut [S]) -> bool {
    gradient.iter_mut().zip(adjoints).fold(false, |nan, (slope, adjoint)| {
        *slope = std::mem::replace(adjoint, S::from(0.0));
        nan | slope.has_nan()
    })
}

/// Inputs without the lifetime of their tape, in the same memory.
#[inline(always)]
fn park<S: Scalar>(inputs: Vec<Var<'_, Lean<S>>>) -> Vec<Parked<S>> {
    inputs.into_iter().map(|x| (x.tape.map(|tape| NonNull::from(tape).addr()), x.handle, x.value)).collect()
}
