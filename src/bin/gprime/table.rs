//! Aligned columns for people; the colours are taken off where nobody sees them.

use clap::builder::styling::{AnsiColor, Style};
use std::fmt::Write;

pub const PLAIN: Style = Style::new();
pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// A text in a style.
pub type Cell = (String, Style);

/// The rows, each column as wide as its widest cell.
pub fn render(rows: &[Vec<Cell>]) -> String {
    let width = |cell: &Cell| cell.0.chars().count();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().filter_map(|row| row.get(i)).map(width).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        // no blanks at the end of a line
        let row = &row[..row.iter().rposition(|cell| !cell.0.is_empty()).map_or(0, |last| last + 1)];
        for (i, (cell, style)) in row.iter().enumerate() {
            let gap = if i + 1 == row.len() { 0 } else { widths[i] + 2 - cell.chars().count() };
            let _ = write!(text, "{style}{cell}{style:#}{:gap$}", "");
        }
        text.push('\n');
    }
    text
}

/// A row in one style.
pub fn row<T: ToString>(cells: impl IntoIterator<Item = T>, style: Style) -> Vec<Cell> {
    cells.into_iter().map(|cell| (cell.to_string(), style)).collect()
}

/// A text that fits a column.
pub fn shorten(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width - 1).chain(['…']).collect(),
    }
}
