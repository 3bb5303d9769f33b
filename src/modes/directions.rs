//! A point that moves along its axes, some at a time.

use crate::forward::{Tangents, ZeroPolicy};
use crate::tape::Scalar;
use smallvec::SmallVec;
use std::ops::Range;

/// The numbers of a point, of which up to `W`, one after the other, are variables in directions of their own, and the others constants.
pub(super) struct Directions<S: Scalar, const W: usize, Z: ZeroPolicy> {
    pub x: SmallVec<[Tangents<S, W, Z>; 16]>,
}

impl<S: Scalar, const W: usize, Z: ZeroPolicy> Directions<S, W, Z> {
    /// A point of which nothing moves.
    pub fn new(x: &[S]) -> Self {
        Directions { x: x.iter().map(|&x| Tangents::constant(x)).collect() }
    }

    /// The ranges of numbers that move together, until each has.
    pub fn turns(&self) -> impl Iterator<Item = Range<usize>> + use<S, W, Z> {
        let len = self.x.len();
        (0..len).step_by(W).map(move |start| start..len.min(start + W))
    }

    /// Lets these numbers move, and no others.
    pub fn turn(&mut self, moving: &Range<usize>) -> &[Tangents<S, W, Z>] {
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
