//! Derivatives of programs over numbers of a scope.

use super::holders::{Base, Bound};
use super::number::{Current, Holder, Scoped};
use crate::error::{Error, Kind};
use crate::modes::rows_of;
use crate::real::Dual;
use crate::tape::Tape;

/// # Errors
/// If a scope of such numbers is open in this thread.
fn expect_none_open<H: Holder>() -> Result<(), Error> {
    if !H::open().with(|open| open.is_some()) {
        return Ok(());
    }
    let message = "a scope is opened within another one of such numbers: a number of the outer one has no meaning in the inner one; use the numbers \
                   of the outer one, or nest `gradient` of the crate's root, whose levels are types";
    Err(Error::new(Kind::NestedScope, message))
}

/// What `f` makes of numbers with these values, the inputs of a tape.
fn with_inputs<'t, S: Base, A>(
    tape: &'t Tape<S>,
    x: &[S],
    f: impl FnOnce(&[Scoped<Tape<S>>]) -> A,
) -> Result<(Current<'t, Tape<S>>, A), Error> {
    expect_none_open::<Tape<S>>()?;
    Ok(Current::on(tape, |at| f(&x.iter().map(|&x| at.keep(tape.var(x))).collect::<Vec<_>>())))
}

/// The gradient of a function at `x`, by reverse mode.
///
/// ```
/// use gprime::scoped;
/// assert_eq!(scoped::gradient(|x| x[0] * x[1] + x[0].sin(), &[0.0, 3.0])?, [4.0, 0.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If a scope of such numbers is open.
///
/// # Panics
/// If the output is a number of another scope.
#[track_caller]
pub fn gradient<S, F>(f: F, x: &[S]) -> Result<Vec<S>, Error>
where
    S: Base,
    F: FnOnce(&[Scoped<Tape<S>>]) -> Scoped<Tape<S>>,
{
    let mut g = vec![S::from(0.0); x.len()];
    value_and_gradient(f, x, &mut g)?;
    Ok(g)
}

/// The value of a function at `x`, and its gradient into `g`, which is left as it is where there is an error. From the second call in a thread on it
/// allocates nothing but a list of the inputs, unless more is recorded than before.
///
/// # Errors
/// If a scope of such numbers is open.
///
/// # Panics
/// If `g` is not as long as `x`, or if the output is a number of another scope.
#[track_caller]
pub fn value_and_gradient<S, F>(f: F, x: &[S], g: &mut [S]) -> Result<S, Error>
where
    S: Base,
    F: FnOnce(&[Scoped<Tape<S>>]) -> Scoped<Tape<S>>,
{
    assert_eq!(x.len(), g.len(), "the gradient must be as long as the point");
    let tape = Tape::new();
    let (at, y) = with_inputs(&tape, x, f)?;
    tape.gradient_into(at.number(y), g);
    Ok(y.value())
}

/// The Jacobian of a function of several outputs, row by row: row i is the gradient of output i. One recording, and one sweep for up to eight rows.
///
/// ```
/// use gprime::scoped;
/// assert_eq!(scoped::jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[2.0, 3.0])?, [[3.0, 2.0], [1.0, 1.0]]);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If a scope of such numbers is open.
///
/// # Panics
/// If an output is a number of another scope.
#[track_caller]
pub fn jacobian<S, F>(f: F, x: &[S]) -> Result<Vec<Vec<S>>, Error>
where
    S: Base,
    F: FnOnce(&[Scoped<Tape<S>>]) -> Vec<Scoped<Tape<S>>>,
{
    let tape = Tape::new();
    let (at, y) = with_inputs(&tape, x, f)?;
    let mut rows = vec![S::from(0.0); x.len() * y.len()];
    tape.rows_into(&at.list(&y), &mut rows);
    Ok(rows_of(&rows, x.len(), y.len()))
}

/// The Hessian of a function times the direction `u`, forward over reverse.
///
/// ```
/// use gprime::scoped;
/// assert_eq!(scoped::hvp(|x| x[0] * x[0] * x[1], &[2.0, 3.0], &[1.0, 0.0])?, [6.0, 4.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If a scope of such numbers is open.
///
/// # Panics
/// If `u` is not as long as `x`, or if the output is a number of another scope.
#[track_caller]
pub fn hvp<F>(f: F, x: &[f64], u: &[f64]) -> Result<Vec<f64>, Error>
where
    F: FnOnce(&[Scoped<Tape<Dual>>]) -> Scoped<Tape<Dual>>,
{
    assert_eq!(x.len(), u.len(), "the direction must be as long as the point");
    let x: Vec<Dual> = x.iter().zip(u).map(|(&x, &u)| Dual::new(x, u)).collect();
    Ok(gradient(f, &x)?.into_iter().map(|g| g.tangent).collect())
}

/// What `f` makes of numbers of a scope that stand for variables of a tape or for expressions of a recorder: a part of a program that is run on such
/// numbers. What is done with the numbers in `f` is recorded where those stand, and what `f` returns goes on there.
///
/// On a recorder every comparison is a guard, so that it is known where another input would have gone another way:
///
/// ```
/// use gprime::{prelude::*, scoped};
///
/// let recorder = Recorder::new();
/// let x = [recorder.var(1.0), recorder.var(-3.0)];
/// let y = scoped::within(&x, |x| vec![if x[0].abs() < x[1].abs() { x[1] } else { x[0] }])?;
/// assert_eq!((y[0].value(), recorder.comparisons().len()), (-3.0, 1));
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If a scope of such numbers is open.
///
/// # Panics
/// If `x` is of several tapes or recorders, or if a result is a number of another scope.
#[track_caller]
pub fn within<'t, N, F>(x: &[N], f: F) -> Result<Vec<N>, Error>
where
    N: Bound<'t>,
    F: FnOnce(&[Scoped<N::Holder>]) -> Vec<Scoped<N::Holder>>,
{
    expect_none_open::<N::Holder>()?;
    let (at, y) = Current::NONE.enter(&[x], |at| f(&at.keep_list(x)));
    Ok(at.list(&y).into_vec())
}
