//! Times, of all ways to a workload in turn.
//!
//! The loop is our own. What counts here are ratios, on machines whose clock drifts by a third between minutes:
//! criterion and divan run one benchmark after the other, which puts that drift into the ratio; tango measures pairs, but
//! of two builds of one function, not of two functions. So all ways to one workload take turns, and a ratio is the median
//! over the rounds of the ratio within a round.

use crate::Visitor;
use crate::workloads::Workload;
use gprime::{Program, Registry, prelude::*, scoped};
use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one way runs in a round, at least, and how long all rounds of a workload take together.
const TURN: Duration = Duration::from_millis(1);
const WORKLOAD: Duration = Duration::from_secs(10);

/// A way to the value of a workload, and most often to its gradient, and what calls it so many times.
pub type Way<'a> = (&'static str, Box<dyn FnMut(u32) + 'a>);

/// What was measured of one way to a workload.
pub struct Row {
    pub workload: &'static str,
    pub ops: usize,
    pub way: &'static str,
    /// The time of one call.
    pub seconds: f64,
    pub nanos_per_op: f64,
    pub to_plain: f64,
    pub to_hand: f64,
}

pub struct Timing {
    limit: Duration,
    pub rows: Vec<Row>,
}

impl Timing {
    /// Without a benchmark to make it runs everything once.
    pub fn new(bench: bool) -> Self {
        println!("{:9} {:10} {:>12} {:>8} {:>9} {:>9}", "workload", "way", "time", "ns/op", "× plain", "× hand");
        Timing { limit: if bench { WORKLOAD } else { Duration::ZERO }, rows: vec![] }
    }

    /// Measures all ways to a workload of this name and so many elementary operations: the first is the plain function, the second its
    /// derivative by hand.
    pub fn measure(&mut self, workload: &'static str, ops: usize, mut ways: Vec<Way<'_>>) {
        let rounds = rounds(&mut ways, self.limit);
        for (i, &(way, _)) in ways.iter().enumerate() {
            let ratio_to = |j: usize| median(rounds.iter().map(|round| round[i] / round[j]));
            let seconds = median(rounds.iter().map(|round| round[i]));
            let row = Row {
                workload,
                ops,
                way,
                seconds,
                nanos_per_op: 1e9 * seconds / ops as f64,
                to_plain: ratio_to(0),
                to_hand: ratio_to(1),
            };
            let Row { workload, nanos_per_op, to_plain, to_hand, .. } = row;
            let micros = 1e6 * seconds;
            println!("{workload:9} {way:10} {micros:>9.3} µs {nanos_per_op:>8.3} {to_plain:>9.2} {to_hand:>9.2}");
            self.rows.push(row);
        }
    }

    /// Prints after how many gradients a compiled program has taken less time than a tape, given how long it is compiled.
    fn break_even(&self, workload: &str, compiling: Duration) {
        let seconds =
            |way| self.rows.iter().find(|row| (row.workload, row.way) == (workload, way)).map(|row| row.seconds);
        let (Some(tape), Some(compiled)) = (seconds("tape"), seconds("compiled")) else { return };
        let millis = 1e3 * compiling.as_secs_f64();
        match compiling.as_secs_f64() / (tape - compiled) {
            count if count > 0.0 => {
                println!("{workload:9} compiled in {millis:.2} ms, which {count:.0} gradients by a tape make up for");
            }
            _ => println!("{workload:9} compiled in {millis:.2} ms, and never faster than a tape"),
        }
    }
}

impl Visitor for Timing {
    fn visit<W: Workload>(&mut self, turns: &[W]) {
        let (points, len) = (turns.iter().flat_map(W::point).collect::<Vec<f64>>(), turns[0].point().len());
        let point = |k: usize| &points[len * k..len * (k + 1)];
        let mut by_hand = turns.to_vec();
        let [mut g_hand, mut g_scalars, mut g_scoped, mut g_tape, mut g_free] = [(); 5].map(|()| vec![0.0; len]);
        let (mut for_scalars, mut tape) = (Tape::new(), Tape::new());
        let (mut recorder, mut gradient) = (Recorder::new(), Adjoints::default());
        let mut ways = vec![
            way("plain", turns.len(), |k| turns[k].plain(black_box(point(k)))),
            way("hand", turns.len(), |k| by_hand[k].hand(black_box(point(k)), black_box(&mut g_hand))),
            way("scalars", turns.len(), |k| {
                let (x, g) = (black_box(point(k)), black_box(&mut g_scalars));
                for_scalars.value_and_gradient(|x| turns[k].scalars(x), x, g)
            }),
            way("scoped", turns.len(), |k| {
                let (x, g) = (black_box(point(k)), black_box(&mut g_scoped));
                scoped::value_and_gradient(|x| turns[k].scalars(x), x, g).expect("no scope is open")
            }),
            way("tape", turns.len(), |k| {
                tape.value_and_gradient(|x| turns[k].program(x), black_box(point(k)), black_box(&mut g_tape))
            }),
            way("free", turns.len(), |k| {
                value_and_gradient(|x| turns[k].program(x), black_box(point(k)), black_box(&mut g_free))
            }),
        ];
        let mut compiling = Duration::ZERO;
        // twelve million nodes would need half a gigabyte
        if turns[0].ops() < 1_000_000 {
            // workloads that differ in the point alone have one program
            let (mut programs, mut known, mut of) = (Vec::<Program>::new(), HashMap::new(), vec![]);
            let registry = Registry::default();
            for (k, workload) in turns.iter().enumerate() {
                let start = Instant::now();
                let program = Program::trace(&Compiled(workload), &workload.point()).expect("it is small enough");
                program.gradient_program().expect("it is small enough");
                if k == 0 {
                    compiling = start.elapsed();
                }
                let saved = program.save(&registry).expect("its ops are built in").to_bytes();
                of.push(*known.entry(saved).or_insert_with(|| {
                    programs.push(program);
                    programs.len() - 1
                }));
            }
            let mut g = vec![0.0; len];
            ways.push(way("compiled", turns.len(), move |k| {
                let (x, g) = (black_box(point(k)), black_box(&mut g));
                programs[of[k]].value_and_gradient(x, g).expect("there are no branches")
            }));
            ways.push(way("recorder", turns.len(), |k| {
                recorder.reset();
                let inputs: Vec<Expr<'_>> = black_box(point(k)).iter().map(|&x| recorder.var(x)).collect();
                let y = turns[k].program(&inputs);
                recorder.backward_into(y, black_box(&mut gradient));
                y.value()
            }));
        }
        self.measure(turns[0].name(), turns[0].ops(), ways);
        self.break_even(turns[0].name(), compiling);
    }
}

/// A workload as a routine.
struct Compiled<'a, W>(&'a W);
impl<W: Workload> Routine for Compiled<'_, W> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        self.0.program(x)
    }
}

/// The seconds of one call, for each way in each round.
fn rounds(ways: &mut [Way<'_>], limit: Duration) -> Vec<Vec<f64>> {
    let start = Instant::now();
    let calls: Vec<u32> = ways.iter_mut().map(|(_, repeat)| calls_in_a_turn(repeat)).collect();
    let mut rounds = vec![];
    while rounds.is_empty() || start.elapsed() < limit {
        rounds.push(ways.iter_mut().zip(&calls).map(|((_, repeat), &calls)| turn(repeat, calls)).collect());
    }
    rounds
}

/// The loop is inside, and compiled for this way: a call through a pointer would be felt in a price that takes 30 ns.
pub fn way<'a>(name: &'static str, turns: usize, mut call: impl FnMut(usize) -> f64 + 'a) -> Way<'a> {
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
