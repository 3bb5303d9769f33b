//! Gradients at many points in one call: ns a point of a compiled program's batch, beside the gradient that is written by hand.
//!
//! `cargo bench --bench batches`. `benches/peers/batches.py` measures JAX.

use gprime::prelude::*;
use gprime::{Program, real::instruction_set};
use std::hint::black_box;
use std::time::Instant;
use workloads::{BlackScholes, Network, Workload};

#[allow(dead_code, unused_imports)] // the other workloads
mod workloads;

/// A workload as a routine.
struct Compiled<'a, W>(&'a W);
impl<W: Workload> Routine for Compiled<'_, W> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        self.0.program(x)
    }
}

/// Measures the program of the first workload at the points of all, in turn, so many times.
fn batch<W: Workload>(turns: &[W], count: usize) {
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    let (count, rounds) = if is_bench { (count, 21) } else { (10, 1) };
    let program = Program::trace(&Compiled(&turns[0]), &turns[0].point()).expect("it is small enough");
    let len = turns[0].point().len();
    let points: Vec<f64> = (0..count).flat_map(|k| turns[k % turns.len()].point()).collect();
    let (mut values, mut gradients) = (vec![0.0; count], vec![0.0; len * count]);
    let mut hand = turns[0].clone();
    let mut times = [vec![], vec![], vec![]];
    for _ in 0..rounds {
        // all write the same lists
        let (values, gradients) = (black_box(&mut values), black_box(&mut gradients));
        let start = Instant::now();
        for (k, (x, g)) in points.chunks_exact(len).zip(gradients.chunks_exact_mut(len)).enumerate() {
            values[k] = hand.hand(black_box(x), g);
        }
        let hand_done = Instant::now();
        for (k, (x, g)) in points.chunks_exact(len).zip(gradients.chunks_exact_mut(len)).enumerate() {
            values[k] = program.value_and_gradient(black_box(x), g).expect("there are no branches");
        }
        let one_done = Instant::now();
        program.value_and_gradient_batch(black_box(&points), values, gradients).expect("there are no branches");
        let ends = [hand_done - start, one_done - hand_done, one_done.elapsed()];
        times.iter_mut().zip(ends).for_each(|(times, end)| times.push(end.as_secs_f64() * 1e9 / count as f64));
    }
    let [hand, one, batch] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    println!(
        "{:5} {count:7} points   hand {hand:8.1}   one by one {one:8.1} ({:.2})   batch {batch:8.1} ({:.2}), {} side by side",
        turns[0].name(),
        one / hand,
        batch / hand,
        program.gradient_program().expect("it was just run").width()
    );
}

fn main() {
    println!("ns a point, medians; in brackets times the hand-written gradient; {}", instruction_set());
    batch(&Network::small(), 1000);
    batch(&BlackScholes::all(), 100_000);
}
