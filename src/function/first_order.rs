//! Functions of lists whose first derivatives are known as closures.

use super::apply::{Apply, VectorRule, too_often};
use crate::error::Error;
use crate::real::Real;
use std::sync::Arc;

type Results = dyn Fn(&[usize]) -> Result<usize, Error> + Send + Sync;
type Forward = dyn Fn(&[f64], &mut [f64]) -> Result<(), Error> + Send + Sync;
type Derivative = dyn Fn(&[f64], &[f64], &[f64], &mut [f64]) -> Result<(), Error> + Send + Sync;

/// A function of lists that is known as `f64` closures, such as calls of a foreign library: its values, and its first derivatives.
///
/// It works in every mode that takes first derivatives; where more are asked for, [`Apply::vector`] gives an error that says its name. Two of them
/// are equal if one is a clone of the other.
///
/// ```
/// use gprime::{function::FirstOrder, prelude::*};
///
/// let squares = FirstOrder::new(
///     "squares",
///     |lens| Ok(lens.iter().sum()),
///     |x, y| Ok(y.iter_mut().zip(x).for_each(|(y, x)| *y = x * x)),
///     |x, _, of_y, of_x| Ok((0..x.len()).for_each(|i| of_x[i] = 2.0 * x[i] * of_y[i])),
/// );
/// assert_eq!(gradient(|x| Var::vector(&squares, &[x]).unwrap().iter().sum(), &[1.0, 3.0]), [2.0, 6.0]);
///
/// let x: [Dual<Dual>; 1] = [Dual::variable(1.0.into())];
/// assert!(Apply::vector(&squares, &[&x]).unwrap_err().is_no_second_derivative());
/// ```
#[derive(Clone)]
pub struct FirstOrder {
    name: &'static str,
    results: Arc<Results>,
    forward: Arc<Forward>,
    pull_back: Arc<Derivative>,
    tangent: Option<Arc<Derivative>>,
}

impl FirstOrder {
    /// A function with its name, the number of results for lists of these lengths, the results at x, and the adjoints of x. What the closures are given,
    /// and what they return, is as in [`VectorRule`].
    ///
    /// Forward mode then takes the adjoints of each result, one after the other; [`with_tangent`](FirstOrder::with_tangent) gives it a closure of its own.
    pub fn new(
        name: &'static str,
        results: impl Fn(&[usize]) -> Result<usize, Error> + Send + Sync + 'static,
        forward: impl Fn(&[f64], &mut [f64]) -> Result<(), Error> + Send + Sync + 'static,
        pull_back: impl Fn(&[f64], &[f64], &[f64], &mut [f64]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        let (results, forward, pull_back) = (Arc::new(results), Arc::new(forward), Arc::new(pull_back));
        FirstOrder { name, results, forward, pull_back, tangent: None }
    }

    /// The function with a closure for its tangents.
    pub fn with_tangent(
        self,
        tangent: impl Fn(&[f64], &[f64], &[f64], &mut [f64]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        FirstOrder { tangent: Some(Arc::new(tangent)), ..self }
    }
}

impl PartialEq for FirstOrder {
    /// Whether one is a clone of the other.
    fn eq(&self, other: &Self) -> bool {
        let same_tangent = match (&self.tangent, &other.tangent) {
            (Some(own), Some(others)) => Arc::ptr_eq(own, others),
            (own, others) => own.is_none() && others.is_none(),
        };
        same_tangent && Arc::ptr_eq(&self.forward, &other.forward) && Arc::ptr_eq(&self.pull_back, &other.pull_back)
    }
}

impl VectorRule for FirstOrder {
    const ORDER: u32 = 1;

    fn name(&self) -> &'static str {
        self.name
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        (self.results)(lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        (self.forward)(x, y)
    }
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        let derivative = DerivativeOf { of: self.clone(), lens: [x.len(), y.len()], backwards: true };
        of_x.copy_from_slice(&R::vector(&derivative, &[x, y, of_y])?);
        Ok(())
    }
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        let derivative = DerivativeOf { of: self.clone(), lens: [x.len(), y.len()], backwards: false };
        of_y.copy_from_slice(&R::vector(&derivative, &[x, y, of_x])?);
        Ok(())
    }
}

/// The derivative of a function that is known as `f64` closures, as a function of the arguments, the results, and what is taken through them:
/// adjoints of the results backwards, else tangents of the arguments. It has no derivative itself.
#[derive(Clone, PartialEq)]
struct DerivativeOf {
    of: FirstOrder,
    /// How many arguments the function has, and how many results.
    lens: [usize; 2],
    backwards: bool,
}

impl DerivativeOf {
    fn no_derivative(&self) -> Result<(), Error> {
        Err(too_often(self.of.name, FirstOrder::ORDER))
    }
}

impl VectorRule for DerivativeOf {
    const ORDER: u32 = 0;

    fn name(&self) -> &'static str {
        self.of.name
    }
    fn results(&self, _: &[usize]) -> Result<usize, Error> {
        Ok(self.lens[usize::from(!self.backwards)])
    }
    fn forward(&self, all: &[f64], out: &mut [f64]) -> Result<(), Error> {
        let (x, rest) = all.split_at(self.lens[0]);
        let (y, given) = rest.split_at(self.lens[1]);
        if self.backwards {
            return (self.of.pull_back)(x, y, given, out);
        }
        if let Some(tangent) = &self.of.tangent {
            return tangent(x, y, given, out);
        }
        let (mut seed, mut row) = (vec![0.0; y.len()], vec![0.0; x.len()]);
        for (i, tangent) in out.iter_mut().enumerate() {
            seed[i] = 1.0;
            row.fill(0.0);
            (self.of.pull_back)(x, y, &seed, &mut row)?;
            *tangent = row.iter().zip(given).map(|(&slope, &of_x)| slope.mul_strong_zero(of_x)).sum();
            seed[i] = 0.0;
        }
        Ok(())
    }
    fn pull_back<R: Apply>(&self, _: &[R], _: &[R], _: &[R], _: &mut [R]) -> Result<(), Error> {
        self.no_derivative()
    }
    fn tangent<R: Apply>(&self, _: &[R], _: &[R], _: &[R], _: &mut [R]) -> Result<(), Error> {
        self.no_derivative()
    }
}
