//! What a gradient costs, beside the plain function and beside a gradient written by hand.
//!
//! `cargo bench` measures everything, `cargo bench -- S1` one workload.
//!
//! The loop is our own. What counts here are ratios, on machines whose clock drifts by a third between minutes:
//! criterion and divan run one benchmark after the other, which puts that drift into the ratio; tango measures pairs, but
//! of two builds of one function, not of two functions. So all ways to one workload take turns, and a ratio is the median
//! over the rounds of the ratio within a round.

use gprime::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};
use workloads::*;

mod workloads;

/// How long one way runs in a round, at least, and how long all rounds of a workload take together.
const TURN: Duration = Duration::from_millis(1);
const WORKLOAD: Duration = Duration::from_secs(10);

/// A way to the value of a workload, and most often to its gradient, and what calls it so many times.
type Way<'a> = (&'static str, Box<dyn FnMut(u32) + 'a>);

fn main() {
    // `cargo bench` says --bench; without it this is a test that everything runs
    let (flags, filters): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let limit = if flags.iter().any(|flag| flag == "--bench") { WORKLOAD } else { Duration::ZERO };
    let bench = Bench { limit, filters };

    println!("{:9} {:10} {:>12} {:>8} {:>9} {:>9}", "workload", "way", "time", "ns/op", "× plain", "× hand");
    bench.run(&[Chain { n: 16_384 }]);
    bench.run(&[Wide { n: 128 }]);
    bench.run(&[SumLoop { n: 16_384 }]);
    bench.run(&[Sum { n: 16_384 }]);
    bench.run(&[Rosenbrock { n: 100_000 }]);
    bench.run(&[Network::large()]);
    bench.run(&[Recurrence::new(1_000_000)]);
    bench.run(&[Gaussians { n: 10_000 }]);
    bench.run(&[Lstm::new(2, 100)]);
    bench.run(&Network::small());
    bench.run(&BlackScholes::all());
}

struct Bench {
    limit: Duration,
    filters: Vec<String>,
}

impl Bench {
    /// Measures a workload; several of them in turn, each call the next.
    fn run<W: Workload>(&self, turns: &[W]) {
        let name = turns[0].name();
        if !self.filters.is_empty() && !self.filters.iter().any(|filter| name.contains(&**filter)) {
            return;
        }
        let (points, len) = (turns.iter().flat_map(W::point).collect::<Vec<f64>>(), turns[0].point().len());
        let point = |k: usize| &points[len * k..len * (k + 1)];
        let mut by_hand = turns.to_vec();
        let (mut g_hand, mut g_lean) = (vec![0.0; len], vec![0.0; len]);
        let (mut lean, mut recording, mut gradient) = (Tape::lean(), Tape::new(), Gradient::default());
        let mut ways = vec![
            way("plain", turns.len(), |k| turns[k].plain(black_box(point(k)))),
            way("hand", turns.len(), |k| by_hand[k].hand(black_box(point(k)), black_box(&mut g_hand))),
            way("lean", turns.len(), |k| {
                lean.value_and_gradient(|x| turns[k].program(x), black_box(point(k)), black_box(&mut g_lean))
            }),
        ];
        // twelve million nodes would need half a gigabyte
        if turns[0].ops() < 1_000_000 {
            ways.push(way("recording", turns.len(), |k| {
                recording.reset();
                let inputs: Vec<Var<'_>> = black_box(point(k)).iter().map(|&x| recording.var(x)).collect();
                let y = turns[k].program(&inputs);
                recording.backward_into(y, black_box(&mut gradient));
                y.value()
            }));
        }

        let rounds = self.rounds(&mut ways);
        for (i, (way, _)) in ways.iter().enumerate() {
            let seconds = median(rounds.iter().map(|round| round[i]));
            let ratio_to = |j: usize| median(rounds.iter().map(|round| round[i] / round[j]));
            let (plain, hand) = (ratio_to(0), ratio_to(1));
            let (micros, nanos) = (1e6 * seconds, 1e9 * seconds / turns[0].ops() as f64);
            println!("{name:9} {way:10} {micros:>9.3} µs {nanos:>8.3} {plain:>9.2} {hand:>9.2}");
        }
    }

    /// The seconds of one call, for each way in each round.
    fn rounds(&self, ways: &mut [Way<'_>]) -> Vec<Vec<f64>> {
        let start = Instant::now();
        let calls: Vec<u32> = ways.iter_mut().map(|(_, repeat)| calls_in_a_turn(repeat)).collect();
        let mut rounds = vec![];
        while rounds.is_empty() || start.elapsed() < self.limit {
            rounds.push(ways.iter_mut().zip(&calls).map(|((_, repeat), &calls)| turn(repeat, calls)).collect());
        }
        rounds
    }
}

/// The loop is inside, and compiled for this way: a call through a pointer would be felt in a price that takes 30 ns.
fn way<'a>(name: &'static str, turns: usize, mut call: impl FnMut(usize) -> f64 + 'a) -> Way<'a> {
    let mut k = 0;
    let repeat = move |calls| {
        for _ in 0..calls {
            black_box(call(k));
            k = if k + 1 < turns { k + 1 } else { 0 };
        }
    };
    (name, Box::new(repeat))
}

/// How many calls fill a turn, after a first few that make the tape as large as it will be.
fn calls_in_a_turn(repeat: &mut dyn FnMut(u32)) -> u32 {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < TURN {
        repeat(1);
        calls += 1;
    }
    (TURN.as_secs_f64() / turn(repeat, calls)).ceil() as u32
}

/// The seconds of one call, from several in a row after one that is not counted: the way before left its own data in the
/// caches.
fn turn(repeat: &mut dyn FnMut(u32), calls: u32) -> f64 {
    repeat(1);
    let start = Instant::now();
    repeat(calls);
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
