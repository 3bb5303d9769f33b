//! `gprime eval`: an op of one argument over a stream of numbers.

use crate::failure::Failure;
use crate::float::{self, Hex};
use crate::ops;
use gprime::Dual;
use gprime::graph::DynOp;
use std::io::{BufRead, Read, Write};
use std::sync::Arc;

/// The longest line, in bytes, so that one without an end cannot fill the memory.
const LONGEST: u64 = 4096;

/// Writes a line for each number of the input, with derivatives up to this order. Blank lines are passed over.
pub fn run(
    name: &str,
    params: &[String],
    order: u8,
    mut input: impl BufRead,
    mut output: impl Write,
) -> Result<(), Failure> {
    let op = find(name, params)?;
    output.write_all([&b"x,g\n"[..], b"x,g,g1\n", b"x,g,g1,g2\n"][usize::from(order)])?;
    let mut line = vec![];
    for number in 1u64.. {
        line.clear();
        if (&mut input).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let wrong = |what: &str| Failure::new(format!("line {number}: {what}"));
        if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
            return Err(wrong(&format!("longer than {LONGEST} bytes")));
        }
        let text = std::str::from_utf8(&line).map_err(|_| wrong("not UTF-8"))?.trim();
        if !text.is_empty() {
            let x = float::read(text).ok_or_else(|| wrong(&format!("{text:?} is not a number")))?;
            write_row(&*op, order, x, &mut output)?;
        }
    }
    Ok(output.flush()?)
}

/// An op of one argument.
fn find(name: &str, params: &[String]) -> Result<Arc<dyn DynOp>, Failure> {
    let op = ops::find(name, params)?;
    let takes = match op.arity() {
        Some(1) => return Ok(op),
        Some(n) => n.to_string(),
        None => "any number of".to_owned(),
    };
    Err(Failure::new(format!("{name} takes {takes} arguments; eval takes ops of one")))
}

fn write_row(op: &dyn DynOp, order: u8, x: f64, output: &mut impl Write) -> Result<(), Failure> {
    let mut slope = [0.0];
    let a = op.evaluate(&[x], &mut slope)?;
    write!(output, "{},{}", Hex(x), Hex(a))?;
    if order >= 1 {
        write!(output, ",{}", Hex(slope[0]))?;
    }
    if order >= 2 {
        let (x, mut slope) = (Dual::variable(x), [Dual::from(0.0)]);
        op.evaluate(&[x], &mut slope)?;
        write!(output, ",{}", Hex(slope[0].tangent))?;
    }
    Ok(output.write_all(b"\n")?)
}
