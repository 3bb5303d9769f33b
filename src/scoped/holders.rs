//! The tapes and the recorder, as what the numbers of a scope stand on.

use super::number::{Current, Holder, Scoped};
use super::open::Open;
use crate::graph::{Expr, Recorder};
use crate::real::Dual;
use crate::tape::{Handle, Scalar, Tape, Var};
use std::fmt::Display;
use std::ops::Rem;
use std::thread::LocalKey;

/// A number whose tape can be that of a scope: `f64`, or [`Dual`].
pub trait Base: Scalar + Rem<Output = Self> + Display + Send + Sync + 'static {
    /// The open scope of this thread.
    #[doc(hidden)]
    fn open() -> &'static LocalKey<Open<Tape<Self>>>;
}

/// An `open` of a scope on this holder.
macro_rules! open {
    ($Holder:ty) => {
        #[inline(always)]
        fn open() -> &'static LocalKey<Open<$Holder>> {
            thread_local! {
                static OPEN: Open<$Holder> = const { Open::none() };
            }
            &OPEN
        }
    };
}

impl Base for f64 {
    open!(Tape<f64>);
}

impl Base for Dual {
    open!(Tape<Dual>);
}

// `'t: 't` says that a lifetime is a parameter of the trait's method, which its own types do not tell
impl<S: Base> Holder for Tape<S> {
    type Value = S;
    type Number<'t> = Var<'t, S>;
    type Node = Handle<S>;
    type Mask = bool;

    #[inline(always)]
    fn open() -> &'static LocalKey<Open<Self>> {
        S::open()
    }
    #[inline(always)]
    fn constant<'t>(value: S) -> Var<'t, S> {
        Var::constant(value)
    }
    #[inline(always)]
    fn join<'t>(holder: Option<&'t Self>, node: Handle<S>, value: S) -> Var<'t, S> {
        Var::of_parts(holder, node, value)
    }
    #[inline(always)]
    fn split<'t: 't>(number: Var<'t, S>) -> (Option<&'t Self>, Handle<S>, S) {
        number.parts()
    }
    #[inline(always)]
    fn mask<'t>(mask: bool, _: Current<'t, Self>) -> bool {
        mask
    }
    #[inline(always)]
    fn keep_mask<'t>(mask: bool, _: Current<'t, Self>) -> bool {
        mask
    }
    #[inline(always)]
    fn uniform(mask: bool) -> Option<bool> {
        Some(mask)
    }
}

impl Holder for Recorder {
    type Value = f64;
    type Number<'t> = Expr<'t>;
    type Node = u32;
    type Mask = Scoped<Recorder>;

    open!(Recorder);
    fn constant<'t>(value: f64) -> Expr<'t> {
        Expr::constant(value)
    }
    fn join<'t>(holder: Option<&'t Self>, node: u32, value: f64) -> Expr<'t> {
        Expr::of_parts(holder, node, value)
    }
    fn split<'t: 't>(number: Expr<'t>) -> (Option<&'t Self>, u32, f64) {
        number.parts()
    }
    #[track_caller]
    fn mask<'t>(mask: Scoped<Recorder>, at: Current<'t, Self>) -> Expr<'t> {
        at.number(mask)
    }
    fn keep_mask<'t>(mask: Expr<'t>, at: Current<'t, Self>) -> Scoped<Recorder> {
        at.keep(mask)
    }
    fn uniform(_: Scoped<Recorder>) -> Option<bool> {
        None
    }
}

/// A number that borrows its tape or its recorder, for which a number of a scope can stand.
pub trait Bound<'t>: Sized {
    /// The tape or the recorder.
    type Holder: Holder<Number<'t> = Self>;
}
impl<'t, S: Base> Bound<'t> for Var<'t, S> {
    type Holder = Tape<S>;
}
impl<'t> Bound<'t> for Expr<'t> {
    type Holder = Recorder;
}
