//! What a reverse sweep carries: the adjoint of one output, or those of several at once.

use super::{Lean, Scalar, Tape, Var};
use std::array::from_fn;
use std::cell::Cell;
use std::ops::AddAssign;

/// The adjoint of a slot.
pub(super) trait Adjoint<S>: Copy + AddAssign {
    fn zero() -> Self;
    /// Times a slope.
    fn times(self, slope: S) -> Self;
    /// Times a slope, with the rule that 0 annihilates.
    fn chain(self, slope: S) -> Self;
    fn has_nan(&self) -> bool;
    /// One number for each output.
    fn lanes(&mut self) -> &mut [S];
}

impl<S: Scalar> Adjoint<S> for S {
    #[inline(always)]
    fn zero() -> Self {
        S::from(0.0)
    }
    #[inline(always)]
    fn times(self, slope: S) -> Self {
        self * slope
    }
    #[inline(always)]
    fn chain(self, slope: S) -> Self {
        crate::real::Real::chain(self, slope)
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        Scalar::has_nan(self)
    }
    fn lanes(&mut self) -> &mut [S] {
        std::slice::from_mut(self)
    }
}

/// The adjoints of `K` outputs, side by side in the lanes of a vector register: one sweep for all.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Several<S, const K: usize>(pub [S; K]);

impl<S: Scalar, const K: usize> Several<S, K> {
    /// The seed of the `i`th output.
    pub(super) fn seed(i: usize) -> Self {
        Several(from_fn(|k| S::from(if k == i { 1.0 } else { 0.0 })))
    }
}

impl<S: Scalar, const K: usize> AddAssign for Several<S, K> {
    #[inline(always)]
    fn add_assign(&mut self, rhs: Self) {
        self.0 = from_fn(|k| self.0[k] + rhs.0[k]);
    }
}

impl<S: Scalar, const K: usize> Adjoint<S> for Several<S, K> {
    #[inline(always)]
    fn zero() -> Self {
        Several([S::from(0.0); K])
    }
    #[inline(always)]
    fn times(self, slope: S) -> Self {
        Several(self.0.map(|adjoint| adjoint * slope))
    }
    #[inline(always)]
    fn chain(self, slope: S) -> Self {
        Several(self.0.map(|adjoint| adjoint.chain(slope)))
    }
    #[inline(always)]
    fn has_nan(&self) -> bool {
        self.0.iter().fold(false, |nan, adjoint| nan | adjoint.has_nan())
    }
    fn lanes(&mut self) -> &mut [S] {
        &mut self.0
    }
}

/// Memory for the adjoints of 2, 4 and 8 outputs, kept between sweeps.
#[doc(hidden)]
pub struct Wide<S>(Cell<Vec<Several<S, 2>>>, Cell<Vec<Several<S, 4>>>, Cell<Vec<Several<S, 8>>>);

impl<S> Default for Wide<S> {
    fn default() -> Self {
        Wide(Cell::default(), Cell::default(), Cell::default())
    }
}

impl<S: Scalar> Tape<Lean<S>> {
    /// The rows of the Jacobian of these outputs by the inputs, one row after the other; up to eight in one sweep.
    pub(super) fn rows_into<'t>(&'t self, y: &[Var<'t, Lean<S>>], rows: &mut [S])
    where
        S: 't,
    {
        let columns = self.inputs();
        let Wide(two, four, eight) = &self.store.wide;
        let mut rest = (y, rows);
        while !rest.0.is_empty() {
            let taken = match rest.0.len() {
                1 => {
                    self.gradient_into(rest.0[0], &mut rest.1[..columns]);
                    1
                }
                2 => self.some_rows(rest.0, rest.1, two),
                3..=4 => self.some_rows(rest.0, rest.1, four),
                _ => self.some_rows(rest.0, rest.1, eight),
            };
            rest = (&rest.0[taken..], &mut rest.1[taken * columns..]);
        }
    }

    /// The rows of the first `K` outputs; how many there are.
    fn some_rows<'t, const K: usize>(
        &'t self,
        y: &[Var<'t, Lean<S>>],
        rows: &mut [S],
        memory: &Cell<Vec<Several<S, K>>>,
    ) -> usize
    where
        S: 't,
    {
        let (columns, taken) = (self.inputs(), y.len().min(K));
        let mut adjoints = memory.take();
        self.sweep_into((0..taken).map(|i| (y[i], Several::seed(i))), &mut adjoints);
        adjoints.resize(adjoints.len().max(columns), Several::zero());
        for (j, adjoint) in adjoints[..columns].iter_mut().enumerate() {
            for (i, &of_y) in adjoint.0[..taken].iter().enumerate() {
                rows[i * columns + j] = of_y;
            }
            *adjoint = Several::zero();
        }
        memory.set(adjoints);
        taken
    }
}
