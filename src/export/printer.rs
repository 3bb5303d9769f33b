//! The walk that prints a graph, and what a dialect must say for it.
//!
//! The printer counts how often each statement is used, prints each once, sets parentheses by what binds how tightly, and turns −x + y into
//! y − x. A dialect never looks at what is printed already.

use super::operator::Operator;
use crate::graph::{Operand, Recorder};
use smallvec::SmallVec;

/// Stands for a part of a formula that is left out.
pub(crate) const CUT: &str = "…";

/// How tightly a part of a formula holds together: the loosest operator outside of parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    Choice,
    Comparison,
    Sum,
    Product,
    Minus,
    /// A numerator over a denominator, where a line tells what parentheses would.
    Fraction,
    Power,
    Atom,
}

/// How a dialect writes an operator.
pub(crate) struct Form {
    /// Before the one operand, or between the two.
    pub sign: &'static str,
    pub own: Binding,
    /// For each operand, how tightly it must bind to stand without parentheses.
    pub operands: &'static [Binding],
}

/// A part of a formula, printed.
#[derive(Clone, Debug)]
pub(crate) struct Term<B> {
    pub body: B,
    pub binding: Binding,
    /// The x that this is the negative of, if it says so by a sign before x.
    negated: Option<Box<Term<B>>>,
}

impl<B> Term<B> {
    pub(crate) fn new(body: B, binding: Binding) -> Self {
        Term { body, binding, negated: None }
    }

    /// A name, or anything else that needs no parentheses.
    pub(crate) fn atom(body: B) -> Self {
        Term::new(body, Binding::Atom)
    }
}

/// An op as it is applied: its name and its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Head<'a> {
    pub name: &'a str,
    pub params: Vec<(&'a str, f64)>,
}

/// A statement of what is printed.
pub(crate) enum Statement<'a> {
    /// An input; whoever prints gives it a name.
    Input,
    Constant(f64),
    Apply(Head<'a>, SmallVec<[Operand; 4]>),
}

/// A graph as the printer reads it: statements, each after those that it uses.
pub(crate) trait Source {
    /// The statement at an index.
    fn statement(&self, index: usize) -> Statement<'_>;
}

impl Source for Recorder {
    fn statement(&self, index: usize) -> Statement<'_> {
        let node = self.node(index);
        match node.op {
            Some(op) => {
                let head = Head { name: op.name(), params: op.params().to_vec() };
                Statement::Apply(head, node.args.into_iter().map(Operand::Node).collect())
            }
            None if node.is_input => Statement::Input,
            None => Statement::Constant(node.value),
        }
    }
}

/// What becomes of an application in what is printed.
pub(crate) enum Keep {
    /// It stands where it is used.
    Whole,
    /// It is left out for [`CUT`].
    Cut,
    /// It is bound to this name, which stands where it is used.
    Bound(String),
}

/// A notation: how the parts of a formula are written.
pub(crate) trait Dialect {
    /// What a part is printed as.
    type Body: Clone;

    /// How an operator is written; `None` if it is a call. This is the dialect's one table of operators.
    fn form(&self, operator: Operator) -> Option<Form>;
    /// An operator between, before or around operands that are in parentheses already where they need some.
    fn operation(&self, operator: Operator, form: &Form, operands: &[Term<Self::Body>]) -> Self::Body;
    /// A call of a function.
    fn call(&self, op: &Head<'_>, args: &[Term<Self::Body>]) -> Self::Body;
    /// A function of one argument, as the step of a program is told: `sin v1`.
    fn spoken(&self, op: &Head<'_>, arg: &Term<Self::Body>) -> Self::Body {
        self.call(op, std::slice::from_ref(arg))
    }
    /// A number.
    fn number(&self, x: f64) -> Term<Self::Body>;
    /// A name.
    fn name(&self, name: &str) -> Self::Body;
    /// What is within parentheses, with these.
    fn parentheses(&self, inner: &Self::Body) -> Self::Body;
    /// What becomes of the statement at an index, of this text, that is used so often.
    fn keep(&self, index: usize, uses: usize, body: &Self::Body) -> Keep;
}

/// What a walk has printed.
pub(crate) struct Printed<B> {
    /// The names that were bound, in order, each with what it stands for.
    pub bound: Vec<(String, B)>,
    pub results: Vec<Term<B>>,
}

/// What a walk does at a statement.
enum Step<'a, B> {
    /// Nothing: no result needs it.
    Unused,
    Leaf(Term<B>),
    Apply(Head<'a>, SmallVec<[Operand; 4]>),
}

/// Prints graphs in a dialect.
#[derive(Clone, Copy)]
pub(crate) struct Printer<D> {
    pub dialect: D,
}

impl<D: Dialect> Printer<D> {
    /// A name as a part of a formula.
    pub(crate) fn name(&self, name: &str) -> Term<D::Body> {
        Term::atom(self.dialect.name(name))
    }

    /// A number as an argument: a negative one binds as loosely as a sum, so that it is x + (−2), as people write.
    pub(crate) fn argument(&self, x: f64) -> Term<D::Body> {
        let number = self.dialect.number(x);
        let binding = if number.binding == Binding::Minus { Binding::Sum } else { number.binding };
        Term::new(number.body, binding)
    }

    /// A part as an operand that must bind so tightly, in parentheses if it does not.
    pub(crate) fn operand(&self, term: &Term<D::Body>, least: Binding) -> Term<D::Body> {
        if term.binding >= least { term.clone() } else { Term::atom(self.dialect.parentheses(&term.body)) }
    }

    /// An op applied to parts that are printed.
    pub(crate) fn apply(&self, op: &Head<'_>, args: &[Term<D::Body>]) -> Term<D::Body> {
        let operator = Operator::named(op.name);
        // rules write −x + y for y − x, since a generic number has no `1.0 - x`; the bits are the same
        if let (Some(Operator::Add), [Term { negated: Some(x), .. }, y]) = (operator, args) {
            return self
                .operation(Operator::Sub, &[y.clone(), (**x).clone()])
                .expect("what has a minus has a difference");
        }
        let operation = operator.and_then(|operator| self.operation(operator, args));
        operation.unwrap_or_else(|| Term::atom(self.dialect.call(op, args)))
    }

    /// An operator applied to parts; `None` if the dialect has no form for it with so many.
    fn operation(&self, operator: Operator, args: &[Term<D::Body>]) -> Option<Term<D::Body>> {
        let form = self.dialect.form(operator).filter(|form| form.operands.len() == args.len())?;
        let operands: SmallVec<[_; 3]> =
            args.iter().zip(form.operands).map(|(arg, &least)| self.operand(arg, least)).collect();
        let mut term = Term::new(self.dialect.operation(operator, &form, &operands), form.own);
        if form.own == Binding::Minus {
            term.negated = Some(Box::new(args[0].clone()));
        }
        Some(term)
    }

    /// As [`apply`](Printer::apply), but a call without parameters of one argument is told as a step: `sin v1`.
    pub(crate) fn step(&self, op: &Head<'_>, args: &[Term<D::Body>]) -> Term<D::Body> {
        match args {
            [arg] if op.params.is_empty() && Operator::named(op.name).is_none() => {
                Term::atom(self.dialect.spoken(op, &self.operand(arg, Binding::Power)))
            }
            _ => self.apply(op, args),
        }
    }

    /// Prints what leads to some results. `leaf` gives an input its name, and may give one to any other statement: the name stands for that
    /// where it is used, but not where it is a result itself. No depth is too great. O(n) in the statements up to the last result,
    /// and in what is printed.
    pub(crate) fn walk<S: Source + ?Sized>(
        &self,
        source: &S,
        results: &[Operand],
        leaf: impl Fn(usize) -> Option<Term<D::Body>>,
    ) -> Printed<D::Body> {
        let wanted = || results.iter().filter_map(|result| if let Operand::Node(i) = *result { Some(i) } else { None });
        let count = wanted().max().map_or(0, |last| last + 1);
        let mut uses = vec![0; count];
        wanted().for_each(|index| uses[index] += 1);
        let as_result = uses.clone();
        // from the last statement on, so that each is met after all its uses
        let mut steps: Vec<Step<'_, D::Body>> = Vec::with_capacity(count);
        for index in (0..count).rev() {
            if uses[index] == 0 {
                steps.push(Step::Unused);
                continue;
            }
            let statement = source.statement(index);
            let named = as_result[index] == 0 || matches!(statement, Statement::Input);
            steps.push(match (if named { leaf(index) } else { None }, statement) {
                (Some(leaf), _) => Step::Leaf(leaf),
                (None, Statement::Input) => Step::Leaf(self.name(CUT)),
                (None, Statement::Constant(x)) => Step::Leaf(self.dialect.number(x)),
                (None, Statement::Apply(op, args)) => {
                    for arg in &args {
                        if let Operand::Node(arg) = *arg {
                            uses[arg] += 1;
                        }
                    }
                    Step::Apply(op, args)
                }
            });
        }
        let (mut bound, mut terms) = (vec![], Vec::with_capacity(count));
        for (index, step) in steps.into_iter().rev().enumerate() {
            let term = match step {
                Step::Unused => None,
                Step::Leaf(leaf) => Some(leaf),
                Step::Apply(op, args) => {
                    let args: SmallVec<[_; 4]> = args.iter().map(|arg| self.term(*arg, &terms)).collect();
                    let term = self.apply(&op, &args);
                    Some(match self.dialect.keep(index, uses[index], &term.body) {
                        Keep::Whole => term,
                        Keep::Cut => self.name(CUT),
                        Keep::Bound(name) => {
                            let own = self.name(&name);
                            bound.push((name, term.body));
                            own
                        }
                    })
                }
            };
            terms.push(term);
        }
        let results = results.iter().map(|result| self.term(*result, &terms)).collect();
        Printed { bound, results }
    }

    /// The part that an operand is, given those of the statements before.
    fn term(&self, operand: Operand, terms: &[Option<Term<D::Body>>]) -> Term<D::Body> {
        match operand {
            Operand::Node(index) => terms[index].clone().expect("what is used was printed"),
            Operand::Constant(x) => self.dialect.number(x),
        }
    }
}
