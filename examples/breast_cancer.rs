//! Training on real data: is a tumour benign? A logistic regression and a small network, by plain gradient descent.
//!
//! `cargo run --release --example breast_cancer`

use gprime::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::fs;

const EPOCHS: u64 = 100;
const RATE: f64 = 0.5;

struct Sample {
    features: Vec<f64>,
    /// 1 if the tumour is benign, 0 if it is malignant.
    class: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut train, mut test) = load(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/breast_cancer.csv"))?;
    standardise(&mut train, &mut test);
    println!("{} samples to train, {} to test", train.len(), test.len());

    let weights = initial_weights(&[30, 1]);
    let mut gradient = vec![0.0; weights.len()];
    value_and_gradient(|w| loss(&[30, 1], w, &train), &weights, &mut gradient);
    let by_hand = logistic_gradient(&weights, &train);
    let difference = gradient.iter().zip(&by_hand).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("the first gradient is within {difference:.1e} of the hand-written one");
    assert!(difference < 1e-12);

    for (name, layers) in [("logistic regression", &[30, 1][..]), ("network 30-8-1", &[30, 8, 1])] {
        let weights = descend(name, layers, &train)?;
        let (train_loss, test_loss) = (loss(layers, &weights, &train), loss(layers, &weights, &test));
        let accuracy = accuracy(layers, &weights, &test);
        println!("{name:20} loss {train_loss:.4} in training, {test_loss:.4} in test; test accuracy {accuracy:.4}");
        assert!(accuracy >= 0.95, "{name} did not learn");
    }
    Ok(())
}

/// The logit of a network: weighted sums with a bias, and a tanh after each layer but the last. Without a hidden layer it
/// is logistic regression.
fn logit<R: Apply>(layers: &[usize], mut weights: &[R], x: &[R]) -> R {
    let mut a = x.to_vec();
    for &size in &layers[1..] {
        let (layer, rest) = weights.split_at(size * (a.len() + 1));
        let z = layer.chunks(a.len() + 1).map(|w| w[0] + w[1..].dot(&a));
        a = if rest.is_empty() { z.collect() } else { z.map(R::tanh).collect() };
        weights = rest;
    }
    a[0]
}

/// The mean cross entropy over all samples.
fn loss<R: Apply>(layers: &[usize], weights: &[R], samples: &[Sample]) -> R {
    let losses: Vec<R> = samples
        .iter()
        .map(|sample| {
            let x: Vec<R> = sample.features.iter().map(|&x| x.into()).collect();
            logit(layers, weights, &x).bce_with_logits(sample.class)
        })
        .collect();
    losses.mean()
}

/// Gradient descent on all samples at once. The tape is reused, so after the first step it allocates nothing.
fn descend(name: &'static str, layers: &[usize], train: &[Sample]) -> Result<Vec<f64>, Box<dyn Error>> {
    let bar = ProgressBar::new(EPOCHS).with_message(name);
    bar.set_style(ProgressStyle::with_template("{msg:20} {bar:40} {pos}/{len}")?);
    let mut tape = Tape::new();
    let mut weights = initial_weights(layers);
    let mut gradient = vec![0.0; weights.len()];
    for _ in bar.wrap_iter(0..EPOCHS) {
        tape.value_and_gradient(|w| loss(layers, w, train), &weights, &mut gradient);
        for (w, g) in weights.iter_mut().zip(&gradient) {
            *w -= RATE * g;
        }
    }
    bar.finish_and_clear();
    Ok(weights)
}

/// The gradient of the logistic loss as it is derived on paper: the mean of (σ(z) − t) x.
fn logistic_gradient(weights: &[f64], samples: &[Sample]) -> Vec<f64> {
    let mut gradient = vec![0.0; weights.len()];
    for Sample { features, class } in samples {
        let z = logit(&[features.len(), 1], weights, features);
        let error = (1.0 / (1.0 + (-z).exp()) - class) / samples.len() as f64;
        gradient[0] += error;
        for (g, x) in gradient[1..].iter_mut().zip(features) {
            *g += error * x;
        }
    }
    gradient
}

/// How many of the samples are on the right side of 0.
fn accuracy(layers: &[usize], weights: &[f64], samples: &[Sample]) -> f64 {
    let right = |sample: &&Sample| (logit(layers, weights, &sample.features) > 0.0) == (sample.class == 1.0);
    samples.iter().filter(right).count() as f64 / samples.len() as f64
}

/// Small weights, the same in every run.
fn initial_weights(layers: &[usize]) -> Vec<f64> {
    let count: usize = layers.windows(2).map(|w| w[1] * (w[0] + 1)).sum();
    (0..count as u64).map(|k| 0.2 * (splitmix64(k) as f64 / u64::MAX as f64 - 0.5)).collect()
}

fn splitmix64(k: u64) -> u64 {
    let z = k.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The samples to train with, and every fifth to test.
fn load(path: &str) -> Result<(Vec<Sample>, Vec<Sample>), Box<dyn Error>> {
    let (mut train, mut test) = (vec![], vec![]);
    for (i, line) in fs::read_to_string(path)?.lines().skip(1).enumerate() {
        let mut features = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let class = features.pop().ok_or("a line is empty")?;
        if i % 5 == 4 { &mut test } else { &mut train }.push(Sample { features, class });
    }
    Ok((train, test))
}

/// Gives each feature mean 0 and standard deviation 1 over the training samples; the test must not be looked at.
fn standardise(train: &mut [Sample], test: &mut [Sample]) {
    for j in 0..train[0].features.len() {
        let n = train.len() as f64;
        let mean = train.iter().map(|s| s.features[j]).sum::<f64>() / n;
        let deviation = (train.iter().map(|s| (s.features[j] - mean).powi(2)).sum::<f64>() / n).sqrt();
        for sample in train.iter_mut().chain(&mut *test) {
            sample.features[j] = (sample.features[j] - mean) / deviation;
        }
    }
}
