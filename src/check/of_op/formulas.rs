//! The rule's formulas beside each other: value and slope at once, and the derivatives of the slopes.

use super::slope::{SAME, SLOPES};
use super::subject::{Formula, Subject};
use crate::check::oracle::dual;
use crate::check::report::{Finding, Report, show};
use crate::graph::DynOp;
use crate::op::Point;
use crate::real::Dual;

/// The magnitudes at which second derivatives are asked.
const MODERATE: std::ops::Range<f64> = 1e-6..1e6;

impl Subject<'_> {
    /// Checks that the rule's value and slopes at once are its value and its slopes: as formulas, and to the round-off of another one.
    pub fn at_once(&self, x: &[f64], a: f64, slopes: &[f64], formula: &Formula, report: &mut Report) {
        let op = self.op;
        let mut together = Point::from_elem(f64::NAN, x.len());
        let value = op.value_and_slope(x, &mut together).unwrap_or(f64::NAN);
        let zeros = Point::from_elem(0.0, x.len());
        let pairs = || std::iter::once((value, a)).chain(together.iter().copied().zip(slopes.iter().copied()));
        let exactly =
            |a: f64, b: f64| a == b || (a - b).abs() <= 16.0 * f64::EPSILON * b.abs() || a.is_nan() && b.is_nan();
        let near = pairs().all(|(together, apart)| exactly(together, apart));
        let other = dual::formula(op, x, &zeros, true).zip(formula.as_ref());
        let is_right = match other {
            // only `f64`
            None => near,
            Some(((v, together_wide), (w, slopes_wide))) => {
                let wide = std::iter::once((v, *w)).chain(together_wide.into_iter().zip(slopes_wide.iter().copied()));
                pairs().zip(wide).all(|((together, apart), (p, q))| {
                    let (p, q) = (p.value(), q.value());
                    let distance = (p.wide() - q.wide()).to_f64().abs();
                    let size = p.number().abs().max(q.number().abs());
                    let wrong = distance > SAME * size + 4.0 * (p.radius() + q.radius()) + f64::MIN_POSITIVE;
                    let off = (together - apart).abs() > 16.0 * (p.round_off() + q.round_off()) + f64::MIN_POSITIVE;
                    let nan = together.is_nan() != apart.is_nan() && p.radius().is_finite() && q.radius().is_finite();
                    !wrong && (exactly(together, apart) || !off) && !nan
                })
            }
        };
        if !is_right {
            let (at, together, slopes) = (show(x), show(&together), show(slopes));
            report.fail(format!(
                "value_and_slope at {at} gives {value:e} and {together}, where value and slope give {a:e} and {slopes}"
            ));
        }
    }

    /// Checks that the slopes have the derivatives that the value's have: by `slope` and by `value_and_slope`, on wide numbers, and on
    /// dual numbers of `f64`.
    pub fn second_order(&self, x: &[f64], formula: &Formula, report: &mut Report) {
        let op = self.op;
        let moderate = x.iter().all(|x| *x == 0.0 || MODERATE.contains(&x.abs()));
        if formula.is_none() || !moderate || x.len() > 4 {
            return;
        }
        for j in 0..x.len() {
            let axis = dual::axis(x.len(), j);
            let formulas = [false, true].map(|at_once| dual::formula(op, x, &axis, at_once));
            let on_floats = slopes_along(op, x, j);
            for i in 0..x.len() {
                let Some((second, error)) = dual::second(op, x, i, j) else { continue };
                for (_, slopes) in formulas.iter().flatten() {
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
                        return report.fail(format!(
                            "the second derivative at {} is not finite, and should be {second:e}",
                            show(x)
                        ));
                    }
                }
            }
        }
    }
}

/// The derivative of each slope along one argument, by the rule on dual numbers.
fn slopes_along(op: &dyn DynOp, x: &[f64], j: usize) -> Option<Point> {
    let mut x: Vec<Dual> = x.iter().map(|&x| Dual::constant(x)).collect();
    x[j].tangent = 1.0;
    let a = op.apply(&x).ok()?;
    let mut slopes = vec![Dual::from(0.0); x.len()];
    op.slope(&x, a, &mut slopes).ok()?;
    Some(slopes.iter().map(|s| s.tangent).collect())
}
