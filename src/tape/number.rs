//! A variable as a number: its ops, operators and comparisons.

use super::scalar::{Scalar, one_lane};
use super::var::Var;
use crate::function::Number;
use crate::op::call::{Args, expect_arity, len};
use crate::op::{ApplyClosure, Call, ClosureOp, Op, Reduce, inherent_methods, intrinsics_by_calls, operators_by_calls};
use crate::real::{Real, comparisons_with_f64, intrinsics, remainder_operators, remainder_slopes};
use std::cmp::Ordering;
use std::iter::{Sum, empty};
use std::ops::Rem;
use std::ptr;

/// The values of variables.
#[inline(always)]
pub(super) fn values<S: Scalar, const N: usize>(x: [Var<'_, S>; N]) -> [S; N] {
    // a loop, since what `map` of an array calls is not always inlined
    let mut values = [S::from(0.0); N];
    for (value, x) in values.iter_mut().zip(&x) {
        *value = x.value;
    }
    values
}

impl<S: Scalar> Call for Var<'_, S> {
    #[inline(always)]
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        match Self::tape_of(&x) {
            Some(tape) => {
                let (value, slopes) = S::call_and_slope(op, values(x));
                Var { tape: Some(tape), handle: tape.store.record(slopes, &x), value }
            }
            None => Var::constant(S::call(op, values(x))),
        }
    }

    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        expect_arity(op, len(x));
        match Self::tape_of_lists(x.iter().copied()) {
            Some(tape) => tape.reduce(op, x),
            None => {
                let values: Args<S> = x.iter().copied().flatten().map(|x| x.value).collect();
                Var::constant(S::reduce(op, &values))
            }
        }
    }

    #[track_caller]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        assert_eq!(x.len(), y.len(), "dot needs two vectors of the same length");
        match Self::same_tape(Self::tape_of_list(x), Self::tape_of_list(y)) {
            Some(tape) => tape.dot(x, y),
            None => {
                let [x, y] = [x, y].map(|list| list.iter().map(|x| x.value).collect::<Args<_>>());
                Var::constant(S::dot(&x, &y))
            }
        }
    }

    #[track_caller]
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        assert_eq!(x.len(), weights.len(), "there must be one weight for each number");
        match Self::tape_of_list(x) {
            Some(tape) => tape.weighted_sum(x, weights),
            None => Var::constant(S::weighted_sum(&x.iter().map(|x| x.value).collect::<Args<_>>(), weights)),
        }
    }
}

impl ApplyClosure for Var<'_> {
    #[track_caller]
    fn call_closure_op<F, D, const N: usize>(op: &ClosureOp<F, D, N>, x: [Self; N]) -> Self
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        let values = values(x);
        match Self::tape_of(&x) {
            Some(tape) => {
                let handle = tape.store.record(op.slopes(&values), &x);
                Var { tape: Some(tape), handle, value: op.value(&values) }
            }
            None => Var::constant(op.value(&values)),
        }
    }
}

impl<S: Scalar> Real for Var<'_, S> {
    type Mask = bool;
    #[inline(always)]
    #[track_caller]
    fn less(self, rhs: Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value.less(rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn less_equal(self, rhs: Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value.less_equal(rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn equal(self, rhs: Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value.equal(rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        Self::same_tape(yes.tape, no.tape);
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn uniform(mask: bool) -> Option<bool> {
        Some(mask)
    }
    #[inline(always)]
    fn detach(self) -> Self {
        Var::constant(self.value.detach())
    }
    intrinsics!(intrinsics_by_calls);
}

impl<S: Scalar + Rem<Output = S>> Rem for Var<'_, S> {
    type Output = Self;
    #[track_caller]
    fn rem(self, rhs: Self) -> Self {
        let value = self.value % rhs.value;
        match Self::same_tape(self.tape, rhs.tape) {
            Some(tape) => {
                let slopes = remainder_slopes(self.value, rhs.value, value);
                Var { tape: Some(tape), handle: tape.store.record(slopes, &[self, rhs]), value }
            }
            None => Var::constant(value),
        }
    }
}
remainder_operators!(['t, S: Scalar + Rem<Output = S>] Var<'t, S>);

operators_by_calls!(['t, S: Scalar] Var<'t, S>);
inherent_methods!(['t, S: Scalar] Var<'t, S>);
comparisons_with_f64!(['t, S: Scalar] Var<'t, S>);

impl<S: Scalar> Number for Var<'_, S> {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.value.primal()
    }
}

impl<S: Scalar> Sum for Var<'_, S> {
    /// The sum, recorded as one op; the zero that the tape's numbers give if there is nothing to add.
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(mut iter: I) -> Self {
        match iter.next() {
            Some(first) => Var::sum_of(first, iter),
            None => Var::constant(empty::<S>().sum()),
        }
    }
}

impl<S: Scalar> PartialEq for Var<'_, S> {
    /// Whether the values are equal.
    #[inline(always)]
    #[track_caller]
    fn eq(&self, rhs: &Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value == rhs.value
    }
}

impl<S: Scalar> PartialOrd for Var<'_, S> {
    #[inline(always)]
    #[track_caller]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        Self::same_tape(self.tape, rhs.tape);
        self.value.partial_cmp(&rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn lt(&self, rhs: &Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value < rhs.value
    }
    #[inline(always)]
    #[track_caller]
    fn le(&self, rhs: &Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value <= rhs.value
    }
    #[inline(always)]
    #[track_caller]
    fn gt(&self, rhs: &Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value > rhs.value
    }
    #[inline(always)]
    #[track_caller]
    fn ge(&self, rhs: &Self) -> bool {
        Self::same_tape(self.tape, rhs.tape);
        self.value >= rhs.value
    }
}

impl<S: Scalar> Scalar for Var<'_, S> {
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
