//! Gradient checking: is a backward rule right, and where not.
//!
//! This part uses `registry`, `tape`, `op` and `real`. Two references are held against a rule's slope: the op's *value* run
//! on [`Dual`], whose derivatives are written apart from the rules, and differences of the value, which know nothing
//! of derivatives at all. Start with [`op`](fn@op).

use crate::op::{Kink, Op, Point};
use crate::real::Dual;
use crate::registry::Registry;
use crate::tape::{Erased, Fixed, Tape, Var};
use difference::numeric as difference;
use report::show;

mod difference;
mod points;
mod report;

pub use difference::{Class, Difference, Numeric};
pub use report::{Finding, KinkFinding, Report, Verdict};

/// The seed of the random points; the same in every run.
const SEED: u64 = 0x5eed;
/// How far a slope may be from that of the dual numbers beyond their own noise, relative to the larger of the two.
const EXACT_TOLERANCE: f64 = 1e-10;
/// How far a slope may be from a difference beyond the difference's error bar, relative to the larger of the two.
const NUMERIC_TOLERANCE: f64 = 1e-6;

/// Checks an op: its slope at its samples and at random points, against dual numbers and differences; and at each kink that
/// it declares, that the slopes on the sides and the slope returned are those declared.
///
/// ```
/// use gprime::{check, prelude::*};
/// #[derive(Clone)]
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
    erased_with_seed(op, SEED)
}

/// The same with random points from another seed.
pub fn erased_with_seed(op: &dyn Erased, seed: u64) -> Report {
    let mut report = Report::new(op.name());
    for x in points::smooth_points(op, seed) {
        smooth_point(op, &x, &mut report);
    }
    for kink in op.kinks() {
        kink_point(op, kink, &mut report);
    }
    for jump in op.jumps() {
        report.points += 1;
        if !jumps_at(op, &jump) {
            report.fail(format!("no value jumps at the jump declared at {}", show(&jump)));
        }
    }
    if report.points == 0 {
        report.unsure("no sample lies inside the domain".to_owned());
    }
    report
}

/// Checks the gradient of a whole function at a point: against its recording run on dual numbers through the value of
/// every op, and against differences of the function.
///
/// At a kink of the function the gradient must lie between the slopes on the two sides, and the kink is reported. Where the
/// rules agree with dual numbers and the differences do not, the verdict is [`Verdict::Unsure`]: kinks of several ops met,
/// and the slopes chosen there do not add up to a derivative.
///
/// ```
/// use gprime::{check, prelude::*};
/// check::function(|x| (x[0] * x[1]).sin() + x[1].sigmoid(), &[0.7, -1.2]).assert_pass();
/// ```
pub fn function(f: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> Report {
    let mut report = Report::new("function");
    let value = |x: &[f64]| {
        let tape = Tape::new();
        f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>()).value()
    };
    let mut kink = Kink { at: Point::from_slice(x), left: Point::new(), right: Point::new(), slope: Point::new() };
    let mut kink_verdict = None;
    for (i, (rule, exact)) in gradient_by_rules_and_duals(&f, x).into_iter().enumerate() {
        let numeric = difference(|t| value(&replaced(x, i, t)), x[i]);
        report.points += 1;
        kink.left.push(numeric.left.slope);
        kink.right.push(numeric.right.slope);
        kink.slope.push(rule);
        if numeric.class == Class::Kink {
            let verdict = if numeric.contains(rule) { Verdict::Pass } else { Verdict::Fail };
            kink_verdict = Some(if kink_verdict == Some(Verdict::Fail) { Verdict::Fail } else { verdict });
            continue;
        }
        let comparison = Comparison::new(x, i, rule, exact, numeric.central);
        let differs = !matches!(comparison.outcome(), Outcome::Certified | Outcome::Undecided);
        if differs && right_beside(&f, x) {
            // ops stand at their kinks, where dual numbers take one side; the differences of the whole decide
            match &comparison.numeric {
                Some(numeric) if numeric.agrees() && comparison.sharp => report.note(numeric),
                _ => report.unsure(format!(
                    "at {} kinks of several ops meet, and the slopes chosen there do not add up to the derivative {:e}",
                    show(x),
                    numeric.central.slope
                )),
            }
        } else {
            comparison.tell(&mut report);
        }
    }
    if let Some(verdict) = kink_verdict {
        if verdict == Verdict::Fail {
            report.fail(format!("the gradient at the kink {} is outside the slopes on its two sides", show(x)));
        }
        report.kinks.push(KinkFinding { kink, verdict });
    }
    report
}

/// For each input the slope by the rules, and by dual numbers through every op's value, with the round-off to expect.
fn gradient_by_rules_and_duals(
    f: &impl for<'t> Fn(&[Var<'t>]) -> Var<'t>,
    x: &[f64],
) -> Vec<(f64, Option<Difference>)> {
    let tape = Tape::new();
    let inputs: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = f(&inputs);
    let (gradient, magnitudes) = (tape.backward(y), tape.magnitudes(y));
    let slopes = |&input: &Var<'_>| {
        // what was recorded after the output has no adjoint: the output does not depend on it
        let [rule, magnitude] = [&gradient, &magnitudes].map(|g| g.get(input).unwrap_or(0.0));
        let exact = tape.jvp_by_value(y, input).ok();
        (rule, exact.map(|slope| Difference { slope, error: 16.0 * f64::EPSILON * magnitude }))
    };
    inputs.iter().map(slopes).collect()
}

/// Whether the gradient agrees with dual numbers at a point nearby, where no two kinks are likely to meet.
fn right_beside(f: &impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> bool {
    let shift = |(i, &x): (usize, &f64)| x + 1e-6 * f64::max(1.0, x.abs()) * (1.0 + 0.37 * i as f64).sin();
    let beside: Vec<f64> = x.iter().enumerate().map(shift).collect();
    gradient_by_rules_and_duals(f, &beside).into_iter().all(|(rule, exact)| {
        exact.is_some_and(|e| Finding::new(&beside, 0, rule, e.slope, exact_tolerance(rule, e)).agrees())
    })
}

/// Checks the slopes at a point where the op has a derivative.
fn smooth_point(op: &dyn Erased, x: &[f64], report: &mut Report) {
    let Some((_, slopes)) = value_and_slopes(op, x) else { return };
    report.points += 1;
    for (i, &rule) in slopes.iter().enumerate() {
        let numeric = difference(|t| value(op, &replaced(x, i, t)), x[i]);
        Comparison::new(x, i, rule, exact(op, x, i), numeric.central).tell(report);
    }
}

/// Checks a declared kink: the slope returned is the declared one, lies between the sides, and the sides are as declared.
fn kink_point(op: &dyn Erased, kink: Kink, report: &mut Report) {
    report.points += 1;
    let mut verdict = Verdict::Pass;
    let slopes = value_and_slopes(op, &kink.at).map_or_else(Point::new, |(_, slopes)| slopes);
    for i in 0..kink.at.len() {
        let rule = slopes.get(i).copied().unwrap_or(f64::NAN);
        let returned = Finding::new(&kink.at, i, rule, kink.slope[i], f64::EPSILON * kink.slope[i].abs());
        let numeric = difference(|t| value(op, &replaced(&kink.at, i, t)), kink.at[i]);
        let sides = [(numeric.left, kink.left[i]), (numeric.right, kink.right[i])].map(|(measured, declared)| {
            Finding::new(&kink.at, i, declared, measured.slope, tolerance(declared, measured))
        });
        report.note(&returned);
        let at = show(&kink.at);
        if !returned.agrees() {
            verdict = Verdict::Fail;
            report.fail(format!("the slope {rule} returned at the kink {at} is not the {} declared", kink.slope[i]));
        } else if !kink.contains(i, rule) {
            verdict = Verdict::Fail;
            report
                .fail(format!("the slope {rule} at the kink {at} lies outside [{}, {}]", kink.left[i], kink.right[i]));
        }
        for side in sides.iter().filter(|side| !side.agrees()) {
            verdict = Verdict::Fail;
            report.note(side);
            report.fail(format!(
                "beside the kink {at} the slope is {:e}, not the {} declared",
                side.reference, side.rule
            ));
        }
    }
    report.kinks.push(KinkFinding { kink, verdict });
}

/// Whether the value is discontinuous in some argument: it changes more over a tiny step than any slope nearby explains.
fn jumps_at(op: &dyn Erased, x: &[f64]) -> bool {
    (0..x.len()).any(|i| {
        let step = 1e-9 * x[i].abs().max(1.0);
        let at = |t: f64| value(op, &replaced(x, i, x[i] + t));
        let (across, aside) = ((at(step) - at(-step)).abs(), (at(3.0 * step) - at(step)).abs());
        let to_the_point = (at(step) - at(0.0)).abs().max((at(0.0) - at(-step)).abs());
        across.max(to_the_point) > 1e3 * (aside + step)
    })
}

/// A slope held against the references there are.
struct Comparison {
    exact: Option<Finding>,
    numeric: Option<Finding>,
    /// Whether the differences alone are sharp enough to certify.
    sharp: bool,
}

/// What a comparison came to.
#[derive(PartialEq)]
enum Outcome {
    /// The references agree, and are sharp enough to say so.
    Certified,
    ExactDiffers,
    NumericDiffers,
    /// There is no exact reference, and the differences are too rough.
    Undecided,
}

impl Comparison {
    fn new(x: &[f64], argument: usize, rule: f64, exact: Option<Difference>, numeric: Difference) -> Self {
        let size = rule.abs().max(numeric.slope.abs());
        Comparison {
            exact: exact.map(|e| Finding::new(x, argument, rule, e.slope, exact_tolerance(rule, e))),
            numeric: (numeric.error.is_finite())
                .then(|| Finding::new(x, argument, rule, numeric.slope, tolerance(rule, numeric))),
            sharp: numeric.error <= NUMERIC_TOLERANCE * size.max(NUMERIC_TOLERANCE),
        }
    }

    fn outcome(&self) -> Outcome {
        match (&self.exact, &self.numeric) {
            (Some(exact), _) if !exact.agrees() => Outcome::ExactDiffers,
            (_, Some(numeric)) if !numeric.agrees() => Outcome::NumericDiffers,
            (None, _) if !self.sharp => Outcome::Undecided,
            _ => Outcome::Certified,
        }
    }

    /// Enters the outcome into the report.
    fn tell(&self, report: &mut Report) {
        let outcome = self.outcome();
        let deciding = if outcome == Outcome::NumericDiffers { &self.numeric } else { &self.exact };
        let Some(finding) = deciding.as_ref().or(self.numeric.as_ref()) else {
            return report.unsure("no step gave a finite difference".to_owned());
        };
        report.note(finding);
        let at = show(&finding.at);
        match outcome {
            Outcome::Certified => {}
            Outcome::ExactDiffers => report.fail(format!("the slope at {at} is not that of the value")),
            Outcome::NumericDiffers => report.fail(format!("the slope at {at} is not what differences give")),
            Outcome::Undecided => report.unsure(format!("the differences at {at} are too rough to tell")),
        }
    }
}

/// How far a slope may be from that of dual numbers.
fn exact_tolerance(slope: f64, exact: Difference) -> f64 {
    4.0 * exact.error + EXACT_TOLERANCE * slope.abs().max(exact.slope.abs())
}

/// How far a slope may be from a difference.
fn tolerance(slope: f64, numeric: Difference) -> f64 {
    4.0 * numeric.error + NUMERIC_TOLERANCE * slope.abs().max(numeric.slope.abs())
}

/// The point with one of its numbers replaced.
fn replaced(x: &[f64], i: usize, t: f64) -> Point {
    let mut x = Point::from_slice(x);
    x[i] = t;
    x
}

fn value(op: &dyn Erased, x: &[f64]) -> f64 {
    op.value(x).unwrap_or(f64::NAN)
}

/// The value and the slopes at a point; `None` where the value is not finite.
fn value_and_slopes(op: &dyn Erased, x: &[f64]) -> Option<(f64, Point)> {
    let a = value(op, x);
    let mut slopes = Point::from_elem(f64::NAN, x.len());
    op.slope(x, a, &mut slopes).ok()?;
    a.is_finite().then_some((a, slopes))
}

/// The slope by dual numbers run through the value, with its noise: how much the slopes at three points in a row, too
/// close for a smooth slope to bend, are off a straight line. `None` if the op is known only as closures.
fn exact(op: &dyn Erased, x: &[f64], i: usize) -> Option<Difference> {
    let slope = |t: f64| {
        let mut x: Vec<Dual> = replaced(x, i, t).iter().map(|&x| Dual::constant(x)).collect();
        x[i].tangent = 1.0;
        op.value(&x).map(|a: Dual| a.tangent)
    };
    let (here, step) = (slope(x[i]).ok()?, x[i] * 2f64.powi(-30));
    let (before, after) = (slope(x[i] - step).ok()?, slope(x[i] + step).ok()?);
    let noise = (before - 2.0 * here + after).abs();
    Some(Difference { slope: here, error: if noise.is_finite() { noise } else { 0.0 } })
}
