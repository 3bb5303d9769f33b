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

use std::sync::LazyLock;

mod register;
mod set;
#[cfg(target_arch = "x86_64")]
use set::Avx2;

use register::Pair;
pub use register::{Alone, MOST_LANES, Register};
pub use set::{Baseline, Set};

/// An instruction set with its registers, and code that is compiled for it.
pub trait Isa: Set {
    /// The widest register.
    type Register: Register<Set = Self>;
    /// As many registers as have sixteen numbers.
    type Sixteen: Register<Set = Self>;

    /// Runs a body that is compiled for this set, whether or not it is inlined into its caller. A closure that is long would not be inlined where
    /// it is called, and compiled for the baseline.
    fn run<B: WithIsa>(body: B) -> B::Out;
}

impl Isa for Baseline {
    type Register = register::OfBaseline;
    type Sixteen = Pair<Pair<Pair<Self::Register>>>;
    #[inline(always)]
    fn run<B: WithIsa>(body: B) -> B::Out {
        run_baseline(body)
    }
}

/// Runs a body that is compiled for the baseline: one copy of it, since a copy at each place that it is run from takes minutes to compile.
#[inline(never)]
fn run_baseline<B: WithIsa>(body: B) -> B::Out {
    body.run::<Baseline>()
}

#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    type Register = std::arch::x86_64::__m256d;
    type Sixteen = Pair<Pair<Self::Register>>;
    #[inline(always)]
    fn run<B: WithIsa>(body: B) -> B::Out {
        // SAFETY: the processor has these instructions, by the invariant of `Avx2`.
        unsafe { run_avx2(body) }
    }
}

/// Runs a body that is compiled for AVX2 and FMA. Measured by `cargo bench --bench slices`.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<B: WithIsa>(body: B) -> B::Out {
    body.run::<Avx2>()
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
        Name::Baseline => "baseline",
        #[cfg(target_arch = "x86_64")]
        Name::Avx2 => "avx2",
    }
}

/// The instruction sets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Name {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

/// An instruction set to run code with.
///
/// Invariant: the processor has it. Only [`Chosen::all`] makes one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chosen(Name);

impl Chosen {
    /// The sets that the processor has, the best one last.
    pub(crate) fn all() -> Vec<Chosen> {
        #[allow(unused_mut)] // where there is no other one
        let mut all = vec![Chosen(Name::Baseline)];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            all.push(Chosen(Name::Avx2));
        }
        all
    }

    /// The set for a word of the user.
    fn by_word(word: Option<&str>) -> Chosen {
        match word {
            Some("plain" | "sse2") => Chosen(Name::Baseline),
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
            Name::Baseline => run_baseline(body),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has these instructions, by the invariant of `Chosen`.
            Name::Avx2 => unsafe { run_avx2(body) },
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
            let x = Alone::<I>::splat(std::hint::black_box(1.0 + 1.0 / (1u64 << 30) as f64));
            let rest = x.mul_add(x, x.mul(x).neg());
            assert_eq!(rest.any_all().0, I::FMA);
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
            assert_eq!(set.run(Fma), set != Chosen(Name::Baseline));
        }
        assert_eq!(dispatch(Fma), instruction_set() == "avx2");
    }
}
