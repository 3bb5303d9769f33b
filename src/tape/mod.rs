//! The tape: it keeps slopes and nothing else, which is the fastest way to a gradient by the inputs.
//!
//! This part uses `forward`, `function`, `op` and `real`. The words:
//!
//! * A *slot* is a numbered place, one for each input and each recorded result. In the reverse sweep it has an adjoint.
//! * A *variable* is a slot and a factor, the slope of the variable by the slot (its `handle`). It is *active* if it has a tape, else a constant.
//! * An *entry* is what is kept of an op: a pair of arguments, or a run of arguments on slots at equal distances, with the slope by each; or it
//!   stands for a statement.
//! * A *statement* is an op with one result or more, such as a product of matrices: one entry, one slot for each result, and a function that
//!   passes the adjoints of the results on to the arguments, its *pull-back*.
//!
//! An op whose active arguments are all on one slot multiplies the factor by its slope and writes nothing, so a chain of ops of one argument is
//! free. Any other op writes one entry for each two arguments, or for a run of them, and gets a slot of its own.
//!
//! Start with `entry.rs` and `sweep.rs`, the reverse sweep in one page; then `statement/mod.rs`, which says where a new kind of statement goes, and
//! one of its kinds. `record.rs` writes entries; `number.rs` is what a variable can do; `backward.rs` begins the sweep and returns what it found;
//! `terms.rs` and `checkpoint.rs` reverse parts of a program as soon as they are recorded, and forget them.
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
//! Inputs made before the first op have no entry; a later one has an entry with itself as argument. Of an op with several entries each takes a
//! slot, and the last is the op's own.

mod adjoint;
mod backward;
mod bump;
mod checkpoint;
mod closure;
mod entry;
mod given;
mod gradient;
mod inputs;
mod layout;
mod lists;
pub mod memory;
mod number;
mod prefetch;
mod record;
mod scalar;
mod segment;
mod shared;
mod statement;
mod store;
mod sweep;
mod terms;
mod var;
mod writer;

pub use gradient::Gradient;
pub use scalar::Scalar;
pub(crate) use scalar::one_lane;
pub(crate) use store::Handle;
pub use var::{Tape, Var};
