//! A function of several variables, at a point: an expression with its `--at` and its `--let`s.

use crate::assignment::{assignment, sides};
use crate::expression::{Parser, Program};
use crate::failure::Failure;
use gprime::{Registry, Tape, Var};

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
        let mut parser = Parser::new(&registry, names.iter().copied())?;
        for word in lets {
            let (name, text) = sides(word).map_err(|fault| Failure::new(format!("--let: {fault}")))?;
            parser.define(name, text)?;
        }
        Ok(Function { program: parser.finish(expression)?, names, point })
    }

    /// Records it on a tape, with the names of its variables and its `let`s.
    pub fn record<'t>(&self, tape: &'t Tape) -> Var<'t> {
        let input = |(name, &x): (&&str, &f64)| tape.named(*name, tape.var(x));
        let x: Vec<_> = self.names.iter().zip(&self.point).map(input).collect();
        self.program.run_naming(&x, |name, value| {
            // what has a name keeps it: `let u = x` makes no other variable
            if tape.name(value).is_none() {
                tape.named(name, value);
            }
        })
    }
}
