//! Many points in one call: batches, and the matrices of derivatives, which are batches of directions at one point.
//!
//! The points of a batch are run side by side, as many as [`Program::width`] says, and those that are left over at the end in fewer lanes. Each
//! point has its results from the operations that a run on it alone does, so the bits are equal.
//!
//! With the feature `parallel` a batch is halved as long as both halves are worth a thread.

use super::engine::Scratch;
use super::program::Program;
use crate::error::Error;
use std::ops::Range;

/// The inputs of the points of a batch.
#[derive(Clone, Copy)]
enum Given<'a> {
    /// A row of the first list for each point, of so many numbers, and then one of the second list.
    Rows { first: &'a [f64], each: usize, second: &'a [f64], more: usize },
    /// One point, and for each of the batch a direction, which is along one variable or one result.
    Units(&'a [f64]),
}

impl<'a> Given<'a> {
    /// An input of a point.
    #[inline]
    fn number(&self, point: usize, input: usize) -> f64 {
        match *self {
            Given::Rows { first, each, second, more } => match input.checked_sub(each) {
                None => first[point * each + input],
                Some(input) => second[point * more + input],
            },
            Given::Units(x) => x.get(input).copied().unwrap_or_else(|| f64::from(u8::from(input - x.len() == point))),
        }
    }

    /// An input of several points that follow on each other, into a list; where it is longer, the last one is repeated.
    fn fill(&self, points: Range<usize>, input: usize, into: &mut [f64]) {
        let (own, rest) = into.split_at_mut(points.len());
        match *self {
            Given::Rows { first, each, second, more } => {
                let (list, each, input) =
                    if input < each { (first, each, input) } else { (second, more, input - each) };
                let numbers = list[points.start * each + input..].iter().step_by(each);
                own.iter_mut().zip(numbers).for_each(|(into, x)| *into = *x);
            }
            Given::Units(_) => own.iter_mut().zip(points).for_each(|(into, point)| *into = self.number(point, input)),
        }
        rest.fill(own[own.len() - 1]);
    }

    /// All inputs of a point, if they are there in two lists.
    fn lists(&self, point: usize) -> Option<[&'a [f64]; 2]> {
        match *self {
            Given::Rows { first, each, second, more } => {
                Some([&first[point * each..][..each], &second[point * more..][..more]])
            }
            Given::Units(_) => None,
        }
    }
}

/// The points of a batch.
struct Batch<'a> {
    program: &'a Program,
    width: usize,
    given: Given<'a>,
}

/// Some results of the program in a list: those of each point, one point after the other.
struct Rows<'a> {
    outputs: Range<usize>,
    numbers: &'a mut [f64],
}

impl<'a> Rows<'a> {
    fn row(&mut self, point: usize) -> &mut [f64] {
        let len = self.outputs.len();
        &mut self.numbers[point * len..][..len]
    }

    /// The rows of the first points, and those of the others.
    #[cfg(feature = "parallel")]
    fn split_at(self, points: usize) -> (Self, Self) {
        let (first, others) = self.numbers.split_at_mut(points * self.outputs.len());
        (Rows { outputs: self.outputs.clone(), numbers: first }, Rows { outputs: self.outputs, numbers: others })
    }
}

impl Batch<'_> {
    /// Runs some points side by side, at most as many as the width, and hands on what is read. The points at which a guard does not hold, or a vector
    /// rule has no results, are listed.
    fn side_by_side(
        &self,
        points: Range<usize>,
        failed: &mut Vec<usize>,
        read: &mut impl FnMut(Range<usize>, &Scratch),
    ) {
        let plan = &self.program.plan;
        let width = if points.len() == 1 { 1 } else { self.width.min(points.len().next_power_of_two().max(4)) };
        let is_done = self.program.pool.with(plan, width, |scratch| {
            // lanes that are left over do what the last point does
            (0..plan.inputs).for_each(|slot| self.given.fill(points.clone(), slot, scratch.input_mut(slot)));
            if plan.run(scratch).is_err() {
                return false;
            }
            if !plan.guards.is_empty() {
                failed.extend(points.clone().filter(|point| plan.flips(scratch, point - points.start)));
            }
            read(points.clone(), scratch);
            true
        });
        match (is_done, points.len()) {
            (true, _) => {}
            (false, 1) => failed.push(points.start),
            // a vector rule has no results at one point or more
            (false, _) => points.for_each(|point| self.side_by_side(point..point + 1, failed, read)),
        }
    }

    /// Runs some points in order, hands on what is read, and lists where there are no results.
    fn in_order(&self, points: Range<usize>, mut read: impl FnMut(Range<usize>, &Scratch)) -> Vec<usize> {
        let mut failed = vec![];
        for start in points.clone().step_by(self.width) {
            self.side_by_side(start..points.end.min(start + self.width), &mut failed, &mut read);
        }
        failed
    }

    /// Runs some points, whose rows begin the lists, and lists where there are no results.
    fn fill_rows(&self, points: Range<usize>, lists: [Rows<'_>; 2]) -> Vec<usize> {
        #[cfg(feature = "parallel")]
        if let Some(middle) = self.middle(&points) {
            let [first, second] = lists.map(|rows| rows.split_at(middle - points.start));
            let (mut failed, others) = rayon::join(
                || self.fill_rows(points.start..middle, [first.0, second.0]),
                || self.fill_rows(middle..points.end, [first.1, second.1]),
            );
            failed.extend(others);
            return failed;
        }
        let (outputs, first) = (&self.program.plan.outputs, points.start);
        let mut lists = lists;
        if self.width == 1 && matches!(self.given, Given::Rows { .. }) {
            return self.one_by_one(points, &mut lists);
        }
        self.in_order(points, |points, scratch| {
            for Rows { outputs: own, numbers } in &mut lists {
                for (k, &slot) in outputs[own.clone()].iter().enumerate() {
                    let into = numbers[(points.start - first) * own.len() + k..].iter_mut().step_by(own.len());
                    let numbers = &scratch.slot(slot as usize)[..points.len()];
                    into.zip(numbers).for_each(|(into, number)| *into = *number);
                }
            }
        })
    }

    /// Runs some points one after the other, which read and write the lists of the caller.
    fn one_by_one(&self, points: Range<usize>, lists: &mut [Rows<'_>; 2]) -> Vec<usize> {
        let (plan, start) = (&self.program.plan, points.start);
        let mut run = |scratch: &mut Scratch, point: usize| {
            let inputs = self.given.lists(point).expect("the batch has lists");
            let [first, others] = lists.each_mut().map(|rows| rows.row(point - start));
            // where the second list is not that of the results behind the head, the first one has all
            let results = if plan.head == first.len() { [first, others] } else { first.split_at_mut(plan.head).into() };
            matches!(plan.run_one(scratch, inputs, results), Ok(true))
        };
        self.program.pool.with(plan, 1, |scratch| points.filter(|&point| !run(scratch, point)).collect())
    }

    /// Where points are divided between two threads, if they are worth it.
    #[cfg(feature = "parallel")]
    fn middle(&self, points: &Range<usize>) -> Option<usize> {
        /// How many statements are worth a task: some ten microseconds.
        const TASK: usize = 10_000;
        let least = self.width.max(TASK / self.program.plan.statements.max(1));
        if points.len() < 2 * least || rayon::current_num_threads() == 1 {
            return None;
        }
        let half = (points.len() / 2).next_multiple_of(self.width);
        (half < points.len()).then_some(points.start + half)
    }
}

impl Program {
    /// The results at each of many points.
    ///
    /// Lists are row-major, as those of all batches: `points` has all inputs of one point after those of the other, and `results` has the results in
    /// this order. As many points are run side by side as [`width`](Program::width) says, which is several times as fast for programs without loops,
    /// and with the feature `parallel` on all threads of rayon's pool. The bits are those of [`eval`](Program::eval) in any case.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// use gprime::Program;
    ///
    /// let area = routine!(|x| x[0] * x[1]);
    /// let program = Program::trace(&area, &[1.0, 1.0])?;
    /// let mut areas = [0.0; 3];
    /// program.eval_batch(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &mut areas)?;
    /// assert_eq!(areas, [6.0, 20.0, 42.0]);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If at some points a comparison comes out otherwise than it was recorded, or a vector rule has no results: [`Error::points`] lists them, and
    /// the error is else that of the first of them. Their results are NaN, and all other points have theirs.
    ///
    /// ```
    /// # use gprime::prelude::*;
    /// # use gprime::Program;
    /// let root = routine!(|x| if x[0] > 0.0 { x[0].sqrt() } else { R::from(0.0) });
    /// let program = Program::trace(&root, &[1.0])?;
    /// let mut roots = [0.0; 3];
    /// let error = program.eval_batch(&[4.0, -1.0, 9.0], &mut roots).unwrap_err();
    /// assert!(error.is_branch());
    /// assert_eq!(error.points(), [1]);
    /// assert!(roots[0] == 2.0 && roots[1].is_nan() && roots[2] == 3.0);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the lists are not those of one number of points.
    #[track_caller]
    pub fn eval_batch(&self, points: &[f64], results: &mut [f64]) -> Result<(), Error> {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let count = count(&[("points", points.len(), inputs), ("results", results.len(), outputs)]);
        self.batch(
            self,
            count,
            Given::Rows { first: points, each: inputs, second: &[], more: 0 },
            results,
            outputs,
            &mut [],
        )
    }

    /// The value at each of many points, and the derivatives by the variables, row by row: see [`eval_batch`](Program::eval_batch).
    ///
    /// # Errors
    /// As those of [`eval_batch`](Program::eval_batch) and [`gradient_program`](Program::gradient_program).
    ///
    /// # Panics
    /// If the lists are not those of one number of points.
    #[track_caller]
    pub fn value_and_gradient_batch(
        &self,
        points: &[f64],
        values: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), Error> {
        let inputs = self.inputs();
        let lists = [("values", values.len(), 1), ("points", points.len(), inputs)];
        let count = count(&[lists[0], lists[1], ("gradients", gradients.len(), self.variables())]);
        self.batch(
            self.gradient_program()?,
            count,
            Given::Rows { first: points, each: inputs, second: &[], more: 0 },
            values,
            1,
            gradients,
        )
    }

    /// The results at each of many points, and how they change along a direction for each: see [`eval_batch`](Program::eval_batch).
    ///
    /// # Errors
    /// As those of [`eval_batch`](Program::eval_batch) and [`jvp_program`](Program::jvp_program).
    ///
    /// # Panics
    /// If the lists are not those of one number of points.
    #[track_caller]
    pub fn jvp_batch(
        &self,
        points: &[f64],
        directions: &[f64],
        results: &mut [f64],
        moved: &mut [f64],
    ) -> Result<(), Error> {
        let (inputs, variables, outputs) = (self.inputs(), self.variables(), self.outputs());
        let given = [("points", points.len(), inputs), ("directions", directions.len(), variables)];
        let made = [("results", results.len(), outputs), ("tangents", moved.len(), outputs)];
        let count = count([given, made].as_flattened());
        let given = Given::Rows { first: points, each: inputs, second: directions, more: variables };
        self.batch(self.jvp_program()?, count, given, results, outputs, moved)
    }

    /// The results at each of many points, and the gradient of their sum with weights for each point: see [`eval_batch`](Program::eval_batch).
    ///
    /// # Errors
    /// As those of [`eval_batch`](Program::eval_batch) and [`vjp_program`](Program::vjp_program).
    ///
    /// # Panics
    /// If the lists are not those of one number of points.
    #[track_caller]
    pub fn vjp_batch(
        &self,
        points: &[f64],
        weights: &[f64],
        results: &mut [f64],
        gradients: &mut [f64],
    ) -> Result<(), Error> {
        let (inputs, variables, outputs) = (self.inputs(), self.variables(), self.outputs());
        let given = [("points", points.len(), inputs), ("weights", weights.len(), outputs)];
        let made = [("results", results.len(), outputs), ("gradients", gradients.len(), variables)];
        let count = count([given, made].as_flattened());
        let given = Given::Rows { first: points, each: inputs, second: weights, more: outputs };
        self.batch(self.vjp_program()?, count, given, results, outputs, gradients)
    }

    /// The Hessian at each of many points times a direction for each: see [`eval_batch`](Program::eval_batch).
    ///
    /// # Errors
    /// As those of [`eval_batch`](Program::eval_batch) and [`hvp_program`](Program::hvp_program).
    ///
    /// # Panics
    /// If the lists are not those of one number of points.
    #[track_caller]
    pub fn hvp_batch(&self, points: &[f64], directions: &[f64], products: &mut [f64]) -> Result<(), Error> {
        let (inputs, variables) = (self.inputs(), self.variables());
        let given = [("points", points.len(), inputs), ("directions", directions.len(), variables)];
        let count = count(&[given[0], given[1], ("products", products.len(), variables)]);
        self.batch(
            self.hvp_program()?,
            count,
            Given::Rows { first: points, each: inputs, second: directions, more: variables },
            products,
            variables,
            &mut [],
        )
    }

    /// The results at `x` into `y`, and their Jacobian by the variables into `rows`: the gradient of each result, one after the other.
    ///
    /// It is a batch of directions at one point, forward along each variable or in reverse from each result, whichever are fewer; forward mode runs on one
    /// thread in any case.
    ///
    /// ```
    /// use gprime::prelude::*;
    /// use gprime::Program;
    ///
    /// let f = routine!(|x| -> [R; 2] { [x[0] * x[1], x[0] + x[1] * x[2]] });
    /// let program = Program::trace(&f, &[1.0, 1.0, 1.0])?;
    /// let (mut y, mut rows) = ([0.0; 2], [0.0; 6]);
    /// program.jacobian(&[2.0, 3.0, 5.0], &mut y, &mut rows)?;
    /// assert_eq!((y, rows), ([6.0, 17.0], [3.0, 2.0, 0.0, 1.0, 5.0, 3.0]));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`jvp`](Program::jvp) and [`vjp`](Program::vjp).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, `y` as there are results, or `rows` as there are derivatives.
    #[track_caller]
    pub fn jacobian(&self, x: &[f64], y: &mut [f64], rows: &mut [f64]) -> Result<(), Error> {
        let (variables, outputs) = (self.variables(), self.outputs());
        self.expect("the Jacobian", rows.len(), variables * outputs);
        self.eval(x, y)?;
        let is_forward = variables <= outputs;
        let program = if is_forward { self.jvp_program()? } else { self.vjp_program()? };
        let batch = Batch { program, width: program.width(), given: Given::Units(x) };
        let failed = if is_forward {
            let slots = &program.plan.outputs[outputs..];
            batch.in_order(0..variables, |points, scratch| {
                for (&slot, row) in slots.iter().zip(rows.chunks_exact_mut(variables)) {
                    row[points.clone()].copy_from_slice(&scratch.slot(slot as usize)[..points.len()]);
                }
            })
        } else {
            let of_results = Rows { outputs: 0..0, numbers: &mut [] };
            batch.fill_rows(0..outputs, [of_results, Rows { outputs: outputs..outputs + variables, numbers: rows }])
        };
        failed.first().map_or(Ok(()), |&first| Err(batch.error(self, first)))
    }

    /// The Hessian at `x` by the variables into `rows`, row by row: a batch of its products with the directions of all variables.
    ///
    /// # Errors
    /// As those of [`hvp`](Program::hvp).
    ///
    /// # Panics
    /// If `x` is not as long as there are inputs, or `rows` as there are second derivatives.
    #[track_caller]
    pub fn hessian(&self, x: &[f64], rows: &mut [f64]) -> Result<(), Error> {
        let variables = self.variables();
        self.expect("the point", x.len(), self.inputs());
        self.expect("the Hessian", rows.len(), variables * variables);
        let program = self.hvp_program()?;
        let batch = Batch { program, width: program.width(), given: Given::Units(x) };
        let none = Rows { outputs: 0..0, numbers: &mut [] };
        let failed = batch.fill_rows(0..variables, [Rows { outputs: 0..variables, numbers: rows }, none]);
        failed.first().map_or(Ok(()), |&first| Err(batch.error(self, first)))
    }

    /// Runs a program that is derived from this one on a batch: the first so many of its results go to one list, and the rest to another one.
    fn batch(
        &self,
        program: &Program,
        count: usize,
        given: Given<'_>,
        first: &mut [f64],
        of_first: usize,
        others: &mut [f64],
    ) -> Result<(), Error> {
        let all = program.outputs();
        let batch = Batch { program, width: program.width(), given };
        let mut lists =
            [Rows { outputs: 0..of_first, numbers: first }, Rows { outputs: of_first..all, numbers: others }];
        let here = lists.each_mut().map(|rows| Rows { outputs: rows.outputs.clone(), numbers: &mut *rows.numbers });
        let failed = batch.fill_rows(0..count, here);
        let Some(&point) = failed.first() else { return Ok(()) };
        for rows in &mut lists {
            failed.iter().for_each(|&point| rows.row(point).fill(f64::NAN));
        }
        Err(batch.error(self, point).at_points(failed, count))
    }
}

impl Batch<'_> {
    /// Why a point has no results, given the program that this one is derived from.
    fn error(&self, of: &Program, point: usize) -> Error {
        let x: Vec<f64> = (0..self.program.inputs()).map(|k| self.given.number(point, k)).collect();
        self.program.try_at(&x).err().unwrap_or_else(|| of.branched(&x[..of.inputs()]))
    }
}

/// How many points there are, given the length of each list and how many numbers it has for each point. Where no list has any, there are no points.
///
/// # Panics
/// If the lists are not those of one number of points.
#[track_caller]
fn count(lists: &[(&str, usize, usize)]) -> usize {
    let count = lists.iter().find(|(_, _, each)| *each > 0).map_or(0, |(_, len, each)| len / each);
    for (what, len, each) in lists {
        assert!(*len == count * each, "the list of {what} has {len} numbers, and {count} points ask for {each} each",);
    }
    count
}
