//! Are some people more prone to accidents than others? Counts of accidents have a negative binomial distribution if they are; its posterior by the No-U-Turn
//! Sampler (nuts-rs).
//!
//! The data are those of M. Greenwood and G. U. Yule, "An inquiry into the nature of frequency distributions representative of multiple happenings", Journal of the
//! Royal Statistical Society 83 (1920): the accidents of 647 women in a shell factory within five weeks.

use gprime::density::{self, NegativeBinomial, Poisson, Positive};
use gprime::prelude::*;
use gprime_neighbours::{Draws, Failure, Series, picture, quantile};

/// How many women had 0, 1, 2, .. accidents.
const WOMEN: [f64; 6] = [447.0, 132.0, 42.0, 21.0, 3.0, 2.0];

fn main() -> Result<(), Failure> {
    let counts = (0..WOMEN.len() as u64).map(NegativeBinomial::new).collect::<Result<Vec<_>, _>>()?;
    let log_posterior = routine!([counts: &[NegativeBinomial] = &counts] |x| {
        let [(mean, one), (shape, other)] = [x[0], x[1]].map(|y| Positive.constrain(y));
        let prior = density::gamma(mean, R::from(1.0), R::from(1.0)) + density::inverse_gamma(shape, R::from(1.0), R::from(1.0));
        let likelihood: R = counts.iter().zip(WOMEN).map(|(count, women)| count.by_mean(mean, shape) * women).sum();
        prior + likelihood + one + other
    });
    let draws = Draws::of(&log_posterior, 2, 0.8)?;

    let [means, shapes] = [0, 1].map(|i| draws.sorted(|x| x[i].exp()));
    for (name, sorted) in [("mean", &means), ("shape", &shapes)] {
        let [low, middle, high] = [0.05, 0.5, 0.95].map(|part| quantile(sorted, part));
        println!("the {name} is {middle:.3}, and with 90 % between {low:.3} and {high:.3}");
    }
    let total: f64 = WOMEN.iter().sum();
    let mean = WOMEN.iter().enumerate().map(|(k, women)| k as f64 * women).sum::<f64>() / total;
    assert!((quantile(&means, 0.5) - mean).abs() < 0.02 && quantile(&shapes, 0.95) < 2.0, "this is not the posterior");

    // how many women each model expects
    let (mut expected, mut by_chance) = (vec![], vec![]);
    for (k, count) in counts.iter().enumerate() {
        let women = draws.sorted(|x| total * count.by_mean(x[0].exp(), x[1].exp()).exp());
        expected.push((k as f64 + 0.1, quantile(&women, 0.05), quantile(&women, 0.95)));
        by_chance.push((k as f64 - 0.1, total * Poisson::new(k as u64)?.by_rate(mean).exp()));
    }
    let series = [
        Series::Points("observed", WOMEN.iter().enumerate().map(|(k, &women)| (k as f64, women)).collect()),
        Series::Intervals("expected, 90 %", expected),
        Series::Points("if all were alike", by_chance),
    ];
    picture("accidents", "Accidents of 647 women in five weeks", ["accidents", "women"], &series)
}
