//! Checking the gradient of a whole function.

use super::compare::{Comparison, Outcome, coarse_tolerance, exact_tolerance};
use super::difference::{Class, Difference, numeric};
use super::of_op::{check_at, replaced};
use super::points::Random;
use super::report::{Finding, KinkFinding, Located, Report, Verdict, show};
use crate::op::{Kink, Point};
use crate::tape::{Gradient, Node, Tape, Var};
use std::panic::Location;

/// How many random directions a gradient is held against.
const DIRECTIONS: usize = 4;

/// Checks the gradient of a whole function at a point: against its recording run on dual numbers through the value of
/// every op, and against differences of the function along each input and along random directions.
///
/// Where it fails, the first op of the recording whose own rule is wrong is [located](Report::located). At a kink of the function
/// the gradient must lie between the slopes on the two sides, and the kink is reported. Where the rules are right beside the
/// point and not at it, the verdict is [`Verdict::Unsure`]: kinks of several ops met, and the slopes chosen there do not add up to
/// a derivative.
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
    if value(x).to_bits() != value(x).to_bits() {
        report.fail("the function gives another value when it is asked again; is something random in it?".to_owned());
        return report;
    }
    let gradient = gradient_by_rules_and_duals(&f, x);
    let mut kink = Kink {
        at: Point::from_slice(x),
        left: Point::new(),
        right: Point::new(),
        slope: Point::new(),
        elsewhere: vec![],
    };
    let mut kink_verdict = None;
    for (i, &(rule, exact)) in gradient.iter().enumerate() {
        let numeric = numeric(|t| value(&replaced(x, i, t)), x[i]);
        report.points += 1;
        kink.left.push(numeric.left.slope);
        kink.right.push(numeric.right.slope);
        kink.slope.push(rule);
        if let Class::Kink | Class::Jump(_) = numeric.class {
            let verdict = if numeric.contains(rule) { Verdict::Pass } else { Verdict::Fail };
            kink_verdict = Some(if kink_verdict == Some(Verdict::Fail) { Verdict::Fail } else { verdict });
            continue;
        }
        let comparison = Comparison::new(x, i, rule, exact, Some(numeric.central));
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
            comparison.tell("the gradient", &mut report);
        }
    }
    if let Some(verdict) = kink_verdict {
        let (step, place) = crossing(&f, x).map_or_else(Default::default, |(what, line)| (what, format!(", {line}")));
        if verdict == Verdict::Fail {
            let at = show(x);
            report.fail(format!("the gradient at {at} is outside the slopes on its two sides; {step}{place}"));
        }
        report.kinks.push(KinkFinding { kink, verdict });
    }
    if !forward_is_adjoint_of_reverse(&f, x) {
        report.fail(format!("forward and reverse mode disagree at {}", show(x)));
    }
    if report.passed() && x.len() > 1 {
        directions(&value, x, &gradient, &mut report);
    }
    if report.verdict == Verdict::Fail {
        if let Some((located, wrong)) = locate(&f, x) {
            report.reason = Some(format!("the rule of {} is wrong, at {}", located.op, located.line));
            report.hint = wrong.hint;
            report.located = Some(located);
        }
    }
    report
}

/// Checks the Hessian of a function, forward over reverse on its recording, against differences of the gradient.
///
/// ```
/// use gprime::{check, prelude::*};
/// check::second_order(|x| (x[0] * x[1]).sin() + x[1].gelu(), &[0.7, -1.2]).assert_pass();
/// ```
pub fn second_order(f: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> Report {
    let mut report = Report::new("second order");
    let tape = Tape::new();
    let inputs: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let hessian = match tape.hessian(f(&inputs), &inputs) {
        Ok(hessian) => hessian,
        Err(error) => {
            report.unsure(error.to_string());
            return report;
        }
    };
    let slope = |x: &[f64], i: usize| {
        let tape = Tape::new();
        let inputs: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
        f(&inputs).backward().get(inputs[i]).unwrap_or(0.0)
    };
    for (i, row) in hessian.iter().enumerate() {
        for (j, &rule) in row.iter().enumerate() {
            report.points += 1;
            let measured = numeric(|t| slope(&replaced(x, j, t), i), x[j]);
            if measured.class == Class::Kink && measured.contains(rule) {
                continue;
            }
            Comparison::new(x, j, rule, None, Some(measured.central)).tell("the second derivative", &mut report);
        }
    }
    report
}

/// Whether the recording run forwards along a direction gives the gradient's product with it, to within the round-off that both
/// may have. Where the product is not a number there is nothing to compare.
fn forward_is_adjoint_of_reverse(f: &impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> bool {
    let tape = Tape::new();
    let inputs: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = f(&inputs);
    let u: Vec<f64> = (0..x.len()).map(|i| 0.5 + 0.3 * (i as f64).sin()).collect();
    let (gradient, magnitudes) = (tape.backward(y), tape.magnitudes(y));
    let along = |g: &Gradient| -> f64 { inputs.iter().zip(&u).map(|(&x, u)| g.get(x).unwrap_or(0.0) * u).sum() };
    let (reverse, bar) = (along(&gradient), 64.0 * f64::EPSILON * along(&magnitudes));
    match tape.jvp(y, &inputs, &u) {
        Ok(forward) if reverse.is_finite() && bar.is_finite() => (forward - reverse).abs() <= bar,
        _ => true,
    }
}

/// Holds the gradient against differences along random directions: a mistake that hides from every axis does not hide there.
/// At a kink the slope along a direction must lie between those forwards and backwards.
fn directions(value: &impl Fn(&[f64]) -> f64, x: &[f64], gradient: &[(f64, Option<Difference>)], report: &mut Report) {
    let mut random = Random(super::SEED);
    for _ in 0..DIRECTIONS {
        let u: Vec<f64> =
            x.iter().map(|_| if random.unit() < 0.5 { -1.0 } else { 1.0 } * (0.5 + random.unit())).collect();
        let along = |t: f64| value(&x.iter().zip(&u).map(|(x, u)| x + t * u).collect::<Vec<_>>());
        let measured = numeric(along, 0.0);
        let slope: f64 = gradient.iter().zip(&u).map(|((g, _), u)| g * u).sum();
        let finding = Finding::new(x, 0, slope, measured.central.slope, coarse_tolerance(slope, measured.central));
        let agrees = match measured.class {
            Class::Smooth => finding.agrees(),
            Class::Kink => measured.contains(slope),
            _ => true,
        };
        if !agrees {
            report.note(&finding);
            report.unsure(format!(
                "along {} the slope is {slope:e}, and differences give {:e}",
                show(&u),
                finding.reference
            ));
        }
    }
}

/// The first node whose own rule is wrong at its arguments.
fn locate(f: &impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> Option<(Located, Report)> {
    let tape = Tape::new();
    f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>());
    (0..tape.len()).find_map(|index| {
        let Node { op, args, line, .. } = tape.node(index);
        let (op, args): (_, Point) = (op?, args.iter().map(|&arg| tape.node(arg).value).collect());
        let report = check_at(&*op, &args);
        let located = Located { op: op.name(), node: index, args, line };
        (report.verdict == Verdict::Fail).then_some((located, report))
    })
}

/// What a small step to either side crosses: a comparison that comes out differently, or an op's kink; and its line.
fn crossing(f: &impl for<'t> Fn(&[Var<'t>]) -> Var<'t>, x: &[f64]) -> Option<(String, &'static Location<'static>)> {
    let [left, right] = [-1e-7, 1e-7].map(|step| {
        let tape = Tape::new();
        f(&x.iter().map(|&x| tape.var(x + step * f64::max(1.0, x.abs()))).collect::<Vec<_>>());
        tape
    });
    let (on_left, on_right) = (left.comparisons(), right.comparisons());
    let flipped = on_left.iter().zip(&on_right).find(|(l, r)| l.held != r.held);
    let kink = || {
        (0..left.len().min(right.len())).find_map(|index| {
            let (node, other) = (left.node(index), right.node(index));
            let (op, &arg) = (node.op?, node.args.first()?);
            let between = |at: f64| {
                let (l, r) = (left.node(arg).value, right.node(other.args[0]).value);
                (l.min(r)..=l.max(r)).contains(&at)
            };
            let kinks = op.kinks();
            let crossed = op.arity() == Some(1) && kinks.iter().any(|kink| between(kink.at[0]));
            crossed.then(|| (format!("{} stands at its kink", op.name()), node.line))
        })
    };
    flipped.map(|(l, _)| ("a comparison comes out differently on the two sides".to_owned(), l.line)).or_else(kink)
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
