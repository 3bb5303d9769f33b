//! The rule of an op as statements, recorded once for each op and put in place of the op, or of its slopes, wherever they are needed.

use super::code::{Code, Function, Place, Template, Value, Values};
use super::fused::fused;
use super::primitive::Primitive;
use super::record::{Constants, record};
use crate::error::Error;
use crate::graph::{DynOp, Expr, Recorder, is_dot};
use crate::op::Domain;
use crate::real::Real;
use smallvec::SmallVec;
use std::sync::Arc;

/// A slope of a statement by one of its arguments.
#[derive(Clone, Copy)]
pub(super) enum Slope {
    /// A value of the program.
    Value(Value),
    /// One that is made together with the product that it is needed for.
    Heavy,
}

/// Records the value and the slopes of an op as they are computed. Where the op is not defined, so that its value is NaN, so are the slopes.
pub(super) fn record_rule(op: &dyn DynOp, arity: usize) -> Result<(Code, Vec<Value>), Error> {
    let recorder = Recorder::opening();
    let x: Vec<Expr<'_>> = op.sample(arity).into_iter().map(|x| recorder.var(x)).collect();
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

/// From so many steps on an op, or a slope, is one loop, if it has one.
const HEAVY: usize = 4;

impl Code {
    /// The rule of an op of the program.
    ///
    /// # Errors
    /// If the op is known only as closures.
    fn template(
        &mut self,
        function: u32,
        op: impl FnOnce(&Code) -> Arc<dyn DynOp>,
        arity: usize,
    ) -> Result<Arc<Template>, Error> {
        let place = function as usize;
        if self.templates.len() <= place {
            self.templates.resize(place + 1, SmallVec::new());
        }
        if let Some((_, known)) = self.templates[place].iter().find(|(known, _)| *known == arity) {
            return Ok(known.clone());
        }
        let op = op(self);
        let (code, results) = record_rule(&*op, arity)?;
        let needed = |results: &[Value]| {
            let mut needed = vec![false; code.len()];
            code.mark_needed(results, &mut needed);
            needed
        };
        let has_loop = fused(&*op).is_some();
        let is_heavy = |result: &Value| {
            has_loop && needed(&[*result])[code.inputs..].iter().filter(|needed| **needed).count() >= HEAVY
        };
        let is_heavy_value = is_heavy(&results[0]);
        let is_heavy: Vec<bool> = results[1..].iter().map(is_heavy).collect();
        let light: Vec<Value> =
            results[1..].iter().zip(&is_heavy).filter(|(_, heavy)| !**heavy).map(|(&r, _)| r).collect();
        let (for_value, for_slopes) = (needed(&results[..1]), needed(&light));
        let functions = code.functions.iter().map(|function| self.function(function.clone())).collect();
        let template = Arc::new(Template { code, results, functions, for_value, is_heavy, is_heavy_value, for_slopes });
        self.templates[place].push((arity, template.clone()));
        Ok(template)
    }

    /// The value of an op: as one statement if that is one loop, else as the statements of its rule.
    ///
    /// # Errors
    /// If the op is known only as closures, or the program is full.
    pub fn open(&mut self, function: u32, op: &Arc<dyn DynOp>, args: &[Value]) -> Result<Value, Error> {
        let template = self.template(function, |_| op.clone(), args.len())?;
        if template.is_heavy_value {
            return self.apply(function, args);
        }
        let values = self.insert(&template, args, &template.for_value)?;
        let result = self.result(&template, &values, template.results[0]);
        self.values = values;
        Ok(result)
    }

    /// What a factor, an adjoint or a tangent, contributes through the slope of an op by one of its arguments, put as the statements of the rule.
    ///
    /// # Errors
    /// If the op is known only as closures, or the program is full.
    pub fn open_along(&mut self, op: &Arc<dyn DynOp>, argument: usize, args: &[Value]) -> Result<Value, Error> {
        let function = self.function_of(op);
        let (&factor, args) = args.split_last().expect("the factor is the last argument");
        let template = self.template(function, |_| op.clone(), args.len())?;
        let result = template.results[1 + argument];
        let mut needed = vec![false; template.code.len()];
        template.code.mark_needed(&[result], &mut needed);
        let values = self.insert(&template, args, &needed)?;
        let slope = self.result(&template, &values, result);
        self.values = values;
        self.contribution(function, factor, slope)
    }

    /// The slopes of a statement by its arguments.
    ///
    /// # Errors
    /// If it is that of an op known only as closures, or the program is full.
    pub fn slopes(&mut self, function: u32, args: &[Value]) -> Result<SmallVec<[Slope; 4]>, Error> {
        let constant = match &self.functions[function as usize] {
            Function::Sum | Function::Round => Some(1.0),
            Function::Guard(_) => Some(0.0),
            _ => None,
        };
        if let Some(slope) = constant {
            let slope = self.constant(slope);
            return Ok(args.iter().map(|_| Slope::Value(slope)).collect());
        }
        let op = |code: &Code| match &code.functions[function as usize] {
            Function::Primitive(primitive) => primitive.op(),
            Function::Op(op) => op.clone(),
            Function::Along(..) => unreachable!("a program to be differentiated has the slopes as statements"),
            Function::Sum | Function::Round | Function::Guard(_) => unreachable!("their slopes are constants"),
        };
        let template = self.template(function, op, args.len())?;
        let values = self.insert(&template, args, &template.for_slopes)?;
        let slopes = template.results[1..].iter().zip(&template.is_heavy).map(|(&result, &is_heavy)| {
            if is_heavy { Slope::Heavy } else { Slope::Value(self.result(&template, &values, result)) }
        });
        let slopes = slopes.collect();
        self.values = values;
        Ok(slopes)
    }

    /// What a factor, an adjoint or a tangent, contributes through the slope of a statement by one of its arguments.
    ///
    /// # Errors
    /// If the program is full.
    pub fn term(
        &mut self,
        function: u32,
        args: &[Value],
        argument: usize,
        slope: Slope,
        factor: Value,
    ) -> Result<Value, Error> {
        let slope = match slope {
            Slope::Value(slope) => slope,
            Slope::Heavy => {
                let op = match &self.functions[function as usize] {
                    Function::Primitive(primitive) => primitive.op(),
                    Function::Op(op) => op.clone(),
                    _ => unreachable!("no other function has a heavy slope"),
                };
                let along = self.function(Function::Along(op, argument));
                let with_factor: Values = args.iter().copied().chain([factor]).collect();
                return self.apply(along, &with_factor);
            }
        };
        self.contribution(function, factor, slope)
    }

    /// What a factor, an adjoint or a tangent, contributes through this slope of a function: their product, in which a factor of 0 annihilates the
    /// other. What comes through rounding is rounded.
    ///
    /// # Errors
    /// If the program is full.
    pub fn contribution(&mut self, function: u32, factor: Value, slope: Value) -> Result<Value, Error> {
        match self.functions[function as usize] {
            Function::Round => self.round(factor),
            _ => self.primitive_of(Primitive::Chain, &[factor, slope]),
        }
    }

    /// The values of a rule at these arguments: the statements that are needed are put into the program, and the others have the value of an argument.
    fn insert(&mut self, template: &Template, args: &[Value], needed: &[bool]) -> Result<Vec<Value>, Error> {
        let Template { code, functions, .. } = template;
        let mut values = std::mem::take(&mut self.values);
        values.clear();
        values.extend_from_slice(args);
        let mut own = Values::new();
        for (node, &is_needed) in needed.iter().enumerate().skip(code.inputs) {
            let (function, of_rule) = code.statement(node).expect("the node is no input");
            values.push(if is_needed {
                own.clear();
                of_rule.iter().for_each(|&arg| own.push(self.result(template, &values, arg)));
                self.apply(functions[function as usize], &own)?
            } else {
                args[0]
            });
        }
        Ok(values)
    }

    /// A value of a rule in the program.
    fn result(&mut self, template: &Template, values: &[Value], value: Value) -> Value {
        match value.place() {
            Place::Node(node) => values[node],
            Place::Constant(place) => self.constant_like(&template.code, place, template.code.constants[place]),
        }
    }
}
