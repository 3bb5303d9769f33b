//! The traits of `nalgebra` (feature `nalgebra`): [`RealField`] and [`ComplexField`] for [`Dual`], [`Tangents`] and [`Scoped`] numbers, so that its
//! matrices, its decompositions and functions that are generic over `T: RealField` are differentiated as they stand; and [`jacobian!`], which does
//! it forwards.
//!
//! ```
//! use gprime::border::nalgebra::jacobian;
//! use nalgebra::{RealField, Translation3, UnitQuaternion, Vector2, Vector3};
//!
//! /// Where the hand of a planar arm of two links is. It knows nothing of derivatives.
//! fn hand<T: RealField + Copy>(angles: Vector2<T>) -> Vector3<T> {
//!     let link = |angle| {
//!         UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle) * Translation3::from(Vector3::x())
//!     };
//!     (link(angles.x) * link(angles.y)).translation.vector
//! }
//! let (at, by_angles) = jacobian!(hand, &Vector2::new(0.0, std::f64::consts::FRAC_PI_2));
//! assert!((at - Vector3::new(1.0, 1.0, 0.0)).norm() < 1e-15);
//! assert!((by_angles.column(0) - Vector3::new(-1.0, 1.0, 0.0)).norm() < 1e-15);
//! assert!((by_angles.column(1) - Vector3::new(-1.0, 0.0, 0.0)).norm() < 1e-15);
//! ```
//!
//! By hand, and for second derivatives, a program is run on the numbers themselves: `Dual<Dual<f64>>`, `Tangents<Dual, N>`,
//! `Tangents<Tangents<f64, N>, N>`.
//!
//! nalgebra asks for `'static` numbers, which a [`Var`](crate::Var), an [`Expr`](crate::Expr) and a [`Tangent`](crate::Tangent) are not. Reverse mode,
//! which is cheaper where the inputs are many, is that of [`scoped`](crate::scoped): [`gradient`](crate::scoped::gradient), `value_and_gradient`,
//! `jacobian`, [`hvp`](crate::scoped::hvp), and [`within`](crate::scoped::within), by which nalgebra does a part of a program that is on a tape or a
//! recorder.
//!
//! ```
//! use gprime::scoped;
//! use nalgebra::{Matrix2, RealField, Vector2};
//!
//! /// bᵀA⁻¹b of a positive definite matrix.
//! fn quadratic<T: RealField + Copy>(a: Matrix2<T>, b: Vector2<T>) -> T {
//!     a.cholesky().map_or(T::zero() / T::zero(), |a| a.solve(&b).dot(&b))
//! }
//! let by_b = scoped::gradient(|x| quadratic(Matrix2::identity() * x[2], Vector2::new(x[0], x[1])), &[1.0, 3.0, 2.0])?;
//! assert!(by_b.iter().zip([1.0, 3.0, -2.5]).all(|(slope, exact)| (slope - exact).abs() < 1e-12));
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! On a recorder, `Scoped<Recorder>`, each comparison is a guard, that of a pivot too, and what nalgebra turns into a plain number is
//! [remembered](crate::Recorder::primals), so it is known for which other inputs the recording is right.
//!
//! In generic code a bound is either `T: RealField` or `R: Number`: of `T: RealField + Number` most methods would have to say whose they are. On a
//! concrete number both preludes may be in scope, and its own methods are found.
//!
//! # What nalgebra's own branches do to a derivative
//!
//! Comparisons look at the primal, so a program takes the branches that it takes on plain numbers. [`is_zero`](num_traits::Zero::is_zero) alone is
//! only true of a constant, so `gemv`, `axpy`, products and triangular solves, which leave out what is multiplied by 0, lose nothing. What stays is
//! listed here; it is the same with any number that carries derivatives. Nearly always it is a point where a shortcut is taken, and a derivative of
//! 0 comes out.
//!
//! | call | where | what its derivative is |
//! |---|---|---|
//! | `Rotation3::from_axis_angle`, `Matrix4::from_axis_angle` | at the angle 0 | 0. Take `UnitQuaternion::from_axis_angle`, or `from_euler_angles`, which have no branch |
//! | `new`, `from_scaled_axis`, `exp` of rotations, `Isometry3::new`, `Matrix4::new_rotation` | at a rotation vector of length 0 | 0 |
//! | `scaled_axis`, `ln`, `powf`, `rotation_between`, `slerp`, `lerp_slerp` | at no rotation, between parallel vectors or equal rotations | 0, of `slerp` that of its first argument |
//! | `euler_angles` | at gimbal lock | 0 |
//! | `max`, `min`, `amax`, `cap_magnitude` of a matrix | at a tie | that of one of the equals, where `max` of two numbers has ½ of each |
//! | `normalize` | at the vector 0 | NaN, as the value is |
//! | `norm`, `metric_distance` | at the vector 0, equal points | 0, as of [`norm`](crate::op::Reductions::norm); the second derivative is ±∞ or NaN |
//! | `qr`, `symmetric_tridiagonalize`, `hessenberg`, `bidiagonalize`, and `symmetric_eigen`, `svd`, `schur`, `eigenvalues`, `pseudo_inverse`, which begin with these | where an entry that is to be reflected or rotated to 0 is 0 already, as in a diagonal, triangular, sparse or singular matrix | without what is 0 there: wrong for vectors and factors, and sometimes for values. Of a diagonal matrix the first derivatives of `symmetric_eigenvalues` and `singular_values` are right. Second derivatives are NaN, as the values are then |
//! | the same | near repeated values | of vectors arbitrary; sums over equal values are right. Iterations stop when the primals have converged, so close to such a point the derivatives have fewer digits |
//! | `singular_values` | at a singular matrix | ± that of one side, where `abs` has 0 |
//! | `symmetric_eigenvalues` | of the matrix 0 | 0 |
//! | `try_inverse`, `solve` of a decomposition, `is_invertible` | at a singular matrix that moves | ±∞ or NaN, and so is the result, which is `None` for plain numbers |
//! | `determinant` from 4 × 4 on, `lu().determinant()` | at a singular matrix that moves | NaN, as the value is, or 0 |
//!
//! `svd` panics where it sorts NaN, and with `schur` it iterates for ever on NaN, as it does on plain ones; by the row above on second derivatives
//! that is so at a sparse matrix. `try_svd` and `try_schur` take the number of iterations that are allowed.
//!
//! For a matrix without such zeros all derivatives are right, those of second order too.
//!
//! Where nalgebra converts a number to a plain one to count something, as `exp` of a matrix and comparisons within a tolerance do, the derivatives
//! stay behind.

use super::num_traits::own_methods;
use crate::forward::{Ieee, Strong, Tangents, ZeroPolicy};
use crate::function::Number;
use crate::op::Arithmetic;
use crate::real::Dual;
use crate::scoped::{Holder, Scoped};
use crate::tape::Scalar;
use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use nalgebra::{ComplexField, Field, RealField, SMatrix, SVector, SimdValue};
use num_traits::Float;
use simba::scalar::SubsetOf;

/// The values of a function of nalgebra's vectors, and its Jacobian, forwards in all directions at once.
///
/// `jacobian!(f, &x)` takes a function `f` of a `SVector<T, N>` which gives a `SVector<T, M>`, and a point `x: &SVector<f64, N>`. The answer is a
/// pair: the values, `SVector<f64, M>`, and the Jacobian, `SMatrix<f64, M, N>`, row i of which is the gradient of value i.
///
/// The function may ask of its number whatever [`Tangents`] are: `T: RealField`, `T: Float`, `R: Number` or a trait of one's own. It is run with the
/// products that are fast ([`Ieee`](crate::forward::Ieee)), and again with strong zeros ([`Strong`](crate::forward::Strong)) if some derivative is
/// NaN then: 0 met ∞ on the way, which gives 0 in every mode. A closure could be of one of these numbers only; so this is a macro, which writes
/// `f` down twice. It must give the same each time.
///
/// It costs about as much as N + 1 evaluations, in the memory of N + 1 numbers for each. If the inputs are many,
/// [`scoped::jacobian`](crate::scoped::jacobian) is cheaper.
///
/// ```
/// use gprime::border::nalgebra::jacobian;
/// use nalgebra::{Matrix2, RealField, RowVector2, SVector, Vector2};
///
/// fn polar<T: RealField + Copy>(p: SVector<T, 2>, center: SVector<f64, 2>) -> SVector<T, 2> {
///     let d = p - center.cast::<T>();
///     [d.norm(), d.y.atan2(d.x)].into()
/// }
/// let center = Vector2::new(1.0, 1.0);
/// let (y, j) = jacobian!(|p| polar(p, center), &Vector2::new(1.0, 3.0));
/// assert_eq!((y.x, j), (2.0, Matrix2::new(0.0, 1.0, -0.5, 0.0)));
///
/// // at the center ‖d‖ is √0, whose slope ∞ meets 0
/// let (_, j) = jacobian!(|p| polar(p, center), &center);
/// assert_eq!(j.row(0), RowVector2::new(0.0, 0.0));
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __nalgebra_jacobian {
    ($f:expr, $x:expr $(,)?) => {
        $crate::border::nalgebra::jacobian_of_both($x, $f, $f)
    };
}
#[doc(inline)]
pub use crate::__nalgebra_jacobian as jacobian;

/// What [`jacobian!`] calls: the function on the numbers that are fast, and on those that are used if a derivative is NaN.
#[doc(hidden)]
#[inline]
pub fn jacobian_of_both<const N: usize, const M: usize>(
    x: &SVector<f64, N>,
    fast: impl FnOnce(SVector<Tangents<f64, N, Ieee>, N>) -> SVector<Tangents<f64, N, Ieee>, M>,
    strong: impl FnOnce(SVector<Tangents<f64, N, Strong>, N>) -> SVector<Tangents<f64, N, Strong>, M>,
) -> (SVector<f64, M>, SMatrix<f64, M, N>) {
    let (y, rows) = values_and_rows(fast(variables(x)));
    if rows.iter().any(|slope| slope.is_nan()) { values_and_rows(strong(variables(x))) } else { (y, rows) }
}

/// Each number of a point as the variable of a direction of its own.
#[inline]
fn variables<const N: usize, Z: ZeroPolicy>(x: &SVector<f64, N>) -> SVector<Tangents<f64, N, Z>, N> {
    Tangents::variables(x.data.0[0]).into()
}

/// The values, and their tangents as the rows of a matrix.
#[inline]
fn values_and_rows<const N: usize, const M: usize, Z: ZeroPolicy>(
    y: SVector<Tangents<f64, N, Z>, M>,
) -> (SVector<f64, M>, SMatrix<f64, M, N>) {
    let tangents = y.map(|y| y.tangents());
    (y.map(|y| y.primal), SMatrix::from_fn(|i, k| tangents[i][k]))
}

/// Σ sᵏ x²ᵏ / (2k + 1)! for |x| < ½: sin x / x with s = −1, and sinh x / x with s = 1. The quotients have no derivative at 0.
fn cardinal<R: Arithmetic>(x: R, sign: f64) -> R {
    let square = x * x * sign;
    (1..9).rev().fold(R::from(1.0), |sum, k| square * sum / f64::from(2 * k * (2 * k + 1)) + 1.0)
}

macro_rules! fields {
    ($([$($generics:tt)*] $ty:ty, $primal:ty, $constant:expr;)*) => { $(
        impl<$($generics)*> Field for $ty {}

        impl<$($generics)*> SimdValue for $ty {
            const LANES: usize = 1;
            type Element = Self;
            type SimdBool = bool;
            #[inline(always)]
            fn splat(x: Self) -> Self {
                x
            }
            #[inline(always)]
            fn extract(&self, _: usize) -> Self {
                *self
            }
            #[inline(always)]
            unsafe fn extract_unchecked(&self, _: usize) -> Self {
                *self
            }
            #[inline(always)]
            fn replace(&mut self, _: usize, x: Self) {
                *self = x;
            }
            #[inline(always)]
            unsafe fn replace_unchecked(&mut self, _: usize, x: Self) {
                *self = x;
            }
            #[inline(always)]
            fn select(self, this: bool, other: Self) -> Self {
                if this { self } else { other }
            }
        }

        impl<$($generics)*> SubsetOf<$ty> for $ty {
            #[inline(always)]
            fn to_superset(&self) -> Self {
                *self
            }
            #[inline(always)]
            fn from_superset_unchecked(x: &Self) -> Self {
                *x
            }
            #[inline(always)]
            fn is_in_subset(_: &Self) -> bool {
                true
            }
        }
        fields! { @plain [$($generics)*] $ty, f64 }
        fields! { @plain [$($generics)*] $ty, f32 }

        /// Compares the primals.
        impl<$($generics)*> AbsDiffEq for $ty {
            type Epsilon = Self;
            #[inline]
            fn default_epsilon() -> Self {
                $constant(<$primal>::default_epsilon())
            }
            #[inline]
            #[track_caller]
            fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
                AbsDiffEq::abs_diff_eq(&self.primal(), &other.primal(), epsilon.primal())
            }
        }

        /// Compares the primals.
        impl<$($generics)*> RelativeEq for $ty {
            #[inline]
            fn default_max_relative() -> Self {
                $constant(<$primal>::default_max_relative())
            }
            #[inline]
            #[track_caller]
            fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
                RelativeEq::relative_eq(&self.primal(), &other.primal(), epsilon.primal(), max_relative.primal())
            }
        }

        /// Compares the primals.
        impl<$($generics)*> UlpsEq for $ty {
            #[inline]
            fn default_max_ulps() -> u32 {
                <$primal>::default_max_ulps()
            }
            #[inline]
            #[track_caller]
            fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
                UlpsEq::ulps_eq(&self.primal(), &other.primal(), epsilon.primal(), max_ulps)
            }
        }

        impl<$($generics)*> ComplexField for $ty {
            type RealField = Self;
            own_methods! { $ty;
                floor() -> Self, ceil() -> Self, round() -> Self, trunc() -> Self, fract() -> Self, abs() -> Self, signum() -> Self,
                recip() -> Self, sqrt() -> Self, exp() -> Self, exp2() -> Self, exp_m1() -> Self, ln() -> Self, ln_1p() -> Self, log2() -> Self,
                log10() -> Self, cbrt() -> Self, sin() -> Self, cos() -> Self, tan() -> Self, asin() -> Self, acos() -> Self, atan() -> Self,
                sin_cos() -> (Self, Self), sinh() -> Self, cosh() -> Self, tanh() -> Self, asinh() -> Self, acosh() -> Self, atanh() -> Self,
                powi(n: i32) -> Self, powf(exponent: Self) -> Self, log(base: Self) -> Self, hypot(rhs: Self) -> Self,
                mul_add(factor: Self, term: Self) -> Self }
            #[inline(always)]
            fn from_real(re: Self) -> Self {
                re
            }
            #[inline(always)]
            fn real(self) -> Self {
                self
            }
            #[inline(always)]
            fn imaginary(self) -> Self {
                0.0.into()
            }
            #[inline(always)]
            fn conjugate(self) -> Self {
                self
            }
            #[inline(always)]
            #[track_caller]
            fn modulus(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            #[track_caller]
            fn modulus_squared(self) -> Self {
                self * self
            }
            #[inline(always)]
            #[track_caller]
            fn norm1(self) -> Self {
                self.abs()
            }
            #[inline]
            #[track_caller]
            fn argument(self) -> Self {
                if self >= 0.0 { 0.0.into() } else { Self::pi() }
            }
            /// |x| and a constant 1 or −1, which is 1 at 0.
            #[inline]
            #[track_caller]
            fn to_exp(self) -> (Self, Self) {
                (self.abs(), if self >= 0.0 { 1.0 } else { -1.0 }.into())
            }
            #[inline(always)]
            #[track_caller]
            fn scale(self, factor: Self) -> Self {
                self * factor
            }
            #[inline(always)]
            #[track_caller]
            fn unscale(self, factor: Self) -> Self {
                self / factor
            }
            #[inline(always)]
            #[track_caller]
            fn powc(self, exponent: Self) -> Self {
                self.powf(exponent)
            }
            #[inline(always)]
            #[track_caller]
            fn is_finite(&self) -> bool {
                <$ty>::is_finite(*self)
            }
            #[inline]
            #[track_caller]
            fn try_sqrt(self) -> Option<Self> {
                (self >= 0.0).then(|| self.sqrt())
            }
            /// sin x / x, also at 0.
            #[track_caller]
            fn sinc(self) -> Self {
                if self.abs() < 0.5 { cardinal(self, -1.0) } else { self.sin() / self }
            }
            /// sinh x / x, also at 0.
            #[track_caller]
            fn sinhc(self) -> Self {
                if self.abs() < 0.5 { cardinal(self, 1.0) } else { self.sinh() / self }
            }
            /// cos x / x; the constant 1 at 0, as it is for `f64`.
            #[track_caller]
            fn cosc(self) -> Self {
                if self == 0.0 { 1.0.into() } else { self.cos() / self }
            }
            /// cosh x / x; the constant 1 at 0, as it is for `f64`.
            #[track_caller]
            fn coshc(self) -> Self {
                if self == 0.0 { 1.0.into() } else { self.cosh() / self }
            }
        }

        impl<$($generics)*> RealField for $ty {
            own_methods! { $ty;
                copysign(sign: Self) -> Self, max(rhs: Self) -> Self, min(rhs: Self) -> Self, atan2(rhs: Self) -> Self }
            #[inline(always)]
            #[track_caller]
            fn is_sign_positive(&self) -> bool {
                <$ty>::is_sign_positive(*self)
            }
            #[inline(always)]
            #[track_caller]
            fn is_sign_negative(&self) -> bool {
                <$ty>::is_sign_negative(*self)
            }
            /// x, but at least `lo` and at most `hi`, whose slopes at a tie are those of `max` and `min`.
            #[inline]
            #[track_caller]
            fn clamp(self, lo: Self, hi: Self) -> Self {
                self.max(lo).min(hi)
            }
            #[inline]
            fn min_value() -> Option<Self> {
                <$primal as RealField>::min_value().map($constant)
            }
            #[inline]
            fn max_value() -> Option<Self> {
                <$primal as RealField>::max_value().map($constant)
            }
            fields! { @constants $primal, $constant;
                pi two_pi frac_pi_2 frac_pi_3 frac_pi_4 frac_pi_6 frac_pi_8 frac_1_pi frac_2_pi frac_2_sqrt_pi e log2_e log10_e ln_2 ln_10 }
        } )*
    };
    // a plain number is a number without derivatives; the other way leaves them behind, as nalgebra does where it counts how often to scale
    (@plain [$($generics:tt)*] $ty:ty, $plain:ty) => {
        impl<$($generics)*> SubsetOf<$ty> for $plain {
            #[inline(always)]
            fn to_superset(&self) -> $ty {
                f64::from(*self).into()
            }
            #[inline(always)]
            #[track_caller]
            fn from_superset_unchecked(x: &$ty) -> $plain {
                Number::primal(*x) as $plain
            }
            #[inline(always)]
            fn is_in_subset(_: &$ty) -> bool {
                true
            }
        }
    };
    (@constants $primal:ty, $constant:expr; $($f:ident)*) => { $(
        #[inline]
        fn $f() -> Self {
            $constant(<$primal>::$f())
        } )*
    };
}
fields! {
    [R: Scalar + Float + RealField] Dual<R>, R, Dual::constant;
    [R: Scalar + Float + RealField, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>, R, Tangents::constant;
    [H: Holder<Value: Float + RealField>] Scoped<H>, H::Value, Scoped::constant;
}
