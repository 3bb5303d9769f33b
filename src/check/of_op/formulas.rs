//! The rule's formulas beside each other: the definition and the evaluation, and the derivatives of the slopes.

use super::slope::{SAME, SLOPES};
use super::smooth::same_bits;
use super::subject::{Formula, Subject};
use crate::check::at_point::value;
use crate::check::oracle::dual;
use crate::check::report::{Finding, Report, show};
use crate::graph::DynOp;
use crate::op::Point;
use crate::real::{Dual, Witness};

/// The magnitudes at which second derivatives are asked.
const MODERATE: std::ops::Range<f64> = 1e-6..1e6;

impl Subject<'_> {
    /// Checks that the value of an evaluation has the bits of the value that is evaluated alone.
    pub fn one_value(&self, x: &[f64], a: f64, report: &mut Report) {
        let alone = value(self.op, x);
        if !same_bits(&[a], &[alone]) {
            report.fail(format!("evaluate at {} gives the value {a:e}, where evaluate_value gives {alone:e}", show(x)));
        }
    }

    /// Checks that the definition and the evaluation are one function, where the definition is finite: as formulas, since the digits of the
    /// definition are no matter. At a branch of either they may choose otherwise.
    pub fn one_function(&self, x: &[f64], a: f64, slopes: &[f64], formula: &Formula, report: &mut Report) {
        let (op, Some((wide_a, wide_slopes))) = (self.op, formula) else { return };
        let Some((v, defined)) = dual::definition::<f64>(op, x) else { return };
        let Some((wide_v, wide_defined)) = dual::definition::<Witness>(op, x) else { return };
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
    pub fn second_order(&self, x: &[f64], formula: &Formula, report: &mut Report) {
        let op = self.op;
        let moderate = x.iter().all(|x| *x == 0.0 || MODERATE.contains(&x.abs()));
        if formula.is_none() || !moderate || x.len() > 4 {
            return;
        }
        for j in 0..x.len() {
            let axis = dual::axis(x.len(), j);
            let Some((_, slopes)) = dual::formula(op, x, &axis) else { continue };
            let on_floats = slopes_along(op, x, j);
            for i in 0..x.len() {
                let Some((second, error)) = dual::second(op, x, i, j) else { continue };
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
}

/// The derivative of each slope along one argument, by the rule on dual numbers.
fn slopes_along(op: &dyn DynOp, x: &[f64], j: usize) -> Option<Point> {
    let mut x: Vec<Dual> = x.iter().map(|&x| Dual::constant(x)).collect();
    x[j].tangent = 1.0;
    let mut slopes = vec![Dual::from(0.0); x.len()];
    op.evaluate(&x, &mut slopes).ok()?;
    Some(slopes.iter().map(|s| s.tangent).collect())
}
