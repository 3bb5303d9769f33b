//! `gprime sparsity`: which second derivatives of an expression can differ from 0, and how few directions have them all.

use crate::Format;
use crate::compile::program;
use crate::failure::Failure;
use crate::function::Function;
use crate::json;
use crate::table::{BOLD, DIM};
use clap::builder::styling::{AnsiColor, Style};
use gprime::draw::Sparsity;
use gprime::program::sparse::{Compression, Pattern};
use serde::Serialize;

/// A matrix of more rows is not written as letters.
const MOST_ROWS: usize = 64;
/// The letters of colours; more have one sign.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// How letters are coloured, one after the other.
const COLORS: [AnsiColor; 6] =
    [AnsiColor::Blue, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Red, AnsiColor::Cyan];

/// The pattern of a Hessian and its colours.
pub struct Hessian<'a> {
    names: &'a [&'a str],
    title: String,
    pattern: Pattern,
    /// The colour that each entry is read from.
    colors: Vec<usize>,
    star: usize,
    acyclic: usize,
}

impl<'a> Hessian<'a> {
    pub fn new(expression: &str, function: &'a Function<'_>) -> Result<Self, Failure> {
        let program = program(function)?;
        let pattern = Pattern::clone(program.hessian_pattern()?);
        let compression = program.hessian_compression()?;
        let title = format!("Hessian of {}", expression.split_whitespace().collect::<Vec<_>>().join(" "));
        let acyclic = Compression::acyclic(&pattern)?.colors();
        let (colors, star) = (compression.colors_of_entries(), compression.colors());
        Ok(Hessian { names: &function.names, title, pattern, colors, star, acyclic })
    }

    /// The entries, each with its row, its column and its colour.
    fn entries(&self) -> Vec<(usize, usize, usize)> {
        self.pattern.entries().zip(&self.colors).map(|((i, j), &color)| (i, j, color)).collect()
    }

    pub fn svg(&self, format: &Format) -> Result<String, Failure> {
        let n = self.names.len();
        Ok(Sparsity::new(n, n, &self.entries())?.title(&self.title).style(&format.style()).svg())
    }

    pub fn json(&self, format: &Format) -> String {
        #[derive(Serialize)]
        struct Colors {
            star: usize,
            acyclic: usize,
        }
        #[derive(Serialize)]
        struct Line<'a> {
            variables: &'a [&'a str],
            entries: Vec<(usize, usize, usize)>,
            colors: Colors,
        }
        let colors = Colors { star: self.star, acyclic: self.acyclic };
        json::line(&Line { variables: self.names, entries: self.entries(), colors }, format)
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let n = self.names.len();
        if (1..=MOST_ROWS).contains(&n) {
            let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
            let mut entries = self.pattern.entries().zip(&self.colors).peekable();
            for (i, name) in self.names.iter().enumerate() {
                text += &format!("{BOLD}{name:width$}{BOLD:#} ");
                for j in 0..n {
                    match entries.next_if(|&(at, _)| at == (i, j)) {
                        Some((_, &color)) => {
                            let letter = LETTERS.get(color).map_or('*', |&letter| char::from(letter));
                            let style = Style::new().fg_color(Some(COLORS[color % COLORS.len()].into()));
                            text += &format!(" {style}{letter}{style:#}");
                        }
                        None => text += &format!(" {DIM}·{DIM:#}"),
                    }
                }
                text.push('\n');
            }
            text.push('\n');
        }
        let counted = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        text += &format!("{n} × {n}, {}\n", counted(self.pattern.len(), "entry", "entries"));
        let directions = |n: usize| counted(n, "direction", "directions");
        text += &format!("{} by a star colouring, in which each entry is read\n", directions(self.star));
        text + &format!("{} by an acyclic one, with subtractions\n", directions(self.acyclic))
    }
}
