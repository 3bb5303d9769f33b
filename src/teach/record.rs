//! From a recording to its account.

use super::formulas::{Account, PRINT, rules_to_read};
use super::singular::{kink, singular};
use super::trace::{Argument, Branch, Flow, KinkNote, Line, Node, OpNote, Param, Partial, Step, Trace, VERSION};
use crate::error::{Error, Kind};
use crate::export::{CUT, Formula, Rules};
use crate::graph::{
    self, Contribution, DynOp, Expr, Float, Guard, Id, Opened, Operand, Reach, Recorder, Relation, widened,
};
use crate::op::{self, Point};
use crate::visible::visible;
use std::collections::HashMap;
use std::sync::Arc;

/// The most slopes of all results of functions, and steps of scans that each result asks for.
const MOST_WORK: usize = 10_000_000;
/// The longest formula that the output is written as.
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
    /// If the output is a constant or a variable of another recorder.
    pub fn trace(&self, y: Expr<'_>) -> Result<Trace, Error> {
        self.trace_in::<f64>(y)
    }

    /// The account in double precision or, with [`Single`](crate::real::Single), in single precision: inputs, constants, the value and the
    /// slopes of every op, and every contribution and sum of the backward pass are numbers of that type.
    ///
    /// # Errors
    /// If the output is a constant or a variable of another recorder.
    pub fn trace_in<R: Float>(&self, y: Expr<'_>) -> Result<Trace, Error> {
        let (output, values) = (self.indices(&[y])?[0], self.values_in::<R>()?);
        if self.work_of_calls() > MOST_WORK {
            return Err(Error::new(
                Kind::Arity,
                "the functions in it have more slopes than an account can have; `Recorder::opened` has an account of each step",
            ));
        }
        let ids = self.ids();
        if ids[output].is_none() {
            return Err(Error::new(Kind::ForeignVariable, "the output is a constant, which has no account"));
        }
        let mut made = vec![];
        let adjoints = self.adjoints_in(&values, output, |contribution| made.push(contribution))?;
        let (values, adjoints) = (widened(&values), widened(&adjoints));
        let needed = self.needed(output);
        let reach = self.reach(output, &values);
        let mut book = Book::new(values, ids);
        for (index, &needed) in needed.iter().enumerate() {
            let reached = reach.get(index).is_some_and(|reach| *reach > Reach::Not);
            book.enter::<R>(self, index, needed.then(|| adjoints[index]), reached)?;
        }
        let opened = self.opened_calls();
        if let Some(opened) = &opened {
            book.enter_opened::<R>(self, opened, y)?;
        }
        let branches = self.comparisons().iter().map(|comparison| book.branch(comparison)).collect();
        let Book { ids, ops, nodes, .. } = book;
        let single = R::IS_SINGLE;
        let id = |index: usize| ids[index].expect("a constant is no output");
        // an edge to a constant is none of the account
        let annihilated = self.annihilated_in::<R>(opened.as_ref(), y)?.into_iter().filter_map(|edge| {
            let (from, argument) = (&nodes[id(edge.node).index()], edge.argument);
            let to = from.args[argument].node()?;
            Some(Flow { from: from.id, argument, to, upstream: edge.adjoint, local: edge.slope, amount: 0.0 })
        });
        let annihilated = annihilated.collect();
        Ok(Trace {
            version: VERSION,
            source: source(Account { nodes: &nodes, ops: &ops, single }, id(output)),
            output: id(output),
            seed: 1.0,
            single,
            ops,
            steps: steps(&nodes, id(output), &ids, &made),
            nodes,
            branches,
            annihilated,
            check: None,
        })
    }
}

/// The output as a formula in terms of named variables, and then those; empty if it is too long.
fn source(account: Account<'_>, output: Id) -> String {
    let text = account.meaning(&PRINT, output).map_or_else(String::new, |meaning| meaning.text());
    if text.chars().count() > LONGEST_SOURCE || text.contains(CUT) { String::new() } else { text }
}

/// What is written down of one op applied to so many arguments.
fn note(op: &dyn DynOp) -> OpNote {
    let params = op.params().into_iter().map(|(name, value)| Param { name: name.to_owned(), value }).collect();
    let own = Formula::in_print(op).ok();
    OpNote {
        name: visible(op.name()).into_owned(),
        params,
        value: own.as_ref().map(|formula| formula.value.clone()),
        slopes: own.map(|formula| formula.slopes).unwrap_or_default(),
        domain: op.domain().text.to_owned(),
    }
}

/// The nodes that were entered so far.
struct Book {
    /// The value of every node of the tape.
    values: Vec<f64>,
    /// For each node of the tape its id; a constant has none.
    ids: Vec<Option<Id>>,
    /// The place of each op, by its address and the number of its arguments, in the two lists below.
    places: HashMap<(usize, usize), usize>,
    ops: Vec<OpNote>,
    /// The rules of the ops, where they can be read.
    rules: Vec<Option<Rules>>,
    nodes: Vec<Node>,
}

impl Book {
    fn new(values: Vec<f64>, ids: Vec<Option<Id>>) -> Self {
        Book { values, ids, places: HashMap::new(), ops: vec![], rules: vec![], nodes: vec![] }
    }

    /// Enters a node of the tape, and whether the output depends on it by the choices that were taken.
    fn enter<R: Float>(
        &mut self,
        tape: &Recorder,
        index: usize,
        adjoint: Option<f64>,
        reached: bool,
    ) -> Result<(), Error> {
        let graph::Node { op, args, line, .. } = tape.node(index);
        let Some(id) = self.ids[index] else { return Ok(()) };
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
            self.apply::<R>(op, &x, reached, &mut node)?;
        }
        self.nodes.push(node);
        Ok(())
    }

    /// Enters on the results of functions what the ops in these stand on.
    fn enter_opened<R: Float>(&mut self, tape: &Recorder, opened: &Opened, y: Expr<'_>) -> Result<(), Error> {
        let inner = opened.recorder();
        let Some(output) = inner.index(opened.get(y)?) else { return Ok(()) };
        let values = widened(&inner.values_in::<R>()?);
        let reach = inner.reach(output, &values);
        for index in (0..=output).filter(|&index| reach[index] > Reach::Not && tape.is_result(opened.owner(index))) {
            let graph::Node { op: Some(op), args, .. } = inner.node(index) else { continue };
            let Some(id) = self.ids[opened.owner(index)] else { continue };
            let x: Point = args.iter().map(|&arg| values[arg]).collect();
            let slopes = slopes::<R>(&*op, &x)?;
            let node = &mut self.nodes[id.index()];
            node.singular = node.singular.or_else(|| singular(&*op, &x, values[index], &slopes));
        }
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
    fn apply<R: Float>(&mut self, op: Arc<dyn DynOp>, x: &[f64], reached: bool, node: &mut Node) -> Result<(), Error> {
        let key = (Arc::as_ptr(&op).cast::<()>() as usize, x.len());
        let place = *self.places.entry(key).or_insert_with(|| {
            self.ops.push(note(&*op));
            self.rules.push(rules_to_read(&*op, x.len()));
            self.ops.len() - 1
        });
        node.op = Some(place);
        let slopes = slopes::<R>(&*op, x)?;
        let account = Account { nodes: &self.nodes, ops: &self.ops, single: R::IS_SINGLE };
        if let Some(rule) = account.rule(&PRINT, node) {
            node.rule = rule.body;
        }
        let formula = |i: usize| account.partial(&PRINT, self.rules[place].as_ref(), node, i).body;
        let partials = slopes.iter().enumerate().map(|(i, &value)| Partial { formula: formula(i), value });
        node.partials = partials.collect();
        node.singular = if reached { singular(&*op, x, node.value, &slopes) } else { None };
        node.kink = kink(&*op, x).map(|op::Kink { at, left, right, .. }| KinkNote {
            at: at.to_vec(),
            left: left.to_vec(),
            right: right.to_vec(),
            slope: slopes.to_vec(),
        });
        Ok(())
    }
}

/// The slopes of an op, in a precision.
fn slopes<R: Float>(op: &dyn DynOp, x: &[f64]) -> Result<Vec<f64>, Error> {
    let mut slopes = vec![R::from(0.0); x.len()];
    R::rule(op).evaluate(&x.iter().map(|&x| R::from(x)).collect::<Vec<R>>(), &mut slopes)?;
    Ok(widened(&slopes))
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
