//! The points that an op is checked at.

use crate::op::Point;
use crate::tape::Erased;

/// How many random points are added to an op's own.
const RANDOM: usize = 48;

/// The op's samples, the origin, and random points of its domain from a seed: half of them uniform in ±10, half of any
/// magnitude from 10⁻⁶ to 10³. Points on the edge of the domain, kinks and jumps are left out.
pub(super) fn smooth_points(op: &dyn Erased, seed: u64) -> Vec<Point> {
    let mut random = Random(seed);
    let mut points = op.samples();
    let lengths: Vec<usize> = match op.arity() {
        Some(n) => vec![n],
        None => points.iter().map(|x| x.len()).collect(),
    };
    for i in 0..RANDOM {
        let n = lengths[i % lengths.len()];
        points.push((0..n).map(|argument| random.inside(op.domain().bound(argument), i % 2 == 0)).collect());
    }
    points.extend(op.arity().map(|n| Point::from_elem(0.0, n)));
    let special: Vec<Point> = op.kinks().into_iter().map(|k| k.at).chain(op.jumps()).collect();
    points.retain(|x| {
        let open = x.iter().enumerate().all(|(i, &x)| {
            let (lo, hi) = op.domain().bound(i);
            lo < x && x < hi
        });
        open && op.fault(x.len()).is_none() && !special.contains(x)
    });
    points
}

/// A counter through a mixing function (splitmix64, by S. Vigna after Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    /// A number in [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    }

    /// A number between two bounds.
    fn inside(&mut self, (lo, hi): (f64, f64), uniform: bool) -> f64 {
        if lo.is_finite() && hi.is_finite() {
            return lo + self.unit() * (hi - lo);
        }
        let (sign, magnitude) = (if self.unit() < 0.5 { -1.0 } else { 1.0 }, self.unit());
        let size = if uniform { 10.0 * magnitude } else { 10f64.powf(9.0 * magnitude - 6.0) };
        if lo.is_finite() {
            lo + size
        } else if hi.is_finite() {
            hi - size
        } else {
            sign * size
        }
    }
}
