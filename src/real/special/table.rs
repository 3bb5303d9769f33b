//! What each special function is on `f64`, and what its derivatives are.

use super::list::{Special, Special2};
use super::{bessel, densities, differences, gamma, incomplete, logarithm, normal, sinc, slopes, stirling};
use crate::real::{Real, sum_and_error};
use std::f64::consts::PI;

impl Special {
    /// The function at a number.
    pub(crate) fn at(self, x: f64) -> f64 {
        match self {
            Special::Lgamma => gamma::lgamma(x),
            Special::Polygamma(n) => gamma::polygamma(n, x),
            Special::StirlingRest(n) => stirling::stirling_rest(n, x),
            Special::Log1pmx => logarithm::log1pmx(x),
            Special::Erfcx(n) => normal::erfcx(n, x),
            Special::Erfinv => normal::erfinv(x),
            Special::NormalCdf => normal::cdf(x),
            Special::NormalLogCdf => normal::log_cdf(x),
            Special::NormalQuantile => normal::quantile(x),
            Special::Sinc(n) => sinc::spherical(n, x),
            Special::BesselJ(n) => bessel::j(n, x),
            Special::BesselY(n) => bessel::y(n, x),
            Special::BesselI(n) => bessel::i(n, x),
            Special::GammaP(a) => incomplete::gamma_p(a, x),
            Special::GammaQ(a) => incomplete::gamma_q(a, x),
            Special::GammaDensity(a) => incomplete::gamma_density(a, x),
            Special::BetaI(a, b) => incomplete::beta_i(a, b, x),
            Special::BetaDensity(a, b) => incomplete::beta_density(a, b, x),
        }
    }

    /// The slope of the function at `x`, where it has this value.
    pub(crate) fn slope<R: Real>(self, x: R, value: R) -> R {
        use Special::{
            BesselI, BesselJ, BesselY, BetaDensity, BetaI, Erfcx, GammaDensity, GammaP, GammaQ, Polygamma, Sinc,
            StirlingRest,
        };
        match self {
            Special::Lgamma => x.special(Polygamma(0)),
            Polygamma(n) => x.special(Polygamma(n + 1)),
            StirlingRest(n) => x.special(StirlingRest(n + 1)),
            Special::Log1pmx => slopes::log1pmx(x),
            // 2x e^(x²) iⁿerfc(x) − e^(x²) iⁿ⁻¹erfc(x), which cancels; by the recurrence of the family it is one term
            Erfcx(n) => x.special(Erfcx(n + 1)) * (-2.0 * f64::from(n + 1)),
            Special::Erfinv => slopes::erfinv(x, value),
            Special::NormalCdf => slopes::density(x),
            Special::NormalLogCdf => slopes::log_cdf(x),
            Special::NormalQuantile => slopes::quantile(x, value),
            Sinc(0) => x.special(Sinc(1)) * -PI,
            // DLMF 10.51.2
            Sinc(n) => {
                let [below, above] = [n - 1, n + 1].map(|n| x.special(Sinc(n)));
                (below * f64::from(n) - above * f64::from(n + 1)) * (PI / f64::from(2 * n + 1))
            }
            BesselJ(0) => -x.special(BesselJ(1)),
            BesselJ(n) => half_difference(x.special(BesselJ(n - 1)), x.special(BesselJ(n + 1))),
            BesselY(0) => -x.special(BesselY(1)),
            BesselY(n) => half_difference(x.special(BesselY(n - 1)), x.special(BesselY(n + 1))),
            BesselI(0) => x.special(BesselI(1)),
            // halves, whose sum does not overflow before they do
            BesselI(n) => x.special(BesselI(n - 1)) * 0.5 + x.special(BesselI(n + 1)) * 0.5,
            GammaP(a) => x.special(GammaDensity(a)),
            GammaQ(a) => -x.special(GammaDensity(a)),
            GammaDensity(a) => densities::gamma(a, x, value),
            BetaI(a, b) => x.special(BetaDensity(a, b)),
            BetaDensity(a, b) => densities::beta([a, b], x, value),
        }
    }
}

impl Special2 {
    /// The function at two numbers.
    pub(crate) fn at(self, [a, b]: [f64; 2]) -> f64 {
        match self {
            Special2::Lbeta => differences::lbeta(a, b),
            Special2::PolygammaDifference(n) => differences::polygamma_difference(n, a, b),
        }
    }

    /// The slopes of the function by its arguments.
    pub(crate) fn slopes<R: Real>(self, [a, b]: [R; 2]) -> [R; 2] {
        use Special2::PolygammaDifference;
        match self {
            Special2::Lbeta => [a.special2(b, PolygammaDifference(0)), b.special2(a, PolygammaDifference(0))],
            PolygammaDifference(n) => {
                // the rounding of a + b would cost n ULP
                let [sum, lost] = sum_and_error(a, b);
                let lost = R::select(lost.equal(lost), lost, 0.0.into()).detach();
                let [at_sum, by_lost] = [n + 1, n + 2].map(|n| sum.special(Special::Polygamma(n)));
                [a.special2(b, PolygammaDifference(n + 1)), -(at_sum + lost.mul_strong_zero(by_lost))]
            }
        }
    }
}

/// a/2 − b/2, of functions of which b grows faster next to 0: where that is infinite it is −b/2, whatever a is.
fn half_difference<R: Real>(a: R, b: R) -> R {
    R::select(b.abs().equal(f64::INFINITY.into()), b * -0.5, a * 0.5 - b * 0.5)
}
