//! Comparisons, choice and constants as ops: what a rule's branches become on a recorder, and what a program takes out of its derivative.

use super::{Op, Point, Visitor};
use crate::real::Real;
use smallvec::smallvec;

/// The comparisons: 1 where one holds, else 0.
macro_rules! comparisons {
    ($($(#[$doc:meta])* $Op:ident, $name:literal, $f:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Op;
        impl Op<2> for $Op {
            const NAME: &'static str = $name;
            #[inline(always)]
            fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
                R::select(x.$f(y), 1.0.into(), 0.0.into())
            }
            #[inline(always)]
            fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
                [0.0.into(); 2]
            }
            fn jumps(&self) -> Vec<Point> {
                [-1.5, 0.0, 2.0].map(|t| smallvec![t, t]).into()
            }
        } )*
    };
}
comparisons! {
    /// 1 if x < y, else 0.
    Less, "less", less;
    /// 1 if x ≤ y, else 0.
    LessEqual, "less_equal", less_equal;
    /// 1 if x = y, else 0.
    Equal, "equal", equal;
}

/// The second argument if the first, a comparison's 0 or 1, is 1, else the third.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select;
impl Op<3> for Select {
    const NAME: &'static str = "select";
    #[inline(always)]
    fn value<R: Real>(&self, [m, yes, no]: [R; 3]) -> R {
        R::select(R::from(0.5).less(m), yes, no)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [m, _, _]: [R; 3], _: R) -> [R; 3] {
        let [zero, one] = [0.0, 1.0].map(R::from);
        let m = R::from(0.5).less(m);
        [zero, R::select(m, one, zero), R::select(m, zero, one)]
    }
    fn jumps(&self) -> Vec<Point> {
        vec![smallvec![0.5, 2.0, -1.0]]
    }
    fn samples(&self) -> Vec<[f64; 3]> {
        vec![[0.0, 2.0, -1.0], [1.0, 2.0, -1.0], [0.0, -0.5, 3.0], [1.0, 1e-3, 10.0]]
    }
}

/// Its argument as a constant, with the slope 0: [`Real::detach`]. It is in no registry, since it is a choice of the program and no function
/// of numbers: differences of its value contradict its slope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detach;
impl Op<1> for Detach {
    const NAME: &'static str = "detach";
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x.detach()
    }
    fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
        [0.0.into()]
    }
}

pub(super) fn visit(visitor: &mut impl Visitor) {
    visitor.op(Less);
    visitor.op(LessEqual);
    visitor.op(Equal);
    visitor.op(Select);
}
