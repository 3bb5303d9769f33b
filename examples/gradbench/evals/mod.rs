//! The evals: each a program that is generic in its number, and the functions that GradBench asks for.
//!
//! A function takes its input, and returns what a run does: it writes its result into memory that the next run uses again. Where there is a
//! `compiled`, it gives the derivative too, by a program that is recorded once; see `compiled.rs`.

use serde::de::DeserializeOwned;

pub mod ba;
mod compiled;
pub mod det;
pub mod gmm;
pub mod hello;
pub mod ht;
pub mod kmeans;
pub mod llsq;
pub mod lse;
pub mod lstm;
mod matrix;
pub mod nested;
pub mod ode;
pub mod particle;
pub mod saddle;

pub use matrix::Matrix;

/// The input of a function.
pub trait Problem: DeserializeOwned {
    /// Whether what was decoded makes sense, in shape and in size.
    fn check(&self) -> Result<(), String>;
}

/// An error unless a number lies between two.
fn expect_between(what: &str, number: usize, least: usize, most: usize) -> Result<(), String> {
    if (least..=most).contains(&number) {
        Ok(())
    } else {
        Err(format!("{what} is {number}, and must lie between {least} and {most}"))
    }
}

/// An error unless a list is as long as it should be.
fn expect_len(what: &str, len: usize, expected: usize) -> Result<(), String> {
    if len == expected { Ok(()) } else { Err(format!("{what} is {len}, and should be {expected}")) }
}
