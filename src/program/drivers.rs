//! What is asked of a program at one point: its results and its derivatives.

use super::code::Check;
use super::program::Program;
use crate::error::{Error, Kind};
use crate::graph::Relation;

/// The calls of each kind have a second form, `replay_..`, whose result is `None` where a comparison comes out otherwise than it was recorded.
impl Program {
    /// The results at `x`, which has all inputs, into `y`.
    ///
    /// # Errors
    /// If a comparison comes out otherwise than it was recorded, or a vector rule has no results. `y` holds nothing of use then.
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or `y` as there are results.
    #[track_caller]
    pub fn eval(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.replay_eval(x, y)?.ok_or_else(|| self.branched(x))
    }

    #[track_caller]
    pub(super) fn replay_eval(&self, x: &[f64], y: &mut [f64]) -> Result<Option<()>, Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the list of results", y.len(), self.outputs());
        self.replay([x, &[]], y.split_at_mut(self.plan.head).into())
    }

    /// The value at `x`, which has all inputs, and the derivative by each variable into `g`.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval) and [`gradient_program`](Program::gradient_program).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or `g` as there are variables.
    #[track_caller]
    pub fn value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<f64, Error> {
        self.replay_value_and_gradient(x, g)?.ok_or_else(|| self.branched(x))
    }

    #[track_caller]
    pub(super) fn replay_value_and_gradient(&self, x: &[f64], g: &mut [f64]) -> Result<Option<f64>, Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the gradient", g.len(), self.variables());
        let mut value = [0.0];
        let is_done = self.gradient_program()?.replay([x, &[]], [&mut value, g])?;
        Ok(is_done.map(|()| value[0]))
    }

    /// The results at `x` into `y`, and how they change along the direction `u`, which has a component for each variable, into `moved`.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval) and [`jvp_program`](Program::jvp_program).
    ///
    /// # Panics
    /// If a list is not as long as there are inputs, variables or results.
    #[track_caller]
    pub fn jvp(&self, x: &[f64], u: &[f64], y: &mut [f64], moved: &mut [f64]) -> Result<(), Error> {
        self.replay_jvp(x, u, y, moved)?.ok_or_else(|| self.branched(x))
    }

    #[track_caller]
    pub(super) fn replay_jvp(
        &self,
        x: &[f64],
        u: &[f64],
        y: &mut [f64],
        moved: &mut [f64],
    ) -> Result<Option<()>, Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the direction", u.len(), self.variables());
        self.both(self.jvp_program()?, x, u, y, moved, self.outputs())
    }

    /// The results at `x` into `y`, and the gradient of their sum weighted by `weights` into `g`.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval) and [`vjp_program`](Program::vjp_program).
    ///
    /// # Panics
    /// If a list is not as long as there are inputs, variables or results.
    #[track_caller]
    pub fn vjp(&self, x: &[f64], weights: &[f64], y: &mut [f64], g: &mut [f64]) -> Result<(), Error> {
        self.replay_vjp(x, weights, y, g)?.ok_or_else(|| self.branched(x))
    }

    #[track_caller]
    pub(super) fn replay_vjp(
        &self,
        x: &[f64],
        weights: &[f64],
        y: &mut [f64],
        g: &mut [f64],
    ) -> Result<Option<()>, Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the list of weights", weights.len(), self.outputs());
        self.both(self.vjp_program()?, x, weights, y, g, self.variables())
    }

    /// The results of a derived program of this one, whose inputs are `x` and `more`: those of this one, then the others.
    #[track_caller]
    fn both(
        &self,
        derived: &Program,
        x: &[f64],
        more: &[f64],
        y: &mut [f64],
        others: &mut [f64],
        count: usize,
    ) -> Result<Option<()>, Error> {
        self.expect("the list of results", y.len(), self.outputs());
        self.expect("the list of derivatives", others.len(), count);
        derived.replay([x, more], [y, others])
    }

    /// The Hessian at `x` times the direction `u`, by the variables, into `product`.
    ///
    /// # Errors
    /// As those of [`eval`](Program::eval) and [`hvp_program`](Program::hvp_program).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or another list as there are variables.
    #[track_caller]
    pub fn hvp(&self, x: &[f64], u: &[f64], product: &mut [f64]) -> Result<(), Error> {
        self.replay_hvp(x, u, product)?.ok_or_else(|| self.branched(x))
    }

    #[track_caller]
    pub(super) fn replay_hvp(&self, x: &[f64], u: &[f64], product: &mut [f64]) -> Result<Option<()>, Error> {
        self.expect("the point", x.len(), self.inputs());
        self.expect("the direction", u.len(), self.variables());
        self.expect("the product", product.len(), self.variables());
        self.hvp_program()?.replay([x, u], [&mut [], product])
    }

    /// # Panics
    /// If a list has not the length that it must have.
    #[track_caller]
    pub(super) fn expect(&self, what: &str, is: usize, must: usize) {
        assert!(is == must, "{what} has {is} numbers, and the program asks for {must}");
    }

    /// Runs the program on one point, whose inputs are given as two lists, one after the other, as are the results: those of the plan's head, and the
    /// others. `None` if a guard does not hold there.
    pub(super) fn replay(&self, inputs: [&[f64]; 2], results: [&mut [f64]; 2]) -> Result<Option<()>, Error> {
        let is_done = self.pool.with(&self.plan, 1, |scratch| self.plan.run_one(scratch, inputs, results))?;
        Ok(is_done.then_some(()))
    }

    /// Runs the program on one point for nothing but whether it can be run there; `None` if a guard does not hold.
    pub(super) fn try_at(&self, x: &[f64]) -> Result<Option<()>, Error> {
        self.pool.with(&self.plan, 1, |scratch| {
            x.iter().enumerate().for_each(|(k, &x)| scratch.input_mut(k)[0] = x);
            self.plan.run(scratch)?;
            Ok((!self.plan.flips(scratch, 0)).then_some(()))
        })
    }

    /// That a comparison comes out otherwise at a point.
    pub(super) fn branched(&self, x: &[f64]) -> Error {
        let Ok((_, Some(flip))) = self.by_statements(x) else {
            return Error::new(Kind::Branch, "a comparison comes out otherwise than where the program was recorded");
        };
        let Check { relation, held, line } = flip.check;
        let relation = match relation {
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
            Relation::Equal => "==",
            Relation::Unordered => "unordered with",
        };
        let [a, b] = flip.sides;
        let line = line.map_or(String::new(), |line| format!(" at {line}"));
        let (was, is) = if held { ("held", "does not") } else { ("did not hold", "does") };
        Error::new(
            Kind::Branch,
            format!(
                "the program was recorded where the comparison{line}, a {relation} b, {was}, and here it {is}: a = {a:?}, b = {b:?}; \
                 record it anew at this point"
            ),
        )
    }
}
