//! Where NaN and ∞ came from.

use super::explain::replaced;
use super::style::Style;
use super::table::described;
use super::trace::{Argument, Flow, Node, Step, Trace};
use super::uses::Uses;
use crate::error::Error;
use crate::graph::{Expr, Id, Recorder};
use crate::op::{Op, Select};
use crate::visible::visible;
use std::fmt;

/// How many nodes are looked through for the choice that a branch belongs to.
const MOST: usize = 10_000;

/// Where numbers that are not finite came from.
#[derive(Clone, Debug, PartialEq)]
pub struct NonFinite {
    /// The first node whose value is not finite, although those of its arguments are; an input may be one.
    pub value: Option<Id>,
    /// The first contribution of the backward pass that is not finite.
    pub contribution: Option<Flow>,
    /// The first place where an adjoint of 0 met a slope that is not finite, and annihilated it.
    pub annihilated: Option<Flow>,
    /// What is said of them.
    text: String,
}

/// The account, in the default style.
impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end_matches('\n'))
    }
}

impl Recorder {
    /// Where in the computation of an output, and in the backward pass from it, numbers that are not finite came from; `None` if there
    /// are none.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.named("x", tape.var(0.0));
    /// let y = x.ln() * x; // −∞ · 0
    /// let first = tape.first_non_finite(y)?.unwrap();
    /// assert_eq!(first.value, tape.trace(y)?.find("v2"));
    /// println!("{first}");
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output is a constant or a variable of another recorder.
    pub fn first_non_finite(&self, y: Expr<'_>) -> Result<Option<NonFinite>, Error> {
        Ok(self.trace(y)?.first_non_finite(&Style::default()))
    }
}

impl Trace {
    /// Where numbers that are not finite came from; `None` if there are none.
    pub fn first_non_finite(&self, style: &Style) -> Option<NonFinite> {
        let value = self.nodes.iter().find(|node| !node.value.is_finite());
        let mut flows = self.steps.iter().flat_map(|step| self.flows(step));
        let contribution = flows.clone().find(|flow| !flow.amount.is_finite());
        let annihilated = flows.find(|flow| flow.upstream == 0.0 && !flow.local.is_finite());
        if value.is_none() && contribution.is_none() && annihilated.is_none() {
            return None;
        }
        let mut text = String::new();
        text.extend(value.map(|node| self.value_origin(node, style)));
        text.extend(contribution.map(|flow| self.contribution_origin(flow, style)));
        text.extend(annihilated.map(|flow| self.annihilation(flow, style)));
        Some(NonFinite { value: value.map(|node| node.id), contribution, annihilated, text })
    }

    /// What met on edges in a step. Where a node had the adjoint 0 nothing was passed on, and 0 is what came of it.
    fn flows(&self, step: &Step) -> impl Iterator<Item = Flow> + Clone + use<'_> {
        let (made, skipped) = match *step {
            Step::Contribute { from, argument, to, upstream, local, amount, .. } => {
                (Some(Flow { from, argument: argument as usize, to, upstream, local, amount }), None)
            }
            Step::Skip { node } => (None, Some(self.node(node))),
            _ => (None, None),
        };
        let of_arg = |node: &'_ Node, argument: usize| {
            let (from, local) = (node.id, node.partials[argument].value);
            let to = node.args[argument].node()?;
            Some(Flow { from, argument, to, upstream: 0.0, local, amount: 0.0 })
        };
        let args = skipped.into_iter().flat_map(|node| (0..node.args.len()).map(move |argument| (node, argument)));
        made.into_iter().chain(args.filter_map(move |(node, argument)| of_arg(node, argument)))
    }

    fn value_origin(&self, node: &Node, style: &Style) -> String {
        let (id, value) = (node.id, style.number(node.value));
        let line = place(node);
        let text = match node.op {
            None => format!("forward: the input {id} = {} is {value}\n", described(node)),
            Some(_) => {
                let constant = |arg: &Argument| matches!(arg, Argument::Constant(value) if !value.is_finite());
                let are = if node.args.iter().any(constant) { "it came from" } else { "its arguments are finite" };
                let (what, args) = (described(node), self.args_text(node, style));
                format!(
                    "forward: the first value that is not finite is {id} = {what} = {value}{line}\n  {are}: {args}\n"
                )
            }
        };
        style.text(&text).into_owned()
    }

    fn contribution_origin(&self, flow: Flow, style: &Style) -> String {
        let Flow { from, to, upstream, local, amount, .. } = flow;
        let node = self.node(from);
        let formula = &node.partials[flow.argument].formula;
        let text = format!(
            "backward: the first contribution that is not finite goes from {from} = {} to {to}{}\n  {} × {} = {} × {} = {}\n  {}\n",
            described(node),
            place(node),
            style.adjoint(&from.to_string()),
            style.as_factor(formula),
            style.number(upstream),
            style.number(local),
            style.number(amount),
            match upstream.is_finite() {
                true => "the slope is not finite there, and the adjoint above it is not 0, so nothing annihilates it",
                false => "what came from above was not finite",
            }
        );
        style.text(&text).into_owned()
    }

    fn annihilation(&self, flow: Flow, style: &Style) -> String {
        let Flow { from, to, local, .. } = flow;
        let node = self.node(from);
        let mut text = format!(
            "backward: 0 × {} met at {from} = {}, on the way to {to}{}\n",
            style.number(local),
            described(node),
            place(node),
        );
        text += "  it was annihilated: in the chain rule 0 times any slope is 0.\n  Multiplied as numbers it would be NaN, as it is in other libraries.\n";
        text += &self.safe_where(flow, style).unwrap_or_default();
        style.text(&text).into_owned()
    }

    /// Where the annihilation is that of a branch which was not taken: how to write the choice so that it is safe everywhere.
    fn safe_where(&self, flow: Flow, style: &Style) -> Option<String> {
        let uses = Uses::of(self);
        // forwards from the node to the first choice that did not take it
        let mut seen = std::collections::HashSet::from([flow.from]);
        let mut open = std::collections::VecDeque::from([flow.from]);
        let (choice, mask, branch) = loop {
            let node = open.pop_front().filter(|_| seen.len() < MOST)?;
            let chosen_against = uses.of_node(node).iter().find_map(|it| {
                let user = self.node(it.user);
                let is_choice = self.op(user).is_some_and(|op| op.name == Select::NAME);
                let untaken = it.argument > 0 && it.partial(self).value == 0.0;
                (is_choice && untaken).then(|| (user, user.args[0], it.argument))
            });
            match chosen_against {
                Some(found) => break found,
                None => {
                    let users = uses.of_node(node).iter().map(|it| it.user);
                    open.extend(users.filter(|user| seen.insert(*user)));
                }
            }
        };
        let mask = match mask {
            Argument::Node(id) => self.node(id).rule.clone(),
            Argument::Constant(value) => style.short(value),
        };
        let node = self.node(flow.from);
        let domain = self.op(node).map_or("", |op| op.domain.as_str());
        let safe =
            |x: &str| if branch == 1 { format!("{x} if {mask} else 1") } else { format!("1 if {mask} else {x}") };
        let instead =
            |rule: &str, id: Id, name: &str| replaced(rule, |word, _| (word == id.to_string()).then(|| name.into()));
        let (z, inner) = (safe(&flow.to.to_string()), instead(&node.rule, flow.to, "z"));
        let outer = instead(&choice.rule, flow.from, "w");
        let after = if outer == choice.rule { "and the rest as before".to_owned() } else { outer };
        Some(format!(
            "  {} = {} did not take it.\n  Safe in every library is to choose before the op as well as after it:\n    z = {z};   w = {inner};   {after}\n  where 1 stands for any number inside the op's domain ({domain})\n",
            choice.id, choice.rule,
        ))
    }
}

/// The line of the program that recorded a node.
fn place(node: &Node) -> String {
    node.loc.as_ref().map_or(String::new(), |line| format!("   {}", visible(&line.to_string())))
}
