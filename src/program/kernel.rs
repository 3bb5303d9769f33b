//! Loops over lists of numbers, several at a time: what a statement of a region does for a chunk.

use super::primitive::{Loop, Primitive};
use crate::real::{Isa, Wide, WithIsa, dispatch};

/// How many numbers are worked on side by side.
pub(super) const LANES: usize = 4;
pub(super) type Lanes<I> = Wide<I, LANES>;

/// An operand of a statement for a chunk: rows of numbers.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub numbers: &'a [f64],
    /// How far a row is from the next one.
    pub row: usize,
    /// How far a block of [`LANES`] numbers is from the next one: so many, or 0 if all of a row are the first one.
    pub block: usize,
}

impl List<'_> {
    /// No operand.
    pub const NONE: List<'static> = List { numbers: &[], row: 0, block: 0 };

    /// The block from an element of a row on, which begins at `row`.
    #[inline(always)]
    fn at<I: Isa>(&self, row: usize, element: usize) -> Lanes<I> {
        let start = row + if self.block == 0 { 0 } else { element };
        let block = &self.numbers[start..start + LANES];
        Wide::new(block.try_into().expect("a block is so long"))
    }

    /// Fewer numbers than a block has, from the start of a row; the other lanes repeat the first of them.
    #[inline(always)]
    fn few<I: Isa>(&self, row: usize, len: usize) -> Lanes<I> {
        if self.block == 0 {
            return self.at(row, 0);
        }
        let numbers = &self.numbers[row..row + len];
        let mut lanes = [numbers[0]; LANES];
        lanes[..len].copy_from_slice(numbers);
        Wide::new(lanes)
    }
}

/// The operands of a statement for a chunk, and where the results go.
pub(super) struct Lists<'a, const N: usize> {
    pub operands: [List<'a>; N],
    /// The results: rows of `len` numbers, one after the other.
    pub into: &'a mut [f64],
    pub len: usize,
}

impl<const N: usize> Lists<'_, N> {
    /// Sets each result to what a function makes of the operands at the same place.
    ///
    /// A row that is no whole number of blocks long ends with a block that overlaps the one before: its numbers are computed twice, and come out
    /// the same.
    #[inline(always)]
    pub fn each<I: Isa>(self, f: impl Fn([Lanes<I>; N]) -> Lanes<I>) {
        let Lists { operands, into, len } = self;
        let is_few = len < LANES;
        let last = len.saturating_sub(LANES);
        let mut rows = [0; N];
        for into in into.chunks_exact_mut(len) {
            for k in 0..len.div_ceil(LANES) {
                let element = last.min(k * LANES);
                let mut x = [Wide::from(0.0); N];
                for i in 0..N {
                    x[i] = if is_few { operands[i].few(rows[i], len) } else { operands[i].at(rows[i], element) };
                }
                // the function is called in one place, so that it is inlined: what is not is compiled for the baseline
                let y = f(x).0;
                if is_few {
                    into.copy_from_slice(&y[..len])
                } else {
                    into[element..element + LANES].copy_from_slice(&y)
                }
            }
            for i in 0..N {
                rows[i] += operands[i].row;
            }
        }
    }
}

impl<const N: usize> Lists<'_, N> {
    /// As [`each`](Lists::each), one number after the other.
    pub fn each_number(self, f: impl Fn([f64; N]) -> f64) {
        let Lists { operands, into, len } = self;
        for (row, into) in into.chunks_exact_mut(len).enumerate() {
            for (k, into) in into.iter_mut().enumerate() {
                *into = f(operands.map(|list| list.numbers[row * list.row + if list.block == 0 { 0 } else { k }]));
            }
        }
    }
}

impl<I: Isa> Loop<Lanes<I>> for Lists<'_, 3> {
    #[inline(always)]
    fn one(self, f: impl Fn(Lanes<I>) -> Lanes<I>) {
        let Lists { operands: [x, ..], into, len } = self;
        Lists { operands: [x], into, len }.each(|[x]| f(x));
    }
    #[inline(always)]
    fn two(self, f: impl Fn(Lanes<I>, Lanes<I>) -> Lanes<I>) {
        let Lists { operands: [x, y, _], into, len } = self;
        Lists { operands: [x, y], into, len }.each(|[x, y]| f(x, y));
    }
    #[inline(always)]
    fn three(self, f: impl Fn(Lanes<I>, Lanes<I>, Lanes<I>) -> Lanes<I>) {
        self.each(|[x, y, z]| f(x, y, z));
    }
}

/// A primitive of lists.
struct OfLists<'a> {
    primitive: Primitive,
    lists: Lists<'a, 3>,
}

impl WithIsa for OfLists<'_> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        self.primitive.in_loop::<Lanes<I>>(self.lists);
    }
}

impl Primitive {
    /// Applies the primitive to lists.
    #[inline]
    pub fn to_lists(self, lists: Lists<'_, 3>) {
        dispatch(OfLists { primitive: self, lists });
    }
}
