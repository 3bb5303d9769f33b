//! The scope that is open in a thread: what its numbers stand on, lent for the time of a call.
//!
//! A thread-local keeps no borrowed reference in safe Rust, and the tape or the recorder of a scope may be the caller's, in the middle of a program.
//! So the reference is kept as a pointer, and lent again with the lifetime of a local variable.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// The stamp of no scope, which constants have.
pub(super) const NO_STAMP: u64 = 0;

/// The innermost open scope of a thread: its stamp, and the holder of its numbers, which the caller of [`Open::lend`] borrows.
///
/// Invariant: `holder` is null, or borrowed by a call of `lend` on this thread that has not returned.
pub struct Open<T> {
    stamp: Cell<u64>,
    holder: Cell<*const T>,
}

/// A local variable, whose lifetime is how long an open scope may be referred to.
pub(super) struct Anchor;

/// Opens the scope again that was open before, also after a panic.
struct Before<'a, T>(&'a Open<T>, u64, *const T);

impl<T> Drop for Before<'_, T> {
    fn drop(&mut self) {
        self.0.stamp.set(self.1);
        self.0.holder.set(self.2);
    }
}

impl<T> Open<T> {
    /// No scope.
    pub(super) const fn none() -> Self {
        Open { stamp: Cell::new(NO_STAMP), holder: Cell::new(std::ptr::null()) }
    }

    /// Runs `f` in a scope of its own, on this holder. `f` is given the scope's stamp, which no other scope of the program has.
    pub(super) fn lend<A>(&self, holder: &T, f: impl FnOnce(u64) -> A) -> A {
        static NEXT: AtomicU64 = AtomicU64::new(NO_STAMP + 1);
        let stamp = NEXT.fetch_add(1, Ordering::Relaxed);
        let _before = Before(self, self.stamp.replace(stamp), self.holder.replace(holder));
        f(stamp)
    }

    /// Whether a scope is open.
    pub(super) fn is_some(&self) -> bool {
        self.stamp.get() != NO_STAMP
    }

    /// The stamp and the holder of the open scope; [`NO_STAMP`] and `None` if there is none.
    ///
    /// # Safety
    /// The anchor must be a local variable of a function that was called in the open scope, if there is one.
    #[inline(always)]
    pub(super) unsafe fn get<'a>(&self, _anchor: &'a Anchor) -> (u64, Option<&'a T>) {
        // SAFETY: by the invariant a call of `lend` borrows the holder. It is on this thread, since the type is not `Sync`, and the function of the
        // anchor returns before it does.
        (self.stamp.get(), unsafe { self.holder.get().as_ref() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Open};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// What is open, in the function that is called.
    fn read(open: &Open<Vec<i32>>) -> Option<(u64, Vec<i32>)> {
        let anchor = Anchor;
        // SAFETY: the anchor is a local variable, and no scope is opened here.
        let (stamp, holder) = unsafe { open.get(&anchor) };
        holder.map(|holder| (stamp, holder.clone()))
    }

    #[test]
    fn a_holder_is_lent_while_a_function_runs_and_not_after_it() {
        let open = Open::none();
        assert_eq!((read(&open), open.is_some()), (None, false));
        let (outer, inner) = (vec![1], vec![2]);
        open.lend(&outer, |first| {
            assert_eq!(read(&open), Some((first, vec![1])));
            open.lend(&inner, |second| {
                assert!(second > first);
                assert_eq!(read(&open), Some((second, vec![2])));
            });
            assert_eq!(read(&open), Some((first, vec![1])));
            let short_lived = vec![3];
            let panics = || open.lend(&short_lived, |_| std::panic::resume_unwind(Box::new(())));
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
            drop(short_lived);
            assert_eq!(read(&open), Some((first, vec![1])));
        });
        drop((outer, inner));
        assert_eq!((read(&open), open.is_some()), (None, false));
    }
}
