//! The mistakes that a backward pass is made with, made on purpose.

use super::steps::Steps;
use super::style::{Cell, Style, Tint, ends};
use super::trace::{Node, Step, Trace, label};
use super::uses::Uses;
use crate::Real;
use crate::error::{Error, Kind};
use crate::graph::Id;
use std::fmt;
use std::str::FromStr;

/// A mistake in a backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Mistake {
    /// A node passes its adjoint on whenever something comes to it, by recursion, and does not wait for its other uses.
    Order,
    /// What comes to a node replaces its adjoint (`=`) where it should be added (`+=`).
    Overwrite,
    /// The adjoints of an earlier backward pass were not cleared before this one.
    Stale,
    /// The slope is passed on without the adjoint above it.
    LocalOnly,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 4] = [Mistake::Order, Mistake::Overwrite, Mistake::Stale, Mistake::LocalOnly];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Mistake::Order => "order",
            Mistake::Overwrite => "overwrite",
            Mistake::Stale => "stale",
            Mistake::LocalOnly => "local-only",
        }
    }

    /// What it does, in a few words.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Mistake::Order => "recursive, no waiting",
            Mistake::Overwrite => "= in the place of +=",
            Mistake::Stale => "second backward, nothing cleared",
            Mistake::LocalOnly => "slope without the adjoint above",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mistake {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Mistake::ALL.into_iter().find(|mistake| mistake.name() == text);
        let names = || Mistake::ALL.map(Mistake::name).join(", ");
        known.ok_or_else(|| Error::new(Kind::Name, format!("{text:?} is no mistake; there are {}", names())))
    }
}

/// How many contributions are made at the most: without waiting their number may double with every node.
const MOST: usize = 100_000;
/// How many nodes are shown, and how many sums that were passed on.
const MOST_ROWS: usize = 20;
const MOST_SUMS: usize = 3;

/// A backward pass with a mistake, as it goes.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mistaken {
    /// The mistake.
    pub mistake: Mistake,
    /// For each node what its adjoint came to.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::json::serial::optional_list"))]
    pub adjoints: Vec<Option<f64>>,
    /// The seed and the contributions, in the order in which they are made.
    pub steps: Vec<Step>,
    /// Whether it was stopped before its end, since it takes too long.
    pub stopped: bool,
    /// What round-off may make of an adjoint, relative to it.
    #[cfg_attr(feature = "serde", serde(skip))]
    tolerance: f64,
}

impl Trace {
    /// The backward pass with a mistake.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// use gprime::teach::Mistake;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.var(1.0);
    /// let u = x * x;
    /// let trace = tape.trace(u + u.sin())?;
    /// let wrong = trace.mistaken(Mistake::Overwrite);
    /// assert_eq!(wrong.adjoints[0], Some(1f64.cos()));
    /// assert_eq!(trace.nodes[0].adjoint, Some(2.0 * (1.0 + 1f64.cos())));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    pub fn mistaken(&self, mistake: Mistake) -> Mistaken {
        let mut pass = Pass {
            trace: self,
            adjoints: vec![0.0; self.nodes.len()],
            steps: vec![Step::Seed { node: self.output }],
            stopped: false,
        };
        pass.adjoints[self.output.index()] = self.seed;
        match mistake {
            Mistake::Order => pass.recurse(),
            Mistake::Overwrite => pass.sweep(|_, product, _| product),
            Mistake::LocalOnly => pass.sweep(|sum, _, slope| sum + slope),
            Mistake::Stale => {
                pass.sweep(|sum, product, _| sum + product);
                // what it was left at is not cleared, but for the output, which is given its seed again
                pass.steps.truncate(1);
                pass.adjoints[self.output.index()] = self.seed;
                pass.sweep(|sum, product, _| sum + product);
            }
        }
        let Pass { adjoints, mut steps, stopped, .. } = pass;
        count_waiting(&mut steps, self.nodes.len());
        let reached = |(node, adjoint): (&Node, f64)| node.adjoint.map(|_| adjoint);
        let adjoints = self.nodes.iter().zip(adjoints).map(reached).collect();
        Mistaken { mistake, adjoints, steps, stopped, tolerance: if self.single { 1e-5 } else { 1e-9 } }
    }
}

/// Fills in how many contributions are still to come to where each goes.
fn count_waiting(steps: &mut [Step], nodes: usize) {
    let mut to_come = vec![0; nodes];
    for step in steps.iter_mut().rev() {
        if let Step::Contribute { to, waiting, .. } = step {
            *waiting = to_come[to.index()];
            to_come[to.index()] += 1;
        }
    }
}

/// A backward pass in the making.
struct Pass<'a> {
    trace: &'a Trace,
    adjoints: Vec<f64>,
    steps: Vec<Step>,
    stopped: bool,
}

impl Pass<'_> {
    /// Passes a node's adjoint on to one of its arguments, and says which node that is. `add` makes the argument's adjoint of
    /// what it is, the product of the node's and the slope, and the slope.
    fn contribute(&mut self, from: Id, argument: usize, add: impl Fn(f64, f64, f64) -> f64) -> Option<Id> {
        let node = self.trace.node(from);
        let to = node.args[argument].node()?;
        let (upstream, local) = (self.adjoints[from.index()], node.partials[argument].value);
        let product = self.trace.rounded(upstream.mul_strong_zero(local));
        let sum_after = self.trace.rounded(add(self.adjoints[to.index()], product, local));
        // what the mistake makes of the product
        let amount = add(0.0, product, local);
        self.adjoints[to.index()] = sum_after;
        let argument = argument as u32;
        self.steps.push(Step::Contribute { from, argument, to, upstream, local, amount, sum_after, waiting: 0 });
        Some(to)
    }

    /// In the order of the tape, from the last node to the first.
    fn sweep(&mut self, add: impl Fn(f64, f64, f64) -> f64) {
        for node in self.trace.nodes[..=self.trace.output.index()].iter().rev() {
            if node.adjoint.is_some() && self.adjoints[node.id.index()] != 0.0 {
                for argument in 0..node.args.len() {
                    self.contribute(node.id, argument, &add);
                }
            }
        }
    }

    /// Depth first: an argument passes on what it has as soon as something comes to it.
    fn recurse(&mut self) {
        let mut open = vec![(self.trace.output, 0)];
        while let Some((node, next)) = open.last_mut() {
            let (from, argument) = (*node, *next);
            *next += 1;
            if argument == self.trace.node(from).args.len() {
                open.pop();
            } else if self.steps.len() > MOST {
                self.stopped = true;
                return;
            } else if let Some(to) = self.contribute(from, argument, |sum, product, _| sum + product) {
                open.push((to, 0));
            }
        }
    }
}

impl Mistaken {
    /// The steps with the mistake, to be shown one by one.
    pub fn stepper<'a>(&'a self, trace: &'a Trace) -> Steps<'a> {
        trace.stepper_of(&self.steps)
    }

    /// Whether a node's adjoint came to something else than it is; not by round-off alone.
    pub fn is_wrong(&self, node: &Node) -> bool {
        match (node.adjoint, self.adjoints[node.id.index()]) {
            (Some(right), Some(wrong)) => {
                let both_nan = right.is_nan() && wrong.is_nan();
                let near = (right - wrong).abs() <= self.tolerance * right.abs().max(wrong.abs());
                !(right == wrong || both_nan || near)
            }
            (right, wrong) => right.is_some() != wrong.is_some(),
        }
    }

    /// The wrong adjoints beside the right ones, and why.
    pub fn beside(&self, trace: &Trace, style: &Style) -> String {
        let uses = Uses::of(trace);
        let sums = self.sums(trace.nodes.len());
        let early = |node: &Node| self.mistake == Mistake::Order && node.op.is_some() && sums[node.id.index()].0 > 1;
        let shown: Vec<&Node> =
            trace.nodes.iter().rev().filter(|node| node.op.is_none() || early(node) || self.is_wrong(node)).collect();
        let mut rows =
            vec![vec![Cell::default(), Cell::new("right (reverse tape order)"), Cell::wide(self.mistake.heading())]];
        let row = |node: &&Node| {
            let wrong = self.is_wrong(node);
            let (count, first) = &sums[node.id.index()];
            let came = match first.split_first() {
                Some((first, rest)) if early(node) => {
                    let rest = rest.iter().map(|sum| format!(", then {} passed on again", style.number(*sum)));
                    let hidden = count.saturating_sub(MOST_SUMS);
                    let more =
                        if hidden > 0 { format!(", and {} more", style.count(hidden, "time")) } else { String::new() };
                    let text =
                        format!("{} → passed on too early{}{more}", style.number(*first), rest.collect::<String>());
                    style.text(&text).into_owned()
                }
                _ => style.known_number(self.adjoints[node.id.index()]),
            };
            let mark = if wrong && !early(node) { style.text("   ✗").into_owned() } else { String::new() };
            let tint = if wrong { Tint::Bad } else { Tint::Plain };
            vec![
                Cell::new(style.adjoint(&label(node))),
                Cell::new(style.known_number(node.adjoint)),
                Cell::wide(format!("{came}{mark}")).tint(tint),
            ]
        };
        let (first, last) = ends(shown.len(), MOST_ROWS);
        rows.extend(shown[first.clone()].iter().map(row));
        if last.start > first.end {
            rows.push(vec![Cell::wide(format!(
                "{} {}",
                style.text("…"),
                style.count(last.start - first.end, "more node")
            ))]);
        }
        rows.extend(shown[last].iter().map(row));
        let mut text = style.columns(&rows, &[15, 4]);
        if self.stopped {
            text += &format!(
                "stopped after {}: without waiting their number may double with every node\n",
                style.count(MOST, "contribution")
            );
        }
        text += &style.text(&format!("why: {}\n", self.why(trace, &uses, style)));
        text + &self.others(trace, style)
    }

    /// What came to one node, in order, and what its adjoint came to.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn explain(&self, trace: &Trace, id: Id, style: &Style) -> String {
        let (node, own) = (trace.node(id), style.adjoint(&id.to_string()));
        let named = node.name.as_ref().map_or(String::new(), |name| format!("   ({name})"));
        let verdict = if self.is_wrong(node) {
            style.text(&format!("✗   it is {}", style.known_number(node.adjoint))).into_owned()
        } else {
            "as it is without the mistake".to_owned()
        };
        let mut text = format!("--mistake {}: {}\n\n", self.mistake, self.mistake.heading());
        text +=
            &format!("{own} = {}   {verdict}{}\n", style.known_number(self.adjoints[id.index()]), style.text(&named));
        let came = self.steps.iter().filter_map(|step| match *step {
            Step::Contribute { from, argument, to, upstream, local, amount, sum_after, .. } if to == id => {
                let formula = style.as_factor(&trace.node(from).partials[argument as usize].formula);
                let factors = match self.mistake {
                    Mistake::LocalOnly => [formula, style.short(local)],
                    _ => [
                        format!("{}{}{formula}", style.adjoint(&from.to_string()), style.text("·")),
                        style.product(upstream, local),
                    ],
                };
                let [symbols, numbers] = factors;
                let sign = if self.mistake == Mistake::Overwrite { "=" } else { "+" };
                let made = format!("{own} {} {}", style.text("→"), style.number(sum_after));
                let cells = [format!("  {sign} {symbols}"), numbers, format!("= {}", style.signed(amount)), made];
                Some(cells.map(Cell::new).to_vec())
            }
            _ => None,
        });
        let mut came: Vec<Vec<Cell>> = came.collect();
        let (first, last) = ends(came.len(), MOST_ROWS);
        if last.start > first.end {
            let more = format!("  {} {}", style.text("…"), style.count(last.start - first.end, "more contribution"));
            came.splice(first.end..last.start, [vec![Cell::wide(more)]]);
        }
        text + &style.columns(&came, &[3, 1, 3])
    }

    /// For each node how many times something came to it, and the first sums.
    fn sums(&self, nodes: usize) -> Vec<(usize, Vec<f64>)> {
        let mut sums = vec![(0, vec![]); nodes];
        for step in &self.steps {
            if let Step::Contribute { to, sum_after, .. } = step {
                let (count, first) = &mut sums[to.index()];
                *count += 1;
                if first.len() < MOST_SUMS {
                    first.push(*sum_after);
                }
            }
        }
        sums
    }

    fn why(&self, trace: &Trace, uses: &Uses, style: &Style) -> String {
        let reaching = |node: &Node| {
            let uses = uses.of_node(node.id).iter().map(|it| trace.node(it.user));
            uses.filter(|user| user.adjoint.is_some()).collect::<Vec<_>>()
        };
        let twice = |inner: bool| {
            let used = trace.nodes.iter().rev().filter(|node| node.adjoint.is_some() && (!inner || node.op.is_some()));
            used.map(|node| (node, reaching(node))).find(|(_, users)| users.len() > 1)
        };
        let has_uses = |node: &Node, users: &[&Node]| {
            let [last, before] = [users.len() - 1, users.len() - 2].map(|i| users[i]);
            let differ = trace.sign(last) != trace.sign(before);
            let [last, before] = [last, before].map(|user| if differ { trace.sign(user) } else { &user.rule });
            let uses = if users.len() == 2 { "two uses".to_owned() } else { style.count(users.len(), "use") };
            let more = if users.len() > 2 { " and others" } else { "" };
            format!("{} has {uses} ({last} and {before}{more})", label(node))
        };
        let wrong = trace.nodes.iter().any(|node| self.is_wrong(node));
        match self.mistake {
            Mistake::Order => match twice(true) {
                Some((node, users)) => {
                    let to = node.args.iter().find_map(|arg| arg.node()).map(|id| label(trace.node(id)));
                    let (all, to) = (if users.len() == 2 { "both" } else { "all" }, to.unwrap_or_default());
                    format!("{}. It must wait for {all} before it tells {to}.", has_uses(node, &users))
                }
                None => {
                    "no node between the inputs and the output has two uses, so nothing was passed on too early here"
                        .into()
                }
            },
            Mistake::Overwrite => match twice(false) {
                Some((node, users)) => {
                    format!("{}. Each must add to its adjoint; here the last one is left.", has_uses(node, &users))
                }
                None => "no node has two uses, so nothing was replaced here".into(),
            },
            Mistake::Stale if wrong => {
                let input = trace.inputs().find(|node| self.is_wrong(node));
                match input.and_then(|node| self.not_even_twice(node, style)) {
                    Some((wrong, not_even)) => format!(
                        "the adjoints of the first pass were still there: {wrong} is {not_even},\n     because intermediate adjoints were stale too."
                    ),
                    None => {
                        "the adjoints of the first pass were still there, and the second pass added to them.".into()
                    }
                }
            }
            Mistake::LocalOnly if wrong => {
                "every node passed its slope on, and not its slope times what the output makes of it.".into()
            }
            Mistake::Stale | Mistake::LocalOnly => "nothing differs here".into(),
        }
    }

    /// An adjoint that two passes came to, if it is not simply two times what it is.
    fn not_even_twice(&self, node: &Node, style: &Style) -> Option<(String, String)> {
        let (right, wrong) = (node.adjoint?, self.adjoints[node.id.index()]?);
        let differs = (wrong - 2.0 * right).abs() > self.tolerance * wrong.abs();
        differs.then(|| (style.number(wrong), format!("not even 2 × {}", style.number(right))))
    }

    /// What the other mistakes make of the first input that they change, two on a line.
    fn others(&self, trace: &Trace, style: &Style) -> String {
        let other = |mistake: Mistake| {
            let wrong = trace.mistaken(mistake);
            let node = trace.inputs().find(|node| wrong.is_wrong(node))?;
            let value = style.number(wrong.adjoints[node.id.index()]?);
            let (what, more) = match mistake {
                _ if wrong.stopped => ("", " when it was stopped".to_owned()),
                Mistake::Stale => (
                    "(second backward)",
                    wrong.not_even_twice(node, style).map_or(String::new(), |(_, not_even)| {
                        format!(", {not_even},\nbecause intermediate adjoints were stale too.")
                    }),
                ),
                _ => ("", String::new()),
            };
            let text = format!("--mistake {mistake} {what} {} = {value} ✗{more}", style.adjoint(&label(node)));
            Some(style.text(&text).into_owned())
        };
        let others = Mistake::ALL.into_iter().filter(|mistake| *mistake != self.mistake);
        let others: Vec<String> = others.filter_map(other).collect();
        let line = |pair: &[String]| pair.join(if pair[0].contains('\n') { "\n" } else { "     " }) + "\n";
        others.chunks(2).map(line).collect()
    }
}
