//! The inputs of a tape, and its emptying.

use super::scalar::Scalar;
use super::store::{Handle, LIMIT, Place};
use super::var::{Tape, Var};

impl<S: Scalar> Tape<S> {
    /// An input.
    ///
    /// # Panics
    /// If the tape is full.
    #[inline(always)]
    pub fn var(&self, value: S) -> Var<'_, S> {
        let store = &self.store;
        if store.entries.len() == 0 {
            return self.input(self.first_inputs(1), value);
        }
        let slot = store.slots();
        store.late_inputs.set(true);
        store.push([S::from(1.0), S::from(0.0)], [slot, slot]);
        self.input(slot, value)
    }

    /// Several inputs.
    ///
    /// # Panics
    /// If the tape is full.
    pub fn vars(&self, values: &[S]) -> Vec<Var<'_, S>> {
        if self.store.entries.len() > 0 {
            return values.iter().map(|&value| self.var(value)).collect();
        }
        let first = self.first_inputs(values.len());
        values.iter().zip(first..).map(|(&value, slot)| self.input(slot, value)).collect()
    }

    /// Makes room for inputs before the first entry; the first of their slots.
    #[inline(always)]
    pub(super) fn first_inputs(&self, count: usize) -> u32 {
        let first = self.store.inputs.get();
        assert!(count <= LIMIT - first as usize, "the tape is full: it holds {LIMIT} entries");
        self.store.inputs.set(first + count as u32);
        self.store.base.set(first + count as u32);
        first
    }

    #[inline(always)]
    pub(super) fn input(&self, slot: u32, value: S) -> Var<'_, S> {
        let place = Place(Place::new(slot, slot + 1).0 | Place::INPUT);
        Var { tape: Some(self), handle: Handle { place, slope: S::from(1.0) }, value }
    }

    /// Forgets everything that was recorded, and keeps the memory.
    pub fn reset(&mut self) {
        self.restart();
    }

    /// As [`reset`](Tape::reset), for who knows that no variable is left.
    pub(super) fn restart(&self) {
        self.uses.set(self.uses.get() + 1);
        self.store.inputs.set(0);
        self.store.late_inputs.set(false);
        self.rewind();
    }

    /// Forgets all but the inputs.
    pub(super) fn rewind(&self) {
        self.store.base.set(self.store.inputs.get());
        self.store.entries.clear();
        self.store.slopes.clear();
        self.store.statements.borrow_mut().clear();
    }
}
