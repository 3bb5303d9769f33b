//! Applying an op to a number.

use super::{Dual, Lanes, Op, Real, Reduce};
use crate::real::Twofold;
use smallvec::{SmallVec, smallvec};

/// A number that ops can be applied to. The numbers without a tape run the op's value, [`Dual`] uses its slope as
/// well, a variable records one node.
///
/// A generic program asks for `R: Apply`; it then has arithmetic, intrinsics and every op as a method
/// (with `use gprime::prelude::*`).
pub trait Apply: Real {
    /// Applies an op to its arguments.
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self;

    /// Applies an op of any number of arguments.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[track_caller]
    fn reduce<O: Reduce>(op: &O, x: &[Self]) -> Self;

    /// Applies an op of one argument: `x.apply(&LeakyRelu { slope: 0.2 })`.
    #[inline(always)]
    #[track_caller]
    fn apply<O: Op<1>>(self, op: &O) -> Self {
        Self::call(op, [self])
    }

    /// Applies an op of two arguments.
    #[inline(always)]
    #[track_caller]
    fn apply2<O: Op<2>>(self, rhs: Self, op: &O) -> Self {
        Self::call(op, [self, rhs])
    }
}

/// # Panics
/// If the op does not take `n` arguments.
#[track_caller]
pub(crate) fn expect_arity<O: Reduce>(op: &O, n: usize) {
    if let Some(fault) = op.fault(n) {
        panic!("{} {fault}", O::NAME);
    }
}

macro_rules! by_value {
    ($([$($generics:tt)*] $ty:ty;)*) => { $(
        impl<$($generics)*> Apply for $ty {
            #[inline(always)]
            fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
                op.value(x)
            }
            fn reduce<O: Reduce>(op: &O, x: &[Self]) -> Self {
                expect_arity(op, x.len());
                op.value(x)
            }
        } )*
    };
}
by_value! { [] f64; [] Twofold; [const L: usize] Lanes<L>; }

impl<R: Apply> Apply for Dual<R> {
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let primals = x.map(|x| x.primal);
        let a = R::call(op, primals);
        let slopes = op.slope(primals, a);
        let zero = R::from(0.0);
        Dual::new(a, (0..N).fold(zero, |sum, i| sum + x[i].tangent.chain(slopes[i])))
    }

    fn reduce<O: Reduce>(op: &O, x: &[Self]) -> Self {
        let primals: SmallVec<[R; 8]> = x.iter().map(|x| x.primal).collect();
        let a = R::reduce(op, &primals);
        let mut slopes: SmallVec<[R; 8]> = smallvec![R::from(0.0); x.len()];
        op.slope(&primals, a, &mut slopes);
        let zero = R::from(0.0);
        Dual::new(a, x.iter().zip(&slopes).fold(zero, |sum, (x, &s)| sum + x.tangent.chain(s)))
    }
}
