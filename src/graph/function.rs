//! The functions that a recorder was given: each recorded as a graph of its own, and equal ones kept once.

use super::dynop::bits;
use super::guard::Operand;
use super::recorder::{
    Body, Callee, DynOp, Expr, Form, FunctionCall, Functions, Graph, Lens, Placed, Recorder, ResultOps,
};
use super::statement::{CONSTANT, INPUT, Line, RESULT};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

impl Recorder {
    /// Records a function at these arguments, and returns its body: the equal one that is kept, if there is one.
    pub(super) fn body(
        &self,
        type_name: &'static str,
        x: &[f64],
        f: impl for<'b> FnOnce(&[Expr<'b>]) -> Vec<Expr<'b>>,
    ) -> Arc<Body> {
        let mut inner = self.spare.take().unwrap_or_default();
        inner.reset();
        let results: Vec<Operand> = {
            let x: Vec<Expr<'_>> = x.iter().map(|&x| inner.var(x)).collect();
            let operand = |y: Expr<'_>| inner.index(y).map_or(Operand::Constant(y.value()), Operand::Node);
            f(&x).into_iter().map(operand).collect()
        };
        let body = {
            let (graph, values) = (inner.graph.borrow(), inner.values.borrow());
            let recorded = Recorded { type_name, arity: x.len(), graph: &graph, values: &values, results: &results };
            self.functions.borrow_mut().body(recorded)
        };
        self.spare.set(Some(inner));
        body
    }

    /// Appends a call of a function that was recorded and returns its results.
    ///
    /// # Panics
    /// If the graph is full.
    pub(super) fn call<'g>(&'g self, body: Arc<Body>, form: Form, lists: &[&[Expr<'g>]], line: Line) -> Vec<Expr<'g>> {
        let call = FunctionCall::new(Callee::Body(body), form, lists);
        let x: Vec<f64> = lists.iter().copied().flatten().map(|x| x.value).collect();
        let values = call.values(&x).expect("what was evaluated over f64 can be evaluated again");
        self.push_call(call, lists, values, line)
    }

    /// Appends a call of these lists with these results.
    ///
    /// # Panics
    /// If the graph is full.
    pub(super) fn push_call<'g>(
        &'g self,
        call: FunctionCall,
        lists: &[&[Expr<'g>]],
        values: Vec<f64>,
        line: Line,
    ) -> Vec<Expr<'g>> {
        let arg_nodes: Vec<u32> = lists.iter().copied().flatten().map(|&x| self.argument(x, line)).collect();
        let ops = match &call.callee {
            Callee::Body(body) if !matches!(call.form, Form::Scan { .. }) => {
                self.functions.borrow_mut().ops(&call, body).into()
            }
            _ => OnceLock::new(),
        };
        self.graph.borrow_mut().calls.push(Placed { first: self.len(), call, arg_nodes, ops });
        let result = |value| Expr { recorder: Some(self), index: self.push(RESULT, &[], value, line), value };
        values.into_iter().map(result).collect()
    }
}

impl Functions {
    /// How many functions are kept for the next use of the recorder, which finds them again, and how many kinds of call.
    const FEW: usize = 256;
    /// How many functions of one hash are compared: more would make a field of an op that is no parameter, and always differs, quadratic.
    const BUCKET: usize = 16;

    /// Forgets the functions if they, or the kinds of their calls, are many.
    pub(super) fn reset(&mut self) {
        if self.count.max(self.ops.len()) > Self::FEW {
            *self = Functions::default();
        }
    }

    /// The function that does what was recorded; it is kept if it is new.
    fn body(&mut self, recorded: Recorded<'_>) -> Arc<Body> {
        let hash = recorded.hash();
        let bucket = self.bodies.entry(hash).or_default();
        if let Some(known) = bucket.iter().rev().take(Self::BUCKET).find(|known| known.recorded().is(&recorded)) {
            return known.clone();
        }
        let body = Arc::new(recorded.to_body(hash));
        bucket.push(body.clone());
        self.count += 1;
        body
    }

    /// The results of a call as ops, shared by all calls that have the same.
    fn ops(&mut self, call: &FunctionCall, body: &Arc<Body>) -> ResultOps {
        // the ops of a map do not depend on the lengths of its lists
        let lens = if call.form == Form::Map { Lens::from_elem(1, call.lens.len()) } else { call.lens.clone() };
        let key = (Arc::as_ptr(body) as usize, call.form, lens);
        let one = || FunctionCall { lens: key.2.clone(), ..call.clone() }.ops();
        self.ops.entry(key.clone()).or_insert_with(one).clone()
    }
}

impl Body {
    /// The op that the function is, if it does nothing else.
    pub(super) fn one_op(&self) -> Option<&Arc<dyn DynOp>> {
        let is_last = matches!(self.results[..], [Operand::Node(node)] if node == self.arity);
        if !is_last || self.values.len() != self.arity + 1 {
            return None;
        }
        let args = self.graph.statements.args(self.arity).iter().map(|&arg| arg as usize);
        self.graph.op(self.arity).filter(|_| args.eq(0..self.arity))
    }

    fn recorded(&self) -> Recorded<'_> {
        let Body { type_name, arity, graph, values, results, .. } = self;
        Recorded { type_name, arity: *arity, graph, values, results }
    }
}

/// What a function recorded, as a [`Body`] has it.
#[derive(Clone, Copy)]
struct Recorded<'a> {
    type_name: &'static str,
    arity: usize,
    graph: &'a Graph,
    values: &'a [f64],
    results: &'a [Operand],
}

/// A number that is the same for equal operands.
fn key(operand: Operand) -> (bool, u64) {
    match operand {
        Operand::Node(node) => (true, node as u64),
        Operand::Constant(x) => (false, x.to_bits()),
    }
}

impl Recorded<'_> {
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.type_name, self.arity, self.values.len()).hash(&mut hasher);
        for (node, head) in self.graph.statements.heads.iter().enumerate() {
            self.graph.statements.args(node).hash(&mut hasher);
            match head.op {
                CONSTANT => self.values[node].to_bits().hash(&mut hasher),
                INPUT | RESULT => head.op.hash(&mut hasher),
                op => {
                    let op = &self.graph.ops[op as usize];
                    (op.name(), bits(&op.params())).hash(&mut hasher);
                }
            }
        }
        for Placed { call, arg_nodes, .. } in &self.graph.calls {
            (call.callee.hash(), call.form, &call.lens, arg_nodes).hash(&mut hasher);
        }
        self.results.iter().for_each(|&result| key(result).hash(&mut hasher));
        hasher.finish()
    }

    /// Whether another function does the same, by the same ops on the same nodes.
    fn is(&self, other: &Self) -> bool {
        let [heads, others] = [self, other].map(|of| &of.graph.statements.heads);
        let same_node = |node: usize| {
            let same_op = match [heads[node].op, others[node].op] {
                [CONSTANT, CONSTANT] => self.values[node].to_bits() == other.values[node].to_bits(),
                [a, b] if a >= RESULT || b >= RESULT => a == b,
                [a, b] => self.graph.ops[a as usize].is(&*other.graph.ops[b as usize]),
            };
            same_op && self.graph.statements.args(node) == other.graph.statements.args(node)
        };
        let calls = self.graph.calls.iter().zip(&other.graph.calls);
        self.type_name == other.type_name
            && self.arity == other.arity
            && heads.len() == others.len()
            && (0..heads.len()).all(same_node)
            && self.results.iter().copied().map(key).eq(other.results.iter().copied().map(key))
            && self.graph.calls.len() == other.graph.calls.len()
            && calls.into_iter().all(|(a, b)| a.is(b))
    }

    /// A graph of its own, with the ops that are used in it and no others.
    fn to_body(self, hash: u64) -> Body {
        let Recorded { type_name, arity, graph, values, results } = self;
        let mut own = Graph { calls: graph.calls.clone(), ..Graph::default() };
        // for each op of the recorder the one here
        let mut ops = vec![None; graph.ops.len()];
        for (node, head) in graph.statements.heads.iter().enumerate() {
            let op = match head.op {
                special if special >= RESULT => special,
                op => *ops[op as usize].get_or_insert_with(|| {
                    own.ops.push(graph.ops[op as usize].clone());
                    own.ops.len() as u32 - 1
                }),
            };
            own.statements.push(op, graph.statements.args(node), head.line);
        }
        let is_opaque =
            own.ops.iter().any(|op| op.is_opaque()) || own.calls.iter().any(|at| at.call.callee.is_opaque());
        let (values, results) = (values.to_vec(), results.to_vec());
        Body { type_name, arity, graph: own, values, results, hash, is_opaque }
    }
}

impl Placed {
    fn is(&self, other: &Placed) -> bool {
        let (own, others) = (&self.call, &other.call);
        let same_callee = || match (&own.callee, &others.callee) {
            (Callee::Body(own), Callee::Body(others)) => {
                Arc::ptr_eq(own, others) || own.hash == others.hash && own.recorded().is(&others.recorded())
            }
            (Callee::Rule(own), Callee::Rule(others)) => own.is(&**others),
            _ => false,
        };
        self.first == other.first
            && self.arg_nodes == other.arg_nodes
            && own.form == others.form
            && own.lens == others.lens
            && same_callee()
    }
}
