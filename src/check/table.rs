//! The gradient table: the derivative of an output by each input in three ways, and how the error of differences depends on their step.

use super::crossing::kink_between;
use super::judge::{Claim, Judged, Place, judge_recorded};
use super::oracle::recording::ExactAdjoints;
use super::report::Verdict;
use super::tolerance::Tolerance;
use crate::error::Error;
use crate::graph::{Expr, Float, Id, Recorder, unnamed_output, widened};
use crate::visible::visible;

/// The gradient beside other ways to find it, and how the error of differences depends on their step.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Check {
    /// Whether every line is good.
    pub passed: bool,
    /// What the output is called.
    pub output: String,
    /// The step of the central differences; for an input beyond ±10, times its magnitude.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub step: f64,
    /// One line for each input.
    pub inputs: Vec<CheckLine>,
    /// One line for each step, from the largest on.
    pub sweep: Vec<SweepLine>,
}

/// The derivative by one input, found in three ways.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CheckLine {
    /// The input's name.
    pub input: String,
    /// By the reverse sweep, through the rules.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub reverse: f64,
    /// By dual numbers through the value of every op; `None` where an op is known only as closures.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::optional"))]
    pub forward: Option<f64>,
    /// By central differences.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub numeric: f64,
    /// The distance of the reverse sweep's from the differences', relative to the larger, or to 10⁻⁸ if both are smaller.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub error: f64,
    /// At a kink or a jump, the slopes on the left and on the right.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub sides: Vec<f64>,
    /// What the error is worth.
    pub verdict: Agreement,
    /// Where the differences of the table are worth nothing although the derivative is good: the node whose kink their step crosses.
    #[cfg_attr(feature = "serde", serde(default))]
    pub crossed: Option<Id>,
}

/// What central differences with one step are worth.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SweepLine {
    /// The step, as [`Check::step`].
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub step: f64,
    /// For each input the relative distance from the reverse sweep's derivative.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub errors: Vec<f64>,
}

/// What the derivatives by differences say of the one by the reverse sweep. They are asked with steps of all sizes, not only with that
/// of the table, and in double precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Agreement {
    /// They agree.
    Good,
    /// There is a kink, and the derivative lies between the slopes on its two sides.
    Kink,
    /// The value jumps, so that there is no derivative.
    Jump,
    /// The value is not finite.
    Undefined,
    /// The differences are too rough to tell.
    Doubtful,
    /// They differ, or dual numbers do.
    Wrong,
}

/// The steps of the sweep.
const STEPS: [f64; 6] = [1e-1, 1e-3, 6e-6, 1e-8, 1e-11, 1e-13];
const STEPS_IN_SINGLE: [f64; 6] = [1e0, 1e-1, 5e-3, 1e-4, 1e-5, 1e-6];
/// How far a derivative in single precision may be off, relative to itself.
const SINGLE: f64 = 1e-3;
/// How far differences with one step are from a good derivative at the most, relative to it, if they see no kink.
const NEAR: f64 = 1e-6;

impl Recorder {
    /// The gradient of an output in three ways: by the reverse sweep, by dual numbers, and by central differences of the recording,
    /// with one step and with several. The recording keeps to the branches that the program took.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another recorder.
    pub fn check_gradient(&self, y: Expr<'_>) -> Result<Check, Error> {
        self.check_gradient_in::<f64>(y)
    }

    /// The [gradient table](Recorder::check_gradient) of the recording in double or, with [`Single`](crate::real::Single), in single precision.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another recorder.
    pub fn check_gradient_in<R: Float>(&self, y: Expr<'_>) -> Result<Check, Error> {
        self.indices(&[y])?;
        // the exact derivative, and how far round-off may move it, are those of what is done in functions
        let own = self.ids();
        let Some(opened) = self.opened_calls() else { return Table::<R>::new(self, y, own)?.check() };
        let tape = opened.recorder();
        let ids = (0..tape.len()).map(|node| own[opened.owner(node)]).collect();
        Table::<R>::new(tape, opened.get(y)?, ids)?.check()
    }
}

/// What the lines of a table are computed from.
struct Table<'a, R> {
    tape: &'a Recorder,
    output: usize,
    /// The value of every node.
    values: Vec<R>,
    /// The adjoint of every node up to the output.
    adjoints: Vec<R>,
    exact: ExactAdjoints,
    /// What a node is called; of what is done in a function, what the result of the function is called.
    ids: Vec<Option<Id>>,
}

impl<'a, R: Float> Table<'a, R> {
    fn new(tape: &'a Recorder, y: Expr<'_>, ids: Vec<Option<Id>>) -> Result<Self, Error> {
        let (output, values) = (tape.indices(&[y])?[0], tape.values_in::<R>()?);
        let adjoints = tape.adjoints_in(&values, output, |_| {})?;
        let exact = ExactAdjoints::of::<R>(tape, output);
        Ok(Table { tape, output, values, adjoints, exact, ids })
    }

    fn check(&self) -> Result<Check, Error> {
        let inputs: Vec<usize> = (0..self.tape.len()).filter(|&node| self.tape.node(node).is_input).collect();
        let lines = inputs.iter().map(|&input| self.line(input)).collect::<Result<Vec<_>, _>>()?;
        let steps = if R::IS_SINGLE { STEPS_IN_SINGLE } else { STEPS };
        let errors = |step: f64| {
            let error = |&input: &usize| Ok(relative(self.reverse(input), self.difference(input, step)?));
            Ok(SweepLine { step, errors: inputs.iter().map(error).collect::<Result<_, Error>>()? })
        };
        let unnamed = || unnamed_output((0..self.tape.len()).filter_map(|node| self.name(node))).to_owned();
        Ok(Check {
            passed: lines.iter().all(|line| matches!(line.verdict, Agreement::Good | Agreement::Kink)),
            output: self.name(self.output).unwrap_or_else(unnamed),
            step: self.step(),
            inputs: lines,
            sweep: steps.into_iter().map(errors).collect::<Result<_, Error>>()?,
        })
    }

    /// The line of an input.
    fn line(&self, input: usize) -> Result<CheckLine, Error> {
        let reverse = self.reverse(input);
        let numeric = self.difference(input, self.step())?;
        let error = relative(reverse, numeric);
        let (verdict, sides) = self.verdict(input);
        let tolerance = if R::IS_SINGLE { SINGLE } else { NEAR };
        let crossed = if verdict == Agreement::Good && error > tolerance { self.crossed(input)? } else { None };
        let unnamed = || self.ids[input].map_or_else(String::new, |id| id.to_string());
        Ok(CheckLine {
            input: self.name(input).unwrap_or_else(unnamed),
            reverse,
            forward: self.tape.slope_by_value(self.output, input).ok(),
            numeric,
            error,
            sides,
            verdict,
            crossed,
        })
    }

    /// The name of a node, as it may be shown.
    fn name(&self, node: usize) -> Option<String> {
        self.tape.name_at(node).map(|name| visible(&name).into_owned())
    }

    /// The derivative by an input from the reverse sweep.
    fn reverse(&self, input: usize) -> f64 {
        // an input after the output has no adjoint
        self.adjoints.get(input).map_or(0.0, |adjoint| adjoint.to_f64())
    }

    /// The step of the table's differences.
    fn step(&self) -> f64 {
        R::EPSILON.cbrt()
    }

    /// The arguments of a central difference by an input; of one beyond ±10 the step is relative.
    fn ends(&self, input: usize, step: f64) -> [f64; 2] {
        let x = self.values[input].to_f64();
        let step = step * if x.abs() > 10.0 { x.abs() } else { 1.0 };
        [x - step, x + step]
    }

    /// The central difference by an input.
    fn difference(&self, input: usize, step: f64) -> Result<f64, Error> {
        let [low, high] = self.ends(input, step).map(R::from);
        let value = |x: R| Ok::<_, Error>(self.tape.values_with(input, x)?[self.output].to_f64());
        Ok((value(high)? - value(low)?) / (high.to_f64() - low.to_f64()))
    }

    /// What the exact derivative and differences with steps of all sizes say of the derivative by an input, and the slopes on the two sides of
    /// a kink. Differences of one step do not see the kink of |x| at 0, and small steps need all digits, so these are in double precision.
    fn verdict(&self, input: usize) -> (Agreement, Vec<f64>) {
        // in single precision a value may overflow that does not in double
        if !self.values[self.output].to_f64().is_finite() {
            return (Agreement::Undefined, vec![]);
        }
        let (x, slope) = (self.values[input].to_f64(), self.reverse(input));
        let around = |x: f64| {
            let values = self.tape.values_with(input, x);
            values.map_or(f64::NAN, |values| values[self.output])
        };
        let in_single = Tolerance { exact: SINGLE, numeric: SINGLE, ..Tolerance::DEFAULT };
        let tolerance = if R::IS_SINGLE { in_single } else { Tolerance::DEFAULT };
        let claim = Claim { what: "the derivative", at: &[x], argument: 0, slope };
        let judged = judge_recorded(&claim, self.exact.at(input), &around, x, &tolerance);
        agreement(&judged.beside_differences(&claim, &around, x, &tolerance, || true), slope)
    }

    /// The node whose kink lies between its arguments at the two ends of the table's difference by an input.
    fn crossed(&self, input: usize) -> Result<Option<Id>, Error> {
        let [low, high] = self.ends(input, self.step()).map(|x| self.tape.values_with(input, R::from(x)));
        Ok(kink_between(self.tape, &widened(&low?), &widened(&high?)).and_then(|node| self.ids[node]))
    }
}

/// What a line says of a slope that was judged, and the slopes on the two sides of a kink.
fn agreement(judged: &Judged, slope: f64) -> (Agreement, Vec<f64>) {
    match (judged.verdict, judged.place) {
        (_, Place::Kink(sides)) if sides.iter().any(|side| !side.is_finite()) => (Agreement::Doubtful, vec![]),
        (Verdict::Pass, Place::Kink(sides)) => (Agreement::Kink, sides.to_vec()),
        (Verdict::Fail, Place::Kink(sides)) => (Agreement::Wrong, sides.to_vec()),
        (Verdict::Pass, _) => (Agreement::Good, vec![]),
        (Verdict::Fail, _) => (Agreement::Wrong, vec![]),
        (Verdict::Unsure, Place::Jump(_)) => (Agreement::Jump, vec![]),
        (Verdict::Unsure, Place::NonFinite) => (Agreement::Undefined, vec![]),
        // as infinite as it should be
        (Verdict::Unsure, Place::Steep) if slope.is_infinite() => (Agreement::Good, vec![]),
        (Verdict::Unsure, _) => (Agreement::Doubtful, vec![]),
    }
}

/// The distance of two numbers relative to the larger, or to 10⁻⁸ if both are smaller.
pub(crate) fn relative(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()).max(1e-8) }
}
