//! `gprime grad`: the value, the gradient and the Hessian of an expression.

use crate::function::Function;
use crate::json;
use crate::table::{self, BOLD, PLAIN};
use crate::{Format, View};
use gprime::teach::{Number, Style};
use gprime::{Error, Tape};
use indexmap::IndexMap;
use serde::Serialize;

/// What is known at the point.
pub struct Answer<'a> {
    names: &'a [&'a str],
    value: f64,
    gradient: Vec<f64>,
    hessian: Option<Vec<Vec<f64>>>,
    single: bool,
}

impl<'a> Answer<'a> {
    /// The value and the gradient, in single precision or with the Hessian.
    pub fn new(function: &'a Function<'_>, hessian: bool, single: bool) -> Result<Self, Error> {
        let tape = Tape::new();
        let x: Vec<_> = function.point.iter().map(|&x| tape.var(x)).collect();
        let y = function.program.run(&x);
        if single && tape.index(y).is_some() {
            let trace = tape.trace_f32(y)?;
            // the inputs of the trace are those of the tape, as far as the output is
            let adjoints = trace.inputs().map(|node| node.adjoint.unwrap_or(0.0)).chain(std::iter::repeat(0.0));
            let (value, gradient) = (trace.node(trace.output).value, adjoints.take(x.len()).collect());
            return Ok(Answer { names: &function.names, value, gradient, hessian: None, single });
        }
        let adjoints = tape.backward(y);
        // an output that is itself an input is recorded before the inputs after it, and does not depend on them
        let gradient = x.iter().map(|&x| adjoints.get(x).unwrap_or(0.0)).collect();
        let hessian = if hessian { Some(tape.hessian(y, &x)?) } else { None };
        Ok(Answer { names: &function.names, value: y.value(), gradient, hessian, single })
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
