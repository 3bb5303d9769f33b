//! Ops over slices of 10⁶ elements: values, then the pull-back, in ns an element for both passes together; one number at a time, and over lanes.
//!
//! `cargo bench --bench slices`, with the names of ops to measure those alone. `GPRIME_ISA=plain` measures the baseline. The rounds of one way
//! follow each other, as those of the peers do, so that its slices alone are in the caches; a time is the median over the rounds.
//! `benches/peers/slices.py` measures JAX and PyTorch.

use gprime::op::{Digamma, Element, Erf, Exp, Gelu, GeluTanh, Lgamma, Ln, Relu, Sigmoid, Silu, Sin, Softplus, Tanh};
use gprime::prelude::*;
use gprime::real::instruction_set;
use std::hint::black_box;
use std::time::Instant;

/// How many elements the slices have.
const N: usize = 1_000_000;

/// A slice of numbers, the arguments spread over the middle of the activations.
fn numbers<T: Element>(from: f64, to: f64, number: impl Fn(f64) -> T) -> Vec<T> {
    (0..N).map(|i| number(from + (to - from) * (i as f64 * 0.618_033_988_749_894_9).fract())).collect()
}

/// The median time of a way over rounds, in ns an element.
fn measure(mut way: impl FnMut()) -> f64 {
    let rounds = if std::env::args().any(|arg| arg == "--bench") { 41 } else { 1 };
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            way();
            start.elapsed().as_secs_f64() * 1e9 / N as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

/// Measures one op on elements of type `f64` and `f32`.
fn op<O: Op<1>>(op: &O, from: f64, to: f64) {
    let only: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if !only.is_empty() && !only.iter().any(|only| only == O::NAME) {
        return;
    }
    let (x, gy) = (numbers(from, to, |x| x), numbers(-1.0, 1.0, |x| x));
    let (x32, gy32) = (numbers(from, to, |x| x as f32), numbers(-1.0, 1.0, |x| x as f32));
    let (mut y, mut gx, mut y32, mut gx32) = (vec![0.0; N], vec![0.0; N], vec![0.0; N], vec![0.0; N]);
    let one_by_one = measure(|| {
        for (y, &x) in y.iter_mut().zip(black_box(&x)) {
            *y = x.apply(op);
        }
        for ((gx, &gy), &x) in gx.iter_mut().zip(black_box(&gy)).zip(black_box(&x)) {
            *gx = gy.mul_strong_zero(f64::call_and_slope(op, [x]).1[0]);
        }
    });
    let map = measure(|| op.map(black_box(&x), black_box(&mut y)));
    let both = map + measure(|| op.map_slope(black_box(&x), black_box(&gy), black_box(&mut gx)));
    let map32 = measure(|| op.map(black_box(&x32), black_box(&mut y32)));
    let both32 = map32 + measure(|| op.map_slope(black_box(&x32), black_box(&gy32), black_box(&mut gx32)));
    println!("{:10} {one_by_one:14.2} {map:12.2} {both:10.2} {both32:10.2}", O::NAME);
}

fn main() {
    println!("ns an element on {}:", instruction_set());
    println!("{:10} {:>14} {:>12} {:>10} {:>10}", "op", "one by one", "values f64", "both f64", "both f32");
    op(&Sigmoid, -6.0, 6.0);
    op(&Tanh, -4.0, 4.0);
    op(&Softplus::default(), -6.0, 6.0);
    op(&Gelu, -4.0, 4.0);
    op(&GeluTanh, -4.0, 4.0);
    op(&Silu, -6.0, 6.0);
    op(&Relu, -4.0, 4.0);
    op(&Exp, -6.0, 6.0);
    op(&Ln, 0.1, 10.0);
    op(&Sin, -6.0, 6.0);
    op(&Erf, -4.0, 4.0);
    op(&Lgamma, 0.1, 40.0);
    op(&Digamma, 0.1, 40.0);
}
