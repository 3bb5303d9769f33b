//! Special functions, as lists that are closed under differentiation.
//!
//! [`Special`] names a function of one argument, [`Special2`] one of two. `table.rs` computes them on `f64` and has the one table of their derivatives,
//! in which [`Dual`](super::Dual) and the ops both look: each is made of functions of the lists again. So numbers with parts, tapes and recordings have a
//! single method for all of them, [`Real::special`](super::Real::special), and for those of two arguments
//! [`Real::special2`](super::Real::special2).

mod bessel;
mod densities;
mod differences;
mod gamma;
mod incomplete;
mod list;
mod logarithm;
mod normal;
mod powers;
mod sinc;
mod slopes;
mod stirling;
mod table;

pub use list::{Special, Special2};
