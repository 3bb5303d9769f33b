//! Sparse patterns of some hundred thousand rows: how many colours, how long the colourings and the plans take, how long a recovery, and how many digits
//! substitution loses. Before that the Hessian of a compiled program, the chained Rosenbrock function: how long it takes to compile, and to run.
//!
//! `cargo bench --bench sparse`

use gprime::prelude::*;
use gprime::program::sparse::{Compression, Pattern};
use gprime::{Error, Program};
use std::hint::black_box;
use std::time::Instant;

/// The pattern with these edges in both directions, and the whole diagonal.
fn graph(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Pattern {
    let both = edges.into_iter().flat_map(|(i, j)| [(i, j), (j, i)]);
    Pattern::from_entries(n, n, both.chain((0..n).map(|i| (i, i)))).expect("the indices are below n")
}

/// The points of a box of these sides, each coupled with its neighbours at these steps.
fn grid(sides: [usize; 3], steps: &[[isize; 3]]) -> Pattern {
    let [a, b, c] = sides;
    let points = (0..a).flat_map(|i| (0..b).flat_map(move |j| (0..c).map(move |k| [i, j, k])));
    let number = |[i, j, k]: [usize; 3]| (i * b + j) * c + k;
    let edges = points.flat_map(|from| {
        steps.iter().filter_map(move |step| {
            let mut to = from;
            for axis in 0..3 {
                to[axis] = from[axis].checked_add_signed(step[axis]).filter(|&at| at < sides[axis])?;
            }
            Some((number(from), number(to)))
        })
    });
    graph(a * b * c, edges)
}

fn band(n: usize, width: usize) -> Pattern {
    graph(n, (0..n).flat_map(|i| (i + 1..n.min(i + width + 1)).map(move |j| (i, j))))
}

/// Global parameters that are coupled with all others, and not with each other.
fn hubs(n: usize, hubs: usize, others: usize) -> Pattern {
    let spokes = (0..hubs).flat_map(|i| (hubs..n).map(move |j| (i, j)));
    graph(n, spokes.chain((hubs..n - others).flat_map(|i| (1..=others).map(move |step| (i, i + step)))))
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        let mut bits = 0;
        for _ in 0..2 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            bits = bits << 32 | self.0 >> 32;
        }
        bits
    }

    /// In [0, 1).
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn random(n: usize, edges: usize) -> Pattern {
    let mut random = Random(1);
    let mut vertex = move || random.next() as usize % n;
    graph(n, (0..edges).map(|_| (vertex(), vertex())))
}

fn timed<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let made = call();
    (made, start.elapsed().as_secs_f64() * 1e3)
}

/// The largest error of a recovered value in terms of the value, where the values have magnitudes of so many decades.
fn error(pattern: &Pattern, compression: &Compression, decades: f64) -> f64 {
    let mut random = Random(7);
    let mut values = vec![0.0; pattern.len()];
    for (i, j) in pattern.entries().filter(|(i, j)| i <= j) {
        let value = (1.0 + random.uniform()) * 10_f64.powf(decades * (random.uniform() - 0.5));
        for position in [pattern.position(i, j), pattern.position(j, i)].into_iter().flatten() {
            values[position] = value;
        }
    }
    let mut color_of = vec![None; pattern.columns()];
    for color in 0..compression.colors() {
        compression.seeds(color).for_each(|j| color_of[j] = Some(color));
    }
    let mut products = vec![0.0; compression.len()];
    for ((i, j), value) in pattern.entries().zip(&values) {
        if let Some(color) = color_of[j] {
            products[i * compression.colors() + color] += value;
        }
    }
    let mut found = vec![0.0; pattern.len()];
    compression.recover(&products, &mut found);
    found.iter().zip(&values).map(|(found, value)| ((found - value) / value).abs()).fold(0.0, f64::max)
}

/// The median of the times of many runs, in milliseconds.
fn median(runs: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs).map(|_| timed(&mut run).1).collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²: the Hessian as one run of a compiled program.
fn chain(n: usize, bench: bool) -> Result<(), Error> {
    let chain = routine!(|x| {
        x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum::<R>()
    });
    let x: Vec<f64> = (0..n).map(|k| 1.0 / (k + 1) as f64).collect();
    let (program, recording) = timed(|| Program::trace(&chain, &x));
    let program = program?;
    let (made, gradient) = timed(|| program.gradient_program());
    made?;
    let (found, pattern) = timed(|| program.hessian_pattern());
    let mut values = vec![0.0; found?.len()];
    let (made, hessian) = timed(|| program.sparse_hessian_program());
    let counts = made?.counts();
    program.sparse_hessian(&x, &mut values)?;
    let runs = if bench { (10_000_000 / n).clamp(101, 10_001) } else { 1 };
    let mut ran = Ok(());
    let time = median(runs, || ran = ran.clone().and(program.sparse_hessian(black_box(&x), black_box(&mut values))));
    ran?;
    println!(
        "chain of {n:6}: recording {recording:8.2} ms, gradient {gradient:8.2} ms, pattern {pattern:6.2} ms, Hessian {hessian:8.2} ms, \
         {} loops | a run {time:8.4} ms, {:5.2} ns a row",
        counts.loops,
        time * 1e6 / n as f64
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    let bench = std::env::args().any(|arg| arg == "--bench");
    for n in if bench { vec![10, 100, 1000, 3000, 100_000] } else { vec![10] } {
        chain(n, bench)?;
    }
    let scale = if bench { 1 } else { 100 };
    let n: usize = 100_000 / scale;
    let side = n.isqrt();
    let edge = (1..).find(|k| k * k * k >= n).unwrap_or(1);
    let (five, seven) = ([[0, 0, 1], [0, 1, 0]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]]);
    let nine = [[0, 0, 1], [0, 1, -1], [0, 1, 0], [0, 1, 1]];
    let patterns = [
        ("tridiagonal", band(n, 1)),
        ("band of 11", band(n, 5)),
        ("band of 41", band(n, 20)),
        ("grid, 5 points", grid([1, side, side], &five)),
        ("grid, 9 points", grid([1, side, side], &nine)),
        ("box, 7 points", grid([edge; 3], &seven)),
        ("arrow", hubs(n, 1, 0)),
        ("2 hubs", hubs(n, 2, 0)),
        ("10 hubs, path", hubs(n, 10, 1)),
        ("100 hubs", hubs(n / 10, 100, 0)),
        ("random, 2 a row", random(n, n)),
        ("random, 6 a row", random(n, 3 * n)),
        ("random, 20 a row", random(n / 4, 10 * n / 4)),
        ("full", Pattern::full(1000 / scale, 1000 / scale)?),
    ];
    println!(
        "                    rows  entries | kind    colours  colouring       plan   recovery  error, 0, 4 and 8 decades"
    );
    for (name, pattern) in &patterns {
        let mut start = format!("{name:16} {:7} {:8}", pattern.rows(), pattern.len());
        for kind in ["columns", "star", "acyclic"] {
            let (coloring, coloring_time) = timed(|| match kind {
                "columns" => Ok(pattern.column_coloring()),
                "star" => pattern.star_coloring(),
                _ => pattern.acyclic_coloring(),
            });
            let coloring = coloring?;
            let count = coloring.count();
            if count * pattern.rows() > 100_000_000 {
                println!("{start} | {kind:8} {count:6} {coloring_time:7.1} ms");
                continue;
            }
            let (compression, plan_time) = timed(|| match kind {
                "columns" => Compression::of_columns(pattern, &coloring),
                "star" => Compression::of_star(pattern, &coloring),
                _ => Compression::of_acyclic(pattern, &coloring),
            });
            let compression = compression?;
            let products = vec![1.0; compression.len()];
            let mut values = vec![0.0; pattern.len()];
            let mut recover = || timed(|| compression.recover(black_box(&products), &mut values)).1;
            let recovery = (0..if bench { 21 } else { 1 }).map(|_| recover()).fold(f64::INFINITY, f64::min);
            let errors = [0.0, 4.0, 8.0].map(|decades| error(pattern, &compression, decades));
            println!(
                "{start} | {kind:8} {count:6} {coloring_time:7.1} ms {plan_time:7.1} ms {recovery:7.3} ms  {:8.1e} {:8.1e} {:8.1e}",
                errors[0], errors[1], errors[2]
            );
            start = " ".repeat(33);
        }
    }
    Ok(())
}
