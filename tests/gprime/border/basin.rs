use super::{Counted, downhill, is_too_far, rosenbrock};
use crate::common::close;
use basin::{
    Bfgs, BoxBounds, Constrained, ConstraintSet, Executor, FirstOrderState, GaussNewton, Lbfgs, LevenbergMarquardt,
    PointState, TrustRegion,
};
use gprime::border::basin::Problem;
use gprime::prelude::*;
use std::cell::Cell;

const START: [f64; 2] = [-1.2, 1.0];

#[test]
fn first_order_methods_find_the_minimum() {
    let (values, passes) = (Cell::new(0), Cell::new(0));
    let f = Counted { function: routine!(|x| rosenbrock(x)), values: &values, passes: &passes };
    let solver = Lbfgs::new().unbounded().with_absolute_gradient_tolerance(1e-10);
    let start = FirstOrderState::new(START.to_vec());
    let found = Executor::new(Problem::new(f), solver, start).max_iter(200).run().unwrap();
    close(found.param(), &[1.0; 2], [1e-8, 0.0]);
    // nothing is computed twice
    assert_eq!(values.get(), 0);
    assert!(passes.get() > 20);

    let solver = Bfgs::new().with_absolute_gradient_tolerance(1e-10);
    let start = FirstOrderState::new(START.to_vec());
    let f = Problem::new(routine!(|x| rosenbrock(x)));
    close(Executor::new(f, solver, start).max_iter(200).run().unwrap().param(), &[1.0; 2], [1e-8, 0.0]);
}

#[test]
fn bounds_are_held() {
    let bounds = ConstraintSet::new().with_bounds(BoxBounds::new(Some(vec![-2.0; 2]), Some(vec![0.5, 2.0])));
    let f = Constrained::new(Problem::new(routine!(|x| rosenbrock(x))), bounds);
    let start = FirstOrderState::new(START.to_vec());
    let found = Executor::new(f, Lbfgs::new(), start).max_iter(200).run().unwrap();
    close(found.param(), &[0.5, 0.25], [1e-6, 0.0]);
}

#[test]
fn second_order_methods_find_the_minimum() {
    let start = || FirstOrderState::new(START.to_vec());
    let f = || Problem::new(routine!(|x| rosenbrock(x)));
    let solver = TrustRegion::new().with_absolute_gradient_tolerance(1e-10);
    close(Executor::new(f(), solver, start()).max_iter(100).run().unwrap().param(), &[1.0; 2], [1e-8, 0.0]);
    let solver = TrustRegion::matrix_free().with_absolute_gradient_tolerance(1e-10);
    close(Executor::new(f(), solver, start()).max_iter(100).run().unwrap().param(), &[1.0; 2], [1e-8, 0.0]);
}

#[test]
fn least_squares_take_the_jacobian() {
    let t: Vec<f64> = (0..20).map(f64::from).collect();
    let y: Vec<f64> = t.iter().map(|t| 2.0 * (-0.3 * t).exp() + 0.1).collect();
    let f = || {
        Problem::new(routine!([t: &[f64] = &t, y: &[f64] = &y] |x| -> Vec<R> {
            t.iter().zip(y).map(|(&t, &y)| x[0] * (-x[1] * t).exp() + x[2] - y).collect()
        }))
    };
    let start = || PointState::new(vec![1.5, 0.4, 0.0]);
    let found = Executor::new(f(), LevenbergMarquardt::new(), start()).max_iter(100).run().unwrap();
    close(found.param(), &[2.0, 0.3, 0.1], [1e-6, 0.0]);
    let found = Executor::new(f(), GaussNewton::new(), start()).max_iter(100).run().unwrap();
    close(found.param(), &[2.0, 0.3, 0.1], [1e-6, 0.0]);
}

#[test]
fn errors_of_the_function_end_the_solver() {
    let solver = || Lbfgs::new().unbounded().with_absolute_gradient_tolerance(1e-10);
    let start = |x: f64| FirstOrderState::new(vec![x]);
    let error = Executor::new(Problem::new(downhill()), solver(), start(0.0)).max_iter(50).run().err().unwrap();
    assert!(is_too_far(&error), "{error:?}");
    let error =
        Executor::new(Problem::new(routine!(|x| x[0].ln())), solver(), start(0.5)).max_iter(50).run().err().unwrap();
    assert!(error.is_not_finite(), "{error:?}");
    let list = Problem::new(routine!(|x| -> Vec<R> { vec![x[0].ln(), x[0]] }));
    let error =
        Executor::new(list, LevenbergMarquardt::new(), PointState::new(vec![-1.0])).max_iter(50).run().err().unwrap();
    assert!(error.is_not_finite(), "{error:?}");
}

#[test]
fn a_problem_is_shared_by_threads() {
    fn shared<T: Sync + Send>(_: &T) {}
    shared(&Problem::new(routine!(|x| rosenbrock(x))));
}
