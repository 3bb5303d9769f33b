//! Numbers side by side in the registers of an instruction set.

use super::{Alone, Real, Register, Set, Special, Special2, assign_operators, intrinsics, number_traits};
use std::ops::{Add, Div, Mul, Neg, Sub};

mod erf;
mod exp;
mod ln;
mod pow;
mod sin;

/// Numbers worked on side by side, as many as a register holds.
///
/// Every operation is always inlined, so it must be called from a function compiled for the set of the register (see
/// [`dispatch`](super::dispatch)). The result in a lane depends on the arguments in that lane and on the set alone, not on the number of lanes, nor on
/// the place of the lane, nor on what is in the others.
///
/// The four operations, the square root and the comparisons have the bits of `f64`. The functions that have kernels of their own do not; their
/// errors are said there. All others go lane by lane to the function of `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Wide<R>(pub R);

/// Whether something holds in each lane: all bits of the lane, or none.
#[derive(Clone, Copy, Debug)]
pub struct Mask<R>(R);

impl<R: Register> Wide<R> {
    /// The first numbers of a list, which must have as many as there are lanes.
    #[inline(always)]
    pub fn load(x: &[f64]) -> Self {
        Wide(R::load(x))
    }

    /// Writes the numbers in the lanes to the start of a list, which must be as long.
    #[inline(always)]
    pub fn store(self, into: &mut [f64]) {
        self.0.store(into);
    }

    /// The sum of the numbers in the lanes: those of the second half are added to those of the first one, and so on.
    #[inline(always)]
    pub fn in_pairs(self) -> f64 {
        self.0.in_pairs()
    }

    /// c₀ + c₁ x + c₂ x² …: all but c₀ as two sums by powers of x², which do not wait for each other.
    #[inline(always)]
    fn polynomial<const N: usize>(self, coefficients: [f64; N]) -> Self {
        let mut sums = [Wide::from(coefficients[N - 1]), Wide::from(coefficients[N - 2])];
        let square = self * self;
        let mut i = N - 2;
        while i > 1 {
            i -= 1;
            sums[(N - 1 - i) % 2] = sums[(N - 1 - i) % 2].mul_add(square, coefficients[i].into());
        }
        // those of c₂ and c₁
        let rest = sums[(N - 1) % 2].mul_add(self, sums[N % 2]);
        rest.mul_add(self, coefficients[0].into())
    }

    /// self · b, and what its rounding lost.
    #[inline(always)]
    fn exact_product(self, b: Self) -> [Self; 2] {
        let p = self * b;
        if R::Set::FMA {
            return [p, self.mul_add(b, -p)];
        }
        // Dekker's product
        let ([x, x_low], [y, y_low]) = (self.halves(), b.halves());
        [p, ((x * y - p) + x * y_low + x_low * y) + x_low * y_low]
    }

    /// The leading 26 bits, and the rest.
    #[inline(always)]
    fn halves(self) -> [Self; 2] {
        let leading = self.and(f64::from_bits(u64::MAX << 27).into());
        [leading, self - leading]
    }

    /// c − self · b, where the product is nearly c.
    #[inline(always)]
    fn residual(self, b: Self, c: Self) -> Self {
        if R::Set::FMA {
            return (-self).mul_add(b, c);
        }
        let [p, low] = self.exact_product(b);
        (c - p) - low
    }

    /// The number, or a larger `least`; NaN is handed on.
    #[inline(always)]
    fn at_least(self, least: f64) -> Self {
        Wide(self.0.at_least(R::splat(least)))
    }

    /// The number, or a smaller `most`; NaN is handed on.
    #[inline(always)]
    fn at_most(self, most: f64) -> Self {
        Wide(self.0.at_most(R::splat(most)))
    }

    /// Whether the number is in [lo, hi].
    #[inline(always)]
    fn is_between(self, lo: f64, hi: f64) -> Mask<R> {
        Wide::from(lo).less_equal(self).and(self.less_equal(hi.into()))
    }

    /// These results of some arguments, but in the lanes that are not ordinary those of `f`.
    #[inline(always)]
    fn unless_all<const N: usize>(self, ordinary: Mask<R>, x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        if ordinary.0.any_all().1 { self } else { rare(ordinary, self, x, f) }
    }
}

impl<R: Register> Mask<R> {
    /// Where both hold.
    #[inline(always)]
    fn and(self, rhs: Self) -> Self {
        Mask(self.0.and(rhs.0))
    }
}

impl<S: Set> Wide<Alone<S>> {
    /// The one number.
    #[inline(always)]
    pub fn number(self) -> f64 {
        let mut number = [0.0];
        self.store(&mut number);
        number[0]
    }
}

/// The operations of registers that are none of [`Real`]'s, or have other names there.
macro_rules! of_register {
    ($($f:ident($($x:ident)*);)*) => {
        impl<R: Register> Wide<R> { $(
            #[doc = concat!("As [`Register::", stringify!($f), "`].")]
            #[inline(always)]
            fn $f(self $(, $x: Self)*) -> Self {
                Wide(self.0.$f($($x.0),*))
            } )*
        }
    };
}
of_register! { mul_add(b c); copysign(sign); or(y); and(y); add_bits(y); sub_bits(y); to_exponent(); exponent_bits(); }

/// These results, but in the lanes that are not ordinary those of `f`.
#[cold]
#[inline(never)]
fn rare<R: Register, const N: usize>(
    Mask(ordinary): Mask<R>,
    results: Wide<R>,
    x: [Wide<R>; N],
    f: impl Fn([f64; N]) -> f64,
) -> Wide<R> {
    let others = R::each(x.map(|x| x.0), f);
    Wide(ordinary.select(results.0, others))
}

impl<R: Register> From<f64> for Wide<R> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Wide(R::splat(c))
    }
}

impl<R: Register> Neg for Wide<R> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Wide(self.0.neg())
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<R: Register> $Op for Wide<R> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Wide(self.0.$f(rhs.0))
            }
        }
        impl<R: Register> $Op<f64> for Wide<R> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Wide::from(rhs))
            }
        }
        impl<R: Register> $Op<Wide<R>> for f64 {
            type Output = Wide<R>;
            #[inline(always)]
            fn $f(self, rhs: Wide<R>) -> Wide<R> {
                Wide::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([R: Register] Wide<R>);
number_traits!([R: Register] Wide<R>);

impl<R: Register> std::iter::Sum for Wide<R> {
    #[inline(always)]
    fn sum<T: Iterator<Item = Self>>(iter: T) -> Self {
        iter.fold(Wide::from(-0.0), Add::add)
    }
}

macro_rules! wide {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<R: Register> Real for Wide<R> {
            type Mask = Mask<R>;
            #[inline(always)]
            fn less(self, rhs: Self) -> Mask<R> {
                Mask(self.0.less(rhs.0))
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> Mask<R> {
                Mask(self.0.less_equal(rhs.0))
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> Mask<R> {
                Mask(self.0.equal(rhs.0))
            }
            #[inline(always)]
            fn select(Mask(mask): Mask<R>, yes: Self, no: Self) -> Self {
                Wide(mask.select(yes.0, no.0))
            }
            #[inline(always)]
            fn uniform(Mask(mask): Mask<R>) -> Option<bool> {
                let (any, all) = mask.any_all();
                (any == all).then_some(all)
            }
            /// Each branch is called in one place, which saves code, and compiled for the instruction set, whether it is inlined or not.
            #[inline(always)]
            fn select_lazy(mask: Mask<R>, yes: impl FnOnce() -> Self, no: impl FnOnce() -> Self) -> Self {
                let (mut chosen, mut other) = (Self::from(0.0), Self::from(0.0));
                let uniform = Self::uniform(mask);
                if uniform != Some(false) {
                    chosen = R::Set::call(yes);
                }
                if uniform != Some(true) {
                    other = R::Set::call(no);
                }
                Self::select(mask, chosen, other)
            }
            #[inline(always)]
            fn compiled<T>(f: impl FnOnce() -> T) -> T {
                R::Set::call(f)
            }
            #[inline(always)]
            fn branch(_: Mask<R>) -> Option<bool> {
                None
            }
            #[inline(always)]
            fn product_and_error(self, b: Self) -> [Self; 2] {
                self.exact_product(b)
            }
            #[inline(always)]
            fn times_plus(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn tanh_and_rest(self) -> (Self, Self) {
                kernel::tanh_and_rest(self)
            }
            #[inline(always)]
            fn special(self, f: Special) -> Self {
                Wide(R::each([self.0], |[x]| f.at(x)))
            }
            #[inline(always)]
            fn special2(self, rhs: Self, f: Special2) -> Self {
                Wide(R::each([self.0, rhs.0], |x| f.at(x)))
            }
            $(#[inline(always)] fn $f(self) -> Self { kernel::$f(self) })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { kernel::$g(self, rhs) })*
        }
    };
}
intrinsics!(wide);

/// The functions: one lane after the other, unless there is a kernel for all at once.
mod kernel {
    pub use super::erf::{erf, erfc};
    pub use super::exp::{exp, expm1, tanh_and_rest};
    pub use super::ln::{ln, ln_1p};
    pub use super::pow::pow;
    pub use super::sin::{cos, sin};
    use super::{Real, Register, Wide};
    pub use one_by_one::*;

    mod one_by_one {
        use super::{Real, Register, Wide};
        use crate::real::intrinsics;

        macro_rules! one_by_one {
            (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
                $(#[inline(always)]
                #[allow(dead_code)] // where there is a kernel
                pub fn $f<R: Register>(x: Wide<R>) -> Wide<R> {
                    Wide(R::each([x.0], |[x]| <f64 as Real>::$f(x)))
                })*
                $(#[inline(always)]
                #[allow(dead_code)]
                pub fn $g<R: Register>(x: Wide<R>, y: Wide<R>) -> Wide<R> {
                    Wide(R::each([x.0, y.0], |[x, y]| <f64 as Real>::$g(x, y)))
                })*
            };
        }
        intrinsics!(one_by_one);
    }

    #[inline(always)]
    pub fn tanh<R: Register>(x: Wide<R>) -> Wide<R> {
        x.tanh_and_rest().0
    }

    #[inline(always)]
    pub fn abs<R: Register>(x: Wide<R>) -> Wide<R> {
        Wide(x.0.abs())
    }

    #[inline(always)]
    pub fn sqrt<R: Register>(x: Wide<R>) -> Wide<R> {
        Wide(x.0.sqrt())
    }

    #[inline(always)]
    pub fn sign<R: Register>(x: Wide<R>) -> Wide<R> {
        let one = Wide::from(1.0).copysign(x);
        Wide::select(x.equal(0.0.into()), x, Wide::select(x.equal(x), one, x))
    }

    #[inline(always)]
    pub fn mul_strong_zero<R: Register>(adjoint: Wide<R>, slope: Wide<R>) -> Wide<R> {
        let zero = Wide::from(0.0);
        let is_zero = adjoint.0.equal(zero.0).or(slope.0.equal(zero.0));
        // the bits of 0 are all 0
        Wide(is_zero.and_not((adjoint * slope).0))
    }
}

#[cfg(test)]
mod tests;
