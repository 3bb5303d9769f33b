//! What a recorded program learned of its numbers: comparisons that it branched on, and values that it read.

use std::panic::Location;

/// A comparison that the recorded program branched on: a run with other inputs is only right if it comes out the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard {
    /// What was asked.
    pub relation: Relation,
    /// The two sides.
    pub sides: [Operand; 2],
    /// Whether it held.
    pub held: bool,
    /// The line of the program that asked.
    pub line: &'static Location<'static>,
}

/// A value that the recorded program took out as a plain number, by [`Number::primal`](crate::function::Number::primal): what the program made
/// of it is not recorded, so a run with other inputs would go on with the number of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrimalRead {
    /// The index of the node whose value was read.
    pub node: usize,
    /// The line of the program that read it.
    pub line: &'static Location<'static>,
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// The value of a node, by its index.
    Node(usize),
    /// A constant.
    Constant(f64),
}

/// A relation between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// <
    Less,
    /// ≤
    LessEqual,
    /// >
    Greater,
    /// ≥
    GreaterEqual,
    /// =
    Equal,
    /// One of the two is NaN.
    Unordered,
}
