//! What the tapes are measured by: each workload as one generic program, as plain `f64` code, and with its gradient
//! written by hand. `tests/workloads.rs` holds the gradients equal.

use gprime::prelude::*;

mod chain;
mod recurrence;
mod rosenbrock;
mod sum;

pub use chain::Chain;
pub use recurrence::Recurrence;
pub use rosenbrock::Rosenbrock;
pub use sum::{Sum, SumLoop};

pub trait Workload: Clone {
    const NAME: &'static str;

    /// The number of elementary operations of the formula, whatever a tape makes of them.
    fn ops(&self) -> usize;

    /// Where it is evaluated.
    fn point(&self) -> Vec<f64>;

    /// What a user writes.
    fn program<R: Apply + PartialOrd>(&self, x: &[R]) -> R;

    /// What someone writes who needs no gradient: the standard library's functions, and no crate.
    fn plain(&self, x: &[f64]) -> f64;

    /// The value and the gradient, as fast as one would care to write them by hand.
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64;
}

/// Numbers in [−1, 1), the same on every machine and in every language; each stream has its own.
fn uniform(stream: u64, n: usize) -> impl Iterator<Item = f64> {
    (0..n as u64).map(move |k| {
        let z = (stream * 1_000_003 + k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let u = ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        2.0 * u - 1.0
    })
}
