//! The variable: a number that remembers where it came from.

use super::{Gradient, Kind, Recording, Relation, Tape};
use crate::op::apply::{Args, dot_each, expect_arity, expect_rows, len, map_each, scan_each};
use crate::op::{self, Apply, Block, Op, Reduce};
use crate::real::{Real, assign_operators, intrinsics};
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum, empty};
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;
use std::ptr;

/// A number on a tape. It is `Copy`, has the operators against itself and against `f64` on either side, and every op as
/// a method (with `use gprime::prelude::*`).
///
/// A variable without a tape is a constant; `Var::from(2.0)` makes one. Operators panic when two variables are of
/// different tapes, in every build.
pub struct Var<'t, K: Kind = Recording> {
    pub(super) tape: Option<&'t Tape<K>>,
    pub(super) handle: K::Handle,
    pub(super) value: K::Scalar,
}

impl<K: Kind> Clone for Var<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: Kind> Copy for Var<'_, K> {}

impl<K: Kind> fmt::Debug for Var<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// # Panics
/// Always: these two tapes met in one op, or in one call.
#[cold]
#[inline(never)]
#[track_caller]
fn foreign<K: Kind>(one: &Tape<K>, other: &Tape<K>) -> ! {
    if K::has_segment(one, other) || K::has_segment(other, one) {
        panic!(
            "a variable from outside is used in a closure that is recorded on a tape of its own, as those of `checkpoint`, `sum_terms` and \
             `preaccumulate` are; pass it to the call as one of the variables that the closure is given, or use its value"
        )
    }
    panic!("an op was given variables of two different tapes; record both on one tape")
}

impl<'t, K: Kind> Var<'t, K> {
    /// The value.
    #[inline(always)]
    pub fn value(self) -> K::Scalar {
        self.value
    }

    /// A constant: a number of the tape's kind that no derivative is taken by. Inside a nested derivative, a value of the
    /// outer level enters the inner one so.
    #[inline(always)]
    pub fn constant(value: K::Scalar) -> Self {
        Var { tape: None, handle: K::constant(), value }
    }

    /// The gradient of this variable: [`Tape::backward`] of its tape. A constant's is 0 for every variable.
    pub fn backward(self) -> Gradient<K> {
        self.tape.map_or_else(Gradient::of_a_constant, |tape| tape.backward(self))
    }

    #[inline(always)]
    #[track_caller]
    pub(super) fn tape_of(x: &[Self]) -> Option<&'t Tape<K>> {
        // most often all are of one tape, and a loop without a branch says so
        if let [first, rest @ ..] = x
            && rest.len() > 3
            && let Some(tape) = first.tape
            && rest.iter().fold(true, |same, x| same & x.tape.is_some_and(|other| ptr::eq(tape, other)))
        {
            return Some(tape);
        }
        // a loop, since the line of the caller does not reach into a closure
        let mut tape = None;
        for x in x {
            tape = Self::same_tape(tape, x.tape);
        }
        tape
    }

    /// The tape of all variables in these lists.
    #[inline(always)]
    #[track_caller]
    fn tape_of_lists<'a>(lists: impl Iterator<Item = &'a [Self]>) -> Option<&'t Tape<K>>
    where
        't: 'a,
        K: 'a,
    {
        let mut tape = None;
        for list in lists {
            tape = Self::same_tape(tape, Self::tape_of(list));
        }
        tape
    }

    #[inline(always)]
    #[track_caller]
    pub(super) fn same_tape(a: Option<&'t Tape<K>>, b: Option<&'t Tape<K>>) -> Option<&'t Tape<K>> {
        match (a, b) {
            // most often, and then one comparison says so
            (Some(a), Some(b)) if ptr::eq(a, b) => Some(a),
            (Some(a), Some(b)) => foreign(a, b),
            (None, tape) | (tape, None) => tape,
        }
    }

    /// Tells the tape of a comparison that the program branches on.
    #[inline(always)]
    #[track_caller]
    fn compared(&self, rhs: &Self, relation: Relation, held: bool) -> bool {
        if let Some(tape) = Self::same_tape(self.tape, rhs.tape) {
            K::compared(tape, relation, [self, rhs], held, Location::caller());
        }
        held
    }
}

impl<K: Kind> Apply for Var<'_, K> {
    const IS_FORMULA: bool = K::IS_RECORDING;

    #[inline(always)]
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        match Self::tape_of(&x) {
            Some(tape) => {
                let (value, handle) = K::apply(tape, op, &x);
                Var { tape: Some(tape), handle, value }
            }
            None => Var::constant(K::Scalar::call(op, x.map(|x| x.value))),
        }
    }

    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        expect_arity(op, len(x));
        match Self::tape_of_lists(x.iter().copied()) {
            Some(tape) => {
                let (value, handle) = K::reduce(tape, op, x);
                Var { tape: Some(tape), handle, value }
            }
            None => {
                let values: Args<K::Scalar> = x.iter().copied().flatten().map(|x| x.value).collect();
                Var::constant(K::Scalar::reduce(op, &values))
            }
        }
    }

    #[track_caller]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        assert_eq!(x.len(), y.len(), "dot needs two vectors of the same length");
        match Self::same_tape(Self::tape_of(x), Self::tape_of(y)) {
            Some(tape) => {
                let (value, handle) = K::dot(tape, x, y);
                Var { tape: Some(tape), handle, value }
            }
            None => {
                let [x, y] = [x, y].map(|list| list.iter().map(|x| x.value).collect::<Args<_>>());
                Var::constant(K::Scalar::dot(&x, &y))
            }
        }
    }

    #[track_caller]
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        assert_eq!(x.len(), weights.len(), "there must be one weight for each number");
        match Self::tape_of(x) {
            Some(tape) => {
                let (value, handle) = K::weighted_sum(tape, x, weights);
                Var { tape: Some(tape), handle, value }
            }
            None => Var::constant(K::Scalar::weighted_sum(&x.iter().map(|x| x.value).collect::<Args<_>>(), weights)),
        }
    }

    #[track_caller]
    fn matmul_nt(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        expect_rows(a, b, inner);
        match Self::same_tape(Self::tape_of(a), Self::tape_of(b)) {
            Some(tape) => K::matmul_nt(tape, a, b, inner),
            None => dot_each(a, b, inner),
        }
    }

    #[inline]
    #[track_caller]
    fn preaccumulate<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        match Self::tape_of(&x) {
            Some(tape) => K::preaccumulate(tape, x, f),
            None => f(x),
        }
    }

    #[inline(always)]
    #[track_caller]
    fn block<const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [Self; N]) -> [Self; M] {
        match Self::tape_of(&x) {
            Some(tape) => K::block(tape, block, x),
            None => K::Scalar::block(block, x.map(|x| x.value)).map(Var::constant),
        }
    }

    #[track_caller]
    fn map_block<const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [&[Self]; N]) -> [Vec<Self>; M] {
        // whether all are of one tape is asked where they are read
        match x.iter().find_map(|x| x.iter().find_map(|x| x.tape)) {
            Some(tape) => K::map_block(tape, block, x),
            None => map_each(block, x),
        }
    }

    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        block: &B,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        let lists = state.iter().map(|list| &**list).chain(params).chain([&carry[..]]);
        match Self::tape_of_lists(lists) {
            Some(tape) => K::scan(tape, block, passes, state, carry, params),
            None => scan_each(block, passes, state, carry, params),
        }
    }

    #[track_caller]
    fn sum_blocks<const N: usize, B: Block<N, 1>>(terms: impl IntoIterator<Item = (B, [Self; N])>) -> Self {
        K::sum_blocks(terms.into_iter())
    }

    #[track_caller]
    fn checkpoint<const N: usize>(
        steps: usize,
        state: [Self; N],
        params: &[Self],
        step: impl Fn(usize, [Self; N], &[Self]) -> [Self; N],
    ) -> [Self; N] {
        match Self::same_tape(Self::tape_of(&state), Self::tape_of(params)) {
            Some(tape) => K::checkpoint(tape, steps, state, params, step),
            None => (0..steps).fold(state, |state, i| step(i, state, params)),
        }
    }

    #[track_caller]
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        match Self::tape_of(x) {
            Some(tape) => K::sum_terms(tape, n, x, term),
            None => (0..n).map(|i| term(i, x)).sum(),
        }
    }
}

impl<K: Kind> From<f64> for Var<'_, K> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Var::constant(c.into())
    }
}

impl<K: Kind> Neg for Var<'_, K> {
    type Output = Self;
    #[inline(always)]
    #[track_caller]
    fn neg(self) -> Self {
        Self::call(&op::Neg, [self])
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<K: Kind> $Op for Var<'_, K> {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: Self) -> Self {
                Self::call(&op::$Op, [self, rhs])
            }
        }
        impl<K: Kind> $Op<f64> for Var<'_, K> {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: f64) -> Self {
                Self::call(&op::$Op, [self, rhs.into()])
            }
        }
        impl<'t, K: Kind> $Op<Var<'t, K>> for f64 {
            type Output = Var<'t, K>;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: Var<'t, K>) -> Var<'t, K> {
                Var::call(&op::$Op, [self.into(), rhs])
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!(['t, K: Kind] Var<'t, K>);

impl<K: Kind> Sum for Var<'_, K> {
    /// The sum, recorded as one node; the zero that the tape's numbers give if there is nothing to add.
    #[track_caller]
    fn sum<I: Iterator<Item = Self>>(mut iter: I) -> Self {
        match iter.next() {
            Some(first) => K::sum(first, iter),
            None => Var::constant(empty().sum()),
        }
    }
}

impl<'a, 't, K: Kind> Sum<&'a Var<'t, K>> for Var<'t, K> {
    /// The sum, recorded as one node.
    #[track_caller]
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.copied().sum()
    }
}

impl<K: Kind> Product for Var<'_, K> {
    /// The product; 1 if there is nothing to multiply.
    #[track_caller]
    fn product<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.reduce(|product, x| product * x).unwrap_or(Var::from(1.0))
    }
}

impl<K: Kind> PartialEq for Var<'_, K> {
    #[inline(always)]
    #[track_caller]
    fn eq(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Equal, self.value == rhs.value)
    }
}

// Each is overridden: the defaults would call `partial_cmp` from the standard library, and lose the source line.
impl<K: Kind> PartialOrd for Var<'_, K> {
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
    #[inline(always)]
    #[track_caller]
    fn lt(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Less, self.value < rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn le(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::LessEqual, self.value <= rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn gt(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::Greater, self.value > rhs.value)
    }
    #[inline(always)]
    #[track_caller]
    fn ge(&self, rhs: &Self) -> bool {
        self.compared(rhs, Relation::GreaterEqual, self.value >= rhs.value)
    }
}

/// A comparison with a plain number, so that `x > 0.0` reads as it does for `f64`.
impl<K: Kind> PartialEq<f64> for Var<'_, K> {
    #[inline(always)]
    #[track_caller]
    fn eq(&self, rhs: &f64) -> bool {
        *self == Var::from(*rhs)
    }
}

impl<K: Kind> PartialOrd<f64> for Var<'_, K> {
    #[track_caller]
    fn partial_cmp(&self, rhs: &f64) -> Option<Ordering> {
        self.partial_cmp(&Var::from(*rhs))
    }
    #[inline(always)]
    #[track_caller]
    fn lt(&self, rhs: &f64) -> bool {
        *self < Var::from(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn le(&self, rhs: &f64) -> bool {
        *self <= Var::from(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn gt(&self, rhs: &f64) -> bool {
        *self > Var::from(*rhs)
    }
    #[inline(always)]
    #[track_caller]
    fn ge(&self, rhs: &f64) -> bool {
        *self >= Var::from(*rhs)
    }
}

macro_rules! var {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<'t, K: Kind> Real for Var<'t, K> {
            type Mask = K::Mask<'t>;
            #[inline(always)]
            #[track_caller]
            fn less(self, rhs: Self) -> K::Mask<'t> {
                K::less(self, rhs)
            }
            #[inline(always)]
            #[track_caller]
            fn less_equal(self, rhs: Self) -> K::Mask<'t> {
                K::less_equal(self, rhs)
            }
            #[inline(always)]
            #[track_caller]
            fn equal(self, rhs: Self) -> K::Mask<'t> {
                K::equal(self, rhs)
            }
            #[inline(always)]
            #[track_caller]
            fn select(mask: K::Mask<'t>, yes: Self, no: Self) -> Self {
                K::select(mask, yes, no)
            }
            #[inline(always)]
            fn uniform(mask: K::Mask<'t>) -> Option<bool> {
                K::uniform(mask)
            }
            $(#[inline(always)]
            #[track_caller]
            fn $f(self) -> Self {
                Self::call(&op::$op, [self])
            })*
            $(#[inline(always)]
            #[track_caller]
            fn $g(self, rhs: Self) -> Self {
                Self::call(&op::$op2, [self, rhs])
            })*
        }
    };
}
intrinsics!(var);
