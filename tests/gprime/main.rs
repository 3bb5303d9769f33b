//! All integration tests as one program, so that the generic code behind them is compiled once. A module holds the tests of one part
//! of the crate, or of one way in: `cargo test --test gprime golden` runs those of `golden.rs`.
//!
//! `tests/allocation.rs` is a program of its own, since it counts the allocations of its whole process; so is `tests/memory.rs`, which is
//! built again for a sanitizer.

mod border;
mod check;
mod cli;
mod common;
mod density;
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
#[cfg(feature = "linalg")]
mod implicit;
mod kinks;
mod layers;
#[cfg(feature = "linalg")]
mod linalg;
mod modes;
mod mutants;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "num-traits")]
mod num_traits;
mod numbers;
mod optim;
mod pasted;
mod program;
mod routines;
mod rules;
mod scoped;
mod semantics;
mod single;
mod slices;
mod sparse;
mod tape;
mod teach;
mod teach_cli;
mod usual_rules;
mod vector;
mod vectors;
mod workloads;
mod wrong_rules;
