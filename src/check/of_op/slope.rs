//! What is said of one slope of a rule at one point.

use super::subject::{Formula, Subject, in_range};
use crate::check::at_point::{replaced, value};
use crate::check::judge::{Claim, Judged, Place, is_between, judge};
use crate::check::oracle::dual::{self, Exact, Known};
use crate::check::report::{Finding, Verdict, show};
use crate::real::Ball;

/// The magnitudes of slopes that are not about to over- or underflow.
pub(super) const SLOPES: std::ops::Range<f64> = 1e-150..1e150;

/// A slope below, relative to the largest, is in a tail.
const TAIL: f64 = 1e-9;

/// How far round-off may move a slope near its root, relative to the slopes nearby.
const ROOT: f64 = 1e-12;

/// How far apart two formulas are that are the same, relative to the larger.
pub(super) const SAME: f64 = 1e-10;

/// What is said of one slope at one point.
pub(super) enum Told {
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

impl Subject<'_> {
    /// Judges the slope by one argument.
    pub fn slope(&self, x: &[f64], i: usize, rule: f64, formula: &Formula) -> (Told, Option<Finding>, Judged) {
        let (op, tolerance) = (self.op, &self.options.tolerance);
        let claim = Claim { what: "the slope", at: x, argument: i, slope: rule };
        let exact = match dual::exact(op, x, i) {
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
                let around = |t| value(op, &replaced(x, i, t));
                let judged = if known.value.is_tabled() && known.is_steady() && self.can_be_measured(x, i) {
                    judged.beside_differences(&claim, &around, x[i], tolerance, || false)
                } else {
                    judged
                };
                if judged.place == Place::Contradicted {
                    return (Told::Wrong(judged.reason.clone()), judged.finding.clone(), judged);
                }
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
        let at = |factor: f64| match dual::exact(self.op, &replaced(x, i, x[i] * factor), i) {
            Exact::Known(known) => known.slope.abs(),
            _ => f64::NAN,
        };
        slope.abs() < TAIL * self.largest(x.len(), i) && at(1.125) < slope.abs() && slope.abs() < at(0.875)
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
        let slope = dual::line(self.op, x, &dual::axis(x.len(), i)).at(0.0).map(|here| here.slope());
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
        let beside = |step: f64| match dual::exact(self.op, &replaced(x, i, x[i] + step * x[i].abs().max(0.125)), i) {
            Exact::Known(known) => {
                (known.slope - claim.slope).abs()
                    <= 1e-2 * known.slope.abs().max(claim.slope.abs()) + 1e-2 * known.scale
            }
            _ => false,
        };
        [2f64.powi(-14), 2f64.powi(-18)].into_iter().any(|step| beside(step) && beside(-step))
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
