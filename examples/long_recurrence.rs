//! The gradient of a recurrence with more steps than a tape could hold: `cargo run --release --example long_recurrence -- 100000000`.
//!
//! Without an argument it runs 10⁶ steps, and compares with the gradient that keeps all of them.

use gprime::prelude::*;
use std::time::Instant;

/// x ← σ(a x + b tanh(c x)) + 0.01 relu(x − d), and the sum of all x.
fn step<R: Apply>(_: usize, [x, sum]: [R; 2], p: &[R]) -> [R; 2] {
    let [a, b, c, d] = [p[0], p[1], p[2], p[3]];
    let next = (a * x + b * Real::tanh(c * x)).sigmoid() + (x - d).relu() * 0.01;
    [next, sum + next]
}

/// The mean of all x. The last alone would depend on nothing more than a thousand steps back.
fn mean<R: Apply>(steps: usize, p: &[R], keep_all: bool) -> R {
    let start = [R::from(0.1), R::from(0.0)];
    let [_, sum] = if keep_all {
        (0..steps).fold(start, |state, i| step(i, state, p))
    } else {
        R::checkpoint(steps, start, p, step)
    };
    sum / steps as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const COMPARED: usize = 1_000_000;
    let steps = match std::env::args().nth(1) {
        Some(steps) => steps.parse().map_err(|_| format!("{steps} is no number of steps"))?,
        None => COMPARED,
    };
    if steps == 0 {
        return Err("there is no mean of no steps".into());
    }
    let p = [5.0, -12.0, 1.2, 0.4];
    let gradient = |keep_all| {
        let start = Instant::now();
        let mut g = [0.0; 4];
        let value = value_and_gradient(|p| mean(steps, p, keep_all), &p, &mut g);
        println!("{} steps, {}", steps, if keep_all { "all kept" } else { "a few kept" });
        println!("  mean {value}, gradient {g:?}");
        println!("  {:.2} s, at most {} so far", start.elapsed().as_secs_f64(), memory());
        g
    };
    let few = gradient(false);
    if steps <= COMPARED {
        let all = gradient(true);
        let worst = few.iter().zip(&all).map(|(few, all)| (few - all).abs() / all.abs()).fold(0.0, f64::max);
        println!("they differ by {worst:.1e} at most");
    }
    Ok(())
}

/// The most memory that this process has had, where Linux tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("an unknown amount of memory".into(), |memory| memory.trim().to_string())
}
