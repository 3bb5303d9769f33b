//! Gradient checking: is a backward rule right, and where not.
//!
//! This part uses `registry`, `tape`, `graph`, `function`, `op` and `real`. Two references are held against a rule's slope: the op's *value* run
//! on dual numbers of twice the digits ([`Witness`](crate::real::Witness)), whose derivatives are written apart from the rules, and
//! differences of the value, which know nothing of derivatives at all. Start with [`op`](fn@op) and with [`how`], which says how a verdict
//! comes about. [`Options`] are what a check can be told.
//!
//! Inside, start with `judge.rs`, the one place where a slope is judged, and with `oracle/`, the two references that it asks. Everything
//! else is who asks the judge, and where:
//!
//! * `of_op/` asks of an op, at points from `points.rs` and `thresholds.rs`; `of_function.rs` of a whole function, `of_routine.rs` of a routine, `of_vector.rs` of a vector rule; `of_foreign/` of closures
//!   that are not ours, under the eye of `guard.rs`; `table.rs` of a recording, which is the gradient table of `teach`.
//! * What failed is explained: `locate.rs` finds the op whose rule is wrong, `crossing.rs` the kink that a step crosses, `shrink.rs` the
//!   simplest point, `diagnosis.rs` the mistake that gives such numbers. `report.rs` holds all this.
//! * `mutants.rs` makes rules wrong on purpose: how far a pass can be trusted.

mod at_point;
mod calls;
mod crossing;
mod diagnosis;
mod guard;
mod hint;
pub mod how;
mod judge;
mod locate;
mod mutants;
mod of_foreign;
mod of_function;
mod of_op;
mod of_routine;
mod of_vector;
mod options;
mod oracle;
mod points;
mod random;
mod report;
mod shrink;
#[cfg(feature = "proptest")]
mod strategy;
mod table;
mod thresholds;
mod tolerance;

pub(crate) use at_point::{kink_at, references};
pub use calls::{dyn_op, dyn_op_at, dyn_op_with_seed, op, op_at, reduce, reduce_at, registry};
pub use hint::Hint;
pub(crate) use locate::{Found, WrongSlope, locate};
pub use mutants::{Mutants, mutants};
pub use of_foreign::{Differences, RuleCheck, gradient, jacobian, numeric, rule, vjp};
pub use of_function::{function, second_order};
pub(crate) use of_op::check_at;
pub use of_routine::routine;
pub use of_vector::vector;
pub use options::Options;
pub use oracle::bar::Difference;
pub use oracle::difference::{Class, Numeric};
pub use report::{Finding, KinkFinding, Located, Report, Verdict};
#[cfg(feature = "proptest")]
pub use strategy::strategy;
pub(crate) use table::relative;
pub use table::{Agreement, Check, CheckLine, SweepLine};
