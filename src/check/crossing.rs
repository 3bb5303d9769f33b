//! What a step crosses: a comparison that comes out differently, or the kink of an op.

use crate::graph::{Expr, Recorder};
use std::panic::Location;

/// A function of expressions, behind a pointer.
pub(super) type Program<'a> = &'a dyn for<'t> Fn(&[Expr<'t>]) -> Expr<'t>;

/// The step to either side of a point, relative to an input that is larger than 1.
const STEP: f64 = 1e-7;

/// What a small step of one input to either side crosses in a function, in words, and its line.
pub(super) fn crossing(f: Program<'_>, x: &[f64], input: usize) -> Option<(String, &'static Location<'static>)> {
    let [left, right] = [-STEP, STEP].map(|step| {
        let (tape, mut x) = (Recorder::opening(), x.to_vec());
        x[input] += step * f64::max(1.0, x[input].abs());
        f(&x.iter().map(|&x| tape.var(x)).collect::<Vec<_>>());
        tape
    });
    let (on_left, on_right) = (left.comparisons(), right.comparisons());
    let flipped = on_left.iter().zip(&on_right).find(|(l, r)| l.held != r.held);
    let kink = || {
        let node = left.node(kink_between(&left, &left.recorded_values(), &right.recorded_values())?);
        Some((format!("{} stands at its kink", node.op?.name()), node.line))
    };
    flipped.map(|(l, _)| ("a comparison comes out differently on the two sides".to_owned(), l.line)).or_else(kink)
}

/// The first node of a recording whose kink lies between its arguments in two runs of it, of which these are the values.
pub(super) fn kink_between(tape: &Recorder, low: &[f64], high: &[f64]) -> Option<usize> {
    let between = |at: f64, a: f64, b: f64| a.min(b) < at && at < a.max(b);
    (0..low.len().min(high.len())).find(|&index| {
        let node = tape.node(index);
        let kinks = node.op.map_or(vec![], |op| op.kinks());
        match node.args[..] {
            [x] => kinks.iter().any(|kink| between(kink.at[0], low[x], high[x])),
            // where they are equal
            [x, y] => {
                let tied = !kinks.is_empty() && kinks.iter().all(|kink| kink.at[0] == kink.at[1]);
                tied && between(0.0, low[x] - low[y], high[x] - high[y])
            }
            _ => false,
        }
    })
}
