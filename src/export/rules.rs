//! The rules of an op as graphs, each recorded on its own, to be printed.

use super::printer::{Dialect, Printed, Printer, Term};
use crate::error::{Error, Kind as ErrorKind};
use crate::graph::{DynOp, Expr, Operand, Recorder};
use crate::op::Point;

/// What an op computes, as graphs: its value, of the arguments; and its slopes, of the arguments and the value.
pub(crate) struct Rules {
    /// The number of arguments.
    args: usize,
    value: Recorded,
    slopes: Recorded,
}

/// A graph of which the first statements are the inputs, and its results.
struct Recorded {
    graph: Recorder,
    /// The number of inputs.
    inputs: usize,
    results: Vec<Operand>,
    /// The statement, none of the inputs, that is printed as the last of the names given to the inputs.
    named: Option<usize>,
}

/// A sample of an op with so many arguments, at which its rules are recorded.
fn sample(op: &dyn DynOp, args: usize) -> Result<Point, Error> {
    if let Some(fault) = op.validate(args) {
        return Err(Error::new(ErrorKind::Arity, format!("{} {fault}", op.name())));
    }
    Ok(op.sample(args))
}

impl Rules {
    /// The definition of an op with so many arguments.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub(crate) fn definition(op: &dyn DynOp, args: usize) -> Result<Self, Error> {
        let point = sample(op, args)?;
        let mut a = 0.0;
        let value = Recorded::of(&point, |x| {
            let result = op.value(x)?;
            a = result.value();
            Ok((vec![result], None))
        })?;
        // the value enters the slopes as an input of its own, so that they are printed in terms of it
        let own: Vec<f64> = point.iter().copied().chain([a]).collect();
        let slopes = Recorded::of(&own, |x| {
            let mut slopes = vec![Expr::from(0.0); args];
            op.slope(&x[..args], x[args], &mut slopes)?;
            Ok((slopes, None))
        })?;
        Ok(Rules { args, value, slopes })
    }

    /// The evaluation of an op with so many arguments.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub(crate) fn evaluation(op: &dyn DynOp, args: usize) -> Result<Self, Error> {
        let point = sample(op, args)?;
        let value = Recorded::of(&point, |x| Ok((vec![op.evaluate_value(x)?], None)))?;
        let slopes = Recorded::of(&point, |x| {
            let mut slopes = vec![Expr::from(0.0); args];
            let a = op.evaluate(x, &mut slopes)?;
            Ok((slopes, Some(a)))
        })?;
        Ok(Rules { args, value, slopes })
    }

    /// The number of arguments.
    pub(crate) fn args(&self) -> usize {
        self.args
    }

    /// Prints the value, of arguments that are printed.
    pub(crate) fn value<D: Dialect>(&self, printer: &Printer<D>, args: &[Term<D::Body>]) -> Printed<D::Body> {
        self.value.print(printer, &self.value.results, args)
    }

    /// Prints all slopes, of the arguments and the value, which is the last of `inputs`.
    pub(crate) fn slopes<D: Dialect>(&self, printer: &Printer<D>, inputs: &[Term<D::Body>]) -> Printed<D::Body> {
        self.slopes.print(printer, &self.slopes.results, inputs)
    }

    /// Prints the slope by one argument, as [`slopes`](Rules::slopes).
    pub(crate) fn slope<D: Dialect>(
        &self,
        printer: &Printer<D>,
        argument: usize,
        inputs: &[Term<D::Body>],
    ) -> Term<D::Body> {
        self.slopes.print(printer, &self.slopes.results[argument..=argument], inputs).results.swap_remove(0)
    }
}

/// The results of a rule, and the expression that has a name.
type Results<'g> = (Vec<Expr<'g>>, Option<Expr<'g>>);

impl Recorded {
    fn of(inputs: &[f64], rule: impl for<'g> FnOnce(&[Expr<'g>]) -> Result<Results<'g>, Error>) -> Result<Self, Error> {
        let graph = Recorder::new();
        let (results, named) = {
            let x: Vec<Expr<'_>> = inputs.iter().map(|&x| graph.var(x)).collect();
            let (results, named) = rule(&x)?;
            let operand = |y: Expr<'_>| graph.index(y).map_or(Operand::Constant(y.value()), Operand::Node);
            let named = named.and_then(|y| graph.index(y)).filter(|&index| index >= inputs.len());
            (results.into_iter().map(operand).collect(), named)
        };
        Ok(Recorded { graph, inputs: inputs.len(), results, named })
    }

    fn print<D: Dialect>(
        &self,
        printer: &Printer<D>,
        results: &[Operand],
        inputs: &[Term<D::Body>],
    ) -> Printed<D::Body> {
        let is_named = |result: &Operand| matches!(result, Operand::Node(index) if Some(*index) == self.named);
        let others: Vec<Operand> = results.iter().copied().filter(|result| !is_named(result)).collect();
        let input = |index: usize| if index < self.inputs { inputs.get(index) } else { None };
        let leaf = |index: usize| if Some(index) == self.named { inputs.last() } else { input(index) }.cloned();
        let Printed { bound, results: others } = printer.walk(&self.graph, &others, leaf);
        let mut others = others.into_iter();
        let result = |result: &Operand| if is_named(result) { inputs.last().cloned() } else { others.next() };
        Printed {
            bound,
            results: results.iter().map(result).map(|term| term.expect("each result has a term")).collect(),
        }
    }
}
