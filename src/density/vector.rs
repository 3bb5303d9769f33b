//! The densities of several real variables.

use super::parts::{HALF_LN_TAU, gamma_kernel, if_positive, product, sum, unless};
use super::triangle::{order, rows};
use crate::error::{Error, Kind};
use crate::function;
use crate::function::Apply;
use crate::op::{Losses, SpecialFunctions};

/// How far a sum that is 1 on the support may be from it.
const TOLERANCE: f64 = 1e-8;

/// −∞ where some numbers, which are positive on the support, are negative, or their sum is not 1, to 10⁻⁸, elsewhere `value`.
fn on_simplex<R: Apply>(positive: &[R], sum: R, value: R) -> R {
    let value = positive.iter().fold(value, |value, x| unless(x.less(0.0.into()), value));
    unless(R::from(TOLERANCE).less((sum - 1.0).abs()), value)
}

function! {
    /// The share of one of the numbers in a Dirichlet density, where the shapes add up to `n`: that of the gamma distribution with rate 1 at
    /// x = n xᵢ, and x − αᵢ in two parts.
    struct DirichletShare;
    |[x, alpha, n]| -> [R; 3] {
        let [x, low] = product(n, x);
        [gamma_kernel(alpha, [x, low]), x - alpha, low]
    }
}

/// The logarithm of the density of the Dirichlet distribution with shapes αᵢ > 0, of support xᵢ ≥ 0 and Σ xᵢ = 1: by all xᵢ but one, of which it
/// is a function of all alike.
///
/// It is written as one of independent gamma variables, given their sum, so that nothing cancels for large shapes. A sum of the xᵢ within 10⁻⁸ of 1
/// counts as 1. Each slope is that of the formula, in which the xᵢ are independent. O(K) for K numbers.
///
/// # Errors
/// If there are not as many shapes as numbers, or none.
pub fn dirichlet<R: Apply>(x: &[R], alpha: &[R]) -> Result<R, Error> {
    if x.is_empty() || x.len() != alpha.len() {
        let message = format!("dirichlet of {} numbers has {} shapes", x.len(), alpha.len());
        return Err(Error::new(Kind::Arity, message));
    }
    let [n, lost] = sum(alpha);
    let (mut value, mut excesses) = (n.stirling_rest(0) + n.ln() * (x.len() as f64 - 0.5) + HALF_LN_TAU, vec![lost]);
    for (&x, &alpha) in x.iter().zip(alpha) {
        let [share, excess, low] = R::run(&DirichletShare, [x, alpha, n]);
        value += share;
        excesses.extend([excess, low]);
    }
    // these may be far larger than what they add up to
    let [excess, rest] = sum(&excesses);
    let value = value + (excess + rest);
    let value = on_simplex(x, sum(x)[0], value);
    Ok(if_positive(alpha, &[x, alpha].concat(), value))
}

/// The logarithm of the density of the normal distribution of several variables, given the Cholesky factor L of the covariance L Lᵀ, whose
/// diagonal is positive: Stan's `multi_normal_cholesky`.
///
/// The factor is its lower triangle row after row, n (n + 1)/2 numbers, as the feature `linalg` packs it. O(n²).
///
/// ```
/// use gprime::density;
///
/// let value = density::multivariate_normal(&[1.0, 2.0], &[0.0, 0.0], &[2.0, 1.0, 3.0])?;
/// // z = (½, ½), and the marginal and the conditional density are those of one variable
/// assert_eq!(value, density::normal(1.0, 0.0, 2.0) + density::normal(2.0, 0.5, 3.0));
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If the lengths do not fit.
pub fn multivariate_normal<R: Apply>(x: &[R], mean: &[R], factor: &[R]) -> Result<R, Error> {
    let n = order("multivariate_normal", factor)?;
    if x.len() != n || mean.len() != n {
        let message =
            format!("multivariate_normal of {} numbers has a mean of {} and a factor of {n} rows", x.len(), mean.len());
        return Err(Error::new(Kind::Arity, message));
    }
    // L z = x − mean, solved forwards
    let mut z: Vec<R> = Vec::with_capacity(n);
    let mut diagonal = Vec::with_capacity(n);
    for (i, row) in rows(factor).enumerate() {
        let solved = (x[i] - mean[i] - R::dot(&row[..i], &z)) / row[i];
        z.push(solved);
        diagonal.push(row[i]);
    }
    let logs = diagonal.iter().map(|d| d.ln()).sum::<R>();
    let value = R::dot(&z, &z) * -0.5 - logs - n as f64 * HALF_LN_TAU;
    Ok(if_positive(&diagonal, &[x, mean, factor].concat(), value))
}

function! {
    /// The share of row m > 0 of a Cholesky factor in the density: (1 − r²)^(a − 1) by its m numbers beside the diagonal, where the diagonal is
    /// √(1 − r²), over the integral of that over the ball, π^(m/2) Γ(a) / Γ(a + m/2).
    struct LkjRow { m: f64, rows_after: f64 }
    |[diagonal, eta]| -> [R; 1] {
        let (a, half) = (eta + 0.5 * rows_after, R::from(0.5 * m));
        let constant = half.lgamma() - a.lbeta(half) - 0.5 * m * super::continuous::LN_PI;
        [((a - 1.0) * 2.0).xlogy(diagonal) + constant]
    }
}

/// The logarithm of the density of the LKJ distribution with a shape η > 0, of the Cholesky factor L of a correlation matrix, by the numbers
/// below its diagonal: Stan's `lkj_corr_cholesky`, with its constant. (Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based
/// on vines and extended onion method", 2009.)
///
/// The factor is its lower triangle row after row, n (n + 1)/2 numbers. Each row is to be of length 1, to 10⁻⁸, with a diagonal ≥ 0: that is the
/// support. The formula has the diagonal alone, so the slopes by the other numbers are 0; of numbers that make such rows,
/// [`CorrelationCholesky`](super::CorrelationCholesky) has both parts. O(n²).
///
/// # Errors
/// If the factor's length is not that of a triangle.
pub fn lkj_cholesky<R: Apply>(factor: &[R], eta: R) -> Result<R, Error> {
    let n = order("lkj_cholesky", factor)?;
    let mut value = R::from(0.0);
    for (m, row) in rows(factor).enumerate().skip(1) {
        let share = LkjRow { m: m as f64, rows_after: (n - 1 - m) as f64 };
        value += R::run(&share, [row[m], eta])[0];
    }
    for (m, row) in rows(factor).enumerate() {
        value = on_simplex(&row[m..], R::dot(row, row), value);
    }
    Ok(if_positive(&[eta], &[factor, &[eta]].concat(), value))
}
