//! Simpler statements that give the same bits, but for the sign of a zero in a product of the chain rule.

use super::code::{Code, FEW_TERMS, Function, Place, Value};
use super::primitive::Primitive::{self, *};
use crate::error::Error;
use smallvec::SmallVec;

impl Code {
    /// The result of a function without a statement of its own: a constant of constants, one of the arguments, or that of a cheaper statement.
    ///
    /// # Errors
    /// If the program is full, or an op of constants cannot be evaluated.
    pub(super) fn simpler(&mut self, function: u32, args: &[Value]) -> Result<Option<Value>, Error> {
        if args.iter().all(|&arg| self.number(arg).is_some()) {
            let numbers: SmallVec<[f64; 4]> = args.iter().filter_map(|&arg| self.number(arg)).collect();
            if let Some(result) = self.fold(function, &numbers)? {
                return Ok(Some(self.constant(result)));
            }
        }
        if let Function::Along(..) = self.functions[function as usize] {
            let is_zero = args.last().is_some_and(|&factor| self.number(factor) == Some(0.0));
            return Ok(is_zero.then(|| self.constant(0.0)));
        }
        if let Function::Round = self.functions[function as usize] {
            let is_rounded = |node| self.statement(node).is_some_and(|(inner, _)| inner == function);
            return Ok(args.first().copied().filter(|x| matches!(x.place(), Place::Node(node) if is_rounded(node))));
        }
        let primitive = match self.functions[function as usize] {
            Function::Primitive(primitive) => primitive,
            Function::Sum if args.len() <= FEW_TERMS => {
                let sum = args[1..].iter().try_fold(args[0], |sum, &term| self.primitive_of(Add, &[sum, term]));
                return sum.map(Some);
            }
            _ => return Ok(None),
        };
        match (primitive, args) {
            (_, &[x]) => Ok(self.simpler_of_one(primitive, x)),
            (_, &[x, y]) => self.simpler_of_two(primitive, x, y),
            (Select, &[mask, yes, no]) => Ok(match self.number(mask) {
                Some(mask) => Some(if 0.5 < mask { yes } else { no }),
                None => (yes == no).then_some(yes),
            }),
            _ => Ok(None),
        }
    }

    fn simpler_of_one(&self, primitive: Primitive, x: Value) -> Option<Value> {
        if self.lowered && primitive == Detach {
            return Some(x);
        }
        let (inner, args) = self.primitive(x)?;
        match (primitive, inner) {
            // −(−x) and | |x| |; a constant of a constant
            (Neg, Neg) => Some(args[0]),
            (Abs, Abs) | (Detach, Detach) => Some(x),
            _ => None,
        }
    }

    fn simpler_of_two(&mut self, primitive: Primitive, x: Value, y: Value) -> Result<Option<Value>, Error> {
        let (of_x, of_y) = (self.number(x), self.number(y));
        let is = |number: Option<f64>, other: f64| number.is_some_and(|number| number.to_bits() == other.to_bits());
        let negated = |code: &Code, value| match code.primitive(value) {
            Some((Neg, args)) => Some(args[0]),
            _ => None,
        };
        let simpler = match primitive {
            Add if is(of_x, -0.0) => y,
            Add if is(of_y, -0.0) => x,
            Add => match (negated(self, x), negated(self, y)) {
                (_, Some(y)) => return self.primitive_of(Sub, &[x, y]).map(Some),
                (Some(x), None) => return self.primitive_of(Sub, &[y, x]).map(Some),
                _ => return Ok(None),
            },
            Sub if is(of_y, 0.0) => x,
            Sub => match negated(self, y) {
                Some(y) => return self.primitive_of(Add, &[x, y]).map(Some),
                None => return Ok(None),
            },
            Mul if is(of_x, 1.0) => y,
            Mul | Div if is(of_y, 1.0) => x,
            Mul if is(of_x, -1.0) => return self.primitive_of(Neg, &[y]).map(Some),
            Mul | Div if is(of_y, -1.0) => return self.primitive_of(Neg, &[x]).map(Some),
            Div => match of_y.filter(|y| has_exact_inverse(*y)) {
                Some(y) => {
                    let inverse = self.constant(1.0 / y);
                    return self.primitive_of(Mul, &[x, inverse]).map(Some);
                }
                None => return Ok(None),
            },
            // a mask is 0 or 1, and is asked whether it is above ½
            Less if is(of_x, 0.5) && self.is_mask(y) => y,
            Chain => return self.simpler_product(x, y),
            _ => return Ok(None),
        };
        Ok(Some(simpler))
    }

    /// Whether a value is 0 or 1, as a comparison is.
    fn is_mask(&self, value: Value) -> bool {
        matches!(self.primitive(value), Some((Less | LessEqual | Equal, _)))
    }

    /// A product of the chain rule, in which a factor of 0 annihilates the other. With a constant that is finite and not 0 it is an ordinary
    /// product, and with a choice between 1 and 0 it is the choice.
    fn simpler_product(&mut self, x: Value, y: Value) -> Result<Option<Value>, Error> {
        for (constant, other) in [(x, y), (y, x)] {
            match self.number(constant) {
                Some(0.0) => return Ok(Some(self.constant(0.0))),
                Some(factor) if factor.is_finite() => return self.primitive_of(Mul, &[other, constant]).map(Some),
                _ => {}
            }
            if let Some((Select, &[mask, yes, no])) = self.primitive(constant) {
                let zero_or_one = |value| matches!(self.number(value), Some(0.0 | 1.0));
                if zero_or_one(yes) && zero_or_one(no) {
                    let [yes, no] = [yes, no].map(|value| if self.number(value) == Some(1.0) { other } else { value });
                    return self.primitive_of(Select, &[mask, yes, no]).map(Some);
                }
            }
        }
        Ok(None)
    }
}

/// Whether 1 / x is exact, so that a quotient by x is a product: x is a power of 2, and neither is subnormal.
fn has_exact_inverse(x: f64) -> bool {
    let fraction = x.to_bits() << 12;
    fraction == 0 && x.is_normal() && (1.0 / x).is_normal()
}
