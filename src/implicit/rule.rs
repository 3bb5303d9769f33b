//! The rule of an implicit function.

use super::equations::{Cost, Residual};
use crate::Error;
use crate::function::{Apply, VectorRule};
use crate::linalg::rules::{Matrix, Solve};
use crate::real::Dual;
use std::fmt::Display;
use std::sync::Arc;

/// What gives a solution for the values of the parameters.
type Solver = dyn Fn(&[f64]) -> Result<Vec<f64>, Error> + Send + Sync;

/// The solution of some equations as a function of the parameters.
#[derive(Clone)]
pub(super) struct Implicit<F> {
    name: &'static str,
    f: F,
    unknowns: usize,
    parameters: usize,
    solver: Arc<Solver>,
    /// J = ∂F/∂x at the solution, which is factored once.
    jacobian: Matrix,
}

impl<F: PartialEq> PartialEq for Implicit<F> {
    /// Whether the equations are equal, and the solver is one.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.f == other.f && Arc::ptr_eq(&self.solver, &other.solver)
    }
}

impl<F: Residual> Implicit<F> {
    /// The solution for so many parameters.
    pub fn new<E: Display>(
        name: &'static str,
        f: F,
        parameters: usize,
        solver: impl Fn(&[f64]) -> Result<Vec<f64>, E> + Send + Sync + 'static,
    ) -> Self {
        let failed = move |error: E| Error::rule(format!("{name}: the solver failed: {error}"));
        let solver: Arc<Solver> = Arc::new(move |theta| solver(theta).map_err(failed));
        let unknowns = f.unknowns(parameters);
        Implicit { name, f, unknowns, parameters, solver, jacobian: Matrix::general(unknowns) }
    }

    /// F(x, θ).
    fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Result<Vec<R>, Error> {
        let residual = self.f.residual(x, theta);
        match residual.len() {
            len if len == self.unknowns => Ok(residual),
            len => Err(Error::rule(format!("{}: {len} equations for {} unknowns", self.name, self.unknowns))),
        }
    }

    /// J, row by row.
    fn jacobian<R: Apply>(&self, x: &[R], theta: &[R]) -> Result<Vec<R>, Error> {
        let (n, theta) = (self.unknowns, constants(theta));
        let mut rows = vec![R::from(0.0); n * n];
        for j in 0..n {
            let column = self.residual(&moving(x, j), &theta)?;
            column.into_iter().enumerate().for_each(|(i, f)| rows[i * n + j] = f.tangent);
        }
        Ok(rows)
    }

    /// J⁻¹ b, or J⁻ᵀ b.
    fn solve<R: Apply>(&self, jacobian: &[R], b: &[R], transposed: bool) -> Result<Vec<R>, Error> {
        R::vector(&Solve { of: self.jacobian.clone(), columns: 1, transposed }, &[jacobian, b])
    }

    /// Holds what the solver gave against the next step of Newton's method.
    fn expect_solution(&self, x: &[f64], theta: &[f64]) -> Result<(), Error> {
        let step = self.solve(&self.jacobian(x, theta)?, &self.residual(x, theta)?, false)?;
        let is_off = |(x, step): (&f64, &f64)| step.abs() > self.f.tolerance() * (1.0 + x.abs()) || step.is_nan();
        match x.iter().zip(&step).position(is_off) {
            None => Ok(()),
            Some(i) => {
                let (name, x, step) = (self.name, x[i], step[i]);
                Err(Error::rule(format!("{name}: x[{i}] = {x} is no solution: the next step from it is {:e}", -step)))
            }
        }
    }
}

impl<F: Residual> VectorRule for Implicit<F> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        if lens == [self.parameters] {
            return Ok(self.unknowns);
        }
        Err(Error::rule(format!("{}: a list of {} parameters is needed", self.name, self.parameters)))
    }
    fn forward(&self, theta: &[f64], x: &mut [f64]) -> Result<(), Error> {
        let solution = (self.solver)(theta)?;
        if solution.len() != x.len() {
            let (name, len, unknowns) = (self.name, solution.len(), self.unknowns);
            return Err(Error::rule(format!("{name}: the solver gave {len} numbers for {unknowns} unknowns")));
        }
        x.copy_from_slice(&solution);
        self.expect_solution(x, theta)
    }
    /// ẋ = −J⁻¹ ∂F/∂θ θ̇.
    fn tangent<R: Apply>(&self, theta: &[R], x: &[R], of_theta: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let along: Vec<Dual<R>> = theta.iter().zip(of_theta).map(|(&theta, &u)| Dual::new(theta, u)).collect();
        let change: Vec<R> = self.residual(&constants(x), &along)?.into_iter().map(|f| -f.tangent).collect();
        of_x.copy_from_slice(&self.solve(&self.jacobian(x, theta)?, &change, false)?);
        Ok(())
    }
    /// θ̄ = −∂F/∂θᵀ w with Jᵀ w = x̄.
    fn pull_back<R: Apply>(&self, theta: &[R], x: &[R], of_x: &[R], of_theta: &mut [R]) -> Result<(), Error> {
        let w = self.solve(&self.jacobian(x, theta)?, of_x, true)?;
        let x = constants(x);
        for (j, of_theta) in of_theta.iter_mut().enumerate() {
            let column = self.residual(&x, &moving(theta, j))?;
            *of_theta = -column.iter().zip(&w).map(|(f, w)| w.mul_strong_zero(f.tangent)).sum::<R>();
        }
        Ok(())
    }
}

/// Numbers of which the one at `j` moves.
///
/// One direction at a time: with [`Tangents`](crate::forward::Tangents) of several, a program that nests derivatives takes minutes to compile.
fn moving<R: Apply>(x: &[R], j: usize) -> Vec<Dual<R>> {
    let number = |(i, &x): (usize, &R)| if i == j { Dual::variable(x) } else { Dual::constant(x) };
    x.iter().enumerate().map(number).collect()
}

/// Numbers that do not move.
fn constants<R: Apply>(x: &[R]) -> Vec<Dual<R>> {
    x.iter().map(|&x| Dual::constant(x)).collect()
}

/// The equations of a fixed point: x − f(x, θ) = 0.
#[derive(Clone, PartialEq)]
pub(super) struct Step<F>(pub F);

impl<F: Residual> Residual for Step<F> {
    fn unknowns(&self, parameters: usize) -> usize {
        self.0.unknowns(parameters)
    }
    fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Vec<R> {
        self.0.residual(x, theta).into_iter().zip(x).map(|(f, &x)| x - f).collect()
    }
    fn tolerance(&self) -> f64 {
        self.0.tolerance()
    }
}

/// The equations of a minimum: ∂f/∂x = 0.
#[derive(Clone, PartialEq)]
pub(super) struct Gradient<F>(pub F);

impl<F: Cost> Residual for Gradient<F> {
    fn unknowns(&self, parameters: usize) -> usize {
        self.0.unknowns(parameters)
    }
    fn residual<R: Apply>(&self, x: &[R], theta: &[R]) -> Vec<R> {
        let theta = constants(theta);
        (0..x.len()).map(|j| self.0.value(&moving(x, j), &theta).tangent).collect()
    }
    fn tolerance(&self) -> f64 {
        self.0.tolerance()
    }
}
