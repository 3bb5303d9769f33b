//! A tape for segments: parts of a program that are recorded on a tape of their own, reversed at once and forgotten.

use std::cell::{Cell, OnceCell};
use std::ptr;

/// The tape `T` of the segments of a tape: one, made when it is first needed, since segments come one after the other.
pub(super) struct Segment<T> {
    tape: OnceCell<Box<T>>,
    busy: Cell<bool>,
}

impl<T> Default for Segment<T> {
    fn default() -> Self {
        Segment { tape: OnceCell::new(), busy: Cell::new(false) }
    }
}

/// The tape of a segment while it is in use.
pub(super) struct Lent<'t, T> {
    pub(super) tape: &'t T,
    busy: &'t Cell<bool>,
}

impl<T> Segment<T> {
    /// Its tape, as the last segment left it; `None` while another segment of the same tape is open.
    pub(super) fn lend(&self, make: impl FnOnce() -> T) -> Option<Lent<'_, T>> {
        if self.busy.replace(true) {
            return None;
        }
        Some(Lent { tape: self.tape.get_or_init(|| Box::new(make())), busy: &self.busy })
    }

    /// Whether this is its tape.
    pub(super) fn is(&self, tape: &T) -> bool {
        self.tape.get().is_some_and(|own| ptr::eq(&**own, tape))
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        self.busy.set(false);
    }
}
