//! What a program needs, and the program without the rest.

use super::code::{Code, Function, Place, Value, Values};
use crate::error::Error;
use crate::graph::{DynOp, is_of_rule};

/// Whether an op has no rule that could be put as primitives.
pub(super) fn is_foreign(op: &dyn DynOp) -> bool {
    op.is_opaque() || is_of_rule(op)
}

/// What the statements of a program are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Ops, which have derivatives.
    Ops,
    /// Primitives, and ops that have loops of their own.
    Primitives,
}

impl Code {
    /// Marks the nodes that some values are made of.
    pub fn mark_needed(&self, values: &[Value], needed: &mut [bool]) {
        for value in values {
            if let Place::Node(node) = value.place() {
                needed[node] = true;
            }
        }
        for node in (self.inputs..self.len()).rev() {
            if needed[node] {
                let (_, args) = self.statement(node).expect("the node is no input");
                for arg in args {
                    if let Place::Node(arg) = arg.place() {
                        needed[arg] = true;
                    }
                }
            }
        }
    }

    /// A program to be differentiated: this one without what the outputs and the guards do not need, with so many inputs more and every slope as the
    /// statements of its rule; and the outputs in it.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn with_inputs(&self, outputs: &[Value], more: usize) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, more, Form::Ops)
    }

    /// A program to be run: this one without what the outputs and the guards do not need, with every op that has a rule, and no loop of its own, put as
    /// the primitives that it is made of; and the outputs in it. It has no derivatives any more.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn lowered(&self, outputs: &[Value]) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, 0, Form::Primitives)
    }

    fn rebuilt(&self, outputs: &[Value], more: usize, form: Form) -> Result<(Code, Vec<Value>), Error> {
        let mut needed = vec![false; self.len()];
        let roots: Vec<Value> = outputs.iter().chain(&self.guards).copied().collect();
        self.mark_needed(&roots, &mut needed);
        let mut code = Code::new(self.inputs + more);
        // derivatives are often about twice as many statements again
        let room = if form == Form::Ops { 3 } else { 1 };
        code.reserve(room * needed.iter().filter(|needed| **needed).count());
        code.lowered = form == Form::Primitives;
        let functions: Vec<u32> = self.functions.iter().map(|function| code.function(function.clone())).collect();
        let zero = code.constant(0.0);
        let mut values: Vec<Value> = (0..self.inputs).map(Value::node).collect();
        let mut constants = vec![None; self.constants.len()];
        let mut args = Values::new();
        for (node, &is_needed) in needed.iter().enumerate().skip(self.inputs) {
            if !is_needed {
                values.push(zero);
                continue;
            }
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            for arg in own {
                args.push(match arg.place() {
                    Place::Node(arg) => values[arg],
                    Place::Constant(place) => *constants[place].get_or_insert_with(|| code.constant_of(self, place)),
                });
            }
            values.push(match &self.functions[function as usize] {
                Function::Along(op, argument) if form == Form::Ops => code.open_along(op, *argument, &args)?,
                Function::Op(op) if form == Form::Primitives && !is_foreign(&**op) => {
                    code.open(functions[function as usize], op, &args)?
                }
                Function::Guard(_) => {
                    code.guard(functions[function as usize], [args[0], args[1]])?;
                    zero
                }
                _ => code.apply(functions[function as usize], &args)?,
            });
        }
        let mut output = |output: &Value| match output.place() {
            Place::Node(node) => values[node],
            Place::Constant(place) => *constants[place].get_or_insert_with(|| code.constant_of(self, place)),
        };
        let outputs = outputs.iter().map(&mut output).collect();
        if form == Form::Primitives {
            code.complete();
        }
        Ok((code, outputs))
    }
}
