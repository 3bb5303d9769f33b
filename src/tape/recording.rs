//! The recording tape: every variable's op, arguments, value and source line, and the comparisons that were branched on.
//!
//! It can be run again over another number, which is how it has second derivatives without the program that made it.

use super::erased::{Erased, Fixed, Named, Rule, Variadic};
use super::gradient::{Gradient, late};
use super::opaque::Opaque;
use super::sealed::Sealed;
use super::{Kind, Scalar, Tape, Var};
use crate::error::{Error, Kind as ErrorKind};
use crate::op::apply::Args;
use crate::op::{Apply, Equal, Less, LessEqual, Op, Params, Reduce, Select};
use crate::real::{Dual, Real};
use indexmap::IndexMap;
use smallvec::SmallVec;
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::sync::Arc;

/// The kind of tape that remembers everything.
#[derive(Clone, Copy, Debug)]
pub struct Recording;

/// What a node is, if it is no application of an op.
const INPUT: u32 = u32::MAX;
const CONSTANT: u32 = u32::MAX - 1;

/// How many nodes, and how many arguments together, a tape can have.
const LIMIT: usize = u32::MAX as usize;

type Line = &'static Location<'static>;
/// The type of an op, its name, which closures do not have in their type, and bits that tell it from others: those of its parameters, or
/// the address of its closures.
type Key = (TypeId, &'static str, SmallVec<[u64; 2]>);

#[derive(Default)]
#[doc(hidden)]
pub struct Store {
    nodes: RefCell<Nodes>,
    ops: RefCell<Ops>,
    comparisons: RefCell<Vec<Comparison>>,
    labels: RefCell<Labels>,
}

/// What the program calls its variables and the parts of its own work.
#[derive(Default)]
struct Labels {
    names: IndexMap<u32, String>,
    /// The scopes that are open, one in the other.
    open: Vec<String>,
    /// From which node on which scope holds.
    scopes: Vec<(u32, String)>,
}

impl Labels {
    /// From this node on the open scopes hold.
    fn mark(&mut self, node: u32) {
        self.scopes.push((node, self.open.join("/")));
    }
}

/// The ops that were applied, equal ones once: ops of one type and name whose parameters have the same bits and that are `==`.
#[derive(Default)]
struct Ops {
    all: Vec<Arc<dyn Erased>>,
    /// The ops that have the same key, of which the last [`BUCKET`](Ops::BUCKET) are compared: they may still differ in what is no
    /// parameter.
    by_key: HashMap<Key, SmallVec<[u32; 2]>>,
    /// Ops without parameters that were looked up lately, each at a place that its name's address gives.
    lately: [Option<(TypeId, u32)>; 32],
}

impl Ops {
    /// How many ops of one key are compared: more would make a field that is no parameter, and always differs, quadratic.
    const BUCKET: usize = 16;

    fn get(&self, id: u32) -> Option<&Arc<dyn Erased>> {
        match id {
            INPUT | CONSTANT => None,
            id => Some(&self.all[id as usize]),
        }
    }

    /// The index of an op `O` with this key that is `same`; it is made if there is none.
    fn index<E: Erased + 'static>(&mut self, key: Key, same: impl Fn(&E) -> bool, make: impl FnOnce() -> E) -> u32 {
        let bucket = self.by_key.entry(key).or_default();
        let is = |&&id: &&u32| as_op::<E>(&*self.all[id as usize]).is_some_and(&same);
        if let Some(&id) = bucket.iter().rev().take(Self::BUCKET).find(is) {
            return id;
        }
        let id = self.all.len() as u32;
        assert!(id < CONSTANT, "the tape is full: it holds {CONSTANT} ops");
        bucket.push(id);
        self.all.push(Arc::new(make()));
        id
    }

    /// As [`index`](Ops::index) of an op without parameters, whose type always has this name.
    #[inline]
    fn plain_index<E: Erased + 'static>(
        &mut self,
        name: &'static str,
        same: impl Fn(&E) -> bool,
        make: impl FnOnce() -> E,
    ) -> u32 {
        let (own, place) = (TypeId::of::<E>(), name.as_ptr() as usize / 4 % self.lately.len());
        if let Some((_, id)) = self.lately[place].filter(|(lately, _)| *lately == own)
            && as_op::<E>(&*self.all[id as usize]).is_some_and(&same)
        {
            return id;
        }
        let id = self.index((own, name, SmallVec::new()), same, make);
        self.lately[place] = Some((own, id));
        id
    }

    /// Forgets the ops if they are many, as those of a parameter that varies are. A few are kept for the next use of the tape, which finds
    /// them again without allocating.
    fn reset(&mut self) {
        const FEW: usize = 256;
        if self.all.len() > FEW {
            self.all.clear();
            self.by_key.clear();
            self.lately = Default::default();
        }
    }
}

/// An op as what it is, if it is that.
fn as_op<E: Erased + 'static>(op: &dyn Erased) -> Option<&E> {
    op.as_any()?.downcast_ref()
}

#[derive(Default)]
struct Nodes {
    heads: Vec<Head>,
    values: Vec<f64>,
    args: Vec<u32>,
}

struct Head {
    op: u32,
    /// Where the arguments end in `Nodes::args`; they begin where those of the node before end.
    end: u32,
    line: Line,
}

impl Nodes {
    #[inline]
    fn push(&mut self, op: u32, args: &[u32], value: f64, line: Line) -> u32 {
        self.args.extend_from_slice(args);
        let node = self.heads.len();
        assert!(node < LIMIT && self.args.len() < LIMIT, "the tape is full: it holds {LIMIT} nodes and arguments");
        self.heads.push(Head { op, end: self.args.len() as u32, line });
        self.values.push(value);
        node as u32
    }

    /// The node of an argument; a constant gets one now.
    #[inline]
    fn argument(&mut self, x: &Var<'_>, line: Line) -> u32 {
        if x.tape.is_some() { x.handle } else { self.push(CONSTANT, &[], x.value, line) }
    }

    fn args(&self, node: usize) -> &[u32] {
        let start = node.checked_sub(1).map_or(0, |before| self.heads[before].end);
        &self.args[start as usize..self.heads[node].end as usize]
    }
}

impl Store {
    /// The index of an op, given its name and its parameters, and whether another of its type is equal to it.
    #[inline]
    fn op_id<E: Erased + 'static>(
        &self,
        name: &'static str,
        params: &Params,
        same: impl Fn(&E) -> bool,
        make: impl FnOnce() -> E,
    ) -> u32 {
        let ops = &mut *self.ops.borrow_mut();
        if params.is_empty() {
            ops.plain_index(name, same, make)
        } else {
            let bits = params.iter().map(|p| p.1.to_bits()).collect();
            ops.index((TypeId::of::<E>(), name, bits), same, make)
        }
    }

    /// The index of an op made of closures: without captures they are told from others by their type, else by their address.
    pub(super) fn closures_id<F, D, const N: usize>(&self, op: &Opaque<F, D, N>) -> u32
    where
        Opaque<F, D, N>: Erased + 'static,
    {
        let key = (TypeId::of::<Opaque<F, D, N>>(), op.name(), op.identity().into_iter().collect());
        // the table has the closures, so that no others can come to stand at their address
        self.ops.borrow_mut().index(key, |_| true, || op.clone())
    }

    #[inline]
    pub(super) fn push_node<const N: usize>(&self, op: u32, x: &[Var<'_>; N], value: f64, line: Line) -> u32 {
        let nodes = &mut *self.nodes.borrow_mut();
        let args: [u32; N] = std::array::from_fn(|i| nodes.argument(&x[i], line));
        nodes.push(op, &args, value, line)
    }
}

/// A node of a recording: one variable.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its op; `None` for an input or a constant.
    pub op: Option<Arc<dyn Erased>>,
    /// Whether it is an input.
    pub is_input: bool,
    /// The indices of its arguments' nodes.
    pub args: SmallVec<[usize; 4]>,
    /// Its value.
    pub value: f64,
    /// The line of the program that recorded it.
    pub line: &'static Location<'static>,
}

/// An edge of the recorded graph: a node and one of its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Edge {
    /// The node.
    pub from: usize,
    /// Which of its arguments.
    pub argument: usize,
    /// The argument's node.
    pub to: usize,
}

/// The new adjoint of an edge's argument, from that of the node, the slope, and the argument's so far.
pub(crate) fn chain_rule<R: Real>(_: Edge, adjoint: R, slope: R, sum: R) -> R {
    sum + adjoint.mul_strong_zero(slope)
}

/// A comparison that the recorded program branched on: a run with other inputs is only right if it comes out the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// What was asked.
    pub relation: Relation,
    /// The two sides.
    pub sides: [Operand; 2],
    /// Whether it held.
    pub held: bool,
    /// The line of the program that asked.
    pub line: &'static Location<'static>,
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// The value of a node, by its index.
    Node(usize),
    /// A constant.
    Constant(f64),
}

/// A relation between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// <
    Less,
    /// ≤
    LessEqual,
    /// >
    Greater,
    /// ≥
    GreaterEqual,
    /// =
    Equal,
    /// One of the two is NaN.
    Unordered,
}

impl Sealed for Recording {}

impl Kind for Recording {
    const IS_RECORDING: bool = true;
    type Scalar = f64;
    type Handle = u32;
    type Store = Store;
    type Mask<'t> = Var<'t>;

    fn constant() -> u32 {
        u32::MAX
    }

    #[track_caller]
    fn apply<const N: usize, O: Op<N>>(tape: &Tape, op: &O, x: &[Var<'_>; N]) -> (f64, u32) {
        let a = op.value(x.map(|x| x.value));
        let same = |other: &Fixed<O, N>| other.0 == *op;
        let id = tape.store.op_id(O::NAME, &op.params(), same, || Fixed(op.clone()));
        (a, tape.store.push_node(id, x, a, Location::caller()))
    }

    #[track_caller]
    fn reduce<O: Reduce>(tape: &Tape, op: &O, x: &[&[Var<'_>]]) -> (f64, u32) {
        let x = || x.iter().copied().flatten();
        let value = op.value(&x().map(|x| x.value).collect::<Args<f64>>());
        let same = |other: &Variadic<O>| other.0 == *op;
        let id = tape.store.op_id(O::NAME, &op.params(), same, || Variadic(op.clone()));
        let nodes = &mut *tape.store.nodes.borrow_mut();
        let args: Args<u32> = x().map(|x| nodes.argument(x, Location::caller())).collect();
        (value, nodes.push(id, &args, value, Location::caller()))
    }

    #[track_caller]
    fn less<'t>(x: Var<'t>, y: Var<'t>) -> Var<'t> {
        Var::call(&Less, [x, y])
    }
    #[track_caller]
    fn less_equal<'t>(x: Var<'t>, y: Var<'t>) -> Var<'t> {
        Var::call(&LessEqual, [x, y])
    }
    #[track_caller]
    fn equal<'t>(x: Var<'t>, y: Var<'t>) -> Var<'t> {
        Var::call(&Equal, [x, y])
    }
    #[track_caller]
    fn select<'t>(mask: Var<'t>, yes: Var<'t>, no: Var<'t>) -> Var<'t> {
        Var::call(&Select, [mask, yes, no])
    }
    fn uniform(_: Var<'_>) -> Option<bool> {
        None
    }

    fn compared(tape: &Tape, relation: Relation, sides: [&Var<'_>; 2], held: bool, line: Line) {
        let sides = sides.map(|x| match x.tape {
            Some(_) => Operand::Node(x.handle as usize),
            None => Operand::Constant(x.value),
        });
        tape.store.comparisons.borrow_mut().push(Comparison { relation, sides, held, line });
    }

    fn backward(tape: &Tape, y: Var<'_>, gradient: &mut Gradient) {
        let adjoints = &mut gradient.adjoints;
        adjoints.clear();
        adjoints.resize(tape.index(y).map_or(tape.len(), |y| y + 1), 0.0);
        if y.tape.is_some() {
            adjoints[y.handle as usize] = 1.0;
            tape.sweep_f64(adjoints, chain_rule);
        }
        gradient.born = adjoints.len();
    }

    fn place(node: u32, born: usize, _: usize) -> Result<usize, Error> {
        if (node as usize) < born { Ok(node as usize) } else { Err(late()) }
    }
}

impl Tape {
    /// A recording tape: it remembers ops, arguments and values, and answers for every variable. It holds 2³² − 1 nodes, and as many
    /// arguments of them; what would record more panics.
    #[expect(clippy::new_without_default, reason = "`Tape::default()` would have to choose a kind")]
    pub fn new() -> Self {
        Tape::with_store(Store::default())
    }

    /// An input.
    ///
    /// # Panics
    /// If the tape is full.
    #[track_caller]
    pub fn var(&self, value: f64) -> Var<'_> {
        let handle = self.store.nodes.borrow_mut().push(INPUT, &[], value, Location::caller());
        Var { tape: Some(self), handle, value }
    }

    /// Forgets everything that was recorded, and keeps the memory.
    pub fn reset(&mut self) {
        *self.uses.get_mut() += 1;
        let nodes = self.store.nodes.get_mut();
        nodes.heads.clear();
        nodes.values.clear();
        nodes.args.clear();
        self.store.ops.get_mut().reset();
        self.store.comparisons.get_mut().clear();
        *self.store.labels.get_mut() = Labels::default();
    }

    /// Gives a variable a name, for whoever looks at the recording; a later name replaces it. A constant is no node and takes none.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Tape::new();
    /// let x = tape.named("x", tape.var(2.0));
    /// let u = tape.named("u", x * x);
    /// assert_eq!(tape.name(u).as_deref(), Some("u"));
    /// ```
    ///
    /// # Panics
    /// If the variable is of another tape.
    pub fn named<'t>(&self, name: impl Into<String>, x: Var<'t>) -> Var<'t> {
        if let Some(tape) = x.tape {
            assert!(tape.id == self.id, "a variable of another tape is none of this one to name");
            self.store.labels.borrow_mut().names.insert(x.handle, name.into());
        }
        x
    }

    /// The name of a variable, if it is of this tape and has one.
    pub fn name(&self, x: Var<'_>) -> Option<String> {
        x.tape.filter(|tape| tape.id == self.id).and_then(|_| self.name_at(x.handle as usize))
    }

    /// The name of a node, by its index.
    pub(crate) fn name_at(&self, index: usize) -> Option<String> {
        self.store.labels.borrow().names.get(&(index as u32)).cloned()
    }

    /// Runs a part of the program in a scope: the nodes that it records belong to `name`, inside of the scopes around it.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let y = tape.scope("layer", || tape.scope("activation", || x.tanh()));
    /// assert_eq!(tape.trace(y)?.nodes[1].scope.as_deref(), Some("layer/activation"));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    pub fn scope<T>(&self, name: impl Into<String>, part: impl FnOnce() -> T) -> T {
        /// Leaves the scope, even if the part panics.
        struct Leave<'a>(&'a Tape);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                let mut labels = self.0.store.labels.borrow_mut();
                labels.open.pop();
                labels.mark(self.0.len() as u32);
            }
        }
        {
            let mut labels = self.store.labels.borrow_mut();
            labels.open.push(name.into());
            labels.mark(self.len() as u32);
        }
        let _leave = Leave(self);
        part()
    }

    /// The scope of a node, by its index; the names of scopes in scopes are joined by `/`.
    pub(crate) fn scope_at(&self, index: usize) -> Option<String> {
        let scopes = &self.store.labels.borrow().scopes;
        let holds = scopes.partition_point(|(from, _)| *from as usize <= index).checked_sub(1)?;
        Some(scopes[holds].1.clone()).filter(|scope| !scope.is_empty())
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.store.nodes.borrow().heads.len()
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
        let nodes = self.store.nodes.borrow();
        Node {
            op: self.store.ops.borrow().get(nodes.heads[index].op).cloned(),
            is_input: nodes.heads[index].op == INPUT,
            args: nodes.args(index).iter().map(|&arg| arg as usize).collect(),
            value: nodes.values[index],
            line: nodes.heads[index].line,
        }
    }

    /// The recorded value of every node.
    pub(crate) fn recorded_values(&self) -> Vec<f64> {
        self.store.nodes.borrow().values.clone()
    }

    /// The index of a variable's node; `None` for a constant, and for a variable of another tape.
    pub fn index(&self, x: Var<'_>) -> Option<usize> {
        x.tape.filter(|tape| tape.stamp() == self.stamp()).map(|_| x.handle as usize)
    }

    /// The index of an output's node; `None` for a constant.
    pub(super) fn output(&self, y: Var<'_>) -> Result<Option<usize>, Error> {
        if y.tape.is_none() { Ok(None) } else { Ok(Some(self.indices(&[y])?[0])) }
    }

    /// The comparisons that the program branched on, in order.
    pub fn comparisons(&self) -> Vec<Comparison> {
        self.store.comparisons.borrow().clone()
    }

    /// How much an output changes when the inputs change along a direction. An input may be an intermediate: it then counts as an
    /// independent variable, whatever it was made of.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(2.0);
    /// let u = x * x;
    /// assert_eq!(tape.jvp(u * u * x, &[u], &[1.0])?, 16.0); // 2 u x
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output or an input is of another tape, or an input is a constant.
    ///
    /// # Panics
    /// If the direction has not one component for each input.
    pub fn jvp(&self, y: Var<'_>, inputs: &[Var<'_>], direction: &[f64]) -> Result<f64, Error> {
        let (y, inputs) = (self.output(y)?, self.indices(inputs)?);
        let values = self.along(&inputs, direction)?;
        Ok(y.map_or(0.0, |y| values[y].tangent))
    }

    /// The adjoints of several outputs' sum, each times its seed.
    ///
    /// # Errors
    /// If an output is no variable of this tape.
    pub fn vjp(&self, seeds: &[(Var<'_>, f64)]) -> Result<Gradient, Error> {
        let outputs = self.indices(&seeds.iter().map(|s| s.0).collect::<Vec<_>>())?;
        let born = outputs.iter().map(|y| y + 1).max().unwrap_or(0);
        let mut adjoints = vec![0.0; born];
        for (y, (_, seed)) in outputs.into_iter().zip(seeds) {
            adjoints[y] += seed;
        }
        self.sweep_f64(&mut adjoints, chain_rule);
        Ok(Gradient { adjoints, stamp: self.stamp(), born })
    }

    /// The Hessian of an output times a direction, found from the recording alone. An input may be an intermediate, as in
    /// [`jvp`](Tape::jvp).
    ///
    /// # Errors
    /// If the output or an input is of another tape, if an input is a constant, or if an op on the way has no second derivative.
    ///
    /// # Panics
    /// If the direction has not one component for each input.
    pub fn hvp(&self, y: Var<'_>, inputs: &[Var<'_>], direction: &[f64]) -> Result<Vec<f64>, Error> {
        let (y, inputs) = (self.output(y)?, self.indices(inputs)?);
        let values = self.along(&inputs, direction)?;
        let mut adjoints = vec![Dual::from(0.0); y.map_or(0, |y| y + 1)];
        if let Some(seed) = adjoints.last_mut() {
            *seed = Dual::from(1.0);
        }
        let ends = self.intermediates(&inputs);
        self.sweep(&values, &mut adjoints, |edge, adjoint, slope, sum| {
            if ends.contains(&edge.from) { sum } else { chain_rule(edge, adjoint, slope, sum) }
        })?;
        Ok(inputs.iter().map(|&x| adjoints.get(x).map_or(0.0, |adjoint| adjoint.tangent)).collect())
    }

    /// The Hessian of an output, row by row, found from the recording alone. An input may be an intermediate, as in
    /// [`jvp`](Tape::jvp).
    ///
    /// # Errors
    /// If the output or an input is of another tape, if an input is a constant, or if an op on the way has no second derivative.
    pub fn hessian(&self, y: Var<'_>, inputs: &[Var<'_>]) -> Result<Vec<Vec<f64>>, Error> {
        let unit = |i: usize| (0..inputs.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        (0..inputs.len()).map(|i| self.hvp(y, inputs, &unit(i))).collect()
    }

    /// The slope of a node by an input, both by their indices, from dual numbers run through the *value* of every op: the checker's
    /// second opinion on the slopes.
    pub(crate) fn slope_by_value(&self, y: usize, input: usize) -> Result<f64, Error> {
        let values = self.rerun(
            |node, value| if node == input { Dual::variable(value) } else { Dual::constant(value) },
            |_, op, x| op.value(x),
        )?;
        Ok(values[y].tangent)
    }

    /// As the gradient, but with the magnitude of every slope: how large what cancels in an adjoint may be, and so, times the
    /// unit round-off, how far off it.
    pub(crate) fn magnitudes(&self, y: Var<'_>) -> Gradient {
        let mut gradient = self.backward(Var::from(0.0));
        if let Some(y) = self.index(y) {
            gradient.adjoints[y] = 1.0;
            self.sweep_f64(&mut gradient.adjoints, |edge, adjoint, slope, sum| {
                chain_rule(edge, adjoint, slope.abs(), sum)
            });
        }
        gradient
    }

    /// The nodes of variables.
    pub(crate) fn indices(&self, x: &[Var<'_>]) -> Result<Vec<usize>, Error> {
        let own = |x: &Var<'_>| match x.tape {
            Some(tape) if tape.stamp() == self.stamp() => Ok(x.handle as usize),
            _ => Err(Error::new(
                ErrorKind::ForeignVariable,
                "a constant or a variable of another tape is none of this one",
            )),
        };
        x.iter().map(own).collect()
    }

    /// Those of these nodes that are no inputs of the tape.
    fn intermediates(&self, nodes: &[usize]) -> HashSet<usize> {
        let heads = &self.store.nodes.borrow().heads;
        nodes.iter().copied().filter(|&node| heads[node].op != INPUT).collect()
    }

    /// The recording over dual numbers: each of these nodes, an input or an intermediate, with its component of the direction as its
    /// tangent.
    pub(super) fn along(&self, inputs: &[usize], direction: &[f64]) -> Result<Vec<Dual>, Error> {
        assert_eq!(inputs.len(), direction.len(), "the direction needs one component for each input");
        let mut tangents = vec![0.0; self.len()];
        for (&x, &u) in inputs.iter().zip(direction) {
            tangents[x] += u;
        }
        let given = self.intermediates(inputs);
        self.rerun(
            |node, value| Dual::new(value, tangents[node]),
            |node, op, x| {
                let value = op.apply(x)?;
                Ok(if given.contains(&node) { Dual::new(value.primal, tangents[node]) } else { value })
            },
        )
    }

    /// Runs the recording again over another number, given each input's and how the op of a node is applied.
    fn rerun<R: Apply>(
        &self,
        input: impl Fn(usize, f64) -> R,
        apply: impl Fn(usize, &dyn Erased, &[R]) -> Result<R, Error>,
    ) -> Result<Vec<R>, Error> {
        let (nodes, ops) = (self.store.nodes.borrow(), self.store.ops.borrow());
        let mut values: Vec<R> = Vec::with_capacity(nodes.heads.len());
        let mut x = SmallVec::<[R; 8]>::new();
        for (node, &Head { op: id, .. }) in nodes.heads.iter().enumerate() {
            let value = match ops.get(id) {
                None if id == INPUT => input(node, nodes.values[node]),
                None => R::from(nodes.values[node]),
                Some(op) => {
                    x.clear();
                    x.extend(nodes.args(node).iter().map(|&arg| values[arg as usize]));
                    apply(node, &**op, &x)?
                }
            };
            values.push(value);
        }
        Ok(values)
    }

    /// The recording run over these inputs, each given by its node and its recorded value; with every value that `rounded` makes of
    /// it.
    pub(crate) fn values(
        &self,
        input: impl Fn(usize, f64) -> f64,
        rounded: impl Fn(f64) -> f64,
    ) -> Result<Vec<f64>, Error> {
        let args = |x: &[f64]| x.iter().map(|&x| rounded(x)).collect::<SmallVec<[f64; 8]>>();
        let mut values = self.rerun(input, |_, op, x| op.value(&args(x)))?;
        values.iter_mut().for_each(|value| *value = rounded(*value));
        Ok(values)
    }

    /// The reverse sweep over the recorded values.
    fn sweep_f64(&self, adjoints: &mut [f64], pass: impl FnMut(Edge, f64, f64, f64) -> f64) {
        let values = &self.store.nodes.borrow().values;
        debug_assert!(
            self.gives_the_same_again(),
            "an op gave another value when it was asked again; it must depend on nothing but its arguments"
        );
        self.sweep(values, adjoints, pass).expect("every op has a slope over f64");
    }

    /// Whether every op gives the value that was recorded.
    fn gives_the_same_again(&self) -> bool {
        let (nodes, ops) = (self.store.nodes.borrow(), self.store.ops.borrow());
        let mut x = SmallVec::<[f64; 8]>::new();
        (0..nodes.heads.len()).all(|node| {
            let Some(op) = ops.get(nodes.heads[node].op) else { return true };
            x.clear();
            x.extend(nodes.args(node).iter().map(|&arg| nodes.values[arg as usize]));
            let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            op.value(&x).is_ok_and(|again| same(again, nodes.values[node]))
        })
    }

    /// The reverse sweep: from the last node to the first, each node's adjoint, complete by then, is passed on to its
    /// arguments: `pass` makes the argument's new adjoint of the edge, the node's adjoint, the slope, and the argument's adjoint.
    pub(crate) fn sweep<R: Scalar>(
        &self,
        values: &[R],
        adjoints: &mut [R],
        mut pass: impl FnMut(Edge, R, R, R) -> R,
    ) -> Result<(), Error>
    where
        dyn Erased: Rule<R>,
    {
        let (nodes, ops) = (self.store.nodes.borrow(), self.store.ops.borrow());
        let (mut x, mut slopes) = (SmallVec::<[R; 8]>::new(), SmallVec::<[R; 8]>::new());
        for node in (0..adjoints.len()).rev() {
            let adjoint = adjoints[node];
            let Some(op) = ops.get(nodes.heads[node].op).filter(|_| !adjoint.is_zero()) else { continue };
            let args = nodes.args(node);
            x.clear();
            x.extend(args.iter().map(|&arg| values[arg as usize]));
            slopes.clear();
            slopes.resize(args.len(), R::from(0.0));
            op.slope(&x, values[node], &mut slopes)?;
            for (argument, (&to, &slope)) in args.iter().zip(&slopes).enumerate() {
                let to = to as usize;
                adjoints[to] = pass(Edge { from: node, argument, to }, adjoint, slope, adjoints[to]);
            }
        }
        Ok(())
    }
}
