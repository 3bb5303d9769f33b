//! Sums, in the order of every engine, which `kernel.rs` says.

use super::kernel::{List, Lists, PARTIAL_SUMS, Term, add_pairs};
use super::plan::{Address, Operand, RegionSum, Sums};
use super::region::{Chunk, Place, fetch};
use super::slots::{CHUNK, Run, Slots, next};
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
            let (rows, count) = if term == 0 && width == 1 && left >= terms {
                (left / terms, left / terms * terms)
            } else {
                (1, left.min(terms - term))
            };
            let part = Chunk { row: 0, rows: 1, start: chunk.start + done, count };
            let mut lists = [List::NONE; 3];
            for ((list, operand), gathered) in lists.iter_mut().zip(&sum.from).zip(&mut work.gathered) {
                *list = match operand {
                    Operand::Register(register) => {
                        List::rows(&work.registers[*register][done * width..][..count * width], count * width)
                    }
                    Operand::Memory(address) => {
                        let place = Place { at: address.at(serial, &[]), row: 0, step: address.own[0].into() };
                        fetch(slots.around(), width, address, part.moved(place), part, gathered)
                            .expect("nothing is written to")
                    }
                };
            }
            done += count;
            let at = to + step * row as i64;
            if term == 0 && width == 1 && count >= terms {
                let operands = &lists.map(|list| list.from_element(0, terms));
                let into = &mut work.spare[..rows];
                Lists { operands, into: &mut *into, len: 1 }.sum::<I>(sum.term, terms);
                put(slots, at, step, 1, into);
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
        let (&inner, outer) = counts.split_last().unwrap_or((&1, &[]));
        let step = |address: &Address| if counts.is_empty() { 0 } else { i64::from(address.own[outer.len()]) };
        let is_column = |address: &Address| address.list.is_none() && (0..=1).contains(&step(address));
        let mut repetition: SmallVec<[usize; 3]> = outer.iter().map(|_| 0).collect();
        loop {
            let into = Place { at: to.at(&self.serial, &repetition), row: 0, step: step(to) };
            let places: SmallVec<[Place; 2]> = from
                .iter()
                .map(|address| {
                    let term = i64::from(address.own[counts.len()]);
                    Place { at: address.at(&self.serial, &repetition), row: step(address), step: term }
                })
                .collect();
            if inner > 1 && from.iter().all(is_column) && from.iter().any(|from| step(from) == 1) {
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
    fn in_columns<I: Isa>(&mut self, sums: &Sums, inner: usize, places: &[Place], into: Place) {
        let Run { width, slots, work, .. } = self;
        let (width, at_once) = (*width, columns(*width));
        for start in (0..inner).step_by(at_once) {
            let count = at_once.min(inner - start);
            let len = count * width;
            let partial = &mut work.sums[..PARTIAL_SUMS * len];
            partial.fill(-0.0);
            let rows_at_once = (CHUNK / len / PARTIAL_SUMS * PARTIAL_SUMS).max(PARTIAL_SUMS);
            for term in (0..sums.terms).step_by(rows_at_once) {
                // the rows of the chunk are terms, and its repetitions are sums
                let chunk = Chunk { row: term, rows: rows_at_once.min(sums.terms - term), start, count };
                let mut lists = [List::NONE; 3];
                for (k, (list, gathered)) in lists.iter_mut().zip(&mut work.gathered).enumerate().take(places.len()) {
                    let place = Place { at: places[k].at, row: places[k].step, step: places[k].row };
                    *list = fetch(slots.around(), width, &sums.from[k], chunk.moved(place), chunk, gathered)
                        .expect("nothing is written to");
                }
                Lists { operands: &lists, into: &mut *partial, len }.add::<I>(sums.term, chunk.rows);
            }
            add_pairs(partial, len);
            put(slots, into.at + into.step * start as i64, into.step, width, &partial[..len]);
        }
    }

    /// Makes one sum after the other.
    fn in_rows<I: Isa>(&mut self, sums: &Sums, inner: usize, places: &[Place], into: Place) {
        let Run { width, slots, work, .. } = self;
        let (width, terms) = (*width, sums.terms);
        let most = (CHUNK / width).max(1);
        let (rows_at_once, at_once) = if terms <= most && width == 1 { (most / terms, terms) } else { (1, most) };
        let partial = &mut work.sums[..PARTIAL_SUMS * width];
        for row in (0..inner).step_by(rows_at_once) {
            partial.fill(-0.0);
            for start in (0..terms).step_by(at_once) {
                let chunk =
                    Chunk { row, rows: rows_at_once.min(inner - row), start, count: at_once.min(terms - start) };
                let mut lists = [List::NONE; 3];
                for (k, (list, gathered)) in lists.iter_mut().zip(&mut work.gathered).enumerate().take(places.len()) {
                    *list = fetch(slots.around(), width, &sums.from[k], chunk.moved(places[k]), chunk, gathered)
                        .expect("nothing is written to");
                }
                if at_once == terms && width == 1 {
                    let made = &mut work.spare[..chunk.rows];
                    Lists { operands: &lists, into: &mut *made, len: 1 }.sum::<I>(sums.term, terms);
                    put(slots, into.at + into.step * row as i64, into.step, 1, made);
                } else {
                    let place = start * width % partial.len();
                    add_stretch::<I>(partial, place, &lists, chunk.count * width, sums.term);
                }
            }
            if at_once != terms || width != 1 {
                finish(partial, slots, into.at + into.step * row as i64, width);
            }
        }
    }
}

/// Writes sums, of which the next one is so many slots further on.
fn put(slots: &mut Slots<'_>, at: i64, step: i64, width: usize, sums: &[f64]) {
    if step == 1 {
        slots.get_mut(at as usize * width, sums.len()).copy_from_slice(sums);
        return;
    }
    for (k, sum) in sums.chunks_exact(width).enumerate() {
        slots.get_mut((at + step * k as i64) as usize * width, width).copy_from_slice(sum);
    }
}

/// Writes the sum that partial sums make, and sets these to no term.
fn finish(partial: &mut [f64], slots: &mut Slots<'_>, at: i64, width: usize) {
    add_pairs(partial, width);
    slots.get_mut(at as usize * width, width).copy_from_slice(&partial[..width]);
    partial.fill(-0.0);
}

/// Adds terms that lie one after the other to partial sums, from the term on whose number has this place among them.
fn add_stretch<I: Isa>(partial: &mut [f64], place: usize, lists: &[List<'_>; 3], len: usize, term: Term) {
    let (place, ring) = (place % partial.len(), partial.len());
    let mut add = |range: std::ops::Range<usize>, element: usize, rows: usize| {
        let len = range.len();
        if len == 0 || rows == 0 {
            return;
        }
        let operands = &lists.map(|list| list.from_element(element, len));
        Lists { operands, into: &mut partial[range], len }.add::<I>(term, rows);
    };
    let first = len.min((ring - place) % ring);
    let (rows, rest) = ((len - first) / ring, (len - first) % ring);
    add(place..place + first, 0, 1);
    add(0..ring, first, rows);
    add(0..rest, first + rows * ring, 1);
}
