//! What a routine gives to a solver.

use super::{TooFar, is_too_far, rosenbrock};
use gprime::border::{Objective, Residuals};
use gprime::prelude::*;

#[test]
fn all_derivatives_are_those_of_the_modes() {
    let f = routine!(|x| rosenbrock(x));
    let (x, u, mut g) = ([-1.2, 1.0, 0.3], [1.0, -2.0, 0.5], [0.0; 3]);
    assert_eq!(f.try_value(&x), Ok(rosenbrock(&x)));
    assert_eq!(f.try_value_and_gradient(&x, &mut g), Ok(rosenbrock(&x)));
    assert_eq!(g[..], f.gradient(&x));
    assert_eq!(f.try_hessian(&x), Ok(f.hessian(&x)));
    assert_eq!(f.try_hvp(&x, &u), Ok(f.hvp(&x, &u)));

    let list = routine!(|x| -> [R; 2] { [x[0] * x[1], x[0] - x[2]] });
    assert_eq!(list.try_values(&x), Ok(vec![-1.2, -1.5]));
    assert_eq!(list.try_values_and_jacobian(&x), Ok((vec![-1.2, -1.5], vec![1.0, -1.2, 0.0, 1.0, 0.0, -1.0])));
}

#[test]
fn a_compiled_program_is_taken_as_a_routine_is() {
    let f = routine!(|x| rosenbrock(x));
    let (x, u, mut g) = ([-1.25, 1.0, 0.5], [1.0, -2.0, 0.5], [0.0; 3]);
    let program = gprime::Program::trace(&f, &[0.0; 3]).unwrap();
    // all numbers are exact
    assert_eq!(program.try_value(&x), Ok(rosenbrock(&x)));
    assert_eq!(program.try_value_and_gradient(&x, &mut g), Ok(rosenbrock(&x)));
    assert_eq!(g[..], f.gradient(&x));
    assert_eq!(program.try_hessian(&x), Ok(f.hessian(&x)));
    assert_eq!(program.try_hvp(&x, &u), Ok(f.hvp(&x, &u)));

    let list = routine!(|x| -> [R; 2] { [x[0] * x[1], x[0] - x[2]] });
    let program = gprime::Program::trace(&list, &x).unwrap();
    assert_eq!(program.try_values_and_jacobian(&x), list.try_values_and_jacobian(&x));
    assert!(program.try_value(&x).unwrap_err().is_arity() && program.try_hvp(&x, &u).unwrap_err().is_arity());

    // a branch that was not recorded, and NaN
    let branches = routine!(|x| if x[0] < 1.0 { x[0].sqrt() } else { x[0] * x[1] });
    let program = gprime::Program::trace(&branches, &[0.5, 1.0]).unwrap();
    assert!(program.try_value(&[2.0, 1.0]).unwrap_err().is_branch());
    assert!(program.try_value(&[-2.0, 1.0]).unwrap_err().is_not_finite());
}

#[test]
fn errors_keep_their_type_and_their_words() {
    let f = routine!(|x| -> Result<(R, usize), TooFar> {
        if x[0] > 1.0 { Err(TooFar(x[0].primal())) } else { Ok((x[0] * x[0], 7)) }
    });
    assert_eq!(f.try_value(&[0.5]), Ok(0.25));
    assert_eq!(f.try_hessian(&[0.5]), Ok(vec![vec![2.0]]));
    let errors = [
        f.try_value(&[3.0]).unwrap_err(),
        f.try_value_and_gradient(&[3.0], &mut [0.0]).unwrap_err(),
        f.try_hessian(&[3.0]).unwrap_err(),
        f.try_hvp(&[3.0], &[1.0]).unwrap_err(),
        f.try_values(&[3.0]).unwrap_err(),
        f.try_values_and_jacobian(&[3.0]).unwrap_err(),
    ];
    for error in errors {
        assert!(is_too_far(&error) && error.to_string() == "3 is too far", "{error:?}");
        assert_eq!(error.of_routine().unwrap().downcast_ref(), Some(&TooFar(3.0)));
    }
    // what is no error type, but can be boxed as one
    let text = routine!(|x| -> Result<Vec<R>, String> { Err(format!("{} results", x.len())) });
    assert_eq!(text.try_values(&[1.0]).unwrap_err().to_string(), "1 results");
}

#[test]
fn nan_is_an_error_and_infinity_a_value() {
    let f = routine!(|x| x[0].ln() + x[1] * 0.0);
    let mut g = [0.0; 2];
    let errors = [f.try_value(&[-1.0, 1.0]).unwrap_err(), f.try_value_and_gradient(&[-1.0, 1.0], &mut g).unwrap_err()];
    for error in errors {
        assert!(error.is_not_finite() && error.to_string() == "the value is NaN", "{error:?}");
    }
    assert_eq!(f.try_value(&[0.0, 1.0]), Ok(f64::NEG_INFINITY));

    // a value, and no slope: the difference of two infinite ones
    let f = routine!(|x| x[0] + x[1].sqrt() - x[1].sqrt());
    let error = f.try_value_and_gradient(&[0.0, 0.0], &mut g).unwrap_err();
    assert_eq!(error.to_string(), "the gradient is NaN in place 1");

    let list = routine!(|x| -> Vec<R> { vec![x[0], x[1].ln(), x[0].sqrt() - x[0].sqrt()] });
    assert_eq!(list.try_values(&[1.0, -1.0]).unwrap_err().to_string(), "the list of results is NaN in place 1");
    let error = list.try_values_and_jacobian(&[0.0, 1.0]).unwrap_err();
    assert_eq!(error.to_string(), "the Jacobian is NaN in place 4");
}

#[test]
fn a_routine_that_changes_its_number_of_results_is_an_error() {
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let f = routine!([runs: &std::sync::atomic::AtomicUsize = &runs] |x| -> Vec<R> {
        vec![x[0]; 1 + runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed)]
    });
    assert!(f.try_values_and_jacobian(&[1.0]).unwrap_err().is_arity());
}
