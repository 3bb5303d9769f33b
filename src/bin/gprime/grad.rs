//! `gprime grad`: the value, the gradient and the Hessian of an expression.

use crate::function::Function;
use crate::json;
use crate::table::{self, BOLD, PLAIN};
use crate::{Format, MOST_NOTES, View};
use gprime::graph::Annihilated;
use gprime::teach::{Id, Node, Number, Style, Trace};
use gprime::{Error, Recorder, Single};
use indexmap::IndexMap;
use serde::Serialize;

/// What is known at the point.
pub struct Answer<'a> {
    names: &'a [&'a str],
    value: f64,
    gradient: Vec<f64>,
    hessian: Option<Vec<Vec<f64>>>,
    single: bool,
    /// What is a choice in them, or not certain.
    pub notes: Vec<String>,
}

impl<'a> Answer<'a> {
    /// The value and the gradient, in single precision or with the Hessian.
    pub fn new(function: &'a Function<'_>, hessian: bool, single: bool, style: &Style) -> Result<Self, Error> {
        let tape = Recorder::new();
        let (x, y) = function.record(&tape);
        let names = &function.names;
        if tape.index(y).is_none() {
            let value = if single { Single::from(y.value()).to_f64() } else { y.value() };
            let zeros = || vec![0.0; x.len()];
            let hessian = hessian.then(|| vec![zeros(); x.len()]);
            return Ok(Answer { names, value, gradient: zeros(), hessian, single, notes: vec![] });
        }
        let trace = if single { tape.trace_in::<Single>(y) } else { tape.trace(y) }?;
        let mut notes = trace.notes(style);
        if hessian {
            let edges = tape.annihilated_along(y, &x, &vec![1.0; x.len()])?;
            notes.extend(lost(&tape, &trace, &edges, style));
        }
        // an input that was recorded after the output has no adjoint
        let gradient = trace.inputs().map(|node| node.adjoint.unwrap_or(0.0)).collect();
        let hessian = if hessian { Some(tape.hessian(y, &x)?) } else { None };
        Ok(Answer { names, value: trace.node(trace.output).value, gradient, hessian, single, notes })
    }

    pub fn json(&self, format: &Format) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            value: Number,
            gradient: IndexMap<&'a str, Number>,
            #[serde(skip_serializing_if = "Option::is_none")]
            hessian: Option<IndexMap<&'a str, IndexMap<&'a str, Number>>>,
        }
        let named = |x: &[f64]| self.names.iter().copied().zip(x.iter().copied().map(Number)).collect();
        let rows = |rows: &Vec<Vec<f64>>| self.names.iter().copied().zip(rows.iter().map(|row| named(row))).collect();
        let hessian = self.hessian.as_ref().map(rows);
        json::line(&Line { value: Number(self.value), gradient: named(&self.gradient), hessian }, format)
    }

    pub fn table(&self, view: &View) -> String {
        // as a program reads it: a minus sign is ASCII's
        let style = Style { ascii: true, ..view.style() };
        let shown = |x: f64| match view.digits {
            Some(_) => style.number(x),
            None if self.single => format!("{:?}", x as f32),
            None => format!("{x:?}"),
        };
        let mut rows = vec![vec![("value".to_owned(), BOLD), (shown(self.value), PLAIN)]];
        for (name, slope) in self.names.iter().zip(&self.gradient) {
            rows.push(vec![(format!("∂/∂{name}"), BOLD), (shown(*slope), PLAIN)]);
        }
        let mut text = table::render(&rows);
        if let Some(hessian) = &self.hessian {
            let mut rows = vec![table::row(std::iter::once("∂²").chain(self.names.iter().copied()), BOLD)];
            for (name, row) in self.names.iter().zip(hessian) {
                rows.push([table::row([name], BOLD), table::row(row.iter().map(|x| shown(*x)), PLAIN)].concat());
            }
            text = text + "\n" + &table::render(&rows);
        }
        view.style().text(&text).into_owned()
    }
}

/// A line for each edge on which second derivatives met 0 · ∞ and the gradient did not.
fn lost<'a>(
    tape: &'a Recorder,
    trace: &'a Trace,
    edges: &'a [Annihilated],
    style: &'a Style,
) -> impl Iterator<Item = String> {
    // constants are no nodes of a trace
    let is_node = |index: &usize| {
        let node = tape.node(*index);
        node.is_input || node.op.is_some()
    };
    let of_trace = move |index: usize| trace.node(Id((0..index).filter(is_node).count() as u32));
    let known = |node: &Node, edge: &Annihilated| {
        trace.annihilated.iter().any(|flow| flow.from == node.id && flow.argument == edge.argument)
    };
    let edges = edges.iter().take(MOST_NOTES + 1).map(move |edge| (of_trace(edge.node), edge));
    edges.filter(move |(node, edge)| !known(node, edge)).map(|(node, _)| {
        let (id, rule) = (node.id, &node.rule);
        let text = format!(
            "0 · ∞: second derivatives through {id} = {rule} have it as 0; on a path that was taken it may be anything"
        );
        style.text(&text).into_owned()
    })
}
