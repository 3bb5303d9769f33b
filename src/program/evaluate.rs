//! A program run statement by statement, on one point: what every engine gives the bits of.

use super::code::{Check, Code, Function, Place, Value, rounded};
use super::fused::{Fused, fused};
use super::kernel::{List, Lists, One, sum};
use super::live::is_foreign;
use super::plan::OPERANDS;
use super::primitive::{Body, Visitor};
use crate::error::Error;
use crate::graph::{DynOp, Rule};
use crate::real::dispatch;
use smallvec::SmallVec;
use std::array::from_fn;
use std::sync::Arc;

/// A guard that does not hold.
pub(super) struct Flip {
    pub check: Check,
    /// The two sides of the comparison.
    pub sides: [f64; 2],
}

/// The numbers that a primitive is applied to.
struct Numbers<'a>(&'a [f64]);

impl Visitor for Numbers<'_> {
    type Out = f64;
    fn visit<const N: usize, B: Body<N>>(self, body: B) -> f64 {
        let mut x = [0.0; N];
        x.copy_from_slice(&self.0[..N]);
        dispatch(One { body, x })
    }
}

/// The one number that a loop of an op makes.
fn one(op: &Arc<dyn DynOp>, make: impl FnOnce(&dyn Fused, &mut [f64])) -> f64 {
    let mut result = [0.0];
    make(&*fused(&**op).expect("the op has a loop"), &mut result);
    result[0]
}

/// Numbers as lists of one; places that are left repeat the first.
fn lists(args: &[f64]) -> [List<'_>; OPERANDS] {
    from_fn(|k| {
        let k = if k < args.len() { k } else { 0 };
        List::rows(&args[k..=k], 1)
    })
}

impl Code {
    /// The value of every node at a point.
    ///
    /// # Errors
    /// If a vector rule has no results there.
    pub fn evaluate(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        let mut values = x.to_vec();
        let mut args = SmallVec::<[f64; 8]>::new();
        for node in self.inputs..self.len() {
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            args.extend(own.iter().map(|&arg| self.at(arg, &values)));
            values.push(match &self.functions[function as usize] {
                Function::Primitive(primitive) => primitive.show(Numbers(&args)),
                Function::Op(op) if is_foreign(&**op) => Rule::<f64>::evaluate_value(&**op, &args)?,
                Function::Op(op) => one(op, |op, into| op.values(Lists { operands: &lists(&args), into, len: 1 })),
                Function::Along(op, k) => {
                    one(op, |op, into| op.along(*k, Lists { operands: &lists(&args), into, len: 1 }))
                }
                Function::Sum => sum(&args),
                Function::Round => rounded(args[0]),
                Function::Guard(check) => f64::from(u8::from(check.flips(args[0], args[1]))),
            });
        }
        Ok(values)
    }

    /// The first guard of the program that does not hold, given the values of the nodes.
    pub fn first_flip(&self, values: &[f64]) -> Option<Flip> {
        self.guards.iter().find_map(|&guard| {
            let Place::Node(node) = guard.place() else { return None };
            let (function, sides) = self.statement(node)?;
            let Function::Guard(check) = self.functions[function as usize] else { return None };
            (values[node] != 0.0).then(|| Flip { check, sides: [0, 1].map(|k| self.at(sides[k], values)) })
        })
    }

    /// A value, given those of the nodes.
    pub fn at(&self, value: Value, values: &[f64]) -> f64 {
        match value.place() {
            Place::Node(node) => values[node],
            Place::Constant(place) => self.constants[place],
        }
    }
}
