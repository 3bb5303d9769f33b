//! The one place where a slope is judged: what is claimed, beside what the formula of the value says, if it is asked and knows, and
//! beside differences.
//!
//! Every check of the crate comes here: ops, functions on a tape, the command line's, and code that is not ours.

use super::difference::{Class, Difference, Numeric, numeric};
use super::exact::Exact;
use super::report::{Finding, Verdict, show};

/// An error bar below is as good as none: numbers run out of exponents there.
const TINY: f64 = 1e-290;

/// How far a slope may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance {
    /// From an exact slope beyond the round-off to expect, relative to the larger; and from a sharp difference beyond its error bar.
    pub exact: f64,
    /// From a difference beyond its error bar, relative to the larger; and the largest error bar that certifies.
    pub numeric: f64,
    /// A size that slopes are taken to have at the least.
    pub scale: f64,
}

impl Tolerance {
    pub const DEFAULT: Tolerance = Tolerance { exact: 1e-10, numeric: 1e-6, scale: 0.0 };

    fn size(&self, a: f64, b: f64) -> f64 {
        a.abs().max(b.abs()).max(self.scale)
    }

    /// How far a slope may be from one that is known to within a bar.
    pub fn of_exact(&self, slope: f64, exact: Difference) -> f64 {
        4.0 * exact.error + self.exact * self.size(slope, exact.slope) + f64::MIN_POSITIVE
    }

    /// How far a slope may be from a difference.
    pub fn of_numeric(&self, slope: f64, numeric: Difference) -> f64 {
        4.0 * numeric.error + self.numeric * self.size(slope, numeric.slope) + TINY
    }
}

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
pub(crate) enum Place {
    Smooth,
    /// The slopes on the two sides.
    Kink([f64; 2]),
    /// By how much.
    Jump(f64),
    /// The slope grows without bound.
    Steep,
    /// There is no finite value, here or on either side.
    NonFinite,
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

/// How a slope stands to a derivative by differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Held {
    /// It is right: the error bar is sharp, and the slope within.
    Agrees,
    /// It is wrong.
    Differs,
    /// It is off by less than any tolerance, relatively by this, and yet by more than the error bar.
    IsOff(f64),
    TooRough,
}

/// Judges a claim of the slope of `f` at `t`, which is the claim's point as `f` sees it. The differences are asked where the exact
/// reference is not.
pub(super) fn judge(claim: &Claim, exact: Exact, f: &dyn Fn(f64) -> f64, t: f64, tolerance: &Tolerance) -> Judged {
    let (what, at) = (claim.what, show(claim.at));
    let (verdict, reason, finding, place, fault) = match exact {
        Exact::NotAsked => return by_differences(claim, f, t, tolerance),
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

/// Judges a slope of `f` at `x`, given the exact one of a recording of it, if that is known. Where the two agree, and differences that are
/// sharp say another thing, nobody can tell.
pub(crate) fn agreement(
    slope: f64,
    exact: Option<Difference>,
    f: &dyn Fn(f64) -> f64,
    x: f64,
    relative: Option<f64>,
) -> (Verdict, Place) {
    let tolerance = relative.map_or(Tolerance::DEFAULT, |t| Tolerance { exact: t, numeric: t, scale: 0.0 });
    let claim = Claim { what: "the derivative", at: &[x], argument: 0, slope };
    let exact = exact.filter(|_| f(x).is_finite()).map_or(Exact::NotAsked, Exact::of_recording);
    let is_exact = matches!(exact, Exact::Known(_));
    let judged = judge(&claim, exact, f, x, &tolerance);
    if is_exact && judged.verdict == Verdict::Pass {
        let measured = numeric(f, x);
        match measured.class {
            Class::Jump(by) => return (Verdict::Unsure, Place::Jump(by)),
            _ if hold(&measured, slope, f, x, &tolerance) == Held::Differs => return (Verdict::Unsure, Place::Rough),
            _ => {}
        }
    }
    (judged.verdict, judged.place)
}

/// Judges a claim by differences alone.
fn by_differences(claim: &Claim, f: &dyn Fn(f64) -> f64, t: f64, tolerance: &Tolerance) -> Judged {
    let numeric = numeric(f, t);
    let (what, at, here) = (claim.what, show(claim.at), f(t));
    let derivative = numeric.slope().filter(|d| d.error.is_finite());
    let finding = derivative.map(|d| claim.beside(d.slope, tolerance.of_numeric(claim.slope, d)));
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
        Class::Kink => match between(&numeric, claim.slope, tolerance) {
            Verdict::Pass => pass,
            Verdict::Fail => fail(format!("{what} at the kink {at} is outside the slopes on its two sides")),
            Verdict::Unsure => unsure(format!("the slopes beside the kink {at} are too rough to tell")),
        },
        _ => match hold(&numeric, claim.slope, f, t, tolerance) {
            Held::Agrees => pass,
            Held::Differs => fail(format!("{what} at {at} is not what differences give")),
            Held::IsOff(by) => unsure(format!("{what} at {at} is {by:.1e} off, and the error bar is smaller")),
            Held::TooRough => unsure(format!("the differences at {at} are too rough to tell")),
        },
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

/// How a slope stands to the derivative by differences at a point that has one.
pub(super) fn hold(numeric: &Numeric, slope: f64, f: &dyn Fn(f64) -> f64, t: f64, tolerance: &Tolerance) -> Held {
    let Some(derivative) = numeric.slope().filter(|d| d.error.is_finite()) else { return Held::TooRough };
    let (bar, error) = (derivative.error, (slope - derivative.slope).abs());
    let largest = slope.abs().max(derivative.slope.abs());
    let size = largest.max(tolerance.scale);
    // a slope of 0 has no size of its own: it is one beside the slopes nearby, or on a plateau
    let zero = || largest <= 4.0 * bar && bar <= tolerance.numeric * slope_nearby(f, t);
    let sharp = || bar <= tolerance.numeric * size || bar <= TINY || zero() || (largest == 0.0 && on_plateau(f, t));
    if !slope.is_finite() || error > tolerance.of_numeric(slope, derivative) {
        Held::Differs
    } else if !sharp() {
        Held::TooRough
    } else if error > 4.0 * bar + tolerance.exact * size {
        Held::IsOff(error / largest)
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
fn between(numeric: &Numeric, slope: f64, tolerance: &Tolerance) -> Verdict {
    let (left, right) = (numeric.left, numeric.right);
    let (lo, hi) = (left.slope.min(right.slope), left.slope.max(right.slope));
    let bar = left.error.max(right.error);
    let slack = tolerance.numeric * lo.abs().max(hi.abs()).max(tolerance.scale);
    if (lo..=hi).contains(&slope) || (bar <= slack && numeric.contains(slope)) {
        Verdict::Pass
    } else if slope < lo - 4.0 * bar - slack || slope > hi + 4.0 * bar + slack {
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
