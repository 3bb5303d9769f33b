//! A number of a scope, what it stands on, and the open scope: types that refer to each other.

use super::open::{Anchor, NO_STAMP, Open};
use crate::function::Number;
use crate::op::call::Args;
use crate::real::Real;
use crate::tape::{Scalar, Tape};
use std::fmt;
use std::ops::Rem;
use std::ptr;
use std::thread::LocalKey;

/// What the numbers of a scope stand on: a [`Tape`] of `f64` or of [`Dual`](crate::Dual), or a [`Recorder`](crate::Recorder).
pub trait Holder: Sized + 'static {
    /// The values: `f64`, or [`Dual`](crate::Dual) numbers.
    type Value: Scalar + fmt::Display + Send + Sync;

    /// The number that borrows the holder, which a number of a scope stands for.
    #[doc(hidden)]
    type Number<'t>: Number + Rem<Output = Self::Number<'t>>;
    /// Where on the holder such a number is.
    #[doc(hidden)]
    type Node: Copy + Send + Sync;
    /// The result of a comparison as data.
    #[doc(hidden)]
    type Mask: Copy;

    /// The open scope of this thread.
    #[doc(hidden)]
    fn open() -> &'static LocalKey<Open<Self>>;
    /// A constant.
    #[doc(hidden)]
    fn constant<'t>(value: Self::Value) -> Self::Number<'t>;
    /// The number that is at a node of the holder; a constant, if there is no holder.
    #[doc(hidden)]
    fn join<'t>(holder: Option<&'t Self>, node: Self::Node, value: Self::Value) -> Self::Number<'t>;
    /// The parts that [`join`](Holder::join) puts together.
    #[doc(hidden)]
    fn split<'t>(number: Self::Number<'t>) -> (Option<&'t Self>, Self::Node, Self::Value);
    /// A mask of a scope's numbers as one of the numbers that borrow the holder.
    #[doc(hidden)]
    #[track_caller]
    fn mask<'t>(mask: Self::Mask, at: Current<'t, Self>) -> <Self::Number<'t> as Real>::Mask;
    /// As a mask of a scope's numbers.
    #[doc(hidden)]
    fn keep_mask<'t>(mask: <Self::Number<'t> as Real>::Mask, at: Current<'t, Self>) -> Self::Mask;
    /// As [`Real::uniform`].
    #[doc(hidden)]
    fn uniform(mask: Self::Mask) -> Option<bool>;
}

/// A number of the scope that is open in this thread: [the module](super) says what a scope is. It is `'static`, `Copy`, `Send` and `Sync`, has the
/// operators against itself and against `f64` on either side, and every op as a method (with `use gprime::prelude::*`).
///
/// `Scoped` stands on a [`Tape`] of `f64`, `Scoped<Tape<Dual>>` on one of dual numbers, and `Scoped<Recorder>` on a recorder. A number that no scope
/// has made is a constant; `Scoped::from(2.0)` makes one.
///
/// # Panics
/// Every operator, op and comparison panics, in every build, if a number is used outside of its scope: after it, in another one or on another
/// thread. What only reads it does not: [`value`](Scoped::value), and formatting.
pub struct Scoped<H: Holder = Tape> {
    /// The stamp of the scope; [`NO_STAMP`] of a constant.
    pub(super) stamp: u64,
    pub(super) node: H::Node,
    pub(super) value: H::Value,
}

impl<H: Holder> Clone for Scoped<H> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<H: Holder> Copy for Scoped<H> {}

impl<H: Holder> fmt::Debug for Scoped<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<H: Holder> fmt::Display for Scoped<H> {
    /// The value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<H: Holder> Scoped<H> {
    /// The value.
    #[inline(always)]
    pub fn value(self) -> H::Value {
        self.value
    }

    /// A constant: a number that no derivative is taken by.
    #[inline(always)]
    pub fn constant(value: H::Value) -> Self {
        Current::NONE.keep(H::constant(value))
    }

    /// Whether the number is a constant, made by no scope: then it is the same whatever the inputs are.
    #[inline(always)]
    pub fn is_constant(self) -> bool {
        self.stamp == NO_STAMP
    }
}

impl<H: Holder> From<f64> for Scoped<H> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Scoped::constant(c.into())
    }
}

/// The scope that is open in this thread while `'t` lasts, if one is.
///
/// Invariant: it has a holder if its stamp is not [`NO_STAMP`].
pub struct Current<'t, H> {
    stamp: u64,
    holder: Option<&'t H>,
}

impl<H> Clone for Current<'_, H> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<H> Copy for Current<'_, H> {}

/// # Panics
/// Always: a number with another stamp than the open scope was met.
#[cold]
#[inline(never)]
#[track_caller]
fn outside(open: u64) -> ! {
    if open == NO_STAMP {
        panic!(
            "a scoped number is used outside of its scope: none is open in this thread; use it in the closure that is given it, on the same thread, \
             and return what is needed later"
        )
    }
    panic!(
        "a scoped number of another scope is used: one of an earlier scope, of another thread, or from outside of a closure of `call_closure`, \
         `sum_terms` or `checkpoint`; use it in the closure that is given it, or its value"
    )
}

impl<'t, H: Holder> Current<'t, H> {
    /// No scope.
    pub(super) const NONE: Self = Current { stamp: NO_STAMP, holder: None };

    /// The open scope: what the macro `current` is made of.
    ///
    /// # Safety
    /// The anchor must be a local variable of a function that was called in the open scope, if there is one.
    #[inline(always)]
    pub(super) unsafe fn of(anchor: &'t Anchor) -> Self {
        // SAFETY: the caller's promise.
        let (stamp, holder) = H::open().with(|open| unsafe { open.get(anchor) });
        Current { stamp, holder }
    }

    /// Runs `f` in a scope of its own on this holder; also the scope is returned, for what `f` made in it.
    pub(super) fn on<A>(holder: &'t H, f: impl FnOnce(Self) -> A) -> (Self, A) {
        H::open().with(|open| {
            open.lend(holder, |stamp| {
                let at = Current { stamp, holder: Some(holder) };
                (at, f(at))
            })
        })
    }

    /// Runs `f` in the scope of these numbers: in this one if they are constants or stand on its holder, else in one of its own.
    ///
    /// # Panics
    /// If they stand on several holders.
    #[track_caller]
    pub(super) fn enter<A>(self, x: &[&[H::Number<'t>]], f: impl FnOnce(Self) -> A) -> (Self, A) {
        let mut holder: Option<&'t H> = None;
        for &x in x.iter().copied().flatten() {
            let (own, ..) = H::split(x);
            if let (Some(own), Some(other)) = (own, holder)
                && !ptr::eq(own, other)
            {
                panic!("a scope was given numbers of two different tapes or recorders; record all on one")
            }
            holder = holder.or(own);
        }
        match holder {
            Some(holder) if !self.holder.is_some_and(|own| ptr::eq(own, holder)) => Current::on(holder, f),
            _ => (self, f(self)),
        }
    }

    /// The number that borrows the holder.
    ///
    /// # Panics
    /// If it is of another scope.
    #[inline(always)]
    #[track_caller]
    pub(super) fn number(self, x: Scoped<H>) -> H::Number<'t> {
        // where no scope is open, this is the stamp of constants
        let holder = if x.stamp == self.stamp {
            self.holder
        } else if x.stamp == NO_STAMP {
            None
        } else {
            outside(self.stamp)
        };
        H::join(holder, x.node, x.value)
    }

    /// The numbers of a list that borrow the holder.
    #[inline]
    #[track_caller]
    pub(super) fn list(self, x: &[Scoped<H>]) -> Args<H::Number<'t>> {
        let mut list = Args::with_capacity(x.len());
        // a loop, since the line of the caller does not reach into a closure; so everywhere here
        for &x in x {
            list.push(self.number(x));
        }
        list
    }

    /// Those of an array.
    #[inline(always)]
    #[track_caller]
    pub(super) fn array<const N: usize>(self, x: [Scoped<H>; N]) -> [H::Number<'t>; N] {
        let mut numbers = [H::Number::from(0.0); N];
        for (number, &x) in numbers.iter_mut().zip(&x) {
            *number = self.number(x);
        }
        numbers
    }

    /// Those of any number of lists.
    #[track_caller]
    pub(super) fn all_lists(self, x: &[&[Scoped<H>]]) -> Args<Args<H::Number<'t>>> {
        let mut lists = Args::new();
        for x in x {
            lists.push(self.list(x));
        }
        lists
    }

    /// Those of so many lists.
    #[track_caller]
    pub(super) fn lists<const N: usize>(self, x: [&[Scoped<H>]; N]) -> [Args<H::Number<'t>>; N] {
        let mut lists = [(); N].map(|()| Args::new());
        for (list, x) in lists.iter_mut().zip(x) {
            *list = self.list(x);
        }
        lists
    }

    /// A number of the scope for one that borrows its holder.
    #[inline(always)]
    pub(super) fn keep(self, x: H::Number<'t>) -> Scoped<H> {
        let (holder, node, value) = H::split(x);
        Scoped { stamp: if holder.is_some() { self.stamp } else { NO_STAMP }, node, value }
    }

    /// Numbers of the scope for those that borrow its holder.
    #[inline]
    pub(super) fn keep_list(self, x: &[H::Number<'t>]) -> Vec<Scoped<H>> {
        x.iter().map(|&x| self.keep(x)).collect()
    }
}

/// Names the scope that is open, for the rest of a block of a function: `current!(at: H)`.
macro_rules! current {
    ($at:ident: $H:ty) => {
        let anchor = $crate::scoped::open::Anchor;
        // SAFETY: nobody else can name this variable, so it is one of the function that runs, which is neither `async` nor a closure that opens a
        // scope. What is open now was opened by a call that waits for this function.
        let $at = unsafe { $crate::scoped::number::Current::<$H>::of(&anchor) };
    };
}
pub(super) use current;
