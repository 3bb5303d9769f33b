//! The formulas of a page as MathML. They are printed from the trace's nodes and from the ops of a registry, and held beside the texts that the
//! trace has: where one differs, or nothing can be printed, the text is shown.

use crate::draw::markup::{clean, shortened};
use crate::error::Error;
use crate::export::{Binding, Dialect, Math, MathMl, Printer, Rules, Term, math, own_formulas};
use crate::graph::DynOp;
use crate::registry::Registry;
use crate::teach::{Meaning, Node, OpNote, PRINT, Style, Trace, rules_to_read};
use std::cell::OnceCell;
use std::sync::Arc;

/// The longest formula in the table, in characters, and the longest one of an op, in bytes.
const LONGEST: usize = 60;
const LONGEST_OF_OP: usize = 240;
const MATH: Printer<MathMl> = Printer { dialect: MathMl };

/// The formulas of a trace.
pub(super) struct Formulas<'a> {
    trace: &'a Trace,
    registry: &'a Registry,
    style: &'a Style,
    /// The rules of each op of the trace that was asked for; `None` if they are not known.
    rules: Vec<OnceCell<Option<Rules>>>,
}

/// The op of a trace in a registry.
///
/// # Errors
/// If there is none of this name with these parameters.
pub(super) fn find(registry: &Registry, note: &OpNote) -> Result<Arc<dyn DynOp>, Error> {
    let params: Vec<(&str, f64)> = note.params.iter().map(|param| (&*param.name, param.value)).collect();
    registry.find(&note.name, &params)
}

impl<'a> Formulas<'a> {
    pub fn new(trace: &'a Trace, registry: &'a Registry, style: &'a Style) -> Self {
        Formulas { trace, registry, style, rules: trace.ops.iter().map(|_| OnceCell::new()).collect() }
    }

    /// What the output is, and what the names in it are: formulas between which a line may break.
    pub fn heading(&self) -> String {
        let (trace, account) = (self.trace, self.trace.account());
        let name = trace.output_name();
        let equation = |name: &str, text: &str, formula: &Math| {
            math(None, &format!("{name} = {text}"), &Math::equation(name, formula))
        };
        if trace.source.is_empty() {
            let id = trace.output.to_string();
            return equation(name, &id, &MATH.name(&id).body);
        }
        let texts = account.meaning(&PRINT, trace.output).filter(|texts| texts.text() == trace.source);
        let (Some(texts), Some(maths)) = (texts, account.meaning(&MATH, trace.output)) else {
            let text = format!("{name} = {}", trace.source);
            return math(None, &text, &Math::text(&text));
        };
        let Meaning { output, names } = texts;
        let mut html = equation(name, &output, &maths.output);
        for (i, ((name, text), (_, formula))) in names.iter().zip(&maths.names).enumerate() {
            html += if i == 0 { " with " } else { ", " };
            html += &equation(name, text, formula);
        }
        html
    }

    /// What a node was computed as.
    pub fn rule(&self, node: &Node) -> String {
        let account = self.trace.account();
        let (rule, name) = (cut(&node.rule), node.name.as_deref().map(cut));
        let is_own = account.rule(&PRINT, node).is_some_and(|own| own.body == rule);
        let formula = match account.rule(&MATH, node) {
            None => MATH.name(&rule).body,
            Some(formula) if is_own => formula.body,
            Some(_) => Math::text(&rule),
        };
        match (name, node.op) {
            (None, None) => "input".to_owned(),
            (Some(name), Some(_)) => math(Some((&name, " = ")), &rule, &formula),
            _ => math(None, &rule, &formula),
        }
    }

    /// What a node adds to the adjoint of one of its arguments: its adjoint times its derivative.
    pub fn contribution(&self, node: &Node, argument: usize) -> String {
        let own = self.partial(&PRINT, node, argument).body;
        let given = &node.partials[argument].formula;
        let text = if is_long(given) { own.clone() } else { clean(given) };
        let factor = self.style.as_factor(&text);
        let term = self.partial(&MATH, node, argument);
        let formula = match (own == text, factor == text) {
            (false, _) => Math::text(&factor),
            (true, true) => term.body,
            (true, false) => MATH.operand(&term, Binding::Fraction).body,
        };
        math(Some((&self.style.adjoint(&node.id.to_string()), "·")), &factor, &formula)
    }

    /// The derivative of a node by one of its arguments, or ∂v3/∂v1 where its formula is too long or not known.
    fn partial<D: Dialect>(&self, printer: &Printer<D>, node: &Node, argument: usize) -> Term<D::Body> {
        let known = node.op.filter(|_| !is_long(&node.partials[argument].formula));
        let rules = known.and_then(|op| {
            let read = || rules_to_read(&*find(self.registry, &self.trace.ops[op]).ok()?, node.args.len());
            self.rules[op].get_or_init(read).as_ref()
        });
        self.trace.account().partial(printer, rules, node, argument)
    }

    /// The formulas of an op for its value and its slopes, each as one element; that of the value is empty if there is none.
    pub fn of_op(&self, note: &OpNote) -> (String, Vec<String>) {
        let op = find(self.registry, note).ok();
        let own = op.and_then(|op| Some((own_formulas(&*op, &PRINT).ok()?, own_formulas(&*op, &MATH).ok()?)));
        let ((value, slopes), (value_math, slopes_math)) =
            own.map_or_else(Default::default, |(texts, maths)| ((Some(texts.0), texts.1), (Some(maths.0), maths.1)));
        let element = |text: &str, own: Option<&String>, formula: Option<&Math>| match formula {
            Some(formula) if own.is_some_and(|own| own == text) && text.len() <= LONGEST_OF_OP => formula.html(),
            _ => Math::text(text).html(),
        };
        let slope = |(i, text): (usize, &String)| element(text, slopes.get(i), slopes_math.get(i));
        let shown = note.value.as_ref().map(|text| element(text, value.as_ref(), value_math.as_ref()));
        (shown.unwrap_or_default(), note.slopes.iter().enumerate().map(slope).collect())
    }
}

fn is_long(formula: &str) -> bool {
    formula.chars().count() > LONGEST
}

/// A text that is not too long for a cell.
fn cut(text: &str) -> String {
    clean(&shortened(text, LONGEST))
}
