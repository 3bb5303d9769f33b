//! Memory that is needed soon.

/// How many bytes come from memory together.
const LINE: usize = 64;

/// Asks for a list, which is needed soon: the processor foresees who goes through memory upwards, and the sweep goes down. It is a hint,
/// and changes nothing but the time.
#[inline(always)]
pub(super) fn prefetch<T>(list: &[T]) {
    for part in list.chunks(LINE / size_of::<T>().clamp(1, LINE)) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: every x86-64 has SSE, and a hint reads nothing, wherever it points to.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(part.as_ptr().cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = part;
    }
}
