//! What could not be judged at the points of a check, and what is right but for its digits.

use super::subject::Subject;
use crate::check::report::{Finding, Report};

/// At how many points with arguments of ordinary size a right formula may lose digits.
const FEW: usize = 2;

/// What could not be judged, and what is right but for its digits.
#[derive(Default)]
pub(super) struct Tally {
    pub slopes: usize,
    pub undecided: Vec<String>,
    pub lost: Vec<(String, Option<Finding>)>,
    /// How many of these are at arguments of ordinary size.
    pub lost_where_ordinary: usize,
    /// The points at which the formula of the value had one branch alone.
    pub faults: usize,
}

impl Tally {
    /// Enters what the points come to. A few that cannot be told leave the verdict to the others.
    pub fn tell(mut self, subject: &Subject, report: &mut Report) {
        report.undecided += self.undecided.len();
        report.faults += self.faults;
        if let Some((lost, finding)) = self.lost.first().cloned() {
            // here and there a right formula has no digits; one that has none at many points is not good enough
            if 4 * self.lost.len() > self.slopes || self.lost_where_ordinary > FEW {
                report.failed = report.failed.take().or(finding);
                report.fail(lost);
            } else {
                report.unsure(lost);
            }
        }
        let most = |n: usize| 2 * n > self.slopes;
        let undecided = if subject.op.is_opaque() { !self.undecided.is_empty() } else { most(self.undecided.len()) };
        if undecided {
            report.unsure(self.undecided.swap_remove(0));
        }
    }
}
