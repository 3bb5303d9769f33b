//! The operations that the engines know. Every other op is made of these by its rule.

use crate::graph::{DynOp, dyn_op, is_op};
use crate::op;
use crate::real::{Real, intrinsics};
use std::sync::Arc;

/// The primitive among those of a number of arguments that an op is.
macro_rules! find {
    ($known:ident, $N:literal: $($Op:ident)*) => { $(
        if is_op::<$N, _>($known, &op::$Op) {
            return Some(Primitive::$Op);
        }
    )* };
}

/// The op that a primitive is.
macro_rules! op_of {
    ($primitive:expr, $($Op:ident)*) => {
        match $primitive { $(Primitive::$Op => dyn_op(op::$Op),)* }
    };
}

/// A loop over lists of numbers, which takes what is done with each.
pub(super) trait Loop<R> {
    /// To the numbers of one list.
    fn one(self, f: impl Fn(R) -> R);
    /// To those of two.
    fn two(self, f: impl Fn(R, R) -> R);
    /// To those of three.
    fn three(self, f: impl Fn(R, R, R) -> R);
}

macro_rules! primitives {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        /// An operation of arithmetic, a comparison, a choice, or an intrinsic of [`Real`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Primitive {
            Add, Sub, Mul, Div, Neg, Less, LessEqual, Equal, Select, Detach,
            $($op,)*
            $($op2,)*
        }

        impl Primitive {
            /// How many primitives there are.
            pub const COUNT: usize = [
                Primitive::Add, Primitive::Sub, Primitive::Mul, Primitive::Div, Primitive::Neg, Primitive::Less, Primitive::LessEqual,
                Primitive::Equal, Primitive::Select, Primitive::Detach, $(Primitive::$op,)* $(Primitive::$op2,)*
            ]
            .len();

            /// The primitive that an op is, if it is one.
            pub fn of(known: &dyn DynOp) -> Option<Self> {
                match known.arity() {
                    Some(1) => { find!(known, 1: Neg Detach $($op)*); }
                    Some(2) => { find!(known, 2: Add Sub Mul Div Less LessEqual Equal $($op2)*); }
                    Some(3) => { find!(known, 3: Select); }
                    _ => {}
                }
                None
            }

            /// The op that the primitive is.
            pub fn op(self) -> Arc<dyn DynOp> {
                op_of!(self, Add Sub Mul Div Neg Less LessEqual Equal Select Detach $($op)* $($op2)*)
            }

            /// Hands the operation to a loop, for lists of numbers: which operation it is is asked once for all of them.
            #[inline(always)]
            pub fn in_loop<R: Real>(self, over: impl Loop<R>) {
                let holds = |mask| R::select(mask, 1.0.into(), 0.0.into());
                match self {
                    Primitive::Add => over.two(|x, y| x + y),
                    Primitive::Sub => over.two(|x, y| x - y),
                    Primitive::Mul => over.two(|x, y| x * y),
                    Primitive::Div => over.two(|x, y| x / y),
                    Primitive::Neg => over.one(|x| -x),
                    Primitive::Less => over.two(|x, y| holds(x.less(y))),
                    Primitive::LessEqual => over.two(|x, y| holds(x.less_equal(y))),
                    Primitive::Equal => over.two(|x, y| holds(x.equal(y))),
                    Primitive::Select => over.three(|mask, yes, no| R::select(R::from(0.5).less(mask), yes, no)),
                    Primitive::Detach => over.one(|x| x),
                    $(Primitive::$op => over.one(|x| x.$f()),)*
                    $(Primitive::$op2 => over.two(|x, y| x.$g(y)),)*
                }
            }

            /// The result for any number; a comparison gives 1 where it holds, else 0. There must be as many arguments as the operation takes.
            #[inline(always)]
            pub fn apply<R: Real>(self, x: &[R]) -> R {
                let holds = |mask| R::select(mask, 1.0.into(), 0.0.into());
                match self {
                    Primitive::Add => x[0] + x[1],
                    Primitive::Sub => x[0] - x[1],
                    Primitive::Mul => x[0] * x[1],
                    Primitive::Div => x[0] / x[1],
                    Primitive::Neg => -x[0],
                    Primitive::Less => holds(x[0].less(x[1])),
                    Primitive::LessEqual => holds(x[0].less_equal(x[1])),
                    Primitive::Equal => holds(x[0].equal(x[1])),
                    Primitive::Select => R::select(R::from(0.5).less(x[0]), x[1], x[2]),
                    Primitive::Detach => x[0],
                    $(Primitive::$op => x[0].$f(),)*
                    $(Primitive::$op2 => x[0].$g(x[1]),)*
                }
            }
        }
    };
}
intrinsics!(primitives);
