//! The three constants of Lorenz's equations, and where it all began, are found from a few noisy points of one path: least squares (basin)
//! through the steps of a Runge–Kutta method.

use basin::{Executor, LevenbergMarquardt, PointState};
use gprime::border::basin::Problem;
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, picture, random};
use rand_distr::{Distribution, Normal};

const DT: f64 = 0.01;
const STEPS: usize = 200;
/// Every so many steps the path is seen.
const EVERY: usize = 5;
const NOISE: f64 = 0.3;

/// σ, ρ, β, and the start.
const NAMES: [&str; 6] = ["σ", "ρ", "β", "x", "y", "z"];
const TRUE: [f64; 6] = [10.0, 28.0, 8.0 / 3.0, -5.0, -6.0, 22.0];

function! {
    /// A step of Runge and Kutta.
    struct Step;
    |[s, r, b, x, y, z]| -> [R; 3] {
        let slope = |[x, y, z]: [R; 3]| [s * (y - x), x * (r - z) - y, x * y - b * z];
        let along = |k: [R; 3], h: f64| [x + k[0] * h, y + k[1] * h, z + k[2] * h];
        let k1 = slope([x, y, z]);
        let k2 = slope(along(k1, DT / 2.0));
        let k3 = slope(along(k2, DT / 2.0));
        let k4 = slope(along(k3, DT));
        let mean = [0, 1, 2].map(|i| (k1[i] + (k2[i] + k3[i]) * 2.0 + k4[i]) / 6.0);
        along(mean, DT)
    }
}

/// The path from the start on, with a point for each step.
fn path<R: Number>(p: &[R]) -> Vec<[R; 3]> {
    let mut state = [p[3], p[4], p[5]];
    let mut points = vec![state];
    for _ in 0..STEPS {
        state = R::run(&Step, [p[0], p[1], p[2], state[0], state[1], state[2]]);
        points.push(state);
    }
    points
}

fn main() -> Result<(), Failure> {
    let (mut random, noise) = (random(7), Normal::new(0.0, NOISE)?);
    let seen: Vec<[f64; 3]> =
        path(&TRUE).into_iter().step_by(EVERY).map(|point| point.map(|x| x + noise.sample(&mut random))).collect();

    let residuals = routine!([seen: &[[f64; 3]] = &seen] |p| -> Vec<R> {
        let points = path(p).into_iter().step_by(EVERY);
        points.zip(seen).flat_map(|(point, seen)| [0, 1, 2].map(|i| (point[i] - seen[i]) / NOISE)).collect()
    });
    let start = vec![8.0, 25.0, 2.0, seen[0][0], seen[0][1], seen[0][2]];
    let solver = LevenbergMarquardt::new().with_absolute_gradient_tolerance(1e-6);
    let run = Executor::new(Problem::new(residuals), solver, PointState::new(start.clone())).max_iter(200).run()?;
    let found = run.param();

    let chi2 = 2.0 * run.cost() / (3 * seen.len()) as f64;
    println!("{} points, {} iterations, χ² per number {chi2:.3}", seen.len(), run.report.iteration);
    println!("\n{:2} {:>9} {:>9} {:>9}", "", "true", "start", "found");
    for (i, name) in NAMES.iter().enumerate() {
        println!("{name:2} {:9.4} {:9.4} {:9.4}", TRUE[i], start[i], found[i]);
        assert!((found[i] - TRUE[i]).abs() < 0.02 * TRUE[i].abs().max(10.0), "{name} is not found");
    }
    let x = |p: &[f64]| path(p).iter().enumerate().map(|(i, point)| (i as f64 * DT, point[0])).collect();
    let seen = seen.iter().enumerate().map(|(i, point)| ((i * EVERY) as f64 * DT, point[0])).collect();
    let series = [Series::Points("seen", seen), Series::Line("fit", x(found)), Series::Line("start", x(&start))];
    picture("lorenz", "Lorenz's equations: x", ["time", "x"], &series)
}
