//! Programs as data: they can be made at random, shrunk, printed, read again, and run over any number.

use gprime::Error;
use gprime::forward::Tangents;
use gprime::function::VectorRule;
use gprime::graph::DynOp;
use gprime::op::{Domain, Kink, Op, Point, Visitor, visit};
use gprime::prelude::*;
use gprime::registry::Registry;
use gprime::scoped::{Holder, Scoped};
use serde::{Deserialize, Serialize};
use std::array::from_fn;
use std::borrow::Cow;
use std::sync::Arc;

/// A number that JSON can hold, which knows no NaN and no infinity: these are words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Text", into = "Text")]
pub struct Number(pub f64);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Text {
    Finite(f64),
    Other(String),
}

impl From<Number> for Text {
    fn from(Number(x): Number) -> Text {
        if x.is_finite() { Text::Finite(x) } else { Text::Other(x.to_string()) }
    }
}

impl From<Text> for Number {
    fn from(text: Text) -> Number {
        Number(match text {
            Text::Finite(x) => x,
            Text::Other(word) => word.parse().expect("a number, NaN, inf or -inf"),
        })
    }
}

/// An argument: an earlier value by its index, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    Value(usize),
    Constant(Number),
}

/// A list of arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum List {
    /// The values from one index up to another. Where they are inputs, it is a part of the slice that the program was given.
    Slice { from: usize, to: usize },
    /// These.
    Args(Vec<Arg>),
}

impl List {
    pub fn len(&self) -> usize {
        match self {
            List::Slice { from, to } => to - from,
            List::Args(args) => args.len(),
        }
    }

    /// The list as arguments.
    pub fn args(&self) -> Vec<Arg> {
        match self {
            List::Slice { from, to } => (*from..*to).map(Arg::Value).collect(),
            List::Args(args) => args.clone(),
        }
    }
}

/// A step of straight code by operators and methods: of two earlier values and a constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub op: String,
    pub a: usize,
    pub b: usize,
    pub c: Number,
}

/// What a [`Step`] of a block may do.
pub const BLOCK_STEPS: &[&str] = &["a+b", "a*b", "a/b", "a*c", "c", "less", "sin", "exp", "sqrt", "chain"];

/// What a [`Step`] elsewhere may do.
pub const STEPS: &[&str] = &[
    "a+b", "a*b", "a/b", "a*c", "c", "less", "sin", "exp", "sqrt", "chain", "a-b", "a+c", "-a", "a-c", "a/c", "a+=b",
    "a*=c", "choose",
];

impl Step {
    /// In a block; the fewer steps there are, the sooner the blocks are compiled for all numbers.
    fn run_in_block<R: Apply>(&self, values: &[R]) -> Option<R> {
        let (a, b, c) = (values[self.a], values[self.b], self.c.0);
        Some(match &*self.op {
            "a+b" => a + b,
            "a*b" => a * b,
            "a/b" => a / b,
            "a*c" => a * c,
            "c" => R::from(c),
            "less" => R::select(a.less(b), a * c, b),
            "sin" => a.sin(),
            "exp" => a.exp(),
            "sqrt" => a.sqrt(),
            "chain" => a.mul_strong_zero(b),
            _ => return None,
        })
    }

    fn run<R: Apply>(&self, values: &[R]) -> R {
        let (mut a, b, c) = (values[self.a], values[self.b], self.c.0);
        match &*self.op {
            "a-b" => a - b,
            "a+c" => a + c,
            "-a" => -a,
            "a-c" => a - c,
            "a/c" => a / c,
            "a+=b" => {
                a += b;
                a
            }
            "a*=c" => {
                a *= R::from(c);
                a
            }
            "choose" => R::select_lazy(a.less_equal(R::from(c)), || b * c, || a.sin()),
            other => self.run_in_block(values).unwrap_or_else(|| panic!("there is no step {other}")),
        }
    }
}

/// Straight code as a block of `N` inputs and `M` results: its last values.
#[derive(Clone, Debug)]
struct Straight<const N: usize, const M: usize>(Vec<Step>);

impl<const N: usize, const M: usize> Function<N, M> for Straight<N, M> {
    fn run<R: Apply>(&self, x: [R; N]) -> [R; M] {
        straight(&self.0, x)
    }
}

/// A block without data.
#[derive(Clone, Debug)]
struct Still;

impl Function<2, 1> for Still {
    fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
        [R::select(x.less(y), (x * y).sin(), y * 2.0 - (x * x).sqrt())]
    }
}

/// The most steps that a block can have.
pub const MOST_STEPS: usize = 8;
/// The most inputs that a block can have.
const MOST_INPUTS: usize = 3;

/// A block of so many inputs that its slopes are written apart.
#[derive(Clone, Debug)]
struct Wide;

impl Function<9, 2> for Wide {
    fn run<R: Apply>(&self, x: [R; 9]) -> [R; 2] {
        [x[0] * x[1] + x[2] * x[3] + x[8], (x[4] - x[5]) * (x[6] + x[7])]
    }
}

fn straight<R: Apply, const N: usize, const M: usize>(steps: &[Step], x: [R; N]) -> [R; M] {
    let mut values = [R::from(0.0); MOST_INPUTS + MOST_STEPS];
    values[..N].copy_from_slice(&x);
    let mut len = N;
    for step in steps {
        values[len] = step.run_in_block(&values[..len]).expect("it is a step of a block");
        len += 1;
    }
    from_fn(|i| values[(len - 1).saturating_sub(i)])
}

/// The product of a matrix and a vector as a vector rule.
#[derive(Clone, Debug, PartialEq)]
struct Product;

impl VectorRule for Product {
    fn name(&self) -> &'static str {
        "product"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        match *lens {
            [matrix, x] if x > 0 && matrix % x == 0 => Ok(matrix / x),
            _ => Err(Error::rule("product takes a matrix and a vector of a row's length")),
        }
    }
    fn forward(&self, all: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let columns = all.len() / (y.len() + 1);
        let (matrix, x) = all.split_at(columns * y.len());
        y.copy_from_slice(&f64::contract(matrix, x, columns));
        Ok(())
    }
    fn pull_back<R: Apply>(&self, all: &[R], y: &[R], of_y: &[R], of_all: &mut [R]) -> Result<(), Error> {
        let columns = all.len() / (y.len() + 1);
        let split = columns * y.len();
        for (at, &number) in all[..split].iter().enumerate() {
            let (row, column) = (at / columns, at % columns);
            of_all[at] = of_y[row].mul_strong_zero(all[split + column]);
            of_all[split + column] += of_y[row].mul_strong_zero(number);
        }
        Ok(())
    }
    fn tangent<R: Apply>(&self, all: &[R], y: &[R], of_all: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let columns = all.len() / (y.len() + 1);
        let split = columns * y.len();
        for (at, &number) in all[..split].iter().enumerate() {
            let x = split + at % columns;
            of_y[at / columns] += of_all[at].mul_strong_zero(all[x]) + of_all[x].mul_strong_zero(number);
        }
        Ok(())
    }
}

/// A statement of a program. Each appends its results to the values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// These numbers.
    Constants(Vec<Number>),
    /// `Call::call` of a registered op, with its first parameter changed.
    Op { name: String, param: Option<Number>, args: Vec<Arg> },
    /// An operator or a method.
    Step(Step),
    /// `Call::reduce` of a registered op, or `reduce_parts` of several lists.
    Reduce { name: String, param: Option<Number>, parts: Vec<List> },
    /// `iter().sum()`.
    Sum(List),
    /// `Reductions::dot`.
    Dot(List, List),
    /// `Call::weighted_sum`.
    WeightedSum(List, Vec<Number>),
    /// `Apply::contract`.
    MatMul { a: List, b: List, inner: usize },
    /// `Apply::vector` of [`Product`], of a matrix and a vector.
    Vector { matrix: List, x: List },
    /// `Apply::run`.
    Block { steps: Vec<Step>, args: Vec<Arg> },
    /// `Apply::map`.
    Map { steps: Vec<Step>, lists: Vec<List> },
    /// `Apply::reduce_each` of two lists, and of data if there are steps.
    ReduceEach { steps: Vec<Step>, lists: Vec<List>, data: Vec<Number> },
    /// `Apply::scan`: with as many lists of states, numbers that are carried, and lists of parameters.
    Scan { steps: Vec<Step>, passes: usize, state: Vec<List>, carry: Vec<Arg>, params: Vec<List> },
    /// `Apply::call_closure` of a program of three inputs and two outputs.
    Preaccumulate { body: Body, args: [Arg; 3] },
    /// `Apply::sum_terms` of a program whose last input is the index.
    SumTerms { n: usize, body: Body, args: List },
    /// `Apply::checkpoint` of a program whose inputs are the two numbers of the state, the parameters, and the index.
    Checkpoint { steps: usize, body: Body, state: [Arg; 2], params: List },
}

/// How many inputs and results the blocks of a statement have.
pub const BLOCKS: &[(usize, usize)] = &[(2, 1), (3, 2), (9, 2)];

/// Straight code of statements: a program, or what a closure of one does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub code: Vec<Statement>,
    pub outputs: Vec<usize>,
}

/// A program and its inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    pub x: Vec<Number>,
    pub body: Body,
}

impl Program {
    pub fn x(&self) -> Vec<f64> {
        self.x.iter().map(|x| x.0).collect()
    }

    /// What its statements call, each once.
    pub fn calls(&self) -> String {
        let mut calls: Vec<String> = self.body.code.iter().filter_map(Statement::call).collect();
        calls.sort();
        calls.dedup();
        calls.join(", ")
    }
}

/// The values that a statement finds.
struct Values<'a, R> {
    inputs: &'a [R],
    all: Vec<R>,
}

impl<R: Apply> Values<'_, R> {
    fn arg(&self, arg: Arg) -> R {
        match arg {
            Arg::Value(i) => self.all[i],
            Arg::Constant(c) => R::from(c.0),
        }
    }

    fn list(&self, list: &List) -> Cow<'_, [R]> {
        match list {
            List::Slice { from, to } => Cow::Borrowed(self.inputs.get(*from..*to).unwrap_or(&self.all[*from..*to])),
            List::Args(args) => args.iter().map(|&arg| self.arg(arg)).collect(),
        }
    }
}

impl Body {
    /// The outputs at these inputs.
    pub fn run<R: Runs>(&self, x: &[R]) -> Vec<R> {
        let all = self.values(x);
        self.outputs.iter().map(|&i| all[i]).collect()
    }

    /// All values at these inputs.
    pub fn values<R: Runs>(&self, x: &[R]) -> Vec<R> {
        let mut values = Values { inputs: x, all: x.to_vec() };
        for statement in &self.code {
            let results = statement.run(&values);
            values.all.extend(results);
        }
        values.all
    }
}

impl Statement {
    /// What it makes of these values.
    pub fn results<R: Runs>(&self, inputs: &[R], all: &[R]) -> Vec<R> {
        self.run(&Values { inputs, all: all.to_vec() })
    }

    fn run<R: Runs>(&self, values: &Values<R>) -> Vec<R> {
        match self {
            Statement::Constants(constants) => constants.iter().map(|c| R::from(c.0)).collect(),
            Statement::Op { name, param, args } => {
                let args: Vec<R> = args.iter().map(|&arg| values.arg(arg)).collect();
                vec![R::registered(Registered::new(name, *param), &[&args])]
            }
            Statement::Step(step) => vec![step.run(&values.all)],
            Statement::Reduce { name, param, parts } => {
                let parts: Vec<_> = parts.iter().map(|list| values.list(list)).collect();
                let parts: Vec<&[R]> = parts.iter().map(|list| &**list).collect();
                vec![R::registered(Registered::new(name, *param), &parts)]
            }
            Statement::Sum(list) => vec![values.list(list).iter().copied().sum()],
            Statement::Dot(x, y) => vec![Reductions::dot(&*values.list(x), &values.list(y))],
            Statement::WeightedSum(x, weights) => {
                let weights: Vec<f64> = weights.iter().map(|w| w.0).collect();
                vec![values.list(x).weighted_sum(&weights)]
            }
            Statement::MatMul { a, b, inner } => Apply::contract(&values.list(a), &values.list(b), *inner),
            Statement::Vector { matrix, x } => {
                R::vector(&Product, &[&values.list(matrix), &values.list(x)]).expect("the lists fit")
            }
            Statement::Block { steps, args } => {
                let x: Vec<R> = args.iter().map(|&arg| values.arg(arg)).collect();
                match x.len() {
                    2 => block::<R, 2, 1>(steps, &x),
                    3 => block::<R, 3, 2>(steps, &x),
                    9 => R::run(&Wide, array(&x)).into(),
                    n => panic!("there is no block of {n} inputs"),
                }
            }
            Statement::Map { steps, lists } => {
                let lists: Vec<_> = lists.iter().map(|list| values.list(list)).collect();
                match lists.len() {
                    2 => map_block::<R, 2, 1>(steps, &lists),
                    3 => map_block::<R, 3, 2>(steps, &lists),
                    n => panic!("there is no block of {n} inputs"),
                }
            }
            Statement::ReduceEach { steps, lists, data } => {
                let lists: [_; 2] = from_fn(|k| values.list(&lists[k]));
                let lists: [&[R]; 2] = from_fn(|k| &*lists[k]);
                let data: Vec<f64> = data.iter().map(|x| x.0).collect();
                vec![if steps.is_empty() {
                    R::reduce_each(&Still, lists, [])
                } else {
                    R::reduce_each::<2, 1, 3, _>(&Straight(steps.clone()), lists, [&data])
                }]
            }
            Statement::Scan { steps, passes, state, carry, params } => {
                let mut state: Vec<Vec<R>> = state.iter().map(|list| values.list(list).into_owned()).collect();
                let carry: Vec<R> = carry.iter().map(|&arg| values.arg(arg)).collect();
                let params: Vec<_> = params.iter().map(|list| values.list(list)).collect();
                let block = Straight::<3, 2>(steps.clone());
                match (&mut *state, &*carry, &*params) {
                    ([u], &[carry], [p]) => R::scan(&block, Keep::Few, *passes, [u], [carry], [p]),
                    ([u, v], [], [p]) => R::scan(&block, Keep::Few, *passes, [u, v], [], [p]),
                    _ => panic!("there is no scan of so many lists"),
                }
                state.concat()
            }
            Statement::Preaccumulate { body, args } => {
                let x = args.map(|arg| values.arg(arg));
                R::call_closure(x, |x| -> [R; 2] { array(&body.run(&x)) }).into()
            }
            Statement::SumTerms { n, body, args } => {
                vec![R::sum_terms(*n, &values.list(args), |i, x| body.run(&[x, &[R::from(i as f64)]].concat())[0])]
            }
            Statement::Checkpoint { steps, body, state, params } => {
                let state = state.map(|arg| values.arg(arg));
                R::checkpoint(*steps, state, &values.list(params), |i, state, params| {
                    array(&body.run(&[&state[..], params, &[R::from(i as f64)]].concat()))
                })
                .into()
            }
        }
    }

    /// What it calls; constants call nothing.
    fn call(&self) -> Option<String> {
        match self {
            Statement::Constants(_) => None,
            Statement::Op { name, .. } | Statement::Reduce { name, .. } => Some(name.clone()),
            Statement::Step(step) => Some(step.op.clone()),
            other => serde_json::to_value(other).ok()?.as_object()?.keys().next().cloned(),
        }
    }

    /// How many results it has.
    pub fn len(&self) -> usize {
        match self {
            Statement::Constants(constants) => constants.len(),
            Statement::MatMul { a, b, inner } => (a.len() / inner) * (b.len() / inner),
            Statement::Vector { matrix, x } => matrix.len() / x.len(),
            Statement::Block { args, .. } => outputs(args.len()),
            Statement::Map { lists, .. } => {
                outputs(lists.len()) * lists.iter().map(List::len).find(|&len| len != 1).unwrap_or(1)
            }
            Statement::Scan { state, .. } => state.iter().map(List::len).sum(),
            Statement::Preaccumulate { .. } | Statement::Checkpoint { .. } => 2,
            _ => 1,
        }
    }
}

/// How many results a block of so many inputs has.
fn outputs(inputs: usize) -> usize {
    BLOCKS.iter().find(|block| block.0 == inputs).expect("there is such a block").1
}

fn array<R: Copy, const N: usize>(list: &[R]) -> [R; N] {
    from_fn(|i| list[i])
}

fn block<R: Apply, const N: usize, const M: usize>(steps: &[Step], x: &[R]) -> Vec<R> {
    R::run::<N, M, _>(&Straight(steps.to_vec()), array(x)).into()
}

fn map_block<R: Apply, const N: usize, const M: usize>(steps: &[Step], lists: &[Cow<[R]>]) -> Vec<R> {
    R::map::<N, M, _>(&Straight(steps.to_vec()), from_fn(|i| &*lists[i])).concat()
}

/// A number that a program can be run over.
pub trait Runs: Apply {
    /// Applies a registered op to the arguments in some lists.
    fn registered(op: Registered, x: &[&[Self]]) -> Self {
        match x {
            [x] => op.call(x),
            parts => Self::reduce_parts(&op, parts),
        }
    }
}

impl Runs for f64 {}
impl<R: Runs> Runs for Dual<R> {}
impl<const N: usize> Runs for Tangents<f64, N> {}
impl<S: Scalar> Runs for Var<'_, S> {}
impl<H: Holder> Runs for Scoped<H> {}
/// Here each op is itself, so that the recording knows it.
impl Runs for Expr<'_> {
    fn registered(op: Registered, x: &[&[Self]]) -> Self {
        op.erased().apply(&x.concat()).expect("the op is for all numbers")
    }
}

/// A registered op by its name, with its first parameter changed.
///
/// It is one type of op, so that a number and its structures are compiled for one op and not for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    pub name: &'static str,
    pub param: Option<f64>,
}

thread_local! {
    static REGISTRY: Registry = Registry::new();
}

impl Registered {
    fn new(name: &str, param: Option<Number>) -> Self {
        let name = REGISTRY.with(|ops| ops.get(name).unwrap_or_else(|| panic!("there is no op {name}")).name());
        Registered { name, param: param.map(|param| param.0) }
    }

    /// An op of the registry, with its parameters as they are there.
    pub fn of(name: &'static str, params: &[(&'static str, f64)]) -> Registered {
        Registered { name, param: params.first().map(|param| param.1) }
    }

    /// Applies the op to so many arguments as it takes.
    pub fn call<R: Apply>(self, x: &[R]) -> R {
        match self.arity() {
            Some(1) => R::call::<1, _>(&self, array(x)),
            Some(2) => R::call::<2, _>(&self, array(x)),
            Some(3) => R::call::<3, _>(&self, array(x)),
            None => R::reduce(&self, x),
            Some(n) => panic!("{} takes {n} arguments, and none took more than 3", self.name),
        }
    }

    fn arity(self) -> Option<usize> {
        REGISTRY.with(|ops| ops.get(self.name).expect("it is registered").arity())
    }

    pub fn erased(self) -> Arc<dyn DynOp> {
        let op = REGISTRY.with(|ops| ops.get(self.name).expect("it is registered").clone());
        let other = self.param.and_then(|value| op.with_param(op.params().first()?.0, value).ok());
        other.filter(|other| op.arity().is_none_or(|n| other.validate(n).is_none())).unwrap_or(op)
    }

    /// The op, with its parameter, if it has one and may have this.
    fn op<const N: usize, O: Op<N>>(self, op: O) -> O {
        let other = self.param.and_then(|value| op.with_param(op.params().first()?.0, value).ok());
        other.filter(|other| other.validate().is_none()).unwrap_or(op)
    }

    fn reduce<O: Reduce>(self, op: O) -> O {
        self.param.and_then(|value| op.with_param(op.params().first()?.0, value).ok()).unwrap_or(op)
    }
}

/// A visitor that does something with the op of a name.
macro_rules! find {
    ($Visitor:ident { $($field:ident: $ty:ty),* } |$self:ident, $op:ident, $N:ident| $fixed:expr, $reduce:expr) => {
        struct $Visitor<'a, R> {
            registered: Registered,
            $($field: $ty,)*
        }
        impl<R: Real> Visitor for $Visitor<'_, R> {
            fn op<const $N: usize, O: Op<$N>>(&mut $self, op: O) {
                if O::NAME == $self.registered.name {
                    let $op = $self.registered.op(op);
                    $fixed
                }
            }
            fn reduce<O: Reduce>(&mut $self, op: O) {
                if O::NAME == $self.registered.name {
                    let $op = $self.registered.reduce(op);
                    $reduce
                }
            }
        }
    };
}
find!(Value { x: &'a [R], answer: Option<R> } |self, op, N|
    self.answer = Some(op.value::<R>(array::<R, N>(self.x))),
    self.answer = Some(op.value(self.x)));
find!(Slope { x: &'a [R], a: R, slopes: &'a mut [R] } |self, op, N|
    self.slopes.copy_from_slice(&op.slope(array::<R, N>(self.x), self.a)),
    op.slope(self.x, self.a, self.slopes));
find!(EvaluatedValue { x: &'a [R], answer: Option<R> } |self, op, N|
    self.answer = Some(op.evaluate_value::<R>(array::<R, N>(self.x))),
    self.answer = Some(op.evaluate_value(self.x)));
find!(Evaluated { x: &'a [R], slopes: &'a mut [R], answer: Option<R> } |self, op, N| {
    let (a, slopes) = op.evaluate(array::<R, N>(self.x));
    self.slopes.copy_from_slice(&slopes);
    self.answer = Some(a);
},
    self.answer = Some(op.evaluate(self.x, self.slopes)));

impl Registered {
    fn value_at<R: Real>(self, x: &[R]) -> R {
        let mut value = Value { registered: self, x, answer: None };
        visit(&mut value);
        value.answer.expect("it is registered")
    }
    fn slope_at<R: Real>(self, x: &[R], a: R, slopes: &mut [R]) {
        visit(&mut Slope { registered: self, x, a, slopes });
    }
    fn evaluated_value_at<R: Real>(self, x: &[R]) -> R {
        let mut value = EvaluatedValue { registered: self, x, answer: None };
        visit(&mut value);
        value.answer.expect("it is registered")
    }
    pub fn evaluated_at<R: Real>(self, x: &[R], slopes: &mut [R]) -> R {
        let mut evaluated = Evaluated { registered: self, x, slopes, answer: None };
        visit(&mut evaluated);
        evaluated.answer.expect("it is registered")
    }
}

impl<const N: usize> Op<N> for Registered {
    const NAME: &'static str = "registered";
    fn value<R: Real>(&self, x: [R; N]) -> R {
        self.value_at(&x)
    }
    fn slope<R: Real>(&self, x: [R; N], a: R) -> [R; N] {
        let mut slopes = [R::from(0.0); N];
        self.slope_at(&x, a, &mut slopes);
        slopes
    }
    fn evaluate_value<R: Real>(&self, x: [R; N]) -> R {
        self.evaluated_value_at(&x)
    }
    fn evaluate<R: Real>(&self, x: [R; N]) -> (R, [R; N]) {
        let mut slopes = [R::from(0.0); N];
        let a = self.evaluated_at(&x, &mut slopes);
        (a, slopes)
    }
    fn domain(&self) -> Domain {
        self.erased().domain()
    }
    fn kinks(&self) -> Vec<Kink> {
        self.erased().kinks()
    }
    fn jumps(&self) -> Vec<Point> {
        self.erased().jumps()
    }
    fn samples(&self) -> Vec<[f64; N]> {
        self.erased().samples().iter().map(|x| array(x)).collect()
    }
}

impl Reduce for Registered {
    const NAME: &'static str = "registered";
    fn value<R: Real>(&self, x: &[R]) -> R {
        self.value_at(x)
    }
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        self.slope_at(x, a, slopes);
    }
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        self.evaluated_value_at(x)
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        self.evaluated_at(x, slopes)
    }
    fn domain(&self) -> Domain {
        self.erased().domain()
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        self.erased().validate(n).map(|_| "is not for so many arguments")
    }
}
