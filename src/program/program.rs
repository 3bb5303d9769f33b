//! The program that is recorded once and run many times.

use super::code::{Code, Value};
use super::counts::Counts;
use super::evaluate::Flip;
use super::inputs::Inputs;
use super::layout::Layout;
use super::plan::Plan;
use super::pool::Pool;
use super::record::{Constants, record};
use super::reroll;
use super::sparse::{Compression, Pattern};
use crate::error::{Error, Kind};
use crate::function::{Outputs, Routine, With};
use crate::graph::{Expr, Recorder};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// A program that was recorded once and is run many times, with its derivatives as programs of their own.
///
/// ```
/// use gprime::prelude::*;
/// use gprime::Program;
///
/// let chain = routine!(|x| {
///     x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum::<R>()
/// });
/// let x: Vec<f64> = (0..1000).map(|k| 1.0 / f64::from(k + 1)).collect();
/// let program = Program::trace(&chain, &x)?;
/// let mut g = vec![0.0; 1000];
/// let value = program.value_and_gradient(&x, &mut g)?;
/// let expected = chain.gradient(&x);
/// assert!(g.iter().zip(expected).all(|(g, expected)| (g - expected).abs() <= 1e-12 * expected.abs()));
/// // what was recorded statement by statement is a few loops
/// assert!(program.gradient_program()?.counts().loops < 20);
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # What a replay is
///
/// The statements that the program did where it was recorded, at another point. If it branched on a comparison there, or read a number by
/// [`primal`](crate::function::Number::primal), each run checks that the comparison comes out as before, or that the number is the one that
/// was read. Where it does not, the run is [an error](Error::is_branch) that names the comparison, its line and both sides: another recording would be
/// needed, which [`Cached`](super::Cached) makes. What a program chooses by [`select`](crate::Real::select), `max` or an activation with a kink is no
/// branch.
///
/// # What else there is
///
/// [Batches](Program::eval_batch) of many points, [Jacobians](Program::jacobian) and [Hessians](Program::hessian); the program in
/// [single precision](Program::single);
/// [`Cached`](super::Cached), which compiles a routine anew where it branches otherwise; and [`Saved`](super::Saved), which is written and read.
///
/// # Which bits it gives
///
/// Values and derivatives agree with those of a tape within the bounds of the ops, but not to the last bit: long sums are added in another order, and
/// elementary functions have [kernels](crate::accuracy) of their own, which depend on the instruction set. At one set the bits depend on nothing
/// else: one point or many at once, and any number of threads give the same.
///
/// # What it costs
///
/// Recording, compiling and each first derivative take O(n) time and memory for the n statements that are recorded, with all repetitions of
/// loops, and more for each derivative in turn. A run takes as much time as the loops that are found; see [`Counts`]. A program keeps the
/// memory of its runs, one for each that goes on at the same time, and no run but the first allocates.
///
/// At one point a program of a few dozen statements without loops, as a formula for the price of an option is, or one of recurrences over short rows
/// takes longer than a tape, since each statement costs some ten nanoseconds before it does anything; long loops and batches of points are what
/// is faster. `cargo bench --bench tape -- S R1` compares them, and says after how many gradients the time to compile is made up for.
pub struct Program {
    /// The program in terms of ops, which have derivatives.
    pub(super) source: Code,
    pub(super) outputs: Vec<Value>,
    pub(super) variables: usize,
    pub(super) names: Vec<String>,
    pub(super) plan: Plan,
    pub(super) pool: Pool,
    /// How many bytes the second cache holds, as a batch counts on; programs that are derived have the number of this one.
    cache: Arc<AtomicUsize>,
    gradient: Derived,
    jvp: Derived,
    vjp: Derived,
    hvp: Derived,
    pub(super) jacobian_entries: SparseDerivative,
    pub(super) hessian_entries: SparseDerivative,
}

/// A program that is made when it is asked for.
type Derived = OnceLock<Result<Box<Program>, Error>>;

/// What is known of a matrix of derivatives, as far as it was asked for; see `sparsity.rs`.
#[derive(Default)]
pub(super) struct SparseDerivative {
    pub pattern: OnceLock<Result<Arc<Pattern>, Error>>,
    pub directions: OnceLock<Result<Directions, Error>>,
    pub program: Derived,
}

/// Few directions that have all entries of a matrix of derivatives.
pub(super) struct Directions {
    pub compression: Compression,
    /// Whether they are directions of the results, in reverse mode, and not of the variables.
    pub are_of_results: bool,
}

/// How many bytes the second cache has where the caller does not say.
const CACHE: usize = 256 << 10;

impl Program {
    /// Records a routine at a point and compiles it. The result has the form of the routine's results, as those of [`Modes`](crate::Modes): a
    /// routine that may fail gives its error.
    ///
    /// # Errors
    /// If the program is too large: 2³¹ numbers.
    pub fn trace<P: Routine>(f: &P, inputs: impl Into<Inputs>) -> With<P, Result<Program, Error>> {
        let Inputs { point, variables, names } = inputs.into();
        let recorder = Recorder::compiling();
        let x: Vec<Expr<'_>> = point.iter().map(|&x| recorder.var(x)).collect();
        P::Out::with(f.run(&x), |outputs| Program::recorded(&recorder, &x, variables, names, outputs))
    }

    /// Compiles what a recorder holds, of these variables, data and outputs. The names are those of the recording, and `x0`, `x1`, .. of inputs
    /// that have none there.
    ///
    /// ```
    /// use gprime::Program;
    /// use gprime::prelude::*;
    ///
    /// let recorder = Recorder::new();
    /// let (x, y) = (recorder.var(2.0), recorder.var(3.0));
    /// let program = Program::from_recording(&recorder, &[x, y], &[], &[x * y, x.sin()])?;
    /// let mut results = [0.0; 2];
    /// program.eval(&[5.0, 7.0], &mut results)?;
    /// assert_eq!(results[0], 35.0);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an expression is of another recorder, if an input is listed twice or is none of the recording, if the recording has an input that is not
    /// listed, or if the program is too large.
    pub fn from_recording(
        recorder: &Recorder,
        variables: &[Expr<'_>],
        data: &[Expr<'_>],
        outputs: &[Expr<'_>],
    ) -> Result<Program, Error> {
        let inputs: Vec<Expr<'_>> = variables.iter().chain(data).copied().collect();
        let name = |(k, &x): (usize, &Expr<'_>)| recorder.name(x).map_or(format!("x{k}"), |name| name.to_string());
        let names = inputs.iter().enumerate().map(name).collect();
        Program::recorded(recorder, &inputs, variables.len(), names, outputs)
    }

    /// Compiles a recording of inputs with these names, of which the first ones are variables.
    pub(super) fn recorded(
        recorder: &Recorder,
        inputs: &[Expr<'_>],
        variables: usize,
        names: Vec<String>,
        outputs: &[Expr<'_>],
    ) -> Result<Program, Error> {
        let (code, outputs) = record(recorder, inputs, outputs, Constants::OrData)?;
        Program::compile(code, outputs, 0, variables, names)
    }

    /// Compiles the statements that some outputs need. The first so many of the outputs are read one by one after a run, and the others are written
    /// where the caller wants them.
    pub(super) fn compile(
        source: Code,
        outputs: Vec<Value>,
        head: usize,
        variables: usize,
        names: Vec<String>,
    ) -> Result<Program, Error> {
        let (lowered, results) = source.lowered(&outputs)?;
        let items = reroll::find(&lowered);
        let parts = reroll::split(&items);
        let layout = Layout::new(&lowered, &parts)?;
        let plan = Plan::new(&lowered, &parts, &layout, &results, head);
        let (gradient, jvp, vjp, hvp) = Default::default();
        let (jacobian_entries, hessian_entries) = Default::default();
        let (pool, cache) = (Pool::default(), Arc::new(AtomicUsize::new(CACHE)));
        Ok(Program {
            source,
            outputs,
            variables,
            names,
            plan,
            pool,
            cache,
            gradient,
            jvp,
            vjp,
            hvp,
            jacobian_entries,
            hessian_entries,
        })
    }

    /// A program that is derived from this one: `make` adds statements to a copy of it, which has so many more inputs, and gives the outputs, of which
    /// so many are the head.
    pub(super) fn derive(
        &self,
        more: usize,
        head: usize,
        make: impl FnOnce(&mut Code, &[Value]) -> Result<Vec<Value>, Error>,
    ) -> Result<Box<Program>, Error> {
        let (mut code, outputs) = self.source.with_inputs(&self.outputs, more)?;
        let made = make(&mut code, &outputs)?;
        let mut names = self.names.clone();
        names.extend((self.inputs()..code.inputs).map(|k| format!("d{}", k - self.inputs())));
        let program = Program::compile(code, made, head, self.variables, names)?;
        Ok(Box::new(Program { cache: self.cache.clone(), ..program }))
    }

    /// The variables as inputs of the program.
    fn wanted(&self) -> Vec<usize> {
        (0..self.variables).collect()
    }

    /// The program of the value and the gradient: its results are the value, then the derivative by each variable. It is compiled when it is first
    /// asked for, as are the others.
    ///
    /// # Errors
    /// If the program has not one result, if an op has no derivative of this order, or if the program is too large.
    pub fn gradient_program(&self) -> Result<&Program, Error> {
        self.expect_one_output()?;
        made(self.gradient.get_or_init(|| {
            self.derive(0, 1, |code, outputs| {
                let one = code.constant(1.0);
                let gradient = code.pull_back(outputs, &[one], &self.wanted())?;
                Ok(outputs.iter().copied().chain(gradient).collect())
            })
        }))
    }

    /// The program of the results and of how they change along a direction, which is given as more inputs, one for each variable: its results are
    /// those of this one, then their tangents.
    ///
    /// # Errors
    /// As those of [`gradient_program`](Program::gradient_program), but that there may be several results.
    pub fn jvp_program(&self) -> Result<&Program, Error> {
        made(self.jvp.get_or_init(|| {
            self.derive(self.variables, self.outputs.len(), |code, outputs| {
                let tangents = tangents(code, self.variables, self.plan.inputs);
                let moved = code.push_forward(outputs, &tangents)?;
                Ok(outputs.iter().copied().chain(moved).collect())
            })
        }))
    }

    /// The program of the results and of the gradient of their sum, each weighted by one of more inputs: its results are those of this one, then the
    /// derivative by each variable.
    ///
    /// # Errors
    /// As those of [`jvp_program`](Program::jvp_program).
    pub fn vjp_program(&self) -> Result<&Program, Error> {
        made(self.vjp.get_or_init(|| {
            self.derive(self.outputs.len(), self.outputs.len(), |code, outputs| {
                let seeds: Vec<Value> = (self.plan.inputs..code.inputs).map(Value::node).collect();
                let gradient = code.pull_back(outputs, &seeds, &self.wanted())?;
                Ok(outputs.iter().copied().chain(gradient).collect())
            })
        }))
    }

    /// The program of the Hessian times a direction, which is given as more inputs, one for each variable.
    ///
    /// # Errors
    /// As those of [`gradient_program`](Program::gradient_program).
    pub fn hvp_program(&self) -> Result<&Program, Error> {
        self.expect_one_output()?;
        made(self.hvp.get_or_init(|| {
            self.derive(0, 0, |code, outputs| {
                let one = code.constant(1.0);
                let gradient = code.pull_back(outputs, &[one], &self.wanted())?;
                let (opened, gradient) = code.with_inputs(&gradient, self.variables)?;
                *code = opened;
                let tangents = tangents(code, self.variables, self.plan.inputs);
                code.push_forward(&gradient, &tangents)
            })
        }))
    }

    pub(super) fn expect_one_output(&self) -> Result<(), Error> {
        match self.outputs.len() {
            1 => Ok(()),
            n => Err(Error::new(
                Kind::Arity,
                format!(
                    "a gradient or a Hessian is that of one result, and the program has {n}; there are jacobian and vjp"
                ),
            )),
        }
    }

    /// How many inputs there are: variables, then data.
    pub fn inputs(&self) -> usize {
        self.plan.inputs
    }

    /// How many of the inputs are variables, by which derivatives are taken.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// How many results there are.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The program with a second cache of so many bytes: a [batch](Program::eval_batch) runs as many points side by side as have room in it. It counts
    /// as 256 KiB unless it is said, and results do not depend on it.
    #[must_use]
    pub fn with_cache(self, bytes: usize) -> Self {
        self.cache.store(bytes, Ordering::Relaxed);
        self
    }

    /// The program with long chains of `+` and `−`, of which each is used once, as sums, whose terms are added in another order: it is that of a
    /// sum of a list (`iter().sum()`). A sum that was written `s += term`, term by term, waits for the one before at each
    /// step, and a loop with such a sum is repeated in order; this one has 16 partial sums side by side.
    ///
    /// Results differ by rounding from those of the program, which has the order that was written. Takes O(n) time, as compiling does.
    ///
    /// ```
    /// use gprime::Program;
    /// use gprime::prelude::*;
    ///
    /// let squares = routine!(|x| {
    ///     let mut sum = R::from(0.0);
    ///     for &x in x {
    ///         sum += x * x;
    ///     }
    ///     sum
    /// });
    /// let program = Program::trace(&squares, &[1.0; 1000])?;
    /// let faster = program.reassociate()?;
    /// assert_eq!((program.counts().serial, faster.counts().serial), (1, 0));
    /// let mut value = [0.0];
    /// faster.eval(&[2.0; 1000], &mut value)?;
    /// assert_eq!(value, [4000.0]);
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the program is too large.
    pub fn reassociate(&self) -> Result<Program, Error> {
        self.recompiled(self.source.reassociated(&self.outputs)?)
    }

    /// The program in single precision: inputs, constants and the result of every recorded operation are rounded to the nearest `f32`, and so
    /// are the adjoints and tangents of each in all programs that are derived from it. What is computed within an operation, as in the evaluation of an op, a
    /// sum of a list of more than 8 or the slopes of a rule, is computed in double precision and rounded once, as it is of [`Single`](crate::Single).
    ///
    /// It says what a computation in single precision would give, with the numbers of one recording; lists have `f64`, which holds every
    /// `f32`. It takes longer than the program, which has one statement less for each operation: it is made to be compared, and not to be fast.
    /// Guards compare the rounded numbers, so that a comparison of close ones may [come out otherwise](Error::is_branch). Takes O(n) time.
    ///
    /// ```
    /// use gprime::Program;
    /// use gprime::prelude::*;
    ///
    /// let f = routine!(|x| (x[0] + x[1]) - x[0]);
    /// let x = [1e6, 0.1];
    /// let program = Program::trace(&f, &x)?;
    /// let (mut double, mut single) = ([0.0], [0.0]);
    /// program.eval(&x, &mut double)?;
    /// program.single()?.eval(&x, &mut single)?;
    /// assert!((double[0] - 0.1).abs() < 1e-10);
    /// assert_eq!(single[0], f64::from((1e6f32 + 0.1f32) - 1e6f32));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the program is too large.
    pub fn single(&self) -> Result<Program, Error> {
        self.recompiled(self.source.single(&self.outputs)?)
    }

    /// The program of other statements that compute the same outputs.
    fn recompiled(&self, (source, outputs): (Code, Vec<Value>)) -> Result<Program, Error> {
        let made = Program::compile(source, outputs, 0, self.variables, self.names.clone())?;
        Ok(made.with_cache(self.cache.load(Ordering::Relaxed)))
    }

    /// How many points of a [batch](Program::eval_batch) are run side by side: as many of 4, 8, .. or 256 as make some 256 numbers for each
    /// statement of a loop, if the [numbers](Counts::numbers) of all fit the second cache. It is 1 if not even 4 fit, or if the loops are long
    /// enough.
    pub fn width(&self) -> usize {
        /// How many numbers are enough for a statement.
        const ENOUGH: usize = 256;
        let bytes = self.cache.load(Ordering::Relaxed);
        let most = (ENOUGH * self.plan.calls() / self.plan.statements.max(1)).next_power_of_two();
        let fits = |&width: &usize| width <= most && self.plan.size.saturating_mul(width * size_of::<f64>()) <= bytes;
        [256, 128, 64, 32, 16, 8, 4].into_iter().find(fits).unwrap_or(1)
    }

    /// The names of the inputs.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What the program is made of, in numbers.
    pub fn counts(&self) -> Counts {
        self.plan.counts()
    }

    /// The results at a point, statement by statement, and the first guard, by its place, that does not hold there.
    pub(super) fn by_statements(&self, x: &[f64]) -> Result<(Vec<f64>, Option<Flip>), Error> {
        let (code, results) = self.source.lowered(&self.outputs)?;
        let values = code.evaluate(x)?;
        Ok((results.iter().map(|&y| code.at(y, &values)).collect(), code.first_flip(&values)))
    }

    /// The results at a point, statement by statement: what every engine gives to the last bit. It is slow, and there to be tested against.
    ///
    /// # Errors
    /// If a vector rule has no results there.
    #[doc(hidden)]
    pub fn oracle(&self, x: &[f64]) -> Result<Vec<f64>, Error> {
        Ok(self.by_statements(x)?.0)
    }
}

/// The tangents of all inputs: of the variables those inputs that stand behind the others, and 0 of data.
fn tangents(code: &mut Code, variables: usize, inputs: usize) -> Vec<Value> {
    let zero = code.constant(0.0);
    let tangent = |input: usize| if input < variables { Value::node(inputs + input) } else { zero };
    (0..code.inputs).map(tangent).collect()
}

/// A derived program, or why there is none.
pub(super) fn made(derived: &Result<Box<Program>, Error>) -> Result<&Program, Error> {
    derived.as_deref().map_err(Error::clone)
}

impl fmt::Display for Program {
    /// The loops of the program, one statement a line: `x[..]` are inputs, `m[..]` is memory, `y[..]` are results that go to the caller at once, and
    /// `r0`, `r1`, .. are the registers of a region. The last line has all results, those of a gradient after the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(f)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("inputs", &self.inputs())
            .field("outputs", &self.outputs())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
