//! Sums, in the order of every engine, which `kernel.rs` says.

use super::kernel::{List, Lists, PARTIAL_SUMS, Term, add_pairs};
use super::plan::{Address, OPERANDS, Operand, RegionSum, Sums};
use super::region::{Chunk, Place, fetch};
use super::slots::{Around, CHUNK, Run, Slots, next};
use crate::real::Isa;
use smallvec::SmallVec;

/// How many sums are made side by side, so that their partial sums stay in the first cache.
pub(super) fn columns(width: usize) -> usize {
    (64 / width).max(1)
}

impl Run<'_> {
    /// Sets the partial sums of so many sums to no term.
    pub fn start_sums(&mut self, sums: &[RegionSum]) {
        self.work.sums[..sums.len() * PARTIAL_SUMS * self.width].fill(-0.0);
    }

    /// Adds what a chunk made to a sum of a region with one loop.
    #[inline]
    pub fn add_chunk<I: Isa>(&mut self, k: usize, sum: &RegionSum, chunk: Chunk) {
        let Run { width, slots, work, serial } = self;
        let (width, terms) = (*width, sum.terms);
        let partial = &mut work.sums[k * PARTIAL_SUMS * width..][..PARTIAL_SUMS * width];
        let (to, step) = (sum.to.at(serial, &[]), i64::from(*sum.to.own.first().unwrap_or(&0)));
        let (mut row, mut term) = (chunk.start / terms, chunk.start % terms);
        let mut done = 0;
        while done < chunk.count {
            let left = chunk.count - done;
            // several whole sums, one whole sum or a part of one
            let is_whole = term == 0 && width == 1 && left >= terms;
            let rows = if is_whole { left / terms } else { 1 };
            let count = if is_whole { rows * terms } else { left.min(terms - term) };
            let part = Chunk { row: 0, rows: 1, start: chunk.start + done, count };
            let mut lists = [List::NONE; 2];
            for ((list, operand), gathered) in lists.iter_mut().zip(&sum.from).zip(&mut work.gathered) {
                match operand {
                    Operand::Register(register) => {
                        let numbers = &work.registers[*register][done * width..][..count * width];
                        *list = List::rows(numbers, count * width);
                    }
                    Operand::Memory(address) => {
                        let place = Place { at: address.at(serial, &[]), row: 0, step: address.own[0].into() };
                        fetch(list, slots.around(), width, address, part.moved(place), part, gathered);
                    }
                }
            }
            done += count;
            let at = to + step * row as i64;
            if is_whole {
                let operands = &lists.map(|list| list.at_element(0, terms));
                let into = &mut work.spare[..rows];
                Lists { operands, into: &mut *into, len: 1 }.sum::<I>(sum.term, terms);
                slots.put(at, step, 1, into);
                row += rows;
                continue;
            }
            add_stretch::<I>(partial, term * width, &lists, count * width, sum.term);
            term += count;
            if term == terms {
                finish(partial, slots, at, width);
                (row, term) = (row + 1, 0);
            }
        }
    }

    /// Runs sums.
    pub fn sums<I: Isa>(&mut self, sums: &Sums) {
        let Sums { counts, from, to, .. } = sums;
        let (inner, outer) = match counts[..] {
            [ref outer @ .., inner] => (inner, outer),
            [] => (1, &[][..]),
        };
        let step = |address: &Address| if counts.is_empty() { 0 } else { i64::from(address.own[outer.len()]) };
        let mut places = [Place::default(); 2];
        for (place, address) in places.iter_mut().zip(from) {
            *place = Place { at: 0, row: step(address), step: address.own[counts.len()].into() };
        }
        let is_column = |(address, place): (&Address, &Place)| address.list.is_none() && (0..=1).contains(&place.row);
        let own = || from.iter().zip(&places);
        let in_columns = inner > 1 && own().all(is_column) && own().any(|(_, place)| place.row == 1);
        let mut repetition: SmallVec<[usize; 3]> = SmallVec::from_elem(0, outer.len());
        loop {
            for (place, address) in places.iter_mut().zip(from) {
                place.at = address.at(&self.serial, &repetition);
            }
            let into = Place { at: to.at(&self.serial, &repetition), row: 0, step: step(to) };
            if in_columns {
                self.in_columns::<I>(sums, inner, &places, into);
            } else {
                self.in_rows::<I>(sums, inner, &places, into);
            }
            if !next(&mut repetition, outer) {
                return;
            }
        }
    }

    /// Makes sums side by side, whose terms lie one beside the other in memory.
    fn in_columns<I: Isa>(&mut self, sums: &Sums, inner: usize, places: &[Place; 2], into: Place) {
        let Run { width, slots, work, .. } = self;
        let (width, at_once) = (*width, columns(*width));
        // the rows of a chunk are terms, and its repetitions are sums
        let places = places.map(|Place { at, row, step }| Place { at, row: step, step: row });
        for start in (0..inner).step_by(at_once) {
            let count = at_once.min(inner - start);
            let len = count * width;
            let partial = &mut work.sums[..PARTIAL_SUMS * len];
            partial.fill(-0.0);
            let rows_at_once = (CHUNK / len / PARTIAL_SUMS * PARTIAL_SUMS).max(PARTIAL_SUMS);
            for term in (0..sums.terms).step_by(rows_at_once) {
                let chunk = Chunk { row: term, rows: rows_at_once.min(sums.terms - term), start, count };
                let operands = &terms(slots.around(), width, &sums.from, &places, chunk, &mut work.gathered);
                Lists { operands, into: &mut *partial, len }.add::<I>(sums.term, chunk.rows);
            }
            add_pairs(partial, len);
            slots.put(into.at + into.step * start as i64, into.step, width, &partial[..len]);
        }
    }

    /// Makes one sum after the other.
    fn in_rows<I: Isa>(&mut self, sums: &Sums, inner: usize, places: &[Place; 2], into: Place) {
        let Run { width, slots, work, .. } = self;
        let (width, terms_of_sum) = (*width, sums.terms);
        let most = (CHUNK / width).max(1);
        let (rows_at_once, at_once) = match width {
            1 if inner * terms_of_sum <= most => (inner, terms_of_sum),
            1 if terms_of_sum <= most => (most / terms_of_sum, terms_of_sum),
            _ => (1, most),
        };
        let is_whole = at_once == terms_of_sum && width == 1;
        let partial = &mut work.sums[..PARTIAL_SUMS * width];
        for row in (0..inner).step_by(rows_at_once) {
            if !is_whole {
                partial.fill(-0.0);
            }
            let at = into.at + into.step * row as i64;
            for start in (0..terms_of_sum).step_by(at_once) {
                let (rows, count) = (rows_at_once.min(inner - row), at_once.min(terms_of_sum - start));
                let chunk = Chunk { row, rows, start, count };
                let operands = &terms(slots.around(), width, &sums.from, places, chunk, &mut work.gathered);
                if is_whole {
                    let made = &mut work.spare[..rows];
                    Lists { operands, into: &mut *made, len: 1 }.sum::<I>(sums.term, terms_of_sum);
                    slots.put(at, into.step, 1, made);
                } else {
                    add_stretch::<I>(partial, start * width, operands, count * width, sums.term);
                }
            }
            if !is_whole {
                finish(partial, slots, at, width);
            }
        }
    }
}

/// The operands of terms for a chunk, given where they are at the start of the loops. Nothing is written to memory meanwhile.
#[inline(always)]
fn terms<'a>(
    around: Around<'a>,
    width: usize,
    from: &[Address],
    places: &[Place; 2],
    chunk: Chunk,
    gathered: &'a mut [Vec<f64>; OPERANDS],
) -> [List<'a>; 2] {
    let mut lists = [List::NONE; 2];
    for (((list, address), place), gathered) in lists.iter_mut().zip(from).zip(places).zip(gathered) {
        fetch(list, around, width, address, chunk.moved(*place), chunk, gathered);
    }
    lists
}

/// Writes the sum that partial sums make, and sets these to no term.
fn finish(partial: &mut [f64], slots: &mut Slots<'_>, at: i64, width: usize) {
    add_pairs(partial, width);
    slots.get_mut(at as usize * width, width).copy_from_slice(&partial[..width]);
    partial.fill(-0.0);
}

/// Adds terms that lie one after the other to partial sums, from the term on whose number has this place among them.
fn add_stretch<I: Isa>(partial: &mut [f64], place: usize, lists: &[List<'_>; 2], len: usize, term: Term) {
    let (place, ring) = (place % partial.len(), partial.len());
    let mut add = |range: std::ops::Range<usize>, element: usize, rows: usize| {
        let len = range.len();
        if len == 0 || rows == 0 {
            return;
        }
        let operands = &lists.map(|list| list.at_element(element, len));
        Lists { operands, into: &mut partial[range], len }.add::<I>(term, rows);
    };
    let first = len.min((ring - place) % ring);
    let (rows, rest) = ((len - first) / ring, (len - first) % ring);
    add(place..place + first, 0, 1);
    add(0..ring, first, rows);
    add(0..rest, first + rows * ring, 1);
}
