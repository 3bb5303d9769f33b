//! The functions that are made here, against `DoubleDouble` and against what C says of their special cases.

use super::{erf, erfc, exp, ln_1p, pow};
use crate::real::{DoubleDouble, Real};

pub(in crate::real) const INF: f64 = f64::INFINITY;
pub(in crate::real) const LEAST: f64 = f64::from_bits(1);

/// The error in units of the last place of the exact number.
pub(in crate::real) fn ulps(got: f64, exact: DoubleDouble) -> f64 {
    let nearest = exact.to_f64();
    if got == nearest && (got == 0.0 || got.is_infinite()) {
        return 0.0;
    }
    let size = nearest.abs().max(f64::MIN_POSITIVE);
    let ulp = f64::from_bits(size.to_bits() & (0x7ff << 52)) * f64::EPSILON;
    let error = ((exact - got) / ulp.max(LEAST)).to_f64().abs();
    if error.is_nan() { INF } else { error }
}

/// The points of a sample: the i-th has the two numbers of a sequence that fills the unit square evenly.
pub(in crate::real) fn sample(n: u32) -> impl Iterator<Item = [f64; 2]> {
    // powers of the inverse of the plastic number
    (1..=n).map(|i| [0.7548776662466927, 0.5698402909980532].map(|step| (f64::from(i) * step).fract()))
}

pub(in crate::real) fn between(low: f64, high: f64) -> impl Fn(f64) -> f64 {
    move |unit| low + (high - low) * unit
}

/// 2ᵉ with e between two numbers.
pub(in crate::real) fn power_of_2(low: f64, high: f64) -> impl Fn(f64) -> f64 {
    move |unit| between(low, high)(unit).exp2()
}

pub(in crate::real) fn signed(f: impl Fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    move |unit| if unit < 0.5 { -f(2.0 * unit) } else { f(2.0 * unit - 1.0) }
}

/// That no error at the points is above the bound.
pub(in crate::real) fn is_held(what: &str, bound: f64, points: impl Iterator<Item = (f64, f64, DoubleDouble)>) {
    let worst = points.map(|(x, got, exact)| (ulps(got, exact), x)).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    println!("{what}: {worst:?}");
    assert!(worst.0 <= bound, "{what}: {worst:?}");
}

type Function = fn(f64) -> f64;
type Exact = fn(DoubleDouble) -> DoubleDouble;
type Place<'a> = &'a dyn Fn(f64) -> f64;

/// The measured worst errors, with a little room for the points in between.
#[test]
fn functions_of_one_argument_are_within_their_bounds() {
    let near_minus_1 = |unit| power_of_2(-53.0, 0.0)(unit) - 1.0;
    let rows: [(&str, Function, Exact, Place, f64); 15] = [
        ("exp", exp, Real::exp, &between(-708.0, 709.0), 0.52),
        ("ln_1p, small", ln_1p, Real::ln_1p, &signed(power_of_2(-60.0, -4.0)), 0.51),
        ("ln_1p, around 0", ln_1p, Real::ln_1p, &between(-0.02, 0.02), 0.51),
        ("ln_1p, middle", ln_1p, Real::ln_1p, &between(-0.99, 4.0), 0.51),
        ("ln_1p, near −1", ln_1p, Real::ln_1p, &near_minus_1, 0.51),
        ("ln_1p, large", ln_1p, Real::ln_1p, &power_of_2(-3.0, 1023.9), 0.51),
        ("erf, center", erf, Real::erf, &between(-0.75, 0.75), 0.9),
        ("erf, beyond", erf, Real::erf, &between(0.75, 6.0), 0.55),
        ("erf, small", erf, Real::erf, &signed(power_of_2(-950.0, -1.0)), 0.8),
        ("erfc, left", erfc, Real::erfc, &between(-6.5, -0.75), 0.55),
        ("erfc, left of the middle", erfc, Real::erfc, &between(-0.75, 0.0), 0.75),
        ("erfc, right of the middle", erfc, Real::erfc, &between(0.0, 1.0), 0.6),
        ("erfc, small", erfc, Real::erfc, &signed(power_of_2(-60.0, -2.0)), 0.6),
        ("erfc, right", erfc, Real::erfc, &between(1.0, 6.0), 0.54),
        ("erfc, far right", erfc, Real::erfc, &between(6.0, 26.5), 0.54),
    ];
    for (what, f, exact, place, bound) in rows {
        let points = sample(40_000).map(|[unit, _]| place(unit));
        is_held(what, bound, points.map(|x| (x, f(x), exact(x.into()))));
    }
}

#[test]
fn powers_are_within_their_bounds() {
    // the exponent is chosen by the logarithm of the result
    let rows: [(&str, Place, Place, f64); 5] = [
        ("any", &power_of_2(-1022.0, 1024.0), &between(-708.0, 709.7), 0.52),
        ("of a subnormal number", &power_of_2(-1073.0, -1022.0), &between(-708.0, 709.7), 0.52),
        (
            "near 1 and huge exponent",
            &|unit| 1.0 + signed(power_of_2(-52.0, -2.0))(unit),
            &between(-708.0, 709.7),
            0.52,
        ),
        ("small", &between(0.1, 10.0), &between(-3.0, 3.0), 0.52),
        ("near overflow", &power_of_2(-1022.0, 1024.0), &between(708.0, 709.78), 0.52),
    ];
    for (what, base, ln, bound) in rows {
        let points = sample(40_000).map(|[first, second]| (base(first), ln(second)));
        let points = points.map(|(x, ln)| (x, ln / x.ln())).filter(|(_, y)| y.is_finite());
        is_held(what, bound, points.map(|(x, y)| (x, pow(x, y), DoubleDouble::from(x).pow(y.into()))));
    }
}

/// Near the least normal number a `DoubleDouble` has no second part; it is asked for the multiple by 2¹⁰⁷⁴. A subnormal result is rounded
/// twice.
#[test]
fn the_least_results_are_within_a_unit() {
    let exact = |ln: DoubleDouble| (ln + DoubleDouble::from(2.0).ln() * 1074.0).exp();
    let normal = (1u64 << 52) as f64;
    for [first, second] in sample(40_000) {
        let ln = between(-745.2, -690.0)(second);
        let x = power_of_2(-1022.0, 1024.0)(first);
        let y = ln / x.ln();
        for (got, exact) in [(exp(ln), exact(ln.into())), (pow(x, y), exact(DoubleDouble::from(x).ln() * y))] {
            let is_normal = exact.to_f64() >= normal;
            let error = if is_normal { ulps(got / LEAST, exact) } else { (exact - got / LEAST).abs().to_f64() };
            assert!(error <= if is_normal { 0.52 } else { 1.0 }, "e^{ln}, {x:e}^{y}: {error}");
        }
    }
}

#[test]
fn powers_that_are_numbers_are_exact() {
    for n in 0..=33 {
        assert_eq!(pow(3.0, n.into()), 3u64.pow(n) as f64);
        assert_eq!(pow(-3.0, n.into()), (-3i64).pow(n) as f64);
    }
    for n in -1074..1024 {
        assert_eq!(pow(2.0, n.into()), f64::from(n).exp2());
        assert_eq!(pow(0.5, (-n).into()), f64::from(n).exp2());
    }
    for [unit, _] in sample(10_000) {
        let x = (unit * 6e7).floor();
        assert_eq!(pow(x, 2.0), x * x);
        assert_eq!(pow(x * x, 0.5), x);
        assert_eq!(pow(unit, 1.0), unit);
        assert_eq!(pow(-unit, 1.0), -unit);
    }
}

#[test]
fn powers_have_the_special_cases_of_c() {
    let is =
        |x: f64, y: f64, power: f64| assert!(same(pow(x, y), power), "{x:e}^{y:e} is {:e}, not {power:e}", pow(x, y));
    let odd = [1.0, 3.0, 4503599627370497.0, 9007199254740991.0];
    let even = [2.0, 4.0, 9007199254740992.0, 1e300, f64::MAX];
    let other = [0.5, 1.5, 1e-300, LEAST, 4503599627370495.5, 0.9999999999999999];
    for y in odd {
        for (sign, zero, infinite) in [(1.0, 0.0, INF), (-1.0, -0.0, -INF)] {
            is(zero, y, zero);
            is(zero, -y, infinite);
            is(infinite, y, infinite);
            is(infinite, -y, zero);
            is(sign, y, sign);
            is(sign, -y, sign);
        }
    }
    for y in even.into_iter().chain(other).chain([INF]) {
        for sign in [1.0, -1.0] {
            is(sign * 0.0, y, 0.0);
            is(sign * 0.0, -y, INF);
            is(sign * INF, y, INF);
            is(sign * INF, -y, 0.0);
        }
    }
    for y in even.into_iter().chain([INF]) {
        is(-1.0, y, 1.0);
        is(-1.0, -y, 1.0);
    }
    for y in other {
        for x in [-1.0, -2.0, -LEAST, -f64::MAX, -0.5] {
            is(x, y, f64::NAN);
            is(x, -y, f64::NAN);
        }
    }
    for y in [0.0, -0.0] {
        for x in [0.0, -0.0, 1.0, -1.0, LEAST, -2.5, INF, -INF, f64::NAN] {
            is(x, y, 1.0);
        }
    }
    for y in odd.into_iter().chain(even).chain(other).chain([INF, -INF, f64::NAN]) {
        is(1.0, y, 1.0);
        is(f64::NAN, y, f64::NAN);
    }
    for x in [0.0, -0.0, -1.0, 2.0, INF, -INF] {
        is(x, f64::NAN, f64::NAN);
    }
    for y in [INF, 1e300, 1e19] {
        for (x, up, down) in [(2.0, INF, 0.0), (0.5, 0.0, INF), (1.0 + f64::EPSILON, INF, 0.0), (LEAST, 0.0, INF)] {
            for x in [x, -x] {
                is(x, y, up);
                is(x, -y, down);
            }
        }
    }
    // beyond the numbers, and at their edges
    is(-2.0, 1025.0, -INF);
    is(-2.0, 1024.0, INF);
    is(-2.0, -1075.0, -0.0);
    is(-2.0, -1076.0, 0.0);
    is(-2.0, -1073.0, -2.0 * LEAST);
    is(-LEAST, 1.0, -LEAST);
    is(-LEAST, -1.0, -INF);
    is(f64::MAX, 1.0, f64::MAX);
    is(f64::MAX, 1e-20, 1.0);
    is(LEAST, -1e-20, 1.0);
}

/// Equal to the bit, or both NaN.
pub(in crate::real) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn the_ends_and_zeros_are_right() {
    let rows: [(Function, &[(f64, f64)]); 3] = [
        (
            ln_1p,
            &[(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-1.0000000000000002, f64::NAN), (-INF, f64::NAN), (INF, INF)],
        ),
        (erf, &[(0.0, 0.0), (-0.0, -0.0), (6.0, 1.0), (-6.0, -1.0), (1e300, 1.0), (INF, 1.0), (-INF, -1.0)]),
        (
            erfc,
            &[(0.0, 1.0), (-0.0, 1.0), (-6.0, 2.0), (-27.0, 2.0), (-INF, 2.0), (27.3, 0.0), (31.5, 0.0), (INF, 0.0)],
        ),
    ];
    for (f, values) in rows {
        for &(x, value) in values.iter().chain(&[(f64::NAN, f64::NAN)]) {
            assert!(same(f(x), value), "{x:e}: {:e} instead of {value:e}", f(x));
        }
    }
    for x in [LEAST, 1e-310, f64::MIN_POSITIVE, 1e-200, 1e-17] {
        assert!(same(ln_1p(x), x) && same(ln_1p(-x), -x));
        assert!(erfc(x) == 1.0 && erfc(-x) == 1.0);
    }
    assert_eq!(erf(LEAST), LEAST);
    // the last ones that are not 0
    assert_eq!(erfc(27.226), LEAST);
    assert_eq!(ln_1p(f64::MAX), 709.782712893384);
}
