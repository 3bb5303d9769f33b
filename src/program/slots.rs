//! The numbers that a run works on, by their slots.
//!
//! The slots are in three stretches of memory: inputs and results are those of the caller where one point is run. Each has `width` numbers for
//! a slot, one for each point:
//!
//! ```text
//! slot    0           1           2
//! point   0 1 2 3     0 1 2 3     0 1 2 3     ..
//! ```
//!
//! so that a step from slot to slot is a stretch of memory for any width, and one loop serves one point and many.

use super::code::rounded;
use super::kernel::Lists;
use super::plan::{Address, Apply, OPERANDS};
use super::primitive::Primitive;
use crate::real::Isa;
use smallvec::SmallVec;

/// How many numbers a register holds: so many that what is done once for each chunk costs little, and so few that the registers stay in the first
/// cache.
pub(super) const CHUNK: usize = 512;

/// Numbers that follow on each other in one of the three stretches of memory.
pub(super) fn number_at<'a>(
    inputs: &'a [f64],
    memory: &'a [f64],
    results: &'a [f64],
    start: usize,
    len: usize,
) -> &'a [f64] {
    let (first, last) = (inputs.len(), inputs.len() + memory.len());
    let (stretch, start) = match start {
        _ if start < first => (inputs, start),
        _ if start < last => (memory, start - first),
        _ => (results, start - last),
    };
    &stretch[start..start + len]
}

/// The numbers of all slots: inputs, memory and results.
pub(super) struct Slots<'a> {
    pub inputs: &'a [f64],
    pub memory: &'a mut [f64],
    pub results: &'a mut [f64],
}

/// What statements read, inputs and memory, but for a stretch of memory that results are written to.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    inputs: &'a [f64],
    before: &'a [f64],
    after: &'a [f64],
    /// Where `after` begins.
    end: usize,
}

impl<'a> Around<'a> {
    /// Numbers that follow on each other, unless they meet the stretch that is written to or are partly inputs.
    #[inline]
    pub fn get(&self, start: usize, len: usize) -> Option<&'a [f64]> {
        if start >= self.end {
            return self.after.get(start - self.end..start - self.end + len);
        }
        match start.checked_sub(self.inputs.len()) {
            Some(start) => self.before.get(start..start + len),
            None => self.inputs.get(start..start + len),
        }
    }
}

impl Slots<'_> {
    /// All that is read.
    #[inline]
    pub fn around(&self) -> Around<'_> {
        Around { inputs: self.inputs, before: self.memory, after: &[], end: usize::MAX }
    }

    /// Numbers to be written that follow on each other, and what is read besides.
    #[inline]
    pub fn split(&mut self, start: usize, len: usize) -> (&mut [f64], Around<'_>) {
        let Slots { inputs, memory, results } = self;
        let first = inputs.len();
        match start.checked_sub(first + memory.len()) {
            Some(start) => {
                (&mut results[start..start + len], Around { inputs, before: memory, after: &[], end: usize::MAX })
            }
            None => {
                let (before, rest) = memory.split_at_mut(start - first);
                let (into, after) = rest.split_at_mut(len);
                (into, Around { inputs, before, after, end: start + len })
            }
        }
    }

    /// Numbers to be written that follow on each other.
    #[inline]
    pub fn get_mut(&mut self, start: usize, len: usize) -> &mut [f64] {
        let first = self.inputs.len() + self.memory.len();
        match start.checked_sub(first) {
            Some(start) => &mut self.results[start..start + len],
            None => &mut self.memory[start - self.inputs.len()..][..len],
        }
    }

    /// Writes the numbers of slots, of which the next one is so many further on.
    pub fn put(&mut self, at: i64, step: i64, width: usize, numbers: &[f64]) {
        if step == 1 {
            self.get_mut(at as usize * width, numbers.len()).copy_from_slice(numbers);
            return;
        }
        for (k, numbers) in numbers.chunks_exact(width).enumerate() {
            self.get_mut((at + step * k as i64) as usize * width, width).copy_from_slice(numbers);
        }
    }

    /// The number of a slot where one point is run.
    #[inline(always)]
    pub fn number(&self, slot: usize) -> f64 {
        match slot.checked_sub(self.inputs.len()) {
            Some(slot) => self.memory[slot],
            None => self.inputs[slot],
        }
    }
}

/// A run of a plan.
pub(super) struct Run<'a> {
    pub width: usize,
    pub slots: Slots<'a>,
    pub work: &'a mut Work,
    /// The repetitions of the serial loops around the step that is run.
    pub serial: SmallVec<[i32; 4]>,
}

/// What the engine works with besides the slots.
pub(super) struct Work {
    pub registers: Vec<Vec<f64>>,
    /// A register that no statement has.
    pub spare: Vec<f64>,
    /// Operands that are gathered.
    pub gathered: [Vec<f64>; OPERANDS],
    /// The partial sums of each sum of a region, and of a sum that stands alone.
    pub sums: Vec<f64>,
}

impl Address {
    /// The slot, or the place in the list, in these repetitions of the serial loops and of the outer loops of the region.
    #[inline]
    pub fn at(&self, serial: &[i32], outer: &[usize]) -> i64 {
        let mut at = i64::from(self.base);
        // most regions are in no loop
        if !serial.is_empty() {
            at += self.serial.iter().zip(serial).map(|(&step, &k)| i64::from(step) * i64::from(k)).sum::<i64>();
        }
        if !outer.is_empty() {
            at += self.own.iter().zip(outer).map(|(&step, &k)| i64::from(step) * k as i64).sum::<i64>();
        }
        at
    }

    /// The slot at a place that [`at`](Address::at) gives.
    #[inline]
    pub fn slot(&self, at: i64) -> usize {
        self.list.as_ref().map_or(at as usize, |list| list[at as usize] as usize)
    }
}

/// Goes to the next repetition of loops, the innermost first; `false` after the last one.
pub(super) fn next(repetition: &mut [usize], counts: &[usize]) -> bool {
    for (k, &count) in repetition.iter_mut().zip(counts).rev() {
        *k += 1;
        if *k < count {
            return true;
        }
        *k = 0;
    }
    false
}

/// Applies what a statement applies to lists.
#[inline]
pub(super) fn apply<I: Isa>(apply: &Apply, lists: Lists<'_>) {
    match apply {
        Apply::Primitive(primitive) => lists.apply::<I>(*primitive),
        Apply::Copy => lists.apply::<I>(Primitive::Detach),
        Apply::Round => lists.each_number(|[x]| rounded(x)),
        Apply::Guard(check) => lists.each_number(|[x, y]| check.flips(x, y).into()),
        Apply::Values(op) => op.values(lists),
        Apply::Along(op, argument) => op.along(*argument, lists),
    }
}
