//! Lanes that do not know of each other, and that are `f64` where there is no kernel; the errors of the kernels are in `tests` of each.

use super::Wide;
use crate::real::DoubleDouble;
use crate::real::isa::Chosen;
use crate::real::math::tests::{INF, LEAST, between, is_held, power_of_2, same, sample, signed, ulps};
use crate::real::{Alone, Isa, Real, Register, WithIsa, intrinsics};
use std::marker::PhantomData;

/// A function of two lists of lanes; one of one argument leaves the second aside.
trait Lanewise: Copy {
    fn lanes<R: Register>(self, x: Wide<R>, y: Wide<R>) -> Wide<R>;
}

/// Registers of some width of every set.
trait Width {
    type In<I: Isa>: Register;
}
struct One;
impl Width for One {
    type In<I: Isa> = Alone<I>;
}
struct Widest;
impl Width for Widest {
    type In<I: Isa> = I::Register;
}
struct Sixteen;
impl Width for Sixteen {
    type In<I: Isa> = I::Sixteen;
}

/// Each result with the numbers in registers of a width, the first one at a place.
struct Run<'a, F, W> {
    f: F,
    x: &'a [f64],
    y: &'a [f64],
    place: usize,
    width: PhantomData<W>,
}

impl<F: Lanewise, W: Width> WithIsa for Run<'_, F, W> {
    type Out = Vec<u64>;
    #[inline(always)]
    fn run<I: Isa>(self) -> Vec<u64> {
        let (n, width) = (self.x.len(), W::In::<I>::WIDTH);
        let mut results = vec![0; n];
        let mut numbers = [0.0; 16];
        for start in (0..n).step_by(width) {
            let at = |i: usize| (start + i + n - self.place) % n;
            let [x, y] = [self.x, self.y].map(|from| {
                let numbers: [f64; 16] = std::array::from_fn(|i| from[at(i)]);
                Wide::<W::In<I>>::load(&numbers)
            });
            self.f.lanes(x, y).store(&mut numbers);
            for (i, number) in numbers[..width].iter().enumerate() {
                // NaN is NaN, whatever its bits are
                results[at(i)] = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
            }
        }
        results
    }
}

/// Arguments of all kinds: special ones, those around the edges of kernels, and a spread over all magnitudes, in no order.
fn arguments() -> Vec<f64> {
    let special =
        [0.0, 1.0, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1), 0.5, 2.0, 3.0, 1e16, 22.0, 710.0];
    let mut all: Vec<f64> = special.into_iter().chain([f64::NAN]).flat_map(|x| [x, -x]).collect();
    let mut bits = 1u64;
    while all.len() < 4096 {
        bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let unit = (bits >> 11) as f64 / (1u64 << 53) as f64;
        all.push(match all.len() % 4 {
            0 => f64::from_bits(bits),
            1 => 20.0 * unit - 10.0,
            2 => 1600.0 * unit - 800.0,
            _ => unit,
        });
    }
    all
}

/// Holds the results to those at width 1 in every width and at every place, for every instruction set.
fn is_lanewise(name: &str, f: impl Lanewise, of_f64: impl Fn(f64, f64) -> f64, exact: bool) {
    let x = arguments();
    let y: Vec<f64> = (0..x.len()).map(|i| x[(7 * i + 3) % x.len()]).collect();
    for set in Chosen::all() {
        let single = set.run(Run { f, x: &x, y: &y, place: 0, width: PhantomData::<One> });
        for place in 0..16 {
            assert!(single == set.run(Run { f, x: &x, y: &y, place, width: PhantomData::<Widest> }), "{name}, {set:?}");
            assert!(
                single == set.run(Run { f, x: &x, y: &y, place, width: PhantomData::<Sixteen> }),
                "{name}, 16 lanes, {set:?}"
            );
        }
        if exact {
            for i in 0..x.len() {
                let (got, want) = (f64::from_bits(single[i]), of_f64(x[i], y[i]));
                let same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
                assert!(same, "{name}({}, {}) is {got:e}, not {want:e}, {set:?}", x[i], y[i]);
            }
        }
    }
}

/// The functions that have kernels with errors of their own.
const KERNELS: [&str; 10] = ["exp", "expm1", "ln", "ln_1p", "tanh", "erf", "erfc", "sin", "cos", "pow"];

macro_rules! functions {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        #[test]
        fn each_lane_stands_alone() {
            $({
                #[derive(Clone, Copy)]
                struct F;
                impl Lanewise for F {
                    #[inline(always)]
                    fn lanes<R: Register>(self, x: Wide<R>, _: Wide<R>) -> Wide<R> {
                        x.$f()
                    }
                }
                let name = stringify!($f);
                is_lanewise(name, F, |x, _| Real::$f(x), !KERNELS.contains(&name));
            })*
            $({
                #[derive(Clone, Copy)]
                struct F;
                impl Lanewise for F {
                    #[inline(always)]
                    fn lanes<R: Register>(self, x: Wide<R>, y: Wide<R>) -> Wide<R> {
                        x.$g(y)
                    }
                }
                let name = stringify!($g);
                is_lanewise(name, F, |x, y| Real::$g(x, y), !KERNELS.contains(&name));
            })*
        }
    };
}
intrinsics!(functions);

macro_rules! operations {
    ($($name:ident: |$x:ident, $y:ident| $result:expr;)*) => {
        #[test]
        fn operations_are_those_of_numbers() {
            $({
                #[derive(Clone, Copy)]
                struct F;
                impl Lanewise for F {
                    #[inline(always)]
                    fn lanes<R: Register>(self, $x: Wide<R>, $y: Wide<R>) -> Wide<R> {
                        $result
                    }
                }
                fn of_f64($x: f64, $y: f64) -> f64 {
                    $result
                }
                is_lanewise(stringify!($name), F, of_f64, true);
            })*
        }
    };
}
operations! {
    neg: |x, _y| -x;
    add: |x, y| x + y;
    sub: |x, y| x - y;
    mul: |x, y| x * y;
    div: |x, y| x / y;
    with_number: |x, y| (1.5 - x) * 3.0 + y / 7.0 - 2.0;
    less: |x, y| Real::select(x.less(y), x, y);
    less_equal: |x, y| Real::select(x.less_equal(y), x, y);
    equal: |x, y| Real::select(x.equal(Real::abs(y)), x, y);
    lazy: |x, y| Real::select_lazy(x.less(y), || x * 2.0, || y + 1.0);
    lazy_uniform: |x, y| Real::select_lazy(Real::less(x * x + 1.0, x * 0.0), || x * 2.0, || y + 1.0);
}

#[test]
fn a_mask_that_is_the_same_everywhere_is_known() {
    /// What is known of the mask of numbers below 1.
    struct Below1([f64; 16]);
    impl WithIsa for Below1 {
        type Out = Option<bool>;
        #[inline(always)]
        fn run<I: Isa>(self) -> Option<bool> {
            Wide::uniform(Wide::<I::Sixteen>::load(&self.0).less(1.0.into()))
        }
    }
    for set in Chosen::all() {
        assert_eq!(set.run(Below1([0.5; 16])), Some(true));
        assert_eq!(set.run(Below1(std::array::from_fn(|i| if i % 2 == 0 { f64::NAN } else { 1.0 }))), Some(false));
        for odd in 0..16 {
            let one_is = |inside: f64, outside| std::array::from_fn(|i| if i == odd { inside } else { outside });
            assert_eq!([one_is(0.0, 2.0), one_is(2.0, 0.0)].map(|x| set.run(Below1(x))), [None, None], "{odd}");
        }
    }
}

/// A name, how a range is filled, and the bound of the errors in it.
type Range<'a> = (&'a str, &'a dyn Fn(f64) -> f64, f64);

macro_rules! kernels {
    ($($Of:ident: $f:ident;)*) => { $(
        #[derive(Clone, Copy)]
        struct $Of;
        impl Lanewise for $Of {
            #[inline(always)]
            fn lanes<R: Register>(self, x: Wide<R>, _: Wide<R>) -> Wide<R> {
                x.$f()
            }
        }
        impl $Of {
            /// Holds the errors at `n` points of each of these ranges to a bound, for every instruction set.
            fn is_within(n: u32, ranges: &[Range]) {
                for set in Chosen::all() {
                    for (what, place, bound) in ranges {
                        let x: Vec<f64> = sample(n).map(|[unit, _]| place(unit)).collect();
                        let results = set.run(Run { f: $Of, x: &x, y: &x, place: 0, width: PhantomData::<Widest> });
                        let points = x.iter().zip(results).map(|(&x, got)| (x, f64::from_bits(got), DoubleDouble::from(x).$f()));
                        is_held(&format!("{} {what}, {set:?}", stringify!($f)), *bound, points);
                    }
                }
            }
            /// Holds results to values, to the bit, for every instruction set.
            fn has(values: &[(f64, f64)]) {
                let x: Vec<f64> = values.iter().map(|value| value.0).collect();
                for set in Chosen::all() {
                    let results = set.run(Run { f: $Of, x: &x, y: &x, place: 0, width: PhantomData::<Widest> });
                    for (&(x, value), got) in values.iter().zip(results.into_iter().map(f64::from_bits)) {
                        assert!(same(got, value), "{}({x:e}) is {got:e}, not {value:e}, {set:?}", stringify!($f));
                    }
                }
            }
        }
    )* };
}
kernels! {
    Exp: exp;
    Expm1: expm1;
    Ln: ln;
    Ln1p: ln_1p;
    Tanh: tanh;
    Erf: erf;
    Erfc: erfc;
    Sin: sin;
    Cos: cos;
}

/// The measured worst errors at four million points of each range, with a little room for those in between.
fn kernels_are_within_their_bounds_at(n: u32) {
    let small = signed(power_of_2(-60.0, -1.0));
    Exp::is_within(
        n,
        &[("all", &between(-690.0, 709.0), 0.68), ("middle", &between(-2.0, 2.0), 0.68), ("small", &small, 0.68)],
    );
    Expm1::is_within(
        n,
        &[
            ("all", &between(-40.0, 709.0), 1.1),
            ("wide", &between(-36.0, 45.0), 1.1),
            ("middle", &between(-2.0, 2.0), 1.1),
            ("small", &small, 1.1),
        ],
    );
    let near_1 = |unit| 1.0 + signed(power_of_2(-52.0, -2.0))(unit);
    Ln::is_within(
        n,
        &[
            ("all", &power_of_2(-1022.0, 1024.0), 0.88),
            ("middle", &between(0.1, 10.0), 0.88),
            ("near 1", &near_1, 0.88),
        ],
    );
    let near_minus_1 = |unit| power_of_2(-53.0, 0.0)(unit) - 1.0;
    Ln1p::is_within(
        n,
        &[
            ("small", &signed(power_of_2(-60.0, -4.0)), 0.6),
            ("around 0", &between(-0.02, 0.02), 0.6),
            ("middle", &between(-0.99, 4.0), 0.95),
            ("near −1", &near_minus_1, 0.9),
            ("large", &power_of_2(-3.0, 1023.9), 0.9),
        ],
    );
    Tanh::is_within(
        n,
        &[("all", &between(-23.0, 23.0), 0.9), ("middle", &between(-1.0, 1.0), 0.9), ("small", &small, 0.9)],
    );
    Erf::is_within(
        n,
        &[
            ("center", &between(-0.75, 0.75), 1.0),
            ("beyond", &between(0.75, 6.0), 0.65),
            ("small", &signed(power_of_2(-950.0, -1.0)), 1.0),
        ],
    );
    Erfc::is_within(
        n,
        &[
            ("left", &between(-6.5, 0.0), 0.8),
            ("middle", &between(0.0, 1.0), 1.25),
            ("small", &signed(power_of_2(-60.0, -2.0)), 1.25),
            ("right", &between(1.0, 6.0), 1.1),
            ("far right", &between(6.0, 26.5), 1.2),
        ],
    );
    let multiples = |unit: f64| (unit * 1e6).round() * std::f64::consts::FRAC_PI_2;
    let near_multiples = |unit: f64| multiples(unit) * (1.0 + 1e-9 * (unit - 0.5));
    let spread = signed(power_of_2(-30.0, 20.5));
    let ranges: [Range; 5] = [
        ("middle", &between(-6.5, 6.5), 0.9),
        ("wide", &between(-1.6e6, 1.6e6), 0.9),
        ("spread", &spread, 0.9),
        ("nearest to multiples", &multiples, 0.9),
        ("near multiples", &near_multiples, 0.9),
    ];
    Sin::is_within(n, &ranges);
    Cos::is_within(n, &ranges);
}

#[derive(Clone, Copy)]
struct Pow;
impl Lanewise for Pow {
    #[inline(always)]
    fn lanes<R: Register>(self, x: Wide<R>, y: Wide<R>) -> Wide<R> {
        x.pow(y)
    }
}

/// The errors of powers at `n` points of each range of the base, and of the logarithm of the result.
fn powers_are_within_their_bounds_at(n: u32) {
    let near_1 = |unit| 1.0 + signed(power_of_2(-52.0, -2.0))(unit);
    let (any, wide) = (power_of_2(-1022.0, 1024.0), between(-708.0, 709.7));
    let negative = |unit| -power_of_2(-3.0, 3.0)(unit);
    let rows: [(Range, &dyn Fn(f64) -> f64); 4] = [
        (("any", &any, 0.83), &wide),
        (("near 1 and huge exponent", &near_1, 0.83), &wide),
        (("small", &between(0.1, 10.0), 0.7), &between(-3.0, 3.0)),
        (("of negative numbers", &negative, 0.7), &between(-20.0, 20.0)),
    ];
    for ((what, base, bound), ln) in rows {
        let pairs = sample(n).map(|[first, second]| {
            let x = base(first);
            let y = ln(second) / Real::ln(x.abs());
            (x, if x < 0.0 { y.round() } else { y })
        });
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.filter(|(_, y)| y.is_finite()).unzip();
        for set in Chosen::all() {
            let results = set.run(Run { f: Pow, x: &x, y: &y, place: 0, width: PhantomData::<Widest> });
            let exact = |x: f64, y: f64| {
                let power = DoubleDouble::from(x.abs()).pow(y.into());
                if x < 0.0 && y % 2.0 != 0.0 { -power } else { power }
            };
            let points = x.iter().zip(&y).zip(results);
            let points = points.map(|((&x, &y), got)| (x, f64::from_bits(got), exact(x, y)));
            is_held(&format!("pow {what}, {set:?}"), bound, points);
        }
    }
}

/// What has to come one by one, or has a sign of its own, is to the bit that of numbers.
#[test]
fn powers_have_the_ends_and_signs_of_numbers() {
    let special =
        [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, INF, -INF, f64::NAN, LEAST, -LEAST, 1e300, -1e300];
    let pairs = special.iter().flat_map(|&x| special.iter().map(move |&y| (x, y)));
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    for set in Chosen::all() {
        let results = set.run(Run { f: Pow, x: &x, y: &y, place: 0, width: PhantomData::<Widest> });
        for ((&x, &y), got) in x.iter().zip(&y).zip(results.into_iter().map(f64::from_bits)) {
            let must = Real::pow(x, y);
            let near = !x.is_nan() && (got - must).abs() <= f64::EPSILON * must.abs();
            assert!(same(got, must) || near, "{x:e} to the power of {y:e} is {got:e}, not {must:e}, {set:?}");
        }
    }
}

#[test]
fn kernels_are_within_their_bounds() {
    kernels_are_within_their_bounds_at(20_000);
    powers_are_within_their_bounds_at(20_000);
}

/// `cargo test --release --lib kernels -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn kernels_are_within_their_bounds_at_millions_of_points() {
    kernels_are_within_their_bounds_at(4_000_000);
    powers_are_within_their_bounds_at(4_000_000);
}

#[test]
fn kernels_have_the_ends_and_zeros_of_numbers() {
    let nan = f64::NAN;
    Exp::has(&[
        (0.0, 1.0),
        (-0.0, 1.0),
        (INF, INF),
        (-INF, 0.0),
        (nan, nan),
        (-746.0, 0.0),
        (-1e9, 0.0),
        (710.0, INF),
        (-745.1, LEAST),
    ]);
    Expm1::has(&[
        (0.0, 0.0),
        (-0.0, -0.0),
        (INF, INF),
        (-INF, -1.0),
        (nan, nan),
        (710.0, INF),
        (-LEAST, -LEAST),
        (1e-300, 1e-300),
    ]);
    Ln::has(&[
        (0.0, -INF),
        (-0.0, -INF),
        (INF, INF),
        (-1.0, nan),
        (-INF, nan),
        (nan, nan),
        (1.0, 0.0),
        (f64::MAX, 709.782712893384),
    ]);
    Ln1p::has(&[
        (0.0, 0.0),
        (-0.0, -0.0),
        (INF, INF),
        (-1.0, -INF),
        (-INF, nan),
        (nan, nan),
        (-LEAST, -LEAST),
        (1e-300, 1e-300),
    ]);
    Tanh::has(&[(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (nan, nan), (-LEAST, -LEAST), (1e-300, 1e-300)]);
    Erf::has(&[
        (0.0, 0.0),
        (-0.0, -0.0),
        (6.0, 1.0),
        (-6.0, -1.0),
        (1e300, 1.0),
        (INF, 1.0),
        (-INF, -1.0),
        (nan, nan),
        (LEAST, LEAST),
    ]);
    Erfc::has(&[
        (0.0, 1.0),
        (-0.0, 1.0),
        (-6.0, 2.0),
        (-INF, 2.0),
        (27.3, 0.0),
        (31.5, 0.0),
        (INF, 0.0),
        (27.2, 2.0 * LEAST),
        (nan, nan),
    ]);
    let small = 2f64.powi(-28);
    Sin::has(&[
        (0.0, 0.0),
        (-0.0, -0.0),
        (INF, nan),
        (-INF, nan),
        (nan, nan),
        (-LEAST, -LEAST),
        (small, small),
        (1e22, Real::sin(1e22)),
    ]);
    Cos::has(&[
        (0.0, 1.0),
        (-0.0, 1.0),
        (INF, nan),
        (-INF, nan),
        (nan, nan),
        (LEAST, 1.0),
        (small, 1.0),
        (1e22, Real::cos(1e22)),
    ]);
}

/// Subnormal results are rounded twice.
#[test]
fn exponentials_below_the_normal_numbers_are_within_a_unit() {
    let x: Vec<f64> = sample(20_000).map(|[unit, _]| between(-745.2, -690.0)(unit)).collect();
    for set in Chosen::all() {
        let results = set.run(Run { f: Exp, x: &x, y: &x, place: 0, width: PhantomData::<Widest> });
        for (&x, got) in x.iter().zip(results) {
            let exact = (DoubleDouble::from(2.0).ln() * 1074.0 + x).exp();
            let normal = exact.to_f64() >= (1u64 << 52) as f64;
            let got = f64::from_bits(got) / LEAST;
            let error = if normal { ulps(got, exact) } else { (exact - got).abs().to_f64() };
            assert!(error <= if normal { 0.68 } else { 1.0 }, "e^{x}: {error}, {set:?}");
        }
    }
}
