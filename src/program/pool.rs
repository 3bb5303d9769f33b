//! The memory of runs, kept for the next ones.

use super::engine::Scratch;
use super::plan::Plan;
use std::sync::{Mutex, PoisonError};

/// Memory that no run has at the moment.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Box<Scratch>>>);

impl Pool {
    /// How much is kept.
    const MOST: usize = 64;

    /// Does something with memory for so many points side by side, which is made if there is none.
    pub fn with<T>(&self, plan: &Plan, width: usize, f: impl FnOnce(&mut Scratch) -> T) -> T {
        // a run that panicked left its memory out of the pool, which is whole
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = {
            let mut kept = kept();
            let place = kept.iter().rposition(|scratch| scratch.width == width);
            place.map(|place| kept.swap_remove(place))
        };
        let mut scratch = found.unwrap_or_else(|| Box::new(Scratch::new(plan, width)));
        let result = f(&mut scratch);
        let mut kept = kept();
        if kept.len() < Pool::MOST {
            kept.push(scratch);
        }
        result
    }
}
