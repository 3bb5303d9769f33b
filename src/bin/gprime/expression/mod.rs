//! Expressions: from text to a flat program, and from there to a tape.
//!
//! `lexer` cuts the text into words; `grammar` turns them into the steps of a [`Program`], with the names that `parser`
//! knows. Every mistake is a [`Mistake`], which points at its column. Start with `grammar`.

use gprime::Var;
use gprime::tape::Erased;
use std::sync::Arc;

mod grammar;
mod lexer;
mod mistake;
mod parser;
#[cfg(test)]
mod tests;

use mistake::Mistake;
pub use parser::Parser;

/// An expression in postfix form: running it needs a stack of numbers, but no recursion.
#[derive(Debug, Default)]
pub struct Program {
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    /// Pushes a number.
    Number(f64),
    /// Pushes a variable, by its place in `--at`.
    Variable(usize),
    /// Pushes what the `let` of this number has named.
    Named(usize),
    /// Pops a number and gives it the next name, which is this.
    Name(String),
    /// Pops so many arguments and pushes the op's value.
    Apply(Arc<dyn Erased>, usize),
}

impl Program {
    /// The value of the expression, recorded on the tape of the variables.
    pub fn run<'t>(&self, variables: &[Var<'t>]) -> Var<'t> {
        self.run_naming(variables, |_, _| ())
    }

    /// The same; `name` is told of what each `let` names.
    pub fn run_naming<'t>(&self, variables: &[Var<'t>], name: impl Fn(&str, Var<'t>)) -> Var<'t> {
        let (mut stack, mut named) = (vec![], vec![]);
        for step in &self.steps {
            let value = match step {
                Step::Number(value) => Var::from(*value),
                Step::Variable(index) => variables[*index],
                Step::Named(index) => named[*index],
                Step::Name(text) => {
                    if let Some(value) = stack.pop() {
                        name(text, value);
                        named.push(value);
                    }
                    continue;
                }
                Step::Apply(op, count) => {
                    let args = stack.split_off(stack.len() - count);
                    op.apply(&args).expect("every built-in op takes variables")
                }
            };
            stack.push(value);
        }
        stack.pop().expect("a program leaves its value on the stack")
    }
}
