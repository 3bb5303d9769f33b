//! Loops over lists of numbers, several at a time: what a statement of a region does for a chunk.

use super::primitive::{Body, Primitive, Visitor, bodies};
use crate::real::{Isa, Wide, WithIsa, dispatch};
use std::array::from_fn;
use std::marker::PhantomData;

/// How many numbers are worked on side by side, by operations of one instruction.
pub(super) const LANES: usize = 8;
/// How many are where there are few steps and long rows, so that what is done for each block costs little.
const MANY_LANES: usize = 16;
/// How many are where there are many steps, of which the compiler makes instructions that are as wide as the registers.
const FEW_LANES: usize = 4;
/// The partial sums of a sum: term t goes to the partial sum t mod 16, and these are added in pairs, 8 apart, then 4, 2 and 1. The order is that of
/// every engine.
pub(super) const PARTIAL_SUMS: usize = 16;

/// An operand of a statement for a chunk: rows of numbers.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub numbers: &'a [f64],
    /// Where the first row begins.
    pub start: usize,
    /// How far the start of a row is from that of the next one.
    pub row: isize,
    /// Whether a row is one number, which is that of all its elements.
    pub is_one: bool,
}

impl<'a> List<'a> {
    /// No operand.
    pub const NONE: List<'static> = List { numbers: &[], start: 0, row: 0, is_one: true };

    /// Rows of so many numbers, one after the other.
    pub fn rows(numbers: &'a [f64], len: usize) -> Self {
        List { numbers, start: 0, row: len as isize, is_one: false }
    }

    /// The list from an element of its first row on, in rows of `len` elements that follow on each other.
    pub fn from_element(self, element: usize, len: usize) -> Self {
        if self.is_one { self } else { List { start: self.start + element, row: len as isize, ..self } }
    }
}

/// The rows of an operand, one after the other.
#[derive(Clone, Copy)]
struct Rows<'a> {
    list: List<'a>,
    /// Where the next row begins.
    start: usize,
}

/// A row of an operand.
#[derive(Clone, Copy)]
struct Row<'a> {
    /// The numbers of all elements, or the one of them all.
    numbers: &'a [f64],
    is_one: bool,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn next(&mut self, len: usize) -> Row<'a> {
        let List { numbers, row, is_one, .. } = self.list;
        let numbers = &numbers[self.start..][..if is_one { 1 } else { len }];
        self.start = self.start.wrapping_add_signed(row);
        Row { numbers, is_one }
    }
}

impl Row<'_> {
    /// The numbers from an element on.
    #[inline(always)]
    fn lanes<I: Isa, const L: usize>(&self, element: usize) -> Wide<I, L> {
        if self.is_one {
            return Wide::from(self.numbers[0]);
        }
        Wide::new(*self.numbers[element..].first_chunk().expect("a row has so many elements"))
    }

    /// The numbers from an element on, of which there are fewer than lanes; the other lanes repeat the first of them.
    #[inline(always)]
    fn few_lanes<I: Isa, const L: usize>(&self, element: usize) -> Wide<I, L> {
        let numbers = if self.is_one { self.numbers } else { &self.numbers[element..] };
        let mut lanes = [numbers[0]; L];
        lanes[..numbers.len()].copy_from_slice(numbers);
        Wide::new(lanes)
    }
}

/// The operands of a statement for a chunk, and where the results go.
pub(super) struct Lists<'a> {
    pub operands: &'a [List<'a>],
    /// The results: rows of `len` numbers, one after the other.
    pub into: &'a mut [f64],
    pub len: usize,
}

/// The operands of a body in some lanes of a row each.
#[inline(always)]
fn lanes<I: Isa, const L: usize, const N: usize>(rows: &[Row<'_>; N], element: usize) -> [Wide<I, L>; N] {
    let mut x = [Wide::from(0.0); N];
    for i in 0..N {
        x[i] = rows[i].lanes(element);
    }
    x
}

/// As [`lanes`], of which there are more than elements left.
#[inline(always)]
fn few_lanes<I: Isa, const L: usize, const N: usize>(rows: &[Row<'_>; N], element: usize) -> [Wide<I, L>; N] {
    let mut x = [Wide::from(0.0); N];
    for i in 0..N {
        x[i] = rows[i].few_lanes(element);
    }
    x
}

/// The next row of each operand.
#[inline(always)]
fn next_rows<'a, const N: usize>(rows: &mut [Rows<'a>; N], len: usize) -> [Row<'a>; N] {
    let mut x = [Row { numbers: &[], is_one: true }; N];
    for i in 0..N {
        x[i] = rows[i].next(len);
    }
    x
}

impl<'a> Lists<'a> {
    /// Sets each result to what a body makes of the operands at the same place.
    #[inline]
    pub fn run<const N: usize>(self, body: impl Body<N>) {
        dispatch(Pass { body, lists: self });
    }

    #[inline(always)]
    fn rows<const N: usize>(&self) -> [Rows<'a>; N] {
        let mut rows = [Rows { list: List::NONE, start: 0 }; N];
        for i in 0..N {
            rows[i] = Rows { list: self.operands[i], start: self.operands[i].start };
        }
        rows
    }

    /// As [`run`](Lists::run), for an instruction set.
    #[inline(always)]
    fn run_in<I: Isa, B: Body<N>, const N: usize>(self, body: B) {
        if B::IS_LONG {
            self.each::<I, FEW_LANES, N>(body);
        } else if self.len < MANY_LANES {
            self.each::<I, LANES, N>(body);
        } else {
            self.each::<I, MANY_LANES, N>(body);
        }
    }

    /// As [`run`](Lists::run), in so many lanes.
    ///
    /// A row that is no whole number of blocks long ends with a block that overlaps the one before: its numbers are computed twice, and come out
    /// the same.
    #[inline(always)]
    fn each<I: Isa, const L: usize, const N: usize>(self, body: impl Body<N>) {
        let mut rows = self.rows::<N>();
        let Lists { mut into, len, .. } = self;
        while into.len() >= len {
            let (row, rest) = into.split_at_mut(len);
            into = rest;
            let x = next_rows(&mut rows, len);
            if len < L {
                row.copy_from_slice(&body.apply(few_lanes::<I, L, N>(&x, 0)).0[..len]);
                continue;
            }
            let mut element = 0;
            loop {
                let y = body.apply(lanes::<I, L, N>(&x, element)).0;
                *row[element..].first_chunk_mut().expect("a row has so many elements") = y;
                element += L;
                if element == len {
                    break;
                }
                if element > len - L {
                    element = len - L;
                }
            }
        }
    }

    /// Adds what a body makes of some rows of the operands to rows of `len` numbers, in turn: after the last one comes the first again.
    #[inline(always)]
    fn add_in<I: Isa, B: Body<N>, const N: usize>(self, body: &B, count: usize) {
        let mut rows = self.rows::<N>();
        let Lists { into, len, .. } = self;
        let (mut first, end) = (0, into.len());
        for _ in 0..count {
            let sums = &mut into[first..first + len];
            first = if first + len == end { 0 } else { first + len };
            let x = next_rows(&mut rows, len);
            let whole = len - len % LANES;
            for element in (0..whole).step_by(LANES) {
                let y = body.apply(lanes::<I, LANES, N>(&x, element)).0;
                let sums: &mut [f64; LANES] = sums[element..].first_chunk_mut().expect("a row has so many elements");
                for k in 0..LANES {
                    sums[k] += y[k];
                }
            }
            for element in whole..len {
                sums[element] += body.apply(lanes::<I, 1, N>(&x, element)).0[0];
            }
        }
    }

    /// Sets each result to the sum of what a body makes of a row of `terms` elements.
    #[inline(always)]
    fn sum_in<I: Isa, B: Body<N>, const N: usize>(self, body: &B, terms: usize) {
        let mut rows = self.rows::<N>();
        for sum in self.into {
            let x = next_rows(&mut rows, terms);
            let mut partial = Wide::<I, PARTIAL_SUMS>::from(-0.0);
            let whole = terms - terms % PARTIAL_SUMS;
            for element in (0..whole).step_by(PARTIAL_SUMS) {
                partial = partial + body.apply(lanes::<I, PARTIAL_SUMS, N>(&x, element));
            }
            if whole < terms {
                let more = partial + body.apply(few_lanes::<I, PARTIAL_SUMS, N>(&x, whole));
                for k in 0..PARTIAL_SUMS {
                    partial.0[k] = if k < terms - whole { more.0[k] } else { partial.0[k] };
                }
            }
            let eight: [f64; 8] = from_fn(|k| partial.0[k] + partial.0[k + 8]);
            let four: [f64; 4] = from_fn(|k| eight[k] + eight[k + 4]);
            *sum = (four[0] + four[2]) + (four[1] + four[3]);
        }
    }

    /// As [`run`](Lists::run), one number after the other.
    pub fn each_number<const N: usize>(self, f: impl Fn([f64; N]) -> f64) {
        let mut rows = self.rows::<N>();
        let Lists { into, len, .. } = self;
        for into in into.chunks_exact_mut(len) {
            let x = next_rows(&mut rows, len);
            for (k, into) in into.iter_mut().enumerate() {
                *into = f(x.map(|row| row.numbers[if row.is_one { 0 } else { k }]));
            }
        }
    }

    /// Sets each result to what a primitive makes of the operands at the same place.
    #[inline]
    pub fn apply<I: Isa>(self, primitive: Primitive) {
        primitive.show(InSet::<I, _> { lists: self, what: Values, set: PhantomData });
    }

    /// Adds the terms in some rows of the operands to rows of `len` numbers, in turn: after the last row comes the first again.
    #[inline]
    pub fn add<I: Isa>(self, term: Term, rows: usize) {
        term.show(InSet::<I, _> { lists: self, what: Added { rows }, set: PhantomData });
    }

    /// Sets each result to the sum of the terms in a row, of which there are so many.
    #[inline]
    pub fn sum<I: Isa>(self, term: Term, terms: usize) {
        term.show(InSet::<I, _> { lists: self, what: Sum { terms }, set: PhantomData });
    }
}

/// A body in a loop over lists.
struct Pass<'a, B, const N: usize> {
    body: B,
    lists: Lists<'a>,
}

impl<const N: usize, B: Body<N>> WithIsa for Pass<'_, B, N> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        self.lists.run_in::<I, B, N>(self.body);
    }
}

/// What a visitor does with a primitive in lists, for an instruction set.
struct InSet<'a, I, T> {
    lists: Lists<'a>,
    what: T,
    set: PhantomData<I>,
}

/// The results of a primitive, one by one.
struct Values;

impl<I: Isa> Visitor for InSet<'_, I, Values> {
    type Out = ();
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) {
        I::call(|| self.lists.run_in::<I, B, N>(body));
    }
}

/// Terms added to rows in turn.
struct Added {
    rows: usize,
}

impl<I: Isa> Visitor for InSet<'_, I, Added> {
    type Out = ();
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) {
        I::call(|| self.lists.add_in::<I, B, N>(&body, self.what.rows));
    }
}

/// The sum of each row of terms.
struct Sum {
    terms: usize,
}

impl<I: Isa> Visitor for InSet<'_, I, Sum> {
    type Out = ();
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) {
        I::call(|| self.lists.sum_in::<I, B, N>(&body, self.what.terms));
    }
}

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// An operand.
    Value,
    /// The product of two.
    Product,
    /// The product of two factors of the chain rule.
    Chain,
}

impl Term {
    /// The term that a primitive makes, if it can be made while it is added.
    pub fn of(primitive: Primitive) -> Option<Self> {
        match primitive {
            Primitive::Mul => Some(Term::Product),
            Primitive::Chain => Some(Term::Chain),
            _ => None,
        }
    }

    /// The name of what makes the term.
    pub fn name(self) -> &'static str {
        match self {
            Term::Value => "",
            Term::Product => "mul ",
            Term::Chain => "chain ",
        }
    }

    /// Shows the primitive that makes the term to a visitor.
    #[inline(always)]
    fn show<V: Visitor>(self, visitor: V) -> V::Out {
        match self {
            Term::Value => visitor.visit(bodies::Detach),
            Term::Product => visitor.visit(bodies::Mul),
            Term::Chain => visitor.visit(bodies::Chain),
        }
    }
}

/// Adds partial sums of `len` numbers each in pairs, into the first.
#[inline(always)]
pub(super) fn add_pairs(partial: &mut [f64], len: usize) {
    let mut half = PARTIAL_SUMS / 2;
    while half > 0 {
        let (sums, others) = partial[..2 * half * len].split_at_mut(half * len);
        sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
        half /= 2;
    }
}

/// The sum of some terms in the order of every engine.
pub(super) fn sum(terms: &[f64]) -> f64 {
    let mut partial = [-0.0; PARTIAL_SUMS];
    for (k, term) in terms.iter().enumerate() {
        partial[k % PARTIAL_SUMS] += term;
    }
    add_pairs(&mut partial, 1);
    partial[0]
}
