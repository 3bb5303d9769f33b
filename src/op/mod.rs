//! The rules: each op's value, slope, kinks and samples, written once and generic over [`Real`](crate::real::Real).
//!
//! This part uses `real` and nothing else. Start with [`Op`] in `rule.rs`, then read `activation.rs`: a rule there is the whole of
//! what the crate knows about an op, and the line in `ops!` below it is all that lists it.

mod activation;
mod arithmetic;
mod branch;
mod built_in;
mod by_calls;
pub(crate) mod call;
mod closure;
mod domain;
mod dot;
mod elementary;
mod inherent;
mod kink;
mod loss;
mod params;
mod reduction;
mod rule;
mod slices;
mod visitor;

pub use activation::*;
pub use arithmetic::*;
pub use branch::*;
pub use built_in::{visit, visit_activations};
pub(crate) use by_calls::{intrinsics_by_calls, operators_by_calls};
pub use call::{ApplyOp, Call};
pub use closure::{ApplyClosure, ClosureOp};
pub use domain::{Domain, Point};
pub use dot::Dot;
pub(crate) use dot::inner_product;
pub use elementary::*;
pub(crate) use inherent::inherent_methods;
pub use kink::Kink;
pub use loss::*;
pub use params::{Params, bad_param};
pub use reduction::*;
pub use rule::{AtKink, Op, Reduce};
pub use slices::{Element, Slices};
pub use visitor::Visitor;
pub(crate) use visitor::ops;
