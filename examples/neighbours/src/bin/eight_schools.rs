//! Did a training course help in eight schools? The posterior of their effects, which a normal distribution has in common, by the No-U-Turn Sampler
//! (nuts-rs).
//!
//! The data are those of D. B. Rubin, "Estimation in parallel randomized experiments", Journal of Educational Statistics 6 (1981), the effect that was measured
//! in each school and its standard error. The effects are not sampled themselves, but in units of their deviation, which keeps the posterior wide where the deviation is
//! small.

use gprime::density::{self, Positive};
use gprime::prelude::*;
use gprime_neighbours::{Draws, Failure, Series, picture, quantile};

const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];

/// The mean μ, the logarithm of the deviation τ, and the effects as multiples η of τ about μ: the effects, and the logarithm of the posterior density.
fn model<R: Number>(x: &[R]) -> (Vec<R>, R) {
    let (mean, (deviation, log_jacobian)) = (x[0], Positive.constrain(x[1]));
    let effects: Vec<R> = x[2..].iter().map(|&multiple| mean + deviation * multiple).collect();
    let mut log = log_jacobian
        + density::normal(mean, R::from(0.0), R::from(5.0))
        + density::half_cauchy(deviation, R::from(5.0));
    for ((&multiple, &effect), (y, error)) in x[2..].iter().zip(&effects).zip(EFFECTS.iter().zip(ERRORS)) {
        log += density::normal(multiple, R::from(0.0), R::from(1.0)) + density::normal(R::from(*y), effect, R::from(error));
    }
    (effects, log)
}

fn main() -> Result<(), Failure> {
    let draws = Draws::of(&routine!(|x| model(x).1), 2 + EFFECTS.len(), 0.95)?;
    let mean = |of: &dyn Fn(&[f64]) -> f64| draws.iter().map(of).sum::<f64>() / draws.iter().count() as f64;
    let (mu, tau) = (mean(&|x| x[0]), mean(&|x| x[1].exp()));
    println!("the effects have the mean {mu:.1} and the deviation {tau:.1}");
    // the posterior means that are known from long runs are 4.4 and 3.6
    assert!((mu - 4.4).abs() < 0.5 && (tau - 3.6).abs() < 0.5, "this is not the posterior");

    let measured = EFFECTS.iter().zip(ERRORS).enumerate();
    let measured = measured.map(|(i, (y, error))| (i as f64 + 0.85, y - 1.645 * error, y + 1.645 * error)).collect();
    let (mut intervals, mut medians) = (vec![], vec![]);
    for i in 0..EFFECTS.len() {
        let sorted = draws.sorted(|x| model(x).0[i]);
        let at = i as f64 + 1.15;
        intervals.push((at, quantile(&sorted, 0.05), quantile(&sorted, 0.95)));
        medians.push((at, quantile(&sorted, 0.5)));
    }
    let series = [
        Series::Intervals("measured, 90 %", measured),
        Series::Intervals("posterior, 90 %", intervals),
        Series::Points("median", medians),
    ];
    picture("eight_schools", "The effect of a course in eight schools", ["school", "effect"], &series)
}
