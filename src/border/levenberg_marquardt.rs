//! Fits by [levenberg-marquardt](levenberg_marquardt): a routine has the residuals and their Jacobian.
//!
//! ```
//! use gprime::border::levenberg_marquardt::Fit;
//! use gprime::prelude::*;
//! use levenberg_marquardt::LevenbergMarquardt;
//!
//! let data = [(0.0, 2.0), (1.0, 1.2), (2.0, 0.7), (3.0, 0.45)];
//! let decay = routine!([data: &[(f64, f64)] = &data] |x| -> Vec<R> {
//!     data.iter().map(|&(t, y)| x[0] * (-x[1] * t).exp() - y).collect()
//! });
//! let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(decay, &[1.0, 1.0]));
//! assert!(report.termination.was_successful() && fit.error().is_none());
//! assert!((fit.x()[0] - 2.0).abs() < 0.02 && (fit.x()[1] - 0.5).abs() < 0.02);
//! ```
//!
//! A program has `levenberg-marquardt` 0.15 among its own dependencies. It stands on nalgebra 0.34, which no type of this border shows.

use super::Residuals;
use crate::error::Error;
use ::levenberg_marquardt::LeastSquaresProblem;
use nalgebra_lm::{DMatrix, DVector, Dyn, storage::Owned};
use std::cell::OnceCell;

/// A list of residuals as a function of parameters, and where the parameters stand: before the fit at the start, after it at the minimum of
/// the sum of squares.
///
/// The solver takes no errors. Where the routine gives one, or is NaN, it ends with the reason `User`, and [`error`](Fit::error) has the
/// error.
#[derive(Clone, Debug)]
pub struct Fit<F> {
    residuals: F,
    x: DVector<f64>,
    error: OnceCell<Error>,
}

impl<F: Residuals> Fit<F> {
    /// A fit of these residuals that starts at `x`.
    pub fn new(residuals: F, x: &[f64]) -> Self {
        Fit { residuals, x: DVector::from_column_slice(x), error: OnceCell::new() }
    }

    /// Where the parameters stand.
    pub fn x(&self) -> &[f64] {
        self.x.as_slice()
    }

    /// Why there are no residuals, or no Jacobian, where the parameters stand.
    pub fn error(&self) -> Option<&Error> {
        self.error.get()
    }

    /// What was computed, or nothing after an error, which is kept.
    fn keep<T>(&self, computed: Result<T, Error>) -> Option<T> {
        computed.inspect_err(|error| drop(self.error.set(error.clone()))).ok()
    }
}

impl<F: Residuals> LeastSquaresProblem<f64, Dyn, Dyn> for Fit<F> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.x.copy_from(x);
        self.error.take();
    }

    fn params(&self) -> DVector<f64> {
        self.x.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        self.keep(self.residuals.try_values(self.x()).map(DVector::from_vec))
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let rows = self.residuals.try_values_and_jacobian(self.x());
        self.keep(rows.map(|(values, rows)| DMatrix::from_row_slice(values.len(), self.x.len(), &rows)))
    }
}
