//! What a check says.

use super::hint::Hint;
use super::oracle::bar::Difference;
use crate::op::{Kink, Point};
use std::fmt;
use std::panic::Location;

/// What a check found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The rule agrees everywhere, to within a tolerance that would have shown a mistake.
    Pass,
    /// The rule is wrong somewhere.
    Fail,
    /// Nothing was found wrong, and something could not be decided.
    Unsure,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Unsure => "unsure",
        })
    }
}

/// A rule's slope at one point beside a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The point.
    pub at: Point,
    /// The argument that the slope is taken in.
    pub argument: usize,
    /// What the rule returned.
    pub rule: f64,
    /// What it was held against.
    pub reference: f64,
    /// Their distance.
    pub error: f64,
    /// The largest distance that passes.
    pub tolerance: f64,
}

impl Finding {
    pub(super) fn new(at: &[f64], argument: usize, rule: f64, reference: f64, tolerance: f64) -> Self {
        // the same infinity is no distance apart
        let error = if rule == reference { 0.0 } else { (rule - reference).abs() };
        Finding { at: Point::from_slice(at), argument, rule, reference, error, tolerance }
    }

    /// Whether the two agree. NaN agrees with nothing, an infinity with itself alone.
    pub(super) fn agrees(&self) -> bool {
        self.error.is_finite() && self.error <= self.tolerance
    }

    /// How near to failing: above 1 it has failed.
    fn severity(&self) -> f64 {
        if self.error == 0.0 {
            0.0
        } else if !self.error.is_finite() {
            f64::INFINITY
        } else {
            self.error / self.tolerance
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.len() > 1 {
            writeln!(f, "  in argument {} at {}", self.argument + 1, show(&self.at))?;
        } else {
            writeln!(f, "  at {}", show(&self.at))?;
        }
        writeln!(f, "    rule       {:e}", self.rule)?;
        writeln!(
            f,
            "    reference  {:e}, of which the rule is {:.9} times",
            self.reference,
            self.rule / self.reference
        )?;
        write!(f, "    error      {:.3e}, where {:.3e} would pass", self.error, self.tolerance)
    }
}

/// What was found at a kink.
#[derive(Clone, Debug, PartialEq)]
pub struct KinkFinding {
    /// The kink: as declared by an op, as measured of a function.
    pub kink: Kink,
    /// Whether the slopes on the sides are as declared, and the slope returned lies between them and is the declared one.
    pub verdict: Verdict,
}

/// Where in a function a rule is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The op.
    pub op: &'static str,
    /// The index of its node in the recording.
    pub node: usize,
    /// What the op was applied to.
    pub args: Point,
    /// The line of the program that applied it.
    pub line: &'static Location<'static>,
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use = "a check that nobody looks at finds nothing; `assert_pass` makes it a test"]
pub struct Report {
    /// What was checked: an op's name, or `function`.
    pub subject: String,
    /// What was found out.
    pub verdict: Verdict,
    /// The number of points looked at.
    pub points: usize,
    /// The number of slopes that could not be judged: neither the formula of the value nor differences have digits there.
    pub undecided: usize,
    /// The number of slopes at points where the formula of the value knows one branch of several alone, or has no digits, and its two
    /// sides decided.
    pub faults: usize,
    /// The slope that is nearest to failing, or fails most.
    pub worst: Option<Finding>,
    /// The kinks.
    pub kinks: Vec<KinkFinding>,
    /// In words, why it did not pass: the first that was found.
    pub reason: Option<String>,
    /// The largest error of a slope against its exact reference, in units of its last place, and where; slopes whose argument's
    /// own rounding makes more of an error are left out.
    pub ulp: Option<(f64, Point)>,
    /// At the worst point of a failure, what differences say beside the reference, and how far they may be off.
    pub numeric: Option<Difference>,
    /// What the mistake looks like, if it looks like one that is known.
    pub hint: Option<Hint>,
    /// A test that fails at the worst point, ready to be pasted.
    pub reproduce: Option<String>,
    /// Of a function, the first op whose own rule is wrong.
    pub located: Option<Located>,
    /// The first slope that failed, until it is explained.
    pub(super) failed: Option<Finding>,
}

impl Report {
    pub(super) fn new(subject: &str) -> Self {
        Report {
            subject: subject.to_owned(),
            verdict: Verdict::Pass,
            points: 0,
            undecided: 0,
            faults: 0,
            worst: None,
            kinks: vec![],
            reason: None,
            ulp: None,
            numeric: None,
            hint: None,
            reproduce: None,
            located: None,
            failed: None,
        }
    }

    /// Keeps the error in units of the last place, if it is the largest so far.
    pub(super) fn score(&mut self, exact: &Finding) {
        let unit = (exact.reference.abs() * f64::EPSILON).max(f64::from_bits(1));
        let ulp = exact.error / unit;
        if ulp.is_finite() && self.ulp.as_ref().is_none_or(|worst| ulp > worst.0) {
            self.ulp = Some((ulp, exact.at.clone()));
        }
    }

    /// Whether the verdict is [`Verdict::Pass`].
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass
    }

    /// For a test.
    ///
    /// # Panics
    /// If the check did not pass, with the report.
    #[track_caller]
    pub fn assert_pass(&self) {
        assert!(self.passed(), "{self}");
    }

    /// Takes a finding in; the worst is kept.
    pub(super) fn note(&mut self, finding: &Finding) {
        if self.worst.as_ref().is_none_or(|worst| finding.severity() > worst.severity()) {
            self.worst = Some(finding.clone());
        }
    }

    pub(super) fn fail(&mut self, reason: String) {
        if self.verdict != Verdict::Fail {
            self.verdict = Verdict::Fail;
            self.reason = Some(reason);
        }
    }

    /// Takes a verdict in, with its reason.
    pub(super) fn take(&mut self, verdict: Verdict, reason: String) {
        match verdict {
            Verdict::Pass => {}
            Verdict::Fail => self.fail(reason),
            Verdict::Unsure => self.unsure(reason),
        }
    }

    /// Adds to the reason.
    pub(super) fn explain_further(&mut self, reason: &str) {
        if let Some(first) = &mut self.reason {
            *first = format!("{first}; {reason}");
        }
    }

    pub(super) fn unsure(&mut self, reason: String) {
        if self.verdict == Verdict::Pass {
            self.verdict = Verdict::Unsure;
            self.reason = Some(reason);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, {} points", self.verdict, self.subject, self.points)?;
        if self.undecided > 0 {
            write!(f, ", {} slopes not judged", self.undecided)?;
        }
        if self.faults > 0 {
            write!(f, ", {} judged from the two sides of a branch", self.faults)?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(worst) = self.worst.as_ref().filter(|_| !self.passed()) {
            write!(f, "\n{worst}")?;
        }
        if let Some(Difference { slope, error }) = &self.numeric {
            write!(f, "\n    numeric    {slope:e} ± {error:.1e}")?;
        }
        if let Some(Located { op, node, args, line }) = &self.located {
            write!(f, "\n    located    {op}, node {node}, at {}; recorded at {line}", show(args))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n    hint       {hint}")?;
        }
        if let Some(test) = &self.reproduce {
            write!(f, "\n\n{test}")?;
        }
        for KinkFinding { kink, verdict } in &self.kinks {
            let Kink { at, left, right, slope, .. } = kink;
            write!(f, "\n  kink at {}: slopes {} and {}", show(at), show(left), show(right))?;
            write!(f, ", {} returned: {verdict}", show(slope))?;
        }
        Ok(())
    }
}

/// How many numbers of a point are shown.
const SHOWN: usize = 5;

/// A point as it is read: a number, or several in parentheses, of which the first are shown.
pub(super) fn show(x: &[f64]) -> String {
    let number = |x: &f64| {
        if *x == 0.0 || (1e-4..1e7).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") }
    };
    match x {
        [x] => number(x),
        x => {
            let rest = if x.len() > SHOWN { format!(", … {} in all", x.len()) } else { String::new() };
            format!("({}{rest})", x.iter().take(SHOWN).map(number).collect::<Vec<_>>().join(", "))
        }
    }
}
