//! A [`DoubleDouble`] as a [`Real`].

use super::DoubleDouble;
use super::erf::{erf, erfc};
use super::math::*;
use crate::real::{Real, Special, Special2, intrinsics};

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
            /// The function of the first part, with the digits of `f64`, and its slope times the second part.
            fn special(self, f: Special) -> Self {
                let a = f.at(self.to_f64());
                if self.lo() == 0.0 { a.into() } else { DoubleDouble::new(a, f.slope(self.to_f64(), a) * self.lo()) }
            }
            fn special2(self, rhs: Self, f: Special2) -> Self {
                let x = [self.to_f64(), rhs.to_f64()];
                let lows = [self.lo(), rhs.lo()];
                let a = f.at(x);
                if lows == [0.0; 2] {
                    return a.into();
                }
                let [s, t] = f.slopes(x);
                DoubleDouble::new(a, s * lows[0] + t * lows[1])
            }
            $(fn $f(self) -> Self { $f(self) })*
            $(fn $g(self, rhs: Self) -> Self { $g(self, rhs) })*
        }
    };
}
intrinsics!(double_double);
