//! One step at a time: what is passed on, and who still waits.

use super::style::{Cell, Style, ends};
use super::table::described;
use super::trace::{Node, Partial, Step, Trace};
use super::uses::{Use, Uses};
use crate::graph::Id;

/// How many of those that a node waits for are named.
const MOST_NAMED: usize = 3;

/// The steps of a trace, or those that a mistake makes of it, to be shown one by one.
pub struct Steps<'a> {
    trace: &'a Trace,
    steps: &'a [Step],
    uses: Uses,
    /// How many steps there are before the seed.
    forward: usize,
}

impl Trace {
    /// The steps, to be shown one by one.
    pub fn stepper(&self) -> Steps<'_> {
        self.stepper_of(&self.steps)
    }

    pub(super) fn stepper_of<'a>(&'a self, steps: &'a [Step]) -> Steps<'a> {
        let forward = steps.iter().take_while(|step| matches!(step, Step::Forward { .. })).count();
        Steps { trace: self, steps, uses: Uses::of(self), forward }
    }
}

impl Steps<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The node that a step is about: the one that passes something on, where something is.
    ///
    /// # Panics
    /// If there is no such step.
    pub fn node(&self, at: usize) -> Id {
        match self.steps[at] {
            Step::Forward { node } | Step::Seed { node } | Step::Skip { node } => node,
            Step::Contribute { from, .. } => from,
        }
    }

    /// The first step in which a node is given, computed, passes something on, or is passed something; looking from a step on, and
    /// then from the beginning.
    pub fn find(&self, node: Id, from: usize) -> Option<usize> {
        let is_in = |at: &usize| match self.steps[*at] {
            Step::Contribute { from, to, .. } => from == node || to == node,
            _ => self.node(*at) == node,
        };
        (from..self.len()).chain(0..from.min(self.len())).find(is_in)
    }

    /// One step.
    ///
    /// # Panics
    /// If there is no such step.
    pub fn show(&self, at: usize, style: &Style) -> String {
        let backward = at >= self.forward;
        let (phase, done, all) = match backward {
            false => ("forward", at + 1, self.forward),
            true => ("backward", at + 1 - self.forward, self.len() - self.forward),
        };
        let mut rows = vec![vec![Cell::wide(format!("{phase} {done} of {all}"))]];
        if matches!(self.steps[at], Step::Contribute { .. }) {
            rows[0].extend([Cell::default(), Cell::new("waiting")]);
        }
        match self.steps[at] {
            Step::Forward { node } => rows.push(vec![Cell::wide(format!("  {}", self.forward_text(node, style)))]),
            Step::Seed { node } => {
                let seed = style.text(&format!("the seed ∂{0}/∂{0}", self.trace.output_name())).into_owned();
                rows.push(vec![Cell::new(self.adjoint_text(node, self.trace.seed, style)), Cell::wide(seed)]);
            }
            Step::Skip { node } => {
                rows.push(vec![
                    Cell::new(self.adjoint_text(node, 0.0, style)),
                    Cell::wide("0 times any slope is 0: nothing is passed on"),
                ]);
            }
            Step::Contribute { from, argument, to, upstream, local, amount, sum_after, waiting } => {
                let early = self.waits_for(at, from);
                let (word, count) = match early.len() {
                    0 => ("every use has reported".to_owned(), 0),
                    n => (format!("{} too early: it waits for {}", from, self.names(&early)), n),
                };
                let upstream_text = self.adjoint_text(from, upstream, style);
                rows.push(vec![Cell::new(upstream_text), Cell::new(word), Cell::new(count.to_string())]);
                let partial = &self.trace.node(from).partials[argument as usize];
                rows.push(vec![Cell::wide(edge_text(to, partial, [upstream, local, amount], style))]);
                let before = self.sum_before(at, to);
                let (before, arrow) = (style.known_number(before), style.text("→"));
                let sum =
                    format!("     {}:  {before}  {arrow}  {}", style.adjoint(&to.to_string()), style.number(sum_after));
                let coming = self.waits_for(at + 1, to);
                let word = match waiting {
                    0 => format!("{to} is complete"),
                    _ => format!("{to} still waits for {}", self.names(&coming)),
                };
                rows.push(vec![Cell::new(sum), Cell::new(word), Cell::new(waiting.to_string())]);
            }
        }
        style.columns(&rows, &[3, 3])
    }

    /// All steps, one after the other; of very many the first and the last.
    pub fn show_all(&self, style: &Style) -> String {
        let (first, last) = ends(self.len(), style.most);
        let hidden = last.start - first.end;
        let show = |at| self.show(at, style);
        let mut texts: Vec<String> = first.map(show).collect();
        if hidden > 0 {
            texts.push(format!("{} {} here\n", style.text("…"), style.count(hidden, "more step")));
        }
        texts.extend(last.map(show));
        texts.join("\n")
    }

    fn forward_text(&self, id: Id, style: &Style) -> String {
        let node = self.trace.node(id);
        let value = style.number(node.value);
        match node.op {
            None => format!("{id} = {} = {value}   given", style.text(&described(node))),
            Some(_) => {
                let numbers = self.trace.in_numbers(&node.rule, style);
                format!("{id} = {} = {numbers} = {value}", style.text(&described(node)))
            }
        }
    }

    fn adjoint_text(&self, id: Id, adjoint: f64, style: &Style) -> String {
        let node: &Node = self.trace.node(id);
        let rule = style.text(&described(node)).into_owned();
        format!("  {id} {rule}    {} = {}", style.adjoint(&id.to_string()), style.number(adjoint))
    }

    fn names(&self, uses: &[Use]) -> String {
        let mut users: Vec<Id> = uses.iter().map(|it| it.user).collect();
        users.dedup();
        let named: Vec<String> = users.iter().take(MOST_NAMED).map(Id::to_string).collect();
        let more = users.len().saturating_sub(MOST_NAMED);
        let all = named.join(" and ");
        if more > 0 { format!("{all} and {more} more") } else { all }
    }

    /// What a node still waits for before a step, in the order in which it comes: the uses whose contributions are made then or later.
    fn waits_for(&self, at: usize, node: Id) -> Vec<Use> {
        let uses = self.uses.of_node(node);
        if uses.is_empty() {
            return vec![];
        }
        let to_come = self.steps[at.min(self.len())..].iter().filter_map(|step| match *step {
            Step::Contribute { from, argument, to, .. } if to == node => {
                Some(Use { user: from, argument: argument as usize })
            }
            _ => None,
        });
        to_come.take(uses.len()).collect()
    }

    /// The adjoint of a node before a step; `None` if nothing has come to it yet.
    fn sum_before(&self, at: usize, node: Id) -> Option<f64> {
        self.steps[..at].iter().rev().find_map(|step| match *step {
            Step::Contribute { to, sum_after, .. } if to == node => Some(sum_after),
            Step::Seed { node: seeded } if seeded == node => Some(self.trace.seed),
            _ => None,
        })
    }
}

/// What flows along an edge: adjoint times slope.
fn edge_text(to: Id, partial: &Partial, [upstream, local, amount]: [f64; 3], style: &Style) -> String {
    let formula = style.text(&partial.formula);
    let local = style.short(local);
    let slope = if formula == local { local } else { format!("{formula} = {local}") };
    let product = format!("upstream {} × local {slope}  →  {}", style.number(upstream), style.number(amount));
    let annihilated = amount == 0.0 && !partial.value.is_finite();
    let note = if annihilated { "   (0 annihilates it)" } else { "" };
    format!("  {} to {to}:  {}{note}", style.text("└─"), style.text(&product))
}
