//! A network learns to read digits by Adam, a few images at a time, and is saved and read again (safetensors).

use gprime::optim::{Adam, Parameters};
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, bar, picture, random, table};
use nuts_rs::rand::seq::SliceRandom;
use rand_distr::{Distribution, Normal};

const PIXELS: usize = 64;
const HIDDEN: usize = 32;
const EPOCHS: usize = 40;
const BATCH: usize = 32;

struct Image {
    pixels: Vec<f64>,
    digit: usize,
}

/// A layer's weighted sums.
fn layer<R: Number>(parameters: &Parameters, name: &str, w: &[R], inputs: usize, x: impl Fn(&[R]) -> R) -> Vec<R> {
    let (weights, bias) = (parameters.part(&format!("{name}.weight"), w), parameters.part(&format!("{name}.bias"), w));
    weights.chunks(inputs).zip(bias).map(|(row, &bias)| x(row) + bias).collect()
}

/// One number for each digit; the largest is the network's guess.
fn logits<R: Number>(parameters: &Parameters, w: &[R], image: &Image) -> Vec<R> {
    let hidden = layer(parameters, "hidden", w, PIXELS, |row| row.weighted_sum(&image.pixels));
    let hidden: Vec<R> = hidden.into_iter().map(R::relu).collect();
    layer(parameters, "output", w, HIDDEN, |row| row.dot(&hidden))
}

fn loss<R: Number>(parameters: &Parameters, w: &[R], images: &[Image]) -> R {
    let losses = images.iter().map(|image| logits(parameters, w, image).softmax_cross_entropy(image.digit));
    losses.collect::<Vec<R>>().mean()
}

fn accuracy(parameters: &Parameters, images: &[Image]) -> f64 {
    let right = |image: &&Image| {
        let logits = logits(parameters, parameters.values(), image);
        (0..10).max_by(|&i, &j| logits[i].total_cmp(&logits[j])) == Some(image.digit)
    };
    images.iter().filter(right).count() as f64 / images.len() as f64
}

fn main() -> Result<(), Failure> {
    let rows = table("data/digits.csv", 0)?.into_iter();
    let image = |mut row: Vec<f64>| Image {
        digit: row.pop().unwrap_or_default() as usize,
        pixels: row.into_iter().map(|pixel| pixel / 16.0).collect(),
    };
    let (mut random, mut train) = (random(5), rows.map(image).collect::<Vec<Image>>());
    train.shuffle(&mut random);
    let test = train.split_off(train.len() * 4 / 5);

    let mut parameters = Parameters::new();
    for (name, outputs, inputs) in [("hidden", HIDDEN, PIXELS), ("output", 10, HIDDEN)] {
        let weights = Normal::new(0.0, (2.0 / inputs as f64).sqrt())?.sample_iter(&mut random).take(outputs * inputs);
        parameters.insert(format!("{name}.weight"), &[outputs, inputs], weights.collect())?;
        parameters.insert(format!("{name}.bias"), &[outputs], vec![0.0; outputs])?;
    }
    println!("{} images to train {} parameters, {} to test", train.len(), parameters.len(), test.len());

    let (mut adam, mut tape, mut g) = (Adam::new(3e-3), Tape::new(), vec![0.0; parameters.len()]);
    let (mut training, mut testing) = (vec![], vec![]);
    let bar = bar("epochs", EPOCHS as u64);
    for epoch in bar.wrap_iter(1..=EPOCHS) {
        train.shuffle(&mut random);
        for images in train.chunks(BATCH) {
            tape.value_and_gradient(|w| loss(&parameters, w, images), parameters.values(), &mut g);
            adam.step(parameters.values_mut(), &g)?;
        }
        training.push((epoch as f64, loss(&parameters, parameters.values(), &train).log10()));
        testing.push((epoch as f64, loss(&parameters, parameters.values(), &test).log10()));
    }
    bar.finish_and_clear();

    let file = std::env::temp_dir().join(format!("gprime-digits-{}.safetensors", std::process::id()));
    parameters.save(&file)?;
    parameters.values_mut().fill(0.0);
    parameters.load(&file)?;
    std::fs::remove_file(&file)?;
    println!("accuracy {:.4} in training, {:.4} in test", accuracy(&parameters, &train), accuracy(&parameters, &test));
    assert!(accuracy(&parameters, &test) > 0.93, "the network did not learn");
    let series = [Series::Line("training", training), Series::Line("test", testing)];
    picture("digits", "A network learns to read digits", ["epoch", "log₁₀ of the loss"], &series)
}
