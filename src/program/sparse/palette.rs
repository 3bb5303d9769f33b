//! The colours that were given to the entries of each row, so far.

use super::choice::Choice;
use super::pattern::Pattern;

/// A sorted set of colours for each row of a pattern, with a note on each colour. A set has room for one colour more than the row has entries.
///
/// A long row has mostly the colours 0, 1, 2 and so on without a gap; how many these are is known, so that they are forbidden at once and not one
/// by one. Without that a full row of n entries would take n² steps.
pub(super) struct Palettes<'a> {
    pattern: &'a Pattern,
    colors: Vec<u32>,
    notes: Vec<u32>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    len: u32,
    /// The set begins with the colours 0 to `gapless` − 1.
    gapless: u32,
}

impl<'a> Palettes<'a> {
    /// Empty sets.
    pub fn new(pattern: &'a Pattern) -> Self {
        let room = pattern.len() + pattern.rows();
        Palettes { pattern, colors: vec![0; room], notes: vec![0; room], rows: vec![Row::default(); pattern.rows()] }
    }

    fn start(&self, row: usize) -> usize {
        self.pattern.positions(row).start + row
    }

    /// The note on a colour in a row's set. A colour that is not in the set is put there, with the note that is given; the flag says so.
    pub fn note(&mut self, row: usize, color: u32, note: u32) -> (&mut u32, bool) {
        let (start, len) = (self.start(row), self.rows[row].len as usize);
        let found = self.colors[start..start + len].binary_search(&color);
        let (Ok(at) | Err(at)) = found;
        if found.is_err() {
            self.colors.copy_within(start + at..start + len, start + at + 1);
            self.notes.copy_within(start + at..start + len, start + at + 1);
            (self.colors[start + at], self.notes[start + at]) = (color, note);
            let set = &mut self.rows[row];
            set.len += 1;
            let rest = &self.colors[start + set.gapless as usize..=start + len];
            set.gapless += rest.iter().zip(set.gapless..).take_while(|(color, next)| *color == next).count() as u32;
        }
        (&mut self.notes[start + at], found.is_err())
    }

    /// The note on a colour, if it is in a row's set.
    pub fn find(&self, row: usize, color: u32) -> Option<u32> {
        let start = self.start(row);
        let found = self.colors[start..start + self.rows[row].len as usize].binary_search(&color).ok()?;
        Some(self.notes[start + found])
    }

    /// Each colour of a row's set, with its note.
    pub fn iter(&self, row: usize) -> impl Iterator<Item = (u32, u32)> {
        let set = self.start(row)..self.start(row) + self.rows[row].len as usize;
        self.colors[set.clone()].iter().copied().zip(self.notes[set].iter().copied())
    }

    /// Forbids all colours of a row's set.
    pub fn forbid(&self, row: usize, choice: &mut Choice) {
        let (start, set) = (self.start(row), self.rows[row]);
        choice.forbid_below(set.gapless);
        let rest = &self.colors[start + set.gapless as usize..start + set.len as usize];
        rest.iter().for_each(|&color| choice.forbid(color));
    }
}
