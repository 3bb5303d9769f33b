#![deny(missing_docs)]
//! gprime

pub mod check;
mod error;
pub mod op;
pub mod real;
pub mod registry;
pub mod tape;

pub use error::Error;
pub use real::{Dual, Lanes, Real};
pub use registry::Registry;
pub use tape::{
    Gradient, Lean, Recording, Scalar, Tape, Var, gradient, hessian, hvp, jacobian, jvp, value_and_gradient, vjp,
};

/// What a program that differentiates wants in scope: the traits whose methods numbers have, the tape, and the modes.
pub mod prelude {
    pub use crate::op::{Activations, Apply, Arithmetic, Losses, Op, Reduce, Reductions};
    pub use crate::real::{Dual, Lanes, Real};
    pub use crate::tape::{
        Gradient, Lean, Recording, Scalar, Tape, Var, gradient, hessian, hvp, jacobian, jvp, value_and_gradient, vjp,
    };
}
