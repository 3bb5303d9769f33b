//! Statements: ops with one result or more, in consecutive slots, that are kept as one entry. Each kind is a file here, which records it and
//! adds the adjoints of its results to those of its arguments. `slot.rs` says what is kept of a statement, and `contract.rs` is the kind to read
//! first. (`run.rs` writes pairs and runs alone; `constant.rs` is a slot for a number that depends on nothing.)
//!
//! ```text
//! slots         … | below, where the arguments are        | its results | above
//! entries       … | one for each slot but the inputs      |   [index]   |
//! statements                                                  │
//!                 results, lists, slopes, shape, pull-back ◁──┘
//! lists         … | where the arguments are |
//! slopes        … | what the recording appended for the sweep |
//! bodies        functions that the sweep runs again, as a scan does
//! ```
//!
//! A new kind is one more file. It appends what its pull-back needs to the tape's slopes, calls `store.push_statement::<Kind>`, and implements
//! [`PullBack`](slot::PullBack); one that runs a function again, as `scan.rs` and `rule.rs` do, calls `store.push_body` (`body.rs`). What users call
//! is a method in `function/apply.rs`, whose default is its meaning, a plain loop of `function/loops.rs`; `impl Apply for Var` below hands the call
//! to the file. Other numbers, the expressions of a graph among them, need nothing: they run the loop.

mod body;
mod constant;
mod contract;
mod map;
mod reduce;
mod rule;
mod run;
mod scan;
pub(super) mod slot;

pub(super) use constant::Constant;

use super::scalar::Scalar;
use super::var::Var;
use super::{checkpoint, terms};
use crate::error::Error;
use crate::function::{Apply, Function, Keep, VectorRule};

impl<S: Scalar> Apply for Var<'_, S> {
    const ORDER: u32 = S::ORDER + 1;

    #[track_caller]
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        rule::vector(rule, x)
    }

    #[inline(always)]
    #[track_caller]
    fn run<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [Self; N]) -> [Self; M] {
        run::run(f, x)
    }

    #[track_caller]
    fn map<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [&[Self]; N]) -> [Vec<Self>; M] {
        map::map(f, x)
    }

    #[track_caller]
    fn reduce_each<const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
        f: &F,
        x: [&[Self]; N],
        data: [&[f64]; D],
    ) -> Self {
        reduce::reduce_each(f, x, data)
    }

    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
        f: &F,
        keep: Keep,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        F: Function<I, O> + Clone + Send + 'static,
    {
        scan::scan(f, keep, passes, state, carry, params);
    }

    #[track_caller]
    fn contract(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        contract::contract(a, b, inner)
    }

    #[inline]
    #[track_caller]
    fn call_closure<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        terms::call_closure(x, f)
    }

    #[track_caller]
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        terms::sum_terms(n, x, term)
    }

    #[track_caller]
    fn checkpoint<const N: usize>(
        steps: usize,
        state: [Self; N],
        params: &[Self],
        step: impl Fn(usize, [Self; N], &[Self]) -> [Self; N],
    ) -> [Self; N] {
        checkpoint::checkpoint(steps, state, params, step)
    }
}
