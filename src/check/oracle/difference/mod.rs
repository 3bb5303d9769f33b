//! Derivatives by differences, with an error bar and no step to choose; and what they say of a slope that somebody claims.
//!
//! A [ladder](ladder) of steps is extrapolated by [Neville's scheme](tableau) (Richardson extrapolation; the choice by error estimate is that of
//! C. Ridders, "Accurate computation of F′(x) and F′(x)F″(x)", 1982). Each number in the tableau carries what its neighbours say of its
//! truncation, and the [noise](noise()) of the values it is made of, which is measured at several spacings; the one with the smallest
//! sum is the answer.
//!
//! Values may be read in two ways. *Fine*: the function is what it does over the smallest steps. That is right for an oscillation
//! and for a step function, and wrong for one that computes in single precision or looks its values up: over small steps those are
//! constant. *Coarse*: what it does below the width of a [step](steps) of a staircase is rounding. Where there is no staircase the two
//! are one; where there is one, a slope passes if both readings allow it, and fails if both exclude it.

mod ladder;
mod noise;
mod reading;
mod steps;
mod tableau;

use crate::check::oracle::bar::Difference;
use crate::check::tolerance::Tolerance;
use ladder::Ladder;
pub(in crate::check) use noise::noise;
pub use reading::Class;
use reading::Reading;
use steps::{Neighbourhood, TINY, is_round_off};

/// What is as good as 0 beside the slopes nearby, relative to them.
const ROUND_OFF: f64 = 1e-10;

/// A derivative by differences: of what kind the point is, and the slopes on its sides.
///
/// Where the values are a staircase that may be rounding, as those of a function in single precision are, the slopes are those of
/// the smooth function beneath, with bars that reach the slopes of the steps as well.
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
    evidence: Evidence,
}

/// What is known of a point beside its derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Evidence {
    /// The ways to read the values that these allow; at least one.
    readings: [Option<Reading>; 2],
    /// How steep the function is on the way to the widest steps, on the side where it is less so.
    nearby: f64,
    /// How steep it is over the smallest steps to the left and to the right.
    steepest: [f64; 2],
}

/// How a slope stands to a derivative by differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::check) enum Held {
    /// The slope is certified: the differences are sharp, and it is within their bar.
    Agrees,
    /// The slope is excluded.
    Differs,
    /// The slope is off by less than any tolerance, relatively, and yet by more than the error bar; by how much.
    IsOff(f64),
    /// The differences cannot tell.
    TooRough,
}

impl Numeric {
    /// The derivative where there is one: of a smooth point, or of the side that an edge of the domain has.
    pub fn slope(&self) -> Option<Difference> {
        derivative(self.class, [self.left, self.central, self.right])
    }

    /// Whether a slope lies between those on the two sides, to within their error bars.
    pub fn contains(&self, slope: f64) -> bool {
        contains(self.left, self.right, slope)
    }

    /// Holds a slope against the derivative: it agrees if every reading of the values certifies it, and differs if every reading
    /// excludes it. At a kink it is held against the slopes on the two sides.
    pub(in crate::check) fn hold(&self, slope: f64, tolerance: &Tolerance) -> Held {
        let readings = self.evidence.readings.iter().flatten();
        let held = readings.map(|reading| self.evidence.hold(reading, slope, tolerance));
        held.reduce(|a, b| match (a, b) {
            _ if a == b => a,
            (Held::Agrees, Held::IsOff(by)) | (Held::IsOff(by), Held::Agrees) => Held::IsOff(by),
            (Held::IsOff(a), Held::IsOff(b)) => Held::IsOff(a.max(b)),
            _ => Held::TooRough,
        })
        .unwrap_or(Held::TooRough)
    }
}

impl Evidence {
    fn hold(&self, reading: &Reading, slope: f64, tolerance: &Tolerance) -> Held {
        let Reading { class, left, central, right, plateau } = *reading;
        match class {
            Class::NonFinite => Held::TooRough,
            _ if slope.is_nan() => Held::Differs,
            Class::Jump(_) | Class::Unresolved => Held::TooRough,
            Class::InfiniteSlope if self.is_too_flat(slope) => Held::Differs,
            Class::InfiniteSlope => Held::TooRough,
            Class::Kink => hold_between(left, right, slope, tolerance),
            Class::Smooth | Class::LeftOnly | Class::RightOnly => {
                let derivative = derivative(class, [left, central, right]);
                derivative.map_or(Held::TooRough, |d| self.hold_against(d, plateau, slope, tolerance))
            }
        }
    }

    fn hold_against(&self, derivative: Difference, plateau: Option<bool>, slope: f64, tolerance: &Tolerance) -> Held {
        let (off, bar) = ((slope - derivative.slope).abs(), 4.0 * derivative.error);
        let (largest, size) = (slope.abs().max(derivative.slope.abs()), tolerance.size(slope, derivative.slope));
        // a slope of 0 has no size of its own: it is one beside the slopes nearby, or on a plateau
        let zero = largest <= bar && bar <= ROUND_OFF * self.nearby;
        let sharp = match plateau {
            Some(plateau) if derivative.slope == 0.0 => plateau,
            _ => bar <= tolerance.resolution() * size || bar <= TINY || zero,
        };
        if derivative.error.is_infinite() {
            Held::TooRough
        } else if slope.is_infinite() || off > tolerance.of_numeric(slope, derivative) {
            Held::Differs
        } else if !sharp {
            Held::TooRough
        } else if off > bar + tolerance.exact * size {
            Held::IsOff(off / largest)
        } else {
            Held::Agrees
        }
    }

    /// Whether a slope is less than what differences have already grown to, in their one direction. A difference of 0, as of values that do not change
    /// any more for small steps, has none.
    fn is_too_flat(&self, slope: f64) -> bool {
        let steep = self.steepest.iter().filter(|s| s.is_finite() && **s != 0.0);
        let one_way = self.steepest[0] * self.steepest[1] > 0.0 || steep.clone().count() == 1;
        one_way && steep.clone().all(|s| slope * s.signum() < 0.5 * s.abs())
    }
}

/// Holds a slope against those on the sides of a kink.
fn hold_between(left: Difference, right: Difference, slope: f64, tolerance: &Tolerance) -> Held {
    let (lo, hi) = (left.slope.min(right.slope), left.slope.max(right.slope));
    let (bar, size) = (left.error.max(right.error), tolerance.resolution() * tolerance.size(lo, hi));
    if (lo..=hi).contains(&slope) || (4.0 * bar <= size && contains(left, right, slope)) {
        Held::Agrees
    } else if slope < lo - 4.0 * bar - size || slope > hi + 4.0 * bar + size {
        Held::Differs
    } else {
        Held::TooRough
    }
}

fn derivative(class: Class, [left, central, right]: [Difference; 3]) -> Option<Difference> {
    match class {
        Class::Smooth => Some(central),
        Class::RightOnly => Some(right),
        Class::LeftOnly => Some(left),
        _ => None,
    }
}

fn contains(left: Difference, right: Difference, slope: f64) -> bool {
    let bar = left.error + right.error;
    (left.slope.min(right.slope) - bar..=left.slope.max(right.slope) + bar).contains(&slope)
}

/// The derivative of `f` at `x` by differences.
pub(in crate::check) fn numeric(f: impl Fn(f64) -> f64, x: f64) -> Numeric {
    numeric_of_noisy(&f, x, 0.0)
}

/// The derivative of a function that computes its values, and rounds its argument, to a precision that is known: relatively, such as
/// 10⁻⁷ for `f32`.
pub(in crate::check) fn numeric_of_noisy(f: &dyn Fn(f64) -> f64, x: f64, precision: f64) -> Numeric {
    let ladder = Ladder::climb(f, x, precision);
    let fine = ladder.read(ladder.known_noise());
    let around = Neighbourhood::explore(f, &ladder, &fine);
    let fine = Reading { plateau: around.plateau, ..fine }.with_bars_of_at_least(ladder.unresolved().max(around.tail));
    let known = ladder.known_noise();
    let staircase = around.staircase.filter(|staircase| staircase.height > known);
    let coarse = staircase.map(|staircase| {
        // with few steps in sight, or steps that follow no line, there is no telling what the function does between them
        let apart = (16.0 * staircase.height).max(64.0 * ladder.noise_within(512.0 * staircase.width));
        let unresolved = if ladder.range() < apart { f64::INFINITY } else { 0.0 };
        ladder.read(staircase.height).with_bars_of_at_least(unresolved)
    });
    let is_round_off = staircase.is_some_and(|staircase| is_round_off(staircase.height));
    let readings = [Some(fine).filter(|_| !is_round_off), coarse];
    let Reading { class, left, central, right, .. } = match readings {
        [Some(fine), Some(coarse)] => coarse.reaching(&fine),
        [Some(reading), None] | [None, Some(reading)] => reading,
        [None, None] => unreachable!("a staircase has a coarse reading"),
    };
    let evidence = Evidence { readings, nearby: ladder.slope_nearby(), steepest: ladder.steepest() };
    Numeric { class, central, left, right, evidence }
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
                assert!(d.central.error <= 1e-11 * (1.0 + df.abs()), "{d:?} at {x}");
            }
        }
    }

    #[test]
    fn the_error_bar_reaches_the_slope_of_a_power() {
        for power in [1.02, 1.05, 1.1, 1.2, 1.4, 1.5, 1.8] {
            let right = numeric(|x| x.powf(power), 0.0).right;
            assert!(right.slope.abs() <= 4.0 * right.error, "{right:?} of {power}");
            let left = numeric(|x| 2.0 - (1.0 - x).powf(power), 1.0).left;
            assert!(left.slope.abs() <= 4.0 * left.error, "{left:?} of {power}");
        }
        for power in [0.5, 0.9, 1.1] {
            let x = 1.0 - f64::EPSILON / 2.0;
            let (f, slope) = (|x: f64| 2.0 - (1.0 - x).powf(power), power * (1.0 - x).powf(power - 1.0));
            let held = numeric(f, x).hold(slope, &Tolerance::DEFAULT);
            assert_ne!(held, Held::Differs, "{power}");
        }
        let of_root = numeric(|x| x.powf(1.5), 0.0).right;
        assert!(of_root.error < 1e-5, "{of_root:?}");
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
        assert!((by + 2.0611536181902037e-9).abs() < 2e-14, "{by:e}");
    }

    #[test]
    fn a_jump_is_large_beside_the_round_off_of_the_values() {
        let spline = |x: f64| {
            let a = x.abs();
            if a < 1.0 { 2.0 / 3.0 - a * a + 0.5 * a * a * a } else { (2.0 - a).max(0.0).powi(3) / 6.0 }
        };
        for x in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            assert_eq!(numeric(spline, x).class, Class::Smooth, "{x}");
        }
        let log_cosh = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2;
        assert_eq!(numeric(log_cosh, 0.0).class, Class::Smooth);
        assert_eq!(numeric(|x| 1.0 + if x > 0.5 { 1e-9 } else { 0.0 }, 0.5).class, Class::Jump(1.000000082740371e-9));
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
        for x in [1e-4, 1e-13, 1e-100] {
            let d = numeric(f64::ln, x).central;
            assert!((d.slope - x.recip()).abs() <= d.error && d.error < 1e-9 / x, "{d:?}");
        }
        assert_eq!(numeric(|_| f64::NAN, 1.0).class, Class::NonFinite);
    }
}
