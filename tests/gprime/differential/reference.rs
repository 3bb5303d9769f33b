//! What is right: every rule at the program's own values in numbers of twice the digits, and the chain rule written out.
//!
//! A program's modes all compute the same values, to the bit; so their local slopes are the same up to the accuracy of the rules, and a
//! gradient is a sum over paths of products of these. What a mode may be off is then a number of roundings times the sum of the paths'
//! *magnitudes*, and no tolerance is guessed. A second derivative is a sum over nodes v of ȳ(v) · ∂²v/∂uᵢ∂uⱼ · ∂uᵢ/∂x · ∂uⱼ/∂x, and so
//! on.

use super::program::{Registered, Runs};
use gprime::Error;
use gprime::function::VectorRule;
use gprime::op::{self, Domain, Op};
use gprime::prelude::*;
use gprime::real::{DoubleDouble, Special, Special2};
use std::cell::RefCell;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number that records, for [`Reference`] alone: what it depends on, and its derivatives by these.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub value: f64,
    /// Its place in the recording; `None` for a constant.
    place: Option<usize>,
}

/// A node's arguments, its slopes by them, and its second derivatives, row by row.
#[derive(Default)]
struct Derivatives {
    args: Vec<usize>,
    /// Each with how far off it may be.
    slopes: Vec<(DoubleDouble, f64)>,
    seconds: Vec<(DoubleDouble, f64)>,
    /// Whether the rule takes differences of its arguments: ∞ − ∞ of two tangents is then NaN, whatever the second derivative.
    differences: bool,
}

thread_local! {
    static NODES: RefCell<Vec<Derivatives>> = const { RefCell::new(vec![]) };
}

impl Node {
    fn push(value: f64, derivatives: Derivatives) -> Node {
        NODES.with_borrow_mut(|nodes| {
            nodes.push(derivatives);
            Node { value, place: Some(nodes.len() - 1) }
        })
    }

    /// This node, as one of a rule that takes differences.
    fn by_differences(self) -> Node {
        if let Some(place) = self.place {
            NODES.with_borrow_mut(|nodes| nodes[place].differences = true);
        }
        self
    }

    /// A node with this value of an op, given its slopes at dual numbers. Outside of the op's domain they are NaN.
    fn record(
        value: f64,
        domain: Domain,
        x: &[Node],
        slopes: impl Fn(&[Dual<DoubleDouble>]) -> Vec<Dual<DoubleDouble>>,
    ) -> Node {
        let slopes = |x: &[Dual<DoubleDouble>]| {
            if value.is_nan() && domain != Domain::ALL {
                vec![Dual::new(f64::NAN.into(), f64::NAN.into()); x.len()]
            } else {
                slopes(x)
            }
        };
        let active: Vec<usize> = (0..x.len()).filter(|&i| x[i].place.is_some()).collect();
        if active.is_empty() {
            return Node { value, place: None };
        }
        // the slopes, and their derivatives by each argument, with all arguments times a number
        let derivatives = |scale: f64, by: &[usize]| {
            let (mut first, mut seconds) = (vec![], vec![]);
            let mut at: Vec<Dual<DoubleDouble>> =
                x.iter().map(|x| Dual::constant(DoubleDouble::from(x.value) * scale)).collect();
            for &i in by {
                at[i].tangent = 1.0.into();
                let slopes = slopes(&at);
                at[i].tangent = 0.0.into();
                seconds.push(active.iter().map(|&j| slopes[j].tangent).collect::<Vec<DoubleDouble>>());
                first = active.iter().map(|&j| slopes[j].primal).collect::<Vec<DoubleDouble>>();
            }
            (first, seconds)
        };
        let (first, by_each) = derivatives(1.0, &(0..x.len()).collect::<Vec<_>>());
        let mut seconds: Vec<DoubleDouble> = active.iter().flat_map(|&i| by_each[i].iter().copied()).collect();
        // where the rounding of the arguments decides a branch of the rule, `f64` may take the other one
        let [below, above] = [-4.0, 4.0].map(|ulps| derivatives(1.0 + ulps * f64::EPSILON, &active).1.concat());
        for (second, (a, b)) in seconds.iter_mut().zip(below.iter().zip(&above)) {
            let [a, b] = [a, b].map(|second| second.to_f64());
            if (a - b).abs() > 1e-3 * a.abs().max(b.abs()) {
                *second = f64::NAN.into();
            }
        }
        let n = active.len();
        for (place, second) in seconds.iter_mut().enumerate() {
            let (by, slope) = (place / n, place % n);
            // a slope that is NaN is so in all its parts, in the order of the derivatives that takes it first
            let undefined = first[by].to_f64().is_nan() || first[slope].to_f64().is_nan();
            // a second derivative is about a slope over an argument; where that is too small for the exponent, 0 is no answer
            let (size, scale) = (first[slope].to_f64().abs(), x[active[by]].value.abs());
            let underflows = size != 0.0 && second.to_f64().abs() < SMALLEST && size / scale < SMALLEST;
            // of several arguments, what a rule divides by may overflow, or the value be too small for the exponent, where the second
            // derivative is not
            let lost = x.len() > 1
                && second.to_f64() != 0.0
                && (x.iter().any(|x| x.value != 0.0 && 1.0 / x.value.abs() > LARGEST)
                    || value.abs() < SMALLEST && x.iter().all(|x| x.value != 0.0));
            if undefined || underflows || lost {
                *second = f64::NAN.into();
            }
        }
        // the digits of a rule; of one of several arguments as many as if these were a little off, since they may cancel
        let several = x.len() > 1;
        let roundings = if several { x.len() as f64 * f64::EPSILON } else { 0.0 };
        let size = |x: f64| if x.is_finite() { x.abs() } else { 0.0 };
        // a slope that is the smallest number here and 0 there, and all that belongs to it
        let is_tiny = |slopes: &[DoubleDouble]| slopes.iter().any(|s| s.to_f64() != 0.0 && s.to_f64().abs() < SMALLEST);
        let subnormal = value != 0.0 && value.abs() < SMALLEST;
        let tiny = first.iter().any(|slope| slope.to_f64() == 0.0)
            && (subnormal || is_tiny(&derivatives(0.95, &active[..1]).0));
        let smallest = if tiny || is_tiny(&first) { 64.0 * f64::from_bits(1) } else { 0.0 };
        // next to 0 the lower half of a number of twice the digits is lost, and the upper one has as few digits as the argument
        let lost = |x: &Node| if x.value == 0.0 { 0.0 } else { 4.0 * f64::from_bits(1) / x.value.abs() };
        let lost: f64 = x.iter().map(lost).sum();
        let slope_error = |j: usize| {
            let moved: f64 = by_each.iter().zip(x).map(|(by, x)| size(by[j].to_f64() * x.value)).sum();
            size(first[j].to_f64()) * (SLOPE + roundings + lost) + if several { moved * SLOPE } else { 0.0 } + smallest
        };
        // near the root of a second derivative an error of the slope's size is allowed; the slopes of a linear op have none
        let linear = seconds.iter().all(|second| second.to_f64() == 0.0);
        let second_error = |place: usize| {
            let (by, slope) = (place / n, place % n);
            let of_slope = size(first[by].to_f64()).max(size(first[slope].to_f64())) * OF_SLOPE;
            let largest = x[active[by]].value.abs().max(x[active[slope]].value.abs());
            let scale = if several && largest != 0.0 { largest.min(1.0) } else { 1.0 };
            size(seconds[place].to_f64()) * (SECOND + roundings)
                + if linear { 0.0 } else { of_slope / scale }
                + smallest
        };
        let errors: Vec<f64> = (0..n * n).map(second_error).collect();
        let slopes = (0..n).map(|j| (first[j], slope_error(j))).collect();
        let args = active.iter().map(|&i| x[i].place.expect("it is active")).collect();
        Node::push(
            value,
            Derivatives { args, slopes, seconds: seconds.into_iter().zip(errors).collect(), ..Derivatives::default() },
        )
    }
}

impl Call for Node {
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let value = op.evaluate_value(x.map(|x| x.value));
        Node::record(value, op.domain(), &x, |x| op.evaluate(std::array::from_fn::<_, N, _>(|i| x[i])).1.into())
    }
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        let x = x.concat();
        let values: Vec<f64> = x.iter().map(|x| x.value).collect();
        Node::record(f64::reduce(op, &values), op.domain(), &x, |x| {
            let mut slopes = vec![Dual::from(0.0); x.len()];
            op.evaluate(x, &mut slopes);
            slopes
        })
        .by_differences()
    }
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        let values: Vec<f64> = x.iter().map(|x| x.value).collect();
        Node::record(f64::weighted_sum(&values, weights), Domain::ALL, x, |_| {
            weights.iter().map(|&w| w.into()).collect()
        })
    }
}

impl Apply for Node {
    const ORDER: u32 = 2;

    /// Each result is a node whose slopes are its adjoint taken back.
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        let values: Vec<Vec<f64>> = x.iter().map(|list| list.iter().map(|x| x.value).collect()).collect();
        let y = f64::vector(rule, &values.iter().map(|list| &**list).collect::<Vec<_>>())?;
        let node = |(k, &value): (usize, &f64)| {
            let slopes = |at: &[Dual<DoubleDouble>]| {
                let mut rest = at;
                let lists = x.iter().map(|list| rest.split_off(..list.len()).unwrap()).collect::<Vec<_>>();
                let y = <Dual<DoubleDouble>>::vector(rule, &lists).unwrap();
                let (mut seed, mut of_x) = (vec![Dual::from(0.0); y.len()], vec![Dual::from(0.0); at.len()]);
                seed[k] = Dual::from(1.0);
                rule.pull_back(at, &y, &seed, &mut of_x).unwrap();
                of_x
            };
            Node::record(value, Domain::ALL, &x.concat(), slopes).by_differences()
        };
        Ok(y.iter().enumerate().map(node).collect())
    }
}

impl Runs for Node {
    fn registered(op: Registered, x: &[&[Self]]) -> Self {
        let x = x.concat();
        let values: Vec<f64> = x.iter().map(|x| x.value).collect();
        let value = op.erased().apply(&values).expect("the op is for all numbers");
        let node = Node::record(value, op.erased().domain(), &x, |x| {
            let mut slopes = vec![Dual::from(0.0); x.len()];
            op.evaluated_at(x, &mut slopes);
            slopes
        });
        if op.erased().arity().is_none() { node.by_differences() } else { node }
    }
}

impl From<f64> for Node {
    fn from(value: f64) -> Self {
        Node { value, place: None }
    }
}

impl Neg for Node {
    type Output = Self;
    fn neg(self) -> Self {
        Self::call(&op::Neg, [self])
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident $Assign:ident $g:ident)*) => { $(
        impl $Op for Node {
            type Output = Self;
            fn $f(self, rhs: Self) -> Self {
                Self::call(&op::$Op, [self, rhs])
            }
        }
        impl $Op<f64> for Node {
            type Output = Self;
            fn $f(self, rhs: f64) -> Self {
                self.$f(Node::from(rhs))
            }
        }
        impl $Op<&Node> for Node {
            type Output = Self;
            fn $f(self, rhs: &Node) -> Self {
                self.$f(*rhs)
            }
        }
        impl $Assign for Node {
            fn $g(&mut self, rhs: Self) {
                *self = self.$f(rhs);
            }
        }
        impl $Assign<f64> for Node {
            fn $g(&mut self, rhs: f64) {
                *self = self.$f(rhs);
            }
        } )*
    };
}
operators! { Add add AddAssign add_assign Sub sub SubAssign sub_assign Mul mul MulAssign mul_assign Div div DivAssign div_assign }

impl std::iter::Sum for Node {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        let terms: Vec<Node> = terms.collect();
        let value = terms.iter().map(|x| x.value).sum();
        Node::record(value, Domain::ALL, &terms, |x| vec![Dual::from(1.0); x.len()])
    }
}

impl std::iter::Product for Node {
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Node::from(1.0), |product, x| product * x)
    }
}

impl<'a> std::iter::Sum<&'a Node> for Node {
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl<'a> std::iter::Product<&'a Node> for Node {
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::from(0.0)
    }
}

macro_rules! real {
    ($($f:ident: $op:ident)*; $($g:ident: $op2:ident)*) => {
        impl Real for Node {
            type Mask = bool;
            fn less(self, rhs: Self) -> bool {
                self.value < rhs.value
            }
            fn less_equal(self, rhs: Self) -> bool {
                self.value <= rhs.value
            }
            fn equal(self, rhs: Self) -> bool {
                self.value == rhs.value
            }
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            fn uniform(mask: bool) -> Option<bool> {
                Some(mask)
            }
            fn special(self, f: Special) -> Self {
                f.call(self)
            }
            fn special2(self, rhs: Self, f: Special2) -> Self {
                f.call([self, rhs])
            }
            $(fn $f(self) -> Self {
                Self::call(&op::$op, [self])
            })*
            $(fn $g(self, rhs: Self) -> Self {
                Self::call(&op::$op2, [self, rhs])
            })*
        }
    };
}
real! {
    exp: Exp exp2: Exp2 expm1: Expm1 ln: Ln log2: Log2 log10: Log10 ln_1p: Ln1p sqrt: Sqrt cbrt: Cbrt sin: Sin cos: Cos tan: Tan
    asin: Asin acos: Acos atan: Atan sinh: Sinh cosh: Cosh tanh: Tanh asinh: Asinh acosh: Acosh atanh: Atanh erf: Erf erfc: Erfc
    abs: Abs sign: Sign floor: Floor ceil: Ceil round: Round;
    pow: Pow atan2: Atan2 hypot: Hypot mul_strong_zero: Chain
}

/// A sum over paths of products: what it is, and what bounds its error.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    pub value: DoubleDouble,
    /// The sum of the paths' magnitudes. It is not finite if a path whose every factor is not 0 has one that is not finite.
    pub magnitude: f64,
    /// How far off a mode may be.
    pub error: f64,
    /// The logarithms to base 2 of the largest and the smallest product of some of a path's factors.
    pub range: [f64; 2],
}

/// Below this a second derivative may have lost all its digits.
const SMALLEST: f64 = 1e-290;
/// Beyond this a reciprocal in a rule may have overflowed.
const LARGEST: f64 = 1e300;
/// How far off a slope of a rule may be, as a part of it: 4 ULP.
const SLOPE: f64 = 4.0 * f64::EPSILON;
/// How far off a second derivative of a rule may be: 16 ULP.
const SECOND: f64 = 16.0 * f64::EPSILON;
/// Near a root of a second derivative, how far off it may be as a part of a slope, or of a slope over an argument.
const OF_SLOPE: f64 = 4.0 * f64::EPSILON;

impl Path {
    /// No path at all.
    fn none() -> Path {
        Path { value: 0.0.into(), magnitude: 0.0, error: 0.0, range: [0.0; 2] }
    }

    /// A path of no edges.
    fn empty() -> Path {
        Path { value: 1.0.into(), magnitude: 1.0, ..Path::none() }
    }

    /// A path of one edge, a slope or a second derivative with how far off it may be.
    fn edge((value, error): (DoubleDouble, f64)) -> Path {
        let (size, log) = (value.to_f64().abs(), value.to_f64().abs().log2());
        let range = if log.is_finite() { [log.max(0.0), log.min(0.0)] } else { [0.0; 2] };
        Path { value, magnitude: size, error, range }
    }

    /// One after the other; 0 annihilates.
    fn times(self, rhs: Path) -> Path {
        let zero = |path: Path| path.magnitude == 0.0 && path.error == 0.0;
        if zero(self) || zero(rhs) {
            return Path::none();
        }
        let range = [self.range[0] + rhs.range[0], self.range[1] + rhs.range[1]];
        let zero = self.value.to_f64() == 0.0 || rhs.value.to_f64() == 0.0;
        let magnitude = self.magnitude * rhs.magnitude;
        // a product that underflows is none of 0; one of ∞ and what is 0 but for its error may be anything, and NaN here
        let underflows = magnitude == 0.0 && self.magnitude > 0.0 && rhs.magnitude > 0.0;
        Path {
            value: if zero { 0.0.into() } else { self.value * rhs.value },
            magnitude: if underflows { f64::MIN_POSITIVE } else { magnitude },
            error: self.error * (rhs.magnitude + rhs.error) + self.magnitude * rhs.error + magnitude * f64::EPSILON,
            range: if underflows { [range[0], f64::NEG_INFINITY] } else { range },
        }
    }

    /// One beside the other.
    fn add(&mut self, rhs: Path) {
        if rhs.magnitude != 0.0 || rhs.error != 0.0 {
            self.value += rhs.value;
            self.magnitude += rhs.magnitude;
            self.error += rhs.error + self.magnitude * f64::EPSILON;
            self.range = [self.range[0].max(rhs.range[0]), self.range[1].min(rhs.range[1])];
        }
    }
}

/// What is known of a derivative.
pub enum Known {
    /// It is this, within a bound.
    Within(f64, f64),
    /// A path of it has a factor that is not finite, and none that is 0.
    NotFinite,
    /// Products of its factors over- or underflow in some order.
    OutOfRange,
}

impl Path {
    /// What a mode must say.
    pub fn known(self) -> Known {
        /// The logarithm of the largest number that is multiplied without fear, and of the smallest.
        const RANGE: [f64; 2] = [1000.0, -960.0];
        if self.range[0] > RANGE[0] || self.range[1] < RANGE[1] {
            return Known::OutOfRange;
        }
        if !self.magnitude.is_finite() {
            return Known::NotFinite;
        }
        if self.error.is_nan() {
            return Known::OutOfRange;
        }
        // a slope that is rounded to a multiple of the smallest number, times all that follows
        let subnormal = 64.0 * f64::from_bits(1) * self.range[0].exp2();
        Known::Within(self.value.to_f64(), self.error + subnormal)
    }
}

/// A program's run at some inputs, and its derivatives there.
pub struct Reference {
    pub outputs: Vec<Node>,
    nodes: Vec<Derivatives>,
    inputs: usize,
}

impl Reference {
    pub fn new(program: impl FnOnce(&[Node]) -> Vec<Node>, x: &[f64]) -> Self {
        NODES.with_borrow_mut(Vec::clear);
        let inputs: Vec<Node> = x.iter().map(|&x| Node::push(x, Derivatives::default())).collect();
        let outputs = program(&inputs);
        Reference { outputs, nodes: NODES.take(), inputs: x.len() }
    }

    /// The derivative of an output by each node.
    fn adjoints(&self, output: usize) -> Vec<Path> {
        let mut adjoints = vec![Path::none(); self.nodes.len()];
        if let Some(place) = self.outputs[output].place {
            adjoints[place] = Path::empty();
        }
        for (i, node) in self.nodes.iter().enumerate().rev() {
            for (&arg, &slope) in node.args.iter().zip(&node.slopes) {
                let share = adjoints[i].times(Path::edge(slope));
                adjoints[arg].add(share);
            }
        }
        adjoints
    }

    /// The derivative of each node by an input.
    fn tangents(&self, input: usize) -> Vec<Path> {
        let mut tangents: Vec<Path> = Vec::with_capacity(self.nodes.len());
        for (i, node) in self.nodes.iter().enumerate() {
            let mut tangent = if i == input { Path::empty() } else { Path::none() };
            for (&arg, &slope) in node.args.iter().zip(&node.slopes) {
                tangent.add(tangents[arg].times(Path::edge(slope)));
            }
            tangents.push(tangent);
        }
        tangents
    }

    /// The derivatives of an output that forward mode finds: it adds at each node what comes by the node's arguments, all of the size of
    /// the largest, where the reverse sweep adds what is small first.
    pub fn forward(&self, output: usize, derivatives: &[Path]) -> Vec<Path> {
        // the most additions on the way from an input to a node
        let mut additions: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let most = node.args.iter().map(|&arg| additions[arg]).max().unwrap_or(0);
            additions.push(most + node.args.len());
        }
        let additions = self.outputs[output].place.map_or(0, |place| additions[place]);
        let with = |path: &Path| Path { error: path.error + path.magnitude * f64::EPSILON * additions as f64, ..*path };
        derivatives.iter().map(with).collect()
    }

    /// The gradient of an output.
    pub fn gradient(&self, output: usize) -> Vec<Path> {
        let mut adjoints = self.adjoints(output);
        adjoints.truncate(self.inputs);
        adjoints
    }

    /// A row of the Hessian of an output.
    pub fn hessian_row(&self, output: usize, row: usize) -> Vec<Path> {
        let adjoints = self.adjoints(output);
        let by_row = self.tangents(row);
        // the derivative of each adjoint along the row, and with it that of those below
        let mut shares = vec![Path::none(); self.nodes.len()];
        for (i, node) in self.nodes.iter().enumerate().rev() {
            let n = node.args.len();
            for (j, &arg) in node.args.iter().enumerate() {
                let mut change = Path::none();
                for (k, &other) in node.args.iter().enumerate() {
                    let second = Path::edge(node.seconds[k * n + j]);
                    let infinite = node.differences && !by_row[other].magnitude.is_finite();
                    change.add(if infinite { by_row[other] } else { by_row[other].times(second) });
                }
                shares[arg].add(adjoints[i].times(change));
                let passed = shares[i].times(Path::edge(node.slopes[j]));
                shares[arg].add(passed);
            }
        }
        shares.truncate(self.inputs);
        shares
    }
}
