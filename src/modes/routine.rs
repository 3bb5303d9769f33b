//! The modes as methods of a routine, each of which runs it on the number that suits it.

use super::directions::Directions;
use super::jacobian::{self, again, has_nan};
use super::{along, rows_of, tangents_of};
use crate::error::Error;
use crate::forward::{Tangent, Tangents};
use crate::function::{Outputs, Routine, SingleOutput, With};
use crate::tape::{Scalar, Tape, Var};

/// The modes of differentiation of a [`Routine`]. Each chooses the number that the routine is run on: so a Jacobian is taken forwards or in
/// reverse, and a Hessian in several directions at once, without the program being written anew.
///
/// What they return has the form of the routine's results: `T` of plain results, `Result<T, E>` of a routine that may fail, and `(T, A)` of
/// one that returns something beside its numbers. As the [functions over closures](super) they take any scalar, so they nest.
///
/// ```
/// use gprime::prelude::*;
///
/// let f = routine!(|x| x[0] * x[0] * x[1]);
/// assert_eq!(f.gradient(&[2.0, 3.0]), [12.0, 4.0]);
/// assert_eq!(f.hessian(&[2.0, 3.0]), [[6.0, 4.0], [4.0, 0.0]]);
/// // the gradient's component by x[0], and the derivative of that
/// assert_eq!(gradient(|x| f.gradient(x)[0], &[2.0, 3.0]), [6.0, 4.0]);
/// ```
///
/// One that has several results has no gradient, and it does not compile to ask for it:
///
/// ```compile_fail
/// # use gprime::prelude::*;
/// routine!(|x| -> [R; 2] { [x[0], x[1]] }).gradient(&[1.0, 2.0]);
/// ```
pub trait Modes: Routine {
    /// The gradient at `x`, by reverse mode.
    fn gradient<S: Scalar>(&self, x: &[S]) -> With<Self, Vec<S>>
    where
        Self::Out: SingleOutput,
    {
        in_reverse(self, x, |tape, y| {
            let mut g = vec![S::from(0.0); x.len()];
            tape.gradient_into(y[0], &mut g);
            g
        })
    }

    /// The value at `x`, and the gradient into `g`, which is left as it is where there is an error instead. From the second call in a thread on
    /// it allocates nothing but what the routine does itself, unless more is recorded than before.
    ///
    /// # Panics
    /// If `g` is not as long as `x`.
    #[track_caller]
    fn value_and_gradient<S: Scalar>(&self, x: &[S], g: &mut [S]) -> With<Self, S>
    where
        Self::Out: SingleOutput,
    {
        assert_eq!(x.len(), g.len(), "the gradient must be as long as the point");
        in_reverse(self, x, |tape, y| {
            tape.gradient_into(y[0], g);
            y[0].value()
        })
    }

    /// The Jacobian at `x`, row by row: row i is the gradient of result i. It is taken forwards or in reverse, as by
    /// [`jacobian_into`](Modes::jacobian_into); before, the results are counted in a run on plain numbers.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// let polar = routine!(|x| -> [R; 2] { [x[0].hypot(x[1]), x[1].atan2(x[0])] });
    /// assert_eq!(polar.jacobian(&[0.0, 2.0]), [[0.0, 1.0], [-0.5, 0.0]]);
    /// ```
    fn jacobian<S: Scalar>(&self, x: &[S]) -> With<Self, Vec<Vec<S>>> {
        let mut results = 0;
        Self::Out::with(self.run(x), |y| results = y.len());
        let (mut y, mut rows) = (vec![S::from(0.0); results], vec![S::from(0.0); results * x.len()]);
        jacobian::into(self, x, &mut y, &mut rows, |filled, rows| {
            filled.unwrap_or_else(|error| panic!("{error}"));
            rows_of(rows, x.len(), results)
        })
    }

    /// The values at `x` into `y`, and the Jacobian row by row into `rows`, of any number of results. It is an error if there are not as many as
    /// `y` has places, and `y` and `rows` hold nothing of use then.
    ///
    /// It is taken forwards, on [`Tangents`](crate::forward::Tangents) with up to 16 directions in a run, if the m results are so many or the n inputs
    /// so few that this is cheaper; else in reverse, on one recording with a sweep for up to eight rows. These are n/16 runs against m/8 sweeps,
    /// and about as many cost the same. From the
    /// second call in a thread on it allocates nothing but what the routine does itself, unless more is recorded than before; but forwards a list
    /// of the inputs if these are more than 16.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let curve = routine!(|x| -> Vec<R> { (0..500).map(|i| x[0] * (x[1] * (f64::from(i) * 0.01)).exp()).collect() });
    /// let (mut y, mut rows) = ([0.0; 500], [0.0; 1000]);
    /// curve.jacobian_into(&[2.0, 0.5], &mut y, &mut rows)?;
    /// assert_eq!((y[0], &rows[..2]), (2.0, &[1.0, 0.0][..]));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the routine has not as many results as `y` has places.
    ///
    /// # Panics
    /// If `rows` has not as many numbers as `y` for each of `x`.
    #[track_caller]
    fn jacobian_into<S: Scalar>(&self, x: &[S], y: &mut [S], rows: &mut [S]) -> With<Self, Result<(), Error>> {
        assert_eq!(rows.len(), y.len() * x.len(), "the Jacobian must have a row for each output, as long as the point");
        jacobian::into(self, x, y, rows, |filled, _| filled)
    }

    /// The values of the results at `x`, and how they change along the direction `u`, by forward mode.
    ///
    /// # Panics
    /// If `u` is not as long as `x`.
    #[track_caller]
    fn jvp<S: Scalar>(&self, x: &[S], u: &[S]) -> With<Self, (Vec<S>, Vec<S>)> {
        Self::Out::with(self.run(&along(x, u)), tangents_of)
    }

    /// The values of the results at `x`, and the gradient of their sum weighted by `w`, by one sweep of reverse mode.
    ///
    /// # Panics
    /// If `w` has not one weight for each result.
    #[track_caller]
    fn vjp<S: Scalar>(&self, x: &[S], w: &[S]) -> With<Self, (Vec<S>, Vec<S>)> {
        in_reverse(self, x, |tape, y| super::pull_back(tape, y, w, x.len()))
    }

    /// The Hessian at `x` times the direction `u`, forward over reverse, at the price that [`hvp`](crate::hvp) has.
    ///
    /// # Panics
    /// If `u` is not as long as `x`.
    #[track_caller]
    fn hvp<S: Scalar>(&self, x: &[S], u: &[S]) -> With<Self, Vec<S>>
    where
        Self::Out: SingleOutput,
    {
        in_reverse(self, &along(x, u), |tape, y| {
            let mut product = vec![S::from(0.0); x.len()];
            product_into(tape, y[0], &mut product);
            product
        })
    }

    /// The Hessian at `x`, row by row, forward over reverse: a recording and a sweep for each four inputs, after a run on plain numbers. A row
    /// takes 0.6 to 2.1 gradients, where one of [`hessian`](crate::hessian) takes 1.1 to 4.1 (`cargo bench --bench routines -- second`).
    fn hessian<S: Scalar>(&self, x: &[S]) -> With<Self, Vec<Vec<S>>>
    where
        Self::Out: SingleOutput,
    {
        Self::Out::with(self.run(x), |_| {
            let mut rows = vec![S::from(0.0); x.len() * x.len()];
            second_derivatives(self, x, &mut rows);
            let mut rows = rows_of(&rows, x.len(), x.len());
            if rows.iter().any(|row| has_nan(row)) {
                let mut u = vec![S::from(0.0); x.len()];
                for (i, row) in rows.iter_mut().enumerate() {
                    u[i] = S::from(1.0);
                    Tape::new().with_inputs(&along(x, &u), |tape, x| {
                        again::<Self::Out, _, _>(self.run(x), |y| product_into(tape, y[0], row));
                    });
                    u[i] = S::from(0.0);
                }
            }
            rows
        })
    }
}

impl<P: Routine + ?Sized> Modes for P {}

/// What is made of the results of a routine that is run on a tape.
fn in_reverse<P: Routine + ?Sized, S: Scalar, T>(
    routine: &P,
    x: &[S],
    f: impl for<'t> FnOnce(&'t Tape<S>, &[Var<'t, S>]) -> T,
) -> With<P, T> {
    Tape::new().with_inputs(x, |tape, x| P::Out::with(routine.run(x), |y| f(tape, y)))
}

/// So many rows of a Hessian are taken in one sweep: with more a tape's entries are too long for the cache.
const TOGETHER: usize = 4;

/// The Hessian of a routine, which has been run without an error, row by row. Products are plain: where 0 met ∞ it has NaN.
fn second_derivatives<P: Routine + ?Sized, S: Scalar>(routine: &P, x: &[S], rows: &mut [S]) {
    let (mut point, mut g) = (Directions::<S, TOGETHER>::new(x), vec![Tangents::from(0.0); x.len()]);
    let mut tape = Tape::new();
    for start in (0..x.len()).step_by(TOGETHER) {
        let moving = start..x.len().min(start + TOGETHER);
        tape.with_inputs(point.turn(&moving), |tape, x| {
            again::<P::Out, _, _>(routine.run(x), |y| tape.gradient_into(y[0], &mut g));
        });
        for (row, g) in rows.chunks_exact_mut(x.len()).zip(&g) {
            row[moving.clone()].copy_from_slice(&g.tangents()[..moving.len()]);
        }
    }
}

/// The product of a Hessian and a direction, given the result and a tape whose inputs move along it.
fn product_into<'t, 'b, S: Scalar>(tape: &'t Tape<Tangent<'b, S>>, y: Var<'t, Tangent<'b, S>>, product: &mut [S]) {
    let mut g = vec![Tangent::from(0.0); product.len()];
    tape.gradient_into(y, &mut g);
    product.iter_mut().zip(g).for_each(|(product, g)| *product = g.dual().tangent);
}
