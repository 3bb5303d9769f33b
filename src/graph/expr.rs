//! An expression as a number: its ops, operators and comparisons, each of which is recorded.

use super::dynop::{bits, dyn_op, dyn_reduce, is_op, is_reduce};
use super::guard::{Guard, Operand, PrimalRead, Relation};
use super::recorder::{Expr, Recorder};
use crate::function::Number;
use crate::op::call::{Args, expect_arity, len};
use crate::op::{
    ApplyClosure, Call, ClosureOp, Detach, Equal, Less, LessEqual, Op, Reduce, Select, inherent_methods,
    intrinsics_by_calls, operators_by_calls,
};
use crate::real::{Real, comparisons_with_f64, intrinsics, remainder_operators};
use std::any::TypeId;
use std::array::from_fn;
use std::cmp::Ordering;
use std::iter::{Sum, empty};
use std::ops::Rem;
use std::panic::Location;
use std::ptr;
use std::sync::Arc;

impl<'g> Expr<'g> {
    /// The value.
    #[inline(always)]
    pub fn value(self) -> f64 {
        self.value
    }

    /// A constant: a number that no derivative is taken by.
    #[inline(always)]
    pub fn constant(value: f64) -> Self {
        Expr { recorder: None, index: u32::MAX, value }
    }

    /// Whether it is a constant: a number of no recorder.
    #[inline(always)]
    pub fn is_constant(self) -> bool {
        self.recorder.is_none()
    }

    /// The recorder, the index of the node and the value: what [`of_parts`](Expr::of_parts) makes an expression of.
    #[inline]
    pub(crate) fn parts(self) -> (Option<&'g Recorder>, u32, f64) {
        (self.recorder, self.index, self.value)
    }

    /// The expression whose [`parts`](Expr::parts) these are; the node must be of this use of the recorder.
    #[inline]
    pub(crate) fn of_parts(recorder: Option<&'g Recorder>, index: u32, value: f64) -> Self {
        Expr { recorder, index, value }
    }

    /// The recorder of two expressions, of which either may be a constant.
    #[track_caller]
    fn same_recorder(a: Option<&'g Recorder>, b: Option<&'g Recorder>) -> Option<&'g Recorder> {
        match (a, b) {
            (Some(a), Some(b)) if !ptr::eq(a, b) => {
                panic!("an op was given variables of two different recorders; record both on one recorder")
            }
            (None, recorder) | (recorder, _) => recorder,
        }
    }

    /// The recorder of some expressions; `None` if all are constants.
    #[track_caller]
    pub(super) fn recorder_of(x: &[Self]) -> Option<&'g Recorder> {
        // a loop, since the line of the caller does not reach into a closure
        let mut recorder = None;
        for x in x {
            recorder = Self::same_recorder(recorder, x.recorder);
        }
        recorder
    }

    /// The recorder of the expressions in some lists; `None` if all are constants.
    #[track_caller]
    pub(super) fn recorder_of_lists(lists: &[&[Self]]) -> Option<&'g Recorder> {
        let mut recorder = None;
        for list in lists {
            recorder = Self::same_recorder(recorder, Self::recorder_of(list));
        }
        recorder
    }

    /// Appends an application of an op, the one of an index.
    #[track_caller]
    fn record<const N: usize>(recorder: &'g Recorder, op: u32, x: [Self; N], value: f64) -> Self {
        let line = Location::caller();
        let args: [u32; N] = from_fn(|i| recorder.argument(x[i], line));
        Expr { recorder: Some(recorder), index: recorder.push(op, &args, value, line), value }
    }

    /// Tells the recorder of a comparison that the program branches on.
    #[track_caller]
    fn compared(&self, rhs: &Self, relation: Relation, held: bool) -> bool {
        if let Some(recorder) = Self::same_recorder(self.recorder, rhs.recorder) {
            let line = Location::caller();
            let sides = [self, rhs].map(|x| match x.recorder {
                Some(_) => Operand::Node(x.index as usize),
                None => Operand::Constant(x.value),
            });
            recorder.guards.borrow_mut().push(Guard { relation, sides, held, line });
        }
        held
    }
}

impl From<f64> for Expr<'_> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Expr::constant(c)
    }
}

impl Call for Expr<'_> {
    const IS_FORMULA: bool = true;

    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let value = op.evaluate_value(x.map(|x| x.value));
        let Some(recorder) = Self::recorder_of(&x) else { return Expr::constant(value) };
        let (own, bits) = (TypeId::of::<O>(), bits(&op.params()));
        let id = recorder.op_id(own, O::NAME, bits, |known| is_op(known, op), || dyn_op(op.clone()));
        Self::record(recorder, id, x, value)
    }

    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        expect_arity(op, len(x));
        let recorder = Self::recorder_of_lists(x);
        let x = || x.iter().copied().flatten();
        let value = op.evaluate_value(&x().map(|x| x.value).collect::<Args<f64>>());
        let Some(recorder) = recorder else { return Expr::constant(value) };
        let line = Location::caller();
        let (own, bits) = (TypeId::of::<O>(), bits(&op.params()));
        let id = recorder.op_id(own, O::NAME, bits, |known| is_reduce(known, op), || dyn_reduce(op.clone()));
        let args: Args<u32> = x().map(|&x| recorder.argument(x, line)).collect();
        Expr { recorder: Some(recorder), index: recorder.push(id, &args, value, line), value }
    }

    #[track_caller]
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        assert_eq!(x.len(), weights.len(), "there must be one weight for each number");
        let weights: Args<Self> = weights.iter().map(|&weight| weight.into()).collect();
        Self::dot(x, &weights)
    }
}

impl ApplyClosure for Expr<'_> {
    #[track_caller]
    fn call_closure_op<F, D, const N: usize>(op: &ClosureOp<F, D, N>, x: [Self; N]) -> Self
    where
        F: Fn([f64; N]) -> f64 + Send + Sync + 'static,
        D: Fn([f64; N]) -> [f64; N] + Send + Sync + 'static,
    {
        let value = op.value(&x.map(|x| x.value));
        let Some(recorder) = Self::recorder_of(&x) else { return Expr::constant(value) };
        // closures without captures are told from others by their type, else by their address; the table has them, so that no others can
        // come to stand there
        let (own, bits) = (TypeId::of::<ClosureOp<F, D, N>>(), op.identity().into_iter().collect());
        let id = recorder.op_id(own, op.name(), bits, |_| true, || Arc::new(op.clone()));
        Self::record(recorder, id, x, value)
    }
}

impl Real for Expr<'_> {
    type Mask = Self;
    #[track_caller]
    fn less(self, rhs: Self) -> Self {
        Self::call(&Less, [self, rhs])
    }
    #[track_caller]
    fn less_equal(self, rhs: Self) -> Self {
        Self::call(&LessEqual, [self, rhs])
    }
    #[track_caller]
    fn equal(self, rhs: Self) -> Self {
        Self::call(&Equal, [self, rhs])
    }
    #[track_caller]
    fn select(mask: Self, yes: Self, no: Self) -> Self {
        Self::call(&Select, [mask, yes, no])
    }
    fn uniform(_: Self) -> Option<bool> {
        None
    }
    #[track_caller]
    fn detach(self) -> Self {
        Self::call(&Detach, [self])
    }
    intrinsics!(intrinsics_by_calls);
}

impl Rem for Expr<'_> {
    type Output = Self;
    /// x % y by long division: x − n y with the integer n that the values have, by subtractions that do not round. Two guards say whether n is
    /// right for other inputs too. Where the remainder has no value, or n is too large for a number, it is NaN and both sides are remembered
    /// as [`primal`](Number::primal) does. O(log n) nodes.
    #[track_caller]
    fn rem(self, rhs: Self) -> Self {
        let value = self.value % rhs.value;
        if self.is_constant() && rhs.is_constant() {
            return Expr::constant(value);
        }
        if value.is_nan() || (self.value / rhs.value).is_infinite() {
            let _ = (self.primal(), rhs.primal());
            return (self + rhs) * f64::NAN;
        }
        let negative = self.value.is_sign_negative();
        let divisor = if rhs.value.is_sign_negative() { -rhs } else { rhs };
        let mut rest = if negative { -self } else { self };
        // where x is a multiple of y the remainder jumps as y changes, and its slope by y is 0
        let jumps = value == 0.0 && self.value != 0.0;
        let subtracted = if jumps { divisor.detach() } else { divisor };
        let mut power = 1.0;
        while divisor.value * (2.0 * power) <= rest.value {
            power *= 2.0;
        }
        while power >= 1.0 {
            if divisor.value * power <= rest.value {
                rest -= subtracted * power;
            }
            power /= 2.0;
        }
        rest.compared(&0.0.into(), if jumps { Relation::Equal } else { Relation::GreaterEqual }, true);
        rest.compared(&divisor, Relation::Less, true);
        if negative { -rest } else { rest }
    }
}
remainder_operators!(['g] Expr<'g>);

operators_by_calls!(['g] Expr<'g>);
inherent_methods!(['g] Expr<'g>);
comparisons_with_f64!(['g] Expr<'g>);

impl Number for Expr<'_> {
    /// The value; that it was read is remembered: [`Recorder::primals`]. Whoever only looks asks for [`value`](Expr::value).
    #[track_caller]
    fn primal(self) -> f64 {
        if let Some(recorder) = self.recorder {
            let read = PrimalRead { node: self.index as usize, line: Location::caller() };
            recorder.primals.borrow_mut().push(read);
        }
        self.value
    }
}

impl Sum for Expr<'_> {
    /// The sum, recorded as one statement; 0 if there is nothing to add.
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        let terms: Args<Self> = iter.collect();
        if terms.is_empty() { Expr::constant(empty::<f64>().sum()) } else { Self::reduce(&crate::op::Sum, &terms) }
    }
}

impl PartialEq for Expr<'_> {
    /// Whether the values are equal; the comparison is recorded.
    #[track_caller]
    fn eq(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Equal, self.value == rhs.value)
    }
}

// Each is overridden: the defaults would call `partial_cmp` from the standard library, and lose the source line.
impl PartialOrd for Expr<'_> {
    #[track_caller]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        let ordering = self.value.partial_cmp(&rhs.value);
        let relation = match ordering {
            Some(Ordering::Less) => Relation::Less,
            Some(Ordering::Equal) => Relation::Equal,
            Some(Ordering::Greater) => Relation::Greater,
            None => Relation::Unordered,
        };
        self.compared(rhs, relation, true);
        ordering
    }
    #[track_caller]
    fn lt(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Less, self.value < rhs.value)
    }
    #[track_caller]
    fn le(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::LessEqual, self.value <= rhs.value)
    }
    #[track_caller]
    fn gt(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Greater, self.value > rhs.value)
    }
    #[track_caller]
    fn ge(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::GreaterEqual, self.value >= rhs.value)
    }
}
