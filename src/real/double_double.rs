//! Double-double numbers: 106 bits in two `f64`, for exact references.
//!
//! The sums, products and quotients are those of Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic
//! building blocks of double-word arithmetic" (2017), each correct to a few units of 2⁻¹⁰⁶; they rest on `exact.rs`. The
//! functions are in `math.rs` and `erf.rs`: as a rule one Newton step from the `f64` function, which doubles its digits.

use super::{assign_operators, comparisons_with_f64, exact, number_traits};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

mod erf;
mod math;
mod real;

/// The unevaluated sum of two `f64`, the second at most half a unit in the last place of the first: about 32 digits over
/// the range of `f64`.
///
/// A rule run on it gives the reference for its result on `f64`, and on [`Dual`](super::Dual)`<DoubleDouble>` the reference
/// for its slope. The relative error of every intrinsic is below 2⁻⁹³, with two exceptions: where the result or its second
/// part comes close to the subnormal numbers, no more than their spacing is held; and `sin`, `cos` and `tan` beyond 10⁹ are
/// those of `f64`. Infinities, NaN and the signs of zeros are as with `f64`.
///
/// ```
/// use gprime::real::{Real, DoubleDouble};
/// let third = DoubleDouble::from(1.0) / 3.0;
/// assert_eq!(third.to_f64(), 1.0 / 3.0);
/// assert!((third * 3.0 - 1.0).abs().to_f64() < 1e-31);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct DoubleDouble {
    pub(super) hi: f64,
    pub(super) lo: f64,
}
comparisons_with_f64!([] DoubleDouble);

impl fmt::Display for DoubleDouble {
    /// The number rounded to `f64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hi.fmt(f)
    }
}

impl DoubleDouble {
    /// The sum of two numbers.
    #[inline]
    pub fn new(a: f64, b: f64) -> Self {
        let (s, error) = exact::sum(a, b);
        DoubleDouble::ordered(s, error)
    }
    /// What the rounding to `f64` leaves.
    #[inline]
    pub fn lo(self) -> f64 {
        self.lo
    }
    /// The number rounded to `f64`, the larger of its two parts.
    #[inline]
    pub fn to_f64(self) -> f64 {
        self.hi
    }
    /// a · b, of which nothing is rounded.
    #[inline(always)]
    pub(super) fn exact_product(a: f64, b: f64) -> Self {
        let (hi, lo) = exact::product(a, b);
        DoubleDouble { hi, lo }
    }
    /// a + b of numbers whose sum is finite: [`new`](DoubleDouble::new) without a test for that.
    #[inline(always)]
    pub(super) fn finite(a: f64, b: f64) -> Self {
        let (hi, lo) = exact::sum(a, b);
        DoubleDouble { hi, lo }
    }
    /// a + b for |a| ≥ |b| of numbers whose sum is finite.
    #[inline(always)]
    pub(super) fn finite_ordered(a: f64, b: f64) -> Self {
        let hi = a + b;
        DoubleDouble { hi, lo: b - (hi - a) }
    }
    /// a + b for |a| ≥ |b|.
    #[inline(always)]
    fn ordered(a: f64, b: f64) -> Self {
        let (hi, lo) = exact::ordered_sum(a, b);
        DoubleDouble { hi, lo }
    }
    /// self times a power of two, exact but for over- and underflow.
    #[inline(always)]
    pub(super) fn times_power(self, power: f64) -> Self {
        DoubleDouble { hi: self.hi * power, lo: self.lo * power }
    }
    /// self × 2ᵏ, exact but for over- and underflow.
    fn scaled(self, k: i32) -> Self {
        DoubleDouble::ordered(libm::scalbn(self.hi, k), libm::scalbn(self.lo, k))
    }
    fn is_finite(self) -> bool {
        self.hi.is_finite()
    }
    /// self with the sign of another number.
    fn copysign(self, sign: f64) -> Self {
        if self.hi.is_sign_negative() == sign.is_sign_negative() { self } else { -self }
    }
}

impl From<f64> for DoubleDouble {
    #[inline(always)]
    fn from(c: f64) -> Self {
        DoubleDouble { hi: c, lo: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        DoubleDouble { hi: -self.hi, lo: -self.lo }
    }
}

/// AccurateDWPlusDW: the relative error is below 3 × 2⁻¹⁰⁶, also where the numbers cancel.
impl Add for DoubleDouble {
    type Output = Self;
    #[inline]
    fn add(self, rhs: Self) -> Self {
        let (s, s_error) = exact::sum(self.hi, rhs.hi);
        let (t, t_error) = exact::sum(self.lo, rhs.lo);
        let v = DoubleDouble::ordered(s, s_error + t);
        DoubleDouble::ordered(v.hi, t_error + v.lo)
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: Self) -> Self {
        self + -rhs
    }
}

/// DWTimesDW1: below 5 × 2⁻¹⁰⁶.
impl Mul for DoubleDouble {
    type Output = Self;
    #[inline]
    fn mul(self, rhs: Self) -> Self {
        let (hi, lo) = exact::product_of_pairs((self.hi, self.lo), (rhs.hi, rhs.lo));
        DoubleDouble { hi, lo }
    }
}

/// DWDivDW2: below 15 × 2⁻¹⁰⁶.
impl Div for DoubleDouble {
    type Output = Self;
    #[inline]
    fn div(self, rhs: Self) -> Self {
        let q = self.hi / rhs.hi;
        let back = rhs * DoubleDouble::from(q);
        let rest = (self.hi - back.hi) + (self.lo - back.lo);
        DoubleDouble::ordered(q, rest / rhs.hi)
    }
}

/// DWPlusFP: below 2 × 2⁻¹⁰⁶.
impl Add<f64> for DoubleDouble {
    type Output = Self;
    #[inline]
    fn add(self, rhs: f64) -> Self {
        let (s, error) = exact::sum(self.hi, rhs);
        DoubleDouble::ordered(s, error + self.lo)
    }
}

impl Sub<f64> for DoubleDouble {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: f64) -> Self {
        self + -rhs
    }
}

/// DWTimesFP: below 2 × 2⁻¹⁰⁶.
impl Mul<f64> for DoubleDouble {
    type Output = Self;
    #[inline]
    fn mul(self, rhs: f64) -> Self {
        let (p, error) = exact::product(self.hi, rhs);
        DoubleDouble::ordered(p, error + self.lo * rhs)
    }
}

impl Div<f64> for DoubleDouble {
    type Output = Self;
    #[inline]
    fn div(self, rhs: f64) -> Self {
        self / DoubleDouble::from(rhs)
    }
}

macro_rules! after_f64 {
    ($($Op:ident $f:ident)*) => { $(
        impl $Op<DoubleDouble> for f64 {
            type Output = DoubleDouble;
            #[inline]
            fn $f(self, rhs: DoubleDouble) -> DoubleDouble {
                DoubleDouble::from(self).$f(rhs)
            }
        } )*
    };
}
after_f64! { Add add Sub sub Mul mul Div div }
assign_operators!([] DoubleDouble);
number_traits!([] DoubleDouble);

impl std::iter::Sum for DoubleDouble {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(DoubleDouble::from(-0.0), Add::add)
    }
}
