//! The modes of differentiation: as functions over closures, and as methods of routines ([`Modes`]), which can do more, since they choose the
//! number.
//!
//! All are generic in the scalar, so they nest in any order: give the inner one variables of the outer one, and let the
//! outer one's values enter as [`Var::constant`] or [`Tangent::constant`]. Each mode has a number of its own that its closure alone can
//! hold, so a program that mixes two levels up does not compile.

mod directions;
mod jacobian;
mod routine;

pub use routine::Modes;

use crate::forward::Tangent;
use crate::real::Dual;
use crate::tape::{Scalar, Tape, Var};

/// The gradient of a function at `x`, by reverse mode.
///
/// ```
/// use gprime::prelude::*;
/// assert_eq!(gradient(|x| x[0] * x[1] + x[0].sin(), &[0.0, 3.0]), [4.0, 0.0]);
/// ```
///
/// # Panics
/// If the output is a variable of another tape.
#[track_caller]
pub fn gradient<S, F>(f: F, x: &[S]) -> Vec<S>
where
    S: Scalar,
    F: for<'t> FnOnce(&[Var<'t, S>]) -> Var<'t, S>,
{
    let mut g = vec![S::from(0.0); x.len()];
    value_and_gradient(f, x, &mut g);
    g
}

/// The value of a function at `x`, and its gradient into `g`. [`Tape::value_and_gradient`] does the same again and again
/// without allocating.
///
/// # Panics
/// If `g` is not as long as `x`, or if the output is a variable of another tape.
#[track_caller]
pub fn value_and_gradient<S, F>(f: F, x: &[S], g: &mut [S]) -> S
where
    S: Scalar,
    F: for<'t> FnOnce(&[Var<'t, S>]) -> Var<'t, S>,
{
    Tape::new().value_and_gradient(f, x, g)
}

/// The Jacobian of a function of several outputs, row by row: row i is the gradient of output i. One recording, and one
/// sweep for up to eight rows. [`Tape::values_and_jacobian`] does the same again and again without allocating.
///
/// ```
/// use gprime::prelude::*;
/// assert_eq!(jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]), [[3.0, 2.0], [1.0, 1.0]]);
/// ```
///
/// # Panics
/// If an output is a variable of another tape.
#[track_caller]
pub fn jacobian<S, F>(f: F, x: &[S]) -> Vec<Vec<S>>
where
    S: Scalar,
    F: for<'t> FnOnce(&[Var<'t, S>]) -> Vec<Var<'t, S>>,
{
    let tape = Tape::new();
    let y = f(&tape.vars(x));
    tape.expect_outputs(&y);
    let mut rows = vec![S::from(0.0); x.len() * y.len()];
    tape.rows_into(&y, &mut rows);
    rows_of(&rows, x.len(), y.len())
}

/// A matrix of so many columns and rows as a list of its rows.
pub(crate) fn rows_of<S: Scalar>(matrix: &[S], columns: usize, rows: usize) -> Vec<Vec<S>> {
    if columns == 0 { vec![vec![]; rows] } else { matrix.chunks(columns).map(<[S]>::to_vec).collect() }
}

/// The values of a function's outputs, and how they change along the direction `u`, by forward mode.
///
/// ```
/// use gprime::prelude::*;
/// assert_eq!(jvp(|x| vec![x[0] * x[1]], &[2.0, 3.0], &[1.0, 0.0]), (vec![6.0], vec![3.0]));
/// ```
///
/// # Panics
/// If `u` is not as long as `x`.
#[track_caller]
pub fn jvp<S, F>(f: F, x: &[S], u: &[S]) -> (Vec<S>, Vec<S>)
where
    S: Scalar,
    F: for<'b> FnOnce(&[Tangent<'b, S>]) -> Vec<Tangent<'b, S>>,
{
    tangents_of(&f(&along(x, u)))
}

/// The values of some results, and their tangents.
fn tangents_of<S: Scalar>(y: &[Tangent<'_, S>]) -> (Vec<S>, Vec<S>) {
    y.iter().map(|y| (y.dual().primal, y.dual().tangent)).unzip()
}

/// The values of a function's outputs, and the gradient of their sum weighted by `w`, by one sweep of reverse mode.
///
/// ```
/// use gprime::prelude::*;
/// let (y, g) = vjp(|x| vec![x[0] * x[1], x[0]], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!((y, g), (vec![6.0, 2.0], vec![13.0, 2.0]));
/// ```
///
/// # Panics
/// If `w` has not one weight for each output, or if an output is a variable of another tape.
#[track_caller]
pub fn vjp<S, F>(f: F, x: &[S], w: &[S]) -> (Vec<S>, Vec<S>)
where
    S: Scalar,
    F: for<'t> FnOnce(&[Var<'t, S>]) -> Vec<Var<'t, S>>,
{
    let tape = Tape::new();
    let y = f(&tape.vars(x));
    tape.expect_outputs(&y);
    pull_back(&tape, &y, w, x.len())
}

/// The values of some results, and the gradient of their sum weighted by `w` by the first so many inputs.
///
/// # Panics
/// If there is not one weight for each result.
#[track_caller]
fn pull_back<'t, S: Scalar>(tape: &'t Tape<S>, y: &[Var<'t, S>], w: &[S], inputs: usize) -> (Vec<S>, Vec<S>) {
    assert_eq!(y.len(), w.len(), "there must be one weight for each output");
    let seeds: Vec<_> = y.iter().copied().zip(w.iter().map(|&w| [w])).collect();
    let mut g = vec![];
    tape.sweep_into(seeds, &mut g);
    g.truncate(inputs);
    (y.iter().map(|y| y.value()).collect(), g)
}

/// The Hessian of a function times the direction `u`, forward over reverse. It takes 1.4 to 1.7 gradients where the program is a small network, and 4 where it is
/// a long chain of sums and products, whose gradient is cheap (`cargo bench --bench routines -- second`).
///
/// ```
/// use gprime::prelude::*;
/// assert_eq!(hvp(|x| x[0] * x[0] * x[1], &[2.0, 3.0], &[1.0, 0.0]), [6.0, 4.0]);
/// ```
///
/// # Panics
/// If `u` is not as long as `x`, or if the output is a variable of another tape.
#[track_caller]
pub fn hvp<S, F>(f: F, x: &[S], u: &[S]) -> Vec<S>
where
    S: Scalar,
    F: for<'t, 'b> FnOnce(&[Var<'t, Tangent<'b, S>>]) -> Var<'t, Tangent<'b, S>>,
{
    gradient(f, &along(x, u)).into_iter().map(|g| g.dual().tangent).collect()
}

/// The Hessian of a function, row by row, forward over reverse.
///
/// ```
/// use gprime::prelude::*;
/// assert_eq!(hessian(|x| x[0] * x[0] * x[1], &[2.0, 3.0]), [[6.0, 4.0], [4.0, 0.0]]);
/// ```
///
/// # Panics
/// If the output is a variable of another tape.
#[track_caller]
pub fn hessian<S, F>(f: F, x: &[S]) -> Vec<Vec<S>>
where
    S: Scalar,
    F: for<'t, 'b> Fn(&[Var<'t, Tangent<'b, S>>]) -> Var<'t, Tangent<'b, S>>,
{
    let mut u = vec![S::from(0.0); x.len()];
    let mut tape = Tape::new();
    let mut g = vec![Tangent::from(0.0); x.len()];
    let mut rows = Vec::with_capacity(x.len());
    for i in 0..x.len() {
        u[i] = S::from(1.0);
        tape.value_and_gradient(&f, &along(x, &u), &mut g);
        rows.push(g.iter().map(|g| g.dual().tangent).collect());
        u[i] = S::from(0.0);
    }
    rows
}

/// Each number with its component of a direction as its tangent.
#[track_caller]
fn along<'b, S: Scalar>(x: &[S], u: &[S]) -> Vec<Tangent<'b, S>> {
    assert_eq!(x.len(), u.len(), "the direction must be as long as the point");
    x.iter().zip(u).map(|(&x, &u)| Tangent::new(Dual::new(x, u))).collect()
}
