//! The workloads of the benchmarks: every way to their value and gradient gives the same numbers.

#[path = "../../benches/workloads/mod.rs"]
#[expect(dead_code, reason = "only the benchmark asks for names and numbers of operations")]
mod measured;

use approx::assert_relative_eq;
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

fn agree<W: Workload>(mut workload: W) {
    let x = workload.point();
    let plain = workload.plain(&x);
    let mut hand = vec![0.0; x.len()];
    close(workload.hand(&x, &mut hand), plain);

    let mut lean = vec![0.0; x.len()];
    close(value_and_gradient(|x| workload.program(x), &x, &mut lean), plain);

    let tape = Tape::new();
    let inputs: Vec<Var<'_>> = x.iter().map(|&x| tape.var(x)).collect();
    let y = workload.program(&inputs);
    let recording = y.backward();
    close(y.value(), plain);

    for i in 0..x.len() {
        close(lean[i], hand[i]);
        close(recording[inputs[i]], hand[i]);
    }
}

// R1b subtracts numbers of this size; what C's erf rounds differently is left of small ones
#[track_caller]
fn close(a: f64, b: f64) {
    assert_relative_eq!(a, b, epsilon = 1e-13, max_relative = 1e-12);
}
