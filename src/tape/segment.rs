//! Segments: parts of a program that are recorded on a tape of their own, reversed at once and forgotten, so that what is
//! left of them on the tape are the slopes of their results by their inputs.

use super::{Lean, Scalar, Tape, Var};
use std::cell::{Cell, OnceCell};
use std::ptr;

/// The tape of the segments of a tape: one, made when it is first needed, since segments come one after the other.
#[doc(hidden)]
pub struct Segment<S: Scalar> {
    tape: OnceCell<Box<Tape<Lean<S>>>>,
    busy: Cell<bool>,
}

impl<S: Scalar> Default for Segment<S> {
    fn default() -> Self {
        Segment { tape: OnceCell::new(), busy: Cell::new(false) }
    }
}

/// The tape of a segment while it is in use.
struct Lent<'t, S: Scalar> {
    tape: &'t Tape<Lean<S>>,
    busy: &'t Cell<bool>,
}

impl<S: Scalar> Segment<S> {
    /// Its tape, empty; `None` while another segment of the same tape is open.
    fn lend(&self) -> Option<Lent<'_, S>> {
        if self.busy.replace(true) {
            return None;
        }
        let tape = self.tape.get_or_init(|| Box::new(Tape::lean()));
        tape.restart();
        Some(Lent { tape, busy: &self.busy })
    }
}

impl<S: Scalar> Drop for Lent<'_, S> {
    fn drop(&mut self) {
        self.busy.set(false);
    }
}

impl<'t, S: Scalar> Lent<'t, S> {
    /// The segment's own variable for one of the program; constants stay what they are.
    fn input(&self, x: Var<'t, Lean<S>>) -> Var<'t, Lean<S>> {
        if x.tape.is_some() { self.tape.var(x.value) } else { x }
    }

    fn owns(&self, y: Var<'t, Lean<S>>) -> bool {
        y.tape.is_some_and(|tape| ptr::eq(tape, self.tape))
    }
}

impl<S: Scalar> Tape<Lean<S>> {
    /// What is recorded of a result of a segment, given its slopes by the segment's inputs, which stand for these variables.
    fn record_result<'t>(&'t self, value: S, slopes: &[S], x: &[Var<'t, Lean<S>>]) -> Var<'t, Lean<S>> {
        let active = x.iter().filter(|x| x.tape.is_some());
        let handle = self.store.record_all(slopes.iter().copied().zip(active.map(|x| x.handle)));
        Var { tape: Some(self), handle, value }
    }

    /// [`Apply::preaccumulate`](crate::op::Apply::preaccumulate), if a variable is active.
    #[inline]
    pub(super) fn preaccumulate<'t, const N: usize, const M: usize>(
        &'t self,
        x: [Var<'t, Lean<S>>; N],
        f: impl Fn([Var<'t, Lean<S>>; N]) -> [Var<'t, Lean<S>>; M],
    ) -> [Var<'t, Lean<S>>; M] {
        let Some(segment) = self.store.segment.lend() else { return f(x) };
        f(x.map(|x| segment.input(x))).map(|y| {
            if segment.owns(y) {
                segment.tape.with_gradient(y, |slopes| self.record_result(y.value, slopes, &x))
            } else {
                y
            }
        })
    }

    /// [`Apply::sum_terms`](crate::op::Apply::sum_terms), if a variable is active.
    pub(super) fn sum_terms<'t>(
        &'t self,
        n: usize,
        x: &[Var<'t, Lean<S>>],
        term: impl Fn(usize, &[Var<'t, Lean<S>>]) -> Var<'t, Lean<S>>,
    ) -> Var<'t, Lean<S>> {
        let Some(segment) = self.store.segment.lend() else { return (0..n).map(|i| term(i, x)).sum() };
        let inputs: Vec<_> = x.iter().map(|&x| segment.input(x)).collect();
        let term = |i| term(i, &inputs);
        segment.tape.with_adjoints(|adjoints| {
            let value = segment.reverse_terms(n, &term, adjoints, |adjoint, slope| adjoint * slope);
            if segment.tape.has_nan(adjoints) {
                adjoints.fill(S::from(0.0));
                segment.reverse_terms(n, &term, adjoints, S::chain);
            }
            self.record_result(value, adjoints, x)
        })
    }
}

impl<'t, S: Scalar> Lent<'t, S> {
    /// The sum of the terms; each is recorded, its adjoints are added, and it is forgotten.
    fn reverse_terms(
        &self,
        n: usize,
        term: impl Fn(usize) -> Var<'t, Lean<S>>,
        adjoints: &mut Vec<S>,
        product: impl Fn(S, S) -> S,
    ) -> S {
        let mut sum = S::from(0.0);
        for i in 0..n {
            self.tape.rewind();
            let y = term(i);
            Var::same_tape(Some(self.tape), y.tape);
            self.tape.accumulate(&[(y, S::from(1.0))], adjoints, &product);
            sum += y.value;
        }
        sum
    }
}
