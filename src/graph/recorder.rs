//! A recorder, its expressions, and the ops and calls that it keeps: types that refer to each other.

use super::guard::{Guard, Operand, PrimalRead};
use super::labels::Labels;
use super::ops::OpTable;
use super::rule::{Rule, VectorRuleOver};
use super::statement::{CONSTANT, INPUT, Line, Statements};
use crate::error::Error;
use crate::op::{Domain, Kink, Params, Point, bad_param};
use crate::real::{Dual, Single, Witness};
use smallvec::SmallVec;
use std::any::{Any, TypeId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// An op of any kind: what the registry and a graph hold.
pub trait DynOp: Rule<f64> + Rule<Single> + Rule<Dual> + Rule<Witness> + for<'t> Rule<Expr<'t>> + Send + Sync {
    /// The name.
    fn name(&self) -> &'static str;
    /// The number of arguments, if it is fixed.
    fn arity(&self) -> Option<usize>;
    /// What is wrong with `n` arguments or with the parameters, if anything: a text to be placed after the op's name.
    fn validate(&self, n: usize) -> Option<String>;
    /// The parameters and their values.
    fn params(&self) -> Params {
        Params::new()
    }
    /// The op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error> {
        Err(bad_param(self.params(), self.name(), name, value))
    }
    /// Whether the parameters have no defaults, so that whoever asks for the op by its name must give them.
    fn needs_params(&self) -> bool {
        false
    }
    /// Where the slope jumps.
    fn kinks(&self) -> Vec<Kink> {
        vec![]
    }
    /// Where the value jumps.
    fn jumps(&self) -> Vec<Point> {
        vec![]
    }
    /// Where the op is defined.
    fn domain(&self) -> Domain {
        Domain::ALL
    }
    /// Points at which the checker looks in any case.
    fn samples(&self) -> Vec<Point> {
        vec![]
    }
    /// Whether the op is known only as `f64` closures, so that it has no second derivative and no formula.
    fn is_opaque(&self) -> bool {
        false
    }
    /// The op as `Any`, so that a recorder can find an equal op; `None` if it borrows something.
    #[doc(hidden)]
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }
    /// Whether another op is this one: of the same type, with parameters of the same bits, and equal in what is no parameter.
    #[doc(hidden)]
    fn is(&self, _other: &dyn DynOp) -> bool {
        false
    }
}

/// A vector rule of any kind.
pub trait DynVectorRule:
    VectorRuleOver<f64>
    + VectorRuleOver<Single>
    + VectorRuleOver<Dual>
    + VectorRuleOver<Witness>
    + for<'g> VectorRuleOver<Expr<'g>>
    + Send
    + Sync
{
    /// The name.
    fn name(&self) -> &'static str;
    /// Whether the derivative is `f64` code.
    fn is_opaque(&self) -> bool;
    /// The rule as `Any`, so that it can be held against another one.
    fn as_any(&self) -> &dyn Any;
    /// Whether another rule is this one.
    fn is(&self, other: &dyn DynVectorRule) -> bool;
}

impl fmt::Debug for dyn DynOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        if self.params().is_empty() { Ok(()) } else { write!(f, "{:?}", self.params()) }
    }
}

/// Records a program as it runs: every op with its arguments, value and source line, and the comparisons that were branched on.
///
/// It is a graph, and the values of its first run. Every expression has an adjoint, and there are second derivatives without the program that
/// was recorded, since the graph can be run again over another number.
///
/// A [`Function`](crate::function::Function) that is run, mapped, summed or scanned, and a product of matrices, is one statement with several
/// results, however much it does. The ops of the function are kept once, as a graph of their own, and [`opened`](Recorder::opened) shows them in
/// place of the calls. The ops of a closure are recorded directly.
///
/// A recorder is used again after [`reset`](Recorder::reset) without allocating, and expressions
/// from before the reset no longer compile:
///
/// ```compile_fail
/// # use gprime::Recorder;
/// let mut recorder = Recorder::new();
/// let x = recorder.var(1.0);
/// recorder.reset();
/// let y = x + x;
/// ```
pub struct Recorder {
    id: u64,
    /// How often it has been emptied.
    uses: Cell<u64>,
    /// Whether what a function does is recorded in place of its call.
    opens: bool,
    /// Whether the sum of a function over lists is one statement then, and not two sums side by side, which its value is the total of elsewhere.
    sums_at_once: bool,
    pub(super) graph: RefCell<Graph>,
    /// The value of each node.
    pub(super) values: RefCell<Vec<f64>>,
    /// The comparisons that the program branched on, in order.
    pub(super) guards: RefCell<Vec<Guard>>,
    /// The values that the program read as plain numbers, in order.
    pub(super) primals: RefCell<Vec<PrimalRead>>,
    pub(super) labels: RefCell<Labels>,
    /// From the key of an op to its index in the graph.
    pub(super) ops: RefCell<OpTable>,
    pub(super) functions: RefCell<Functions>,
    /// The recorder that the last function was recorded on; its memory is used for the next one.
    pub(super) spare: Cell<Option<Box<Recorder>>>,
}

/// What was recorded, without values.
///
/// A node is one number. A statement is an input, a constant, an op with its arguments, or a call of a function. A call has as many nodes as
/// it has results, one after the other; every other statement has one:
///
/// ```text
/// node        0       1       2      3        4        5        6
/// statement   input   input   sin    ╰──── a call, calls[0] ──╯  +
/// args                        0                                 3, 5
/// ```
#[derive(Default)]
pub(super) struct Graph {
    pub statements: Statements,
    /// The ops that were applied, each once.
    pub ops: Vec<Arc<dyn DynOp>>,
    /// The calls, in the order of their nodes.
    pub calls: Vec<Placed>,
}

/// A call at its place in a graph.
#[derive(Clone)]
pub(super) struct Placed {
    /// The node of its first result; those of the others follow.
    pub first: usize,
    pub call: FunctionCall,
    /// The nodes of the arguments: those of the first list, then those of the second, and so on.
    pub arg_nodes: Vec<u32>,
    /// The results as ops. A map has one for each result of the function, which its places share; a sum and a product of matrices have one; a scan has
    /// one for each result, made when they are asked for.
    pub ops: OnceLock<ResultOps>,
}

/// Results of a function as ops.
pub(super) type ResultOps = Arc<[Arc<dyn DynOp>]>;

/// A function, and how it is applied to lists of arguments.
#[derive(Clone)]
pub(super) struct FunctionCall {
    pub callee: Callee,
    pub form: Form,
    /// The length of each list.
    pub lens: Lens,
}

/// What is called.
#[derive(Clone)]
pub(super) enum Callee {
    /// A function that was recorded.
    Body(Arc<Body>),
    /// A vector rule, whose form is [`Form::Rule`].
    Rule(Arc<dyn DynVectorRule>),
}

/// The lengths of lists.
pub(super) type Lens = SmallVec<[usize; 4]>;

/// Indices of nodes or of arguments.
pub(super) type Indices = SmallVec<[usize; 8]>;

/// How a function is applied to lists of arguments. A place is an index of lists; a list of one number is the same at all places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// At each place. The results are one list for each result of the function. A function that is run is mapped over lists of one number.
    Map,
    /// At each place. The result is the sum.
    Sum,
    /// To each row of the first list with each row of the second; a row has `inner` numbers.
    Contract { inner: usize },
    /// At each place of a state, in passes. The lists are those of the state, the numbers that are carried, and those of the parameters; the
    /// results are the lists of the state.
    Scan { passes: usize, carried: usize },
    /// To all lists at once, as a vector rule is.
    Rule { results: usize },
}

/// The recorded ops of a function, as a graph whose first nodes are the arguments.
pub(super) struct Body {
    /// The function's type.
    pub type_name: &'static str,
    /// How many arguments it takes.
    pub arity: usize,
    pub graph: Graph,
    /// The value of each node where it was recorded, of which the constants' are needed.
    pub values: Vec<f64>,
    pub results: Vec<Operand>,
    /// A hash of all this.
    pub hash: u64,
    /// Whether an op in it is known only as closures.
    pub is_opaque: bool,
}

/// The functions that were called, equal ones once.
#[derive(Default)]
pub(super) struct Functions {
    /// By their hashes.
    pub bodies: HashMap<u64, SmallVec<[Arc<Body>; 1]>>,
    /// How many there are.
    pub count: usize,
    /// The results of calls as ops, by the address of the body, the form and the lengths of the lists.
    pub ops: HashMap<(usize, Form, Lens), ResultOps>,
}

/// A number of a recorded program. It is `Copy`, has the operators against itself and against `f64` on either side, and every op as
/// a method (with `use gprime::prelude::*`).
///
/// An expression without a recorder is a constant; `Expr::from(2.0)` makes one. Operators panic when two expressions are from
/// different recorders, in debug and in release builds.
#[derive(Clone, Copy)]
pub struct Expr<'g> {
    pub(super) recorder: Option<&'g Recorder>,
    pub(super) index: u32,
    pub(super) value: f64,
}

impl fmt::Debug for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl fmt::Display for Expr<'_> {
    /// The value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Recorder::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Recorder {
    /// An empty recorder. It holds 2³² − 1 nodes, and 2³² − 1 arguments in all; what would record more panics.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Recorder {
            id,
            uses: Cell::new(0),
            opens: false,
            sums_at_once: false,
            graph: RefCell::default(),
            values: RefCell::default(),
            guards: RefCell::default(),
            primals: RefCell::default(),
            labels: RefCell::default(),
            ops: RefCell::default(),
            functions: RefCell::default(),
            spare: Cell::default(),
        }
    }

    /// An empty recorder that records what functions do in place of their calls.
    pub fn opening() -> Self {
        Recorder { opens: true, ..Recorder::new() }
    }

    /// As [`opening`](Recorder::opening), with the sum of a function over lists as one statement, whose value may be rounded otherwise.
    pub(crate) fn compiling() -> Self {
        Recorder { sums_at_once: true, ..Recorder::opening() }
    }

    /// Whether the sum of a function over lists is one statement.
    pub(super) fn sums_at_once(&self) -> bool {
        self.sums_at_once
    }

    /// Whether what a function does is recorded in place of its call.
    pub(super) fn opens(&self) -> bool {
        self.opens
    }

    /// Which recorder this is, and which use of it.
    pub(super) fn stamp(&self) -> (u64, u64) {
        (self.id, self.uses.get())
    }

    /// Appends an input with this value and returns its expression.
    ///
    /// # Panics
    /// If the recorder is full.
    #[track_caller]
    pub fn var(&self, value: f64) -> Expr<'_> {
        let index = self.push(INPUT, &[], value, Location::caller());
        Expr { recorder: Some(self), index, value }
    }

    /// Forgets everything that was recorded, and keeps the memory.
    pub fn reset(&mut self) {
        *self.uses.get_mut() += 1;
        self.values.get_mut().clear();
        let graph = self.graph.get_mut();
        graph.statements.clear();
        graph.calls.clear();
        self.guards.get_mut().clear();
        self.primals.get_mut().clear();
        *self.labels.get_mut() = Labels::default();
        self.ops.get_mut().reset(&mut graph.ops);
        self.functions.get_mut().reset();
    }

    /// The index of an op among those of the graph: see [`OpTable::id`].
    #[inline]
    pub(super) fn op_id(
        &self,
        own: TypeId,
        name: &'static str,
        bits: SmallVec<[u64; 2]>,
        same: impl Fn(&(dyn DynOp + 'static)) -> bool,
        make: impl FnOnce() -> Arc<dyn DynOp>,
    ) -> u32 {
        self.ops.borrow_mut().id(&mut self.graph.borrow_mut().ops, own, name, bits, same, make)
    }

    /// Appends a node and its value, and returns its index.
    #[inline]
    pub(super) fn push(&self, op: u32, args: &[u32], value: f64, line: Line) -> u32 {
        let index = self.graph.borrow_mut().statements.push(op, args, line);
        self.values.borrow_mut().push(value);
        index
    }

    /// The index of an argument; a constant is recorded first.
    #[inline]
    pub(super) fn argument(&self, x: Expr<'_>, line: Line) -> u32 {
        if x.recorder.is_some() { x.index } else { self.push(CONSTANT, &[], x.value, line) }
    }
}
