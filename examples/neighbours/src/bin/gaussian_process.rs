//! A Gaussian process is fitted to noisy observations: its amplitude, length and noise are those of the largest likelihood, by L-BFGS (argmin); how well
//! they are known follows from the Hessian there, and the curve between the observations from the process.

use argmin::core::{Executor, State};
use argmin::solver::{linesearch::MoreThuenteLineSearch, quasinewton::LBFGS};
use gprime::border::argmin::Problem;
use gprime::linalg::{self, Factored};
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, picture, random};
use rand_distr::{Distribution, Normal, Uniform};

const NAMES: [&str; 3] = ["amplitude", "length", "noise"];
const NOISE: f64 = 0.15;

/// The curve that is looked for.
fn truth(t: f64) -> f64 {
    t.sin() + 0.5 * (0.5 * t).cos()
}

/// The covariance of the curve at two places, given the logarithms of the parameters.
fn covariance<R: Number>(theta: &[R], s: f64, t: f64) -> R {
    ((theta[1] * -2.0).exp() * (-0.5 * (s - t).powi(2)) + theta[0] * 2.0).exp()
}

/// The covariances of the observations, by their lower triangle.
fn of_observations<R: Number>(theta: &[R], t: &[f64]) -> Result<Factored<R>, gprime::Error> {
    let noise = (theta[2] * 2.0).exp();
    let pairs = (0..t.len()).flat_map(|i| (0..=i).map(move |j| (i, j)));
    let entry = |(i, j): (usize, usize)| covariance(theta, t[i], t[j]) + if i == j { noise } else { 0.0.into() };
    Factored::packed(pairs.map(entry).collect::<Vec<R>>())
}

fn main() -> Result<(), Failure> {
    let (mut random, noise) = (random(5), Normal::new(0.0, NOISE)?);
    let place = Uniform::new(0.0, 12.0)?;
    let mut observe = || {
        let t = place.sample(&mut random);
        (t, truth(t) + noise.sample(&mut random))
    };
    let data: Vec<(f64, f64)> = (0..80).map(|_| observe()).collect();
    let (t, y): (Vec<f64>, Vec<f64>) = data.iter().copied().unzip();

    // per observation, so that the first step of L-BFGS is not a long one
    let loss = routine!([t: &[f64] = &t, y: &[f64] = &y] |theta| -> Result<R, gprime::Error> {
        let y: Vec<R> = y.iter().map(|&y| y.into()).collect();
        let k = of_observations(theta, t)?;
        Ok((k.log_det() + k.quadratic_form(&y)?) * (0.5 / t.len() as f64))
    });
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7).with_tolerance_cost(1e-10)?;
    let run = Executor::new(Problem::new(&loss), solver)
        .configure(|state| state.param(vec![0.0, 0.0, -1.0]).max_iters(100))
        .run()?;
    let theta = run.state().get_best_param().ok_or("L-BFGS has found nothing")?;
    println!("L-BFGS: {} iterations to a loss of {:.6}", run.state().get_iter(), run.state().get_best_cost());

    let spread = linalg::inverse(&loss.hessian(theta)?.concat())?;
    let deviation = |i: usize| (spread[4 * i] / t.len() as f64).sqrt();
    for (i, name) in NAMES.iter().enumerate() {
        println!("{name:10} {:7.4} within {:4.1} %", theta[i].exp(), 100.0 * deviation(i));
    }
    assert!((theta[2].exp() - NOISE).abs() < 4.0 * NOISE * deviation(2), "the noise is not found");

    let k = of_observations(theta, &t)?;
    let weights = k.solve(&y)?;
    let (mut mean, mut band) = (vec![], vec![]);
    for s in (0..=120).map(|i| 0.1 * f64::from(i)) {
        let between: Vec<f64> = t.iter().map(|&t| covariance(theta, s, t)).collect();
        let middle = between.dot(&weights);
        let deviation = (covariance(theta, s, s) - k.quadratic_form(&between)?).max(0.0).sqrt();
        assert!((middle - truth(s)).abs() < 6.0 * deviation + 0.1, "the curve is not found at {s}");
        mean.push((s, middle));
        band.push((s, middle - 2.0 * deviation, middle + 2.0 * deviation));
    }
    let curve = (0..=120).map(|i| 0.1 * f64::from(i)).map(|s| (s, truth(s))).collect();
    let series = [
        Series::Intervals("two deviations", band),
        Series::Points("observations", data),
        Series::Line("mean", mean),
        Series::Line("truth", curve),
    ];
    picture("gaussian_process", "A Gaussian process", ["t", "y"], &series)
}
