//! The arithmetic of numbers whose every operation is a call of an op: those that are recorded.

/// The operators against itself and against `f64` on either side, the assigning ones, and what follows from them, of a type that
/// implements [`Call`](crate::op::Call).
macro_rules! operators_by_calls {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> std::ops::Neg for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn neg(self) -> Self {
                $crate::op::Call::call(&$crate::op::Neg, [self])
            }
        }
        $crate::op::operators_by_calls! { @one [$($generics)*] $ty, Add add }
        $crate::op::operators_by_calls! { @one [$($generics)*] $ty, Sub sub }
        $crate::op::operators_by_calls! { @one [$($generics)*] $ty, Mul mul }
        $crate::op::operators_by_calls! { @one [$($generics)*] $ty, Div div }
        $crate::real::assign_operators! { [$($generics)*] $ty }
        $crate::real::number_traits! { [$($generics)*] $ty }
    };
    (@one [$($generics:tt)*] $ty:ty, $Op:ident $f:ident) => {
        impl<$($generics)*> std::ops::$Op for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: Self) -> Self {
                $crate::op::Call::call(&$crate::op::$Op, [self, rhs])
            }
        }
        impl<$($generics)*> std::ops::$Op<f64> for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: f64) -> Self {
                $crate::op::Call::call(&$crate::op::$Op, [self, rhs.into()])
            }
        }
        impl<$($generics)*> std::ops::$Op<$ty> for f64 {
            type Output = $ty;
            #[inline(always)]
            #[track_caller]
            fn $f(self, rhs: $ty) -> $ty {
                $crate::op::Call::call(&$crate::op::$Op, [self.into(), rhs])
            }
        }
    };
}
pub(crate) use operators_by_calls;

/// The intrinsics, inside of an implementation of [`Real`](crate::real::Real).
macro_rules! intrinsics_by_calls {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        $(#[inline(always)]
        #[track_caller]
        fn $f(self) -> Self {
            $crate::op::Call::call(&$crate::op::$op, [self])
        })*
        $(#[inline(always)]
        #[track_caller]
        fn $g(self, rhs: Self) -> Self {
            $crate::op::Call::call(&$crate::op::$op2, [self, rhs])
        })*
        #[inline]
        #[track_caller]
        fn special(self, f: $crate::real::Special) -> Self {
            f.call(self)
        }
        #[inline]
        #[track_caller]
        fn special2(self, rhs: Self, f: $crate::real::Special2) -> Self {
            f.call([self, rhs])
        }
    };
}
pub(crate) use intrinsics_by_calls;
