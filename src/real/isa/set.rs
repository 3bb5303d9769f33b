//! The instruction sets as types.

/// An instruction set: what is generic over it is compiled for each one.
pub trait Set: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Whether a · b + c is rounded once. Otherwise it is a product and a sum, each rounded.
    const FMA: bool;

    /// Calls a closure that is compiled for this set, whether or not it is inlined into its caller.
    fn call<T>(f: impl FnOnce() -> T) -> T;
}

/// The instructions that every processor of the target has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline;
impl Set for Baseline {
    const FMA: bool = false;
    #[inline(always)]
    fn call<T>(f: impl FnOnce() -> T) -> T {
        f()
    }
}

/// AVX2 and FMA.
///
/// Invariant: a body that is generic over sets gets this one only on a processor that has it, since nothing outside of this folder can name it, and
/// nothing in it chooses it but [`Chosen::run`](super::Chosen::run).
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Avx2;
#[cfg(target_arch = "x86_64")]
impl Set for Avx2 {
    const FMA: bool = true;
    #[inline(always)]
    fn call<T>(f: impl FnOnce() -> T) -> T {
        // SAFETY: the processor has these instructions, by the invariant of `Avx2`.
        unsafe { with_avx2(f) }
    }
}

/// Calls a closure that is compiled for AVX2 and FMA. Measured by `cargo bench --bench slices`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<T>(f: impl FnOnce() -> T) -> T {
    f()
}
