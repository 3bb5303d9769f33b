//! Lanes as plain arrays, which the compiler makes as wide as the registers of an instruction set.

use super::{Isa, Real, assign_operators, intrinsics, math, number_traits};
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `L` numbers worked on side by side, by the instructions of the set `I`.
///
/// Every operation is a loop over the array, always inlined: in a function compiled for AVX2 (see [`dispatch`](super::dispatch)) it becomes a few
/// instructions on four numbers each, in any other of those of the target. The result in a lane depends on the arguments in that lane and on
/// `I` alone, not on `L`, nor on the place of the lane, nor on what is in the others.
///
/// The four operations, the square root and the comparisons have the bits of `f64`. The functions that have kernels of their own do not; their
/// errors are said there. All others go lane by lane to the function of `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide<I: Isa, const L: usize>(pub [f64; L], PhantomData<I>);

/// Whether something holds in each lane: all bits of the lane, or none.
#[derive(Clone, Copy, Debug)]
pub struct Mask<const L: usize>([u64; L]);

impl<I: Isa, const L: usize> Wide<I, L> {
    /// The numbers in the lanes.
    #[inline(always)]
    pub fn new(lanes: [f64; L]) -> Self {
        Wide(lanes, PhantomData)
    }

    /// What `f` makes of each lane.
    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        let mut y = self;
        for i in 0..L {
            y.0[i] = f(self.0[i]);
        }
        y
    }

    /// What `f` makes of each lane of both.
    #[inline(always)]
    fn both(self, rhs: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut y = self;
        for i in 0..L {
            y.0[i] = f(self.0[i], rhs.0[i]);
        }
        y
    }

    /// What holds in each lane of both.
    #[inline(always)]
    fn compare(self, rhs: Self, f: impl Fn(f64, f64) -> bool) -> Mask<L> {
        let mut mask = Mask([0; L]);
        for i in 0..L {
            mask.0[i] = if f(self.0[i], rhs.0[i]) { u64::MAX } else { 0 };
        }
        mask
    }

    /// self · b + c, rounded once where the set has an instruction for it.
    #[inline(always)]
    #[allow(dead_code)] // for the kernels
    pub(super) fn mul_add(self, b: Self, c: Self) -> Self {
        let mut y = self;
        for i in 0..L {
            y.0[i] = I::mul_add(self.0[i], b.0[i], c.0[i]);
        }
        y
    }
}

impl<I: Isa, const L: usize> From<f64> for Wide<I, L> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Wide::new([c; L])
    }
}

impl<I: Isa, const L: usize> Neg for Wide<I, L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(|x| -x)
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<I: Isa, const L: usize> $Op for Wide<I, L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                self.both(rhs, |x, y| x.$f(y))
            }
        }
        impl<I: Isa, const L: usize> $Op<f64> for Wide<I, L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Wide::from(rhs))
            }
        }
        impl<I: Isa, const L: usize> $Op<Wide<I, L>> for f64 {
            type Output = Wide<I, L>;
            #[inline(always)]
            fn $f(self, rhs: Wide<I, L>) -> Wide<I, L> {
                Wide::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([I: Isa, const L: usize] Wide<I, L>);
number_traits!([I: Isa, const L: usize] Wide<I, L>);

impl<I: Isa, const L: usize> std::iter::Sum for Wide<I, L> {
    #[inline(always)]
    fn sum<T: Iterator<Item = Self>>(iter: T) -> Self {
        iter.fold(Wide::from(-0.0), Add::add)
    }
}

macro_rules! wide {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<I: Isa, const L: usize> Real for Wide<I, L> {
            type Mask = Mask<L>;
            #[inline(always)]
            fn less(self, rhs: Self) -> Mask<L> {
                self.compare(rhs, |x, y| x < y)
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> Mask<L> {
                self.compare(rhs, |x, y| x <= y)
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> Mask<L> {
                self.compare(rhs, |x, y| x == y)
            }
            #[inline(always)]
            fn select(mask: Mask<L>, yes: Self, no: Self) -> Self {
                let mut y = yes;
                for i in 0..L {
                    y.0[i] = if mask.0[i] != 0 { yes.0[i] } else { no.0[i] };
                }
                y
            }
            #[inline(always)]
            fn uniform(mask: Mask<L>) -> Option<bool> {
                let (mut all, mut any) = (u64::MAX, 0);
                for i in 0..L {
                    all &= mask.0[i];
                    any |= mask.0[i];
                }
                (all != 0 || any == 0).then_some(all != 0)
            }
            /// Each branch is called in one place, so that the compiler inlines it: what it does not inline is compiled for the baseline.
            #[inline(always)]
            fn select_lazy(mask: Mask<L>, yes: impl FnOnce() -> Self, no: impl FnOnce() -> Self) -> Self {
                let (mut chosen, mut other) = (Self::from(0.0), Self::from(0.0));
                let uniform = Self::uniform(mask);
                if uniform != Some(false) {
                    chosen = yes();
                }
                if uniform != Some(true) {
                    other = no();
                }
                Self::select(mask, chosen, other)
            }
            $(#[inline(always)] fn $f(self) -> Self { kernel::$f(self) })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { kernel::$g(self, rhs) })*
        }
    };
}
intrinsics!(wide);

/// The functions: one lane after the other, unless there is a kernel for all at once.
mod kernel {
    use super::{Isa, Real, Wide, math};
    pub use one_by_one::*;

    mod one_by_one {
        use super::{Isa, Real, Wide};
        use crate::real::intrinsics;

        macro_rules! one_by_one {
            (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
                $(#[inline(always)]
                #[allow(dead_code)] // where there is a kernel
                pub fn $f<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
                    x.each(<f64 as Real>::$f)
                })*
                $(#[inline(always)]
                #[allow(dead_code)]
                pub fn $g<I: Isa, const L: usize>(x: Wide<I, L>, y: Wide<I, L>) -> Wide<I, L> {
                    x.both(y, <f64 as Real>::$g)
                })*
            };
        }
        intrinsics!(one_by_one);
    }

    /// [`one_by_one::tanh`] would compute the rest as well in each lane.
    #[inline(always)]
    pub fn tanh<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        math::tanh_and_rest(x).0
    }

    #[inline(always)]
    pub fn sign<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        let one = x.each(|x| 1f64.copysign(x));
        Wide::select(x.equal(0.0.into()), x, Wide::select(x.equal(x), one, x))
    }

    #[inline(always)]
    pub fn mul_strong_zero<I: Isa, const L: usize>(adjoint: Wide<I, L>, slope: Wide<I, L>) -> Wide<I, L> {
        let zero = Wide::from(0.0);
        Wide::select(adjoint.equal(zero), zero, Wide::select(slope.equal(zero), zero, adjoint * slope))
    }
}

#[cfg(test)]
mod tests;
