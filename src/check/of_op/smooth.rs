//! A point where the op has a derivative: its slopes, and their slopes.

use super::slope::Told;
use super::subject::Subject;
use super::tally::Tally;
use crate::check::at_point::value_and_slopes;
use crate::check::judge::Place;
use crate::check::report::{Report, show};

/// The magnitudes at which a right formula seldom loses digits.
const ORDINARY: std::ops::Range<f64> = 0.1..8.0;

impl Subject<'_> {
    /// Checks the slopes, and their slopes, at a point where the op has a derivative.
    pub fn smooth_point(&self, x: &[f64], report: &mut Report, tally: &mut Tally) {
        let op = self.op;
        let Some((a, slopes)) = value_and_slopes(op, x) else { return };
        report.points += 1;
        if value_and_slopes(op, x).is_none_or(|(b, again)| b.to_bits() != a.to_bits() || !same_bits(&again, &slopes)) {
            report.fail(format!("the rule gives another answer when it is asked again, at {}", show(x)));
        }
        let formula = self.formula(x);
        self.one_value(x, a, report);
        let (mut kink, mut jump) = (false, false);
        for (i, &rule) in slopes.iter().enumerate() {
            let (told, finding, judged) = self.slope(x, i, rule, &formula);
            kink |= matches!(judged.place, Place::Kink(_));
            jump |= matches!(judged.place, Place::Jump(_));
            tally.slopes += 1;
            tally.faults += usize::from(judged.fault);
            if let Some(finding) = finding.as_ref().filter(|_| !matches!(told, Told::Undecided(_))) {
                report.note(finding);
                if judged.place == Place::Smooth && judged.numeric.is_none() {
                    report.score(finding);
                }
            }
            match told {
                Told::Right => {}
                Told::Wrong(reason) => {
                    if let Some(finding) = finding {
                        report.failed.get_or_insert(finding);
                    }
                    report.fail(reason);
                }
                Told::Unsure(reason) => report.unsure(reason),
                Told::Undecided(reason) => tally.undecided.push(reason),
                Told::Lost(reason) => {
                    tally.lost.push((reason, finding));
                    tally.lost_where_ordinary += usize::from(x.iter().all(|x| ORDINARY.contains(&x.abs())));
                }
            }
        }
        if kink {
            self.directions(x, &slopes, report);
        } else if !jump {
            self.one_function(x, a, &slopes, &formula, report);
        }
        self.second_order(x, &formula, report);
    }
}

/// Whether two lists are the same, to the bit.
pub(super) fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}
