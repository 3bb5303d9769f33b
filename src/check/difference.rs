//! Derivatives by differences, with an error bar and no step to choose.
//!
//! A ladder of steps, each half of the last, is extrapolated by Neville's scheme (Richardson extrapolation; the choice by
//! error estimate is that of C. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", 1982). Each number in the
//! tableau carries what its neighbours say of its truncation, and the noise of the values it is made of, which is
//! measured; the one with the smallest sum is the answer. Steps are the realised ones, (x + h) − x.

/// A derivative and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The derivative.
    pub slope: f64,
    /// The error bar; infinite if nothing could be found out.
    pub error: f64,
}

impl Difference {
    const NONE: Difference = Difference { slope: f64::NAN, error: f64::INFINITY };

    /// Whether two derivatives differ by more than their error bars.
    pub(super) fn differs(self, other: Difference) -> bool {
        let bar = 4.0 * (self.error + other.error);
        (self.slope - other.slope).abs() > bar + 1e-6 * self.slope.abs().max(other.slope.abs())
    }
}

/// Which values a difference is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Left,
    Both,
    Right,
}

/// What kind of point a function of one number has, as far as its values tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// The slopes on both sides agree.
    Smooth,
    /// There are values on the right alone: the left edge of the domain.
    RightOnly,
    /// There are values on the left alone: the right edge of the domain.
    LeftOnly,
    /// The slopes on the two sides differ.
    Kink,
    /// The value jumps; by how much, from left to right.
    Jump(f64),
    /// The slope grows without bound towards the point.
    InfiniteSlope,
    /// The function has no finite value here.
    NonFinite,
    /// The values are too rough to tell.
    Unresolved,
}

/// A derivative by differences: of what kind the point is, and the slopes on its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numeric {
    /// The kind of point.
    pub class: Class,
    /// The derivative by central differences; what it is worth depends on the kind.
    pub central: Difference,
    /// The derivative from the left.
    pub left: Difference,
    /// The derivative from the right.
    pub right: Difference,
}

impl Numeric {
    /// The derivative where there is one: of a smooth point, or of the side that an edge of the domain has.
    pub fn slope(&self) -> Option<Difference> {
        match self.class {
            Class::Smooth => Some(self.central),
            Class::RightOnly => Some(self.right),
            Class::LeftOnly => Some(self.left),
            _ => None,
        }
    }

    /// Whether a slope lies between those on the two sides, to within their error bars.
    pub fn contains(&self, slope: f64) -> bool {
        let (left, right, bar) = (self.left.slope, self.right.slope, self.left.error + self.right.error);
        (left.min(right) - bar..=left.max(right) + bar).contains(&slope)
    }
}

/// How many steps the ladder has at most: from ⅛ of |x| (at least ⅛) down to a 2³⁶th of that.
const RUNGS: i32 = 36;
/// How often the extrapolation is applied; further columns only amplify noise.
const COLUMNS: usize = 6;
/// How many of the last differences show how a one-sided difference grows.
const TREND: usize = 6;
/// How many ULP a value may be off, at the least.
const VALUE_ULP: f64 = 2.0;

/// The derivative of `f` at `x` by differences.
pub(super) fn numeric(f: impl Fn(f64) -> f64, x: f64) -> Numeric {
    let here = f(x);
    let ladder = Ladder::climb(&f, x, here);
    let [left, central, right] = [Side::Left, Side::Both, Side::Right].map(|side| ladder.extrapolate(side));
    let finite = |side| ladder.slopes(side).count() > COLUMNS;
    let (on_left, on_right) = (finite(Side::Left), finite(Side::Right));
    let [from_left, from_right] = [Side::Left, Side::Right].map(|side| ladder.trend(side));
    let class = if !here.is_finite() || !(on_left || on_right) {
        Class::NonFinite
    } else if (from_left == Trend::Jump || from_right == Trend::Jump) && ladder.leap() > 32.0 * ladder.noise {
        Class::Jump(ladder.jump())
    } else if from_left == Trend::Infinite || from_right == Trend::Infinite {
        Class::InfiniteSlope
    } else if !on_left {
        Class::RightOnly
    } else if !on_right {
        Class::LeftOnly
    } else if left.error.is_finite() && right.error.is_finite() && left.differs(right) {
        Class::Kink
    } else if central.error.is_finite() {
        Class::Smooth
    } else {
        Class::Unresolved
    };
    Numeric { class, central, left, right }
}

/// The values of a function on both sides of a point, at steps that halve.
struct Ladder {
    rungs: Vec<Rung>,
    here: f64,
    /// How far a value may be off.
    noise: f64,
}

struct Rung {
    below: f64,
    above: f64,
    /// The realised steps.
    steps: [f64; 2],
}

/// How a one-sided difference behaves as its step shrinks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trend {
    Settles,
    /// It doubles with every halving: the value does not come near.
    Jump,
    /// It grows by a constant factor below 2, as that of a root does.
    Infinite,
}

impl Ladder {
    fn climb(f: &impl Fn(f64) -> f64, x: f64, here: f64) -> Self {
        let widest = 0.125 * f64::max(1.0, x.abs());
        let resolution = 8.0 * f64::EPSILON * x.abs();
        let rungs = (0..RUNGS)
            .map(|rung| widest * 2f64.powi(-rung))
            .take_while(|&h| h > resolution)
            .map(|h| Rung { below: f(x - h), above: f(x + h), steps: [x - (x - h), (x + h) - x] })
            .collect();
        let round_off = VALUE_ULP * f64::EPSILON * here.abs();
        Ladder { rungs, here, noise: round_off.max(noise(f, x)) }
    }

    /// The finite differences of one side, from the widest step on, with the noise of each.
    fn slopes(&self, side: Side) -> impl Iterator<Item = Difference> {
        self.rungs.iter().map(move |rung| self.slope(rung, side)).filter(|d| d.slope.is_finite())
    }

    fn slope(&self, rung: &Rung, side: Side) -> Difference {
        let (low, high, width) = match side {
            Side::Left => (rung.below, self.here, rung.steps[0]),
            Side::Both => (rung.below, rung.above, rung.steps[0] + rung.steps[1]),
            Side::Right => (self.here, rung.above, rung.steps[1]),
        };
        let round_off = VALUE_ULP * (f64::EPSILON * low.abs().max(high.abs())).max(f64::from_bits(1));
        Difference { slope: (high - low) / width, error: 2.0 * self.noise.max(round_off) / width }
    }

    /// The best number of the tableau.
    fn extrapolate(&self, side: Side) -> Difference {
        let order = if side == Side::Both { 4.0 } else { 2.0 };
        let mut best = Candidate::NONE;
        let mut above: Vec<Difference> = vec![];
        for rung in &self.rungs {
            let raw = self.slope(rung, side);
            if !raw.slope.is_finite() {
                // an edge of the domain: only what lies nearer counts
                (above, best) = (vec![], Candidate::NONE);
                continue;
            }
            best.face(raw);
            let row = tableau_row(raw, &above, order);
            for (column, cell) in row.iter().enumerate() {
                // the distance to the cells that this one was made of is what is left of truncation
                let beside = column.checked_sub(1).map(|before| &row[before]);
                let neighbours = beside.into_iter().chain(above.get(column.saturating_sub(1)));
                let truncation = neighbours.map(|n| (cell.slope - n.slope).abs()).reduce(f64::max);
                let error = truncation.map_or(f64::INFINITY, |truncation| truncation + cell.error);
                if error < best.answer.error {
                    let answer = Difference { slope: cell.slope, error };
                    best = Candidate { answer, raw: (cell.slope - raw.slope).abs() };
                }
            }
            above = row;
        }
        best.answer
    }

    /// How far the value jumps from left to right, with the slope on the sides taken out.
    fn jump(&self) -> f64 {
        self.limit(|rung| rung.above - rung.below)
    }

    /// How far the value at the point is from those on its sides, at the most.
    fn leap(&self) -> f64 {
        self.limit(|rung| rung.above - self.here).abs().max(self.limit(|rung| rung.below - self.here).abs())
    }

    /// What something that is measured on a rung comes to as the step shrinks, on a straight line through the last two.
    fn limit(&self, measure: impl Fn(&Rung) -> f64) -> f64 {
        match &self.rungs[..] {
            [.., wide, narrow] => 2.0 * measure(narrow) - measure(wide),
            _ => f64::NAN,
        }
    }

    /// How the differences of one side go on, from what each adds to the one before, as long as it stands clear of the noise.
    fn trend(&self, side: Side) -> Trend {
        let slopes: Vec<Difference> = self.slopes(side).collect();
        let added = slopes.windows(2).map(|pair| (pair[1].slope - pair[0].slope, pair[1].error));
        let clear: Vec<f64> =
            added.filter(|(added, noise)| added.abs() > 64.0 * noise).map(|(added, _)| added).collect();
        let Some(last) = clear.len().checked_sub(TREND).map(|from| &clear[from..]) else { return Trend::Settles };
        let ratios = last.windows(2).map(|pair| pair[1] / pair[0]);
        let (least, most) = ratios.fold((f64::INFINITY, 0.0), |(l, m): (f64, f64), r| (l.min(r), m.max(r)));
        if least > 1.999 {
            Trend::Jump
        } else if least > 1.01 && most - least < 0.02 * (most - 1.0) {
            Trend::Infinite
        } else {
            Trend::Settles
        }
    }
}

/// An answer, and how far the difference of its step is from it.
struct Candidate {
    answer: Difference,
    raw: f64,
}

impl Candidate {
    const NONE: Candidate = Candidate { answer: Difference::NONE, raw: 0.0 };

    /// Holds the answer against the difference of a smaller step. It must not be farther away than that of the answer's own
    /// step was: else a kink or a jump lies between, and steps beyond it agreed by chance.
    fn face(&mut self, raw: Difference) {
        let farther = (raw.slope - self.answer.slope).abs() - raw.error - self.raw;
        self.answer.error = self.answer.error.max(farther);
    }
}

/// A row of the tableau: the difference of one step, then what each column's order of truncation leaves of it. Here an
/// error is noise alone.
fn tableau_row(first: Difference, above: &[Difference], order: f64) -> Vec<Difference> {
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

/// How far the values of a function are off: of its two sides the better, since a jump is no noise.
pub(super) fn noise(f: &impl Fn(f64) -> f64, x: f64) -> f64 {
    // the round-off of f64 shows at any spacing, that of f32 only if the values are not too close together
    let side = |direction: f64| {
        let size = f64::max(x.abs(), 2f64.powi(-10));
        let spacings = [-40, -30, -20].map(|e| (size * 2f64.powi(e)).min(2f64.powi(-10)));
        spacings.map(|spacing| noise_at(f, x, direction * spacing)).into_iter().fold(0.0, f64::max)
    };
    side(1.0).min(side(-1.0))
}

/// The standard deviation of the values beside x, from a table of differences (J. Moré and S. Wild, "Estimating computational
/// noise", 2011). The values are so close together that the function is a cubic to the last digit; so higher differences
/// are noise, and the mean square of those of order k is the variance times (2k)! / (k!)².
fn noise_at(f: &impl Fn(f64) -> f64, x: f64, spacing: f64) -> f64 {
    const VALUES: i32 = 8;
    let mut table: Vec<f64> = (1..=VALUES).map(|i| f(x + spacing * f64::from(i))).collect();
    let (mut scale, mut deviation) = (1.0, 0.0);
    for order in 1..VALUES - 1 {
        table = table.windows(2).map(|pair| pair[1] - pair[0]).collect();
        scale *= f64::from(4 * order - 2) / f64::from(order);
        if order >= 4 {
            let mean_square = table.iter().map(|d| d * d).sum::<f64>() / table.len() as f64;
            deviation = f64::max(deviation, (mean_square / scale).sqrt());
        }
    }
    if deviation.is_finite() { deviation } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_bar_holds() {
        for i in -40..=40 {
            let x = 0.3 * f64::from(i);
            for (f, df) in [(f64::sin as fn(f64) -> f64, x.cos()), (f64::exp, x.exp()), (|x| x * x * x, 3.0 * x * x)] {
                let d = numeric(f, x);
                assert_eq!(d.class, Class::Smooth, "{d:?} at {x}");
                assert!((d.central.slope - df).abs() <= d.central.error, "{d:?} at {x}, not {df}");
                assert!(d.central.error <= 1e-8 * (1.0 + df.abs()), "{d:?} at {x}");
            }
        }
    }

    #[test]
    fn points_are_told_apart() {
        let class = |f: fn(f64) -> f64, x| numeric(f, x).class;
        assert_eq!(class(f64::sin, 1e3), Class::Smooth);
        assert_eq!(class(|_| 3.0, 1.0), Class::Smooth);
        assert_eq!(class(|x| x * x.abs(), 0.0), Class::Smooth);
        assert_eq!(class(f64::abs, 0.0), Class::Kink);
        assert_eq!(class(|x| x.max(2.0), 2.0), Class::Kink);
        assert_eq!(class(f64::floor, 2.0), Class::Jump(1.0));
        assert_eq!(class(f64::signum, 0.0), Class::Jump(2.0));
        assert_eq!(class(f64::cbrt, 0.0), Class::InfiniteSlope);
        assert_eq!(class(f64::sqrt, 0.0), Class::InfiniteSlope);
        assert_eq!(class(|x| x.powf(1.5), 0.0), Class::RightOnly);
        assert_eq!(class(|x| (1.0 - x).powf(1.5), 1.0), Class::LeftOnly);
        assert_eq!(class(f64::ln, -1.0), Class::NonFinite);
        assert_eq!(class(f64::recip, 0.0), Class::NonFinite);
        // what a softplus with a threshold does at it
        let Class::Jump(by) = class(|x| if x > 20.0 { x } else { x + (-x).exp().ln_1p() }, 20.0) else { panic!() };
        assert!((by + 2.0611536181902037e-9).abs() < 1e-14, "{by:e}");
    }

    #[test]
    fn a_kink_nearby_does_not_disturb() {
        for offset in [1e-3, 1e-6, 1e-9] {
            let near = numeric(|x| if x > offset { x - offset } else { 0.0 }, 0.0);
            assert!(near.central.slope.abs() <= near.central.error && near.central.error < 1e-3, "{near:?}");
        }
    }

    #[test]
    fn noise_is_measured() {
        // a function known to single precision only
        let rough = |x: f64| f64::from((x.sin() * 1.7) as f32);
        let d = numeric(rough, 0.7).central;
        assert!((d.slope - 1.7 * 0.7f64.cos()).abs() <= d.error && d.error > 1e-7, "{d:?}");
        assert!(noise(&|x: f64| x * x, 0.7) < 1e-16);
    }

    #[test]
    fn an_edge_of_the_domain_only_shortens_the_ladder() {
        let d = numeric(f64::ln, 1e-4).central;
        assert!((d.slope - 1e4).abs() <= d.error && d.error < 1e-2, "{d:?}");
        assert_eq!(numeric(|_| f64::NAN, 1.0).class, Class::NonFinite);
    }
}
