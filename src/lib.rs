//! Reverse-mode automatic differentiation, with every rule written once.
//!
//! ```
//! use gprime::prelude::*;
//!
//! let g = gradient(|x| (x[0] * x[1]).sin() + x[1].sigmoid(), &[0.5, 2.0]);
//! assert_eq!(g[0], 2.0 * 1f64.cos());
//! ```
//!
//! # Where to start
//!
//! * **To look something up**: [which call](howto::which_call) does what, and at what cost; what one wrote in [JAX, PyTorch, Stan, num-dual or
//!   CasADi](howto::coming_from) and writes here; what the [compiler's messages](howto::compiler_messages) mean.
//! * **To differentiate a program**, write it in one of three ways. Any control flow may be in it, and with `use gprime::prelude::*` every op is a
//!   method of every number.
//!   * As a closure: [`gradient`], [`jacobian`], [`hessian`] and their kin take one; [`Tape::value_and_gradient`] does it again and again
//!     without allocating.
//!   * As a generic function, `fn f<R: Number>(x: &[R]) -> R`, which runs on plain numbers too ([`Number`](function::Number)). It is handed over
//!     in a closure, `gradient(|x| f(x), &x)`: by its name alone it is the function of one type, and the compiler says that its "implementation of
//!     `FnOnce` is not general enough".
//!   * As a routine, which [`routine!`] writes like a closure: a value that runs on any number. The modes are its methods
//!     ([`Modes`]): they choose the number, so its Jacobian is taken forwards or in reverse, its Hessian in several directions at once; it may return
//!     errors, and numbers that are counted when it runs; and [`check::routine`] holds all ways to each other. It is the best
//!     of the three wherever the derivative is more than a gradient.
//! * **To evaluate one function at many points**, record it once and compile it: [`Program`] has its values and derivatives as loops, at one point or
//!   many, and sparse matrices of derivatives; [`program::Cached`] records anew where the function branches otherwise.
//! * **To add an op**: write an `impl` of [`op::Op`], use it as `x.apply(&MyOp)`, and let [`check::op`] tell whether the
//!   slope is right. A plain `f64` closure and its slope do as well: [`unary`](op::ApplyClosure::unary).
//! * **To apply a function again and again**: write it as a [`Function`](trait@function::Function), with [`function!`](macro@function), for any
//!   number, and say what is done with it:
//!   [`Apply`](function::Apply) has `run`, `map`, `reduce_each`, `scan` and `contract`, for each of which a tape has a fast way.
//! * **To differentiate what is written for another library's numbers**, functions of `T: Float` or `T: RealField`, or arrays: the features
//!   `num-traits`, `nalgebra` and `ndarray`, each with a page in [`border`].
//! * **To write a statistical model**: [`density`] has log densities, of any number, and the maps of constrained parameters with their Jacobians.
//! * **To hand it to a solver**: [`border`] makes a routine into a problem of argmin, basin, levenberg-marquardt or nuts-rs, each behind the feature of
//!   its name; [`optim`] has gradient descent with momentum, and Adam.
//! * **To differentiate a library** that asks for a number which is `'static`, `Send` and `Sync`, as nalgebra does: [`scoped`] has reverse mode for it.
//! * **To see what happens**: record on [`Recorder::new`] and print its [trace](Recorder::trace): values, adjoints as the sums that they are, and
//!   formulas. [`teach`] has the steps one by one, the classic mistakes made on purpose, and
//!   [where NaN came from](Recorder::first_non_finite); [`draw`] makes pictures of it, and a page to click through.
//! * **To learn reverse mode**, or to teach it: the [`guide`], from the first slope on; `gprime lesson` shows it on a terminal.
//!
//! # The one idea
//!
//! A rule is a generic function, and every feature a choice of number: `f64` gives values and slopes; [`Dual`] through the value
//! an exact second opinion on the slope, through the slope second derivatives; [`Lanes`] several points at once; [`Single`]
//! single precision; [`Var`] a gradient, by a [`Tape`] that keeps slopes and nothing else; [`Expr`] the program itself, as a [`Recorder`]
//! writes it down, and from it formulas and higher orders. What a rule is made of, and what lies below and above it, is in the modules, from
//! [`real`] over [`op`], [`function`](mod@function), [`tape`] and [`graph`] to [`check`], [`export`] and [`teach`].
//!
//! # What happens at the edges
//!
//! * **At a kink** a rule returns the element of smallest norm of the subdifferential: 0 for relu and abs at 0, 0.01 for
//!   leaky_relu, (½, ½) for max at a tie. Another one is chosen by [`op::Op::slope_at_kink`].
//!   This is promised of one op. A composition of ops that stand on kinks may have a gradient that lies between no two sides, and a second
//!   derivative at a kink is that of the constant slope that was chosen.
//! * **At a jump** there is no slope to return, and it is 0, or that of both sides if they agree.
//! * **A slope that diverges** is ±∞, as that of √x at 0. In the chain rule a factor that is exactly 0 gives 0, whatever the other is, in
//!   every mode: what a program did not take never makes its gradient NaN. The price is that 0 · ∞ on a path that *was* taken counts as 0
//!   too, where the derivative may be anything.
//! * **NaN** goes in and comes out, of value and slope; ±∞ gives the limit where there is one.
//! * **Outside of its domain** an op's slopes are NaN, as its value is.
//!
//! Where a derivative is such a choice, it can be asked: [`teach::Trace::notes`] names each node of a recording that stands on a kink, a jump or
//! the end of its domain, and each edge on which 0 met ∞ on a path that was taken, which [`Recorder::annihilated`] lists. `gprime grad` prints them.
//!
//! ```
//! use gprime::prelude::*;
//!
//! // x, whose slope is 1: each relu returns its own 0 at 0
//! assert_eq!(gradient(|x| x[0].relu() - (-x[0]).relu(), &[0.0]), [0.0]);
//! // ‖x‖², whose Hessian is 2·I: the slope of ‖x‖ at the origin is the constant 0
//! assert_eq!(hessian(|x| x.norm().square(), &[0.0, 0.0]), [[0.0, 0.0], [0.0, 0.0]]);
//! // (√x)² is x: the adjoint 0 of √x annihilates its slope ∞
//! assert_eq!(gradient(|x| x[0].sqrt().square(), &[0.0]), [0.0]);
//!
//! let recorder = Recorder::new();
//! let x = recorder.var(0.0);
//! assert_eq!(recorder.trace(x.relu() - (-x).relu())?.notes(&Default::default()).len(), 2);
//! assert_eq!(recorder.annihilated(x.sqrt().square())?.len(), 1);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! # Errors and panics
//!
//! What depends on data is an [`Error`]. A panic is for mistakes in the calling program: variables of two tapes in one operator, slices of
//! the wrong length, an op given the wrong number of arguments. It is documented under `# Panics` of the function that is called. What holds
//! for all of them alike is said here alone: a variable belongs to one tape, and a tape can be full, with billions of numbers in it.

#![deny(missing_docs)]

pub mod accuracy;
pub mod border;
pub mod changelog;
pub mod check;
pub mod density;
pub mod draw;
mod error;
pub mod export;
pub mod forward;
pub mod function;
pub mod graph;
pub mod guide;
pub mod howto;
#[cfg(feature = "linalg")]
pub mod implicit;
mod json;
#[cfg(feature = "linalg")]
pub mod linalg;
pub mod modes;
pub mod op;
pub mod optim;
pub mod program;
pub mod real;
pub mod registry;
pub mod scoped;
pub mod tape;
pub mod teach;
pub mod vector;
mod visible;

pub use error::Error;
pub use forward::Tangent;
pub use graph::{Adjoints, Expr, Recorder};
pub use modes::{Modes, gradient, hessian, hvp, jacobian, jvp, value_and_gradient, vjp};
pub use program::Program;
pub use real::{Dual, Lanes, Real, Single};
pub use registry::Registry;
pub use tape::{Gradient, Scalar, Tape, Var, memory};
pub use visible::visible;

/// What a program that differentiates wants in scope: the traits whose methods numbers have, the two rooms, the modes, and the macros that write
/// functions and routines.
pub mod prelude {
    pub use crate::forward::{Ieee, Strong, Tangent, Tangents};
    pub use crate::function::{Apply, Function, Keep, Matrices, Number, Outputs, Routine, SingleOutput};
    pub use crate::graph::{Adjoints, Expr, Recorder};
    pub use crate::modes::{Modes, gradient, hessian, hvp, jacobian, jvp, value_and_gradient, vjp};
    pub use crate::op::{
        Activations, ApplyClosure, ApplyOp, Arithmetic, Call, ComposedFunctions, Losses, Op, Reduce, Reductions,
        Slices, SpecialFunctions,
    };
    pub use crate::real::{Dual, Lanes, Real, Single};
    pub use crate::tape::{Gradient, Scalar, Tape, Var};
    pub use crate::{function, routine};
}

/// The README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
