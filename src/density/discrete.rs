//! The probabilities of counts. A count is data: what depends on it alone is computed once, when the distribution of it is made.

use super::parts::{HALF_LN_TAU, deviance, if_positive, product};
use crate::error::{Error, Kind};
use crate::function::Apply;
use crate::op::call::undefined;
use crate::op::{Activations, ComposedFunctions, SpecialFunctions};
use crate::real::{DoubleDouble, Real};

/// The largest count: all integers up to here are numbers of `f64`.
const LARGEST: u64 = 1 << 53;

/// A count as a number.
///
/// # Errors
/// If it is too large.
fn number(name: &str, count: u64) -> Result<f64, Error> {
    match count {
        ..=LARGEST => Ok(count as f64),
        _ => Err(Error::new(Kind::Parameter, format!("{name} has a count of {count}, which is above 2^53"))),
    }
}

/// A constant with twice the digits: the nearest number, and what that leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Constant(f64, f64);

impl Constant {
    /// The constant; 0 if it is not finite.
    fn from(x: DoubleDouble) -> Self {
        if x.to_f64().is_finite() { Constant(x.to_f64(), x.lo()) } else { Constant(0.0, 0.0) }
    }

    /// x − c, rounded about once where they are near each other.
    #[inline(always)]
    fn taken_from<R: Apply>(self, x: R) -> R {
        (x - self.0) - self.1
    }
}

/// ln(kᵏ e⁻ᵏ / k!) = −½ ln(2πk) − δ(k), the logarithm of the probability of k at the rate k; 0 for k = 0.
fn at_own_rate(k: f64) -> f64 {
    if k == 0.0 { 0.0 } else { -k.stirling_rest(0) - 0.5 * Real::ln(k) - HALF_LN_TAU }
}

/// A count k, and what is computed of it once.
#[derive(Clone, Debug, PartialEq)]
struct Count {
    k: f64,
    /// ln k; of no use for k = 0.
    log: Constant,
    /// ln(kᵏ e⁻ᵏ / k!).
    at_own_rate: f64,
}

impl Count {
    fn new(name: &str, count: u64) -> Result<Self, Error> {
        let k = number(name, count)?;
        Ok(Count { k, log: Constant::from(DoubleDouble::from(k).ln()), at_own_rate: at_own_rate(k) })
    }
}

/// Defines methods of a distribution, each a [`Function`](crate::function::Function) of its parameters that is applied: a tape keeps one slope for
/// each parameter, and a recording one statement.
macro_rules! methods {
    ($Of:ident, $this:ident: $($(#[$doc:meta])* $Name:ident = $name:ident($($x:ident),+) $body:block)*) => {
        $(
            struct $Name<'a>(&'a $Of);
            impl<'a> crate::function::Function<{ [$(stringify!($x)),+].len() }, 1> for $Name<'a> {
                #[inline(always)]
                fn run<R: Apply>(&self, [$($x),+]: [R; [$(stringify!($x)),+].len()]) -> [R; 1] {
                    let $this = self.0;
                    [$body]
                }
            }
        )*
        impl $Of {
            $(
                $(#[$doc])*
                #[inline]
                #[track_caller]
                pub fn $name<R: Apply>(&self, $($x: R),+) -> R {
                    let [value] = R::run(&$Name(self), [$($x),+]);
                    value
                }
            )*
        }
    };
}

/// The logarithm of the probability of a count that has the Poisson distribution, as a function of its rate.
///
/// ```
/// use gprime::{density::Poisson, prelude::*};
///
/// let count = Poisson::new(1_000_000_000)?;
/// let g = gradient(|rate| count.by_rate(rate[0]), &[1e9 + 1e4]);
/// assert!((g[0] + 1e4 / (1e9 + 1e4)).abs() < 1e-18); // k/λ − 1
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Poisson(Count);

impl Poisson {
    /// The distribution of a count. O(1).
    ///
    /// # Errors
    /// If the count is above 2⁵³.
    pub fn new(count: u64) -> Result<Self, Error> {
        Ok(Poisson(Count::new("Poisson", count)?))
    }
}

methods! { Poisson, this:
    /// ln(λᵏ e^(−λ) / k!) at a rate λ ≥ 0, in the saddle-point form of Loader, "Fast and accurate computation of binomial
    /// probabilities" (2000); NaN, and so its slope, for another rate.
    PoissonByRate = by_rate(rate) {
        let count = &this.0;
        let k = R::from(count.k);
        let value = if count.k == 0.0 { -rate } else { deviance(k, rate - k, || (rate / k).ln()) + count.at_own_rate };
        R::select(R::from(0.0).less_equal(rate), value, undefined(&[rate]))
    }

    /// The logarithm at a rate e^η, as [`by_rate`](Poisson::by_rate), but with the digits that a rounded rate would lose.
    PoissonByLogRate = by_log_rate(log_rate) {
        let count = &this.0;
        if count.k == 0.0 {
            -log_rate.exp()
        } else {
            let d = count.log.taken_from(log_rate);
            log1p_minus_exp(d) * count.k + count.at_own_rate
        }
    }
}

/// d − (eᵈ − 1).
#[inline(always)]
fn log1p_minus_exp<R: Apply>(d: R) -> R {
    let u = d.expm1();
    R::select_lazy(d.abs().less(1.0.into()), || u.log1pmx(), || d - u)
}

/// The logarithm of the probability of a number of successes among n trials, as a function of the probability of one.
///
/// ```
/// use gprime::{density::Binomial, prelude::*};
///
/// let successes = Binomial::new(3, 10)?;
/// let g = gradient(|logit| successes.by_logit(logit[0]), &[0.0]);
/// assert!((g[0] - (3.0 - 10.0 * 0.5)).abs() < 1e-15); // k − n p
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Binomial {
    k: f64,
    n: f64,
    /// The logit of k/n, or of 1 − k/n if that is less: of the rarer outcome. Of no use if that is 0.
    logit: Constant,
    /// The logarithm of the probability where the probability of one success is k/n.
    at_mode: f64,
}

impl Binomial {
    /// The distribution of a number of `successes` among so many `trials`. O(1).
    ///
    /// # Errors
    /// If there are more successes than trials, or more than 2⁵³ trials.
    pub fn new(successes: u64, trials: u64) -> Result<Self, Error> {
        let (k, n) = (number("Binomial", successes)?, number("Binomial", trials)?);
        if k > n {
            let message = format!("Binomial has {successes} successes among {trials} trials");
            return Err(Error::new(Kind::Parameter, message));
        }
        let [less, more] = if k <= n - k { [k, n - k] } else { [n - k, k] };
        let logit = DoubleDouble::from(less).ln() - DoubleDouble::from(more).ln();
        let at_mode = at_own_rate(k) + at_own_rate(n - k) - at_own_rate(n);
        Ok(Binomial { k, n, logit: Constant::from(logit), at_mode })
    }
}

methods! { Binomial, this:
    /// The logarithm at a probability 0 ≤ p ≤ 1 of one success, in Loader's saddle-point form (2000); NaN, and so its slope, for another p.
    BinomialByProbability = by_probability(p) {
        let (k, n) = (R::from(this.k), R::from(this.n));
        let (failures, q) = (this.n - this.k, -p + 1.0);
        let value = if this.k == 0.0 {
            n.xlog1py(-p)
        } else if failures == 0.0 {
            p.ln() * n
        } else {
            let [mean, lost] = product(p, n);
            let excess = (mean - k) + lost;
            let of_failures = deviance(R::from(failures), -excess, || (q * n / failures).ln());
            deviance(k, excess, || (mean / k).ln()) + of_failures + this.at_mode
        };
        R::select(R::from(0.0).less_equal(p * q), value, undefined(&[p]))
    }

    /// The logarithm at a logit θ = ln(p/(1 − p)) of the probability p, as [`by_probability`](Binomial::by_probability), but with the digits that a
    /// rounded probability would lose.
    BinomialByLogit = by_logit(logit) {
        let is_rare = this.k <= this.n - this.k;
        let logit = if is_rare { logit } else { -logit };
        let k = if is_rare { this.k } else { this.n - this.k };
        if k == 0.0 {
            logit.softplus() * -this.n
        } else {
            // with p₀ = k/n it is k d − n ln(1 + p₀ (eᵈ − 1)) more than at p₀
            let (d, p) = (this.logit.taken_from(logit), k / this.n);
            let u = d.expm1();
            let near = || u.log1pmx() * k - (u * p).log1pmx() * this.n;
            let beyond = || d * (k - this.n) - this.n * Real::ln(p); // where 1 is lost in p₀ eᵈ, which overflows
            let far = || R::select_lazy(d.less(80.0.into()), || d * k - (u * p).ln_1p() * this.n, beyond);
            R::select_lazy(d.abs().less(1.0.into()), near, far) + this.at_mode
        }
    }
}

/// The logarithm of the probability of a count that has the negative binomial distribution, as a function of its mean μ and a shape φ, with the
/// variance μ + μ²/φ: Stan's `neg_binomial_2`. For φ → ∞ it is the Poisson distribution.
///
/// ```
/// use gprime::density::NegativeBinomial;
/// assert!((NegativeBinomial::new(2)?.by_mean(3.0, 1.0) - (9.0 / 64.0f64).ln()).abs() < 1e-15);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NegativeBinomial(Count);

impl NegativeBinomial {
    /// The distribution of a count. O(1).
    ///
    /// # Errors
    /// If the count is above 2⁵³.
    pub fn new(count: u64) -> Result<Self, Error> {
        Ok(NegativeBinomial(Count::new("NegativeBinomial", count)?))
    }

    /// The logarithm, given a mean μ, which may overflow, u = μ/k − 1 with all its digits, ln(μ/φ) and φ.
    ///
    /// It is ln(φ/(k + φ)) more than that of φ among k + φ trials of probability φ/(μ + φ).
    #[inline(always)]
    fn by<R: Apply>(&self, mean: R, u: R, log_ratio: R, phi: R) -> R {
        let count = &self.0;
        let (k, n) = (R::from(count.k), phi + count.k);
        if count.k == 0.0 {
            return -phi * log_ratio.softplus();
        }
        // that of k + φ times the probability μ/(μ + φ) over k
        let excess = k * R::select_lazy(u.less(1.0.into()), || phi * u / (phi + mean), || phi / (n / u + k));
        let failures = deviance(k, excess, || (phi / k).ln_1p() + log_ratio.log_sigmoid());
        let successes = deviance(phi, -excess, || (k / phi).ln_1p() - log_ratio.softplus());
        let constant = n.stirling_rest(0) - phi.stirling_rest(0) - (k / phi).ln_1p() * 0.5 + count.at_own_rate;
        constant + failures + successes
    }
}

methods! { NegativeBinomial, this:
    /// The logarithm at a mean μ > 0 and a shape φ > 0, in Loader's saddle-point form (2000); NaN, and so its slopes, for others.
    NegativeBinomialByMean = by_mean(mean, phi) {
        let u = (mean - this.0.k) / this.0.k;
        if_positive(&[mean, phi], &[mean, phi], this.by(mean, u, (mean / phi).ln(), phi))
    }

    /// The logarithm at a mean e^η and a shape φ > 0, as [`by_mean`](NegativeBinomial::by_mean), but with the digits that a rounded mean would lose.
    NegativeBinomialByLogMean = by_log_mean(log_mean, phi) {
        let u = this.0.log.taken_from(log_mean).expm1();
        if_positive(&[phi], &[log_mean, phi], this.by(log_mean.exp(), u, log_mean - phi.ln(), phi))
    }
}
