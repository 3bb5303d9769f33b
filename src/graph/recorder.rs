//! A recorder, its expressions, and the ops that it keeps: types that refer to each other.

use super::guard::Guard;
use super::labels::Labels;
use super::ops::OpTable;
use super::rule::Rule;
use super::statement::{CONSTANT, INPUT, Line, Statements};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::{Domain, Kink, Params, Point};
use crate::real::{Dual, Single, Witness};
use smallvec::SmallVec;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An op of any kind: what the registry and a graph hold.
pub trait DynOp: Rule<f64> + Rule<Single> + Rule<Dual> + Rule<Witness> + for<'t> Rule<Expr<'t>> + Send + Sync {
    /// The name.
    fn name(&self) -> &'static str;
    /// The number of arguments, if it is fixed.
    fn arity(&self) -> Option<usize>;
    /// What is wrong with `n` arguments or with the parameters, if anything: a text to be placed after the op's name.
    fn validate(&self, n: usize) -> Option<String>;
    /// The parameters and their values.
    fn params(&self) -> Params;
    /// The op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Arc<dyn DynOp>, Error>;
    /// Whether the parameters have no defaults, so that whoever asks for the op by its name must give them.
    fn needs_params(&self) -> bool {
        false
    }
    /// Where the slope jumps.
    fn kinks(&self) -> Vec<Kink>;
    /// Where the value jumps.
    fn jumps(&self) -> Vec<Point>;
    /// Where the op is defined.
    fn domain(&self) -> Domain;
    /// Points at which the checker looks in any case.
    fn samples(&self) -> Vec<Point>;
    /// Whether the op is known only as `f64` closures, so that it has no second derivative and no formula.
    fn is_opaque(&self) -> bool {
        false
    }
    /// The op as `Any`, so that a recorder can find an equal op; `None` if it borrows something.
    #[doc(hidden)]
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }
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
/// was recorded, since the graph can be run again over another number. It is reused after [`reset`](Recorder::reset) without allocating, and expressions
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
    pub(super) graph: RefCell<Graph>,
    /// The value of each statement.
    pub(super) values: RefCell<Vec<f64>>,
}

/// What was recorded, without values.
#[derive(Default)]
pub(super) struct Graph {
    pub statements: Statements,
    pub ops: OpTable<dyn DynOp>,
    pub guards: Vec<Guard>,
    pub labels: Labels,
}

impl Graph {
    /// The op of a statement; `None` of an input or a constant.
    pub fn op(&self, index: usize) -> Option<&Arc<dyn DynOp>> {
        self.ops.get(self.statements.heads[index].op)
    }

    pub fn is_input(&self, index: usize) -> bool {
        self.statements.heads[index].op == INPUT
    }
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

/// A node of a graph: an input, a constant, or an op with its arguments.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its op; `None` for an input or a constant.
    pub op: Option<Arc<dyn DynOp>>,
    /// Whether it is an input.
    pub is_input: bool,
    /// The indices of its arguments' nodes.
    pub args: SmallVec<[usize; 4]>,
    /// Its value.
    pub value: f64,
    /// The line of the program that recorded it.
    pub line: &'static Location<'static>,
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
        Recorder { id, uses: Cell::new(0), graph: RefCell::default(), values: RefCell::default() }
    }

    /// Which recorder this is, and which use of it.
    pub(super) fn stamp(&self) -> (u64, u64) {
        (self.id, self.uses.get())
    }

    /// An input.
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
        graph.ops.reset();
        graph.guards.clear();
        graph.labels = Labels::default();
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

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.values.borrow().len()
    }

    /// Whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A node, by its index.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn node(&self, index: usize) -> Node {
        let graph = self.graph.borrow();
        Node {
            op: graph.op(index).cloned(),
            is_input: graph.is_input(index),
            args: graph.statements.args_of(index),
            value: self.values.borrow()[index],
            line: graph.statements.heads[index].line,
        }
    }

    /// The recorded value of every node.
    pub(crate) fn recorded_values(&self) -> Vec<f64> {
        self.values.borrow().clone()
    }

    /// The index of a variable's node; `None` for a constant, and for a variable of another recorder.
    pub fn index(&self, x: Expr<'_>) -> Option<usize> {
        x.recorder.filter(|own| own.stamp() == self.stamp()).map(|_| x.index as usize)
    }

    /// The index of an output's node; `None` for a constant.
    pub(super) fn output(&self, y: Expr<'_>) -> Result<Option<usize>, Error> {
        if y.recorder.is_none() { Ok(None) } else { Ok(Some(self.indices(&[y])?[0])) }
    }

    /// The comparisons that the program branched on, in order.
    pub fn comparisons(&self) -> Vec<Guard> {
        self.graph.borrow().guards.clone()
    }

    /// The indices of expressions.
    pub(crate) fn indices(&self, x: &[Expr<'_>]) -> Result<Vec<usize>, Error> {
        let own = |x: &Expr<'_>| match x.recorder {
            Some(own) if own.stamp() == self.stamp() => Ok(x.index as usize),
            _ => Err(Error::new(
                ErrorKind::ForeignVariable,
                "a constant or a variable of another recorder does not belong to this one",
            )),
        };
        x.iter().map(own).collect()
    }
}
