//! A tool for [GradBench](https://gradben.ch): it answers the messages of an eval, one JSON value a line, on standard output.
//!
//! ```console
//! $ echo '{"id": 0, "kind": "evaluate", "module": "hello", "function": "double", "input": 3}' |
//!     cargo run --release --example gradbench
//! {"id":0,"output":6.0,"success":true,"timings":[{"name":"evaluate","nanoseconds":230}]}
//! ```
//!
//! `evals` has a module for each eval; start with `llsq.rs`: a program in plain Rust, generic in its number, and what is asked
//! of it. `protocol.rs` knows the messages.

use std::io::{BufRead, Write};

mod evals;
mod protocol;

fn main() -> std::io::Result<()> {
    let (mut stdin, mut stdout) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = vec![];
    while stdin.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            writeln!(stdout, "{}", protocol::answer(&line))?;
            stdout.flush()?;
        }
        line.clear();
    }
    Ok(())
}
