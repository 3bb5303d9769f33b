//! Registers of the instruction sets as types, each operation of which is one instruction.
//!
//! A loop over an array of numbers would become the same instructions, but the compiler has to find them: for the longer kernels it takes minutes, and
//! for some it gives up.

#[cfg(not(target_arch = "x86_64"))]
use super::set::Baseline;
use super::set::Set;
use std::marker::PhantomData;

/// The most numbers that a register of a set has.
pub const MOST_LANES: usize = 4;

/// Numbers side by side. A mask has all bits of a number where it holds, and none elsewhere.
///
/// The result at a place depends on the arguments at that place and on the set alone.
pub trait Register: Copy + std::fmt::Debug {
    /// The set with these registers.
    type Set: Set;
    /// How many numbers there are.
    const WIDTH: usize;

    /// One number in all places.
    fn splat(x: f64) -> Self;
    /// The first numbers of a list, which must have as many.
    fn load(x: &[f64]) -> Self;
    /// Writes the numbers to the start of a list, which must be as long.
    fn store(self, into: &mut [f64]);
    /// What `f` makes of the numbers at each place.
    fn each<const N: usize>(x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self;
    /// Whether a mask holds somewhere, and whether it does everywhere.
    fn any_all(self) -> (bool, bool);
    /// The sum of the numbers: the second half is added to the first one, and so on.
    fn in_pairs(self) -> f64;

    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    fn add(self, rhs: Self) -> Self;
    fn sub(self, rhs: Self) -> Self;
    fn mul(self, rhs: Self) -> Self;
    fn div(self, rhs: Self) -> Self;
    /// self · b + c, rounded once where the set has an instruction for it.
    fn mul_add(self, b: Self, c: Self) -> Self;
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
    /// The bits of `rhs` that this one does not have.
    fn and_not(self, rhs: Self) -> Self;
    /// The sum of the bits as integers.
    fn add_bits(self, rhs: Self) -> Self;
    /// The difference of the bits as integers.
    fn sub_bits(self, rhs: Self) -> Self;
    /// The last bits as sign and exponent: all are moved up by 52.
    fn to_exponent(self) -> Self;
    /// The sign and the exponent as the last bits: all are moved down by 52.
    fn exponent_bits(self) -> Self;
}

/// One number, by the instructions of a set.
#[derive(Clone, Copy, Debug)]
pub struct Alone<S>(f64, PhantomData<S>);

impl<S: Set> Alone<S> {
    #[inline(always)]
    fn new(x: f64) -> Self {
        Alone(x, PhantomData)
    }

    #[inline(always)]
    fn bits(bits: u64) -> Self {
        Alone::new(f64::from_bits(bits))
    }

    /// The mask of what holds or does not.
    #[inline(always)]
    fn mask(holds: bool) -> Self {
        Alone::bits(if holds { u64::MAX } else { 0 })
    }
}

/// Operations of a register, each of which is an expression.
macro_rules! operations {
    ($($f:ident($self:ident $(, $x:ident)*) = $result:expr;)*) => { $(
        #[inline(always)]
        fn $f($self $(, $x: Self)*) -> Self {
            $result
        } )*
    };
}

impl<S: Set> Register for Alone<S> {
    type Set = S;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Alone::new(x)
    }
    #[inline(always)]
    fn load(x: &[f64]) -> Self {
        Alone::new(x[0])
    }
    #[inline(always)]
    fn store(self, into: &mut [f64]) {
        into[0] = self.0;
    }
    #[inline(always)]
    fn each<const N: usize>(x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        Alone::new(f(x.map(|x| x.0)))
    }
    #[inline(always)]
    fn any_all(self) -> (bool, bool) {
        let holds = self.0.to_bits() != 0;
        (holds, holds)
    }
    #[inline(always)]
    fn in_pairs(self) -> f64 {
        self.0
    }

    operations! {
        neg(self) = Alone::new(-self.0);
        abs(self) = Alone::new(self.0.abs());
        sqrt(self) = Alone::new(self.0.sqrt());
        add(self, y) = Alone::new(self.0 + y.0);
        sub(self, y) = Alone::new(self.0 - y.0);
        mul(self, y) = Alone::new(self.0 * y.0);
        div(self, y) = Alone::new(self.0 / y.0);
        mul_add(self, y, z) = Alone::new(if S::FMA { self.0.mul_add(y.0, z.0) } else { self.0 * y.0 + z.0 });
        copysign(self, sign) = Alone::new(self.0.copysign(sign.0));
        at_least(self, least) = if least.0 > self.0 { least } else { self };
        at_most(self, most) = if most.0 < self.0 { most } else { self };
        less(self, y) = Alone::mask(self.0 < y.0);
        less_equal(self, y) = Alone::mask(self.0 <= y.0);
        equal(self, y) = Alone::mask(self.0 == y.0);
        select(self, yes, no) = if self.0.to_bits() != 0 { yes } else { no };
        or(self, y) = Alone::bits(self.0.to_bits() | y.0.to_bits());
        and(self, y) = Alone::bits(self.0.to_bits() & y.0.to_bits());
        and_not(self, y) = Alone::bits(!self.0.to_bits() & y.0.to_bits());
        add_bits(self, y) = Alone::bits(self.0.to_bits().wrapping_add(y.0.to_bits()));
        sub_bits(self, y) = Alone::bits(self.0.to_bits().wrapping_sub(y.0.to_bits()));
        to_exponent(self) = Alone::bits(self.0.to_bits() << 52);
        exponent_bits(self) = Alone::bits(self.0.to_bits() >> 52);
    }
}

/// Two registers, which do not wait for each other.
#[derive(Clone, Copy, Debug)]
pub struct Pair<R>(R, R);

/// Operations of two registers, each by itself.
macro_rules! pairs {
    ($($f:ident($($x:ident)*);)*) => {
        operations! { $($f(self $(, $x)*) = Pair(self.0.$f($($x.0),*), self.1.$f($($x.1),*));)* }
    };
}

impl<R: Register> Register for Pair<R> {
    type Set = R::Set;
    const WIDTH: usize = 2 * R::WIDTH;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Pair(R::splat(x), R::splat(x))
    }
    #[inline(always)]
    fn load(x: &[f64]) -> Self {
        let x = &x[..Self::WIDTH];
        Pair(R::load(x), R::load(&x[R::WIDTH..]))
    }
    #[inline(always)]
    fn store(self, into: &mut [f64]) {
        let into = &mut into[..Self::WIDTH];
        self.0.store(into);
        self.1.store(&mut into[R::WIDTH..]);
    }
    #[inline(always)]
    fn each<const N: usize>(x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
        Pair(R::each(x.map(|x| x.0), &f), R::each(x.map(|x| x.1), &f))
    }
    #[inline(always)]
    fn any_all(self) -> (bool, bool) {
        let ((any, all), (any2, all2)) = (self.0.any_all(), self.1.any_all());
        (any | any2, all & all2)
    }
    #[inline(always)]
    fn in_pairs(self) -> f64 {
        self.0.add(self.1).in_pairs()
    }

    pairs! {
        neg(); abs(); sqrt(); add(y); sub(y); mul(y); div(y); mul_add(y z); copysign(y); at_least(y); at_most(y); less(y); less_equal(y); equal(y);
        select(yes no); or(y); and(y); and_not(y); add_bits(y); sub_bits(y); to_exponent(); exponent_bits();
    }
}

/// The widest register of the baseline.
#[cfg(target_arch = "x86_64")]
pub type OfBaseline = std::arch::x86_64::__m128d;
/// The widest register of the baseline, which the compiler finds.
#[cfg(not(target_arch = "x86_64"))]
pub type OfBaseline = Pair<Alone<Baseline>>;

/// Registers of SSE2 and AVX2.
///
/// Invariant: there is a register of AVX2 only where the processor has the set, since what is generic over registers gets this type from the set
/// alone.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::set::{Avx2, Baseline};
    use super::Register;
    use std::arch::x86_64::*;

    /// The registers of a set. Measured by `cargo bench --bench slices`.
    macro_rules! registers {
        ($($Type:ident: $Set:ident, $width:literal numbers, $splat:ident $load:ident $store:ident $bits:ident $in_pairs:ident {
            $($f:ident($self:ident $(, $x:ident)*) = $result:expr;)*
        })*) => { $(
            impl Register for $Type {
                type Set = $Set;
                const WIDTH: usize = $width;

                #[inline(always)]
                fn splat(x: f64) -> Self {
                    // SAFETY: the processor has this instruction, by the invariant of the module.
                    unsafe { $splat(x) }
                }
                #[inline(always)]
                fn load(x: &[f64]) -> Self {
                    let x = &x[..$width];
                    // SAFETY: the processor has this instruction, by the invariant of the module, and there are as many numbers.
                    unsafe { $load(x.as_ptr()) }
                }
                #[inline(always)]
                fn store(self, into: &mut [f64]) {
                    let into = &mut into[..$width];
                    // SAFETY: the processor has this instruction, by the invariant of the module, and there is room for as many numbers.
                    unsafe { $store(into.as_mut_ptr(), self) }
                }
                #[inline(always)]
                fn each<const N: usize>(x: [Self; N], f: impl Fn([f64; N]) -> f64) -> Self {
                    let (mut numbers, mut results) = ([[0.0; $width]; N], [0.0; $width]);
                    for k in 0..N {
                        x[k].store(&mut numbers[k]);
                    }
                    for i in 0..$width {
                        let mut at_place = [0.0; N];
                        for k in 0..N {
                            at_place[k] = numbers[k][i];
                        }
                        results[i] = f(at_place);
                    }
                    Self::load(&results)
                }
                #[inline(always)]
                fn any_all(self) -> (bool, bool) {
                    // SAFETY: the processor has this instruction, by the invariant of the module.
                    let signs = unsafe { $bits(self) };
                    (signs != 0, signs == (1 << $width) - 1)
                }
                #[inline(always)]
                fn in_pairs(self) -> f64 {
                    // SAFETY: the processor has these instructions, by the invariant of the module.
                    unsafe { $in_pairs(self) }
                }
                $(#[inline(always)]
                fn $f($self $(, $x: Self)*) -> Self {
                    // SAFETY: the processor has these instructions, by the invariant of the module. Bits are numbers or integers as one likes.
                    unsafe { $result }
                })*
            } )*
        };
    }
    /// The sum of two numbers.
    ///
    /// # Safety
    /// Nothing is asked for: SSE2 is there on every processor of the target.
    #[inline(always)]
    unsafe fn add_two(x: __m128d) -> f64 {
        // SAFETY: every processor has these instructions.
        unsafe { _mm_cvtsd_f64(_mm_add_sd(x, _mm_unpackhi_pd(x, x))) }
    }
    /// The sum of four numbers: the last two are added to the first two.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn add_four(x: __m256d) -> f64 {
        // SAFETY: the processor has these instructions.
        unsafe { add_two(_mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd::<1>(x))) }
    }
    registers! {
        __m128d: Baseline, 2 numbers, _mm_set1_pd _mm_loadu_pd _mm_storeu_pd _mm_movemask_pd add_two {
            neg(self) = _mm_xor_pd(self, _mm_set1_pd(-0.0));
            abs(self) = _mm_andnot_pd(_mm_set1_pd(-0.0), self);
            sqrt(self) = _mm_sqrt_pd(self);
            add(self, y) = _mm_add_pd(self, y);
            sub(self, y) = _mm_sub_pd(self, y);
            mul(self, y) = _mm_mul_pd(self, y);
            div(self, y) = _mm_div_pd(self, y);
            mul_add(self, y, z) = _mm_add_pd(_mm_mul_pd(self, y), z);
            copysign(self, sign) = self.abs().or(sign.and(_mm_set1_pd(-0.0)));
            at_least(self, least) = _mm_max_pd(least, self);
            at_most(self, most) = _mm_min_pd(most, self);
            less(self, y) = _mm_cmplt_pd(self, y);
            less_equal(self, y) = _mm_cmple_pd(self, y);
            equal(self, y) = _mm_cmpeq_pd(self, y);
            select(self, yes, no) = _mm_or_pd(_mm_and_pd(self, yes), _mm_andnot_pd(self, no));
            or(self, y) = _mm_or_pd(self, y);
            and(self, y) = _mm_and_pd(self, y);
            and_not(self, y) = _mm_andnot_pd(self, y);
            add_bits(self, y) = _mm_castsi128_pd(_mm_add_epi64(_mm_castpd_si128(self), _mm_castpd_si128(y)));
            sub_bits(self, y) = _mm_castsi128_pd(_mm_sub_epi64(_mm_castpd_si128(self), _mm_castpd_si128(y)));
            to_exponent(self) = _mm_castsi128_pd(_mm_slli_epi64::<52>(_mm_castpd_si128(self)));
            exponent_bits(self) = _mm_castsi128_pd(_mm_srli_epi64::<52>(_mm_castpd_si128(self)));
        }
        __m256d: Avx2, 4 numbers, _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_movemask_pd add_four {
            neg(self) = _mm256_xor_pd(self, _mm256_set1_pd(-0.0));
            abs(self) = _mm256_andnot_pd(_mm256_set1_pd(-0.0), self);
            sqrt(self) = _mm256_sqrt_pd(self);
            add(self, y) = _mm256_add_pd(self, y);
            sub(self, y) = _mm256_sub_pd(self, y);
            mul(self, y) = _mm256_mul_pd(self, y);
            div(self, y) = _mm256_div_pd(self, y);
            mul_add(self, y, z) = _mm256_fmadd_pd(self, y, z);
            copysign(self, sign) = self.abs().or(sign.and(_mm256_set1_pd(-0.0)));
            at_least(self, least) = _mm256_max_pd(least, self);
            at_most(self, most) = _mm256_min_pd(most, self);
            less(self, y) = _mm256_cmp_pd::<_CMP_LT_OQ>(self, y);
            less_equal(self, y) = _mm256_cmp_pd::<_CMP_LE_OQ>(self, y);
            equal(self, y) = _mm256_cmp_pd::<_CMP_EQ_OQ>(self, y);
            select(self, yes, no) = _mm256_blendv_pd(no, yes, self);
            or(self, y) = _mm256_or_pd(self, y);
            and(self, y) = _mm256_and_pd(self, y);
            and_not(self, y) = _mm256_andnot_pd(self, y);
            add_bits(self, y) = _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(self), _mm256_castpd_si256(y)));
            sub_bits(self, y) = _mm256_castsi256_pd(_mm256_sub_epi64(_mm256_castpd_si256(self), _mm256_castpd_si256(y)));
            to_exponent(self) = _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(self)));
            exponent_bits(self) = _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(self)));
        }
    }
}

#[cfg(test)]
mod tests;
