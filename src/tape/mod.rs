//! The tape: slopes and nothing else, the fast way to a gradient of the inputs.
//!
//! This part uses `forward`, `op` and `real`. A variable is a multiple of a *slot*: its handle holds the slot and the slope of the variable
//! by it. An op whose active arguments all stand on one slot multiplies its slope into the handle and records nothing, so a chain of ops of
//! one argument is free; any other op writes one entry for every two arguments and becomes a slot itself.
//!
//! To read it, start with `entry.rs`, what is kept of an op, and `sweep.rs`, the reverse sweep in one page; then
//! `statement/mod.rs`, which says how a statement with several results is kept and where a new kind goes, and one of its kinds.
//! `record.rs` writes entries; `number.rs` is what a variable can do; `backward.rs` begins the sweep and hands out what it found;
//! `segment.rs` and `checkpoint.rs` hold parts of a program that are reversed at once and forgotten.
//!
//! A tape in memory, after two inputs x and y, p = x·y, and a statement of three results:
//!
//! ```text
//! slot          0      1      2                 3, 4, 5
//!               x      y      p                 results of the statement
//! entries                     pair              statement
//!                             slope [y, x]
//!                             arg   [0, 1]      arg [index, STATEMENT]
//! statements                                    results 3, lists 0..2, slopes 6, shape, pull-back
//! lists                                         [first slot, stride], [first slot, stride]
//! slopes                                        six numbers that the pull-back reads
//! adjoints      x̄      ȳ      p̄                 of each slot 1, 2, 4 or 8 numbers, side by side
//! ```
//!
//! Inputs have no entry. An op of more than two arguments has several entries: each takes a slot, and the last is the op's own. The
//! results of a statement have one entry together. A variable is a slot and a factor, the slope by the slot (`handle.slope`), so that an op
//! of one argument multiplies the factor and writes nothing. An input that is made after the first op has an entry with itself as argument.

mod adjoint;
mod backward;
mod bump;
mod checkpoint;
mod closure;
mod entry;
mod gradient;
mod inputs;
mod layout;
mod lists;
mod number;
mod prefetch;
mod record;
mod scalar;
mod segment;
mod statement;
mod store;
mod sweep;
mod terms;
mod var;
mod writer;

pub use gradient::Gradient;
pub use scalar::Scalar;
pub use var::{Tape, Var};
