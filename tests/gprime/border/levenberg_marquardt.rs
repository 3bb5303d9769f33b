use super::{Counted, TooFar, is_too_far};
use crate::common::close;
use gprime::border::levenberg_marquardt::Fit;
use gprime::prelude::*;
use levenberg_marquardt::{LevenbergMarquardt, TerminationReason};
use std::cell::Cell;

#[test]
fn a_curve_is_fitted() {
    let t: Vec<f64> = (0..20).map(f64::from).collect();
    let y: Vec<f64> = t.iter().map(|t| 2.0 * (-0.3 * t).exp() + 0.1).collect();
    let f = routine!([t: &[f64] = &t, y: &[f64] = &y] |x| -> Vec<R> {
        t.iter().zip(y).map(|(&t, &y)| x[0] * (-x[1] * t).exp() + x[2] - y).collect()
    });
    let (values, passes) = (Cell::new(0), Cell::new(0));
    let counted = Counted { function: f, values: &values, passes: &passes };
    let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(counted, &[1.0, 0.5, 0.0]));
    assert!(report.termination.was_successful() && fit.error().is_none(), "{report:?}");
    close(fit.x(), &[2.0, 0.3, 0.1], [1e-9, 0.0]);
    assert_eq!(values.get(), report.number_of_evaluations);
    assert!(passes.get() <= report.number_of_evaluations);
}

#[test]
fn errors_of_the_function_end_the_fit() {
    let far = routine!(|x| -> Result<Vec<R>, TooFar> {
        if x[0] > 2.0 { Err(TooFar(x[0].primal())) } else { Ok(vec![x[0] - 5.0]) }
    });
    let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(far, &[1.0]));
    assert!(matches!(report.termination, TerminationReason::User(_)), "{report:?}");
    assert!(is_too_far(fit.error().unwrap()) && fit.x()[0] > 2.0);

    let nan = routine!(|x| -> [R; 1] { [x[0].ln() + 9.0] });
    let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(nan, &[-1.0]));
    assert!(matches!(report.termination, TerminationReason::User(_)), "{report:?}");
    assert!(fit.error().unwrap().is_not_finite());

    // √x − √x has values and no slope at 0
    let nan = routine!(|x| -> [R; 1] { [x[0].sqrt() - x[0].sqrt() + 1.0] });
    let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(nan, &[0.0]));
    assert!(matches!(report.termination, TerminationReason::User(_)), "{report:?}");
    assert!(fit.error().unwrap().to_string().starts_with("the Jacobian is NaN"));
}
