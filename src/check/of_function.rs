//! Checking the gradient of a whole function.
//!
//! One recording and one reverse sweep give the gradient; a second sweep, with the exact slope of every op where its value's formula
//! knows it, gives the exact gradient and how far round-off may move it. Both are of the recording. Only differences of the function
//! itself know what the recording has lost, so they are asked as well: along axes and along random directions.

use super::at_point::replaced;
use super::crossing::{Program, crossing};
use super::guard::Guard;
use super::judge::{Claim, Judged, Place, judge, judge_recorded};
use super::locate::rules;
use super::options::Options;
use super::oracle::bar::Difference;
use super::oracle::difference::Class;
use super::oracle::dual::{self, Exact};
use super::oracle::recording::ExactAdjoints;
use super::random::{DIRECTIONS, Random};
use super::report::{Finding, KinkFinding, Located, Report, Verdict, show};
use crate::graph::{Expr, Node, PrimalRead, Recorder};
use crate::op::{Detach, Kink, Op, Point};
use std::cell::RefCell;
use std::collections::HashSet;

/// Up to so many inputs each is asked along its axis; of more, so many are.
const AXES: usize = 32;
const SAMPLED: usize = 4;
/// How far from a point it is asked again, relative to each input.
const BESIDE: [f64; 2] = [1e-6, 1e-4];
/// So many of the numbers that a program took out of its derivative are named.
const NAMED: usize = 3;

/// Checks the gradient of a whole function at a point: against its recording run on dual numbers through the value of
/// every op, and against differences of the function along inputs and along random directions. Of more than 32 inputs a few are asked
/// along their axes, and all along the directions.
///
/// Where it fails, the first op of the recording whose own rule is wrong is [located](Report::located); if there is none, the
/// recording has lost a part of the function, and what the program took out of it by [`detach`](crate::Real::detach) or
/// [`primal`](crate::function::Number::primal) is named with its line. At a kink of the function
/// the gradient must lie between the slopes on the two sides, and the kink is reported. Where the rules are right beside the
/// point and not at it, the verdict is [`Verdict::Unsure`]: kinks of several ops met, and the slopes chosen there do not add up to
/// a derivative.
///
/// ```
/// use gprime::{check, prelude::*};
/// check::function(|x| (x[0] * x[1]).sin() + x[1].sigmoid(), &[0.7, -1.2]).assert_pass();
///
/// // a factor that is taken out of the recording
/// let report = check::function(|x| x[0] * x[0].primal(), &[0.7]);
/// assert_eq!(report.verdict, check::Verdict::Fail);
/// assert!(report.to_string().contains("x[0] was read as a plain number by `primal` at "));
/// ```
pub fn function(f: impl for<'t> Fn(&[Expr<'t>]) -> Expr<'t>, x: &[f64]) -> Report {
    check(&f, x, &Options::new())
}

impl Options {
    /// Checks the gradient of a function on a tape, as [`check::function`](fn@super::function).
    pub fn function(&self, f: impl for<'t> Fn(&[Expr<'t>]) -> Expr<'t>, x: &[f64]) -> Report {
        check(&f, x, self)
    }
}

/// The check of a function, with options. It is compiled once for all functions, as they stand behind a pointer.
pub(super) fn check(f: Program<'_>, x: &[f64], options: &Options) -> Report {
    let mut report = Report::new("function");
    let (guard, tape) = (Guard::new(options), RefCell::new(Recorder::opening()));
    let value = |x: &[f64]| {
        let run = || {
            // a function that asks for its own check finds the tape in use
            let Ok(mut tape) = tape.try_borrow_mut() else { return value_on(f, &Recorder::opening(), x) };
            tape.reset();
            value_on(f, &tape, x)
        };
        guard.call(x, run).unwrap_or(f64::NAN)
    };
    let (first, second) = (value(x), value(x));
    if first.to_bits() != second.to_bits() && !(first.is_nan() && second.is_nan()) {
        report.fail("the function gives another value when it is asked again; is something random in it?".to_owned());
    }
    if guard.panicked_at(x) {
        guard.tell(x, &mut report);
    }
    if report.verdict == Verdict::Fail {
        return report;
    }
    let gradient = |x: &[f64]| guard.call(x, || gradient_of(f, x));
    if let Some(slopes) = gradient(x) {
        let lost = || what_was_lost(f, x);
        Whole { value: &value, gradient: &gradient, lost: &lost, x, slopes: &slopes, options }.check(&mut report);
        if let Some(KinkFinding { kink, .. }) = report.kinks.iter().find(|kink| kink.verdict == Verdict::Fail) {
            let input = (0..x.len()).find(|&i| !kink.contains(i, kink.slope[i])).unwrap_or(0);
            let crossed = crossing(f, x, input).map_or_else(String::new, |(what, line)| format!("; {what}, {line}"));
            let at = show(x);
            report.reason = Some(format!("the gradient at {at} is outside the slopes on its two sides{crossed}"));
        }
        if !forward_is_adjoint_of_reverse(f, x) {
            report.fail(format!("forward and reverse mode disagree at {}", show(x)));
        }
    }
    guard.tell(x, &mut report);
    if report.verdict == Verdict::Fail
        && let Some((located, wrong)) = wrong_rule_of(f, x)
    {
        report.reason = Some(format!("the rule of {} is wrong, at {}", located.op, located.line));
        report.hint = wrong.hint;
        report.located = Some(located);
    }
    report
}

/// What a recording of a function has lost, in words: the factors that the program took out of it.
fn what_was_lost(f: Program<'_>, x: &[f64]) -> String {
    let tape = Recorder::opening();
    let y = f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>());
    let detached = detached(&tape, tape.index(y));
    if detached.is_empty() {
        return "the recording has lost a part of it, such as a value that was taken out, or has an op mixed up with another".to_owned();
    }
    let (named, more) = detached.split_at(detached.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!("; and so were {} others", more.len()) };
    named.join("; ") + &more
}

/// What a program took out of the derivative of an output, each in words with its line: the arguments of [`Detach`] that the output is made
/// of, then the values that were read, of which nobody knows what they were for.
fn detached(tape: &Recorder, output: Option<usize>) -> Vec<String> {
    let name = |node: usize| {
        let Node { op, line, .. } = tape.node(node);
        op.map_or(format!("x[{node}]"), |op| format!("{}, recorded at {line},", op.name()))
    };
    let needed = output.map_or(vec![], |output| tape.needed(output));
    let of_ops = needed.iter().enumerate().filter(|(_, needed)| **needed).filter_map(|(node, _)| {
        let Node { op, args, line, .. } = tape.node(node);
        op.filter(|op| op.name() == Detach::NAME)
            .map(|_| format!("{} was made a constant by `detach` at {line}", name(args[0])))
    });
    let read =
        |read: PrimalRead| format!("{} was read as a plain number by `primal` at {}", name(read.node), read.line);
    let mut all: Vec<String> = of_ops.chain(tape.primals().into_iter().map(read)).collect();
    let mut seen = HashSet::new();
    all.retain(|text| seen.insert(text.clone()));
    all
}

/// The value of a function on a tape.
fn value_on(f: Program<'_>, tape: &Recorder, x: &[f64]) -> f64 {
    f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>()).value()
}

/// The first op of a function whose own rule is wrong where it was used.
fn wrong_rule_of(f: Program<'_>, x: &[f64]) -> Option<(Located, Report)> {
    let tape = Recorder::opening();
    let y = f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>());
    rules(&tape, tape.index(y)?).find(|(_, report)| report.verdict == Verdict::Fail)
}

/// A slope of a recording: by the rules, and exactly, where it is known.
struct Slope {
    rule: f64,
    exact: Option<Difference>,
}

/// A function, its gradient, and the gradient at the point that is checked.
struct Whole<'a> {
    value: &'a dyn Fn(&[f64]) -> f64,
    gradient: &'a dyn Fn(&[f64]) -> Option<Vec<Slope>>,
    /// What the recording has lost, if something is missing in it.
    lost: &'a dyn Fn() -> String,
    x: &'a [f64],
    slopes: &'a [Slope],
    options: &'a Options,
}

impl Whole<'_> {
    fn check(&self, report: &mut Report) {
        let (x, n) = (self.x, self.x.len());
        let mut random = Random(self.options.seed);
        let axes: Vec<usize> =
            if n <= AXES { (0..n).collect() } else { (0..SAMPLED).map(|_| random.below(n)).collect() };
        let mut sides: Vec<Option<([f64; 2], Verdict)>> = vec![None; n];
        for (i, sides) in sides.iter_mut().enumerate() {
            // every slope by the recording is held against the exact one, at no cost
            let differences = axes.contains(&i);
            if !differences && self.slopes[i].exact.is_none() {
                continue;
            }
            report.points += 1;
            let judged = self.axis(i, differences);
            if let Some(finding) = &judged.finding {
                report.note(finding);
            }
            if let Place::Kink(slopes) = judged.place {
                *sides = Some((slopes, judged.verdict));
            }
            report.take(judged.verdict, judged.reason);
        }
        if let Some(first) = sides.iter().flatten().next() {
            let at = |i: usize, side: usize| sides[i].map_or(self.slopes[i].rule, |(slopes, _)| slopes[side]);
            let kink = Kink {
                at: Point::from_slice(x),
                left: (0..n).map(|i| at(i, 0)).collect(),
                right: (0..n).map(|i| at(i, 1)).collect(),
                slope: self.slopes.iter().map(|slope| slope.rule).collect(),
                other_libraries: vec![],
            };
            let worst = sides.iter().flatten().map(|side| side.1).find(|verdict| *verdict != Verdict::Pass);
            report.kinks.push(KinkFinding { kink, verdict: worst.unwrap_or(first.1) });
        }
        if report.passed() && n > 1 {
            self.directions(&mut random, report);
        }
    }

    /// Judges the slope by one input.
    fn axis(&self, i: usize, differences: bool) -> Judged {
        let (x, slope, tolerance) = (self.x, &self.slopes[i], &self.options.tolerance);
        let along = |t: f64| (self.value)(&replaced(x, i, t));
        let claim = Claim { what: "the gradient", at: x, argument: i, slope: slope.rule };
        let mut judged = judge_recorded(&claim, slope.exact, &along, x[i], tolerance);
        if differences {
            // at a kink the recording is the branch of one side
            judged = judged.beside_differences(&claim, &along, x[i], tolerance, || self.is_kink(i));
        }
        let by_differences = judged.verdict == Verdict::Fail && judged.place == Place::Smooth;
        if let Some(numeric) = judged.numeric.filter(|_| judged.place == Place::Contradicted || by_differences) {
            let by = numeric.slope().map_or(f64::NAN, |d| d.slope);
            (judged.verdict, judged.reason) = self.contradicted(&dual::axis(x.len(), i), by, !by_differences);
        }
        judged
    }

    /// Whether the gradient by an input differs on the two sides of the point.
    fn is_kink(&self, i: usize) -> bool {
        let x = self.x;
        let step = 1e-7 * x[i].abs().max(1.0);
        let [left, right] = [-step, step].map(|step| (self.gradient)(&replaced(x, i, x[i] + step)).map(|g| g[i].rule));
        let Some((left, right)) = left.zip(right) else { return false };
        (left - right).abs() > 1e-5 * left.abs().max(right.abs())
    }

    /// What it means that differences contradict the gradient along a direction, where they give `by`: it is asked again beside the
    /// point. If they contradict it there too, the gradient is not that of the function.
    fn contradicted(&self, direction: &[f64], by: f64, is_exact: bool) -> (Verdict, String) {
        let at = show(self.x);
        let beside = BESIDE.map(|step| self.is_contradicted_beside(direction, step));
        if beside.iter().all(|beside| *beside == Some(true)) {
            let reason = format!(
                "the gradient at {at} is not that of the function, of which differences give {by:e}: {}",
                (self.lost)()
            );
            return (Verdict::Fail, reason);
        }
        let meet = format!(
            "at {at} kinks of several ops meet, and the slopes chosen there do not add up to the derivative {by:e}"
        );
        let misled = format!("the gradient at {at} is that of the recording, and differences give {by:e}");
        (Verdict::Unsure, if is_exact { misled } else { meet })
    }

    /// Whether differences contradict the gradient beside the point as well; `None` if they cannot tell.
    fn is_contradicted_beside(&self, direction: &[f64], step: f64) -> Option<bool> {
        let shift = |(i, &x): (usize, &f64)| x + step * f64::max(1.0, x.abs()) * (1.0 + 0.37 * i as f64).sin();
        let beside: Vec<f64> = self.x.iter().enumerate().map(shift).collect();
        let slopes = (self.gradient)(&beside)?;
        match self.judge_along(&beside, &slopes, direction).1.verdict {
            Verdict::Pass => Some(false),
            Verdict::Fail => Some(true),
            Verdict::Unsure => None,
        }
    }

    /// The gradient's slope at a point along a direction, and what differences say of it.
    fn judge_along(&self, x: &[f64], slopes: &[Slope], direction: &[f64]) -> (f64, Judged) {
        let along = |t: f64| (self.value)(&x.iter().zip(direction).map(|(x, u)| x + t * u).collect::<Vec<_>>());
        let slope = slopes.iter().zip(direction).filter(|(_, u)| **u != 0.0).map(|(g, u)| g.rule * u).sum();
        let claim = Claim { what: "the gradient", at: x, argument: 0, slope };
        (slope, judge(&claim, Exact::NotAsked, &along, 0.0, &self.options.tolerance))
    }

    /// Holds the gradient against differences along random directions: a mistake that hides from every axis does not hide there.
    /// At a kink the slope along a direction must lie between those forwards and backwards.
    fn directions(&self, random: &mut Random, report: &mut Report) {
        let x = self.x;
        for _ in 0..DIRECTIONS {
            let u: Vec<f64> = x
                .iter()
                .map(|x| {
                    let size =
                        (0.5 + random.unit()) * if x.abs() > 1.0 { 2f64.powf(x.abs().log2().floor()) } else { 1.0 };
                    if random.unit() < 0.5 { -size } else { size }
                })
                .collect();
            let Some((slope, by)) = self.contradicted_along(&u) else { continue };
            let (verdict, reason) = self.contradicted(&u, by, self.slopes.iter().all(|slope| slope.exact.is_some()));
            let which = if verdict == Verdict::Fail { self.input_at_fault(&u) } else { None };
            let place = match which {
                Some(i) => format!("by input {}", i + 1),
                None => format!("along {}", show(&u)),
            };
            report.note(&Finding::new(x, which.unwrap_or(0), slope, by, self.options.tolerance.numeric * by.abs()));
            report.take(verdict, format!("{reason}; {place} the slope is {slope:e}, and differences give {by:e}"));
            return;
        }
    }

    /// The gradient's slope along a direction and that by differences, if the second contradicts the first.
    fn contradicted_along(&self, u: &[f64]) -> Option<(f64, f64)> {
        let (slope, judged) = self.judge_along(self.x, self.slopes, u);
        let numeric = judged.numeric.filter(|numeric| matches!(numeric.class, Class::Smooth | Class::Kink))?;
        (judged.verdict == Verdict::Fail).then_some((slope, numeric.central.slope))
    }

    /// The input whose slope makes the differences along a direction contradict the gradient, by halving the direction.
    fn input_at_fault(&self, u: &[f64]) -> Option<usize> {
        let mut range = 0..u.len();
        let part = |range: &std::ops::Range<usize>| {
            let inside = |(i, &u): (usize, &f64)| if range.contains(&i) { u } else { 0.0 };
            u.iter().enumerate().map(inside).collect::<Vec<f64>>()
        };
        while range.len() > 1 {
            let middle = range.start + range.len() / 2;
            let halves = [range.start..middle, middle..range.end];
            range = halves.into_iter().find(|half| self.contradicted_along(&part(half)).is_some())?;
        }
        range.next()
    }
}

/// Checks the Hessian of a function, forward over reverse on its recording, against differences of the gradient.
///
/// ```
/// use gprime::{check, prelude::*};
/// check::second_order(|x| (x[0] * x[1]).sin() + x[1].gelu(), &[0.7, -1.2]).assert_pass();
/// ```
pub fn second_order(f: impl for<'t> Fn(&[Expr<'t>]) -> Expr<'t>, x: &[f64]) -> Report {
    check_second_order(&f, x)
}

/// The check of a Hessian.
fn check_second_order(f: Program<'_>, x: &[f64]) -> Report {
    let mut report = Report::new("second order");
    let options = Options::new();
    let tape = Recorder::opening();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let hessian = match tape.hessian(f(&inputs), &inputs) {
        Ok(hessian) => hessian,
        Err(error) => {
            report.unsure(error.to_string());
            return report;
        }
    };
    let slope = |x: &[f64], i: usize| {
        let tape = Recorder::opening();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
        f(&inputs).backward().get(inputs[i]).unwrap_or(0.0)
    };
    for (i, row) in hessian.iter().enumerate() {
        for (j, &rule) in row.iter().enumerate() {
            report.points += 1;
            let claim = Claim { what: "the second derivative", at: x, argument: j, slope: rule };
            let along = |t: f64| slope(&replaced(x, j, t), i);
            let judged = judge(&claim, Exact::NotAsked, &along, x[j], &options.tolerance);
            if let Some(finding) = &judged.finding {
                report.note(finding);
            }
            report.take(judged.verdict, judged.reason);
        }
    }
    report
}

/// Whether the recording run forwards along a direction gives the gradient's product with it, to within the round-off that both
/// may have. Where the product is not a number there is nothing to compare.
fn forward_is_adjoint_of_reverse(f: Program<'_>, x: &[f64]) -> bool {
    let tape = Recorder::opening();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = f(&inputs);
    let u: Vec<f64> = (0..x.len()).map(|i| 0.5 + 0.3 * (i as f64).sin()).collect();
    let Some(output) = tape.index(y) else { return true };
    let Ok(magnitudes) = tape.magnitudes_in(&tape.recorded_values(), output) else { return true };
    let gradient = tape.backward(y);
    let magnitude = |x: Expr<'_>| tape.index(x).and_then(|x| magnitudes.get(x)).copied().unwrap_or(0.0);
    let along = |g: &dyn Fn(Expr<'_>) -> f64| -> f64 { inputs.iter().zip(&u).map(|(&x, u)| g(x) * u).sum() };
    let (reverse, bar) = (along(&|x| gradient.get(x).unwrap_or(0.0)), 64.0 * f64::EPSILON * along(&magnitude));
    match tape.jvp(y, &inputs, &u) {
        Ok(forward) if reverse.is_finite() && bar.is_finite() => (forward - reverse).abs() <= bar,
        _ => true,
    }
}

/// For each input the slope by the rules, and the exact one.
fn gradient_of(f: Program<'_>, x: &[f64]) -> Vec<Slope> {
    let tape = Recorder::opening();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = f(&inputs);
    let gradient = tape.backward(y);
    let exact = tape.index(y).map_or_else(ExactAdjoints::of_a_constant, |y| ExactAdjoints::of::<f64>(&tape, y));
    // what was recorded after the output has no adjoint: the output does not depend on it
    let slope = |&input: &Expr<'_>| Slope {
        rule: gradient.get(input).unwrap_or(0.0),
        exact: tape.index(input).and_then(|node| exact.at(node)),
    };
    inputs.iter().map(slope).collect()
}
