//! Special functions: each op is a [`Special`], and its slope is that of the one table in `real/special/`.

use super::{Call, Domain, Op, Params, bad_param, ops};
use crate::error::Error;
use crate::real::{Real, Special, Special2};
use smallvec::smallvec;
use std::f64::consts::PI;

/// For each function the op, its name, the function of [`Special`], its slope as the textbooks have it where the table has more digits, and what
/// else the op says. A family has an order, whose range is given.
macro_rules! functions {
    ($($(#[$doc:meta])* $Op:ident $([$orders:expr])? = $f:ident, $special:expr
        $(, |$x:pat_param, $a:pat_param| $slope:expr)? $(, { $($more:tt)* })?;)*) => { $(
        functions! { @op [$(#[$doc])*] $Op $([$orders])? = $f, $special, [$(|$x, $a| $slope)?], [$($($more)*)?] }
    )* };
    (@op [$($doc:tt)*] $Op:ident = $f:ident, $special:expr, [$($slope:tt)*], [$($more:tt)*]) => {
        $($doc)*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Op;
        impl Op<1> for $Op {
            functions! { @rule $f, |_this| $special, [$($slope)*], [$($more)*] }
        }
    };
    (@op [$($doc:tt)*] $Op:ident [$orders:expr] = $f:ident, $special:expr, [$($slope:tt)*], [$($more:tt)*]) => {
        $($doc)*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Op {
            /// The order.
            pub n: u32,
        }
        impl Op<1> for $Op {
            functions! { @rule $f, |this| $special(this.n), [$($slope)*], [$($more)*] }
            functions! { @order $Op, $orders }
        }
    };
    (@order $Op:ident, $orders:expr) => {
        fn params(&self) -> Params {
            smallvec![("n", self.n.into())]
        }
        fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
            let n = value as u32;
            match name {
                "n" if f64::from(n) == value && $orders.contains(&n) => Ok($Op { n }),
                _ => Err(bad_param(self.params(), Self::NAME, name, value)),
            }
        }
        fn validate(&self) -> Option<&'static str> {
            (!$orders.contains(&self.n)).then_some(concat!("has orders n in ", stringify!($orders)))
        }
    };
    (@rule $f:ident, |$this:ident| $special:expr, [$($slope:tt)*], [$($more:tt)*]) => {
        const NAME: &'static str = stringify!($f);
        #[inline(always)]
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            let $this = self;
            x.special($special)
        }
        #[inline(always)]
        fn slope<R: Real>(&self, x: [R; 1], a: R) -> [R; 1] {
            let $this = self;
            functions!(@slope x, a, $special, $($slope)*)
        }
        #[inline(always)]
        fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
            let $this = self;
            let a = self.evaluate_value([x]);
            (a, [$special.slope(x, a)])
        }
        $($more)*
    };
    (@slope $x:ident, $a:ident, $special:expr,) => {
        $x.map(|x| $special.slope(x, $a))
    };
    (@slope $x:ident, $a:ident, $special:expr, |$x2:pat_param, $a2:pat_param| $slope:expr) => {{
        let ([$x2], $a2) = ($x, $a);
        [$slope]
    }};
}

/// Where an op of the list is defined.
macro_rules! domain {
    ($text:literal, $lo:expr, $hi:expr) => {
        fn domain(&self) -> Domain {
            Domain::new($text, &[($lo, $hi)])
        }
    };
}

/// Points worth looking at.
macro_rules! samples {
    ($($x:expr),*) => {
        fn samples(&self) -> Vec<[f64; 1]> {
            vec![$([$x]),*]
        }
    };
}

/// exp(−x²/2) / √(2π), as the textbooks have it.
fn density<R: Real>(x: R) -> R {
    (x * x * -0.5).exp() * (2.0 * PI).sqrt().recip()
}

functions! {
    /// ln |Γ(x)|, of which x! is Γ(x + 1). At the poles 0, −1, −2, .. it is +∞.
    ///
    /// Value and slopes are within 2 ULP for x > 0. Next to a zero at negative x the value may be off by 2⁻⁵² times the slope, and so
    /// are slopes next to theirs.
    Lgamma = lgamma, Special::Lgamma, {
        domain!("x is no integer ≤ 0", f64::NEG_INFINITY, f64::INFINITY);
        samples!(0.5, 1.0, 2.0, 1.4616, 1.25, 3.5, 10.0, 40.0, 1e-3, 1e3, -0.5, -2.25, -7.3);
    };
    /// The digamma function ψ(x) = Γ′(x) / Γ(x).
    Digamma = digamma, Special::Polygamma(0), {
        domain!("x is no integer ≤ 0", f64::NEG_INFINITY, f64::INFINITY);
        samples!(0.5, 1.0, 2.0, 1.4616, 1.25, 3.5, 10.0, 40.0, 1e-3, 1e3, -0.5, -2.25, -7.3);
    };
    /// The derivative of order n of the digamma function, 0 ≤ n ≤ 20.
    Polygamma [(0..=20)] = polygamma, Special::Polygamma, {
        domain!("x is no integer ≤ 0", f64::NEG_INFINITY, f64::INFINITY);
        samples!(0.5, 1.0, 2.0, 1.4616, 1.25, 3.5, 10.0, 40.0, 1e-3, 1e3, -0.5, -2.25, -7.3);
    };
    /// ln(1 + x) − x, without cancellation at 0.
    Log1pmx = log1pmx, Special::Log1pmx, {
        domain!("x > −1", -1.0, f64::INFINITY);
    };
    /// The derivative of order n of the rest that Stirling's formula leaves, ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), 0 ≤ n ≤ 6.
    ///
    /// It takes 0.1 µs for large x, 0.5 to 3 µs below 24.
    StirlingRest [(0..=6)] = stirling_rest, Special::StirlingRest, {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// e^(x²) erfc(x), which neither underflows nor overflows for x > 0.
    Erfcx = erfcx, Special::Erfcx(0);
    /// e^(x²) iⁿerfc(x), the scaled repeated integral of erfc, 0 ≤ n ≤ 6: i⁰erfc is erfc, and iⁿerfc(x) = ∫ iⁿ⁻¹erfc(t) dt from x to ∞.
    Ierfcx [(0..=6)] = ierfcx, Special::Erfcx;
    /// The inverse of the error function.
    Erfinv = erfinv, Special::Erfinv, |_, a| (a * a).exp() * (PI.sqrt() / 2.0), {
        domain!("−1 ≤ x ≤ 1", -1.0, 1.0);
    };
    /// The distribution function of the standard normal distribution, Φ(x), accurate in the left tail.
    NormalCdf = normal_cdf, Special::NormalCdf, |x, _| density(x);
    /// ln Φ(x), accurate in both tails.
    NormalLogCdf = normal_log_cdf, Special::NormalLogCdf, |x, _| density(x) / x.special(Special::NormalCdf);
    /// The quantile of the standard normal distribution, the inverse of Φ.
    NormalQuantile = normal_quantile, Special::NormalQuantile, |_, a| R::from(1.0) / density(a), {
        domain!("0 ≤ x ≤ 1", 0.0, 1.0);
        samples!(0.5, 0.25, 0.75, 0.999, 1e-3, 1e-10, 0.1, 0.9, 0.4999);
    };
    /// sin(πx)/(πx), as NumPy, PyTorch and JAX define sinc; sin(x)/x is that of x/π.
    Sinc = sinc, Special::Sinc(0);
    /// jₙ(πx), the spherical Bessel function of the first kind of order n, 0 ≤ n ≤ 4, of which sinc is the first.
    SphericalSinc [(0..=4)] = spherical_sinc, Special::Sinc;
    /// The Bessel function of the first kind of order 0.
    BesselJ0 = bessel_j0, Special::BesselJ(0);
    /// The Bessel function of the first kind of order 1.
    BesselJ1 = bessel_j1, Special::BesselJ(1);
    /// The Bessel function of the first kind of order n, 0 ≤ n ≤ 4.
    BesselJ [(0..=4)] = bessel_j, Special::BesselJ;
    /// The Bessel function of the second kind of order 0.
    BesselY0 = bessel_y0, Special::BesselY(0), {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// The Bessel function of the second kind of order 1.
    BesselY1 = bessel_y1, Special::BesselY(1), {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// The Bessel function of the second kind of order n, 0 ≤ n ≤ 4.
    BesselY [(0..=4)] = bessel_y, Special::BesselY, {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// The modified Bessel function of the first kind of order 0.
    BesselI0 = bessel_i0, Special::BesselI(0);
    /// The modified Bessel function of the first kind of order 1.
    BesselI1 = bessel_i1, Special::BesselI(1);
    /// The modified Bessel function of the first kind of order n, 0 ≤ n ≤ 4.
    BesselI [(0..=4)] = bessel_i, Special::BesselI;
}

/// For each function with positive parameters the op, its parameters, its name, where it is defined up to what number, what must hold of the parameters,
/// and its slope as the textbooks have it where the table has another form.
macro_rules! with_parameters {
    ($($(#[$doc:meta])* $Op:ident |$this:ident| { $($p:ident),+ } = $f:ident, $domain:literal, $most:expr, $needs:literal
        $(, |$x:pat_param, $a:pat_param| $slope:expr)?;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Op {
            $(
                #[doc = concat!("The parameter ", stringify!($p), ", positive and finite.")]
                pub $p: f64,
            )+
        }
        impl Op<1> for $Op {
            const NEEDS_PARAMS: bool = true;
            functions! { @rule $f, |$this| Special::$Op($($this.$p),+), [$(|$x, $a| $slope)?], [
                domain!($domain, 0.0, $most);
                crate::params!($($p),+);
                fn validate(&self) -> Option<&'static str> {
                    let fits = |p: f64| p > 0.0 && p < f64::INFINITY;
                    (!($(fits(self.$p))&&+)).then_some($needs)
                }
            ] }
        }
    )* };
}

with_parameters! {
    /// P(a, x), the regularised lower incomplete gamma function: the distribution function of the gamma distribution of shape a. The slope is by x
    /// alone.
    ///
    /// Value and slope are within 2 ULP and the second derivative within 4 for a ≤ 10⁴, also in the lower tail; beside its zero the second derivative
    /// may be off by 2⁻⁵² times its own slope. Up to a = 10¹⁵ fewer points were looked at; beyond 2¹²⁰ it is a step. If a is not positive and finite,
    /// it is NaN.
    ///
    /// It takes about ½ µs for a ≥ 20, and 1 to 2 µs for smaller a.
    GammaP |this| { a } = gamma_p, "x ≥ 0", f64::INFINITY, "needs a finite a > 0";
    /// Q(a, x) = 1 − P(a, x), as accurate as [`GammaP`], in the upper tail as well.
    GammaQ |this| { a } = gamma_q, "x ≥ 0", f64::INFINITY, "needs a finite a > 0";
    /// xᵃ⁻¹ e⁻ˣ/Γ(a), the density of the gamma distribution of shape a, and the slope of [`GammaP`], with the same accuracy; next to
    /// a zero a derivative may be off by 2⁻⁵² times its own slope.
    ///
    /// At x = 0 it is ∞ for a < 1, where the slope is −∞.
    GammaDensity |this| { a } = gamma_density, "x ≥ 0", f64::INFINITY, "needs a finite a > 0",
        |x, value| value * ((R::from(this.a) - 1.0) / x - 1.0);
    /// I_x(a, b), the regularised incomplete beta function: the distribution function of the beta distribution. The slope is by x alone.
    ///
    /// Value and slope are within 2 ULP and the second derivative within 4 for a, b ≤ 10³, also in the left tail; beside its zero the second derivative
    /// may be off by 2⁻⁵² times its own slope. With larger parameters fewer points were looked at. With one parameter below 20 and the other one above
    /// 10¹² the value may lose as many ULP as the former is large. If a parameter is not positive and finite, it is NaN.
    ///
    /// It takes about 3 µs.
    BetaI |this| { a, b } = beta_i, "0 ≤ x ≤ 1", 1.0, "needs finite a, b > 0";
    /// xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b), the density of the beta distribution, and the slope of [`BetaI`], with the same accuracy; next to
    /// a zero a derivative may be off by 2⁻⁵² times its own slope.
    ///
    /// At the ends it is ∞ for a < 1 and b < 1. Where it is below 10⁻³⁰⁰ its slope may be off by a + b times the least positive number, its second derivative
    /// by (a + b)² times that.
    BetaDensity |this| { a, b } = beta_density, "0 ≤ x ≤ 1", 1.0, "needs finite a, b > 0",
        |x, value| value * ((R::from(this.a) - 1.0) / x - (R::from(this.b) - 1.0) / (-x + 1.0));
}

impl Special {
    /// Applies the op that the function is: what [`Real::special`] is of a number whose operations are calls of ops.
    #[inline]
    #[track_caller]
    pub fn call<R: Call>(self, x: R) -> R {
        match self {
            Special::Lgamma => R::call(&Lgamma, [x]),
            Special::Polygamma(0) => R::call(&Digamma, [x]),
            Special::Polygamma(n) => R::call(&Polygamma { n }, [x]),
            Special::Log1pmx => R::call(&Log1pmx, [x]),
            Special::StirlingRest(n) => R::call(&StirlingRest { n }, [x]),
            Special::Erfcx(0) => R::call(&Erfcx, [x]),
            Special::Erfcx(n) => R::call(&Ierfcx { n }, [x]),
            Special::Erfinv => R::call(&Erfinv, [x]),
            Special::NormalCdf => R::call(&NormalCdf, [x]),
            Special::NormalLogCdf => R::call(&NormalLogCdf, [x]),
            Special::NormalQuantile => R::call(&NormalQuantile, [x]),
            Special::Sinc(0) => R::call(&Sinc, [x]),
            Special::Sinc(n) => R::call(&SphericalSinc { n }, [x]),
            Special::BesselJ(0) => R::call(&BesselJ0, [x]),
            Special::BesselJ(1) => R::call(&BesselJ1, [x]),
            Special::BesselJ(n) => R::call(&BesselJ { n }, [x]),
            Special::BesselY(0) => R::call(&BesselY0, [x]),
            Special::BesselY(1) => R::call(&BesselY1, [x]),
            Special::BesselY(n) => R::call(&BesselY { n }, [x]),
            Special::BesselI(0) => R::call(&BesselI0, [x]),
            Special::BesselI(1) => R::call(&BesselI1, [x]),
            Special::BesselI(n) => R::call(&BesselI { n }, [x]),
            Special::GammaP(a) => R::call(&GammaP { a }, [x]),
            Special::GammaQ(a) => R::call(&GammaQ { a }, [x]),
            Special::GammaDensity(a) => R::call(&GammaDensity { a }, [x]),
            Special::BetaI(a, b) => R::call(&BetaI { a, b }, [x]),
            Special::BetaDensity(a, b) => R::call(&BetaDensity { a, b }, [x]),
        }
    }
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without cancellation.
///
/// Value and slopes are within 4 ULP and second derivatives within 16, whatever the ratio of a and b; next to the curve where B = 1 the value may be off
/// by 2⁻⁵² times the slopes. It takes 1 to 3 µs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lbeta;
impl Op<2> for Lbeta {
    const NAME: &'static str = "lbeta";
    #[inline(always)]
    fn value<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a.special2(b, Special2::Lbeta)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, x: [R; 2], _: R) -> [R; 2] {
        Special2::Lbeta.slopes(x)
    }
    fn domain(&self) -> Domain {
        Domain::new("a > 0, b > 0", &[(0.0, f64::INFINITY); 2])
    }
}

/// ψₙ(a) − ψₙ(a + b) for the derivative of order n of the digamma function, 0 ≤ n ≤ 6, without cancellation.
///
/// Value and slopes are within 4 ULP and second derivatives within 16, whatever the ratio of a and b. It takes 0.1 to 0.4 µs for large a, and for a < 24 up to
/// 9 µs, the more the higher the order.
#[derive(Clone, Debug, PartialEq)]
pub struct PolygammaDifference {
    /// The order.
    pub n: u32,
}
impl Op<2> for PolygammaDifference {
    const NAME: &'static str = "polygamma_difference";
    #[inline(always)]
    fn value<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a.special2(b, Special2::PolygammaDifference(self.n))
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [a, b]: [R; 2], _: R) -> [R; 2] {
        let n = self.n + 1;
        [a.special2(b, Special2::PolygammaDifference(n)), -(a + b).special(Special::Polygamma(n))]
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, x: [R; 2]) -> (R, [R; 2]) {
        (self.evaluate_value(x), Special2::PolygammaDifference(self.n).slopes(x))
    }
    fn domain(&self) -> Domain {
        Domain::new("a > 0, b > 0", &[(0.0, f64::INFINITY); 2])
    }
    functions! { @order PolygammaDifference, (0..=6) }
}

impl Special2 {
    /// Applies the op that the function is, as [`Special::call`].
    #[inline]
    #[track_caller]
    pub fn call<R: Call>(self, x: [R; 2]) -> R {
        match self {
            Special2::Lbeta => R::call(&Lbeta, x),
            Special2::PolygammaDifference(n) => R::call(&PolygammaDifference { n }, x),
        }
    }
}

ops! {
    /// The special functions as methods.
    trait SpecialFunctions;
    fn lgamma(self) = Lgamma;
    fn digamma(self) = Digamma;
    fn polygamma(self; n: u32) = Polygamma { n }, as Polygamma { n: 1 };
    fn log1pmx(self) = Log1pmx;
    fn stirling_rest(self; n: u32) = StirlingRest { n }, as StirlingRest { n: 0 };
    fn lbeta(self, rhs) = Lbeta;
    fn polygamma_difference(self, rhs; n: u32) = PolygammaDifference { n }, as PolygammaDifference { n: 1 };
    fn erfcx(self) = Erfcx;
    fn ierfcx(self; n: u32) = Ierfcx { n }, as Ierfcx { n: 1 };
    fn erfinv(self) = Erfinv;
    fn normal_cdf(self) = NormalCdf;
    fn normal_log_cdf(self) = NormalLogCdf;
    fn normal_quantile(self) = NormalQuantile;
    fn sinc(self) = Sinc;
    fn spherical_sinc(self; n: u32) = SphericalSinc { n }, as SphericalSinc { n: 1 };
    fn bessel_j0(self) = BesselJ0;
    fn bessel_j1(self) = BesselJ1;
    fn bessel_j(self; n: u32) = BesselJ { n }, as BesselJ { n: 2 };
    fn bessel_y0(self) = BesselY0;
    fn bessel_y1(self) = BesselY1;
    fn bessel_y(self; n: u32) = BesselY { n }, as BesselY { n: 2 };
    fn bessel_i0(self) = BesselI0;
    fn bessel_i1(self) = BesselI1;
    fn bessel_i(self; n: u32) = BesselI { n }, as BesselI { n: 2 };
    fn gamma_p(self; a: f64) = GammaP { a }, as GammaP { a: 2.5 };
    fn gamma_q(self; a: f64) = GammaQ { a }, as GammaQ { a: 2.5 };
    fn gamma_density(self; a: f64) = GammaDensity { a }, as GammaDensity { a: 2.5 };
    fn beta_i(self; a: f64, b: f64) = BetaI { a, b }, as BetaI { a: 2.5, b: 1.5 };
    fn beta_density(self; a: f64, b: f64) = BetaDensity { a, b }, as BetaDensity { a: 2.5, b: 1.5 };
}
