//! Activation functions, and others with a long rule, as single loops.
//!
//! An op whose rule has many steps is cheaper as one loop, in which all that is computed on the way stays in the processor's registers, than as one loop
//! for each step. An op of the user's is put as its steps, and so are the other built-in ones, which have few. Special functions have no steps: their
//! loops go from number to number.

use super::kernel::{List, Lists};
use super::primitive::Body;
use crate::graph::{DynOp, op_as};
use crate::op::{Call, Erf, Erfc, Op, Reduce, Visitor, visit_activations, visit_special_functions};
use std::sync::Arc;

/// An op as loops.
pub(super) trait Fused: Send + Sync {
    /// The name of the op.
    fn name(&self) -> &'static str;
    /// The number of arguments.
    fn arity(&self) -> usize;
    /// The values at the operands.
    fn values(&self, lists: Lists<'_>);
    /// The slope by the argument of this place, at the operands but the last one, times that: an adjoint or a tangent. A factor of 0 annihilates the
    /// other.
    fn along(&self, argument: usize, lists: Lists<'_>);
}

/// The loops of an op.
pub(super) fn fused(op: &dyn DynOp) -> Option<Arc<dyn Fused>> {
    let mut lanes = Finder::<true> { op, found: None };
    visit_activations(&mut lanes);
    lanes.op(Erf);
    lanes.op(Erfc);
    let mut numbers = Finder::<false> { op, found: None };
    visit_special_functions(&mut numbers);
    lanes.found.or(numbers.found)
}

/// An op with its type.
struct Typed<O, const N: usize>(O);

impl<const N: usize, O: Op<N>> Fused for Typed<O, N> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn arity(&self) -> usize {
        N
    }

    fn values(&self, lists: Lists<'_>) {
        lists.run(Values(&self.0));
    }

    fn along(&self, argument: usize, Lists { operands, into, len }: Lists<'_>) {
        let operands = &with_factor_last::<N>(operands);
        Lists { operands, into, len }.run(Along::<_, N> { op: &self.0, argument });
    }
}

/// The operands of a slope of `N` arguments, with the factor in the last of four places; a place that is left between repeats an argument.
fn with_factor_last<'a, const N: usize>(operands: &[List<'a>]) -> [List<'a>; 4] {
    let mut own = [operands[0]; 4];
    own[..N].copy_from_slice(&operands[..N]);
    own[3] = operands[N];
    own
}

/// An op with its type, whose loops go from number to number.
struct ByNumbers<O, const N: usize>(O);

impl<const N: usize, O: Op<N>> Fused for ByNumbers<O, N> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn arity(&self) -> usize {
        N
    }

    fn values(&self, lists: Lists<'_>) {
        lists.each_number(|x| f64::call(&self.0, x));
    }

    fn along(&self, argument: usize, Lists { operands, into, len }: Lists<'_>) {
        let (operands, along) = (&with_factor_last::<N>(operands), Along::<_, N> { op: &self.0, argument });
        Lists { operands, into, len }.each_number(|all| along.apply(all));
    }
}

/// The value of an op.
struct Values<'a, O>(&'a O);

impl<const N: usize, O: Op<N>> Body<N> for Values<'_, O> {
    #[inline(always)]
    fn apply<R: Call>(&self, x: [R; N]) -> R {
        R::call(self.0, x)
    }
}

/// The slope of an op of `N` arguments by one of them, times the last of four numbers, of which the first are the arguments.
struct Along<'a, O, const N: usize> {
    op: &'a O,
    argument: usize,
}

impl<const N: usize, O: Op<N>> Body<4> for Along<'_, O, N> {
    #[inline(always)]
    fn apply<R: Call>(&self, all: [R; 4]) -> R {
        let mut x = [R::from(0.0); N];
        x.copy_from_slice(&all[..N]);
        let (_, slopes) = R::call_and_slope(self.op, x);
        all[3].mul_strong_zero(slopes[self.argument])
    }
}

/// Looks for an op among those that are shown, whose loops run on lanes, or else go from number to number.
struct Finder<'a, const LANES: bool> {
    op: &'a dyn DynOp,
    found: Option<Arc<dyn Fused>>,
}

impl<const LANES: bool> Visitor for Finder<'_, LANES> {
    fn op<const N: usize, O: Op<N>>(&mut self, _: O) {
        if let Some(op) = op_as::<N, O>(self.op) {
            let op = op.clone();
            self.found = Some(if LANES { Arc::new(Typed::<O, N>(op)) } else { Arc::new(ByNumbers::<O, N>(op)) });
        }
    }
    fn reduce<O: Reduce>(&mut self, _: O) {}
}
