//! Derivatives by differences, with an error bar and no step to choose.
//!
//! A ladder of steps, each half of the last, is extrapolated by Neville's scheme (Richardson extrapolation; the choice by
//! error estimate is that of C. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", 1982). Each number in the
//! tableau carries what its neighbours say of its truncation, and the round-off of the values it is made of; the
//! one with the smallest sum is the answer. Steps are the realised ones, (x + h) − x.

/// A derivative and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Difference {
    /// The derivative.
    pub(super) slope: f64,
    /// The error bar.
    pub(super) error: f64,
}

/// Which values a difference is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    Left,
    Both,
    Right,
}

impl Side {
    pub(super) const ALL: [Side; 3] = [Side::Left, Side::Both, Side::Right];
}

impl Difference {
    /// Whether two derivatives differ by more than their error bars.
    pub(super) fn differs(self, other: Difference) -> bool {
        let bar = 4.0 * (self.error + other.error);
        (self.slope - other.slope).abs() > bar + 1e-6 * self.slope.abs().max(other.slope.abs())
    }
}

/// How many steps the ladder has: from ⅛ of |x| (at least ⅛) down to a 2³⁰th of that.
const RUNGS: u32 = 30;
/// How often the extrapolation is applied; further columns only amplify round-off.
const COLUMNS: usize = 6;
/// How many ULP a value may be off.
const VALUE_ULP: f64 = 2.0;

/// The derivative of `f` at `x` from one side or both; infinite error where no step gave a finite number.
pub(super) fn difference(f: impl Fn(f64) -> f64, x: f64, side: Side) -> Difference {
    let order = if side == Side::Both { 4.0 } else { 2.0 };
    let mut best = Candidate::NONE;
    let mut above: Vec<Difference> = vec![];
    let widest = 0.125 * f64::max(1.0, x.abs());
    for rung in 0..RUNGS {
        let h = widest / f64::from(1u32 << rung);
        let left = if side == Side::Right { x } else { x - h };
        let right = if side == Side::Left { x } else { x + h };
        let (low, high, width) = (f(left), f(right), right - left);
        let slope = (high - low) / width;
        if !slope.is_finite() {
            (above, best) = (vec![], Candidate::NONE);
            continue;
        }
        let raw = Difference { slope, error: VALUE_ULP * f64::EPSILON * (low.abs() + high.abs()) / width };
        best.face(raw);
        let row = extrapolate(raw, &above, order);
        for (column, cell) in row.iter().enumerate() {
            // the distance to the cells that this one was made of is what is left of truncation
            let beside = column.checked_sub(1).map(|before| &row[before]);
            let neighbours = beside.into_iter().chain(above.get(column.saturating_sub(1)));
            let truncation = neighbours.map(|n| (cell.slope - n.slope).abs()).reduce(f64::max);
            let error = truncation.map_or(f64::INFINITY, |truncation| truncation + cell.error);
            if error < best.answer.error {
                best = Candidate { answer: Difference { slope: cell.slope, error }, raw: (cell.slope - slope).abs() };
            }
        }
        above = row;
    }
    best.answer
}

/// An answer, and how far the difference of its step is from it.
struct Candidate {
    answer: Difference,
    raw: f64,
}

impl Candidate {
    const NONE: Candidate = Candidate { answer: Difference { slope: f64::NAN, error: f64::INFINITY }, raw: 0.0 };

    /// Holds the answer against the difference of a smaller step. It must not be farther away than that of the answer's own
    /// step was: else a kink or a jump lies between, and steps beyond it agreed by chance.
    fn face(&mut self, raw: Difference) {
        let farther = (raw.slope - self.answer.slope).abs() - raw.error - self.raw;
        self.answer.error = self.answer.error.max(farther);
    }
}

/// A row of the tableau: the difference of one step, then what each column's order of truncation leaves of it. Here an
/// error is round-off alone.
fn extrapolate(first: Difference, above: &[Difference], order: f64) -> Vec<Difference> {
    let mut row = vec![first];
    let mut factor = 1.0;
    for coarse in above.iter().take(COLUMNS - 1) {
        factor *= order;
        let fine = row[row.len() - 1];
        row.push(Difference {
            slope: fine.slope + (fine.slope - coarse.slope) / (factor - 1.0),
            error: (factor * fine.error + coarse.error) / (factor - 1.0),
        });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_bar_holds() {
        for i in -40..=40 {
            let x = 0.3 * f64::from(i);
            for (f, df) in [(f64::sin as fn(f64) -> f64, x.cos()), (f64::exp, x.exp()), (|x| x * x * x, 3.0 * x * x)] {
                let d = difference(f, x, Side::Both);
                assert!((d.slope - df).abs() <= d.error, "{d:?} at {x}, not {df}");
                assert!(d.error <= 1e-8 * (1.0 + df.abs()), "{d:?} at {x}");
            }
        }
    }

    #[test]
    fn the_sides_of_a_kink_are_told_apart() {
        assert_eq!(difference(f64::abs, 0.0, Side::Left).slope, -1.0);
        assert_eq!(difference(f64::abs, 0.0, Side::Right).slope, 1.0);
        let near = difference(|x| if x > 1e-6 { x - 1e-6 } else { 0.0 }, 0.0, Side::Both);
        assert!(near.slope.abs() <= near.error && near.error < 1e-6, "{near:?}");
    }

    #[test]
    fn an_edge_of_the_domain_only_shortens_the_ladder() {
        let d = difference(f64::ln, 1e-4, Side::Both);
        assert!((d.slope - 1e4).abs() <= d.error && d.error < 1e-2, "{d:?}");
        assert_eq!(difference(|_| f64::NAN, 1.0, Side::Both).error, f64::INFINITY);
    }
}
