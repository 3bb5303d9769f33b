//! The messages of GradBench's protocol, and the answers to them.

use super::evals::{
    self, Problem,
    nested::{Forward, Reverse},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Message {
    Start,
    Define { module: String },
    Evaluate { module: String, function: String, input: Value },
    Analysis,
}

/// How derivatives are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the eval is written first, mostly by a tape.
    Direct,
    /// By a program that is recorded and compiled before the runs, where the eval has one; else as `Direct`.
    Compiled,
}

/// The answer to one line. Whatever is wrong with the line, the answer says it, with `success: false`.
pub fn answer(line: &[u8], form: Form) -> String {
    let message: Value = match serde_json::from_slice(line) {
        Ok(message) => message,
        Err(error) => return failure(format!("this is not JSON: {error}")).of(Value::Null),
    };
    let id = message.get("id").cloned().unwrap_or(Value::Null);
    let answer = match Message::deserialize(message) {
        Err(error) => failure(format!("this is not a message of the protocol: {error}")),
        Ok(Message::Start) => Answer(json!({ "tool": "gprime" })),
        Ok(Message::Analysis) => Answer(json!({})),
        Ok(Message::Define { module }) => match functions(&module) {
            Some(_) => Answer(json!({ "success": true })),
            None => no_module(&module),
        },
        Ok(Message::Evaluate { module, function, input }) => evaluate(&module, &function, form, input),
    };
    answer.of(id)
}

/// An answer but for the `id`: an object.
struct Answer(Value);

impl Answer {
    fn of(self, id: Value) -> String {
        let mut answer = Map::from_iter([("id".to_owned(), id)]);
        if let Value::Object(fields) = self.0 {
            answer.extend(fields);
        }
        Value::Object(answer).to_string()
    }
}

fn failure(error: String) -> Answer {
    Answer(json!({ "success": false, "error": error }))
}

fn no_module(module: &str) -> Answer {
    failure(format!("there is no module {module:?}"))
}

fn evaluate(module: &str, function: &str, form: Form, input: Value) -> Answer {
    let Some(functions) = functions(module) else { return no_module(module) };
    let Some(&(_, direct, compiled)) = functions.iter().find(|(name, ..)| *name == function) else {
        let names: Vec<&str> = functions.iter().map(|(name, ..)| *name).collect();
        return failure(format!("the module {module:?} has no function {function:?}; it has {}", names.join(", ")));
    };
    let function = compiled.filter(|_| form == Form::Compiled).unwrap_or(direct);
    match function(input) {
        Ok((output, timings)) => {
            let timing = |run: Duration| json!({ "name": "evaluate", "nanoseconds": run.as_nanos() as u64 });
            let timings: Vec<Value> = timings.into_iter().map(timing).collect();
            Answer(json!({ "success": true, "output": output, "timings": timings }))
        }
        Err(error) => failure(error),
    }
}

/// From an input to an output and how long each run took.
type Function = fn(Value) -> Result<(Value, Vec<Duration>), String>;

/// The functions that an eval's module has under the names given here, a derivative with its compiled form; or one for every order of two modes.
macro_rules! functions {
    ($eval:ident: nested) => {
        &[
            ("ff", |input| run(input, infallible(evals::$eval::run::<Forward, Forward>)), None),
            ("fr", |input| run(input, infallible(evals::$eval::run::<Forward, Reverse>)), None),
            ("rf", |input| run(input, infallible(evals::$eval::run::<Reverse, Forward>)), None),
            ("rr", |input| run(input, infallible(evals::$eval::run::<Reverse, Reverse>)), None),
        ]
    };
    ($eval:ident: $primal:ident, $derivative:ident) => {
        &[
            (stringify!($primal), |input| run(input, infallible(evals::$eval::$primal)), None),
            (
                stringify!($derivative),
                |input| run(input, infallible(evals::$eval::$derivative)),
                Some(|input| run(input, evals::$eval::compiled)),
            ),
        ]
    };
}

/// A preparation that has no error.
fn infallible<I, F>(prepare: impl FnOnce(I) -> F) -> impl FnOnce(I) -> Result<F, gprime::Error> {
    |input| Ok(prepare(input))
}

/// The functions of a module, by name, each with its compiled form if it has one.
fn functions(module: &str) -> Option<&'static [(&'static str, Function, Option<Function>)]> {
    Some(match module {
        "hello" => functions!(hello: square, double),
        "det" => functions!(det: primal, gradient),
        "llsq" => functions!(llsq: primal, gradient),
        "lse" => functions!(lse: primal, gradient),
        "ode" => functions!(ode: primal, gradient),
        "gmm" => functions!(gmm: objective, jacobian),
        "lstm" => functions!(lstm: objective, jacobian),
        "ba" => functions!(ba: objective, jacobian),
        "ht" => functions!(ht: objective, jacobian),
        "kmeans" => functions!(kmeans: cost, dir),
        "particle" => functions!(particle: nested),
        "saddle" => functions!(saddle: nested),
        _ => return None,
    })
}

/// How often a function is to be run.
#[derive(Deserialize)]
#[serde(default)]
struct Runs {
    min_runs: u32,
    min_seconds: f64,
}

impl Default for Runs {
    fn default() -> Self {
        Runs { min_runs: 1, min_seconds: 0.0 }
    }
}

impl Runs {
    /// What an input asks for; an input that is no object asks for nothing.
    fn of(input: &Value) -> Result<Self, String> {
        let runs: Runs = match input {
            Value::Object(_) => Runs::deserialize(input).map_err(|error| error.to_string())?,
            _ => Runs::default(),
        };
        const MOST_RUNS: u32 = 1_000_000;
        const MOST_SECONDS: f64 = 3600.0;
        if runs.min_runs > MOST_RUNS {
            return Err(format!("min_runs is {}, and may be at most {MOST_RUNS}", runs.min_runs));
        }
        if !(0.0..=MOST_SECONDS).contains(&runs.min_seconds) {
            return Err(format!("min_seconds is {}, and must lie between 0 and {MOST_SECONDS}", runs.min_seconds));
        }
        Ok(runs)
    }
}

/// Decodes the input, and runs the function as often as the input asks for, at least once. What `prepare` does is not timed: it
/// makes the memory that the runs share, and compiles.
fn run<I: Problem, O: Default + Serialize, F: FnMut(&mut O)>(
    input: Value,
    prepare: impl FnOnce(I) -> Result<F, gprime::Error>,
) -> Result<(Value, Vec<Duration>), String> {
    let runs = Runs::of(&input)?;
    let input = I::deserialize(input).map_err(|error| format!("the input does not fit: {error}"))?;
    input.check()?;
    let mut function = prepare(input).map_err(|error| error.to_string())?;
    let (mut output, mut timings) = (O::default(), vec![]);
    let mut total = Duration::ZERO;
    while timings.is_empty() || timings.len() < runs.min_runs as usize || total.as_secs_f64() < runs.min_seconds {
        let start = Instant::now();
        function(black_box(&mut output));
        let time = start.elapsed();
        total += time;
        timings.push(time);
    }
    let output = serde_json::to_value(&output).map_err(|error| error.to_string())?;
    if has_null(&output) {
        return Err("the output holds a number that is not finite, which JSON cannot tell".into());
    }
    Ok((output, timings))
}

/// A number that is not finite is a null in JSON; there is no other null in an output.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        _ => false,
    }
}
