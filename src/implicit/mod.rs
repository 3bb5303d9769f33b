//! Implicit functions: the solution of equations, a fixed point, or a minimum, as a function of parameters, with the derivative that the equations give it.
//!
//! Needs the feature `linalg`. How the solution is found does not matter: a solver is any function of plain numbers, a library's or one's own, and is not
//! differentiated. Of F(x, θ) = 0 follows ∂F/∂x · ẋ + ∂F/∂θ · θ̇ = 0. So forwards ẋ = −J⁻¹ ∂F/∂θ θ̇ with J = ∂F/∂x, and in reverse θ̄ = −∂F/∂θᵀ w with
//! Jᵀ w = x̄: one linear system, however many steps the solver took. This part uses `function` and `linalg`. Start with [`root`].
//!
//! ```
//! use gprime::implicit::{self, Residual};
//! use gprime::prelude::*;
//!
//! /// Kepler's equation: E − e sin E = M, for the angle E, by the parameters e and M.
//! #[derive(Clone, PartialEq)]
//! struct Kepler;
//! impl Residual for Kepler {
//!     fn unknowns(&self, _: usize) -> usize {
//!         1
//!     }
//!     fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Vec<R> {
//!         vec![x[0] - theta[0] * x[0].sin() - theta[1]]
//!     }
//! }
//! /// Any solver will do; this one knows nothing of derivatives.
//! fn solver(theta: &[f64]) -> Result<Vec<f64>, gprime::Error> {
//!     let mut angle = theta[1];
//!     for _ in 0..200 {
//!         angle = theta[1] + theta[0] * angle.sin();
//!     }
//!     Ok(vec![angle])
//! }
//!
//! let f = routine!(|theta| -> Result<R, gprime::Error> { Ok(implicit::root(&Kepler, theta, solver)?[0]) });
//! let g = f.gradient(&[0.5, 1.0])?;
//! let angle = solver(&[0.5, 1.0])?[0];
//! // ∂E/∂M = 1 / (1 − e cos E), and ∂E/∂e is sin E times that
//! let by_m = 1.0 / (1.0 - 0.5 * angle.cos());
//! assert!((g[1] - by_m).abs() < 1e-14 && (g[0] - angle.sin() * by_m).abs() < 1e-14);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! # What it costs
//!
//! The solver, and for n unknowns and p parameters: the residual along n directions and along p, one after the other, and a factorisation of J, O(n³), which
//! is shared by all orders of derivative. A tape and a recorder keep one statement. What a recorder has is run again with the solver.

mod equations;
mod rule;

pub use equations::{Cost, Residual};

use crate::Error;
use crate::function::Apply;
use rule::{Gradient, Implicit, Step};
use std::fmt::Display;

/// The solution x of F(x, θ) = 0 that the solver finds for the values of θ, with its derivatives by θ. There is an example at the [module](self).
///
/// A recorder keeps the solver, so it owns what it needs; it must give the same for the same θ.
///
/// # Errors
/// If the solver fails, gives other than [`unknowns`](Residual::unknowns) numbers, or no solution to within the [tolerance](Residual::tolerance); if F
/// has other than so many numbers; or if J = ∂F/∂x is singular there, so that x is no function of θ.
pub fn root<R: Apply, F: Residual, E: Display>(
    f: &F,
    theta: &[R],
    solver: impl Fn(&[f64]) -> Result<Vec<f64>, E> + Send + Sync + 'static,
) -> Result<Vec<R>, Error> {
    R::vector(&Implicit::new("root", f.clone(), theta.len(), solver), &[theta])
}

/// The fixed point x = f(x, θ) that the solver finds, with its derivatives by θ: a [`root`] of x − f(x, θ).
///
/// ```
/// use gprime::implicit::{self, Residual};
/// use gprime::prelude::*;
///
/// /// (x + a/x)/2, whose fixed point is √a.
/// #[derive(Clone, PartialEq)]
/// struct Heron;
/// impl Residual for Heron {
///     fn unknowns(&self, _: usize) -> usize {
///         1
///     }
///     fn residual<R: Apply>(&self, x: &[R], a: &[R]) -> Vec<R> {
///         vec![(x[0] + a[0] / x[0]) * 0.5]
///     }
/// }
/// let solver = |a: &[f64]| Ok::<_, gprime::Error>(vec![a[0].sqrt()]);
/// assert_eq!(gradient(|a| implicit::fixed_point(&Heron, a, solver).unwrap()[0], &[4.0]), [0.25]);
/// ```
///
/// # Errors
/// As [`root`].
pub fn fixed_point<R: Apply, F: Residual, E: Display>(
    f: &F,
    theta: &[R],
    solver: impl Fn(&[f64]) -> Result<Vec<f64>, E> + Send + Sync + 'static,
) -> Result<Vec<R>, Error> {
    R::vector(&Implicit::new("fixed_point", Step(f.clone()), theta.len(), solver), &[theta])
}

/// The minimum by x of f(x, θ) that the solver finds, with its derivatives by θ: a [`root`] of the gradient by x, whose J is the Hessian.
///
/// Any point with the gradient 0 will do, as a maximum or a saddle.
///
/// # Errors
/// As [`root`]: the Hessian by x must not be singular.
pub fn minimum<R: Apply, F: Cost, E: Display>(
    f: &F,
    theta: &[R],
    solver: impl Fn(&[f64]) -> Result<Vec<f64>, E> + Send + Sync + 'static,
) -> Result<Vec<R>, Error> {
    R::vector(&Implicit::new("minimum", Gradient(f.clone()), theta.len(), solver), &[theta])
}
