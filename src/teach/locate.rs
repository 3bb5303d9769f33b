//! Which rule is wrong, in words: what `check/locate.rs` found of every node's own slopes, where they were used.

use super::style::Style;
use super::trace::{Argument, Line, Trace};
use crate::check::{self, Agreement, CheckLine, Found, WrongSlope};
use crate::error::Error;
use crate::graph::{Expr, Id, Recorder};
use crate::visible::visible;

/// What a search for a wrong rule found.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Search {
    /// The derivatives that differences contradict, or leave in doubt.
    pub doubtful: Vec<CheckLine>,
    /// What the output is called.
    pub output: String,
    /// The first node whose rule is wrong.
    pub first_wrong: Option<WrongRule>,
    /// The other nodes whose rules are wrong.
    pub others: Vec<Id>,
    /// The nodes that could not be judged, such as those whose values are not finite.
    pub unsure: Vec<Id>,
    /// How many applications of an op there are.
    pub checked: usize,
    /// How many of them come after the first wrong one.
    pub after: usize,
}

/// A node whose rule gives a slope that is not that of its value.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WrongRule {
    /// The node.
    pub id: Id,
    /// What it computes; if the op is one that a function does, the op and the function.
    pub rule: String,
    /// The line of the program that recorded it.
    pub loc: Option<Line>,
    /// What it was applied to.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::json::serial::named_list"))]
    pub args: Vec<(String, f64)>,
    /// The argument whose slope is wrong.
    pub argument: usize,
    /// The value as a formula; `None` if the op is known only as closures.
    pub value: Option<String>,
    /// The rule's slope: its formula and its value.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::json::serial::named"))]
    pub slope: (String, f64),
    /// The slope by dual numbers through the value; `None` if the op is known only as closures.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::optional"))]
    pub dual: Option<f64>,
    /// The slope by central differences.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub numeric: f64,
    /// Why it was called wrong, in words.
    pub reason: String,
}

impl Recorder {
    /// Looks for the first node whose rule is wrong at its arguments, by checking each on its own. It takes a time that is
    /// proportional to the number of nodes, and says where in a long computation a mistake is.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.var(0.3);
    /// let y = x.unary("bad", |z| z.sin(), |z| z.sin()) * 2.0;
    /// let search = tape.locate(y)?;
    /// assert_eq!(search.first_wrong.unwrap().rule, "bad v1");
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output is a constant or a variable of another recorder.
    pub fn locate(&self, y: Expr<'_>) -> Result<Search, Error> {
        self.indices(&[y])?;
        let opened = self.opened_calls();
        let (tape, output) = match &opened {
            Some(opened) => (opened.recorder(), opened.get(y)?),
            None => (self, y),
        };
        let (trace, ids) = (tape.trace(output)?, self.ids());
        let lines = self.check_gradient(y)?.inputs;
        let found = check::locate(tape, tape.indices(&[output])?[0])?;
        let owner = |node: usize| opened.as_ref().map_or(node, |opened| opened.owner(node));
        let id = |node: usize| ids[owner(node)].expect("an op is no constant");
        let listed = |nodes: Vec<usize>| nodes.into_iter().map(id).collect();
        let Found { first_wrong, others, unsure, checked, after } = found;
        let wrong_rule = |wrong: WrongSlope| {
            let (node, op) = (wrong.located.node, wrong.located.op);
            let own = tape.ids()[node].expect("an op is no constant");
            let rule = WrongRule::new(&trace, own, wrong);
            if self.is_result(owner(node)) {
                // what the op was applied to has no id in this recording
                let (id, whole) = (id(node), self.trace(y)?);
                let args = rule.args.into_iter().map(|(_, value)| (String::new(), value)).collect();
                let text = format!("{} in {}", visible(op), whole.node(id).rule);
                return Ok(WrongRule { id, args, rule: text, ..rule });
            }
            Ok::<_, Error>(WrongRule { id: id(node), ..rule })
        };
        Ok(Search {
            doubtful: lines
                .into_iter()
                .filter(|line| !matches!(line.verdict, Agreement::Good | Agreement::Kink))
                .collect(),
            output: trace.output_name().to_owned(),
            first_wrong: first_wrong.map(wrong_rule).transpose()?,
            others: listed(others),
            unsure: listed(unsure),
            checked,
            after,
        })
    }
}

impl WrongRule {
    /// What was found of a node, with the words that a trace has for the node.
    fn new(trace: &Trace, id: Id, wrong: WrongSlope) -> Self {
        let WrongSlope { located, argument, rule: slope, dual, numeric, reason } = wrong;
        let node = trace.node(id);
        let note = trace.op(node);
        let own = note.and_then(|note| note.slopes.get(argument));
        let name = |arg: &Argument| arg.node().map_or_else(String::new, |id| id.to_string());
        WrongRule {
            id,
            rule: node.rule.clone(),
            loc: node.loc.clone(),
            args: node.args.iter().map(name).zip(located.args).collect(),
            argument,
            value: note.and_then(|note| note.value.clone()),
            slope: (own.unwrap_or(&node.partials[argument].formula).clone(), slope),
            dual,
            numeric,
            reason,
        }
    }
}

/// How many derivatives are listed.
const MOST: usize = 3;

impl Search {
    /// Whether no rule is wrong.
    pub fn passed(&self) -> bool {
        self.first_wrong.is_none()
    }

    /// What was found, in words.
    pub fn text(&self, style: &Style) -> String {
        let wrong: Vec<&CheckLine> = self.doubtful.iter().filter(|line| line.verdict == Agreement::Wrong).collect();
        let mut lines: Vec<String> = wrong
            .iter()
            .take(MOST)
            .map(|CheckLine { input, reverse, numeric, .. }| {
                let (reverse, numeric) = (style.number(*reverse), style.number(*numeric));
                format!("∂{}/∂{input} differs: reverse {reverse}, numeric {numeric}", self.output)
            })
            .collect();
        if wrong.len() > MOST {
            lines.push(format!("and {} more derivatives", wrong.len() - MOST));
        }
        match &self.first_wrong {
            Some(wrong) => lines.extend(self.wrong_text(wrong, style)),
            None if lines.is_empty() => {
                lines.push(format!("{}: each rule is right where it was used", style.count(self.checked, "op")));
            }
            None => {
                lines.push(format!("{}: each rule is right where it was used,", style.count(self.checked, "op")));
                lines.push("so several kinks may meet here, or the differences are misled".to_owned());
            }
        }
        if !self.unsure.is_empty() {
            let first = self.unsure[0];
            lines.push(format!("{} could not be judged, the first is {first}", style.count(self.unsure.len(), "op")));
        }
        let verdict = if self.passed() { "ok" } else { "FAIL" };
        let text: String = lines
            .iter()
            .enumerate()
            .map(|(i, line)| format!("{:<6}{line}\n", if i == 0 { verdict } else { "" }))
            .collect();
        style.text(&text).into_owned()
    }

    fn wrong_text(&self, wrong: &WrongRule, style: &Style) -> Vec<String> {
        let place = wrong.loc.as_ref().map_or(String::new(), |line| format!("        {line}"));
        let named = |(name, value): &(String, f64)| match name.as_str() {
            "" => style.number(*value),
            name => format!("{name} = {value}"),
        };
        let at = format!("at {}", wrong.args.iter().map(named).collect::<Vec<_>>().join(", "));
        let by = match wrong.args.len() {
            1 => String::new(),
            _ => format!(" by argument {}", wrong.argument + 1),
        };
        let (formula, slope) = (&wrong.slope.0, style.number(wrong.slope.1));
        let label =
            [format!("your slope{by}  {formula}"), "dual of your value".to_owned(), "central difference".to_owned()];
        let width = label.iter().map(|label| super::style::width(label)).max().unwrap_or(0);
        let blanks = super::style::width(&at);
        let dual =
            wrong.dual.map_or_else(|| "there is none: the op is known only as closures".into(), |x| style.number(x));
        let row = |i: usize, number: &str| {
            let at = if i == 0 { at.as_str() } else { "" };
            let (fill, gap) = (blanks - super::style::width(at), width - super::style::width(&label[i]));
            format!("{at}{:fill$}   {}{:gap$}       = {number}", "", label[i], "")
        };
        // what is told of is a function, and `sin v1` is read as a number
        let call = match wrong.rule.split_once(' ') {
            Some((op, arg)) if wrong.args.len() == 1 && wrong.args[0].0 == arg => format!("{op}({arg})"),
            _ => wrong.rule.clone(),
        };
        let mut lines = vec![
            format!("first wrong rule: {} = {call}{place}", wrong.id),
            row(0, &slope),
            row(1, &dual),
            row(2, &style.number(wrong.numeric)),
        ];
        let nodes = if self.after == 1 { "the 1 node".to_owned() } else { format!("the {} nodes", self.after) };
        let value = wrong.value.as_ref().map_or(String::new(), |value| format!(" Your value prints as {value}."));
        lines.push(match (self.after, self.others.len()) {
            (0, _) => format!("nothing comes after it.{value}"),
            (after, 0) => format!("{nodes} after it {}.{value}", if after == 1 { "checks out" } else { "check out" }),
            (_, wrong) => format!(
                "of {nodes} after it, {wrong} more {} wrong, the first is {}.{value}",
                if wrong == 1 { "is" } else { "are" },
                self.others[0]
            ),
        });
        lines
    }
}
