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

/// The formula of a variable, as far as it is printed.
#[derive(Clone)]
struct Text {
    shown: String,
    binding: Binding,
    /// The x that this is the negative of.
    negated: Option<Box<Text>>,
}

impl Text {
    fn new(shown: String, binding: Binding) -> Self {
        Text { shown, binding, negated: None }
    }

    /// A number as the language writes it.
    fn number(x: f64) -> Self {
        let shown = if x == 0.0 || (1e-4..1e6).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") };
        Text::new(shown, if x.is_sign_negative() { Binding::Minus } else { Binding::Atom })
    }

    /// As an operand of what binds this tightly, in parentheses if it must be.
    fn operand(&self, least: Binding) -> String {
        if self.binding >= least { self.shown.clone() } else { format!("({})", self.shown) }
    }
}

/// A formula longer than this is cut: a recording that uses its values again and again would print without end.
const LONGEST: usize = 2000;

/// The formula of a variable. Inputs have the name at their index; node by node, so no depth is too great.
fn print(tape: &Tape, y: Var<'_>, names: &[String]) -> String {
    let Some(last) = tape.index(y) else { return Text::number(y.value()).shown };
    let mut texts: Vec<Text> = Vec::with_capacity(last + 1);
    for node in (0..=last).map(|index| tape.node(index)) {
        let text = match &node.op {
            None if node.is_input => Text::new(names[texts.len()].clone(), Binding::Atom),
            None => Text::number(node.value),
            Some(op) => application(&**op, &node.args.iter().map(|&arg| &texts[arg]).collect::<Vec<_>>()),
        };
        texts.push(if text.shown.len() > LONGEST { Text::new("…".to_owned(), Binding::Atom) } else { text });
    }
    texts.swap_remove(last).shown
}

fn application(op: &dyn Erased, args: &[&Text]) -> Text {
    let infix = |[left, right]: [&Text; 2], sign, own, tighter| {
        Text::new(format!("{} {sign} {}", left.operand(own), right.operand(tighter)), own)
    };
    match (op.name(), args) {
        // rules write −x + y for y − x, since a generic number has no `1.0 - x`; the bits are the same
        ("add", [Text { negated: Some(x), .. }, y]) => infix([y, x], "-", Binding::Sum, Binding::Product),
        ("add", &[x, y]) => infix([x, y], "+", Binding::Sum, Binding::Product),
        ("sub", &[x, y]) => infix([x, y], "-", Binding::Sum, Binding::Product),
        ("mul", &[x, y]) => infix([x, y], "*", Binding::Product, Binding::Minus),
        ("div", &[x, y]) => infix([x, y], "/", Binding::Product, Binding::Minus),
        ("neg", &[x]) => {
            let shown = format!("-{}", x.operand(Binding::Power));
            Text { shown, binding: Binding::Minus, negated: Some(Box::new(x.clone())) }
        }
        ("pow", &[x, y]) => {
            Text::new(format!("{}^{}", x.operand(Binding::Atom), y.operand(Binding::Atom)), Binding::Power)
        }
        (name, args) => {
            let mut shown = format!("{name}({}", args.iter().map(|a| a.shown.as_str()).collect::<Vec<_>>().join(", "));
            for (param, value) in op.params() {
                let _ = write!(shown, ", {param}={value}");
            }
            Text::new(shown + ")", Binding::Atom)
        }
    }
}
