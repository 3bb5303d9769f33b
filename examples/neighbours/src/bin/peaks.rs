//! Two peaks of a spectrum on a slope are fitted twice: by L-BFGS (argmin), which asks for gradients, and by the method of Levenberg and
//! Marquardt (levenberg-marquardt), which asks for the Jacobian and takes steps of Gauss and Newton.

use argmin::core::{Executor, State};
use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS};
use gprime::border::{argmin::Problem, levenberg_marquardt::Fit};
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, picture, random};
use levenberg_marquardt::LevenbergMarquardt;
use rand_distr::{Distribution, Normal};

/// Height, centre and width of each peak, then the slope's height at 0 and its rise.
const NAMES: [&str; 8] = ["height", "centre", "width", "height", "centre", "width", "base", "rise"];
const TRUE: [f64; 8] = [3.0, 4.0, 0.6, 1.5, 5.8, 0.9, 0.5, 0.05];
const START: [f64; 8] = [2.0, 3.5, 1.0, 1.0, 6.5, 1.0, 0.0, 0.0];

fn model<R: Number>(x: &[R], t: f64) -> R {
    let peak = |x: &[R]| x[0] * (((x[1] - t) / x[2]).square() * -0.5).exp();
    peak(&x[..3]) + peak(&x[3..6]) + x[6] + x[7] * t
}

fn main() -> Result<(), Failure> {
    let (mut random, noise) = (random(1), Normal::new(0.0, 0.05)?);
    let t = (0..200).map(|i| 0.05 * f64::from(i));
    let data: Vec<(f64, f64)> = t.map(|t| (t, model(&TRUE, t) + noise.sample(&mut random))).collect();

    let residuals = routine!([data: &[(f64, f64)] = &data] |x| -> Vec<R> {
        data.iter().map(|&(t, y)| model(x, t) - y).collect()
    });
    let half_squares = routine!([data: &[(f64, f64)] = &data] |x| {
        data.iter().map(|&(t, y)| (model(x, t) - y).square()).sum::<R>() * 0.5
    });

    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 10).with_tolerance_cost(1e-14)?;
    let run = Executor::new(Problem::new(&half_squares), solver)
        .configure(|state| state.param(START.to_vec()).max_iters(500))
        .run()?;
    let by_gradients = run.state().get_best_param().ok_or("L-BFGS has found nothing")?;
    let (iterations, cost) = (run.state().get_iter(), run.state().get_best_cost());
    println!("L-BFGS: {iterations} iterations to half the sum of squares {cost:.6}");

    let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(&residuals, &START));
    if let Some(error) = fit.error() {
        return Err(error.clone().into());
    }
    let (evaluations, cost) = (report.number_of_evaluations, report.objective_function);
    println!("Levenberg–Marquardt: {evaluations} evaluations to half the sum of squares {cost:.6}");

    println!("\n{:8} {:>8} {:>8} {:>8}", "", "true", "L-BFGS", "L–M");
    for (i, name) in NAMES.iter().enumerate() {
        println!("{name:8} {:8.4} {:8.4} {:8.4}", TRUE[i], by_gradients[i], fit.x()[i]);
        assert!((by_gradients[i] - fit.x()[i]).abs() < 1e-3, "the two methods disagree on {name}");
        assert!((fit.x()[i] - TRUE[i]).abs() < 0.1, "{name} is not found");
    }
    let curve = |x: &[f64]| data.iter().map(|&(t, _)| (t, model(x, t))).collect();
    let start = Series::Line("start", curve(&START));
    let series = [Series::Points("data", data.clone()), Series::Line("fit", curve(fit.x())), start];
    picture("peaks", "Two peaks on a slope", ["energy", "counts"], &series)
}
