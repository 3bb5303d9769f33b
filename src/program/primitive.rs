//! The operations that the engines know. Every other op is made of these by its rule.

use crate::graph::{DynOp, dyn_op, is_op};
use crate::op::{self, Call};
use crate::real::intrinsics;
use std::sync::Arc;

/// The primitive among those of a number of arguments that an op is.
macro_rules! find {
    ($known:ident, $N:literal: $($Op:ident)*) => { $(
        if is_op::<$N, _>($known, &op::$Op) {
            return Some(Primitive::$Op);
        }
    )* };
}

/// Shows a primitive to a visitor.
macro_rules! show {
    ($primitive:expr, $visitor:ident, $($Op:ident)*) => {
        match $primitive { $(Primitive::$Op => $visitor.visit(bodies::$Op),)* }
    };
}

/// The op that a primitive is.
macro_rules! op_of {
    ($primitive:expr, $($Op:ident)*) => {
        match $primitive { $(Primitive::$Op => dyn_op(op::$Op),)* }
    };
}

/// What is done with `N` numbers in each pass of a loop: a type and no closure, so that it is always inlined into the loop, and compiled for the
/// instruction set of that.
pub(super) trait Body<const N: usize> {
    /// Whether it has many steps.
    const IS_LONG: bool = true;
    /// The result.
    fn apply<R: Call>(&self, x: [R; N]) -> R;
}

/// Takes a primitive as what is done in a loop.
pub(super) trait Visitor {
    /// What is made of it.
    type Out;
    /// A primitive of `N` numbers.
    fn visit<const N: usize, B: Body<N>>(self, body: B) -> Self::Out;
}

/// Applies a primitive to the first of some numbers.
struct Numbers<'a, R>(&'a [R]);

impl<R: Call> Visitor for Numbers<'_, R> {
    type Out = R;
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) -> R {
        let mut x = [R::from(0.0); N];
        x.copy_from_slice(&self.0[..N]);
        body.apply(x)
    }
}

/// The primitives as bodies of loops.
pub(super) mod bodies {
    use super::{Body, Primitive};
    use crate::op::Call;
    use crate::real::{Real, intrinsics};

    macro_rules! bodies {
        ($($Name:ident $long:expr, |$x:ident: [R; $N:literal]| $result:expr;)*) => { $(
            pub struct $Name;
            impl Body<$N> for $Name {
                const IS_LONG: bool = $long;
                #[inline(always)]
                fn apply<R: Call>(&self, $x: [R; $N]) -> R {
                    $result
                }
            } )*
        };
    }
    /// Whether an intrinsic has many steps.
    const fn is_long(intrinsic: Primitive) -> bool {
        !matches!(intrinsic, Primitive::Chain | Primitive::Abs | Primitive::Sqrt)
    }
    #[inline(always)]
    fn holds<R: Real>(mask: R::Mask) -> R {
        R::select(mask, 1.0.into(), 0.0.into())
    }
    bodies! {
        Add false, |x: [R; 2]| x[0] + x[1];
        Sub false, |x: [R; 2]| x[0] - x[1];
        Mul false, |x: [R; 2]| x[0] * x[1];
        Div false, |x: [R; 2]| x[0] / x[1];
        Neg false, |x: [R; 1]| -x[0];
        Less false, |x: [R; 2]| holds(x[0].less(x[1]));
        LessEqual false, |x: [R; 2]| holds(x[0].less_equal(x[1]));
        Equal false, |x: [R; 2]| holds(x[0].equal(x[1]));
        Select false, |x: [R; 3]| R::select(R::from(0.5).less(x[0]), x[1], x[2]);
        Detach false, |x: [R; 1]| x[0];
    }
    macro_rules! of_intrinsics {
        (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
            bodies! {
                $($op is_long(Primitive::$op), |x: [R; 1]| x[0].$f();)*
                $($op2 is_long(Primitive::$op2), |x: [R; 2]| x[0].$g(x[1]);)*
            }
        };
    }
    intrinsics!(of_intrinsics);
}

macro_rules! primitives {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        /// An operation of arithmetic, a comparison, a choice, or an intrinsic of [`Real`](crate::real::Real).
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

            /// Shows the primitive to a visitor.
            #[inline(always)]
            pub fn show<V: Visitor>(self, visitor: V) -> V::Out {
                show!(self, visitor, Add Sub Mul Div Neg Less LessEqual Equal Select Detach $($op)* $($op2)*)
            }

            /// The result for any number; a comparison gives 1 where it holds, else 0. There must be as many arguments as the operation takes.
            #[inline(always)]
            pub fn apply<R: Call>(self, x: &[R]) -> R {
                self.show(Numbers(x))
            }
        }
    };
}
intrinsics!(primitives);
