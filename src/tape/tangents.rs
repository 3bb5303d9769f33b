//! Forward mode in several directions at once.

use crate::op::apply::{Args, expect_arity, len};
use crate::op::{self, Apply, Op, Reduce};
use crate::real::{Real, assign_operators, intrinsics};
use smallvec::smallvec;
use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A primal with `N` tangents, its derivatives in as many directions: vector forward mode, for functions of few inputs.
///
/// Unlike a [`Dual`](crate::Dual), whose derivatives are a second opinion on the rules, it takes the slopes of the rules themselves, as a tape
/// does, and needs no memory but its own.
///
/// `EXACT` says whether 0 annihilates ±∞ and NaN in the chain rule, as it does everywhere else. Without that the products are plain, and several
/// times faster; whoever finds a NaN among the tangents then asks again with `EXACT`, as the reverse sweep does.
///
/// ```
/// use gprime::prelude::*;
/// use gprime::tape::Tangents;
///
/// let [x, y]: [Tangents<f64, 2>; 2] = Tangents::variables([2.0, 3.0]);
/// let z = x * y + x.sin();
/// assert_eq!(z.tangents, [3.0 + 2f64.cos(), 2.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tangents<R, const N: usize, const EXACT: bool = true> {
    /// The value.
    pub primal: R,
    /// The derivative of the value in each direction.
    pub tangents: [R; N],
}

impl<R: Apply, const N: usize, const EXACT: bool> Tangents<R, N, EXACT> {
    /// A number that does not depend on the variables.
    #[inline(always)]
    pub fn constant(primal: R) -> Self {
        Tangents { primal, tangents: [R::from(0.0); N] }
    }

    /// The variable that is the `i`th direction.
    ///
    /// # Panics
    /// If there are not so many directions.
    #[inline(always)]
    pub fn variable(primal: R, i: usize) -> Self {
        let mut x = Tangents::constant(primal);
        x.tangents[i] = R::from(1.0);
        x
    }

    /// All variables of a function, each with a direction of its own.
    #[inline(always)]
    pub fn variables(primals: [R; N]) -> [Self; N] {
        from_fn(|i| Tangents::variable(primals[i], i))
    }

    /// Applies an op; what is not active is a constant.
    #[inline(always)]
    fn apply<const M: usize, O: Op<M>>(op: &O, x: [Self; M], active: [bool; M]) -> Self {
        let (primal, slopes) = R::call_and_slope(op, x.map(|x| x.primal));
        let share = |i: usize, k: usize| {
            let tangent = x[i].tangents[k];
            if EXACT { tangent.chain(slopes[i]) } else { tangent * slopes[i] }
        };
        let tangents = from_fn(|k| {
            let shares = (0..M).filter(|&i| active[i]).map(|i| share(i, k));
            shares.reduce(R::add).unwrap_or(R::from(0.0))
        });
        Tangents { primal, tangents }
    }
}

impl<R: Apply, const N: usize, const EXACT: bool> Apply for Tangents<R, N, EXACT> {
    #[inline(always)]
    fn call<const M: usize, O: Op<M>>(op: &O, x: [Self; M]) -> Self {
        Self::apply(op, x, [true; M])
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        expect_arity(op, len(x));
        let x = || x.iter().copied().flatten();
        let primals: Args<R> = x().map(|x| x.primal).collect();
        let primal = R::reduce(op, &primals);
        let mut slopes: Args<R> = smallvec![R::from(0.0); primals.len()];
        op.slope(&primals, primal, &mut slopes);
        let mut sum = Tangents::constant(primal);
        for (x, &slope) in x().zip(&slopes) {
            for (sum, &tangent) in sum.tangents.iter_mut().zip(&x.tangents) {
                *sum += if EXACT { tangent.chain(slope) } else { tangent * slope };
            }
        }
        sum
    }
}

impl<R: Apply, const N: usize, const EXACT: bool> From<f64> for Tangents<R, N, EXACT> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Tangents::constant(R::from(c))
    }
}

impl<R: Apply, const N: usize, const EXACT: bool> Neg for Tangents<R, N, EXACT> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::call(&op::Neg, [self])
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<R: Apply, const N: usize, const EXACT: bool> $Op for Tangents<R, N, EXACT> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Self::call(&op::$Op, [self, rhs])
            }
        }
        impl<R: Apply, const N: usize, const EXACT: bool> $Op<f64> for Tangents<R, N, EXACT> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                Self::apply(&op::$Op, [self, rhs.into()], [true, false])
            }
        }
        impl<R: Apply, const N: usize, const EXACT: bool> $Op<Tangents<R, N, EXACT>> for f64 {
            type Output = Tangents<R, N, EXACT>;
            #[inline(always)]
            fn $f(self, rhs: Tangents<R, N, EXACT>) -> Tangents<R, N, EXACT> {
                Tangents::apply(&op::$Op, [self.into(), rhs], [false, true])
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([R: Apply, const N: usize, const EXACT: bool] Tangents<R, N, EXACT>);

impl<R: Apply, const N: usize, const EXACT: bool> std::iter::Sum for Tangents<R, N, EXACT> {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.reduce(Add::add).unwrap_or(Tangents::from(0.0))
    }
}

macro_rules! tangents {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<R: Apply, const N: usize, const EXACT: bool> Real for Tangents<R, N, EXACT> {
            type Mask = R::Mask;
            #[inline(always)]
            fn less(self, rhs: Self) -> R::Mask {
                self.primal.less(rhs.primal)
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> R::Mask {
                self.primal.less_equal(rhs.primal)
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> R::Mask {
                self.primal.equal(rhs.primal)
            }
            #[inline(always)]
            fn select(mask: R::Mask, yes: Self, no: Self) -> Self {
                let tangents = from_fn(|k| R::select(mask, yes.tangents[k], no.tangents[k]));
                Tangents { primal: R::select(mask, yes.primal, no.primal), tangents }
            }
            #[inline(always)]
            fn decided(mask: R::Mask) -> Option<bool> {
                R::decided(mask)
            }
            $(#[inline(always)] fn $f(self) -> Self { Self::call(&op::$op, [self]) })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { Self::call(&op::$op2, [self, rhs]) })*
        }
    };
}
intrinsics!(tangents);
