//! A [`DoubleDouble`] as a [`Real`].

use super::DoubleDouble;
use super::erf::{erf, erfc};
use super::math::*;
use crate::real::{Real, intrinsics};

macro_rules! double_double {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for DoubleDouble {
            type Mask = bool;
            fn less(self, rhs: Self) -> bool {
                self < rhs
            }
            fn less_equal(self, rhs: Self) -> bool {
                self <= rhs
            }
            fn equal(self, rhs: Self) -> bool {
                self == rhs
            }
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            fn uniform(mask: bool) -> Option<bool> {
                Some(mask)
            }
            $(fn $f(self) -> Self { $f(self) })*
            $(fn $g(self, rhs: Self) -> Self { $g(self, rhs) })*
        }
    };
}
intrinsics!(double_double);
