//! A slope written by hand, held against its function point by point.

use crate::check::diagnosis::Sample;
use crate::check::guard::Guard;
use crate::check::hint::Hint;
use crate::check::judge::{Claim, Judged, Place, judge};
use crate::check::options::Options;
use crate::check::oracle::dual::Exact;
use crate::check::random::Random;
use crate::check::report::{Finding, KinkFinding, Report, Verdict, show};
use crate::check::shrink;
use crate::op::{Kink, Point};
use std::ops::Range;

/// How many points of each random kind are asked.
const RANDOM: usize = 32;
/// Numbers where kinks and thresholds are put.
const PLAIN: [f64; 10] = [0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 5.0, 6.0, 10.0, 20.0];

/// A function and its slope as two closures, to be checked [at](RuleCheck::at) points or [over](RuleCheck::over) a range.
#[derive(Clone, Debug)]
pub struct RuleCheck<F, D> {
    f: F,
    df: D,
    name: String,
    options: Options,
}

/// Checks the slope `df` of `f`, two plain closures, against differences of `f`.
///
/// It passes only where the error bar of the differences says so, to 10⁻⁶ of the slope. Where they cannot know, as in the
/// saturated tail of a sigmoid, the verdict is [`Verdict::Unsure`], with the reason. At a kink the slope must lie between those on
/// the two sides; a jump and a slope without bound are reported.
///
/// ```
/// use gprime::check::{self, Hint, Verdict};
/// check::rule(f64::sin, f64::cos).over(-10.0..10.0).assert_pass();
/// check::rule(f64::abs, |x| if x == 0.0 { 0.0 } else { x.signum() }).at(&[-1.0, 0.0, 2.0]).assert_pass();
///
/// let report = check::rule(f64::cos, f64::sin).named("cos").over(-10.0..10.0);
/// assert_eq!((report.verdict, report.hint), (Verdict::Fail, Some(Hint::Sign)));
/// ```
pub fn rule<F: Fn(f64) -> f64, D: Fn(f64) -> f64>(f: F, df: D) -> RuleCheck<F, D> {
    RuleCheck { f, df, name: "rule".to_owned(), options: Options::new() }
}

impl<F: Fn(f64) -> f64, D: Fn(f64) -> f64> RuleCheck<F, D> {
    /// What the report calls it.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        RuleCheck { name: name.to_owned(), ..self }
    }

    /// Says that the function rounds its values and its argument to a relative precision: 10⁻⁷ for one that computes in `f32`.
    ///
    /// Values of such a function are constant over small steps. Without this the checker cannot know whether they are so by rounding or
    /// because the function is made of steps, and is unsure; with it, it takes them for rounded. What passes then agrees to the
    /// square root of the precision.
    ///
    /// ```
    /// use gprime::check::{self, Verdict};
    /// let sin = |x: f64| f64::from((x as f32).sin());
    /// assert_eq!(check::rule(sin, f64::cos).at(&[1.0]).verdict, Verdict::Unsure);
    /// check::rule(sin, f64::cos).noise(1e-7).at(&[1.0]).assert_pass();
    /// assert_eq!(check::rule(sin, |_| 0.0).noise(1e-7).at(&[1.0]).verdict, Verdict::Fail);
    /// ```
    ///
    /// # Panics
    /// If it is not a number from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn noise(self, precision: f64) -> Self {
        RuleCheck { options: self.options.noise(precision), ..self }
    }

    /// The check with these options: a seed, a tolerance, a scale, and a domain outside of which the closures are never called.
    ///
    /// ```
    /// use gprime::check::{self, Options};
    /// let slope = |x: f64| f64::from((1.0 / x) as f32);
    /// let options = Options::new().tolerance(1e-5).domain(&[(0.0, f64::INFINITY)]);
    /// check::rule(f64::ln, slope).options(options).over(0.0..10.0).assert_pass();
    /// ```
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        RuleCheck { options, ..self }
    }

    /// Checks the slope at points.
    pub fn at(&self, points: &[f64]) -> Report {
        self.subject().at(points)
    }

    /// Checks the slope at points of a range, without its ends: at random ones, uniform and of all magnitudes from either end
    /// and from 0, and at plain ones such as 1 and 20. An end at infinity counts as 1000.
    pub fn over(&self, range: Range<f64>) -> Report {
        self.subject().over(range)
    }

    fn subject(&self) -> Subject<'_> {
        Subject { f: &self.f, df: &self.df, name: &self.name, options: &self.options }
    }
}

/// What is checked, with the closures behind pointers, so that the check is compiled once for all.
struct Subject<'a> {
    f: &'a dyn Fn(f64) -> f64,
    df: &'a dyn Fn(f64) -> f64,
    name: &'a str,
    options: &'a Options,
}

impl Subject<'_> {
    fn at(&self, points: &[f64]) -> Report {
        // the simplest point that fails is looked for between those asked
        let range = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), &x| (lo.min(x), hi.max(x)));
        self.check(points, &|x| range.0 <= x && x <= range.1)
    }

    fn over(&self, range: Range<f64>) -> Report {
        let [lo, hi] = [range.start, range.end].map(|end| if end.is_infinite() { 1e3f64.copysign(end) } else { end });
        let mut random = Random(self.options.seed);
        let signed = PLAIN.into_iter().flat_map(|x| [x, -x]);
        let uniform = (0..RANDOM).map(|_| lo + random.unit() * (hi - lo)).collect::<Vec<_>>();
        let spread = (0..RANDOM).flat_map(|_| {
            let step = (hi - lo) * 10f64.powf(-8.0 * random.unit());
            [step, -step, lo + step, hi - step]
        });
        let mut points: Vec<f64> = uniform.into_iter().chain(spread).chain(signed).collect();
        points.retain(|&x| lo < x && x < hi && self.options.allows(&[x]));
        self.check(&points, &|x| lo < x && x < hi)
    }

    fn check(&self, points: &[f64], allowed: &dyn Fn(f64) -> bool) -> Report {
        let mut report = Report::new(self.name);
        for &x in points {
            self.point(x, &mut report);
        }
        if points.is_empty() {
            report.unsure("no points".to_owned());
        }
        if let Some(failed) = report.failed.take() {
            self.explain(&failed, allowed, &mut report);
        }
        report
    }

    /// The value, NaN where the closure must not be called or panics.
    fn f<'a>(&'a self, guard: &'a Guard<'_>) -> impl Fn(f64) -> f64 + 'a {
        |x| guard.call(&[x], || (self.f)(x)).unwrap_or(f64::NAN)
    }

    fn df<'a>(&'a self, guard: &'a Guard<'_>) -> impl Fn(f64) -> f64 + 'a {
        |x| guard.call(&[x], || (self.df)(x)).unwrap_or(f64::NAN)
    }

    fn judge(&self, x: f64, guard: &Guard<'_>) -> Judged {
        let claim = Claim { what: "the slope", at: &[x], argument: 0, slope: self.df(guard)(x) };
        judge(&claim, Exact::NotAsked, &self.f(guard), x, &self.options.tolerance)
    }

    fn point(&self, x: f64, report: &mut Report) {
        report.points += 1;
        let guard = Guard::new(self.options);
        let (f, df) = (self.f(&guard), self.df(&guard));
        if !(same(f(x), f(x)) && same(df(x), df(x))) {
            report.fail(format!("there is another answer when it is asked again, at {}", show(&[x])));
        }
        if guard.panicked_at(&[x]) {
            return guard.tell(&[x], report);
        }
        let Judged { verdict, reason, finding, place, .. } = self.judge(x, &guard);
        if let Some(finding) = finding {
            report.note(&finding);
            if verdict == Verdict::Fail {
                report.failed.get_or_insert(finding);
            }
        }
        if let Place::Kink([left, right]) = place
            && left.is_finite()
        {
            let [at, left, right, slope] = [x, left, right, df(x)].map(|number| Point::from_slice(&[number]));
            report.kinks.push(KinkFinding { kink: Kink { at, left, right, slope, other_libraries: vec![] }, verdict });
        }
        report.take(verdict, reason);
        guard.tell(&[x], report);
    }

    /// Replaces the point of a failure by the simplest that fails alike, and says what the mistake looks like.
    fn explain(&self, failed: &Finding, allowed: &dyn Fn(f64) -> bool, report: &mut Report) {
        let guard = Guard::new(self.options);
        let fails = |x: &[f64]| {
            let judged = (allowed(x[0]) && self.options.allows(x)).then(|| self.judge(x[0], &guard))?;
            judged.finding.filter(|_| judged.verdict == Verdict::Fail)
        };
        let finding = shrink::simplest(&failed.at, fails).unwrap_or_else(|| failed.clone());
        let (f, df) = (|x: &[f64]| self.f(&guard)(x[0]), |x: &[f64]| vec![self.df(&guard)(x[0])]);
        report.hint = Hint::explaining(&Sample::beside(&f, &df, &finding));
        report.reason = Some(self.judge(finding.at[0], &guard).reason);
        report.reproduce = Some(shrink::foreign_test("rule", &finding.at));
        report.worst = Some(finding);
    }
}

/// Whether two numbers are the same to the bit, or both NaN.
pub(super) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
