//! What functions do, recorded as graphs, each once.

use super::guard::Operand;
use super::recorder::{Body, DynOp, Expr, Form, FunctionCall, Functions, Graph, Lens, Placed, Recorder, ResultOps};
use super::result_op::ResultOp;
use super::statement::{CONSTANT, INPUT, Line, RESULT};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

impl Recorder {
    /// What a function does, as it is recorded at some arguments.
    pub(super) fn body(
        &self,
        name: &'static str,
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
            let recorded = Recorded { name, args: x.len(), graph: &graph, values: &values, results: &results };
            self.functions.borrow_mut().body(recorded)
        };
        self.spare.set(Some(inner));
        body
    }

    /// Appends a call of a function; the results.
    ///
    /// # Panics
    /// If the graph is full.
    pub(super) fn call<'g>(&'g self, body: Arc<Body>, form: Form, lists: &[&[Expr<'g>]], line: Line) -> Vec<Expr<'g>> {
        let args: Vec<u32> = lists.iter().copied().flatten().map(|&x| self.argument(x, line)).collect();
        let call = FunctionCall { body, form, lens: lists.iter().map(|list| list.len()).collect() };
        let x: Vec<f64> = lists.iter().copied().flatten().map(|x| x.value).collect();
        let first = self.len();
        let values =
            call.forward(&x, first, &|op, x, _| op.evaluate_value(x)).expect("every op can be evaluated over f64");
        let ops = self.functions.borrow_mut().ops(&call);
        let is_constant = |k: usize| match call.form {
            Form::Map => matches!(call.body.results[k / call.steps()], Operand::Constant(_)),
            _ => false,
        };
        self.graph.borrow_mut().calls.push(Placed { first, call: call.clone(), args, ops });
        let result = |(k, value): (usize, f64)| {
            let index = self.push(RESULT, &[], value, line);
            if is_constant(k) { value.into() } else { Expr { recorder: Some(self), index, value } }
        };
        values.into_iter().enumerate().map(result).collect()
    }
}

impl Functions {
    /// How many functions are kept for the next use of the recorder, which finds them again.
    const FEW: usize = 256;

    /// Forgets the functions if they are many.
    pub(super) fn reset(&mut self) {
        if self.bodies.len() > Self::FEW {
            *self = Functions::default();
        }
    }

    /// The function that does what was recorded; it is kept if it is new.
    fn body(&mut self, recorded: Recorded<'_>) -> Arc<Body> {
        let mut hasher = DefaultHasher::new();
        recorded.hash(&mut hasher);
        let bucket = self.bodies.entry(hasher.finish()).or_default();
        if let Some(known) = bucket.iter().find(|known| known.recorded().is(&recorded)) {
            return known.clone();
        }
        let body = Arc::new(recorded.to_body());
        bucket.push(body.clone());
        body
    }

    /// The results of a call as ops, shared by all calls that have the same.
    fn ops(&mut self, call: &FunctionCall) -> ResultOps {
        // what a map makes of its lists is at each place what it makes of numbers
        let lens = if call.form == Form::Map { Lens::from_elem(1, call.lens.len()) } else { call.lens.clone() };
        let key = (Arc::as_ptr(&call.body) as usize, call.form, lens);
        if let Some(known) = self.ops.get(&key) {
            return known.clone();
        }
        let own = FunctionCall { lens: key.2.clone(), ..call.clone() };
        let ops: ResultOps = match call.body.one_op() {
            Some(op) if matches!(call.form, Form::Map | Form::Contract { .. }) => [op.clone()].into(),
            _ => (0..own.results()).map(|result| ResultOp::behind_pointer(own.clone(), result)).collect(),
        };
        self.ops.insert(key, ops.clone());
        ops
    }
}

impl Body {
    /// The op that the function is, if it does nothing else.
    fn one_op(&self) -> Option<&Arc<dyn DynOp>> {
        let args = self.graph.statements.args(self.values.len() - 1).iter().map(|&arg| arg as usize);
        let alone = matches!(self.results[..], [Operand::Node(node)] if node == self.args)
            && self.values.len() == self.args + 1;
        if alone && args.eq(0..self.args) { self.graph.op(self.args) } else { None }
    }

    fn recorded(&self) -> Recorded<'_> {
        let Body { name, args, graph, values, results } = self;
        Recorded { name, args: *args, graph, values, results }
    }
}

/// What a function recorded, as a [`Body`] has it.
#[derive(Clone, Copy)]
struct Recorded<'a> {
    name: &'static str,
    args: usize,
    graph: &'a Graph,
    values: &'a [f64],
    results: &'a [Operand],
}

impl Recorded<'_> {
    /// Hashes what tells functions from others; ops by their names alone.
    fn hash(&self, hasher: &mut impl Hasher) {
        (self.name, self.args, self.values.len()).hash(hasher);
        for (node, head) in self.graph.statements.heads.iter().enumerate() {
            self.graph.statements.args(node).hash(hasher);
            match head.op {
                CONSTANT => self.values[node].to_bits().hash(hasher),
                INPUT | RESULT => head.op.hash(hasher),
                op => self.graph.ops[op as usize].name().hash(hasher),
            }
        }
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
        self.name == other.name
            && self.args == other.args
            && heads.len() == others.len()
            && (0..heads.len()).all(same_node)
            && same_results(self.results, other.results)
            && self.graph.calls.len() == other.graph.calls.len()
            && calls.into_iter().all(|(a, b)| a.is(b))
    }

    /// A graph of its own, with the ops that are used in it and no others.
    fn to_body(self) -> Body {
        let Recorded { name, args, graph, values, results } = self;
        let mut own = Graph::default();
        for (node, head) in graph.statements.heads.iter().enumerate() {
            let op = match head.op {
                special if special >= RESULT => special,
                op => {
                    let op = &graph.ops[op as usize];
                    let known = own.ops.iter().position(|known| Arc::ptr_eq(known, op));
                    known.unwrap_or_else(|| {
                        own.ops.push(op.clone());
                        own.ops.len() - 1
                    }) as u32
                }
            };
            own.statements.push(op, graph.statements.args(node), head.line);
        }
        own.calls = graph.calls.clone();
        Body { name, args, graph: own, values: values.to_vec(), results: results.to_vec() }
    }
}

fn same_results(a: &[Operand], b: &[Operand]) -> bool {
    let same = |(a, b): (&Operand, &Operand)| match (*a, *b) {
        (Operand::Node(a), Operand::Node(b)) => a == b,
        (Operand::Constant(a), Operand::Constant(b)) => a.to_bits() == b.to_bits(),
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

impl Placed {
    fn is(&self, other: &Placed) -> bool {
        let (own, others) = (&self.call, &other.call);
        self.first == other.first
            && self.args == other.args
            && own.form == others.form
            && own.lens == others.lens
            && own.body.recorded().is(&others.body.recorded())
    }
}
