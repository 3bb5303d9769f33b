//! `gprime quiz`: adjoints to be found by hand.

use crate::failure::Failure;
use crate::function::Function;
use crate::{Given, View, float, json, teach};
use gprime::teach::{Id, LEVELS, Number};
use serde::Serialize;
use std::io::{BufRead, Read, Write};

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;

/// A blank, what was answered, and what is right.
#[derive(Serialize)]
struct Judged<'a> {
    node: Id,
    name: Option<&'a str>,
    answer: Option<Number>,
    adjoint: Option<Number>,
    right: bool,
}

/// Asks and judges, and tells whether every answer was right.
pub fn run(
    expr: Option<String>,
    given: &Given,
    level: Option<u8>,
    view: &View,
    mut answers: impl BufRead,
) -> Result<bool, Failure> {
    let (mut out, style, json) = (anstream::stdout(), view.style(), view.format.json);
    let levelled = level.map(|level| LEVELS[usize::from(level) - 1]);
    let (expr, at) = match levelled {
        Some((expr, at, what)) => {
            if !json {
                writeln!(out, "{what}\n")?;
            }
            (expr.to_owned(), at.split(',').map(str::to_owned).collect())
        }
        None => (expr.unwrap_or_default(), given.at.clone()),
    };
    let function = Function::read(&expr, &at, &given.lets)?;
    let trace = teach::account(&function, view.f32)?;
    let quiz = trace.quiz();
    if !json {
        writeln!(out, "{}", quiz.table(&style))?;
    }
    let mut blanks = vec![];
    for (blank, &id) in quiz.blanks.iter().enumerate() {
        if !json {
            write!(out, "{}", quiz.question(blank, &style))?;
            out.flush()?;
        }
        let mut line = vec![];
        answers.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let words = std::str::from_utf8(&line).unwrap_or("").trim();
        let answer = float::read(&words.replace('−', "-"));
        let right = answer.is_some_and(|x| quiz.is_right(blank, x));
        match (right, words) {
            _ if json => {}
            (true, _) => writeln!(out, "right")?,
            (false, "") => write!(out, "no answer\n{}", quiz.answer(blank, &style))?,
            (false, _) => write!(out, "wrong\n{}", quiz.answer(blank, &style))?,
        }
        let node = trace.node(id);
        let (name, adjoint) = (node.name.as_deref(), node.adjoint.map(Number));
        blanks.push(Judged { node: id, name, answer: answer.map(Number), adjoint, right });
    }
    let right = blanks.iter().filter(|blank| blank.right).count();
    let all = blanks.len();
    if json {
        #[derive(Serialize)]
        struct Line<'a> {
            source: &'a str,
            right: usize,
            blanks: Vec<Judged<'a>>,
        }
        write!(out, "{}", json::line(&Line { source: &trace.source, right, blanks }, &view.format))?;
    } else {
        writeln!(out, "\n{right} of {all} right")?;
    }
    out.flush()?;
    Ok(right == all)
}
