//! The points where an op has no derivative of the ordinary kind: kinks, jumps, ends of the domain, and numbers that are not finite.

use super::slope::SAME;
use super::subject::Subject;
use super::tally::Tally;
use crate::check::at_point::{replaced, value, value_and_slopes};
use crate::check::judge::{Claim, Place, judge};
use crate::check::oracle::bar::Difference;
use crate::check::oracle::difference::{Class, numeric};
use crate::check::oracle::dual::{self, Exact};
use crate::check::report::{Finding, KinkFinding, Report, Verdict, show};
use crate::check::tolerance::Tolerance;
use crate::graph::Rule;
use crate::op::{Kink, Point};

impl Subject<'_> {
    /// Checks a declared kink: the slope returned is the declared one, lies between the sides, and the sides are as declared.
    pub fn kink_point(&self, kink: Kink, report: &mut Report) {
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
            let sides = match dual::exact(op, &kink.at, i) {
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
    pub fn jump_point(&self, x: &[f64], report: &mut Report) {
        let op = self.op;
        report.points += 1;
        let sides = |i: usize| match dual::exact(op, x, i) {
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
    pub fn ends(&self, report: &mut Report, tally: &mut Tally) {
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
    pub fn end(&self, x: &[f64], report: &mut Report, tally: &mut Tally) {
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
    pub fn not_finite(&self, report: &mut Report) {
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
    pub fn not_finite_at(&self, x: &[f64], report: &mut Report) {
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
}
