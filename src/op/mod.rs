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
mod composed;
mod domain;
mod dot;
mod elementary;
mod inherent;
mod kink;
mod loss;
mod norm;
mod params;
mod reduction;
mod rule;
mod slices;
pub(crate) mod softmax;
mod special;
mod statistics;
mod visitor;

pub use activation::*;
pub use arithmetic::*;
pub use branch::*;
pub(crate) use built_in::visit_special_functions;
pub use built_in::{visit, visit_activations};
pub(crate) use by_calls::{intrinsics_by_calls, operators_by_calls};
pub use call::{ApplyOp, Call};
pub use closure::{ApplyClosure, ClosureOp};
pub use composed::*;
pub use domain::{Domain, Point};
pub use dot::Dot;
pub(crate) use dot::inner_product;
pub use elementary::*;
pub(crate) use inherent::inherent_methods;
pub use kink::Kink;
pub use loss::*;
pub use norm::Norm;
pub use params::{Params, bad_param};
pub use reduction::*;
pub use rule::{AtKink, Op, Reduce};
pub use slices::{Element, Slices};
pub use softmax::{LogSumExp, SoftTargetCrossEntropy, SoftmaxCrossEntropy};
pub use special::*;
pub use statistics::{MaxOf, MinOf, Prod, StandardDeviation, Variance};
pub use visitor::Visitor;
pub(crate) use visitor::ops;
