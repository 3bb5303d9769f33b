//! The names of the special functions.

/// A special function of one argument; its parameters are numbers of the function, not arguments that a derivative is taken by.
///
/// `f64` computes each as [`accuracy`](crate::accuracy) says. A [`DoubleDouble`](crate::real::DoubleDouble) has the digits of `f64` there, and derivatives to any order
/// are those of the table until a family ends: then they are NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Special {
    /// ln |Γ(x)|; +∞ at the poles 0, −1, −2, ..
    Lgamma,
    /// The derivative of this order of ψ = Γ′/Γ, up to 22: 0 is ψ itself, the digamma function.
    Polygamma(u32),
    /// The derivative of this order, up to 8, of the rest that Stirling's formula leaves, ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), for x > 0.
    StirlingRest(u32),
    /// ln(1 + x) − x.
    Log1pmx,
    /// e^(x²) iⁿerfc(x), the scaled repeated integral of erfc, of this order up to 8: 0 is e^(x²) erfc(x).
    Erfcx(u32),
    /// The inverse of erf.
    Erfinv,
    /// Φ(x), the standard normal distribution function.
    NormalCdf,
    /// ln Φ(x).
    NormalLogCdf,
    /// The inverse of Φ.
    NormalQuantile,
    /// jₙ(πx), the spherical Bessel function of the first kind of this order up to 6: 0 is sin(πx)/(πx).
    Sinc(u32),
    /// The Bessel function of the first kind, Jₙ(x), of this order up to 6.
    BesselJ(u32),
    /// The Bessel function of the second kind, Yₙ(x) for x > 0, of this order up to 6.
    BesselY(u32),
    /// The modified Bessel function of the first kind, Iₙ(x), of this order up to 6.
    BesselI(u32),
    /// P(a, x), the distribution function of the gamma distribution with this shape a > 0, for x ≥ 0.
    GammaP(f64),
    /// Q(a, x) = 1 − P(a, x).
    GammaQ(f64),
    /// The density xᵃ⁻¹ e⁻ˣ/Γ(a) of that distribution.
    GammaDensity(f64),
    /// I_x(a, b), the distribution function of the beta distribution with these a, b > 0, for 0 ≤ x ≤ 1.
    BetaI(f64, f64),
    /// The density xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b) of that distribution.
    BetaDensity(f64, f64),
}

/// A special function of two arguments.
///
/// What [`Special`] says of digits and of the end of a family holds here as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Special2 {
    /// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), for a, b > 0.
    Lbeta,
    /// ψₙ(a) − ψₙ(a + b) for a, b > 0, where ψₙ is the derivative of this order, up to 8, of the digamma function.
    PolygammaDifference(u32),
}
