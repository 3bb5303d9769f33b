//! Checking derivatives that are not ours: plain closures over `f64`, held against differences of the value alone.
//!
//! There is no exact reference here, so a verdict is worth what the error bar of the differences is worth. It is made in
//! `check/judge.rs`; `rule.rs` asks it point by point, `scalar.rs` along axes and directions; `whole.rs` has gradients, Jacobians and
//! products.

use super::oracle::difference::{self, Numeric};

mod rule;
mod scalar;
mod whole;

pub use rule::{RuleCheck, rule};
pub use whole::{gradient, jacobian, vjp};

/// Derivatives of a closure by differences, to be asked for [at](Differences::at) points.
#[derive(Clone, Debug)]
pub struct Differences<F>(F);

/// Derivatives by differences alone, each with its error bar and the kind of its point; there is no step to choose.
///
/// ```
/// use gprime::check::{self, Class};
/// let d = check::numeric(|x| (x * x).sin()).at(0.3);
/// assert!((d.central.slope - 0.6 * 0.09f64.cos()).abs() <= d.central.error && d.central.error < 1e-11);
///
/// let d = check::numeric(f64::abs).at(0.0);
/// assert_eq!((d.class, d.left.slope, d.right.slope), (Class::Kink, -1.0, 1.0));
/// ```
pub fn numeric<F: Fn(f64) -> f64>(f: F) -> Differences<F> {
    Differences(f)
}

impl<F: Fn(f64) -> f64> Differences<F> {
    /// The derivative at a point.
    pub fn at(&self, x: f64) -> Numeric {
        difference::numeric(&self.0, x)
    }
}
