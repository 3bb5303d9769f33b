//! The tableau of Neville's scheme: differences of ever smaller steps, and what extrapolating them to the step 0 gives.

use crate::check::oracle::bar::Difference;

/// How often the extrapolation is applied; further columns only amplify noise.
pub(super) const COLUMNS: usize = 6;

/// An answer, and how far the difference of its step is from it.
pub(super) struct Candidate {
    pub answer: Difference,
    pub raw: f64,
    /// How much the slope changes there, per unit.
    pub bend: f64,
}

impl Candidate {
    pub const NONE: Candidate = Candidate { answer: Difference::NONE, raw: 0.0, bend: 0.0 };

    /// Holds the answer against the difference of a smaller step. It must not be farther away than that of the answer's own
    /// step was: else a kink or a jump lies between, and steps beyond it agreed by chance.
    pub fn face(&mut self, raw: Difference) {
        let farther = (raw.slope - self.answer.slope).abs() - raw.error - self.raw;
        self.answer.error = self.answer.error.max(farther);
    }
}

/// A row of the tableau: the difference of one step, then what each column's order of truncation leaves of it; for each column
/// the power of the steps' ratio that cancels. Here an error is noise alone.
pub(super) fn tableau_row(
    first: Difference,
    above: &[Difference],
    powers: impl Iterator<Item = f64>,
) -> Vec<Difference> {
    let mut row = vec![first];
    for (coarse, factor) in above.iter().take(COLUMNS - 1).zip(powers) {
        let fine = row[row.len() - 1];
        row.push(Difference {
            slope: fine.slope + (fine.slope - coarse.slope) / (factor - 1.0),
            error: (factor * fine.error + coarse.error) / (factor - 1.0),
        });
    }
    row
}
