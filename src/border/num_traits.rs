//! The traits of the crate `num-traits` (feature `num-traits`), so that a function which is generic over [`Float`] or [`Num`] is differentiated as
//! it stands.
//!
//! ```
//! use gprime::prelude::*;
//! use num_traits::Float;
//!
//! /// It knows nothing of derivatives.
//! fn haversine<T: Float>(angle: T) -> T {
//!     (T::one() - angle.cos()) / (T::one() + T::one())
//! }
//! assert_eq!(gradient(|x| haversine(x[0]), &[0.5]), [0.5f64.sin() / 2.0]);
//! assert_eq!(haversine(Dual::variable(0.5)).tangent, 0.5f64.sin() / 2.0);
//! ```
//!
//! | number | traits |
//! |---|---|
//! | [`Single`], [`Dual`], [`Tangents`], [`Tangent`], [`Var`], [`Expr`], [`Scoped`] | all of them: [`Float`], [`FloatConst`], [`Signed`], `NumAssign`, `NumRef` and what these ask for, [`Bounded`], [`FromPrimitive`], [`Inv`], [`Pow`], [`MulAdd`] |
//! | [`DoubleDouble`] | [`Zero`], [`One`], [`Inv`], [`Pow`], [`MulAdd`] |
//!
//! A [`DoubleDouble`] has no `%`, and so neither [`Num`] nor [`Float`]: the constants and conversions of these traits have the digits of `f64`.
//!
//! What differs from `f64`:
//!
//! * [`is_zero`](Zero::is_zero) and [`is_one`](One::is_one) ask for *the constant* 0 or 1: all derivatives are exactly 0, and a [`Var`], an
//!   [`Expr`] or a [`Scoped`] number is of no tape. Libraries leave work out by them: 0 · x has no value, but if that 0 is a variable it has a slope.
//! * Comparisons, `is_nan`, `is_finite` and the like look at the primal alone; so do conversions to plain numbers ([`ToPrimitive`], [`NumCast`]),
//!   which leave the derivatives behind as [`primal`](crate::function::Number::primal) does. Between two numbers with derivatives a generic program
//!   must not convert.
//! * At a kink or a jump the slopes are those of the crate's [rules](crate#what-happens-at-the-edges): 0 of `abs` and `copysign` at 0, ½ and ½ of
//!   `max` and `min` at a tie, 0 of `signum`, `trunc` and of `x % y` by y where x is a multiple of y. `max` and `min` hand NaN on.
//! * Values are those of this crate's functions, which may differ from the standard library's in the last bit.
//! * On a recording, of an [`Expr`] or a `Scoped<Recorder>`, what holds for the recorded inputs alone is told by the recorder. Comparisons are
//!   [guards](crate::Recorder::comparisons), and so are the questions for a sign, `is_finite`, and that the integer quotient of `x % y` is the one that
//!   the values have. Conversions to plain numbers and all other questions are remembered as [values that were read](crate::Recorder::primals);
//!   so are both sides of an `x % y` that has no value, and one whose quotient is too large for a number is NaN.
//!
//! Where both `Float` and `Real` are bounds of one type parameter, as in `T: Float + Number`, a method that both have must say whose it is,
//! `Real::sin(x)`; on a concrete number the type's own method is found, whatever is in scope.

use crate::forward::{Tangent, Tangents, ZeroPolicy};
use crate::function::Number;
use crate::graph::Expr;
use crate::op::{Activations, Arithmetic, Call, Cos, Sin};
use crate::real::{DoubleDouble, Dual, Real, Single};
use crate::scoped::{Holder, Scoped};
use crate::tape::{Scalar, Var};
use num_traits::{
    Bounded, Float, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num, NumCast, One, Pow, Signed, ToPrimitive,
    Zero,
};
use std::num::FpCategory;

/// Whether a number is the constant of this value: its derivatives are all 0.
#[inline(always)]
fn is_scalar<S: Scalar>(x: S, c: f64) -> bool {
    x == c && Scalar::is_zero(&(x - c))
}

/// What any number has: 0 and 1, and operations that are ops. `is_constant` says whether a number is the constant of this value.
macro_rules! arithmetic {
    ($([$($generics:tt)*] $ty:ty, $is_constant:expr;)*) => { $(
        impl<$($generics)*> Zero for $ty {
            #[inline(always)]
            fn zero() -> Self {
                0.0.into()
            }
            /// Whether it is the constant 0.
            #[inline(always)]
            fn is_zero(&self) -> bool {
                let is_constant: fn(Self, f64) -> bool = $is_constant;
                is_constant(*self, 0.0)
            }
        }

        impl<$($generics)*> One for $ty {
            #[inline(always)]
            fn one() -> Self {
                1.0.into()
            }
            /// Whether it is the constant 1.
            #[inline(always)]
            fn is_one(&self) -> bool {
                let is_constant: fn(Self, f64) -> bool = $is_constant;
                is_constant(*self, 1.0)
            }
        }

        arithmetic! { @inv [$($generics)*] $ty, $ty }
        arithmetic! { @inv [$($generics)*] &$ty, $ty }
        arithmetic! { @pow [$($generics)*] $ty, Self, powf }
        arithmetic! { @pow [$($generics)*] $ty, f64, powf }
        arithmetic! { @pow [$($generics)*] $ty, i32, powi }

        impl<$($generics)*> MulAdd for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn mul_add(self, a: Self, b: Self) -> Self {
                Arithmetic::mul_add(self, a, b)
            }
        }

        impl<$($generics)*> MulAddAssign for $ty {
            #[inline(always)]
            #[track_caller]
            fn mul_add_assign(&mut self, a: Self, b: Self) {
                *self = Arithmetic::mul_add(*self, a, b);
            }
        } )*
    };
    (@inv [$($generics:tt)*] $from:ty, $ty:ty) => {
        impl<$($generics)*> Inv for $from {
            type Output = $ty;
            #[inline(always)]
            #[track_caller]
            fn inv(self) -> $ty {
                Arithmetic::recip(self.to_owned())
            }
        }
    };
    (@pow [$($generics:tt)*] $ty:ty, $exponent:ty, $f:ident) => {
        impl<$($generics)*> Pow<$exponent> for $ty {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn pow(self, exponent: $exponent) -> Self {
                Arithmetic::$f(self, exponent)
            }
        }
    };
}
arithmetic! {
    [] Single, is_scalar;
    [] DoubleDouble, |x, c| x == c;
    [S: Scalar] Dual<S>, is_scalar;
    [S: Scalar, const N: usize, Z: ZeroPolicy] Tangents<S, N, Z>, is_scalar;
    ['b, S: Scalar] Tangent<'b, S>, is_scalar;
    ['t, S: Scalar] Var<'t, S>, is_scalar;
    ['g] Expr<'g>, |x, c| x.is_constant() && x.value() == c;
    [H: Holder] Scoped<H>, |x, c| x.is_constant() && is_scalar(x.value(), c);
}

/// Constants, which are those of the number's primal.
macro_rules! constants {
    ($([$($generics:tt)*] $ty:ty, $primal:ty, $constant:expr;)*) => { $(
        impl<$($generics)*> FromPrimitive for $ty where $primal: FromPrimitive {
            constants! { @from $primal, $constant;
                from_i64(i64) from_u64(u64) from_i128(i128) from_u128(u128) from_f32(f32) from_f64(f64) }
        }

        impl<$($generics)*> FloatConst for $ty where $primal: Float + FloatConst {
            constants! { @const $primal, $constant;
                E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2 LOG10_2
                LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU }
        } )*
    };
    (@from $primal:ty, $constant:expr; $($f:ident($from:ty))*) => { $(
        #[inline]
        fn $f(n: $from) -> Option<Self> {
            <$primal>::$f(n).map($constant)
        } )*
    };
    (@const $primal:ty, $constant:expr; $($c:ident)*) => { $(
        #[inline]
        fn $c() -> Self {
            $constant(<$primal>::$c())
        } )*
    };
}
constants! {
    [] Single, f32, Single;
    [S: Scalar] Dual<S>, S, Dual::constant;
    [S: Scalar, const N: usize, Z: ZeroPolicy] Tangents<S, N, Z>, S, Tangents::constant;
    ['b, S: Scalar] Tangent<'b, S>, S, Tangent::constant;
    ['t, S: Scalar] Var<'t, S>, S, Var::constant;
    ['g] Expr<'g>, f64, Expr::constant;
    [H: Holder] Scoped<H>, H::Value, Scoped::constant;
}

/// Methods of a trait that are those which the type has itself.
macro_rules! own_methods {
    ($ty:ty; $($f:ident($($arg:ident: $t:ty),*) -> $out:ty),*) => { $(
        #[inline(always)]
        #[track_caller]
        fn $f(self $(, $arg: $t)*) -> $out {
            <$ty>::$f(self $(, $arg)*)
        } )*
    };
}
#[cfg(feature = "nalgebra")]
pub(super) use own_methods;

/// What a number with `%` and comparisons has: everything that `Float` and the traits below it ask for. What is no function of the number but a
/// question about it is asked of its primal.
macro_rules! floats {
    ($([$($generics:tt)*] $ty:ty, $primal:ty, $constant:expr, |$x:ident| $of:expr;)*) => { $(
        /// Methods that several traits of other crates have, so that those are not ambiguous (feature `num-traits`).
        impl<$($generics)*> $ty where $primal: Float {
            /// Whether it is the constant 0, as [`Zero::is_zero`](num_traits::Zero::is_zero).
            #[inline(always)]
            pub fn is_zero(&self) -> bool {
                Zero::is_zero(self)
            }
            /// Whether the primal is neither infinite nor NaN.
            #[inline(always)]
            #[track_caller]
            pub fn is_finite(self) -> bool {
                self > f64::NEG_INFINITY && self < f64::INFINITY
            }
            /// Whether the primal has no minus sign; 0 and NaN have a sign too.
            #[inline(always)]
            #[track_caller]
            pub fn is_sign_positive(self) -> bool {
                !self.is_sign_negative()
            }
            /// Whether the primal has a minus sign; 0 and NaN have a sign too.
            #[inline]
            #[track_caller]
            pub fn is_sign_negative(self) -> bool {
                // two comparisons, which a recording knows again
                if self < 0.0 {
                    true
                } else if self > 0.0 {
                    false
                } else {
                    let $x = self;
                    Float::is_sign_negative($of)
                }
            }
            /// The constant 1 or −1, by the sign that the primal has, also if it is 0; NaN of NaN.
            #[inline]
            #[track_caller]
            pub fn signum(self) -> Self {
                if self.partial_cmp(&0.0).is_none() {
                    self.sign()
                } else if self.is_sign_negative() {
                    (-1.0).into()
                } else {
                    1.0.into()
                }
            }
            /// |x| with the sign of another number; where x is 0 its slope is 0.
            #[inline]
            #[track_caller]
            pub fn copysign(self, sign: Self) -> Self {
                if sign.is_sign_negative() { -self.abs() } else { self.abs() }
            }
            /// x without its fraction.
            #[inline]
            #[track_caller]
            pub fn trunc(self) -> Self {
                if self.is_sign_negative() { self.ceil() } else { self.floor() }
            }
            /// The fraction of x, with its sign: x − trunc(x).
            #[inline]
            #[track_caller]
            pub fn fract(self) -> Self {
                self - self.trunc()
            }
            /// x − y, but at least 0.
            #[inline]
            #[track_caller]
            pub fn abs_sub(self, rhs: Self) -> Self {
                (self - rhs).relu()
            }
            /// The logarithm to a base.
            #[inline]
            #[track_caller]
            pub fn log(self, base: Self) -> Self {
                self.ln() / base.ln()
            }
            /// eˣ − 1, as [`expm1`](Real::expm1).
            #[inline(always)]
            #[track_caller]
            pub fn exp_m1(self) -> Self {
                self.expm1()
            }
        }

        impl<$($generics)*> ToPrimitive for $ty where $primal: Float {
            floats! { @of_primal |$x| $of; &self,
                to_i64 -> Option<i64>, to_u64 -> Option<u64>, to_i128 -> Option<i128>, to_u128 -> Option<u128>, to_f32 -> Option<f32>,
                to_f64 -> Option<f64> }
        }

        impl<$($generics)*> NumCast for $ty where $primal: Float {
            #[inline]
            fn from<T: ToPrimitive>(n: T) -> Option<Self> {
                <$primal as NumCast>::from(n).map($constant)
            }
        }

        impl<$($generics)*> Num for $ty where $primal: Float {
            type FromStrRadixErr = <$primal as Num>::FromStrRadixErr;
            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                <$primal>::from_str_radix(text, radix).map($constant)
            }
        }

        impl<$($generics)*> Bounded for $ty where $primal: Float {
            floats! { @constants $primal, $constant; min_value max_value }
        }

        impl<$($generics)*> Signed for $ty where $primal: Float {
            #[inline]
            #[track_caller]
            fn abs(&self) -> Self {
                Real::abs(*self)
            }
            #[inline]
            #[track_caller]
            fn abs_sub(&self, rhs: &Self) -> Self {
                <$ty>::abs_sub(*self, *rhs)
            }
            #[inline]
            #[track_caller]
            fn signum(&self) -> Self {
                <$ty>::signum(*self)
            }
            #[inline]
            #[track_caller]
            fn is_positive(&self) -> bool {
                self.is_sign_positive()
            }
            #[inline]
            #[track_caller]
            fn is_negative(&self) -> bool {
                self.is_sign_negative()
            }
        }

        impl<$($generics)*> Float for $ty where $primal: Float {
            floats! { @constants $primal, $constant;
                nan infinity neg_infinity neg_zero min_value max_value min_positive_value epsilon }
            floats! { @of_primal |$x| $of; self,
                is_nan -> bool, is_infinite -> bool, is_normal -> bool, is_subnormal -> bool, classify -> FpCategory,
                integer_decode -> (u64, i16, i8) }
            own_methods! { $ty;
                is_finite() -> bool, is_sign_positive() -> bool, is_sign_negative() -> bool, floor() -> Self, ceil() -> Self, round() -> Self,
                trunc() -> Self, fract() -> Self, abs() -> Self, signum() -> Self, recip() -> Self, sqrt() -> Self, exp() -> Self,
                exp2() -> Self, ln() -> Self, log2() -> Self, log10() -> Self, cbrt() -> Self, sin() -> Self, cos() -> Self, tan() -> Self,
                asin() -> Self, acos() -> Self, atan() -> Self, sin_cos() -> (Self, Self), exp_m1() -> Self, ln_1p() -> Self, sinh() -> Self,
                cosh() -> Self, tanh() -> Self, asinh() -> Self, acosh() -> Self, atanh() -> Self, powi(n: i32) -> Self,
                powf(exponent: Self) -> Self, log(base: Self) -> Self, max(rhs: Self) -> Self, min(rhs: Self) -> Self,
                abs_sub(rhs: Self) -> Self, hypot(rhs: Self) -> Self, atan2(rhs: Self) -> Self, copysign(sign: Self) -> Self,
                mul_add(factor: Self, term: Self) -> Self }
            #[inline]
            #[track_caller]
            fn to_degrees(self) -> Self {
                self * 1f64.to_degrees()
            }
            #[inline]
            #[track_caller]
            fn to_radians(self) -> Self {
                self * 1f64.to_radians()
            }
        } )*
    };
    (@of_primal |$x:ident| $of:expr; self, $($f:ident -> $out:ty),*) => { $(
        #[inline]
        #[track_caller]
        fn $f(self) -> $out {
            let $x = self;
            Float::$f($of)
        } )*
    };
    (@of_primal |$x:ident| $of:expr; &self, $($f:ident -> $out:ty),*) => { $(
        #[inline]
        #[track_caller]
        fn $f(&self) -> $out {
            let $x = *self;
            ToPrimitive::$f(&$of)
        } )*
    };
    (@constants $primal:ty, $constant:expr; $($f:ident)*) => { $(
        #[inline]
        fn $f() -> Self {
            $constant(<$primal as Float>::$f())
        } )*
    };
}
floats! {
    [] Single, f32, Single, |x| x.0;
    [S: Scalar] Dual<S>, S, Dual::constant, |x| x.primal;
    [S: Scalar, const N: usize, Z: ZeroPolicy] Tangents<S, N, Z>, S, Tangents::constant, |x| x.primal;
    ['b, S: Scalar] Tangent<'b, S>, S, Tangent::constant, |x| x.primal();
    ['t, S: Scalar] Var<'t, S>, S, Var::constant, |x| x.value();
    ['g] Expr<'g>, f64, Expr::constant, |x| Number::primal(x);
    [H: Holder] Scoped<H>, H::Value, Scoped::constant, |x| Number::primal(x);
}

impl Single {
    /// The sine and the cosine.
    #[inline]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
}

/// The sine and the cosine, each of which is the slope of the other, so that each is computed once.
macro_rules! sin_cos {
    ($([$($generics:tt)*] $ty:ty, $constant:expr, |$x:ident| $of:expr;)*) => { $(
        impl<$($generics)*> $ty {
            /// The sine and the cosine (feature `num-traits`).
            #[inline]
            #[track_caller]
            pub fn sin_cos(self) -> (Self, Self) {
                let $x = self;
                let [sin, cos] = [$of.sin(), $of.cos()].map($constant);
                (Self::by_slopes(&Sin, [self], sin, &[cos]), Self::by_slopes(&Cos, [self], cos, &[-sin]))
            }
        } )*
    };
}
sin_cos! {
    [S: Scalar] Dual<S>, Dual::constant, |x| x.primal;
    [S: Scalar, const N: usize, Z: ZeroPolicy] Tangents<S, N, Z>, Tangents::constant, |x| x.primal;
    ['b, S: Scalar] Tangent<'b, S>, Tangent::constant, |x| x.primal();
    ['t, S: Scalar] Var<'t, S>, Var::constant, |x| x.value();
    ['g] Expr<'g>, Expr::constant, |x| x.value();
    [H: Holder] Scoped<H>, Scoped::constant, |x| x.value();
}
