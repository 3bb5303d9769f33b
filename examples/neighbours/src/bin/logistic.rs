//! Is a tumour benign? The posterior of a logistic regression with Student's t as the prior of each weight, by the No-U-Turn Sampler
//! (nuts-rs): four chains on four threads, which share one routine.

use gprime::density;
use gprime::prelude::*;
use gprime_neighbours::{Draws, Failure, Series, picture, quantile, table};

struct Sample {
    features: Vec<f64>,
    /// 1 if the tumour is benign, 0 if it is malignant.
    class: f64,
}

/// The bias, and then a weight for each feature.
fn logit<R: Number>(w: &[R], sample: &Sample) -> R {
    w[1..].weighted_sum(&sample.features) + w[0]
}

fn log_posterior<R: Number>(w: &[R], samples: &[Sample]) -> R {
    let [zero, one, freedom] = [0.0, 1.0, 4.0].map(R::from);
    let prior: R = w.iter().map(|&w| density::student_t(w, freedom, zero, one)).sum();
    let losses: R = samples.iter().map(|sample| logit(w, sample).bce_with_logits(sample.class)).sum();
    prior - losses
}

fn main() -> Result<(), Failure> {
    let (train, test) = samples()?;
    let weights = train[0].features.len() + 1;
    let logp = routine!([train: &[Sample] = &train] |w| log_posterior(w, train));

    let draws = Draws::of(&logp, weights, 0.8)?;

    // the mean of the probabilities over all draws
    let count = draws.iter().count() as f64;
    let benign = |sample: &Sample| draws.iter().map(|w| logit(w, sample).sigmoid()).sum::<f64>() / count;
    let right = test.iter().filter(|sample| (benign(sample) > 0.5) == (sample.class == 1.0)).count();
    println!("{right} of {} tumours that were not looked at are told right", test.len());
    assert!(right as f64 > 0.93 * test.len() as f64);

    let (mut intervals, mut medians) = (vec![], vec![]);
    for i in 1..weights {
        let sorted = draws.sorted(|w| w[i]);
        intervals.push((i as f64, quantile(&sorted, 0.05), quantile(&sorted, 0.95)));
        medians.push((i as f64, quantile(&sorted, 0.5)));
    }
    let series = [Series::Intervals("90 %", intervals), Series::Points("median", medians)];
    picture("logistic", "Weights of a logistic regression", ["feature", "weight"], &series)
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
