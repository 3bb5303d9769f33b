//! A slope held against its references.

use super::difference::Difference;
use super::report::{Finding, Report, show};

/// How far a slope may be from the exact one beyond the round-off to expect, relative to the larger of the two.
const EXACT_TOLERANCE: f64 = 1e-10;
/// How far a slope may be from a difference beyond the difference's error bar, relative to the larger of the two.
const NUMERIC_TOLERANCE: f64 = 1e-6;
/// What is as good as 0: below, the second half of a double-double number runs out of exponents.
const TINY: f64 = 1e-290;

/// A slope beside the references there are.
pub(super) struct Comparison {
    pub exact: Option<Finding>,
    pub numeric: Option<Finding>,
    /// Whether the differences alone are sharp enough to certify.
    pub sharp: bool,
}

/// What a comparison came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// The references agree, and are sharp enough to say so.
    Certified,
    ExactDiffers,
    NumericDiffers,
    /// There is no exact reference, and the differences are too rough.
    Undecided,
}

impl Comparison {
    /// The references are the exact slope with the round-off to expect of the rule, and the differences.
    pub fn new(x: &[f64], argument: usize, rule: f64, exact: Option<Difference>, numeric: Option<Difference>) -> Self {
        let numeric = numeric.filter(|n| n.error.is_finite());
        let finding = |d: Difference, bar| Finding::new(x, argument, rule, d.slope, bar);
        Comparison {
            exact: exact.map(|e| finding(e, exact_tolerance(rule, e))),
            numeric: numeric.map(|n| {
                let bar = if exact.is_some() { coarse_tolerance(rule, n) } else { numeric_tolerance(rule, n) };
                finding(n, bar)
            }),
            sharp: numeric
                .is_some_and(|n| n.error <= NUMERIC_TOLERANCE * rule.abs().max(n.slope.abs()).max(NUMERIC_TOLERANCE)),
        }
    }

    pub fn outcome(&self) -> Outcome {
        match (&self.exact, &self.numeric) {
            (Some(exact), _) if !exact.agrees() => Outcome::ExactDiffers,
            (_, Some(numeric)) if !numeric.agrees() => Outcome::NumericDiffers,
            (None, _) if !self.sharp => Outcome::Undecided,
            _ => Outcome::Certified,
        }
    }

    /// The reference that decided.
    pub fn deciding(&self) -> Option<&Finding> {
        let numeric = self.outcome() == Outcome::NumericDiffers;
        self.numeric.as_ref().filter(|_| numeric).or(self.exact.as_ref()).or(self.numeric.as_ref())
    }

    /// Enters the outcome into the report; `what` is the slope's name.
    pub fn tell(&self, what: &str, report: &mut Report) {
        let Some(finding) = self.deciding() else {
            return report.unsure("no step gave a finite difference".to_owned());
        };
        report.note(finding);
        let at = show(&finding.at);
        match self.outcome() {
            Outcome::Certified => {}
            Outcome::ExactDiffers => report.fail(format!("{what} at {at} is not that of the value")),
            Outcome::NumericDiffers => report.fail(format!("{what} at {at} is not what differences give")),
            Outcome::Undecided => report.unsure(format!("the differences at {at} are too rough to tell")),
        }
    }
}

/// How far a slope may be from the exact one.
pub(super) fn exact_tolerance(slope: f64, exact: Difference) -> f64 {
    4.0 * exact.error + EXACT_TOLERANCE * slope.abs().max(exact.slope.abs()) + TINY
}

/// How far a slope may be from a difference.
pub(super) fn numeric_tolerance(slope: f64, numeric: Difference) -> f64 {
    4.0 * numeric.error + NUMERIC_TOLERANCE * slope.abs().max(numeric.slope.abs()) + TINY
}

/// The same where something sharper has agreed already, and the differences only guard against a mistake in that: the round-off of
/// neighbouring values is not always as independent as the error bar takes it to be.
pub(super) fn coarse_tolerance(slope: f64, numeric: Difference) -> f64 {
    16.0 * numeric.error + 1e-2 * slope.abs().max(numeric.slope.abs()) + TINY
}
