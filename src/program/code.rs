//! A program as a list of statements in single assignment: what is simplified, differentiated and rolled into loops.
//!
//! ```text
//! value       0 1 .. inputs−1     inputs     inputs+1   ..
//! is          the inputs          the results of the statements, one each
//! ```
//!
//! A statement applies a function to values that stand before it. Equal statements are kept once, and what is known to give a simpler statement
//! of the same bits is written so: see `simplify.rs`.

use super::primitive::Primitive;
use super::table::{Key, Table};
use crate::error::Error;
use crate::graph::{DynOp, Relation, Rule, is_sum, op_bits};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::Location;
use std::sync::Arc;

/// A value of a program: that of an input or a statement, by its place, or a constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Value(u32);

/// What a [`Value`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// An input, or the result of a statement.
    Node(usize),
    /// A constant, by its place in the list of these.
    Constant(usize),
}

impl Value {
    /// The bit that tells a constant from a node.
    const CONSTANT: u32 = 1 << 31;

    pub fn node(place: usize) -> Self {
        Value(place as u32)
    }

    pub fn constant(place: usize) -> Self {
        Value(place as u32 | Value::CONSTANT)
    }

    #[inline(always)]
    pub fn place(self) -> Place {
        let place = (self.0 & !Value::CONSTANT) as usize;
        if self.0 & Value::CONSTANT == 0 { Place::Node(place) } else { Place::Constant(place) }
    }

    /// The value where each node has a new place.
    pub fn moved(self, places: &[u32]) -> Self {
        match self.place() {
            Place::Node(node) => Value(places[node]),
            Place::Constant(_) => self,
        }
    }
}

/// Some values: the arguments of a statement.
pub(super) type Values = SmallVec<[Value; 4]>;

/// A key of functions: which kind one is, the name of its op, and the bits of the op's parameters.
type FunctionKey = (u32, &'static str, SmallVec<[u64; 2]>);

/// What a statement applies to its arguments.
#[derive(Clone)]
pub(super) enum Function {
    /// An op that is a primitive.
    Primitive(Primitive),
    /// Any other op.
    Op(Arc<dyn DynOp>),
    /// The slope of an op by the argument of this place, at all arguments but the last one, times that: an adjoint or a tangent. A factor of 0
    /// annihilates the other.
    Along(Arc<dyn DynOp>, usize),
    /// A sum of more terms than are added one by one.
    Sum,
    /// The nearest number of single precision. Its adjoints and tangents are rounded as well.
    Round,
    /// 0 where a comparison comes out as it was recorded, 1 where it does not.
    Guard(Check),
}

/// A comparison that the recorded program branched on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Check {
    pub relation: Relation,
    /// Whether it held where the program was recorded.
    pub held: bool,
    /// The line of the program that asked; `None` of a program that was loaded from a file.
    pub line: Option<&'static Location<'static>>,
}

impl Check {
    /// Whether the comparison of two numbers comes out otherwise than it was recorded.
    #[inline(always)]
    pub fn flips(&self, a: f64, b: f64) -> bool {
        let holds = match self.relation {
            Relation::Less => a < b,
            Relation::LessEqual => a <= b,
            Relation::Greater => a > b,
            Relation::GreaterEqual => a >= b,
            Relation::Equal => a == b,
            Relation::Unordered => a.is_nan() || b.is_nan(),
        };
        holds != self.held
    }
}

/// The nearest number of single precision.
#[inline(always)]
pub(super) fn rounded(x: f64) -> f64 {
    f64::from(x as f32)
}

impl Function {
    /// The primitive that it is, if it is one.
    pub fn primitive(&self) -> Option<Primitive> {
        if let Function::Primitive(primitive) = self { Some(*primitive) } else { None }
    }

    /// Whether two functions are one.
    fn is(&self, other: &Function) -> bool {
        let same = |a: &Arc<dyn DynOp>, b: &Arc<dyn DynOp>| Arc::ptr_eq(a, b) || a.is(&**b);
        match (self, other) {
            (Function::Primitive(a), Function::Primitive(b)) => a == b,
            (Function::Op(a), Function::Op(b)) => same(a, b),
            (Function::Along(a, k), Function::Along(b, l)) => k == l && same(a, b),
            (Function::Sum, Function::Sum) | (Function::Round, Function::Round) => true,
            (Function::Guard(a), Function::Guard(b)) => a == b,
            _ => false,
        }
    }

    /// A key that equal functions share.
    fn key(&self) -> FunctionKey {
        match self {
            Function::Primitive(primitive) => (*primitive as u32, "", SmallVec::new()),
            Function::Op(op) => (0, op.name(), op_bits(&op.params())),
            Function::Along(op, k) => (1 + *k as u32, op.name(), op_bits(&op.params())),
            Function::Sum => (u32::MAX, "", SmallVec::new()),
            Function::Round => (u32::MAX - 2, "", SmallVec::new()),
            Function::Guard(check) => {
                (u32::MAX - 1, "", [check.line.map_or(0, |line| std::ptr::from_ref(line) as u64)].into_iter().collect())
            }
        }
    }
}

/// The rules of a function, by the numbers of arguments.
type Templates = SmallVec<[(usize, Arc<Template>); 1]>;

/// The function of a statement, and where its arguments end; they begin where those of the statement before end.
#[derive(Clone, Copy)]
struct Head {
    function: u32,
    end: u32,
}

/// A hash of numbers, the same in each run.
#[derive(Default)]
pub(super) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }
    fn write_u32(&mut self, next: u32) {
        self.write_u64(next.into());
    }
    fn write_u64(&mut self, next: u64) {
        self.0 = mix(self.0, next);
    }
    fn write_usize(&mut self, next: usize) {
        self.write_u64(next as u64);
    }
}

/// A map whose keys are made of numbers.
pub(super) type Map<K, T> = HashMap<K, T, BuildHasherDefault<Mixed>>;

/// A hash of a hash and the next number.
#[inline(always)]
pub(super) fn mix(hash: u64, next: u64) -> u64 {
    // a 64-bit odd number of no pattern, and the upper bits folded into the lower ones before and after
    let both = hash ^ next;
    let product = (both ^ (both >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 29)
}

/// Where the table has a statement.
#[inline(always)]
fn key(function: u32, args: &[Value]) -> Key {
    let mut key = Key { hash: mix(function.into(), args.len() as u64), newest: None };
    for arg in args {
        key.hash = mix(key.hash, arg.0.into());
        if let Place::Node(node) = arg.place() {
            key.newest = key.newest.max(Some(node));
        }
    }
    key
}

/// A program under construction. See the module.
#[derive(Default)]
pub(super) struct Code {
    pub inputs: usize,
    pub functions: Vec<Function>,
    /// The place of each primitive among the functions, and behind them those of the sum and of rounding, from 1 on; 0 if it has none
    /// yet.
    places: Vec<u32>,
    by_key: Map<FunctionKey, SmallVec<[u32; 1]>>,
    heads: Vec<Head>,
    args: Vec<Value>,
    pub constants: Vec<f64>,
    /// Of each constant whether it counts as data, which nothing is simplified by.
    is_data: Vec<bool>,
    constants_by_bits: Map<u64, u32>,
    /// The statements, to find equal ones; without room for them once the program is [complete](Code::complete).
    table: Table,
    /// The guards, in the order of the program.
    pub guards: Vec<Value>,
    /// Whether the ops are put as primitives, so that no derivative is taken any more.
    pub lowered: bool,
    /// The rules of each function, by the numbers of arguments.
    pub(super) templates: Vec<Templates>,
    /// Memory for the values of a rule.
    pub(super) values: Vec<Value>,
}

/// The rule of an op with a number of arguments.
pub(super) struct Template {
    /// The statements, whose inputs are the arguments.
    pub code: Code,
    /// The value, then the slopes.
    pub results: Vec<Value>,
    /// For each function of `code` its place in the program.
    pub functions: Vec<u32>,
    /// The statements that the value needs.
    pub for_value: Vec<bool>,
    /// For each slope whether it is worth one loop of its own: it has many steps, and the op has such a loop.
    pub is_heavy: Vec<bool>,
    /// Whether the value is.
    pub is_heavy_value: bool,
    /// The statements that the slopes which are not heavy need.
    pub for_slopes: Vec<bool>,
}

/// How many values and how many arguments a program can have.
const LIMIT: usize = (1 << 31) - 1;

/// The most terms of a sum that are added one by one.
pub(super) const FEW_TERMS: usize = 8;

impl Code {
    /// A program without statements.
    pub fn new(inputs: usize) -> Self {
        Code { inputs, ..Code::default() }
    }

    /// Makes room for so many statements, with two arguments each.
    pub fn reserve(&mut self, statements: usize) {
        self.heads.reserve(statements);
        self.args.reserve(2 * statements);
        self.make_room(self.len() + statements);
    }

    /// Gives back memory that only new statements need. They may be added even so.
    pub fn complete(&mut self) {
        self.table = Table::default();
        self.heads.shrink_to_fit();
        self.args.shrink_to_fit();
        self.values = vec![];
    }

    /// Puts the statements in another order, each behind its arguments, and gives the new place of every node.
    pub fn reorder(&mut self, order: &[u32]) -> Vec<u32> {
        let mut places: Vec<u32> = (0..self.len() as u32).collect();
        order.iter().zip(self.inputs as u32..).for_each(|(&node, place)| places[node as usize] = place);
        let (mut heads, mut args) = (Vec::with_capacity(self.heads.len()), Vec::with_capacity(self.args.len()));
        for &node in order {
            let (function, own) = self.statement(node as usize).expect("the node is no input");
            args.extend(own.iter().map(|&arg| arg.moved(&places)));
            heads.push(Head { function, end: args.len() as u32 });
        }
        self.guards.iter_mut().for_each(|guard| *guard = guard.moved(&places));
        (self.heads, self.args, self.table) = (heads, args, Table::default());
        places
    }

    /// Makes a table with room for so many nodes.
    fn make_room(&mut self, nodes: usize) {
        let mut table = Table::for_nodes(nodes);
        for node in self.inputs..self.len() {
            let (function, args) = self.statement(node).expect("the node is no input");
            if let Err(place) = table.find(key(function, args), |known| self.statement(known) == Some((function, args)))
            {
                table.put(place, node);
            }
        }
        self.table = table;
    }

    /// How many values there are: inputs and results.
    pub fn len(&self) -> usize {
        self.inputs + self.heads.len()
    }

    /// The statement that a node is the result of: the place of its function, and its arguments; `None` of an input.
    #[inline(always)]
    pub fn statement(&self, node: usize) -> Option<(u32, &[Value])> {
        let k = node.checked_sub(self.inputs)?;
        let start = if k == 0 { 0 } else { self.heads[k - 1].end };
        let Head { function, end } = self.heads[k];
        Some((function, &self.args[start as usize..end as usize]))
    }

    /// The primitive whose result a value is, and its arguments.
    pub fn primitive(&self, value: Value) -> Option<(Primitive, &[Value])> {
        let Place::Node(node) = value.place() else { return None };
        let (function, args) = self.statement(node)?;
        Some((self.functions[function as usize].primitive()?, args))
    }

    /// The number that a value is, if it is a constant.
    #[inline(always)]
    pub fn number(&self, value: Value) -> Option<f64> {
        match value.place() {
            Place::Constant(place) if !self.is_data[place] => Some(self.constants[place]),
            _ => None,
        }
    }

    /// A constant that counts as data: one of many, by which nothing is simplified, so that what is done to each stays the same. Each has a place
    /// of its own.
    pub fn datum(&mut self, x: f64) -> Value {
        self.constants.push(x);
        self.is_data.push(true);
        Value::constant(self.constants.len() - 1)
    }

    /// Whether a constant counts as data.
    pub fn is_datum(&self, place: usize) -> bool {
        self.is_data[place]
    }

    /// A constant that counts as data if that of another program, by its place there, does.
    pub fn constant_like(&mut self, other: &Code, place: usize, x: f64) -> Value {
        if other.is_data[place] { self.datum(x) } else { self.constant(x) }
    }

    /// A constant as a value.
    pub fn constant(&mut self, x: f64) -> Value {
        let next = self.constants.len() as u32;
        let place = *self.constants_by_bits.entry(x.to_bits()).or_insert(next);
        if place == next {
            self.constants.push(x);
            self.is_data.push(false);
        }
        Value::constant(place as usize)
    }

    /// The place of a function among those of the program, which takes it if it is new.
    pub fn function(&mut self, function: Function) -> u32 {
        /// How many functions of one key are compared: more would make a field of an op that is no parameter, and always differs, quadratic.
        const BUCKET: usize = 16;
        let bucket = self.by_key.entry(function.key()).or_default();
        let same = |&&place: &&u32| self.functions[place as usize].is(&function);
        if let Some(&place) = bucket.iter().rev().take(BUCKET).find(same) {
            return place;
        }
        bucket.push(self.functions.len() as u32);
        self.functions.push(function);
        self.functions.len() as u32 - 1
    }

    /// The function that the value of an op is.
    pub fn function_of(&mut self, op: &Arc<dyn DynOp>) -> u32 {
        self.function(match Primitive::of(&**op) {
            Some(primitive) => Function::Primitive(primitive),
            None if is_sum(&**op) => Function::Sum,
            None => Function::Op(op.clone()),
        })
    }

    /// The result of a function of the program, by its place: of a simpler statement if there is one, and of an equal one if there is one.
    ///
    /// # Errors
    /// If the program is full, or an op of constants cannot be evaluated.
    pub fn apply(&mut self, function: u32, args: &[Value]) -> Result<Value, Error> {
        if let Some(simpler) = self.simpler(function, args)? {
            return Ok(simpler);
        }
        self.keep(function, args)
    }

    /// The place of a function that is found by a number below [`Primitive::COUNT`] + 2.
    fn known(&mut self, number: usize, function: Function) -> u32 {
        if self.places.is_empty() {
            self.places.resize(Primitive::COUNT + 2, 0);
        }
        if self.places[number] == 0 {
            self.places[number] = self.function(function) + 1;
        }
        self.places[number] - 1
    }

    /// The result of a primitive.
    ///
    /// # Errors
    /// If the program is full.
    pub fn primitive_of(&mut self, primitive: Primitive, args: &[Value]) -> Result<Value, Error> {
        let function = self.known(primitive as usize, Function::Primitive(primitive));
        self.apply(function, args)
    }

    /// The sum of some values; few are added one by one.
    ///
    /// # Errors
    /// If the program is full.
    pub fn sum(&mut self, terms: &[Value]) -> Result<Value, Error> {
        if let [term] = terms {
            return Ok(*term);
        }
        let sum = self.known(Primitive::COUNT, Function::Sum);
        self.apply(sum, terms)
    }

    /// The number of single precision that is nearest to a value.
    ///
    /// # Errors
    /// If the program is full.
    pub fn round(&mut self, value: Value) -> Result<Value, Error> {
        let round = self.known(Primitive::COUNT + 1, Function::Round);
        self.apply(round, &[value])
    }

    /// Adds a guard, which is a function of the program by its place, unless both sides are constants.
    ///
    /// # Errors
    /// If the program is full.
    pub fn guard(&mut self, function: u32, sides: [Value; 2]) -> Result<(), Error> {
        if sides.iter().all(|&side| self.number(side).is_some()) {
            return Ok(());
        }
        let before = self.len();
        let guard = self.keep(function, &sides)?;
        if self.len() > before {
            self.guards.push(guard);
        }
        Ok(())
    }

    /// The result of a function of numbers, as it is folded into the program.
    ///
    /// # Errors
    /// If the op cannot be evaluated.
    pub fn fold(&self, function: u32, x: &[f64]) -> Result<Option<f64>, Error> {
        Ok(match &self.functions[function as usize] {
            Function::Primitive(primitive) => Some(primitive.apply(x)),
            Function::Op(op) => Some(Rule::<f64>::evaluate_value(&**op, x)?),
            Function::Sum => Some(x.iter().sum()),
            Function::Round => Some(rounded(x[0])),
            Function::Along(..) | Function::Guard(_) => None,
        })
    }

    /// The result of a statement as it stands: the equal one that is there, or a new one.
    ///
    /// # Errors
    /// If the program is full.
    pub fn keep(&mut self, function: u32, args: &[Value]) -> Result<Value, Error> {
        let node = self.len();
        if !self.table.has_room_for(node + 1) {
            self.make_room(2 * (node + 1));
        }
        match self.table.find(key(function, args), |known| self.statement(known) == Some((function, args))) {
            Ok(known) => Ok(Value::node(known)),
            Err(place) => {
                let value = self.push(function, args)?;
                self.table.put(place, node);
                Ok(value)
            }
        }
    }

    /// Appends a statement.
    ///
    /// # Errors
    /// If the program is full.
    pub fn push(&mut self, function: u32, args: &[Value]) -> Result<Value, Error> {
        if self.len() >= LIMIT || self.args.len() + args.len() > LIMIT || self.constants.len() > LIMIT {
            return Err(super::too_large(format!("a program holds {LIMIT} values, arguments and constants")));
        }
        self.args.extend_from_slice(args);
        self.heads.push(Head { function, end: self.args.len() as u32 });
        Ok(Value::node(self.len() - 1))
    }
}
