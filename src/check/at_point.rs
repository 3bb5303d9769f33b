//! What an op gives at one point: its value and slopes, what these are held against, and its kink.

use super::oracle::difference::numeric;
use super::oracle::dual::{self, Exact};
use crate::graph::DynOp;
use crate::op::{Kink, Point};

/// The point with one of its numbers replaced.
pub(super) fn replaced(x: &[f64], i: usize, t: f64) -> Point {
    let mut x = Point::from_slice(x);
    x[i] = t;
    x
}

pub(super) fn value(op: &dyn DynOp, x: &[f64]) -> f64 {
    op.evaluate_value(x).unwrap_or(f64::NAN)
}

/// The value and the slopes at a point; `None` where the value is not finite.
pub(super) fn value_and_slopes(op: &dyn DynOp, x: &[f64]) -> Option<(f64, Point)> {
    let mut slopes = Point::from_elem(f64::NAN, x.len());
    let a: f64 = op.evaluate(x, &mut slopes).ok()?;
    a.is_finite().then_some((a, slopes))
}

/// What the slope by one argument is held against: what the formula of the value says, and differences.
pub(crate) fn references(op: &dyn DynOp, x: &[f64], i: usize) -> (Option<f64>, f64) {
    let central = numeric(|t| value(op, &replaced(x, i, t)), x[i]).central;
    let exact = match dual::exact(op, x, i) {
        Exact::Known(known) => Some(known.slope),
        _ => None,
    };
    (exact, central.slope)
}

/// The kink that an op of several arguments has at a point, if it has one: its kinks may be a set, such as max's x = y,
/// of which it declares some.
pub(crate) fn kink_at(op: &dyn DynOp, x: &[f64]) -> Option<Kink> {
    let sides = (0..x.len()).map(|i| match dual::exact(op, x, i) {
        Exact::Kink { left, right } => (true, [left, right]),
        Exact::Known(known) => (false, [known.slope; 2]),
        Exact::Jump { sides, .. } => (false, sides),
        Exact::NotAsked => (false, [f64::NAN; 2]),
    });
    let sides: Vec<(bool, [f64; 2])> = sides.collect();
    if !sides.iter().any(|side| side.0) {
        return None;
    }
    let (_, slope) = value_and_slopes(op, x)?;
    let side = |k: usize| sides.iter().map(|(_, side)| side[k]).collect();
    Some(Kink { at: Point::from_slice(x), left: side(0), right: side(1), slope, other_libraries: vec![] })
}
