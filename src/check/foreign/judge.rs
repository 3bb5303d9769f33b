//! What differences say of a slope that somebody claims.

use crate::check::compare::numeric_tolerance;
use crate::check::difference::{Class, Difference, Held, Numeric, numeric_of_noisy};
use crate::check::report::{Finding, Verdict, show};

/// A slope that somebody claims.
pub(super) struct Claim<'a> {
    /// The slope's name.
    pub what: &'a str,
    pub at: &'a [f64],
    pub argument: usize,
    pub slope: f64,
}

/// What differences say of a claim.
pub(super) struct Judged {
    pub verdict: Verdict,
    /// In words, unless it passes.
    pub reason: String,
    /// The claim beside the derivative, where there is one.
    pub finding: Option<Finding>,
    pub numeric: Numeric,
}

/// Holds a claim against differences of `f` at `t`, which is the claim's point as `f` sees it.
pub(super) fn judge(claim: &Claim, f: &dyn Fn(f64) -> f64, t: f64) -> Judged {
    judge_noisy(claim, f, t, 0.0)
}

/// The judgement where `f` is known to compute to a relative precision only.
pub(super) fn judge_noisy(claim: &Claim, f: &dyn Fn(f64) -> f64, t: f64, precision: f64) -> Judged {
    let numeric = numeric_of_noisy(f, t, precision);
    let (what, at, here) = (claim.what, show(claim.at), f(t));
    let derivative = numeric.slope().filter(|d| d.error.is_finite());
    let beside =
        |d: Difference| Finding::new(claim.at, claim.argument, claim.slope, d.slope, numeric_tolerance(claim.slope, d));
    let fail = |reason| (Verdict::Fail, reason);
    let unsure = |reason| (Verdict::Unsure, reason);
    let (verdict, reason) = match (numeric.class, numeric.hold(claim.slope)) {
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
    Judged { verdict, reason, finding: derivative.map(beside), numeric }
}
