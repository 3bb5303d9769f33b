//! `gprime eval-many`: an expression and its gradient over a stream of points, as CSV.

use crate::failure::Failure;
use crate::{float, function};
use gprime::{Program, Recorder};
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::time::{Duration, Instant};

/// The longest line, in bytes, so that one without an end cannot fill the memory.
const LONGEST: u64 = 1 << 20;
/// How many points are computed together.
const BATCH: usize = 256;
/// How often the progress is told.
const PAUSE: Duration = Duration::from_millis(200);

/// Writes a line for each point of the input: the variables, the value and the derivatives. Blank lines are passed over.
pub fn run(expression: &str, lets: &[String], mut input: impl BufRead, mut output: impl Write) -> Result<(), Failure> {
    let expression = function::open(expression, lets)?;
    if expression.variables.is_empty() {
        return Err(Failure::new("the expression has no variables: there are no columns to read"));
    }
    let mut lines = Lines { line: vec![], number: 0 };
    let (number, header) = lines.next(&mut input)?.ok_or_else(|| {
        Failure::new(format!("stdin is empty: the first line names the columns: {}", expression.variables.join(",")))
    })?;
    let columns = columns(header, number, &expression.variables)?;
    let tape = Recorder::new();
    let x: Vec<_> = expression.variables.iter().map(|_| tape.var(1.0)).collect();
    let program = Program::from_recording(&tape, &x, &[], &[expression.run(&x)])?;
    let mut points = Points { columns: &columns, program: &program, given: vec![], values: vec![], gradients: vec![] };
    let names = || columns.iter().map(|&column| &expression.variables[column]);
    let head: Vec<String> =
        names().cloned().chain(["value".to_owned()]).chain(names().map(|name| format!("d_{name}"))).collect();
    writeln!(output, "{}", head.join(","))?;
    let mut progress = Progress::new();
    let end = loop {
        match points.read(&mut lines, &mut input, &expression.variables) {
            Ok(true) if points.given.len() == BATCH * columns.len() => {
                points.write(&mut output)?;
                output.flush()?;
                progress.tell(lines.number);
            }
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    // the lines before a bad one are answered too
    points.write(&mut output)?;
    output.flush()?;
    end
}

/// The lines of the input that are not blank.
struct Lines {
    line: Vec<u8>,
    /// The number of the line, from 1 on.
    number: u64,
}

impl Lines {
    /// The next one and its number.
    fn next(&mut self, input: &mut impl BufRead) -> Result<Option<(u64, &str)>, Failure> {
        loop {
            self.line.clear();
            if input.take(LONGEST).read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let number = self.number;
        let wrong = |what: &str| Failure::new(format!("line {number}: {what}"));
        if self.line.len() as u64 == LONGEST && !self.line.ends_with(b"\n") {
            return Err(wrong(&format!("longer than {LONGEST} bytes")));
        }
        // some programs begin a file with a mark of its encoding
        let line = if number == 1 { self.line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.line) } else { &self.line };
        let text = std::str::from_utf8(line).map_err(|_| wrong("not UTF-8"))?;
        Ok(Some((number, text.trim())))
    }
}

/// The variable of each column that the header names.
fn columns(header: &str, line: u64, variables: &[String]) -> Result<Vec<usize>, Failure> {
    let mut columns: Vec<usize> = vec![];
    for (k, name) in header.split(',').map(str::trim).enumerate() {
        let wrong = |what: String| Failure::new(format!("line {line}, column {}: {what}", k + 1));
        let Some(variable) = variables.iter().position(|variable| variable == name) else {
            let names = variables.join(",");
            return Err(wrong(format!("{name:?} is no variable of the expression, which has {names}")));
        };
        if columns.contains(&variable) {
            return Err(wrong(format!("{name} is there twice")));
        }
        columns.push(variable);
    }
    match (0..variables.len()).find(|variable| !columns.contains(variable)) {
        Some(missing) => Err(Failure::new(format!("line {line}: there is no column {}", variables[missing]))),
        None => Ok(columns),
    }
}

/// Reads a line into the place of each column's variable.
fn point(text: &str, line: u64, variables: &[String], columns: &[usize], x: &mut [f64]) -> Result<(), Failure> {
    let count = text.split(',').count();
    if count != columns.len() {
        return Err(Failure::new(format!("line {line}: it has {count} columns, and the header {}", columns.len())));
    }
    for (k, (word, &variable)) in text.split(',').map(str::trim).zip(columns).enumerate() {
        x[variable] = float::read(word).ok_or_else(|| {
            let (column, name) = (k + 1, &variables[variable]);
            Failure::new(format!("line {line}, column {column} ({name}): {word:?} is not a number"))
        })?;
    }
    Ok(())
}

/// A decimal that reads as the number it is of.
struct Decimal(f64);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_nan() { f.write_str("nan") } else { write!(f, "{:?}", self.0) }
    }
}

/// Points that are computed together, and the memory for what they give.
struct Points<'a> {
    /// The variable of each column.
    columns: &'a [usize],
    program: &'a Program,
    given: Vec<f64>,
    values: Vec<f64>,
    gradients: Vec<f64>,
}

impl Points<'_> {
    /// Takes the point of the next line, if there is one.
    fn read(&mut self, lines: &mut Lines, input: &mut impl BufRead, variables: &[String]) -> Result<bool, Failure> {
        let Some((number, text)) = lines.next(input)? else { return Ok(false) };
        let start = self.given.len();
        self.given.resize(start + self.columns.len(), 0.0);
        let read = point(text, number, variables, self.columns, &mut self.given[start..]);
        if read.is_err() {
            self.given.truncate(start);
        }
        read.map(|()| true)
    }

    /// Writes a line for each point, and forgets the points.
    fn write(&mut self, output: &mut impl Write) -> Result<(), Failure> {
        let n = self.columns.len();
        self.values.resize(self.given.len() / n, 0.0);
        self.gradients.resize(self.given.len(), 0.0);
        self.program.value_and_gradient_batch(&self.given, &mut self.values, &mut self.gradients)?;
        let points = self.given.chunks_exact(n).zip(&self.values).zip(self.gradients.chunks_exact(n));
        for ((x, value), gradient) in points {
            for &column in self.columns {
                write!(output, "{},", Decimal(x[column]))?;
            }
            write!(output, "{}", Decimal(*value))?;
            for &column in self.columns {
                write!(output, ",{}", Decimal(gradient[column]))?;
            }
            output.write_all(b"\n")?;
        }
        self.given.clear();
        Ok(())
    }
}

/// A line on a terminal that says how far the input was read. It is there if the input is a file or another program, and the output does not go to the
/// terminal too.
struct Progress {
    last: Option<Instant>,
    is_shown: bool,
}

impl Progress {
    fn new() -> Self {
        let is_told = io::stderr().is_terminal() && !io::stdin().is_terminal() && !io::stdout().is_terminal();
        Progress { last: is_told.then(Instant::now), is_shown: false }
    }

    fn tell(&mut self, line: u64) {
        if let Some(last) = &mut self.last
            && last.elapsed() >= PAUSE
        {
            *last = Instant::now();
            self.is_shown = true;
            // whoever closed stderr does not want to know
            let _ = write!(io::stderr(), "\r{line} lines");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
