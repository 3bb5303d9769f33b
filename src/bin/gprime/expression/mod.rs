//! Expressions: from text to a flat program, and from there to a tape.
//!
//! `lexer` cuts the text into words; `grammar` turns them into steps, with the names that `parser` knows; and these become the
//! lines of a [`Program`]. Every mistake is a [`Mistake`], which points at its column. Start with `grammar`.

use gprime::Expr;
use gprime::graph::DynOp;
use gprime::vector::table::DynVector;
use std::sync::Arc;

mod grammar;
mod lexer;
mod mistake;
mod parser;
#[cfg(test)]
mod tests;

use mistake::Mistake;
pub use parser::Parser;

/// An expression as a list of lines, each of which needs none but those before it.
///
/// It is the list that one writes by hand: first what can be computed at once, then what needs only that. What a `let` names comes
/// before what follows it.
#[derive(Debug)]
pub struct Program {
    lines: Vec<Line>,
    /// What each `let` names.
    names: Vec<(String, usize)>,
    result: usize,
    /// The names of the variables.
    pub variables: Vec<String>,
}

#[derive(Debug)]
enum Line {
    Number(f64),
    /// A variable, by its place in `--at`.
    Variable(usize),
    /// A function with the lines that are its arguments.
    Apply(Applied, Vec<usize>),
}

/// What to say where a vector function stands without an index.
pub fn one_result(name: &str) -> String {
    format!("{name} is a vector function: an index chooses one of its results, as in {name}[0](x, y)")
}

/// What gives one number of its arguments.
#[derive(Debug)]
enum Applied {
    Op(Arc<dyn DynOp>),
    /// A result of a vector function, by its index.
    Result(Arc<dyn DynVector>, usize),
}

impl Applied {
    fn to<'t>(&self, args: &[Expr<'t>]) -> Expr<'t> {
        match self {
            Applied::Op(op) => op.apply(args).expect("every built-in op takes variables"),
            Applied::Result(function, index) => function.apply(args).expect("the arguments were counted")[*index],
        }
    }
}

/// What an expression is read as: postfix, so that reading it needs a stack, but no recursion.
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
    /// Pops so many arguments and pushes what the function gives.
    Apply(Applied, usize),
}

impl Program {
    fn new(steps: Vec<Step>, variables: Vec<String>) -> Self {
        let (mut lines, mut stack, mut names) = (vec![], vec![], vec![]);
        // for each line the number of its `let`, and the longest path from what is known before that
        let mut places: Vec<(usize, usize)> = vec![];
        for step in steps {
            let (line, depth) = match step {
                Step::Number(value) => (Line::Number(value), 0),
                Step::Variable(index) => (Line::Variable(index), 0),
                Step::Named(index) => {
                    let (_, line): &(String, usize) = &names[index];
                    stack.push(*line);
                    continue;
                }
                Step::Name(text) => {
                    names.extend(stack.pop().map(|line| (text, line)));
                    continue;
                }
                Step::Apply(applied, count) => {
                    let args = stack.split_off(stack.len() - count);
                    let own = args.iter().map(|&arg| places[arg]).filter(|place| place.0 == names.len());
                    let depth = 1 + own.map(|place| place.1).max().unwrap_or(0);
                    (Line::Apply(applied, args), depth)
                }
            };
            stack.push(lines.len());
            lines.push(line);
            places.push((names.len(), depth));
        }
        let result = stack.pop().expect("an expression leaves its value on the stack");
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|&line| places[line]);
        let mut moved = vec![0; lines.len()];
        order.iter().enumerate().for_each(|(to, &from)| moved[from] = to);
        let mut lines: Vec<(usize, Line)> = lines.into_iter().enumerate().map(|(i, line)| (moved[i], line)).collect();
        lines.sort_by_key(|(to, _)| *to);
        let lines = lines.into_iter().map(|(_, line)| match line {
            Line::Apply(applied, args) => Line::Apply(applied, args.into_iter().map(|arg| moved[arg]).collect()),
            given => given,
        });
        Program {
            lines: lines.collect(),
            names: names.into_iter().map(|(name, line)| (name, moved[line])).collect(),
            result: moved[result],
            variables,
        }
    }

    /// The value of the expression, recorded on the tape of the variables.
    pub fn run<'t>(&self, variables: &[Expr<'t>]) -> Expr<'t> {
        self.run_naming(variables, |_, _| ())
    }

    /// The value of the expression, recorded on the tape of the variables; `name` is told of what each `let` names.
    pub fn run_naming<'t>(&self, variables: &[Expr<'t>], name: impl Fn(&str, Expr<'t>)) -> Expr<'t> {
        let mut values: Vec<Expr<'t>> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            values.push(match line {
                Line::Number(value) => Expr::from(*value),
                Line::Variable(index) => variables[*index],
                Line::Apply(applied, args) => applied.to(&args.iter().map(|&arg| values[arg]).collect::<Vec<_>>()),
            });
        }
        self.names.iter().for_each(|(text, line)| name(text, values[*line]));
        values[self.result]
    }
}
