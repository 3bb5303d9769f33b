//! Gradient checking: is a backward rule right, and where not.
//!
//! This part uses `registry`, `tape`, `op` and `real`. Two references are held against a rule's slope: the op's *value* run
//! on dual numbers of twice the digits ([`Witness`](crate::real::Witness)), whose derivatives are written apart from the rules, and
//! differences of the value, which know nothing of derivatives at all. Start with [`op`](fn@op) and with [`how`], which says how a verdict
//! comes about. [`Options`] are what a check can be told. Inside, `exact.rs` is the first reference, `difference.rs` the second,
//! `threshold.rs` where to look, and `judge.rs` the one place where a slope is judged.

mod at_point;
mod bar;
mod calls;
mod diagnosis;
mod difference;
mod exact;
mod foreign;
mod function;
mod guard;
mod hint;
pub mod how;
mod judge;
mod mutants;
mod of_op;
mod options;
mod points;
mod random;
mod report;
mod shrink;
#[cfg(feature = "proptest")]
mod strategy;
mod threshold;
mod tolerance;

pub(crate) use at_point::{kink_at, references};
pub use bar::Difference;
pub use calls::{dyn_op, dyn_op_at, dyn_op_with_seed, op, op_at, reduce, reduce_at, registry};
pub use difference::{Class, Numeric};
pub use foreign::{Differences, RuleCheck, gradient, jacobian, numeric, rule, vjp};
pub(crate) use function::exact_adjoints;
pub use function::{function, second_order};
pub use hint::Hint;
pub(crate) use judge::{Place, agreement};
pub use mutants::{Mutants, mutants};
pub(crate) use of_op::check_at;
pub use options::Options;
pub use report::{Finding, KinkFinding, Located, Report, Verdict};
#[cfg(feature = "proptest")]
pub use strategy::strategy;
