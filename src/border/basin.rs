//! Problems of [basin]: a routine has costs, residuals and all derivatives that its solvers ask for, on `Vec<f64>` and its own dense
//! matrices.
//!
//! ```
//! use basin::{Executor, FirstOrderState, Lbfgs};
//! use gprime::border::basin::Problem;
//! use gprime::prelude::*;
//!
//! let rosenbrock = routine!(|x| (-x[0] + 1.0).square() + (x[1] - x[0].square()).square() * 100.0);
//! let start = FirstOrderState::new(vec![-1.2, 1.0]);
//! let solver = Lbfgs::new().unbounded().with_absolute_gradient_tolerance(1e-8);
//! let run = Executor::new(Problem::new(rosenbrock), solver, start).max_iter(200).run()?;
//! assert!((run.param()[0] - 1.0).abs() < 1e-6 && (run.param()[1] - 1.0).abs() < 1e-6);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! A fit by least squares:
//!
//! ```
//! use basin::{Executor, LevenbergMarquardt, PointState};
//! use gprime::border::basin::Problem;
//! use gprime::prelude::*;
//!
//! let data = [(0.0, 2.0), (1.0, 1.2), (2.0, 0.7), (3.0, 0.45)];
//! let decay = routine!([data: &[(f64, f64)] = &data] |x| -> Vec<R> {
//!     data.iter().map(|&(t, y)| x[0] * (-x[1] * t).exp() - y).collect()
//! });
//! let run = Executor::new(Problem::new(decay), LevenbergMarquardt::new(), PointState::new(vec![1.0, 1.0])).max_iter(50).run()?;
//! assert!((run.param()[0] - 2.0).abs() < 0.02 && (run.param()[1] - 0.5).abs() < 0.02);
//! # Ok::<(), gprime::Error>(())
//! ```

use super::{Objective, Residuals};
use crate::error::Error;
use ::basin::{CostFunction, DenseMatrix, Gradient, Hessian, HessianProduct, Jacobian, Residual};

/// A function for the solvers of basin. Bounds and other constraints are put around it by basin's [`Constrained`](::basin::Constrained). It
/// is `Sync` if the function is, so that solvers with threads take it: the memory of a tape is each thread's own.
///
/// # Errors
/// Its costs, residuals and derivatives are errors where the function is NaN, and where it gives one.
#[derive(Clone, Debug)]
pub struct Problem<F> {
    function: F,
}

impl<F> Problem<F> {
    /// A problem that asks this function.
    pub fn new(function: F) -> Self {
        Problem { function }
    }
}

impl<F: Objective> CostFunction for Problem<F> {
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Error;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        self.function.try_value(x)
    }
}

impl<F: Objective> Gradient for Problem<F> {
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.cost_and_gradient(x)?.1)
    }

    fn gradient_into(&self, x: &Vec<f64>, g: &mut Vec<f64>) -> Result<(), Error> {
        self.cost_and_gradient_into(x, g).map(|_| ())
    }

    fn cost_and_gradient(&self, x: &Vec<f64>) -> Result<(f64, Vec<f64>), Error> {
        let mut g = vec![];
        Ok((self.cost_and_gradient_into(x, &mut g)?, g))
    }

    fn cost_and_gradient_into(&self, x: &Vec<f64>, g: &mut Vec<f64>) -> Result<f64, Error> {
        g.resize(x.len(), 0.0);
        self.function.try_value_and_gradient(x, g)
    }
}

impl<F: Objective> Hessian for Problem<F> {
    type Hessian = DenseMatrix;

    fn hessian(&self, x: &Vec<f64>) -> Result<DenseMatrix, Error> {
        Ok(DenseMatrix::from_row_slice(x.len(), x.len(), &self.function.try_hessian(x)?.concat()))
    }
}

impl<F: Objective> HessianProduct for Problem<F> {
    fn hessian_product(&self, x: &Vec<f64>, u: &Vec<f64>) -> Result<Vec<f64>, Error> {
        self.function.try_hvp(x, u)
    }
}

impl<F: Residuals> Residual for Problem<F> {
    type Param = Vec<f64>;
    type Output = Vec<f64>;
    type Error = Error;

    fn residual(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        self.function.try_values(x)
    }
}

impl<F: Residuals> Jacobian for Problem<F> {
    type Jacobian = DenseMatrix;

    fn jacobian(&self, x: &Vec<f64>) -> Result<DenseMatrix, Error> {
        Ok(self.residual_and_jacobian(x)?.1)
    }

    fn residual_and_jacobian(&self, x: &Vec<f64>) -> Result<(Vec<f64>, DenseMatrix), Error> {
        let (values, rows) = self.function.try_values_and_jacobian(x)?;
        let jacobian = DenseMatrix::from_row_slice(values.len(), x.len(), &rows);
        Ok((values, jacobian))
    }
}
