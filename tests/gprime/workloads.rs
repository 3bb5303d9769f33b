//! The workloads of the benchmarks: every way to their value and gradient gives the same numbers.

#[path = "../../benches/workloads/mod.rs"]
#[expect(dead_code, reason = "only the benchmark asks for names and numbers of operations")]
pub mod measured;

use crate::common::close;
use gprime::prelude::*;
use measured::*;

#[test]
fn chain() {
    agree(Chain { n: 1003 });
}

#[test]
fn sum() {
    agree(SumLoop { n: 1003 });
    agree(Sum { n: 1003 });
}

#[test]
fn rosenbrock() {
    agree(Rosenbrock { n: 1003 });
}

#[test]
fn network() {
    agree(Network::large());
    Network::small().into_iter().for_each(agree);
}

#[test]
fn recurrence() {
    agree(Recurrence::new(2000));
}

#[test]
fn gaussians() {
    agree(Gaussians { n: 1003 });
}

#[test]
fn lstm() {
    agree(Lstm::new(2, 100));
}

#[test]
fn black_scholes() {
    BlackScholes::all().into_iter().for_each(agree);
}

#[test]
fn wide() {
    agree(Wide { n: 13 });
}

/// Relative and absolute; R1b subtracts numbers of this size, and what C's erf rounds differently is left of small ones.
const ROUNDING: [f64; 2] = [1e-12, 1e-13];

fn agree<W: Workload>(mut workload: W) {
    let x = workload.point();
    let plain = workload.plain(&x);
    let mut hand = vec![0.0; x.len()];
    close(&[workload.hand(&x, &mut hand)], &[plain], ROUNDING);

    let mut by_tape = vec![0.0; x.len()];
    close(&[value_and_gradient(|x| workload.program(x), &x, &mut by_tape)], &[plain], ROUNDING);

    let mut by_scalars = vec![0.0; x.len()];
    close(&[value_and_gradient(|x| workload.scalars(x), &x, &mut by_scalars)], &[plain], ROUNDING);
    close(&by_scalars, &hand, ROUNDING);

    let tape = Recorder::new();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = workload.program(&inputs);
    let recording = y.backward();
    close(&[y.value()], &[plain], ROUNDING);

    close(&by_tape, &hand, ROUNDING);
    close(&inputs.iter().map(|&x| recording[x]).collect::<Vec<_>>(), &hand, ROUNDING);
}
