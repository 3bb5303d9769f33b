//! The one place where a slope is judged: what is claimed, beside what the formula of the value says, if it is asked and knows, and
//! beside differences.
//!
//! Every check of the crate comes here: ops, functions on a tape, the gradient table, and code that is not ours.

use super::oracle::bar::Difference;
use super::oracle::difference::{Class, Held, Numeric, numeric_of_noisy};
use super::oracle::dual::Exact;
use super::report::{Finding, Verdict, show};
use super::tolerance::Tolerance;

/// A slope that somebody claims.
pub(super) struct Claim<'a> {
    /// The slope's name.
    pub what: &'a str,
    pub at: &'a [f64],
    pub argument: usize,
    pub slope: f64,
}

impl Claim<'_> {
    /// The claim beside a reference.
    pub fn beside(&self, reference: f64, tolerance: f64) -> Finding {
        Finding::new(self.at, self.argument, self.slope, reference, tolerance)
    }
}

/// What kind of point a slope was judged at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Smooth,
    /// The slopes on the two sides.
    Kink([f64; 2]),
    /// By how much.
    Jump(f64),
    /// The slope grows without bound.
    Steep,
    /// There is no finite value, here or on either side.
    NonFinite,
    /// Differences contradict the exact slope of a recording.
    Contradicted,
    /// Nobody could tell.
    Rough,
}

/// What is said of a claim.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub verdict: Verdict,
    /// In words, unless it passes.
    pub reason: String,
    /// The claim beside the derivative, where there is one.
    pub finding: Option<Finding>,
    pub place: Place,
    /// The differences, where they were asked.
    pub numeric: Option<Numeric>,
    /// Whether the value's formula had one branch alone at the point, and its sides decided.
    pub fault: bool,
}

/// Judges a claim of the slope of `f` at `t`, which is the claim's point as `f` sees it. The differences are asked where the exact
/// reference is not.
pub(super) fn judge(claim: &Claim, exact: Exact, f: &dyn Fn(f64) -> f64, t: f64, tolerance: &Tolerance) -> Judged {
    let (what, at) = (claim.what, show(claim.at));
    let (verdict, reason, finding, place, fault) = match exact {
        Exact::NotAsked => {
            return by_differences(claim, numeric_of_noisy(f, t, tolerance.precision), f(t), tolerance);
        }
        Exact::Jump { by, .. } => {
            (Verdict::Unsure, format!("the value jumps by {by:.3e} at {at}"), None, Place::Jump(by), false)
        }
        Exact::Kink { left, right } => {
            let verdict = if is_between(claim.slope, [left, right], 1e-9) { Verdict::Pass } else { Verdict::Fail };
            let reason = format!("{what} at the kink {at} is outside the slopes on its two sides");
            (verdict, reason, None, Place::Kink([left, right]), false)
        }
        Exact::Known(known) => {
            let bar = Difference { slope: known.slope, error: known.radius + known.condition };
            let finding = claim.beside(known.slope, tolerance.of_exact(claim.slope, bar));
            let (verdict, reason) = if finding.agrees() {
                (Verdict::Pass, String::new())
            } else if claim.slope.is_nan() {
                (Verdict::Fail, format!("{what} at {at} is NaN, where the value is not"))
            } else {
                (Verdict::Fail, format!("{what} at {at} is not that of the value"))
            };
            (verdict, reason, Some(finding), Place::Smooth, known.fault)
        }
    };
    let reason = if verdict == Verdict::Pass { String::new() } else { reason };
    Judged { verdict, reason, finding, place, numeric: None, fault }
}

/// Judges a claim of the slope of a recording, given the exact slope of the recording, if that is known and the value is finite.
pub(super) fn judge_recorded(
    claim: &Claim,
    exact: Option<Difference>,
    f: &dyn Fn(f64) -> f64,
    t: f64,
    tolerance: &Tolerance,
) -> Judged {
    let exact = exact.filter(|_| f(t).is_finite());
    judge(claim, exact.map_or(Exact::NotAsked, Exact::of_recording), f, t, tolerance)
}

impl Judged {
    /// Holds a claim that agrees with an exact slope against differences too, where that slope is no second opinion: a recording may have lost what
    /// differences see, and a special function has one table of slopes for values and rules. `bends` tells whether there is another slope on each side of
    /// the point; without that, a kink that differences see contradicts the exact slope.
    pub fn beside_differences(
        self,
        claim: &Claim,
        f: &dyn Fn(f64) -> f64,
        t: f64,
        tolerance: &Tolerance,
        bends: impl FnOnce() -> bool,
    ) -> Judged {
        let is_by_exact = self.numeric.is_none();
        if !is_by_exact || self.verdict != Verdict::Pass {
            return self;
        }
        let numeric = numeric_of_noisy(f, t, tolerance.precision);
        let is_edge = match numeric.class {
            Class::Jump(_) => true,
            Class::Kink => bends(),
            _ => false,
        };
        if is_edge {
            Judged { finding: self.finding, ..by_differences(claim, numeric, f(t), tolerance) }
        } else if numeric.hold(claim.slope, tolerance) == Held::Differs {
            Judged {
                verdict: Verdict::Unsure,
                reason: format!(
                    "{} at {} is what dual numbers give, and not what differences do",
                    claim.what,
                    show(claim.at)
                ),
                finding: numeric.slope().map(|d| claim.beside(d.slope, tolerance.of_numeric(claim.slope, d))),
                place: Place::Contradicted,
                numeric: Some(numeric),
                ..self
            }
        } else {
            Judged { numeric: Some(numeric), ..self }
        }
    }
}

/// Judges a claim by differences alone, given the value.
fn by_differences(claim: &Claim, numeric: Numeric, here: f64, tolerance: &Tolerance) -> Judged {
    let (what, at) = (claim.what, show(claim.at));
    let derivative = numeric.slope().filter(|d| d.error.is_finite());
    let finding = derivative.map(|d| claim.beside(d.slope, tolerance.of_numeric(claim.slope, d)));
    let fail = |reason| (Verdict::Fail, reason);
    let unsure = |reason| (Verdict::Unsure, reason);
    let (verdict, reason) = match (numeric.class, numeric.hold(claim.slope, tolerance)) {
        _ if !here.is_finite() => unsure(format!("the value at {at} is {here}")),
        _ if claim.slope.is_nan() => fail(format!("{what} at {at} is NaN, where the value is not")),
        (Class::NonFinite, _) => unsure(format!("beside {at} no value is finite")),
        (Class::Jump(by), _) => unsure(format!("the value jumps by {by:.3e} at {at}")),
        (_, Held::Agrees) => (Verdict::Pass, String::new()),
        (Class::InfiniteSlope, Held::Differs) => {
            fail(format!("{what} at {at} is {:e}, where differences grow without bound", claim.slope))
        }
        (Class::InfiniteSlope, _) => unsure(format!("towards {at} differences grow without bound")),
        (Class::Kink, Held::Differs) => fail(format!("{what} at the kink {at} is outside the slopes on its two sides")),
        (Class::Kink, _) => unsure(format!("the slopes beside the kink {at} are too rough to tell")),
        (_, Held::Differs) => fail(format!("{what} at {at} is not what differences give")),
        (_, Held::IsOff(by)) => unsure(format!("{what} at {at} is {by:.1e} off, and the error bar is smaller")),
        (_, Held::TooRough) => unsure(format!("the differences at {at} are too rough to tell")),
    };
    let place = match numeric.class {
        _ if !here.is_finite() => Place::NonFinite,
        Class::NonFinite => Place::NonFinite,
        Class::Jump(by) => Place::Jump(by),
        Class::InfiniteSlope => Place::Steep,
        Class::Kink => Place::Kink([numeric.left.slope, numeric.right.slope]),
        Class::Unresolved => Place::Rough,
        _ => Place::Smooth,
    };
    Judged { verdict, reason, finding, place, numeric: Some(numeric), fault: false }
}

/// Whether a slope lies between those on two sides, to within so much of the larger.
pub(super) fn is_between(slope: f64, [left, right]: [f64; 2], within: f64) -> bool {
    let slack = within * left.abs().max(right.abs());
    (left.min(right) - slack..=left.max(right) + slack).contains(&slope)
}
