//! Densities for the samplers of [nuts-rs](nuts_rs): a routine has the logarithm of a density and its gradient.
//!
//! ```
//! use gprime::border::nuts_rs::Density;
//! use gprime::prelude::*;
//! use nuts_rs::{Chain, CpuMath, DiagNutsSettings, Settings, rand::{SeedableRng, rngs::ChaCha8Rng}};
//!
//! // two independent normal numbers, with means 1 and −2 and deviations 1 and 0.1
//! let logp = routine!(|x| ((x[0] - 1.0).square() + ((x[1] + 2.0) * 10.0).square()) * -0.5);
//! let settings = DiagNutsSettings { num_tune: 200, ..DiagNutsSettings::default() };
//! let mut chain = settings.new_chain(0, CpuMath::new(Density::new(logp, 2)), &mut ChaCha8Rng::seed_from_u64(1))?;
//! chain.set_position(&[0.0, 0.0])?;
//! let (mut sum, draws) = ([0.0; 2], 500);
//! for draw in 0..200 + draws {
//!     let (x, _) = chain.draw()?;
//!     if draw >= 200 {
//!         sum = [sum[0] + x[0], sum[1] + x[1]];
//!     }
//! }
//! let mean = sum.map(|sum| sum / draws as f64);
//! assert!((mean[0] - 1.0).abs() < 0.3 && (mean[1] + 2.0).abs() < 0.03);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A program has `nuts-rs` 0.19 among its own dependencies. Its interface changes with each minor version, so this border holds to one.

use super::Objective;
use crate::error::Error;
use ::nuts_rs::rand::Rng;
use ::nuts_rs::{CpuLogpFunc, CpuMathError, HasDims, LogpError};
use std::collections::HashMap;

/// The logarithm of a density, up to a constant, of so many parameters, each of any real number.
///
/// Where the function is NaN or gives an error a trajectory ends: the sampler counts a divergence, in whose `logp_function_error` the
/// error is. At the start of a chain it is an error of the sampler.
#[derive(Clone, Debug)]
pub struct Density<F> {
    logp: F,
    parameters: usize,
}

impl<F: Objective> Density<F> {
    /// A density with this logarithm, of so many parameters.
    pub fn new(logp: F, parameters: usize) -> Self {
        Density { logp, parameters }
    }
}

/// A trajectory that meets an error diverges; it does not end the chain.
impl LogpError for Error {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl<F> HasDims for Density<F> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        // what the sampler's statistics and a draw call the places of a list
        ["unconstrained_parameter", "dim"].map(|name| (name.to_owned(), self.parameters as u64)).into()
    }
}

impl<F: Objective> CpuLogpFunc for Density<F> {
    type LogpError = Error;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.parameters
    }

    fn logp(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Error> {
        self.logp.try_value_and_gradient(x, g)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, x: &[f64]) -> Result<Vec<f64>, CpuMathError> {
        Ok(x.to_vec())
    }
}
