//! Chains of the No-U-Turn Sampler, and what is told of their draws.

use crate::{Failure, bar, random};
use gprime::border::nuts_rs::Density;
use gprime::prelude::*;
use nuts_rs::{Chain, CpuMath, DiagNutsSettings, Settings};
use rand_distr::{Distribution, Uniform};
use std::thread;

const TUNE: u64 = 500;
const DRAWS: u64 = 1000;
const CHAINS: u64 = 4;

/// The draws of several chains, each from a start of its own.
pub struct Draws {
    chains: Vec<Vec<Box<[f64]>>>,
}

impl Draws {
    /// Samples a log density of so many coordinates: four chains on four threads, which share one routine, with a bar that shows how far they are.
    ///
    /// `strictness` is the share of steps that are to be accepted, 0.8 where nothing else is known; one near 1 takes small steps.
    pub fn of<F: Routine<Out = ()> + Sync>(log_density: &F, coordinates: usize, strictness: f64) -> Result<Draws, Failure> {
        let bar = &bar("sampling", CHAINS * (TUNE + DRAWS));
        let chains = thread::scope(|scope| {
            let chain = |number: u64| {
                scope.spawn(move || -> Result<_, Failure> {
                    let mut settings = DiagNutsSettings { num_tune: TUNE, ..DiagNutsSettings::default() };
                    settings.adapt_options.step_size_settings.target_accept = strictness;
                    let (mut random, math) = (random(number), CpuMath::new(Density::new(log_density, coordinates)));
                    let start: Vec<f64> =
                        Uniform::new(-0.5, 0.5).unwrap().sample_iter(&mut random).take(coordinates).collect();
                    let mut chain = settings.new_chain(number, math, &mut random)?;
                    chain.set_position(&start)?;
                    let draws = (0..TUNE + DRAWS).map(|_| chain.draw().map(|(w, _)| w).inspect(|_| bar.inc(1)));
                    let mut draws: Vec<_> = draws.collect::<Result<_, _>>()?;
                    Ok(draws.split_off(TUNE as usize))
                })
            };
            let threads: Vec<_> = (0..CHAINS).map(chain).collect();
            threads.into_iter().map(|thread| thread.join().expect("a chain does not panic")).collect::<Result<_, _>>()
        });
        bar.finish_and_clear();
        let draws = Draws { chains: chains? };
        let worst = (0..coordinates).map(|i| draws.r_hat(i)).fold(0.0, f64::max);
        println!("{CHAINS} chains of {DRAWS} draws of {coordinates} coordinates; the largest R-hat is {worst:.3}");
        if worst < 1.05 { Ok(draws) } else { Err("the chains disagree".into()) }
    }

    /// All draws.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.chains.iter().flatten().map(|draw| &**draw)
    }

    /// A number that is made of each draw, sorted.
    pub fn sorted(&self, of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let mut numbers: Vec<f64> = self.iter().map(of).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    }

    /// By how much the deviation of a coordinate over all chains is larger than within each (Gelman and Rubin, 1992): 1 where they agree.
    fn r_hat(&self, i: usize) -> f64 {
        let moments = |list: &[f64]| {
            let mean = list.iter().sum::<f64>() / list.len() as f64;
            (mean, list.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (list.len() - 1) as f64)
        };
        let each = self.chains.iter().map(|chain| moments(&chain.iter().map(|w| w[i]).collect::<Vec<f64>>()));
        let (means, variances): (Vec<f64>, Vec<f64>) = each.unzip();
        ((moments(&variances).0 + moments(&means).1) / moments(&variances).0).sqrt()
    }
}

/// The number that so large a part of sorted ones lie below.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    sorted[(part * (sorted.len() - 1) as f64) as usize]
}
