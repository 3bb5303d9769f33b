//! The gradient claimed for a function of several numbers, held against differences along every axis and along random directions.

use super::rule::same;
use crate::check::at_point::replaced;
use crate::check::diagnosis::Sample;
use crate::check::hint::Hint;
use crate::check::judge::{Claim, Judged, Place, judge};
use crate::check::options::Options;
use crate::check::oracle::difference::noise;
use crate::check::oracle::dual::Exact;
use crate::check::random::Random;
use crate::check::report::{KinkFinding, Report, Verdict, show};
use crate::op::{Kink, Point};

/// How many random directions are asked.
const DIRECTIONS: usize = 3;
/// How the remainder of a wrong gradient falls, and how that of a right one does, lie on either side.
const RATE: f64 = 1.5;

/// A function of several numbers and the gradient claimed for it.
pub(super) struct Scalar<'a> {
    /// The gradient's name.
    pub what: &'a str,
    pub f: &'a dyn Fn(&[f64]) -> f64,
    pub gradient: &'a dyn Fn(&[f64]) -> Vec<f64>,
    pub options: &'a Options,
}

impl Scalar<'_> {
    pub fn check(&self, x: &[f64], random: &mut Random, report: &mut Report) {
        let g = (self.gradient)(x);
        if g.len() != x.len() {
            return report.fail(format!("{} has {} numbers, and there are {} inputs", self.what, g.len(), x.len()));
        }
        if repeats(self.gradient, x, report) && self.axes(x, &g, report) {
            self.directions(x, &g, random, report);
        }
    }

    /// Checks along each axis; whether directions have something to add.
    fn axes(&self, x: &[f64], g: &[f64], report: &mut Report) -> bool {
        let along = |i: usize| {
            let claim = Claim { what: self.what, at: x, argument: i, slope: g[i] };
            judge(&claim, Exact::NotAsked, &|t| (self.f)(&replaced(x, i, t)), x[i], &self.options.tolerance)
        };
        let judged: Vec<Judged> = (0..x.len()).map(along).collect();
        report.points += judged.len();
        for finding in judged.iter().filter_map(|axis| axis.finding.as_ref()) {
            report.note(finding);
        }
        let failed = judged.iter().find(|axis| axis.verdict == Verdict::Fail);
        if let Some(finding) = failed.and_then(|axis| axis.finding.as_ref()).filter(|_| report.hint.is_none()) {
            report.hint = Hint::explaining(&Sample::beside(self.f, self.gradient, finding));
        }
        let at_kink = |axis: &&Judged| matches!(axis.place, Place::Kink(_));
        let side = |axis: &Judged, right: bool| match axis.numeric {
            Some(numeric) if right => numeric.right.slope,
            Some(numeric) => numeric.left.slope,
            None => f64::NAN,
        };
        if let Some(kink) = judged.iter().find(at_kink) {
            let worst = judged.iter().filter(at_kink).map(|axis| axis.verdict).find(|v| *v != Verdict::Pass);
            let [left, right]: [Point; 2] = [
                judged.iter().map(|axis| side(axis, false)).collect(),
                judged.iter().map(|axis| side(axis, true)).collect(),
            ];
            let kink_at =
                Kink { at: Point::from_slice(x), left, right, slope: Point::from_slice(g), other_libraries: vec![] };
            report.kinks.push(KinkFinding { kink: kink_at, verdict: worst.unwrap_or(kink.verdict) });
        }
        let smooth = judged.iter().all(|axis| axis.place == Place::Smooth);
        for Judged { verdict, reason, .. } in judged {
            report.take(verdict, reason);
        }
        smooth
    }

    /// Checks along random directions: the slope, and how the remainder of Taylor's formula falls.
    fn directions(&self, x: &[f64], g: &[f64], random: &mut Random, report: &mut Report) {
        for _ in 0..DIRECTIONS {
            let direction = direction(random, x);
            let along = |t: f64| {
                let moved: Vec<f64> = x.iter().zip(&direction).map(|(x, u)| x + t * u).collect();
                (self.f)(&moved)
            };
            let slope = dot(g, &direction);
            let judged = judge(
                &Claim { what: self.what, at: x, argument: 0, slope },
                Exact::NotAsked,
                &along,
                0.0,
                &self.options.tolerance,
            );
            if judged.place != Place::Smooth {
                continue;
            }
            if judged.verdict == Verdict::Fail {
                let u = show(&direction);
                report.fail(format!("{} at {} along {u} is not what differences give", self.what, show(x)));
            }
            let rate = taylor_rate(&along, slope);
            let told = |rate| format!("the remainder of Taylor's formula falls like h^{rate:.2}, and should like h^2");
            match rate.filter(|&rate| rate < RATE) {
                Some(rate) if !report.passed() => return report.explain_further(&told(rate)),
                Some(rate) => return report.unsure(told(rate)),
                None => {}
            }
        }
    }
}

/// The exponent with which f(h) − f(0) − h·slope falls, as long as it stands clear of the noise; `None` if it does not.
fn taylor_rate(f: &dyn Fn(f64) -> f64, slope: f64) -> Option<f64> {
    const LAST: usize = 5;
    let here = f(0.0);
    let noise = noise(&f, 0.0).max(f64::EPSILON * here.abs());
    let remainder = |k: i32| {
        let h = 2f64.powi(-k);
        (f(h) - here - h * slope).abs()
    };
    let clear: Vec<f64> = (3..40).map(remainder).take_while(|r| *r > 64.0 * noise && r.is_finite()).collect();
    let last = &clear[clear.len().checked_sub(LAST)?..];
    Some((last[0] / last[LAST - 1]).log2() / (LAST - 1) as f64)
}

/// A random direction, of steps in proportion to the point. They are powers of two, so that x + tu has no round-off.
fn direction(random: &mut Random, x: &[f64]) -> Vec<f64> {
    let power = |x: &f64| {
        let size = 2f64.powf(x.abs().max(1.0).log2().floor() - (3.0 * random.unit()).floor());
        if random.unit() < 0.5 { -size } else { size }
    };
    x.iter().map(power).collect()
}

/// Whether a function gives the same bits when it is asked again.
pub(super) fn repeats(f: &dyn Fn(&[f64]) -> Vec<f64>, x: &[f64], report: &mut Report) -> bool {
    let repeats = all_same(&f(x), &f(x));
    if !repeats {
        report.fail(format!("there is another answer when it is asked again, at {}", show(x)));
    }
    repeats
}

pub(super) fn all_same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| same(a, b))
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
