//! `f64` as a [`Real`].

use super::{Real, Scalar, intrinsics, math};

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
            $(#[inline(always)] fn $f(self) -> f64 { math::$f(self) })*
            $(#[inline(always)] fn $g(self, rhs: f64) -> f64 { math::$g(self, rhs) })*
        }
    };
}
intrinsics!(float);

impl Scalar for f64 {
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.is_nan()
    }
    #[inline(always)]
    fn fold(self, inner: f64) -> Option<f64> {
        let product = self * inner;
        if product.is_normal() { Some(product) } else { fold_zero(self, inner) }
    }
}

/// A product that is not normal: exactly 0 if a factor is 0, else to be kept as two factors.
#[cold]
fn fold_zero(outer: f64, inner: f64) -> Option<f64> {
    (outer == 0.0 && !inner.is_nan() || inner == 0.0 && !outer.is_nan()).then_some(0.0)
}
