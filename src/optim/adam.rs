//! Adam.

use crate::error::Error;

/// Adam (Kingma and Ba, 2015): a step along the mean of the past gradients, divided by the root of the mean of their squares, so that each
/// parameter moves by about `rate`. In step t, componentwise,
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², x ← x − rate · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε),
///
/// where m and v are 0 before the first step.
///
/// ```
/// use gprime::optim::Adam;
///
/// let (mut adam, mut x) = (Adam::new(0.1), [1.0, 1.0]);
/// adam.step(&mut x, &[3.0, -0.002])?;
/// // the first step goes by the signs
/// assert!((x[0] - 0.9).abs() < 1e-6 && (x[1] - 1.1).abs() < 1e-6);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    /// How far a step goes in each parameter, about. It may change between steps.
    pub rate: f64,
    /// β₁, how much of the mean of the gradients a step keeps: 0.9 if nothing else is said.
    pub beta1: f64,
    /// β₂, how much of the mean of their squares a step keeps: 0.999 if nothing else is said.
    pub beta2: f64,
    /// ε, which keeps the divisor away from 0: 1e-8 if nothing else is said.
    pub epsilon: f64,
    steps: u64,
    mean: Vec<f64>,
    square: Vec<f64>,
}

impl Adam {
    /// An optimiser that has taken no step, with the constants of the paper.
    pub fn new(rate: f64) -> Self {
        Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, mean: vec![], square: vec![] }
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
        super::prepare(x, g, [&mut self.mean, &mut self.square])?;
        self.steps += 1;
        let unbias = |beta: f64| 1.0 - beta.powf(self.steps as f64);
        let (unbias1, unbias2) = (unbias(self.beta1), unbias(self.beta2));
        for (((x, g), m), v) in x.iter_mut().zip(g).zip(&mut self.mean).zip(&mut self.square) {
            *m = self.beta1 * *m + (1.0 - self.beta1) * g;
            *v = self.beta2 * *v + (1.0 - self.beta2) * g * g;
            *x -= self.rate * (*m / unbias1) / ((*v / unbias2).sqrt() + self.epsilon);
        }
        Ok(())
    }
}
