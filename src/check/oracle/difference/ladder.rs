//! The values of a function at steps to both sides of a point, and the derivatives that they extrapolate to.

use super::noise::noise_at;
use super::reading::{Class, Reading};
use super::tableau::{COLUMNS, Candidate, tableau_row};
use crate::check::oracle::bar::Difference;

/// Over how many of the smallest steps a value that is level is constant.
const LEVEL: usize = 3;
/// How many of the last differences show how a one-sided difference goes on.
const TREND: usize = 6;
/// What part of the addition before each is at the least where differences settle more slowly than those of a smooth function do: that has a half or less.
const SLOW: f64 = 0.55;
/// How many ULP a value may be off, at the least.
const VALUE_ULP: f64 = 2.0;
/// How many ULP of a value may be lost to cancellation: noise up to that counts as round-off, and more as what the function does.
const LOST_ULP: f64 = 4.0;
/// The spacing, relative to x, up to which that is measured.
const LOCAL: f64 = 0.000_976_562_5;
/// How many ULP of the argument make the slope uncertain, since whoever computes it rounds as well.
const ARGUMENT_ULP: f64 = 2.0;
/// How many rungs lie between two measurements of the noise.
const MEASURED: usize = 8;

/// The values of a function on both sides of a point, from the widest step to the smallest.
pub(super) struct Ladder {
    pub x: f64,
    pub here: f64,
    pub rungs: Vec<Rung>,
    /// The noise at the spacings at which it was measured, from the smallest on; it never falls.
    noise: Vec<Measured>,
    /// How far values and argument are off, relatively, as far as is known beforehand.
    precision: f64,
}

struct Measured {
    spacing: f64,
    noise: f64,
}

pub(super) struct Rung {
    /// The values to the left and to the right.
    pub values: [f64; 2],
    /// The realised steps.
    pub steps: [f64; 2],
    /// How far values as near to each other as these are off, on either side, as measured.
    noise: [f64; 2],
    /// The noise of wider steps that may be round-off at this one too.
    round_off: f64,
}

impl Rung {
    /// How far apart the arguments of a difference are.
    fn width(&self, side: Side) -> f64 {
        let [to_left, to_right] = self.steps;
        match side {
            Side::Left => to_left,
            Side::Both => to_left + to_right,
            Side::Right => to_right,
        }
    }
}

/// Which values a difference is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Left,
    Both,
    Right,
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

/// The exponents of the steps, which are powers of two: from an eighth of x (of 1, if x is smaller) down to a unit in x's last place. They halve about x's
/// own size, and are fewer where they are far from that and from 1. There are none about a number that is not finite.
fn exponents(x: f64) -> Vec<i32> {
    const UNIT: i32 = -45;
    if x == 0.0 {
        return (UNIT..=-3).rev().chain([-55, -70, -90, -120, -160, -200]).collect();
    }
    if !x.is_finite() {
        return vec![];
    }
    let own = x.abs().log2().floor() as i32;
    let (top, bottom) = (own.max(0) - 3, (own - 52).max(-1074));
    let near = top.min(own + 2);
    let about_one = (UNIT.max(near + 1)..=top).rev().step_by(2);
    let between = (near + 1..UNIT).rev().step_by(((UNIT - near) / 8).max(2) as usize);
    about_one.chain(between).chain((bottom..=near).rev()).collect()
}

impl Ladder {
    pub fn climb(f: &dyn Fn(f64) -> f64, x: f64, precision: f64) -> Self {
        let value = |step: f64| if step != 0.0 && step.is_finite() { f(x + step) } else { f64::NAN };
        let rung = |exponent: i32| {
            let h = 2f64.powi(exponent);
            let steps = [x - (x - h), (x + h) - x];
            Rung { values: [value(-steps[0]), value(steps[1])], steps, noise: [0.0; 2], round_off: 0.0 }
        };
        let here = f(x);
        let exponents = if here.is_finite() { exponents(x) } else { vec![] };
        let rungs = exponents.into_iter().map(rung).collect();
        let mut ladder = Ladder { x, here, rungs, noise: vec![], precision };
        ladder.measure_noise(f);
        ladder
    }

    /// Measures the noise at every few spacings. What is found at one holds for every wider step, and for the smaller ones down to the next
    /// spacing at which it was measured.
    fn measure_noise(&mut self, f: &dyn Fn(f64) -> f64) {
        let mut noise = [0.0, 0.0];
        let last = self.rungs.len().saturating_sub(1);
        let measured = |i: usize| i == last || (i > 0 && i.is_multiple_of(MEASURED) && i + MEASURED / 2 < last);
        let mut finer = self.rungs.len();
        for i in (0..self.rungs.len()).rev().filter(|&i| measured(i)) {
            let spacing = self.rungs[i].steps[1];
            for (side, direction) in [-1.0, 1.0].into_iter().enumerate() {
                let found = noise_at(f, self.x, direction * spacing);
                noise[side] = found.map_or(noise[side], |found| found.max(noise[side]));
            }
            self.rungs[i..finer].iter_mut().for_each(|rung| rung.noise = noise);
            self.noise.push(Measured { spacing, noise: noise[0].max(noise[1]) });
            finer = i;
        }
        self.rungs[..finer].iter_mut().for_each(|rung| rung.noise = noise);
        // digits lost to cancellation are noise that values next to each other do not show
        let scale = if self.x == 0.0 { 1.0 } else { self.x.abs() };
        let local = self.noise_within(LOCAL * scale);
        let of_terms = LOST_ULP * local.min(self.unit_of_terms());
        let lost = local.min(LOST_ULP * f64::EPSILON * self.here.abs()).max(of_terms);
        self.rungs.iter_mut().for_each(|rung| rung.round_off = lost);
    }

    /// The derivatives and the kind of point, if values are off by `noise` at the least.
    pub fn read(&self, noise: f64) -> Reading {
        let [left, central, right] = [Side::Left, Side::Both, Side::Right]
            .map(|side| self.extrapolate(side, noise).with_bar_of_at_least(self.rest(side, noise)));
        let finite = |side| self.slopes(side, noise).count() > COLUMNS;
        let (on_left, on_right) = (finite(Side::Left), finite(Side::Right));
        let trends = [Side::Left, Side::Right].map(|side| self.trend(side, noise));
        let class = if !self.here.is_finite() || !(on_left || on_right) {
            Class::NonFinite
        } else if trends.contains(&Trend::Jump) && self.leap() > 32.0 * noise.max(self.least_noise()) {
            Class::Jump(self.jump())
        } else if trends.contains(&Trend::Infinite) {
            Class::InfiniteSlope
        } else if !on_left {
            Class::RightOnly
        } else if !on_right {
            Class::LeftOnly
        } else if left.error.is_finite() && right.error.is_finite() && left.differs(right) {
            if !self.is_kink(right.slope - left.slope, noise) {
                let [left, right] = [left, right].map(|side| side.reaching(central));
                return Reading { class: Class::Smooth, left, central, right, plateau: None };
            }
            Class::Kink
        } else if central.error.is_finite() {
            Class::Smooth
        } else {
            Class::Unresolved
        };
        Reading { class, left, central, right, plateau: None }
    }

    /// The finite differences of one side, from the widest step on, with the noise of each.
    fn slopes(&self, side: Side, noise: f64) -> impl Iterator<Item = Difference> {
        self.rungs.iter().map(move |rung| self.slope(rung, side, noise)).filter(|d| d.slope.is_finite())
    }

    fn slope(&self, rung: &Rung, side: Side, noise: f64) -> Difference {
        self.slope_with(rung, rung.noise, side, noise)
    }

    fn slope_with(&self, rung: &Rung, [on_left, on_right]: [f64; 2], side: Side, noise: f64) -> Difference {
        let ([below, above], width) = (rung.values, rung.width(side));
        let (low, high, measured) = match side {
            Side::Left => (below, self.here, on_left),
            Side::Both => (below, above, on_left.max(on_right)),
            Side::Right => (self.here, above, on_right),
        };
        let slope = (high - low) / width;
        let argument = (f64::EPSILON.max(self.precision) * self.x.abs()).max(f64::from_bits(1));
        let round_off = self.round_off(low.abs().max(high.abs())) + argument * slope.abs();
        Difference { slope, error: 2.0 * measured.max(noise).max(round_off).max(rung.round_off) / width }
    }

    /// How steep the function may be within the step of a rung, if what looks like noise over wider steps alone is what it does.
    fn hidden(&self, rung: &Rung, noise: f64) -> f64 {
        let known =
            (4.0 * noise).max(32.0 * f64::EPSILON * self.size_of_noise(self.steepest())).max(self.known_noise());
        let pairs = self.noise.windows(2).take_while(|pair| pair[0].spacing < rung.steps[1]);
        let appears = pairs.filter(|pair| pair[1].noise > known.max(4.0 * pair[0].noise));
        appears.map(|pair| pair[1].noise / pair[0].spacing).fold(0.0, f64::max)
    }

    /// The noise that follows from the precision.
    pub fn known_noise(&self) -> f64 {
        4.0 * self.precision * self.size_of_noise([self.slope_nearby(); 2])
    }

    /// The unit in the last place of the terms that the value is the sum of, where these are much larger than the value, as large as the values go
    /// apart, and of size 1 at the most: the least by which two values differ, if smaller steps do not change the value. Else 0.
    fn unit_of_terms(&self) -> f64 {
        let is_constant = |side: usize| self.rungs.last().is_some_and(|rung| rung.values[side] == self.here);
        let apart = self.values().map(|value| (value - self.here).abs()).filter(|&apart| apart > 0.0);
        let least = apart.reduce(f64::min).filter(|_| is_constant(0) || is_constant(1));
        let units = f64::EPSILON * 0.125 * self.range()..=f64::EPSILON;
        least.filter(|least| units.contains(least)).unwrap_or(0.0)
    }

    /// What a relative error of values and argument comes to, in units of that error.
    fn size_of_noise(&self, slopes: [f64; 2]) -> f64 {
        let steepest =
            slopes.into_iter().filter(|slope| slope.is_finite()).fold(0.0, |most, slope| slope.abs().max(most));
        self.here.abs() + self.x.abs() * steepest
    }

    /// How far a value of a size is off at the least.
    pub fn round_off(&self, size: f64) -> f64 {
        ((VALUE_ULP * f64::EPSILON).max(self.precision) * size).max(VALUE_ULP * f64::from_bits(1))
    }

    /// The best number of the tableau.
    fn extrapolate(&self, side: Side, noise: f64) -> Difference {
        let mut best = Candidate::NONE;
        let mut above: Vec<Difference> = vec![];
        let mut widths: Vec<f64> = vec![];
        for rung in &self.rungs {
            let mut raw = self.slope(rung, side, noise);
            raw.error = raw.error.max(self.hidden(rung, noise));
            if !raw.slope.is_finite() {
                // an edge of the domain: only what lies nearer counts
                (above, widths, best) = (vec![], vec![], Candidate::NONE);
                continue;
            }
            best.face(raw);
            // a polynomial in h on one side, and in h² on both
            let h = rung.steps[1];
            let powers = widths.iter().rev().map(|wide| if side == Side::Both { (wide / h).powi(2) } else { wide / h });
            let row = tableau_row(raw, &above, powers);
            for (column, cell) in row.iter().enumerate() {
                // the distance to the cells that this one was made of is what is left of truncation
                let beside = column.checked_sub(1).map(|before| &row[before]);
                let neighbours = beside.into_iter().chain(above.get(column.saturating_sub(1)));
                let truncation = neighbours.map(|n| (cell.slope - n.slope).abs()).reduce(f64::max);
                let error = truncation.map_or(f64::INFINITY, |truncation| truncation + cell.error);
                if error < best.answer.error {
                    let answer = Difference { slope: cell.slope, error };
                    best = Candidate {
                        answer,
                        raw: (cell.slope - raw.slope).abs(),
                        bend: self.bend(rung, side, above.first()),
                    };
                }
            }
            above = row;
            widths.push(h);
        }
        let uncertain = ARGUMENT_ULP * f64::EPSILON * self.x.abs() * best.bend;
        Difference { slope: best.answer.slope, error: best.answer.error + uncertain }
    }

    /// Whether the slopes of the smallest steps that stand clear of the noise differ by as much as those extrapolated to.
    fn is_kink(&self, change: f64, noise: f64) -> bool {
        let sides =
            self.rungs.iter().rev().map(|rung| [Side::Left, Side::Right].map(|side| self.slope(rung, side, noise)));
        let clear = sides.filter(|[left, right]| left.error + right.error < 0.125 * change.abs());
        clear.take(3).all(|[left, right]| (right.slope - left.slope - change).abs() < 0.5 * change.abs())
    }

    /// About how much the slope changes over the step of a rung, per unit.
    fn bend(&self, rung: &Rung, side: Side, wider: Option<&Difference>) -> f64 {
        let [left, right] = [Side::Left, Side::Right].map(|side| self.slope(rung, side, 0.0).slope);
        let change = match side {
            Side::Both => right - left,
            Side::Left => wider.map_or(0.0, |wider| 2.0 * (wider.slope - left)),
            Side::Right => wider.map_or(0.0, |wider| 2.0 * (wider.slope - right)),
        };
        if change.is_finite() { change.abs() / rung.steps[1] } else { 0.0 }
    }

    /// How far the value jumps from left to right, with the slope on the sides taken out.
    fn jump(&self) -> f64 {
        self.limit(|rung| rung.values[1] - rung.values[0])
    }

    /// How far the value at the point is from those on its sides, at the most.
    fn leap(&self) -> f64 {
        let [left, right] = [0, 1].map(|side| self.limit(|rung| rung.values[side] - self.here).abs());
        left.max(right)
    }

    /// What something that is measured on a rung comes to as the step shrinks, on a straight line through the last two.
    fn limit(&self, measure: impl Fn(&Rung) -> f64) -> f64 {
        match &self.rungs[..] {
            [.., wide, narrow] => {
                let (from, to) = (measure(wide), measure(narrow));
                to + (to - from) / (wide.steps[1] / narrow.steps[1] - 1.0)
            }
            _ => f64::NAN,
        }
    }

    /// What each difference of a side adds to the one before, where its step is the half of that one's.
    fn added(&self, side: Side, noise: f64) -> Vec<Difference> {
        let halved = |pair: &&[Rung]| pair[0].width(side) == 2.0 * pair[1].width(side);
        // what a root does over wide steps is no noise
        let measured = self.rungs.last().map_or([0.0; 2], |rung| rung.noise);
        let slopes = self.rungs.windows(2).filter(halved);
        let slopes = slopes.map(|pair| [0, 1].map(|i| self.slope_with(&pair[i], measured, side, noise)));
        slopes.map(|[wide, narrow]| Difference { slope: narrow.slope - wide.slope, error: narrow.error }).collect()
    }

    /// How the differences of one side go on.
    fn trend(&self, side: Side, noise: f64) -> Trend {
        let Some((least, most)) = ratios(&self.added(side, noise)) else { return Trend::Settles };
        if least > 1.999 {
            Trend::Jump
        } else if least > 1.01 && most - least < 0.02 * (most - 1.0) {
            Trend::Infinite
        } else {
            Trend::Settles
        }
    }

    /// How far the differences of a side have still to go, if each adds the same part of what the one before did: to those of a power such as
    /// h^1.1 the scheme for polynomials comes too slowly to see it. Where each adds more than the one before there is no telling, and where they settle as those
    /// of a smooth function do it is 0.
    fn rest(&self, side: Side, noise: f64) -> f64 {
        let added = self.added(side, noise);
        let (Some((least, most)), Some(last)) = (ratios(&added), added.iter().rposition(is_clear)) else { return 0.0 };
        let size = added[last].slope.abs();
        let settles = added.get(last + 1).is_some_and(|next| next.slope.abs() < 0.5 * size);
        if settles || least < SLOW {
            0.0
        } else if most >= 1.0 {
            f64::INFINITY
        } else {
            let ratio = 0.5 * (least + most);
            size * ratio / (1.0 - ratio)
        }
    }

    /// The finite values, that at the point among them.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.rungs.iter().flat_map(|rung| rung.values).chain([self.here]).filter(|value| value.is_finite())
    }

    /// The largest size of a value.
    fn size(&self) -> f64 {
        self.values().fold(0.0, |size, value| size.max(value.abs()))
    }

    /// How far the values go apart.
    pub fn range(&self) -> f64 {
        let (least, most) = bounds(self.values());
        most - least
    }

    /// Whether the value is constant over the smallest steps that would show if it were as steep as nearby.
    pub fn is_level(&self) -> bool {
        let steep = self.widest_slopes().into_iter().fold(0.0, f64::max);
        let shows = |rung: &&Rung| rung.steps[1] * steep > 16.0 * self.round_off(self.here.abs());
        let smallest = self.rungs.iter().rev().filter(|rung| steep == 0.0 || shows(rung)).take(LEVEL);
        smallest.flat_map(|rung| rung.values).filter(|value| value.is_finite()).all(|value| value == self.here)
    }

    /// The noise of values up to a distance apart, as measured.
    pub fn noise_within(&self, distance: f64) -> f64 {
        self.noise
            .iter()
            .take_while(|measured| measured.spacing <= distance)
            .last()
            .map_or(0.0, |measured| measured.noise)
    }

    /// The noise that is measured over the smallest steps, on the side where it is less: a jump on one side is no noise.
    pub fn least_measured(&self) -> f64 {
        self.rungs.last().map_or(0.0, |rung| rung.noise[0].min(rung.noise[1]))
    }

    /// The noise below which nothing is told apart: what is measured over the smallest steps, and the round-off of the largest value.
    fn least_noise(&self) -> f64 {
        VALUE_ULP * f64::EPSILON * self.size() + self.rungs.last().map_or(0.0, |rung| rung.noise[0].max(rung.noise[1]))
    }

    /// The slope that values hide which are not near to each other even over the smallest steps: no ladder sees it.
    pub fn unresolved(&self) -> f64 {
        let Some(last) = self.rungs.last() else { return 0.0 };
        let noise = last.noise[0].max(last.noise[1]);
        let own = if self.x == 0.0 { f64::INFINITY } else { 0.125 * self.x.abs() };
        let local = self.rungs.iter().filter(|rung| rung.steps[1] <= own).flat_map(|rung| rung.values);
        let (least, most) = bounds(local.chain([self.here]));
        if noise > 64.0 * f64::EPSILON * least.abs().max(most.abs()) && most - least < 1024.0 * noise {
            f64::INFINITY
        } else if self.range() < 16.0 * noise {
            4.0 * noise / last.steps[1]
        } else {
            0.0
        }
    }

    /// How steep the function is on the way to the widest steps, on the side where it is less so.
    pub fn slope_nearby(&self) -> f64 {
        self.widest_slopes().into_iter().fold(f64::INFINITY, f64::min)
    }

    /// How steep the function is on the way to the widest steps to the left and to the right.
    fn widest_slopes(&self) -> [f64; 2] {
        [Side::Left, Side::Right].map(|side| self.slopes(side, 0.0).next().map_or(f64::NAN, |d| d.slope.abs()))
    }

    /// How steep it is over the smallest steps to the left and to the right.
    pub fn steepest(&self) -> [f64; 2] {
        [Side::Left, Side::Right].map(|side| self.slopes(side, 0.0).last().map_or(f64::NAN, |d| d.slope))
    }
}

/// Whether what a difference adds stands clear of the noise.
fn is_clear(added: &Difference) -> bool {
    added.slope.abs() > 64.0 * added.error
}

/// The least and the largest ratio of what a difference adds to what the one before did, of the last few that are clear of the noise, if there are as many.
fn ratios(added: &[Difference]) -> Option<(f64, f64)> {
    let clear: Vec<f64> = added.iter().filter(|added| is_clear(added)).map(|added| added.slope).collect();
    let ratios = clear.last_chunk::<TREND>()?.windows(2).map(|pair| pair[1] / pair[0]);
    Some(ratios.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), ratio| (least.min(ratio), most.max(ratio))))
}

/// The least and the largest of values that are finite.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
}
