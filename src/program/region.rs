//! Regions run chunk by chunk.

use super::kernel::{List, Lists, SHORT};
use super::plan::{Address, OPERANDS, Operand, Region, Statement};
use super::slots::{Around, CHUNK, Run, Work, apply, next};
use crate::real::Isa;
use smallvec::SmallVec;

/// A part of the repetitions of two loops: rows of the inner one.
#[derive(Clone, Copy)]
pub(super) struct Chunk {
    /// The first row, and how many there are. One loop has one row.
    pub row: usize,
    pub rows: usize,
    /// The first repetition of the inner loop, and how many there are.
    pub start: usize,
    pub count: usize,
}

/// Where an address is in a chunk: at its start, and how far the next row and the next repetition are.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub at: i64,
    pub row: i64,
    pub step: i64,
}

impl Chunk {
    /// Where an address is, given where it is at the start of its two innermost loops.
    #[inline]
    fn place(&self, address: &Address, at: i64) -> Place {
        let (row, step) = match address.own[..] {
            [.., row, step] => (i64::from(row), i64::from(step)),
            [step] => (0, i64::from(step)),
            [] => (0, 0),
        };
        self.moved(Place { at, row, step })
    }

    /// A place at the start of the chunk, given that at the start of the loops.
    #[inline]
    pub fn moved(&self, Place { at, row, step }: Place) -> Place {
        Place { at: at + row * self.row as i64 + step * self.start as i64, row, step }
    }
}

/// Sets a list to the numbers of an operand for a chunk: where they are, if its rows are stretches of memory or one number each, else gathered. `false`
/// if they meet what is written to.
///
/// A list that is returned, and not set field by field, is written and read again in other widths, for which the processor waits.
#[inline(always)]
pub(super) fn fetch<'a>(
    list: &mut List<'a>,
    around: Around<'a>,
    width: usize,
    address: &Address,
    place: Place,
    chunk: Chunk,
    gathered: &'a mut [f64],
) -> bool {
    let (Place { at, row, step }, Chunk { rows, count, .. }) = (place, chunk);
    let len = count * width;
    let is_one = step == 0 && width == 1;
    let is_there = address.list.is_none() && (step == 1 || count == 1 || is_one);
    let each = if is_one { 1 } else { len };
    let row = match rows {
        1 if is_one => 0,
        1 => len as i64,
        _ => row * width as i64,
    };
    // the first number in memory is that of the last row if the step from row to row goes back
    let (start, reach) = (at * width as i64, row * (rows as i64 - 1));
    if is_there
        && (rows == 1 || len >= SHORT)
        && let Some(numbers) = around.get((start + reach.min(0)) as usize, reach.unsigned_abs() as usize + each)
    {
        list.numbers = numbers;
        list.start = (-reach).max(0) as usize;
        list.row = row as isize;
        list.step = usize::from(!is_one);
        return true;
    }
    let is_there = gather(around, width, address, place, chunk, gathered);
    *list = List::rows(&gathered[..rows * len], len);
    is_there
}

/// Gathers the numbers of an operand for a chunk, one after the other. `false` if they meet what is written to.
#[inline(never)]
fn gather(
    around: Around<'_>,
    width: usize,
    address: &Address,
    Place { at, row, step }: Place,
    Chunk { rows, count, .. }: Chunk,
    gathered: &mut [f64],
) -> bool {
    let len = count * width;
    for (r, numbers) in gathered[..rows * len].chunks_exact_mut(len).enumerate() {
        let at = at + row * r as i64;
        for (k, numbers) in numbers.chunks_exact_mut(width).enumerate() {
            let Some(from) = around.get(address.slot(at + step * k as i64) * width, width) else { return false };
            if width == 1 {
                numbers[0] = from[0];
            } else {
                numbers.copy_from_slice(from);
            }
        }
    }
    true
}

impl Run<'_> {
    /// Runs a region.
    pub fn region<I: Isa>(&mut self, region: &Region) {
        let (outer, rows, inner) = match region.counts[..] {
            [ref outer @ .., rows, inner] => (outer, rows, inner),
            [inner] => (&[][..], 1, inner),
            [] => unreachable!("a region has a loop"),
        };
        let most = (CHUNK / self.width).max(1);
        let (rows_at_once, at_once) = match region.sums.first() {
            _ if rows * inner <= most => (rows, inner),
            // whole sums
            Some(sum) if sum.terms <= most => (1, most - most % sum.terms),
            _ if inner <= most => (most / inner, inner),
            _ => (1, most),
        };
        let mut repetition: SmallVec<[usize; 3]> = SmallVec::from_elem(0, outer.len());
        // a sum that lies within a chunk has no use for partial sums; each sum of the region has its own number of terms
        let has_parts = region.sums.iter().any(|sum| self.width > 1 || at_once % sum.terms != 0);
        loop {
            if has_parts {
                self.start_sums(&region.sums);
            }
            let mut row = 0;
            while row < rows {
                let mut start = 0;
                while start < inner {
                    let (rows, count) = (rows_at_once.min(rows - row), at_once.min(inner - start));
                    let chunk = Chunk { row, rows, start, count };
                    for statement in &region.statements {
                        self.statement::<I>(statement, &repetition, chunk);
                    }
                    for (k, sum) in region.sums.iter().enumerate() {
                        self.add_chunk::<I>(k, sum, chunk);
                    }
                    start += count;
                }
                row += rows_at_once;
            }
            if !next(&mut repetition, outer) {
                return;
            }
        }
    }

    /// Runs a statement of a region for a chunk.
    #[inline]
    fn statement<I: Isa>(&mut self, statement: &Statement, outer: &[usize], chunk: Chunk) {
        let Run { width, slots, work, serial } = self;
        let (width, len) = (*width, chunk.count * *width);
        let all = chunk.rows * len;
        let place = |address: &Address| chunk.place(address, address.at(serial, outer));
        let store = statement.store.as_ref().map(place);
        // in memory at once, if the results are one stretch there
        if let (Some(Place { at, row, step }), None) = (store, statement.register)
            && (step == 1 || chunk.count == 1)
            && (row == chunk.count as i64 || chunk.rows == 1)
        {
            let (into, around) = slots.split(at as usize * width, all);
            if work.apply::<I>(statement, place, around, width, Some(into), chunk) {
                return;
            }
        }
        let is_done = work.apply::<I>(statement, place, slots.around(), width, None, chunk);
        debug_assert!(is_done, "nothing is written to memory");
        if let Some(Place { at, row, step }) = store {
            for (r, made) in work.spare[..all].chunks_exact(len).enumerate() {
                slots.put(at + row * r as i64, step, width, made);
            }
        }
        if let Some(register) = statement.register {
            std::mem::swap(&mut work.spare, &mut work.registers[register]);
        }
    }
}

impl Work {
    /// Computes what a statement makes for a chunk, into a list or else into the spare register; `false` if an operand meets what is written to.
    #[inline]
    fn apply<I: Isa>(
        &mut self,
        statement: &Statement,
        place: impl Fn(&Address) -> Place,
        around: Around<'_>,
        width: usize,
        into: Option<&mut [f64]>,
        chunk: Chunk,
    ) -> bool {
        let Work { registers, spare, gathered, .. } = self;
        let len = chunk.count * width;
        let into = into.unwrap_or(&mut spare[..chunk.rows * len]);
        let mut lists = [List::NONE; OPERANDS];
        // rows of one length that follow on each other are one row
        let mut is_one_row = true;
        for ((list, operand), gathered) in lists.iter_mut().zip(&statement.operands).zip(gathered) {
            match operand {
                Operand::Register(register) => *list = List::rows(&registers[*register], len),
                Operand::Memory(address) => {
                    if !fetch(list, around, width, address, place(address), chunk, gathered) {
                        return false;
                    }
                }
            }
            is_one_row &= list.row == if list.step == 0 { 0 } else { len as isize };
        }
        let len = if is_one_row { into.len() } else { len };
        apply::<I>(&statement.apply, Lists { operands: &lists, into, len });
        true
    }
}
