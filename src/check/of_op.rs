//! Checking a rule: its slope at points where the op has a derivative, at its kinks and at its jumps.

use super::compare::{Comparison, Outcome, coarse_tolerance, exact_tolerance, numeric_tolerance};
use super::difference::{Class, Difference, numeric};
use super::hint::Hint;
use super::report::{Finding, KinkFinding, Report, Verdict, show};
use super::{points, shrink};
use crate::op::{Kink, Point};
use crate::real::{Dual, Twofold};
use crate::tape::{Erased, Rule};

/// The magnitudes at which differences are asked; beyond, a step is larger than a period, or than the way to a pole.
const MODERATE: std::ops::Range<f64> = 1e-6..1e6;
/// How near to a kink or a jump they are not: a step might not see it.
const NEAR: f64 = 1e-4;
/// The largest argument at which dual numbers are asked: beyond, what cancels in a formula may be more than 106 bits.
const LARGE: f64 = 1e18;

/// The whole check of an op.
pub(super) fn check(op: &dyn Erased, seed: u64) -> Report {
    let mut report = Report::new(op.name());
    for x in points::smooth_points(op, seed) {
        smooth_point(op, &x, &mut report);
    }
    for kink in op.kinks() {
        kink_point(op, kink, &mut report);
    }
    for jump in op.jumps() {
        jump_point(op, &jump, &mut report);
    }
    if report.points == 0 {
        report.unsure("no sample lies inside the domain".to_owned());
    }
    if report.verdict == Verdict::Fail {
        if let Some(finding) = report.failed.take() {
            explain(op, &finding, seed, &mut report);
        }
    }
    report
}

/// The check of an op at one point.
pub(crate) fn check_at(op: &dyn Erased, x: &[f64]) -> Report {
    let mut report = Report::new(op.name());
    match op.kinks().into_iter().find(|kink| kink.at[..] == *x) {
        Some(kink) => kink_point(op, kink, &mut report),
        None if op.jumps().iter().any(|jump| jump[..] == *x) => jump_point(op, x, &mut report),
        None => smooth_point(op, x, &mut report),
    }
    if let Some(finding) = report.failed.take() {
        report.hint = Hint::of(op, &finding);
        report.worst = Some(finding);
    }
    if report.points == 0 {
        report.unsure(format!("the value at {} is not finite", show(x)));
    }
    report
}

/// Replaces the point of a failure by the simplest that fails alike, and says what the mistake looks like.
fn explain(op: &dyn Erased, failed: &Finding, seed: u64, report: &mut Report) {
    let same_failure = |x: &[f64]| {
        if !points::has_slope(op, x) {
            return None;
        }
        let finding = slope_finding(op, x, failed.argument)?;
        (!finding.agrees() && !on_kink_set(op, x, failed.argument, finding.rule)).then_some(finding)
    };
    let simplest = shrink::simplest(&failed.at, same_failure);
    let finding = simplest.unwrap_or_else(|| failed.clone());
    report.hint = Hint::of(op, &finding);
    report.reproduce = Some(shrink::test(op, &finding.at, seed));
    let (at, i) = (show(&finding.at), finding.argument);
    let found = numeric(|t| value(op, &replaced(&finding.at, i, t)), finding.at[i]);
    report.numeric = Some(found.central).filter(|n| n.error.is_finite());
    report.reason = Some(match found.class {
        Class::Kink => {
            let (left, right) = (found.left.slope, found.right.slope);
            format!("there is a kink at {at} that is not declared, with the slopes {left:.6e} and {right:.6e}")
        }
        _ => format!("the slope at {at} is wrong"),
    });
    report.worst = Some(finding);
}

/// One slope beside its deciding reference; `None` where the value is not finite.
fn slope_finding(op: &dyn Erased, x: &[f64], i: usize) -> Option<Finding> {
    let (_, slopes) = value_and_slopes(op, x)?;
    compare(op, x, i, slopes[i]).0.deciding().cloned()
}

/// A slope beside its references, and the kind of point that the differences take it for, where they are asked.
fn compare(op: &dyn Erased, x: &[f64], i: usize, rule: f64) -> (Comparison, Option<Class>) {
    let moderate = x.iter().all(|x| *x == 0.0 || MODERATE.contains(&x.abs()));
    let near = |at: Point| at.iter().zip(x).all(|(at, x)| (at - x).abs() < NEAR);
    let differences = || numeric(|t| value(op, &replaced(x, i, t)), x[i]);
    let numeric = (moderate && !points::edges(op).any(near)).then(differences);
    let large = x.iter().any(|x| x.abs() > LARGE);
    let exact = exact(op, x, i).filter(|_| !large);
    // where the slope grows without bound an infinite one is what differences say, and no number
    let central = numeric.filter(|n| !(n.class == Class::InfiniteSlope && rule.is_infinite())).map(|n| n.central);
    (Comparison::new(x, i, rule, exact, central), numeric.map(|n| n.class))
}

/// Whether a point belongs to a kink that is a set, of which an op of several arguments declares some points, and the rule
/// returns a slope between those on the two sides. The rule itself must see the kink: its slopes a unit in the last place to
/// either side differ.
fn on_kink_set(op: &dyn Erased, x: &[f64], i: usize, rule: f64) -> bool {
    let sides = |j: usize| numeric(|t| value(op, &replaced(x, j, t)), x[j]);
    let seen = |j: usize| {
        let [left, right] = slopes_beside(op, x, j);
        left != right && sides(j).class == Class::Kink
    };
    x.len() > 1 && !op.kinks().is_empty() && (0..x.len()).any(seen) && sides(i).contains(rule)
}

/// What the slope by one argument is held against: dual numbers of twice the digits through the value, and differences.
pub(crate) fn references(op: &dyn Erased, x: &[f64], i: usize) -> (Option<f64>, f64) {
    let central = numeric(|t| value(op, &replaced(x, i, t)), x[i]).central;
    (exact(op, x, i).map(|exact| exact.slope), central.slope)
}

/// The kink that an op of several arguments has at a point, as measured, if it has one: its kinks may be a set, such as max's x = y,
/// of which it declares some.
pub(crate) fn kink_at(op: &dyn Erased, x: &[f64]) -> Option<Kink> {
    // where the slopes on the sides are near to each other there is no need to measure
    let far = |a: &Point, b: &Point| a.iter().zip(b).any(|(a, b)| (a - b).abs() > 1e-6 * a.abs().max(b.abs()));
    let seen = |j: usize| matches!(slopes_beside(op, x, j), [Some(left), Some(right)] if far(&left, &right));
    if !(0..x.len()).any(seen) {
        return None;
    }
    let (_, slope) = value_and_slopes(op, x)?;
    let sides: Vec<_> = (0..x.len()).map(|j| numeric(|t| value(op, &replaced(x, j, t)), x[j])).collect();
    sides.iter().any(|side| side.class == Class::Kink).then(|| Kink {
        at: Point::from_slice(x),
        left: sides.iter().map(|side| side.left.slope).collect(),
        right: sides.iter().map(|side| side.right.slope).collect(),
        slope,
        elsewhere: vec![],
    })
}

/// The slopes a unit in the last place of one argument to either side; `None` where the value is not finite.
fn slopes_beside(op: &dyn Erased, x: &[f64], j: usize) -> [Option<Point>; 2] {
    let unit = f64::max(f64::EPSILON * x[j].abs(), 5e-324);
    [-unit, unit].map(|step| value_and_slopes(op, &replaced(x, j, x[j] + step)).map(|(_, slopes)| slopes))
}

/// Checks the slopes, and their slopes, at a point where the op has a derivative.
fn smooth_point(op: &dyn Erased, x: &[f64], report: &mut Report) {
    let Some((a, slopes)) = value_and_slopes(op, x) else { return };
    report.points += 1;
    if value_and_slopes(op, x).is_none_or(|(b, again)| b.to_bits() != a.to_bits() || !same_bits(&again, &slopes)) {
        report.fail(format!("the rule gives another answer when it is asked again, at {}", show(x)));
    }
    at_once(op, x, a, &slopes, report);
    for (i, &rule) in slopes.iter().enumerate() {
        let (comparison, class) = compare(op, x, i, rule);
        if let Some(Class::Jump(by)) = class {
            // an op with a set of jumps, such as floor, declares some of them
            if op.jumps().is_empty() {
                report.fail(format!("the value jumps by {by:.6e} at {}, which is not declared", show(x)));
            }
            continue;
        }
        if comparison.deciding().is_none() {
            // too large to be compared, but not to be a number
            if rule.is_nan() {
                report.fail(format!("the slope at {} is NaN, where the value is not", show(x)));
            }
            continue;
        }
        let differs = !matches!(comparison.outcome(), Outcome::Certified | Outcome::Undecided);
        if differs && on_kink_set(op, x, i, rule) {
            continue;
        }
        comparison.tell("the slope", report);
        if let Some(exact) = &comparison.exact {
            report.score(exact);
        }
        if differs {
            report.failed.get_or_insert_with(|| comparison.deciding().expect("something differs").clone());
        }
    }
    second_order(op, x, &slopes, report);
}

/// Checks that the rule's value and slopes at once are its value and its slopes, to the rounding of another formula.
fn at_once(op: &dyn Erased, x: &[f64], a: f64, slopes: &[f64], report: &mut Report) {
    let mut together = Point::from_elem(f64::NAN, x.len());
    let value = op.value_and_slope(x, &mut together).unwrap_or(f64::NAN);
    let near = |a: f64, b: f64| a == b || (a - b).abs() <= 16.0 * f64::EPSILON * b.abs() || a.is_nan() && b.is_nan();
    if !near(value, a) || !together.iter().zip(slopes).all(|(&together, &slope)| near(together, slope)) {
        let (at, together, slopes) = (show(x), show(&together), show(slopes));
        report.fail(format!(
            "value_and_slope at {at} gives {value:e} and {together}, where value and slope give {a:e} and {slopes}"
        ));
    }
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Checks that the slope, run on dual numbers, has the derivative that its own differences have.
fn second_order(op: &dyn Erased, x: &[f64], slopes: &[f64], report: &mut Report) {
    if op.is_opaque() || x.iter().any(|x| !MODERATE.contains(&x.abs())) {
        return;
    }
    for j in 0..x.len() {
        let Some(by_rule) = slopes_along(op, x, j) else { return };
        for i in 0..slopes.len() {
            let slope = |t: f64| value_and_slopes(op, &replaced(x, j, t)).map_or(f64::NAN, |(_, s)| s[i]);
            let measured = numeric(slope, x[j]);
            if measured.class != Class::Smooth {
                continue;
            }
            let finding =
                Finding::new(x, i, by_rule[i], measured.central.slope, coarse_tolerance(by_rule[i], measured.central));
            if !finding.agrees() {
                report.note(&finding);
                report.fail(format!("the second derivative at {} is not that of the slope", show(x)));
            }
        }
    }
}

/// The derivative of each slope along one argument, by the rule on dual numbers.
fn slopes_along(op: &dyn Erased, x: &[f64], j: usize) -> Option<Point> {
    let mut x: Vec<Dual> = x.iter().map(|&x| Dual::constant(x)).collect();
    x[j].tangent = 1.0;
    let a = op.apply(&x).ok()?;
    let mut slopes = vec![Dual::from(0.0); x.len()];
    op.slope(&x, a, &mut slopes).ok()?;
    Some(slopes.iter().map(|s| s.tangent).collect())
}

/// Checks a declared kink: the slope returned is the declared one, lies between the sides, and the sides are as declared.
fn kink_point(op: &dyn Erased, kink: Kink, report: &mut Report) {
    report.points += 1;
    let mut verdict = Verdict::Pass;
    let mut wrong = |finding: &Finding, reason: String| {
        verdict = Verdict::Fail;
        report.note(finding);
        report.fail(reason);
    };
    let found = value_and_slopes(op, &kink.at);
    let slopes = found.as_ref().map_or(&[][..], |(_, slopes)| slopes);
    let at = show(&kink.at);
    for i in 0..kink.at.len() {
        let rule = slopes.get(i).copied().unwrap_or(f64::NAN);
        let (declared, left, right) = (kink.slope[i], kink.left[i], kink.right[i]);
        let returned = Finding::new(&kink.at, i, rule, declared, f64::EPSILON * declared.abs());
        if !kink.contains(i, rule) {
            let (lo, hi) = (left.min(right), left.max(right));
            wrong(&returned, format!("the slope {rule} returned at the kink {at} lies outside [{lo}, {hi}]"));
        } else if !returned.agrees() {
            wrong(&returned, format!("the slope {rule} returned at the kink {at} is not the {declared} declared"));
        }
        let measured = numeric(|t| value(op, &replaced(&kink.at, i, t)), kink.at[i]);
        for (measured, declared) in [(measured.left, left), (measured.right, right)] {
            let side = Finding::new(&kink.at, i, declared, measured.slope, numeric_tolerance(declared, measured));
            if !side.agrees() {
                let slope = side.reference;
                wrong(&side, format!("beside the kink {at} the slope is {slope:e}, not the {declared} declared"));
            }
        }
    }
    if let Some((a, slopes)) = &found {
        at_once(op, &kink.at, *a, slopes, report);
    }
    report.kinks.push(KinkFinding { kink, verdict });
}

/// Checks a declared jump: some argument's value does jump there, and the slope returned in it is 0, unless the slope goes on
/// through the jump as that of atan2 at its cut.
fn jump_point(op: &dyn Erased, x: &[f64], report: &mut Report) {
    report.points += 1;
    let jumps = |&i: &usize| matches!(numeric(|t| value(op, &replaced(x, i, t)), x[i]).class, Class::Jump(_));
    let jumping: Vec<usize> = (0..x.len()).filter(jumps).collect();
    let at = show(x);
    if jumping.is_empty() {
        report.fail(format!("no value jumps at the jump declared at {at}"));
    }
    let found = value_and_slopes(op, x);
    if let Some((a, slopes)) = &found {
        at_once(op, x, *a, slopes, report);
    }
    let slopes = found.map_or_else(Point::new, |(_, slopes)| slopes);
    for i in jumping {
        let rule = slopes.get(i).copied().unwrap_or(f64::NAN);
        let against = |slope: f64, tolerance: f64| Finding::new(x, i, rule, slope, tolerance);
        let goes_on = slopes_beside(op, x, i).into_iter().all(|slopes| {
            slopes
                .is_some_and(|s| against(s[i], exact_tolerance(rule, Difference { slope: s[i], error: 0.0 })).agrees())
        });
        let returned = against(0.0, 0.0);
        if !(goes_on || returned.agrees()) {
            report.note(&returned);
            report.fail(format!("the slope {rule} returned at the jump {at} is not 0"));
        }
    }
}

/// The point with one of its numbers replaced.
pub(super) fn replaced(x: &[f64], i: usize, t: f64) -> Point {
    let mut x = Point::from_slice(x);
    x[i] = t;
    x
}

pub(super) fn value(op: &dyn Erased, x: &[f64]) -> f64 {
    op.value(x).unwrap_or(f64::NAN)
}

/// The value and the slopes at a point; `None` where the value is not finite.
pub(super) fn value_and_slopes(op: &dyn Erased, x: &[f64]) -> Option<(f64, Point)> {
    let a = value(op, x);
    let mut slopes = Point::from_elem(f64::NAN, x.len());
    op.slope(x, a, &mut slopes).ok()?;
    a.is_finite().then_some((a, slopes))
}

/// The slope by dual numbers of twice the digits, run through the value; and the error to expect of any rule in f64: what a
/// few units in the last place of the arguments make of the slope. `None` if the op is known only as closures.
pub(super) fn exact(op: &dyn Erased, x: &[f64], i: usize) -> Option<Difference> {
    let mut wide: Vec<Dual<Twofold>> = x.iter().map(|&x| Dual::from(x)).collect();
    wide[i].tangent = Twofold::from(1.0);
    let slope = Rule::<Dual<Twofold>>::value(op, &wide).ok()?.tangent.to_f64();
    let condition: f64 = (0..x.len()).filter_map(|j| Some((slopes_along(op, x, j)?[i] * x[j]).abs())).sum();
    Some(Difference { slope, error: if condition.is_finite() { f64::EPSILON * condition } else { 0.0 } })
}
