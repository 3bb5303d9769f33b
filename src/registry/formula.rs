//! Formulas as text, read off a recording.

use crate::error::Error;
use crate::tape::{Erased, Tape, Var};
use std::fmt::Write;

/// The formulas of an op, as its textbook rule records them; the language is the command line's.
///
/// The arguments are called z; x, y, z; or x1, x2 and so on, and the op's value a.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The formula for the value.
    pub value: String,
    /// The formula for the slope by each argument.
    pub slopes: Vec<String>,
}

/// How many arguments an op of any number of them is shown with.
const SHOWN: usize = 2;

impl Formula {
    /// The formulas of an op.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures.
    pub fn of(op: &dyn Erased) -> Result<Formula, Error> {
        let sample = op.samples().into_iter().find(|x| op.arity().is_some() || x.len() == SHOWN);
        let point = sample.unwrap_or_else(|| std::iter::repeat_n(0.5, op.arity().unwrap_or(SHOWN)).collect());
        let tape = Tape::new();
        let x: Vec<Var<'_>> = point.iter().map(|&x| tape.var(x)).collect();
        let mut names = argument_names(x.len());
        let value = op.textbook(&x)?;
        let printed_value = print(&tape, value, &names);
        // the value enters the slopes as a number of its own, so that they are printed in terms of it
        let a = tape.var(value.value());
        names.resize(tape.index(a).unwrap_or(0), String::new());
        names.push("a".to_owned());
        let mut slopes = vec![Var::from(0.0); x.len()];
        op.textbook_slope(&x, a, &mut slopes)?;
        Ok(Formula { value: printed_value, slopes: slopes.iter().map(|&s| print(&tape, s, &names)).collect() })
    }
}

/// What the arguments of an op are called.
fn argument_names(n: usize) -> Vec<String> {
    match n {
        1 => vec!["z".to_owned()],
        2 | 3 => ["x", "y", "z"][..n].iter().map(|&n| n.to_owned()).collect(),
        _ => (1..=n).map(|i| format!("x{i}")).collect(),
    }
}

/// What a printed formula binds by: the loosest operator outside of parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Sum,
    Product,
    Minus,
    Power,
    Atom,
}

/// A formula longer than this is cut: a recording that uses its values again and again would print without end.
const LONGEST: usize = 2000;

/// The formula of a variable. Inputs have the name at their index; node by node, so no depth is too great.
fn print(tape: &Tape, y: Var<'_>, names: &[String]) -> String {
    let Some(last) = tape.index(y) else { return number(y.value()).0 };
    let mut texts: Vec<(String, Binding)> = Vec::with_capacity(last + 1);
    for node in (0..=last).map(|index| tape.node(index)) {
        let text = match &node.op {
            None if node.is_input => (names[texts.len()].clone(), Binding::Atom),
            None => number(node.value),
            Some(op) => application(&**op, &node.args.iter().map(|&arg| &texts[arg]).collect::<Vec<_>>()),
        };
        texts.push(if text.0.len() > LONGEST { ("…".to_owned(), Binding::Atom) } else { text });
    }
    texts.swap_remove(last).0
}

/// A number as the language writes it.
fn number(x: f64) -> (String, Binding) {
    let text = if x == 0.0 || (1e-4..1e6).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") };
    (text, if x.is_sign_negative() { Binding::Minus } else { Binding::Atom })
}

fn application(op: &dyn Erased, args: &[&(String, Binding)]) -> (String, Binding) {
    let operand = |i: usize, least: Binding| {
        let (text, binding): &(String, Binding) = args[i];
        if *binding >= least { text.clone() } else { format!("({text})") }
    };
    let infix = |sign, left, right, own| (format!("{} {sign} {}", operand(0, left), operand(1, right)), own);
    match op.name() {
        "add" => infix("+", Binding::Sum, Binding::Product, Binding::Sum),
        "sub" => infix("-", Binding::Sum, Binding::Product, Binding::Sum),
        "mul" => infix("*", Binding::Product, Binding::Minus, Binding::Product),
        "div" => infix("/", Binding::Product, Binding::Minus, Binding::Product),
        "neg" => (format!("-{}", operand(0, Binding::Power)), Binding::Minus),
        "pow" => (format!("{}^{}", operand(0, Binding::Atom), operand(1, Binding::Atom)), Binding::Power),
        name => {
            let mut text = format!("{name}({}", args.iter().map(|a| a.0.as_str()).collect::<Vec<_>>().join(", "));
            for (param, value) in op.params() {
                let _ = write!(text, ", {param}={value}");
            }
            (text + ")", Binding::Atom)
        }
    }
}
