//! The nodes of a graph, one by one.

use super::guard::{Guard, PrimalRead};
use super::recorder::{DynOp, Expr, Graph, Indices, Placed, Recorder};
use super::statement::{CONSTANT, INPUT, RESULT};
use crate::error::{Error, Kind as ErrorKind};
use smallvec::SmallVec;
use std::panic::Location;
use std::sync::Arc;

/// A node of a graph: an input, a constant, or an op with its arguments. A result of a function is
/// told like an op: its op is what the function makes of the arguments that the result may depend on.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its op; `None` for an input or a constant.
    pub op: Option<Arc<dyn DynOp>>,
    /// Whether it is an input.
    pub is_input: bool,
    /// The indices of its arguments' nodes.
    pub args: SmallVec<[usize; 4]>,
    /// Its value.
    pub value: f64,
    /// The line of the program that recorded it.
    pub line: &'static Location<'static>,
}

/// What a node is, as [`Recorder::each_node`] tells it.
pub(crate) enum Recorded<'a> {
    /// An input.
    Input,
    /// A constant.
    Constant(f64),
    /// An op, and the line of the program that applied it. Equal ops of a recording are at one place in its list; a result of a vector rule,
    /// which is an op of its own, is at none.
    Op(&'a Arc<dyn DynOp>, Option<usize>, &'static Location<'static>),
}

impl Graph {
    /// The op of a node, or the op that a result of a call is; `None` of an input or a constant.
    pub fn op(&self, node: usize) -> Option<&Arc<dyn DynOp>> {
        match self.statements.heads[node].op {
            RESULT => self.call_at(node).map(|at| at.op(node - at.first)),
            INPUT | CONSTANT => None,
            op => Some(&self.ops[op as usize]),
        }
    }

    pub fn is_input(&self, node: usize) -> bool {
        self.statements.heads[node].op == INPUT
    }

    /// The call that a node is a result of, if it is one.
    pub fn call_at(&self, node: usize) -> Option<&Placed> {
        let is_result = self.statements.heads[node].op == RESULT;
        is_result.then(|| &self.calls[self.calls.partition_point(|at| at.first <= node) - 1])
    }

    /// The nodes that a node was computed from.
    pub fn args(&self, node: usize, args: &mut Indices) {
        args.clear();
        match self.call_at(node) {
            Some(at) => at.call.args_of(node - at.first, |arg| args.push(at.arg_nodes[arg] as usize)),
            None => args.extend(self.statements.args(node).iter().map(|&arg| arg as usize)),
        }
    }
}

impl Recorder {
    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.values.borrow().len()
    }

    /// Whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A node, by its index.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn node(&self, index: usize) -> Node {
        let (graph, mut args) = (self.graph.borrow(), Indices::new());
        graph.args(index, &mut args);
        Node {
            op: graph.op(index).cloned(),
            is_input: graph.is_input(index),
            args: args.into_iter().collect(),
            value: self.values.borrow()[index],
            line: graph.statements.heads[index].line,
        }
    }

    /// Tells of each node, in order, what it is and which nodes are its arguments, until there is an error.
    pub(crate) fn each_node(
        &self,
        mut tell: impl FnMut(Recorded<'_>, &[usize]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (graph, values) = (self.graph.borrow(), self.values.borrow());
        let mut args = Indices::new();
        for (node, head) in graph.statements.heads.iter().enumerate() {
            args.clear();
            let recorded = match head.op {
                INPUT => Recorded::Input,
                CONSTANT => Recorded::Constant(values[node]),
                RESULT => {
                    graph.args(node, &mut args);
                    Recorded::Op(graph.op(node).expect("a result is an op"), None, head.line)
                }
                op => {
                    args.extend(graph.statements.args(node).iter().map(|&arg| arg as usize));
                    Recorded::Op(&graph.ops[op as usize], Some(op as usize), head.line)
                }
            };
            tell(recorded, &args)?;
        }
        Ok(())
    }

    /// The recorded value of a node.
    pub(crate) fn value_of(&self, node: usize) -> f64 {
        self.values.borrow()[node]
    }

    /// The recorded value of every node.
    pub(crate) fn recorded_values(&self) -> Vec<f64> {
        self.values.borrow().clone()
    }

    /// The index of a variable's node; `None` for a constant, and for a variable of another recorder.
    pub fn index(&self, x: Expr<'_>) -> Option<usize> {
        x.recorder.filter(|own| own.stamp() == self.stamp()).map(|_| x.index as usize)
    }

    /// The index of an output's node; `None` for a constant.
    pub(crate) fn output(&self, y: Expr<'_>) -> Result<Option<usize>, Error> {
        if y.recorder.is_none() { Ok(None) } else { Ok(Some(self.indices(&[y])?[0])) }
    }

    /// The comparisons that the program branched on, in order.
    pub fn comparisons(&self) -> Vec<Guard> {
        self.guards.borrow().clone()
    }

    /// The values that the program read as plain numbers by [`Number::primal`](crate::function::Number::primal), in order. A run of the recording
    /// with other inputs would go on with those of this one, and its derivatives know nothing of what was made of them.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let recorder = Recorder::new();
    /// let x = recorder.var(3.0);
    /// let y = x * x.primal();
    /// assert_eq!(recorder.primals()[0].node, 0);
    /// assert_eq!(recorder.backward(y)[x], 3.0);
    /// ```
    pub fn primals(&self) -> Vec<PrimalRead> {
        self.primals.borrow().clone()
    }

    /// The indices of expressions.
    pub(crate) fn indices(&self, x: &[Expr<'_>]) -> Result<Vec<usize>, Error> {
        let own = |x: &Expr<'_>| match x.recorder {
            Some(own) if own.stamp() == self.stamp() => Ok(x.index as usize),
            _ => Err(Error::new(
                ErrorKind::ForeignVariable,
                "a constant or a variable of another recorder does not belong to this one",
            )),
        };
        x.iter().map(own).collect()
    }
}
