//! Every op, every type of number, both tapes: the same rule gives the same answer.

use crate::common::equal;
use crate::differential::program::Registered;
use gprime::forward::Tangents;
use gprime::graph::DynOp;
use gprime::op::{self, Domain, LogAddExp, LogSumExp, Params, Point, Pow, Visitor, visit};
use gprime::prelude::*;
use gprime::real::DoubleDouble;
use gprime::registry::Registry;

/// Shows each op at every one of its samples to a test: its name, the point, its value and slopes there, and the op for any number. With
/// the op's kinks and jumps, or without them.
fn at_every_point(edges: bool, mut test: impl FnMut(&str, &[f64], f64, &[f64], Registered)) {
    for op in Registry::new().iter() {
        let at_edges: Vec<Point> = op.kinks().into_iter().map(|kink| kink.at).chain(op.jumps()).collect();
        let mut points = op.samples();
        if edges {
            points.extend(at_edges);
        } else {
            points.retain(|x| !at_edges.contains(x));
        }
        for x in points {
            let mut slopes = vec![0.0; x.len()];
            let a: f64 = op.evaluate(&x, &mut slopes).unwrap();
            test(op.name(), &x, a, &slopes, Registered::of(op.name(), &op.params()));
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

#[test]
fn every_number_and_both_tapes_agree_to_the_bit() {
    at_every_point(true, |name, x, a, slopes, program| {
        let lanes: Vec<Lanes> = x.iter().map(|&x| Lanes::from(x)).collect();
        assert!(program.call(&lanes).0.iter().all(|&l| equal(l, a)), "{name} at {x:?} in lanes");

        let mut tape = Tape::new();
        let mut g = vec![f64::NAN; x.len()];
        assert!(equal(tape.value_and_gradient(|x| program.call(x), x, &mut g), a), "{name} at {x:?}, value on a tape");

        let tape = Recorder::new();
        let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
        let y = program.call(&inputs);
        let gradient = tape.backward(y);
        assert!(equal(y.value(), a), "{name} at {x:?}, recorded value");

        for (i, &slope) in slopes.iter().enumerate() {
            assert!(equal(g[i], slope), "{name} at {x:?}: gradient on a tape {} for {slope}", g[i]);
            assert!(equal(gradient[inputs[i]], slope), "{name} at {x:?}: recorded gradient, not {slope}");
            let mut u = vec![0.0; x.len()];
            u[i] = 1.0;
            let (value, tangent) = jvp(|x| vec![program.call(x)], x, &u);
            assert!(equal(value[0], a) && equal(tangent[0], slope), "{name} at {x:?}: dual {tangent:?} for {slope}");
        }
    });
}

/// Also where the lanes are on different sides of a branch, and where one of them alone is far out.
#[test]
fn each_lane_is_as_if_it_were_alone() {
    struct InLanes;
    impl Visitor for InLanes {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            let edges = op.kinks().into_iter().map(|kink| kink.at).chain(op.jumps()).collect();
            let rules: Rules<'_, N> = (&|x| op.evaluate(x), &|x| op.evaluate_value(x), &|x| op.evaluate(x));
            lanes_are_apart(O::NAME, op.samples(), edges, rules);
        }
        fn reduce<O: Reduce>(&mut self, _: O) {}
    }
    /// An evaluation of an op, in lanes and of numbers alone, and that of the value.
    type Rules<'a, const N: usize> = (
        &'a dyn Fn([Lanes<3>; N]) -> (Lanes<3>, [Lanes<3>; N]),
        &'a dyn Fn([Lanes<3>; N]) -> Lanes<3>,
        &'a dyn Fn([f64; N]) -> (f64, [f64; N]),
    );
    fn lanes_are_apart<const N: usize>(
        name: &str,
        samples: Vec<[f64; N]>,
        edges: Vec<Point>,
        (together, value, alone): Rules<'_, N>,
    ) {
        let far = [f64::INFINITY, -f64::INFINITY, f64::NAN, 800.0, -800.0, 1e-300, 0.0, -0.0].map(|x| [x; N]);
        let edges = edges.into_iter().map(|x| x[..].try_into().unwrap());
        let points: Vec<[f64; N]> = samples.into_iter().chain(edges).chain(far).collect();
        for i in 0..points.len() {
            let three = [points[i], points[(i + 1) % points.len()], points[7 * i % points.len()]];
            let x: [Lanes<3>; N] = std::array::from_fn(|k| Lanes(three.map(|x| x[k])));
            let (a, slopes) = together(x);
            for lane in 0..3 {
                let (one, of_one) = alone(three[lane]);
                assert!(equal(a.0[lane], one), "{name} at {three:?}: {a:?} in lanes, not {one}");
                assert!(equal(value(x).0[lane], one), "{name} at {three:?}: the value");
                let all_same = (0..N).all(|k| equal(slopes[k].0[lane], of_one[k]));
                assert!(all_same, "{name} at {three:?}: slopes {slopes:?} in lanes, not {of_one:?}");
            }
        }
    }
    visit(&mut InLanes);
}

/// The Hessian of an op by each mode: forward over reverse, reverse over reverse, from a recording, forward over forward.
fn hessians(program: Registered, x: &[f64]) -> [Vec<Vec<f64>>; 4] {
    let n = 0..x.len();
    let tape = Recorder::new();
    let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
    let unit = |i: usize, k: usize| f64::from(u8::from(i == k));
    let forward_over_forward = |i: usize, j: usize| {
        let at = |k: usize| Dual { primal: Dual::new(x[k], unit(j, k)), tangent: Dual::constant(unit(i, k)) };
        program.call(&n.clone().map(at).collect::<Vec<_>>()).tangent.tangent
    };
    [
        hessian(|x| program.call(x), x),
        jacobian(|x| gradient(|x| program.call(x), x), x),
        tape.hessian(program.call(&inputs), &inputs).unwrap(),
        n.clone().map(|i| n.clone().map(|j| forward_over_forward(i, j)).collect()).collect(),
    ]
}

#[test]
fn every_mode_has_the_same_second_derivatives() {
    at_every_point(false, |name, x, _, _, program| {
        let [forward_over_reverse, others @ ..] = hessians(program, x);
        let scale = forward_over_reverse.iter().flatten().fold(0.0, |m: f64, h| m.max(h.abs()));
        for i in 0..x.len() {
            for j in 0..x.len() {
                let h = forward_over_reverse[i][j];
                let others = others.each_ref().map(|other| other[i][j]);
                for other in others {
                    let close = (h - other).abs() <= 1e-13 * (h.abs() + other.abs()) + 1e-15 * scale;
                    assert!(close || equal(h, other), "{name} at {x:?}: second derivative ({i}, {j}): {h}, {others:?}");
                }
            }
        }
    });
}

#[test]
fn nan_goes_in_and_comes_out() {
    // what ignores its argument, or some value of it, cannot pass NaN on
    let exempt = |name: &str| ["less", "less_equal", "equal", "select"].contains(&name);
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1) && !exempt(op.name())) {
        let mut slope = [0.0];
        let a: f64 = op.evaluate(&[f64::NAN], &mut slope).unwrap();
        assert!(a.is_nan(), "{} of NaN is {a}", op.name());
        let constant_slope = {
            let slope_at = |x: f64| {
                let mut s = [0.0];
                let _: f64 = op.evaluate(&[x], &mut s).unwrap();
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
            let mut slopes = vec![f64::NAN; kink.at.len()];
            let _: f64 = op.evaluate(&kink.at, &mut slopes).unwrap();
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
                let _: f64 = op.evaluate(&[x], &mut slopes).unwrap();
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
                assert_eq!(chosen.evaluate([near]), op.evaluate([near]));
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
fn the_definition_is_the_evaluation() {
    for op in Registry::new().iter() {
        for x in op.samples() {
            let (mut slopes, mut defined) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            let (a, b): (f64, f64) = (op.evaluate(&x, &mut slopes).unwrap(), op.value(&x).unwrap());
            op.slope(&x, a, &mut defined).unwrap();
            let close = |x: f64, y: f64| (x - y).abs() <= 1e-9 * x.abs().max(y.abs()) + 1e-12 || equal(x, y);
            assert!(close(a, b), "{} at {x:?}: {a}, and the definition says {b}", op.name());
            for (slope, other) in slopes.into_iter().zip(defined) {
                assert!(close(slope, other), "{} at {x:?}: slope {slope}, and the definition says {other}", op.name());
            }
        }
    }
}

/// Numbers at which something ends: signs of zero, subnormal, large, infinite, NaN, and the ends of usual domains with their neighbours.
const EDGES: [f64; 28] = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    1e-310,
    -f64::MIN_POSITIVE,
    1e-8,
    0.5,
    -0.5,
    1.0,
    1.0 - f64::EPSILON / 2.0,
    1.0 + f64::EPSILON,
    -1.0,
    -1.0 - f64::EPSILON,
    f64::EPSILON / 2.0 - 1.0,
    2.0,
    -2.0,
    3.0,
    -700.0,
    700.0,
    1e155,
    -1e155,
    1e300,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
/// Fewer, for ops of three arguments.
const FEW: [f64; 8] = [0.0, -0.0, 1.0, -0.5, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

/// All points of so many of these numbers.
fn grid(numbers: &[f64], n: usize) -> Vec<Vec<f64>> {
    (0..n).fold(vec![vec![]], |points, _| {
        points.iter().flat_map(|x| numbers.iter().map(move |&y| [&x[..], &[y]].concat())).collect()
    })
}

/// Shows each op, behind a pointer and for any number, to a test, with points on its edges.
fn at_the_edges(mut test: impl FnMut(&dyn DynOp, &[f64], Registered)) {
    for op in Registry::new().iter() {
        let mut points = match op.arity() {
            Some(n) if n < 3 => grid(&EDGES, n),
            Some(n) => grid(&FEW, n),
            None => [grid(&EDGES, 1), grid(&EDGES, 2), grid(&FEW, 3), grid(&FEW[..4], 4)].concat(),
        };
        points.retain(|x| op.validate(x.len()).is_none());
        for x in points {
            test(&**op, &x, Registered::of(op.name(), &op.params()));
        }
    }
}

/// The first derivatives of an op in every mode are those of its rule, to the bit, wherever; and outside of its domain NaN.
#[test]
fn every_mode_has_the_same_slopes_at_the_edges() {
    at_the_edges(|op, x, program| {
        let n = x.len();
        let name = op.name();
        let mut slopes = vec![f64::NAN; n];
        let a: f64 = op.evaluate(x, &mut slopes).unwrap();
        if a.is_nan() && op.domain() != Domain::ALL {
            assert!(slopes.iter().all(|slope| slope.is_nan()), "{name} at {x:?} is NaN, and its slopes are {slopes:?}");
        }
        let check = |mode: &str, value: f64, got: &[f64]| {
            let agree = got.iter().zip(&slopes).all(|(x, y)| equal(*x, *y));
            assert!(equal(value, a) && agree, "{name} at {x:?}: {mode} has {value:e} {got:?}, not {a:e} {slopes:?}");
        };
        check("the value alone", op.evaluate_value(x).unwrap(), &slopes);
        let mut g = vec![f64::NAN; n];
        let value = value_and_gradient(|x| program.call(x), x, &mut g);
        check("the tape", value, &g);
        let tape = Recorder::new();
        let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
        let y = program.call(&inputs);
        let gradient = tape.backward(y);
        check("the recording", y.value(), &inputs.iter().map(|&x| gradient[x]).collect::<Vec<_>>());
        let unit = |i: usize| (0..n).map(|k| f64::from(u8::from(i == k))).collect::<Vec<_>>();
        let recorded = (0..n).map(|i| tape.jvp(y, &inputs, &unit(i)).unwrap());
        check("the recording run forward", y.value(), &recorded.collect::<Vec<_>>());
        let dual = |i: usize| program.call(&x.iter().zip(unit(i)).map(|(&x, u)| Dual::new(x, u)).collect::<Vec<_>>());
        check("a dual number", dual(0).primal, &(0..n).map(|i| dual(i).tangent).collect::<Vec<_>>());
        let nested = |i: usize| {
            let x = x.iter().zip(unit(i)).map(|(&x, u)| Dual::constant(Dual::new(x, u)));
            program.call(&x.collect::<Vec<_>>()).primal
        };
        check("a nested dual number", nested(0).primal, &(0..n).map(|i| nested(i).tangent).collect::<Vec<_>>());
        let mut directions = [0.0; 4];
        let tangents: Vec<Tangents<f64, 4>> = (0..n)
            .map(|i| {
                directions = [0.0; 4];
                directions[i] = 1.0;
                Tangents::new(x[i], directions)
            })
            .collect();
        let y = program.call(&tangents);
        check("a number with four tangents", y.primal, &y.tangents()[..n]);
        let unit = |i: usize| std::array::from_fn(|k| f64::from(u8::from(i == k)).into());
        let lanes: Vec<Tangents<Lanes, 4>> = (0..n).map(|i| Tangents::new(x[i].into(), unit(i))).collect();
        let y = program.call(&lanes);
        check(
            "a lane with four tangents",
            y.primal.0[1],
            &y.tangents()[..n].iter().map(|t| t.0[1]).collect::<Vec<_>>(),
        );
    });
}

/// Where a slope is NaN, its derivatives are NaN, by each argument that has a part in it; and no mode says otherwise.
#[test]
fn a_slope_that_is_nan_has_no_derivative() {
    at_the_edges(|op, x, program| {
        if x.len() > 2 {
            return;
        }
        let mut slopes = vec![f64::NAN; x.len()];
        let _: f64 = op.evaluate(x, &mut slopes).unwrap();
        let nan: Vec<usize> = (0..x.len()).filter(|&i| slopes[i].is_nan()).collect();
        if nan.is_empty() {
            return;
        }
        for (mode, h) in hessians(program, x).into_iter().enumerate() {
            for &i in &nan {
                assert!(
                    h[i][i].is_nan(),
                    "{} at {x:?} in mode {mode}: {h:?}, where the slopes are {slopes:?}",
                    op.name()
                );
            }
        }
    });
}

/// The second derivatives of an op of one argument, by each mode.
fn seconds<O: Op<1>>(op: &O, x: f64) -> [f64; 4] {
    hessians(Registered::of(O::NAME, &op.params()), &[x]).map(|h| h[0][0])
}

#[test]
fn second_derivatives_diverge_at_the_ends_of_domains() {
    const INF: f64 = f64::INFINITY;
    assert_eq!(seconds(&op::Sqrt, 0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Sqrt, -0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Asin, 1.0), [INF; 4]);
    assert_eq!(seconds(&op::Asin, -1.0), [-INF; 4]);
    assert_eq!(seconds(&op::Acos, 1.0), [-INF; 4]);
    assert_eq!(seconds(&op::Acos, -1.0), [INF; 4]);
    assert_eq!(seconds(&op::Acosh, 1.0), [-INF; 4]);
    assert_eq!(seconds(&op::Atanh, 1.0), [INF; 4]);
    assert_eq!(seconds(&op::Atanh, -1.0), [-INF; 4]);
    assert_eq!(seconds(&op::Ln, 0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Log2, 0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Log10, 0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Ln1p, -1.0), [-INF; 4]);
    assert_eq!(seconds(&op::Logit, 0.0), [-INF; 4]);
    assert_eq!(seconds(&op::Logit, 1.0), [INF; 4]);
    assert_eq!(seconds(&op::Recip, 0.0), [INF; 4]);
    assert_eq!(seconds(&op::Recip, -0.0), [-INF; 4]);
    assert_eq!(jvp(|x| vec![x[0].sqrt()], &[-0.0], &[1.0]).1, [INF]);
    assert_eq!(hessian(|x| x[0].sqrt(), &[0.0]), [[-INF]]);
    assert_eq!(jvp(|x| jvp(|x| vec![x[0].sqrt()], x, &[1.0.into()]).1, &[0.0], &[1.0]).1, [-INF]);
}

/// The limits from the right; at (0, 0), where x^y jumps, 0 as at any jump.
#[test]
fn powers_of_zero_have_one_hessian() {
    const INF: f64 = f64::INFINITY;
    let expected = [
        (-1.0, [[INF, INF], [INF, INF]]),
        (0.0, [[0.0, 0.0], [0.0, 0.0]]),
        (0.25, [[-INF, -INF], [-INF, 0.0]]),
        (0.5, [[-INF, -INF], [-INF, 0.0]]),
        (1.0, [[0.0, -INF], [-INF, 0.0]]),
        (1.5, [[INF, 0.0], [0.0, 0.0]]),
        (2.0, [[2.0, 0.0], [0.0, 0.0]]),
        (3.0, [[0.0, 0.0], [0.0, 0.0]]),
    ];
    for (y, expected) in expected {
        for (mode, h) in hessians(Registered::of(Pow::NAME, &Params::new()), &[0.0, y]).into_iter().enumerate() {
            assert_eq!(h, expected, "at (0, {y}) in mode {mode}");
        }
    }
}

/// Beside the diagonal a Hessian is symmetric, also where one argument is negligible beside the other.
#[test]
fn hessians_are_symmetric() {
    for small in [1e-3, 1e-6, 1e-9, 1e-12] {
        let of = |name| hessians(Registered::of(name, &Params::new()), &[1.0, small]);
        for h in [of("hypot"), of("norm")].concat() {
            let exact =
                [[small * small, -small], [-small, 1.0]].map(|row| row.map(|h| h / (1.0 + small * small).powf(1.5)));
            for (h, exact) in h.iter().flatten().zip(exact.iter().flatten()) {
                assert!(
                    (h - exact).abs() <= 16.0 * f64::EPSILON * exact.abs(),
                    "at (1, {small:e}): {h:e} for {exact:e}"
                );
            }
        }
    }
}

/// What is added up from nothing, or from one −0, is the same number for every type.
#[test]
fn sums_keep_the_signs_of_zero() {
    fn sum<R: Real>(x: &[f64]) -> R {
        x.iter().map(|&x| R::from(x)).sum()
    }
    for x in [&[][..], &[-0.0], &[-0.0, -0.0], &[0.0, -0.0], &[-0.0, 0.0], &[1.0, -1.0]] {
        let sign = sum::<f64>(x).to_bits();
        assert_eq!(sum::<Dual>(x).primal.to_bits(), sign, "{x:?}");
        assert_eq!(sum::<Dual<DoubleDouble>>(x).primal.to_f64().to_bits(), sign, "{x:?}");
        assert_eq!(sum::<Lanes>(x).0.map(f64::to_bits), [sign; 4], "{x:?}");
    }
    let x = Dual::new(-0.0, -0.0);
    assert_eq!([x].into_iter().sum::<Dual>().tangent.to_bits(), x.tangent.to_bits());

    fn nothing<R: Apply>() -> [R; 5] {
        [
            R::dot(&[], &[]),
            [].weighted_sum(&[]),
            Reductions::<R>::sum(&[][..]),
            R::sum_terms(0, &[], |_, _| 1.0.into()),
            R::reduce_each(&Square, [&[]], []),
        ]
    }
    struct Square;
    impl Function<1, 1> for Square {
        fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
            [x * x]
        }
    }
    let signs = nothing::<f64>().map(f64::to_bits);
    assert_eq!(nothing::<Dual>().map(|x| x.primal.to_bits()), signs);
    assert_eq!(nothing::<Lanes>().map(|x| x.0.map(f64::to_bits)), signs.map(|sign| [sign; 4]));
    assert_eq!(nothing::<Tangents<f64, 2>>().map(|x| x.primal.to_bits()), signs);
    assert_eq!(nothing::<Expr<'_>>().map(|x| x.value().to_bits()), signs);
    assert_eq!(nothing::<Var<'_>>().map(|x| x.value().to_bits()), signs);
}

/// An op made by hand with a parameter that it cannot have is refused like one made by name.
#[test]
fn parameters_are_checked_however_they_came() {
    use gprime::op::*;
    const NAN: f64 = f64::NAN;
    fn refused<O: Op<N>, const N: usize>(op: O) {
        assert!(op.validate().is_some(), "{} with {:?}", O::NAME, op.params());
        assert!(
            Registry::new().register(op.clone()).is_err_and(|e| e.is_parameter()),
            "{} with {:?}",
            O::NAME,
            op.params()
        );
    }
    refused(Huber { delta: NAN });
    refused(Huber { delta: 0.0 });
    refused(Huber { delta: -1.0 });
    refused(LeakyRelu { slope: NAN });
    refused(Elu { alpha: NAN });
    refused(Celu { alpha: NAN });
    refused(Celu { alpha: 0.0 });
    refused(Softplus { beta: NAN });
    refused(Softshrink { lambda: NAN });
    refused(Hardshrink { lambda: NAN });
    refused(Squareplus { b: NAN });
    for [lo, hi] in [[NAN, 1.0], [-1.0, NAN], [NAN, NAN], [2.0, 1.0]] {
        refused(HardTanh { lo, hi });
        refused(Clamp { lo, hi });
    }
    for [threshold, value] in [[NAN, 1.0], [1.0, NAN]] {
        refused(Threshold { threshold, value });
    }
    for a in [NAN, 0.0, -1.0, f64::INFINITY] {
        refused(GammaP { a });
        refused(GammaQ { a });
        refused(GammaDensity { a });
        for [a, b] in [[a, 1.0], [1.0, a]] {
            refused(BetaI { a, b });
            refused(BetaDensity { a, b });
        }
    }
    refused(Polygamma { n: 21 });
    refused(PolygammaDifference { n: 7 });
    refused(StirlingRest { n: 7 });
    refused(Ierfcx { n: 7 });
    refused(SphericalSinc { n: 5 });
    refused(BesselJ { n: 5 });
    refused(BesselY { n: 5 });
    refused(BesselI { n: 5 });
    // no op with parameters is left out: with NaN in any of them each is at fault
    let registry = Registry::new();
    let listed = "huber leaky_relu elu celu softplus softshrink hardshrink squareplus hard_tanh clamp threshold \
        gamma_p gamma_q gamma_density beta_i beta_density";
    // whose fields cannot be NaN
    let integers = "powi softmax_cross_entropy var std polygamma polygamma_difference stirling_rest ierfcx spherical_sinc \
        bessel_j bessel_y bessel_i";
    for op in registry.iter().filter(|op| !op.params().is_empty()) {
        assert!(listed.split(' ').chain(integers.split(' ')).any(|name| name == op.name()), "{}", op.name());
    }
}

#[test]
fn a_name_that_is_none_is_refused() {
    #[derive(Clone, PartialEq)]
    struct Named<const BLANK: bool>;
    impl<const BLANK: bool> Op<1> for Named<BLANK> {
        const NAME: &'static str = if BLANK { "my op" } else { "" };
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z
        }
        fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
            [1.0.into()]
        }
    }
    assert!(Registry::new().register(Named::<false>).is_err_and(|e| e.is_name()));
    assert!(Registry::new().register(Named::<true>).is_err_and(|e| e.is_name()));
}

/// Of two numbers logsumexp is logaddexp, at the infinities too.
#[test]
fn logsumexp_and_logaddexp_agree() {
    for x in grid(&EDGES, 2) {
        let at = [x[0], x[1]];
        let (a, slopes) = f64::call_and_slope(&LogAddExp, at);
        let mut others = [f64::NAN; 2];
        let b = f64::reduce_and_slope(&LogSumExp, &at, &mut others);
        let close = |x: f64, y: f64| equal(x, y) || (x - y).abs() <= 8.0 * f64::EPSILON * x.abs();
        assert!(close(a, b) && (0..2).all(|i| close(slopes[i], others[i])), "{x:?}: {a} {slopes:?}, {b} {others:?}");
    }
    let nothing = [f64::NEG_INFINITY; 2];
    assert_eq!(f64::call_and_slope(&LogAddExp, nothing), (f64::NEG_INFINITY, [0.0; 2]));
}

/// Arguments of which each was answered with a number.
#[test]
fn slopes_outside_of_domains_are_nan() {
    let outside = |slopes: Vec<f64>| assert!(slopes.iter().all(|slope| slope.is_nan()), "{slopes:?}");
    outside(gradient(|x| x[0].ln(), &[-1.0]));
    outside(gradient(|x| x[0].log2(), &[-1.0]));
    outside(gradient(|x| x[0].log10(), &[-1.0]));
    outside(gradient(|x| x[0].ln_1p(), &[-2.0]));
    outside(gradient(|x| x[0].atanh(), &[2.0]));
    outside(gradient(|x| x[0].acosh(), &[-2.0]));
    outside(gradient(|x| x[0].logit(), &[2.0]));
    outside(gradient(|x| x[0].logit(), &[-1.0]));
    outside(gradient(|x| x[0].xlogy(x[1]), &[1.0, -1.0]));
    outside(gradient(|x| x[0].xlogy(x[1]), &[0.0, -1.0]));
    outside(gradient(|x| x[0].asin(), &[1e160]));
    outside(gradient(|x| x[0].acos(), &[-1e160]));
    outside(gradient(|x| x[0].pow(x[1]), &[-2.0, 0.5]));
    outside(jvp(|x| vec![x[0].acosh()], &[-2.0], &[1.0]).1);
    outside(jvp(|x| vec![x[0].asin()], &[1e160], &[1.0]).1);
    outside(jvp(|x| vec![x[0].acos()], &[2.0], &[1.0]).1);
    assert_eq!(gradient(|x| x[0].atan2(x[1]), &[1.0, f64::INFINITY]), [0.0, 0.0]);
    assert_eq!(jvp(|x| vec![x[0].atan2(x[1])], &[1.0, f64::INFINITY], &[1.0, 1.0]).1, [0.0]);
}
