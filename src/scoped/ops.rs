//! A number of a scope as a number: its ops, operators and comparisons, which are those of the number that it stands for.

use super::holders::Base;
use super::number::{Holder, Scoped, current};
use crate::function::Number;
use crate::op::call::Args;
use crate::op::{ApplyClosure, Call, ClosureOp, Op, Reduce, inherent_methods, intrinsics_by_calls, operators_by_calls};
use crate::real::{Real, comparisons_with_f64, intrinsics, remainder_operators};
use crate::tape::{Scalar, Tape, one_lane};
use std::cmp::Ordering;
use std::iter::Sum;
use std::ops::Rem;

impl<H: Holder> Call for Scoped<H> {
    const IS_FORMULA: bool = <H::Number<'static> as Call>::IS_FORMULA;

    #[inline(always)]
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        current!(at: H);
        at.keep(Call::call(op, at.array(x)))
    }

    #[inline(always)]
    #[track_caller]
    fn by_slopes<const N: usize, O: Op<N>>(op: &O, x: [Self; N], a: Self, slopes: &[Self; N]) -> Self {
        current!(at: H);
        at.keep(Call::by_slopes(op, at.array(x), at.number(a), &at.array(*slopes)))
    }

    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        current!(at: H);
        let lists = at.all_lists(x);
        at.keep(Call::reduce_parts(op, &lists.iter().map(|list| &**list).collect::<Args<_>>()))
    }

    #[track_caller]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        current!(at: H);
        at.keep(Call::dot(&at.list(x), &at.list(y)))
    }

    #[track_caller]
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        current!(at: H);
        at.keep(Call::weighted_sum(&at.list(x), weights))
    }
}

impl<H> ApplyClosure for Scoped<H>
where
    H: for<'t> Holder<Number<'t>: ApplyClosure>,
{
    #[track_caller]
    fn call_closure_op<F, D, const N: usize>(op: &ClosureOp<F, D, N>, x: [Self; N]) -> Self
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        current!(at: H);
        at.keep(ApplyClosure::call_closure_op(op, at.array(x)))
    }
}

impl<H: Holder> Real for Scoped<H> {
    type Mask = H::Mask;
    #[inline(always)]
    #[track_caller]
    fn less(self, rhs: Self) -> H::Mask {
        current!(at: H);
        H::keep_mask(at.number(self).less(at.number(rhs)), at)
    }
    #[inline(always)]
    #[track_caller]
    fn less_equal(self, rhs: Self) -> H::Mask {
        current!(at: H);
        H::keep_mask(at.number(self).less_equal(at.number(rhs)), at)
    }
    #[inline(always)]
    #[track_caller]
    fn equal(self, rhs: Self) -> H::Mask {
        current!(at: H);
        H::keep_mask(at.number(self).equal(at.number(rhs)), at)
    }
    #[inline(always)]
    #[track_caller]
    fn select(mask: H::Mask, yes: Self, no: Self) -> Self {
        current!(at: H);
        at.keep(Real::select(H::mask(mask, at), at.number(yes), at.number(no)))
    }
    #[inline(always)]
    fn uniform(mask: H::Mask) -> Option<bool> {
        H::uniform(mask)
    }
    #[inline(always)]
    #[track_caller]
    fn detach(self) -> Self {
        current!(at: H);
        at.keep(at.number(self).detach())
    }
    intrinsics!(intrinsics_by_calls);
}

impl<H: Holder> Rem for Scoped<H> {
    type Output = Self;
    #[track_caller]
    fn rem(self, rhs: Self) -> Self {
        current!(at: H);
        at.keep(at.number(self) % at.number(rhs))
    }
}
remainder_operators!([H: Holder] Scoped<H>);

operators_by_calls!([H: Holder] Scoped<H>);
inherent_methods!([H: Holder] Scoped<H>);
comparisons_with_f64!([H: Holder] Scoped<H>);

impl<H: Holder> Number for Scoped<H> {
    #[inline(always)]
    #[track_caller]
    fn primal(self) -> f64 {
        current!(at: H);
        at.number(self).primal()
    }
}

impl<H: Holder> Sum for Scoped<H> {
    /// The sum, recorded as one op; 0 if there is nothing to add.
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        // the terms may be made while they are added, by calls that ask for the scope themselves
        let terms: Args<Self> = iter.collect();
        current!(at: H);
        at.keep(at.list(&terms).into_iter().sum())
    }
}

impl<H: Holder> PartialEq for Scoped<H> {
    /// Whether the values are equal; a recorder keeps the comparison.
    #[inline(always)]
    #[track_caller]
    fn eq(&self, rhs: &Self) -> bool {
        current!(at: H);
        at.number(*self) == at.number(*rhs)
    }
}

impl<H: Holder> PartialOrd for Scoped<H> {
    #[inline(always)]
    #[track_caller]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        current!(at: H);
        at.number(*self).partial_cmp(&at.number(*rhs))
    }
    #[inline(always)]
    #[track_caller]
    fn lt(&self, rhs: &Self) -> bool {
        current!(at: H);
        at.number(*self) < at.number(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn le(&self, rhs: &Self) -> bool {
        current!(at: H);
        at.number(*self) <= at.number(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn gt(&self, rhs: &Self) -> bool {
        current!(at: H);
        at.number(*self) > at.number(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn ge(&self, rhs: &Self) -> bool {
        current!(at: H);
        at.number(*self) >= at.number(*rhs)
    }
}

impl<S: Base> Scalar for Scoped<Tape<S>> {
    fn is_zero(&self) -> bool {
        self.is_constant() && self.value.is_zero()
    }
    fn has_nan(&self) -> bool {
        self.value.has_nan()
    }
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        S::folds(outer.value, inner.value, product.value)
    }
    #[track_caller]
    fn is(self, other: Self) -> bool {
        current!(at: Tape<S>);
        at.number(self).is(at.number(other))
    }

    one_lane! {}
}
