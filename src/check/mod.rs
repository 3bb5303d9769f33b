//! Gradient checking: is a backward rule right, and where not.
//!
//! This part uses `registry`, `tape`, `op` and `real`. Start with [`op`](fn@op): it holds a rule against dual numbers run
//! through its value, and against differences of its value.

use crate::op::{Kink, Point};
use std::fmt;

/// What a check found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule agrees everywhere, to within a tolerance that would have shown a mistake.
    Pass,
    /// The rule is wrong somewhere.
    Fail,
    /// Nothing was found wrong, and something could not be decided.
    Unsure,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Unsure => "unsure",
        })
    }
}

/// A rule's slope at one point beside a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The point.
    pub at: Point,
    /// The argument that the slope is taken in.
    pub argument: usize,
    /// What the rule returned.
    pub rule: f64,
    /// What it was held against.
    pub reference: f64,
    /// Their distance.
    pub error: f64,
    /// The largest distance that passes.
    pub tolerance: f64,
}

/// What was found at a declared kink.
#[derive(Clone, Debug, PartialEq)]
pub struct KinkFinding {
    /// The kink, as declared.
    pub kink: Kink,
    /// Whether the sides are as declared, and the rule returns the slope declared.
    pub verdict: Verdict,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was checked: an op's name, or `function`.
    pub subject: String,
    /// What was found out.
    pub verdict: Verdict,
    /// The number of points looked at.
    pub points: usize,
    /// The slope that is nearest to failing, or fails most.
    pub worst: Option<Finding>,
    /// The declared kinks.
    pub kinks: Vec<KinkFinding>,
    /// In words, why it did not pass.
    pub reason: Option<String>,
}
