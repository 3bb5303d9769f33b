//! Implicit functions: their derivatives of every order are those of a closed form, and what is no solution is an error.

use gprime::implicit::{self, Cost, Residual};
use gprime::prelude::*;
use gprime::{Error, check};
use proptest::prelude::*;

/// x₀² + x₁² = a and x₀ = b x₁: so x₁ = √(a / (1 + b²)).
#[derive(Clone, PartialEq)]
struct Circle;

impl Residual for Circle {
    fn unknowns(&self, _: usize) -> usize {
        2
    }
    fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Vec<R> {
        vec![x[0].square() + x[1].square() - theta[0], x[0] - theta[1] * x[1]]
    }
}

fn closed<R: Apply>(theta: &[R]) -> Vec<R> {
    let x = (theta[0] / (theta[1].square() + 1.0)).sqrt();
    vec![theta[1] * x, x]
}

/// A solver of its own, by Newton's method on plain numbers.
fn newton(theta: &[f64]) -> Result<Vec<f64>, Error> {
    let mut x = theta[0];
    for _ in 0..60 {
        x -= ((theta[1] * theta[1] + 1.0) * x * x - theta[0]) / (2.0 * (theta[1] * theta[1] + 1.0) * x);
    }
    Ok(vec![theta[1] * x, x])
}

/// (x − a)⁴/4 + b x²/2 + c x in two unknowns that are coupled; its minimum has no closed form.
#[derive(Clone, PartialEq)]
struct Bowl;

impl Cost for Bowl {
    fn unknowns(&self, _: usize) -> usize {
        2
    }
    fn value<R: Apply>(&self, x: &[R], t: &[R]) -> R {
        let quartic: R = x.iter().map(|x| (*x - t[0]).square().square() * 0.25 + t[1] * x.square() * 0.5).sum();
        quartic + (x[0] * x[1] * 0.3).sin() + t[2] * x[0]
    }
}

fn descend(t: &[f64]) -> Result<Vec<f64>, Error> {
    let mut x = vec![t[0], t[0]];
    for _ in 0..800 {
        let g = gradient(|x| Bowl.value(x, &t.iter().map(|&t| t.into()).collect::<Vec<Var>>()), &x);
        x.iter_mut().zip(g).for_each(|(x, g)| *x -= 0.1 * g);
    }
    Ok(x)
}

#[track_caller]
fn close(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} is not {b}");
    }
}

/// A number made of a solution.
fn of<R: Apply>(x: Vec<R>) -> R {
    x[0].sin() * x[1] + x[1].square()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_order_is_that_of_the_closed_form(a in 0.5f64..4.0, b in -2.0f64..2.0) {
        fn by_root<R: Apply>(theta: &[R]) -> R {
            of(implicit::root(&Circle, theta, newton).unwrap())
        }
        let theta = [a, b];
        close(&gradient(|t| by_root(t), &theta), &gradient(|t| of(closed(t)), &theta), 1e-12);
        close(&hessian(|t| by_root(t), &theta).concat(), &hessian(|t| of(closed(t)), &theta).concat(), 1e-11);
        let third = |how: bool| hessian(|t| gradient(|t| if how { by_root(t) } else { of(closed(t)) }, t)[0], &theta).concat();
        close(&third(true), &third(false), 1e-10);
        let forwards = |x: Vec<Dual<Dual>>| [x[0].primal.tangent, x[1].tangent.primal, x[1].tangent.tangent];
        let number = |i: usize| Dual::new(Dual::new(theta[i], 1.0 + i as f64), Dual::new(0.5, 0.0));
        close(
            &forwards(implicit::root(&Circle, &[number(0), number(1)], newton).unwrap()),
            &forwards(closed(&[number(0), number(1)])),
            1e-11,
        );
        // recorded: one statement, which is run again with the solver
        let recorder = Recorder::new();
        let t = [recorder.var(a), recorder.var(b)];
        let y = by_root(&t);
        let g = y.backward();
        close(&[g[t[0]], g[t[1]]], &gradient(|t| of(closed(t)), &theta), 1e-12);
        close(&recorder.hvp(y, &t, &[1.0, 2.0]).unwrap(), &hvp(|t| of(closed(t)), &theta, &[1.0, 2.0]), 1e-11);
    }
}

#[test]
fn a_minimum_has_the_derivative_of_its_equations() {
    let f = routine!(|t| -> Result<R, Error> { Ok(of(implicit::minimum(&Bowl, t, descend)?)) });
    let t = [0.7, 1.5, -0.4];
    check::routine(&f, &t).assert_pass();
    // the gradient by differences of what descends, and the Hessian by those of the gradient
    let h = 1e-5;
    for i in 0..3 {
        let at = |step: f64| {
            let mut t = t;
            t[i] += step;
            t
        };
        let slope = (of(descend(&at(h)).unwrap()) - of(descend(&at(-h)).unwrap())) / (2.0 * h);
        close(&[f.gradient(&t).unwrap()[i]], &[slope], 1e-8);
        let [right, left] = [h, -h].map(|step| f.gradient(&at(step)).unwrap());
        let row: Vec<f64> = right.iter().zip(left).map(|(right, left)| (right - left) / (2.0 * h)).collect();
        close(&f.hessian(&t).unwrap()[i], &row, 1e-7);
    }
}

#[test]
fn what_is_no_solution_is_an_error() {
    let theta = [2.0, 0.5];
    let message = |result: Result<Vec<f64>, Error>| {
        let error = result.unwrap_err();
        assert!(error.is_rule());
        error.to_string()
    };
    let far = message(implicit::root(&Circle, &theta, |_| Ok::<_, Error>(vec![1.0, 1.0])));
    assert!(far.contains("no solution"), "{far}");
    let nan = message(implicit::root(&Circle, &theta, |_| Ok::<_, Error>(vec![f64::NAN, 1.0])));
    assert!(nan.contains("NaN"), "{nan}");
    let short = message(implicit::root(&Circle, &theta, |_| Ok::<_, Error>(vec![1.0])));
    assert!(short.contains("1 numbers for 2 unknowns"), "{short}");
    let failed = message(implicit::root(&Circle, &theta, |_| Err("no convergence")));
    assert!(failed.contains("root: the solver failed: no convergence"), "{failed}");
    // at a = 0 the circle is a point
    let singular = message(implicit::root(&Circle, &[0.0, 0.5], |_| Ok::<_, Error>(vec![0.0, 0.0])));
    assert!(singular.contains("singular"), "{singular}");

    #[derive(Clone, PartialEq)]
    struct Short;
    impl Residual for Short {
        fn unknowns(&self, _: usize) -> usize {
            2
        }
        fn residual<R: Apply>(&self, x: &[R], _: &[R]) -> Vec<R> {
            vec![x[0]]
        }
    }
    let short = message(implicit::root(&Short, &theta, |_| Ok::<_, Error>(vec![0.0, 0.0])));
    assert!(short.contains("1 equations for 2 unknowns"), "{short}");
}

#[test]
fn what_does_not_depend_on_parameters_has_no_derivative() {
    let x = implicit::root(&Circle, &[Var::from(2.0), Var::from(0.5)], newton).unwrap();
    assert_eq!(x[0].backward()[gprime::Tape::new().var(1.0)], 0.0);
    let tangents = jvp(|t| implicit::root(&Circle, t, newton).unwrap(), &[2.0, 0.5], &[0.0, 0.0]);
    assert_eq!(tangents.1, [0.0, 0.0]);
}
