//! The rule of an op as statements, recorded once for each op and put in place of the op, or of its slopes, wherever they are needed.

use super::code::{Code, Place, Template, Value, Values};
use super::primitive::Primitive;
use super::record::{Constants, record};
use crate::error::Error;
use crate::graph::{DynOp, Expr, Recorder, is_dot};
use crate::op::{Domain, Point};
use crate::real::Real;
use std::sync::Arc;

/// A point with so many arguments at which a rule is recorded; what is recorded does not depend on it.
fn sample(op: &dyn DynOp, arity: usize) -> Point {
    let sample = op.samples().into_iter().find(|x| x.len() == arity);
    sample.unwrap_or_else(|| std::iter::repeat_n(0.5, arity).collect())
}

/// Records the value and the slopes of an op as they are computed. Where the op is not defined, so that its value is NaN, so are the slopes.
pub(super) fn record_rule(op: &dyn DynOp, arity: usize) -> Result<(Code, Vec<Value>), Error> {
    let recorder = Recorder::opening();
    let x: Vec<Expr<'_>> = sample(op, arity).into_iter().map(|x| recorder.var(x)).collect();
    let mut slopes = vec![Expr::from(0.0); arity];
    // the evaluation of an inner product adds in four places at once, which is an order that only loops over it have a use for
    let value = if is_dot(op) {
        let value = op.value(&x)?;
        op.slope(&x, value, &mut slopes)?;
        value
    } else {
        op.evaluate(&x, &mut slopes)?
    };
    if op.domain() != Domain::ALL {
        for slope in &mut slopes {
            *slope = Expr::select(value.equal(value), *slope, value);
        }
    }
    let results: Vec<Expr<'_>> = [value].into_iter().chain(slopes).collect();
    let (code, mut results) = record(&recorder, &x, &results, Constants::Known)?;
    let value = results[0];
    for slope in &mut results[1..] {
        // a slope that is made of the value is NaN where that is
        if let Some((Primitive::Select, &[_, inside, outside])) = code.primitive(*slope)
            && outside == value
            && hands_nan_on(&code, inside, value, 4)
        {
            *slope = inside;
        }
    }
    Ok((code, results))
}

/// Whether a value is NaN wherever another one is, as far as arithmetic of this depth shows.
fn hands_nan_on(code: &Code, value: Value, from: Value, depth: usize) -> bool {
    use Primitive::{Add, Div, Mul, Neg, Sub};
    value == from
        || depth > 0
            && matches!(code.primitive(value), Some((Add | Sub | Mul | Div | Neg, args))
                if args.iter().any(|&arg| hands_nan_on(code, arg, from, depth - 1)))
}

impl Code {
    /// The rule of an op of the program.
    ///
    /// # Errors
    /// If the op is known only as closures.
    fn template(&mut self, function: u32, op: &Arc<dyn DynOp>, arity: usize) -> Result<Arc<Template>, Error> {
        if let Some(known) = self.templates.get(&(function, arity)) {
            return Ok(known.clone());
        }
        let (code, results) = record_rule(&**op, arity)?;
        let functions = code.functions.iter().map(|function| self.function(function.clone())).collect();
        let template = Arc::new(Template { code, results, functions });
        self.templates.insert((function, arity), template.clone());
        Ok(template)
    }

    /// The value of an op as the statements of its rule.
    ///
    /// # Errors
    /// If the op is known only as closures, or the program is full.
    pub fn open(&mut self, function: u32, op: &Arc<dyn DynOp>, args: &[Value]) -> Result<Value, Error> {
        let template = self.template(function, op, args.len())?;
        Ok(self.insert(&template, args, 0..1)?[0])
    }

    /// The slopes of an op as the statements of its rule.
    ///
    /// # Errors
    /// If the op is known only as closures, or the program is full.
    pub fn slopes(&mut self, function: u32, op: &Arc<dyn DynOp>, args: &[Value]) -> Result<Values, Error> {
        let template = self.template(function, op, args.len())?;
        self.insert(&template, args, 1..1 + args.len())
    }

    /// Some results of a rule at these arguments, with the statements that they need.
    fn insert(
        &mut self,
        template: &Template,
        args: &[Value],
        results: std::ops::Range<usize>,
    ) -> Result<Values, Error> {
        let Template { code, results: all, functions } = template;
        let results = &all[results];
        let mut needed = vec![false; code.len()];
        code.mark_needed(results, &mut needed);
        let mut values: Vec<Value> = args.to_vec();
        let here = |program: &mut Code, values: &[Value], value: Value| match value.place() {
            Place::Node(node) => values[node],
            Place::Constant(place) => program.constant_of(code, place),
        };
        for (node, is_needed) in needed.into_iter().enumerate().skip(code.inputs) {
            let (function, own) = code.statement(node).expect("the node is no input");
            values.push(if is_needed {
                let own: Values = own.iter().map(|&arg| here(self, &values, arg)).collect();
                self.apply(functions[function as usize], &own)?
            } else {
                args[0]
            });
        }
        Ok(results.iter().map(|&result| here(self, &values, result)).collect())
    }
}
