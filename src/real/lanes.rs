//! Several points at once, in the lanes of a vector register.

use super::{Real, assign_operators, intrinsics};
use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `L` points of `f64`, worked on side by side. Every operation acts on each lane as it would on an `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<const L: usize = 4>(
    /// One number a lane.
    pub [f64; L],
);

impl<const L: usize> Lanes<L> {
    fn map2<T: Copy>(self, rhs: Self, f: impl Fn(f64, f64) -> T) -> [T; L] {
        from_fn(|i| f(self.0[i], rhs.0[i]))
    }
}

impl<const L: usize> From<f64> for Lanes<L> {
    fn from(c: f64) -> Self {
        Lanes([c; L])
    }
}

impl<const L: usize> Neg for Lanes<L> {
    type Output = Self;
    fn neg(self) -> Self {
        Lanes(self.0.map(|x| -x))
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<const L: usize> $Op for Lanes<L> {
            type Output = Self;
            fn $f(self, rhs: Self) -> Self {
                Lanes(self.map2(rhs, f64::$f))
            }
        }
        impl<const L: usize> $Op<f64> for Lanes<L> {
            type Output = Self;
            fn $f(self, rhs: f64) -> Self {
                self.$f(Lanes::from(rhs))
            }
        }
        impl<const L: usize> $Op<Lanes<L>> for f64 {
            type Output = Lanes<L>;
            fn $f(self, rhs: Lanes<L>) -> Lanes<L> {
                Lanes::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([const L: usize] Lanes<L>);

impl<const L: usize> std::iter::Sum for Lanes<L> {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Lanes([0.0; L]), Add::add)
    }
}

macro_rules! lanes {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<const L: usize> Real for Lanes<L> {
            type Mask = [bool; L];
            fn less(self, rhs: Self) -> [bool; L] {
                self.map2(rhs, |x, y| x < y)
            }
            fn less_equal(self, rhs: Self) -> [bool; L] {
                self.map2(rhs, |x, y| x <= y)
            }
            fn equal(self, rhs: Self) -> [bool; L] {
                self.map2(rhs, |x, y| x == y)
            }
            fn select(mask: [bool; L], yes: Self, no: Self) -> Self {
                Lanes(from_fn(|i| if mask[i] { yes.0[i] } else { no.0[i] }))
            }
            fn decided(mask: [bool; L]) -> Option<bool> {
                let first = *mask.first()?;
                mask.iter().all(|&m| m == first).then_some(first)
            }
            $(fn $f(self) -> Self { Lanes(self.0.map(<f64 as Real>::$f)) })*
            $(fn $g(self, rhs: Self) -> Self { Lanes(self.map2(rhs, <f64 as Real>::$g)) })*
        }
    };
}
intrinsics!(lanes);
