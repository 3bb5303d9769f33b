//! Compiled programs: what an evaluation of one function at many points can know before it runs.
//!
//! So far this is [`sparse`]: which entries of a Jacobian or a Hessian can differ from 0, and how few directions have them all.

pub mod sparse;
