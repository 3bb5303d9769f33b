//! The formulas of a trace, printed from its ops and nodes.

use super::trace::{Argument, Node, OpNote, Trace};
use crate::export::{Binding, CUT, Dialect, Head, Notation, Printer, Rules, Source, Statement, Term};
use crate::graph::Id;
use crate::graph::{DynOp, Operand};
use crate::op::{self, Op};

/// How formulas are written in a trace.
pub(crate) const PRINT: Printer<Notation> = Printer { dialect: Notation::Print };

/// The most arguments that an op's slopes are written out for.
const MOST_ARGS: usize = 8;
/// The most nodes that an output is written as one formula for.
const MOST_NODES: usize = 500;

/// The nodes of a trace and their ops, as they are printed.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub nodes: &'a [Node],
    pub ops: &'a [OpNote],
    /// Whether every number was rounded to single precision.
    pub single: bool,
}

/// The output of a trace as a formula in terms of names, and what these stand for.
pub(crate) struct Meaning<B> {
    pub output: B,
    pub names: Vec<(String, B)>,
}

/// The rules of an op that is applied to so many arguments, to be printed as the slopes of nodes; `None` if it is known only as closures, or
/// there are too many arguments to be read.
pub(crate) fn rules_to_read(op: &dyn DynOp, args: usize) -> Option<Rules> {
    if args <= MOST_ARGS { Rules::definition(op, args).ok() } else { None }
}

impl Account<'_> {
    /// A constant as it is written: of a trace in single precision, the shortest decimal that is the number there.
    fn constant(&self, x: f64) -> f64 {
        if self.single { (x as f32).to_string().parse().unwrap_or(x) } else { x }
    }

    fn argument<D: Dialect>(&self, printer: &Printer<D>, arg: Argument) -> Term<D::Body> {
        match arg {
            Argument::Node(id) => printer.name(&id.to_string()),
            Argument::Constant(x) => printer.argument(self.constant(x)),
        }
    }

    /// What a node was computed as: its op applied to ids and numbers. `None` of an input.
    pub(crate) fn rule<D: Dialect>(&self, printer: &Printer<D>, node: &Node) -> Option<Term<D::Body>> {
        let mut head = head(&self.ops[node.op?]);
        let argument = |arg: &Argument| self.argument(printer, *arg);
        if let (true, [first, second, .., last]) = (node.args.len() > MOST_ARGS, &node.args[..]) {
            head.params.clear();
            let args = [argument(first), argument(second), printer.name(CUT), argument(last)];
            return Some(printer.apply(&head, &args));
        }
        Some(printer.step(&head, &node.args.iter().map(argument).collect::<Vec<_>>()))
    }

    /// The derivative of a node by one of its arguments: by the rules of its op, or ∂v3/∂v1 without them.
    pub(crate) fn partial<D: Dialect>(
        &self,
        printer: &Printer<D>,
        rules: Option<&Rules>,
        node: &Node,
        argument: usize,
    ) -> Term<D::Body> {
        let Some(rules) = rules.filter(|rules| rules.args() == node.args.len()) else {
            return self.unknown_partial(printer, node, argument);
        };
        let args = node.args.iter().map(|arg| self.argument(printer, *arg));
        let inputs: Vec<_> = args.chain([printer.name(&node.id.to_string())]).collect();
        rules.slope(printer, argument, &inputs)
    }

    /// The derivative of a node by one of its arguments as ∂v3/∂v1.
    pub(crate) fn unknown_partial<D: Dialect>(
        &self,
        printer: &Printer<D>,
        node: &Node,
        argument: usize,
    ) -> Term<D::Body> {
        let by = match node.args[argument] {
            Argument::Node(id) => id.to_string(),
            Argument::Constant(x) => PRINT.operand(&PRINT.argument(self.constant(x)), Binding::Power).body,
        };
        let parts = [node.id.to_string(), by].map(|name| printer.name(&format!("∂{name}")));
        printer.apply(&Head { name: op::Div::NAME, params: vec![] }, &parts)
    }

    /// The output as a formula in terms of variables that have a name, and these in order; `None` if there are too many nodes for that.
    pub(crate) fn meaning<D: Dialect>(&self, printer: &Printer<D>, output: Id) -> Option<Meaning<D::Body>> {
        let needed = |node: &&Node| node.adjoint.is_some();
        if self.nodes.len() > 10 * MOST_NODES || self.nodes.iter().filter(needed).count() > MOST_NODES {
            return None;
        }
        let name = |index: usize| {
            let node: &Node = &self.nodes[index];
            let name = node.name.clone().or_else(|| node.op.is_none().then(|| node.id.to_string()))?;
            Some(printer.name(&name))
        };
        let formula = |node: usize| printer.walk(self, &[Operand::Node(node)], name).results.swap_remove(0).body;
        let named = self.nodes.iter().filter(needed).filter(|node| node.op.is_some() && node.id != output);
        let names = named.filter_map(|node| Some((node.name.clone()?, formula(node.id.index())))).collect();
        Some(Meaning { output: formula(output.index()), names })
    }
}

impl Meaning<String> {
    /// The output, and after `with` the names.
    pub(crate) fn text(&self) -> String {
        let mut text = self.output.clone();
        for (i, (name, formula)) in self.names.iter().enumerate() {
            let joint = if i == 0 { " with " } else { ", " };
            text += &format!("{joint}{name} = {formula}");
        }
        text
    }
}

fn head(op: &OpNote) -> Head<'_> {
    Head { name: &op.name, params: op.params.iter().map(|param| (&*param.name, param.value)).collect() }
}

impl Trace {
    /// The nodes and ops, as they are printed.
    pub(crate) fn account(&self) -> Account<'_> {
        Account { nodes: &self.nodes, ops: &self.ops, single: self.single }
    }
}

impl Source for Account<'_> {
    fn statement(&self, index: usize) -> Statement<'_> {
        let node = &self.nodes[index];
        let Some(op) = node.op else { return Statement::Input };
        let arg = |arg: &Argument| match *arg {
            Argument::Node(id) => Operand::Node(id.index()),
            Argument::Constant(x) => Operand::Constant(self.constant(x)),
        };
        Statement::Apply(head(&self.ops[op]), node.args.iter().map(arg).collect())
    }
}
