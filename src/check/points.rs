//! The points that an op is checked at.

use super::options::Options;
use super::random::{Kind, Random};
use crate::graph::DynOp;
use crate::op::{Domain, Point};

/// How many points of each random kind are added to an op's own.
const RANDOM: usize = 24;

/// Numbers at which rules go wrong: zeros, powers of two, and where exponentials and their tails run out.
const SPECIAL: [f64; 18] =
    [0.0, 1e-16, 1e-12, 1e-8, 1e-4, 0.5, 1.0, 2.0, 4.0, 18.0, 36.5, 40.0, 300.0, 700.0, 745.0, 1e5, 1e8, 1e16];

/// How far from a kink or a jump points are put on either side.
const BESIDE: [f64; 3] = [1e-12, 1e-7, 1e-3];

/// The lengths at which an op of any number of arguments is looked at: all short ones, and those around the widths of loops that do
/// several at once.
const LENGTHS: [usize; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33];

/// Up to where lengths are looked for that an op takes, if it takes none of these.
const LONGEST: usize = 10_000;

/// The points at which an op should have a slope: its samples, the special numbers, points beside its kinks and jumps, and
/// random ones of its domain: uniform in ±10, of magnitudes from 10⁻⁶ to 10³, and from 10⁻¹⁶ to 10¹⁶. Points on
/// the edge of the domain, kinks and jumps are left out.
pub(super) fn smooth_points(op: &dyn DynOp, options: &Options) -> Vec<Point> {
    let mut random = Random(options.seed);
    let bounds = |argument| options.bounds(op.domain().bound(argument));
    let mut points = op.samples();
    let lengths = lengths(op);
    for &n in lengths.iter().cycle().take(RANDOM) {
        for kind in [Kind::Uniform, Kind::Moderate, Kind::Any] {
            points.push((0..n).map(|argument| random.inside(bounds(argument), kind)).collect());
        }
    }
    if let Some(n) = op.arity() {
        // one argument special, the others moderate
        for special in SPECIAL.into_iter().flat_map(|x| [x, -x]) {
            let chosen = random.below(n);
            let other = |argument| random.inside(bounds(argument), Kind::Uniform);
            let mut x: Point = (0..n).map(other).collect();
            x[chosen] = special;
            points.push(x);
        }
        points.push(Point::from_elem(0.0, n));
        if n > 1 {
            points.extend([1.5, -2.0].map(|tie| Point::from_elem(tie, n)));
        }
    } else {
        for &n in &lengths {
            // all zeros, all equal, some of each
            points.extend([0.0, 1.5].map(|tie| Point::from_elem(tie, n)));
            points.push((0..n).map(|i| [2.0, 0.0, -1.25, 2.0][i % 4]).collect());
            points.push((0..n).map(|argument| random.inside(bounds(argument), Kind::Uniform)).collect());
        }
    }
    points.extend(edges(op).flat_map(|at| beside(&at).collect::<Vec<_>>()));
    points.retain(|x| op.validate(x.len()).is_none() && has_slope(op, x) && options.contains(x));
    points
}

/// Lengths of points that an op takes; none if it takes none up to [`LONGEST`].
pub(super) fn lengths(op: &dyn DynOp) -> Vec<usize> {
    let fits = |&n: &usize| op.validate(n).is_none();
    let mut lengths: Vec<usize> = match op.arity() {
        Some(n) => vec![n],
        None => op.samples().iter().map(|x| x.len()).chain(LENGTHS).filter(fits).collect(),
    };
    if lengths.is_empty() {
        lengths.extend((1..=LONGEST).filter(fits).take(2));
    }
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// The declared kinks and jumps.
pub(super) fn edges(op: &dyn DynOp) -> impl Iterator<Item = Point> + use<> {
    op.kinks().into_iter().map(|kink| kink.at).chain(op.jumps())
}

/// Whether an op should have a slope at a point: inside its domain, at no kink and no jump.
pub(super) fn has_slope(op: &dyn DynOp, x: &[f64]) -> bool {
    inside(&op.domain(), x) && !edges(op).any(|at| at[..] == *x)
}

/// Points on both sides of an edge in its first argument, from one unit in the last place on.
fn beside(at: &Point) -> impl Iterator<Item = Point> + use<'_> {
    let unit = f64::max(f64::EPSILON * at[0].abs(), 5e-324);
    let steps = [unit].into_iter().chain(BESIDE).flat_map(|step| [step, -step]);
    steps.map(|step| {
        let mut x = at.clone();
        x[0] += step;
        x
    })
}

/// Whether a point lies inside the domain and not on its edge.
fn inside(domain: &Domain, x: &[f64]) -> bool {
    x.iter().enumerate().all(|(i, &x)| {
        let (lo, hi) = domain.bound(i);
        lo < x && x < hi
    })
}
