//! Derivatives of a program as statements of the program: each op's slopes by its rule, and the chain rule forward or in reverse.

use super::code::{Code, FEW_TERMS, Place, Value, Values};
use crate::error::Error;

/// The terms of the adjoint of each node, as they come.
struct Terms {
    /// For each node the place of its newest term.
    newest: Vec<u32>,
    /// Each term, and the place of the one before it of the same node.
    all: Vec<(Value, u32)>,
}

impl Terms {
    const NONE: u32 = u32::MAX;

    fn new(nodes: usize) -> Self {
        Terms { newest: vec![Terms::NONE; nodes], all: vec![] }
    }

    fn add(&mut self, node: usize, term: Value) {
        self.all.push((term, self.newest[node]));
        self.newest[node] = self.all.len() as u32 - 1;
    }

    /// The terms of a node, the oldest first if they are few, as the tape adds them up. Many are in the order of the statements that they come from: it
    /// is that of memory, so that a sum reads what a loop writes.
    fn of(&self, node: usize, terms: &mut Vec<Value>) {
        terms.clear();
        let mut next = self.newest[node];
        while next != Terms::NONE {
            let (term, before) = self.all[next as usize];
            terms.push(term);
            next = before;
        }
        if terms.len() <= FEW_TERMS {
            terms.reverse();
        }
    }
}

impl Code {
    /// For each node up to `end` whether it depends on one of the inputs that are wanted.
    pub fn depends(&self, end: usize, wanted: &[usize]) -> Vec<bool> {
        let mut depends = vec![false; end];
        wanted.iter().for_each(|&input| depends[input] = true);
        for node in self.inputs..end {
            let (_, args) = self.statement(node).expect("the node is no input");
            depends[node] = args.iter().any(|arg| matches!(arg.place(), Place::Node(arg) if depends[arg]));
        }
        depends
    }

    /// The adjoints of the inputs that are wanted, given those of the outputs: what each contributes to them.
    ///
    /// # Errors
    /// If an op on the way has no derivative of this order, or the program gets too large.
    pub fn pull_back(&mut self, outputs: &[Value], seeds: &[Value], wanted: &[usize]) -> Result<Vec<Value>, Error> {
        let end = self.len();
        let depends = self.depends(end, wanted);
        let mut adjoints = Terms::new(end);
        for (output, &seed) in outputs.iter().zip(seeds) {
            if let Place::Node(node) = output.place() {
                adjoints.add(node, seed);
            }
        }
        let (mut terms, mut args) = (vec![], Values::new());
        for node in (self.inputs..end).rev() {
            if !depends[node] || adjoints.newest[node] == Terms::NONE {
                continue;
            }
            adjoints.of(node, &mut terms);
            let adjoint = self.sum(&terms)?;
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            args.extend_from_slice(own);
            let slopes = self.slopes(function, &args)?;
            for (k, &slope) in slopes.iter().enumerate() {
                if let Place::Node(arg) = args[k].place()
                    && depends[arg]
                {
                    let term = self.term(function, &args, k, slope, adjoint)?;
                    if self.number(term) != Some(0.0) {
                        adjoints.add(arg, term);
                    }
                }
            }
        }
        let adjoint = |input: &usize| {
            adjoints.of(*input, &mut terms);
            if terms.is_empty() { Ok(self.constant(0.0)) } else { self.sum(&terms) }
        };
        let adjoints = wanted.iter().map(adjoint).collect();
        self.complete();
        adjoints
    }

    /// The tangents of the outputs, given those of the inputs.
    ///
    /// # Errors
    /// If an op on the way has no derivative of this order, or the program gets too large.
    pub fn push_forward(&mut self, outputs: &[Value], of_inputs: &[Value]) -> Result<Vec<Value>, Error> {
        let end = self.len();
        let zero = self.constant(0.0);
        let mut tangents = of_inputs.to_vec();
        let (mut terms, mut args) = (vec![], Values::new());
        for node in self.inputs..end {
            let (function, own) = self.statement(node).expect("the node is no input");
            args.clear();
            args.extend_from_slice(own);
            terms.clear();
            let of = |tangents: &[Value], arg: Value| match arg.place() {
                Place::Node(arg) => tangents[arg],
                Place::Constant(_) => zero,
            };
            if args.iter().any(|&arg| of(&tangents, arg) != zero) {
                let slopes = self.slopes(function, &args)?;
                for (k, &slope) in slopes.iter().enumerate() {
                    let tangent = of(&tangents, args[k]);
                    if tangent == zero {
                        continue;
                    }
                    let term = self.term(function, &args, k, slope, tangent)?;
                    if self.number(term) != Some(0.0) {
                        terms.push(term);
                    }
                }
            }
            tangents.push(if terms.is_empty() { zero } else { self.sum(&terms)? });
        }
        self.complete();
        let tangent = |output: &Value| match output.place() {
            Place::Node(node) => tangents[node],
            Place::Constant(_) => zero,
        };
        Ok(outputs.iter().map(tangent).collect())
    }
}
