//! Lanes as plain arrays, worked on in the registers of an instruction set.

use super::register::{self, Primitive};
use super::{Isa, Real, assign_operators, intrinsics, number_traits};
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

mod erf;
mod exp;
mod ln;
mod sin;

/// `L` numbers worked on side by side, by the instructions of the set `I`.
///
/// Every operation is done in as few registers of the set as hold the array, and is always inlined, so it must be called from a function compiled
/// for the set (see [`dispatch`](super::dispatch)). The result in a lane depends on the arguments in that lane and on `I` alone, not on `L`, nor on
/// the place of the lane, nor on what is in the others.
///
/// The four operations, the square root and the comparisons have the bits of `f64`. The functions that have kernels of their own do not; their
/// errors are said there. All others go lane by lane to the function of `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wide<I: Isa, const L: usize>(pub [f64; L], PhantomData<I>);

/// Whether something holds in each lane: all bits of the lane, or none.
#[derive(Clone, Copy, Debug)]
pub struct Mask<I: Isa, const L: usize>(Wide<I, L>);

impl<I: Isa, const L: usize> Wide<I, L> {
    /// The numbers in the lanes.
    #[inline(always)]
    pub fn new(lanes: [f64; L]) -> Self {
        Wide(lanes, PhantomData)
    }

    /// What a primitive makes of each lane.
    #[inline(always)]
    fn primitive<P: Primitive<N>, const N: usize>(_: P, x: [Self; N]) -> Self {
        let mut lanes = [[0.0; L]; N];
        for (lanes, x) in lanes.iter_mut().zip(&x) {
            *lanes = x.0;
        }
        Wide::new(I::each::<P, N, L>(lanes))
    }

    /// What `f` makes of each lane of all, one by one.
    #[inline(always)]
    fn each<const N: usize>(x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        let mut result = x[0];
        for i in 0..L {
            let mut lane = [0.0; N];
            for (lane, x) in lane.iter_mut().zip(&x) {
                *lane = x.0[i];
            }
            result.0[i] = f(lane);
        }
        result
    }
}

impl<I: Isa, const L: usize> Wide<I, L> {
    /// self · b + c, rounded once where the set has an instruction for it.
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        if I::FMA { Wide::primitive(register::MulAdd, [self, b, c]) } else { self * b + c }
    }

    /// c₀ + c₁ x + c₂ x² …: all but c₀ as two sums by powers of x², which do not wait for each other.
    #[inline(always)]
    fn polynomial<const N: usize>(self, coefficients: [f64; N]) -> Self {
        let mut sums = [Wide::from(coefficients[N - 1]), Wide::from(coefficients[N - 2])];
        let square = self * self;
        for i in (1..N - 2).rev() {
            let sum = &mut sums[(N - 1 - i) % 2];
            *sum = sum.mul_add(square, coefficients[i].into());
        }
        // those of c₂ and c₁
        let rest = sums[(N - 1) % 2].mul_add(self, sums[N % 2]);
        rest.mul_add(self, coefficients[0].into())
    }

    /// self · b, and what its rounding lost.
    #[inline(always)]
    fn exact_product(self, b: Self) -> [Self; 2] {
        let p = self * b;
        if I::FMA {
            return [p, self.mul_add(b, -p)];
        }
        // Dekker's product
        let ([x, x_low], [y, y_low]) = (self.halves(), b.halves());
        [p, ((x * y - p) + x * y_low + x_low * y) + x_low * y_low]
    }

    /// The leading 26 bits, and the rest.
    #[inline(always)]
    fn halves(self) -> [Self; 2] {
        let leading = Wide::primitive(register::And, [self, f64::from_bits(u64::MAX << 27).into()]);
        [leading, self - leading]
    }

    /// c − self · b, where the product is nearly c.
    #[inline(always)]
    fn residual(self, b: Self, c: Self) -> Self {
        if I::FMA {
            return (-self).mul_add(b, c);
        }
        let [p, low] = self.exact_product(b);
        (c - p) - low
    }

    /// The number, or a larger `least`; NaN is handed on.
    #[inline(always)]
    fn at_least(self, least: f64) -> Self {
        Wide::primitive(register::AtLeast, [self, least.into()])
    }

    /// The number, or a smaller `most`; NaN is handed on.
    #[inline(always)]
    fn at_most(self, most: f64) -> Self {
        Wide::primitive(register::AtMost, [self, most.into()])
    }

    /// Whether the number is in [lo, hi].
    #[inline(always)]
    fn is_between(self, lo: f64, hi: f64) -> Mask<I, L> {
        let [Mask(above), Mask(below)] = [Wide::from(lo).less_equal(self), self.less_equal(hi.into())];
        Mask(Wide::primitive(register::And, [above, below]))
    }

    /// The number with the sign of another one.
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        Wide::primitive(register::Copysign, [self, sign])
    }

    /// These results of `x`, but in the lanes that are not ordinary those of `f`.
    #[inline(always)]
    fn unless_all(self, ordinary: Mask<I, L>, x: Self, f: impl Fn(f64) -> f64) -> Self {
        if <Self as Real>::uniform(ordinary) == Some(true) {
            self
        } else {
            Wide::new(rare(ordinary.0.0, self.0, x.0, f))
        }
    }
}

/// These results, but in the lanes that are not ordinary those of `f`.
#[cold]
#[inline(never)]
fn rare<const L: usize>(ordinary: [f64; L], results: [f64; L], x: [f64; L], f: impl Fn(f64) -> f64) -> [f64; L] {
    std::array::from_fn(|i| if ordinary[i].to_bits() != 0 { results[i] } else { f(x[i]) })
}

impl<I: Isa, const L: usize> From<f64> for Wide<I, L> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Wide::new([c; L])
    }
}

impl<I: Isa, const L: usize> Neg for Wide<I, L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Wide::primitive(register::Neg, [self])
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<I: Isa, const L: usize> $Op for Wide<I, L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Wide::primitive(register::$Op, [self, rhs])
            }
        }
        impl<I: Isa, const L: usize> $Op<f64> for Wide<I, L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Wide::from(rhs))
            }
        }
        impl<I: Isa, const L: usize> $Op<Wide<I, L>> for f64 {
            type Output = Wide<I, L>;
            #[inline(always)]
            fn $f(self, rhs: Wide<I, L>) -> Wide<I, L> {
                Wide::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([I: Isa, const L: usize] Wide<I, L>);
number_traits!([I: Isa, const L: usize] Wide<I, L>);

impl<I: Isa, const L: usize> std::iter::Sum for Wide<I, L> {
    #[inline(always)]
    fn sum<T: Iterator<Item = Self>>(iter: T) -> Self {
        iter.fold(Wide::from(-0.0), Add::add)
    }
}

macro_rules! wide {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<I: Isa, const L: usize> Real for Wide<I, L> {
            type Mask = Mask<I, L>;
            #[inline(always)]
            fn less(self, rhs: Self) -> Mask<I, L> {
                Mask(Wide::primitive(register::Less, [self, rhs]))
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> Mask<I, L> {
                Mask(Wide::primitive(register::LessEqual, [self, rhs]))
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> Mask<I, L> {
                Mask(Wide::primitive(register::Equal, [self, rhs]))
            }
            #[inline(always)]
            fn select(Mask(mask): Mask<I, L>, yes: Self, no: Self) -> Self {
                Wide::primitive(register::Select, [mask, yes, no])
            }
            #[inline(always)]
            fn uniform(Mask(mask): Mask<I, L>) -> Option<bool> {
                let (mut all, mut any) = (u64::MAX, 0);
                for lane in mask.0 {
                    all &= lane.to_bits();
                    any |= lane.to_bits();
                }
                (all != 0 || any == 0).then_some(all != 0)
            }
            /// Each branch is called in one place, which saves code, and compiled for the instruction set, whether it is inlined or not.
            #[inline(always)]
            fn select_lazy(mask: Mask<I, L>, yes: impl FnOnce() -> Self, no: impl FnOnce() -> Self) -> Self {
                let (mut chosen, mut other) = (Self::from(0.0), Self::from(0.0));
                let uniform = Self::uniform(mask);
                if uniform != Some(false) {
                    chosen = I::call(yes);
                }
                if uniform != Some(true) {
                    other = I::call(no);
                }
                Self::select(mask, chosen, other)
            }
            #[inline(always)]
            fn compiled<T>(f: impl FnOnce() -> T) -> T {
                I::call(f)
            }
            #[inline(always)]
            fn branch(_: Mask<I, L>) -> Option<bool> {
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
    pub use super::sin::{cos, sin};
    use super::{Isa, Real, Wide, register};
    pub use one_by_one::*;

    mod one_by_one {
        use super::{Isa, Real, Wide};
        use crate::real::intrinsics;

        macro_rules! one_by_one {
            (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
                $(#[inline(always)]
                #[allow(dead_code)] // where there is a kernel
                pub fn $f<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
                    Wide::each([x], |[x]| <f64 as Real>::$f(x))
                })*
                $(#[inline(always)]
                #[allow(dead_code)]
                pub fn $g<I: Isa, const L: usize>(x: Wide<I, L>, y: Wide<I, L>) -> Wide<I, L> {
                    Wide::each([x, y], |[x, y]| <f64 as Real>::$g(x, y))
                })*
            };
        }
        intrinsics!(one_by_one);
    }

    #[inline(always)]
    pub fn tanh<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        x.tanh_and_rest().0
    }

    #[inline(always)]
    pub fn abs<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        Wide::primitive(register::Abs, [x])
    }

    #[inline(always)]
    pub fn sqrt<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        Wide::primitive(register::Sqrt, [x])
    }

    #[inline(always)]
    pub fn sign<I: Isa, const L: usize>(x: Wide<I, L>) -> Wide<I, L> {
        let one = Wide::from(1.0).copysign(x);
        Wide::select(x.equal(0.0.into()), x, Wide::select(x.equal(x), one, x))
    }

    #[inline(always)]
    pub fn mul_strong_zero<I: Isa, const L: usize>(adjoint: Wide<I, L>, slope: Wide<I, L>) -> Wide<I, L> {
        let zero = Wide::from(0.0);
        Wide::select(adjoint.equal(zero), zero, Wide::select(slope.equal(zero), zero, adjoint * slope))
    }
}

#[cfg(test)]
mod tests;
