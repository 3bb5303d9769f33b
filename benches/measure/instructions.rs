//! Instructions of one gradient, counted by callgrind: a figure that no other load on the machine changes.
//!
//! The program runs itself under valgrind, once for each workload, and has only the second gradient counted; the first
//! makes the tape as large as it will be.

use crate::Visitor;
use crate::workloads::Workload;
use gprime::prelude::*;
use std::hint::black_box;
use std::process::Command;

/// With it and the name of a workload the program is what valgrind looks at.
const ONCE: &str = "--once";

/// What was counted of one workload on the tape.
pub struct Count {
    pub workload: &'static str,
    pub ops: usize,
    pub instructions: u64,
}

impl Count {
    pub fn per_op(&self) -> f64 {
        self.instructions as f64 / self.ops as f64
    }
}

pub struct Instructions {
    /// Up to the first that valgrind cannot run.
    pub counts: Result<Vec<Count>, String>,
}

impl Instructions {
    pub fn new() -> Self {
        println!("{:9} {:>10} {:>13} {:>15}", "workload", "ops", "instructions", "instructions/op");
        Instructions { counts: Ok(vec![]) }
    }
}

impl Visitor for Instructions {
    fn visit<W: Workload>(&mut self, turns: &[W]) {
        let Ok(counts) = &mut self.counts else { return };
        let (workload, ops) = (turns[0].name(), turns[0].ops());
        match count(workload) {
            Ok(instructions) => {
                let count = Count { workload, ops, instructions };
                println!("{workload:9} {ops:>10} {instructions:>13} {:>15.2}", count.per_op());
                counts.push(count);
            }
            Err(message) => self.counts = Err(message),
        }
    }
}

pub fn valgrind_is_there() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Counts what happens inside of [`counted`].
fn count(workload: &str) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--toggle-collect=*counted*", "--callgrind-out-file=/dev/null"]);
    // valgrind counts a repeated string instruction of glibc once for each byte
    let never = 1u64 << 40;
    valgrind.env(
        "GLIBC_TUNABLES",
        format!("glibc.cpu.x86_rep_movsb_threshold={never}:glibc.cpu.x86_rep_stosb_threshold={never}"),
    );
    let output = valgrind.arg(program).args([ONCE, workload]).output().map_err(|error| error.to_string())?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report.lines().find_map(|line| line.split_once("Collected :"));
    let instructions = collected.and_then(|(_, count)| count.trim().parse().ok());
    match instructions {
        Some(instructions) if output.status.success() && instructions > 0 => Ok(instructions),
        _ => {
            Err(format!("valgrind cannot run it (does it know all instructions that this was compiled to?)\n{report}"))
        }
    }
}

/// A second gradient on the tape.
pub struct Once;

impl Once {
    /// The name of the workload, if the arguments ask for this.
    pub fn asked(args: &[String]) -> Option<&str> {
        match args {
            [flag, workload] if flag == ONCE => Some(workload),
            _ => None,
        }
    }
}

impl Visitor for Once {
    fn visit<W: Workload>(&mut self, turns: &[W]) {
        let (workload, x) = (&turns[0], turns[0].point());
        let (mut tape, mut g) = (Tape::new(), vec![0.0; x.len()]);
        let mut gradient = || {
            black_box(tape.value_and_gradient(|x| workload.program(x), black_box(&x), black_box(&mut g)));
        };
        gradient();
        counted(black_box(&mut gradient));
    }
}

/// callgrind is told of this by name. What is called must not be known here, or both calls become this function.
#[inline(never)]
fn counted(call: &mut dyn FnMut()) {
    call();
    black_box(());
}
