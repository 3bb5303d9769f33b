use super::TooFar;
use gprime::border::Objective;
use gprime::border::nuts_rs::Density;
use gprime::prelude::*;
use nuts_rs::rand::SeedableRng;
use nuts_rs::rand::rngs::ChaCha8Rng;
use nuts_rs::{Chain, CpuMath, DiagNutsSettings, Settings};

type Draws = Vec<Box<[f64]>>;

/// Draws after the tuning, and how many of all trajectories diverged.
fn sample<F: Objective>(logp: F, start: &[f64]) -> Result<(Draws, usize), Box<dyn std::error::Error>> {
    let settings = DiagNutsSettings { num_tune: 300, ..DiagNutsSettings::default() };
    let math = CpuMath::new(Density::new(logp, start.len()));
    let mut chain = settings.new_chain(0, math, &mut ChaCha8Rng::seed_from_u64(3))?;
    chain.set_position(start)?;
    let (mut draws, mut diverged) = (vec![], 0);
    for _ in 0..1300 {
        let (x, progress) = chain.draw()?;
        diverged += usize::from(progress.diverging);
        draws.push(x);
    }
    Ok((draws.split_off(300), diverged))
}

fn mean(draws: &[Box<[f64]>], f: impl Fn(&[f64]) -> f64) -> f64 {
    draws.iter().map(|x| f(x)).sum::<f64>() / draws.len() as f64
}

#[test]
fn the_moments_of_a_normal_density_are_right() {
    // correlated by 0.6, with deviations 1 and 2
    let logp = routine!(|x| {
        let (a, b) = (x[0] - 3.0, (x[1] + 1.0) * 0.5);
        (a * a + b * b - a * b * 1.2) * (-0.5 / 0.64)
    });
    let (draws, _) = sample(logp, &[0.0, 0.0]).unwrap();
    let (m, n) = (mean(&draws, |x| x[0]), mean(&draws, |x| x[1]));
    let products = [(0, 0), (1, 1), (0, 1)].map(|(i, j)| mean(&draws, |x| (x[i] - [m, n][i]) * (x[j] - [m, n][j])));
    assert!((m - 3.0).abs() < 0.2 && (n + 1.0).abs() < 0.4, "{m} {n}");
    assert!((products[0] - 1.0).abs() < 0.3 && (products[1] - 4.0).abs() < 1.2, "{products:?}");
    assert!((products[2] - 1.2).abs() < 0.5, "{products:?}");
}

#[test]
fn where_the_function_fails_a_trajectory_diverges() {
    let half = routine!(|x| -> Result<R, TooFar> {
        if x[0] > 0.5 { Err(TooFar(x[0].primal())) } else { Ok(x[0].square() * -0.5) }
    });
    let (draws, diverged) = sample(half, &[-0.3]).unwrap();
    assert!(diverged > 0 && draws.iter().all(|x| x[0] <= 0.5));

    let nan = routine!(|x| (-x[0] + 0.5).sqrt() - x[0].square());
    let (draws, diverged) = sample(nan, &[-0.3]).unwrap();
    assert!(diverged > 0 && draws.iter().all(|x| x[0] <= 0.5));
}

#[test]
fn a_start_where_the_function_fails_is_an_error() {
    let error = sample(routine!(|x| x[0].ln()), &[-1.0]).unwrap_err();
    assert!(error.to_string().contains("the value is NaN"), "{error}");
    let error = sample(routine!(|x| -> Result<R, String> { Err(format!("no density at {}", x[0].primal())) }), &[1.0]);
    assert!(error.unwrap_err().to_string().contains("no density at 1"));
}
