//! A graph run again: forward over another number, and in reverse.
//!
//! There are two reverse sweeps. `pull_back` computes derivatives: a call passes on the adjoints of all its results at once. `sweep` goes edge by
//! edge for those who look at each: a result of a call is there an op like others.

use super::recorder::{DynOp, DynVectorRule, Expr, Graph, Indices, Placed, Recorder};
use super::rule::{Rule, VectorRuleOver};
use super::statement::{CONSTANT, INPUT, Line, RESULT};
use crate::error::Error;
use crate::function::Apply;
use crate::real::{Dual, Real, Single, Witness};
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

/// Which of an op's two texts a derivative is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Text {
    /// The one that is printed, whose products are ordinary ones.
    Definition,
    /// The one that runs, in whose products 0 annihilates.
    Evaluation,
}

/// Where an op is applied.
#[derive(Clone, Copy)]
pub(super) struct Site {
    /// The op's node. Of an op that a function does, the result of the function's call at the same place of the first list; of a sum, the result.
    pub node: usize,
    /// The line of the program that applied it.
    pub line: Line,
}

/// How an op is applied to numbers.
pub(super) type Applier<'a, R> = &'a dyn Fn(&dyn DynOp, &[R], Site) -> Result<R, Error>;

/// The new adjoint of an edge's argument, from that of the node, the slope, and the argument's so far.
pub(crate) fn chain_rule<R: Real>(_: Edge, adjoint: R, slope: R, sum: R) -> R {
    sum + adjoint.mul_strong_zero(slope)
}

/// A number that a graph is run over, forward and in reverse: `f64`, [`Single`], [`Dual`], the checker's number, and an expression, which records
/// the derivative.
pub trait Runs: Apply {
    /// Whether every part is known to be exactly 0; of an expression, whether it is the constant 0.
    fn is_zero(&self) -> bool;

    /// The rule of an op for this number.
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<Self> + 'a);

    /// A vector rule for this number.
    #[doc(hidden)]
    fn vector_rule<'a>(rule: &'a (dyn DynVectorRule + 'a)) -> &'a (dyn VectorRuleOver<Self> + 'a);

    /// The sum of two adjoints.
    #[doc(hidden)]
    fn sum_of(a: Self, b: Self) -> Self {
        a + b
    }

    /// What an adjoint contributes through a slope.
    #[doc(hidden)]
    fn contribution(_text: Text, adjoint: Self, slope: Self) -> Self {
        adjoint.mul_strong_zero(slope)
    }
}

/// Numbers that are zero if their parts are.
macro_rules! runs {
    ($($R:ty, |$x:ident| $is_zero:expr;)*) => { $(
        impl Runs for $R {
            fn is_zero(&self) -> bool {
                let $x = self;
                $is_zero
            }
            fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<$R> + 'a) {
                op
            }
            fn vector_rule<'a>(rule: &'a (dyn DynVectorRule + 'a)) -> &'a (dyn VectorRuleOver<$R> + 'a) {
                rule
            }
        }
    )* };
}
runs! {
    f64, |x| *x == 0.0;
    Single, |x| x.0 == 0.0;
    Dual, |x| x.primal == 0.0 && x.tangent == 0.0;
    Witness, |_x| false;
}

// Constants are left out, 0 of sums and 1 of products with an adjoint: the derivative of a function is then as people write it.
impl<'g> Runs for Expr<'g> {
    fn is_zero(&self) -> bool {
        self.recorder.is_none() && self.value == 0.0
    }
    fn rule<'a>(op: &'a (dyn DynOp + 'a)) -> &'a (dyn Rule<Expr<'g>> + 'a) {
        op
    }
    fn vector_rule<'a>(rule: &'a (dyn DynVectorRule + 'a)) -> &'a (dyn VectorRuleOver<Self> + 'a) {
        rule
    }
    fn sum_of(a: Self, b: Self) -> Self {
        match (a.is_zero(), b.is_zero()) {
            (true, _) => b,
            (_, true) => a,
            _ => a + b,
        }
    }
    fn contribution(text: Text, adjoint: Self, slope: Self) -> Self {
        if adjoint.recorder.is_none() && adjoint.value == 1.0 {
            slope
        } else if text == Text::Definition {
            adjoint * slope
        } else {
            adjoint.mul_strong_zero(slope)
        }
    }
}

impl Graph {
    /// Runs the graph over another number: the value of every node comes to stand in `values`. `recorded` holds the values of the first run: constants
    /// are read from it, and `input(node, recorded[node])` makes an input's value. `apply` applies an op. `set` may change the value of a node that is
    /// no input and no constant.
    pub(super) fn run<R: Runs>(
        &self,
        recorded: &[f64],
        input: impl Fn(usize, f64) -> R,
        apply: Applier<'_, R>,
        set: impl Fn(usize, R) -> R,
        values: &mut Vec<R>,
    ) -> Result<(), Error> {
        values.clear();
        let mut x = SmallVec::<[R; 8]>::new();
        let mut calls = self.calls.iter();
        while let Some(head) = self.statements.heads.get(values.len()) {
            let node = values.len();
            match head.op {
                INPUT => values.push(input(node, recorded[node])),
                CONSTANT => values.push(R::from(recorded[node])),
                RESULT => {
                    let Placed { call, arg_nodes, .. } = calls.next().expect("a result is that of a call");
                    let args: Vec<R> = arg_nodes.iter().map(|&arg| values[arg as usize]).collect();
                    let results = call.forward(&args, Some(Site { node, line: head.line }), apply)?.into_iter();
                    values.extend(results.enumerate().map(|(k, value)| set(node + k, value)));
                }
                _ => {
                    x.clear();
                    x.extend(self.statements.args(node).iter().map(|&arg| values[arg as usize]));
                    let op = self.op(node).expect("the node is no input");
                    values.push(set(node, apply(&**op, &x, Site { node, line: head.line })?));
                }
            }
        }
        Ok(())
    }

    /// The reverse sweep: from the last node to the first, the adjoint of each, complete by then, is passed on to its arguments, unless the node
    /// counts as an independent variable. A call passes on those of all its results together, by a sweep over what its function does.
    pub(super) fn pull_back<R: Runs>(
        &self,
        text: Text,
        values: &[R],
        adjoints: &mut [R],
        is_independent: impl Fn(usize) -> bool,
    ) -> Result<(), Error> {
        let mut buffers = Buffers::default();
        for node in (0..adjoints.len()).rev() {
            match self.call_at(node) {
                Some(at) if at.first == node => {
                    let result = |k: usize| adjoints.get(node + k).copied().filter(|_| !is_independent(node + k));
                    let of_results: Vec<R> = (0..at.call.results()).map(|k| result(k).unwrap_or(0.0.into())).collect();
                    if of_results.iter().all(R::is_zero) {
                        continue;
                    }
                    let args: Vec<R> = at.arg_nodes.iter().map(|&arg| values[arg as usize]).collect();
                    let mut of_args = vec![R::from(0.0); args.len()];
                    let results = &values[node..node + of_results.len()];
                    at.call.pull_back(text, &args, results, &of_results, &mut of_args)?;
                    for (&arg, of_arg) in at.arg_nodes.iter().zip(of_args) {
                        adjoints[arg as usize] = R::sum_of(adjoints[arg as usize], of_arg);
                    }
                }
                Some(_) => {}
                None if !is_independent(node) => {
                    self.pass_on(text, node, values, adjoints, &mut buffers, |_, adjoint, slope, sum| {
                        R::sum_of(sum, R::contribution(text, adjoint, slope))
                    })?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Passes the adjoint of a node on to its arguments: `pass` makes the argument's new adjoint of the edge, the node's adjoint, the slope, and
    /// the argument's adjoint.
    fn pass_on<R: Runs>(
        &self,
        text: Text,
        node: usize,
        values: &[R],
        adjoints: &mut [R],
        Buffers { args, x, slopes }: &mut Buffers<R>,
        mut pass: impl FnMut(Edge, R, R, R) -> R,
    ) -> Result<(), Error> {
        let adjoint = adjoints[node];
        let Some(op) = self.op(node).filter(|_| !adjoint.is_zero()) else { return Ok(()) };
        self.args(node, args);
        x.clear();
        x.extend(args.iter().map(|&arg| values[arg]));
        slopes.clear();
        slopes.resize(x.len(), R::from(0.0));
        match text {
            Text::Definition => R::rule(&**op).slope(x, values[node], slopes)?,
            Text::Evaluation => R::rule(&**op).evaluate(x, slopes).map(drop)?,
        }
        for (argument, (&to, &slope)) in args.iter().zip(&*slopes).enumerate() {
            adjoints[to] = pass(Edge { from: node, argument, to }, adjoint, slope, adjoints[to]);
        }
        Ok(())
    }
}

/// Memory for what is known of one node.
struct Buffers<R> {
    args: Indices,
    x: SmallVec<[R; 8]>,
    slopes: SmallVec<[R; 8]>,
}

impl<R> Default for Buffers<R> {
    fn default() -> Self {
        Buffers { args: Indices::new(), x: SmallVec::new(), slopes: SmallVec::new() }
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
            |op, x, _| op.apply(x),
            |node, value| if given.contains(&node) { Dual::new(value.primal, tangents[node]) } else { value },
        )
    }

    /// The value of every node when the recording is run again over another number: see [`Graph::run`].
    pub(super) fn rerun<R: Runs>(
        &self,
        input: impl Fn(usize, f64) -> R,
        apply: impl Fn(&dyn DynOp, &[R], Site) -> Result<R, Error>,
        set: impl Fn(usize, R) -> R,
    ) -> Result<Vec<R>, Error> {
        let (graph, recorded) = (self.graph.borrow(), self.values.borrow());
        let mut values = Vec::with_capacity(recorded.len());
        graph.run(&recorded, input, &apply, set, &mut values)?;
        Ok(values)
    }

    /// The reverse sweep over the recorded values.
    pub(super) fn sweep_f64(&self, adjoints: &mut [f64]) {
        debug_assert!(
            self.gives_the_same_again(),
            "an op gave another value when it was asked again; it must depend on nothing but its arguments"
        );
        let graph = self.graph.borrow();
        let swept = graph.pull_back(Text::Evaluation, &self.values.borrow(), adjoints, |_| false);
        swept.expect("every op can be evaluated over f64");
    }

    /// Whether every op and every call gives the value that was recorded.
    fn gives_the_same_again(&self) -> bool {
        let (graph, values) = (self.graph.borrow(), self.values.borrow());
        let mut x = SmallVec::<[f64; 8]>::new();
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        let of_ops = (0..values.len()).all(|node| {
            let Some(op) = graph.op(node).filter(|_| graph.statements.heads[node].op != RESULT) else { return true };
            x.clear();
            x.extend(graph.statements.args(node).iter().map(|&arg| values[arg as usize]));
            op.evaluate_value(&x).is_ok_and(|again| same(again, values[node]))
        });
        of_ops
            && graph.calls.iter().all(|Placed { first, call, arg_nodes, .. }| {
                let again = call.values(&arg_nodes.iter().map(|&arg| values[arg as usize]).collect::<Vec<_>>());
                again.is_ok_and(|again| again.iter().zip(&values[*first..]).all(|(&a, &b)| same(a, b)))
            })
    }

    /// The reverse sweep edge by edge, in which a result of a call is an op like others: `pass` makes the argument's new adjoint of the edge,
    /// the node's adjoint, the slope, and the argument's adjoint.
    pub(crate) fn sweep<R: Runs>(
        &self,
        values: &[R],
        adjoints: &mut [R],
        mut pass: impl FnMut(Edge, R, R, R) -> R,
    ) -> Result<(), Error> {
        let (graph, mut buffers) = (self.graph.borrow(), Buffers::default());
        for node in (0..adjoints.len()).rev() {
            graph.pass_on(Text::Evaluation, node, values, adjoints, &mut buffers, &mut pass)?;
        }
        Ok(())
    }
}
