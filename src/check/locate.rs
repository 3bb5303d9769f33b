//! Which rule is wrong: the rule of every op that an output is made of, checked on its own where it was used.

use super::at_point::references;
use super::of_op::check_at;
use super::report::{Located, Report, Verdict};
use crate::error::Error;
use crate::graph::{Node, Recorder, Rule};
use crate::op::Point;

/// What a search for wrong rules found. Nodes are given by their indices.
pub(crate) struct Found {
    /// The first slope that is wrong.
    pub first_wrong: Option<WrongSlope>,
    /// The other nodes whose rules are wrong.
    pub others: Vec<usize>,
    /// The nodes whose rules could not be judged.
    pub unsure: Vec<usize>,
    /// How many applications of an op there are.
    pub checked: usize,
    /// How many of them come after the first wrong one.
    pub after: usize,
}

/// A slope of a rule that is wrong where it was used.
pub(crate) struct WrongSlope {
    pub located: Located,
    /// The argument whose slope is wrong.
    pub argument: usize,
    /// The rule's slope.
    pub rule: f64,
    /// The slope by dual numbers through the value; `None` if they know none.
    pub dual: Option<f64>,
    /// The slope by central differences.
    pub numeric: f64,
    /// Why it was called wrong, in words.
    pub reason: String,
}

/// The check of each op that an output is made of at its arguments, from the first op on. A rule that the output does not depend on is not
/// asked: it has no part in the gradient.
pub(super) fn rules(tape: &Recorder, output: usize) -> impl Iterator<Item = (Located, Report)> {
    let needed = tape.needed(output);
    (0..=output).filter(move |&index| needed[index]).filter_map(|index| {
        let Node { op, args, line, .. } = tape.node(index);
        let (op, args): (_, Point) = (op?, args.iter().map(|&arg| tape.node(arg).value).collect());
        let report = check_at(&*op, &args);
        Some((Located { op: op.name(), node: index, args, line }, report))
    })
}

/// Looks for the ops of an output whose rules are wrong. It takes a time that is proportional to their number.
pub(crate) fn locate(tape: &Recorder, output: usize) -> Result<Found, Error> {
    let mut found = Found { first_wrong: None, others: vec![], unsure: vec![], checked: 0, after: 0 };
    for (located, report) in rules(tape, output) {
        found.checked += 1;
        found.after += usize::from(found.first_wrong.is_some());
        match report.verdict {
            Verdict::Pass => {}
            Verdict::Unsure => found.unsure.push(located.node),
            Verdict::Fail if found.first_wrong.is_some() => found.others.push(located.node),
            Verdict::Fail => found.first_wrong = Some(WrongSlope::new(tape, located, report)?),
        }
    }
    Ok(found)
}

impl WrongSlope {
    fn new(tape: &Recorder, located: Located, report: Report) -> Result<Self, Error> {
        let (node, x) = (tape.node(located.node), &located.args);
        let op = node.op.expect("what is located is an op");
        let argument = report.worst.map_or(0, |worst| worst.argument);
        let mut slopes = Point::from_elem(f64::NAN, x.len());
        Rule::<f64>::evaluate(&*op, x, &mut slopes)?;
        let (dual, numeric) = references(&*op, x, argument);
        let (rule, reason) = (slopes[argument], report.reason.unwrap_or_default());
        Ok(WrongSlope { located, argument, rule, dual, numeric, reason })
    }
}
