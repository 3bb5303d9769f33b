//! `DoubleDouble` against exact values (`tests/data/double_double.csv`, made by `double_double.py`), and against `f64`.

use crate::common::{hex, same};
use gprime::Dual;
use gprime::real::{DoubleDouble, Real};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The relative error that every function is held to: 2⁻⁹³.
const BOUND: f64 = 1.0 / (1u128 << 93) as f64;
/// Near the subnormal numbers no second part is finer than this; a few roundings may add up.
const SPACING: f64 = 8.0 * 5e-324;

type Unary<R> = fn(R) -> R;
type Binary<R> = fn(R, R) -> R;

macro_rules! table {
    ($($f:ident)*) => { [$((stringify!($f), Real::$f)),*] };
}

fn unary<R: Real>() -> [(&'static str, Unary<R>); 28] {
    table! {
        exp exp2 expm1 ln log2 log10 ln_1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc
        abs sign floor ceil round
    }
}

fn binary<R: Real>() -> [(&'static str, Binary<R>); 4] {
    table! { pow atan2 hypot mul_strong_zero }
}

fn operators<R: Real>() -> [(&'static str, Binary<R>); 3] {
    [("add", |x, y| x + y), ("mul", |x, y| x * y), ("div", |x, y| x / y)]
}

fn of<R: Real>(name: &str, x: R, y: R) -> R {
    let unary = unary().into_iter().find(|(n, _)| *n == name).map(|(_, f)| f(x));
    let binary = || binary().into_iter().chain(operators()).find(|(n, _)| *n == name).map(|(_, f)| f(x, y));
    unary.or_else(binary).unwrap_or_else(|| panic!("no function {name}"))
}

fn relative_error(got: DoubleDouble, exact: DoubleDouble) -> f64 {
    let difference = (got - exact).abs().to_f64();
    match difference {
        d if d.is_nan() => f64::INFINITY,
        d if d <= SPACING => 0.0,
        d => d / exact.to_f64().abs(),
    }
}

/// Run with `--nocapture` to see the worst error of each function.
#[test]
fn functions_have_the_exact_value_within_the_bound() {
    let mut worst = BTreeMap::new();
    for line in include_str!("../data/double_double.csv").lines().skip(1) {
        let (name, numbers) = line.split_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(hex).collect();
        let [x, y, exact] = [0, 2, 4].map(|i| DoubleDouble::new(numbers[i], numbers[i + 1]));
        let error = relative_error(of(name, x, y), exact);
        let before = worst.entry(name).or_insert((0.0, x, y));
        if error > before.0 {
            *before = (error, x, y);
        }
    }
    for (name, (error, x, y)) in &worst {
        println!("{name:6} {error:8.1e} = 2^{:6.1} at {:e} {:e}", error.log2(), x.to_f64(), y.to_f64());
    }
    let failed: Vec<_> = worst.iter().filter(|(_, (error, ..))| *error > BOUND).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let without_rounding = ["abs", "sign", "mul_strong_zero"];
    assert_eq!(
        worst.len(),
        unary::<f64>().len() + binary::<f64>().len() + operators::<f64>().len() - without_rounding.len()
    );
}

/// The distance in numbers of type `f64`.
fn steps(a: f64, b: f64) -> u64 {
    let place = |x: f64| if x.is_sign_negative() { -((x.to_bits() << 1 >> 1) as i64) } else { x.to_bits() as i64 };
    if same(a, b) { 0 } else { place(a).abs_diff(place(b)) }
}

const EDGES: [f64; 17] = [
    f64::NEG_INFINITY,
    f64::MIN,
    -1e300,
    -2.5,
    -1.0,
    -0.5,
    -f64::MIN_POSITIVE,
    -5e-324,
    -0.0,
    0.0,
    5e-324,
    1e-310,
    0.5,
    1.0,
    1e300,
    f64::INFINITY,
    f64::NAN,
];

#[test]
fn edges_are_those_of_f64() {
    let mut failed = vec![];
    let mut check = |call: String, got: DoubleDouble, expected: f64| {
        if steps(got.to_f64(), expected) > 2 || !got.to_f64().is_finite() && got.lo() != 0.0 {
            failed.push(format!("{call} = {got:?}, not {expected:e}"));
        }
    };
    for x in EDGES {
        for ((name, f), (_, exact)) in unary::<f64>().into_iter().zip(unary::<DoubleDouble>()) {
            check(format!("{name}({x:e})"), exact(x.into()), f(x));
        }
        for y in EDGES {
            let exact = binary::<DoubleDouble>().into_iter().chain(operators());
            for ((name, f), (_, exact)) in binary::<f64>().into_iter().chain(operators()).zip(exact) {
                check(format!("{name}({x:e}, {y:e})"), exact(x.into(), y.into()), f(x, y));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn arguments() -> impl Strategy<Value = f64> {
    prop_oneof![-10.0..10.0, -800.0..800.0, any::<f64>()]
}

/// Numbers whose second part is not 0.
fn numbers() -> impl Strategy<Value = DoubleDouble> {
    (-10.0..10.0, -1e-16..1e-16).prop_map(|(a, b)| DoubleDouble::new(a, b))
}

/// Whether two numbers are apart by at most 10⁻²⁸ of `scale`.
fn within_1e_28(a: DoubleDouble, b: DoubleDouble, scale: f64) -> bool {
    (a - b).abs().to_f64() <= 1e-28 * scale
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn f64_functions_are_the_rounded_ones(x in arguments(), y in arguments()) {
        for ((name, f), (_, exact)) in unary::<f64>().into_iter().zip(unary::<DoubleDouble>()) {
            let (got, exact) = (f(x), exact(DoubleDouble::from(x)).to_f64());
            prop_assert!(steps(got, exact) <= 2, "{name}({x:e}) = {got:e}, not {exact:e}");
        }
        for ((name, f), (_, exact)) in binary::<f64>().into_iter().zip(binary::<DoubleDouble>()) {
            let (got, exact) = (f(x, y), exact(x.into(), y.into()).to_f64());
            prop_assert!(steps(got, exact) <= 2, "{name}({x:e}, {y:e}) = {got:e}, not {exact:e}");
        }
    }

    #[test]
    fn the_first_part_is_the_rounded_sum(x in numbers(), y in numbers()) {
        for (name, a) in unary().map(|(name, f)| (name, f(x))).into_iter().chain(binary().map(|(name, f)| (name, f(x, y)))) {
            prop_assert!(same(a.to_f64() + a.lo(), a.to_f64()), "{name}({x:?}, {y:?}) = {a:?}");
        }
    }

    #[test]
    fn identities_hold(x in numbers(), y in numbers()) {
        let one = DoubleDouble::from(1.0);
        prop_assert!(within_1e_28((x + y) - y, x, 20.0));
        prop_assert!(within_1e_28(x * y / y, x, x.to_f64().abs()));
        prop_assert!(within_1e_28(x.exp().ln(), x, 10.0));
        prop_assert!(within_1e_28(x.sin() * x.sin() + x.cos() * x.cos(), one, 1.0));
        prop_assert!(within_1e_28(x.cosh() - x.sinh(), (-x).exp(), x.cosh().to_f64()));
        prop_assert!(within_1e_28(x.tan().atan().tan(), x.tan(), x.tan().to_f64().abs() + x.tan().to_f64().powi(2)));
        prop_assert!(within_1e_28(x.erf() + x.erfc(), one, 2.0));
        prop_assert!(within_1e_28(x.erf(), -(-x).erf(), 0.0));
        let z = x.abs();
        prop_assert!(within_1e_28(z.sqrt() * z.sqrt(), z, z.to_f64()));
        prop_assert!(within_1e_28(x.cbrt().pow(DoubleDouble::from(3.0)), x, z.to_f64()));
        prop_assert!(within_1e_28(x.hypot(y) * x.hypot(y), x * x + y * y, 200.0));
    }

    #[test]
    fn comparisons_see_the_second_part(x in -10.0..10.0) {
        let next = DoubleDouble::new(x, 1e-25);
        let x = DoubleDouble::from(x);
        prop_assert!(x.less(next) && x.less_equal(next) && !x.equal(next));
        prop_assert!(!next.less(x) && !next.less_equal(x) && x.less_equal(x) && x.equal(x));
        prop_assert_eq!(x.partial_cmp(&next), Some(Ordering::Less));
    }
}

/// The first four are arguments at which the exponential of a library was wrong in most digits.
#[test]
fn exponentials_are_right_where_they_are_subnormal() {
    let known = [-710.3232300023117, -708.9793900024013, -708.9475700024034, -708.4299400024379];
    for x in known.into_iter().chain((0..5000).map(|i| -745.0 + 0.0074 * f64::from(i))) {
        let (got, exact) = (Real::exp(x), Real::exp(DoubleDouble::from(x)).to_f64());
        assert!(steps(got, exact) <= 1, "exp({x:?}) = {got:e}, not {exact:e}");
    }
}

#[test]
fn numbers_beside_an_integer_are_rounded_to_the_right_side() {
    let below = DoubleDouble::new(3.0, -1e-20);
    assert_eq!((below.floor().to_f64(), below.ceil().to_f64(), below.round().to_f64()), (2.0, 3.0, 3.0));
    let half = DoubleDouble::new(2.5, -1e-20);
    assert_eq!(
        (half.round().to_f64(), (-half).round().to_f64(), DoubleDouble::from(2.5).round().to_f64()),
        (2.0, -2.0, 3.0)
    );
    let large = DoubleDouble::new(2f64.powi(60), 0.75);
    assert_eq!((large.floor().lo(), large.ceil().lo(), large.round().lo()), (0.0, 1.0, 1.0));
}

#[test]
fn a_dual_of_it_is_an_exact_derivative() {
    let x = DoubleDouble::from(0.7);
    let slope = |f: fn(Dual<DoubleDouble>) -> Dual<DoubleDouble>| f(Dual::variable(x)).tangent;
    let tanh = x.tanh();
    assert!(within_1e_28(slope(|x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())), -(tanh * tanh) + 1.0, 1.0));
    assert!(within_1e_28(slope(|x| (x * x).ln()), DoubleDouble::from(2.0) / x, 1.0));
}
