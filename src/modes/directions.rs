//! A point that moves along its axes, some at a time.

use crate::forward::{Ieee, Tangents};
use crate::tape::Scalar;
use smallvec::SmallVec;
use std::ops::Range;

/// The numbers of a point, of which up to `W`, one after the other, are variables in directions of their own, and the others constants.
pub(super) struct Directions<S: Scalar, const W: usize> {
    pub x: SmallVec<[Tangents<S, W, Ieee>; 16]>,
}

impl<S: Scalar, const W: usize> Directions<S, W> {
    /// A point of which nothing moves.
    pub fn new(x: &[S]) -> Self {
        Directions { x: x.iter().map(|&x| Tangents::constant(x)).collect() }
    }

    /// Lets these numbers move, and no others.
    pub fn turn(&mut self, moving: &Range<usize>) -> &[Tangents<S, W, Ieee>] {
        // those that moved before
        for x in &mut self.x[moving.start.saturating_sub(W)..moving.start] {
            *x = Tangents::constant(x.primal);
        }
        for (k, x) in self.x[moving.clone()].iter_mut().enumerate() {
            *x = Tangents::variable(x.primal, k);
        }
        &self.x
    }
}
