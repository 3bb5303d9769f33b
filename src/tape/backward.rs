//! From an output to the adjoints of the inputs: where the sweep begins, and what is taken out of its memory.

use super::adjoint::{add, of_width, seed, times};
use super::gradient::Gradient;
use super::scalar::Scalar;
use super::shared::sweep_any;
use super::var::{Tape, Var};

impl<S: Scalar> Tape<S> {
    /// The gradient of an output of this tape. That of a constant is 0.
    ///
    /// # Panics
    /// If the output is of another tape.
    #[track_caller]
    pub fn backward(&self, y: Var<'_, S>) -> Gradient<S> {
        let mut gradient = Gradient::default();
        self.backward_into(y, &mut gradient);
        gradient
    }

    /// The gradient of an output, into a gradient whose memory is used again.
    ///
    /// # Panics
    /// If the output is of another tape.
    #[track_caller]
    pub fn backward_into(&self, y: Var<'_, S>, gradient: &mut Gradient<S>) {
        if y.tape.is_some_and(|tape| tape.stamp().0 != self.stamp().0) {
            panic!("the output belongs to another tape than the one asked for its gradient");
        }
        gradient.adjoints.clear();
        self.sweep_into([(Var { tape: y.tape.map(|_| self), ..y }, [S::from(1.0)])], &mut gradient.adjoints);
        gradient.born = if y.tape.is_some() { y.handle.place.born() } else { self.store.slots() as usize };
        gradient.stamp = self.stamp();
    }

    /// Gives the adjoints of the inputs, of one output, to `f`.
    pub(super) fn with_gradient<A>(&self, y: Var<'_, S>, f: impl FnOnce(&[S]) -> A) -> A {
        let mut adjoints = self.take_adjoints();
        self.sweep_into([(y, [S::from(1.0)])], &mut adjoints);
        let answer = f(&adjoints[..self.inputs()]);
        self.put_back_adjoints(adjoints);
        answer
    }

    /// Puts the adjoints of the inputs, of one output, into `gradient`.
    pub(crate) fn gradient_into(&self, y: Var<'_, S>, gradient: &mut [S]) {
        let mut adjoints = self.store.adjoints.take();
        if self.gradient_has_nan::<false>(y, &mut adjoints, gradient) {
            self.gradient_has_nan::<true>(y, &mut adjoints, gradient);
        }
        self.store.adjoints.set(adjoints);
    }

    /// Puts the adjoints of the inputs into `gradient` in one sweep; whether there is a NaN. Each adjoint is read, tested and made 0 again in one pass.
    fn gradient_has_nan<const EXACT: bool>(&self, y: Var<'_, S>, adjoints: &mut Vec<S>, gradient: &mut [S]) -> bool {
        self.accumulate::<1, EXACT>(y.tape.map(|_| (y, [S::from(1.0)])), adjoints);
        take_out(adjoints, gradient)
    }

    /// Takes the tape's memory for adjoints, all 0, and at least one for each input.
    pub(super) fn take_adjoints(&self) -> Vec<S> {
        let mut adjoints = self.store.adjoints.take();
        adjoints.resize(adjoints.len().max(self.inputs()), S::from(0.0));
        adjoints
    }

    /// Gives the memory for adjoints back, of which only those of the inputs may differ from 0.
    pub(super) fn put_back_adjoints(&self, mut adjoints: Vec<S>) {
        adjoints[..self.inputs()].fill(S::from(0.0));
        self.store.adjoints.set(adjoints);
    }

    /// How many inputs there were before the first entry.
    pub(super) fn inputs(&self) -> usize {
        self.store.inputs.get() as usize
    }

    /// The adjoints of the inputs, `W` numbers for each, of several outputs each with a seed, in `adjoints`, which must be 0.
    ///
    /// The sweep runs without tests. Only if an input's adjoint is NaN it is run again with the rule that 0 annihilates, so
    /// that rule costs nothing where no slope is infinite.
    pub(crate) fn sweep_into<'t, const W: usize>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, S>, [S; W])> + Clone,
        adjoints: &mut Vec<S>,
    ) where
        S: 't,
    {
        self.accumulate::<W, false>(seeds.clone(), adjoints);
        if self.has_nan(adjoints, W) {
            adjoints.fill(S::from(0.0));
            self.accumulate::<W, true>(seeds, adjoints);
        }
    }

    /// Whether an adjoint of an input is NaN, of so many numbers for each slot.
    pub(super) fn has_nan(&self, adjoints: &[S], width: usize) -> bool {
        // several at a time without a branch, for which the processor has instructions
        let inputs = if self.store.late_inputs.get() { adjoints.len() } else { self.inputs() * width };
        adjoints[..inputs.min(adjoints.len())]
            .chunks(64)
            .any(|some| some.iter().fold(false, |nan, adjoint| nan | adjoint.has_nan()))
    }

    /// Adds the adjoints of the inputs to those in `adjoints`, which must be 0 but for those of inputs; with the rule that 0 annihilates
    /// if it is to be `EXACT`.
    pub(super) fn accumulate<'t, const W: usize, const EXACT: bool>(
        &'t self,
        seeds: impl IntoIterator<Item = (Var<'t, S>, [S; W])>,
        adjoints: &mut Vec<S>,
    ) where
        S: 't,
    {
        self.store.entries.with(|entries| {
            let slots = self.store.base.get() as usize + entries.len();
            if adjoints.len() < slots * W {
                adjoints.resize(slots * W, S::from(0.0));
            }
            let adjoints = &mut adjoints[..slots * W];
            let places = of_width::<S, W>(adjoints);
            for (y, seed) in seeds.into_iter().filter(|(y, _)| y.tape.is_some()) {
                add(&mut places[y.handle.place.slot() as usize], times::<S, W, true>(seed, y.handle.slope));
            }
            let statements = &*self.store.statements.borrow();
            self.store.slopes.with(|slopes| sweep_any::<S, W, EXACT>(entries, slopes, statements, adjoints));
        });
    }

    /// The rows of the Jacobian of these outputs by the inputs, one row after the other; up to eight in one sweep.
    pub(crate) fn rows_into<'t>(&'t self, y: &[Var<'t, S>], rows: &mut [S])
    where
        S: 't,
    {
        let columns = self.inputs();
        let mut rest = (y, rows);
        while !rest.0.is_empty() {
            let taken = match rest.0.len() {
                1 => {
                    self.gradient_into(rest.0[0], &mut rest.1[..columns]);
                    1
                }
                2 => self.some_rows::<2>(rest.0, rest.1),
                3..=4 => self.some_rows::<4>(rest.0, rest.1),
                _ => self.some_rows::<8>(rest.0, rest.1),
            };
            rest = (&rest.0[taken..], &mut rest.1[taken * columns..]);
        }
    }

    /// The rows of the first `W` outputs; how many there are.
    fn some_rows<'t, const W: usize>(&'t self, y: &[Var<'t, S>], rows: &mut [S]) -> usize
    where
        S: 't,
    {
        let (columns, taken) = (self.inputs(), y.len().min(W));
        let mut adjoints = self.store.adjoints.take();
        self.sweep_into((0..taken).map(|i| (y[i], seed::<S, W>(i))), &mut adjoints);
        adjoints.resize(adjoints.len().max(columns * W), S::from(0.0));
        for (j, adjoint) in of_width::<S, W>(&mut adjoints[..columns * W]).iter_mut().enumerate() {
            for (i, &of_y) in adjoint[..taken].iter().enumerate() {
                rows[i * columns + j] = of_y;
            }
            *adjoint = [S::from(0.0); W];
        }
        self.store.adjoints.set(adjoints);
        taken
    }
}

/// Moves adjoints into a gradient, and leaves 0; whether there is a NaN.
///
/// It is a function of its own, so that the compiler knows that the two lists are apart.
#[inline(never)]
fn take_out<S: Scalar>(adjoints: &mut [S], gradient: &mut [S]) -> bool {
    gradient.iter_mut().zip(adjoints).fold(false, |nan, (slope, adjoint)| {
        *slope = std::mem::replace(adjoint, S::from(0.0));
        nan | slope.has_nan()
    })
}

impl<S: Scalar> Var<'_, S> {
    /// The gradient of this variable: [`Tape::backward`] of its tape. A constant's is 0 for every variable.
    pub fn backward(self) -> Gradient<S> {
        self.tape.map_or_else(Gradient::of_a_constant, |tape| tape.backward(self))
    }
}
