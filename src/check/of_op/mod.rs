//! Checking a rule: its slope at points where the op has a derivative, at its kinks, at its jumps, and where its domain ends.
//!
//! Start with [`check`], which goes over the points. `smooth.rs` and `edges.rs` look at one point of each kind, `slope.rs` at one slope of
//! it; `formulas.rs` and `directions.rs` hold the slopes of a point against each other.

mod directions;
mod edges;
mod formulas;
mod slope;
mod smooth;
mod subject;
mod tally;

use crate::check::at_point::{replaced, value, value_and_slopes};
use crate::check::hint::Hint;
use crate::check::options::Options;
use crate::check::oracle::difference::numeric;
use crate::check::oracle::dual;
use crate::check::points;
use crate::check::report::{Finding, Report, Verdict, show};
use crate::check::shrink;
use crate::graph::DynOp;
use slope::Told;
use subject::Subject;
use tally::Tally;

/// The whole check of an op.
pub(in crate::check) fn check(op: &dyn DynOp, options: &Options) -> Report {
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
    if dual::is_wide(x) && dual::slopes_tried(op, x).is_some() {
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

impl Subject<'_> {
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
