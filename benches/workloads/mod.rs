//! What the tapes are measured by: each workload as one generic program, as plain `f64` code, and with its gradient
//! written by hand. `tests/workloads.rs` holds the gradients equal.

use gprime::prelude::*;

mod black_scholes;
mod chain;
mod gaussians;
mod lstm;
mod network;
mod recurrence;
mod rosenbrock;
mod sum;
mod wide;

pub use black_scholes::BlackScholes;
pub use chain::Chain;
pub use gaussians::Gaussians;
pub use lstm::Lstm;
pub use network::Network;
pub use recurrence::Recurrence;
pub use rosenbrock::Rosenbrock;
pub use sum::{Sum, SumLoop};
pub use wide::Wide;

/// One function at one point. What is measured at several points in turn is a list of workloads.
pub trait Workload: Clone {
    fn name(&self) -> &'static str;

    /// The number of elementary operations of the formula, whatever a tape makes of them.
    fn ops(&self) -> usize;

    /// Where it is evaluated.
    fn point(&self) -> Vec<f64>;

    /// What a user writes.
    fn program<R: Number>(&self, x: &[R]) -> R;

    /// The same line by line, as someone writes who knows numbers and loops and no calls.
    fn scalars<R: Number>(&self, x: &[R]) -> R {
        self.program(x)
    }

    /// What someone writes who needs no gradient: the standard library's functions, and no crate.
    fn plain(&self, x: &[f64]) -> f64;

    /// The value and the gradient, as fast as one would care to write them by hand.
    fn hand(&mut self, x: &[f64], g: &mut [f64]) -> f64;
}

/// Numbers in [0, 1), the same on every machine and in every language; each stream has its own.
fn unit(stream: u64, n: usize) -> impl Iterator<Item = f64> {
    (0..n as u64).map(move |k| {
        let z = (stream * 1_000_003 + k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// The same in [−1, 1).
fn uniform(stream: u64, n: usize) -> impl Iterator<Item = f64> {
    unit(stream, n).map(|u| 2.0 * u - 1.0)
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}
