//! `gprime check`: are the slopes of ops, or of an expression, right.

use crate::failure::Failure;
use crate::function::Function;
use crate::json::{self, Kink, Point};
use crate::ops;
use crate::table::{self, BAD, BOLD, Cell, DOUBTFUL, GOOD, PLAIN};
use crate::{Format, View};
use gprime::Registry;
use gprime::check::{self, Report, Verdict};
use gprime::teach::Number;
use serde::Serialize;
use std::fmt::Write;

/// Reports, each with the number of arguments of what it is about.
pub struct Reports(Vec<(Report, Option<usize>)>);

impl Reports {
    /// The reports on these ops, or on all.
    pub fn of_ops(names: &[String]) -> Result<Self, Failure> {
        let registry = Registry::new();
        let named = |name: &String| match registry.get(name) {
            Some(op) => Ok(op.clone()),
            // finding it fails too, with the nearest name
            None => ops::find(name, &[]),
        };
        let mut ops = names.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            ops.extend(registry.iter().cloned());
        }
        Ok(Reports(ops.iter().map(|op| (check::dyn_op(&**op), op.arity())).collect()))
    }

    /// The report on a function at its point.
    pub fn of_function(function: &Function<'_>) -> Self {
        let report = check::function(|x| function.program.run(x), &function.point);
        Reports(vec![(report, Some(function.point.len()))])
    }

    /// Whether every one passed.
    pub fn passed(&self) -> bool {
        self.0.iter().all(|(report, _)| report.passed())
    }

    pub fn json(&self, format: &Format) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            passed: bool,
            results: Vec<Outcome<'a>>,
        }
        let results = self.0.iter().map(|(report, arity)| Outcome::new(report, *arity)).collect();
        json::line(&Line { passed: self.passed(), results }, format)
    }

    /// A line for each report, the reports that did not pass, and a summary.
    pub fn table(&self, view: &View) -> String {
        let digits = view.digits.map_or(1, usize::from);
        let mut rows = vec![table::row(["subject", "verdict", "points", "worst error", "allowed"], BOLD)];
        rows.extend(self.0.iter().map(|(report, _)| cells(report, digits)));
        let mut text = table::render(&rows);
        for (report, _) in self.0.iter().filter(|(report, _)| !report.passed()) {
            let _ = write!(text, "\n{report}\n");
        }
        let count = |verdict| self.0.iter().filter(|(report, _)| report.verdict == verdict).count();
        let _ = write!(text, "\n{} passed, {} failed", count(Verdict::Pass), count(Verdict::Fail));
        let text = match count(Verdict::Unsure) {
            0 => text + "\n",
            unsure => format!("{text}, {unsure} unsure\n"),
        };
        view.style().text(&text).into_owned()
    }
}

fn cells(report: &Report, digits: usize) -> Vec<Cell> {
    let style = match report.verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail => BAD,
        Verdict::Unsure => DOUBTFUL,
    };
    let worst = |number: fn(&check::Finding) -> f64| {
        let text = report.worst.as_ref().map_or("-".to_owned(), |worst| format!("{:.digits$e}", number(worst)));
        (text, PLAIN)
    };
    vec![
        (report.subject.clone(), BOLD),
        (report.verdict.to_string(), style),
        (report.points.to_string(), PLAIN),
        worst(|w| w.error),
        worst(|w| w.tolerance),
    ]
}

/// A report, as the contract writes it.
#[derive(Serialize)]
struct Outcome<'a> {
    subject: &'a str,
    verdict: String,
    points: usize,
    worst: Option<Worst>,
    kinks: Vec<Kink>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Worst {
    at: Point,
    rule: Number,
    reference: Number,
    error: Number,
    tolerance: Number,
}

impl<'a> Outcome<'a> {
    fn new(report: &'a Report, arity: Option<usize>) -> Self {
        Outcome {
            subject: &report.subject,
            verdict: report.verdict.to_string(),
            points: report.points,
            worst: report.worst.as_ref().map(|worst| Worst {
                at: Point::new(&worst.at, arity),
                rule: Number(worst.rule),
                reference: Number(worst.reference),
                error: Number(worst.error),
                tolerance: Number(worst.tolerance),
            }),
            kinks: report.kinks.iter().map(|k| Kink::new(&k.kink, arity, Some(k.verdict.to_string()))).collect(),
            reason: report.reason.as_deref(),
        }
    }
}
