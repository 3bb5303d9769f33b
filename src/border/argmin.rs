//! Problems of [argmin]: a routine has the cost, the gradient and the Hessian that its solvers ask for.
//!
//! ```
//! use argmin::core::{Executor, State};
//! use argmin::solver::linesearch::MoreThuenteLineSearch;
//! use argmin::solver::quasinewton::LBFGS;
//! use gprime::border::argmin::Problem;
//! use gprime::prelude::*;
//!
//! let rosenbrock = routine!(|x| (-x[0] + 1.0).square() + (x[1] - x[0].square()).square() * 100.0);
//! let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
//! let run = Executor::new(Problem::new(rosenbrock), solver).configure(|state| state.param(vec![-1.2, 1.0]).max_iters(100)).run()?;
//! let x = run.state().get_best_param().unwrap();
//! assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6);
//! # Ok::<(), argmin::core::Error>(())
//! ```
//!
//! A program has `argmin` 0.11 among its own dependencies, and `argmin-math` with the feature `vec`. Of argmin's solvers those for a `Vec`
//! apply: the quasi-Newton methods, conjugate gradients, steepest descent, Newton's method with conjugate gradients, and trust regions. Its
//! `GaussNewton` and `Newton` invert a matrix, which argmin cannot do for lists: fits by least squares have `border::levenberg_marquardt`
//! and `border::basin`.

use super::Objective;
use crate::error::Error;
use ::argmin::core::{CostFunction, Gradient, Hessian};
use std::sync::{Mutex, PoisonError};

/// A function for the solvers of argmin.
///
/// The value and the gradient at one point cost one pass: what the last point gave is remembered. A cost is computed together with the
/// gradient if the gradient was asked for at the point before, as by a line search that looks at slopes; else it is run on plain numbers.
///
/// # Errors
/// Its costs and derivatives are errors where the function is NaN, and where it gives one: `error.downcast_ref::<gprime::Error>()`. Where a
/// line search meets an error, argmin's quasi-Newton methods end without one: look at `get_termination_status` of the state, which is then
/// a `SolverExit` with the error's words.
#[derive(Debug)]
pub struct Problem<F> {
    function: F,
    last: Mutex<Last>,
}

/// What is known of the last point.
#[derive(Debug)]
struct Last {
    x: Vec<f64>,
    value: Option<f64>,
    /// None if it was not computed.
    gradient: Option<Vec<f64>>,
    /// Whether the gradient was asked for.
    taken: bool,
}

impl<F: Objective> Problem<F> {
    /// A problem that asks this function.
    pub fn new(function: F) -> Self {
        Problem { function, last: Mutex::new(Last { x: vec![], value: None, gradient: None, taken: true }) }
    }

    /// The value, and the gradient if it is asked for or known.
    fn at(&self, x: &[f64], asks_gradient: bool) -> Result<(f64, Option<Vec<f64>>), Error> {
        // nothing is evaluated while the lock is held, so that threads do not wait for each other
        let with_gradient = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = last.value
                && is_same(&last.x, x)
                && (!asks_gradient || last.gradient.is_some())
            {
                last.taken |= asks_gradient;
                return Ok((value, last.gradient.clone().filter(|_| asks_gradient)));
            }
            asks_gradient || last.taken
        };
        let mut gradient = with_gradient.then(|| vec![0.0; x.len()]);
        let value = match &mut gradient {
            Some(gradient) => self.function.try_value_and_gradient(x, gradient)?,
            None => self.function.try_value(x)?,
        };
        let last = Last { x: x.to_vec(), value: Some(value), gradient: gradient.clone(), taken: asks_gradient };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
        Ok((value, gradient))
    }
}

/// Whether two points have the same bits.
fn is_same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

impl<F: Objective> CostFunction for Problem<F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, ::argmin::core::Error> {
        Ok(self.at(x, false)?.0)
    }
}

impl<F: Objective> Gradient for Problem<F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, ::argmin::core::Error> {
        Ok(self.at(x, true)?.1.expect("a gradient that is asked for is computed"))
    }
}

impl<F: Objective> Hessian for Problem<F> {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, ::argmin::core::Error> {
        Ok(self.function.try_hessian(x)?)
    }
}
