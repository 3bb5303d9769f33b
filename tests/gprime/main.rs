//! All integration tests as one program, so that the generic code behind them is compiled once. A module holds the tests of one part
//! of the crate, or of one way in: `cargo test --test gprime golden` runs those of `golden.rs`.
//!
//! `tests/allocation.rs` is a program of its own, since it counts the allocations of its whole process; so is `tests/memory.rs`, which is
//! built again for a sanitizer.

mod check;
mod cli;
mod common;
mod differences;
mod differential;
mod double_double;
mod draw;
mod draw_cli;
mod foreign;
mod functions;
mod golden;
mod gradbench;
mod guide;
mod kinks;
mod layers;
mod modes;
mod mutants;
mod numbers;
mod pasted;
mod routines;
mod rules;
mod scoped;
mod semantics;
mod single;
mod tape;
mod teach;
mod teach_cli;
mod usual_rules;
mod vector;
mod workloads;
mod wrong_rules;
