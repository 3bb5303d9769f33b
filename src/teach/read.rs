//! How an account is written and read: lines, and what must hold of what is read.

use super::trace::{Argument, Line, Node, OpNote, Step, Trace, VERSION};
use crate::graph::Id;
use crate::json::serial::as_text;
use crate::visible::visible;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;

as_text! { Line }

impl FromStr for Line {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let line = |(file, line): (&str, &str)| Some(Line { file: file.to_owned().into(), line: line.parse().ok()? });
        text.rsplit_once(':').and_then(line).ok_or_else(|| format!("{text:?} is no line, such as main.rs:1"))
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Trace::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut trace = Trace::deserialize(deserializer)?;
        trace.texts().for_each(|text| *text = visible(text).into_owned());
        trace.validate().map_or(Ok(trace), |fault| Err(D::Error::custom(fault)))
    }
}

impl Trace {
    /// Every text in it, which may come from anywhere and is shown. The files of lines are names that sources are
    /// found by, and are left.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        fn of_op(op: &mut OpNote) -> impl Iterator<Item = &mut String> {
            let texts = [&mut op.name, &mut op.domain].into_iter().chain(&mut op.value).chain(&mut op.slopes);
            texts.chain(op.params.iter_mut().map(|param| &mut param.name))
        }
        fn of_node(node: &mut Node) -> impl Iterator<Item = &mut String> {
            let texts = std::iter::once(&mut node.rule).chain(&mut node.name).chain(&mut node.scope);
            texts.chain(node.partials.iter_mut().map(|partial| &mut partial.formula))
        }
        let check = self.check.iter_mut().flat_map(|check| {
            std::iter::once(&mut check.output).chain(check.inputs.iter_mut().map(|line| &mut line.input))
        });
        let branches = self.branches.iter_mut().map(|branch| &mut branch.relation);
        let own = std::iter::once(&mut self.source).chain(self.ops.iter_mut().flat_map(of_op));
        own.chain(self.nodes.iter_mut().flat_map(of_node)).chain(branches).chain(check)
    }

    /// What cannot be in the account of a tape, if anything: a view relies on its absence.
    fn validate(&self) -> Option<String> {
        if self.version != VERSION {
            return Some(format!("the trace is of version {}; this program reads version {VERSION}", self.version));
        }
        for (index, node) in self.nodes.iter().enumerate() {
            let (id, slopes) = (node.id, node.partials.len());
            let before = |arg: &Argument| arg.node().is_none_or(|arg| arg < id);
            if id.index() != index {
                return Some(format!("the node {id} stands in the place of {}", Id(index as u32)));
            }
            if node.args.len() != slopes || !node.args.iter().all(before) {
                return Some(format!("{id} must have a partial for each argument, and its arguments before it"));
            }
            if node.op.is_some_and(|op| op >= self.ops.len()) || node.op.is_none() && slopes > 0 {
                return Some(format!("{id} has no op among those of the trace"));
            }
        }
        if let Some(check) = &self.check {
            let inputs = check.inputs.len();
            if check.sweep.iter().any(|line| line.errors.len() != inputs) {
                return Some("a step of the check must have an error for each input".to_owned());
            }
        }
        let known = |id: Id| id.index() < self.nodes.len();
        let fits = |step: &Step| match *step {
            Step::Forward { node } | Step::Seed { node } | Step::Skip { node } => known(node),
            Step::Contribute { from, argument, to, .. } => {
                let arg = self.nodes.get(from.index()).and_then(|node| node.args.get(argument as usize));
                arg.is_some_and(|arg| *arg == Argument::Node(to))
            }
        };
        let compared = self.branches.iter().flat_map(|branch| branch.sides).filter_map(Argument::node);
        if let Some(id) = compared.into_iter().find(|id| !known(*id)) {
            return Some(format!("a branch compares {id}, which is not there"));
        }
        let odd = self.steps.iter().find(|step| !fits(step));
        let missing = (!known(self.output)).then(|| format!("there is no node {}", self.output));
        missing.or_else(|| odd.map(|step| format!("there is nothing that the step {step:?} could be about")))
    }
}
