//! Loops over lists of numbers, several at a time: what a statement of a region does for a chunk.

use super::primitive::{Body, Visitor};
use crate::real::{Isa, Wide, WithIsa, dispatch};

/// How many numbers are worked on side by side, by operations of one instruction.
pub(super) const LANES: usize = 8;
/// How many are where there are many steps, of which the compiler makes instructions that are as wide as the registers.
const FEW_LANES: usize = 4;

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

    /// The lanes from an element of a row on, which begins at `row`.
    #[inline(always)]
    fn at<I: Isa, const L: usize>(&self, row: usize, element: usize) -> Wide<I, L> {
        let start = row + if self.block == 0 { 0 } else { element };
        let lanes = &self.numbers[start..start + L];
        Wide::new(lanes.try_into().expect("there are so many"))
    }

    /// Fewer numbers than there are lanes, from the start of a row; the other lanes repeat the first of them.
    #[inline(always)]
    fn few<I: Isa, const L: usize>(&self, row: usize, len: usize) -> Wide<I, L> {
        let numbers = if self.block == 0 { &self.numbers[row..=row] } else { &self.numbers[row..row + len] };
        let mut lanes = [numbers[0]; L];
        lanes[..numbers.len()].copy_from_slice(numbers);
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
    /// Sets each result to what a body makes of the operands at the same place.
    #[inline]
    pub fn run(self, body: impl Body<N>) {
        dispatch(Pass { body, lists: self });
    }

    /// As [`run`](Lists::run), in so many lanes.
    ///
    /// A row that is no whole number of blocks long ends with a block that overlaps the one before: its numbers are computed twice, and come out
    /// the same.
    #[inline(always)]
    fn each<I: Isa, const L: usize>(self, body: impl Body<N>) {
        let Lists { operands, into, len } = self;
        let is_few = len < L;
        let last = len.saturating_sub(L);
        let mut rows = [0; N];
        for into in into.chunks_exact_mut(len) {
            for k in 0..len.div_ceil(L) {
                let element = last.min(k * L);
                let mut x = [Wide::<I, L>::from(0.0); N];
                for i in 0..N {
                    x[i] = if is_few { operands[i].few(rows[i], len) } else { operands[i].at(rows[i], element) };
                }
                let y = body.apply(x).0;
                if is_few { into.copy_from_slice(&y[..len]) } else { into[element..element + L].copy_from_slice(&y) }
            }
            for i in 0..N {
                rows[i] += operands[i].row;
            }
        }
    }
}

/// A body in a loop over lists.
struct Pass<'a, B, const N: usize> {
    body: B,
    lists: Lists<'a, N>,
}

impl<const N: usize, B: Body<N>> WithIsa for Pass<'_, B, N> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        if B::IS_LONG {
            self.lists.each::<I, FEW_LANES>(self.body);
        } else {
            self.lists.each::<I, LANES>(self.body);
        }
    }
}

impl<const N: usize> Lists<'_, N> {
    /// As [`run`](Lists::run), one number after the other.
    pub fn each_number(self, f: impl Fn([f64; N]) -> f64) {
        let Lists { operands, into, len } = self;
        for (row, into) in into.chunks_exact_mut(len).enumerate() {
            for (k, into) in into.iter_mut().enumerate() {
                *into = f(operands.map(|list| list.numbers[row * list.row + if list.block == 0 { 0 } else { k }]));
            }
        }
    }
}

impl Visitor for Lists<'_, 3> {
    type Out = ();
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) {
        let Lists { operands, into, len } = self;
        let mut first = [List::NONE; N];
        first.copy_from_slice(&operands[..N]);
        Lists { operands: first, into, len }.run(body);
    }
}
