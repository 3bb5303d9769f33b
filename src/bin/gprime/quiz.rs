//! `gprime quiz`: adjoints to be found by hand.

use crate::failure::Failure;
use crate::function::Function;
use crate::{Given, View, float, teach};
use gprime::teach::LEVELS;
use std::io::{BufRead, Read, Write};

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;

/// Asks and judges, and tells whether every answer was right.
pub fn run(
    expr: Option<String>,
    given: &Given,
    level: Option<u8>,
    view: &View,
    mut answers: impl BufRead,
) -> Result<bool, Failure> {
    let (mut out, style) = (anstream::stdout(), view.style());
    let levelled = level.map(|level| LEVELS[usize::from(level) - 1]);
    let (expr, at) = match levelled {
        Some((expr, at, what)) => {
            writeln!(out, "{what}\n")?;
            (expr.to_owned(), at.split(',').map(str::to_owned).collect())
        }
        None => (expr.unwrap_or_default(), given.at.clone()),
    };
    let function = Function::read(&expr, &at, &given.lets)?;
    let trace = teach::account(&function, view.f32)?;
    let quiz = trace.quiz();
    writeln!(out, "{}", quiz.table(&style))?;
    let mut wrong = 0;
    for blank in 0..quiz.blanks.len() {
        write!(out, "{}", quiz.question(blank, &style))?;
        out.flush()?;
        let mut line = vec![];
        answers.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let answer = std::str::from_utf8(&line).unwrap_or("").trim();
        match float::read(&answer.replace('−', "-")) {
            Some(x) if quiz.is_right(blank, x) => writeln!(out, "right")?,
            _ => {
                wrong += 1;
                let what = if answer.is_empty() { "no answer" } else { "wrong" };
                write!(out, "{what}\n{}", quiz.answer(blank, &style))?;
            }
        }
    }
    let all = quiz.blanks.len();
    writeln!(out, "\n{} of {all} right", all - wrong)?;
    out.flush()?;
    Ok(wrong == 0)
}
