//! Formulas as text: in the command line's language, and as people write.

use super::number::{digits, is_negative};
use super::operator::Operator;
use super::printer::{Binding, Dialect, Form, Head, Keep, Term};
use std::fmt::Write;

/// How formulas are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// In the command line's language: `a * (1 - a)`, `select(less(0, z), 1, 0)`.
    Language,
    /// As people write: `a·(1 − a)`, `1 if 0 < z else 0`.
    Print,
}

/// A formula of more bytes is cut: a recording that uses its values again and again would print without end.
const LONGEST: usize = 2000;

/// The sign by which people write an op between two operands, if they write it so; by the op's name.
pub(crate) fn sign(op: &str) -> Option<&'static str> {
    let form = Notation::Print.form(Operator::named(op)?)?;
    (form.operands.len() == 2).then(|| form.sign.trim())
}

impl Dialect for Notation {
    type Body = String;

    fn form(&self, operator: Operator) -> Option<Form> {
        use Binding::*;
        const SUM: &[Binding] = &[Sum, Product];
        const COMPARISON: &[Binding] = &[Comparison, Sum];
        let (language, print, own, operands): (_, _, _, &'static [Binding]) = match operator {
            Operator::Add => (Some(" + "), " + ", Sum, SUM),
            Operator::Sub => (Some(" - "), " − ", Sum, SUM),
            // where people write x·(−2), the language reads x * -2
            Operator::Mul if *self == Notation::Language => (Some(" * "), "·", Product, &[Product, Minus]),
            Operator::Div if *self == Notation::Language => (Some(" / "), "/", Product, &[Product, Minus]),
            Operator::Mul => (Some(" * "), "·", Product, &[Product, Power]),
            Operator::Div => (Some(" / "), "/", Product, &[Product, Power]),
            Operator::Neg => (Some("-"), "−", Minus, &[Power]),
            Operator::Pow => (Some("^"), "^", Power, &[Atom, Atom]),
            Operator::Less => (None, " < ", Comparison, COMPARISON),
            Operator::LessEqual => (None, " ≤ ", Comparison, COMPARISON),
            Operator::Equal => (None, " = ", Comparison, COMPARISON),
            Operator::Select => (None, "", Choice, &[Comparison, Comparison, Choice]),
        };
        let sign = if *self == Notation::Print { Some(print) } else { language };
        Some(Form { sign: sign?, own, operands })
    }

    fn operation(&self, _: Operator, form: &Form, operands: &[Term<String>]) -> String {
        let sign = form.sign;
        match operands {
            [x] => format!("{sign}{}", x.body),
            [x, y] => format!("{}{sign}{}", x.body, y.body),
            [mask, yes, no] => format!("{} if {} else {}", yes.body, mask.body, no.body),
            _ => unreachable!("an operator has up to three operands"),
        }
    }

    fn call(&self, op: &Head<'_>, args: &[Term<String>]) -> String {
        let args: Vec<&str> = args.iter().map(|arg| &*arg.body).collect();
        let mut text = format!("{}({}", op.name, args.join(", "));
        for (param, value) in &op.params {
            let _ = write!(text, ", {param}={value}");
        }
        text + ")"
    }

    fn spoken(&self, op: &Head<'_>, arg: &Term<String>) -> String {
        format!("{} {}", op.name, arg.body)
    }

    fn number(&self, x: f64) -> Term<String> {
        let [minus, infinity] = if *self == Notation::Print { ["−", "∞"] } else { ["-", "inf"] };
        let size = digits(x.abs()).replace('-', minus).replace("inf", infinity);
        if is_negative(x) { Term::new(format!("{minus}{size}"), Binding::Minus) } else { Term::atom(size) }
    }

    fn name(&self, name: &str) -> String {
        name.to_owned()
    }

    fn parentheses(&self, inner: &String) -> String {
        format!("({inner})")
    }

    fn keep(&self, _: usize, _: usize, body: &String) -> Keep {
        if body.len() > LONGEST { Keep::Cut } else { Keep::Whole }
    }
}
