//! Every rule against exact values, rounded once, of g, g′ and g″; `tests/data/golden.csv` holds them.

use gprime::Dual;
use gprime::op::{Op, Reduce, Visitor, visit};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::RangeInclusive;

/// g, g′ and g″ of one op.
type Eval = Box<dyn Fn(f64) -> [f64; 3]>;

/// Where the bounds hold, by |x|.
const RANGE: RangeInclusive<f64> = 1e-3..=10.0;
/// The bound on value and slope.
const ULP: f64 = 4.0;
/// The bound on the second derivative, against the larger of |g″| and |g′|.
const SECOND: f64 = 1e-12;
/// The roots of slopes: no digits are asked for this close to one of them, but an absolute error.
const ROOTS: [(&str, f64); 4] = [
    ("silu", -1.278464542761074),
    ("mish", -1.1924312145154952),
    ("gelu", -0.7517915246935645),
    ("gelu_tanh", -0.7524614220710163),
];
const NEAR_ROOT: f64 = 0.5;

/// The built-in ops of one argument.
fn ops() -> BTreeMap<&'static str, Eval> {
    struct Unary(BTreeMap<&'static str, Eval>);
    impl Visitor for Unary {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            let eval = move |x| {
                let x = [Dual::variable(x); N];
                let a = op.value(x);
                let slope = op.slope(x, a)[0];
                [a.primal, slope.primal, slope.tangent]
            };
            if N == 1 {
                self.0.insert(O::NAME, Box::new(eval));
            }
        }
        fn reduce<O: Reduce>(&mut self, _: O) {}
    }
    let mut unary = Unary(BTreeMap::new());
    visit(&mut unary);
    unary.0
}

/// A row of the file: where, and the exact g, g′ and g″ there.
struct Row {
    op: &'static str,
    x: f64,
    exact: [f64; 3],
}

fn rows() -> impl Iterator<Item = Row> {
    include_str!("data/golden.csv").lines().skip(1).map(|line| {
        let (op, numbers) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(hex).collect();
        Row { op, x: numbers[0], exact: numbers[1..].try_into().unwrap() }
    })
}

/// Parses a C99 hex float, such as `-0x1.8p-3`.
fn hex(text: &str) -> f64 {
    let Some((sign, digits)) = text.split_once("0x") else { return text.parse().unwrap() };
    let (mantissa, exponent) = digits.split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap() as f64;
    let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    // in two steps, so that a subnormal number is rounded once at most, which is exact here
    let half = exponent / 2;
    let magnitude = integer * 2f64.powi(half) * 2f64.powi(exponent - half);
    if sign == "-" { -magnitude } else { magnitude }
}

/// The distance in units of the last place of the exact number; equal numbers, also infinite ones, have none.
fn ulps(got: f64, exact: f64) -> f64 {
    if got == exact || got.is_nan() && exact.is_nan() {
        return 0.0;
    }
    let ulp = exact.abs().max(f64::MIN_POSITIVE);
    let ulp = f64::from_bits(ulp.to_bits() & (0x7ff << 52)) * f64::EPSILON;
    let error = (got - exact).abs() / ulp.max(f64::from_bits(1));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// The larger of an error and the worst before, with its place.
fn record(worst: &mut (f64, f64), error: f64, x: f64) {
    if error > worst.0 {
        *worst = (error, x);
    }
}

#[test]
fn values_slopes_and_second_derivatives_are_exact() {
    let ops = ops();
    // for each op the worst of g, g′ and g″ within the range, then of the same over all rows in ULP
    let mut worst: BTreeMap<&str, [(f64, f64); 6]> = BTreeMap::new();
    let mut seen = 0;
    for Row { op, x, exact } in rows() {
        let got = ops[op](x);
        let worst = worst.entry(op).or_default();
        for i in 0..3 {
            record(&mut worst[3 + i], ulps(got[i], exact[i]), x);
        }
        if RANGE.contains(&x.abs()) {
            seen += 1;
            let error = |i: usize| (got[i] - exact[i]).abs();
            let near_root = ROOTS.iter().any(|(name, root)| *name == op && (x - root).abs() < NEAR_ROOT);
            let slope = if near_root { error(1) / f64::EPSILON * ULP } else { ulps(got[1], exact[1]) };
            record(&mut worst[0], ulps(got[0], exact[0]), x);
            record(&mut worst[1], slope, x);
            record(&mut worst[2], error(2) / exact[1].abs().max(exact[2].abs()).max(f64::MIN_POSITIVE), x);
        }
    }
    let mut table = format!("{:12}|{:^87}|  whole range, ULP", "", "1e-3 ≤ |x| ≤ 10");
    for (op, worst) in &worst {
        write!(table, "\n{op:12}").unwrap();
        for (i, (error, x)) in worst.iter().enumerate() {
            let precision = if i == 2 { format!("{error:8.1e}") } else { format!("{error:8.2}") };
            write!(table, "|{precision} at {x:<16.9e}").unwrap();
        }
    }
    let held = |worst: &[(f64, f64); 6]| worst[0].0 <= ULP && worst[1].0 <= ULP && worst[2].0 <= SECOND;
    let broken: Vec<_> = worst.iter().filter(|(_, worst)| !held(worst)).map(|(op, _)| op).collect();
    assert!(broken.is_empty(), "the bounds are broken by {broken:?}\n{table}");
    assert!(seen > 40 * worst.len(), "only {seen} rows lie within the range");
}
