//! What a page hands to its script: the trace, and the rules of its ops as JavaScript.

use super::formulas::{Formulas, find};
use crate::draw::json;
use crate::draw::markup::{brief, clean};
use crate::export::functions;
use crate::registry::Registry;
use crate::teach::{Argument, Node, Number, Style, Trace, label, singularity};
use std::fmt::Write;

/// The most nodes and branches of a trace that a page steps through.
pub(super) const MOST_NODES: usize = 2000;

/// The rules of a trace's ops as JavaScript, one after the other; or why there are none.
pub(super) fn rules(trace: &Trace, registry: &Registry) -> Result<String, String> {
    if trace.branches.len() > MOST_NODES {
        return Err(format!("the program branches {} times", trace.branches.len()));
    }
    let mut rules = vec![];
    for (index, note) in trace.ops.iter().enumerate() {
        let Some(node) = trace.nodes.iter().find(|node| node.op == Some(index)) else {
            rules.push("0".to_owned());
            continue;
        };
        let unknown = |_| format!("the rule of {} is not known here", clean(&note.name));
        let op = find(registry, note).map_err(unknown)?;
        if op.arity().is_some_and(|n| n != node.args.len()) || op.validate(node.args.len()).is_some() {
            return Err(format!("{} does not take {} arguments", clean(&note.name), node.args.len()));
        }
        rules.push(functions(&*op, node.args.len()).map_err(|error| {
            let why = if error.is_name() {
                "not computed by a page, so that all numbers are fixed"
            } else {
                "known only as closures"
            };
            format!("{} is {why}", clean(&note.name))
        })?);
    }
    Ok(rules.join(",\n"))
}

/// A trace for the script, and why there are no rules, if there are none.
pub(super) fn data(trace: &Trace, formulas: &Formulas<'_>, style: &Style, fault: Option<&String>) -> String {
    let ops = trace.ops.iter().map(|op| {
        let params = op.params.iter().map(|param| format!("{}={}", param.name, brief(param.value, 6)));
        let params = params.collect::<Vec<_>>().join(", ");
        let (value, slopes) = formulas.of_op(op);
        let slopes = json::list(slopes.iter().map(|slope| json::text(slope)));
        json::list([json::text(&op.name), json::text(&params), json::text(&value), slopes])
    });
    let argument = |arg: &Argument| match *arg {
        Argument::Node(id) => id.index().to_string(),
        // a list is a constant, a number alone a node
        Argument::Constant(x) => json::list([Number(x).to_string()]),
    };
    let node = |node: &Node| {
        let args = node.args.iter().map(argument);
        let partials = node.partials.iter().map(|partial| Number(partial.value).to_string());
        let op = node.op.map_or("-1".to_owned(), |op| op.to_string());
        let adjoint = node.adjoint.map_or("null".to_owned(), |x| Number(x).to_string());
        let mut fields = vec![op, json::list(args), json::list(partials), Number(node.value).to_string(), adjoint];
        let kink = singularity(trace, node, style);
        if node.name.is_some() || kink.is_some() {
            fields.push(json::text(&label(node)));
            fields.extend(kink.map(|kink| json::text(&kink)));
        }
        json::list(fields)
    };
    let mut data = String::from("{");
    let _ = write!(
        data,
        "\"out\":{},\"seed\":{},\"single\":{},\"digits\":{},",
        trace.output.index(),
        Number(trace.seed),
        trace.single,
        style.digits
    );
    let _ = write!(
        data,
        "\"y\":{},\"fault\":{},",
        json::text(trace.output_name()),
        fault.map_or("null".to_owned(), |fault| json::text(fault))
    );
    let _ = write!(data, "\"ops\":{},\n\"nodes\":[", json::list(ops));
    data += &trace.nodes.iter().map(node).collect::<Vec<_>>().join(",\n");
    let branches = trace.branches.iter().take(MOST_NODES).map(|branch| {
        let place = branch.loc.as_ref().map_or(String::new(), |line| format!(" at {line}"));
        let sides = branch.sides.iter().map(argument);
        let fields = [json::text(&branch.relation), branch.held.to_string(), json::text(&place)];
        json::list(fields.into_iter().chain(sides))
    });
    data + "],\n\"branches\":" + &json::list(branches) + "}"
}
