//! `f64` as a [`Real`].

use super::{Real, Special, Special2, intrinsics, math};

macro_rules! float {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for f64 {
            type Mask = bool;
            #[inline(always)]
            fn less(self, rhs: f64) -> bool {
                self < rhs
            }
            #[inline(always)]
            fn less_equal(self, rhs: f64) -> bool {
                self <= rhs
            }
            #[inline(always)]
            fn equal(self, rhs: f64) -> bool {
                self == rhs
            }
            #[inline(always)]
            fn select(mask: bool, yes: f64, no: f64) -> f64 {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn uniform(mask: bool) -> Option<bool> {
                Some(mask)
            }
            #[inline]
            fn special(self, f: Special) -> f64 {
                f.at(self)
            }
            #[inline]
            fn special2(self, rhs: f64, f: Special2) -> f64 {
                f.at([self, rhs])
            }
            $(#[inline(always)] fn $f(self) -> f64 { math::$f(self) })*
            $(#[inline(always)] fn $g(self, rhs: f64) -> f64 { math::$g(self, rhs) })*
        }
    };
}
intrinsics!(float);
