//! The exact gradient of a recording: one reverse sweep with the exact slope of every op where its value's formula knows it.
//!
//! It is the gradient of what was recorded. What the recording has lost of a function only differences of the function can tell.

use super::bar::Difference;
use super::dual;
use crate::graph::{Float, Recorder};
use crate::op::Point;
use crate::real::Real;
use std::collections::HashMap;

/// The exact adjoint of every node up to an output, each with a bar: how far the round-off of the slopes, and of a sweep in a precision, may
/// move an adjoint.
pub(in crate::check) struct ExactAdjoints(Vec<Option<Difference>>);

impl ExactAdjoints {
    /// The exact adjoints of an output, by its index.
    pub fn of<R: Float>(tape: &Recorder, output: usize) -> Self {
        let both = tape.values_in::<R>().and_then(|values| Ok((tape.magnitudes_in(&values, output)?, values)));
        let Ok((magnitudes, values)) = both else { return ExactAdjoints(vec![None; output + 1]) };
        // next to a root of a slope it is the rounding of the arguments that counts
        let values: Vec<f64> = values.into_iter().map(|value| value.to_f64()).collect();
        let mut exact = exact_adjoints(tape, output, &values);
        for (exact, magnitude) in exact.iter_mut().zip(magnitudes) {
            let round_off = 16.0 * (R::EPSILON * magnitude).max(R::SMALLEST);
            *exact = exact
                .map(|d| Difference { error: d.error + round_off, ..d })
                .filter(|d| d.slope.is_finite() && d.error.is_finite());
        }
        ExactAdjoints(exact)
    }

    /// The adjoints of a constant.
    pub fn of_a_constant() -> Self {
        ExactAdjoints(vec![])
    }

    /// The adjoint of a node; `None` where some slope on the way is not known. An output does not depend on what was recorded after it.
    pub fn at(&self, node: usize) -> Option<Difference> {
        self.0.get(node).copied().unwrap_or(Some(Difference { slope: 0.0, error: 0.0 }))
    }
}

/// The adjoint of every node up to an output by the exact slopes of the ops at the given values, and how far off their round-off may make it; `None` where
/// some slope on the way is not known.
fn exact_adjoints(tape: &Recorder, y: usize, values: &[f64]) -> Vec<Option<Difference>> {
    let mut adjoints = vec![0.0; y + 1];
    adjoints[y] = 1.0;
    let (mut errors, mut unknown) = (vec![0.0; y + 1], vec![false; y + 1]);
    let mut known: HashMap<usize, Vec<Option<Difference>>> = HashMap::new();
    let swept = tape.sweep(values, &mut adjoints, |edge, adjoint, slope, sum| {
        let slopes = known.entry(edge.from).or_insert_with(|| {
            let node = tape.node(edge.from);
            let x: Point = node.args.iter().map(|&arg| values[arg]).collect();
            node.op.map_or_else(Vec::new, |op| dual::slopes(&*op, &x))
        });
        let exact = slopes.get(edge.argument).copied().flatten();
        let last = edge.argument + 1 == slopes.len();
        if last {
            known.remove(&edge.from);
        }
        unknown[edge.to] |= unknown[edge.from] || exact.is_none();
        let exact = exact.unwrap_or(Difference { slope, error: 0.0 });
        errors[edge.to] += errors[edge.from] * exact.slope.abs() + adjoint.abs() * exact.error;
        sum + adjoint.mul_strong_zero(exact.slope)
    });
    if swept.is_err() {
        return vec![None; y + 1];
    }
    let adjoint = |node: usize| (!unknown[node]).then_some(Difference { slope: adjoints[node], error: errors[node] });
    (0..=y).map(adjoint).collect()
}
