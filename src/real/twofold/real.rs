//! A [`Twofold`] as a [`Real`].

use super::Twofold;
use super::erf::{erf, erfc};
use super::math::*;
use crate::real::{Real, intrinsics};

macro_rules! twofold {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for Twofold {
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
            fn decided(mask: bool) -> Option<bool> {
                Some(mask)
            }
            $(fn $f(self) -> Self { $f(self) })*
            $(fn $g(self, rhs: Self) -> Self { $g(self, rhs) })*
        }
    };
}
intrinsics!(twofold);
