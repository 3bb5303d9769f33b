//! The elementary functions. Their methods are those of [`Real`]; here are their slopes.

use super::{Domain, Op, Visitor};
use crate::real::Real;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E};

/// For each function the op, its name and its slope, given x and a = g(x), the slope as it is evaluated if that has another form, and what else
/// the op says. All of it is always inlined, as loops over lanes need it.
macro_rules! functions {
    ($($(#[$doc:meta])* $Op:ident = $f:ident, |$x:pat_param, $a:pat_param| $slope:expr
        $(, evaluate |$x2:pat_param, $a2:pat_param| $slope2:expr)? $(, { $($more:tt)* })?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $Op;
            impl Op<1> for $Op {
                const NAME: &'static str = stringify!($f);
                #[inline(always)]
                fn value<R: Real>(&self, [x]: [R; 1]) -> R {
                    x.$f()
                }
                #[inline(always)]
                fn slope<R: Real>(&self, [$x]: [R; 1], $a: R) -> [R; 1] {
                    [$slope]
                }
                #[inline(always)]
                fn evaluate_value<R: Real>(&self, x: [R; 1]) -> R {
                    self.value(x)
                }
                #[inline(always)]
                fn evaluate<R: Real>(&self, x: [R; 1]) -> (R, [R; 1]) {
                    let this = self;
                    let a = this.value(x);
                    (a, functions!(@slope this x a $(|$x2, $a2| $slope2)?))
                }
                $($($more)*)?
            }
        )*
        pub(super) fn visit(visitor: &mut impl Visitor) {
            $(visitor.op($Op);)*
        }
    };
    (@slope $this:ident $x:ident $a:ident) => {
        $this.slope($x, $a)
    };
    (@slope $this:ident $x:ident $a:ident |$x2:pat_param, $a2:pat_param| $slope:expr) => {{
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

functions! {
    /// eˣ.
    Exp = exp, |_, a| a;
    /// 2ˣ.
    Exp2 = exp2, |_, a| a * LN_2;
    /// eˣ − 1, accurate near 0.
    Expm1 = expm1, |x, _| x.exp();
    /// The natural logarithm.
    Ln = ln, |x, _| R::from(1.0) / x, {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// The logarithm to base 2.
    Log2 = log2, |x, _| R::from(LOG2_E) / x, {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// The logarithm to base 10.
    Log10 = log10, |x, _| R::from(LOG10_E) / x, {
        domain!("x > 0", 0.0, f64::INFINITY);
    };
    /// ln(1 + x), accurate near 0.
    Ln1p = ln_1p, |x, _| R::from(1.0) / (x + 1.0), {
        domain!("x > −1", -1.0, f64::INFINITY);
    };
    /// The square root; its slope at 0 is +∞, and also at −0.
    Sqrt = sqrt, |_, a| R::from(0.5) / a,
        evaluate |_, a| R::from(0.5) / (a + 0.0), {
        domain!("x ≥ 0", 0.0, f64::INFINITY);
    };
    /// The cube root; its slope at 0 is +∞. The second derivative is within 5 ULP, since in it a, which is rounded,
    /// has the power −5.
    Cbrt = cbrt, |_, a| R::from(1.0 / 3.0) / (a * a),
        evaluate |x, a| cbrt_slope(x, a);
    /// The sine.
    Sin = sin, |x, _| x.cos();
    /// The cosine.
    Cos = cos, |x, _| -x.sin();
    /// The tangent.
    Tan = tan, |_, a| a * a + 1.0;
    /// The inverse sine.
    Asin = asin, |x, _| R::from(1.0) / (-(x * x) + 1.0).sqrt(),
        evaluate |x, _| inverse_root(one_minus_square(x)), {
        domain!("−1 ≤ x ≤ 1", -1.0, 1.0);
    };
    /// The inverse cosine.
    Acos = acos, |x, _| R::from(-1.0) / (-(x * x) + 1.0).sqrt(),
        evaluate |x, _| -inverse_root(one_minus_square(x)), {
        domain!("−1 ≤ x ≤ 1", -1.0, 1.0);
    };
    /// The inverse tangent.
    Atan = atan, |x, _| R::from(1.0) / (x * x + 1.0),
        evaluate |x, _| inverse_one_plus_square(x);
    /// The hyperbolic sine.
    Sinh = sinh, |x, _| x.cosh();
    /// The hyperbolic cosine.
    Cosh = cosh, |x, _| x.sinh();
    /// The inverse hyperbolic sine.
    Asinh = asinh, |x, _| R::from(1.0) / (x * x + 1.0).sqrt(),
        evaluate |x, _| inverse_sqrt(x, x * x + 1.0);
    /// The inverse hyperbolic cosine.
    Acosh = acosh, |x, _| R::from(1.0) / (x * x - 1.0).sqrt(),
        evaluate |x, _| inverse_sqrt(x, (x - 1.0) * (x + 1.0)), {
        domain!("x ≥ 1", 1.0, f64::INFINITY);
    };
    /// The inverse hyperbolic tangent.
    Atanh = atanh, |x, _| R::from(1.0) / (-(x * x) + 1.0),
        evaluate |x, _| R::from(1.0) / one_minus_square(x), {
        domain!("−1 < x < 1", -1.0, 1.0);
    };
    /// The error function 2/√π ∫₀ˣ exp(−t²) dt.
    Erf = erf, |x, _| (-(x * x)).exp() * FRAC_2_SQRT_PI,
        evaluate |x, _| erf_slope(x);
    /// 1 − erf(x), accurate in the right tail.
    Erfc = erfc, |x, _| (-(x * x)).exp() * -FRAC_2_SQRT_PI,
        evaluate |x, _| -erf_slope(x);
}

/// 1 − x²: the product keeps the digits at ±1, the difference those of the derivative at 0.
#[inline(always)]
fn one_minus_square<R: Real>(x: R) -> R {
    R::select(x.abs().less(0.5.into()), -(x * x) + 1.0, (-x + 1.0) * (x + 1.0))
}

/// 1 / (3 a²). But at 0 and ±∞ a² is x / a, which has half the error of a · a.
#[inline(always)]
fn cbrt_slope<R: Real>(x: R, a: R) -> R {
    let square = x / a;
    R::from(1.0 / 3.0) / R::select(square.equal(square), square, a.abs())
}

/// 1 / √p. The root of 1 / p is rounded less, but has no derivative at p = 0.
#[inline(always)]
fn inverse_root<R: Real>(p: R) -> R {
    let one = R::from(1.0);
    R::select_lazy(p.equal(0.0.into()), || one / p.sqrt(), || (one / p).sqrt())
}

/// 1 / √p of a p that is x² ± 1: a large x is not squared, since x² could overflow.
#[inline(always)]
fn inverse_sqrt<R: Real>(x: R, p: R) -> R {
    let m = x.abs();
    R::select(m.less(1e9.into()), inverse_root(p), R::from(1.0) / m)
}

/// 1 / (1 + x²): a large x is not squared, since x² could overflow.
#[inline(always)]
fn inverse_one_plus_square<R: Real>(x: R) -> R {
    let one = R::from(1.0);
    let r = one / x;
    R::select(x.abs().less(one), one / (x * x + 1.0), r / (x + r))
}

/// 2/√π exp(−x²). A rounded x² would cost as many ULP as x² is large, so it is split into z², which is exact, and a rest.
/// Where the slope is small a factor e⁴¹ keeps all but the last product away from the subnormal numbers.
#[inline(always)]
fn erf_slope<R: Real>(x: R) -> R {
    const FRAC_2_SQRT_PI_E41: f64 = 1.763523703070226e-18; // 2/√π e⁻⁴¹
    let far = R::from(28.0); // exp(−28²) is 0, and nothing up to it overflows
    let x = R::select(far.less(x), far, x);
    let x = R::select(x.less(-far), -far, x);
    // x rounded to 2⁻²⁰, the last place beside 1.5 · 2³²; what is made of it does not depend on how
    let place = R::from(1.5 * (1u64 << 32) as f64);
    let z = (x + place) - place;
    // the rest is below 3e-5: four terms of the series are exact
    let t = (z - x) * (z + x);
    let rest = t * (t * (t * (t * (1.0 / 24.0) + 1.0 / 6.0) + 0.5) + 1.0) + 1.0;
    let near = x.abs().less(1.0.into());
    let shift = R::select(near, 0.0.into(), 41.0.into());
    let scale = R::select(near, FRAC_2_SQRT_PI.into(), FRAC_2_SQRT_PI_E41.into());
    (shift - z * z).exp() * (rest * scale)
}
