//! The visitor that is shown the built-in ops, and the macro with which a file lists its own.

use super::{Op, Reduce};

/// Is shown every built-in op with its type, in the registry's order: what a generic program over all of them is.
pub trait Visitor {
    /// An op of `N` arguments.
    fn op<const N: usize, O: Op<N>>(&mut self, op: O);
    /// An op of any number of arguments.
    fn reduce<O: Reduce>(&mut self, op: O);
}

/// Lists the ops of one file: for each a line that makes its method and its entry in the registry.
///
/// `fn name(self, more arguments; parameters: type) = op, as op in the registry;`, or just the op where [`Real`](crate::real::Real) has the method.
macro_rules! ops {
    ($(#[$doc:meta])* trait $Trait:ident; $($(fn $name:ident(self $(, $arg:ident)* $(; $($p:ident: $t:ty),+)?) =)? $op:expr $(, as $entry:expr)?;)*) => {
        $(#[$doc])*
        pub trait $Trait: $crate::op::Call {
            $($(
                #[doc = concat!("Applies `", stringify!($op), "`, with this number as its first argument.")]
                #[inline(always)]
                #[track_caller]
                fn $name(self $(, $arg: impl Into<Self>)* $($(, $p: $t)+)?) -> Self {
                    Self::call(&$op, [self $(, $arg.into())*])
                }
            )?)*
        }
        impl<R: $crate::op::Call> $Trait for R {}
        pub(super) fn visit(visitor: &mut impl $crate::op::Visitor) {
            $(visitor.op($crate::op::ops!(@entry $op $(, $entry)?));)*
        }
    };
    (@entry $op:expr) => { $op };
    (@entry $op:expr, $entry:expr) => { $entry };
}
pub(crate) use ops;
