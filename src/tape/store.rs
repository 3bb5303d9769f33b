//! What a tape keeps in memory: its entries, the slopes beside them, and its statements.

use super::bump::Bump;
use super::entry::{Entry, Run, SHARED, STATEMENT};
use super::given::Given;
use super::memory::Lists;
use super::scalar::Scalar;
use super::statement::slot::{List, PullBack, Statements};
use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;

/// How many slots a tape can have: their numbers, and how many there are, leave the highest bit of 32 free.
pub(super) const LIMIT: usize = SHARED as usize - 1;

/// How many places of a map are run together: for their slopes there is memory.
pub(super) const CHUNK: usize = 32;

#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Handle<S> {
    pub(super) place: Place,
    pub(super) slope: S,
}

/// The slot that a variable stands on, and how many slots there were when it was recorded; whether it is an input.
///
/// One number and not three, since a handle of two numbers is kept in registers.
#[derive(Clone, Copy, Debug)]
pub struct Place(pub(super) u64);

impl Place {
    pub(super) const INPUT: u64 = 1 << 63;

    #[inline(always)]
    pub(super) fn new(slot: u32, born: u32) -> Self {
        Place(u64::from(born) << 32 | u64::from(slot))
    }
    #[inline(always)]
    pub(super) fn slot(self) -> u32 {
        self.0 as u32
    }
    pub(super) fn born(self) -> usize {
        ((self.0 & !Self::INPUT) >> 32) as usize
    }
    pub(super) fn is_input(self) -> bool {
        self.0 & Self::INPUT != 0
    }
}

/// A variable without the lifetime of its tape, of which the address is left: what a list of them is kept as between two uses of a tape.
pub(super) type Parked<S> = (Option<NonZeroUsize>, Handle<S>, S);

#[doc(hidden)]
pub struct Store<S: Scalar> {
    /// How many inputs were made before the first entry; they are the first slots.
    pub(super) inputs: Cell<u32>,
    /// How many slots have no entry: the inputs, and some results of statements that have many.
    pub(super) base: Cell<u32>,
    /// Whether inputs were made after the first entry; each is an entry that is its own argument, so that its adjoint stays.
    pub(super) late_inputs: Cell<bool>,
    /// The inputs that a function is given.
    pub(super) given: Given<S>,
    pub(super) entries: Bump<Entry<S>>,
    /// The slopes of runs and statements.
    pub(super) slopes: Bump<S>,
    pub(super) statements: RefCell<Statements<S>>,
    // Memory that is kept between uses: for lists of arguments and the slopes by them; for the edges of an op; for the slopes of some places
    // of a map; for adjoints, all 0; for the inputs of a closure.
    pub(super) arguments: Cell<Arguments<S>>,
    pub(super) edges: Cell<Edges<S>>,
    pub(super) chunk: Cell<Vec<[S; CHUNK]>>,
    pub(super) adjoints: Cell<Vec<S>>,
    pub(super) parked: Vec<Parked<S>>,
    /// What the memory is left to the thread in.
    kept: Option<Box<Lists>>,
}

/// The arguments of a reduction: their values, and its slopes by them.
pub(super) struct Arguments<S> {
    pub(super) values: Vec<S>,
    pub(super) slopes: Vec<S>,
}

impl<S> Default for Arguments<S> {
    fn default() -> Self {
        Arguments { values: vec![], slopes: vec![] }
    }
}

impl<S: Scalar> Arguments<S> {
    /// Room for so many slopes, whatever is in it.
    pub(super) fn slopes(&mut self, len: usize) -> &mut [S] {
        room(&mut self.slopes, len)
    }

    /// Room for so many values and slopes, whatever is in it.
    pub(super) fn of(&mut self, len: usize) -> (&mut [S], &mut [S]) {
        (room(&mut self.values, len), room(&mut self.slopes, len))
    }
}

/// The first places of a list, which is made longer if it has too few.
fn room<S: Scalar>(list: &mut Vec<S>, len: usize) -> &mut [S] {
    list.resize(list.len().max(len), S::from(0.0));
    &mut list[..len]
}

/// The slots that an op depends on, and with which slopes.
#[doc(hidden)]
pub struct Edges<S> {
    pub(super) slopes: Vec<S>,
    pub(super) slots: Vec<u32>,
}

impl<S> Default for Edges<S> {
    fn default() -> Self {
        Edges { slopes: vec![], slots: vec![] }
    }
}

impl<S> Edges<S> {
    #[inline(always)]
    pub(super) fn push(&mut self, (slope, slot): (S, u32)) {
        self.slopes.push(slope);
        self.slots.push(slot);
    }

    pub(super) fn clear(&mut self) {
        self.slopes.clear();
        self.slots.clear();
    }

    /// How many from the `i`th on stand on slots at equal distances, and the distance.
    pub(super) fn run(&self, i: usize) -> (usize, u32) {
        let slots = &self.slots[i..];
        let [first, second, ..] = *slots else { return (slots.len(), 1) };
        let stride = second.wrapping_sub(first);
        if !(1..=Run::WIDEST).contains(&stride) {
            return (1, 1);
        }
        let (mut len, most) = (2, slots.len().min(Run::MOST));
        while len < most && slots[len].wrapping_sub(slots[len - 1]) == stride {
            len += 1;
        }
        (len, stride)
    }
}

impl<S: Scalar> Default for Store<S> {
    /// An empty store, in the memory of one that is gone.
    fn default() -> Self {
        let mut kept = Lists::take::<S>();
        Store {
            inputs: Cell::new(0),
            base: Cell::new(0),
            late_inputs: Cell::new(false),
            given: Given::default(),
            entries: Bump::new(kept.list(0)),
            slopes: Bump::new(kept.list(1)),
            statements: RefCell::new(Statements::new(kept.list(2), kept.list(3), kept.list(4))),
            arguments: Cell::new(Arguments { values: kept.list(5), slopes: kept.list(6) }),
            edges: Cell::new(Edges { slopes: kept.list(7), slots: kept.list(8) }),
            chunk: Cell::new(kept.list(9)),
            adjoints: Cell::new(kept.list(10)),
            parked: kept.list(11),
            kept: Some(kept),
        }
    }
}

impl<S: Scalar> Drop for Store<S> {
    /// Leaves the memory to the thread.
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else { return };
        let (all, lists, memory) = self.statements.get_mut().take();
        let (arguments, edges) = (self.arguments.take(), self.edges.take());
        kept.put(0, self.entries.take());
        kept.put(1, self.slopes.take());
        kept.put(2, all);
        kept.put(3, lists);
        kept.put(4, memory);
        kept.put(5, arguments.values);
        kept.put(6, arguments.slopes);
        kept.put(7, edges.slopes);
        kept.put(8, edges.slots);
        kept.put(9, self.chunk.take());
        kept.put(10, self.adjoints.take());
        kept.put(11, std::mem::take(&mut self.parked));
        kept.keep();
    }
}

impl<S: Scalar> Store<S> {
    /// The number of slots.
    #[inline(always)]
    pub(super) fn slots(&self) -> u32 {
        self.base.get() + self.entries.len() as u32
    }

    /// The handle of what is a multiple of a slot.
    #[inline(always)]
    pub(super) fn multiple(&self, slot: u32, slope: S) -> Handle<S> {
        Handle { place: Place::new(slot, self.slots()), slope }
    }

    /// The handle of what an entry just written is.
    #[inline(always)]
    pub(super) fn newest(&self, slot: u32) -> Handle<S> {
        Handle { place: Place::new(slot, slot + 1), slope: S::from(1.0) }
    }

    /// Writes an entry; it is the slot returned.
    #[inline(always)]
    pub(super) fn push(&self, slope: [S; 2], arg: [u32; 2]) -> u32 {
        self.base.get() + self.entries.push(Entry { slope, arg }, LIMIT - self.base.get() as usize) as u32
    }

    /// Writes the entries of one slot, which is returned.
    #[inline(always)]
    pub(super) fn push_all<const K: usize>(&self, mut entries: [Entry<S>; K]) -> u32 {
        (0..K - 1).for_each(|i| entries[i].arg[0] |= SHARED);
        self.base.get() + self.entries.push_all(entries, LIMIT - self.base.get() as usize) as u32
    }

    /// Writes a statement of the kind `P`, given its lists of arguments, how many slopes it has just appended, and numbers that only its kind
    /// reads. The first slot of its results is returned; there is at least one.
    ///
    /// # Panics
    /// If the tape is full.
    pub(super) fn push_statement<P: PullBack<S>>(
        &self,
        results: usize,
        lists: impl IntoIterator<Item = List>,
        slopes: usize,
        shape: [u32; 3],
    ) -> u32 {
        let first = self.slots();
        assert!(results <= LIMIT - first as usize, "the tape is full: it holds {LIMIT} entries");
        let index = self.statements.borrow_mut().push::<P>(results, lists, slopes, shape);
        self.push([S::from(0.0); 2], [index, STATEMENT]);
        self.base.set(self.base.get() + (results as u32 - 1));
        first
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, Place};

    #[test]
    fn the_last_slot_of_a_full_tape_is_no_input() {
        let last = Place::new(LIMIT as u32 - 1, LIMIT as u32);
        assert_eq!((last.slot() as usize, last.born(), last.is_input()), (LIMIT - 1, LIMIT, false));
    }
}
