//! Checking a routine: the gradient of each of its results, and that it is one program on every number.

use super::guard::Guard;
use super::of_function::check;
use super::options::Options;
use super::random::Random;
use super::report::{Finding, Report, Verdict, show};
use crate::forward::{Ieee, Tangents};
use crate::function::{Number, Routine, numbers};
use crate::graph::{Expr, Recorder};
use crate::op::Call;
use crate::tape::Tape;

/// Up to so many results each is checked by itself; of more, so many sums of all with random weights.
const EACH: usize = 4;
/// So many directions are taken in one run forwards.
const WIDTH: usize = 8;
/// How far apart the values or the slopes on two types of number may be by round-off, relative to what they are sums of.
const ROUND_OFF: f64 = 1e-9;

/// Checks the derivatives of a routine at a point, as [`check::function`](fn@super::function) does those of a closure: of each result, or, of more
/// than four, of sums with random weights.
///
/// A routine can be run on every number, so it is held to more: its value is the same on plain numbers, on
/// [`Tangents`](crate::forward::Tangents), on the variables of a tape and on a recording; and its slopes are so forwards and in reverse. One
/// that looks at the type of its number, or gives something else when it is run again, fails.
///
/// ```
/// use gprime::{check, prelude::*};
///
/// let polar = routine!(|x| -> [R; 2] { [x[0].hypot(x[1]), x[1].atan2(x[0])] });
/// check::routine(&polar, &[0.7, -1.2]).assert_pass();
/// ```
///
/// Where the routine gives an error at the point, the verdict is [`Verdict::Unsure`].
pub fn routine(routine: &impl Routine, x: &[f64]) -> Report {
    Options::new().routine(routine, x)
}

impl Options {
    /// Checks a routine, as [`check::routine`](fn@super::routine).
    pub fn routine(&self, routine: &impl Routine, x: &[f64]) -> Report {
        let (mut report, guard) = (Report::new("routine"), Guard::new(self));
        let results = guard.call(x, || run_on(routine, x, |y| y.len()));
        guard.tell(x, &mut report);
        match results {
            None if report.passed() => report.unsure(format!("the point {} is outside of the domain", show(x))),
            None => {}
            Some(None) => report.unsure(format!("the routine gives an error at {}, and no numbers", show(x))),
            Some(Some(results)) => self.check_results(routine, x, results, &mut report),
        }
        report
    }

    fn check_results<P: Routine>(&self, routine: &P, x: &[f64], results: usize, report: &mut Report) {
        for (name, weights) in sums(results, self.seed) {
            let weights = &*weights;
            let of_result = check(&|x| sum_on(routine, x, weights).unwrap_or(Expr::constant(f64::NAN)), x, self);
            let explain = |reason: String| if results == 1 { reason } else { format!("{name}: {reason}") };
            report.points += of_result.points;
            report.undecided += of_result.undecided;
            report.faults += of_result.faults;
            report.kinks.extend(of_result.kinks);
            if of_result.verdict == Verdict::Fail && report.verdict != Verdict::Fail {
                (report.worst, report.numeric) = (of_result.worst, of_result.numeric);
                (report.hint, report.located) = (of_result.hint, of_result.located);
            }
            report.take(of_result.verdict, explain(of_result.reason.unwrap_or_default()));
            if of_result.verdict != Verdict::Fail
                && let Some(difference) = difference_between_numbers(routine, x, weights, report)
            {
                report.fail(explain(format!("{difference} at {}", show(x))));
            }
        }
    }
}

/// What is checked of so many results: each, or sums of all; its name, and the weights of the results.
fn sums(results: usize, seed: u64) -> Vec<(String, Vec<f64>)> {
    let mut random = Random(seed);
    let mut sum = |_| {
        let weights: Vec<f64> = (0..results).map(|_| (0.5 + random.unit()).copysign(random.unit() - 0.5)).collect();
        (format!("the results with the weights {}", show(&weights)), weights)
    };
    let single = |k| (format!("result {k}"), (0..results).map(|i| f64::from(u8::from(i == k))).collect());
    if results <= EACH { (0..results).map(single).collect() } else { (0..EACH).map(&mut sum).collect() }
}

/// What is made of the results of a routine on some number; `None` if it gives an error.
fn run_on<P: Routine, R: Number, T>(routine: &P, x: &[R], f: impl FnOnce(&[R]) -> T) -> Option<T> {
    numbers::<P::Out, _, _>(routine.run(x), f)
}

/// The sum of the results with these weights; `None` if there are not as many, or an error.
fn sum_on<P: Routine, R: Number>(routine: &P, x: &[R], weights: &[f64]) -> Option<R> {
    run_on(routine, x, |y| (y.len() == weights.len()).then(|| sum_of(y, weights)))?
}

/// Σ wᵢ yᵢ of the weights that are not 0.
fn sum_of<R: Call>(y: &[R], weights: &[f64]) -> R {
    match weights.iter().position(|&weight| weight == 1.0) {
        Some(only) if weights.iter().sum::<f64>() == 1.0 => y[only],
        _ => R::weighted_sum(y, weights),
    }
}

/// In words, where the value or a slope of a sum of results differs between the numbers that a routine is run on.
fn difference_between_numbers<P: Routine>(
    routine: &P,
    x: &[f64],
    weights: &[f64],
    report: &mut Report,
) -> Option<String> {
    let gone = |number: &str| format!("the routine has other results on {number} than on plain numbers");
    let recorder = Recorder::opening();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recorder.var(x)).collect();
    let Some(recorded) = sum_on(routine, &inputs, weights) else { return Some(gone("a recording")) };
    // what the value and the slopes are sums of, if nothing cancels
    let output = recorder.index(recorded);
    let of_nodes =
        output.map_or(vec![], |y| recorder.magnitudes_in(&recorder.recorded_values(), y).unwrap_or_default());
    let sizes: Vec<f64> = (0..x.len()).map(|i| of_nodes.get(i).copied().unwrap_or(0.0)).collect();
    let plain = sum_on(routine, x, weights)?;
    let size = plain.abs() + sizes.iter().zip(x).map(|(size, x)| size * x.abs()).sum::<f64>();
    let same_value =
        |value: f64| plain.is_nan() && value.is_nan() || plain == value || (plain - value).abs() <= ROUND_OFF * size;

    let Some((on_tape, slopes)) = in_reverse(routine, x, weights) else { return Some(gone("a tape")) };
    for (number, value) in [("a recording", recorded.value()), ("a tape", on_tape)] {
        if !same_value(value) {
            return Some(format!("the value on {number} is {value:e}, and on plain numbers {plain:e}"));
        }
    }
    for start in (0..x.len()).step_by(WIDTH) {
        let moving = |i: usize| (start..start + WIDTH).contains(&i);
        let point: Vec<Tangents<f64, WIDTH, Ieee>> = x
            .iter()
            .enumerate()
            .map(|(i, &x)| if moving(i) { Tangents::variable(x, i - start) } else { Tangents::constant(x) })
            .collect();
        let Some(y) = sum_on(routine, &point, weights) else { return Some(gone("numbers with tangents")) };
        if !same_value(y.primal) {
            return Some(format!(
                "the value on numbers with tangents is {:e}, and on plain numbers {plain:e}",
                y.primal
            ));
        }
        for (i, forward) in (start..x.len()).zip(y.tangents()) {
            // 0 · ∞ is 0 in reverse alone
            let known = forward.is_finite() && slopes[i].is_finite();
            let finding = Finding::new(x, i, slopes[i], forward, ROUND_OFF * sizes[i].max(f64::MIN_POSITIVE));
            if known && !finding.agrees() {
                report.note(&finding);
                return Some(format!("the slope by x[{i}] is {:e} in reverse and {forward:e} forwards", slopes[i]));
            }
        }
    }
    None
}

/// The value and the gradient of a sum of results, on a tape.
fn in_reverse<P: Routine>(routine: &P, x: &[f64], weights: &[f64]) -> Option<(f64, Vec<f64>)> {
    Tape::new().with_inputs(x, |tape, x| {
        let y = sum_on(routine, x, weights)?;
        let mut g = vec![0.0; x.len()];
        tape.gradient_into(y, &mut g);
        Some((y.value(), g))
    })
}
