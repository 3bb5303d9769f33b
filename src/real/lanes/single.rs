//! Several points of single precision at once.

use super::{Lanes, Mask, write_list};
use crate::real::{Real, Single, Special, Special2, assign_operators, intrinsics, number_traits};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `L` points of [`Single`], worked on side by side. Every operation acts on each lane as it would on a `Single`: in the kernels of
/// [`Lanes`], which are of double precision, and rounded once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SingleLanes<const L: usize = 4>(
    /// One number a lane.
    pub [f32; L],
);

impl<const L: usize> SingleLanes<L> {
    /// The numbers in double precision.
    #[inline(always)]
    pub fn to_f64(self) -> Lanes<L> {
        Lanes(self.0.map(f64::from))
    }
}

impl<const L: usize> fmt::Display for SingleLanes<L> {
    /// `[1, 2]`: the number in each lane.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(&self.0, f)
    }
}

impl<const L: usize> From<Lanes<L>> for SingleLanes<L> {
    /// The nearest numbers of single precision.
    #[inline(always)]
    fn from(lanes: Lanes<L>) -> Self {
        SingleLanes(lanes.0.map(|x| x as f32))
    }
}

impl<const L: usize> From<f64> for SingleLanes<L> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        SingleLanes([Single::from(c).0; L])
    }
}

impl<const L: usize> Neg for SingleLanes<L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        SingleLanes(self.0.map(|x| -x))
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<const L: usize> $Op for SingleLanes<L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                self.to_f64().$f(rhs.to_f64()).into()
            }
        }
        impl<const L: usize> $Op<f64> for SingleLanes<L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(SingleLanes::from(rhs))
            }
        }
        impl<const L: usize> $Op<SingleLanes<L>> for f64 {
            type Output = SingleLanes<L>;
            #[inline(always)]
            fn $f(self, rhs: SingleLanes<L>) -> SingleLanes<L> {
                SingleLanes::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([const L: usize] SingleLanes<L>);
number_traits!([const L: usize] SingleLanes<L>);

impl<const L: usize> std::iter::Sum for SingleLanes<L> {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(SingleLanes([-0.0; L]), Add::add)
    }
}

macro_rules! lanes {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<const L: usize> Real for SingleLanes<L> {
            type Mask = Mask<L>;
            #[inline(always)]
            fn less(self, rhs: Self) -> Mask<L> {
                self.to_f64().less(rhs.to_f64())
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> Mask<L> {
                self.to_f64().less_equal(rhs.to_f64())
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> Mask<L> {
                self.to_f64().equal(rhs.to_f64())
            }
            #[inline(always)]
            fn select(mask: Mask<L>, yes: Self, no: Self) -> Self {
                Lanes::select(mask, yes.to_f64(), no.to_f64()).into()
            }
            #[inline(always)]
            fn uniform(mask: Mask<L>) -> Option<bool> {
                Lanes::uniform(mask)
            }
            #[inline]
            fn special(self, f: Special) -> Self {
                self.to_f64().special(f).into()
            }
            #[inline]
            fn special2(self, rhs: Self, f: Special2) -> Self {
                self.to_f64().special2(rhs.to_f64(), f).into()
            }
            $(#[inline(always)] fn $f(self) -> Self { self.to_f64().$f().into() })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { self.to_f64().$g(rhs.to_f64()).into() })*
        }
    };
}
intrinsics!(lanes);
