//! The data: one finished account of a forward and a backward pass.

use crate::check::Check;
use crate::export::sign;
use crate::graph::Id;
use crate::real::Single;
use std::borrow::Cow;
use std::fmt;

/// The version of the account's form; it changes when a field changes its meaning.
pub const VERSION: u32 = 1;

/// A forward and a backward pass over a recording, in full.
///
/// Every view needs this and nothing else. With the feature `serde` it can be written and read again; what is read is checked, so that
/// every [`Id`] in it is that of a node, and arguments come before what they are used in. Numbers that are not finite are
/// the strings `"inf"`, `"-inf"` and `"nan"`; `serde_json` reads the others to the last bit with its feature `float_roundtrip`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(remote = "Self"))]
#[non_exhaustive]
pub struct Trace {
    /// [`VERSION`].
    pub version: u32,
    /// The output as a formula in terms of the variables that have a name, which follow after `with`; empty where that would be
    /// too long to read.
    pub source: String,
    /// The node whose derivatives were taken.
    pub output: Id,
    /// The adjoint that the output begins with: 1.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub seed: f64,
    /// Whether every number was rounded to single precision.
    pub single: bool,
    /// The ops that were applied, each with its formulas.
    pub ops: Vec<OpNote>,
    /// The nodes in the order of the recording. Constants are not among them: they stand in the arguments.
    pub nodes: Vec<Node>,
    /// What happened, in order: first every `Forward`, then the `Seed` and what follows from it.
    pub steps: Vec<Step>,
    /// The comparisons that the program branched on: with other inputs it may go another way, of which nothing is known here.
    #[cfg_attr(feature = "serde", serde(default))]
    pub branches: Vec<Branch>,
    /// Where an adjoint of 0 met a slope that is not finite, or the other way round, on a path that was taken: the product was taken for 0,
    /// and what is computed from it is not certain. See [`Recorder::annihilated`](crate::Recorder::annihilated).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub annihilated: Vec<Flow>,
    /// The gradient beside other ways to find it, if somebody asked for that.
    pub check: Option<Check>,
}

/// What a node stands on where its op has no derivative of the ordinary kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Singularity {
    /// A kink: the slopes on the two sides differ.
    Kink,
    /// A jump of the value.
    Jump,
    /// An end of the domain: there is nothing on one side.
    End,
}

/// An op that was applied, with the parameters it had; or a result of a function, which is told like an op.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OpNote {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The formula for its value, in terms of z; of x, y and z; or of x1, x2 and so on. `None` if it is known only as closures, or takes
    /// too many arguments to be read. A function's is what it does.
    pub value: Option<String>,
    /// The formulas for its slopes, in terms of the same and of its value a.
    pub slopes: Vec<String>,
    /// Its domain, in words.
    pub domain: String,
}

/// A parameter of an op.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub value: f64,
}

/// A node: one number that was computed.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Node {
    /// Its own id.
    pub id: Id,
    /// The name that the program gave it.
    pub name: Option<String>,
    /// The index of its op in [`Trace::ops`]; `None` for an input.
    pub op: Option<usize>,
    /// What was computed, such as `v1·v2`; of an input the name, or the id.
    pub rule: String,
    /// What it was computed from.
    pub args: Vec<Argument>,
    /// For each argument, the derivative by it.
    pub partials: Vec<Partial>,
    /// The value.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub value: f64,
    /// The derivative of the output by it; `None` if the output does not depend on it, which is shown as `·` and never as 0.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::optional"))]
    pub adjoint: Option<f64>,
    /// The parts of the program that it belongs to, from the outermost on, joined by `/`.
    pub scope: Option<String>,
    /// The kink that its op stands at.
    pub kink: Option<KinkNote>,
    /// What its op stands on, if the output depends on the node and not only through the side that a choice did not take.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub singular: Option<Singularity>,
    /// The line of the program that recorded it.
    pub loc: Option<Line>,
}

/// What an op is applied to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Argument {
    /// A node before.
    Node(Id),
    /// A number that is no variable; no derivative is taken by it.
    Constant(#[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))] f64),
}

impl Argument {
    /// The node, if it is one.
    pub fn node(self) -> Option<Id> {
        match self {
            Argument::Node(id) => Some(id),
            Argument::Constant(_) => None,
        }
    }
}

/// The derivative of a node by one of its arguments.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Partial {
    /// Its formula, such as `cos(v2)`: that of the op's definition, whatever form the slope is computed in. `∂v3/∂v1` where there is none, or
    /// it has too many arguments to be read.
    pub formula: String,
    /// Its value here.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub value: f64,
}

/// A kink that an op stands at: for each argument the slopes on the two sides, and the one that was used.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KinkNote {
    /// The arguments.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub at: Vec<f64>,
    /// The slopes on the left.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub left: Vec<f64>,
    /// The slopes on the right.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub right: Vec<f64>,
    /// The slopes that were used.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::list"))]
    pub slope: Vec<f64>,
}

/// A comparison that the program branched on.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Branch {
    /// Which: `<`, `≤`, `>`, `≥` or `=`; `?` if one of the two was NaN where the order of both was asked.
    pub relation: String,
    /// The two sides.
    pub sides: [Argument; 2],
    /// Whether it held.
    pub held: bool,
    /// The line of the program that asked.
    pub loc: Option<Line>,
}

/// A line of a program; it is shown and serialised as `file:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The file, as the compiler was given it.
    pub file: Cow<'static, str>,
    /// The line.
    pub line: u32,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One thing that the tape did.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "step", rename_all = "lowercase"))]
pub enum Step {
    /// A value was computed, or an input given.
    Forward {
        /// The node.
        node: Id,
    },
    /// The output's adjoint was set to the seed.
    Seed {
        /// The output.
        node: Id,
    },
    /// A node whose adjoint was complete passed it on to one of its arguments.
    Contribute {
        /// The node.
        from: Id,
        /// Which of its arguments.
        argument: u32,
        /// The argument's node.
        to: Id,
        /// The adjoint of the node.
        #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
        upstream: f64,
        /// The slope: the value of the node's partial.
        #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
        local: f64,
        /// Their product, in which 0 annihilates ±∞.
        #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
        amount: f64,
        /// The argument's adjoint, with this in it.
        #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
        sum_after: f64,
        /// How many contributions to the argument are still to come; at 0 its adjoint is complete, and it may pass it on.
        waiting: u32,
    },
    /// A node had the adjoint 0 and passed nothing on, not even 0 × ∞.
    Skip {
        /// The node.
        node: Id,
    },
}

/// What met on an edge in the backward pass.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Flow {
    /// The node that passed its adjoint on.
    pub from: Id,
    /// Which of its arguments.
    pub argument: usize,
    /// The argument's node.
    pub to: Id,
    /// The node's adjoint.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub upstream: f64,
    /// The slope.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub local: f64,
    /// What came to the argument.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::serial::number"))]
    pub amount: f64,
}

impl Trace {
    /// A node.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id.index()]
    }

    /// The op of a node; `None` for an input.
    pub fn op(&self, node: &Node) -> Option<&OpNote> {
        node.op.map(|op| &self.ops[op])
    }

    /// What a node's op is called in a sum: by its sign, if it has one.
    pub(crate) fn sign<'a>(&'a self, node: &'a Node) -> &'a str {
        self.op(node).map_or(&node.rule, |op| sign(&op.name).unwrap_or(&op.name))
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.op.is_none())
    }

    /// The node that a text means: `v3`, or a name.
    pub fn find(&self, text: &str) -> Option<Id> {
        let named = self.nodes.iter().find(|node| node.name.as_deref() == Some(text));
        named.or_else(|| self.nodes.get(text.parse::<Id>().ok()?.index())).map(|node| node.id)
    }

    /// A number in the precision of the trace.
    pub(crate) fn rounded(&self, x: f64) -> f64 {
        if self.single { Single::from(x).to_f64() } else { x }
    }

    /// Forgets the lines of the program: what is traced may be an expression, whose lines are those of whoever runs it.
    pub fn without_lines(mut self) -> Self {
        self.nodes.iter_mut().for_each(|node| node.loc = None);
        self.branches.iter_mut().for_each(|branch| branch.loc = None);
        self
    }

    /// The derivative of every node by one input, forwards: from the input on, each node sums its partials times the tangents of its
    /// arguments. One such sweep gives one column of derivatives, a backward pass a row.
    pub fn tangents(&self, input: Id) -> Vec<f64> {
        let mut tangents: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let terms = node.args.iter().zip(&node.partials);
            let sum = terms.fold(0.0, |sum, (arg, partial)| {
                let term = |id: Id| self.rounded(crate::Real::mul_strong_zero(tangents[id.index()], partial.value));
                self.rounded(sum + arg.node().map_or(0.0, term))
            });
            tangents.push(if node.id == input { 1.0 } else { sum });
        }
        tangents
    }
}

/// What a node is called: its name, or its id.
pub(crate) fn label(node: &Node) -> String {
    node.name.clone().unwrap_or_else(|| node.id.to_string())
}
