//! From a recording to its account.

use super::singular::{kink, singular};
use super::trace::{Argument, Branch, Flow, Id, KinkNote, Line, Node, OpNote, Param, Partial, Step, Trace, VERSION};
use crate::Real;
use crate::error::Error;
use crate::graph::{self, DynOp, Edge, Expr, Guard, Operand, Reach, Recorder, Relation, Rule, meet};
use crate::op::{Kink, Point};
use crate::registry::{Formula, Notation, applied, number, print, visible};
use indexmap::IndexMap;
use std::sync::Arc;

/// The most arguments that an op's slopes are written out for.
const MOST_ARGS: usize = 8;
/// The most nodes that the output is written as one formula for, and the longest such formula.
const MOST_NODES: usize = 500;
const LONGEST_SOURCE: usize = 120;

impl Recorder {
    /// An account of how an output was computed, and of the backward pass from it.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// use gprime::teach::Step;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.named("x", tape.var(0.5));
    /// let trace = tape.trace(x.sin() * x)?;
    /// assert_eq!(trace.nodes[1].rule, "sin v1");
    /// assert_eq!(trace.nodes[1].partials[0].formula, "cos(v1)");
    /// // x is used twice, so the first contribution to it waits for the second
    /// let waiting = trace.steps.iter().filter_map(|step| match step {
    ///     Step::Contribute { to, waiting, .. } if to.index() == 0 => Some(*waiting),
    ///     _ => None,
    /// });
    /// assert_eq!(waiting.collect::<Vec<_>>(), [1, 0]);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output is a constant or a variable of another tape.
    pub fn trace(&self, y: Expr<'_>) -> Result<Trace, Error> {
        self.trace_in(Precision::Double, self.recorded_values(), y)
    }

    /// The same in single precision: inputs, constants, the value and the slopes of every op, and every contribution and sum of the
    /// backward pass are rounded to `f32`.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another tape.
    pub fn trace_f32(&self, y: Expr<'_>) -> Result<Trace, Error> {
        let single = Precision::Single;
        self.trace_in(single, self.values(|_, value| value, |x| single.rounded(x))?, y)
    }

    fn trace_in(&self, precision: Precision, values: Vec<f64>, y: Expr<'_>) -> Result<Trace, Error> {
        let output = self.indices(&[y])?[0];
        let (mut adjoints, mut made) = (vec![0.0; output + 1], vec![]);
        adjoints[output] = 1.0;
        self.sweep(&values, &mut adjoints, |edge, upstream, slope, sum| {
            let slope = precision.rounded(slope);
            let amount = precision.rounded(upstream.mul_strong_zero(slope));
            let sum = precision.rounded(sum + amount);
            made.push(Contribution { edge, upstream, slope, amount, sum });
            sum
        })?;
        let needed = self.needed(output);
        let reach = self.reach(output, &values);
        let mut book = Book { precision, values, ids: vec![], ops: IndexMap::new(), nodes: vec![] };
        for (index, &needed) in needed.iter().enumerate() {
            let reached = reach.get(index).is_some_and(|reach| *reach > Reach::Not);
            book.enter(self, index, needed.then(|| adjoints[index]), reached)?;
        }
        let branches = self.comparisons().iter().map(|comparison| book.branch(comparison)).collect();
        let Book { ids, ops, nodes, values, .. } = book;
        let id = |index: usize| ids[index].expect("a constant is no output");
        // as `Recorder::annihilated`, in the precision of the trace
        let flows =
            |index: usize| ids[index].filter(|_| reach[index] == Reach::Flows).map(|id| (index, &nodes[id.index()]));
        let annihilated = (0..=output).rev().filter_map(flows).flat_map(|(index, node)| {
            let upstream = node.adjoint.unwrap_or(0.0);
            let met: Vec<usize> =
                (0..node.partials.len()).filter(|&i| meet(upstream, node.partials[i].value)).collect();
            let through = if met.is_empty() { Default::default() } else { self.through(index, &values) };
            let taken = met.into_iter().filter(move |&argument| through[argument] == Reach::Flows);
            taken.filter_map(move |argument| {
                let (to, local) = (node.args[argument].node()?, node.partials[argument].value);
                Some(Flow { from: node.id, argument, to, upstream, local, amount: 0.0 })
            })
        });
        let annihilated = annihilated.collect();
        Ok(Trace {
            version: VERSION,
            source: self.source(output, &needed, &ids),
            output: id(output),
            seed: 1.0,
            single: precision == Precision::Single,
            ops: ops.into_values().map(|written| written.note).collect(),
            steps: steps(&nodes, id(output), &ids, &made),
            nodes,
            branches,
            annihilated,
            check: None,
        })
    }

    /// For each node, whether the output depends on it.
    fn needed(&self, output: usize) -> Vec<bool> {
        let mut needed = vec![false; self.len()];
        needed[output] = true;
        for index in (0..=output).rev() {
            if needed[index] {
                self.node(index).args.iter().for_each(|&arg| needed[arg] = true);
            }
        }
        needed
    }

    /// The output as a formula in terms of named variables, and then those; empty if it is too long.
    fn source(&self, output: usize, needed: &[bool], ids: &[Option<Id>]) -> String {
        if needed.iter().filter(|&&needed| needed).count() > MOST_NODES || self.len() > 10 * MOST_NODES {
            return String::new();
        }
        let name = |index: usize| {
            let unnamed = || self.node(index).is_input.then(|| ids[index].map(|id| id.to_string())).flatten();
            self.name_at(index).map(|name| visible(&name).into_owned()).or_else(unnamed)
        };
        let formula = |index: usize| print(self, index, name, Notation::Print);
        let mut source = formula(output);
        let named = |&index: &usize| needed[index] && index != output && !self.node(index).is_input;
        for (count, index) in (0..self.len()).filter(named).filter(|&i| self.name_at(i).is_some()).enumerate() {
            let joint = if count == 0 { " with " } else { ", " };
            source += &format!("{joint}{} = {}", name(index).unwrap_or_default(), formula(index));
        }
        if source.chars().count() > LONGEST_SOURCE || source.contains('…') { String::new() } else { source }
    }
}

/// What the sweep did along one edge.
struct Contribution {
    edge: Edge,
    upstream: f64,
    slope: f64,
    amount: f64,
    /// The argument's adjoint, with this in it.
    sum: f64,
}

/// What is written down of one op applied to so many arguments: its note, and its formulas with a character of its own for each
/// argument and for the value.
struct Written {
    note: OpNote,
    applied: String,
    slopes: Option<Vec<String>>,
}

/// Stands for the argument of this number; the value comes after the last. The characters are for private use.
fn placeholder(argument: usize) -> char {
    char::from_u32(0xf_0000 + argument as u32).expect("arguments are few")
}

/// Puts texts in the places of placeholders.
fn fill(template: &str, texts: &[String]) -> String {
    let mut filled = String::with_capacity(template.len() + 8);
    for c in template.chars() {
        match (c as u32).checked_sub(0xf_0000).and_then(|place| texts.get(place as usize)) {
            Some(text) => filled.push_str(text),
            None => filled.push(c),
        }
    }
    // a number alone is no factor
    match filled.strip_prefix("(−").and_then(|rest| rest.strip_suffix(')')) {
        Some(number) if number.chars().all(|c| c.is_ascii_digit() || ".e∞".contains(c)) => format!("−{number}"),
        _ => filled,
    }
}

impl Written {
    fn new(op: &dyn DynOp, args: usize) -> Self {
        let params = op.params().into_iter().map(|(name, value)| Param { name: name.to_owned(), value }).collect();
        let own = Formula::in_print(op).ok();
        let note = OpNote {
            name: visible(op.name()).into_owned(),
            params,
            value: own.as_ref().map(|formula| formula.value.clone()),
            slopes: own.map(|formula| formula.slopes).unwrap_or_default(),
            domain: op.domain().text.to_owned(),
        };
        let places: Vec<String> = (0..args.min(MOST_ARGS)).map(|i| placeholder(i).to_string()).collect();
        let few = args <= MOST_ARGS;
        let slopes = || Formula::in_terms_of(op, &places, &placeholder(args).to_string(), Notation::Print).ok();
        Written {
            note,
            applied: if few { applied(op, &places) } else { String::new() },
            slopes: few.then(slopes).flatten().map(|formula| formula.slopes),
        }
    }

    fn rule(&self, args: &[String]) -> String {
        match args {
            // sin v1, as it is said
            [arg] if self.applied == format!("{}({})", self.note.name, placeholder(0)) => {
                format!("{} {arg}", self.note.name)
            }
            [first, second, .., last] if self.applied.is_empty() => {
                format!("{}({first}, {second}, …, {last})", self.note.name)
            }
            _ => fill(&self.applied, args),
        }
    }
}

/// The precision of the numbers in a trace.
#[derive(Clone, Copy, PartialEq)]
enum Precision {
    Double,
    Single,
}

impl Precision {
    fn rounded(self, x: f64) -> f64 {
        match self {
            Precision::Double => x,
            Precision::Single => f64::from(x as f32),
        }
    }

    /// A constant in a formula.
    fn constant(self, x: f64) -> String {
        match self {
            Precision::Double => number(x),
            // the shortest decimal that is this number in single precision
            Precision::Single => number((x as f32).to_string().parse().unwrap_or(x)),
        }
    }
}

/// The nodes that were entered so far.
struct Book {
    precision: Precision,
    /// The value of every node of the tape.
    values: Vec<f64>,
    /// For each node of the tape its id; a constant has none.
    ids: Vec<Option<Id>>,
    /// What was written down of each op, by its address and the number of its arguments.
    ops: IndexMap<(usize, usize), Written>,
    nodes: Vec<Node>,
}

impl Book {
    /// Enters a node of the tape, and whether the output depends on it by the choices that were taken.
    fn enter(&mut self, tape: &Recorder, index: usize, adjoint: Option<f64>, reached: bool) -> Result<(), Error> {
        let graph::Node { op, is_input, args, line, .. } = tape.node(index);
        if op.is_none() && !is_input {
            self.ids.push(None);
            return Ok(());
        }
        let id = Id(self.nodes.len() as u32);
        self.ids.push(Some(id));
        let name = tape.name_at(index).map(|name| visible(&name).into_owned());
        let mut node = Node {
            id,
            rule: name.clone().unwrap_or_else(|| id.to_string()),
            name,
            op: None,
            args: args.iter().map(|&arg| self.argument(arg)).collect(),
            partials: vec![],
            value: self.values[index],
            adjoint,
            scope: tape.scope_at(index).map(|scope| visible(&scope).into_owned()),
            kink: None,
            singular: None,
            loc: Some(Line { file: line.file().into(), line: line.line() }),
        };
        if let Some(op) = op {
            let x: Point = args.iter().map(|&arg| self.values[arg]).collect();
            self.apply(op, &x, reached, &mut node)?;
        }
        self.nodes.push(node);
        Ok(())
    }

    fn branch(&self, comparison: &Guard) -> Branch {
        let relation = match comparison.relation {
            Relation::Less => "<",
            Relation::LessEqual => "≤",
            Relation::Greater => ">",
            Relation::GreaterEqual => "≥",
            Relation::Equal => "=",
            Relation::Unordered => "?",
        };
        let side = |operand: Operand| match operand {
            Operand::Node(index) => self.argument(index),
            Operand::Constant(value) => Argument::Constant(value),
        };
        let (held, line) = (comparison.held, comparison.line);
        let loc = Some(Line { file: line.file().into(), line: line.line() });
        Branch { relation: relation.to_owned(), sides: comparison.sides.map(side), held, loc }
    }

    fn argument(&self, index: usize) -> Argument {
        self.ids[index].map_or_else(|| Argument::Constant(self.values[index]), Argument::Node)
    }

    /// Enters what an op makes of its arguments.
    fn apply(&mut self, op: Arc<dyn DynOp>, x: &[f64], reached: bool, node: &mut Node) -> Result<(), Error> {
        let key = (Arc::as_ptr(&op).cast::<()>() as usize, x.len());
        let entry = self.ops.entry(key);
        node.op = Some(entry.index());
        let written = entry.or_insert_with(|| Written::new(&*op, x.len()));
        let mut slopes = Point::from_elem(0.0, x.len());
        Rule::<f64>::evaluate(&*op, x, &mut slopes)?;
        slopes.iter_mut().for_each(|slope| *slope = self.precision.rounded(*slope));
        let shown = |arg: &Argument| match *arg {
            Argument::Node(id) => id.to_string(),
            Argument::Constant(value) => self.precision.constant(value),
        };
        let mut texts: Vec<String> = node.args.iter().map(shown).collect();
        node.rule = written.rule(&texts);
        texts.push(node.id.to_string());
        let formula = |i: usize| match &written.slopes {
            Some(slopes) => fill(&slopes[i], &texts),
            None => format!("∂{}/∂{}", node.id, texts[i]),
        };
        let partials = slopes.iter().enumerate().map(|(i, &value)| Partial { formula: formula(i), value });
        node.partials = partials.collect();
        node.singular = if reached { singular(&*op, x, node.value, &slopes) } else { None };
        node.kink = kink(&*op, x).map(|Kink { at, left, right, .. }| KinkNote {
            at: at.to_vec(),
            left: left.to_vec(),
            right: right.to_vec(),
            slope: slopes.to_vec(),
        });
        Ok(())
    }
}

/// What happened, in order; the contributions are those that the sweep has made.
fn steps(nodes: &[Node], output: Id, ids: &[Option<Id>], made: &[Contribution]) -> Vec<Step> {
    let made = made.iter().filter_map(|c| Some((ids[c.edge.from]?, ids[c.edge.to]?, c)));
    let mut waiting = vec![0; nodes.len()];
    made.clone().for_each(|(_, to, _)| waiting[to.index()] += 1);
    let mut made = made.peekable();
    let mut steps: Vec<Step> = nodes.iter().map(|node| Step::Forward { node: node.id }).collect();
    steps.push(Step::Seed { node: output });
    for node in nodes[..=output.index()].iter().rev() {
        if node.op.is_some() && node.adjoint == Some(0.0) {
            steps.push(Step::Skip { node: node.id });
        }
        while let Some((from, to, c)) = made.next_if(|(from, ..)| *from == node.id) {
            waiting[to.index()] -= 1;
            steps.push(Step::Contribute {
                from,
                argument: c.edge.argument as u32,
                to,
                upstream: c.upstream,
                local: c.slope,
                amount: c.amount,
                sum_after: c.sum,
                waiting: waiting[to.index()],
            });
        }
    }
    steps
}
