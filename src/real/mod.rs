//! What a number must be able to do so that a rule can be run on it: the trait [`Real`], and the
//! numbers that need no tape: `f64`, [`Single`], [`Dual`] and [`Lanes`].
//!
//! This is the lowest part; it uses nothing above it. Start with [`Real`], then `dual.rs`, which is
//! forward mode in one page and the oracle of the checker.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod double_double;
mod dual;
mod exact;
mod float;
mod isa;
mod lanes;
mod math;
mod operators;
mod single;
mod special;
mod wide;
mod witness;

pub use double_double::DoubleDouble;
pub use dual::Dual;
pub use isa::instruction_set;
pub(crate) use isa::{Alone, Isa, MOST_LANES, Register, Set, WithIsa, dispatch};
pub(crate) use lanes::write_list;
pub use lanes::{Lanes, SingleLanes};
pub(crate) use math::{power_slope, product_and_error, sum_and_error, tanh_and_rest};
pub(crate) use operators::{
    assign_operators, comparisons_with_f64, number_traits, remainder_operators, remainder_slopes,
};
pub use single::Single;
pub use special::{Special, Special2};
pub(crate) use wide::Wide;
pub use witness::{Ball, Cut, Witness};

/// Hands the list of intrinsics to another macro, after what else is given: `method: Op, "formula"`, one argument first, then two.
/// The trait, `f64`, `Lanes` and the variables of a tape are all made from this list; `Dual` is
/// not, since its derivatives are the second opinion that the checker asks for.
macro_rules! intrinsics {
    ($then:ident $($with:tt)*) => {
        $then! {
            $($with)*
            unary {
                exp: Exp, "eˣ";
                exp2: Exp2, "2ˣ";
                expm1: Expm1, "eˣ − 1, accurate near 0";
                ln: Ln, "the natural logarithm";
                log2: Log2, "the logarithm to base 2";
                log10: Log10, "the logarithm to base 10";
                ln_1p: Ln1p, "ln(1 + x), accurate near 0";
                sqrt: Sqrt, "the square root";
                cbrt: Cbrt, "the cube root";
                sin: Sin, "the sine";
                cos: Cos, "the cosine";
                tan: Tan, "the tangent";
                asin: Asin, "the inverse sine";
                acos: Acos, "the inverse cosine";
                atan: Atan, "the inverse tangent";
                sinh: Sinh, "the hyperbolic sine";
                cosh: Cosh, "the hyperbolic cosine";
                tanh: Tanh, "the hyperbolic tangent";
                asinh: Asinh, "the inverse hyperbolic sine";
                acosh: Acosh, "the inverse hyperbolic cosine";
                atanh: Atanh, "the inverse hyperbolic tangent";
                erf: Erf, "the error function 2/√π ∫₀ˣ exp(−t²) dt";
                erfc: Erfc, "1 − erf(x), accurate in the right tail";
                abs: Abs, "|x|; its slope at 0 is 0";
                sign: Sign, "−1, 0 or 1; keeps the sign of a zero";
                floor: Floor, "the largest integer not above x";
                ceil: Ceil, "the smallest integer not below x";
                round: Round, "the nearest integer, halves away from zero";
            }
            binary {
                pow: Pow, "xʸ; a negative x needs an integer y";
                atan2: Atan2, "the angle of the point (y, x) = (self, rhs), in (−π, π]";
                hypot: Hypot, "√(x² + y²) without overflow; its slopes at the origin are 0";
                mul_strong_zero: Chain, "the product of two factors of the chain rule, an adjoint or a tangent and a slope: \
                    a factor of exactly 0 gives 0, whatever the other is, ±∞ and NaN included. So a branch that was not taken never \
                    makes a NaN; the price is that 0 · ∞ on a branch that was taken is 0 as well";
            }
        }
    };
}
pub(crate) use intrinsics;

macro_rules! declare {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        /// What a number must be able to do so that a rule can be written for it once.
        ///
        /// There is arithmetic against itself, a reference to itself, and `f64` on the right; sums and products; 0 as the default; a fixed set of
        /// intrinsics, and comparisons that give a [`Mask`](Real::Mask) for [`select`](Real::select). There is no
        /// `PartialOrd`: a rule must not branch, since lanes, printers and exports could not follow.
        /// A program with control flow of its own asks for `R: Number` ([`Number`](crate::function::Number)).
        ///
        /// Write `-a + 1.0` for 1 − a: the bits are the same, and `1.0 - a` does not exist for a generic number.
        pub trait Real:
            Copy
            + From<f64>
            + Neg<Output = Self>
            + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
            + Add<f64, Output = Self> + Sub<f64, Output = Self> + Mul<f64, Output = Self> + Div<f64, Output = Self>
            + for<'a> Add<&'a Self, Output = Self> + for<'a> Sub<&'a Self, Output = Self>
            + for<'a> Mul<&'a Self, Output = Self> + for<'a> Div<&'a Self, Output = Self>
            + AddAssign + SubAssign + MulAssign + DivAssign
            + Default
            + Sum + Product + for<'a> Sum<&'a Self> + for<'a> Product<&'a Self>
        {
            /// The result of a comparison: `bool`, or one for each lane, or a recorded node.
            type Mask: Copy;
            /// self < rhs; false if either is NaN.
            #[track_caller]
            fn less(self, rhs: Self) -> Self::Mask;
            /// self ≤ rhs; false if either is NaN.
            #[track_caller]
            fn less_equal(self, rhs: Self) -> Self::Mask;
            /// self = rhs; false if either is NaN.
            #[track_caller]
            fn equal(self, rhs: Self) -> Self::Mask;
            /// `yes` where the mask holds, `no` elsewhere. Both are computed; what is not chosen has no influence, NaN included.
            #[track_caller]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
            /// The mask as one `bool`, if it is known and the same in every lane.
            fn uniform(mask: Self::Mask) -> Option<bool>;
            /// As [`select`](Real::select), but what is not chosen is not even computed where the mask is decided: for a
            /// branch that costs an exponential.
            #[inline(always)]
            #[track_caller]
            fn select_lazy(mask: Self::Mask, yes: impl FnOnce() -> Self, no: impl FnOnce() -> Self) -> Self {
                match Self::uniform(mask) {
                    Some(true) => yes(),
                    Some(false) => no(),
                    None => Self::select(mask, yes(), no()),
                }
            }
            /// The number as a constant of this value: no derivative is taken by what it was made of. A number that carries derivatives leaves them
            /// out; any other is itself. On a recording it is an op of its own, so that the recording stays right when it is run again.
            #[inline(always)]
            #[track_caller]
            fn detach(self) -> Self {
                self
            }
            /// tanh x, and 1 − |tanh x| with all its digits.
            #[doc(hidden)]
            #[inline(always)]
            #[track_caller]
            fn tanh_and_rest(self) -> (Self, Self) {
                tanh_and_rest(self)
            }
            /// The mask as one `bool`, if that is known and saves the branch that is not taken. Lanes that are nearly never all alike say nothing.
            #[doc(hidden)]
            #[inline(always)]
            fn branch(mask: Self::Mask) -> Option<bool> {
                Self::uniform(mask)
            }
            /// self · b as a rounded product and its rounding error (Dekker).
            #[doc(hidden)]
            #[inline(always)]
            #[track_caller]
            fn product_and_error(self, b: Self) -> [Self; 2] {
                product_and_error(self, b)
            }
            /// self · b + c: a product and a sum, rounded once where these numbers have an instruction for it.
            #[doc(hidden)]
            #[inline(always)]
            #[track_caller]
            fn times_plus(self, b: Self, c: Self) -> Self {
                self * b + c
            }
            /// Calls a closure that is compiled for the instruction set of these numbers, if they have one of their own.
            #[doc(hidden)]
            #[inline(always)]
            #[track_caller]
            fn compiled<T>(f: impl FnOnce() -> T) -> T {
                f()
            }
            /// A special function of the number. One whose operations are calls of ops has [`Special::call`] for it.
            #[track_caller]
            fn special(self, f: Special) -> Self;
            /// A special function of two numbers. One whose operations are calls of ops has [`Special2::call`] for it.
            #[track_caller]
            fn special2(self, rhs: Self, f: Special2) -> Self;
            $(#[doc = $doc] #[doc = "."] #[track_caller] fn $f(self) -> Self;)*
            $(#[doc = $doc2] #[doc = "."] #[track_caller] fn $g(self, rhs: Self) -> Self;)*
        }
    };
}
intrinsics!(declare);
