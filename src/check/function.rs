//! Checking the gradient of a whole function.

use super::compare::{Comparison, Outcome, exact_tolerance};
use super::difference::{Class, Difference, numeric};
use super::of_op::replaced;
use super::report::{Finding, KinkFinding, Report, Verdict, show};
use crate::op::{Kink, Point};
use crate::tape::{Tape, Var};

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
        let numeric = numeric(|t| value(&replaced(x, i, t)), x[i]);
        report.points += 1;
        kink.left.push(numeric.left.slope);
        kink.right.push(numeric.right.slope);
        kink.slope.push(rule);
        if numeric.class == Class::Kink {
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
