//! What a program needs, and the program without the rest, with what is shared in front.

use super::code::{Code, FEW_TERMS, Function, Map, Place, Value, Values, rounded};
use super::primitive::Primitive;
use super::reroll::number;
use crate::error::Error;
use crate::graph::{DynOp, is_of_rule};
use smallvec::SmallVec;
use std::ops::Range;

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
    /// As they are, but for long chains of sums and differences, which are sums.
    Sums,
    /// As they are, each result rounded to single precision.
    Single,
}

/// Whether a function of numbers of single precision gives one.
fn keeps_precision(function: &Function) -> bool {
    use Primitive::{Abs, Detach, Equal, Less, LessEqual, Neg, Select};
    matches!(function, Function::Primitive(Neg | Abs | Detach | Less | LessEqual | Equal | Select) | Function::Round)
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

    /// A program to be run and differentiated: this one without what the outputs and the guards do not need, with long chains of `+` and `−` as sums; and
    /// the outputs in it.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn reassociated(&self, outputs: &[Value]) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, 0, Form::Sums)
    }

    /// A program to be run and differentiated: this one without what the outputs and the guards do not need, with every input, constant and result
    /// rounded to single precision; and the outputs in it.
    ///
    /// # Errors
    /// If the program gets too large.
    pub fn single(&self, outputs: &[Value]) -> Result<(Code, Vec<Value>), Error> {
        self.rebuilt(outputs, 0, Form::Single)
    }

    fn rebuilt(&self, outputs: &[Value], more: usize, form: Form) -> Result<(Code, Vec<Value>), Error> {
        let mut needed = vec![false; self.len()];
        let roots: Vec<Value> = outputs.iter().chain(&self.guards).copied().collect();
        self.mark_needed(&roots, &mut needed);
        let sums = if form == Form::Sums { self.long_sums(&roots, &mut needed) } else { Map::default() };
        let mut code = Code::new(self.inputs + more);
        // derivatives are often about twice as many statements again
        let room = if form == Form::Ops { 3 } else { 1 };
        code.reserve(room * needed.iter().filter(|needed| **needed).count());
        code.lowered = form == Form::Primitives;
        let functions: Vec<u32> = self.functions.iter().map(|function| code.function(function.clone())).collect();
        let zero = code.constant(0.0);
        let mut values: Vec<Value> = (0..self.inputs).map(Value::node).collect();
        let is_single = form == Form::Single;
        if is_single {
            values = values.into_iter().map(|input| code.round(input)).collect::<Result<_, Error>>()?;
        }
        let mut constants = vec![None; self.constants.len()];
        let mut value = |code: &mut Code, values: &[Value], old: Value| match old.place() {
            Place::Node(node) => values[node],
            Place::Constant(place) => *constants[place].get_or_insert_with(|| {
                let x = self.constants[place];
                code.constant_like(self, place, if is_single { rounded(x) } else { x })
            }),
        };
        let mut args = Values::new();
        for (node, &is_needed) in needed.iter().enumerate().skip(self.inputs) {
            if !is_needed {
                values.push(zero);
                continue;
            }
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            if let Some(terms) = sums.get(&node) {
                for &(term, is_taken) in terms {
                    let term = value(&mut code, &values, term);
                    args.push(if is_taken { code.primitive_of(Primitive::Neg, &[term])? } else { term });
                }
                values.push(code.sum(&args)?);
                continue;
            }
            args.extend(own.iter().map(|&arg| value(&mut code, &values, arg)));
            values.push(match &self.functions[function as usize] {
                Function::Along(op, argument) if form == Form::Ops => code.open_along(op, *argument, &args)?,
                Function::Op(op) if form == Form::Primitives && !is_foreign(&**op) => {
                    code.open(functions[function as usize], op, &args)?
                }
                Function::Sum if form == Form::Primitives => code.sum_by_stretches(&args)?,
                Function::Guard(_) => {
                    code.guard(functions[function as usize], [args[0], args[1]])?;
                    zero
                }
                own => {
                    let result = code.apply(functions[function as usize], &args)?;
                    if is_single && !keeps_precision(own) { code.round(result)? } else { result }
                }
            });
        }
        let mut outputs: Vec<Value> = outputs.iter().map(|&output| value(&mut code, &values, output)).collect();
        if form == Form::Primitives {
            code.complete();
        }
        code.shared_first(&mut outputs);
        Ok((code, outputs))
    }

    /// Puts statements first that have few steps from the inputs on and are used often. Such a statement is kept once, and stands where it was used first,
    /// so that the first repetition of a loop would have one statement more than the others.
    fn shared_first(&mut self, outputs: &mut [Value]) {
        /// How many uses are often.
        const OFTEN: u32 = 16;
        /// How many steps are few.
        const FEW: u32 = 8;
        let arguments = |node: usize| {
            let (_, args) = self.statement(node).expect("the node is no input");
            args.iter().filter_map(|arg| match arg.place() {
                Place::Node(arg) => Some(arg),
                Place::Constant(_) => None,
            })
        };
        // how many steps each node has from the inputs on, if these are few, and how often it is used
        let (mut steps, mut uses) = (vec![0; self.len()], vec![0u32; self.len()]);
        for node in self.inputs..self.len() {
            let of_arguments: u32 = arguments(node).map(|arg| steps[arg]).fold(0, u32::saturating_add);
            steps[node] = if of_arguments < FEW { 1 + of_arguments } else { u32::MAX };
            arguments(node).for_each(|arg| uses[arg] += 1);
        }
        let mut is_first: Vec<bool> = (0..self.len()).map(|node| uses[node] >= OFTEN && steps[node] <= FEW).collect();
        for node in (self.inputs..self.len()).rev().filter(|&node| steps[node] <= FEW) {
            if is_first[node] {
                arguments(node).for_each(|arg| is_first[arg] = true);
            }
        }
        let statements = || self.inputs..self.len();
        let first = statements().filter(|&node| is_first[node]);
        let order: Vec<u32> =
            first.chain(statements().filter(|&node| !is_first[node])).map(|node| node as u32).collect();
        if order.is_sorted() {
            return;
        }
        let places = self.reorder(&order);
        outputs.iter_mut().for_each(|output| *output = output.moved(&places));
    }

    /// The sum of some values as that of its stretches, if these are few: the values of a stretch are equally far from each other, so that the
    /// sum of each is a loop over one array. Terms that are not of the same array as the others would make every such sum another one.
    fn sum_by_stretches(&mut self, terms: &[Value]) -> Result<Value, Error> {
        /// How many terms there are at least for each stretch, on average.
        const FEWEST: usize = 4;
        let step = |k: usize| number(terms[k + 1]) - number(terms[k]);
        let mut stretches: SmallVec<[Range<usize>; 4]> = SmallVec::new();
        let mut start = 0;
        while start < terms.len() {
            let same = (start..terms.len() - 1).take_while(|&k| step(k) == step(start)).count();
            // what is not a sum of its own is added by itself
            let len = if same < FEW_TERMS { 1 } else { same + 1 };
            stretches.push(start..start + len);
            start += len;
        }
        if stretches.len() == 1 || stretches.len() * FEWEST > terms.len() {
            return self.sum(terms);
        }
        let sums: Result<Values, Error> = stretches.into_iter().map(|stretch| self.sum(&terms[stretch])).collect();
        self.sum(&sums?)
    }
}
