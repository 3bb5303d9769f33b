//! What differences say of a slope that somebody claims.

use crate::check::compare::numeric_tolerance;
use crate::check::difference::{Class, Difference, Numeric, numeric};
use crate::check::report::{Finding, Verdict, show};

/// The largest error bar that certifies, relative to the slope.
const SHARP: f64 = 1e-6;
/// The round-off that a right rule may have, relative to the slope.
const ROUND_OFF: f64 = 1e-10;
/// An error bar below is as good as none.
const TINY: f64 = 1e-290;

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
    let numeric = numeric(f, t);
    let (what, at, here) = (claim.what, show(claim.at), f(t));
    let derivative = numeric.slope().filter(|d| d.error.is_finite());
    let beside =
        |d: Difference| Finding::new(claim.at, claim.argument, claim.slope, d.slope, numeric_tolerance(claim.slope, d));
    let finding = derivative.map(beside);
    let fail = |reason| (Verdict::Fail, reason);
    let unsure = |reason| (Verdict::Unsure, reason);
    let pass = (Verdict::Pass, String::new());
    let (verdict, reason) = match numeric.class {
        _ if !here.is_finite() => unsure(format!("the value at {at} is {here}")),
        _ if claim.slope.is_nan() => fail(format!("{what} at {at} is NaN, where the value is not")),
        Class::NonFinite => unsure(format!("beside {at} no value is finite")),
        Class::Jump(by) => unsure(format!("the value jumps by {by:.3e} at {at}")),
        Class::InfiniteSlope if too_flat(f, t, claim.slope) => {
            fail(format!("{what} at {at} is {:e}, where differences grow without bound", claim.slope))
        }
        Class::InfiniteSlope => unsure(format!("towards {at} differences grow without bound")),
        Class::Kink => match between(&numeric, claim.slope) {
            Verdict::Pass => pass,
            Verdict::Fail => fail(format!("{what} at the kink {at} is outside the slopes on its two sides")),
            Verdict::Unsure => unsure(format!("the slopes beside the kink {at} are too rough to tell")),
        },
        _ => match derivative.zip(finding.as_ref()).map(|(d, finding)| hold(finding, d.error, f, t)) {
            Some(Held::Agrees) => pass,
            Some(Held::Differs) => fail(format!("{what} at {at} is not what differences give")),
            Some(Held::IsOff(by)) => unsure(format!("{what} at {at} is {by:.1e} off, and the error bar is smaller")),
            Some(Held::TooRough) | None => unsure(format!("the differences at {at} are too rough to tell")),
        },
    };
    Judged { verdict, reason, finding, numeric }
}

/// How a slope stands to a derivative by differences.
enum Held {
    Agrees,
    Differs,
    /// By less than any tolerance, relatively, and yet by more than the error bar.
    IsOff(f64),
    TooRough,
}

/// Looks at a finding whose reference has this error bar.
fn hold(finding: &Finding, bar: f64, f: &dyn Fn(f64) -> f64, t: f64) -> Held {
    let largest = finding.rule.abs().max(finding.reference.abs());
    // a slope of 0 has no size of its own: it is one beside the slopes nearby, or on a plateau
    let zero = || largest <= 4.0 * bar && bar <= SHARP * slope_nearby(f, t);
    let sharp = || bar <= SHARP * largest || bar <= TINY || zero() || (largest == 0.0 && on_plateau(f, t));
    if finding.rule.is_infinite() || !finding.agrees() {
        Held::Differs
    } else if !sharp() {
        Held::TooRough
    } else if finding.error > 4.0 * bar + ROUND_OFF * largest {
        Held::IsOff(finding.error / largest)
    } else {
        Held::Agrees
    }
}

/// How steep the function is on the way to the widest step.
fn slope_nearby(f: &dyn Fn(f64) -> f64, t: f64) -> f64 {
    secants(f, t, 0.125).fold(0.0, |steepest, s| steepest.max(s.abs()))
}

/// The finite differences on the two sides, over a step relative to t.
fn secants(f: &dyn Fn(f64) -> f64, t: f64, step: f64) -> impl Iterator<Item = f64> {
    let h = step * t.abs().max(1.0);
    let secant = move |side: f64| (f(side) - f(t)) / (side - t);
    [t - h, t + h].map(secant).into_iter().filter(|s| s.is_finite())
}

/// Whether a slope is less than what differences have already grown to, in their one direction.
fn too_flat(f: &dyn Fn(f64) -> f64, t: f64, slope: f64) -> bool {
    let steep: Vec<f64> = secants(f, t, 2f64.powi(-36)).collect();
    let one_way = steep.windows(2).all(|pair| pair[0] * pair[1] > 0.0);
    one_way && steep.iter().all(|s| slope * s.signum() < 0.5 * s.abs())
}

/// Whether a slope lies between those on the sides of a kink.
fn between(numeric: &Numeric, slope: f64) -> Verdict {
    let (left, right) = (numeric.left, numeric.right);
    let (lo, hi) = (left.slope.min(right.slope), left.slope.max(right.slope));
    let (bar, size) = (left.error.max(right.error), lo.abs().max(hi.abs()));
    if (lo..=hi).contains(&slope) || (bar <= SHARP * size && numeric.contains(slope)) {
        Verdict::Pass
    } else if slope < lo - 4.0 * bar - SHARP * size || slope > hi + 4.0 * bar + SHARP * size {
        Verdict::Fail
    } else {
        Verdict::Unsure
    }
}

/// Whether the value is constant because it is made so, as that of a clamp is, and not because round-off hides a tail: a plateau has
/// no edge, or edges where the value departs at once.
fn on_plateau(f: &dyn Fn(f64) -> f64, t: f64) -> bool {
    let here = f(t);
    let departs_at_once = |direction: f64| {
        let widest = 0.125 * t.abs().max(1.0);
        let steps = (0..12).map(|i| t + direction * widest * 2f64.powi(i));
        let Some(mut outside) = steps.clone().find(|&s| f(s) != here) else { return true };
        let mut inside = steps.take_while(|&s| f(s) == here).last().unwrap_or(t);
        for _ in 0..64 {
            let middle = 0.5 * (inside + outside);
            if f(middle) == here { inside = middle } else { outside = middle }
        }
        let beyond = outside + direction * 1e-3 * outside.abs().max(1e-3);
        let departure = (f(beyond) - here).abs();
        departure > 1024.0 * f64::EPSILON * here.abs() || departure.is_nan()
    };
    departs_at_once(-1.0) && departs_at_once(1.0)
}
