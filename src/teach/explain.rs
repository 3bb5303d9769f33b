//! One node in full: what it is, its slopes, its adjoint as a sum, and the paths to the output.

use super::singular::singularity;
use super::style::{Cell, Style, ends};
use super::trace::{Argument, Node, OpNote, Trace};
use super::uses::{Use, Uses};
use crate::Real;
use crate::graph::Id;
use crate::visible::visible;

/// How many slopes, contributions and paths are shown.
const MOST: usize = 8;
/// How many nodes of a path are shown.
const MOST_STOPS: usize = 8;

impl Trace {
    /// One node: what was computed, with symbols and with numbers; the sum that its adjoint is; and the paths to the output, each the
    /// product of the slopes along it.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn explain(&self, id: Id, style: &Style) -> String {
        let (node, uses) = (self.node(id), Uses::of(self));
        let mut text = self.value_text(node, style);
        if let Some(op) = self.op(node) {
            text += &format!("\n{}", style.text(&self.op_text(op)));
            let slopes = node.args.iter().zip(&node.partials).filter_map(|(arg, partial)| {
                let by = arg.node()?;
                let own = self.in_numbers(&partial.formula, style);
                let value = style.number(partial.value);
                let numbers = if own == value { value } else { format!("{own} = {value}") };
                Some(style.text(&format!("  ∂{id}/∂{by} = {} = {numbers}\n", partial.formula)).into_owned())
            });
            text.extend(slopes.take(MOST));
        }
        text.extend(singularity(self, node, style).map(|line| format!("  {line}\n")));
        text += "\n";
        text += &self.adjoint_sum(node, &uses, style);
        if node.adjoint.is_some() && id < self.output {
            text += "\n";
            text += &self.paths(id, &uses, style);
        }
        text
    }

    fn value_text(&self, node: &Node, style: &Style) -> String {
        let (id, value) = (node.id, style.number(node.value));
        let name = node.name.as_ref().map_or(String::new(), |name| format!("{name} = "));
        let mut text = match node.op {
            None => style.text(&format!("{id} = {name}{value}, an input\n")).into_owned(),
            Some(_) => {
                let rule = style.text(&format!("{id} = {name}{}", node.rule)).into_owned();
                format!("{rule} = {} = {value}\n", self.in_numbers(&node.rule, style))
            }
        };
        let scope = node.scope.as_ref().map(|scope| format!("in {scope}"));
        let place = node.loc.as_ref().map(|line| format!("recorded at {}", visible(&line.to_string())));
        let where_from: Vec<String> = scope.into_iter().chain(place).collect();
        if !where_from.is_empty() {
            text += &format!("  {}\n", style.text(&where_from.join(", ")));
        }
        text
    }

    fn op_text(&self, op: &OpNote) -> String {
        let params: Vec<String> = op.params.iter().map(|p| format!("{} = {}", p.name, p.value)).collect();
        let with = if params.is_empty() { String::new() } else { format!(" with {}", params.join(", ")) };
        match (&op.value, &op.slopes[..]) {
            (Some(value), [slope]) => format!("{}{with}: a = {value}, a′ = {slope}\n", op.name),
            (Some(value), slopes) => format!("{}{with}: a = {value}, slopes {}\n", op.name, slopes.join(" | ")),
            (None, _) => format!("{}: known only as closures, or of too many arguments for a formula\n", op.name),
        }
    }

    /// The adjoint as the sum of its contributions.
    pub(super) fn adjoint_sum(&self, node: &Node, uses: &Uses, style: &Style) -> String {
        let (y, id) = (self.output_name(), node.id);
        let own = style.adjoint(&id.to_string());
        let derivative = style.text(&format!("∂{y}/∂{id}")).into_owned();
        let Some(adjoint) = node.adjoint else {
            return format!("{own} = {}   {y} does not depend on {id}\n", style.pending());
        };
        let mut text = format!("{own} = {derivative} = {}\n", style.signed(adjoint));
        if id == self.output {
            text += "  the seed\n";
            return text;
        }
        let term = |it: &Use| {
            let (user, partial) = (self.node(it.user), it.partial(self));
            let upstream = user.adjoint.unwrap_or(0.0);
            let dot = style.text("·");
            let symbols = format!("{}{dot}{}", style.adjoint(&user.id.to_string()), style.as_factor(&partial.formula));
            let numbers = style.product(upstream, partial.value);
            let amount = match upstream {
                0.0 => "0: nothing is passed on".to_owned(),
                _ => style.signed(upstream.mul_strong_zero(partial.value)),
            };
            let user = style.text(&format!("through {} = {}", user.id, user.rule)).into_owned();
            vec![
                Cell::new(format!("  + {symbols}")),
                Cell::new(numbers),
                Cell::new(format!("= {amount}")),
                Cell::new(user),
            ]
        };
        let reaching: Vec<Use> =
            uses.of_node(id).iter().copied().filter(|it| self.node(it.user).adjoint.is_some()).collect();
        let (first, last) = ends(reaching.len(), MOST);
        let hidden = last.start - first.end;
        let mut rows: Vec<Vec<Cell>> = reaching[first].iter().map(term).collect();
        if hidden > 0 {
            let more = style.count(hidden, "more contribution");
            rows.push(vec![Cell::wide(format!("  {} {more}", style.text("…")))]);
        }
        rows.extend(reaching[last].iter().map(term));
        text + &style.columns(&rows, &[3, 1, 3])
    }

    /// The paths to the output, of which there may be more than can be counted.
    fn paths(&self, id: Id, uses: &Uses, style: &Style) -> String {
        // from each node; what does not lead to the output has none
        let mut counts: Vec<f64> = vec![0.0; self.output.index() + 1];
        counts[self.output.index()] = 1.0;
        let through = |counts: &[f64], it: &Use| counts.get(it.user.index()).copied().unwrap_or(0.0);
        for node in (id.index()..self.output.index()).rev() {
            counts[node] = uses.of_node(Id(node as u32)).iter().map(|it| through(&counts, it)).sum();
        }
        let count: f64 = counts[id.index()];
        let shown: f64 = count.min(MOST as f64);
        let number = if count < 1e7 { format!("{count}") } else { format!("about {count:.1e}") };
        let (end, plural) = (self.output, if count == 1.0 { "path" } else { "paths" });
        let mut text = format!("{number} {plural} to {end}, each the product of its slopes\n");
        let mut rows = vec![];
        // depth first: on each stop of the path, how many of its uses were tried
        let mut path: Vec<(Id, usize)> = vec![(id, 0)];
        let mut edges: Vec<Use> = vec![];
        while let Some((node, next)) = path.last_mut() {
            let node_id = *node;
            if node_id == end {
                rows.push(self.path_cells(id, &edges, style));
                path.pop();
                edges.pop();
                if rows.len() as f64 >= shown {
                    break;
                }
                continue;
            }
            let tried = *next;
            *next += 1;
            match uses.of_node(node_id).get(tried) {
                Some(it) if through(&counts, it) > 0.0 => {
                    path.push((it.user, 0));
                    edges.push(*it);
                }
                Some(_) => {}
                None => {
                    path.pop();
                    edges.pop();
                }
            }
        }
        text += &style.columns(&rows, &[3, 1]);
        if shown < count {
            text += &style.text("  … and more\n");
        }
        text
    }

    fn path_cells(&self, start: Id, edges: &[Use], style: &Style) -> Vec<Cell> {
        let (first, last) = ends(edges.len(), MOST_STOPS);
        let cut = last.start > first.end;
        let arrow = style.text(" → ");
        let stop = |it: &Use| format!("{arrow}{}", it.user);
        let mut stops = format!("  {start}");
        stops.extend(edges[first.clone()].iter().map(stop));
        if cut {
            stops += &format!("{arrow}{}", style.text("…"));
        }
        stops.extend(edges[last.clone()].iter().map(stop));
        let first_slope = edges.first().map_or(1.0, |it| it.partial(self).value);
        let slope = |it: &Use| style.factor(it.partial(self).value);
        let dot = style.text("·");
        let mut factors: Vec<String> = edges[first].iter().map(slope).collect();
        if cut {
            factors.push(style.text("…").into_owned());
        }
        factors.extend(edges[last].iter().map(slope));
        // from the output on, as the sweep multiplies
        let product = edges.iter().rev().fold(1.0, |product: f64, it| product.mul_strong_zero(it.partial(self).value));
        factors[0] = style.short(first_slope);
        vec![Cell::new(stops), Cell::new(factors.join(&dot)), Cell::new(format!("= {}", style.signed(product)))]
    }

    /// A formula with numbers in the places of ids.
    pub(super) fn in_numbers(&self, formula: &str, style: &Style) -> String {
        let node = |word: &str| {
            let id: usize = word.strip_prefix('v')?.parse().ok()?;
            self.nodes.get(id.checked_sub(1)?)
        };
        match node(formula) {
            Some(node) => style.number(node.value),
            None => replaced(&style.text(formula), |word, alone| {
                let value = node(word)?.value;
                Some(if alone { style.short(value) } else { style.factor(value) })
            }),
        }
    }

    /// The numbers that a node was computed from, as `v1 = 2.000000`.
    pub(super) fn args_text(&self, node: &Node, style: &Style) -> String {
        let shown = |arg: &Argument| match *arg {
            Argument::Node(id) => format!("{id} = {}", style.number(self.node(id).value)),
            Argument::Constant(value) => style.short(value),
        };
        let (first, last) = ends(node.args.len(), MOST);
        let mut args: Vec<String> = node.args[first].iter().map(shown).collect();
        if last.len() < node.args.len() && !last.is_empty() {
            args.push(style.text("…").into_owned());
        }
        args.extend(node.args[last].iter().map(shown));
        args.join(", ")
    }
}

/// A formula with other texts in the places of some words; what is called is none. `other` is told of a word, and whether it stands
/// alone, as an argument in a list does.
pub(super) fn replaced(formula: &str, other: impl Fn(&str, bool) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = formula;
    while let Some(c) = rest.chars().next() {
        let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let (head, tail) = rest.split_at(word.max(c.len_utf8()));
        let alone = (text.ends_with('(') || text.ends_with(", ")) && tail.starts_with([')', ',']);
        match other(head, alone).filter(|_| !tail.starts_with('(')) {
            Some(other) => text += &other,
            None => text += head,
        }
        rest = tail;
    }
    text
}
