//! The numbers a tape can be made of.

use crate::forward::{Tangent, Tangents, ZeroPolicy};
use crate::function::{Apply, Number};
use crate::real::{Dual, Lanes, Real, Single};
use std::fmt::Debug;

/// A number that the tape can keep as a slope: one whose comparisons are plain `bool`s.
///
/// `f64`, [`Dual`] over a scalar, and a variable of another tape are scalars; that is how modes nest.
pub trait Scalar: Number + Real<Mask = bool> + Debug {
    /// Whether every component is exactly 0.
    fn is_zero(&self) -> bool;

    /// Whether some component is NaN.
    fn has_nan(&self) -> bool;

    /// Whether the product of an outer and an inner slope may stand for both. It may not where it over- or underflowed:
    /// multiplied too early, 10²⁰⁰ · 10²⁰⁰ is ∞ even if an adjoint of 10⁻³⁰⁰ follows. A "no" only costs an entry.
    fn folds(outer: Self, inner: Self, product: Self) -> bool;

    /// Whether two numbers are the same in every component, to the bit: one may stand for the other. `==` looks at the primals alone.
    fn is(self, other: Self) -> bool;

    /// Something of this number as what it is of `f64`, if that is this number; else as it is. What is done with it then is compiled once, with
    /// this crate, and not with each that uses it.
    #[doc(hidden)]
    #[inline(always)]
    fn plain<'a, T: OfNumber<'a>>(of_self: T::Of<Self>) -> Result<T::Of<f64>, T::Of<Self>>
    where
        Self: 'a,
    {
        Err(of_self)
    }

    /// Several of these, or one: what a block is run on at several places at once.
    type Lanes: Apply;
    /// How many they are: 1 or 2.
    const LANES: usize;
    /// From the first numbers of a list.
    ///
    /// # Panics
    /// If they are too few.
    fn load(list: &[Self]) -> Self::Lanes;
    /// Into the first places of a list.
    ///
    /// # Panics
    /// If they are too few.
    fn store(lanes: Self::Lanes, list: &mut [Self]);
}

/// A type for each type of number, such as a list of these numbers.
pub trait OfNumber<'a> {
    /// The type for this number.
    type Of<S: 'a>;
}

/// Whether the primals of two results are equal, or both NaN: what a step gives when it is asked twice. Variables that were made twice
/// stand on different slots, so [`Scalar::is`] would tell them apart.
pub(super) fn same_primals<S: Scalar>(a: &[S], b: &[S]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || a.has_nan() && b.has_nan())
}

/// The items of a [`Scalar`] without lanes.
macro_rules! one_lane {
    () => {
        type Lanes = Self;
        const LANES: usize = 1;
        #[inline(always)]
        fn load(list: &[Self]) -> Self {
            list[0]
        }
        #[inline(always)]
        fn store(lane: Self, list: &mut [Self]) {
            list[0] = lane;
        }
    };
}
pub(crate) use one_lane;

impl Scalar for f64 {
    #[inline(always)]
    fn is_zero(&self) -> bool {
        *self == 0.0
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.is_nan()
    }
    #[inline(always)]
    fn folds(outer: f64, inner: f64, product: f64) -> bool {
        // a slope of ±1 changes nothing; most often it is a constant of the rule, and then there is no test at all
        is_normal(product)
            || is_unit(outer)
            || if product == 0.0 {
                outer == 0.0 || inner == 0.0
            } else {
                product.is_nan() && outer != 0.0 && inner != 0.0
            }
    }
    #[inline(always)]
    fn is(self, other: f64) -> bool {
        self.to_bits() == other.to_bits()
    }

    #[inline(always)]
    fn plain<'a, T: OfNumber<'a>>(of_self: T::Of<f64>) -> Result<T::Of<f64>, T::Of<f64>> {
        Ok(of_self)
    }

    // four were no faster: they need more registers than there are
    type Lanes = Lanes<2>;
    const LANES: usize = 2;
    #[inline(always)]
    fn load(list: &[f64]) -> Lanes<2> {
        Lanes([list[0], list[1]])
    }
    #[inline(always)]
    fn store(lanes: Lanes<2>, list: &mut [f64]) {
        list[..2].copy_from_slice(&lanes.0);
    }
}

/// |x| = 1, by its bits: then the compiler leaves the test for where the product is not normal.
#[inline(always)]
fn is_unit(x: f64) -> bool {
    x.to_bits() << 1 == 1f64.to_bits() << 1
}

/// `f64::is_normal` in one comparison: the exponent is neither the lowest nor the highest.
#[inline(always)]
fn is_normal(x: f64) -> bool {
    const LOWEST: u64 = 1 << 53;
    (x.to_bits() << 1).wrapping_sub(LOWEST) < (u64::MAX << 53) - LOWEST
}

impl Scalar for Single {
    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.0.is_nan()
    }
    #[inline(always)]
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        product.0.is_normal()
            || outer.0.abs() == 1.0
            || if product.0 == 0.0 {
                outer.0 == 0.0 || inner.0 == 0.0
            } else {
                product.0.is_nan() && outer.0 != 0.0 && inner.0 != 0.0
            }
    }
    #[inline(always)]
    fn is(self, other: Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }

    one_lane! {}
}

impl<S: Scalar> Scalar for Dual<S> {
    #[inline]
    fn is_zero(&self) -> bool {
        self.primal.is_zero() && self.tangent.is_zero()
    }
    #[inline]
    fn has_nan(&self) -> bool {
        self.primal.has_nan() || self.tangent.has_nan()
    }
    #[inline(always)]
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        // most often the argument is a slot itself
        inner.is(Self::from(1.0))
            || S::folds(outer.primal, inner.primal, product.primal)
                && S::folds(outer.tangent, inner.primal, outer.tangent * inner.primal)
                && S::folds(outer.primal, inner.tangent, outer.primal * inner.tangent)
    }
    #[inline]
    fn is(self, other: Self) -> bool {
        self.primal.is(other.primal) && self.tangent.is(other.tangent)
    }

    one_lane! {}
}

impl<S: Scalar> Scalar for Tangent<'_, S> {
    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.dual().is_zero()
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.dual().has_nan()
    }
    #[inline(always)]
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        Dual::folds(outer.dual(), inner.dual(), product.dual())
    }
    #[inline(always)]
    fn is(self, other: Self) -> bool {
        self.dual().is(other.dual())
    }

    one_lane! {}
}

impl<S: Scalar, const N: usize, Z: ZeroPolicy> Scalar for Tangents<S, N, Z> {
    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.primal.is_zero() && self.tangents().iter().all(S::is_zero)
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.primal.has_nan() || self.tangents().iter().any(S::has_nan)
    }
    #[inline(always)]
    fn folds(outer: Self, inner: Self, product: Self) -> bool {
        let (a, b) = (outer.primal, inner.primal);
        // most often the argument is a slot itself
        inner.is(Self::from(1.0))
            || S::folds(a, b, product.primal)
                && outer.tangents().into_iter().all(|tangent| S::folds(tangent, b, tangent * b))
                && inner.tangents().into_iter().all(|tangent| S::folds(a, tangent, a * tangent))
    }
    #[inline(always)]
    fn is(self, other: Self) -> bool {
        let same = |(a, b): (S, S)| a.is(b);
        self.primal.is(other.primal)
            && self.tangents().into_iter().zip(other.tangents()).all(same)
            && self.pattern() == other.pattern()
    }

    one_lane! {}
}
