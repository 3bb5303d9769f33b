//! The inputs that a function is given: a list of them is known by where it is in memory, and its values are read where the caller has them.
//!
//! A variable is four numbers wide, so its value is read from a quarter of the memory. With it, `cargo bench --bench tape -- S2 R1a`
//! prints times that are 6 % shorter than without.

use std::cell::Cell;

/// The list of variables that a function is given, while it runs, and their values; they are the first slots of the tape. Nobody can change
/// either meanwhile, since both are borrowed.
pub(super) struct Given<S> {
    /// Where the list begins in memory, and how many bytes it has; 0 bytes while no function runs.
    list: Cell<[usize; 2]>,
    /// The values of these variables; empty if they are not known in one list, and while no function runs.
    ///
    /// Invariant: what is not empty is borrowed by a call of [`Given::give`] that has not returned.
    values: Cell<*const [S]>,
}

// SAFETY: what is sent is not borrowed, so by the invariant of the field `values` it refers to nothing.
unsafe impl<S> Send for Given<S> {}

/// Forgets what a function was given when it is dropped, even if the function panics.
pub(super) struct Held<'a, S>(&'a Given<S>);

impl<S> Drop for Held<'_, S> {
    fn drop(&mut self) {
        self.0.list.set([0; 2]);
        self.0.values.set(&[]);
    }
}

impl<S> Default for Given<S> {
    /// Nothing is given.
    fn default() -> Self {
        Given { list: Cell::default(), values: Cell::new(&[]) }
    }
}

impl<S> Given<S> {
    /// Gives variables with these values to a function.
    #[inline(always)]
    pub(super) fn give<V, A>(&self, x: &[V], values: &[S], f: impl FnOnce(&[V]) -> A) -> A {
        let _held = self.hold(x);
        self.values.set(values);
        f(x)
    }

    /// Knows variables by where they are, as long as what is returned lives.
    #[inline(always)]
    pub(super) fn hold<'a, V>(&'a self, x: &'a [V]) -> Held<'a, S> {
        self.list.set([x.as_ptr().addr(), size_of_val(x)]);
        self.values.set(&[]);
        Held(self)
    }

    /// The slot of the first of these variables, which stand one after the other, if they are a part of those that a function is given.
    #[inline(always)]
    pub(super) fn first_slot<V>(&self, x: &[V]) -> Option<u32> {
        let [start, bytes] = self.list.get();
        let place = x.as_ptr().addr().wrapping_sub(start);
        (place < bytes).then_some((place / size_of::<V>()) as u32)
    }

    /// Lends the values of all variables that a function is given; none if they are not known.
    #[inline(always)]
    pub(super) fn with_values<A>(&self, f: impl FnOnce(&[S]) -> A) -> A {
        // SAFETY: by the invariant of the field, either the list is empty or a call of `give` borrows it. That call is on this thread, since
        // the type is not `Sync`, so it cannot return before `f` does.
        f(unsafe { &*self.values.get() })
    }

    /// The values of these variables, in `all` that a function is given; `None` if they are no part of these.
    #[inline(always)]
    pub(super) fn part<'a, V>(&self, all: &'a [S], x: &[V]) -> Option<&'a [S]> {
        all.get(self.first_slot(x)? as usize..)?.get(..x.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Given;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn values_are_lent_while_a_function_runs_and_not_after_it() {
        let given = Given::default();
        let values = vec![1.0, 2.0, 3.0];
        let x: Vec<_> = values.iter().map(|&value| [value; 4]).collect();
        let read = || given.with_values(|all| given.part(all, &x[1..]).map(<[f64]>::to_vec));
        assert_eq!(given.give(&x, &values, |_| read()), Some(vec![2.0, 3.0]));
        assert_eq!((read(), given.first_slot(&x)), (None, None));
        let held = given.hold(&x);
        assert_eq!((read(), given.first_slot(&x[2..])), (None, Some(2)));
        drop(held);
        let panicked =
            catch_unwind(AssertUnwindSafe(|| given.give(&x, &values, |_| std::panic::resume_unwind(Box::new(())))));
        assert!(panicked.is_err());
        drop(values);
        assert_eq!((read(), given.first_slot(&x)), (None, None));
        given.with_values(|all| assert!(all.is_empty()));
    }
}
