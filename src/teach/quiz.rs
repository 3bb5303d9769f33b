//! A table with blanks: adjoints to be found by hand.

use super::style::Style;
use super::trace::Trace;
use super::uses::Uses;
use crate::graph::Id;

/// Programs to practise on, from easy to hard: an expression, its point, and what is in it.
pub const LEVELS: [(&str, &str, &str); 5] = [
    ("3*x + y", "x=2,y=5", "a product and a sum"),
    ("square(x*y)", "x=2,y=3", "one op after another"),
    ("let u = x*x; u*u + x", "x=2", "a value that is used twice"),
    ("relu(x*y) + max(x, y)", "x=2,y=2", "kinks"),
    ("square(sigmoid(w*x + b) - t)", "w=0,x=3,b=0,t=1", "a neuron and its loss"),
];

/// How many blanks there are at the most.
const MOST: usize = 12;

/// A trace some of whose adjoints are to be found.
#[derive(Clone, Debug)]
pub struct Quiz<'a> {
    trace: &'a Trace,
    /// The nodes whose adjoints are blank, from the output's side on: the order in which they are found.
    pub blanks: Vec<Id>,
}

impl Trace {
    /// A quiz about this trace: the adjoint of every node that the output depends on is blank, but for the output's own.
    pub fn quiz(&self) -> Quiz<'_> {
        let asked = self.nodes.iter().rev().filter(|node| node.adjoint.is_some() && node.id != self.output);
        Quiz { trace: self, blanks: asked.map(|node| node.id).take(MOST).collect() }
    }
}

impl Quiz<'_> {
    /// The table with its blanks.
    pub fn table(&self, style: &Style) -> String {
        self.trace.table_with_blanks(style, &self.blanks)
    }

    /// What is asked at a blank.
    ///
    /// # Panics
    /// If there is no such blank.
    pub fn question(&self, blank: usize, style: &Style) -> String {
        let node = self.trace.node(self.blanks[blank]);
        let name = node.name.as_ref().map_or(String::new(), |name| format!("  ({name})"));
        style.text(&format!("?{}{name}  ", blank + 1)).into_owned() + &style.adjoint(&node.id.to_string()) + " = "
    }

    /// Whether an answer is right, to within a thousandth: three digits are enough.
    ///
    /// # Panics
    /// If there is no such blank.
    pub fn is_right(&self, blank: usize, answer: f64) -> bool {
        let right = self.trace.node(self.blanks[blank]).adjoint.unwrap_or(0.0);
        right == answer || right.is_nan() && answer.is_nan() || (right - answer).abs() <= 1e-3 * right.abs()
    }

    /// The answer to a blank: the sum that it is.
    ///
    /// # Panics
    /// If there is no such blank.
    pub fn answer(&self, blank: usize, style: &Style) -> String {
        let node = self.trace.node(self.blanks[blank]);
        self.trace.adjoint_sum(node, &Uses::of(self.trace), style)
    }
}
