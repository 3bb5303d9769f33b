//! Every rule against exact values, rounded once, of g, g′ and g″, and what must hold to the bit.
//!
//! `tests/data/golden.csv` and `golden_more.csv` hold op, x, g, g′ and g″ as hex floats, computed with 400 digits by
//! `tests/data/golden.py`: about half of 300 random points of seed 1 for each op and of 100 of seed 11, and of its special points. A quarter
//! of the random points each is uniform in ±6, uniform in ±45, log-uniform from 1e-18 to 1e3, and any pattern of bits. `golden_partials.csv` holds the other ops, of one argument
//! or more, with all their partial derivatives up to the second. `golden_special.csv` holds the special functions of one argument, those of a family by their
//! order, and `golden_parameters.csv` those with other parameters and those of two arguments.

use crate::common::{hex, same, ulps};
use gprime::op::{BetaDensity, Domain, GammaDensity, Op, Reduce, Visitor, visit};
use gprime::prelude::*;
use gprime::registry::Registry;
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::FRAC_PI_2;
use std::fmt::Write;

/// The bound on value and slope, in ULP of the exact number.
const ULP: f64 = 2.0;
/// The bound on the second derivative: in ULP, or near a root of it in 2⁻⁵³ of the slope.
const SECOND: f64 = 4.0;
/// The second derivatives that may be off by more, with the reason in the docs of the op.
const WIDER: [(&str, f64); 1] = [("cbrt", 5.0)];
/// The roots of slopes: where one is near, the slope may be off by 2⁻⁵² instead.
const ROOTS: [(&str, f64); 4] = [
    ("silu", -1.278464542761074),
    ("mish", -1.1924312145154952),
    ("gelu", -0.7517915246935645),
    ("gelu_tanh", -0.7524614220710163),
];
const NEAR_ROOT: f64 = 0.5;

/// g(−x) = −g(x), and g′(−x) = g′(x).
const ODD: &str = "neg recip round sign cbrt sin tan asin atan sinh asinh atanh erf tanh softsign tanhshrink softshrink \
    hardshrink hard_tanh erfinv bessel_j1 bessel_i1 spherical_sinc";
/// g(−x) = g(x), and g′(−x) = −g′(x).
const EVEN: &str = "square abs cos cosh gaussian log_cosh bessel_j0 bessel_j bessel_i0 bessel_i sinc";
/// g′(−x) = g′(x), and no more.
const EVEN_SLOPE: &str = "sigmoid acos erfc";
/// g′ ≥ 0.
const RISING: &str = "exp exp2 expm1 ln log2 log10 ln_1p sqrt cbrt asin atan sinh asinh acosh atanh erf sigmoid tanh \
    relu leaky_relu relu6 elu selu celu softplus log_sigmoid softsign tanhshrink softshrink hard_tanh hard_sigmoid \
    squareplus logit erfinv normal_cdf normal_log_cdf normal_quantile gamma_p beta_i";
/// g′ ≤ 0.
const FALLING: &str = "neg recip acos erfc erfcx ierfcx stirling_rest gamma_q";

const INF: f64 = f64::INFINITY;
/// g at −∞ and ∞, and g′ there; what lies outside the domain is not looked at.
#[rustfmt::skip]
const LIMITS: [(&str, [f64; 2], [f64; 2]); 62] = [
    ("neg",          [INF, -INF],  [-1.0, -1.0]),
    ("recip",        [0.0, 0.0],   [0.0, 0.0]),
    ("square",       [INF, INF],   [-INF, INF]),
    ("abs",          [INF, INF],   [-1.0, 1.0]),
    ("exp",          [0.0, INF],   [0.0, INF]),
    ("exp2",         [0.0, INF],   [0.0, INF]),
    ("expm1",        [-1.0, INF],  [0.0, INF]),
    ("ln",           [0.0, INF],   [0.0, 0.0]),
    ("log2",         [0.0, INF],   [0.0, 0.0]),
    ("log10",        [0.0, INF],   [0.0, 0.0]),
    ("ln_1p",        [0.0, INF],   [0.0, 0.0]),
    ("sqrt",         [0.0, INF],   [0.0, 0.0]),
    ("cbrt",         [-INF, INF],  [0.0, 0.0]),
    ("atan",         [-FRAC_PI_2, FRAC_PI_2], [0.0, 0.0]),
    ("sinh",         [-INF, INF],  [INF, INF]),
    ("cosh",         [INF, INF],   [-INF, INF]),
    ("asinh",        [-INF, INF],  [0.0, 0.0]),
    ("acosh",        [0.0, INF],   [0.0, 0.0]),
    ("erf",          [-1.0, 1.0],  [0.0, 0.0]),
    ("erfc",         [2.0, 0.0],   [0.0, 0.0]),
    ("sigmoid",      [0.0, 1.0],   [0.0, 0.0]),
    ("tanh",         [-1.0, 1.0],  [0.0, 0.0]),
    ("relu",         [0.0, INF],   [0.0, 1.0]),
    ("leaky_relu",   [-INF, INF],  [0.01, 1.0]),
    ("relu6",        [0.0, 6.0],   [0.0, 0.0]),
    ("elu",          [-1.0, INF],  [0.0, 1.0]),
    ("selu",         [-1.7580993408473766, INF], [0.0, 1.0507009873554805]),
    ("celu",         [-1.0, INF],  [0.0, 1.0]),
    ("softplus",     [0.0, INF],   [0.0, 1.0]),
    ("log_sigmoid",  [-INF, 0.0],  [1.0, 0.0]),
    ("softsign",     [-1.0, 1.0],  [0.0, 0.0]),
    ("silu",         [0.0, INF],   [0.0, 1.0]),
    ("gelu",         [0.0, INF],   [0.0, 1.0]),
    ("gelu_tanh",    [0.0, INF],   [0.0, 1.0]),
    ("mish",         [0.0, INF],   [0.0, 1.0]),
    ("tanhshrink",   [-INF, INF],  [1.0, 1.0]),
    ("softshrink",   [-INF, INF],  [1.0, 1.0]),
    ("hardshrink",   [-INF, INF],  [1.0, 1.0]),
    ("hard_tanh",    [-1.0, 1.0],  [0.0, 0.0]),
    ("hard_sigmoid", [0.0, 1.0],   [0.0, 0.0]),
    ("hard_swish",   [0.0, INF],   [0.0, 1.0]),
    ("squareplus",   [0.0, INF],   [0.0, 1.0]),
    ("gaussian",     [0.0, 0.0],   [0.0, 0.0]),
    ("log_cosh",     [INF, INF],   [-1.0, 1.0]),
    ("erfcx",        [INF, 0.0],   [-INF, 0.0]),
    ("ierfcx",       [INF, 0.0],   [-INF, 0.0]),
    ("normal_cdf",   [0.0, 1.0],   [0.0, 0.0]),
    ("normal_log_cdf", [-INF, 0.0], [INF, 0.0]),
    ("sinc",         [0.0, 0.0],   [0.0, 0.0]),
    ("spherical_sinc", [0.0, 0.0], [0.0, 0.0]),
    ("bessel_j0",    [0.0, 0.0],   [0.0, 0.0]),
    ("bessel_j1",    [0.0, 0.0],   [0.0, 0.0]),
    ("bessel_j",     [0.0, 0.0],   [0.0, 0.0]),
    ("bessel_y0",    [0.0, 0.0],   [0.0, 0.0]),
    ("bessel_y1",    [0.0, 0.0],   [0.0, 0.0]),
    ("bessel_i0",    [INF, INF],   [-INF, INF]),
    ("bessel_i1",    [-INF, INF],  [INF, INF]),
    ("log1pmx",      [0.0, -INF],  [0.0, -1.0]),
    ("stirling_rest", [0.0, 0.0],  [0.0, 0.0]),
    ("gamma_p",      [0.0, 1.0],   [0.0, 0.0]),
    ("gamma_q",      [0.0, 0.0],   [0.0, 0.0]),
    ("gamma_density", [0.0, 0.0],  [0.0, 0.0]),
];

/// A built-in op of one argument.
struct Unary {
    domain: Domain,
    /// g, g′ and g″.
    eval: Box<dyn Fn(f64) -> [f64; 3]>,
}

/// The ops of one argument, by their names and, of families, their orders; that of the registry has none.
fn ops_by_order() -> BTreeMap<(&'static str, Option<u32>), Unary> {
    struct Unaries(BTreeMap<(&'static str, Option<u32>), Unary>);
    impl Visitor for Unaries {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            let of_order = |n: Option<u32>| n.map_or(Some(op.clone()), |n| op.with_param("n", n.into()).ok());
            for order in [None].into_iter().chain((0..=20).map(Some)).filter(|_| N == 1) {
                let Some(op) = of_order(order) else { continue };
                let domain = op.domain();
                let eval = move |x| {
                    let x = [Dual::variable(x); N];
                    let (a, slopes) = op.evaluate(x);
                    [a.primal, slopes[0].primal, slopes[0].tangent]
                };
                self.0.insert((O::NAME, order), Unary { domain, eval: Box::new(eval) });
            }
        }
        fn reduce<O: Reduce>(&mut self, _: O) {}
    }
    let mut unaries = Unaries(BTreeMap::new());
    visit(&mut unaries);
    unaries.0
}

fn ops() -> BTreeMap<&'static str, Unary> {
    ops_by_order().into_iter().filter(|((_, order), _)| order.is_none()).map(|((name, _), op)| (name, op)).collect()
}

/// A row of a file: where, and the exact g, g′ and g″ there.
pub(crate) struct Row {
    pub(crate) op: &'static str,
    pub(crate) x: f64,
    exact: [f64; 3],
}

pub(crate) fn rows() -> impl Iterator<Item = Row> {
    let files = [include_str!("../data/golden.csv"), include_str!("../data/golden_more.csv")];
    files.into_iter().flat_map(|file| file.lines().skip(1)).map(|line| {
        let (op, numbers) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(hex).collect();
        Row { op, x: numbers[0], exact: numbers[1..].try_into().unwrap() }
    })
}

/// The rows of the special functions: the order of each that is one of a family, and the row.
fn special_rows() -> impl Iterator<Item = (Option<u32>, Row)> {
    include_str!("../data/golden_special.csv").lines().skip(1).map(|line| {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap();
        let (op, order) = (next(), next().parse().ok());
        let [x, exact @ ..]: [f64; 4] = std::array::from_fn(|_| hex(next()));
        (order, Row { op, x, exact })
    })
}

impl Row {
    /// The errors of g, g′ and g″, in ULP or in the unit that is allowed instead.
    pub(crate) fn errors(&self, got: [f64; 3]) -> [f64; 3] {
        let [value, mut slope, mut second] = std::array::from_fn(|i| ulps(got[i], self.exact[i]));
        if ROOTS.iter().any(|(op, root)| *op == self.op && (self.x - root).abs() < NEAR_ROOT) {
            slope = slope.min((got[1] - self.exact[1]).abs() / f64::EPSILON * ULP);
        }
        second = second.min((got[2] - self.exact[2]).abs() / (self.exact[1].abs() * f64::EPSILON / 2.0));
        [value, slope, second]
    }

    /// As [`errors`](Row::errors), of a special function: next to a zero a number may be off by 2⁻⁵² times its slope instead, but for those values
    /// whose zeros are no excuse.
    fn errors_beside_zeros(&self, got: [f64; 3]) -> [f64; 3] {
        let errors = self.errors(got);
        let has_digits = match self.op {
            "lgamma" | "digamma" | "polygamma" => self.x > 0.0,
            "bessel_j" | "bessel_y" | "spherical_sinc" => false,
            _ => true,
        };
        // waves have a zero in each half period
        let is_wave =
            self.op.contains("bessel") && self.x.abs() > 1.0 || self.op.contains("sinc") && self.x.abs() > 0.5;
        let beside = if is_wave { 1.0 } else { 1e-3 };
        std::array::from_fn(|i| match self.exact.get(i + 1) {
            Some(slope) if self.exact[i].abs() < beside * slope.abs().min(1e3) && !(i == 0 && has_digits) => {
                errors[i].min((got[i] - self.exact[i]).abs() / (slope.abs() * f64::EPSILON) * ULP)
            }
            _ => errors[i],
        })
    }
}

/// For each op the worst error of g, g′ and g″, with its place.
fn worst() -> BTreeMap<&'static str, [(f64, f64); 3]> {
    let ops = ops();
    let mut worst: BTreeMap<_, [(f64, f64); 3]> = BTreeMap::new();
    for row in rows() {
        let errors = row.errors((ops[row.op].eval)(row.x));
        for (worst, error) in worst.entry(row.op).or_default().iter_mut().zip(errors) {
            if error > worst.0 {
                *worst = (error, row.x);
            }
        }
    }
    worst
}

#[test]
fn values_slopes_and_second_derivatives_are_exact() {
    let worst = worst();
    let mut table = String::new();
    for (op, worst) in &worst {
        write!(table, "\n{op:12}").unwrap();
        for (error, x) in worst {
            write!(table, "|{error:8.2} at {x:<16.9e}").unwrap();
        }
    }
    let held = |op: &str, [value, slope, second]: [f64; 3]| {
        let wider = WIDER.iter().find(|(wider, _)| *wider == op);
        value <= ULP && slope <= ULP && second <= wider.map_or(SECOND, |(_, bound)| *bound)
    };
    let broken: Vec<_> = worst.iter().filter(|(op, worst)| !held(op, worst.map(|w| w.0))).map(|(op, _)| op).collect();
    assert!(broken.is_empty(), "the bounds are broken by {broken:?}{table}");
    assert!(worst.len() > 45 && rows().count() > 300 * worst.len(), "rows are missing");
}

/// A row of the file of ops with parameters: of one argument it has three derivatives.
struct ParameterRow {
    op: &'static str,
    parameters: Vec<(&'static str, f64)>,
    x: Vec<f64>,
    exact: Vec<f64>,
}

fn parameter_rows() -> impl Iterator<Item = ParameterRow> {
    include_str!("../data/golden_parameters.csv").lines().skip(1).map(|line| {
        let mut fields = line.split(',');
        let mut words = || fields.next().unwrap().split_whitespace();
        let op = words().next().unwrap();
        let parameters = words().map(|word| word.split_once('=').map(|(name, value)| (name, hex(value))).unwrap());
        let (parameters, x) = (parameters.collect(), words().map(hex).collect());
        ParameterRow { op, parameters, x, exact: fields.map(hex).collect() }
    })
}

impl ParameterRow {
    fn exact(&self, asked: Asked) -> f64 {
        self.exact[match asked {
            Asked::Value => 0,
            Asked::Slope(i) => 1 + i,
            Asked::Second(i, j) => 1 + self.x.len() + i + j,
        }]
    }

    /// The error of a number: in ULP, or beside a zero in 2⁻⁵³ of its own slope, and of a second derivative as everywhere in 2⁻⁵³ of the slope.
    ///
    /// The values of functions of one argument have no such excuse. The derivatives of the density of the beta distribution may be off by what the rounding
    /// of a subnormal one makes of them.
    fn error(&self, asked: Asked, got: f64) -> f64 {
        let exact = self.exact(asked);
        let is_single = self.x.len() == 1;
        let slope: f64 = match asked {
            Asked::Value if is_single => 0.0,
            Asked::Value => self.exact[1..3].iter().map(|slope| slope.abs()).sum(),
            Asked::Slope(_) if is_single => self.exact[2].abs(),
            Asked::Second(..) if is_single => self.exact[3].abs(),
            _ => 0.0,
        };
        let difference = (got - exact).abs();
        let mut error = ulps(got, exact);
        if exact.abs() < 0.01 * slope {
            error = error.min(difference / (slope * f64::EPSILON / 2.0));
        }
        if is_single && matches!(asked, Asked::Second(..)) {
            error = error.min(difference / (self.exact[1].abs() * f64::EPSILON / 2.0));
        }
        let of_density = asked.order() as i32 - i32::from(self.op == "beta_i");
        if self.op.contains("beta_") && exact.abs() < 1e-300 && of_density > 0 {
            let parameters: f64 = self.parameters.iter().map(|parameter| parameter.1).sum();
            error = error.min(difference / (parameters.powi(of_density) * f64::from_bits(1)));
        }
        error
    }
}

/// Whether an op has several arguments, and the worst error of its value, slopes and second derivatives, each with its place.
type WorstSpecial = (bool, [(f64, String); 3]);

/// For each special function the worst errors over all its orders and parameters.
fn worst_special() -> BTreeMap<&'static str, WorstSpecial> {
    let ops = ops_by_order();
    let mut worst: BTreeMap<_, WorstSpecial> = BTreeMap::new();
    let mut raise = |op, several, order: usize, error: f64, place: &dyn Fn() -> String| {
        let worst = worst.entry(op).or_default();
        worst.0 |= several;
        if error > worst.1[order].0 {
            worst.1[order] = (error, place());
        }
    };
    for (order, row) in special_rows() {
        let errors = row.errors_beside_zeros((ops[&(row.op, order)].eval)(row.x));
        for (k, error) in errors.into_iter().enumerate() {
            raise(row.op, false, k, error, &|| format!("order {order:?} at {:e}", row.x));
        }
    }
    let ops = all_ops();
    for row in parameter_rows() {
        for (asked, got) in ops[row.op](&row.parameters, &row.x) {
            let error = row.error(asked, got);
            raise(row.op, row.x.len() > 1, asked.order(), error, &|| {
                format!("{:?} at {:?}: {got:e} for {:e}", row.parameters, row.x, row.exact(asked))
            });
        }
    }
    worst
}

#[test]
fn special_functions_are_exact() {
    let mut broken = vec![];
    for (op, (several, worst)) in worst_special() {
        for (k, (error, place)) in worst.into_iter().enumerate() {
            let bound = bounds(several)[k];
            if error > bound {
                broken.push(format!("{op}, {place}: {error:.1} ULP of derivative {k}, where {bound} are allowed"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// At the ends of the domains the slopes and second derivatives have their limits, whatever the parameters are.
#[test]
fn densities_have_their_limits_at_the_ends() {
    fn all<O: Op<1>>(op: O, x: f64) -> [f64; 4] {
        let x = Dual::new(Dual::variable(x), Dual::from(1.0));
        let (a, [slope]) = Dual::<Dual>::call_and_slope(&op, [x]);
        [a.primal.primal, slope.primal.primal, slope.primal.tangent, slope.tangent.tangent]
    }
    let gamma = |a: f64| all(GammaDensity { a }, 0.0);
    assert_eq!(gamma(0.5), [INF, -INF, INF, -INF]);
    assert_eq!(gamma(1.0), [1.0, -1.0, 1.0, -1.0]);
    assert_eq!(gamma(1.5), [0.0, INF, -INF, INF]);
    assert_eq!(gamma(2.0), [0.0, 1.0, -2.0, 3.0]);
    assert_eq!(gamma(2.5), [0.0, 0.0, INF, -INF]);
    assert_eq!(gamma(3.0), [0.0, 0.0, 1.0, -3.0]);
    assert_eq!(gamma(9.0), [0.0; 4]);
    let beta = |a: f64, b: f64, x: f64| all(BetaDensity { a, b }, x);
    assert_eq!(beta(0.5, 0.25, 0.0), [INF, -INF, INF, -INF]);
    assert_eq!(beta(0.5, 3.0, 0.0), [INF, -INF, INF, -INF]);
    assert_eq!(beta(1.0, 1.0, 0.0), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(beta(1.0, 2.0, 0.0), [2.0, -2.0, 0.0, 0.0]);
    assert_eq!(beta(1.0, 3.0, 0.0), [3.0, -6.0, 6.0, 0.0]);
    assert_eq!(beta(2.0, 1.0, 0.0), [0.0, 2.0, 0.0, 0.0]);
    assert_eq!(beta(2.0, 2.0, 0.0), [0.0, 6.0, -12.0, 0.0]);
    assert_eq!(beta(1.5, 2.5, 0.0)[..3], [0.0, INF, -INF]);
    assert_eq!(beta(2.5, 0.5, 0.0)[..3], [0.0, 0.0, INF]);
    assert_eq!(beta(4.0, 4.0, 0.0), [0.0, 0.0, 0.0, 840.0]);
    for (a, b) in [(0.5, 0.25), (1.0, 1.0), (1.0, 2.0), (3.0, 1.0), (2.0, 2.0), (0.5, 3.0), (4.0, 4.0), (1.5, 2.5)] {
        let (left, right) = (beta(a, b, 0.0), beta(b, a, 1.0));
        assert_eq!([left[0], -left[1], left[2]], right[..3], "{a} {b}");
    }
}

/// The bounds on value and slopes, and on the second derivatives, of an op of several arguments.
const OF_SEVERAL: [f64; 2] = [4.0, 16.0];

/// The bounds on value, slopes and second derivatives.
fn bounds(several: bool) -> [f64; 3] {
    if several { [OF_SEVERAL[0], OF_SEVERAL[0], OF_SEVERAL[1]] } else { [ULP, ULP, SECOND] }
}

/// A number that an op is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Value,
    Slope(usize),
    Second(usize, usize),
}

impl Asked {
    /// The order of the derivative.
    fn order(self) -> usize {
        match self {
            Asked::Value => 0,
            Asked::Slope(_) => 1,
            Asked::Second(..) => 2,
        }
    }
}

/// How large the numbers are whose difference an op's number is at this point, where its documentation says that they may cancel: the bound
/// is then in ULP of their sum.
fn minuends(op: &str, asked: Asked, x: &[f64]) -> Option<f64> {
    let sum = || x.iter().map(|x| x.abs()).sum::<f64>();
    let largest = || x.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
    Some(match (op, asked) {
        ("sum", Asked::Value) => sum(),
        ("mean", Asked::Value) => sum() / x.len() as f64,
        ("dot", Asked::Value) => x.iter().zip(&x[x.len() / 2..]).map(|(x, y)| (x * y).abs()).sum(),
        ("mul_add", Asked::Value) => (x[0] * x[1]).abs() + x[2].abs(),
        ("log_diff_exp", Asked::Value) => 1f64.max(x[0].abs()),
        ("logaddexp" | "logsumexp", Asked::Value) => largest().min(x.len() as f64),
        ("soft_target_cross_entropy", Asked::Slope(i)) if i < x.len() / 2 => {
            let (x, t) = x.split_at(x.len() / 2);
            let total = t.iter().map(|t| t.abs()).sum::<f64>();
            (x[i] - x.logsumexp()).exp() * total + t[i].abs()
        }
        ("std", Asked::Second(..)) => 1.0 / (x.std(0) * x.len() as f64),
        ("bce_with_logits", Asked::Value) => 1.0 + x[0].abs() * (1.0 + x[1].abs()),
        ("bce_with_logits", Asked::Slope(0)) => 1.0 + x[1].abs(),
        ("pow", Asked::Second(0, 1) | Asked::Second(1, 0)) => x[0].powf(x[1] - 1.0) * (1.0 + (x[1] * x[0].ln()).abs()),
        ("atan2", Asked::Second(0, 1) | Asked::Second(1, 0)) => x[0].hypot(x[1]).powi(-2),
        _ => return None,
    })
}

/// Whether the documentation of an op excepts a number at this point.
fn excepted(op: &str, asked: Asked, x: &[f64]) -> bool {
    match (op, asked) {
        ("pow", Asked::Second(0, 0)) => x[0].abs().powf(x[1] - 2.0).is_infinite(),
        ("pow", Asked::Second(0, 1) | Asked::Second(1, 0)) => x[0] < 0.0 || x[0].powf(x[1]) < f64::MIN_POSITIVE,
        ("atan2", Asked::Second(..)) => x[0].hypot(x[1]).powi(-2).is_infinite(),
        ("std", Asked::Second(..)) => x.std(0) < f64::MIN_POSITIVE,
        ("norm", Asked::Second(..)) => x.iter().all(|x| x.abs() < f64::MIN_POSITIVE),
        _ => false,
    }
}

/// All numbers of an op with these parameters at a point.
type AllOf = Box<dyn Fn(&[(&str, f64)], &[f64]) -> Vec<(Asked, f64)>>;

/// The built-in ops, each with all its numbers; the second derivatives are those of a tape of dual numbers.
fn all_ops() -> BTreeMap<&'static str, AllOf> {
    fn numbers(x: &[f64], call: impl Fn(&[Dual], &mut [Dual]) -> Dual) -> Vec<(Asked, f64)> {
        let mut all = vec![];
        for i in 0..x.len() {
            let along = |k: usize| if k == i { Dual::variable(x[k]) } else { Dual::constant(x[k]) };
            let mut slopes = vec![Dual::from(0.0); x.len()];
            let a = call(&(0..x.len()).map(along).collect::<Vec<_>>(), &mut slopes);
            all.push((Asked::Value, a.primal));
            for (j, slope) in slopes.into_iter().enumerate() {
                all.push((Asked::Slope(j), slope.primal));
                all.push((Asked::Second(i, j), slope.tangent));
            }
        }
        all
    }
    struct All(BTreeMap<&'static str, AllOf>);
    impl Visitor for All {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            let all = move |parameters: &[(&str, f64)], x: &[f64]| {
                let op = parameters.iter().fold(op.clone(), |op, (name, value)| op.with_param(name, *value).unwrap());
                numbers(x, |x, slopes| {
                    let (a, all) = Dual::call_and_slope(&op, x.try_into().unwrap());
                    slopes.copy_from_slice(&all);
                    a
                })
            };
            self.0.insert(O::NAME, Box::new(all));
        }
        fn reduce<O: Reduce>(&mut self, op: O) {
            let call = move |x: &[Dual], slopes: &mut [Dual]| Dual::reduce_and_slope(&op, x, slopes);
            self.0.insert(O::NAME, Box::new(move |_, x| numbers(x, &call)));
        }
    }
    let mut all = All(BTreeMap::new());
    visit(&mut all);
    all.0
}

/// A row of the third file: the op, the point, and the exact numbers there.
fn partial_rows() -> impl Iterator<Item = (&'static str, Vec<f64>, BTreeMap<Asked, f64>)> {
    include_str!("../data/golden_partials.csv").lines().skip(1).map(|line| {
        let (op, numbers) = line.split_once(',').unwrap();
        let (n, numbers) = numbers.split_once(',').unwrap();
        let n: usize = n.parse().unwrap();
        let mut numbers = numbers.split(',').map(hex);
        let mut next = || numbers.next().unwrap();
        let x = (0..n).map(|_| next()).collect();
        let mut exact = BTreeMap::from([(Asked::Value, next())]);
        exact.extend((0..n).map(|i| (Asked::Slope(i), next())).collect::<Vec<_>>());
        for (i, j) in (0..n).flat_map(|i| (i..n).map(move |j| (i, j))) {
            let second = next();
            exact.extend([(Asked::Second(i, j), second), (Asked::Second(j, i), second)]);
        }
        assert!(numbers.next().is_none(), "{line}");
        (op, x, exact)
    })
}

/// Whether an op has several arguments, and the worst error of its value, slopes and second derivatives, each with its place.
type Worst = (bool, [(f64, Vec<f64>); 3]);

/// The worst errors of each op of the third file.
fn worst_partials() -> BTreeMap<&'static str, Worst> {
    let ops = all_ops();
    let mut worst: BTreeMap<_, Worst> = BTreeMap::new();
    for (op, x, exact) in partial_rows() {
        let worst = worst.entry(op).or_default();
        worst.0 |= x.len() > 1;
        for (asked, got) in ops[op](&[], &x) {
            if excepted(op, asked, &x) {
                continue;
            }
            let exact = exact[&asked];
            let magnitude = minuends(op, asked, &x).filter(|m| m.is_finite());
            let error = match magnitude {
                Some(magnitude) if got != exact => {
                    ulps(got, exact).min((got - exact).abs() / (magnitude * f64::EPSILON))
                }
                _ => ulps(got, exact),
            };
            let order = asked.order();
            if error > worst.1[order].0 {
                worst.1[order] = (error, x.clone());
            }
        }
    }
    worst
}

#[test]
fn partial_derivatives_are_exact() {
    let mut broken = vec![];
    for (op, (several, worst)) in worst_partials() {
        for (bound, (error, x)) in bounds(several).into_iter().zip(worst) {
            if error > bound {
                broken.push(format!("{op}: {error:.1} ULP at {x:?}, where {bound} are allowed"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// No op is without rows, in whatever file.
#[test]
fn every_registered_op_has_exact_rows() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let special = special_rows().map(|row| row.1.op);
    rows()
        .map(|row| row.op)
        .chain(partial_rows().map(|row| row.0))
        .chain(special)
        .chain(parameter_rows().map(|row| row.op))
        .for_each(|op| *counts.entry(op).or_default() += 1);
    let registry = Registry::new();
    let registered: BTreeSet<&str> = registry.iter().map(|op| op.name()).collect();
    assert_eq!(counts.keys().copied().collect::<BTreeSet<_>>(), registered);
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 200).collect();
    assert!(few.is_empty(), "too few rows: {few:?}");
}

/// Each op of a list at points of the rows, at 0 and at the infinities, where they lie in its domain.
fn everywhere(list: &str, mut test: impl FnMut(&str, &Unary, f64)) {
    let ops = ops();
    let points: Vec<f64> = rows().map(|row| row.x.abs()).filter(|x| *x > 0.0).step_by(3).chain([0.0, INF]).collect();
    for name in list.split_whitespace() {
        let op = &ops[name];
        // −0 is the edge of a domain that begins at 0
        let inside = |x: &f64| op.domain.contains(&[*x]) && (*x != 0.0 || op.domain.bound(0).0 < 0.0);
        points.iter().flat_map(|x| [-x, *x]).filter(inside).for_each(|x| test(name, op, x));
    }
}

#[test]
fn symmetries_hold_to_the_bit() {
    let check = |list, value: Option<f64>, slope: f64| {
        everywhere(list, |name, op, x| {
            let ([a, s, _], [mirrored, mirrored_slope, _]) = ((op.eval)(x), (op.eval)(-x));
            let value_holds = value.is_none_or(|sign| same(mirrored, a * sign));
            let slope_holds = same(mirrored_slope, s * slope) || s == 0.0 && mirrored_slope == 0.0;
            assert!(value_holds && slope_holds, "{name} at ±{x:e}: {a:e} {mirrored:e}, {s:e} {mirrored_slope:e}");
        })
    };
    check(ODD, Some(-1.0), 1.0);
    check(EVEN, Some(1.0), -1.0);
    check(EVEN_SLOPE, None, 1.0);
}

#[test]
fn slopes_of_monotone_functions_have_their_sign() {
    everywhere(RISING, |name, op, x| assert!((op.eval)(x)[1] >= 0.0, "{name} at {x:e}"));
    everywhere(FALLING, |name, op, x| assert!((op.eval)(x)[1] <= 0.0, "{name} at {x:e}"));
}

#[test]
fn infinities_give_the_limits() {
    let ops = ops();
    for (name, values, slopes) in LIMITS {
        for (i, x) in [-INF, INF].into_iter().enumerate().filter(|(_, x)| ops[name].domain.contains(&[*x])) {
            let [a, slope, _] = (ops[name].eval)(x);
            assert_eq!([a, slope], [values[i], slopes[i]], "{name} at {x}");
        }
    }
}

#[test]
fn nan_gives_nan() {
    for (name, op) in ops() {
        let [a, slope, _] = (op.eval)(f64::NAN);
        assert!(a.is_nan() && (slope.is_nan() || name == "neg"), "{name}: {a} and {slope}");
    }
}

/// Where others lose digits.
const PEERS: [(&str, &str); 45] = [
    ("sigmoid", "PyTorch, JAX, TensorFlow: slope 0 for x > 37"),
    ("tanh", "PyTorch, JAX, TensorFlow: slope without digits from 14, 0 from 19"),
    ("expm1", "JAX, TensorFlow: slope 0 for x < −37"),
    ("elu", "JAX, TensorFlow: slope 0 for x < −37"),
    ("gelu", "JAX, TensorFlow: 10³ to 10¹¹ ULP; PyTorch: value 0 for x < −8.3"),
    ("gelu_tanh", "PyTorch, JAX, TensorFlow: value 0 for x < −7.3, slope NaN beyond 10¹⁰³"),
    ("softplus", "PyTorch: 1.7·10⁵ ULP and a jump at 20"),
    ("tanhshrink", "PyTorch, JAX, TensorFlow: value 0 for \\|x\\| < 10⁻⁸"),
    ("softsign", "JAX: slope 10¹⁶⁷ ULP"),
    ("squareplus", "JAX, Keras: value 0 or NaN for x < −2·10⁷, ∞ beyond 10¹⁵⁴"),
    ("celu", "PyTorch: slope 10⁹ ULP where alpha is not an `f32`"),
    ("erf", "TensorFlow: NaN beyond 10¹⁶⁰"),
    ("lgamma", "PyTorch, Stan: second 10⁷ ULP for x > 0; JAX: no digits of it for x < −6.4"),
    ("digamma", "PyTorch, Stan: slope 10⁷ ULP; JAX: no digits of it for x < −5.5"),
    ("polygamma", "PyTorch: 10⁶ ULP for n = 1; Stan: 10⁷, only n = 1; JAX: no digits for x < −6.6"),
    ("erfcx", "PyTorch, JAX, TensorFlow: slope 10³ ULP from 20, no digits from 10⁸; Stan: none"),
    ("ierfcx", "none has it"),
    ("erfinv", "TensorFlow: loses digits for \\|x\\| < 4·10⁻⁴, 0 below 10⁻¹⁶, ∞ at 1 − 2⁻⁵³"),
    ("normal_cdf", "PyTorch: loses digits for x < −4, value 0 for x < −8.3; Stan: 10⁵ ULP at −5"),
    ("normal_log_cdf", "JAX, TensorFlow: 10¹⁴ ULP at 8; Stan: slope 10¹¹; PyTorch: slope ∞ for x < −10¹⁵"),
    ("normal_quantile", "JAX: second NaN for x < 10⁻²⁰⁰; Stan: no digits of it next to 1"),
    ("bessel_j0", "PyTorch: 10¹⁰ ULP; TensorFlow: 10⁴; JAX: NaN for \\|x\\| < 10⁻⁵, no digits beyond 25"),
    ("bessel_j1", "PyTorch: 10⁹ ULP; TensorFlow: 10⁵; JAX: NaN for \\|x\\| < 10⁻⁵, no digits beyond 25"),
    ("bessel_j", "JAX: NaN for \\|x\\| < 10⁻⁵, no digits beyond 25; PyTorch, TensorFlow: none"),
    ("bessel_y0", "PyTorch: 10⁹ ULP; TensorFlow: 10⁴; JAX: none"),
    ("bessel_y1", "PyTorch: 10¹⁰ ULP; TensorFlow: 10⁵; JAX: none"),
    ("bessel_y", "only Stan has it: raises for x < 10⁻⁸⁶"),
    ("bessel_i0", "PyTorch, JAX, TensorFlow: ∞ beyond 709.8; JAX: slope 0 for \\|x\\| < 10⁻¹⁶"),
    ("bessel_i1", "PyTorch, JAX, TensorFlow: ∞ beyond 709.8; all: no digits of second for \\|x\\| < 10⁻⁸"),
    ("bessel_i", "Stan, TensorFlow (scaled): second NaN for \\|x\\| < 10⁻²⁰⁰; PyTorch, JAX: none"),
    ("log1pmx", "none has it"),
    ("stirling_rest", "none has it"),
    ("sinc", "PyTorch, JAX, TensorFlow: no digits of slope for \\|x\\| < 10⁻⁸; 10⁹ ULP at 10⁹"),
    ("spherical_sinc", "none has it"),
    ("log1mexp", "JAX, Stan: second 0 or NaN for x < −386; TensorFlow: slope NaN for \\|x\\| < 10⁻¹⁷"),
    ("log_diff_exp", "JAX: −∞ where x ≈ y; TensorFlow: slope NaN there; Stan: second NaN; PyTorch: none"),
    ("xlog1py", "TensorFlow: slope by x 0 at x = 0"),
    ("entropy", "TensorFlow, Stan: second ∞ for x < 10⁻²⁰⁰"),
    ("gamma_p", "PyTorch: 10⁷ ULP for a ≥ 20; JAX, TensorFlow: 10⁵; Stan: slope 0 or 10⁵"),
    ("gamma_q", "PyTorch: 10⁹ ULP; JAX, TensorFlow: 10¹¹ (a = 10⁻¹⁰); Stan: second NaN in places"),
    ("gamma_density", "all: 10⁵ ULP for a of 10⁴"),
    ("beta_i", "TensorFlow: 10⁸ ULP; JAX: 10⁴; Stan: slope 10⁴, NaN in places; PyTorch: none"),
    ("beta_density", "JAX: 10⁹ ULP; PyTorch, Stan: 10⁴; TensorFlow: 731"),
    ("lbeta", "JAX: 10⁹ ULP; TensorFlow, Stan: no digits of slopes for a ≪ b; PyTorch: none"),
    ("polygamma_difference", "none has it"),
];

#[test]
fn the_documented_tables_are_up_to_date() {
    const MARKERS: [[&str; 2]; 3] = [
        ["// table\n", "// end\n"],
        ["// partials\n", "// end of partials\n"],
        ["// special\n", "// end of special\n"],
    ];
    let peers = |op: &str| PEERS.iter().find(|(name, _)| *name == op).map_or("", |(_, peers)| *peers);
    let mut unary = String::from("//! | op | value | slope | second | peers |\n//! |---|---|---|---|---|\n");
    for (op, [(value, _), (slope, _), (second, _)]) in worst() {
        let peers = peers(op);
        writeln!(unary, "//! | {op} | {value:.0} | {slope:.0} | {second:.1} | {peers} |").unwrap();
    }
    let mut partials = String::from("//! | op | value | slopes | second | peers |\n//! |---|---|---|---|---|\n");
    for (op, (_, [(value, _), (slope, _), (second, _)])) in worst_partials() {
        let peers = peers(op);
        writeln!(partials, "//! | {op} | {value:.1} | {slope:.1} | {second:.1} | {peers} |").unwrap();
    }
    let mut special = String::from("//! | op | value | slope | second | peers |\n//! |---|---|---|---|---|\n");
    for (op, (_, [(value, _), (slope, _), (second, _)])) in worst_special() {
        let peers = peers(op);
        writeln!(special, "//! | {op} | {value:.1} | {slope:.1} | {second:.1} | {peers} |").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/accuracy.rs");
    let mut text = std::fs::read_to_string(path).unwrap();
    for ([start, end], table) in MARKERS.into_iter().zip([unary, partials, special]) {
        let (head, rest) = text.split_once(start).unwrap();
        let (documented, tail) = rest.split_once(end).unwrap();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            text = [head, start, &table, end, tail].concat();
            std::fs::write(path, &text).unwrap();
        } else {
            assert!(documented == table, "run UPDATE_DOCS=1 cargo test --test gprime golden; the table is\n{table}");
        }
    }
}
