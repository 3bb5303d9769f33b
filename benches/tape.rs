//! What a gradient costs, beside the plain function and beside a gradient written by hand.
//!
//! * `cargo bench` measures everything, `cargo bench -- S1` one workload.
//! * `cargo bench --bench tape -- --record` also writes the figures to `benches/record/<machine>.md`.
//! * `cargo bench --bench tape -- --instructions [workload]` counts instructions instead; it needs valgrind.

use measure::{Instructions, Once, Timing, valgrind_is_there, write_record};
use std::process::ExitCode;
use workloads::*;

mod measure;
mod workloads;

/// What is done with each workload; with several at once, if each call is to take the next.
trait Visitor {
    fn visit<W: Workload>(&mut self, turns: &[W]);
}

/// Shows a visitor the workloads that are asked for by name.
fn each(asked: impl Fn(&str) -> bool, visitor: &mut impl Visitor) {
    macro_rules! visit {
        ($($turns:expr),* $(,)?) => { $(
            let turns = $turns;
            if asked(turns[0].name()) {
                visitor.visit(&turns);
            }
        )* };
    }
    visit! {
        [Chain { n: 16_384 }],
        [Wide { n: 128 }],
        [SumLoop { n: 16_384 }],
        [Sum { n: 16_384 }],
        [Rosenbrock { n: 100_000 }],
        [Network::large()],
        [Recurrence::new(1_000_000)],
        [Gaussians { n: 10_000 }],
        [Lstm::new(2, 100)],
        Network::small(),
        BlackScholes::all(),
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(workload) = Once::asked(&args) {
        each(|name| name == workload, &mut Once);
        return ExitCode::SUCCESS;
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<(), String> {
    let (flags, filters): (Vec<_>, Vec<_>) = args.into_iter().partition(|arg| arg.starts_with('-'));
    if let Some(flag) = flags.iter().find(|flag| !["--bench", "--record", "--instructions"].contains(&&***flag)) {
        return Err(format!("there is no {flag}; there are --record and --instructions, and names of workloads"));
    }
    // `cargo bench` says --bench; without it this is a test that everything runs
    let [bench, record, instructions] =
        ["--bench", "--record", "--instructions"].map(|known| flags.iter().any(|flag| flag == known));
    if record && !(bench && filters.is_empty()) {
        return Err("a record is made by `cargo bench --bench tape -- --record`, of all workloads".into());
    }
    if instructions && !valgrind_is_there() {
        return Err("instructions are counted by valgrind, which is not installed".into());
    }

    let asked = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(&**filter));
    let (mut rows, mut counts) = (vec![], vec![]);
    if record || !instructions {
        let mut timing = Timing::new(bench);
        each(asked, &mut timing);
        rows = timing.rows;
    }
    if instructions || record && valgrind_is_there() {
        let mut counting = Instructions::new();
        each(asked, &mut counting);
        counts = counting.counts?;
    }
    if record {
        let path = write_record(&rows, &counts).map_err(|error| error.to_string())?;
        println!("written to {}", path.display());
    }
    Ok(())
}
