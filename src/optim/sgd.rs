//! Gradient descent with momentum.

use crate::error::Error;

/// Gradient descent with momentum: v ← momentum·v + g and x ← x − rate·v, where v is 0 before the first step.
///
/// ```
/// use gprime::optim::Sgd;
///
/// let (mut sgd, mut x) = (Sgd::new(0.1, 0.5), [1.0]);
/// sgd.step(&mut x, &[2.0])?;
/// assert_eq!(x, [1.0 - 0.1 * 2.0]);
/// sgd.step(&mut x, &[2.0])?;
/// assert_eq!(x, [0.8 - 0.1 * (0.5 * 2.0 + 2.0)]);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    /// How far a step goes. It may change between steps.
    pub rate: f64,
    /// How much of a step the next one keeps: 0 for plain gradient descent.
    pub momentum: f64,
    velocity: Vec<f64>,
}

impl Sgd {
    /// An optimiser that has taken no step.
    pub fn new(rate: f64, momentum: f64) -> Self {
        Sgd { rate, momentum, velocity: vec![] }
    }

    /// Takes a step from `x`, where the gradient is `g`. O(n) in time; after the first step nothing is allocated.
    ///
    /// # Errors
    /// If a component of the gradient is NaN or infinite. Nothing has changed then.
    ///
    /// # Panics
    /// If `g` is not as long as `x`, or `x` not as long as in the step before.
    #[track_caller]
    pub fn step(&mut self, x: &mut [f64], g: &[f64]) -> Result<(), Error> {
        super::prepare(x, g, [&mut self.velocity])?;
        for ((x, g), v) in x.iter_mut().zip(g).zip(&mut self.velocity) {
            *v = self.momentum * *v + g;
            *x -= self.rate * *v;
        }
        Ok(())
    }
}
