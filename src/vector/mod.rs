//! Vector functions as vector rules: probabilities from logits, running sums and products, and the direction of a vector, of any number.
//!
//! Each has as many results as arguments, in time and memory O(n): values, tangents and adjoints alike. The values are `f64` code that keeps the last
//! digits; the derivatives are rules in terms of each other, so they are there in every order and every mode. A tape keeps the arguments and the
//! results, and a recorder one statement. This part lies beside `linalg`; of the parts above `function` it uses `graph`, for its [table](mod@table)
//! alone. `rules/` has the rules.
//!
//! | function | result i | at an edge |
//! |---|---|---|
//! | [`softmax`] | exp(xᵢ) / Σ exp(xⱼ) | an entry −∞ has weight 0 and slopes 0; nothing but −∞ gives NaN; entries +∞ share the weight |
//! | [`log_softmax`] | ln softmax(x)ᵢ | as softmax |
//! | [`logcumsumexp`] | ln (exp(x₀) + … + exp(xᵢ)) | nothing but −∞ gives −∞, with slopes 0 |
//! | [`cumsum`] | x₀ + … + xᵢ | |
//! | [`cumprod`] | x₀ ⋯ xᵢ | slopes without a division, so right where entries are 0 |
//! | [`normalize`] | xᵢ / ‖x‖ | undefined at the origin: NaN, as are its slopes |
//! | [`clip_by_norm`] | xᵢ min(1, max / ‖x‖) | a kink where ‖x‖ = max: the slopes are those outside, which are the smaller ones |
//!
//! NaN in a list gives NaN: in each result, or, of running sums and products, from there on.
//!
//! ```
//! use gprime::{prelude::*, vector};
//!
//! let p = vector::softmax(&[1000.0, 1000.0 + 3f64.ln()])?;
//! assert!((p[0] - 0.25).abs() < 1e-13);
//!
//! // the logarithm of a probability of nearly 1 keeps its digits
//! assert_eq!(vector::log_softmax(&[0.0, -100.0])?[0], -(-100f64).exp());
//!
//! // the slopes of x₀ x₁ x₂ where two factors are 0
//! let g = gradient(|x| vector::cumprod(x).unwrap()[2], &[0.0, 2.0, 0.0]);
//! assert_eq!(g, [0.0; 3]);
//! # Ok::<(), gprime::Error>(())
//! ```

pub mod rules;
pub mod table;

use crate::Error;
use crate::function::Apply;
use rules::{ClipByNorm, CumProd, CumSum, LogCumSumExp, LogSoftmax, Normalize, Softmax};

/// exp(xᵢ) / Σ exp(xⱼ), without overflow: [`Softmax`].
///
/// # Errors
/// If the list is empty.
pub fn softmax<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&Softmax, &[x])
}

/// xᵢ − ln Σ exp(xⱼ), with the digits of its smallest results: [`LogSoftmax`].
///
/// # Errors
/// If the list is empty.
pub fn log_softmax<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&LogSoftmax, &[x])
}

/// ln Σ exp(xⱼ) over j ≤ i, without overflow: [`LogCumSumExp`]. Of an empty list it is empty.
///
/// # Errors
/// None of its own.
pub fn logcumsumexp<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&LogCumSumExp, &[x])
}

/// Σ xⱼ over j ≤ i: [`CumSum`]. Of an empty list it is empty.
///
/// # Errors
/// None of its own.
pub fn cumsum<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&CumSum, &[x])
}

/// Π xⱼ over j ≤ i: [`CumProd`]. Of an empty list it is empty.
///
/// # Errors
/// None of its own.
pub fn cumprod<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&CumProd, &[x])
}

/// x / ‖x‖, the direction of a vector, without overflow: [`Normalize`].
///
/// # Errors
/// If the list is empty.
pub fn normalize<R: Apply>(x: &[R]) -> Result<Vec<R>, Error> {
    R::vector(&Normalize, &[x])
}

/// x where ‖x‖ ≤ max, else x max / ‖x‖: [`ClipByNorm`]. Of an empty list it is empty.
///
/// # Errors
/// If `max` is negative or NaN.
pub fn clip_by_norm<R: Apply>(x: &[R], max: f64) -> Result<Vec<R>, Error> {
    R::vector(&ClipByNorm { max }, &[x])
}
