//! The tape and its variables.

use super::scalar::Scalar;
use super::segment::Segment;
use super::store::{Handle, Place, Store};
use std::cell::Cell;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a gradient needs of a program that is run: for each recorded result the slots of its arguments, and the slopes by them.
///
/// A tape is not an answer: adjoints live in a [`Gradient`](super::Gradient). It is reused after [`reset`](Tape::reset) without allocating,
/// and variables of the earlier use do not compile then:
///
/// ```compile_fail
/// # use gprime::Tape;
/// let mut tape = Tape::new();
/// let x = tape.var(1.0);
/// tape.reset();
/// let y = x + x;
/// ```
///
/// `S` is the number that values and slopes are. With `Tape<Dual<f64>>` it is forward over reverse, with the variable of another tape reverse
/// over reverse; levels are types, so nested derivatives cannot be confused.
pub struct Tape<S: Scalar = f64> {
    id: u64,
    /// How often it has been emptied.
    pub(super) uses: Cell<u64>,
    pub(super) store: Store<S>,
    pub(super) segment: Segment<Tape<S>>,
}

impl<S: Scalar> Default for Tape<S> {
    fn default() -> Self {
        Tape::new()
    }
}

impl<S: Scalar> Tape<S> {
    /// An empty tape: it answers for its inputs. It holds 2³¹ − 1 slots, one for each input and each recorded result; what would record more
    /// panics.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Tape { id, uses: Cell::new(0), store: Store::default(), segment: Segment::default() }
    }

    /// Which tape this is, and which use of it.
    pub(super) fn stamp(&self) -> (u64, u64) {
        (self.id, self.uses.get())
    }
}

impl<S: Scalar> fmt::Debug for Tape<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A number on a tape. It is `Copy`, has the operators against itself and against `f64` on either side, and every op as
/// a method (with `use gprime::prelude::*`).
///
/// A variable without a tape is a constant; `Var::from(2.0)` makes one. Operators panic when two variables are of
/// different tapes, in every build.
pub struct Var<'t, S: Scalar = f64> {
    pub(super) tape: Option<&'t Tape<S>>,
    pub(super) handle: Handle<S>,
    pub(super) value: S,
}

impl<S: Scalar> Clone for Var<'_, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Scalar> Copy for Var<'_, S> {}

impl<S: Scalar> fmt::Debug for Var<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}

impl<S: Scalar + fmt::Display> fmt::Display for Var<'_, S> {
    /// The value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}

/// # Panics
/// Always: these two tapes met in one op, or in one call.
#[cold]
#[inline(never)]
#[track_caller]
fn foreign<S: Scalar>(one: &Tape<S>, other: &Tape<S>) -> ! {
    if one.segment.is(other) || other.segment.is(one) {
        panic!(
            "a variable from outside is used in a closure that is recorded on a tape of its own, as those of `checkpoint`, `sum_terms` and \
             `call_closure` are; pass it to the call as one of the variables that the closure is given, or use its value"
        )
    }
    panic!("an op was given variables of two different tapes; record both on one tape")
}

impl<'t, S: Scalar> Var<'t, S> {
    /// The value.
    #[inline(always)]
    pub fn value(self) -> S {
        self.value
    }

    /// A constant: a number that no derivative is taken by. Inside a nested derivative, a value of the
    /// outer level enters the inner one so.
    #[inline(always)]
    pub fn constant(value: S) -> Self {
        // not the slope of a slot, so that who finds a slope of 1 need not ask whether there is a tape
        Var { tape: None, handle: Handle { place: Place(0), slope: S::from(0.0) }, value }
    }

    /// The tape, the place on it and the value: what [`of_parts`](Var::of_parts) makes a variable of.
    #[inline(always)]
    pub(crate) fn parts(self) -> (Option<&'t Tape<S>>, Handle<S>, S) {
        (self.tape, self.handle, self.value)
    }

    /// The variable whose [`parts`](Var::parts) these are; the handle must be of this use of the tape.
    #[inline(always)]
    pub(crate) fn of_parts(tape: Option<&'t Tape<S>>, handle: Handle<S>, value: S) -> Self {
        Var { tape, handle, value }
    }

    /// The tape of these variables; `None` if all are constants.
    #[inline(always)]
    #[track_caller]
    pub(super) fn tape_of(x: &[Self]) -> Option<&'t Tape<S>> {
        // most often all are of one tape, and a loop without a branch says so
        if let [first, rest @ ..] = x
            && rest.len() > 3
            && let Some(tape) = first.tape
            && rest.iter().fold(true, |same, x| same & x.tape.is_some_and(|other| ptr::eq(tape, other)))
        {
            return Some(tape);
        }
        // a loop, since the line of the caller does not reach into a closure
        let mut tape = None;
        for x in x {
            tape = Self::same_tape(tape, x.tape);
        }
        tape
    }

    /// The tape of a list of variables, which is asked for where it is in memory: most often it is a part of the inputs that a function is given.
    #[inline(always)]
    #[track_caller]
    pub(super) fn tape_of_list(x: &[Self]) -> Option<&'t Tape<S>> {
        match x.first().and_then(|first| first.tape) {
            Some(tape) if tape.store.given.first_slot(x).is_some() => Some(tape),
            _ => Self::tape_of(x),
        }
    }

    /// The tape of all variables in these lists.
    #[inline(always)]
    #[track_caller]
    pub(super) fn tape_of_lists<'a>(lists: impl Iterator<Item = &'a [Self]>) -> Option<&'t Tape<S>>
    where
        't: 'a,
        S: 'a,
    {
        let mut tape = None;
        for list in lists {
            tape = Self::same_tape(tape, Self::tape_of_list(list));
        }
        tape
    }

    /// The tape of two variables, of which either may be a constant.
    #[inline(always)]
    #[track_caller]
    pub(super) fn same_tape(a: Option<&'t Tape<S>>, b: Option<&'t Tape<S>>) -> Option<&'t Tape<S>> {
        match (a, b) {
            // most often, and then one comparison says so
            (Some(a), Some(b)) if ptr::eq(a, b) => Some(a),
            (Some(a), Some(b)) => foreign(a, b),
            (None, tape) | (tape, None) => tape,
        }
    }
}

impl<S: Scalar> From<f64> for Var<'_, S> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Var::constant(c.into())
    }
}
