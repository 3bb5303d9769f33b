//! Instruction sets, and the choice of one at run time.
//!
//! A body of code that is generic over [`Isa`] is compiled once for each set; [`dispatch`] runs the one for this machine. The bits of what is
//! computed on [`Wide`](super::Wide) depend on the set, since one with a fused multiply-add rounds less often. Nothing else in the crate depends
//! on it: the functions of an `f64` are the same on every machine.
//!
//! The set is the best one that the processor has. The environment variable `GPRIME_ISA`, which is read once, asks for another one:
//!
//! | word | set |
//! |---|---|
//! | `plain`, `sse2` | what the crate was compiled for; on x86-64 that is SSE2, unless the compiler was told otherwise |
//! | `avx2` | AVX2 and FMA; without them in the processor as `plain` |
//! | `avx512` | AVX-512 (F, DQ, BW, VL) besides; without it in the processor as `avx2` |
//!
//! Any other word is ignored.

use super::register::{self, Primitive};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256d, __m512d, _mm_cvtsd_f64, _mm_scalef_sd, _mm_set_sd, _mm256_scalef_pd, _mm512_scalef_pd,
};
#[cfg(target_arch = "x86_64")]
use std::mem::transmute;
use std::sync::LazyLock;

/// An instruction set, as a type: what is generic over it is compiled for each one.
pub trait Isa: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Whether a · b + c is rounded once. Otherwise it is a product and a sum, each rounded.
    const FMA: bool;
    /// How many numbers a register holds.
    const REGISTER: usize;

    /// What a primitive makes of each number, in the registers of the set.
    fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L];

    /// x · 2ᵏ of integers k, rounded once, if the set has an instruction for it.
    #[inline(always)]
    fn scale<const L: usize>(_x: [f64; L], _k: [f64; L]) -> Option<[f64; L]> {
        None
    }

    /// Calls a closure that is compiled for this set, whether or not it is inlined into its caller.
    fn call<R>(f: impl FnOnce() -> R) -> R;

    /// Runs a body that is compiled for this set, whether or not it is inlined into its caller. A closure that is long would not be inlined where
    /// it is called, and compiled for the baseline.
    fn run<B: WithIsa>(body: B) -> B::Out;
}

/// The instructions that every processor of the target has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline;
impl Isa for Baseline {
    const FMA: bool = false;
    const REGISTER: usize = 2;
    #[inline(always)]
    fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L] {
        register::each::<P, f64, N, L>(x)
    }
    #[inline(always)]
    fn call<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
    #[inline(always)]
    fn run<B: WithIsa>(body: B) -> B::Out {
        body.run::<Self>()
    }
}

/// A set of x86-64, and the functions that run a body and call a closure compiled for it.
macro_rules! sets_of_x86 {
    ($($(#[$doc:meta])* $Set:ident, $run:ident, $with:ident, $features:literal, $register:literal, { $($more:item)* };)*) => { $(
        $(#[$doc])*
        ///
        /// Invariant: a body that is generic over [`Isa`] gets this set only on a processor that has it, since nothing outside of this file can
        /// name it, and nothing in it does but [`Chosen::run`].
        #[cfg(target_arch = "x86_64")]
        #[derive(Clone, Copy, Debug, PartialEq)]
        struct $Set;
        #[cfg(target_arch = "x86_64")]
        impl Isa for $Set {
            const FMA: bool = true;
            const REGISTER: usize = $register;
            #[inline(always)]
            fn call<R>(f: impl FnOnce() -> R) -> R {
                // SAFETY: the processor has these instructions, by the invariant of the set.
                unsafe { $with(f) }
            }
            #[inline(always)]
            fn run<B: WithIsa>(body: B) -> B::Out {
                // SAFETY: the processor has these instructions, by the invariant of the set.
                unsafe { $run(body) }
            }
            $($more)*
        }

        /// Runs a body compiled for the set: without a closure, which would not be inlined where it is long. Measured by
        /// `cargo bench --bench slices`.
        #[cfg(target_arch = "x86_64")]
        #[inline]
        #[target_feature(enable = $features)]
        fn $run<B: WithIsa>(body: B) -> B::Out {
            body.run::<$Set>()
        }

        /// Calls a closure that is compiled for the set. Measured by `cargo bench --bench slices`.
        #[cfg(target_arch = "x86_64")]
        #[inline]
        #[target_feature(enable = $features)]
        fn $with<R>(f: impl FnOnce() -> R) -> R {
            f()
        } )*
    };
}
sets_of_x86! {
    /// AVX2 and FMA.
    Avx2, run_avx2, with_avx2, "avx2,fma", 4, {
        #[inline(always)]
        fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L] {
            register::each::<P, __m256d, N, L>(x)
        }
    };
    /// AVX-512, and FMA.
    Avx512, run_avx512, with_avx512, "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl", 8, {
        #[inline(always)]
        fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L] {
            if L < 8 { register::each::<P, __m256d, N, L>(x) } else { register::each::<P, __m512d, N, L>(x) }
        }
        #[inline(always)]
        fn scale<const L: usize>(x: [f64; L], k: [f64; L]) -> Option<[f64; L]> {
            let mut results = x;
            let (results8, rest) = results.as_chunks_mut::<8>();
            for (result, k) in results8.iter_mut().zip(k.as_chunks::<8>().0) {
                // SAFETY: the processor has the instruction, by the invariant of the set, and lists of eight numbers are what its registers hold.
                *result = unsafe {
                    let [x, k] = transmute::<[[f64; 8]; 2], [__m512d; 2]>([*result, *k]);
                    transmute::<__m512d, [f64; 8]>(_mm512_scalef_pd(x, k))
                };
            }
            let (results4, rest) = rest.as_chunks_mut::<4>();
            for (result, k) in results4.iter_mut().zip(k[L / 8 * 8..].as_chunks::<4>().0) {
                // SAFETY: as above, of four numbers.
                *result = unsafe {
                    let [x, k] = transmute::<[[f64; 4]; 2], [__m256d; 2]>([*result, *k]);
                    transmute::<__m256d, [f64; 4]>(_mm256_scalef_pd(x, k))
                };
            }
            for (result, k) in rest.iter_mut().zip(&k[L / 4 * 4..]) {
                // SAFETY: as above, of one number.
                *result = unsafe { _mm_cvtsd_f64(_mm_scalef_sd(_mm_set_sd(*result), _mm_set_sd(*k))) };
            }
            Some(results)
        }
    };
}

/// A body of code for [`dispatch`]: a closure that is generic over the instruction set.
pub trait WithIsa {
    /// What the body returns.
    type Out;
    /// The body. It, and all on the way to the loops in it, must be `#[inline(always)]`: what is not inlined is compiled for the baseline.
    fn run<I: Isa>(self) -> Self::Out;
}

/// Runs a body compiled for the chosen instruction set.
#[inline]
pub fn dispatch<B: WithIsa>(body: B) -> B::Out {
    Chosen::get().run(body)
}

/// The name of the instruction set that kernels over lanes are run with on this machine: `avx512`, `avx2`, or `baseline` for what the crate was
/// compiled for.
///
/// It is the best one that the processor has, or what the environment variable `GPRIME_ISA` asks for: `plain` or `sse2` is the baseline, `avx2` is
/// AVX2 with FMA, and `avx512` AVX-512, if the processor has them. Another word is ignored.
pub fn instruction_set() -> &'static str {
    match Chosen::get().0 {
        Set::Baseline => "baseline",
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => "avx2",
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => "avx512",
    }
}

/// The instruction sets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// An instruction set to run code with.
///
/// Invariant: the processor has it. Only [`Chosen::all`] makes one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chosen(Set);

impl Chosen {
    /// The sets that the processor has, the best one last.
    pub(crate) fn all() -> Vec<Chosen> {
        let mut all = vec![Chosen(Set::Baseline)];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            all.push(Chosen(Set::Avx2));
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
            if avx512 && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vl") {
                all.push(Chosen(Set::Avx512));
            }
        }
        all
    }

    /// The set for a word of the user.
    fn by_word(word: Option<&str>) -> Chosen {
        let most = match word {
            Some("plain" | "sse2") => 1,
            Some("avx2") => 2,
            _ => usize::MAX,
        };
        let all = Chosen::all();
        all[most.min(all.len()) - 1]
    }

    /// The set that [`dispatch`] runs with.
    #[inline]
    fn get() -> Chosen {
        static CHOSEN: LazyLock<Chosen> =
            LazyLock::new(|| Chosen::by_word(std::env::var("GPRIME_ISA").ok().as_deref()));
        *CHOSEN
    }

    /// Runs a body compiled for this set.
    #[inline]
    pub(crate) fn run<B: WithIsa>(self, body: B) -> B::Out {
        match self.0 {
            Set::Baseline => Baseline::run(body),
            // the processor has these sets, by the invariant of `Chosen`
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => Avx2::run(body),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => Avx512::run(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many numbers a register of the set has that the body was compiled for.
    struct Register;
    impl WithIsa for Register {
        type Out = usize;
        #[inline(always)]
        fn run<I: Isa>(self) -> usize {
            // 2⁻⁶⁰ is what two roundings lose
            let x = std::hint::black_box(1.0 + 1.0 / (1u64 << 30) as f64);
            let [rest] = I::each::<register::MulAdd, 3, 1>([[x], [x], [-(x * x)]]);
            assert!(!I::FMA || rest != 0.0);
            assert_eq!(I::FMA, I::REGISTER > 2);
            I::REGISTER
        }
    }

    #[test]
    fn a_set_is_chosen_only_if_the_processor_has_it() {
        let all = Chosen::all();
        #[cfg(target_arch = "x86_64")]
        {
            assert_eq!(all.len() >= 2, is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"));
            assert!(all.len() < 3 || is_x86_feature_detected!("avx512f"));
        }
        let best = [2, 4, 8][all.len() - 1];
        for (word, register) in [
            (None, best),
            (Some("avx512"), best),
            (Some("avx2"), best.min(4)),
            (Some("neon"), best),
            (Some(""), best),
            (Some("plain"), 2),
            (Some("sse2"), 2),
        ] {
            assert_eq!(Chosen::by_word(word).run(Register), register, "{word:?}");
        }
    }

    #[test]
    fn every_set_runs_and_its_name_is_told() {
        for (set, register) in Chosen::all().into_iter().zip([2, 4, 8]) {
            assert_eq!(set.run(Register), register);
        }
        let names = [(2, "baseline"), (4, "avx2"), (8, "avx512")];
        assert!(names.contains(&(dispatch(Register), instruction_set())));
    }
}
