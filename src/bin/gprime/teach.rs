//! `gprime trace`, `explain`, and the views that `check` has of an expression.

use crate::View;
use crate::failure::Failure;
use crate::function::Function;
use crate::json;
use gprime::registry::nearest;
use gprime::teach::{Id, Mistake, Mistaken, Node, Number, Step, Trace};
use gprime::{Expr, Recorder, Single};
use serde::Serialize;

/// What is shown of a trace.
pub enum Shown {
    Table,
    Values,
    /// Forward mode along this input.
    Forward(String),
    Mistake(Mistake),
}

/// The account of both passes.
pub fn account(function: &Function<'_>, single: bool) -> Result<Trace, Failure> {
    let tape = Recorder::new();
    account_of(&tape, function.record(&tape).1, single)
}

/// The account of both passes to what was recorded.
pub fn account_of(tape: &Recorder, y: Expr<'_>, single: bool) -> Result<Trace, Failure> {
    if tape.index(y).is_none() {
        return Err(Failure::new("the expression is a constant: there is nothing to trace"));
    }
    let trace = if single { tape.trace_in::<Single>(y) } else { tape.trace(y) }?;
    // the lines would be those of this program
    Ok(trace.without_lines())
}

/// What is a choice in the gradient of a function, or not certain; a constant has nothing of the kind.
pub fn notes(function: &Function<'_>, view: &View) -> Result<Vec<String>, Failure> {
    let tape = Recorder::new();
    let (_, y) = function.record(&tape);
    if tape.index(y).is_none() {
        return Ok(vec![]);
    }
    Ok(account_of(&tape, y, view.f32)?.notes(&view.style()))
}

pub fn trace(function: &Function<'_>, shown: Shown, view: &View) -> Result<String, Failure> {
    let (trace, style, json) = (account(function, view.f32)?, view.style(), view.format.json);
    Ok(match shown {
        Shown::Mistake(mistake) if json => json::line(&trace.mistaken(mistake), &view.format),
        Shown::Mistake(mistake) => trace.mistaken(mistake).beside(&trace, &style),
        _ if json => json::line(&trace, &view.format),
        Shown::Table => trace.table(&style),
        Shown::Values => trace.values(&style),
        Shown::Forward(input) => {
            let id = find(&trace, &input)?;
            if trace.node(id).op.is_some() {
                return Err(Failure::new(format!("{input} is no input: forward mode starts at one")));
            }
            trace.forward(id, &style)
        }
    })
}

/// The node of this id or name.
pub fn find(trace: &Trace, text: &str) -> Result<Id, Failure> {
    trace.find(text).ok_or_else(|| {
        let names = trace.nodes.iter().filter_map(|node| node.name.as_deref());
        let hint = nearest(text, names).map_or(String::new(), |near| format!("; did you mean {near}?"));
        let last = trace.nodes.len();
        Failure::new(format!(
            "there is no node {text:?}: they are v1 to v{last}, and have the names of variables and lets{hint}"
        ))
    })
}

pub fn explain(
    function: &Function<'_>,
    node: Option<&str>,
    mistake: Option<Mistake>,
    view: &View,
) -> Result<String, Failure> {
    let (trace, style) = (account(function, view.f32)?, view.style());
    let id = node.map(|text| find(&trace, text)).transpose()?;
    let mistaken = mistake.map(|mistake| trace.mistaken(mistake));
    if view.format.json {
        return Ok(json::line(&Explained::new(&trace, mistaken.as_ref(), id.unwrap_or(trace.output)), &view.format));
    }
    if let Some(mistaken) = mistaken {
        return Ok(mistaken.explain(&trace, id.unwrap_or(trace.output), &style));
    }
    let origin = trace.first_non_finite(&style);
    Ok(match (id, origin) {
        (None, Some(origin)) => format!("{origin}\n"),
        (Some(id), Some(origin)) => {
            let finite = trace.node(id).value.is_finite() && trace.node(id).adjoint.is_none_or(f64::is_finite);
            let own = trace.explain(id, &style);
            if finite { own } else { format!("{own}\n{origin}\n") }
        }
        (id, None) => trace.explain(id.unwrap_or(trace.output), &style),
    })
}

/// A node with what came to it and what it passed on.
#[derive(Serialize)]
struct Explained<'a> {
    node: &'a Node,
    /// With a mistake: what the adjoint came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    mistaken: Option<Option<Number>>,
    received: Vec<&'a Step>,
    passed_on: Vec<&'a Step>,
}

impl<'a> Explained<'a> {
    fn new(trace: &'a Trace, mistaken: Option<&'a Mistaken>, id: Id) -> Self {
        let steps = mistaken.map_or(&trace.steps, |mistaken| &mistaken.steps);
        let contributions = |at_end: fn(Id, Id) -> Id| {
            let is_own = |step: &&Step| matches!(**step, Step::Contribute { from, to, .. } if at_end(from, to) == id);
            steps.iter().filter(is_own).collect()
        };
        Explained {
            node: trace.node(id),
            mistaken: mistaken.map(|mistaken| mistaken.adjoints[id.index()].map(Number)),
            received: contributions(|_, to| to),
            passed_on: contributions(|from, _| from),
        }
    }
}

/// The gradient in three ways, and how the error of differences depends on their step; and whether it is good.
pub fn sweep(function: &Function<'_>, view: &View) -> Result<(bool, String), Failure> {
    let tape = Recorder::new();
    let y = recorded(function, &tape)?;
    let check = if view.f32 { tape.check_gradient_in::<Single>(y) } else { tape.check_gradient(y) }?;
    Ok((check.passed, if view.format.json { json::line(&check, &view.format) } else { check.table(&view.style()) }))
}

/// The first wrong rule; and whether there is none.
pub fn locate(function: &Function<'_>, view: &View) -> Result<(bool, String), Failure> {
    let tape = Recorder::new();
    let search = tape.locate(recorded(function, &tape)?)?;
    Ok((search.passed(), if view.format.json { json::line(&search, &view.format) } else { search.text(&view.style()) }))
}

fn recorded<'t>(function: &Function<'_>, tape: &'t Recorder) -> Result<gprime::Expr<'t>, Failure> {
    let (_, y) = function.record(tape);
    match tape.index(y) {
        Some(_) => Ok(y),
        None => Err(Failure::new("the expression is a constant: there is nothing to check")),
    }
}
