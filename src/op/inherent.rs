//! The methods that a number has of its own, beside those of its traits.

use super::Call;
use crate::real::{DoubleDouble, Dual, Lanes, Single, SingleLanes};

/// The intrinsics and the most usual ops as methods of a type that implements [`Call`](crate::op::Call), so that they are found before those of
/// another library's trait that is in scope as well.
macro_rules! inherent_methods {
    ([$($generics:tt)*] $ty:ty) => {
        $crate::real::intrinsics! { inherent_methods @of [$($generics)*] [$ty] }
    };
    (@of [$($generics:tt)*] [$ty:ty]
        unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<$($generics)*> $ty {
            $(#[doc = $doc]
            #[doc = "."]
            #[inline(always)]
            #[track_caller]
            pub fn $f(self) -> Self {
                $crate::real::Real::$f(self)
            })*
            $(#[doc = $doc2]
            #[doc = "."]
            #[inline(always)]
            #[track_caller]
            pub fn $g(self, rhs: Self) -> Self {
                $crate::real::Real::$g(self, rhs)
            })*
            $crate::op::inherent_methods! { @ops
                "1 / x", recip();
                "xⁿ for an integer n", powi(n: i32);
                "xʸ, as [`pow`](crate::real::Real::pow)", powf(exponent: impl Into<Self>);
                "The larger of two numbers, as the op [`Max`](crate::op::Max)", max(rhs: impl Into<Self>);
                "The smaller of two numbers, as the op [`Min`](crate::op::Min)", min(rhs: impl Into<Self>);
                "x, but at least `lo` and at most `hi`", clamp(lo: f64, hi: f64);
                "x · factor + term", mul_add(factor: impl Into<Self>, term: impl Into<Self>);
            }
        }
    };
    (@ops $($doc:literal, $f:ident($($arg:ident: $t:ty),*);)*) => { $(
        #[doc = $doc]
        #[doc = "."]
        #[inline(always)]
        #[track_caller]
        pub fn $f(self $(, $arg: $t)*) -> Self {
            $crate::op::Arithmetic::$f(self $(, $arg)*)
        } )*
    };
}
pub(crate) use inherent_methods;

inherent_methods!([R: Call] Dual<R>);
inherent_methods!([] Single);
inherent_methods!([] DoubleDouble);
inherent_methods!([const L: usize] Lanes<L>);
inherent_methods!([const L: usize] SingleLanes<L>);
