//! The gradient beside other ways to find it.

use super::style::{Cell, Style, Tint, ends, widths};
use super::trace::{Agreement, Check, CheckLine, Id, Node, SweepLine, Trace, label};
use crate::Real;
use crate::check::{self, Place, Verdict};
use crate::error::Error;
use crate::graph::{self, Expr, Recorder};

impl CheckLine {
    /// What is said after the verdict of a step that crosses a kink.
    pub(crate) fn crossing(&self) -> String {
        self.crossed.map_or(String::new(), |node| format!(": kink crossed at {node}"))
    }
}

/// The precision that a function is computed in, as far as differences depend on it.
struct Precision {
    rounded: fn(f64) -> f64,
    /// The distance of 1 from the next number.
    epsilon: f64,
    /// The smallest positive number.
    smallest: f64,
    steps: &'static [f64],
    /// How far a derivative may be off, relative to itself; `None` for the checker's own tolerances.
    tolerance: Option<f64>,
}

const F64: Precision = Precision {
    rounded: |x| x,
    epsilon: f64::EPSILON,
    smallest: f64::from_bits(1),
    steps: &[1e-1, 1e-3, 6e-6, 1e-8, 1e-11, 1e-13],
    tolerance: None,
};
const F32: Precision = Precision {
    rounded: |x| f64::from(x as f32),
    epsilon: f32::EPSILON as f64,
    smallest: f32::from_bits(1) as f64,
    steps: &[1e0, 1e-1, 5e-3, 1e-4, 1e-5, 1e-6],
    tolerance: Some(1e-3),
};

/// How many inputs are shown in the table.
const MOST_INPUTS: usize = 20;

impl Recorder {
    /// The gradient of an output in three ways: by the reverse sweep, by dual numbers, and by central differences of the recording,
    /// with one step and with several. The recording keeps to the branches that the program took.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another tape.
    pub fn check_gradient(&self, y: Expr<'_>) -> Result<Check, Error> {
        self.check_in(y, &F64)
    }

    /// The same of the recording in single precision, as [`trace_f32`](Recorder::trace_f32) has it.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another tape.
    pub fn check_gradient_f32(&self, y: Expr<'_>) -> Result<Check, Error> {
        self.check_in(y, &F32)
    }

    fn check_in(&self, y: Expr<'_>, precision: &Precision) -> Result<Check, Error> {
        let output = self.indices(&[y])?[0];
        let trace = if precision.epsilon == F64.epsilon { self.trace(y) } else { self.trace_f32(y) }?;
        let nodes = (0..self.len()).filter(|&index| self.node(index).is_input);
        let inputs: Vec<_> = trace.inputs().zip(nodes).collect();
        let value_in = |precision: &Precision, input: usize, x: f64| -> Result<f64, Error> {
            let at = |node: usize, recorded: f64| if node == input { x } else { recorded };
            Ok(self.values(at, precision.rounded)?[output])
        };
        let value = |input, x| value_in(precision, input, x);
        let differences = |input: usize, x: f64, step: f64| -> Result<f64, Error> {
            let step = step * if x.abs() > 10.0 { x.abs() } else { 1.0 };
            let [low, high] = [x - step, x + step].map(precision.rounded);
            Ok((value(input, high)? - value(input, low)?) / (high - low))
        };
        let step = precision.epsilon.cbrt();
        let magnitudes = magnitudes(&trace);
        let exact = check::exact_adjoints(self, output);
        let mut lines = vec![];
        for (node, input) in &inputs {
            let reverse = node.adjoint.unwrap_or(0.0);
            let numeric = differences(*input, node.value, step)?;
            let error = relative(reverse, numeric);
            // differences of one step do not see the kink of |x| at 0, and small steps need all digits
            let around = |x: f64| value_in(&F64, *input, x).unwrap_or(f64::NAN);
            let forward = self.slope_by_value(output, *input).ok();
            // an input after the output has no adjoint
            let exact = exact.get(*input).copied().unwrap_or(Some(check::Difference { slope: 0.0, error: 0.0 }));
            let (verdict, sides) = precision.judge(reverse, exact, &around, node.value, magnitudes[node.id.index()]);
            let crossed = if verdict == Agreement::Good && error > precision.tolerance.unwrap_or(1e-6) {
                let step = step * if node.value.abs() > 10.0 { node.value.abs() } else { 1.0 };
                let ends = [node.value - step, node.value + step].map(|x| {
                    self.values(|index, recorded| if index == *input { x } else { recorded }, precision.rounded)
                });
                let [low, high] = ends;
                self.crossed(&trace, &low?, &high?)
            } else {
                None
            };
            lines.push(CheckLine { input: label(node), reverse, forward, numeric, error, sides, verdict, crossed });
        }
        let mut sweep = vec![];
        for &step in precision.steps {
            let error = |(node, input): &(&Node, usize)| {
                Ok(relative(node.adjoint.unwrap_or(0.0), differences(*input, node.value, step)?))
            };
            sweep.push(SweepLine { step, errors: inputs.iter().map(error).collect::<Result<_, Error>>()? });
        }
        let passed = lines.iter().all(|line| matches!(line.verdict, Agreement::Good | Agreement::Kink));
        Ok(Check { passed, output: trace.output_name().to_owned(), step, inputs: lines, sweep })
    }
}

impl Recorder {
    /// The first node whose kink lies between its arguments in two runs.
    fn crossed(&self, trace: &Trace, low: &[f64], high: &[f64]) -> Option<Id> {
        let recorded = (0..self.len()).map(|index| self.node(index)).filter(|node| node.is_input || node.op.is_some());
        let between = |at: f64, a: f64, b: f64| a.min(b) < at && at < a.max(b);
        let crosses = |node: &graph::Node| {
            let kinks = node.op.as_ref().map_or(vec![], |op| op.kinks());
            match node.args[..] {
                [x] => kinks.iter().any(|kink| between(kink.at[0], low[x], high[x])),
                // where they are equal
                [x, y] => {
                    let tied = !kinks.is_empty() && kinks.iter().all(|kink| kink.at[0] == kink.at[1]);
                    tied && between(0.0, low[x] - low[y], high[x] - high[y])
                }
                _ => false,
            }
        };
        recorded.zip(&trace.nodes).find(|(node, _)| crosses(node)).map(|(_, entry)| entry.id)
    }
}

impl Precision {
    /// Judges a derivative of `f` at `x`, given the exact one, if it is known; `magnitude` is what it would be if nothing cancelled in it.
    /// With it come the slopes on the two sides of a kink.
    fn judge(
        &self,
        reverse: f64,
        exact: Option<check::Difference>,
        f: &dyn Fn(f64) -> f64,
        x: f64,
        magnitude: f64,
    ) -> (Agreement, Vec<f64>) {
        let round_off = 16.0 * (self.epsilon * magnitude).max(self.smallest);
        let exact = exact.map(|exact| check::Difference { error: exact.error + round_off, ..exact });
        match check::agreement(reverse, exact, f, x, self.tolerance) {
            (_, Place::Kink(sides)) if sides.iter().any(|side| !side.is_finite()) => (Agreement::Doubtful, vec![]),
            (Verdict::Pass, Place::Kink(sides)) => (Agreement::Kink, sides.to_vec()),
            (Verdict::Fail, Place::Kink(sides)) => (Agreement::Wrong, sides.to_vec()),
            (Verdict::Pass, _) => (Agreement::Good, vec![]),
            (Verdict::Fail, _) => (Agreement::Wrong, vec![]),
            (Verdict::Unsure, Place::Jump(_)) => (Agreement::Jump, vec![]),
            (Verdict::Unsure, Place::NonFinite) => (Agreement::Undefined, vec![]),
            // as infinite as it should be
            (Verdict::Unsure, Place::Steep) if reverse.is_infinite() => (Agreement::Good, vec![]),
            (Verdict::Unsure, _) => (Agreement::Doubtful, vec![]),
        }
    }
}

/// The adjoints as they would be if nothing cancelled in them.
fn magnitudes(trace: &Trace) -> Vec<f64> {
    let mut magnitudes = vec![0.0; trace.nodes.len()];
    magnitudes[trace.output.index()] = trace.seed.abs();
    for node in trace.nodes.iter().rev() {
        let own = magnitudes[node.id.index()];
        for (arg, partial) in node.args.iter().zip(&node.partials) {
            if let Some(arg) = arg.node() {
                magnitudes[arg.index()] += own.mul_strong_zero(partial.value.abs());
            }
        }
    }
    magnitudes
}

/// The distance of two numbers relative to the larger, or to 10⁻⁸ if both are smaller.
pub(crate) fn relative(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()).max(1e-8) }
}

/// An error with two digits.
pub(crate) fn small(error: f64) -> String {
    if error == 0.0 { "0".to_owned() } else { format!("{error:.1e}") }
}

impl Check {
    /// The table of derivatives, and how the error depends on the step.
    pub fn table(&self, style: &Style) -> String {
        let wide = style.doubled();
        let numeric = format!("numeric h={:.1e}", self.step);
        let mut rows = vec![["", "reverse", "forward (dual)", &numeric].map(Cell::new).to_vec()];
        rows[0].push(Cell::wide("rel. error"));
        let (first, last) = ends(self.inputs.len(), MOST_INPUTS);
        let row = |line: &CheckLine| {
            let tint = if line.verdict == Agreement::Wrong { Tint::Bad } else { Tint::Forward };
            let sides = match line.sides[..] {
                [left, right] => format!(": {} on the left, {} on the right", style.short(left), style.short(right)),
                _ => String::new(),
            };
            let word = match line.verdict {
                Agreement::Good => format!("good{}", line.crossing()),
                Agreement::Kink => format!("kink{sides}"),
                Agreement::Jump => "the value jumps here: there is no derivative".to_owned(),
                Agreement::Undefined => "the value is not finite here".to_owned(),
                Agreement::Doubtful => "doubtful: the differences are too rough".to_owned(),
                Agreement::Wrong => format!("wrong{sides}"),
            };
            let name = style.text(&format!("∂{}/∂{}", self.output, line.input)).into_owned();
            vec![
                Cell::new(name),
                Cell::new(wide.number(line.reverse)),
                Cell::new(line.forward.map_or("-".to_owned(), |x| wide.number(x))),
                Cell::new(wide.number(line.numeric)),
                Cell::new(small(line.error)),
                Cell::new(word).tint(tint),
            ]
        };
        rows.extend(self.inputs[first.clone()].iter().map(row));
        if last.start > first.end {
            rows.push(vec![Cell::wide(format!("{} here", style.count(last.start - first.end, "more input")))]);
        }
        rows.extend(self.inputs[last.clone()].iter().map(row));
        style.columns(&rows, &[6, 3, 3, 3, 3]) + &self.sweep_rows(style, first.chain(last))
    }

    fn sweep_rows(&self, style: &Style, inputs: impl Iterator<Item = usize>) -> String {
        let mut rows = vec![vec![Cell::new("step h")]];
        rows[0].extend(self.sweep.iter().map(|line| Cell::new(format!("{:e}", line.step))));
        for input in inputs {
            let errors: Vec<f64> = self.sweep.iter().map(|line| line.errors[input]).collect();
            let mut row = vec![Cell::new(style.text(&format!("error {}", self.inputs[input].input)))];
            row.extend(errors.iter().map(|error| Cell::new(small(*error))));
            let best = errors.iter().copied().fold(f64::INFINITY, f64::min);
            if matches!(errors[..], [first, .., last] if first > best && last > best) {
                row.push(Cell::wide(style.text("  too big ← best → rounding")));
            }
            rows.push(row);
        }
        let gaps = widths(&rows).into_iter().enumerate();
        let gaps: Vec<usize> =
            gaps.map(|(i, width)| if i == 0 { 2 } else { 9usize.saturating_sub(width).max(2) }).collect();
        style.columns(&rows, &gaps)
    }
}
