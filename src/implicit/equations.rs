//! What an implicit function is the solution of.

use crate::function::Apply;

/// Equations F(x, θ) = 0 for the unknowns x: as many as there are unknowns, written for any number.
///
/// Everything that is differentiated by is in θ: what else the equations hold are constants. They must not branch on values, as the rule of an op must not.
pub trait Residual: Clone + PartialEq + Send + Sync + 'static {
    /// How many unknowns there are, and equations, for so many parameters.
    fn unknowns(&self, parameters: usize) -> usize;

    /// F(x, θ), which is 0 at a solution; of a fixed point the x that it maps to.
    fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Vec<R>;

    /// How far from a solution the solver may stop: by the next step of Newton's method, for each unknown relative to 1 + |x|. The derivative is as far off
    /// as that.
    fn tolerance(&self) -> f64 {
        1e-6
    }
}

/// A function f(x, θ) whose minimum by x is looked for, written for any number.
pub trait Cost: Clone + PartialEq + Send + Sync + 'static {
    /// How many unknowns there are for so many parameters.
    fn unknowns(&self, parameters: usize) -> usize;

    /// f(x, θ).
    fn value<R: Apply>(&self, x: &[R], theta: &[R]) -> R;

    /// How far from a minimum the solver may stop: see [`Residual::tolerance`].
    fn tolerance(&self) -> f64 {
        1e-6
    }
}
