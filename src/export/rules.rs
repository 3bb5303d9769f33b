//! The rules of an op as graphs, each recorded on its own, to be printed.

use super::printer::{Dialect, Printed, Printer, Term};
use crate::error::{Error, Kind as ErrorKind};
use crate::graph::{DynOp, Expr, Operand, Recorder};

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
    results: Vec<Operand>,
}

impl Rules {
    /// The formulas of an op with so many arguments as the textbooks have them.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub(crate) fn definition(op: &dyn DynOp, args: usize) -> Result<Self, Error> {
        Rules::recorded(op, args, |x| op.textbook(x), |x, a, slopes| op.textbook_slope(x, a, slopes))
    }

    /// The formulas of an op with so many arguments that run.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub(crate) fn evaluation(op: &dyn DynOp, args: usize) -> Result<Self, Error> {
        Rules::recorded(op, args, |x| op.value(x), |x, a, slopes| op.slope(x, a, slopes))
    }

    /// Records both rules at a sample of the op.
    fn recorded(
        op: &dyn DynOp,
        args: usize,
        value: impl for<'g> Fn(&[Expr<'g>]) -> Result<Expr<'g>, Error>,
        slope: impl for<'g> Fn(&[Expr<'g>], Expr<'g>, &mut [Expr<'g>]) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        if let Some(fault) = op.validate(args) {
            return Err(Error::new(ErrorKind::Arity, format!("{} {fault}", op.name())));
        }
        let sample = op.samples().into_iter().find(|x| x.len() == args);
        let point = sample.unwrap_or_else(|| std::iter::repeat_n(0.5, args).collect());
        let mut a = 0.0;
        let value = Recorded::of(&point, |x| {
            let result = value(x)?;
            a = result.value();
            Ok(vec![result])
        })?;
        // the value enters the slopes as an input of its own, so that they are printed in terms of it
        let own: Vec<f64> = point.iter().copied().chain([a]).collect();
        let slopes = Recorded::of(&own, |x| {
            let mut slopes = vec![Expr::from(0.0); args];
            slope(&x[..args], x[args], &mut slopes)?;
            Ok(slopes)
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

impl Recorded {
    fn of(
        inputs: &[f64],
        rule: impl for<'g> FnOnce(&[Expr<'g>]) -> Result<Vec<Expr<'g>>, Error>,
    ) -> Result<Self, Error> {
        let graph = Recorder::new();
        let results = {
            let x: Vec<Expr<'_>> = inputs.iter().map(|&x| graph.var(x)).collect();
            let result = |y: Expr<'_>| graph.index(y).map_or(Operand::Constant(y.value()), Operand::Node);
            rule(&x)?.into_iter().map(result).collect()
        };
        Ok(Recorded { graph, results })
    }

    fn print<D: Dialect>(
        &self,
        printer: &Printer<D>,
        results: &[Operand],
        inputs: &[Term<D::Body>],
    ) -> Printed<D::Body> {
        printer.walk(&self.graph, results, |index| inputs.get(index).cloned())
    }
}
