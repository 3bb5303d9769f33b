//! `gprime ops`: the registry.

use crate::assignment::assignment;
use crate::expression::one_result;
use crate::failure::Failure;
use crate::json::{self, Kink, Point};
use crate::table::{self, BOLD, DIM, PLAIN};
use crate::{Format, View};
use gprime::export::Formula;
use gprime::graph::{DynOp, Rule};
use gprime::teach::{Number, Style};
use gprime::{Error, Registry};
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::Arc;

/// An op with these parameters.
pub fn find(name: &str, params: &[String]) -> Result<Arc<dyn DynOp>, Failure> {
    if gprime::vector::table::find(name).is_some() {
        return Err(Failure::new(one_result(name)));
    }
    let params = params.iter().map(|word| assignment(word)).collect::<Result<Vec<_>, _>>()?;
    Ok(Registry::new().find(name, &params)?)
}

/// What is listed of an op.
#[derive(Serialize)]
struct Entry {
    name: &'static str,
    /// `None` if it takes any number of arguments.
    arity: Option<usize>,
    value: String,
    slope: Slope,
    /// The defaults, where there are any.
    params: IndexMap<&'static str, Option<Number>>,
    kinks: Vec<Kink>,
    jumps: Vec<Point>,
    domain: &'static str,
}

/// One formula for an op of one argument, else one for each argument.
#[derive(Serialize)]
#[serde(untagged)]
enum Slope {
    One(String),
    Each(Vec<String>),
}

impl Entry {
    fn new(op: &dyn DynOp) -> Result<Self, Error> {
        let (arity, Formula { value, mut slopes }) = (op.arity(), Formula::of(op)?);
        let default = |x| if op.needs_params() { None } else { Some(Number(x)) };
        Ok(Entry {
            name: op.name(),
            arity,
            value,
            slope: if arity == Some(1) { Slope::One(slopes.remove(0)) } else { Slope::Each(slopes) },
            params: op.params().into_iter().map(|(name, value)| (name, default(value))).collect(),
            kinks: op.kinks().iter().map(|kink| Kink::new(kink, arity, None)).collect(),
            jumps: op.jumps().iter().map(|x| Point::new(x, arity)).collect(),
            domain: op.domain().text,
        })
    }
}

/// What is listed of one op, and what it is at a point, if there is one.
pub fn one_json(op: &dyn DynOp, at: &[f64], view: &View) -> Result<String, Failure> {
    #[derive(Serialize)]
    struct Line {
        #[serde(flatten)]
        entry: Entry,
        #[serde(skip_serializing_if = "Option::is_none")]
        point: Option<Place>,
    }
    #[derive(Serialize)]
    struct Place {
        at: Point,
        value: Number,
        slope: Point,
    }
    let rounded = |x: f64| if view.f32 { f64::from(x as f32) } else { x };
    let at: Vec<f64> = at.iter().copied().map(rounded).collect();
    let place = || {
        let mut slopes = vec![0.0; at.len()];
        let value = rounded(Rule::<f64>::evaluate(op, &at, &mut slopes)?);
        slopes.iter_mut().for_each(|slope| *slope = rounded(*slope));
        let point = |x: &[f64]| Point::new(x, op.arity());
        Ok::<_, Error>(Place { at: point(&at), value: Number(value), slope: point(&slopes) })
    };
    if let Some(fault) = op.validate(at.len()).filter(|_| !at.is_empty()) {
        return Err(Failure::new(format!("{} {fault}", op.name())));
    }
    let point = if at.is_empty() { None } else { Some(place()?) };
    Ok(json::line(&Line { entry: Entry::new(op)?, point }, &view.format))
}

pub fn json(format: &Format) -> Result<String, Error> {
    let entries: Result<Vec<_>, _> = Registry::new().iter().map(|op| Entry::new(&**op)).collect();
    Ok(json::line(&entries?, format))
}

pub fn table(style: &Style) -> Result<String, Error> {
    const WIDTH: usize = 48;
    let mut rows = vec![table::row(["name", "arity", "value", "slope", "kinks"], BOLD)];
    for op in Registry::new().iter() {
        let Formula { value, slopes } = Formula::of(&**op)?;
        let kinks: Vec<_> = op.kinks().iter().map(|kink| coordinates(&kink.at)).collect();
        rows.push(vec![
            (op.name().to_owned(), BOLD),
            (op.arity().map_or("any".to_owned(), |n| n.to_string()), PLAIN),
            (table::shorten(&value, WIDTH), PLAIN),
            (table::shorten(&slopes.join(" | "), WIDTH), PLAIN),
            (kinks.join(" "), DIM),
        ]);
    }
    let mut vectors = vec![table::row(["vector function", "result i"], BOLD)];
    for entry in &gprime::vector::table::TABLE {
        let params: Vec<_> = entry.params.iter().map(|param| format!(", {param}=")).collect();
        vectors.push(vec![
            (format!("{}[i](x0, x1, …{})", entry.name, params.concat()), BOLD),
            (entry.formula.to_owned(), PLAIN),
        ]);
    }
    let both = format!("{}\n{}", table::render(&rows), table::render(&vectors));
    Ok(style.text(&both).into_owned())
}

/// A point as a number, or as (x, y).
pub fn coordinates(x: &[f64]) -> String {
    match x {
        [x] => x.to_string(),
        _ => format!("({})", x.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}
