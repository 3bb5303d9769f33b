//! The densities of one real variable.

use super::parts::{HALF_LN_TAU, deviance, gamma_kernel, if_positive, ln_1p_square, product, quotient, sum, unless};
use crate::function::Apply;
use crate::op::{ComposedFunctions, Losses, SpecialFunctions};
use std::f64::consts::{LN_2, TAU};

/// ln π.
pub(super) const LN_PI: f64 = 1.1447298858494002;

/// Defines for each density a function of generic numbers, and the [`Function`](crate::function::Function) that it applies: a tape keeps one slope
/// for each argument, and a recording one statement.
macro_rules! densities {
    ($($(#[$doc:meta])* $Name:ident = $name:ident($($x:ident),+) $body:block)*) => { $(
        crate::function! { struct $Name; |[$($x),+]| -> [R; 1] { [$body] } }
        $(#[$doc])*
        #[inline]
        #[track_caller]
        pub fn $name<R: Apply>($($x: R),+) -> R {
            let [value] = R::run(&$Name, [$($x),+]);
            value
        }
    )* };
}

densities! {
    /// The logarithm of the density of the normal distribution with a mean and a standard deviation σ > 0.
    ///
    /// ```
    /// use gprime::{density, prelude::*};
    ///
    /// let g = gradient(|p| density::normal(3.0.into(), p[0], p[1]), &[1.0, 2.0]);
    /// assert_eq!(g, [0.5, 0.0]); // z/σ and (z² − 1)/σ of z = 1
    /// ```
    Normal = normal(x, mean, sigma) {
        let z = (x - mean) / sigma;
        if_positive(&[sigma], &[x, mean, sigma], z * z * -0.5 - sigma.ln() - HALF_LN_TAU)
    }

    /// The logarithm of the density of Student's t-distribution with ν > 0 degrees of freedom, a location and a scale σ > 0.
    ///
    /// Its constant is 1/(√ν B(½, ν/2)) (DLMF 5.12.1 has B), so that for large ν it approaches the normal distribution without losing digits. It
    /// does not overflow far out.
    StudentT = student_t(x, nu, location, sigma) {
        let u = (x - location) / sigma / nu.sqrt();
        let constant = -R::from(0.5).lbeta(nu * 0.5) - nu.ln() * 0.5 - sigma.ln();
        if_positive(&[nu, sigma], &[x, nu, location, sigma], constant - (nu + 1.0) * 0.5 * ln_1p_square(u))
    }

    /// The logarithm of the density of the Cauchy distribution with a location and a scale σ > 0.
    Cauchy = cauchy(x, location, sigma) {
        let z = (x - location) / sigma;
        if_positive(&[sigma], &[x, location, sigma], -ln_1p_square(z) - sigma.ln() - LN_PI)
    }

    /// The logarithm of the density of the half-Cauchy distribution with a scale σ > 0, of support x ≥ 0: the absolute value of a Cauchy variable
    /// about 0. (Gelman, "Prior distributions for variance parameters in hierarchical models", 2006.)
    HalfCauchy = half_cauchy(x, sigma) {
        let value = -ln_1p_square(x / sigma) - sigma.ln() - (LN_PI - LN_2);
        if_positive(&[sigma], &[x, sigma], unless(x.less(0.0.into()), value))
    }

    /// The logarithm of the density of the gamma distribution with a shape α > 0 and a rate β > 0, of support x ≥ 0.
    ///
    /// At x = 0 it is the limit, which is ln β for α = 1, and infinite for other shapes. From α = 2 on it is a Poisson probability times the rate, in
    /// the saddle-point form of [`Poisson`](super::Poisson).
    ///
    /// ```
    /// use gprime::{density, prelude::*};
    ///
    /// assert_eq!(density::gamma(-1.0, 3.0, 2.0), f64::NEG_INFINITY);
    /// let g = gradient(|p| density::gamma(p[0], p[1], p[2]), &[-1.0, 3.0, 2.0]);
    /// assert_eq!(g, [0.0; 3]); // outside of the support
    /// assert!(density::gamma(1.0, 3.0, -2.0).is_nan()); // no rate
    /// ```
    Gamma = gamma(x, alpha, beta) {
        let value = gamma_kernel(alpha, product(beta, x)) + beta.ln();
        if_positive(&[alpha, beta], &[x, alpha, beta], unless(x.less(0.0.into()), value))
    }

    /// The logarithm of the density of the inverse gamma distribution with a shape α > 0 and a scale β > 0, of support x > 0: of 1/x where x has the
    /// gamma distribution with the rate β.
    InverseGamma = inverse_gamma(x, alpha, beta) {
        let value = gamma_kernel(alpha, quotient(beta, x)) + beta.ln() - x.ln() * 2.0;
        let value = unless(x.equal(f64::INFINITY.into()), unless(x.less_equal(0.0.into()), value));
        if_positive(&[alpha, beta], &[x, alpha, beta], value)
    }

    /// The logarithm of the density of the beta distribution with two shapes α > 0 and β > 0, of support 0 ≤ x ≤ 1.
    ///
    /// At the ends of the support it is the limit. Where a shape is below 2 it is made of the function ln B; elsewhere it is, but for a factor, a
    /// binomial probability, in the saddle-point form of [`Binomial`](super::Binomial).
    Beta = beta(x, alpha, beta) {
        let (k, j) = (alpha - 1.0, beta - 1.0);
        let plain = || k.xlogy(x) + j.xlog1py(-x) - alpha.lbeta(beta);
        let saddle = || {
            // (k + j) x − k, which is far smaller than its terms near the mode
            let ([p, p_lost], [q, q_lost]) = (product(k, x), product(j, x));
            let [less, lost] = sum(&[p, -k]);
            let excess = (less + q) + (p_lost + q_lost + lost);
            let n = k + j;
            let rests = n.stirling_rest(0) - k.stirling_rest(0) - j.stirling_rest(0);
            let constant = rests + (n + 1.0).ln() - (k * TAU * (j / n)).ln() * 0.5;
            let of_k = deviance(k, excess, || (n * x / k).ln());
            constant + of_k + deviance(j, -excess, || (n * (-x + 1.0) / j).ln())
        };
        let smaller = R::select(alpha.less(beta), alpha, beta);
        let value = R::select_lazy(smaller.less(2.0.into()), plain, saddle);
        let value = unless(x.less(0.0.into()), unless(R::from(1.0).less(x), value));
        if_positive(&[alpha, beta], &[x, alpha, beta], value)
    }

    /// The logarithm of the density of the exponential distribution with a rate β > 0, of support x ≥ 0.
    Exponential = exponential(x, beta) {
        if_positive(&[beta], &[x, beta], unless(x.less(0.0.into()), beta.ln() - beta * x))
    }

    /// The logarithm of the density of the Laplace distribution with a location and a scale σ > 0. It has a kink at the location, where the slopes by
    /// `x` and `location` are 0.
    Laplace = laplace(x, location, sigma) {
        let value = -((x - location).abs() / sigma) - sigma.ln() - LN_2;
        if_positive(&[sigma], &[x, location, sigma], value)
    }

    /// The logarithm of the density of the lognormal distribution, of support x > 0: ln x is normal with a mean and a standard deviation σ > 0.
    ///
    /// What the rounding of ln x makes of it grows with 1/σ: the error is as the other densities' for σ ≥ 10⁻³ |ln x|.
    Lognormal = lognormal(x, mean, sigma) {
        let log = x.ln();
        let z = (log - mean) / sigma;
        let value = z * z * -0.5 - log - sigma.ln() - HALF_LN_TAU;
        if_positive(&[sigma], &[x, mean, sigma], unless(x.less_equal(0.0.into()), value))
    }
}
