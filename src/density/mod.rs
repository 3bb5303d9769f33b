//! Log densities and log probabilities as functions of any number, and the maps that constrain their parameters, as Stan has them.
//!
//! A density is a generic function of all its arguments: what is observed, and each parameter, may be a number with a derivative. It returns the
//! natural logarithm, normalised, constants included. A count is data: [`Poisson`], [`Binomial`] and [`NegativeBinomial`] are made of it once, and
//! have a method for each way to give the parameters. A parameter that is constrained is mapped from one that is not by [`Positive`],
//! [`Interval`], [`Simplex`], [`Ordered`] or [`CorrelationCholesky`], which give the logarithm of their Jacobian as well, to be added.
//!
//! This part uses `function` and what lies below it. Start with `continuous.rs`; `parts.rs` has what keeps the digits.
//!
//! ```
//! use gprime::density::{self, Binomial, Positive};
//! use gprime::prelude::*;
//!
//! // successes among trials in some groups, whose logits are normal: a sampler moves all of these numbers freely
//! let groups = [(3, 10), (5, 9), (0, 4)].map(|(k, n)| Binomial::new(k, n).unwrap());
//! let posterior = routine!([groups: &[Binomial] = &groups] |x| {
//!     let (mean, (spread, log_jacobian)) = (x[0], Positive.constrain(x[1]));
//!     let mut log = density::normal(mean, R::from(0.0), R::from(2.0)) + density::half_cauchy(spread, R::from(1.0)) + log_jacobian;
//!     for (group, &logit) in groups.iter().zip(&x[2..]) {
//!         log += density::normal(logit, mean, spread) + group.by_logit(logit);
//!     }
//!     log
//! });
//! let g = posterior.gradient(&[0.0, -0.5, -0.8, 0.2, -1.0]);
//! assert!(g.iter().all(|slope| slope.is_finite()));
//! ```
//!
//! # Edges
//!
//! * **Outside of its support** a density is −∞, and all its slopes are 0, as samplers need it. The choice is made by the numbers, not by a branch, so that a
//!   compiled program stays valid.
//! * **A parameter that is a number and cannot be**, as σ ≤ 0, makes NaN of the value and of every slope, whether `x` is in the support or not.
//! * **What is data** is checked where a distribution or a map is made: an [`Error`](crate::Error) for which [`is_parameter`](crate::Error::is_parameter)
//!   holds. Lists that do not fit are one for which [`is_arity`](crate::Error::is_arity) holds.
//! * NaN goes in and comes out.
//!
//! # Accuracy
//!
//! Where the exact value is v, the error is at most 10⁻¹³ · max(1, |v|), for counts up to 10⁹ and shapes up to 10⁶ and far into the tails, and that of
//! each first partial p by an argument a at most 10⁻¹² · max(1, |p|, 1/|a|) (`cargo test --test gprime density`). Sums of large logarithms of gamma functions would lose
//! 2 · 10⁻⁸ of the first for counts of 10⁸. What is left is the rounding of the terms, a few units in the last place of the
//! largest: of (x − μ)²/2σ² and ln σ, where these cancel. The numbers that are given count as exact.
//!
//! # Cost
//!
//! Each density of one variable is one statement on a tape, of one slope for each argument that has a derivative, and one on a recording, in
//! O(1) time. Those of many observations are one statement by [`reduce_each`](crate::function::Apply::reduce_each):
//!
//! ```
//! use gprime::{density, prelude::*};
//!
//! function! { struct Observed; |[mean, sigma, x]| [density::normal(x, mean, sigma)] }
//! let data: Vec<f64> = (0..1000).map(|i| f64::from(i % 7)).collect();
//! let g = gradient(|p| Apply::reduce_each(&Observed, [&p[..1], &p[1..]], [&data]), &[3.0, 2.0]);
//! assert!((g[0] - data.iter().map(|x| (x - 3.0) / 4.0).sum::<f64>()).abs() < 1e-12);
//! ```

mod continuous;
mod discrete;
mod parts;
mod transform;
mod triangle;
mod vector;

pub use continuous::{
    beta, cauchy, exponential, gamma, half_cauchy, inverse_gamma, laplace, lognormal, normal, student_t,
};
pub use discrete::{Binomial, NegativeBinomial, Poisson};
pub use transform::{CorrelationCholesky, Interval, Ordered, Positive, Simplex};
pub use vector::{dirichlet, lkj_cholesky, multivariate_normal};
