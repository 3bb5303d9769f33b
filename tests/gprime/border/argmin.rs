use super::{Counted, TooFar, downhill, is_too_far, rosenbrock};
use crate::common::close;
use argmin::core::{CostFunction, Executor, Gradient, Hessian, IterState, State, TerminationReason, TerminationStatus};
use argmin::solver::linesearch::{BacktrackingLineSearch, MoreThuenteLineSearch, condition::ArmijoCondition};
use argmin::solver::quasinewton::{BFGS, LBFGS};
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use gprime::border::Objective;
use gprime::border::argmin::Problem;
use gprime::prelude::*;
use std::cell::Cell;

const START: [f64; 2] = [-1.2, 1.0];
type FirstOrder = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;
/// How often a cost and a gradient were asked for.
type Asked = [u64; 2];

fn asked<O>(problem: &argmin::core::Problem<O>) -> Asked {
    ["cost_count", "gradient_count"].map(|name| problem.counts[name])
}

fn lbfgs<F: Objective>(problem: Problem<F>, start: &[f64]) -> Result<(FirstOrder, Asked), argmin::core::Error> {
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7).with_tolerance_cost(0.0)?;
    let run = Executor::new(problem, solver).configure(|state| state.param(start.to_vec()).max_iters(200)).run()?;
    let asked = if run.problem.counts.is_empty() { [0; 2] } else { asked(&run.problem) };
    Ok((run.state, asked))
}

#[test]
fn first_order_methods_find_the_minimum() {
    let f = routine!(|x| rosenbrock(x));
    let (found, _) = lbfgs(Problem::new(f), &START).unwrap();
    close(found.get_best_param().unwrap(), &[1.0; 2], [1e-6, 0.0]);

    let eye = |i| (0..2).map(|j| f64::from(i == j)).collect::<Vec<f64>>();
    let eye: Vec<Vec<f64>> = (0..2).map(eye).collect();
    let executor = Executor::new(Problem::new(routine!(|x| rosenbrock(x))), BFGS::new(MoreThuenteLineSearch::new()))
        .configure(|state| state.param(START.to_vec()).inv_hessian(eye).max_iters(200));
    close(executor.run().unwrap().state.get_best_param().unwrap(), &[1.0; 2], [1e-6, 0.0]);
}

#[test]
fn trust_regions_find_the_minimum() {
    let solver = TrustRegion::new(Steihaug::new().with_max_iters(20));
    let executor = Executor::new(Problem::new(routine!(|x| rosenbrock(x))), solver)
        .configure(|state| state.param(START.to_vec()).max_iters(100));
    close(executor.run().unwrap().state.get_best_param().unwrap(), &[1.0; 2], [1e-6, 0.0]);
}

/// The cost and the gradient at a point are one pass, so there are as many passes as points.
#[test]
fn value_and_gradient_at_a_point_are_one_pass() {
    let (values, passes) = (Cell::new(0), Cell::new(0));
    let counted = || Counted { function: routine!(|x| rosenbrock(x)), values: &values, passes: &passes };
    let (_, [costs, gradients]) = lbfgs(Problem::new(counted()), &START).unwrap();
    assert!(costs > 20 && gradients >= costs, "{costs} {gradients}");
    assert_eq!((values.get(), passes.get() as u64), (0, costs));

    // a line search that looks at values alone: one pass for each gradient, and one for the first of several points tried
    values.set(0);
    passes.set(0);
    let search = BacktrackingLineSearch::new(ArmijoCondition::new(1e-4).unwrap());
    let run = Executor::new(Problem::new(counted()), LBFGS::new(search, 7))
        .configure(|state| state.param(START.to_vec()).max_iters(100))
        .run()
        .unwrap();
    let [costs, _] = asked(&run.problem);
    assert!(values.get() > 0 && ((values.get() + passes.get()) as u64) < costs + 100, "{costs} {values:?} {passes:?}");
}

#[test]
fn what_is_remembered_is_of_the_same_bits() {
    let (values, passes) = (Cell::new(0), Cell::new(0));
    let f =
        Problem::new(Counted { function: routine!(|x| x[0].atan2(R::from(-1.0))), values: &values, passes: &passes });
    let pi = std::f64::consts::PI;
    assert_eq!((f.cost(&vec![0.0]).unwrap(), f.gradient(&vec![0.0]).unwrap()), (pi, vec![-1.0]));
    assert_eq!((f.cost(&vec![-0.0]).unwrap(), f.gradient(&vec![-0.0]).unwrap()), (-pi, vec![-1.0]));
    assert_eq!((values.get(), passes.get()), (0, 2));
    // the gradient first, and then the cost; values alone from the second point on that asks for no gradient
    assert_eq!((f.gradient(&vec![1.0]).unwrap(), f.cost(&vec![1.0]).unwrap()), (vec![-0.5], 0.75 * pi));
    assert_eq!((values.get(), passes.get()), (0, 3));
    (2..=4).for_each(|x| assert!(f.cost(&vec![f64::from(x)]).is_ok()));
    assert_eq!((values.get(), passes.get()), (2, 4));
    // a gradient where only the value is known
    assert!(f.gradient(&vec![4.0]).is_ok() && f.hessian(&vec![4.0]).is_ok());
    assert_eq!((values.get(), passes.get()), (2, 6));
}

fn ours(error: &argmin::core::Error) -> &gprime::Error {
    error.downcast_ref().unwrap_or_else(|| panic!("{error} is not ours"))
}

#[test]
fn errors_of_the_function_end_the_solver() {
    let error = lbfgs(Problem::new(downhill()), &[3.0]).unwrap_err();
    assert_eq!(ours(&error).of_routine().unwrap().downcast_ref(), Some(&TooFar(3.0)));
    let error = lbfgs(Problem::new(routine!(|x| x[0].ln())), &[-1.0]).unwrap_err();
    assert!(ours(&error).is_not_finite());

    // trust regions meet an error on the way
    let solver = || TrustRegion::new(Steihaug::new().with_max_iters(20));
    let executor = Executor::new(Problem::new(downhill()), solver()).configure(|state| state.param(vec![0.0]));
    assert!(is_too_far(ours(&executor.run().err().unwrap())));
    let executor = Executor::new(Problem::new(routine!(|x| x[0].ln())), solver());
    let error = executor.configure(|state| state.param(vec![0.5])).run().err().unwrap();
    assert!(ours(&error).is_not_finite());

    // where a line search meets one, argmin ends without an error and says why
    for (ended, why) in [
        (lbfgs(Problem::new(downhill()), &[0.0]).unwrap().0, "is too far"),
        (lbfgs(Problem::new(routine!(|x| x[0].ln() * 3.0)), &[0.5]).unwrap().0, "the value is NaN"),
    ] {
        let TerminationStatus::Terminated(TerminationReason::SolverExit(text)) = ended.get_termination_status() else {
            panic!("{:?}", ended.get_termination_status());
        };
        assert!(text.contains(why), "{text}");
    }
}
