//! A list that grows behind a shared reference: what the tape's entries are kept in.
//!
//! A `RefCell<Vec<T>>` would do the same and costs a test and two stores for every entry. What makes this sound is that
//! no reference into the list is ever handed out while it can grow, and that nothing of the caller's runs while it does.

use std::cell::UnsafeCell;

/// A list of `Copy` items that can be pushed to through `&self`, by one thread.
pub(super) struct Bump<T>(UnsafeCell<Vec<T>>);

impl<T> Bump<T> {
    /// A list with these items.
    pub fn new(items: Vec<T>) -> Self {
        Bump(UnsafeCell::new(items))
    }

    /// Takes all items, and their memory.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(self.0.get_mut())
    }
}

impl<T: Copy> Bump<T> {
    /// The number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        // SAFETY: `Bump` is not `Sync`, and no `&mut` to the list outlives a method of this type but `push`, which
        // does not call back; so nothing else refers to the list now.
        unsafe { (*self.0.get()).len() }
    }

    /// Appends an item; its place is returned.
    ///
    /// # Panics
    /// If there would be more than `limit` items.
    #[inline(always)]
    pub fn push(&self, item: T, limit: usize) -> usize {
        self.push_all([item], limit)
    }

    /// Appends several items, at least one; the place of the last is returned.
    ///
    /// # Panics
    /// If there would be more than `limit` items.
    #[inline(always)]
    pub fn push_all<const K: usize>(&self, items: [T; K], limit: usize) -> usize {
        // SAFETY: as in `len`; this `&mut` is the only reference, and `grow` and `write` run no code of the caller's
        // (`T: Copy` has no drop).
        let list = unsafe { &mut *self.0.get() };
        let place = list.len();
        if list.capacity() - place < K {
            grow(list, K, limit);
        }
        // SAFETY: there is room for `K` more: either there was before, or `grow` made it or panicked.
        unsafe {
            let room = list.as_mut_ptr().add(place);
            (0..K).for_each(|i| room.add(i).write(items[i]));
            list.set_len(place + K);
        }
        place + K - 1
    }

    /// Appends several items.
    pub fn extend(&self, items: &[T]) {
        // SAFETY: as in `push`; the items are no part of the list, since `with` lends those of another one.
        unsafe { (*self.0.get()).extend_from_slice(items) }
    }

    /// Removes all items but the first `len`.
    fn truncate(&self, len: usize) {
        // SAFETY: as in `len`; items lent by `with` are in another list.
        unsafe { (*self.0.get()).truncate(len) }
    }

    /// Removes all items, and keeps the memory.
    #[inline(always)]
    pub fn clear(&self) {
        // SAFETY: as in `len`; items lent by `with` are in another list.
        unsafe { (*self.0.get()).clear() }
    }

    /// Gives the items to `f`, which must not push: it would find the list empty, and what it pushed would be lost. They are back
    /// afterwards, even if `f` panics.
    pub fn with<A>(&self, f: impl FnOnce(&[T]) -> A) -> A {
        /// Puts the list back when it is dropped.
        struct Lent<'b, T>(&'b Bump<T>, Vec<T>);
        impl<T> Drop for Lent<'_, T> {
            fn drop(&mut self) {
                // SAFETY: as in `len`; `f` has returned or panicked, and nothing of it runs any more.
                unsafe { *self.0.0.get() = std::mem::take(&mut self.1) };
            }
        }
        // SAFETY: as in `len`. The list is moved out while `f` runs, so that a push inside `f` meets another list.
        let lent = Lent(self, std::mem::take(unsafe { &mut *self.0.get() }));
        f(&lent.1)
    }

    /// Takes back what is appended from now on, unless it is [kept](Undo::keep): if a block panics while its slopes are written, no entry
    /// will own them.
    pub fn undo(&self) -> Undo<'_, T> {
        Undo { list: self, len: self.len() }
    }
}

/// What was appended to a list since [`Bump::undo`]; dropping it takes that back.
pub(super) struct Undo<'b, T: Copy> {
    list: &'b Bump<T>,
    len: usize,
}

impl<T: Copy> Undo<'_, T> {
    /// Leaves what was appended in the list; how many items that are.
    pub fn keep(self) -> usize {
        let kept = self.list.len() - self.len;
        std::mem::forget(self);
        kept
    }
}

impl<T: Copy> Drop for Undo<'_, T> {
    fn drop(&mut self) {
        self.list.truncate(self.len);
    }
}

#[cold]
#[inline(never)]
fn grow<T>(list: &mut Vec<T>, more: usize, limit: usize) {
    assert!(more <= limit - list.len().min(limit), "the tape is full: it holds {limit} entries");
    list.reserve(more.max(list.len().min(limit - list.len())));
}

#[cfg(test)]
mod tests {
    use super::Bump;

    #[test]
    fn holds_what_was_pushed_and_keeps_its_memory() {
        let bump = Bump::new(vec![]);
        for i in 0..1000u64 {
            bump.push([i, !i], usize::MAX);
        }
        assert_eq!(bump.len(), 1000);
        assert!(bump.with(|items| items.iter().enumerate().all(|(i, x)| *x == [i as u64, !(i as u64)])));
        let place = bump.with(<[_]>::as_ptr);
        bump.clear();
        bump.push([1, 2], usize::MAX);
        bump.with(|items| assert_eq!((items, items.as_ptr()), (&[[1, 2]][..], place)));
    }

    #[test]
    fn a_push_while_the_items_are_lent_cannot_touch_them() {
        let bump = Bump::new(vec![]);
        bump.push(1, usize::MAX);
        bump.with(|items| {
            bump.clear();
            for i in 0..100 {
                bump.push(i, usize::MAX);
            }
            assert_eq!(items, [1]);
        });
        assert_eq!(bump.len(), 1);
    }

    #[test]
    fn a_panic_while_the_items_are_lent_loses_none() {
        let bump = Bump::new(vec![]);
        bump.push(1, usize::MAX);
        let panics = std::panic::AssertUnwindSafe(|| bump.with(|_| panic!("a block")));
        assert!(std::panic::catch_unwind(panics).is_err());
        bump.push(2, usize::MAX);
        bump.with(|items| assert_eq!(items, [1, 2]));
    }

    #[test]
    fn what_is_not_kept_is_taken_back() {
        let bump = Bump::new(vec![]);
        bump.push(1, usize::MAX);
        let undo = bump.undo();
        bump.extend(&[2, 3]);
        drop(undo);
        assert_eq!(bump.len(), 1);
        let undo = bump.undo();
        bump.extend(&[2, 3]);
        assert_eq!((undo.keep(), bump.len()), (2, 3));
    }

    #[test]
    #[should_panic(expected = "the tape is full")]
    fn is_full_at_its_limit() {
        let bump = Bump::new(vec![]);
        for i in 0..9 {
            bump.push(i, 8);
        }
    }
}
