//! Checking a rule: its slope at points where the op has a derivative, at its kinks, at its jumps, and where its domain ends.

use super::at_point::{replaced, value, value_and_slopes};
use super::bar::Difference;
use super::difference::{Class, numeric};
use super::exact::{self, Exact, Known};
use super::hint::Hint;
use super::judge::{Claim, Judged, Place, is_between, judge};
use super::options::Options;
use super::points;
use super::random::{DIRECTIONS, Random};
use super::report::{Finding, KinkFinding, Report, Verdict, show};
use super::shrink;
use super::threshold::Branches;
use super::tolerance::Tolerance;
use crate::graph::{DynOp, Rule};
use crate::op::{Kink, Point};
use crate::real::{Ball, Dual, Witness};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The magnitudes at which slopes, and what is computed on the way to them, are not about to over- or underflow.
const RANGE: std::ops::Range<f64> = 1e-100..1e100;
/// The magnitudes of slopes that are not about to over- or underflow.
const SLOPES: std::ops::Range<f64> = 1e-150..1e150;
/// The magnitudes at which second derivatives are asked.
const MODERATE: std::ops::Range<f64> = 1e-6..1e6;
/// The magnitudes at which a right formula seldom loses digits, and how often it may.
const ORDINARY: std::ops::Range<f64> = 0.1..8.0;
const FEW: usize = 2;
/// How near to a kink or a jump differences are not asked: a step might not see it.
const NEAR: f64 = 1e-4;
/// A slope below, relative to the largest, is in a tail.
const TAIL: f64 = 1e-9;
/// How far round-off may move a slope near its root, relative to the slopes nearby.
const ROOT: f64 = 1e-12;
/// How far apart two formulas are that are the same, relative to the larger.
const SAME: f64 = 1e-10;

/// The whole check of an op.
pub(super) fn check(op: &dyn DynOp, options: &Options) -> Report {
    let (mut report, subject) = (Report::new(op.name()), Subject::new(op, options));
    let mut tally = Tally::default();
    let mut points = points::smooth_points(op, options);
    points.extend(subject.thresholds());
    for x in points {
        subject.smooth_point(&x, &mut report, &mut tally);
    }
    for kink in subject.kinks.iter().filter(|kink| options.contains(&kink.at)) {
        subject.kink_point(kink.clone(), &mut report);
    }
    for jump in subject.jumps.iter().filter(|jump| options.contains(jump)) {
        subject.jump_point(jump, &mut report);
    }
    subject.ends(&mut report, &mut tally);
    subject.not_finite(&mut report);
    tally.tell(&subject, &mut report);
    if report.points == 0 {
        report.unsure("no sample lies inside the domain".to_owned());
    }
    if report.verdict == Verdict::Fail
        && let Some(finding) = report.failed.take()
    {
        subject.explain(&finding, &mut report);
    }
    report
}

/// The check of an op at one point; of an op of many arguments, along random directions first.
pub(crate) fn check_at(op: &dyn DynOp, x: &[f64]) -> Report {
    if exact::is_wide(x) && exact::slopes_tried(op, x).is_some() {
        return Report { points: 1, ..Report::new(op.name()) };
    }
    check_point(op, x, &Options::new())
}

/// The check of an op at one point, with options.
fn check_point(op: &dyn DynOp, x: &[f64], options: &Options) -> Report {
    let (mut report, subject) = (Report::new(op.name()), Subject::new(op, options));
    let mut tally = Tally::default();
    match subject.kinks.iter().find(|kink| kink.at[..] == *x) {
        Some(kink) => subject.kink_point(kink.clone(), &mut report),
        None if subject.jumps.iter().any(|jump| jump[..] == *x) => subject.jump_point(x, &mut report),
        None if x.iter().any(|x| !x.is_finite()) => subject.not_finite_at(x, &mut report),
        None if !points::has_slope(op, x) && op.domain().contains(x) => subject.end(x, &mut report, &mut tally),
        None => subject.smooth_point(x, &mut report, &mut tally),
    }
    // one point that cannot be told is all there is
    for reason in tally.undecided.drain(..).chain(tally.lost.drain(..).map(|lost| lost.0)) {
        report.unsure(reason);
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

/// What could not be judged, and what is right but for its digits.
#[derive(Default)]
struct Tally {
    slopes: usize,
    undecided: Vec<String>,
    lost: Vec<(String, Option<Finding>)>,
    /// How many of these are at arguments of ordinary size.
    lost_where_ordinary: usize,
    /// The points at which the formula of the value had one branch alone.
    faults: usize,
}

impl Tally {
    /// Enters what the points come to. A few that cannot be told leave the verdict to the others.
    fn tell(mut self, subject: &Subject, report: &mut Report) {
        report.undecided += self.undecided.len();
        report.faults += self.faults;
        if let Some((lost, finding)) = self.lost.first().cloned() {
            // here and there a right formula has no digits; one that has none at many points is not good enough
            if 4 * self.lost.len() > self.slopes || self.lost_where_ordinary > FEW {
                report.failed = report.failed.take().or(finding);
                report.fail(lost);
            } else {
                report.unsure(lost);
            }
        }
        let most = |n: usize| 2 * n > self.slopes;
        let undecided = if subject.op.is_opaque() { !self.undecided.is_empty() } else { most(self.undecided.len()) };
        if undecided {
            report.unsure(self.undecided.swap_remove(0));
        }
    }
}

/// What is said of one slope at one point.
enum Told {
    Right,
    /// It is wrong.
    Wrong(String),
    /// It could not be told, and that is worth telling at once.
    Unsure(String),
    /// The references know nothing.
    Undecided(String),
    /// The formula is right, and has no digits here.
    Lost(String),
}

/// The evaluation on wide numbers at a point: the value, and the slopes.
type Formula = Option<(Witness, Vec<Witness>)>;

/// Where a rule branches, and which of its branches are at a declared kink or jump.
type Found = (Branches, Vec<usize>);

/// An op that is checked, and what is known of it.
struct Subject<'a> {
    op: &'a dyn DynOp,
    options: &'a Options,
    kinks: Vec<Kink>,
    jumps: Vec<Point>,
    /// For each number of arguments, where the rule branches.
    branches: RefCell<BTreeMap<usize, Option<Rc<Found>>>>,
    /// For each argument the largest slope at the op's samples.
    largest: RefCell<BTreeMap<(usize, usize), f64>>,
}

impl<'a> Subject<'a> {
    fn new(op: &'a dyn DynOp, options: &'a Options) -> Self {
        let (branches, largest) = Default::default();
        Subject { op, options, kinks: op.kinks(), jumps: op.jumps(), branches, largest }
    }

    fn edges(&self) -> impl Iterator<Item = &Point> {
        self.kinks.iter().map(|kink| &kink.at).chain(&self.jumps)
    }

    /// Where the rule branches.
    fn branches(&self, x: &[f64]) -> Option<Rc<(Branches, Vec<usize>)>> {
        let find = || {
            let branches = Branches::of(self.op, x)?;
            let declared = self.edges().filter(|at| at.len() == x.len());
            let mut nodes: Vec<usize> = declared.flat_map(|at| branches.changing(at)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            Some(Rc::new((branches, nodes)))
        };
        self.branches.borrow_mut().entry(x.len()).or_insert_with(find).clone()
    }

    /// Points at, beside and between the thresholds of the rule's branches.
    fn thresholds(&self) -> Vec<Point> {
        let (op, mut points) = (self.op, vec![]);
        let mut samples = op.samples();
        samples.retain(|x| op.validate(x.len()).is_none() && self.options.contains(x));
        let few = match op.arity() {
            Some(1) => 1,
            Some(_) => 2,
            None => 3,
        };
        for x in samples.iter().filter(|x| x.len() <= 4).take(few) {
            let Some(branches) = self.branches(x) else { break };
            for i in 0..x.len() {
                points.extend(branches.0.points(x, i, self.options.bounds(op.domain().bound(i))));
            }
        }
        points.retain(|x| points::has_slope(op, x));
        points
    }

    /// Whether a kink or a jump at a point belongs to a set of which some are declared: the same branch of the rule makes them all.
    fn is_declared(&self, x: &[f64]) -> bool {
        if self.op.arity().is_none() {
            return !self.kinks.is_empty();
        }
        match self.branches(x) {
            Some(branches) => branches.0.changing(x).iter().any(|node| branches.1.contains(node)),
            None => false,
        }
    }

    /// The evaluation on wide numbers.
    fn formula(&self, x: &[f64]) -> Formula {
        exact::formula(self.op, x, &Point::from_elem(0.0, x.len()))
    }

    /// Judges the slope by one argument.
    fn slope(&self, x: &[f64], i: usize, rule: f64, formula: &Formula) -> (Told, Option<Finding>, Judged) {
        let (op, tolerance) = (self.op, &self.options.tolerance);
        let claim = Claim { what: "the slope", at: x, argument: i, slope: rule };
        let exact = match exact::exact(op, x, i) {
            // among the smallest numbers there is no telling beside from at
            Exact::Kink { .. } | Exact::Jump { .. } if !in_range(x) => Exact::NotAsked,
            exact => exact,
        };
        let judged = match exact {
            Exact::NotAsked if !self.can_be_measured(x, i) => {
                let reason = format!("at {} neither the formula of the value nor differences have digits", show(x));
                let (place, numeric) = (Place::Rough, None);
                Judged { verdict: Verdict::Unsure, reason, finding: None, place, numeric, fault: false }
            }
            _ => judge(&claim, exact, &|t| value(op, &replaced(x, i, t)), x[i], tolerance),
        };
        let told = match exact {
            Exact::Known(known) => {
                let of_formula = formula.as_ref().map(|(_, slopes)| slopes[i].value());
                return self.known(&claim, known, of_formula, judged);
            }
            Exact::Kink { left, right } => self.at_kink(&claim, [left, right]),
            Exact::Jump { by, sides } => self.at_jump(&claim, by, sides),
            Exact::NotAsked if judged.place == Place::Rough && rule.is_nan() && x.len() == 1 && in_range(x) => {
                Told::Wrong(format!("the slope at {} is NaN, where the value is not", show(x)))
            }
            Exact::NotAsked => self.measured(&claim, &judged, formula),
        };
        let finding = judged.finding.clone().or_else(|| match judged.place {
            Place::Kink([left, right]) => {
                let nearest = rule.clamp(left.min(right), left.max(right));
                Some(claim.beside(if nearest == rule { left } else { nearest }, 0.0))
            }
            _ => None,
        });
        (told, finding, judged)
    }

    /// Whether differences may be asked at a point: there is no kink near, and the values have digits.
    fn can_be_measured(&self, x: &[f64], i: usize) -> bool {
        let near = |at: &Point| at.len() == x.len() && at.iter().zip(x).all(|(at, x)| (at - x).abs() < NEAR);
        let value = exact::line(self.op, x, &exact::axis(x.len(), i)).at(0.0).map(|here| here.value());
        let has_digits = value.is_none_or(|value| value.radius() <= 1e-6 * value.number().abs() + f64::MIN_POSITIVE);
        in_range(x) && !self.edges().any(near) && has_digits
    }

    /// Judges a slope where the exact one is known: the formula, on wide numbers, and what `f64` leaves of it.
    fn known(
        &self,
        claim: &Claim,
        known: Known,
        formula: Option<Ball>,
        judged: Judged,
    ) -> (Told, Option<Finding>, Judged) {
        let (e, tolerance) = (known.slope, &self.options.tolerance);
        let size = |other: f64| e.abs().max(other.abs()).max(tolerance.scale);
        // how far off the formula is, if it has digits
        let has_digits = |g: &Ball| g.radius() <= 10.0 * SAME * size(g.number()).max(known.scale * 1e-5);
        let formula = formula.filter(|g| g.number().is_finite() && has_digits(g));
        let at = show(claim.at);
        if let Some(formula) = formula {
            let radius = known.radius + formula.radius();
            // constants of the two formulas are rounded
            let constants = 4.0 * formula.round_off() + if known.is_steady() { known.condition } else { 0.0 };
            let allowed = tolerance.exact * size(formula.number()) + 4.0 * radius + constants + f64::MIN_POSITIVE;
            let finding = Claim { slope: formula.number(), ..*claim }.beside(e, allowed);
            if !finding.agrees() {
                let finding = judged.finding.clone().filter(|finding| !finding.agrees()).or(Some(finding));
                return (Told::Wrong(format!("the slope at {at} is not that of the value")), finding, judged);
            }
        }
        if judged.verdict == Verdict::Pass && (formula.is_some() || known.is_steady()) {
            let finding = judged.finding.clone();
            return (Told::Right, finding, judged);
        }
        if judged.verdict == Verdict::Pass {
            return (Told::Undecided(format!("the last digits of {at} decide the slope")), None, judged);
        }
        let (v, wide) = (value(self.op, claim.at), known.value);
        let value_is_known = (v - wide.number()).abs() <= 1e-8 * wide.number().abs() + wide.radius();
        let error = (claim.slope - e).abs();
        let told = if !value_is_known
            || (!in_range(claim.at) && formula.is_none())
            || !(e == 0.0 || SLOPES.contains(&e.abs()))
        {
            Told::Undecided(format!("the slope {:e} at {at} is out of range for the formula", claim.slope))
        } else if !claim.slope.is_finite()
            || formula.is_some_and(|g| error > 16.0 * g.round_off() + 4.0 * known.condition + judged_bar(&judged))
        {
            Told::Wrong(judged.reason.clone())
        } else if formula.is_some() && error <= ROOT * known.scale {
            Told::Right
        } else if self.is_tail(claim, e) {
            Told::Wrong(format!("loses digits: the slope at {at} is {:e}, and the formula's is {e:e}", claim.slope))
        } else {
            Told::Lost(format!("loses digits: the slope at {at} is {:e}, and without round-off {e:e}", claim.slope))
        };
        let finding = judged.finding.clone().filter(|_| !matches!(told, Told::Right | Told::Undecided(_)));
        (told, finding, judged)
    }

    /// Whether a slope is small beside the largest, and gets smaller.
    fn is_tail(&self, claim: &Claim, slope: f64) -> bool {
        let (x, i) = (claim.at, claim.argument);
        let at = |factor: f64| match exact::exact(self.op, &replaced(x, i, x[i] * factor), i) {
            Exact::Known(known) => known.slope.abs(),
            _ => f64::NAN,
        };
        slope.abs() < TAIL * self.largest(x.len(), i) && at(1.125) < slope.abs() && slope.abs() < at(0.875)
    }

    /// The largest slope by one argument at the op's samples.
    fn largest(&self, n: usize, i: usize) -> f64 {
        let find = || {
            let samples = self.op.samples().into_iter().filter(|x| x.len() == n && points::has_slope(self.op, x));
            let slope = |x: Point| match exact::exact(self.op, &x, i) {
                Exact::Known(known) => known.slope.abs(),
                _ => 0.0,
            };
            samples.map(slope).fold(0.0, f64::max)
        };
        if let Some(&largest) = self.largest.borrow().get(&(n, i)) {
            return largest;
        }
        let largest = find();
        self.largest.borrow_mut().insert((n, i), largest);
        largest
    }

    /// Judges a slope at a kink along its argument that is none of the points declared.
    fn at_kink(&self, claim: &Claim, sides: [f64; 2]) -> Told {
        let (at, [left, right]) = (show(claim.at), sides);
        let declared = self.is_declared(claim.at);
        let undeclared =
            format!("there is a kink at {at} that is not declared, with the slopes {left:.6e} and {right:.6e}");
        let outside = !is_between(claim.slope, sides, 1e-9);
        match (declared, claim.at.len()) {
            // several arguments may meet in more kinks than can be declared
            (false, 1) if self.op.arity().is_some() => Told::Wrong(undeclared),
            (false, _) if claim.slope.is_nan() => Told::Unsure(undeclared),
            _ if outside => Told::Wrong(format!("the slope at the kink {at} is outside the slopes on its two sides")),
            (false, _) => Told::Unsure(undeclared),
            _ => Told::Right,
        }
    }

    /// Judges a slope where the value jumps along its argument, at none of the points declared.
    fn at_jump(&self, claim: &Claim, by: f64, [left, right]: [f64; 2]) -> Told {
        let at = show(claim.at);
        if !self.is_declared(claim.at) {
            return Told::Wrong(format!("the value jumps by {by:.6e} at {at}, which is not declared"));
        }
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
        if near(left, right) && claim.slope != 0.0 && !near(claim.slope, left) {
            return Told::Wrong(format!(
                "the slope {:e} returned at the jump {at} is neither 0 nor that beside",
                claim.slope
            ));
        }
        Told::Right
    }

    /// Judges a slope that only differences know.
    fn measured(&self, claim: &Claim, judged: &Judged, formula: &Formula) -> Told {
        let at = show(claim.at);
        let generic = !self.op.is_opaque();
        match judged.place {
            Place::Jump(by) if self.op.is_opaque() => {
                Told::Unsure(format!("the value jumps by {by:.6e} at {at}, which is not declared"))
            }
            Place::Kink([left, right])
                if self.op.is_opaque() && claim.at.len() == 1 && judged.verdict == Verdict::Pass =>
            {
                Told::Unsure(format!(
                    "there is a kink at {at} that is not declared, with the slopes {left:.6e} and {right:.6e}"
                ))
            }
            Place::Jump(_) | Place::Kink(_) if generic && self.is_declared(claim.at) => match judged.verdict {
                Verdict::Fail => Told::Wrong(judged.reason.clone()),
                _ => Told::Right,
            },
            _ => match judged.verdict {
                Verdict::Pass if generic && !self.is_sharp(claim, judged) => {
                    Told::Undecided(format!("the slope at {at} is too small for differences"))
                }
                Verdict::Pass => Told::Right,
                Verdict::Fail if self.is_lost(claim, judged, formula) => Told::Lost(format!(
                    "loses digits: the slope at {at} is {:e}, and its formula's is another",
                    claim.slope
                )),
                Verdict::Fail if self.is_roughly_right(claim) => Told::Undecided(format!(
                    "the differences at {at} contradict what digits the formula of the value has"
                )),
                Verdict::Fail if generic && self.is_right_farther_away(claim) => {
                    Told::Undecided(format!("the differences at {at} contradict the formula beside"))
                }
                Verdict::Fail if generic && claim.slope.is_nan() && claim.at.len() > 1 => {
                    Told::Unsure(judged.reason.clone())
                }
                Verdict::Fail => Told::Wrong(judged.reason.clone()),
                Verdict::Unsure => Told::Undecided(judged.reason.clone()),
            },
        }
    }

    /// Whether the rule's formula has what differences say, and loses it to round-off on `f64`.
    fn is_lost(&self, claim: &Claim, judged: &Judged, formula: &Formula) -> bool {
        let formula = formula.as_ref().map(|(_, slopes)| slopes[claim.argument].value());
        let measured = judged.numeric.and_then(|numeric| numeric.slope());
        formula.zip(measured).is_some_and(|(g, d)| {
            let by_round_off = (claim.slope - g.number()).abs() <= 16.0 * g.round_off();
            is_rough(g) && is_roughly(g.number(), d.slope, d.error) && by_round_off
        })
    }

    /// Whether a slope is, to as many digits as are left, what the formula of the value has.
    fn is_roughly_right(&self, claim: &Claim) -> bool {
        let (x, i) = (claim.at, claim.argument);
        let slope = exact::line(self.op, x, &exact::axis(x.len(), i)).at(0.0).map(|here| here.slope());
        slope.is_some_and(|e| is_rough(e) && is_roughly(e.number(), claim.slope, 4.0 * e.radius()))
    }

    /// Whether differences certify a slope relative to itself.
    fn is_sharp(&self, claim: &Claim, judged: &Judged) -> bool {
        let bar = judged.numeric.and_then(|numeric| numeric.slope()).map_or(f64::INFINITY, |d| d.error);
        claim.slope.abs() * 1e-5 >= bar
            || (claim.slope == 0.0 && claim.at[claim.argument] == 0.0)
            || judged.place != Place::Smooth
    }

    /// Whether the exact slopes a little farther away, on both sides, are nearly the one claimed, while those of differences are not.
    fn is_right_farther_away(&self, claim: &Claim) -> bool {
        let (x, i) = (claim.at, claim.argument);
        let beside = |step: f64| match exact::exact(self.op, &replaced(x, i, x[i] + step * x[i].abs().max(0.125)), i) {
            Exact::Known(known) => {
                (known.slope - claim.slope).abs()
                    <= 1e-2 * known.slope.abs().max(claim.slope.abs()) + 1e-2 * known.scale
            }
            _ => false,
        };
        [2f64.powi(-14), 2f64.powi(-18)].into_iter().any(|step| beside(step) && beside(-step))
    }

    /// Checks the slopes, and their slopes, at a point where the op has a derivative.
    fn smooth_point(&self, x: &[f64], report: &mut Report, tally: &mut Tally) {
        let op = self.op;
        let Some((a, slopes)) = value_and_slopes(op, x) else { return };
        report.points += 1;
        if value_and_slopes(op, x).is_none_or(|(b, again)| b.to_bits() != a.to_bits() || !same_bits(&again, &slopes)) {
            report.fail(format!("the rule gives another answer when it is asked again, at {}", show(x)));
        }
        let formula = self.formula(x);
        self.one_value(x, a, report);
        self.one_function(x, a, &slopes, &formula, report);
        let mut kink = false;
        for (i, &rule) in slopes.iter().enumerate() {
            let (told, finding, judged) = self.slope(x, i, rule, &formula);
            kink |= matches!(judged.place, Place::Kink(_));
            tally.slopes += 1;
            tally.faults += usize::from(judged.fault);
            if let Some(finding) = finding.as_ref().filter(|_| !matches!(told, Told::Undecided(_))) {
                report.note(finding);
                if judged.place == Place::Smooth && judged.numeric.is_none() {
                    report.score(finding);
                }
            }
            match told {
                Told::Right => {}
                Told::Wrong(reason) => {
                    if let Some(finding) = finding {
                        report.failed.get_or_insert(finding);
                    }
                    report.fail(reason);
                }
                Told::Unsure(reason) => report.unsure(reason),
                Told::Undecided(reason) => tally.undecided.push(reason),
                Told::Lost(reason) => {
                    tally.lost.push((reason, finding));
                    tally.lost_where_ordinary += usize::from(x.iter().all(|x| ORDINARY.contains(&x.abs())));
                }
            }
        }
        if kink {
            self.directions(x, &slopes, report);
        }
        self.second_order(x, &formula, report);
    }

    /// Checks at a kink of several arguments that along directions the slope lies between those forwards and backwards. It must, if the
    /// value bends one way along all directions, as that of a maximum or a norm does.
    fn directions(&self, x: &[f64], slopes: &[f64], report: &mut Report) -> bool {
        let n = x.len();
        if n == 1 {
            return true;
        }
        let mut random = Random(self.options.seed);
        let sign = |k: usize| if k == 0 { 1.0 } else { -1.0 };
        let mut directions: Vec<Vec<f64>> = vec![vec![1.0; n], (0..n).map(|k| sign(k % 2)).collect()];
        directions
            .extend((0..DIRECTIONS).map(|_| (0..n).map(|_| sign(random.below(2)) * (0.5 + random.unit())).collect()));
        directions.extend((0..n.min(8)).map(|i| exact::axis(n, i).to_vec()));
        let size = x.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        let step = if size == 0.0 { 2f64.powi(-60) } else { size * 2f64.powi(-44) };
        let sides = |d: &Vec<f64>| {
            let line = exact::line(self.op, x, d);
            let known = |side: &Witness| side.slope().number().is_finite() && !side.slope().is_one_sided();
            let [left, right] = [line.at(-step).filter(known)?, line.at(step).filter(known)?];
            Some([left, right].map(|side| side.slope().number()))
        };
        let all: Vec<(Vec<f64>, [f64; 2])> = directions.into_iter().filter_map(|d| sides(&d).map(|s| (d, s))).collect();
        let bends = |[left, right]: [f64; 2]| {
            let bend = right - left;
            if bend.abs() <= 1e-8 * left.abs().max(right.abs()) { 0.0 } else { bend.signum() }
        };
        let (up, down) = (all.iter().any(|(_, s)| bends(*s) > 0.0), all.iter().any(|(_, s)| bends(*s) < 0.0));
        if up && down {
            return true;
        }
        for (d, sides) in all {
            let slope: f64 = d.iter().zip(slopes).map(|(d, s)| d * s).sum();
            let magnitude: f64 = d.iter().zip(slopes).map(|(d, s)| (d * s).abs()).sum();
            let slack = 1e-8 * magnitude.max(sides[0].abs()).max(sides[1].abs());
            if slope.is_finite() && !(sides[0].min(sides[1]) - slack..=sides[0].max(sides[1]) + slack).contains(&slope)
            {
                let (at, d) = (show(x), show(&d));
                report.fail(format!(
                    "the slopes at the kink {at} give {slope:e} along {d}, which is outside the slopes {:e} and {:e} there",
                    sides[0], sides[1]
                ));
                return false;
            }
        }
        true
    }

    /// Checks that the value of an evaluation has the bits of the value that is evaluated alone.
    fn one_value(&self, x: &[f64], a: f64, report: &mut Report) {
        let alone = value(self.op, x);
        if !same_bits(&[a], &[alone]) {
            report.fail(format!("evaluate at {} gives the value {a:e}, where evaluate_value gives {alone:e}", show(x)));
        }
    }

    /// Checks that the definition and the evaluation are one function, where the definition is finite: as formulas, since the digits of the
    /// definition are no matter. At a branch of either they may choose otherwise.
    fn one_function(&self, x: &[f64], a: f64, slopes: &[f64], formula: &Formula, report: &mut Report) {
        let (op, Some((wide_a, wide_slopes))) = (self.op, formula) else { return };
        let Some((v, defined)) = exact::definition::<f64>(op, x) else { return };
        let Some((wide_v, wide_defined)) = exact::definition::<Witness>(op, x) else { return };
        if !op.domain().contains(x) || !v.is_finite() || !defined.iter().all(|slope| slope.is_finite()) {
            return;
        }
        let differ = |p: &Witness, q: &Witness| {
            let (p, q) = (p.value(), q.value());
            let distance = (p.wide() - q.wide()).to_f64().abs();
            let size = p.number().abs().max(q.number().abs());
            let unsure = 4.0 * (p.radius() + q.radius() + p.round_off() + q.round_off()) + f64::MIN_POSITIVE;
            !p.is_one_sided() && !q.is_one_sided() && distance > SAME * size + unsure
        };
        if differ(&wide_v, wide_a) || wide_defined.iter().zip(wide_slopes).any(|(p, q)| differ(p, q)) {
            let (at, defined, slopes) = (show(x), show(&defined), show(slopes));
            report.fail(format!(
                "the definition at {at} gives {v:e} and {defined}, where the evaluation gives {a:e} and {slopes}"
            ));
        }
    }

    /// Checks that the slopes have the derivatives that the value's have, on wide numbers and on dual numbers of `f64`.
    fn second_order(&self, x: &[f64], formula: &Formula, report: &mut Report) {
        let op = self.op;
        let moderate = x.iter().all(|x| *x == 0.0 || MODERATE.contains(&x.abs()));
        if formula.is_none() || !moderate || x.len() > 4 {
            return;
        }
        for j in 0..x.len() {
            let axis = exact::axis(x.len(), j);
            let Some((_, slopes)) = exact::formula(op, x, &axis) else { continue };
            let on_floats = slopes_along(op, x, j);
            for i in 0..x.len() {
                let Some((second, error)) = exact::second(op, x, i, j) else { continue };
                let by_rule = slopes[i].slope();
                let size = second.abs().max(by_rule.number().abs());
                let is_known = by_rule.radius() <= 1e-9 * size.max(slopes[i].value().number().abs() * 1e-6);
                if !is_known {
                    continue;
                }
                let tolerance = 4.0 * (error + by_rule.radius()) + 1e-6 * size + f64::MIN_POSITIVE;
                let finding = Finding::new(x, i, by_rule.number(), second, tolerance);
                if !finding.agrees() && by_rule.is_one_sided() {
                    if !by_rule.is_alone() {
                        // |z| inside of a slope: its second derivative at the kink is that of the constant slope
                        report.faults += 1;
                        continue;
                    }
                    let (at, by_rule) = (show(x), by_rule.number());
                    return report.unsure(format!(
                        "the second derivative at {at} is {by_rule:e}, that of one branch of the slope, and the value's is {second:e}"
                    ));
                }
                if !finding.agrees() {
                    report.note(&finding);
                    return report.fail(format!("the second derivative at {} is not that of the value", show(x)));
                }
                let lost = on_floats.as_ref().is_some_and(|slopes| !slopes[i].is_finite());
                if lost && SLOPES.contains(&second.abs()) {
                    return report
                        .fail(format!("the second derivative at {} is not finite, and should be {second:e}", show(x)));
                }
            }
        }
    }

    /// Checks a declared kink: the slope returned is the declared one, lies between the sides, and the sides are as declared.
    fn kink_point(&self, kink: Kink, report: &mut Report) {
        let op = self.op;
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
            let (tolerance, zero) = (&Tolerance::DEFAULT, |slope| Difference { slope, error: 0.0 });
            let sides = match exact::exact(op, &kink.at, i) {
                Exact::Kink { left, right } => Some([left, right]),
                Exact::Known(known) => Some([known.slope; 2]),
                Exact::Jump { .. } | Exact::NotAsked => None,
            };
            let measured = match sides {
                Some(sides) => sides.map(zero),
                None => {
                    let measured = numeric(|t| value(op, &replaced(&kink.at, i, t)), kink.at[i]);
                    [measured.left, measured.right]
                }
            };
            for (measured, declared) in measured.into_iter().zip([left, right]) {
                let side =
                    Finding::new(&kink.at, i, declared, measured.slope, tolerance.of_numeric(declared, measured));
                if !side.agrees() {
                    let slope = side.reference;
                    wrong(&side, format!("beside the kink {at} the slope is {slope:e}, not the {declared} declared"));
                }
            }
        }
        if let Some((a, slopes)) = &found {
            self.one_value(&kink.at, *a, report);
            if !self.directions(&kink.at, slopes, report) {
                verdict = Verdict::Fail;
            }
        }
        report.kinks.push(KinkFinding { kink, verdict });
    }

    /// Checks a declared jump: some argument's value does jump there, and the slope returned in it is 0, unless the slope goes on
    /// through the jump as that of atan2 at its cut.
    fn jump_point(&self, x: &[f64], report: &mut Report) {
        let op = self.op;
        report.points += 1;
        let sides = |i: usize| match exact::exact(op, x, i) {
            Exact::Jump { sides, .. } => Some(sides),
            Exact::NotAsked => {
                let measured = numeric(|t| value(op, &replaced(x, i, t)), x[i]);
                matches!(measured.class, Class::Jump(_)).then_some([f64::NAN; 2])
            }
            Exact::Known(_) | Exact::Kink { .. } => None,
        };
        let jumping: Vec<(usize, [f64; 2])> = (0..x.len()).filter_map(|i| Some((i, sides(i)?))).collect();
        let at = show(x);
        if jumping.is_empty() {
            report.fail(format!("no value jumps at the jump declared at {at}"));
        }
        let found = value_and_slopes(op, x);
        if let Some((a, _)) = &found {
            self.one_value(x, *a, report);
        }
        let slopes = found.map_or_else(Point::new, |(_, slopes)| slopes);
        for (i, sides) in jumping {
            let rule = slopes.get(i).copied().unwrap_or(f64::NAN);
            let goes_on = sides.iter().all(|side| (side - rule).abs() <= SAME * side.abs().max(rule.abs()));
            let returned = Finding::new(x, i, rule, 0.0, 0.0);
            if !(goes_on || returned.agrees()) {
                report.note(&returned);
                report.fail(format!("the slope {rule} returned at the jump {at} is not 0"));
            }
        }
    }

    /// Checks the slopes where the domain ends.
    fn ends(&self, report: &mut Report, tally: &mut Tally) {
        let (op, options) = (self.op, self.options);
        let mut samples = op.samples();
        samples.retain(|x| op.validate(x.len()).is_none());
        for x in samples.iter().take(if op.arity() == Some(1) { 1 } else { 3 }) {
            for i in 0..x.len() {
                let (low, high) = op.domain().bound(i);
                for end in [low, high].into_iter().filter(|end| end.is_finite()) {
                    let x = replaced(x, i, end);
                    if options.contains(&x) && !self.edges().any(|at| *at == x) {
                        self.end(&x, report, tally);
                    }
                }
            }
        }
    }

    /// Checks the slopes at a point where the domain ends along some argument.
    fn end(&self, x: &[f64], report: &mut Report, tally: &mut Tally) {
        let Some((_, slopes)) = value_and_slopes(self.op, x) else { return };
        report.points += 1;
        for (i, &rule) in slopes.iter().enumerate() {
            let (low, high) = self.op.domain().bound(i);
            if x[i] != low && x[i] != high {
                continue;
            }
            let claim = Claim { what: "the slope", at: x, argument: i, slope: rule };
            let outside = |t: f64| t < low || t > high;
            let f = |t: f64| if outside(t) { f64::NAN } else { value(self.op, &replaced(x, i, t)) };
            let judged = judge(&claim, Exact::NotAsked, &f, x[i], &self.options.tolerance);
            match judged.verdict {
                Verdict::Pass => {}
                Verdict::Fail if rule.is_nan() => tally.undecided.push(judged.reason),
                // a slope may grow so slowly that differences take it for one
                Verdict::Fail if rule.is_infinite() && judged.place == Place::Smooth => {
                    tally.undecided.push(judged.reason)
                }
                Verdict::Fail => {
                    judged.finding.iter().for_each(|finding| report.note(finding));
                    report.fail(judged.reason);
                }
                // as it should be
                Verdict::Unsure if rule.is_infinite() && judged.place == Place::Steep => {}
                Verdict::Unsure => tally.undecided.push(judged.reason),
            }
        }
    }

    /// Asks an op of one argument for its slopes at NaN and at ±∞.
    fn not_finite(&self, report: &mut Report) {
        if self.op.arity() != Some(1) || self.op.is_opaque() {
            return;
        }
        let (low, high) = self.options.bounds(self.op.domain().bound(0));
        let infinite = [low, high].into_iter().filter(|end| end.is_infinite());
        for x in infinite.chain([f64::NAN]) {
            self.not_finite_at(&[x], report);
        }
    }

    /// Checks what the slopes are at an argument that is not finite: NaN where the value is, unless they are constant; and where the
    /// value levels off, 0.
    fn not_finite_at(&self, x: &[f64], report: &mut Report) {
        let (op, at) = (self.op, show(x));
        let mut slopes = Point::from_elem(f64::NAN, x.len());
        let Ok(a) = Rule::<f64>::evaluate(op, x, &mut slopes) else { return };
        if x.len() > 1 {
            return;
        }
        report.points += 1;
        let samples: Vec<f64> = op.samples().iter().filter_map(|x| Some(value_and_slopes(op, x)?.1[0])).collect();
        let constant = samples.windows(2).all(|pair| pair[0] == pair[1]);
        let slope = slopes[0];
        if a.is_nan() && x[0].is_nan() && !slope.is_nan() && !constant {
            report.unsure(format!("the slope at NaN is {slope}, where the value is NaN"));
        } else if a.is_finite() && x[0].is_infinite() && slope != 0.0 {
            report.unsure(format!("the slope at {at} is {slope}, where the value has come to {a}"));
        }
    }

    /// Replaces the point of a failure by the simplest that fails alike, and says what the mistake looks like.
    fn explain(&self, failed: &Finding, report: &mut Report) {
        let op = self.op;
        let lost = report.reason.as_ref().is_some_and(|reason| reason.starts_with("loses digits"));
        let judged_at = |x: &[f64]| {
            let (_, slopes) = value_and_slopes(op, x)?;
            let i = failed.argument;
            let (told, finding, _) = self.slope(x, i, slopes[i], &self.formula(x));
            match told {
                Told::Wrong(reason) => finding.map(|finding| (finding, reason)),
                Told::Lost(reason) if lost => finding.map(|finding| (finding, reason)),
                _ => None,
            }
        };
        let allowed = |x: &[f64]| points::has_slope(op, x) && self.options.contains(x);
        let simplest = shrink::simplest(&failed.at, |x| allowed(x).then(|| judged_at(x))?.map(|(finding, _)| finding));
        let finding = simplest.unwrap_or_else(|| failed.clone());
        report.hint = Hint::of(op, &finding);
        report.reproduce = Some(shrink::test(op, &finding.at, self.options.seed));
        let i = finding.argument;
        let found = numeric(|t| value(op, &replaced(&finding.at, i, t)), finding.at[i]);
        report.numeric = Some(found.central).filter(|n| n.error.is_finite());
        if let Some((_, reason)) = judged_at(&finding.at) {
            report.reason = Some(match reason {
                reason if reason.starts_with("the slope at") && !reason.contains("NaN") => {
                    format!("the slope at {} is wrong", show(&finding.at))
                }
                reason => reason,
            });
        }
        report.worst = Some(finding);
    }
}

/// Whether a number has a digit, and is no branch of several.
fn is_rough(ball: Ball) -> bool {
    !ball.is_one_sided() && ball.radius() <= 0.1 * ball.number().abs()
}

/// Whether two numbers are the same to three digits, beside an error bar.
fn is_roughly(a: f64, b: f64, bar: f64) -> bool {
    (a - b).abs() <= bar + 1e-3 * a.abs().max(b.abs())
}

/// The distance that passed, of what was judged.
fn judged_bar(judged: &Judged) -> f64 {
    judged.finding.as_ref().map_or(0.0, |finding| finding.tolerance)
}

/// Whether no argument is near the ends of the exponents.
fn in_range(x: &[f64]) -> bool {
    x.iter().all(|x| *x == 0.0 || RANGE.contains(&x.abs()))
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}

/// The derivative of each slope along one argument, by the rule on dual numbers.
fn slopes_along(op: &dyn DynOp, x: &[f64], j: usize) -> Option<Point> {
    let mut x: Vec<Dual> = x.iter().map(|&x| Dual::constant(x)).collect();
    x[j].tangent = 1.0;
    let mut slopes = vec![Dual::from(0.0); x.len()];
    op.evaluate(&x, &mut slopes).ok()?;
    Some(slopes.iter().map(|s| s.tangent).collect())
}
