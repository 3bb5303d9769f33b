//! Dual numbers: a value and its derivative in one direction, forward mode.
//!
//! The derivatives below are written out on purpose, although the ops have rules of their own: running a rule's
//! value on a `Dual` is a second opinion on the rule's slope, so it must not come from that slope.

use super::{
    Real, Special, Special2, assign_operators, comparisons_with_f64, number_traits, power_slope, remainder_operators,
    remainder_slopes,
};
use std::cmp::Ordering;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A primal and its tangent: p + t ε with ε² = 0.
///
/// `Dual<Dual<f64>>` carries second derivatives, and so on. Comparisons look at the primal alone, so a program takes
/// the branches that it takes on plain numbers.
///
/// ```
/// use gprime::{Dual, Real};
/// let x = Dual::variable(3.0);
/// let y = x * x + x.sin();
/// assert_eq!(y.tangent, 6.0 + 3f64.cos());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dual<R = f64> {
    /// The value.
    pub primal: R,
    /// The derivative of the value in the direction chosen at the start.
    pub tangent: R,
}

impl<R: fmt::Display> fmt::Display for Dual<R> {
    /// `3 + 6ε`: the primal and the tangent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.primal.fmt(f)?;
        f.write_str(" + ")?;
        self.tangent.fmt(f)?;
        f.write_str("ε")
    }
}

impl<R: Real> Dual<R> {
    /// A number with this primal and tangent.
    #[inline]
    pub fn new(primal: R, tangent: R) -> Self {
        Dual { primal, tangent }
    }
    /// The variable of differentiation: its tangent is 1.
    #[inline]
    pub fn variable(primal: R) -> Self {
        Dual::new(primal, R::from(1.0))
    }
    /// A number that does not depend on the variable: its tangent is 0.
    #[inline]
    pub fn constant(primal: R) -> Self {
        Dual::new(primal, R::from(0.0))
    }
    /// The number g(self), from g's value and slope at the primal.
    #[inline]
    fn lift(self, value: R, slope: R) -> Self {
        Dual::new(value, self.tangent.mul_strong_zero(slope))
    }
    /// The number g(self, rhs), from g's value and its two slopes.
    #[inline]
    fn lift2(self, rhs: Self, value: R, slopes: [R; 2]) -> Self {
        Dual::new(value, self.tangent.mul_strong_zero(slopes[0]) + rhs.tangent.mul_strong_zero(slopes[1]))
    }
    /// The number g(self) of a g that is not defined everywhere: where its value is NaN, so is its slope.
    #[inline]
    fn lift_inside(self, value: R, slope: R) -> Self {
        self.lift(value, R::select(value.equal(value), slope, self.primal * f64::NAN))
    }
    /// The number g(self, rhs) of a g that is not defined everywhere.
    #[inline]
    fn lift2_inside(self, rhs: Self, value: R, slopes: [R; 2]) -> Self {
        let undefined = (self.primal + rhs.primal) * f64::NAN;
        self.lift2(rhs, value, slopes.map(|slope| R::select(value.equal(value), slope, undefined)))
    }
    /// The number g(self) of a g that is constant between its jumps: slope 0, NaN at NaN.
    #[inline]
    fn step(self, value: R) -> Self {
        let x = self.primal;
        self.lift(value, R::select(x.equal(x), R::from(0.0), x * f64::NAN))
    }
}

impl<R: Real> From<f64> for Dual<R> {
    #[inline]
    fn from(c: f64) -> Self {
        Dual::constant(R::from(c))
    }
}

impl<R: Real> Neg for Dual<R> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Dual::new(-self.primal, -self.tangent)
    }
}

impl<R: Real> Add for Dual<R> {
    type Output = Self;
    #[inline]
    fn add(self, rhs: Self) -> Self {
        Dual::new(self.primal + rhs.primal, self.tangent + rhs.tangent)
    }
}

impl<R: Real> Sub for Dual<R> {
    type Output = Self;
    #[inline]
    fn sub(self, rhs: Self) -> Self {
        Dual::new(self.primal - rhs.primal, self.tangent - rhs.tangent)
    }
}

impl<R: Real> Mul for Dual<R> {
    type Output = Self;
    #[inline]
    fn mul(self, rhs: Self) -> Self {
        self.lift2(rhs, self.primal * rhs.primal, [rhs.primal, self.primal])
    }
}

impl<R: Real> Div for Dual<R> {
    type Output = Self;
    #[inline]
    fn div(self, rhs: Self) -> Self {
        let a = self.primal / rhs.primal;
        self.lift2_inside(rhs, a, [R::from(1.0) / rhs.primal, -a / rhs.primal])
    }
}

impl<R: Real + Rem<Output = R>> Rem for Dual<R> {
    type Output = Self;
    #[inline]
    fn rem(self, rhs: Self) -> Self {
        let a = self.primal % rhs.primal;
        self.lift2(rhs, a, remainder_slopes(self.primal, rhs.primal, a))
    }
}

macro_rules! with_f64 {
    ($($Op:ident $f:ident)*) => { $(
        impl<R: Real> $Op<f64> for Dual<R> {
            type Output = Self;
            #[inline]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Dual::from(rhs))
            }
        }
        impl<R: Real> $Op<Dual<R>> for f64 {
            type Output = Dual<R>;
            #[inline]
            fn $f(self, rhs: Dual<R>) -> Dual<R> {
                Dual::from(self).$f(rhs)
            }
        } )*
    };
}
with_f64! { Add add Sub sub Mul mul Div div }
assign_operators!([R: Real] Dual<R>);
number_traits!([R: Real] Dual<R>);
remainder_operators!([R: Real + Rem<Output = R>] Dual<R>);

impl<R: Real> std::iter::Sum for Dual<R> {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.reduce(Add::add).unwrap_or(Dual::from(-0.0))
    }
}

impl<R: PartialEq> PartialEq for Dual<R> {
    #[inline]
    fn eq(&self, rhs: &Self) -> bool {
        self.primal == rhs.primal
    }
}

impl<R: PartialOrd> PartialOrd for Dual<R> {
    #[inline]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        self.primal.partial_cmp(&rhs.primal)
    }
}

comparisons_with_f64!([R: Real + PartialOrd] Dual<R>);

impl<R: Real> Real for Dual<R> {
    type Mask = R::Mask;
    #[inline]
    fn less(self, rhs: Self) -> R::Mask {
        self.primal.less(rhs.primal)
    }
    #[inline]
    fn less_equal(self, rhs: Self) -> R::Mask {
        self.primal.less_equal(rhs.primal)
    }
    #[inline]
    fn equal(self, rhs: Self) -> R::Mask {
        self.primal.equal(rhs.primal)
    }
    #[inline]
    fn select(mask: R::Mask, yes: Self, no: Self) -> Self {
        Dual::new(R::select(mask, yes.primal, no.primal), R::select(mask, yes.tangent, no.tangent))
    }
    #[inline]
    fn uniform(mask: R::Mask) -> Option<bool> {
        R::uniform(mask)
    }
    #[inline]
    fn detach(self) -> Self {
        Dual::constant(self.primal.detach())
    }

    fn special(self, f: Special) -> Self {
        let a = self.primal.special(f);
        self.lift_inside(a, f.slope(self.primal, a))
    }
    fn special2(self, rhs: Self, f: Special2) -> Self {
        let x = [self.primal, rhs.primal];
        self.lift2_inside(rhs, x[0].special2(x[1], f), f.slopes(x))
    }
    fn exp(self) -> Self {
        let a = self.primal.exp();
        self.lift(a, a)
    }
    fn exp2(self) -> Self {
        let a = self.primal.exp2();
        self.lift(a, a * LN_2)
    }
    fn expm1(self) -> Self {
        self.lift(self.primal.expm1(), self.primal.exp())
    }
    fn ln(self) -> Self {
        self.lift_inside(self.primal.ln(), R::from(1.0) / self.primal)
    }
    fn log2(self) -> Self {
        self.lift_inside(self.primal.log2(), R::from(LN_2.recip()) / self.primal)
    }
    fn log10(self) -> Self {
        self.lift_inside(self.primal.log10(), R::from(LN_10.recip()) / self.primal)
    }
    fn ln_1p(self) -> Self {
        self.lift_inside(self.primal.ln_1p(), R::from(1.0) / (self.primal + 1.0))
    }
    fn sqrt(self) -> Self {
        let a = self.primal.sqrt();
        // √−0 is −0, but its slope is +∞
        self.lift(a, R::from(0.5) / (a + 0.0))
    }
    fn cbrt(self) -> Self {
        let a = self.primal.cbrt();
        self.lift(a, R::from(1.0) / (a * a * 3.0))
    }
    fn sin(self) -> Self {
        self.lift(self.primal.sin(), self.primal.cos())
    }
    fn cos(self) -> Self {
        self.lift(self.primal.cos(), -self.primal.sin())
    }
    fn tan(self) -> Self {
        let a = self.primal.tan();
        self.lift(a, a * a + 1.0)
    }
    fn asin(self) -> Self {
        let x = self.primal;
        self.lift(x.asin(), R::from(1.0) / ((-x + 1.0) * (x + 1.0)).sqrt())
    }
    fn acos(self) -> Self {
        let x = self.primal;
        self.lift(x.acos(), R::from(-1.0) / ((-x + 1.0) * (x + 1.0)).sqrt())
    }
    fn atan(self) -> Self {
        let h = self.primal.hypot(R::from(1.0));
        self.lift(self.primal.atan(), R::from(1.0) / h / h)
    }
    fn sinh(self) -> Self {
        self.lift(self.primal.sinh(), self.primal.cosh())
    }
    fn cosh(self) -> Self {
        self.lift(self.primal.cosh(), self.primal.sinh())
    }
    fn tanh(self) -> Self {
        let sech = R::from(1.0) / self.primal.cosh();
        self.lift(self.primal.tanh(), sech * sech)
    }
    fn asinh(self) -> Self {
        let x = self.primal;
        self.lift(x.asinh(), R::from(1.0) / x.hypot(R::from(1.0)))
    }
    fn acosh(self) -> Self {
        let x = self.primal;
        self.lift_inside(x.acosh(), R::from(1.0) / ((x - 1.0).sqrt() * (x + 1.0).sqrt()))
    }
    fn atanh(self) -> Self {
        let x = self.primal;
        self.lift_inside(x.atanh(), R::from(1.0) / ((-x + 1.0) * (x + 1.0)))
    }
    fn erf(self) -> Self {
        let x = self.primal;
        self.lift(x.erf(), (-(x * x)).exp() * FRAC_2_SQRT_PI)
    }
    fn erfc(self) -> Self {
        let x = self.primal;
        self.lift(x.erfc(), (-(x * x)).exp() * -FRAC_2_SQRT_PI)
    }
    #[inline]
    fn abs(self) -> Self {
        self.lift(self.primal.abs(), self.primal.sign())
    }
    fn sign(self) -> Self {
        self.step(self.primal.sign())
    }
    fn floor(self) -> Self {
        self.step(self.primal.floor())
    }
    fn ceil(self) -> Self {
        self.step(self.primal.ceil())
    }
    fn round(self) -> Self {
        self.step(self.primal.round())
    }

    fn pow(self, rhs: Self) -> Self {
        let (x, y) = (self.primal, rhs.primal);
        let (a, zero) = (x.pow(y), R::from(0.0));
        // 0ʸ jumps at y = 0
        let jump = (x.abs() + y.abs()).equal(zero);
        let log = x.ln();
        let slopes = [power_slope(x, y, a), R::select(log.equal(log), a.mul_strong_zero(log), log)];
        self.lift2_inside(rhs, a, slopes.map(|slope| R::select(jump, zero, slope)))
    }
    fn atan2(self, rhs: Self) -> Self {
        let (y, x) = (self.primal, rhs.primal);
        let (a, h) = (y.atan2(x), x.hypot(y));
        // h = 2h at the origin and at ∞
        let over_square = |z: R| R::select(h.equal(h + h), a * 0.0, z / h / h);
        self.lift2(rhs, a, [over_square(x), over_square(-y)])
    }
    fn hypot(self, rhs: Self) -> Self {
        let (x, y) = (self.primal, rhs.primal);
        let h = x.hypot(y);
        // x / h; but where y is the smaller one, the derivative of that would be a difference of nearly equal numbers
        let cosine = |x: R, y: R| {
            let t = y / x;
            let cosine = R::select(y.abs().less(x.abs()), x.sign() / (t * t + 1.0).sqrt(), x / h);
            // h = 2h at the origin, whose slope is sign(0) = 0, and at ∞
            R::select(h.equal(h + h), R::select(x.abs().equal(h), x.sign(), cosine), cosine)
        };
        self.lift2(rhs, h, [cosine(x, y), cosine(y, x)])
    }
    #[inline]
    fn mul_strong_zero(self, rhs: Self) -> Self {
        Dual::new(
            self.primal.mul_strong_zero(rhs.primal),
            self.tangent.mul_strong_zero(rhs.primal) + self.primal.mul_strong_zero(rhs.tangent),
        )
    }
}
