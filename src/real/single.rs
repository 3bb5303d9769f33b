//! Single precision as a number.

use super::{Real, Special, Special2, assign_operators, intrinsics, math, number_traits, remainder_operators};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A number of single precision, wherever an `f64` may be: on a tape, in a dual number, in a run of a graph.
///
/// An operation, and an op as a whole, is computed in double precision and rounded once; so are the slopes of an op. Of the four
/// operations and the square root that is what the processor's own instructions for `f32` give.
///
/// ```
/// use gprime::prelude::*;
///
/// let x = [0.1, 0.2].map(Single::from);
/// assert_eq!(x[0] + x[1], Single(0.1f32 + 0.2f32));
/// assert_eq!(gradient(|x| x[0].sigmoid() * x[1], &x)[1], Single(0.1f64.sigmoid() as f32));
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Single(
    /// The number.
    pub f32,
);

impl Single {
    /// The number in double precision, which holds it exactly.
    #[inline(always)]
    pub fn to_f64(self) -> f64 {
        f64::from(self.0)
    }
}

impl fmt::Debug for Single {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Single {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<f64> for Single {
    /// The nearest number of single precision.
    #[inline(always)]
    fn from(c: f64) -> Self {
        Single(c as f32)
    }
}

impl Neg for Single {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Single(-self.0)
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl $Op for Single {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Single(self.0.$f(rhs.0))
            }
        }
        impl $Op<f64> for Single {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Single::from(rhs))
            }
        }
        impl $Op<Single> for f64 {
            type Output = Single;
            #[inline(always)]
            fn $f(self, rhs: Single) -> Single {
                Single::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([] Single);
number_traits!([] Single);

impl Rem for Single {
    type Output = Self;
    #[inline(always)]
    fn rem(self, rhs: Self) -> Self {
        Single(self.0 % rhs.0)
    }
}
remainder_operators!([] Single);

impl std::iter::Sum for Single {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Single(iter.map(|x| x.0).sum())
    }
}

impl PartialEq<f64> for Single {
    #[inline(always)]
    fn eq(&self, rhs: &f64) -> bool {
        *self == Single::from(*rhs)
    }
}

impl PartialOrd<f64> for Single {
    #[inline(always)]
    fn partial_cmp(&self, rhs: &f64) -> Option<std::cmp::Ordering> {
        self.partial_cmp(&Single::from(*rhs))
    }
}

macro_rules! single {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for Single {
            type Mask = bool;
            #[inline(always)]
            fn less(self, rhs: Self) -> bool {
                self < rhs
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> bool {
                self <= rhs
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> bool {
                self == rhs
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn uniform(mask: bool) -> Option<bool> {
                Some(mask)
            }
            #[inline]
            fn special(self, f: Special) -> Self {
                f.at(self.to_f64()).into()
            }
            #[inline]
            fn special2(self, rhs: Self, f: Special2) -> Self {
                f.at([self.to_f64(), rhs.to_f64()]).into()
            }
            $(#[inline(always)] fn $f(self) -> Self { math::$f(self.to_f64()).into() })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { math::$g(self.to_f64(), rhs.to_f64()).into() })*
        }
    };
}
intrinsics!(single);
