//! What a register of an instruction set does with the numbers in it: the operations that lanes are made of.
//!
//! [`Register`] is a number alone, or as many as a register of the set has; each [`Primitive`] is written once for all of them. Without registers
//! as types the compiler would have to find them in loops over arrays, which it does for short bodies, but not for every long one.

use std::mem::transmute_copy;

/// Numbers side by side. A mask has all bits of a number where it holds, and none elsewhere.
pub trait Register: Copy {
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    fn add(self, rhs: Self) -> Self;
    fn sub(self, rhs: Self) -> Self;
    fn mul(self, rhs: Self) -> Self;
    fn div(self, rhs: Self) -> Self;
    /// The number with the sign of another one.
    fn copysign(self, sign: Self) -> Self;
    /// The number, or a larger `least`; NaN is handed on.
    fn at_least(self, least: Self) -> Self;
    /// The number, or a smaller `most`; NaN is handed on.
    fn at_most(self, most: Self) -> Self;
    fn less(self, rhs: Self) -> Self;
    fn less_equal(self, rhs: Self) -> Self;
    fn equal(self, rhs: Self) -> Self;
    /// `yes` where this mask holds, `no` elsewhere.
    fn select(self, yes: Self, no: Self) -> Self;
    /// The bits of both.
    fn or(self, rhs: Self) -> Self;
    /// The bits that both have.
    fn and(self, rhs: Self) -> Self;
    /// The sum of the bits as integers.
    fn add_bits(self, rhs: Self) -> Self;
    /// The difference of the bits as integers.
    fn sub_bits(self, rhs: Self) -> Self;
    /// The last bits as sign and exponent: all are moved up by 52.
    fn to_exponent(self) -> Self;
    /// The sign and the exponent as the last bits: all are moved down by 52.
    fn exponent_bits(self) -> Self;
    /// self · b + c, rounded once.
    fn mul_add(self, b: Self, c: Self) -> Self;
}

/// A function of the numbers in `N` registers, number by number.
pub trait Primitive<const N: usize> {
    fn apply<R: Register>(x: [R; N]) -> R;
}

macro_rules! primitives {
    ($($Name:ident[$($x:ident)+]: $f:ident, $n:literal;)*) => { $(
        #[doc = concat!("[`Register::", stringify!($f), "`].")]
        pub struct $Name;
        impl Primitive<$n> for $Name {
            #[inline(always)]
            fn apply<R: Register>([$($x),+]: [R; $n]) -> R {
                primitives!(@ $f $($x)+)
            }
        } )*
    };
    (@ $f:ident $x:ident $($y:ident)*) => { $x.$f($($y),*) };
}
primitives! {
    Neg[x]: neg, 1;
    Abs[x]: abs, 1;
    Sqrt[x]: sqrt, 1;
    Add[x y]: add, 2;
    Sub[x y]: sub, 2;
    Mul[x y]: mul, 2;
    Div[x y]: div, 2;
    Copysign[x y]: copysign, 2;
    AtLeast[x y]: at_least, 2;
    AtMost[x y]: at_most, 2;
    Less[x y]: less, 2;
    LessEqual[x y]: less_equal, 2;
    Equal[x y]: equal, 2;
    Select[mask yes no]: select, 3;
    Or[x y]: or, 2;
    And[x y]: and, 2;
    AddBits[x y]: add_bits, 2;
    SubBits[x y]: sub_bits, 2;
    ToExponent[x]: to_exponent, 1;
    ExponentBits[x]: exponent_bits, 1;
    MulAdd[x y z]: mul_add, 3;
}

/// Registers of numbers that lie side by side in memory: `f64` itself, and those of the sets.
///
/// # Safety
/// Its memory is numbers alone, one after the other, and any bits are such a register.
pub unsafe trait Pack: Register {}
// SAFETY: it is one number.
unsafe impl Pack for f64 {}

/// What a primitive makes of each number, in registers of the type `R`, and what is left over one by one.
#[inline(always)]
pub fn each<P: Primitive<N>, R: Pack, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L] {
    let width = size_of::<R>() / size_of::<f64>();
    if L == width {
        // SAFETY: each list of `L` numbers is as long as a register, and both are no more than numbers side by side, by the contract of `Pack`.
        return unsafe { transmute_copy(&P::apply(transmute_copy::<[[f64; L]; N], [R; N]>(&x))) };
    }
    let mut results = [0.0; L];
    for start in (0..L / width * width).step_by(width) {
        // SAFETY: `width` numbers from `start` on lie within each list and the results, and are a register that need not be aligned.
        unsafe {
            let mut registers = [x[0].as_ptr().add(start).cast::<R>().read_unaligned(); N];
            for (register, x) in registers.iter_mut().zip(&x).skip(1) {
                *register = x.as_ptr().add(start).cast::<R>().read_unaligned();
            }
            results.as_mut_ptr().add(start).cast::<R>().write_unaligned(P::apply(registers));
        }
    }
    for i in L / width * width..L {
        let mut numbers = [0.0; N];
        for (number, x) in numbers.iter_mut().zip(&x) {
            *number = x[i];
        }
        results[i] = P::apply(numbers);
    }
    results
}

/// The mask of what holds or does not.
#[inline(always)]
fn mask(holds: bool) -> f64 {
    f64::from_bits(if holds { u64::MAX } else { 0 })
}

macro_rules! of_f64 {
    ($($f:ident($x:ident $(, $y:ident)*) = $result:expr;)*) => {
        impl Register for f64 {
            $(#[inline(always)]
            fn $f($x $(, $y: f64)*) -> f64 {
                $result
            })*
        }
    };
}
of_f64! {
    neg(self) = -self;
    abs(self) = f64::abs(self);
    sqrt(self) = f64::sqrt(self);
    add(self, y) = self + y;
    sub(self, y) = self - y;
    mul(self, y) = self * y;
    div(self, y) = self / y;
    copysign(self, sign) = f64::copysign(self, sign);
    at_least(self, least) = if least > self { least } else { self };
    at_most(self, most) = if most < self { most } else { self };
    less(self, y) = mask(self < y);
    less_equal(self, y) = mask(self <= y);
    equal(self, y) = mask(self == y);
    select(self, yes, no) = if self.to_bits() != 0 { yes } else { no };
    or(self, y) = f64::from_bits(self.to_bits() | y.to_bits());
    and(self, y) = f64::from_bits(self.to_bits() & y.to_bits());
    add_bits(self, y) = f64::from_bits(self.to_bits().wrapping_add(y.to_bits()));
    sub_bits(self, y) = f64::from_bits(self.to_bits().wrapping_sub(y.to_bits()));
    to_exponent(self) = f64::from_bits(self.to_bits() << 52);
    exponent_bits(self) = f64::from_bits(self.to_bits() >> 52);
    mul_add(self, y, z) = f64::mul_add(self, y, z);
}

/// Registers of AVX2.
///
/// Invariant: there is such a register only where the processor has the set. `isa.rs` alone names its type, for the set.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Pack, Register};
    use std::arch::x86_64::*;

    /// The registers of a set. Measured by `cargo bench --bench slices`.
    macro_rules! registers {
        ($($Type:ident { $($f:ident($self:ident $(, $x:ident)*) = $result:expr;)* })*) => { $(
            impl Register for $Type {
                $(#[inline(always)]
                fn $f($self $(, $x: Self)*) -> Self {
                    // SAFETY: the processor has these instructions, by the invariant of the module. Bits are numbers or integers as one likes.
                    unsafe { $result }
                })*
            }
            // SAFETY: it is numbers side by side, and any bits are numbers.
            unsafe impl Pack for $Type {} )*
        };
    }
    registers! {
        __m256d {
            neg(self) = _mm256_xor_pd(self, _mm256_set1_pd(-0.0));
            abs(self) = _mm256_andnot_pd(_mm256_set1_pd(-0.0), self);
            sqrt(self) = _mm256_sqrt_pd(self);
            add(self, y) = _mm256_add_pd(self, y);
            sub(self, y) = _mm256_sub_pd(self, y);
            mul(self, y) = _mm256_mul_pd(self, y);
            div(self, y) = _mm256_div_pd(self, y);
            copysign(self, sign) = self.abs().or(sign.and(_mm256_set1_pd(-0.0)));
            at_least(self, least) = _mm256_max_pd(least, self);
            at_most(self, most) = _mm256_min_pd(most, self);
            less(self, y) = _mm256_cmp_pd::<_CMP_LT_OQ>(self, y);
            less_equal(self, y) = _mm256_cmp_pd::<_CMP_LE_OQ>(self, y);
            equal(self, y) = _mm256_cmp_pd::<_CMP_EQ_OQ>(self, y);
            select(self, yes, no) = _mm256_blendv_pd(no, yes, self);
            or(self, y) = _mm256_or_pd(self, y);
            and(self, y) = _mm256_and_pd(self, y);
            add_bits(self, y) = _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(self), _mm256_castpd_si256(y)));
            sub_bits(self, y) = _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_castpd_si256(self), _mm256_castpd_si256(y)));
            to_exponent(self) = _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(self)));
            exponent_bits(self) = _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self)));
            mul_add(self, y, z) = _mm256_fmadd_pd(self, y, z);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real::isa::{Chosen, Isa, WithIsa};
    use std::marker::PhantomData;

    /// Numbers of all kinds, and the masks.
    const NUMBERS: [f64; 11] = [
        0.0,
        -0.0,
        1.5,
        -3.25e7,
        5e-324,
        -2e-308,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::from_bits(u64::MAX),
    ];

    /// Holds a primitive in the registers of a set to what it makes of each number alone, in lists of `L`. A multiply-add is rounded once in both.
    struct InLists<P, const N: usize, const L: usize>(PhantomData<P>);
    impl<P: Primitive<N>, const N: usize, const L: usize> WithIsa for InLists<P, N, L> {
        type Out = ();
        #[inline(always)]
        fn run<I: Isa>(self) {
            for first in 0..NUMBERS.len().pow(N as u32) {
                let number = |n: usize, i: usize| {
                    // a selection is asked for masks alone
                    let is_mask = N == 3 && n == 0 && std::any::type_name::<P>().ends_with("Select");
                    let place = first / NUMBERS.len().pow(n as u32) + i * (n + 1);
                    if is_mask { mask(place % 2 == 0) } else { NUMBERS[place % NUMBERS.len()] }
                };
                let x: [[f64; L]; N] = std::array::from_fn(|n| std::array::from_fn(|i| number(n, i)));
                let results = I::each::<P, N, L>(x);
                for (i, result) in results.into_iter().enumerate() {
                    let of_number = P::apply(std::array::from_fn::<f64, N, _>(|n| x[n][i]));
                    let same = result.to_bits() == of_number.to_bits() || result.is_nan() && of_number.is_nan();
                    assert!(
                        same,
                        "{} of place {i} in {x:?} is {result:e}, not {of_number:e}",
                        std::any::type_name::<P>()
                    );
                }
            }
        }
    }

    macro_rules! hold {
        ($($Name:ident: $n:literal;)*) => { $(
            for set in Chosen::all() {
                set.run(InLists::<$Name, $n, 1>(PhantomData));
                set.run(InLists::<$Name, $n, 3>(PhantomData));
                set.run(InLists::<$Name, $n, 4>(PhantomData));
                set.run(InLists::<$Name, $n, 8>(PhantomData));
                set.run(InLists::<$Name, $n, 11>(PhantomData));
            } )*
        };
    }

    #[test]
    fn registers_of_every_length_hold_what_the_numbers_alone_do() {
        hold! {
            Neg: 1; Abs: 1; Sqrt: 1; Add: 2; Sub: 2; Mul: 2; Div: 2; Copysign: 2; AtLeast: 2; AtMost: 2; Less: 2; LessEqual: 2; Equal: 2;
            Select: 3; Or: 2; And: 2; AddBits: 2; SubBits: 2; ToExponent: 1; ExponentBits: 1; MulAdd: 3;
        }
    }
}
