//! Is a tumour benign? The posterior of a logistic regression with Student's t as the prior of each weight, by the No-U-Turn Sampler
//! (nuts-rs): four chains on four threads, which share one routine.

use gprime::border::nuts_rs::Density;
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, bar, picture, random, table};
use nuts_rs::{Chain, CpuMath, DiagNutsSettings, Settings};
use rand_distr::{Distribution, Uniform};
use std::thread;

const TUNE: u64 = 500;
const DRAWS: u64 = 1000;
const CHAINS: u64 = 4;

struct Sample {
    features: Vec<f64>,
    /// 1 if the tumour is benign, 0 if it is malignant.
    class: f64,
}

/// The bias, and then a weight for each feature.
fn logit<R: Number>(w: &[R], sample: &Sample) -> R {
    w[1..].weighted_sum(&sample.features) + w[0]
}

/// The logarithm of Student's t density of so many degrees of freedom, up to a constant.
fn student_t<R: Number>(x: R, freedom: f64, scale: f64) -> R {
    ((x / scale).square() / freedom).ln_1p() * (-0.5 * (freedom + 1.0))
}

fn log_posterior<R: Number>(w: &[R], samples: &[Sample]) -> R {
    let prior: R = w.iter().map(|&w| student_t(w, 4.0, 1.0)).sum();
    let losses: R = samples.iter().map(|sample| logit(w, sample).bce_with_logits(sample.class)).sum();
    prior - losses
}

fn main() -> Result<(), Failure> {
    let (train, test) = samples()?;
    let weights = train[0].features.len() + 1;
    let logp = routine!([train: &[Sample] = &train] |w| log_posterior(w, train));

    let bar = bar("sampling", CHAINS * (TUNE + DRAWS));
    let chains: Vec<Vec<Box<[f64]>>> = thread::scope(|scope| {
        let chain = |number: u64| {
            let (logp, bar) = (&logp, &bar);
            scope.spawn(move || -> Result<_, Failure> {
                let settings = DiagNutsSettings { num_tune: TUNE, ..DiagNutsSettings::default() };
                let (mut random, math) = (random(number), CpuMath::new(Density::new(logp, weights)));
                let start: Vec<f64> = Uniform::new(-0.5, 0.5).unwrap().sample_iter(&mut random).take(weights).collect();
                let mut chain = settings.new_chain(number, math, &mut random)?;
                chain.set_position(&start)?;
                let draws = (0..TUNE + DRAWS).map(|_| chain.draw().map(|(w, _)| w).inspect(|_| bar.inc(1)));
                let mut draws: Vec<_> = draws.collect::<Result<_, _>>()?;
                Ok(draws.split_off(TUNE as usize))
            })
        };
        let threads: Vec<_> = (0..CHAINS).map(chain).collect();
        threads.into_iter().map(|thread| thread.join().expect("a chain does not panic")).collect::<Result<_, _>>()
    })?;
    bar.finish_and_clear();

    let worst = (0..weights).map(|i| r_hat(&chains, i)).fold(0.0, f64::max);
    println!("{CHAINS} chains of {DRAWS} draws of {weights} weights; the largest R-hat is {worst:.3}");
    assert!(worst < 1.05, "the chains disagree");

    // the mean of the probabilities over all draws
    let draws: Vec<&[f64]> = chains.iter().flatten().map(|w| &**w).collect();
    let benign = |sample: &Sample| draws.iter().map(|w| logit(w, sample).sigmoid()).sum::<f64>() / draws.len() as f64;
    let right = test.iter().filter(|sample| (benign(sample) > 0.5) == (sample.class == 1.0)).count();
    println!("{right} of {} tumours that were not looked at are told right", test.len());
    assert!(right as f64 > 0.93 * test.len() as f64);

    let (mut intervals, mut medians) = (vec![], vec![]);
    for i in 1..weights {
        let mut sorted: Vec<f64> = draws.iter().map(|w| w[i]).collect();
        sorted.sort_by(f64::total_cmp);
        let quantile = |q: f64| sorted[(q * (sorted.len() - 1) as f64) as usize];
        intervals.push((i as f64, quantile(0.05), quantile(0.95)));
        medians.push((i as f64, quantile(0.5)));
    }
    let series = [Series::Intervals("90 %", intervals), Series::Points("median", medians)];
    picture("logistic", "Weights of a logistic regression", ["feature", "weight"], &series)
}

/// By how much the deviation over all chains is larger than within each (Gelman and Rubin, 1992): 1 where they agree.
fn r_hat(chains: &[Vec<Box<[f64]>>], i: usize) -> f64 {
    let moments = |list: &[f64]| {
        let mean = list.iter().sum::<f64>() / list.len() as f64;
        (mean, list.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (list.len() - 1) as f64)
    };
    let each = chains.iter().map(|chain| moments(&chain.iter().map(|w| w[i]).collect::<Vec<f64>>()));
    let (means, variances): (Vec<f64>, Vec<f64>) = each.unzip();
    ((moments(&variances).0 + moments(&means).1) / moments(&variances).0).sqrt()
}

/// The samples to train with, and every fifth to test; each feature has mean 0 and deviation 1 over the former.
fn samples() -> Result<(Vec<Sample>, Vec<Sample>), Failure> {
    let mut rows = table("../data/breast_cancer.csv", 1)?;
    let train = |i: &usize| i % 5 != 4;
    for j in 0..rows[0].len() - 1 {
        let column: Vec<f64> = (0..rows.len()).filter(train).map(|i| rows[i][j]).collect();
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        let deviation = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64).sqrt();
        rows.iter_mut().for_each(|row| row[j] = (row[j] - mean) / deviation);
    }
    let (mut samples, mut others) = (vec![], vec![]);
    for (i, mut features) in rows.into_iter().enumerate() {
        let class = features.pop().ok_or("a row is empty")?;
        if train(&i) { &mut samples } else { &mut others }.push(Sample { features, class });
    }
    Ok((samples, others))
}
