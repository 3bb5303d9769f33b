//! Formulas and programs of a graph in other notations: text in two, MathML, and JavaScript.
//!
//! This part uses `graph`, `op` and `real`. One `Printer` walks a graph; it alone knows what binds how tightly and where
//! parentheses and signs go. A dialect says how a number, a name, an operator and a call are written, and has one table of
//! the operators that it has. Start with `printer.rs`, then `text.rs`, the smallest dialect; `rules.rs` records the rules of an op
//! that are printed.

mod escape;
mod formula;
mod javascript;
mod mathml;
mod number;
mod operator;
mod printer;
mod rules;
mod text;

pub(crate) use escape::{escaped, has_no_place};
pub use formula::Formula;
pub(crate) use formula::{argument_names, own_formulas, shown_arguments};
pub(crate) use javascript::{RUNTIME, functions};
pub(crate) use mathml::{Math, MathMl, math};
pub(crate) use printer::{Binding, CUT, Dialect, Head, Printer, Source, Statement, Term};
pub(crate) use rules::Rules;
pub use text::Notation;
pub(crate) use text::sign;
