//! A graph run again: forward over another number, and in reverse.

use super::recorder::{DynOp, Recorder};
use super::rule::Rule;
use crate::error::Error;
use crate::op::Call;
use crate::real::{Dual, Real, Single};
use smallvec::SmallVec;
use std::collections::HashSet;

/// An edge of the recorded graph: a node and one of its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Edge {
    /// The node.
    pub from: usize,
    /// Which of its arguments.
    pub argument: usize,
    /// The argument's node.
    pub to: usize,
}

/// The new adjoint of an edge's argument, from that of the node, the slope, and the argument's so far.
pub(crate) fn chain_rule<R: Real>(_: Edge, adjoint: R, slope: R, sum: R) -> R {
    sum + adjoint.mul_strong_zero(slope)
}

/// A number that a graph is run over, forward and in reverse: `f64`, [`Single`](crate::real::Single) and [`Dual`].
pub trait Runs: Call {
    /// Whether every part is exactly 0.
    fn is_zero(&self) -> bool;

    /// The rule of an op for this number.
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<Self> + 'a);
}

impl Runs for f64 {
    fn is_zero(&self) -> bool {
        *self == 0.0
    }
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<f64> + 'a) {
        op
    }
}

impl Runs for Single {
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<Single> + 'a) {
        op
    }
}

impl Runs for Dual {
    fn is_zero(&self) -> bool {
        self.primal == 0.0 && self.tangent == 0.0
    }
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<Dual> + 'a) {
        op
    }
}

impl Recorder {
    /// Those of these nodes that are no inputs of the recorder.
    pub(super) fn intermediates(&self, nodes: &[usize]) -> HashSet<usize> {
        let graph = self.graph.borrow();
        nodes.iter().copied().filter(|&node| !graph.is_input(node)).collect()
    }

    /// The recording over dual numbers: each of these nodes, an input or an intermediate, with its component of the direction as its
    /// tangent.
    pub(super) fn along(&self, inputs: &[usize], direction: &[f64]) -> Result<Vec<Dual>, Error> {
        assert_eq!(inputs.len(), direction.len(), "the direction needs one component for each input");
        let mut tangents = vec![0.0; self.len()];
        for (&x, &u) in inputs.iter().zip(direction) {
            tangents[x] += u;
        }
        let given = self.intermediates(inputs);
        self.rerun(
            |node, value| Dual::new(value, tangents[node]),
            |node, op, x| {
                let value = op.apply(x)?;
                Ok(if given.contains(&node) { Dual::new(value.primal, tangents[node]) } else { value })
            },
        )
    }

    /// Runs the recording again over another number, given each input's and how the op of a node is applied.
    pub(super) fn rerun<R: Call>(
        &self,
        input: impl Fn(usize, f64) -> R,
        apply: impl Fn(usize, &dyn DynOp, &[R]) -> Result<R, Error>,
    ) -> Result<Vec<R>, Error> {
        let (graph, recorded) = (self.graph.borrow(), self.values.borrow());
        let mut values: Vec<R> = Vec::with_capacity(recorded.len());
        let mut x = SmallVec::<[R; 8]>::new();
        for (node, &known) in recorded.iter().enumerate() {
            let value = match graph.op(node) {
                None if graph.is_input(node) => input(node, known),
                None => R::from(known),
                Some(op) => {
                    x.clear();
                    x.extend(graph.statements.args(node).iter().map(|&arg| values[arg as usize]));
                    apply(node, &**op, &x)?
                }
            };
            values.push(value);
        }
        Ok(values)
    }

    /// The reverse sweep over the recorded values.
    pub(super) fn sweep_f64(&self, adjoints: &mut [f64], pass: impl FnMut(Edge, f64, f64, f64) -> f64) {
        let values = &*self.values.borrow();
        debug_assert!(
            self.gives_the_same_again(),
            "an op gave another value when it was asked again; it must depend on nothing but its arguments"
        );
        self.sweep(values, adjoints, pass).expect("every op can be evaluated over f64");
    }

    /// Whether every op gives the value that was recorded.
    fn gives_the_same_again(&self) -> bool {
        let (graph, values) = (self.graph.borrow(), self.values.borrow());
        let mut x = SmallVec::<[f64; 8]>::new();
        values.iter().enumerate().all(|(node, &known)| {
            let Some(op) = graph.op(node) else { return true };
            x.clear();
            x.extend(graph.statements.args(node).iter().map(|&arg| values[arg as usize]));
            let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            op.evaluate_value(&x).is_ok_and(|again| same(again, known))
        })
    }

    /// The reverse sweep: from the last node to the first, each node's adjoint, complete by then, is passed on to its
    /// arguments: `pass` makes the argument's new adjoint of the edge, the node's adjoint, the slope, and the argument's adjoint.
    pub(crate) fn sweep<R: Runs>(
        &self,
        values: &[R],
        adjoints: &mut [R],
        mut pass: impl FnMut(Edge, R, R, R) -> R,
    ) -> Result<(), Error> {
        let graph = self.graph.borrow();
        let (mut x, mut slopes) = (SmallVec::<[R; 8]>::new(), SmallVec::<[R; 8]>::new());
        for node in (0..adjoints.len()).rev() {
            let adjoint = adjoints[node];
            let Some(op) = graph.op(node).filter(|_| !adjoint.is_zero()) else { continue };
            let args = graph.statements.args(node);
            x.clear();
            x.extend(args.iter().map(|&arg| values[arg as usize]));
            slopes.clear();
            slopes.resize(args.len(), R::from(0.0));
            R::rule(&**op).evaluate(&x, &mut slopes)?;
            for (argument, (&to, &slope)) in args.iter().zip(&slopes).enumerate() {
                let to = to as usize;
                adjoints[to] = pass(Edge { from: node, argument, to }, adjoint, slope, adjoints[to]);
            }
        }
        Ok(())
    }
}
