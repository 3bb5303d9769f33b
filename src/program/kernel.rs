//! Loops over lists of numbers, several at a time: what a statement of a region does for a chunk.

use super::primitive::{Body, Primitive, Visitor, bodies};
use crate::real::{Alone, Isa, MOST_LANES, Register, Wide, WithIsa, dispatch};
use std::marker::PhantomData;

/// Rows of fewer numbers are put together before a statement is run.
pub(super) const SHORT: usize = 8;
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
    /// How far an element of a row is from the next one: 1, or 0 if they are all one number. It is no `bool`, since that would be copied with the
    /// bytes around it, for which the processor waits until they are written.
    pub step: usize,
}

impl<'a> List<'a> {
    /// No operand.
    pub const NONE: List<'static> = List { numbers: &[], start: 0, row: 0, step: 0 };

    /// Rows of so many numbers, one after the other.
    pub fn rows(numbers: &'a [f64], len: usize) -> Self {
        List { numbers, start: 0, row: len as isize, step: 1 }
    }

    /// The list from an element of its first row on, in rows of `len` elements that follow on each other.
    pub fn at_element(self, element: usize, len: usize) -> Self {
        if self.step == 0 { self } else { List { start: self.start + element, row: len as isize, ..self } }
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
        let List { numbers, row, step, .. } = self.list;
        let is_one = step == 0;
        let numbers = &numbers[self.start..][..if is_one { 1 } else { len }];
        self.start = self.start.wrapping_add_signed(row);
        Row { numbers, is_one }
    }
}

impl Row<'_> {
    /// The numbers from an element on.
    #[inline(always)]
    fn lanes<R: Register>(&self, element: usize) -> Wide<R> {
        if self.is_one {
            return Wide::from(self.numbers[0]);
        }
        Wide::load(&self.numbers[element..])
    }

    /// The numbers, of which there are fewer than lanes; the other lanes repeat the first of them.
    #[inline(always)]
    fn few_lanes<R: Register>(&self) -> Wide<R> {
        let mut lanes = [self.numbers[0]; MOST_LANES];
        lanes[..self.numbers.len()].copy_from_slice(self.numbers);
        Wide::load(&lanes)
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
fn lanes<R: Register, const N: usize>(rows: &[Row<'_>; N], element: usize) -> [Wide<R>; N] {
    let mut x = [Wide::from(0.0); N];
    for i in 0..N {
        x[i] = rows[i].lanes(element);
    }
    x
}

/// The operands of a body in more lanes than a row has numbers.
#[inline(always)]
fn few_lanes<R: Register, const N: usize>(rows: &[Row<'_>; N]) -> [Wide<R>; N] {
    let mut x = [Wide::from(0.0); N];
    for i in 0..N {
        x[i] = rows[i].few_lanes();
    }
    x
}

/// What a body makes of an element of a row each.
#[inline(always)]
fn one_number<I: Isa, B: Body<N>, const N: usize>(body: &B, rows: &[Row<'_>; N], element: usize) -> f64 {
    let y: Wide<Alone<I>> = body.apply(lanes(rows, element));
    y.number()
}

/// Adds what a body makes of elements of a row each to sums.
#[inline(always)]
fn add<R: Register, B: Body<N>, const N: usize>(body: &B, rows: &[Row<'_>; N], element: usize, sums: &mut [f64]) {
    let y: Wide<R> = body.apply(lanes(rows, element));
    let sums = &mut sums[element..];
    (Wide::load(sums) + y).store(sums);
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
        dispatch(Pass { body, lists: self, task: Values });
    }

    #[inline(always)]
    fn rows<const N: usize>(&self) -> [Rows<'a>; N] {
        let mut rows = [Rows { list: List::NONE, start: 0 }; N];
        for (rows, &list) in rows.iter_mut().zip(self.operands) {
            *rows = Rows { list, start: list.start };
        }
        rows
    }

    /// As [`run`](Lists::run), for an instruction set.
    #[inline(always)]
    fn run_in<I: Isa, B: Body<N>, const N: usize>(self, body: B) {
        // by a plain `if`, so that bodies with many steps are not compiled for other numbers of lanes
        if B::IS_LONG || self.len < I::Sixteen::WIDTH {
            return self.each::<I::Register, N>(body);
        }
        // what is done for each block costs little beside the body then
        self.each::<I::Sixteen, N>(body)
    }

    /// As [`run`](Lists::run), in registers of a kind.
    ///
    /// A row that is no whole number of blocks long ends with a block that overlaps the one before: its numbers are computed twice, and come out
    /// the same.
    #[inline(always)]
    fn each<R: Register, const N: usize>(self, body: impl Body<N>) {
        let mut rows = self.rows::<N>();
        let Lists { mut into, len, .. } = self;
        while into.len() >= len {
            let (row, rest) = into.split_at_mut(len);
            into = rest;
            let x = next_rows(&mut rows, len);
            // the body is there once, since it may be long
            let is_few = R::WIDTH <= MOST_LANES && len < R::WIDTH;
            let mut element = 0;
            loop {
                let y = body.apply(if is_few { few_lanes::<R, N>(&x) } else { lanes::<R, N>(&x, element) });
                if is_few {
                    let mut lanes = [0.0; MOST_LANES];
                    y.store(&mut lanes);
                    row.copy_from_slice(&lanes[..len]);
                    break;
                }
                y.store(&mut row[element..]);
                element += R::WIDTH;
                if element == len {
                    break;
                }
                element = element.min(len - R::WIDTH);
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
            let sixteens = len - len % I::Sixteen::WIDTH;
            for element in (0..sixteens).step_by(I::Sixteen::WIDTH) {
                add::<I::Sixteen, B, N>(body, &x, element, sums);
            }
            let whole = len - len % I::Register::WIDTH;
            for element in (sixteens..whole).step_by(I::Register::WIDTH) {
                add::<I::Register, B, N>(body, &x, element, sums);
            }
            for (element, sum) in sums.iter_mut().enumerate().skip(whole) {
                *sum += one_number::<I, B, N>(body, &x, element);
            }
        }
    }

    /// Sets each result to the sum of what a body makes of a row of `terms` elements.
    #[inline(always)]
    fn sum_in<I: Isa, B: Body<N>, const N: usize>(self, body: &B, terms: usize) {
        let mut rows = self.rows::<N>();
        for sum in self.into {
            let x = next_rows(&mut rows, terms);
            let mut sums = Wide::<I::Sixteen>::from(-0.0);
            let whole = terms - terms % PARTIAL_SUMS;
            for element in (0..whole).step_by(PARTIAL_SUMS) {
                sums += body.apply(lanes(&x, element));
            }
            if whole < terms {
                let mut partial = [-0.0; PARTIAL_SUMS];
                sums.store(&mut partial);
                for element in whole..terms {
                    partial[element - whole] += one_number::<I, B, N>(body, &x, element);
                }
                sums = Wide::load(&partial);
            }
            *sum = sums.in_pairs();
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
        primitive.show(InSet::<I, _> { lists: self, task: Values, set: PhantomData });
    }

    /// Adds the terms in some rows of the operands to rows of `len` numbers, in turn: after the last row comes the first again.
    #[inline]
    pub fn add<I: Isa>(self, term: Term, rows: usize) {
        term.show(InSet::<I, _> { lists: self, task: Added(rows), set: PhantomData });
    }

    /// Sets each result to the sum of the terms in a row, of which there are so many.
    #[inline]
    pub fn sum<I: Isa>(self, term: Term, terms: usize) {
        term.show(InSet::<I, _> { lists: self, task: Sum(terms), set: PhantomData });
    }
}

/// What is done with the results of a body.
trait Task {
    /// Goes through lists, for an instruction set.
    fn run<I: Isa, B: Body<N>, const N: usize>(self, lists: Lists<'_>, body: B);
}

/// The results go where the lists say, one by one.
struct Values;

impl Task for Values {
    #[inline(always)]
    fn run<I: Isa, B: Body<N>, const N: usize>(self, lists: Lists<'_>, body: B) {
        lists.run_in::<I, B, N>(body);
    }
}

/// The results of so many rows are added to rows in turn.
struct Added(usize);

impl Task for Added {
    #[inline(always)]
    fn run<I: Isa, B: Body<N>, const N: usize>(self, lists: Lists<'_>, body: B) {
        lists.add_in::<I, B, N>(&body, self.0);
    }
}

/// The results of each row, which has so many terms, are summed.
struct Sum(usize);

impl Task for Sum {
    #[inline(always)]
    fn run<I: Isa, B: Body<N>, const N: usize>(self, lists: Lists<'_>, body: B) {
        lists.sum_in::<I, B, N>(&body, self.0);
    }
}

/// A task with a body.
struct Pass<'a, B, T, const N: usize> {
    body: B,
    lists: Lists<'a>,
    task: T,
}

impl<const N: usize, B: Body<N>, T: Task> WithIsa for Pass<'_, B, T, N> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        self.task.run::<I, B, N>(self.lists, self.body);
    }
}

/// A task whose body is a primitive, for an instruction set.
struct InSet<'a, I, T> {
    lists: Lists<'a>,
    task: T,
    set: PhantomData<I>,
}

impl<I: Isa, T: Task> Visitor for InSet<'_, I, T> {
    type Out = ();
    #[inline(always)]
    fn visit<const N: usize, B: Body<N>>(self, body: B) {
        I::run(Pass { body, lists: self.lists, task: self.task });
    }
}

/// A body of one number each.
pub(super) struct One<B, const N: usize> {
    pub body: B,
    pub x: [f64; N],
}

impl<const N: usize, B: Body<N>> WithIsa for One<B, N> {
    type Out = f64;
    #[inline(always)]
    fn run<I: Isa>(self) -> f64 {
        let mut x = [Wide::<Alone<I>>::from(0.0); N];
        for (x, own) in x.iter_mut().zip(self.x) {
            *x = own.into();
        }
        self.body.apply(x).number()
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
