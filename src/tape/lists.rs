//! Ops of any number of arguments, in lists.

use super::layout::{Layout, WORTH_IT, as_run, take};
use super::scalar::Scalar;
use super::var::{Tape, Var};
use crate::op::call::{Args, len};
use crate::op::{Reduce, inner_product};
use smallvec::SmallVec;

impl<S: Scalar> Tape<S> {
    /// [`Call::reduce_parts`](crate::op::Call::reduce_parts), if a variable is active.
    pub(super) fn reduce<'t, O: Reduce>(&'t self, op: &O, x: &[&[Var<'t, S>]]) -> Var<'t, S> {
        let mut arguments = self.store.arguments.take();
        let (values, slopes) = arguments.of(len(x));
        let mut rest = &mut *values;
        let layouts: SmallVec<[_; 2]> = x.iter().map(|x| Layout::of(x, take(&mut rest, x.len()))).collect();
        // a rule may leave out what is 0
        slopes.fill(S::from(0.0));
        let value = S::reduce_and_slope(op, values, slopes);
        let mut rest = slopes;
        let lists = x.iter().zip(layouts).map(|(&x, layout)| (layout, take(&mut rest, x.len()), x));
        let handle = self.store.record_lists(lists);
        self.store.arguments.set(arguments);
        Var { tape: Some(self), handle, value }
    }

    /// [`Call::dot`](crate::op::Call::dot), if a variable is active.
    pub(super) fn dot<'t>(&'t self, x: &[Var<'t, S>], y: &[Var<'t, S>]) -> Var<'t, S> {
        let mut arguments = self.store.arguments.take();
        // the slopes by each list are the values of the other
        let (by_y, by_x) = arguments.of(x.len());
        let [stand_x, stand_y] = [Layout::of(x, by_y), Layout::of(y, by_x)];
        let value = inner_product(by_y, by_x);
        let handle = self.store.record_lists([(stand_x, by_x, x), (stand_y, by_y, y)].into_iter());
        self.store.arguments.set(arguments);
        Var { tape: Some(self), handle, value }
    }

    /// [`Call::weighted_sum`](crate::op::Call::weighted_sum), if a variable is active.
    pub(super) fn weighted_sum<'t>(&'t self, x: &[Var<'t, S>], weights: &[f64]) -> Var<'t, S> {
        if x.len() < WORTH_IT {
            let values: Args<S> = x.iter().map(|x| x.value).collect();
            let active = x.iter().zip(weights).filter(|(x, _)| x.tape.is_some());
            let handle = self.store.record_all(active.map(|(x, &weight)| (S::from(weight), x.handle)));
            return Var { tape: Some(self), handle, value: inner_product(&values, weights) };
        }
        let mut arguments = self.store.arguments.take();
        let (values, slopes) = arguments.of(x.len());
        let layout = Layout::of(x, values);
        slopes.iter_mut().zip(weights).for_each(|(slope, &weight)| *slope = S::from(weight));
        let value = inner_product(values, slopes);
        let handle = match layout.and_then(|layout| as_run(layout, slopes, x)) {
            Some(run) => self.store.record_run(run, slopes),
            None => self.store.record_lists(std::iter::once((None, slopes, x))),
        };
        self.store.arguments.set(arguments);
        Var { tape: Some(self), handle, value }
    }
}

impl<S: Scalar> Var<'_, S> {
    /// The sum of a first variable and the rest.
    #[track_caller]
    pub(super) fn sum_of(first: Self, rest: impl Iterator<Item = Self>) -> Self {
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
}
