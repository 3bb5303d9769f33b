//! A program run statement by statement, on one point: what every engine gives the bits of.

use super::code::{Check, Code, Function, Place, Value};
use super::engine::sum;
use super::primitive::Primitive;
use crate::error::Error;
use crate::graph::Rule;
use crate::real::{Isa, Wide, WithIsa, dispatch};
use smallvec::SmallVec;

/// A guard that does not hold.
pub(super) struct Flip {
    pub check: Check,
    /// The two sides of the comparison.
    pub sides: [f64; 2],
}

/// A primitive of some numbers.
struct One<'a>(Primitive, &'a [f64]);

impl WithIsa for One<'_> {
    type Out = f64;
    #[inline(always)]
    fn run<I: Isa>(self) -> f64 {
        let x: SmallVec<[Wide<I, 1>; 3]> = self.1.iter().map(|&x| Wide::new([x])).collect();
        self.0.apply(&x).0[0]
    }
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
                Function::Primitive(primitive) => dispatch(One(*primitive, &args)),
                Function::Op(op) => Rule::<f64>::evaluate_value(&**op, &args)?,
                Function::Sum => sum(&args),
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
