//! Loops, found again in a program that was recorded statement by statement.
//!
//! A recording of a loop is the statements of its body again and again. `repeat.rs` finds stretches that repeat with a period: the same functions,
//! and each operand so many values further on in each repetition. It goes from short periods to long ones, so that an inner loop is one item
//! when the outer one is looked for:
//!
//! ```text
//! mul mul mul mul sum tanh  mul mul mul mul sum tanh  ..      the recording
//! [4: mul] sum tanh         [4: mul] sum tanh         ..      periods of 1
//! [9: [4: mul] sum tanh]                                      periods of 3
//! ```
//!
//! `split.rs` takes the loops apart again as far as their statements do not wait for each other: what is done in each repetition on its own becomes a loop
//! over one statement, whose repetitions can be done side by side; what carries values from one repetition to the next stays together, in order.

mod repeat;
mod split;

pub(super) use repeat::{Number, Terms, find, number};
pub(super) use split::{Leaf, Operand, Part, each_number, split};
