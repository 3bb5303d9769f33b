//! A function of several variables, at a point: an expression with its `--at` and its `--let`s.

use crate::assignment::{assignment, sides};
use crate::expression::{Parser, Program};
use crate::failure::Failure;
use gprime::{Expr, Recorder, Registry};

/// The most variables, since a Hessian has as many numbers squared.
const MOST: usize = 1000;

/// A function and a point.
pub struct Function<'a> {
    pub program: Program,
    /// The variables, in the order of `--at`.
    pub names: Vec<&'a str>,
    pub point: Vec<f64>,
}

impl<'a> Function<'a> {
    pub fn read(expression: &str, at: &'a [String], lets: &[String]) -> Result<Self, Failure> {
        if at.len() > MOST {
            return Err(Failure::new(format!("--at: there are more than {MOST} variables")));
        }
        let in_at = |fault| Failure::new(format!("--at: {fault}"));
        let at: Result<Vec<_>, _> = at.iter().map(|word| assignment(word)).collect();
        let (names, point): (Vec<_>, Vec<_>) = at.map_err(in_at)?.into_iter().unzip();
        let registry = Registry::new();
        let parser = Parser::new(&registry, names.iter().copied())?;
        Ok(Function { program: program(parser, expression, lets)?, names, point })
    }

    /// Records it on a tape, with the names of its variables and its `let`s: the variables, and the output.
    pub fn record<'t>(&self, tape: &'t Recorder) -> (Vec<Expr<'t>>, Expr<'t>) {
        recorded(&self.program, &self.point, tape)
    }
}

/// An expression whose variables have no values, recorded where all of them are 1.
pub fn without_values<'t>(
    expression: &str,
    lets: &[String],
    tape: &'t Recorder,
) -> Result<(Vec<Expr<'t>>, Expr<'t>), Failure> {
    let program = open(expression, lets)?;
    Ok(recorded(&program, &vec![1.0; program.variables.len()], tape))
}

/// An expression with any variables.
pub fn open(expression: &str, lets: &[String]) -> Result<Program, Failure> {
    let registry = Registry::new();
    program(Parser::open(&registry), expression, lets)
}

fn program(mut parser: Parser<'_>, expression: &str, lets: &[String]) -> Result<Program, Failure> {
    for word in lets {
        let (name, text) = sides(word).map_err(|fault| Failure::new(format!("--let: {fault}")))?;
        parser.define(name, text)?;
    }
    parser.finish(expression)
}

fn recorded<'t>(program: &Program, point: &[f64], tape: &'t Recorder) -> (Vec<Expr<'t>>, Expr<'t>) {
    let input = |(name, &x): (&String, &f64)| tape.named(name.as_str(), tape.var(x));
    let x: Vec<_> = program.variables.iter().zip(point).map(input).collect();
    let y = program.run_naming(&x, |name, value| {
        // what has a name keeps it: `let u = x` makes no other variable
        if tape.name(value).is_none() {
            tape.named(name, value);
        }
    });
    (x, y)
}
