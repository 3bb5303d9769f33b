//! The reverse sweep of the lean tape.

use super::prefetch::prefetch;
use std::ops::{AddAssign, RangeInclusive};

/// Arguments of a slot, two or a whole [`Run`] of them: the slots they stand on, and the slopes by them.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Entry<S> {
    pub(super) slope: [S; 2],
    /// The highest bit of the first is [`SHARED`], that of the second [`RUN`].
    pub(super) arg: [u32; 2],
}

/// Marks an entry that holds further arguments of the slot after it.
pub(super) const SHARED: u32 = 1 << 31;
/// Marks an entry that holds a [`Run`] or a [`Statement`].
pub(super) const RUN: u32 = 1 << 31;

/// Arguments that stand on slots at equal distances. Their slopes are kept in a list beside the entries, or are all the first
/// slope of the entry.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub first: u32,
    pub len: u32,
    pub stride: u32,
    pub uniform: bool,
}

impl Run {
    pub const MOST: usize = (1 << 20) - 1;
    pub const WIDEST: u32 = (1 << 10) - 1;

    /// As the arguments of an entry.
    pub fn pack(self) -> [u32; 2] {
        [self.first, RUN | u32::from(self.uniform) << 30 | self.stride << 20 | self.len]
    }

    fn unpack([first, rest]: [u32; 2]) -> Self {
        let (len, stride) = (rest & Self::MOST as u32, rest >> 20 & Self::WIDEST);
        Run { first: first & !SHARED, len, stride, uniform: rest >> 30 & 1 != 0 }
    }

    /// From its first slot to its last.
    fn places(self) -> RangeInclusive<usize> {
        self.first as usize..=self.first as usize + (self.len as usize - 1) * self.stride as usize
    }
}

/// A statement that has many results at once: so many slots, and fewer entries. In the last entry it has the stride 0, which no run has.
#[derive(Clone, Copy)]
enum Statement {
    Map(Map),
    Product(Product),
    Scan(Scan),
}

impl Statement {
    /// From the arguments of an entry, and the entries before it.
    fn unpack<S>(arg: [u32; 2], before: &[Entry<S>]) -> Option<Self> {
        match (arg[1], before) {
            (Product::MARK, [.., first, rows]) => Some(Statement::Product(Product::unpack([first.arg, rows.arg, arg]))),
            (Scan::MARK, [.., counts]) => Some(Statement::Scan(Scan::unpack([counts.arg, arg]))),
            (mark, _) if mark >> 20 == RUN >> 20 => Some(Statement::Map(Map::unpack(arg))),
            _ => None,
        }
    }

    /// How many entries it has.
    fn entries(self) -> usize {
        match self {
            Statement::Map(map) => map.lines as usize + 1,
            Statement::Product(_) => Product::ENTRIES,
            Statement::Scan(scan) => scan.lines as usize + Scan::ENTRIES,
        }
    }

    /// How many results it has.
    fn results(self) -> usize {
        match self {
            Statement::Map(map) => map.slots(),
            Statement::Product(product) => product.len(),
            Statement::Scan(scan) => scan.len as usize,
        }
    }
}

/// Lists of results that depend on lists of arguments place by place. The entries before its own hold the [`Line`]s that the arguments
/// stand in.
///
/// The slopes are listed for [`CHUNK`](Map::CHUNK) places after the other: for each line, and each list of results that depends on it,
/// those of the places of a chunk, and what fills up the last group of lanes. So recording and sweep go once through the list, and a
/// loop over places is one over a piece of memory.
#[derive(Clone, Copy)]
pub(super) struct Map {
    pub lines: u32,
    pub results: u32,
    /// How many slopes there are at each place.
    pub slopes: u32,
    pub len: u32,
}

impl Map {
    pub const LONGEST: usize = Run::MOST;
    pub const MOST_RESULTS: usize = 12;
    pub const MOST_SLOPES: usize = (1 << 14) - 1;
    pub const CHUNK: usize = 32;
    /// How many slopes are asked for before they are needed.
    const AHEAD: usize = 128;

    /// As the arguments of an entry.
    pub fn pack(self) -> [u32; 2] {
        [self.lines << 18 | self.slopes << 4 | self.results, RUN | self.len]
    }

    fn unpack([counts, rest]: [u32; 2]) -> Self {
        let slopes = counts >> 4 & Self::MOST_SLOPES as u32;
        Map { lines: counts >> 18, results: counts & 0xf, slopes, len: rest & Self::LONGEST as u32 }
    }

    /// How many numbers are listed for so many places: whole groups of lanes.
    pub fn room(places: usize) -> usize {
        places.next_multiple_of(2)
    }

    /// How many results there are.
    pub fn slots(self) -> usize {
        self.results as usize * self.len as usize
    }
}

/// Where the arguments at each place stand, and which results depend on them.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub first: u32,
    pub stride: u32,
    /// A bit for each list of results.
    pub results: u32,
}

impl Line {
    pub const WIDEST: u32 = (1 << (u32::BITS - Map::MOST_RESULTS as u32)) - 1;

    /// As the arguments of an entry, which is not looked at but through its [`Map`].
    pub fn pack(self) -> [u32; 2] {
        [self.first, self.stride << Map::MOST_RESULTS | self.results]
    }

    fn unpack([first, rest]: [u32; 2]) -> Self {
        Line { first, stride: rest >> Map::MOST_RESULTS, results: rest & ((1 << Map::MOST_RESULTS) - 1) }
    }
}

/// Results that are the dot products of the rows of two matrices.
#[derive(Clone, Copy)]
pub(super) struct Product {
    /// The slot of the first number of each matrix, before all others row by row; or [`CONSTANT`](Product::CONSTANT).
    pub first: [u32; 2],
    /// How many rows each has.
    pub rows: [u32; 2],
    /// How long they are.
    pub inner: u32,
}

impl Product {
    pub const CONSTANT: u32 = u32::MAX;
    pub const ENTRIES: usize = 3;
    const MARK: u32 = RUN | 1 << 30;

    /// As the arguments of its entries.
    pub fn pack(self) -> [[u32; 2]; Self::ENTRIES] {
        [self.first, self.rows, [self.inner, Self::MARK]]
    }

    fn unpack([first, rows, [inner, _]]: [[u32; 2]; Self::ENTRIES]) -> Self {
        Product { first, rows, inner }
    }

    /// How many results there are.
    pub fn len(self) -> usize {
        self.rows[0] as usize * self.rows[1] as usize
    }

    /// How many numbers each matrix has.
    fn sizes(self) -> [usize; 2] {
        self.rows.map(|rows| rows as usize * self.inner as usize)
    }
}

/// The state after the passes of a scan, which are run again. The entries before its own hold where each list of arguments begins, or
/// [`CONSTANT`](Scan::CONSTANT).
#[derive(Clone, Copy)]
pub(super) struct Scan {
    /// What is run again.
    pub index: u32,
    /// How many lists of arguments there are.
    pub lines: u32,
    /// How many numbers the state has.
    pub len: u32,
}

impl Scan {
    pub const CONSTANT: u32 = Product::CONSTANT;
    pub const ENTRIES: usize = 2;
    const MARK: u32 = Product::MARK | 1;

    /// As the arguments of its own entries.
    pub fn pack(self) -> [[u32; 2]; Self::ENTRIES] {
        [[self.len, self.lines], [self.index, Self::MARK]]
    }

    fn unpack([[len, lines], [index, _]]: [[u32; 2]; Self::ENTRIES]) -> Self {
        Scan { index, lines, len }
    }
}

/// From the last entry to the first, each slot's adjoint, complete by then, is taken out and passed on to the slots of its
/// arguments, times the slopes. What is left are the adjoints of the inputs, which are the first slots and have no entries.
///
/// An adjoint is one number `A = S`, or several: one for each of several outputs. What scans list is theirs to `replay`: given the
/// entries with their arguments, the adjoints below and those of the results, and the list, it returns what is left of the list.
///
/// # Panics
/// If an argument is not an earlier slot.
#[inline(always)]
pub(super) fn sweep<'l, S: Copy, A: Copy + AddAssign>(
    entries: &[Entry<S>],
    mut listed: &'l [S],
    adjoints: &mut [A],
    zero: A,
    product: impl Fn(A, S) -> A,
    replay: impl Fn(Scan, &[Entry<S>], &mut [A], &mut [A], &'l [S]) -> &'l [S],
) {
    let Some(&last) = adjoints.last() else { return };
    assert!(entries.len() < adjoints.len(), "no entry is without an input before it");
    // The adjoint of the slot below is kept at hand: most ops use the one before, and memory would give it back late.
    let (mut adjoint, mut kept) = (last, last);
    let mut slot = adjoints.len() - 1;
    let mut rest = entries;
    while let Some((Entry { slope, arg }, before)) = rest.split_last() {
        rest = before;
        let own = slot;
        // SAFETY: `slot` is a place, and not less than the entries that are left: by the assertion above at first, and below after a
        // statement. So it was at least 1 here.
        unsafe { *adjoints.get_unchecked_mut(own) = zero };
        slot -= 1;
        // SAFETY: as above.
        let below = unsafe { *adjoints.get_unchecked(slot) };
        if arg[0] & SHARED == 0 {
            adjoint = kept;
        }
        kept = below;
        if arg[1] & RUN == 0 {
            let args = [(arg[0] & !SHARED) as usize, arg[1] as usize];
            assert!(args[0].max(args[1]) <= own, "an argument is not an earlier slot");
            for (&arg, &slope) in args.iter().zip(slope) {
                let share = product(adjoint, slope);
                if arg == slot {
                    kept += share;
                } else {
                    // SAFETY: the argument is at most `own`, which is a place.
                    unsafe { *adjoints.get_unchecked_mut(arg) += share };
                }
            }
        } else if let Some(statement) = Statement::unpack(*arg, rest) {
            let (before, lines) = rest.split_at(rest.len() + 1 - statement.entries());
            rest = before;
            let (below, results) = adjoints[..=own].split_at_mut(own + 1 - statement.results());
            results[statement.results() - 1] = adjoint;
            listed = match statement {
                Statement::Map(map) => pass_on_map(map, lines, below, results, listed, &product),
                Statement::Product(matrices) => pass_on_products(matrices, below, results, listed, &product),
                Statement::Scan(scan) => replay(scan, lines, below, results, listed),
            };
            results.fill(zero);
            slot = own - statement.results();
            assert!(rest.len() <= slot, "a statement has no more entries than results");
            kept = adjoints[slot];
            // the own one is done with: what lives on over the call above would be kept in memory everywhere
            adjoint = kept;
        } else {
            let run = Run::unpack(*arg);
            let places = &mut adjoints[..own][run.places()];
            if run.uniform {
                let share = product(adjoint, slope[0]);
                add_to_each(places, run.stride, std::iter::repeat(share));
            } else {
                let slopes;
                (listed, slopes) = listed.split_at(listed.len() - run.len as usize);
                add_to_each(places, run.stride, slopes.iter().map(|&slope| product(adjoint, slope)));
            }
            kept = adjoints[slot];
        }
    }
    adjoints[slot] = kept;
}

/// Passes the adjoints of lists of results on to the lists of arguments. What is left of the list of slopes is returned.
///
/// It is a function of its own, so that the loop of the sweep keeps its registers.
#[inline(never)]
fn pass_on_map<'l, S: Copy, A: Copy + AddAssign>(
    map: Map,
    lines: &[Entry<S>],
    below: &mut [A],
    results: &[A],
    listed: &'l [S],
    product: impl Fn(A, S) -> A,
) -> &'l [S] {
    let len = map.len as usize;
    let (listed, mut slopes) = listed.split_at(listed.len() - map.slopes as usize * Map::room(len));
    // most often the statement before has its slopes there
    prefetch(&listed[listed.len().saturating_sub(Map::AHEAD)..]);
    for start in (0..len).step_by(Map::CHUNK) {
        let some = (len - start).min(Map::CHUNK);
        for line in lines.iter().map(|line| Line::unpack(line.arg)) {
            let (stride, first) = (line.stride as usize, line.first as usize + start * line.stride as usize);
            let places = &mut below[first..=first + (some - 1) * stride];
            let mut dependent = line.results;
            while dependent != 0 {
                let results = &results[dependent.trailing_zeros() as usize * len + start..][..some];
                dependent &= dependent - 1;
                let own;
                (own, slopes) = slopes.split_at(Map::room(some));
                match stride {
                    1 => add_products(places, results, own, &product),
                    0 => results.iter().zip(own).for_each(|(&adjoint, &slope)| places[0] += product(adjoint, slope)),
                    _ => {
                        let shares = results.iter().zip(own).map(|(&adjoint, &slope)| product(adjoint, slope));
                        add_to_each(places, line.stride, shares);
                    }
                }
            }
        }
    }
    listed
}

/// Adds to each place an adjoint times a slope.
///
/// It is not inlined, so that the compiler knows that the lists do not overlap.
#[inline(never)]
fn add_products<S: Copy, A: Copy + AddAssign>(
    places: &mut [A],
    adjoints: &[A],
    slopes: &[S],
    product: impl Fn(A, S) -> A,
) {
    for ((place, &adjoint), &slope) in places.iter_mut().zip(adjoints).zip(slopes) {
        *place += product(adjoint, slope);
    }
}

/// Passes the adjoints of a product Z = A Bᵀ on to its matrices: those of A are Z̄ B, and those of B are Z̄ᵀ A. What is left of the
/// list of slopes is returned.
///
/// It is a function of its own, so that the loop of the sweep keeps its registers.
#[inline(never)]
fn pass_on_products<'l, S: Copy, A: Copy + AddAssign>(
    matrices: Product,
    below: &mut [A],
    results: &[A],
    mut listed: &'l [S],
    product: impl Fn(A, S) -> A,
) -> &'l [S] {
    let ([a, b], inner, columns) = (matrices.sizes(), matrices.inner as usize, matrices.rows[1] as usize);
    // the numbers of B were listed last
    for (first, own, other, strides) in
        [(matrices.first[0], a, b, [columns, 1]), (matrices.first[1], b, a, [1, columns])]
    {
        if first != Product::CONSTANT {
            let values;
            (listed, values) = listed.split_at(listed.len() - other);
            add_rows(&mut below[first as usize..][..own], inner, values, results, strides, &product);
        }
    }
    listed
}

/// Adds to each row the sum of the rows of another matrix times the adjoints of the products with them. Those of one row to the next,
/// and of one of the others to the next, are so far apart.
#[inline(always)]
fn add_rows<S: Copy, A: Copy + AddAssign>(
    places: &mut [A],
    inner: usize,
    values: &[S],
    results: &[A],
    [next, next_other]: [usize; 2],
    product: impl Fn(A, S) -> A,
) {
    for (i, places) in places.chunks_exact_mut(inner).enumerate() {
        let mut adjoints = results[i * next..].iter().step_by(next_other).copied();
        let mut adjoint = || adjoints.next().expect("there is one for each row");
        // four rows at a time, since each time the places are read and written
        let mut fours = values.chunks_exact(4 * inner);
        for rows in &mut fours {
            let adjoints = [adjoint(), adjoint(), adjoint(), adjoint()];
            let (p, rest) = rows.split_at(inner);
            let (q, rest) = rest.split_at(inner);
            let (r, s) = rest.split_at(inner);
            for (place, (((&p, &q), &r), &s)) in places.iter_mut().zip(p.iter().zip(q).zip(r).zip(s)) {
                let mut sum = *place;
                sum += product(adjoints[0], p);
                sum += product(adjoints[1], q);
                sum += product(adjoints[2], r);
                sum += product(adjoints[3], s);
                *place = sum;
            }
        }
        for row in fours.remainder().chunks_exact(inner) {
            let adjoint = adjoint();
            places.iter_mut().zip(row).for_each(|(place, &value)| *place += product(adjoint, value));
        }
    }
}

/// Adds a share to every place that is so far from the one before.
#[inline(always)]
fn add_to_each<A: AddAssign>(places: &mut [A], stride: u32, shares: impl Iterator<Item = A>) {
    if stride == 1 {
        places.iter_mut().zip(shares).for_each(|(place, share)| *place += share);
    } else {
        places.iter_mut().step_by(stride as usize).zip(shares).for_each(|(place, share)| *place += share);
    }
}
