//! What a wrong slope looks like.

use std::fmt;

/// What a wrong slope looks like: the mistake that would give just these numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Hint {
    /// The slope with the other sign.
    Sign,
    /// The slope times a constant.
    Factor(f64),
    /// 0, where the slope is not.
    Zero,
    /// The value of the op.
    Value,
    /// The slope at the value, as if a had been put where z belongs.
    OutputForInput,
    /// The slope in another argument, of this index.
    OtherArgument(usize),
    /// The slope, rounded to single precision.
    SinglePrecision,
    /// The slope, with fewer digits than it should have.
    LostDigits,
    /// A product without the adjoint that came from above: what a hand-written backward pass forgets.
    MissingUpstream,
    /// The Jacobian with rows for columns.
    Transposed,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::Sign => write!(f, "the sign is the other one"),
            Hint::Factor(factor) => write!(f, "it is {factor} times the slope"),
            Hint::Zero => write!(f, "it is 0: a difference such as 1 - a may have no digits left here"),
            Hint::LostDigits => write!(f, "it has lost digits, as 1 - a does where a is nearly 1"),
            Hint::Value => write!(f, "it is the value, not the slope"),
            Hint::OutputForInput => write!(f, "it is the slope at the value: a stands where the argument belongs"),
            Hint::OtherArgument(i) => write!(f, "it is the slope in argument {}", i + 1),
            Hint::SinglePrecision => write!(f, "it is rounded to single precision"),
            Hint::MissingUpstream => {
                write!(f, "it does not depend on the adjoint from above, which it must be multiplied by")
            }
            Hint::Transposed => write!(f, "it is the Jacobian with rows for columns"),
        }
    }
}
