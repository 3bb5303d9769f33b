//! The graph: a record of a program, with its ops, names, source lines and comparisons. It is what is explained, checked, exported and run again.
//!
//! This part uses `function`, `op` and `real`, and knows nothing of the tape. Start with `recorder.rs`, its types. `expr.rs` records ops, and
//! `apply.rs` calls of functions, whose bodies `function.rs` keeps as graphs of their own; `run.rs` and `call.rs` run what was recorded
//! again, forward over any number and in reverse, `float.rs` in double or single precision; `derivative.rs` computes derivatives from it,
//! and `opened.rs` opens the calls.

mod adjoints;
mod apply;
mod call;
mod derivative;
mod dynop;
mod expr;
mod float;
mod function;
mod guard;
mod id;
mod labels;
mod naming;
mod opened;
mod ops;
mod recorder;
mod result_op;
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
pub use opened::Opened;
pub use recorder::{DynOp, Expr, Node, Recorder};
pub use rule::Rule;
pub use run::Runs;
pub use taken::Annihilated;
pub(crate) use taken::Reach;
