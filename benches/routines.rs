//! Derivatives of routines: Jacobians of many shapes, by hand, in reverse and as chosen, and second derivatives in gradients.
//!
//! `cargo bench --bench routines`. All ways to one thing take turns; a time is the median over the rounds.

use gprime::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Results that each depend on three inputs, as residuals do.
struct Sparse(usize);
impl Routine for Sparse {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        let at = |i: usize| x[i % x.len()];
        (0..self.0).map(|i| (at(i) * (i as f64 * 0.001)).exp() * at(i + 1) - (at(i + 2) * at(i)).sin()).collect()
    }
}

/// Results that each depend on all inputs, as those of a layer do.
struct Dense(usize);
impl Routine for Dense {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        let row = |i: usize| x.iter().enumerate().map(|(j, &x)| x * (1.0 / (1.0 + (i + j) as f64))).sum::<R>();
        (0..self.0).map(|i| row(i).tanh()).collect()
    }
}

/// A long program whose results hang on its end, as a simulation's do.
struct Long(usize);
impl Routine for Long {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        let (mut a, mut b) = (R::from(0.5), R::from(0.1));
        for i in 0..300 {
            let p = x[i % x.len()];
            (a, b) = (a + b * 0.1, b - (p * a).sin() * 0.1);
        }
        (0..self.0).map(|i| a * (i as f64) + b).collect()
    }
}

/// One number of a chain of many.
struct Chain;
impl Routine for Chain {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum()
    }
}

/// One number of a small network.
struct Network;
impl Routine for Network {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        let inputs = [0.3, -0.7, 1.1, 0.4].map(R::from);
        let width = x.len() / 5;
        let hidden: Vec<R> = (0..width).map(|k| R::dot(&x[4 * k..4 * k + 4], &inputs).tanh()).collect();
        hidden.dot(&x[4 * width..5 * width]).square()
    }
}

/// The median time of each way over rounds in which they take turns, in microseconds.
fn measure<const K: usize>(mut ways: [&mut dyn FnMut(); K]) -> [f64; K] {
    let time = |way: &mut dyn FnMut(), calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| way());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
    };
    let calls = ways.each_mut().map(|way| (500.0 / time(way, 2).max(0.05)).ceil() as u32);
    let mut rounds: Vec<[f64; K]> = vec![];
    for _ in 0..if std::env::args().any(|arg| arg == "--bench") { 200 } else { 1 } {
        rounds.push(std::array::from_fn(|k| time(ways[k], calls[k])));
    }
    std::array::from_fn(|k| {
        let mut times: Vec<f64> = rounds.iter().map(|round| round[k]).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

/// The loop over directions that a user would write.
fn by_hand<P: Routine<Out = Vec<()>>, const W: usize>(f: &P, x: &[f64], rows: &mut [f64]) {
    let n = x.len();
    let mut point: Vec<Tangents<f64, W, Ieee>> = x.iter().map(|&x| Tangents::constant(x)).collect();
    for start in (0..n).step_by(W) {
        let width = W.min(n - start);
        (0..width).for_each(|k| point[start + k] = Tangents::variable(x[start + k], k));
        for (row, y) in rows.chunks_exact_mut(n).zip(f.run(&point)) {
            row[start..start + width].copy_from_slice(&y.tangents()[..width]);
        }
        (0..width).for_each(|k| point[start + k] = Tangents::constant(x[start + k]));
    }
}

fn shapes<P: Routine<Out = Vec<()>>>(name: &str, make: impl Fn(usize) -> P) {
    for (m, n) in [
        (500, 10),
        (10, 500),
        (50, 50),
        (3, 3),
        (1, 4),
        (1, 12),
        (1, 100),
        (20, 1),
        (8, 16),
        (8, 32),
        (16, 48),
        (200, 100),
    ] {
        let (f, x) = (make(m), (0..n).map(|i| (i as f64 * 0.7).sin()).collect::<Vec<_>>());
        let mut rows = [(); 4].map(|()| vec![0.0; m * n]);
        let [by_8, by_16, chosen, reversed] = &mut rows;
        let mut y = vec![0.0; m];
        let [plain, hand8, hand16, chosen, reverse] = measure([
            &mut || drop(black_box(f.run(black_box(&x)))),
            &mut || by_hand::<P, 8>(&f, black_box(&x), by_8),
            &mut || by_hand::<P, 16>(&f, black_box(&x), by_16),
            &mut || f.jacobian_into(black_box(&x), &mut y, chosen).unwrap(),
            &mut || *reversed = jacobian(|x| f.run(x), black_box(&x)).concat(),
        ]);
        println!(
            "{name:8} {m:4} x {n:4}  plain {plain:8.2} µs  forwards by 8 {hand8:9.2}, by 16 {hand16:9.2}  reverse {reverse:9.2}  chosen {chosen:9.2} = {:.2} of the best",
            chosen / hand8.min(hand16).min(reverse)
        );
    }
}

fn second_order(name: &str, f: &impl Routine<Out = ()>, n: usize) {
    let x: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
    let u: Vec<f64> = (0..n).map(|i| (i as f64 * 0.3).cos()).collect();
    let mut g = vec![0.0; n];
    let [plain, gradient, hvp, hessian, free] = measure([
        &mut || {
            black_box(f.run(black_box(&x)));
        },
        &mut || {
            black_box(f.value_and_gradient(black_box(&x), &mut g));
        },
        &mut || drop(black_box(f.hvp(black_box(&x), &u))),
        &mut || drop(black_box(f.hessian(black_box(&x)))),
        &mut || drop(black_box(hessian(|x| f.run(x), black_box(&x)))),
    ]);
    println!(
        "{name:8} n = {n:4}  plain {plain:7.2} µs  gradient {gradient:7.2} µs  hvp {:5.2} gradients  hessian {:6.2} a row, of a closure {:5.2}",
        hvp / gradient,
        hessian / gradient / n as f64,
        free / gradient / n as f64
    );
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let asked = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    if asked("second") {
        for n in [4, 20, 100] {
            second_order("chain", &Chain, n);
            second_order("network", &Network, n);
        }
    }
    if asked("sparse") {
        shapes("sparse", Sparse);
    }
    if asked("dense") {
        shapes("dense", Dense);
    }
    if asked("long") {
        shapes("long", Long);
    }
}
