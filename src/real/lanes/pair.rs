//! Two numbers in one register, worked on by the instructions that every processor of the target has.
//!
//! Newer ones, chosen at run time, were tried: the loop over a mapped block compiled for AVX2 took a quarter longer, since wide loads wait
//! for the narrow stores before them.

pub use vector::Pair;

#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::*;

    /// Two numbers side by side, or two masks: all bits where it holds, none elsewhere.
    #[derive(Clone, Copy)]
    pub struct Pair(__m128d);

    macro_rules! operations {
        ($($f:ident($($rhs:ident),*) = $instruction:ident;)*) => { $(
            #[inline(always)]
            pub fn $f(self $(, $rhs: Pair)*) -> Pair {
                // SAFETY: every x86-64 has SSE2.
                Pair(unsafe { $instruction(self.0 $(, $rhs.0)*) })
            } )*
        };
    }

    impl Pair {
        #[inline(always)]
        pub fn load(x: &[f64; 2]) -> Self {
            // SAFETY: two numbers are read, and there are two; they need not be aligned.
            Pair(unsafe { _mm_loadu_pd(x.as_ptr()) })
        }

        #[inline(always)]
        pub fn store(self, into: &mut [f64; 2]) {
            // SAFETY: two numbers are written, and there is room for two; they need not be aligned.
            unsafe { _mm_storeu_pd(into.as_mut_ptr(), self.0) }
        }

        operations! {
            add(rhs) = _mm_add_pd;
            sub(rhs) = _mm_sub_pd;
            mul(rhs) = _mm_mul_pd;
            div(rhs) = _mm_div_pd;
            sqrt() = _mm_sqrt_pd;
            less(rhs) = _mm_cmplt_pd;
            less_equal(rhs) = _mm_cmple_pd;
            equal(rhs) = _mm_cmpeq_pd;
            and(rhs) = _mm_and_pd;
            and_not(rhs) = _mm_andnot_pd;
            or(rhs) = _mm_or_pd;
            xor(rhs) = _mm_xor_pd;
        }

        /// Of a mask whether it holds for the first, and for the second.
        #[inline(always)]
        pub fn holds(self) -> [bool; 2] {
            // SAFETY: every x86-64 has SSE2.
            let bits = unsafe { _mm_movemask_pd(self.0) };
            [bits & 1 != 0, bits & 2 != 0]
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod vector {
    use std::array::from_fn;

    /// Two numbers side by side, or two masks: all bits where it holds, none elsewhere.
    #[derive(Clone, Copy)]
    pub struct Pair([f64; 2]);

    macro_rules! operations {
        ($($f:ident = |$x:ident, $y:ident| $result:expr;)*) => { $(
            #[inline(always)]
            pub fn $f(self, rhs: Pair) -> Pair {
                Pair(from_fn(|i| {
                    let ($x, $y) = (self.0[i], rhs.0[i]);
                    $result
                }))
            } )*
        };
    }

    fn mask(holds: bool) -> f64 {
        f64::from_bits(if holds { u64::MAX } else { 0 })
    }

    impl Pair {
        #[inline(always)]
        pub fn load(x: &[f64; 2]) -> Self {
            Pair(*x)
        }

        #[inline(always)]
        pub fn store(self, into: &mut [f64; 2]) {
            *into = self.0;
        }

        operations! {
            add = |x, y| x + y;
            sub = |x, y| x - y;
            mul = |x, y| x * y;
            div = |x, y| x / y;
            less = |x, y| mask(x < y);
            less_equal = |x, y| mask(x <= y);
            equal = |x, y| mask(x == y);
            and = |x, y| f64::from_bits(x.to_bits() & y.to_bits());
            and_not = |x, y| f64::from_bits(!x.to_bits() & y.to_bits());
            or = |x, y| f64::from_bits(x.to_bits() | y.to_bits());
            xor = |x, y| f64::from_bits(x.to_bits() ^ y.to_bits());
        }

        #[inline(always)]
        pub fn sqrt(self) -> Pair {
            Pair(self.0.map(f64::sqrt))
        }

        /// Of a mask whether it holds for the first, and for the second.
        #[inline(always)]
        pub fn holds(self) -> [bool; 2] {
            self.0.map(|mask| mask.to_bits() != 0)
        }
    }
}
