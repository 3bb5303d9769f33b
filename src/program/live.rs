//! What a program needs, and the program without the rest.

use super::code::{Code, Function, Place, Value, Values};
use crate::error::Error;
use crate::graph::{DynOp, is_of_rule};

/// Whether an op has no rule that could be put as primitives.
pub(super) fn is_foreign(op: &dyn DynOp) -> bool {
    op.is_opaque() || is_of_rule(op)
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

    /// The program without what the outputs and the guards do not need, with so many inputs more, and the outputs in it.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn live_with(&self, outputs: &[Value], more: usize) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, more, false)
    }

    /// The program without what the outputs and the guards do not need, and the outputs in it. If it is `lowered`, every op that has a rule is put as
    /// the primitives that it is made of; such a program has no derivatives any more.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn live(&self, outputs: &[Value], lowered: bool) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, 0, lowered)
    }

    fn rebuilt(&self, outputs: &[Value], more: usize, lowered: bool) -> Result<(Code, Vec<Value>), Error> {
        let mut needed = vec![false; self.len()];
        let roots: Vec<Value> = outputs.iter().chain(&self.guards).copied().collect();
        self.mark_needed(&roots, &mut needed);
        let mut code = Code::new(self.inputs + more);
        code.lowered = lowered;
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
                Function::Op(op) if lowered && !is_foreign(&**op) => {
                    code.open(functions[function as usize], op, &args)?
                }
                Function::Guard(check) => {
                    code.guard(*check, [args[0], args[1]])?;
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
        Ok((code, outputs))
    }
}
