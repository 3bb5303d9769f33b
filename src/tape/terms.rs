//! Parts of a program that are recorded on a tape of their own, reversed at once and forgotten, so that what is
//! left of them on the tape are the slopes of their results by their inputs.

use super::scalar::Scalar;
use super::segment::Lent;
use super::var::{Tape, Var};
use std::iter::empty;
use std::ops::Range;
use std::ptr;

/// How many slots and slopes are worth a sweep, which has a cost of its own; as many stay in the fastest cache.
const ENOUGH: usize = 64;

impl<'t, S: Scalar> Lent<'t, Tape<S>> {
    /// The segment's own variable for one of the program; constants stay what they are.
    fn input(&self, x: Var<'t, S>) -> Var<'t, S> {
        if x.tape.is_some() { self.tape.var(x.value) } else { x }
    }

    fn owns(&self, y: Var<'t, S>) -> bool {
        y.tape.is_some_and(|tape| ptr::eq(tape, self.tape))
    }
}

/// [`Apply::call_closure`](crate::function::Apply::call_closure).
#[inline]
#[track_caller]
pub(super) fn call_closure<'t, S: Scalar, const N: usize, const M: usize>(
    x: [Var<'t, S>; N],
    f: impl Fn([Var<'t, S>; N]) -> [Var<'t, S>; M],
) -> [Var<'t, S>; M] {
    let Some(tape) = Var::tape_of(&x) else { return f(x) };
    let Some(segment) = tape.lend_segment() else { return f(x) };
    f(x.map(|x| segment.input(x))).map(|y| {
        if segment.owns(y) {
            segment.tape.with_gradient(y, |slopes| tape.record_result(y.value, slopes, &x))
        } else {
            y
        }
    })
}

/// [`Apply::sum_terms`](crate::function::Apply::sum_terms).
#[track_caller]
pub(super) fn sum_terms<'t, S: Scalar>(
    n: usize,
    x: &[Var<'t, S>],
    term: impl Fn(usize, &[Var<'t, S>]) -> Var<'t, S>,
) -> Var<'t, S> {
    let Some((tape, segment)) = Var::tape_of(x).and_then(|tape| Some((tape, tape.lend_segment()?))) else {
        return (0..n).map(|i| term(i, x)).sum();
    };
    let inputs: Vec<_> = x.iter().map(|&x| segment.input(x)).collect();
    let mut adjoints = segment.tape.take_adjoints();
    // if all are active they are the inputs of the segment, and known by where they are in memory
    let _given = x.iter().all(|x| x.tape.is_some()).then(|| segment.tape.store.given.hold(&inputs));
    let value = segment.tape.reverse_terms(0..n, |i| term(i, &inputs), &mut adjoints);
    let result = tape.record_result(value, &adjoints, x);
    segment.tape.put_back_adjoints(adjoints);
    result
}

impl<S: Scalar> Tape<S> {
    /// The tape of its segments, empty; `None` while a segment is open.
    pub(super) fn lend_segment(&self) -> Option<Lent<'_, Tape<S>>> {
        let segment = self.segment.lend(Tape::new)?;
        segment.tape.restart();
        Some(segment)
    }

    /// What is recorded of a result of a segment, given its slopes by the segment's inputs, which stand for these variables.
    fn record_result<'t>(&'t self, value: S, slopes: &[S], x: &[Var<'t, S>]) -> Var<'t, S> {
        let active = x.iter().filter(|x| x.tape.is_some());
        let handle = self.store.record_all(slopes.iter().copied().zip(active.map(|x| x.handle)));
        Var { tape: Some(self), handle, value }
    }

    /// The sum of terms, whose adjoints by the inputs are put into `adjoints`, all 0. They are recorded, reversed as soon as their slots
    /// and slopes are [`ENOUGH`], and forgotten.
    #[track_caller]
    fn reverse_terms<'t>(
        &'t self,
        terms: Range<usize>,
        term: impl Fn(usize) -> Var<'t, S>,
        adjoints: &mut Vec<S>,
    ) -> S {
        let value = self.reverse_terms_by::<false>(terms.clone(), &term, adjoints);
        if self.has_nan(adjoints, 1) {
            adjoints.fill(S::from(0.0));
            self.reverse_terms_by::<true>(terms, &term, adjoints);
        }
        value
    }

    #[track_caller]
    fn reverse_terms_by<'t, const EXACT: bool>(
        &'t self,
        terms: Range<usize>,
        term: impl Fn(usize) -> Var<'t, S>,
        adjoints: &mut Vec<S>,
    ) -> S {
        let mut sum: S = empty::<S>().sum();
        self.rewind();
        for i in terms {
            let y = term(i);
            Var::same_tape(Some(self), y.tape);
            sum += y.value;
            let slots = self.store.slots() as usize;
            if y.tape.is_some() {
                adjoints.resize(adjoints.len().max(slots), S::from(0.0));
                adjoints[..slots][y.handle.place.slot() as usize] += y.handle.slope;
            }
            if slots - self.inputs() + self.store.slopes.len() >= ENOUGH {
                self.accumulate::<1, EXACT>([], adjoints);
                self.rewind();
            }
        }
        self.accumulate::<1, EXACT>([], adjoints);
        sum
    }

    /// Σ term(i, x) for i = 0, …, n − 1, as [`Apply::sum_terms`](crate::function::Apply::sum_terms), on all threads with the feature `parallel`:
    /// each thread has a tape of its own, and memory for a few terms and one gradient.
    ///
    /// The terms are added in 32 pieces, and these in their order, whatever the number of threads: so the result is the same to the
    /// bit, with the feature and without.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// fn loss<R: Apply>(x: &[R], i: usize) -> R {
    ///     (x[0] * i as f64 + x[1]).square()
    /// }
    /// let tape = Tape::new();
    /// let x = tape.vars(&[2.0, 1.0]);
    /// let y = tape.sum_terms(1000, &x, |i, x| loss(x, i));
    /// assert_eq!(y.backward()[x[1]], 2.0 * (2.0 * 499500.0 + 1000.0));
    /// ```
    ///
    /// # Panics
    /// If a term depends on other variables than the `x` it is given.
    #[track_caller]
    pub fn sum_terms<'t, F>(&'t self, n: usize, x: &[Var<'t, S>], term: F) -> Var<'t, S>
    where
        S: Send + Sync,
        F: for<'s> Fn(usize, &[Var<'s, S>]) -> Var<'s, S> + Sync,
    {
        const PIECES: usize = 32;
        let pieces = PIECES.min(n);
        let start = |k: usize| n / pieces * k + k.min(n % pieces);
        Var::same_tape(Some(self), Var::tape_of(x));
        let values: Vec<(bool, S)> = x.iter().map(|x| (x.tape.is_some(), x.value)).collect();
        let piece = |tape: &mut Tape<S>, k: usize| {
            tape.reset();
            let input = |&(active, value)| if active { tape.var(value) } else { Var::constant(value) };
            let inputs: Vec<_> = values.iter().map(input).collect();
            let mut adjoints = tape.take_adjoints();
            let value = tape.reverse_terms(start(k)..start(k + 1), |i| term(i, &inputs), &mut adjoints);
            let slopes = adjoints[..tape.inputs()].to_vec();
            tape.put_back_adjoints(adjoints);
            (value, slopes)
        };
        let parts = each_piece(pieces, piece);
        let whole = parts.into_iter().reduce(|(value, mut sums), (part, slopes)| {
            sums.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope);
            (value + part, sums)
        });
        match whole {
            Some((value, slopes)) if !slopes.is_empty() => self.record_result(value, &slopes, x),
            Some((value, _)) => Var::constant(value),
            None => Var::constant(empty::<S>().sum()),
        }
    }
}

/// The parts of a sum, in order.
#[cfg(feature = "parallel")]
fn each_piece<S: Scalar, A: Send>(pieces: usize, piece: impl Fn(&mut Tape<S>, usize) -> A + Sync + Send) -> Vec<A> {
    use rayon::prelude::*;
    (0..pieces).into_par_iter().map_init(Tape::new, piece).collect()
}

/// The parts of a sum, in order.
#[cfg(not(feature = "parallel"))]
fn each_piece<S: Scalar, A>(pieces: usize, piece: impl Fn(&mut Tape<S>, usize) -> A) -> Vec<A> {
    let mut tape = Tape::new();
    (0..pieces).map(|k| piece(&mut tape, k)).collect()
}
