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
//!
//! Any other word is ignored.

use super::register::{self, Primitive};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::__m256d;
use std::sync::LazyLock;

/// An instruction set, as a type: what is generic over it is compiled for each one.
pub trait Isa: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Whether a · b + c is rounded once. Otherwise it is a product and a sum, each rounded.
    const FMA: bool;

    /// What a primitive makes of each number, in the registers of the set.
    fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L];

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

/// AVX2 and FMA.
///
/// Invariant: a body that is generic over [`Isa`] gets this set only on a processor that has it, since nothing outside of this file can name it,
/// and nothing in it does but [`Chosen::run`].
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Avx2;
#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    const FMA: bool = true;
    #[inline(always)]
    fn each<P: Primitive<N>, const N: usize, const L: usize>(x: [[f64; L]; N]) -> [f64; L] {
        register::each::<P, __m256d, N, L>(x)
    }
    #[inline(always)]
    fn call<R>(f: impl FnOnce() -> R) -> R {
        // SAFETY: the processor has these instructions, by the invariant of `Avx2`.
        unsafe { with_avx2(f) }
    }
    #[inline(always)]
    fn run<B: WithIsa>(body: B) -> B::Out {
        // SAFETY: the processor has these instructions, by the invariant of `Avx2`.
        unsafe { run_avx2(body) }
    }
}

/// Runs a body that is compiled for AVX2 and FMA: without a closure, which would not be inlined where it is long. Measured by `cargo bench --bench slices`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<B: WithIsa>(body: B) -> B::Out {
    body.run::<Avx2>()
}

/// Calls a closure that is compiled for AVX2 and FMA. Measured by `cargo bench --bench slices`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
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

/// The name of the instruction set that kernels over lanes are run with on this machine: `avx2`, or `baseline` for what the crate was compiled for.
///
/// It is the best one that the processor has, or what the environment variable `GPRIME_ISA` asks for: `plain` or `sse2` is the baseline, `avx2` is
/// AVX2 with FMA if the processor has them. Another word is ignored.
pub fn instruction_set() -> &'static str {
    match Chosen::get().0 {
        Set::Baseline => "baseline",
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => "avx2",
    }
}

/// The instruction sets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
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
        }
        all
    }

    /// The set for a word of the user.
    fn by_word(word: Option<&str>) -> Chosen {
        match word {
            Some("plain" | "sse2") => Chosen(Set::Baseline),
            _ => *Chosen::all().last().expect("there is always the baseline"),
        }
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
            // the processor has this set, by the invariant of `Chosen`
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => Avx2::run(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the body was compiled for a set with FMA.
    struct Fma;
    impl WithIsa for Fma {
        type Out = bool;
        #[inline(always)]
        fn run<I: Isa>(self) -> bool {
            // 2⁻⁶⁰ is what two roundings lose
            let x = std::hint::black_box(1.0 + 1.0 / (1u64 << 30) as f64);
            let [rest] = I::each::<register::MulAdd, 3, 1>([[x], [x], [-(x * x)]]);
            assert!(rest != 0.0 || !I::FMA);
            I::FMA
        }
    }

    #[test]
    fn a_set_is_chosen_only_if_the_processor_has_it() {
        let has_avx2 = Chosen::all().len() == 2;
        #[cfg(target_arch = "x86_64")]
        assert_eq!(has_avx2, is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"));
        for (word, fma) in [
            (None, has_avx2),
            (Some("avx2"), has_avx2),
            (Some("avx512"), has_avx2),
            (Some(""), has_avx2),
            (Some("plain"), false),
            (Some("sse2"), false),
        ] {
            assert_eq!(Chosen::by_word(word).run(Fma), fma, "{word:?}");
        }
    }

    #[test]
    fn every_set_runs_and_its_name_is_told() {
        for set in Chosen::all() {
            assert_eq!(set.run(Fma), set != Chosen(Set::Baseline));
        }
        assert_eq!(dispatch(Fma), instruction_set() == "avx2");
    }
}
