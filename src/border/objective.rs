//! What a solver asks of a function, and how a routine answers.

use crate::error::{Error, Kind};
pub use crate::function::Outcome;
use crate::function::{Outputs, Routine, SingleOutput};
use crate::modes::Modes;
use crate::program::Program;

/// A function of one result as solvers ask for it: its value, and its derivatives by all of `x`.
///
/// Every [`Routine`] of one result is one, and so is a compiled [`Program`]. Implement it for a function whose gradient is known in another way, and each border takes that
/// too.
///
/// ```
/// use gprime::border::Objective;
/// use gprime::prelude::*;
///
/// let root = routine!(|x| x[0].sqrt() + x[1]);
/// let mut g = [0.0; 2];
/// assert_eq!(root.try_value_and_gradient(&[4.0, 1.0], &mut g), Ok(3.0));
/// assert_eq!(g, [0.25, 1.0]);
/// assert!(root.try_value(&[-1.0, 1.0]).unwrap_err().is_not_finite());
/// ```
///
/// # Errors
/// Of each method: the error of a routine that gives one, [in its own type](Error::of_routine), and an error that
/// [says so](Error::is_not_finite) where the value or a derivative is NaN. ±∞ is a value like any other; some minimisers retreat from a point
/// whose value is +∞.
#[diagnostic::on_unimplemented(
    message = "a minimiser or a sampler needs a function of one result, and `{Self}` is none",
    note = "it is a `Routine` that returns `R`, `Result<R, E>` or `(R, A)`, where E can be boxed as `Box<dyn Error + Send + Sync>`"
)]
pub trait Objective {
    /// The value at `x`, run on plain numbers.
    fn try_value(&self, x: &[f64]) -> Result<f64, Error>;

    /// The value at `x`, and the gradient into `g`, in one pass.
    fn try_value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<f64, Error>;

    /// The Hessian at `x`, row by row.
    fn try_hessian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error>;

    /// The Hessian at `x` times the direction `u`.
    fn try_hvp(&self, x: &[f64], u: &[f64]) -> Result<Vec<f64>, Error>;
}

/// A function of a list of results as solvers of least squares ask for it.
///
/// Every [`Routine`] is one, and so is a compiled [`Program`].
///
/// # Errors
/// Of each method: as those of [`Objective`].
#[diagnostic::on_unimplemented(
    message = "a least-squares fit needs a function that has residuals, and `{Self}` is none",
    note = "it is a `Routine`, such as one that returns `Vec<R>` or `Result<Vec<R>, E>`, where E can be boxed as `Box<dyn Error + Send + Sync>`"
)]
pub trait Residuals {
    /// The results at `x`, run on plain numbers.
    fn try_values(&self, x: &[f64]) -> Result<Vec<f64>, Error>;

    /// The results at `x`, and the Jacobian row by row in one list.
    fn try_values_and_jacobian(&self, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error>;
}

impl<P: Routine> Objective for P
where
    P::Out: SingleOutput + Outcome,
{
    fn try_value(&self, x: &[f64]) -> Result<f64, Error> {
        let value = P::Out::outcome(P::Out::with(self.run(x), |y: &[f64]| y[0]))?;
        numbers("the value", &[value])?;
        Ok(value)
    }

    fn try_value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<f64, Error> {
        let value = P::Out::outcome(self.value_and_gradient(x, g))?;
        numbers("the value", &[value])?;
        numbers("the gradient", g)?;
        Ok(value)
    }

    fn try_hessian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        let rows = P::Out::outcome(self.hessian(x))?;
        rows.iter().try_for_each(|row| numbers("the Hessian", row))?;
        Ok(rows)
    }

    fn try_hvp(&self, x: &[f64], u: &[f64]) -> Result<Vec<f64>, Error> {
        let product = P::Out::outcome(self.hvp(x, u))?;
        numbers("the product with the Hessian", &product)?;
        Ok(product)
    }
}

impl<P: Routine> Residuals for P
where
    P::Out: Outcome,
{
    fn try_values(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        let values = P::Out::outcome(P::Out::with(self.run(x), <[f64]>::to_vec))?;
        numbers("the list of results", &values)?;
        Ok(values)
    }

    fn try_values_and_jacobian(&self, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let mut values = self.try_values(x)?;
        let mut rows = vec![0.0; values.len() * x.len()];
        P::Out::outcome(self.jacobian_into(x, &mut values, &mut rows))??;
        numbers("the list of results", &values)?;
        numbers("the Jacobian", &rows)?;
        Ok((values, rows))
    }
}

/// A compiled program of one result. Where a comparison of it would come out otherwise than it was recorded, the error [says
/// so](Error::is_branch): most solvers end there, so a routine that branches is better given as it is.
impl Objective for Program {
    fn try_value(&self, x: &[f64]) -> Result<f64, Error> {
        let mut value = [0.0];
        expect_one(self)?;
        self.eval(x, &mut value)?;
        numbers("the value", &value)?;
        Ok(value[0])
    }

    fn try_value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<f64, Error> {
        let value = self.value_and_gradient(x, g)?;
        numbers("the value", &[value])?;
        numbers("the gradient", g)?;
        Ok(value)
    }

    fn try_hessian(&self, x: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        let n = self.variables();
        let mut rows = vec![0.0; n * n];
        self.hessian(x, &mut rows)?;
        numbers("the Hessian", &rows)?;
        Ok(if n == 0 { vec![] } else { rows.chunks_exact(n).map(<[f64]>::to_vec).collect() })
    }

    fn try_hvp(&self, x: &[f64], u: &[f64]) -> Result<Vec<f64>, Error> {
        let mut product = vec![0.0; self.variables()];
        self.hvp(x, u, &mut product)?;
        numbers("the product with the Hessian", &product)?;
        Ok(product)
    }
}

/// # Errors
/// If a program has not one result.
fn expect_one(program: &Program) -> Result<(), Error> {
    match program.outputs() {
        1 => Ok(()),
        n => Err(Error::new(Kind::Arity, format!("a minimiser needs one result, and the program has {n}"))),
    }
}

/// A compiled program, whose errors are those of it as an [`Objective`].
impl Residuals for Program {
    fn try_values(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        let mut values = vec![0.0; self.outputs()];
        self.eval(x, &mut values)?;
        numbers("the list of results", &values)?;
        Ok(values)
    }

    fn try_values_and_jacobian(&self, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let mut values = vec![0.0; self.outputs()];
        let mut rows = vec![0.0; values.len() * self.variables()];
        self.jacobian(x, &mut values, &mut rows)?;
        numbers("the list of results", &values)?;
        numbers("the Jacobian", &rows)?;
        Ok((values, rows))
    }
}

/// # Errors
/// If one of some numbers is NaN.
fn numbers(what: &str, list: &[f64]) -> Result<(), Error> {
    match list.iter().position(|number| number.is_nan()) {
        None => Ok(()),
        Some(_) if list.len() == 1 => Err(Error::new(Kind::NotFinite, format!("{what} is NaN"))),
        Some(at) => Err(Error::new(Kind::NotFinite, format!("{what} is NaN in place {at}"))),
    }
}
