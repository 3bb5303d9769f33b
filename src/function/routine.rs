//! Whole programs that choose their number, and the shapes that their results have.

use super::Number;
use crate::error::Error;

/// A whole program of a list of numbers, generic in the number: what is differentiated by [`Modes`](crate::modes::Modes), which run it on the number
/// that suits them, and checked by [`check::routine`](fn@crate::check::routine). It may branch, loop, fail and borrow data.
///
/// [`routine!`](crate::routine!) writes one like a closure:
///
/// ```
/// use gprime::prelude::*;
///
/// let data = vec![(0.0, 1.0), (1.0, 2.9), (2.0, 5.1)];
/// let loss = routine!([data: &[(f64, f64)] = &data] |x| {
///     data.iter().map(|&(t, y)| (x[0] * t + x[1] - y).square()).sum()
/// });
/// let g = loss.gradient(&[2.0, 1.0]);
/// assert!((g[0] + 0.2).abs() < 1e-12 && g[1].abs() < 1e-12);
/// ```
///
/// and this is what it stands for:
///
/// ```
/// use gprime::prelude::*;
///
/// struct Loss<'a> { data: &'a [(f64, f64)] }
/// impl Routine for Loss<'_> {
///     type Out = ();
///     fn run<R: Number>(&self, x: &[R]) -> R {
///         self.data.iter().map(|&(t, y)| (x[0] * t + x[1] - y).square()).sum()
///     }
/// }
/// assert_eq!(Loss { data: &[(1.0, 2.0)] }.gradient(&[2.0, 1.0]), [2.0, 2.0]);
/// ```
///
/// A part of a program, of a fixed number of arguments and without branches, is a [`Function`](super::Function).
pub trait Routine {
    /// The type of the results, with `()` in the place of each number: see [`Outputs`].
    type Out: Outputs;

    /// The results. It may be run more than once, on several types of number, and must
    /// [give the same](super::Apply#what-is-evaluated-more-than-once) each time.
    fn run<R: Number>(&self, x: &[R]) -> <Self::Out as Outputs>::Of<R>;
}

/// A routine by reference is the routine, so that several solvers or threads can have one.
impl<P: Routine + ?Sized> Routine for &P {
    type Out = P::Out;

    #[inline(always)]
    fn run<R: Number>(&self, x: &[R]) -> <P::Out as Outputs>::Of<R> {
        (**self).run(x)
    }
}

/// The type of the results of a [`Routine`], with `()` in the place of each number:
///
/// | type | results |
/// |---|---|
/// | `()` | one number, `R` |
/// | `[(); M]` | so many, `[R; M]` |
/// | `Vec<()>` | as many as it makes when it is run, `Vec<R>` |
/// | `Result<O, E>` | `Result<O::Of<R>, E>`: those of `O`, or an error |
/// | `(O, A)` | `(O::Of<R>, A)`: those of `O`, and something else that is handed through |
///
/// With a hole for the number a mode can run a program on variables of a tape of its own, and return plain numbers in a result of the same
/// form, errors and all.
pub trait Outputs {
    /// The results as numbers of this type.
    type Of<R>;
    /// What is made of all numbers of the results together, in their place: `Result<T, E>` of results that may be an error.
    type With<T>;
    /// What a function makes of the list of the numbers; it is not asked if there are none because of an error.
    fn with<R, T>(results: Self::Of<R>, f: impl FnOnce(&[R]) -> T) -> Self::With<T>;
}

/// What a mode gives of a routine: `T`, beside an error or something else as the routine's results are.
pub type With<P, T> = <<P as Routine>::Out as Outputs>::With<T>;

/// The results of a routine that are one number at most: what has a gradient.
#[diagnostic::on_unimplemented(
    message = "a gradient or a Hessian is that of one number, and the results `{Self}` of this routine are several",
    label = "the routine has several results",
    note = "`jacobian` has the gradient of each result, and `vjp` that of a weighted sum of them"
)]
pub trait SingleOutput: Outputs {}

/// What a function makes of the numbers of some results; `None` if there is an error instead.
pub(crate) fn numbers<O: Outputs, R, T>(results: O::Of<R>, f: impl FnOnce(&[R]) -> T) -> Option<T> {
    let mut made = None;
    O::with(results, |numbers| made = Some(f(numbers)));
    made
}

impl Outputs for () {
    type Of<R> = R;
    type With<T> = T;
    #[inline(always)]
    fn with<R, T>(result: R, f: impl FnOnce(&[R]) -> T) -> T {
        f(&[result])
    }
}
impl SingleOutput for () {}

impl<const M: usize> Outputs for [(); M] {
    type Of<R> = [R; M];
    type With<T> = T;
    #[inline(always)]
    fn with<R, T>(results: [R; M], f: impl FnOnce(&[R]) -> T) -> T {
        f(&results)
    }
}

impl Outputs for Vec<()> {
    type Of<R> = Vec<R>;
    type With<T> = T;
    #[inline(always)]
    fn with<R, T>(results: Vec<R>, f: impl FnOnce(&[R]) -> T) -> T {
        f(&results)
    }
}

impl<O: Outputs, E> Outputs for Result<O, E> {
    type Of<R> = Result<O::Of<R>, E>;
    type With<T> = Result<O::With<T>, E>;
    #[inline(always)]
    fn with<R, T>(results: Result<O::Of<R>, E>, f: impl FnOnce(&[R]) -> T) -> Result<O::With<T>, E> {
        results.map(|results| O::with(results, f))
    }
}
impl<O: SingleOutput, E> SingleOutput for Result<O, E> {}

impl<O: Outputs, A> Outputs for (O, A) {
    type Of<R> = (O::Of<R>, A);
    type With<T> = (O::With<T>, A);
    #[inline(always)]
    fn with<R, T>((results, more): (O::Of<R>, A), f: impl FnOnce(&[R]) -> T) -> (O::With<T>, A) {
        (O::with(results, f), more)
    }
}
impl<O: SingleOutput, A> SingleOutput for (O, A) {}

/// Results whose error, if they have one, can be handed on as one of this crate: all [`Outputs`] but those with an error that cannot be boxed.
pub trait Outcome: Outputs {
    /// What a mode made of the results, or the error that they hold.
    ///
    /// # Errors
    /// If the results are an error.
    fn outcome<T>(made: Self::With<T>) -> Result<T, Error>;
}

impl Outcome for () {
    fn outcome<T>(made: T) -> Result<T, Error> {
        Ok(made)
    }
}

impl<const M: usize> Outcome for [(); M] {
    fn outcome<T>(made: T) -> Result<T, Error> {
        Ok(made)
    }
}

impl Outcome for Vec<()> {
    fn outcome<T>(made: T) -> Result<T, Error> {
        Ok(made)
    }
}

impl<O: Outcome, E: Into<Box<dyn std::error::Error + Send + Sync>>> Outcome for Result<O, E> {
    fn outcome<T>(made: Result<O::With<T>, E>) -> Result<T, Error> {
        O::outcome(made.map_err(|error| Error::given(error.into()))?)
    }
}

impl<O: Outcome, A> Outcome for (O, A) {
    fn outcome<T>((made, _): (O::With<T>, A)) -> Result<T, Error> {
        O::outcome(made)
    }
}
