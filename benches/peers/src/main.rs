//! What a gradient costs with gprime's tape and with other crates, on the same workloads and in the same rounds.
//!
//! * `cargo run --release --manifest-path benches/peers/Cargo.toml` measures everything; with names after `--`, those
//!   workloads.
//! * With `-- --record` it also writes the figures to `benches/record/<machine>-peers.md`.
//!
//! Each gradient is compared with the one written by hand before it is timed; one that differs is named, not timed. All
//! tapes are recorded anew for each gradient, in memory they keep if the crate can keep it.

use gprime::prelude::*;
use measure::record::{heading, save, table};
use measure::timing::{Timing, Way, way};
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use workloads::*;

mod arm;
#[allow(dead_code, unused_imports)] // what counts instructions
#[path = "../../measure/mod.rs"]
mod measure;
mod peers;
mod programs;
#[allow(dead_code, unused_imports)] // what is not measured here
#[path = "../../workloads/mod.rs"]
mod workloads;

/// What `measure` is made for; here the ways differ with the workload, so none visits.
#[allow(dead_code)]
trait Visitor {
    fn visit<W: Workload>(&mut self, turns: &[W]);
}

/// How far a partial may be from the one by hand, relative to the largest of them.
const TOLERANCE: f64 = 1e-9;

/// The ways to one workload.
struct Ways<'a, W> {
    turns: &'a [W],
    /// Where the workload is evaluated in each turn, and the gradient there by hand.
    points: Vec<Vec<f64>>,
    gradients: Vec<Vec<f64>>,
    ways: Vec<Way<'a>>,
    /// Why the others are not measured.
    missing: Vec<String>,
}

impl<'a, W: Workload> Ways<'a, W> {
    fn to(turns: &'a [W]) -> Self {
        let points: Vec<Vec<f64>> = turns.iter().map(W::point).collect();
        let mut by_hand = turns.to_vec();
        let gradients = by_hand.iter_mut().zip(&points).map(|(workload, x)| {
            let mut g = vec![0.0; x.len()];
            workload.hand(x, &mut g);
            g
        });
        let gradients = gradients.collect();
        let mut ways = Ways { turns, points, gradients, ways: vec![], missing: vec![] };

        let points = ways.points.clone();
        ways.ways.push(way("plain", turns.len(), move |k| turns[k].plain(black_box(&points[k]))));
        let (points, mut g) = (ways.points.clone(), vec![0.0; ways.points[0].len()]);
        ways.ways.push(way("hand", turns.len(), move |k| by_hand[k].hand(black_box(&points[k]), black_box(&mut g))));
        let mut tape = Tape::new();
        ways.add("gprime", move |k, x, g| tape.value_and_gradient(|x| turns[k].program(x), x, g));
        ways
    }

    /// Adds what makes value and gradient in a turn at a point.
    fn add(&mut self, name: &'static str, mut gradient: impl FnMut(usize, &[f64], &mut [f64]) -> f64 + 'a) {
        let mut g = vec![0.0; self.points[0].len()];
        for (k, (x, by_hand)) in self.points.iter().zip(&self.gradients).enumerate() {
            let value = gradient(k, x, &mut g);
            let expected = self.turns[k].plain(x);
            let largest = by_hand.iter().fold(0.0, |largest: f64, g| largest.max(g.abs()));
            let close = |x: f64, expected: f64, scale: f64| (x - expected).abs() <= TOLERANCE * scale;
            let wrong = (0..g.len()).find(|&i| !close(g[i], by_hand[i], largest));
            let wrong = wrong.map(|i| format!("partial {i} is {:e}, by hand {:e}", g[i], by_hand[i]));
            let wrong_value = || {
                let wrong = !close(value, expected, expected.abs());
                wrong.then(|| format!("the value is {value:e}, by the plain function {expected:e}"))
            };
            if let Some(wrong) = wrong.or_else(wrong_value) {
                return self.leave_out(name, &format!("wrong: {wrong}"));
            }
        }
        let points = self.points.clone();
        self.ways.push(way(name, self.turns.len(), move |k| gradient(k, black_box(&points[k]), black_box(&mut g))));
    }

    fn leave_out(&mut self, name: &str, why: &str) {
        self.missing.push(format!("{} {name}: {why}", self.turns[0].name()));
    }

    fn measure(self, timing: &mut Timing, missing: &mut Vec<String>) {
        timing.measure(self.turns[0].name(), self.turns[0].ops(), self.ways);
        for why in &self.missing {
            println!("{why}");
        }
        missing.extend(self.missing);
    }
}

/// Adds a program of each of these crates.
macro_rules! add {
    ($ways:ident, $program:ident: $($peer:ident)*) => { $({
        let (turns, mut session) = ($ways.turns, peers::$peer::Session::default());
        $ways.add(stringify!($peer), move |k, x, g| session.gradient(|x| peers::$peer::$program(&turns[k], x), x, g));
    })* };
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<(), String> {
    let (flags, filters): (Vec<_>, Vec<_>) = args.into_iter().partition(|arg| arg.starts_with('-'));
    if let Some(flag) = flags.iter().find(|flag| *flag != "--record") {
        return Err(format!("there is no {flag}; there is --record, and names of workloads"));
    }
    let record = !flags.is_empty();
    if record && !filters.is_empty() {
        return Err("a record is made of all workloads".into());
    }

    let (mut timing, mut missing) = (Timing::new(true), vec![]);
    macro_rules! measure {
        ($program:ident, $turns:expr, $($peer:ident)*; $($without:ident $why:literal)*) => {
            let turns = $turns;
            if filters.is_empty() || filters.iter().any(|filter| turns[0].name().contains(&**filter)) {
                let mut ways = Ways::to(&turns);
                add!(ways, $program: $($peer)*);
                $(ways.leave_out(stringify!($without), $why);)*
                ways.measure(&mut timing, &mut missing);
            }
        };
    }
    // the sizes of `cargo bench`
    measure!(chain, [Chain { n: 16_384 }], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(wide, [Wide { n: 128 }], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(rosenbrock, [Rosenbrock { n: 100_000 }], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(network, [Network::large()], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(recurrence, [Recurrence::new(1_000_000)], aad ad_trait easy_ml echidna num_dual reverse rustquant;);
    measure!(gaussians, [Gaussians { n: 10_000 }], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(lstm, [Lstm::new(2, 100)], aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(network, Network::small(), aad ad_trait easy_ml echidna reverse rustquant;);
    measure!(black_scholes, BlackScholes::all(), aad easy_ml echidna num_dual rustquant;
        ad_trait "has no erf" reverse "has no erf");
    if filters.is_empty() || filters.iter().any(|filter| "arm".contains(&**filter)) {
        arm::measure(&mut timing);
    }

    println!("{NOTE}");
    if record {
        let versions: Vec<(&str, &str)> = CRATES.iter().map(|&name| (name, version(name))).collect();
        let mut text = heading(&versions) + &table(&timing.rows) + "\n" + NOTE + "\n";
        if !missing.is_empty() {
            text += "\nNot measured:\n\n";
        }
        for why in &missing {
            text += &format!("* {why}\n");
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("record");
        let path = save(&folder, "-peers", &text).map_err(|error| error.to_string())?;
        println!("written to {}", path.display());
    }
    Ok(())
}

const NOTE: &str = "`plain` is the value alone, `gprime` the tape. `num_dual` is forward mode, a tangent for each \
                    input, and is measured where inputs are few. Of `arm`, a program for nalgebra's numbers, they have the Jacobian \
                    of seven results by seven inputs, both forwards.";

const CRATES: [&str; 8] =
    ["gprime", "aad", "ad_trait", "easy-ml", "echidna", "num-dual", "reverse", "RustQuant_autodiff"];

/// The version that was compiled in.
fn version(name: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let package = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).expect("it is in the lock file").1;
    package.split('"').next().expect("a split has a first part")
}
