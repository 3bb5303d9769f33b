//! The ops that a dialect may write as something else than a call.

use crate::op::{self, Op};

/// An op that has a sign, or another form of its own, in some dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Neg,
    Pow,
    Less,
    LessEqual,
    Equal,
    Select,
}

/// The operators by the names of their ops.
const OPERATORS: [(&str, Operator); 10] = [
    (op::Add::NAME, Operator::Add),
    (op::Sub::NAME, Operator::Sub),
    (op::Mul::NAME, Operator::Mul),
    (op::Div::NAME, Operator::Div),
    (op::Neg::NAME, Operator::Neg),
    (op::Pow::NAME, Operator::Pow),
    (op::Less::NAME, Operator::Less),
    (op::LessEqual::NAME, Operator::LessEqual),
    (op::Equal::NAME, Operator::Equal),
    (op::Select::NAME, Operator::Select),
];

impl Operator {
    /// The operator of an op, by the op's name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|(own, _)| *own == name).map(|(_, operator)| *operator)
    }
}
