//! Optimisers for many parameters and a gradient that is cheap or noisy: gradient descent with momentum, [`Sgd`], and [`Adam`].
//!
//! An optimiser takes a step in a flat list of parameters, given their gradient in the same layout. [`Parameters`] is such a list whose
//! parts have names and shapes; with the feature `safetensors` it is saved and loaded. Where the value is smooth and exact, the solvers
//! behind [`border`](crate::border) need far fewer steps.
//!
//! ```
//! use gprime::optim::{Adam, Parameters};
//! use gprime::prelude::*;
//!
//! let data = [(0.0, 1.0), (1.0, 2.9), (2.0, 5.1)];
//! let mut parameters = Parameters::new();
//! parameters.insert("slope", &[1], vec![0.0])?;
//! parameters.insert("bias", &[1], vec![0.0])?;
//!
//! let mut adam = Adam::new(0.05);
//! let (mut tape, mut g) = (Tape::new(), vec![0.0; parameters.len()]);
//! for _ in 0..1000 {
//!     tape.value_and_gradient(
//!         |x| {
//!             let (slope, bias) = (parameters.part("slope", x)[0], parameters.part("bias", x)[0]);
//!             data.map(|(t, y)| (slope * t + bias - y).square()).mean()
//!         },
//!         parameters.values(),
//!         &mut g,
//!     );
//!     adam.step(parameters.values_mut(), &g)?;
//! }
//! assert!((parameters["slope"][0] - 2.05).abs() < 1e-3 && (parameters["bias"][0] - 0.95).abs() < 1e-3);
//! # Ok::<(), gprime::Error>(())
//! ```

mod adam;
mod parameters;
#[cfg(feature = "safetensors")]
mod safetensors;
mod sgd;

pub use adam::Adam;
pub use parameters::Parameters;
pub use sgd::Sgd;

use crate::error::{Error, Kind};

/// Makes the lists that an optimiser keeps as long as the parameters in its first step.
///
/// # Errors
/// If a component of the gradient is not finite.
///
/// # Panics
/// If the lists differ in length.
#[track_caller]
fn prepare<const N: usize>(x: &[f64], g: &[f64], kept: [&mut Vec<f64>; N]) -> Result<(), Error> {
    assert_eq!(x.len(), g.len(), "the gradient must be as long as the list of parameters");
    for kept in kept {
        if kept.is_empty() {
            kept.resize(x.len(), 0.0);
        }
        assert_eq!(kept.len(), x.len(), "there must be as many parameters as in the step before");
    }
    match g.iter().position(|g| !g.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::new(Kind::NotFinite, format!("component {at} of the gradient is {}", g[at]))),
    }
}
