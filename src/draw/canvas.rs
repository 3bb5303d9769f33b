//! Drawing on a terminal: in dots of Braille characters, or in plain ones.

use crate::teach::{Style, Tint};

/// What a line on a canvas is; where several meet, the last of these is on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ink {
    Tangent,
    Slope,
    Value,
}

/// A grid of characters, each of several dots.
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    ascii: bool,
    /// For each character its dots, and the ink on top.
    cells: Vec<(u8, Option<Ink>)>,
    /// Characters that are drawn in the place of dots.
    marks: Vec<(usize, char)>,
}

/// The bits of a Braille character's dots, row by row.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl Canvas {
    pub fn new(columns: usize, rows: usize, ascii: bool) -> Self {
        Canvas { columns, rows, ascii, cells: vec![(0, None); columns * rows], marks: vec![] }
    }

    /// How many dots there are, across and down.
    pub fn size(&self) -> [usize; 2] {
        if self.ascii { [self.columns, self.rows] } else { [2 * self.columns, 4 * self.rows] }
    }

    /// The cell of a dot, and its bit.
    fn place(&self, [x, y]: [usize; 2]) -> (usize, u8) {
        let [across, down] = if self.ascii { [1, 1] } else { [2, 4] };
        (y / down * self.columns + x / across, DOTS[y % down][x % across])
    }

    /// Draws a dot.
    pub fn dot(&mut self, at: [usize; 2], ink: Ink) {
        if at[0] < self.size()[0] && at[1] < self.size()[1] {
            let (cell, bit) = self.place(at);
            let (dots, top) = &mut self.cells[cell];
            *dots |= bit;
            *top = (*top).max(Some(ink));
        }
    }

    /// Draws a line from dot to dot, of which every `gap`th is drawn.
    pub fn line(&mut self, [from, to]: [[f64; 2]; 2], gap: usize, ink: Ink) {
        let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        for i in 0..=steps as usize {
            let t = i as f64 / steps;
            let at = [from[0] + t * dx, from[1] + t * dy].map(|x| x.round().max(0.0) as usize);
            // the same dots of a curve are left out however it is cut into lines
            if at[0] % gap == 0 {
                self.dot(at, ink);
            }
        }
    }

    /// Draws a character in the place of a dot's.
    pub fn mark(&mut self, at: [usize; 2], mark: char) {
        if at[0] < self.size()[0] && at[1] < self.size()[1] {
            self.marks.push((self.place(at).0, mark));
        }
    }

    /// The rows of characters.
    pub fn rows(&self, style: &Style) -> Vec<String> {
        let character = |cell: usize| {
            let (dots, top) = self.cells[cell];
            let mark = self.marks.iter().rev().find(|mark| mark.0 == cell).map(|mark| mark.1);
            let drawn = match top {
                None => ' ',
                Some(_) if !self.ascii => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
                Some(Ink::Value) => '*',
                Some(Ink::Slope) => '.',
                Some(Ink::Tangent) => '-',
            };
            let tint = match top {
                _ if mark.is_some() => Tint::Bad,
                Some(Ink::Value) => Tint::Forward,
                Some(Ink::Slope | Ink::Tangent) => Tint::Backward,
                _ => Tint::Plain,
            };
            (mark.unwrap_or(drawn), tint)
        };
        let row = |row: usize| {
            let mut cells: Vec<_> = (row * self.columns..(row + 1) * self.columns).map(character).collect();
            cells.truncate(cells.iter().rposition(|cell| cell.0 != ' ').map_or(0, |last| last + 1));
            let runs = cells.chunk_by(|a, b| a.1 == b.1);
            runs.map(|run| style.tinted(&run.iter().map(|cell| cell.0).collect::<String>(), run[0].1)).collect()
        };
        (0..self.rows).map(row).collect()
    }

    /// How wide a row is, without the blanks at its end.
    pub fn width(&self, row: usize) -> usize {
        let drawn = |cell: &usize| self.cells[*cell].1.is_some() || self.marks.iter().any(|mark| mark.0 == *cell);
        let last = (row * self.columns..(row + 1) * self.columns).rev().find(drawn);
        last.map_or(0, |cell| cell % self.columns + 1)
    }
}
