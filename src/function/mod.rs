//! What is done with a function of a few numbers: run, mapped over lists, summed, scanned; and with matrices. Here is the meaning of each call,
//! in plain loops, which every number without a tape runs; a tape has ways of its own, in `tape/statement/`. And what whole programs are, which
//! choose their number themselves.
//!
//! This part uses `op` and `real`. Start with [`Function`] and [`Apply`], then [`Number`] and [`Routine`]; `macros.rs` writes functions and
//! routines. [`VectorRule`] is a function of lists that has a rule of its own, for what is `f64` code.

mod apply;
mod first_order;
mod loops;
mod macros;
mod number;
mod plain;
mod routine;
mod scan;

pub use apply::{Apply, Function, Keep, Matrices, VectorRule};
pub use first_order::FirstOrder;
pub(crate) use loops::{
    TwoSums, common_len, contract_each, expect_rows, map_each, place, places_of, scan_each, sum_each,
};
pub use number::Number;
pub(crate) use plain::{at_primals, joined, pull_back, split};
pub(crate) use routine::numbers;
pub use routine::{Outcome, Outputs, Routine, SingleOutput, With};
pub(crate) use scan::{PIECE, Params, TOGETHER, places, run_passes, run_piece};
