//! The colours that were given to the entries of each row, so far.

use super::choice::Choice;
use super::pattern::Pattern;
use std::ops::Range;

/// A sorted set of colours for each row of a pattern, with a note on each colour. A set has room for as many colours as the row has entries.
pub(super) struct Palettes<'a> {
    pattern: &'a Pattern,
    /// The sets, each from the first position of its row on.
    colors: Vec<u32>,
    notes: Vec<u32>,
    counts: Vec<u32>,
}

impl<'a> Palettes<'a> {
    /// Empty sets.
    pub fn new(pattern: &'a Pattern) -> Self {
        let (room, rows) = (pattern.len(), pattern.rows());
        Palettes { pattern, colors: vec![0; room], notes: vec![0; room], counts: vec![0; rows] }
    }

    /// Where a row's set is.
    fn set(&self, row: usize) -> Range<usize> {
        let start = self.pattern.positions(row).start;
        start..start + self.counts[row] as usize
    }

    /// The note on a colour in a row's set. A colour that is not in the set is put there, with the note that is given; the flag says so.
    pub fn note(&mut self, row: usize, color: u32, note: u32) -> (&mut u32, bool) {
        let set = self.set(row);
        let found = self.colors[set.clone()].binary_search(&color);
        let (Ok(at) | Err(at)) = found.map(|at| set.start + at).map_err(|at| set.start + at);
        if found.is_err() {
            self.colors.copy_within(at..set.end, at + 1);
            self.notes.copy_within(at..set.end, at + 1);
            (self.colors[at], self.notes[at]) = (color, note);
            self.counts[row] += 1;
        }
        (&mut self.notes[at], found.is_err())
    }

    /// The note on a colour, if it is in a row's set.
    pub fn find(&self, row: usize, color: u32) -> Option<u32> {
        let set = self.set(row);
        let at = self.colors[set.clone()].binary_search(&color).ok()?;
        Some(self.notes[set.start + at])
    }

    /// Each colour of a row's set, with its note.
    pub fn iter(&self, row: usize) -> impl Iterator<Item = (u32, u32)> {
        let set = self.set(row);
        self.colors[set.clone()].iter().copied().zip(self.notes[set].iter().copied())
    }

    /// Forbids all colours of a row's set, run by run: a long row has most colours, and few gaps between them.
    pub fn forbid(&self, row: usize, choice: &mut Choice) {
        let mut rest = &self.colors[self.set(row)];
        while let Some(&first) = rest.first() {
            let run = run(rest);
            choice.forbid_run(first..first + run as u32);
            rest = &rest[run..];
        }
    }
}

/// How many numbers at the beginning of an ascending list follow each other without a gap. O(log) of that many.
fn run(list: &[u32]) -> usize {
    let gapless = |i: usize| i < list.len() && (list[i] - list[0]) as usize == i;
    let (mut known, mut step) = (0, 1);
    while gapless(known + step) {
        known += step;
        step *= 2;
    }
    while step > 0 {
        if gapless(known + step) {
            known += step;
        }
        step /= 2;
    }
    known + 1
}
