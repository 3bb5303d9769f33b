//! Which nodes of a recording an output is made of, and where the derivative of these met 0 · ∞.
//!
//! A tape cannot tell a branch that was not taken from a slope that was rounded to 0: both have the adjoint 0, and 0 annihilates
//! an infinite slope below. A recording has the choices, so it can.

use super::float::Float;
use super::node::Node;
use super::opened::Opened;
use super::recorder::{DynOp, Expr, Recorder};
use super::rule::Rule;
use super::run::{Runs, chain_rule};
use crate::error::Error;
use crate::op::{Detach, Op, Point, Select};
use crate::real::Dual;
use smallvec::SmallVec;

/// An edge of a recording along which 0 met ±∞ or NaN, on a path that was taken: the derivative is computed as if their product were 0,
/// and the true one may be anything. See [`Recorder::annihilated`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Annihilated {
    /// The index of the node that passes its adjoint on.
    pub node: usize,
    /// Which of its arguments it is passed to.
    pub argument: usize,
    /// The adjoint of the node.
    pub adjoint: f64,
    /// The node's slope by the argument.
    pub slope: f64,
}

/// How an output depends on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Not at all, or through the side that a choice did not take.
    Not,
    /// Through the condition of a choice, or as a constant, alone.
    Decides,
    /// Through its value.
    Flows,
}

impl Recorder {
    /// The edges on which the backward pass from an output met 0 · ∞ and took 0 for it, although the output is made of them: the node that
    /// passes its adjoint on is reached from the output without passing through the side that a `select` did not choose, in the recording or
    /// in the rule of an op. The true derivative along such an edge may be anything, so a gradient that has one is not certain.
    /// Where the list is empty no factor was annihilated but in branches that were not taken. That of a constant is empty.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let x = tape.var(0.0);
    /// // (√x)² is x, but the adjoint of √x is 0 and its slope ∞
    /// let y = x.sqrt().square();
    /// assert_eq!(tape.backward(y)[x], 0.0);
    /// let [edge] = tape.annihilated(y)?[..] else { panic!() };
    /// assert_eq!((edge.node, edge.adjoint, edge.slope), (1, 0.0, f64::INFINITY));
    ///
    /// // here √x is a branch that was not taken, and the gradient 0 is right
    /// let safe = Real::select(x.less(Expr::from(1.0)), Expr::from(0.0), x.sqrt());
    /// assert!(tape.annihilated(safe)?.is_empty());
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// Calls of functions are opened for this; an edge inside of a function is given as the first one of the result at the same place.
    ///
    /// # Errors
    /// If the output is a variable of another recorder.
    pub fn annihilated(&self, y: Expr<'_>) -> Result<Vec<Annihilated>, Error> {
        self.output(y)?;
        self.annihilated_in::<f64>(self.opened_calls().as_ref(), y)
    }

    /// As [`annihilated`](Recorder::annihilated), in double or in single precision, given this recording with its calls opened, if it has any.
    pub(crate) fn annihilated_in<R: Float>(
        &self,
        opened: Option<&Opened>,
        y: Expr<'_>,
    ) -> Result<Vec<Annihilated>, Error> {
        self.in_opened(opened, y, |tape, y| {
            let Some(output) = tape.output(y)? else { return Ok(vec![]) };
            let met = |a: R, b: R| meet(a.to_f64(), b.to_f64());
            tape.edges_where(output, &tape.values_in::<R>()?, met, R::to_f64)
        })
    }

    /// As [`annihilated`](Recorder::annihilated), for the derivative of the gradient along a direction, which is a row of the Hessian or a sum of
    /// rows: edges on which a factor of it met 0 · ∞. Those of the gradient are among them.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Recorder::new();
    /// let (x, y) = (tape.var(0.0), tape.var(0.0));
    /// let z = y * x.pow(Expr::from(1.5));
    /// assert!(tape.annihilated(z)?.is_empty());
    /// // the Hessian has 0 for y·¾/√x
    /// assert_eq!(tape.annihilated_along(z, &[x, y], &[1.0, 1.0])?.len(), 1);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output or an input is a variable of another recorder, or an op on the way has no second derivative.
    ///
    /// # Panics
    /// If the direction has not one component for each input.
    pub fn annihilated_along(
        &self,
        y: Expr<'_>,
        inputs: &[Expr<'_>],
        direction: &[f64],
    ) -> Result<Vec<Annihilated>, Error> {
        // a tangent of the adjoint that is 0 is that of a constant as a rule, and no slope makes it anything else
        let met = |adjoint: Dual, slope: Dual| {
            meet(adjoint.primal, slope.primal)
                || meet(adjoint.primal, slope.tangent)
                || slope.primal == 0.0 && !adjoint.tangent.is_finite()
        };
        self.output(y)?;
        let opened = self.opened_calls();
        self.in_opened(opened.as_ref(), y, |tape, y| {
            let Some(output) = tape.output(y)? else { return Ok(vec![]) };
            let inputs = match &opened {
                Some(opened) => inputs.iter().map(|&x| opened.get(x)).collect::<Result<Vec<_>, _>>()?,
                None => inputs.to_vec(),
            };
            let values = tape.along(&tape.indices(&inputs)?, direction)?;
            tape.edges_where(output, &values, met, |x| x.primal)
        })
    }

    /// Edges of the recording with its calls opened, as those of this one; edges of this one if it has no calls.
    fn in_opened(
        &self,
        opened: Option<&Opened>,
        y: Expr<'_>,
        edges: impl Fn(&Recorder, Expr<'_>) -> Result<Vec<Annihilated>, Error>,
    ) -> Result<Vec<Annihilated>, Error> {
        let Some(opened) = opened else { return edges(self, y) };
        let found = edges(opened.recorder(), opened.get(y)?)?.into_iter().map(|edge| {
            let node = opened.owner(edge.node);
            let argument = if self.is_result(node) { 0 } else { edge.argument };
            Annihilated { node, argument, ..edge }
        });
        let mut found: Vec<Annihilated> = found.collect();
        found.dedup_by_key(|edge| (edge.node, edge.argument));
        Ok(found)
    }

    /// For each node, whether an output was computed from it.
    pub(crate) fn needed(&self, output: usize) -> Vec<bool> {
        let mut needed = vec![false; self.len()];
        needed[output] = true;
        for index in (0..=output).rev() {
            if needed[index] {
                self.node(index).args.iter().for_each(|&arg| needed[arg] = true);
            }
        }
        needed
    }

    /// For each node up to an output, how the output depends on it, given the value of every node.
    pub(crate) fn reach(&self, output: usize, values: &[f64]) -> Vec<Reach> {
        let mut reach = vec![Reach::Not; output + 1];
        reach[output] = Reach::Flows;
        for index in (0..=output).rev() {
            let own = reach[index];
            let through = if own > Reach::Not { self.through(index, values) } else { SmallVec::new() };
            for (&arg, through) in self.node(index).args.iter().zip(through) {
                reach[arg] = reach[arg].max(through.min(own));
            }
        }
        reach
    }

    /// How the value of a node depends on each of its arguments, given the value of every node.
    pub(super) fn through(&self, node: usize, values: &[f64]) -> SmallVec<[Reach; 4]> {
        let Node { op, args, .. } = self.node(node);
        let x: Point = args.iter().map(|&arg| values[arg]).collect();
        op.map_or(SmallVec::new(), |op| through(&*op, &x))
    }

    /// The edges of nodes whose values an output is made of on which an adjoint and a slope meet so, from the output on.
    fn edges_where<R: Runs>(
        &self,
        output: usize,
        values: &[R],
        met: impl Fn(R, R) -> bool,
        primal: impl Fn(R) -> f64,
    ) -> Result<Vec<Annihilated>, Error> {
        let mut adjoints = vec![R::from(0.0); output + 1];
        adjoints[output] = R::from(1.0);
        self.sweep(values, &mut adjoints, chain_rule)?;
        let mut edges = vec![];
        let mut slopes = SmallVec::<[R; 8]>::new();
        for (index, &adjoint) in adjoints.iter().enumerate().rev() {
            let node = self.node(index);
            let Some(op) = node.op else { continue };
            let x: SmallVec<[R; 8]> = node.args.iter().map(|&arg| values[arg]).collect();
            slopes.clear();
            slopes.resize(x.len(), R::from(0.0));
            R::rule(&*op).evaluate(&x, &mut slopes)?;
            for (argument, &slope) in slopes.iter().enumerate().filter(|(_, slope)| met(adjoint, **slope)) {
                let to = self.node(node.args[argument]);
                if to.op.is_some() || to.is_input {
                    edges.push(Annihilated { node: index, argument, adjoint: primal(adjoint), slope: primal(slope) });
                }
            }
        }
        // where nothing has met there is no need to know what was taken
        if !edges.is_empty() {
            let values = self.recorded_values();
            let reach = self.reach(output, &values);
            edges.retain(|edge| {
                reach[edge.node] == Reach::Flows && self.through(edge.node, &values)[edge.argument] == Reach::Flows
            });
        }
        Ok(edges)
    }
}

/// Whether the product of two numbers is 0 · ±∞ or 0 · NaN.
fn meet(a: f64, b: f64) -> bool {
    a == 0.0 && !b.is_finite() || b == 0.0 && !a.is_finite()
}

/// How the value of an op depends on each of its arguments. An argument with a slope of 0 is looked for in the rule of the op, which may
/// have a choice inside that does not take it, as that of max has.
fn through(op: &dyn DynOp, x: &[f64]) -> SmallVec<[Reach; 4]> {
    if let (Select::NAME, &[mask, _, _]) = (op.name(), x) {
        return SmallVec::from_slice(&chosen(mask));
    }
    if op.name() == Detach::NAME {
        return SmallVec::from_slice(&[Reach::Decides]);
    }
    let mut slopes = Point::from_elem(1.0, x.len());
    let known = Rule::<f64>::evaluate(op, x, &mut slopes).is_ok();
    let mut through = SmallVec::from_elem(Reach::Flows, x.len());
    if known && slopes.contains(&0.0) {
        let tape = Recorder::new();
        let inputs: SmallVec<[Expr<'_>; 4]> = x.iter().map(|&x| tape.var(x)).collect();
        let value = Rule::<Expr<'_>>::evaluate_value(op, &inputs).ok();
        // a constant has no node, and what is recorded as itself has no rule to look into
        if let Some(output) = value.and_then(|y| tape.index(y)).filter(|&y| !is_itself(op, &tape.node(y))) {
            through = inside(&tape, output)[..x.len()].into();
        } else if value.is_some_and(|y| tape.index(y).is_none()) {
            through.fill(Reach::Not);
        }
    }
    through
        .iter_mut()
        .zip(&slopes)
        .filter(|(_, slope)| **slope != 0.0)
        .for_each(|(through, _)| *through = Reach::Flows);
    through
}

/// Whether a node of a rule's recording is the op itself.
fn is_itself(op: &dyn DynOp, node: &Node) -> bool {
    node.op.as_ref().is_some_and(|inner| inner.name() == op.name())
}

/// How the value of a rule depends on each node of its recording, of which the first are the arguments.
fn inside(tape: &Recorder, output: usize) -> Vec<Reach> {
    let mut reach = vec![Reach::Not; tape.len()];
    reach[output] = Reach::Flows;
    for index in (0..=output).rev() {
        let (own, node) = (reach[index], tape.node(index));
        let is_choice = node.op.as_ref().is_some_and(|op| op.name() == Select::NAME);
        let sides = is_choice.then(|| chosen(tape.node(node.args[0]).value));
        for (argument, &arg) in node.args.iter().enumerate() {
            reach[arg] = reach[arg].max(sides.map_or(own, |sides| sides[argument].min(own)));
        }
    }
    reach
}

/// How a `select` depends on its condition and on its two sides.
fn chosen(mask: f64) -> [Reach; 3] {
    match Select.value([mask, 1.0, 0.0]) == 1.0 {
        true => [Reach::Decides, Reach::Flows, Reach::Not],
        false => [Reach::Decides, Reach::Not, Reach::Flows],
    }
}
