//! What a lean tape keeps, and what it records of an op: a multiple of a slot, or a new slot with its edges.

use super::bump::Bump;
use super::entry::{Entry, Run, SHARED, STATEMENT};
use super::segment::Segment;
use super::slots::{Stand, in_a_row};
use super::statement::{CHUNK, List, PullBack, Statements};
use super::{Lean, Scalar, Var};
use smallvec::SmallVec;
use std::array::from_fn;
use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;
use std::ops::Range;

/// How many slots a tape can have: their numbers, and how many there are, leave the highest bit of 32 free.
pub(super) const LIMIT: usize = SHARED as usize - 1;

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
    /// Where in memory the list of inputs is that a function is given, and how many bytes it has.
    pub(super) given: Cell<[usize; 2]>,
    pub(super) entries: Bump<Entry<S>>,
    /// The slopes of runs and statements.
    pub(super) listed: Bump<S>,
    pub(super) statements: RefCell<Statements<S>>,
    // Memory that is kept between uses: for the arguments of a reduction or a mapped block; for the edges of an op; for the slots that a
    // sum of blocks depends on; for the slopes of some places of a mapped block; for adjoints, all 0; for the inputs of a closure; for
    // segments.
    pub(super) arguments: Cell<Arguments<S>>,
    pub(super) edges: Cell<Edges<S>>,
    pub(super) spans: Cell<Vec<Range<u32>>>,
    pub(super) chunk: Cell<Vec<[S; CHUNK]>>,
    pub(super) adjoints: Cell<Vec<S>>,
    pub(super) parked: Vec<Parked<S>>,
    pub(super) segment: Segment<S>,
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
    /// Room for so many values and slopes, whatever is in it.
    pub(super) fn of(&mut self, len: usize) -> (&mut [S], &mut [S]) {
        for list in [&mut self.values, &mut self.slopes] {
            list.resize(list.len().max(len), S::from(0.0));
        }
        (&mut self.values[..len], &mut self.slopes[..len])
    }
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

    fn clear(&mut self) {
        self.slopes.clear();
        self.slots.clear();
    }

    /// How many from the `i`th on stand on slots at equal distances, and the distance.
    fn run(&self, i: usize) -> (usize, u32) {
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

impl<S: Scalar> Store<S> {
    /// The number of slots.
    #[inline(always)]
    pub(super) fn slots(&self) -> u32 {
        self.base.get() + self.entries.len() as u32
    }

    /// The first slot of a list of variables, which stand one after the other, if it is a part of the inputs that a function is given.
    #[inline(always)]
    pub(super) fn given_at(&self, x: &[Var<'_, Lean<S>>]) -> Option<u32> {
        let [start, bytes] = self.given.get();
        let place = x.as_ptr().addr().wrapping_sub(start);
        (place < bytes).then_some((place / size_of::<Var<'_, Lean<S>>>()) as u32)
    }

    /// Gives all inputs to a function. Nobody can change them meanwhile, so they are known by where they are in memory.
    #[inline(always)]
    pub(super) fn give<'t, A>(&self, inputs: &[Var<'t, Lean<S>>], f: impl FnOnce(&[Var<'t, Lean<S>>]) -> A) -> A {
        /// Forgets them, even if the function panics.
        struct Forget<'a>(&'a Cell<[usize; 2]>);
        impl Drop for Forget<'_> {
            fn drop(&mut self) {
                self.0.set([0; 2]);
            }
        }
        self.given.set([inputs.as_ptr().addr(), size_of_val(inputs)]);
        let _forget = Forget(&self.given);
        f(inputs)
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
    fn push_all<const K: usize>(&self, mut entries: [Entry<S>; K]) -> u32 {
        (0..K - 1).for_each(|i| entries[i].arg[0] |= SHARED);
        self.base.get() + self.entries.push_all(entries, LIMIT - self.base.get() as usize) as u32
    }

    /// What is recorded of an op of `N` arguments, at least one of them active, given its slopes.
    #[inline(always)]
    pub(super) fn record<const N: usize>(&self, slopes: [S; N], x: &[Var<'_, Lean<S>>; N]) -> Handle<S> {
        // constant indices, since an array that is indexed otherwise stays in memory
        let active = |i: usize| x[i].tape.is_some();
        if N == 3 && active(0) && active(1) && active(2) {
            self.record_three([slopes[0], slopes[1], slopes[2]], [x[0].handle, x[1].handle, x[2].handle])
        } else if N > 2 {
            // copies, so that those above can stay in registers
            let args = slopes.map(|slope| slope).into_iter().zip(x.map(|x| x)).filter(|(_, x)| x.tape.is_some());
            self.record_all(args.map(|(slope, x)| (slope, x.handle)))
        } else if N == 2 && !active(0) {
            self.record_one(slopes[1], x[1].handle)
        } else if N == 2 && active(1) {
            self.record_two([slopes[0], slopes[1]], [x[0].handle, x[1].handle])
        } else {
            self.record_one(slopes[0], x[0].handle)
        }
    }

    #[inline(always)]
    fn record_one(&self, slope: S, x: Handle<S>) -> Handle<S> {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            self.multiple(x.place.slot(), product)
        } else {
            self.record_one_apart(slope, x)
        }
    }

    #[inline(always)]
    fn record_two(&self, slopes: [S; 2], [x, y]: [Handle<S>; 2]) -> Handle<S> {
        let [p, q] = [slopes[0] * x.slope, slopes[1] * y.slope];
        if S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) {
            if x.place.slot() != y.place.slot() {
                return self.newest(self.push([p, q], [x.place.slot(), y.place.slot()]));
            }
            let (one, sum) = (S::from(1.0), p + q);
            if S::folds(sum, one, sum) {
                return self.multiple(x.place.slot(), sum);
            }
        }
        self.record_two_apart(slopes[0], slopes[1], x, y)
    }

    #[inline(always)]
    fn record_three(&self, slopes: [S; 3], [x, y, z]: [Handle<S>; 3]) -> Handle<S> {
        let [p, q, r] = [slopes[0] * x.slope, slopes[1] * y.slope, slopes[2] * z.slope];
        let all_fold =
            S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) && S::folds(slopes[2], z.slope, r);
        if all_fold {
            let [x, y, z] = [x.place.slot(), y.place.slot(), z.place.slot()];
            self.push([r, S::from(0.0)], [z | SHARED, z]);
            self.newest(self.push([p, q], [x, y]))
        } else {
            self.record_three_apart(slopes[0], slopes[1], slopes[2], x, y, z)
        }
    }

    /// The same for a result of a block of few inputs, of which at least one is active.
    #[inline(always)]
    pub(super) fn record_few<const N: usize>(&self, slopes: [S; N], x: [Var<'_, Lean<S>>; N]) -> Handle<S> {
        if N > 8 {
            return self.record_some(slopes, x);
        }
        // Most arguments are slots themselves, with a slope of 1, which no constant has.
        let (mut products, one) = (slopes, S::from(1.0));
        if !(0..N).all(|i| x[i].handle.slope.is(one)) {
            products = from_fn(|i| slopes[i] * x[i].handle.slope);
            if !(0..N).all(|i| x[i].tape.is_some() && S::folds(slopes[i], x[i].handle.slope, products[i])) {
                return self.record_some(slopes, x);
            }
        }
        let slot = |i: usize| x[i].handle.place.slot();
        // two arguments each; if their number is odd, the first stands alone
        let entry = |i: usize| match [(2 * i).saturating_sub(N % 2), 2 * i + 1 - N % 2] {
            [0, 0] => Entry { slope: [products[0], S::from(0.0)], arg: [slot(0), slot(0)] },
            [j, k] => Entry { slope: [products[j], products[k]], arg: [slot(j), slot(k)] },
        };
        let last = match N.div_ceil(2) {
            1 if N == 1 => return self.multiple(slot(0), products[0]),
            1 => self.push_all([entry(0)]),
            2 => self.push_all([entry(0), entry(1)]),
            3 => self.push_all([entry(0), entry(1), entry(2)]),
            _ => self.push_all([entry(0), entry(1), entry(2), entry(3)]),
        };
        self.newest(last)
    }

    /// The same in general. Slopes of 0 are left out: most results of a block do not depend on all of its inputs.
    #[inline(never)]
    fn record_some<const N: usize>(&self, slopes: [S; N], x: [Var<'_, Lean<S>>; N]) -> Handle<S> {
        let active = || slopes.into_iter().zip(&x).filter(|(_, x)| x.tape.is_some());
        if active().all(|(slope, _)| slope.is_zero()) {
            let (slope, x) = active().next().expect("an argument is active");
            return self.multiple(x.handle.place.slot(), slope);
        }
        self.record_all(active().filter(|(slope, _)| !slope.is_zero()).map(|(slope, x)| (slope, x.handle)))
    }

    // What these are given fits into registers, so that the short ways above need no memory.
    #[cold]
    #[inline(never)]
    fn record_one_apart(&self, slope: S, x: Handle<S>) -> Handle<S> {
        self.record_all([(slope, x)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_two_apart(&self, p: S, q: S, x: Handle<S>, y: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_three_apart(&self, p: S, q: S, r: S, x: Handle<S>, y: Handle<S>, z: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y), (r, z)].into_iter())
    }

    /// The same for any number of arguments, given the slopes by the active ones and their handles.
    pub(super) fn record_all(&self, args: impl Iterator<Item = (S, Handle<S>)>) -> Handle<S> {
        let mut edges = self.edges.take();
        args.for_each(|(slope, x)| edges.push(self.edge(slope, x)));
        self.record_edges(edges)
    }

    /// The same for lists of variables, given how they stand and the slopes by all, constants included.
    pub(super) fn record_lists<'a>(
        &self,
        lists: impl Iterator<Item = (Option<Stand>, &'a mut [S], &'a [Var<'a, Lean<S>>])>,
    ) -> Handle<S>
    where
        S: 'a,
    {
        let mut edges = self.edges.take();
        let mut runs = SmallVec::<[([u32; 2], &[S]); 2]>::new();
        for (stand, slopes, x) in lists {
            match stand.and_then(|stand| in_a_row(stand, slopes, x)) {
                Some(line) => runs.push((line, slopes)),
                None => self.add_edges(&mut edges, slopes, x),
            }
        }
        if runs.is_empty() {
            return self.record_edges(edges);
        }
        let mut writer = Writer::new(self);
        runs.into_iter().for_each(|(line, slopes)| writer.run(line, slopes));
        writer.edges(&edges);
        let handle = self.newest(writer.finish());
        edges.clear();
        self.edges.set(edges);
        handle
    }

    /// Adds the edges to the active ones of these variables, given the slopes by all.
    fn add_edges(&self, edges: &mut Edges<S>, slopes: &[S], x: &[Var<'_, Lean<S>>]) {
        // First as if all were simple, in loops without a branch.
        let start = edges.slots.len();
        let pairs = || slopes.iter().zip(x);
        edges.slots.extend(x.iter().map(|x| x.handle.place.slot()));
        edges.slopes.extend(pairs().map(|(&slope, x)| slope * x.handle.slope));
        let products = edges.slopes[start..].iter();
        let simple = pairs().zip(products).fold(true, |simple, ((&slope, x), &product)| {
            simple & x.tape.is_some() & S::folds(slope, x.handle.slope, product)
        });
        if !simple {
            edges.slots.truncate(start);
            edges.slopes.truncate(start);
            let active = pairs().filter(|(_, x)| x.tape.is_some());
            active.for_each(|(&slope, x)| edges.push(self.edge(slope, x.handle)));
        }
    }

    /// The handle of what depends on these slots; at least one. The memory is kept for the next.
    pub(super) fn record_edges(&self, mut edges: Edges<S>) -> Handle<S> {
        let handle = match *edges.slots {
            [slot] => self.multiple(slot, edges.slopes[0]),
            _ => {
                let mut writer = Writer::new(self);
                writer.edges(&edges);
                self.newest(writer.finish())
            }
        };
        edges.clear();
        self.edges.set(edges);
        handle
    }

    /// The handle of what depends on the slots in these spans, at least one, given its slopes by all slots. They become 0.
    pub(super) fn record_spans(&self, by_slot: &mut [S], spans: &[Range<u32>]) -> Handle<S> {
        let zero = S::from(0.0);
        let in_span = |span: &Range<u32>| span.start as usize..span.end as usize;
        // slots that stand alone may still be equally far apart
        let mut edges = self.edges.take();
        for span in spans.iter().filter(|span| span.len() < WORTH_IT) {
            edges.slots.extend(span.clone());
            edges.slopes.extend(by_slot[in_span(span)].iter_mut().map(|slope| std::mem::replace(slope, zero)));
        }
        if edges.slots.len() == spans.iter().map(Range::len).sum() {
            return self.record_edges(edges);
        }
        let mut writer = Writer::new(self);
        for span in spans.iter().filter(|span| span.len() >= WORTH_IT) {
            let slopes = &mut by_slot[in_span(span)];
            writer.run([span.start, 1], slopes);
            slopes.fill(zero);
        }
        writer.edges(&edges);
        let handle = self.newest(writer.finish());
        edges.clear();
        self.edges.set(edges);
        handle
    }

    /// Writes a statement of the kind `P`, given its lists of arguments, how many slopes it has just listed, and numbers that only its kind
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

    /// The edge from an op to the slot its argument stands on, given the op's slope by the argument. Where the two slopes must be
    /// multiplied to the adjoint one by one, the argument becomes a slot itself.
    fn edge(&self, slope: S, x: Handle<S>) -> (S, u32) {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            (product, x.place.slot())
        } else {
            (slope, self.push([x.slope, S::from(0.0)], [x.place.slot(), x.place.slot()]))
        }
    }
}

/// How many edges are worth a run.
const WORTH_IT: usize = 4;

/// Writes the edges of one slot, at least one: runs of them as such, the others in pairs.
///
/// While it is in use nothing else may be written, since the entries of a slot stand one after the other.
pub(super) struct Writer<'s, S: Scalar> {
    store: &'s Store<S>,
    last: Option<([S; 2], [u32; 2])>,
    single: Option<(S, u32)>,
}

impl<'s, S: Scalar> Writer<'s, S> {
    pub(super) fn new(store: &'s Store<S>) -> Self {
        Writer { store, last: None, single: None }
    }

    /// Edges to slots that are so far apart, at most [`Run::WIDEST`].
    pub(super) fn run(&mut self, [first, stride]: [u32; 2], slopes: &[S]) {
        for (slopes, i) in slopes.chunks(Run::MOST).zip(0..) {
            let uniform = slopes.iter().all(|other| other.is(slopes[0]));
            if !uniform {
                self.store.listed.extend(slopes);
            }
            let first = first + i * Run::MOST as u32 * stride;
            self.entry([slopes[0]; 2], Run { first, len: slopes.len() as u32, stride, uniform }.pack());
        }
    }

    /// Edges to any slots.
    pub(super) fn edges(&mut self, edges: &Edges<S>) {
        let mut i = 0;
        while i < edges.slots.len() {
            let (slope, slot) = (edges.slopes[i], edges.slots[i]);
            let (len, stride) = edges.run(i);
            if len >= WORTH_IT {
                self.run([slot, stride], &edges.slopes[i..i + len]);
                i += len;
            } else {
                match self.single.take() {
                    Some((p, first)) => self.entry([p, slope], [first, slot]),
                    None => self.single = Some((slope, slot)),
                }
                i += 1;
            }
        }
    }

    /// The slot.
    pub(super) fn finish(mut self) -> u32 {
        if let Some((slope, slot)) = self.single.take() {
            self.entry([slope, S::from(0.0)], [slot, slot]);
        }
        let (slope, arg) = self.last.expect("there is an edge");
        self.store.push(slope, arg)
    }

    /// All but the last are marked as belonging to the slot after them.
    fn entry(&mut self, slope: [S; 2], arg: [u32; 2]) {
        if let Some((slope, [first, second])) = self.last.replace((slope, arg)) {
            self.store.push(slope, [first | SHARED, second]);
        }
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
