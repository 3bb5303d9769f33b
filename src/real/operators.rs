//! The operators of a number that follow from those by value, for every number in one place.

use super::Real;

/// `a op= b` from `a op b`, for a type with the four operators, against itself and against `f64`.
macro_rules! assign_operators {
    (@one [$($generics:tt)*] $ty:ty, $rhs:ty, $Op:ident $f:ident $sign:tt) => {
        impl<$($generics)*> std::ops::$Op<$rhs> for $ty {
            #[inline(always)]
            #[track_caller]
            fn $f(&mut self, rhs: $rhs) {
                *self = *self $sign rhs;
            }
        }
    };
    (@all $generics:tt $ty:ty, $rhs:ty) => {
        $crate::real::assign_operators! { @one $generics $ty, $rhs, AddAssign add_assign + }
        $crate::real::assign_operators! { @one $generics $ty, $rhs, SubAssign sub_assign - }
        $crate::real::assign_operators! { @one $generics $ty, $rhs, MulAssign mul_assign * }
        $crate::real::assign_operators! { @one $generics $ty, $rhs, DivAssign div_assign / }
    };
    ($generics:tt $ty:ty) => {
        $crate::real::assign_operators! { @all $generics $ty, Self }
        $crate::real::assign_operators! { @all $generics $ty, f64 }
    };
}
pub(crate) use assign_operators;

/// Comparisons with a plain number, so that `x > 0.0` reads as it does for `f64`, of a type that is compared with itself.
macro_rules! comparisons_with_f64 {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> PartialEq<f64> for $ty {
            #[inline(always)]
            #[track_caller]
            fn eq(&self, rhs: &f64) -> bool {
                *self == Self::from(*rhs)
            }
        }

        impl<$($generics)*> PartialOrd<f64> for $ty {
            #[track_caller]
            fn partial_cmp(&self, rhs: &f64) -> Option<std::cmp::Ordering> {
                self.partial_cmp(&Self::from(*rhs))
            }
            $crate::real::comparisons_with_f64! { @one lt <, le <=, gt >, ge >= }
        }
    };
    (@one $($f:ident $sign:tt),*) => { $(
        #[inline(always)]
        #[track_caller]
        fn $f(&self, rhs: &f64) -> bool {
            *self $sign Self::from(*rhs)
        }
    )* };
}
pub(crate) use comparisons_with_f64;

/// What is expected of any number that has the operators by value: those with references on either side or both, sums and products, also of
/// references, and 0 as the default. The sum by value is the type's own.
macro_rules! number_traits {
    ([$($generics:tt)*] $ty:ty) => {
        $crate::real::number_traits! { @references [$($generics)*] $ty, Add add AddAssign add_assign }
        $crate::real::number_traits! { @references [$($generics)*] $ty, Sub sub SubAssign sub_assign }
        $crate::real::number_traits! { @references [$($generics)*] $ty, Mul mul MulAssign mul_assign }
        $crate::real::number_traits! { @references [$($generics)*] $ty, Div div DivAssign div_assign }

        impl<$($generics)*> std::ops::Neg for &$ty {
            type Output = $ty;
            #[inline(always)]
            #[track_caller]
            fn neg(self) -> $ty {
                -*self
            }
        }

        impl<$($generics)*> Default for $ty {
            /// The constant 0.
            #[inline(always)]
            fn default() -> Self {
                Self::from(0.0)
            }
        }

        impl<$($generics)*> std::iter::Product for $ty {
            /// The product; 1 if there is nothing to multiply.
            #[track_caller]
            fn product<Numbers: Iterator<Item = Self>>(iter: Numbers) -> Self {
                iter.reduce(|product, x| product * x).unwrap_or(Self::from(1.0))
            }
        }

        $crate::real::number_traits! { @of_references [$($generics)*] $ty, Sum sum }
        $crate::real::number_traits! { @of_references [$($generics)*] $ty, Product product }
    };
    (@references $generics:tt $ty:ty, $Op:ident $f:ident $Assign:ident $g:ident) => {
        $crate::real::number_traits! { @one $generics $ty, &$ty, $ty, $Op $f }
        $crate::real::number_traits! { @one $generics &$ty, $ty, $ty, $Op $f }
        $crate::real::number_traits! { @one $generics &$ty, &$ty, $ty, $Op $f }
        $crate::real::number_traits! { @one $generics &$ty, f64, $ty, $Op $f }
        $crate::real::number_traits! { @one $generics f64, &$ty, $ty, $Op $f }
        $crate::real::number_traits! { @assign $generics $ty, $Assign $g }
    };
    (@one [$($generics:tt)*] $left:ty, $right:ty, $out:ty, $Op:ident $f:ident) => {
        impl<$($generics)*> std::ops::$Op<$right> for $left {
            type Output = $out;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: $right) -> $out {
                // the numbers themselves, whether these are references or not
                std::ops::$Op::$f(self.to_owned(), rhs.to_owned())
            }
        }
    };
    (@assign [$($generics:tt)*] $ty:ty, $Assign:ident $g:ident) => {
        impl<$($generics)*> std::ops::$Assign<&$ty> for $ty {
            #[inline(always)]
            #[track_caller]
            fn $g(&mut self, rhs: &$ty) {
                std::ops::$Assign::$g(self, *rhs);
            }
        }
    };
    (@of_references [$($generics:tt)*] $ty:ty, $Fold:ident $f:ident) => {
        impl<'number, $($generics)*> std::iter::$Fold<&'number $ty> for $ty {
            /// As of the numbers themselves.
            #[inline]
            #[track_caller]
            fn $f<Numbers: Iterator<Item = &'number $ty>>(iter: Numbers) -> Self {
                iter.copied().$f()
            }
        }
    };
}
pub(crate) use number_traits;

/// The operator `%` against `f64` on either side, with references and assigning, of a type that has it by value.
macro_rules! remainder_operators {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> std::ops::Rem<f64> for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn rem(self, rhs: f64) -> Self {
                self % Self::from(rhs)
            }
        }
        impl<$($generics)*> std::ops::Rem<$ty> for f64 {
            type Output = $ty;
            #[inline(always)]
            #[track_caller]
            fn rem(self, rhs: $ty) -> $ty {
                <$ty>::from(self) % rhs
            }
        }
        $crate::real::assign_operators! { @one [$($generics)*] $ty, Self, RemAssign rem_assign % }
        $crate::real::assign_operators! { @one [$($generics)*] $ty, f64, RemAssign rem_assign % }
        $crate::real::number_traits! { @references [$($generics)*] $ty, Rem rem RemAssign rem_assign }
    };
}
pub(crate) use remainder_operators;

/// The slopes of the remainder a = x % y, which is x − n y of an integer n: 1 by x and −n by y. Where x is a multiple of y the remainder jumps
/// as y changes, and the slope by y is 0. Where it is not defined, for y = 0 and for an infinite x, they are NaN.
#[inline(always)]
pub(crate) fn remainder_slopes<R: Real>(x: R, y: R, a: R) -> [R; 2] {
    let [zero, one] = [0.0, 1.0].map(R::from);
    // x − a is a multiple of y, where x / y may be rounded up to the next integer
    let n = R::select(a.equal(zero), zero, ((x - a) / y).round().detach());
    let undefined = (x + y) * f64::NAN;
    [one, -n].map(|slope| R::select(a.equal(a), slope, undefined))
}
