//! What happened, step by step: a finished account of a forward and a backward pass, to be read, drawn and explained.
//!
//! This part uses `check`, `export`, `graph`, `op` and `real`. [`Recorder::trace`](crate::Recorder::trace) makes a [`Trace`] of a
//! recording; every view is a view of it and shows nothing that the tape did not do. Start with `trace.rs`, the data, then
//! `record.rs`, which fills it. What is said of right and wrong slopes (`check.rs`, `locate.rs`) is computed in [`check`](crate::check).
//!
//! ```
//! use gprime::prelude::*;
//!
//! let tape = Recorder::new();
//! let (x1, x2) = (tape.named("x1", tape.var(2.0)), tape.named("x2", tape.var(5.0)));
//! let y = x1.ln() + x1 * x2 - x2.sin();
//! let trace = tape.trace(y)?;
//! assert_eq!(trace.source, "ln(x1) + x1·x2 − sin(x2)");
//! assert_eq!(trace.nodes[0].adjoint, Some(5.5));
//! # Ok::<(), gprime::Error>(())
//! ```

mod check;
mod explain;
mod formulas;
mod locate;
mod mistake;
mod non_finite;
mod quiz;
#[cfg(feature = "serde")]
mod read;
mod record;
mod singular;
mod steps;
mod style;
mod table;
mod trace;
mod uses;

pub use crate::check::{Agreement, Check, CheckLine, SweepLine};
pub use crate::graph::Id;
pub use crate::json::Number;
pub(crate) use check::small;
pub(crate) use formulas::{Meaning, PRINT, rules_to_read};
pub use locate::{Search, WrongRule};
pub use mistake::{Mistake, Mistaken};
pub use non_finite::NonFinite;
pub use quiz::{LEVELS, Quiz};
pub(crate) use singular::singularity;
pub use steps::Steps;
pub use style::Style;
pub(crate) use style::{Cell, Tint, ends, width};
pub(crate) use table::described;
pub(crate) use trace::label;
pub use trace::{
    Argument, Branch, Flow, KinkNote, Line, Node, OpNote, Param, Partial, Singularity, Step, Trace, VERSION,
};
pub(crate) use uses::Uses;
