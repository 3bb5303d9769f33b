//! The elementary functions of `f64`, each in one place, so that what stands behind them can be chosen in one place.

macro_rules! from_std {
    ($($f:ident = $std:path;)*) => { $(
        #[inline(always)]
        pub(super) fn $f(x: f64) -> f64 {
            $std(x)
        } )*
    };
}

from_std! {
    exp = f64::exp; exp2 = f64::exp2; expm1 = f64::exp_m1;
    ln = f64::ln; log2 = f64::log2; log10 = f64::log10; ln_1p = f64::ln_1p;
    sqrt = f64::sqrt; cbrt = f64::cbrt;
    sin = f64::sin; cos = f64::cos; tan = f64::tan; asin = f64::asin; acos = f64::acos; atan = f64::atan;
    sinh = f64::sinh; cosh = f64::cosh; tanh = f64::tanh; asinh = f64::asinh; acosh = f64::acosh; atanh = f64::atanh;
    abs = f64::abs; floor = f64::floor; ceil = f64::ceil; round = f64::round;
    erf = libm::erf; erfc = libm::erfc;
}

#[inline(always)]
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { 1f64.copysign(x) }
}

#[inline(always)]
pub(super) fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[inline(always)]
pub(super) fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

#[inline(always)]
pub(super) fn hypot(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

#[inline(always)]
pub(super) fn chain(adjoint: f64, slope: f64) -> f64 {
    if adjoint == 0.0 || slope == 0.0 && !adjoint.is_nan() { 0.0 } else { adjoint * slope }
}
