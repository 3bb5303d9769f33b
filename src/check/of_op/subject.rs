//! An op that is checked, and what is known of it: its kinks and jumps, where its rule branches, its largest slopes.

use crate::check::options::Options;
use crate::check::oracle::dual::{self, Exact};
use crate::check::points;
use crate::check::thresholds::Branches;
use crate::graph::DynOp;
use crate::op::{Kink, Point};
use crate::real::{Ball, Witness};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The magnitudes at which slopes, and what is computed on the way to them, are not about to over- or underflow.
const RANGE: std::ops::Range<f64> = 1e-100..1e100;

/// How near to a kink or a jump differences are not asked: a step might not see it.
const NEAR: f64 = 1e-4;

/// From where on the steps of differences are too wide for the waves of a special function: steps of whole periods agree with each other.
const MOST_WAVES: f64 = 1000.0;

/// The rule on wide numbers at a point: its value, and its slopes.
pub(super) type Formula = Option<(Witness, Vec<Witness>)>;

/// Where a rule branches, and which of its branches are at a declared kink or jump.
type Found = (Branches, Vec<usize>);

/// An op that is checked, and what is known of it.
pub(super) struct Subject<'a> {
    pub op: &'a dyn DynOp,
    pub options: &'a Options,
    pub kinks: Vec<Kink>,
    pub jumps: Vec<Point>,
    /// For each number of arguments, where the rule branches.
    branches: RefCell<BTreeMap<usize, Option<Rc<Found>>>>,
    /// For each argument the largest slope at the op's samples.
    largest: RefCell<BTreeMap<(usize, usize), f64>>,
}

impl<'a> Subject<'a> {
    pub fn new(op: &'a dyn DynOp, options: &'a Options) -> Self {
        let (branches, largest) = Default::default();
        Subject { op, options, kinks: op.kinks(), jumps: op.jumps(), branches, largest }
    }

    pub fn edges(&self) -> impl Iterator<Item = &Point> {
        self.kinks.iter().map(|kink| &kink.at).chain(&self.jumps)
    }

    /// Where the rule branches.
    fn branches(&self, x: &[f64]) -> Option<Rc<(Branches, Vec<usize>)>> {
        let find = || {
            let branches = Branches::of(self.op, x)?;
            let declared = self.edges().filter(|at| at.len() == x.len());
            let mut nodes: Vec<usize> = declared.flat_map(|at| branches.changing(at)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            Some(Rc::new((branches, nodes)))
        };
        self.branches.borrow_mut().entry(x.len()).or_insert_with(find).clone()
    }

    /// Points at, beside and between the thresholds of the rule's branches.
    pub fn thresholds(&self) -> Vec<Point> {
        let (op, mut points) = (self.op, vec![]);
        let mut samples = op.samples();
        samples.retain(|x| op.validate(x.len()).is_none() && self.options.contains(x));
        let few = match op.arity() {
            Some(1) => 1,
            Some(_) => 2,
            None => 3,
        };
        for x in samples.iter().filter(|x| x.len() <= 4).take(few) {
            let Some(branches) = self.branches(x) else { break };
            for i in 0..x.len() {
                points.extend(branches.0.points(x, i, self.options.bounds(op.domain().bound(i))));
            }
        }
        points.retain(|x| points::has_slope(op, x));
        points
    }

    /// Whether a kink or a jump at a point belongs to a set of which some are declared: the same branch of the rule makes them all.
    pub fn is_declared(&self, x: &[f64]) -> bool {
        if self.op.arity().is_none() {
            return !self.kinks.is_empty();
        }
        match self.branches(x) {
            Some(branches) => branches.0.changing(x).iter().any(|node| branches.1.contains(node)),
            None => false,
        }
    }

    /// The rule on wide numbers.
    pub fn formula(&self, x: &[f64]) -> Formula {
        dual::formula(self.op, x, &Point::from_elem(0.0, x.len()))
    }

    /// Whether differences may be asked at a point: there is no kink near, and the values have digits.
    pub fn can_be_measured(&self, x: &[f64], i: usize) -> bool {
        let near = |at: &Point| at.len() == x.len() && at.iter().zip(x).all(|(at, x)| (at - x).abs() < NEAR);
        let value = dual::line(self.op, x, &dual::axis(x.len(), i)).at(0.0).map(|here| here.value());
        let has_digits = value.is_none_or(|value| value.radius() <= 1e-6 * value.number().abs() + f64::MIN_POSITIVE);
        let is_resolved = !value.is_some_and(Ball::is_tabled) || x[i].abs() < MOST_WAVES;
        in_range(x) && !self.edges().any(near) && has_digits && is_resolved
    }

    /// The largest slope by one argument at the op's samples.
    pub fn largest(&self, n: usize, i: usize) -> f64 {
        let find = || {
            let samples = self.op.samples().into_iter().filter(|x| x.len() == n && points::has_slope(self.op, x));
            let slope = |x: Point| match dual::exact(self.op, &x, i) {
                Exact::Known(known) => known.slope.abs(),
                _ => 0.0,
            };
            samples.map(slope).fold(0.0, f64::max)
        };
        if let Some(&largest) = self.largest.borrow().get(&(n, i)) {
            return largest;
        }
        let largest = find();
        self.largest.borrow_mut().insert((n, i), largest);
        largest
    }
}

/// Whether no argument is near the ends of the exponents.
pub(super) fn in_range(x: &[f64]) -> bool {
    x.iter().all(|x| *x == 0.0 || RANGE.contains(&x.abs()))
}
