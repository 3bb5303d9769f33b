//! Random programs: over every registered op and every structured call, at ordinary and at strange numbers.

use super::program::{Arg, BLOCK_STEPS, Body, List, MOST_STEPS, Number, Program, Registered, STEPS, Statement, Step};
use gprime::op::{Op, Params, Visitor, visit};
use gprime::prelude::*;

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    /// Whether something of this probability, in percent, happens.
    fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (0.5 / (1u64 << 52) as f64)
    }
    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// How many arguments a registered op takes.
#[derive(Clone, Copy)]
enum Arity {
    Fixed(usize),
    Any,
}

/// The registered ops.
pub struct Ops(Vec<(&'static str, Arity, Params)>);

impl Ops {
    pub fn new() -> Self {
        let mut ops = Ops(vec![]);
        visit(&mut ops);
        ops
    }
}

impl Visitor for Ops {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        self.0.push((O::NAME, Arity::Fixed(N), op.params()));
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        self.0.push((O::NAME, Arity::Any, op.params()));
    }
}

/// Where rules have kinks, jumps and ends of domains, or change their form.
const PLACES: &[f64] = &[0.0, 1.0, 0.5, 2.0, 3.0, 6.0, 0.25, 1.5, 20.0, 22.0, 40.0, 700.0, 745.0];
const EXTREMES: &[f64] = &[5e-324, 1e-310, f64::MIN_POSITIVE, 1e-200, 1e-160, 1e154, 1e200, 1e300, f64::MAX];

/// Makes programs.
pub struct Generator<'a> {
    pub random: &'a mut Random,
    pub ops: &'a Ops,
    /// Whether the numbers may be strange.
    wild: bool,
}

impl<'a> Generator<'a> {
    pub fn program(random: &'a mut Random, ops: &'a Ops) -> Program {
        let wild = random.percent(30);
        let mut make = Generator { random, ops, wild };
        let n = match make.random.below(100) {
            0..80 => 1 + make.random.below(4),
            80..95 => 5 + make.random.below(8),
            _ => 13 + make.random.below(58),
        };
        let same = make.random.percent(10).then(|| make.number());
        let x: Vec<f64> = (0..n).map(|_| same.unwrap_or_else(|| make.number())).collect();
        let statements = 1 + make.random.below(12);
        let body = make.body(&x, statements, true);
        Program { x: x.into_iter().map(Number).collect(), body }
    }

    fn number(&mut self) -> f64 {
        let sign = if self.random.percent(50) { -1.0 } else { 1.0 };
        sign * match self.random.below(if self.wild { 100 } else { 75 }) {
            0..50 => self.random.unit() * 3.0,
            50..62 => self.random.of(PLACES),
            62..70 => self.random.unit() * 30.0,
            70..75 => (self.random.unit() * 12.0 - 6.0).exp(),
            75..83 => {
                let place = self.random.of(PLACES);
                if self.random.percent(50) { place.next_up() } else { place.next_down() }
            }
            83..90 => (self.random.unit() * 74.0 - 37.0).exp(),
            90..97 => self.random.of(EXTREMES),
            97 => f64::NAN,
            _ => f64::INFINITY,
        }
    }

    fn arg(&mut self, values: &[f64]) -> Arg {
        let i = self.random.below(values.len());
        match self.random.below(100) {
            0..60 => Arg::Value(i),
            // a recent one
            60..88 => Arg::Value(values.len() - 1 - self.random.below(values.len().min(4))),
            88..92 => Arg::Constant(Number(values[i])),
            92 if self.wild => Arg::Constant(Number(values[i].next_up())),
            _ => Arg::Constant(Number(self.number())),
        }
    }

    fn args(&mut self, n: usize, values: &[f64]) -> Vec<Arg> {
        (0..n).map(|_| self.arg(values)).collect()
    }

    fn array<const N: usize>(&mut self, values: &[f64]) -> [Arg; N] {
        std::array::from_fn(|_| self.arg(values))
    }

    fn len(&mut self) -> usize {
        match self.random.below(100) {
            0..3 => 0,
            3..75 => 1 + self.random.below(8),
            75..92 => 9 + self.random.below(25),
            _ => 34 + self.random.below(37),
        }
    }

    fn list(&mut self, len: usize, values: &[f64], inputs: usize) -> List {
        let fits = |n: usize| len <= n;
        match self.random.below(100) {
            0..20 if fits(inputs) => {
                let from = self.random.below(inputs - len + 1);
                List::Slice { from, to: from + len }
            }
            0..40 if fits(values.len()) => {
                let from = values.len() - len - self.random.below((values.len() - len + 1).min(5));
                List::Slice { from, to: from + len }
            }
            // equally far apart
            40..50 if fits(values.len() / 2) => {
                let from = self.random.below(2);
                List::Args((0..len).map(|i| Arg::Value(from + 2 * i)).collect())
            }
            50..58 => List::Args(vec![self.arg(values); len]),
            58..62 => List::Args((0..len).map(|_| Arg::Constant(Number(self.number()))).collect()),
            _ => List::Args(self.args(len, values)),
        }
    }

    fn any_list(&mut self, values: &[f64], inputs: usize) -> List {
        let len = self.len();
        self.list(len, values, inputs)
    }

    fn steps(&mut self, inputs: usize, least: usize) -> Vec<Step> {
        let n = least + self.random.below(MOST_STEPS - least + 1);
        (0..n).map(|i| self.step(BLOCK_STEPS, inputs + i)).collect()
    }

    fn step(&mut self, ops: &[&str], len: usize) -> Step {
        let late = |random: &mut Random| {
            if random.percent(50) { len - 1 - random.below(len.min(3)) } else { random.below(len) }
        };
        let op = self.random.of(ops).to_owned();
        Step { op, a: late(self.random), b: late(self.random), c: Number(self.number()) }
    }

    /// A program for these values of its inputs.
    fn body(&mut self, x: &[f64], statements: usize, structures: bool) -> Body {
        let mut values = x.to_vec();
        let mut code = vec![];
        for _ in 0..statements {
            // most often one whose results are finite
            let tries = if self.random.percent(if self.wild { 70 } else { 97 }) { 8 } else { 1 };
            for t in 1.. {
                let statement = self.statement(&values, x.len(), structures);
                let results = statement.results(x, &values);
                if t >= tries || results.iter().all(|y| y.is_finite() && y.abs() < 1e6) {
                    values.extend(results);
                    code.push(statement);
                    break;
                }
            }
        }
        if self.random.percent(25) {
            let from = if self.random.percent(50) { x.len() } else { 0 };
            if from < values.len() {
                code.push(Statement::Sum(List::Slice { from, to: values.len() }));
                values.push(0.0);
            }
        }
        let mut outputs = vec![values.len() - 1];
        let more = if self.random.percent(70) { 1 } else { self.random.below(9) };
        outputs.extend((0..more).map(|_| self.random.below(values.len())));
        Body { code, outputs }
    }

    /// What a closure does with these values.
    fn closure(&mut self, x: &[f64], outputs: usize) -> Body {
        let x: Vec<f64> = x.iter().map(|&x| if x.is_finite() { x } else { 0.5 }).collect();
        let statements = 1 + self.random.below(4);
        let structures = self.random.percent(20);
        let mut body = self.body(&x, statements, structures);
        body.outputs.truncate(outputs);
        while body.outputs.len() < outputs {
            body.outputs.push(self.random.below(x.len()));
        }
        body
    }

    fn statement(&mut self, values: &[f64], inputs: usize, structures: bool) -> Statement {
        let value = |arg: &Arg| match *arg {
            Arg::Value(i) => values[i],
            Arg::Constant(c) => c.0,
        };
        match self.random.below(if structures { 100 } else { 60 }) {
            0..60 => self.simple(values, inputs),
            60..64 => {
                let inner = 1 + self.random.below(5);
                let [rows, columns] = [self.random.below(6), 1 + self.random.below(5)];
                let a = self.list(rows * inner, values, inputs);
                if self.random.percent(40) {
                    return Statement::Vector { matrix: a, x: self.list(inner, values, inputs) };
                }
                Statement::MatMul { a, b: self.list(columns * inner, values, inputs), inner }
            }
            64..69 => {
                let n = self.random.of(&[2, 3, 3, 9]);
                Statement::Block { steps: if n < 9 { self.steps(n, 0) } else { vec![] }, args: self.args(n, values) }
            }
            69..76 => {
                let n = 2 + self.random.below(2);
                let len = self.len();
                let lists = (0..n).map(|_| {
                    let len = if self.random.percent(20) { 1 } else { len };
                    self.list(len, values, inputs)
                });
                let lists = lists.collect();
                Statement::Map { steps: self.steps(n, 0), lists }
            }
            76..82 => {
                let steps = if self.random.percent(30) { vec![] } else { self.steps(3, 1) };
                let n = self.len();
                let mut len = || if self.random.percent(20) { 1 } else { n };
                let lens = [len(), len(), len()];
                let lists = lens[..2].iter().map(|&len| self.list(len, values, inputs)).collect();
                let data = (0..lens[2]).map(|_| Number(self.number())).collect();
                Statement::ReduceEach { steps, lists, data }
            }
            82..88 => {
                let n = self.len();
                let two = self.random.percent(50);
                let state = (0..1 + usize::from(two)).map(|_| self.list(n, values, inputs)).collect();
                let carry = self.args(usize::from(!two), values);
                let len = if self.random.percent(50) { 1 } else { n };
                let params = vec![self.list(len, values, inputs)];
                let passes = self.random.of(&[0, 1, 1, 2, 3, 5, 17]);
                Statement::Scan { steps: self.steps(3, 1), passes, state, carry, params }
            }
            88..92 => {
                let args = self.array(values);
                Statement::Preaccumulate { body: self.closure(&args.each_ref().map(value), 2), args }
            }
            92..96 => {
                let n = self.len();
                let len = 1 + self.random.below(4);
                let args = self.list(len, values, inputs);
                let mut x: Vec<f64> = args.args().iter().map(value).collect();
                x.push(1.0);
                Statement::SumTerms { n, body: self.closure(&x, 1), args }
            }
            _ => {
                let state: [Arg; 2] = self.array(values);
                let len = self.random.below(3);
                let params = self.list(len, values, inputs);
                let mut x: Vec<f64> = state.iter().chain(&params.args()).map(value).collect();
                x.push(1.0);
                let steps = self.random.of(&[0, 1, 2, 3, 5, 9, 20]);
                Statement::Checkpoint { steps, body: self.closure(&x, 2), state, params }
            }
        }
    }

    /// Ops, operators and reductions.
    fn simple(&mut self, values: &[f64], inputs: usize) -> Statement {
        match self.random.below(100) {
            0..75 => {
                let (name, arity, params) = self.ops.0[self.random.below(self.ops.0.len())].clone();
                let mut param = (!params.is_empty() && self.random.percent(50)).then(|| Number(self.number()));
                // what another parameter costs their tails is said in their docs
                if ["celu", "softplus"].contains(&name) {
                    param = param.map(|_| Number([0.25, 0.5, 1.0, 2.0, 4.0][self.random.below(5)]));
                }
                match arity {
                    Arity::Fixed(n) => Statement::Op { name: name.to_owned(), param, args: self.args(n, values) },
                    Arity::Any => self.reduce(name, !params.is_empty(), values, inputs),
                }
            }
            75..85 => Statement::Step(self.step(STEPS, values.len())),
            85..90 => Statement::Sum(self.any_list(values, inputs)),
            90..95 => {
                let n = self.len();
                Statement::Dot(self.list(n, values, inputs), self.list(n, values, inputs))
            }
            _ => {
                let x = self.any_list(values, inputs);
                let weights = (0..x.len()).map(|_| Number(self.number())).collect();
                Statement::WeightedSum(x, weights)
            }
        }
    }

    fn reduce(&mut self, name: &'static str, has_param: bool, values: &[f64], inputs: usize) -> Statement {
        let n = self.len().max(1);
        let even = Registered::of(name, &[]).erased().validate(3).is_some();
        let fits = |param: &Number| Registered::of(name, &[("", param.0)]).erased().validate(n).is_none();
        let param = has_param.then(|| Number(self.random.below(n) as f64)).filter(fits);
        let first = if self.random.percent(70) { n } else { self.random.below(n + 1) };
        let parts = match first {
            _ if even => vec![self.list(n, values, inputs), self.list(n, values, inputs)],
            first if first == n => vec![self.list(n, values, inputs)],
            first => vec![self.list(first, values, inputs), self.list(n - first, values, inputs)],
        };
        Statement::Reduce { name: name.to_owned(), param, parts }
    }
}
