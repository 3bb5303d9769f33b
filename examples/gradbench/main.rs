//! A tool for [GradBench](https://gradben.ch): it answers the messages of an eval, one JSON value a line, on standard output.
//!
//! ```console
//! $ echo '{"id": 0, "kind": "evaluate", "module": "hello", "function": "double", "input": 3}' |
//!     cargo run --release --example gradbench
//! {"id":0,"output":6.0,"success":true,"timings":[{"name":"evaluate","nanoseconds":230}]}
//! ```
//!
//! With `--compiled` derivatives are computed by programs that are compiled before the runs, of the evals that have one: all but
//! `particle` and `saddle`. It takes time and memory for each operation that the function does, too much for the largest inputs.
//!
//! `evals` has a module for each eval; start with `llsq.rs`: a program in plain Rust, generic in its number, and what is asked
//! of it. `protocol.rs` knows the messages.

mod evals;
mod protocol;

use protocol::Form;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let (mut stdin, mut stdout) = (std::io::stdin().lock(), std::io::stdout().lock());
    let form = match std::env::args().nth(1).as_deref() {
        None => Form::Direct,
        Some("--compiled") => Form::Compiled,
        Some(other) => return Err(std::io::Error::other(format!("there is no option {other:?}, but --compiled"))),
    };
    let mut line = vec![];
    while stdin.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            writeln!(stdout, "{}", protocol::answer(&line, form))?;
            stdout.flush()?;
        }
        line.clear();
    }
    Ok(())
}
