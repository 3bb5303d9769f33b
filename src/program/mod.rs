//! Programs that are recorded once and run many times: see [`Program`].
//!
//! This part uses `registry`, `modes`, `graph`, `function`, `op` and `real`. A program goes through it in this order:
//!
//! * `record.rs` makes statements of a recording: `code.rs` has them, `table.rs` finds equal ones, `simplify.rs` writes what is simpler, and `live.rs`
//!   leaves out what is not needed, and puts in front what all repetitions of a loop share. `reassociate.rs` finds long chains of `+`, if it is asked to.
//! * `derive.rs` adds derivatives as statements, by the rules of the ops, which `template.rs` records once each; `live.rs` puts all ops as the primitives
//!   that `primitive.rs` lists.
//! * `reroll/` finds the loops again that were recorded statement by statement.
//! * `layout.rs` gives values their places in memory, `schedule.rs` groups loops into regions, and `place.rs` says which results stay in registers or go
//!   straight to the caller. What comes out is the plan, `plan.rs`.
//! * `engine.rs` runs the plan on the numbers in `slots.rs`, with `region.rs` and `sums.rs`: what a statement does for a chunk is in `kernel.rs`, and in
//!   `fused.rs` for ops that are one loop. `evaluate.rs` runs the statements one by one, which gives the same bits.
//! * `program.rs` is what users have, with the calls in `drivers.rs`, and those for many points in `batch.rs`; `inputs.rs`, `counts.rs` and
//!   `display.rs` tell about it, and `pool.rs` keeps the memory of runs.
//! * `cached.rs` keeps several programs of one routine, and `saved.rs` writes and reads one, as numbers and lists that `bytes.rs` has.
//! * [`sparse`] says which entries of a Jacobian or a Hessian can differ from 0, and how few directions have them all. `dependence.rs` finds the patterns
//!   of programs, `compressed.rs` adds the derivatives in all directions as statements, and `sparsity.rs` has the calls.

mod batch;
mod bytes;
mod cached;
mod code;
mod compressed;
mod counts;
mod dependence;
mod derive;
mod display;
mod drivers;
mod engine;
mod evaluate;
mod fused;
mod inputs;
mod kernel;
mod layout;
mod live;
mod place;
mod plan;
mod pool;
mod primitive;
#[allow(clippy::module_inception)] // the type that the part is named after
mod program;
mod reassociate;
mod record;
mod region;
mod reroll;
mod saved;
mod schedule;
mod simplify;
mod slots;
pub mod sparse;
mod sparsity;
mod sums;
mod table;
mod template;

pub use cached::{CacheCounts, Cached};
pub use counts::Counts;
pub use inputs::Inputs;
pub use program::Program;
pub use saved::Saved;

use crate::error::{Error, Kind};

/// That a program does not fit.
fn too_large(message: impl Into<String>) -> Error {
    Error::new(Kind::TooLarge, message)
}
