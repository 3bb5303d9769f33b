//! The memory of tapes that are gone, which the next tapes of the thread take.
//!
//! A function such as [`gradient`](crate::gradient) makes a tape at every call. Memory that is asked for anew each time is cleared by the
//! system page by page, which takes longer than the gradient. So a tape that is dropped, also by a panic, leaves its lists to its thread,
//! and a new tape begins with those of the last one whose numbers have the same size; a gradient inside of another takes other ones. They are freed
//! when the thread ends. `cargo bench --bench tape` shows the gain: the rows `free` beside the rows `tape`.
//!
//! ```
//! use gprime::{memory, prelude::*};
//!
//! let x = vec![0.5; 10_000];
//! gradient(|x| x.iter().map(|x| x.sin()).sum(), &x);
//! assert!(memory::kept() > 100_000);
//! memory::release();
//! assert_eq!(memory::kept(), 0);
//! ```

use std::alloc::{Layout, dealloc};
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// How many bytes a thread keeps, unless it is told otherwise.
const LIMIT: usize = 256 << 20;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { limit: LIMIT, bytes: 0, tapes: vec![] }) };
}

/// What a thread keeps.
struct Pool {
    limit: usize,
    bytes: usize,
    /// The lists of tapes; those of the tape that was dropped last are the last.
    #[expect(clippy::vec_box, reason = "a box is handed over as it is, and the lists in it stay where they are")]
    tapes: Vec<Box<Lists>>,
}

impl Pool {
    /// Frees the lists of the tapes that were dropped first, until there are no more bytes than the limit.
    fn trim(&mut self) {
        if self.bytes <= self.limit {
            return;
        }
        let mut bytes = self.bytes;
        let freed = self.tapes.iter().take_while(|lists| {
            let too_many = bytes > self.limit;
            bytes -= if too_many { lists.size() } else { 0 };
            too_many
        });
        let freed = freed.count();
        self.tapes.drain(..freed);
        self.bytes = bytes;
    }
}

/// What is done with the pool, unless the thread is about to end and has none any more.
fn with_pool<A>(f: impl FnOnce(&mut Pool) -> A) -> Option<A> {
    POOL.try_with(|pool| f(&mut pool.borrow_mut())).ok()
}

/// Sets how many bytes this thread keeps at the most, 256 MiB at first, and frees what is more. With 0 every tape returns its memory at once.
pub fn limit(bytes: usize) {
    with_pool(|pool| {
        pool.limit = bytes;
        pool.trim();
    });
}

/// Frees the memory that this thread keeps.
pub fn release() {
    with_pool(|pool| {
        pool.tapes = vec![];
        pool.bytes = 0;
    });
}

/// How many bytes this thread keeps.
pub fn kept() -> usize {
    with_pool(|pool| pool.bytes).unwrap_or(0)
}

/// How many lists a tape has.
const COUNT: usize = 12;

/// The memory of the lists of one tape. A list has a number, and is there or taken.
pub(super) struct Lists {
    /// The size and alignment of the tape's numbers.
    number: Layout,
    /// How many bytes the lists have that are there.
    bytes: usize,
    lists: [Spare; COUNT],
}

impl Lists {
    /// The lists of the last tape whose numbers have the size and alignment of `S`; if there is none, lists without memory.
    #[inline]
    pub(super) fn take<S>() -> Box<Self> {
        let number = Layout::new::<S>();
        let kept = with_pool(|pool| {
            let last = pool.tapes.iter().rposition(|lists| lists.number == number)?;
            let lists = pool.tapes.remove(last);
            pool.bytes -= lists.size();
            Some(lists)
        });
        let new = || Box::new(Lists { number, bytes: 0, lists: [const { Spare::NOTHING }; COUNT] });
        kept.flatten().unwrap_or_else(new)
    }

    /// Takes a list, which is empty.
    #[inline]
    pub(super) fn list<T>(&mut self, number: usize) -> Vec<T> {
        let list = std::mem::replace(&mut self.lists[number], Spare::NOTHING);
        self.bytes -= list.bytes();
        list.into_list()
    }

    /// Puts a list back, whose items are dropped.
    #[inline]
    pub(super) fn put<T>(&mut self, number: usize, list: Vec<T>) {
        let list = Spare::of(list);
        self.bytes += list.bytes();
        self.lists[number] = list;
    }

    /// Leaves the lists to the thread.
    #[inline]
    pub(super) fn keep(self: Box<Self>) {
        with_pool(|pool| {
            if self.size() <= pool.limit {
                pool.bytes += self.size();
                pool.tapes.push(self);
                pool.trim();
            }
        });
    }

    /// How many bytes it takes to keep them.
    fn size(&self) -> usize {
        self.bytes + size_of::<Self>()
    }
}

/// The memory of an empty list, without the type of its items.
///
/// Invariant: `place` was allocated by a `Vec` of `capacity` items of this layout, and belongs to nobody else; with no bytes it is dangling.
struct Spare {
    place: NonNull<u8>,
    capacity: usize,
    item: Layout,
}

// SAFETY: the memory belongs to this value alone, and there are no items in it.
unsafe impl Send for Spare {}

impl Spare {
    const NOTHING: Self = Spare { place: NonNull::dangling(), capacity: 0, item: Layout::new::<()>() };

    fn of<T>(mut list: Vec<T>) -> Self {
        list.clear();
        let mut list = ManuallyDrop::new(list);
        match NonNull::new(list.as_mut_ptr().cast()) {
            Some(place) if size_of::<T>() > 0 => Spare { place, capacity: list.capacity(), item: Layout::new::<T>() },
            _ => Spare::NOTHING,
        }
    }

    /// A list in this memory, if its items have the size and alignment of those before; else a new one.
    fn into_list<T>(self) -> Vec<T> {
        if self.capacity == 0 || self.item != Layout::new::<T>() {
            return vec![];
        }
        let own = ManuallyDrop::new(self);
        // SAFETY: the invariant, and the layout of an item is that of `T`, so the allocation is one of `capacity` times `T`; no item is in
        // use, and `own` does not free it.
        unsafe { Vec::from_raw_parts(own.place.as_ptr().cast(), 0, own.capacity) }
    }

    fn bytes(&self) -> usize {
        self.capacity * self.item.size()
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if self.bytes() > 0 {
            // SAFETY: the invariant; a `Vec` had this layout, so it is a valid one.
            unsafe {
                dealloc(self.place.as_ptr(), Layout::from_size_align_unchecked(self.bytes(), self.item.align()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{COUNT, Lists, kept, limit, release};

    /// Leaves one list to the thread, and nothing else.
    fn leave<S>(list: Vec<S>) {
        let mut lists = Lists::take::<S>();
        (0..COUNT).for_each(|number| drop(lists.list::<S>(number)));
        lists.put(0, list);
        lists.keep();
    }

    #[test]
    fn a_list_is_taken_again_by_numbers_of_its_size() {
        release();
        let own = size_of::<Lists>();
        leave(vec![1.0f64; 100]);
        assert_eq!(kept(), 800 + own);
        assert_eq!(Lists::take::<[f64; 2]>().list::<[f64; 2]>(0).capacity(), 0);
        assert_eq!((kept(), Lists::take::<u64>().list::<u64>(0).capacity(), kept()), (800 + own, 100, 0));
        // of another size than the one before, at the same place
        leave(vec![1.0f64; 100]);
        assert_eq!(Lists::take::<f64>().list::<u32>(0).capacity(), 0);
    }

    #[test]
    fn items_are_dropped_and_no_more_is_kept_than_the_limit() {
        release();
        let item = std::rc::Rc::new(());
        leave(vec![item.clone(); 3]);
        assert_eq!(std::rc::Rc::strong_count(&item), 1);
        release();
        let own = size_of::<Lists>();
        limit(own + 1000);
        leave(vec![0u8; 900]);
        leave(vec![0u16; 200]);
        assert_eq!(kept(), own + 400);
        leave(vec![0u8; 1001]);
        assert_eq!(kept(), own + 400);
        limit(0);
        assert_eq!(kept(), 0);
        leave(vec![0u8; 1]);
        assert_eq!(kept(), 0);
        limit(super::LIMIT);
    }
}
