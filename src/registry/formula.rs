//! Formulas as text, read off a recording.

use crate::error::{Error, Kind as ErrorKind};
use crate::graph::{DynOp, Expr, Recorder};
use std::fmt::Write;

/// The formulas of an op, as its definition records them; the language is the command line's.
///
/// The arguments are called z; x, y, z; or x1, x2 and so on, and the op's value a.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The formula for the value.
    pub value: String,
    /// The formula for the slope by each argument.
    pub slopes: Vec<String>,
}

/// How many arguments an op of any number of them is shown with, and how many it may need at the most.
const SHOWN: usize = 2;
const MOST_SHOWN: usize = 32;

/// How many arguments an op is shown with: as many as it takes; of an op of any number, two, or the fewest beyond two that it accepts.
///
/// # Errors
/// If an op of any number of arguments needs more than can be shown.
pub(crate) fn shown_arguments(op: &dyn DynOp) -> Result<usize, Error> {
    let fewest = || (SHOWN..=MOST_SHOWN).find(|&n| op.validate(n).is_none());
    op.arity().or_else(fewest).ok_or_else(|| {
        let fault = op.validate(MOST_SHOWN).unwrap_or_default();
        Error::new(ErrorKind::Arity, format!("{} {fault}, which {MOST_SHOWN} arguments are not", op.name()))
    })
}

impl Formula {
    /// The formulas of an op. An op of any number of arguments is shown with two, or with the fewest beyond two that it accepts.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or needs more than 32 arguments.
    pub fn of(op: &dyn DynOp) -> Result<Formula, Error> {
        Formula::in_terms_of(op, &argument_names(shown_arguments(op)?), "a", Notation::Language)
    }

    /// The formulas of an op as people write them.
    pub(crate) fn in_print(op: &dyn DynOp) -> Result<Formula, Error> {
        Formula::in_terms_of(op, &argument_names(shown_arguments(op)?), "a", Notation::Print)
    }

    /// The formulas of an op applied to arguments of these names, and of a value of this name.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub fn in_terms_of(op: &dyn DynOp, args: &[String], own: &str, notation: Notation) -> Result<Formula, Error> {
        if let Some(fault) = op.validate(args.len()) {
            return Err(Error::new(ErrorKind::Arity, format!("{} {fault}", op.name())));
        }
        let sample = op.samples().into_iter().find(|x| x.len() == args.len());
        let point = sample.unwrap_or_else(|| std::iter::repeat_n(0.5, args.len()).collect());
        let tape = Recorder::new();
        let x: Vec<Expr<'_>> = point.iter().map(|&x| tape.var(x)).collect();
        let value = op.value(&x)?;
        // the value enters the slopes as a number of its own, so that they are printed in terms of it
        let a = tape.var(value.value());
        let mut slopes = vec![Expr::from(0.0); x.len()];
        op.slope(&x, a, &mut slopes)?;
        let name =
            |index: usize| args.get(index).cloned().or_else(|| (Some(index) == tape.index(a)).then(|| own.into()));
        let print = |y: Expr<'_>| match tape.index(y) {
            Some(index) => print(&tape, index, name, notation),
            None => Text::number(y.value(), notation).shown,
        };
        Ok(Formula { value: print(value), slopes: slopes.into_iter().map(print).collect() })
    }
}

/// How formulas are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// In the command line's language: `a * (1 - a)`, `select(less(0, z), 1, 0)`.
    Language,
    /// As people write: `a·(1 − a)`, `1 if 0 < z else 0`.
    Print,
}

/// What the arguments of an op are called.
pub(crate) fn argument_names(n: usize) -> Vec<String> {
    match n {
        1 => vec!["z".to_owned()],
        2 | 3 => ["x", "y", "z"][..n].iter().map(|&n| n.to_owned()).collect(),
        _ => (1..=n).map(|i| format!("x{i}")).collect(),
    }
}

/// What a printed formula binds by: the loosest operator outside of parentheses.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Choice,
    Comparison,
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
    fn new(shown: impl Into<String>, binding: Binding) -> Self {
        Text { shown: shown.into(), binding, negated: None }
    }

    /// A number as the notation writes it.
    fn number(x: f64, notation: Notation) -> Self {
        let plain = x == 0.0 || (1e-4..1e6).contains(&x.abs()) || !x.is_finite();
        let shown = if plain { format!("{x}") } else { format!("{x:e}") };
        let shown = if notation == Notation::Print { shown.replace('-', "−").replace("inf", "∞") } else { shown };
        Text::new(shown, if x.is_sign_negative() { Binding::Minus } else { Binding::Atom })
    }

    /// As an operand of what binds this tightly, in parentheses if it must be.
    fn operand(&self, least: Binding) -> String {
        if self.binding >= least { self.shown.clone() } else { format!("({})", self.shown) }
    }
}

/// A number as a formula writes it, as one factor of a product.
pub(crate) fn number(x: f64) -> String {
    Text::number(x, Notation::Print).operand(Binding::Power)
}

/// A formula longer than this is cut: a recording that uses its values again and again would print without end.
const LONGEST: usize = 2000;

/// The formula of a node, in terms of those that have a name; node by node, so no depth is too great.
pub(crate) fn print(
    tape: &Recorder,
    last: usize,
    name: impl Fn(usize) -> Option<String>,
    notation: Notation,
) -> String {
    let mut texts: Vec<Text> = Vec::with_capacity(last + 1);
    for index in 0..=last {
        let node = tape.node(index);
        let text = match (name(index).filter(|_| index < last || node.is_input), &node.op) {
            (Some(name), _) => Text::new(name, Binding::Atom),
            (None, Some(op)) => {
                application(&**op, &node.args.iter().map(|&arg| &texts[arg]).collect::<Vec<_>>(), notation)
            }
            (None, None) => Text::number(node.value, notation),
        };
        texts.push(if text.shown.len() > LONGEST { Text::new("…", Binding::Atom) } else { text });
    }
    texts.swap_remove(last).shown
}

/// An op applied to arguments of these names, which are taken for single names or numbers.
pub(crate) fn applied(op: &dyn DynOp, args: &[String]) -> String {
    let args: Vec<Text> = args.iter().map(|arg| Text::new(arg, Binding::Atom)).collect();
    application(op, &args.iter().collect::<Vec<_>>(), Notation::Print).shown
}

fn application(op: &dyn DynOp, args: &[&Text], notation: Notation) -> Text {
    let print = notation == Notation::Print;
    let infix = |[left, right]: [&Text; 2], sign: &str, own, tighter| {
        Text::new(format!("{}{sign}{}", left.operand(own), right.operand(tighter)), own)
    };
    let [minus, times, over, negative] = if print { [" − ", "·", "/", "−"] } else { [" - ", " * ", " / ", "-"] };
    // where people write x·(−2), the language reads x * -2
    let factor = if print { Binding::Power } else { Binding::Minus };
    match (op.name(), args) {
        // rules write −x + y for y − x, since a generic number has no `1.0 - x`; the bits are the same
        ("add", [Text { negated: Some(x), .. }, y]) => infix([y, x], minus, Binding::Sum, Binding::Product),
        ("add", &[x, y]) => infix([x, y], " + ", Binding::Sum, Binding::Product),
        ("sub", &[x, y]) => infix([x, y], minus, Binding::Sum, Binding::Product),
        ("mul", &[x, y]) => infix([x, y], times, Binding::Product, factor),
        ("div", &[x, y]) => infix([x, y], over, Binding::Product, factor),
        ("neg", &[x]) => {
            let shown = format!("{negative}{}", x.operand(Binding::Power));
            Text { shown, binding: Binding::Minus, negated: Some(Box::new(x.clone())) }
        }
        ("pow", &[x, y]) => {
            Text::new(format!("{}^{}", x.operand(Binding::Atom), y.operand(Binding::Atom)), Binding::Power)
        }
        ("select", &[mask, yes, no]) if print => {
            let [mask, yes] = [mask, yes].map(|x| x.operand(Binding::Comparison));
            Text::new(format!("{yes} if {mask} else {}", no.shown), Binding::Choice)
        }
        ("less", &[x, y]) if print => infix([x, y], " < ", Binding::Comparison, Binding::Sum),
        ("less_equal", &[x, y]) if print => infix([x, y], " ≤ ", Binding::Comparison, Binding::Sum),
        ("equal", &[x, y]) if print => infix([x, y], " = ", Binding::Comparison, Binding::Sum),
        (name, args) => {
            let mut shown = format!("{name}({}", args.iter().map(|a| a.shown.as_str()).collect::<Vec<_>>().join(", "));
            for (param, value) in op.params() {
                let _ = write!(shown, ", {param}={value}");
            }
            Text::new(shown + ")", Binding::Atom)
        }
    }
}
