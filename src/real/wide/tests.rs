//! Lanes that do not know of each other, and that are `f64` where there is no kernel; the errors of the kernels are in `tests` of each.

use super::Wide;
use crate::real::isa::{Baseline, Chosen};
use crate::real::{Isa, Real, WithIsa, intrinsics};

/// A function of two lists of lanes; one of one argument leaves the second aside.
trait Lanewise: Copy {
    fn lanes<I: Isa, const L: usize>(self, x: Wide<I, L>, y: Wide<I, L>) -> Wide<I, L>;
}

/// Each result with the numbers in arrays of `L`, the first one at a place.
#[derive(Clone, Copy)]
struct Run<'a, F, const L: usize> {
    f: F,
    x: &'a [f64],
    y: &'a [f64],
    place: usize,
}

impl<F: Lanewise, const L: usize> WithIsa for Run<'_, F, L> {
    type Out = Vec<u64>;
    #[inline(always)]
    fn run<I: Isa>(self) -> Vec<u64> {
        let n = self.x.len();
        let mut results = vec![0; n];
        for start in (0..n).step_by(L) {
            let at = |i: usize| (start + i + n - self.place) % n;
            let lanes = |from: &[f64]| Wide::<I, L>::new(std::array::from_fn(|i| from[at(i)]));
            let result = self.f.lanes(lanes(self.x), lanes(self.y));
            for i in 0..L {
                let bits = result.0[i].to_bits();
                // NaN is NaN, whatever its bits are
                results[at(i)] = if result.0[i].is_nan() { f64::NAN.to_bits() } else { bits };
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
        let single = set.run(Run::<_, 1> { f, x: &x, y: &y, place: 0 });
        for place in 0..8 {
            assert!(single == set.run(Run::<_, 4> { f, x: &x, y: &y, place }), "{name}, 4 lanes, {set:?}");
            assert!(single == set.run(Run::<_, 8> { f, x: &x, y: &y, place }), "{name}, 8 lanes, {set:?}");
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
const KERNELS: [&str; 1] = ["tanh"];

macro_rules! functions {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        #[test]
        fn each_lane_stands_alone() {
            $({
                #[derive(Clone, Copy)]
                struct F;
                impl Lanewise for F {
                    #[inline(always)]
                    fn lanes<I: Isa, const L: usize>(self, x: Wide<I, L>, _: Wide<I, L>) -> Wide<I, L> {
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
                    fn lanes<I: Isa, const L: usize>(self, x: Wide<I, L>, y: Wide<I, L>) -> Wide<I, L> {
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
                    fn lanes<I: Isa, const L: usize>(self, $x: Wide<I, L>, $y: Wide<I, L>) -> Wide<I, L> {
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
    type Three = Wide<Baseline, 3>;
    let mask = |x| Three::uniform(Three::new(x).less(1.0.into()));
    assert_eq!(mask([0.0, -1.0, 0.5]), Some(true));
    assert_eq!(mask([2.0, f64::NAN, 1.0]), Some(false));
    assert_eq!(mask([0.0, 2.0, 0.0]), None);
}
