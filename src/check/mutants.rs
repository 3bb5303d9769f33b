//! Negative control: rules made wrong on purpose, each of which the checker must catch.

use super::at_point::value_and_slopes;
use super::of_op::check;
use super::options::Options;
use super::points;
use super::random::SEED;
use super::report::Verdict;
use crate::error::Error;
use crate::graph::{DynOp, Expr, Rule};
use crate::op::{Domain, Kink, Params, Point};
use crate::real::{Dual, Real, Single, Witness};
use std::fmt;
use std::sync::Arc;

/// How many wrong rules of an op were caught.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutants {
    /// The op.
    pub subject: String,
    /// How many were caught.
    pub killed: usize,
    /// How many there were.
    pub total: usize,
    /// What those were that passed.
    pub survivors: Vec<String>,
}

impl Mutants {
    /// For a test.
    ///
    /// # Panics
    /// If a wrong rule passed.
    #[track_caller]
    pub fn assert_all_killed(&self) {
        assert!(self.survivors.is_empty(), "{self}");
    }
}

impl fmt::Display for Mutants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {} wrong rules caught", self.subject, self.killed, self.total)?;
        self.survivors.iter().try_for_each(|survivor| write!(f, "\n  passed: {survivor}"))
    }
}

/// Makes wrong rules of an op and checks each: how far a pass of [`op`](fn@super::op) can be trusted.
///
/// A change that alters no slope, such as twice a slope that is 0, makes no wrong rule and is not counted. That is told from
/// more points than the checker looks at, so that its blind spots do count.
///
/// This prints the score of each op of a registry:
///
/// ```no_run
/// use gprime::{Registry, check};
/// for op in Registry::new().iter() {
///     println!("{}", check::mutants(&**op));
/// }
/// ```
///
/// And this tests one that is not in it:
///
/// ```
/// use gprime::{check, op::Elu, graph::dyn_op};
/// check::mutants(&*dyn_op(Elu { alpha: 2.0 })).assert_all_killed();
/// ```
///
/// # Panics
/// If the check of the op itself fails: then it fails with any change, and that says nothing.
#[track_caller]
pub fn mutants(op: &dyn DynOp) -> Mutants {
    let itself = check(op, &Options::new());
    assert!(itself.verdict != Verdict::Fail, "no wrong rules can be made of a wrong one: {itself}");
    let mut answer = Mutants { subject: op.name().to_owned(), killed: 0, total: 0, survivors: vec![] };
    for change in changes(op) {
        let mutant = Mutant { op, change };
        if !mutant.differs() {
            continue;
        }
        answer.total += 1;
        if check(&mutant, &Options::new()).verdict == Verdict::Fail {
            answer.killed += 1;
        } else {
            answer.survivors.push(format!("{change:?}"));
        }
    }
    answer
}

/// How many sets of random points tell whether a change alters a slope; the checker itself looks at the first.
const SEEDS: u64 = 16;

/// What is done to a slope.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Times(f64),
    /// The slope a little beside the point, farther in each argument, since some ops have the same slopes where all of them are moved alike.
    Shifted,
    /// The slope at the value.
    OutputForInput,
    /// The value.
    Value,
    SinglePrecision,
    /// Twice the slope, for positive arguments alone.
    WrongOnTheRight,
    /// 0, for arguments beyond 30 alone.
    ZeroInTheTail,
    /// Another slope at the kinks: that of the left, that of the right, or one outside of the interval.
    LeftAtKink,
    RightAtKink,
    OutsideAtKink,
    /// A slope at the jumps.
    OneAtJump,
    /// The slopes of the arguments in reverse order.
    Swapped,
    /// No slope in one argument.
    Forgotten(usize),
}

fn changes(op: &dyn DynOp) -> Vec<Change> {
    use Change::*;
    let mut changes = [-1.0, 0.0, 0.5, 2.0, 1.0 + 1e-9, 1.0 - 1e-9].map(Times).to_vec();
    changes.extend([Shifted, OutputForInput, Value, SinglePrecision, WrongOnTheRight, ZeroInTheTail]);
    if !op.kinks().is_empty() {
        changes.extend([LeftAtKink, RightAtKink, OutsideAtKink]);
    }
    if !op.jumps().is_empty() {
        changes.push(OneAtJump);
    }
    let arguments = op.samples().iter().map(|x| x.len()).max().unwrap_or(0);
    if arguments > 1 {
        changes.push(Swapped);
        changes.extend((0..arguments).map(Forgotten));
    }
    changes
}

/// An op with its slopes changed, both those of the definition and those of the evaluation.
struct Mutant<'a> {
    op: &'a dyn DynOp,
    change: Change,
}

impl Mutant<'_> {
    /// Whether a slope differs anywhere.
    fn differs(&self) -> bool {
        let smooth = (0..SEEDS).flat_map(|seed| points::smooth_points(self.op, &Options::new().seed(SEED + seed)));
        smooth.chain(points::edges(self.op)).any(|x| {
            let [right, wrong] = [self.op, self].map(|op: &dyn DynOp| value_and_slopes(op, &x));
            right.zip(wrong).is_some_and(|((_, right), (_, wrong))| !right.iter().zip(&wrong).all(same))
        })
    }

    /// The slopes, changed, given the value and how the right ones are found.
    fn slopes<R: Real>(
        &self,
        x: &[R],
        a: R,
        slopes: &mut [R],
        right: impl Fn(&[R], &mut [R]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self.change {
            Change::Shifted => {
                let step = |i: usize| 1e-6 * (i + 1) as f64;
                let beside: Vec<R> = x.iter().enumerate().map(|(i, &x)| x * (1.0 + 1e-6) + step(i)).collect();
                right(&beside, slopes)?;
            }
            Change::OutputForInput => right(&vec![a; x.len()], slopes)?,
            _ => right(x, slopes)?,
        }
        let zero = R::from(0.0);
        let each = |slopes: &mut [R], change: &dyn Fn(R, R) -> R| {
            slopes.iter_mut().zip(x).for_each(|(slope, &x)| *slope = change(*slope, x));
        };
        match self.change {
            Change::Shifted | Change::OutputForInput => {}
            Change::Times(factor) => each(slopes, &|slope, _| slope * factor),
            Change::Value => slopes.fill(a),
            Change::SinglePrecision => each(slopes, &|slope, _| {
                let c = slope * 536_870_913.0;
                c - (c - slope)
            }),
            Change::WrongOnTheRight => each(slopes, &|slope, x| R::select(zero.less(x), slope * 2.0, slope)),
            Change::ZeroInTheTail => each(slopes, &|slope, x| R::select(R::from(30.0).less(x.abs()), zero, slope)),
            Change::LeftAtKink => self.at_kinks(x, slopes, |kink, i| kink.left[i]),
            Change::RightAtKink => self.at_kinks(x, slopes, |kink, i| kink.right[i]),
            Change::OutsideAtKink => self.at_kinks(x, slopes, |kink, i| kink.left[i].max(kink.right[i]) + 0.5),
            Change::OneAtJump => self.op.jumps().iter().for_each(|at| put(x, at, slopes, |_| 1.0)),
            Change::Swapped => slopes.reverse(),
            Change::Forgotten(i) => slopes.iter_mut().skip(i).take(1).for_each(|slope| *slope = zero),
        }
        Ok(())
    }

    /// Puts other slopes at the declared kinks.
    fn at_kinks<R: Real>(&self, x: &[R], slopes: &mut [R], other: impl Fn(&Kink, usize) -> f64) {
        for kink in self.op.kinks() {
            put(x, &kink.at, slopes, |i| other(&kink, i));
        }
    }
}

/// Puts other slopes at one point.
fn put<R: Real>(x: &[R], at: &[f64], slopes: &mut [R], other: impl Fn(usize) -> f64) {
    if x.len() != at.len() {
        return;
    }
    for (i, slope) in slopes.iter_mut().enumerate() {
        // the slope stays unless every argument is at the point
        let there = x.iter().zip(at);
        *slope = there.fold(other(i).into(), |new, (&x, &at)| R::select(x.equal(at.into()), new, *slope));
    }
}

/// Whether two slopes are the same number, or both none. Zeros are not told apart by their signs, which no check is about.
fn same((a, b): (&f64, &f64)) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

/// The rule of the op, with its slopes changed, for each type of number.
macro_rules! rules {
    ($([$($lifetime:lifetime)?] $R:ty;)*) => { $(
        impl<$($lifetime)?> Rule<$R> for Mutant<'_> {
            fn value(&self, x: &[$R]) -> Result<$R, Error> {
                self.op.value(x)
            }
            fn slope(&self, x: &[$R], a: $R, slopes: &mut [$R]) -> Result<(), Error> {
                self.slopes(x, a, slopes, |x, slopes| self.op.slope(x, self.op.value(x)?, slopes))
            }
            fn evaluate_value(&self, x: &[$R]) -> Result<$R, Error> {
                self.op.evaluate_value(x)
            }
            fn evaluate(&self, x: &[$R], slopes: &mut [$R]) -> Result<$R, Error> {
                let a = self.op.evaluate_value(x)?;
                self.slopes(x, a, slopes, |x, slopes| self.op.evaluate(x, slopes).map(|_| ()))?;
                Ok(a)
            }
            fn apply(&self, x: &[$R]) -> Result<$R, Error> {
                self.op.apply(x)
            }
        } )*
    };
}
rules! { [] f64; [] Single; [] Dual; [] Witness; ['t] Expr<'t>; }

impl DynOp for Mutant<'_> {
    fn name(&self) -> &'static str {
        self.op.name()
    }
    fn arity(&self) -> Option<usize> {
        self.op.arity()
    }
    fn validate(&self, n: usize) -> Option<String> {
        self.op.validate(n)
    }
    fn params(&self) -> Params {
        self.op.params()
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error> {
        // no check changes a parameter
        self.op.with_param(name, value)
    }
    fn kinks(&self) -> Vec<Kink> {
        self.op.kinks()
    }
    fn jumps(&self) -> Vec<Point> {
        self.op.jumps()
    }
    fn domain(&self) -> Domain {
        self.op.domain()
    }
    fn samples(&self) -> Vec<Point> {
        self.op.samples()
    }
    fn is_opaque(&self) -> bool {
        self.op.is_opaque()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;

    /// The wrapper itself is seen by nobody.
    #[test]
    fn an_unchanged_rule_is_not_caught() {
        for op in Registry::new().iter() {
            let unchanged = Mutant { op: &**op, change: Change::Times(1.0) };
            assert!(!unchanged.differs(), "{}", op.name());
            let (report, original) = (check(&unchanged, &Options::new()), check(&**op, &Options::new()));
            assert_eq!((report.verdict, report.reason), (original.verdict, original.reason), "{}", op.name());
        }
    }
}
