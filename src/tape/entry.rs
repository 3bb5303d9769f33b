//! An entry of the tape: what a slot depends on, and with which slopes.

use std::ops::RangeInclusive;

/// Arguments of a slot, two or a whole [`Run`] of them: the slots they stand on, and the slopes by them. Or a statement, which has a slot
/// for each of its results.
///
/// ```text
///                arg[0]                        arg[1]                                    slope
///    bit  31       30 … 0             31   30        29 … 20   19 … 0
///   pair  SHARED   first slot         0    second slot ……………………………     of each argument
///    run  SHARED   first slot         1    uniform   stride    length    the first of all, or in the list
/// statement  0     its index          1    0         0         0         not used
/// ```
///
/// A pair of one argument names its slot twice, and the second slope is 0.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Entry<S> {
    pub(super) slope: [S; 2],
    pub(super) arg: [u32; 2],
}

/// A bit of `arg[0]`: the entry holds more arguments of the result whose entry comes after it, and takes that result's adjoint.
pub(super) const SHARED: u32 = 1 << 31;
/// A bit of `arg[1]`: the entry holds a [`Run`], or stands for a statement.
pub(super) const RUN: u32 = 1 << 31;
/// The second argument of an entry that stands for a statement. No run has the length 0.
pub(super) const STATEMENT: u32 = RUN;

/// Arguments on the slots `first`, `first + stride`, …, `len` of them; `stride` is at least 1 and at most [`Run::WIDEST`]. Their slopes are
/// kept in a list beside the entries, or are all the first slope of the entry.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub first: u32,
    pub len: u32,
    pub stride: u32,
    pub uniform: bool,
}

impl Run {
    pub const MOST: usize = (1 << 20) - 1;
    pub const WIDEST: u32 = (1 << 10) - 1;

    /// As the arguments of an entry.
    pub fn pack(self) -> [u32; 2] {
        [self.first, RUN | u32::from(self.uniform) << 30 | self.stride << 20 | self.len]
    }

    pub fn unpack([first, rest]: [u32; 2]) -> Self {
        let (len, stride) = (rest & Self::MOST as u32, rest >> 20 & Self::WIDEST);
        Run { first: first & !SHARED, len, stride, uniform: rest >> 30 & 1 != 0 }
    }

    /// From its first slot to its last.
    pub fn slots(self) -> RangeInclusive<usize> {
        self.first as usize..=self.first as usize + (self.len as usize - 1) * self.stride as usize
    }
}
