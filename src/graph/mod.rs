//! The graph: a record of a program, with its ops, names, source lines and comparisons. It is what is explained, checked, exported and run again.
//!
//! This part uses `op` and `real`, and knows nothing of the tape. Start with `recorder.rs`, its types; `expr.rs` records, `run.rs` runs what
//! was recorded again, forward over any number and in reverse, `float.rs` in double or single precision, and `derivative.rs` computes derivatives from it.

mod adjoints;
mod derivative;
mod dynop;
mod expr;
mod float;
mod guard;
mod id;
mod labels;
mod naming;
mod ops;
mod recorder;
mod rule;
mod run;
mod statement;
mod taken;

pub use adjoints::Adjoints;
pub use dynop::{dyn_op, dyn_reduce};
pub use float::Float;
pub(crate) use float::{Contribution, widened};
pub use guard::{Guard, Operand, Relation};
pub use id::Id;
pub(crate) use naming::unnamed_output;
pub use recorder::{DynOp, Expr, Node, Recorder};
pub use rule::Rule;
pub use run::Runs;
pub use taken::Annihilated;
pub(crate) use taken::{Reach, meet};
