//! `gprime grad`: the value, the gradient and the Hessian of an expression.

use crate::function::Function;
use crate::json;
use crate::table::{self, BOLD, PLAIN};
use gprime::teach::Number;
use gprime::{Error, Tape};
use indexmap::IndexMap;
use serde::Serialize;

/// What is known at the point.
pub struct Answer<'a> {
    names: &'a [&'a str],
    value: f64,
    gradient: Vec<f64>,
    hessian: Option<Vec<Vec<f64>>>,
}

impl<'a> Answer<'a> {
    pub fn new(function: &'a Function<'_>, hessian: bool) -> Result<Self, Error> {
        let tape = Tape::new();
        let x: Vec<_> = function.point.iter().map(|&x| tape.var(x)).collect();
        let y = function.program.run(&x);
        let adjoints = tape.backward(y);
        // an output that is itself an input is recorded before the inputs after it, and does not depend on them
        let gradient = x.iter().map(|&x| adjoints.get(x).unwrap_or(0.0)).collect();
        let hessian = if hessian { Some(tape.hessian(y, &x)?) } else { None };
        Ok(Answer { names: &function.names, value: y.value(), gradient, hessian })
    }

    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            value: Number,
            gradient: IndexMap<&'a str, Number>,
            #[serde(skip_serializing_if = "Option::is_none")]
            hessian: Option<IndexMap<&'a str, IndexMap<&'a str, Number>>>,
        }
        let named = |x: &[f64]| self.names.iter().copied().zip(x.iter().copied().map(Number)).collect();
        let rows = |rows: &Vec<Vec<f64>>| self.names.iter().copied().zip(rows.iter().map(|row| named(row))).collect();
        json::line(&Line {
            value: Number(self.value),
            gradient: named(&self.gradient),
            hessian: self.hessian.as_ref().map(rows),
        })
    }

    pub fn table(&self) -> String {
        let mut rows = vec![vec![("value".to_owned(), BOLD), (format!("{:?}", self.value), PLAIN)]];
        for (name, slope) in self.names.iter().zip(&self.gradient) {
            rows.push(vec![(format!("∂/∂{name}"), BOLD), (format!("{slope:?}"), PLAIN)]);
        }
        let mut text = table::render(&rows);
        if let Some(hessian) = &self.hessian {
            let mut rows = vec![table::row(std::iter::once("∂²").chain(self.names.iter().copied()), BOLD)];
            for (name, row) in self.names.iter().zip(hessian) {
                rows.push([table::row([name], BOLD), table::row(row.iter().map(|x| format!("{x:?}")), PLAIN)].concat());
            }
            text = text + "\n" + &table::render(&rows);
        }
        text
    }
}
