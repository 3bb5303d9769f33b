//! Gradient checking: is a backward rule right, and where not.
//!
//! This part uses `registry`, `tape`, `op` and `real`. Two references are held against a rule's slope: the op's *value* run
//! on dual numbers of twice the digits ([`Witness`](crate::real::Witness)), whose derivatives are written apart from the rules, and
//! differences of the value, which know nothing of derivatives at all. Start with [`op`](fn@op) and with [`how`], which says how a verdict
//! comes about. [`Options`] are what a check can be told. Inside, `exact.rs` is the first reference, `difference.rs` the second,
//! `threshold.rs` where to look, and `judge.rs` the one place where a slope is judged.

use crate::op::{Op, Reduce};
use crate::registry::Registry;
use crate::tape::{Erased, Fixed, Variadic};

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
mod report;
mod shrink;
#[cfg(feature = "proptest")]
mod strategy;
mod threshold;
mod tolerance;

pub use difference::{Class, Difference, Numeric};
pub use foreign::{Differences, RuleCheck, gradient, jacobian, numeric, rule, vjp};
pub(crate) use function::exact_adjoints;
pub use function::{function, second_order};
pub use hint::Hint;
pub(crate) use judge::{Place, agreement};
pub use mutants::{Mutants, mutants};
pub(crate) use of_op::{check_at, kink_at, references};
pub use options::Options;
pub use report::{Finding, KinkFinding, Located, Report, Verdict};
#[cfg(feature = "proptest")]
pub use strategy::strategy;

/// The seed of the random points; the same in every run.
const SEED: u64 = 0x5eed;

/// Checks an op: its slope at its samples and at random points, against dual numbers and differences; and at each kink that
/// it declares, that the slopes on the sides and the slope returned are those declared.
///
/// ```
/// use gprime::{check, prelude::*};
/// #[derive(Clone, PartialEq)]
/// struct Wrong;
/// impl Op<1> for Wrong {
///     const NAME: &'static str = "wrong";
///     fn value<R: Real>(&self, [z]: [R; 1]) -> R {
///         z.sin()
///     }
///     fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
///         [-z.cos()]
///     }
/// }
/// let report = check::op(&Wrong);
/// assert_eq!(report.verdict, check::Verdict::Fail);
/// println!("{report}");
/// ```
pub fn op<const N: usize, O: Op<N>>(op: &O) -> Report {
    erased(&Fixed(op.clone()))
}

/// Checks every op of a registry.
pub fn registry(registry: &Registry) -> Vec<Report> {
    registry.iter().map(|op| erased(&**op)).collect()
}

/// Checks an op that is behind a pointer, such as an entry of the registry.
pub fn erased(op: &dyn Erased) -> Report {
    Options::new().erased(op)
}

/// Checks an op of any number of arguments, as [`op`](fn@op) does one of a fixed number: at lengths from 1 to 9 and around those of loops
/// that do several at once, at zeros and at ties.
///
/// ```
/// use gprime::{check, op::Norm};
/// check::reduce(&Norm).assert_pass();
/// ```
pub fn reduce<O: Reduce>(op: &O) -> Report {
    erased(&Variadic(op.clone()))
}

/// Checks an op that is behind a pointer, with random points from another seed.
pub fn erased_with_seed(op: &dyn Erased, seed: u64) -> Report {
    Options::new().seed(seed).erased(op)
}

/// Checks an op at one point alone: what a failure's test does.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn op_at<const N: usize, O: Op<N>>(op: &O, x: &[f64; N]) -> Report {
    erased_at(&Fixed(op.clone()), x)
}

/// Checks an op of any number of arguments at one point alone.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn reduce_at<O: Reduce>(op: &O, x: &[f64]) -> Report {
    erased_at(&Variadic(op.clone()), x)
}

/// Checks an op that is behind a pointer at one point alone.
///
/// # Panics
/// If the op does not take as many arguments as the point has numbers.
pub fn erased_at(op: &dyn Erased, x: &[f64]) -> Report {
    if let Some(fault) = op.fault(x.len()) {
        panic!("{} {fault}", op.name());
    }
    of_op::check_at(op, x)
}
