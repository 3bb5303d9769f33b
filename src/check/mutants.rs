//! Negative control: rules made wrong on purpose, each of which the checker must catch.

use super::of_op::{check, value_and_slopes};
use super::{SEED, Verdict, points};
use crate::error::Error;
use crate::op::{Domain, Kink, Params, Point};
use crate::real::{Dual, Lanes, Real, Twofold};
use crate::tape::{Erased, Named, Recording, Rule, Var};
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
/// A change that alters no slope anywhere the checker looks, such as twice a slope that is 0, is no mutant and is not
/// counted.
///
/// ```
/// use gprime::{Registry, check};
/// for op in ["relu", "gelu", "hypot"] {
///     let mutants = check::mutants(Registry::new().get(op).unwrap());
///     println!("{mutants}");
///     mutants.assert_all_killed();
/// }
/// ```
pub fn mutants(op: &Arc<dyn Erased>) -> Mutants {
    let mut answer = Mutants { subject: op.name().to_owned(), killed: 0, total: 0, survivors: vec![] };
    for change in changes(&**op) {
        let mutant = Mutant { op: op.clone(), change };
        if !mutant.differs() {
            continue;
        }
        answer.total += 1;
        if check(&mutant, SEED).verdict == Verdict::Fail {
            answer.killed += 1;
        } else {
            answer.survivors.push(format!("{change:?}"));
        }
    }
    answer
}

/// What is done to a slope.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Times(f64),
    /// The slope a little beside the point.
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
    /// The slopes of two arguments exchanged.
    Swapped,
    /// No slope in the last argument.
    LastForgotten,
}

fn changes(op: &dyn Erased) -> Vec<Change> {
    use Change::*;
    let mut changes = [-1.0, 0.0, 0.5, 2.0, 1.0 + 1e-9, 1.0 - 1e-9].map(Times).to_vec();
    changes.extend([Shifted, OutputForInput, Value, SinglePrecision, WrongOnTheRight, ZeroInTheTail]);
    if !op.kinks().is_empty() {
        changes.extend([LeftAtKink, RightAtKink, OutsideAtKink]);
    }
    if op.arity() != Some(1) {
        changes.extend([Swapped, LastForgotten]);
    }
    changes
}

/// An op with its slopes changed.
struct Mutant {
    op: Arc<dyn Erased>,
    change: Change,
}

impl Mutant {
    /// Whether a slope differs at some point that the checker looks at.
    fn differs(&self) -> bool {
        let kinks = self.op.kinks().into_iter().map(|kink| kink.at);
        points::smooth_points(&*self.op, SEED).into_iter().chain(kinks).any(|x| {
            let slopes = value_and_slopes(&*self.op, &x);
            slopes.is_some() && slopes != value_and_slopes(self, &x)
        })
    }

    /// The slopes, changed.
    fn slopes<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) -> Result<(), Error>
    where
        dyn Erased: Rule<R>,
    {
        let op = &*self.op;
        match self.change {
            Change::Shifted => {
                let beside: Vec<R> = x.iter().map(|&x| x * (1.0 + 1e-6) + 1e-6).collect();
                op.slope(&beside, op.value(&beside)?, slopes)?;
            }
            Change::OutputForInput => {
                let at_value = vec![a; x.len()];
                op.slope(&at_value, op.value(&at_value)?, slopes)?;
            }
            _ => op.slope(x, a, slopes)?,
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
            Change::Swapped => slopes.reverse(),
            Change::LastForgotten => slopes.last_mut().into_iter().for_each(|slope| *slope = zero),
        }
        Ok(())
    }

    /// Puts other slopes at the declared kinks.
    fn at_kinks<R: Real>(&self, x: &[R], slopes: &mut [R], other: impl Fn(&Kink, usize) -> f64) {
        for kink in self.op.kinks().iter().filter(|kink| kink.at.len() == x.len()) {
            for (i, slope) in slopes.iter_mut().enumerate() {
                let changed = R::from(other(kink, i));
                // the slope stays unless every argument is at the kink
                let here =
                    x.iter().zip(&kink.at).fold(changed, |here, (&x, &at)| R::select(x.equal(at.into()), here, *slope));
                *slope = here;
            }
        }
    }
}

impl Named for Mutant {
    fn name(&self) -> &'static str {
        self.op.name()
    }
}

/// The rule of the op, with its slopes changed, for each type of number.
macro_rules! rules {
    ($([$($lifetime:lifetime)?] $R:ty;)*) => { $(
        impl<$($lifetime)?> Rule<$R> for Mutant {
            fn value(&self, x: &[$R]) -> Result<$R, Error> {
                self.op.value(x)
            }
            fn apply(&self, x: &[$R]) -> Result<$R, Error> {
                self.op.apply(x)
            }
            fn slope(&self, x: &[$R], a: $R, slopes: &mut [$R]) -> Result<(), Error> {
                self.slopes(x, a, slopes)
            }
        } )*
    };
}
rules! { [] f64; [] Dual; [] Dual<Dual>; [] Dual<Twofold>; [] Lanes; ['t] Var<'t, Recording>; }

impl Erased for Mutant {
    fn arity(&self) -> Option<usize> {
        self.op.arity()
    }
    fn fault(&self, n: usize) -> Option<String> {
        self.op.fault(n)
    }
    fn params(&self) -> Params {
        self.op.params()
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn Erased>, Error> {
        Ok(Arc::new(Mutant { op: self.op.with_param(name, value)?, change: self.change }))
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
}
