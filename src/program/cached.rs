//! A routine that is compiled anew wherever it branches otherwise, with the programs kept for the next time: see [`Cached`].

use super::code::mix;
use super::program::Program;
use crate::error::{Error, Kind};
use crate::function::{Outcome, Outputs, Routine, SingleOutput};
use crate::graph::{Expr, Recorder};
use crate::modes::Modes;

/// A routine with the compiled programs of the ways that it took.
///
/// A [`Program`] is right as long as all comparisons come out as they were recorded. At a point where one does not, a `Cached` looks for a program
/// that is right there among those that it has kept, and if there is none, it records the routine anew. It keeps some programs, by
/// what the routine asked of its numbers and was told; the one that was not used for the longest time makes room for a new one.
///
/// ```
/// use gprime::prelude::*;
/// use gprime::program::Cached;
///
/// let huber = routine!(|x| if x[0].abs() < 1.0 { x[0].square() * 0.5 } else { x[0].abs() - 0.5 });
/// let mut huber = Cached::new(huber);
/// let mut g = [0.0];
/// for (x, slope) in [(0.5, 0.5), (2.0, 1.0), (-0.25, -0.25), (-3.0, -1.0)] {
///     huber.value_and_gradient(&[x], &mut g)?;
///     assert_eq!(g, [slope]);
/// }
/// assert_eq!((huber.counts().compilations, huber.counts().hits), (2, 2));
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # What it costs
///
/// At a point where the program that was used last is right, one run of that; else a run of the values of each other program that is kept, until one is
/// right, and if none is, O(n) for the n statements of a new recording and its compilation. A routine that reads its numbers by
/// [`primal`](crate::function::Number::primal) is recorded anew at each point at which it reads other numbers: it is better run on a tape.
///
/// # Which numbers it gives
///
/// Those of the compiled programs, which agree with a tape within the bounds of the ops. Comparisons are those of the compiled numbers, so where
/// two sides differ by a rounding error, the way may be the neighbouring one. Where a program that was recorded at a point does not agree with that
/// recording for this reason, the routine is run on a tape, as [`CacheCounts::on_tape`] tells.
///
/// # Errors
///
/// Of each call: the error that the routine gives at the point, [in its own type](Error::of_routine); that an op has no derivative; or that a program is
/// too large. What else the results hold, as `A` of `(R, A)`, is dropped.
#[derive(Debug)]
pub struct Cached<P> {
    routine: P,
    most: usize,
    /// The programs, the one that was used last at the end.
    entries: Vec<Entry>,
    counts: CacheCounts,
}

/// How often a [`Cached`] did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// The calls that a kept program was right for, without a recording.
    pub hits: usize,
    /// The recordings.
    pub recordings: usize,
    /// The programs that were compiled. A recording without one told that there was a program for the way already, or gave an error.
    pub compilations: usize,
    /// The calls that were answered by a tape.
    pub on_tape: usize,
}

#[derive(Debug)]
struct Entry {
    signature: Signature,
    program: Program,
}

/// What a routine asked of its numbers and was told, in order: equal signatures are those of one way through the routine.
#[derive(Debug, PartialEq)]
struct Signature {
    /// A hash of the rest.
    hash: u64,
    inputs: usize,
    /// Whether each comparison held.
    held: Vec<bool>,
    /// The bits of each number that was read.
    read: Vec<u64>,
}

impl Signature {
    fn new(recorder: &Recorder, inputs: usize) -> Self {
        let held: Vec<bool> = recorder.comparisons().iter().map(|guard| guard.held).collect();
        let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
        let read: Vec<u64> = recorder.primals().iter().map(|read| bits(recorder.value_of(read.node))).collect();
        let numbers = held.iter().map(|&held| held.into()).chain([held.len() as u64]).chain(read.iter().copied());
        let hash = numbers.fold(inputs as u64, mix);
        Signature { hash, inputs, held, read }
    }
}

impl<P: Routine> Cached<P>
where
    P::Out: Outcome,
{
    /// A routine of which no program is compiled yet, and 16 are kept.
    pub fn new(routine: P) -> Self {
        Cached { routine, most: 16, entries: vec![], counts: CacheCounts::default() }
    }

    /// This routine with so many programs kept, and one at least.
    #[must_use]
    pub fn keeping(mut self, programs: usize) -> Self {
        self.most = programs.max(1);
        let gone = self.entries.len().saturating_sub(self.most);
        self.entries.drain(..gone);
        self
    }

    /// How often what was done.
    pub fn counts(&self) -> CacheCounts {
        self.counts
    }

    /// The program that is right at `x`, for whatever else is asked of it: a Jacobian, a batch.
    ///
    /// It [fails](Error::is_branch) at `x` itself only where it does not agree with the recording by a rounding error.
    ///
    /// # Errors
    /// As those of the type.
    pub fn program(&mut self, x: &[f64]) -> Result<&Program, Error> {
        self.call(x, |program| program.try_at(x))?;
        let newest = self.entries.last().expect("a call leaves a program");
        Ok(&newest.program)
    }

    /// The results at `x` into `y`.
    ///
    /// # Errors
    /// As those of the type, and if the routine has [other than so many results](Error::is_arity) there.
    pub fn eval(&mut self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        let made = self.call(x, |program| {
            expect_results(program.outputs(), y)?;
            program.replay_eval(x, y)
        })?;
        self.or_on_tape(made, |routine| {
            P::Out::outcome(P::Out::with(routine.run(x), |values: &[f64]| copy(values, y)))?
        })
    }

    /// The value at `x`, and the gradient into `g`.
    ///
    /// # Errors
    /// As those of the type.
    ///
    /// # Panics
    /// If `g` is not as long as `x`.
    #[track_caller]
    pub fn value_and_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Error>
    where
        P::Out: SingleOutput,
    {
        expect("gradient", g, x);
        let made = self.call(x, |program| program.replay_value_and_gradient(x, g))?;
        self.or_on_tape(made, |routine| P::Out::outcome(Modes::value_and_gradient(routine, x, g)))
    }

    /// The Hessian at `x` times the direction `u`, into `product`.
    ///
    /// # Errors
    /// As those of the type.
    ///
    /// # Panics
    /// If `u` or `product` is not as long as `x`.
    #[track_caller]
    pub fn hvp(&mut self, x: &[f64], u: &[f64], product: &mut [f64]) -> Result<(), Error>
    where
        P::Out: SingleOutput,
    {
        expect("direction", u, x);
        expect("product", product, x);
        let made = self.call(x, |program| program.replay_hvp(x, u, product))?;
        self.or_on_tape(made, |routine| copy(&P::Out::outcome(Modes::hvp(routine, x, u))?, product))
    }

    /// The results at `x` into `y`, and how they change along the direction `u` into `moved`.
    ///
    /// # Errors
    /// As those of the type, and if the routine has [other than so many results](Error::is_arity) there.
    ///
    /// # Panics
    /// If `u` is not as long as `x`, or `moved` as `y`.
    #[track_caller]
    pub fn jvp(&mut self, x: &[f64], u: &[f64], y: &mut [f64], moved: &mut [f64]) -> Result<(), Error> {
        expect("direction", u, x);
        expect("list of tangents", moved, y);
        let made = self.call(x, |program| {
            expect_results(program.outputs(), y)?;
            program.replay_jvp(x, u, y, moved)
        })?;
        self.or_on_tape(made, |routine| {
            let (values, tangents) = P::Out::outcome(Modes::jvp(routine, x, u))?;
            copy(&values, y)?;
            copy(&tangents, moved)
        })
    }

    /// The results at `x` into `y`, and the gradient of their sum weighted by `weights` into `g`.
    ///
    /// # Errors
    /// As those of the type, and if the routine has [other than so many results](Error::is_arity) there.
    ///
    /// # Panics
    /// If `g` is not as long as `x`, or `weights` as `y`.
    #[track_caller]
    pub fn vjp(&mut self, x: &[f64], weights: &[f64], y: &mut [f64], g: &mut [f64]) -> Result<(), Error> {
        expect("gradient", g, x);
        expect("list of weights", weights, y);
        let made = self.call(x, |program| {
            expect_results(program.outputs(), y)?;
            program.replay_vjp(x, weights, y, g)
        })?;
        self.or_on_tape(made, |routine| {
            let (values, gradient) = P::Out::outcome(Modes::vjp(routine, x, weights))?;
            copy(&values, y)?;
            copy(&gradient, g)
        })
    }

    /// What a program gives that is right at a point; `None` if even one that was recorded there does not agree with the recording.
    fn call<T>(
        &mut self,
        x: &[f64],
        mut replay: impl FnMut(&Program) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        if let Some(newest) = self.entries.last()
            && newest.program.inputs() == x.len()
        {
            match replay(&newest.program) {
                Ok(Some(made)) => {
                    self.counts.hits += 1;
                    return Ok(Some(made));
                }
                Ok(None) => {}
                // a rule may have no results where the routine would not have asked it, and the number of results may be that of another way
                Err(error) if error.is_rule() || error.is_arity() => {}
                Err(error) => return Err(error),
            }
        }
        let others = 0..self.entries.len().saturating_sub(1);
        let is_right = |entry: &Entry| {
            let program = &entry.program;
            program.inputs() == x.len() && matches!(program.try_at(x), Ok(Some(())))
        };
        match others.rev().find(|&k| is_right(&self.entries[k])) {
            Some(k) => {
                self.counts.hits += 1;
                self.entries[k..].rotate_left(1);
            }
            None => self.record(x)?,
        }
        replay(&self.entries.last().expect("there is the program of this point").program)
    }

    /// Records the routine at a point, and makes the program of its way there the newest.
    fn record(&mut self, x: &[f64]) -> Result<(), Error> {
        self.counts.recordings += 1;
        let recorder = Recorder::compiling();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recorder.var(x)).collect();
        let results = self.routine.run(&inputs);
        P::Out::outcome(P::Out::with(results, |outputs| {
            let signature = Signature::new(&recorder, x.len());
            if let Some(known) = self.entries.iter().position(|entry| entry.signature == signature) {
                self.entries[known..].rotate_left(1);
                return Ok(());
            }
            let names = (0..x.len()).map(|k| format!("x{k}")).collect();
            let program = Program::recorded(&recorder, &inputs, x.len(), names, outputs)?;
            self.counts.compilations += 1;
            if self.entries.len() == self.most {
                self.entries.remove(0);
            }
            self.entries.push(Entry { signature, program });
            Ok(())
        }))?
    }

    /// What was made of a program, or by the routine itself.
    fn or_on_tape<T>(&mut self, made: Option<T>, run: impl FnOnce(&P) -> Result<T, Error>) -> Result<T, Error> {
        made.map_or_else(
            || {
                self.counts.on_tape += 1;
                run(&self.routine)
            },
            Ok,
        )
    }
}

/// # Panics
/// If a list is not as long as another one.
#[track_caller]
fn expect(what: &str, list: &[f64], other: &[f64]) {
    assert!(list.len() == other.len(), "the {what} has {} numbers, and must have {}", list.len(), other.len());
}

/// # Errors
/// If there are other than so many results as there are places for.
fn expect_results(results: usize, places: &[f64]) -> Result<(), Error> {
    let places = places.len();
    if results == places {
        return Ok(());
    }
    Err(Error::new(Kind::Arity, format!("the routine has {results} results, and there are places for {places}")))
}

/// # Errors
/// If there are other than so many numbers as there are places for.
fn copy(numbers: &[f64], into: &mut [f64]) -> Result<(), Error> {
    expect_results(numbers.len(), into)?;
    into.copy_from_slice(numbers);
    Ok(())
}
