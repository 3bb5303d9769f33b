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

/// A way to the value of a workload, and most often to its gradient.
type Way<'a> = (&'static str, Box<dyn FnMut() -> f64 + 'a>);

fn main() {
    // `cargo bench` says --bench; without it this is a test that everything runs
    let (flags, filters): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let limit = if flags.iter().any(|flag| flag == "--bench") { WORKLOAD } else { Duration::ZERO };
    let bench = Bench { limit, filters };

    println!("{:9} {:10} {:>12} {:>8} {:>9} {:>9}", "workload", "way", "time", "ns/op", "× plain", "× hand");
    bench.run(&Chain { n: 16_384 });
    bench.run(&SumLoop { n: 16_384 });
    bench.run(&Sum { n: 16_384 });
    bench.run(&Rosenbrock { n: 100_000 });
    bench.run(&Recurrence::new(1_000_000));
}

struct Bench {
    limit: Duration,
    filters: Vec<String>,
}

impl Bench {
    fn run<W: Workload>(&self, workload: &W) {
        if !self.filters.is_empty() && !self.filters.iter().any(|filter| W::NAME.contains(&**filter)) {
            return;
        }
        let x = workload.point();
        let (mut by_hand, mut g_hand, mut g_lean) = (workload.clone(), vec![0.0; x.len()], vec![0.0; x.len()]);
        let (mut lean, mut recording, mut gradient) = (Tape::lean(), Tape::new(), Gradient::default());
        let mut ways: Vec<Way<'_>> = vec![
            ("plain", Box::new(|| workload.plain(black_box(&x)))),
            ("hand", Box::new(|| by_hand.hand(black_box(&x), black_box(&mut g_hand)))),
            (
                "lean",
                Box::new(|| lean.value_and_gradient(|x| workload.program(x), black_box(&x), black_box(&mut g_lean))),
            ),
        ];
        // twelve million nodes would need half a gigabyte
        if workload.ops() < 1_000_000 {
            ways.push((
                "recording",
                Box::new(|| {
                    recording.reset();
                    let inputs: Vec<Var<'_>> = black_box(&x).iter().map(|&x| recording.var(x)).collect();
                    let y = workload.program(&inputs);
                    recording.backward_into(y, black_box(&mut gradient));
                    y.value()
                }),
            ));
        }

        let rounds = self.rounds(&mut ways);
        for (i, (name, _)) in ways.iter().enumerate() {
            let seconds = median(rounds.iter().map(|round| round[i]));
            let ratio_to = |j: usize| median(rounds.iter().map(|round| round[i] / round[j]));
            let (plain, hand) = (ratio_to(0), ratio_to(1));
            let (micros, nanos) = (1e6 * seconds, 1e9 * seconds / workload.ops() as f64);
            println!("{:9} {name:10} {micros:>9.1} µs {nanos:>8.3} {plain:>9.2} {hand:>9.2}", W::NAME);
        }
    }

    /// The seconds of one call, for each way in each round.
    fn rounds(&self, ways: &mut [Way<'_>]) -> Vec<Vec<f64>> {
        let start = Instant::now();
        let calls: Vec<u32> = ways.iter_mut().map(|(_, call)| calls_in_a_turn(call)).collect();
        let mut rounds = vec![];
        while rounds.is_empty() || start.elapsed() < self.limit {
            rounds.push(ways.iter_mut().zip(&calls).map(|((_, call), &calls)| turn(call, calls)).collect());
        }
        rounds
    }
}

/// How many calls fill a turn, after a first one that makes the tape as large as it will be.
fn calls_in_a_turn(call: &mut dyn FnMut() -> f64) -> u32 {
    black_box(call());
    (TURN.as_secs_f64() / turn(call, 1)).ceil() as u32
}

/// The seconds of one call, from several in a row after one that is not counted: the way before left its own data in the
/// caches.
fn turn(call: &mut dyn FnMut() -> f64, calls: u32) -> f64 {
    black_box(call());
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
