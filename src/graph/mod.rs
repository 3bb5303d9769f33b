//! The graph: a record of a program, with its ops, names, source lines and comparisons. It is what is explained, checked, exported and run again.
//!
//! This part uses `function`, `op` and `real`, and knows nothing of the tape. Start with `recorder.rs`, its types.
//!
//! * `statement.rs`, `node.rs`, `ops.rs`, `function.rs`: what a graph holds: statements, nodes, and each op and each function once.
//! * `rule.rs`, `dynop.rs`, `result_op.rs`: ops behind pointers; a result of a function is one as well. `vector.rs`: vector rules.
//! * `expr.rs` records ops and comparisons, `apply.rs` calls of functions; `naming.rs`, `labels.rs` and `guard.rs` have what belongs to them.
//! * `run.rs` and `call.rs` run what was recorded again, forward over any number and in reverse; `float.rs` in double or single precision.
//! * `derivative.rs`, `adjoints.rs` and `taken.rs` answer questions about derivatives; `opened.rs` opens the calls.

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
mod node;
mod opened;
mod ops;
mod recorder;
mod result_op;
mod rule;
mod run;
mod statement;
mod taken;
mod vector;

pub use adjoints::Adjoints;
pub(crate) use dynop::{bits as op_bits, is_dot, is_op, is_sum, op_as};
pub use dynop::{dyn_op, dyn_reduce};
pub use float::Float;
pub(crate) use float::{Contribution, widened};
pub use guard::{Guard, Operand, PrimalRead, Relation};
pub use id::Id;
pub(crate) use naming::unnamed_output;
pub use node::Node;
pub(crate) use node::Recorded;
pub use opened::Opened;
pub use recorder::{DynOp, Expr, Recorder};
pub(crate) use result_op::is_of_rule;
pub use rule::Rule;
pub use run::Runs;
pub use taken::Annihilated;
pub(crate) use taken::Reach;
