//! The exact reference: the op's value, run on dual numbers of twice the digits that know how many digits they have.
//!
//! At a point where the formula of the value takes one branch of several, or cancels all digits, the formula is asked beside the
//! point. What it says on both sides is the derivative there, or the two slopes of a kink, or a jump.

use super::bar::Difference;
use crate::check::random::{DIRECTIONS, Random, SEED};
use crate::graph::{DynOp, Rule};
use crate::op::Point;
use crate::real::{Ball, DoubleDouble, Real, Witness};

/// How far off a number may be that is known, relative to itself.
const KNOWN: f64 = 1e-8;
/// How far off a slope may be that is known to be nearly 0, relative to the slopes nearby.
const NEARLY_ZERO: f64 = 1e-14;
/// How far apart slopes on two sides are that are the same, relative to the larger.
const SAME_SIDES: f64 = 1e-9;
/// How far apart they are at a kink.
const KINK: f64 = 1e-6;
/// How large a jump is, relative to the value.
const JUMP: f64 = 5e-11;

/// Up to so many arguments of an op each slope is found on its own; of more, they are tried along random directions, and not known if that
/// fails.
const WIDE: usize = 16;
/// How far the round-off of the arguments may move a slope that is compared on `f64`, relative to the slopes nearby.
const STEADY: f64 = 1e-6;

impl Known {
    /// Whether a slope on `f64` can be held against it.
    pub fn is_steady(&self) -> bool {
        self.condition <= STEADY * self.slope.abs().max(self.scale)
    }
}

/// What the formula of the value says of one slope.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) enum Exact {
    /// Nothing: the op is known only as closures, or the formula has no digits here.
    NotAsked,
    /// The slope.
    Known(Known),
    /// The value has a kink along this argument.
    Kink { left: f64, right: f64 },
    /// The value jumps, by so much from left to right, between these slopes.
    Jump { by: f64, sides: [f64; 2] },
}

impl Exact {
    /// The exact slope of a recording, with how far round-off may move it.
    pub fn of_recording(slope: Difference) -> Exact {
        let value = Ball::exact(DoubleDouble::from(f64::NAN));
        let Difference { slope, error } = slope;
        Exact::Known(Known { slope, radius: error / 4.0, condition: 0.0, value, scale: 0.0, fault: false })
    }
}

/// A slope that is known.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Known {
    pub slope: f64,
    /// How far off it may be.
    pub radius: f64,
    /// How far the round-off of the arguments moves it: no rule on `f64` can do better. Where that is far, only formulas can be compared.
    pub condition: f64,
    /// The value.
    pub value: Ball,
    /// How steep the value is nearby.
    pub scale: f64,
    /// Whether the formula sees another slope at the point than on its two sides, which agree.
    pub fault: bool,
}

/// The steps beside a point at which it is asked, relative to the argument; and those beside 0.
const STEPS: [f64; 5] = [f64::EPSILON, 1.5e-14, 1e-12, 1e-10, 1.5e-8];
const STEPS_FROM_ZERO: [f64; 5] = [1e-290, 1e-140, 1e-70, 1e-30, 1e-15];

/// An op's value on wide numbers around a point, along one direction.
pub(in crate::check) struct Line<'a> {
    op: &'a dyn DynOp,
    x: &'a [f64],
    direction: &'a [f64],
}

impl Line<'_> {
    /// The value and its derivative along the direction, at a step from the point.
    pub fn at(&self, step: f64) -> Option<Witness> {
        let moved = self.x.iter().zip(self.direction).map(|(&x, &speed)| {
            let x = if speed == 0.0 { DoubleDouble::from(x) } else { DoubleDouble::new(x, step * speed) };
            Witness::moving(x, speed)
        });
        Rule::<Witness>::evaluate_value(self.op, &moved.collect::<Vec<_>>()).ok()
    }

    /// The first step at which both sides are known, and the sides, from the given step on.
    fn sides(&self, steps: &[f64], scale: f64) -> Option<(f64, [Witness; 2])> {
        steps.iter().find_map(|&step| {
            let sides = [self.at(-step)?, self.at(step)?];
            sides.iter().all(|side| is_known(*side, scale)).then_some((step, sides))
        })
    }

    /// How steep the value is a little farther away: what is nearly 0 is measured against it.
    fn scale(&self) -> f64 {
        let reach = 2f64.powi(-10) * self.reach().max(0.125);
        let sizes = [-reach, reach].map(|step| self.at(step).map_or(0.0, |side| side.slope().number().abs()));
        sizes.into_iter().filter(|size| size.is_finite()).fold(0.0, f64::max)
    }

    /// The largest argument that moves.
    fn reach(&self) -> f64 {
        let moving = self.x.iter().zip(self.direction).filter(|(_, speed)| **speed != 0.0);
        moving.map(|(x, _)| x.abs()).fold(0.0, f64::max)
    }

    fn steps(&self) -> [f64; 5] {
        let reach = self.reach();
        if reach == 0.0 { STEPS_FROM_ZERO } else { STEPS.map(|step| step * reach) }
    }

    /// The slope along the direction, and what kind of point it is.
    pub fn exact(&self) -> Exact {
        let Some(here) = self.at(0.0) else { return Exact::NotAsked };
        let scale = self.scale();
        if is_known(here, scale) { self.known(here, scale) } else { self.by_the_sides(here, scale) }
    }

    /// The slope at a point where the formula knows it, unless the point alone has another than its neighbours.
    fn known(&self, here: Witness, scale: f64) -> Exact {
        let (value, slope) = (here.value(), here.slope().number());
        let beside = |step: f64| [self.at(-step), self.at(step)].map(|side| side.filter(|side| is_known(*side, scale)));
        let moved = |side: Option<Witness>| side.map_or(f64::NAN, |side| (side.slope().number() - slope).abs());
        let radius = here.slope().radius();
        // nearer than a unit in the last place, where there may be a kink
        let near = beside(self.steps()[0] * 2f64.powi(-10));
        if let [Some(left), Some(right)] = near {
            let [l, r] = [left, right].map(|side| side.slope().number());
            let apart = moved(near[0]).min(moved(near[1]));
            let size = slope.abs().max(l.abs()).max(r.abs());
            if (l - r).abs() <= SAME_SIDES * size && apart > KINK * size + 16.0 * (l - r).abs() + NEARLY_ZERO * scale {
                return Exact::Known(Known {
                    slope: l,
                    radius: radius + apart * 1e-12,
                    condition: (l - r).abs(),
                    value,
                    scale,
                    fault: true,
                });
            }
        }
        let sides = beside(self.steps()[0]);
        let [on_left, on_right] = sides.map(moved);
        if self.reach() == 0.0 {
            // a value may jump without a comparison: 0ʸ at y = 0
            let leaps = |side: &Witness| {
                let (a, b) = (side.value(), value);
                (a.wide() - b.wide()).to_f64().abs()
                    > JUMP * a.number().abs().max(b.number().abs()) + a.radius() + b.radius() + 1e-280
            };
            let slopes = sides.map(|side| side.map_or(slope, |side| side.slope().number()));
            if let Some(side) = sides.iter().flatten().find(|side| leaps(side)) {
                return Exact::Jump { by: (side.value().wide() - value.wide()).to_f64().abs(), sides: slopes };
            }
        }
        // a step over a kink nearby is none of the slope's own condition
        let condition = if self.reach() == 0.0 { 0.0 } else { on_left.min(on_right).max(self.condition(here)) };
        Exact::Known(Known { slope, radius, condition, value, scale, fault: false })
    }

    /// How far the slope moves when all arguments move by a unit in the last place.
    fn condition(&self, here: Witness) -> f64 {
        if self.x.len() == 1 {
            return 0.0;
        }
        let at =
            |signs: fn(usize) -> f64| {
                let moved =
                    self.x.iter().zip(self.direction).enumerate().map(|(k, (&x, &speed))| {
                        Witness::moving(DoubleDouble::new(x, signs(k) * f64::EPSILON * x), speed)
                    });
                let slope = Rule::<Witness>::evaluate_value(self.op, &moved.collect::<Vec<_>>()).ok()?.slope();
                Some((slope.number() - here.slope().number()).abs())
            };
        /// Which way each argument is moved.
        type Signs = fn(usize) -> f64;
        let alternating: Signs = |k| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let opposite: Signs = |k| if k.is_multiple_of(2) { -1.0 } else { 1.0 };
        let pairs: [[Signs; 2]; 2] = [[|_| 1.0, |_| -1.0], [alternating, opposite]];
        let worst = pairs.map(|pair| pair.map(at).into_iter().flatten().fold(f64::NAN, f64::min));
        worst.into_iter().filter(|moved| !moved.is_nan()).fold(0.0, f64::max)
    }

    /// The slope at a point where the formula has one branch of several, or no digits, from what it says on both sides.
    fn by_the_sides(&self, here: Witness, scale: f64) -> Exact {
        let steps = self.steps();
        let Some((step, sides)) = self.sides(&steps, scale) else { return Exact::NotAsked };
        let [l, r] = sides.map(|side| side.slope().number());
        // without a branch at the point there is no kink and no jump: the formula lacks digits
        let branches = here.value().is_one_sided() || here.slope().is_one_sided() || !here.slope().number().is_finite();
        let [below, above] = sides.map(|side| side.value());
        let steep = 8.0 * step * (l.abs() + r.abs());
        let size = below.number().abs().max(above.number().abs());
        let jump = (above.wide() - below.wide()).to_f64();
        let noise = JUMP * size + steep + 4.0 * (below.radius() + above.radius());
        if branches && jump.abs() > noise {
            return Exact::Jump { by: jump, sides: [l, r] };
        }
        let value = here.value();
        let lone = (value.wide() - below.wide()).to_f64().abs();
        if branches && value.radius().is_finite() && lone > noise + 4.0 * value.radius() + 1e-9 * size {
            return Exact::Jump { by: lone, sides: [l, r] };
        }
        let apart = (l - r).abs();
        let size = l.abs().max(r.abs());
        let middle = 0.5 * (l + r);
        let farther = self.sides(&[4.0 * step, 16.0 * step], scale);
        let moved = farther.map_or(0.0, |(_, [l, r])| (0.5 * (l.slope().number() + r.slope().number()) - middle).abs());
        let radius = sides.map(|side| side.slope().radius()).into_iter().fold(apart + moved, f64::max);
        let known = Known { slope: middle, radius, condition: apart, value, scale, fault: true };
        if apart <= KINK * size || apart <= NEARLY_ZERO * scale {
            return Exact::Known(known);
        }
        // at a kink the sides stay apart; elsewhere they come together with the step
        let stay = farther.is_some_and(|(_, sides)| {
            let [l, r] = sides.map(|side| side.slope().number());
            (l - r).abs() < 2.0 * apart
        });
        if branches && stay { Exact::Kink { left: l, right: r } } else { Exact::NotAsked }
    }
}

/// Whether a slope has digits, and is no branch of several.
fn is_known(x: Witness, scale: f64) -> bool {
    let (value, slope) = (x.value(), x.slope());
    let bar = (KNOWN * slope.number().abs()).max(NEARLY_ZERO * scale).max(f64::MIN_POSITIVE);
    let branch = value.is_one_sided() || slope.is_one_sided();
    !branch && slope.number().is_finite() && slope.radius() <= bar && value.number().is_finite()
}

/// The unit direction of one argument.
pub(in crate::check) fn axis(n: usize, i: usize) -> Point {
    let mut direction = Point::from_elem(0.0, n);
    direction[i] = 1.0;
    direction
}

/// The value along a direction.
pub(in crate::check) fn line<'a>(op: &'a dyn DynOp, x: &'a [f64], direction: &'a [f64]) -> Line<'a> {
    Line { op, x, direction }
}

/// What the value's formula says of the slope by one argument.
pub(in crate::check) fn exact(op: &dyn DynOp, x: &[f64], i: usize) -> Exact {
    line(op, x, &axis(x.len(), i)).exact()
}

/// The evaluation of a rule on wide numbers: its value and its slopes, each with its derivative along a direction. It tells a formula that is
/// wrong from one that loses digits on `f64`.
pub(in crate::check) fn formula(op: &dyn DynOp, x: &[f64], direction: &[f64]) -> Option<(Witness, Vec<Witness>)> {
    let x: Vec<Witness> =
        x.iter().zip(direction).map(|(&x, &speed)| Witness::moving(DoubleDouble::from(x), speed)).collect();
    let mut slopes = vec![Witness::from(f64::NAN); x.len()];
    let value = Rule::<Witness>::evaluate(op, &x, &mut slopes).ok()?;
    Some((value, slopes))
}

/// The definition of a rule on a type of number: its value and its slopes.
pub(in crate::check) fn definition<'a, R: Real>(op: &'a (dyn DynOp + 'a), x: &[f64]) -> Option<(R, Vec<R>)>
where
    dyn DynOp + 'a: Rule<R>,
{
    let x: Vec<R> = x.iter().map(|&x| x.into()).collect();
    let mut slopes = vec![R::from(f64::NAN); x.len()];
    let value = Rule::<R>::value(op, &x).ok()?;
    Rule::<R>::slope(op, &x, value, &mut slopes).ok()?;
    Some((value, slopes))
}

/// The derivative of one slope along one argument, from exact slopes at small steps to both sides, and how far it may be off; `None` at a
/// kink of the slope, and where the slopes are not known.
///
/// A slope that has many steps between these points, as that of x − y·trunc(x / y) by y has at a large quotient, is taken for one that rises: no
/// built-in op has such a slope.
pub(in crate::check) fn second(op: &dyn DynOp, x: &[f64], i: usize, j: usize) -> Option<(f64, f64)> {
    let (axis, size) = (axis(x.len(), i), if x[j] == 0.0 { 1.0 } else { x[j].abs() });
    let at = |step: f64| {
        let moved = x
            .iter()
            .zip(&axis)
            .enumerate()
            .map(|(k, (&x, &speed))| Witness::moving(DoubleDouble::new(x, if k == j { step } else { 0.0 }), speed));
        let slope = Rule::<Witness>::evaluate_value(op, &moved.collect::<Vec<_>>()).ok()?.slope();
        (slope.radius().is_finite() && slope.number().is_finite() && !slope.is_one_sided()).then_some(slope)
    };
    // the central difference, those of the two sides, and what is left of the digits
    let by = |step: f64| {
        let [a, b, c, d] = [at(-2.0 * step)?, at(-step)?, at(step)?, at(2.0 * step)?];
        let difference = |high: Ball, low: Ball, width: f64| ((high.wide() - low.wide()) / width).to_f64();
        let noise = (b.radius() + c.radius()) / step;
        Some((difference(c, b, 2.0 * step), difference(b, a, step), difference(d, c, step), noise))
    };
    let (wide, left, right, _) = by(size * 2f64.powi(-22))?;
    let (narrow, nearer_left, nearer_right, noise) = by(size * 2f64.powi(-26))?;
    let (bend, less) = ((right - left).abs(), (nearer_right - nearer_left).abs());
    // at a kink of the slope the sides stay apart
    let kink = less > 1e-4 * nearer_left.abs().max(nearer_right.abs()) && less > 0.25 * bend && less > 8.0 * noise;
    let error = (wide - narrow).abs() + noise + 1e-13 * narrow.abs();
    let nearly_zero = || at(size * 2f64.powi(-30)).map_or(0.0, |slope| 1e-14 * slope.number().abs() / size);
    (!kink && (error <= 1e-7 * narrow.abs() || error <= nearly_zero())).then_some((narrow, error))
}

/// The exact slopes of an op at a point, and how far off the round-off of its arguments may make them; `None` for each that is not known.
pub(in crate::check) fn slopes(op: &dyn DynOp, x: &[f64]) -> Vec<Option<Difference>> {
    if is_wide(x) {
        return slopes_tried(op, x).unwrap_or_else(|| vec![None; x.len()]);
    }
    let slope = |i: usize| match exact(op, x, i) {
        Exact::Known(known) if known.is_steady() => {
            Some(Difference { slope: known.slope, error: 4.0 * known.radius + 4.0 * known.condition })
        }
        _ => None,
    };
    (0..x.len()).map(slope).collect()
}

/// Whether an op has so many arguments that asking along each would cost their square.
pub(in crate::check) fn is_wide(x: &[f64]) -> bool {
    x.len() > WIDE
}

/// The rule's own slopes of an op of many arguments, if they give the exact derivatives along random directions.
pub(in crate::check) fn slopes_tried(op: &dyn DynOp, x: &[f64]) -> Option<Vec<Option<Difference>>> {
    let mut slopes = vec![f64::NAN; x.len()];
    Rule::<f64>::evaluate(op, x, &mut slopes).ok()?;
    let mut random = Random(SEED);
    for _ in 0..DIRECTIONS {
        let u: Vec<f64> =
            x.iter().map(|_| if random.unit() < 0.5 { -1.0 } else { 1.0 } * (0.5 + random.unit())).collect();
        let moving: Vec<Witness> = x.iter().zip(&u).map(|(&x, &u)| Witness::moving(DoubleDouble::from(x), u)).collect();
        let slope = Rule::<Witness>::evaluate_value(op, &moving).ok()?.slope();
        let products = || slopes.iter().zip(&u).map(|(s, u)| s * u);
        let magnitude: f64 = products().map(f64::abs).sum();
        let is_right = (products().sum::<f64>() - slope.number()).abs() <= 1e-12 * magnitude;
        let is_known = slope.radius() <= 1e-12 * magnitude && !slope.is_one_sided();
        if !(is_right && is_known) {
            return None;
        }
    }
    Some(slopes.into_iter().map(|slope| Some(Difference { slope, error: 64.0 * f64::EPSILON * slope.abs() })).collect())
}
