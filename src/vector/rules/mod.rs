//! The rules of vector functions. [`vector`](super) has the functions that apply them; whoever checks a rule, or writes one that applies another,
//! takes them from here.

mod cumulative;
mod direction;
mod log_cum_sum_exp;
mod softmax;

pub use cumulative::{CumProd, CumSum};
pub use direction::{ClipByNorm, Normalize};
pub use log_cum_sum_exp::LogCumSumExp;
pub use softmax::{LogSoftmax, Softmax};

use crate::Error;

/// The number of results of a rule that takes one list and has a result for each number of it.
///
/// # Errors
/// If there is another number of lists.
fn one_each(name: &str, lens: &[usize]) -> Result<usize, Error> {
    match *lens {
        [len] => Ok(len),
        _ => Err(Error::rule(format!("{name} takes one list, and there are {}", lens.len()))),
    }
}

/// As [`one_each`], of a rule that has no results of nothing.
///
/// # Errors
/// If there is another number of lists, or the list is empty.
fn one_each_of_some(name: &str, lens: &[usize]) -> Result<usize, Error> {
    match one_each(name, lens)? {
        0 => Err(Error::rule(format!("{name} needs at least one number"))),
        len => Ok(len),
    }
}
