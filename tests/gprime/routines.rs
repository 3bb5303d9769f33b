//! Routines and functions written by macros, and the modes of routines: held to the functions over closures on random programs.

use crate::common::{close, same};
use gprime::check::{self, Verdict};
use gprime::prelude::*;
use proptest::prelude::*;
use std::fmt::Debug;

/// How far apart roundings may carry two ways to one number.
const ROUNDING: [f64; 2] = [1e-11, 1e-12];

// Functions of each form.

function! { struct Residual; |[a, b, t, y]| [((a * t).exp() + b - y).square()] }
function! {
    /// With a field, statements, and an argument that changes.
    #[derive(Clone)]
    struct Step { dt: f64 }
    |[u, mut before, k]| -> [R; 2] {
        before *= k;
        let next = u - (u - before) * dt;
        [next, R::from(dt) * u]
    }
}
function! {
    /// With borrowed data.
    pub struct Polynomial<'a> {
        coefficients: &'a [f64],
        pub scale: f64,
    }
    |[x]| [coefficients.iter().fold(R::from(0.0), |sum, &c| sum * x + c) * scale]
}
mod elsewhere {
    gprime::function! { pub struct Swap; |[a, b]| [b, a] }
}

/// The same by hand.
struct ByHand {
    dt: f64,
}
impl Function<3, 2> for ByHand {
    fn run<R: Apply>(&self, [u, before, k]: [R; 3]) -> [R; 2] {
        [u - (u - before * k) * self.dt, R::from(self.dt) * u]
    }
}

#[test]
fn a_function_of_the_macro_is_the_one_by_hand() {
    let x = [0.3, -1.2, 0.7];
    assert_eq!(f64::run(&Step { dt: 0.1 }, x), f64::run(&ByHand { dt: 0.1 }, x));
    fn slopes(f: &impl Function<3, 2>, x: &[f64]) -> Vec<Vec<f64>> {
        jacobian(|x| Apply::run(f, [x[0], x[1], x[2]]).to_vec(), x)
    }
    assert_eq!(slopes(&Step { dt: 0.1 }, &x), slopes(&ByHand { dt: 0.1 }, &x));
    let polynomial = Polynomial { coefficients: &[1.0, 2.0, 3.0], scale: 0.5 };
    assert_eq!(f64::run(&polynomial, [2.0]), [5.5]);
    assert_eq!(f64::run(&elsewhere::Swap, [1.0, 2.0]), [2.0, 1.0]);
    assert_eq!(f64::run(&Residual, [0.0, 1.0, 5.0, 1.0]), [1.0]);
}

/// Numbers that a random program is made of.
#[derive(Clone, Debug)]
struct Plan {
    inputs: usize,
    results: usize,
    steps: Vec<(u8, usize, usize)>,
}

/// A random program, with branches, and calls of functions, reductions and constants.
#[inline(never)] // it is compiled once for each number
fn program<R: Number>(plan: &Plan, x: &[R]) -> Vec<R> {
    let mut pool: Vec<R> = x.to_vec();
    for &(what, i, j) in &plan.steps {
        let at = |i: usize| if pool.is_empty() { R::from(0.5) } else { pool[i % pool.len()] };
        let (a, b) = (at(i), at(j));
        let next = match what % 9 {
            0 => a * b,
            1 => a.sin() - b * 0.5,
            2 => a / (b * b + 1.0),
            3 => {
                if a > b {
                    a.tanh()
                } else {
                    (b * 0.3).exp()
                }
            }
            4 => R::run(&Step { dt: 0.25 }, [a, b, R::from(0.75)])[1] + a,
            5 => R::dot(&[a, b], &[b, a]).sin(),
            6 => a * b.detach().cos(),
            7 => {
                if a.primal() < 0.1 {
                    -a
                } else {
                    a.max(b)
                }
            }
            _ => [a, b, a].mean(),
        };
        pool.push(next);
    }
    (0..plan.results).map(|k| pool.iter().skip(k % 3).step_by(k + 1).copied().sum::<R>() * (1.0 + k as f64)).collect()
}

impl Routine for Plan {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        program(self, x)
    }
}

fn plans(inputs: std::ops::Range<usize>, results: std::ops::Range<usize>) -> impl Strategy<Value = Plan> {
    let steps = prop::collection::vec((0..9u8, 0..40usize, 0..40usize), 0..25);
    (inputs, results, steps).prop_map(|(inputs, results, steps)| Plan { inputs, results, steps })
}

impl Plan {
    fn point(&self) -> Vec<f64> {
        (0..self.inputs).map(|i| (i as f64 * 1.7 + 0.4).sin()).collect()
    }
    fn direction(&self, n: usize) -> Vec<f64> {
        (0..n).map(|i| (i as f64 * 0.9 + 0.2).cos()).collect()
    }
}

/// Holds two matrices to each other.
#[track_caller]
fn alike(a: &[Vec<f64>], b: &[Vec<f64>]) {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).for_each(|(a, b)| close(a, b, ROUNDING));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Of any shape, whichever way the Jacobian is taken.
    #[test]
    fn modes_of_several_results_are_those_of_closures(plan in plans(0..40, 0..40)) {
        let x = plan.point();
        let expected = jacobian(|x| program(&plan, x), &x);
        alike(&plan.jacobian(&x), &expected);
        let (mut y, mut rows) = (vec![0.0; plan.results], vec![0.0; plan.results * plan.inputs]);
        plan.jacobian_into(&x, &mut y, &mut rows).unwrap();
        close(&y, &program(&plan, &x), ROUNDING);
        close(&rows, &expected.concat(), ROUNDING);
        let (u, w) = (plan.direction(plan.inputs), plan.direction(plan.results));
        prop_assert_eq!(plan.jvp(&x, &u), jvp(|x| program(&plan, x), &x, &u));
        prop_assert_eq!(plan.vjp(&x, &w), vjp(|x| program(&plan, x), &x, &w));
        // a place too many, a place too few
        for places in [plan.results + 1, plan.results.wrapping_sub(1)] {
            if places < 100 {
                let (mut y, mut rows) = (vec![0.0; places], vec![0.0; places * plan.inputs]);
                prop_assert!(plan.jacobian_into(&x, &mut y, &mut rows).unwrap_err().is_arity());
            }
        }
    }

    #[test]
    fn modes_of_one_result_are_those_of_closures(plan in plans(0..12, 1..2)) {
        let x = plan.point();
        let one = routine!([plan: &Plan = &plan] |x| program(plan, x)[0]);
        let expected = gradient(|x| program(&plan, x)[0], &x);
        prop_assert_eq!(&one.gradient(&x), &expected);
        let mut g = vec![0.0; x.len()];
        prop_assert!(same(one.value_and_gradient(&x, &mut g), program(&plan, &x)[0]));
        prop_assert_eq!(&g, &expected);
        alike(&one.jacobian(&x), &[expected]);
        alike(&one.hessian(&x), &hessian(|x| program(&plan, x)[0], &x));
        let u = plan.direction(x.len());
        close(&one.hvp(&x, &u), &hvp(|x| program(&plan, x)[0], &x, &u), ROUNDING);
    }
}

/// Over the variables of another tape, dual numbers and single precision.
#[test]
fn modes_of_routines_nest() {
    let f = routine!(|x| (x[0] * x[1]).sin() + x[1] * x[0].exp());
    let x = [0.7, -1.3];
    let expected = hessian(|x| (x[0] * x[1]).sin() + x[1] * x[0].exp(), &x);
    alike(&f.hessian(&x), &expected);
    alike(&[0, 1].map(|i| gradient(|x| f.gradient(x)[i], &x)), &expected);
    alike(&[0, 1].map(|i| gradient(|x| f.jacobian(x)[0][i], &x)), &expected);
    close(&jvp(|x| f.jvp(x, &[1.0, 0.0].map(Tangent::from)).1, &x, &[0.0, 1.0]).1, &[expected[0][1]], ROUNDING);
    let first = [Dual::variable(x[0]), Dual::constant(x[1])];
    close(&f.gradient(&first).iter().map(|g| g.tangent).collect::<Vec<_>>(), &expected[0], ROUNDING);
    let single: Vec<f64> = f.gradient(&x.map(Single::from)).iter().map(|g| g.to_f64()).collect();
    close(&single, &f.gradient(&x), [1e-5, 1e-6]);
}

/// A branch that was not taken has an infinite slope: the rule that 0 annihilates holds forwards and in reverse, in any shape.
#[test]
fn zero_annihilates_in_any_shape() {
    for (inputs, results) in [(1, 1), (3, 40), (40, 3), (12, 12)] {
        let f = routine!([results: usize = results] |x| -> Vec<R> {
            let all: R = x.iter().copied().sum();
            (0..results).map(|k| R::select(x[0].less(1.0.into()), all * k as f64, (x[0] * 0.0).sqrt() * x[0].ln())).collect()
        });
        let x = vec![0.0; inputs];
        for (k, row) in f.jacobian(&x).iter().enumerate() {
            assert_eq!(row, &vec![k as f64; inputs]);
        }
        let square = routine!(|x| (x[0].sqrt().square() + x.iter().map(|x| x.square()).sum::<R>()) * 0.5);
        let h = square.hessian(&x);
        assert_eq!(h, hessian(|x| (x[0].sqrt().square() + x.iter().map(|x| x.square()).sum::<Var<_>>()) * 0.5, &x));
        assert!(h.iter().flatten().all(|h| !h.is_nan()));
    }
}

/// What a routine returns beside its numbers comes back from each mode.
#[test]
fn errors_and_more_are_handed_through() {
    #[derive(Clone, Debug, PartialEq)]
    struct Negative(f64);
    let f = routine!([offset: f64 = 1.0] |x| -> Result<(Vec<R>, usize), Negative> {
        if x[0] < 0.0 {
            return Err(Negative(x[0].primal()));
        }
        Ok((x.iter().map(|&x| x * x + offset).collect(), x.len()))
    });
    fn fails<T: Debug + PartialEq>(result: Result<T, Negative>) {
        assert_eq!(result, Err(Negative(-2.0)));
    }
    let (good, bad, u) = ([1.0, 3.0], [-2.0, 3.0], [1.0, 0.0]);
    assert_eq!(f.jacobian(&good), Ok((vec![vec![2.0, 0.0], vec![0.0, 6.0]], 2)));
    assert_eq!(f.jvp(&good, &u), Ok(((vec![2.0, 10.0], vec![2.0, 0.0]), 2)));
    assert_eq!(f.vjp(&good, &u), Ok(((vec![2.0, 10.0], vec![2.0, 0.0]), 2)));
    fails(f.jacobian(&bad));
    fails(f.jvp(&bad, &u));
    fails(f.vjp(&bad, &u));
    fails(f.jacobian_into(&bad, &mut [0.0; 2], &mut [0.0; 4]).map(|(filled, more)| (filled.is_ok(), more)));
    assert!(f.jacobian_into(&good, &mut [0.0; 2], &mut [0.0; 4]).unwrap().0.is_ok());

    let one = routine!(|x| -> (Result<R, Negative>, &'static str) {
        (if x[0] < 0.0 { Err(Negative(x[0].primal())) } else { Ok(x[0] * x[1]) }, "more")
    });
    assert_eq!(one.gradient(&good), (Ok(vec![3.0, 1.0]), "more"));
    assert_eq!(one.hvp(&good, &u), (Ok(vec![0.0, 1.0]), "more"));
    assert_eq!(one.hessian(&good), (Ok(vec![vec![0.0, 1.0], vec![1.0, 0.0]]), "more"));
    let mut g = [7.0; 2];
    fails(one.value_and_gradient(&bad, &mut g).0);
    assert_eq!(g, [7.0; 2]);
    fails(one.gradient(&bad).0);
    fails(one.hessian(&bad).0);
}

/// What a routine is made with: references with and without lifetimes, numbers, nothing; inside of a generic function, of a loop, of another one.
#[test]
fn routines_are_written_in_many_places() {
    fn in_a_generic_function<S: Scalar>(x: &[S], scale: f64) -> Vec<S> {
        let data = [1.0, 2.0];
        routine!([data: &[f64] = &data, scale: f64 = scale] |x| (x[0] * data[0] + x[1] * data[1]) * scale).gradient(x)
    }
    assert_eq!(in_a_generic_function(&[0.0, 0.0], 2.0), [2.0, 4.0]);
    assert_eq!(in_a_generic_function(&[Single(0.0); 2], 2.0), [Single(2.0), Single(4.0)]);
    static TABLE: [f64; 2] = [3.0, 4.0];
    for k in 0..3 {
        let f = routine!([table: &'static [f64; 2] = &TABLE, k: i32 = k, _unused: (u8, &'static str) = (1, "")] |x| {
            let inner = routine!([k: i32 = k] |x| x[0].powi_like(k));
            inner.run(x) * table[0]
        });
        assert_eq!(f.gradient(&[2.0]), [3.0 * f64::from(k) * 2f64.powi(k - 1)]);
    }
    let fixed = routine!(|x| -> [R; 3] { [x[0], R::from(2.0), x[0] * x[0]] });
    assert_eq!(fixed.run(&[3.0]), [3.0, 2.0, 9.0]);
    assert_eq!(fixed.jacobian(&[3.0]), [[1.0], [0.0], [6.0]]);
}

/// A power by repeated products.
trait PowiLike: Apply {
    fn powi_like(self, k: i32) -> Self {
        (0..k).fold(Self::from(1.0), |power, _| power * self)
    }
}
impl<R: Apply> PowiLike for R {}

#[test]
#[should_panic(expected = "as long as the point")]
fn a_jacobian_of_the_wrong_length_is_refused() {
    let _ = routine!(|x| x[0]).jacobian_into(&[1.0], &mut [0.0], &mut [0.0; 2]);
}

#[test]
#[should_panic(expected = "gave an error when it was run again")]
fn a_routine_that_fails_the_second_time_is_refused() {
    let runs = std::cell::Cell::new(0);
    let f = routine!([runs: &std::cell::Cell<i32> = &runs] |x| -> Result<R, ()> {
        runs.set(runs.get() + 1);
        if runs.get() > 1 { Err(()) } else { Ok(x[0]) }
    });
    let _ = f.hessian(&[1.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A program without constants made of variables is what it seems, on every number.
    #[test]
    fn the_check_of_a_routine_passes(plan in plans(1..6, 1..8)) {
        let steps = plan.steps.iter().copied().filter(|step| ![6, 7].contains(&(step.0 % 9))).collect();
        let plan = Plan { steps, ..plan };
        let report = check::routine(&plan, &plan.point());
        prop_assert!(report.verdict != Verdict::Fail, "{plan:?} {report}");
    }
}

#[test]
fn the_check_of_a_routine_finds_what_differs() {
    let reason = |report: check::Report, verdict| {
        assert_eq!(report.verdict, verdict, "{report}");
        report.reason.unwrap()
    };
    let fails = |routine: &dyn Fn() -> check::Report| reason(routine(), Verdict::Fail);
    // a factor taken out of the second result
    let detached = fails(&|| check::routine(&routine!(|x| -> [R; 2] { [x[0], x[0] * x[1].detach()] }), &[0.7, 0.4]));
    assert!(
        detached.starts_with("result 1: ") && detached.contains("x[1] was made a constant by `detach`"),
        "{detached}"
    );
    // one of many
    let of_many = routine!(|x| -> Vec<R> {
        (0..50).map(|i| if i == 17 { x[0] * x[1].primal() } else { x[0] * f64::from(i) }).collect()
    });
    assert!(fails(&|| check::routine(&of_many, &[0.7, 0.4])).contains("x[1] was read"));
    // programs that look at the type of their number
    let is = |name: &str, of: &str| name.contains(of);
    let by_type =
        routine!(|x| if std::any::type_name::<R>().contains("Tangents") { x[0] * x[0] + 0.5 } else { x[0] * x[0] });
    assert!(is(&fails(&|| check::routine(&by_type, &[0.7])), "the value on numbers with tangents"));
    let on_tapes = routine!(|x| if std::any::type_name::<R>().contains("Var") { x[0] * 1.5 } else { x[0] * x[0] });
    assert!(is(&fails(&|| check::routine(&on_tapes, &[1.5])), "in reverse and"));
    let fewer = routine!(|x| -> Vec<R> { vec![x[0]; if std::any::type_name::<R>().contains("Var") { 2 } else { 1 }] });
    assert!(is(&fails(&|| check::routine(&fewer, &[0.7])), "other results on a tape"));
    let panics = routine!(|x| if x[0] > 0.0 { panic!("positive") } else { x[0] });
    assert!(is(&fails(&|| check::routine(&panics, &[0.7])), "positive"));
    let error = check::routine(&routine!(|x| -> Result<R, ()> { if x[0] > 0.0 { Err(()) } else { Ok(x[0]) } }), &[0.7]);
    assert!(is(&reason(error, Verdict::Unsure), "gives an error"));
    let outside = check::Options::new().domain(&[(1.0, 2.0)]).routine(&panics, &[0.7]);
    assert!(is(&reason(outside, Verdict::Unsure), "outside"));
}
