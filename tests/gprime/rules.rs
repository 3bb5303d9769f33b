//! Every op, every type of number, both tapes: the same rule gives the same answer.

use gprime::op::{Kink, Point, Visitor, visit};
use gprime::prelude::*;
use gprime::registry::Registry;

/// Runs a generic test on every op at every one of its samples, and if asked its kinks and jumps.
struct AtEveryPoint<T> {
    test: T,
    edges: bool,
}

trait Test {
    /// `call` applies the op to any number; `slope` is its rule over `f64`.
    fn run<F: Program>(&mut self, name: &str, x: &[f64], a: f64, slopes: &[f64], program: F);
}

/// An application of one op, for any number.
trait Program: Copy {
    fn call<R: Apply>(self, x: &[R]) -> R;
}

struct Fixed<'a, O, const N: usize>(&'a O);
impl<O, const N: usize> Clone for Fixed<'_, O, N> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<O, const N: usize> Copy for Fixed<'_, O, N> {}
impl<O: Op<N>, const N: usize> Program for Fixed<'_, O, N> {
    fn call<R: Apply>(self, x: &[R]) -> R {
        R::call(self.0, x.try_into().unwrap())
    }
}

struct Variadic<'a, O>(&'a O);
impl<O> Clone for Variadic<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<O> Copy for Variadic<'_, O> {}
impl<O: Reduce> Program for Variadic<'_, O> {
    fn call<R: Apply>(self, x: &[R]) -> R {
        R::reduce(self.0, x)
    }
}

impl<T> AtEveryPoint<T> {
    fn points(&self, mut samples: Vec<Point>, kinks: Vec<Kink>, jumps: Vec<Point>) -> Vec<Point> {
        let edges: Vec<Point> = kinks.into_iter().map(|k| k.at).chain(jumps).collect();
        if self.edges {
            samples.extend(edges);
        } else {
            samples.retain(|x| !edges.contains(x));
        }
        samples
    }
}

impl<T: Test> Visitor for AtEveryPoint<T> {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        let samples = op.samples().into_iter().map(|x| Point::from_slice(&x)).collect();
        for x in self.points(samples, op.kinks(), op.jumps()) {
            let at: [f64; N] = x[..].try_into().unwrap();
            let a = op.value(at);
            self.test.run(O::NAME, &x, a, &op.slope(at, a), Fixed::<O, N>(&op));
        }
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        for x in self.points(op.samples(), op.kinks(), vec![]) {
            let a = op.value(&x);
            let mut slopes = vec![0.0; x.len()];
            op.slope(&x, a, &mut slopes);
            self.test.run(O::NAME, &x, a, &slopes, Variadic(&op));
        }
    }
}

/// The next number above or below.
fn beside(x: f64, step: i64) -> f64 {
    match x {
        0.0 => step as f64 * f64::from_bits(1),
        x => f64::from_bits(x.to_bits().wrapping_add_signed(step * x.signum() as i64)),
    }
}

/// Equal as numbers, NaN to NaN.
fn same(x: f64, y: f64) -> bool {
    x == y || x.is_nan() && y.is_nan()
}

#[test]
fn every_number_and_both_tapes_agree_to_the_bit() {
    struct Agree;
    impl Test for Agree {
        fn run<F: Program>(&mut self, name: &str, x: &[f64], a: f64, slopes: &[f64], program: F) {
            let lanes: Vec<Lanes> = x.iter().map(|&x| Lanes::from(x)).collect();
            assert!(program.call(&lanes).0.iter().all(|&l| same(l, a)), "{name} at {x:?} in lanes");

            let mut tape = Tape::lean();
            let mut g = vec![f64::NAN; x.len()];
            assert!(same(tape.value_and_gradient(|x| program.call(x), x, &mut g), a), "{name} at {x:?}, lean value");

            let tape = Tape::new();
            let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
            let y = program.call(&inputs);
            let gradient = tape.backward(y);
            assert!(same(y.value(), a), "{name} at {x:?}, recorded value");

            for (i, &slope) in slopes.iter().enumerate() {
                assert!(same(g[i], slope), "{name} at {x:?}: lean gradient {} for {slope}", g[i]);
                assert!(same(gradient[inputs[i]], slope), "{name} at {x:?}: recorded gradient, not {slope}");
                let mut u = vec![0.0; x.len()];
                u[i] = 1.0;
                let (value, tangent) = jvp(|x| vec![program.call(x)], x, &u);
                assert!(same(value[0], a) && same(tangent[0], slope), "{name} at {x:?}: dual {tangent:?} for {slope}");
            }
        }
    }
    visit(&mut AtEveryPoint { test: Agree, edges: true });
}

/// Also where the lanes are on different sides of a branch, and where one of them alone is far out.
#[test]
fn each_lane_is_as_if_it_were_alone() {
    struct InLanes;
    impl Visitor for InLanes {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            let edges = op.kinks().into_iter().map(|kink| kink.at).chain(op.jumps());
            let far = [f64::INFINITY, -f64::INFINITY, f64::NAN, 800.0, -800.0, 1e-300, 0.0, -0.0].map(|x| [x; N]);
            let edges = edges.map(|x| x[..].try_into().unwrap());
            let points: Vec<[f64; N]> = op.samples().into_iter().chain(edges).chain(far).collect();
            for i in 0..points.len() {
                let three = [points[i], points[(i + 1) % points.len()], points[7 * i % points.len()]];
                let x: [Lanes<3>; N] = std::array::from_fn(|k| Lanes(three.map(|x| x[k])));
                let (a, slopes) = op.value_and_slope(x);
                for lane in 0..3 {
                    let (one, of_one) = op.value_and_slope(three[lane]);
                    assert!(same(a.0[lane], one), "{} at {three:?}: {a:?} in lanes, not {one}", O::NAME);
                    assert!(same(op.value(x).0[lane], op.value(three[lane])), "{} at {three:?}: the value", O::NAME);
                    let all_same = (0..N).all(|k| same(slopes[k].0[lane], of_one[k]));
                    assert!(all_same, "{} at {three:?}: slopes {slopes:?} in lanes, not {of_one:?}", O::NAME);
                }
            }
        }
        fn reduce<O: Reduce>(&mut self, _: O) {}
    }
    visit(&mut InLanes);
}

#[test]
fn every_mode_has_the_same_second_derivatives() {
    struct Agree;
    impl Test for Agree {
        fn run<F: Program>(&mut self, name: &str, x: &[f64], _: f64, _: &[f64], program: F) {
            let forward_over_reverse = hessian(|x| program.call(x), x);
            let reverse_over_reverse = jacobian(|x| gradient(|x| program.call(x), x), x);
            let tape = Tape::new();
            let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
            let recorded = tape.hessian(program.call(&inputs), &inputs).unwrap();
            let scale = forward_over_reverse.iter().flatten().fold(0.0, |m: f64, h| m.max(h.abs()));
            for i in 0..x.len() {
                for j in 0..x.len() {
                    let forward_over_forward = {
                        let at = |k: usize| Dual {
                            primal: Dual::new(x[k], f64::from(u8::from(k == j))),
                            tangent: Dual::constant(f64::from(u8::from(k == i))),
                        };
                        program.call(&(0..x.len()).map(at).collect::<Vec<_>>()).tangent.tangent
                    };
                    let h = forward_over_reverse[i][j];
                    let others = [reverse_over_reverse[i][j], recorded[i][j], forward_over_forward];
                    for other in others {
                        let close = (h - other).abs() <= 1e-13 * (h.abs() + other.abs()) + 1e-15 * scale;
                        assert!(
                            close || same(h, other),
                            "{name} at {x:?}: second derivative ({i}, {j}): {h}, {others:?}"
                        );
                    }
                }
            }
        }
    }
    visit(&mut AtEveryPoint { test: Agree, edges: false });
}

#[test]
fn nan_goes_in_and_comes_out() {
    // what ignores its argument, or some value of it, cannot pass NaN on
    let exempt = |name: &str| ["less", "less_equal", "equal", "select"].contains(&name);
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1) && !exempt(op.name())) {
        let a: f64 = op.value(&[f64::NAN]).unwrap();
        assert!(a.is_nan(), "{} of NaN is {a}", op.name());
        let mut slope = [0.0];
        op.slope(&[f64::NAN], a, &mut slope).unwrap();
        let constant_slope = {
            let slope_at = |x: f64| {
                let mut s = [0.0];
                op.slope(&[x], op.value(&[x]).unwrap(), &mut s).unwrap();
                s[0]
            };
            [-10.0, -0.5, 0.5, 10.0].iter().all(|&x| slope_at(x) == slope_at(0.3)) && op.jumps().is_empty()
        };
        assert!(slope[0].is_nan() || constant_slope, "the slope of {} at NaN is {}", op.name(), slope[0]);
    }
}

#[test]
fn every_kink_is_answered_as_it_is_declared() {
    for op in Registry::new().iter() {
        for kink in op.kinks() {
            let a: f64 = op.value(&kink.at).unwrap();
            let mut slopes = vec![f64::NAN; kink.at.len()];
            op.slope(&kink.at, a, &mut slopes).unwrap();
            assert_eq!(slopes[..], kink.slope[..], "{} at its kink {:?}", op.name(), kink.at);
            for (i, &slope) in slopes.iter().enumerate() {
                assert!(kink.contains(i, slope), "{} at its kink {:?} leaves the interval", op.name(), kink.at);
            }
        }
    }
}

#[test]
fn one_ulp_beside_a_kink_the_slope_is_that_of_the_side() {
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1)) {
        for kink in op.kinks() {
            let slope = |x: f64| {
                let mut slopes = [f64::NAN];
                op.slope(&[x], op.value(&[x]).unwrap(), &mut slopes).unwrap();
                slopes[0]
            };
            let (at, left, right) = (kink.at[0], kink.left[0], kink.right[0]);
            assert!((slope(beside(at, -1)) - left).abs() <= 1e-14, "{} left of its kink at {at}", op.name());
            assert!((slope(beside(at, 1)) - right).abs() <= 1e-14, "{} right of its kink at {at}", op.name());
            if at == 0.0 {
                assert_eq!(slope(-0.0), slope(0.0), "{} at the two zeros", op.name());
            }
        }
    }
}

/// The other choices of slope: both ends of the interval are possible, and nothing beyond.
#[test]
fn another_slope_can_be_chosen_at_a_kink() {
    fn choose<O: Op<1>>(op: O) -> &'static str {
        for slope in op.kinks().iter().flat_map(|k| [k.left[0], k.right[0], k.slope[0]]) {
            let allowed = op.kinks().iter().all(|k| k.contains(0, slope));
            let chosen = op.clone().slope_at_kink(slope);
            assert_eq!(chosen.is_ok(), allowed, "{} with the slope {slope}", O::NAME);
            let Ok(chosen) = chosen else { continue };
            for kink in chosen.kinks() {
                let z = kink.at[0];
                assert_eq!(gradient(|x| x[0].apply(&chosen), &[z]), [slope], "{} at {z}", O::NAME);
                assert_eq!(jvp(|x| vec![x[0].apply(&chosen)], &[z], &[1.0]).1, [slope]);
                let near = beside(z, 1);
                assert_eq!(chosen.slope([near], 0.0), op.slope([near], 0.0));
            }
            gprime::check::op(&chosen).assert_pass();
        }
        for outside in [-1e9, 1e9, f64::INFINITY, f64::NAN] {
            assert!(
                op.clone().slope_at_kink(outside).is_err_and(|e| e.is_kink()),
                "{} with the slope {outside}",
                O::NAME
            );
        }
        O::NAME
    }
    use gprime::op::*;
    let chosen = [
        choose(Abs),
        choose(Clamp { lo: -1.0, hi: 1.0 }),
        choose(Relu),
        choose(LeakyRelu::default()),
        choose(Relu6),
        choose(Selu),
        choose(Softshrink::default()),
        choose(HardTanh::default()),
        choose(HardSigmoid),
        choose(HardSwish),
    ];
    let registry = Registry::new();
    let kinked = registry.iter().filter(|op| op.arity() == Some(1) && !op.kinks().is_empty());
    assert_eq!(kinked.map(|op| op.name()).collect::<Vec<_>>(), chosen);
    assert!(Sigmoid.slope_at_kink(0.25).unwrap_err().is_kink());
}

#[test]
fn the_textbooks_formula_is_the_rule() {
    for op in Registry::new().iter() {
        for x in op.samples() {
            let (a, b): (f64, f64) = (op.value(&x).unwrap(), op.textbook(&x).unwrap());
            let (mut slopes, mut others) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            op.slope(&x, a, &mut slopes).unwrap();
            op.textbook_slope(&x, a, &mut others).unwrap();
            let close = |x: f64, y: f64| (x - y).abs() <= 1e-9 * x.abs().max(y.abs()) + 1e-12 || same(x, y);
            assert!(close(a, b), "{} at {x:?}: {a}, and the textbook says {b}", op.name());
            for (slope, other) in slopes.into_iter().zip(others) {
                assert!(close(slope, other), "{} at {x:?}: slope {slope}, and the textbook says {other}", op.name());
            }
        }
    }
}
