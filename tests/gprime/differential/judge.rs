//! Every mode of differentiation, held to the reference and to the others.

use super::program::Program;
use super::reference::{Known, Path, Reference};
use crate::common::{Panic, quietly};
use gprime::forward::Tangents;
use gprime::{prelude::*, scoped};
use std::fmt;

/// What is wrong with a program in one mode.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which mode: two failures of one kind are the same mistake.
    pub kind: String,
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.detail)
    }
}

/// How many derivatives were looked at, and what could be said of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub held: [usize; 2],
    pub not_finite: [usize; 2],
    pub out_of_range: [usize; 2],
    /// Finite, though a path is not: what that came from cancelled.
    pub finite: [usize; 2],
}

/// The judge of many programs, whose tapes are used again.
pub struct Judge {
    pub counts: Counts,
    tape: Tape,
    by_hand: Tape,
    recording: Recorder,
}

impl Judge {
    pub fn new() -> Self {
        Judge { counts: Counts::default(), tape: Tape::new(), by_hand: Tape::new(), recording: Recorder::new() }
    }

    /// The same judge after a failure, which may have left a tape in a state that others must not suffer from.
    pub fn with_new_tapes(self) -> Self {
        Judge { counts: self.counts, ..Judge::new() }
    }

    /// What is wrong with a program, if anything.
    pub fn judge(&mut self, program: &Program) -> Result<(), Failure> {
        let mut found = Found { counts: &mut self.counts, failure: None };
        let tapes = (&mut self.tape, &mut self.by_hand, &mut self.recording);
        found.program(program, tapes);
        match found.failure {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

struct Found<'a> {
    counts: &'a mut Counts,
    failure: Option<Failure>,
}

/// The most outputs of which a Jacobian is asked for at once.
const ROWS: usize = 9;

impl Found<'_> {
    fn fail(&mut self, kind: &str, detail: String) {
        self.failure.get_or_insert(Failure { kind: kind.to_owned(), detail });
    }

    /// What a mode makes, unless it panics.
    fn asked<A>(&mut self, mode: &str, f: impl FnOnce() -> A) -> Option<A> {
        if self.failure.is_some() {
            return None;
        }
        match quietly(f) {
            Ok(answer) => Some(answer),
            Err(Panic { text, file, at: [line, column] }) => {
                self.fail(&format!("{mode} panics"), format!("{file}:{line}:{column}: {text}"));
                None
            }
        }
    }

    /// Values are the same, to the bit.
    fn values(&mut self, mode: &str, got: &[f64], expected: &[f64]) {
        if !same(got, expected) {
            self.fail(&format!("{mode}: value"), format!("{got:?}, and as plain numbers {expected:?}"));
        }
    }

    /// Derivatives of some order that two ways to use a mode give are the same, but for the signs of zeros.
    fn equal(&mut self, mode: &str, got: &[f64], expected: &[f64]) {
        let equal = |a: &f64, b: &f64| a == b || a.is_nan() && b.is_nan();
        if got.len() != expected.len() || !got.iter().zip(expected).all(|(a, b)| equal(a, b)) {
            self.fail(&format!("{mode}: another answer"), format!("{got:?}, otherwise {expected:?}"));
        }
    }

    /// Derivatives of this order are right, within their bounds.
    fn right(&mut self, mode: &str, order: usize, got: &[f64], reference: &[Path]) {
        assert_eq!(got.len(), reference.len());
        for (i, (&got, path)) in got.iter().zip(reference).enumerate() {
            match path.known() {
                Known::Within(right, bound) => {
                    self.counts.held[order - 1] += 1;
                    let holds = (got - right).abs() <= bound;
                    if !holds {
                        let detail = format!(
                            "by input {i}: {got:e}, right {right:e} ± {bound:.1e} (magnitude {:.1e})",
                            path.magnitude
                        );
                        let kind = if got.is_finite() { "wrong" } else { "not finite" };
                        self.fail(&format!("{mode}: {kind}"), detail);
                    }
                }
                Known::NotFinite if got.is_finite() => self.counts.finite[order - 1] += 1,
                Known::NotFinite => self.counts.not_finite[order - 1] += 1,
                Known::OutOfRange => self.counts.out_of_range[order - 1] += 1,
            }
        }
    }

    /// What a compiled program makes has the bits of its statements one by one, and is near what is right where its value is, and where it hardly
    /// changes with the inputs: its kernels and sums round otherwise than plain numbers, and what that changes is not bounded here.
    fn compiled(&mut self, compiled: &Compiled, plain: &[f64], gradient: &[Path], reference: &Reference) {
        for [engine, by_statements] in &compiled.both {
            self.values("compiled, beside its statements", engine, by_statements);
        }
        let is_near = |(&got, &plain): (&f64, &f64)| (got - plain).abs() <= 1e-9 * plain.abs();
        if !compiled.both[0][0].iter().zip(plain).all(is_near) {
            return;
        }
        // the value comes before the gradient
        let [g, h] = [&compiled.both[1][0][1..], &compiled.both[2][0]];
        let g_nearby = compiled.nearby[0].each_ref().map(|both| &both[1..]);
        let h_nearby = compiled.nearby[1].each_ref().map(|h| &h[..]);
        let by_inputs = reference.hessian_row(0, 0);
        for (what, got, nearby, paths) in [("gradient", g, g_nearby, gradient), ("hvp", h, h_nearby, &by_inputs)] {
            for (i, path) in paths.iter().enumerate() {
                let is_within = |from: f64, part: f64| (got[i] - from).abs() <= part * path.magnitude;
                if let Known::Within(right, bound) = path.known()
                    && bound <= 1e-9 * path.magnitude
                    && nearby.iter().all(|nearby| is_within(nearby[i], 1e-7))
                    && !is_within(right, 1e-6)
                {
                    let detail = format!("by input {i}: {:e}, right {right:e} of {:.1e}", got[i], path.magnitude);
                    self.fail(&format!("compiled {what}: wrong"), detail);
                }
            }
        }
    }

    fn program(&mut self, program: &Program, (tape, by_hand, recording): (&mut Tape, &mut Tape, &mut Recorder)) {
        let (x, body) = (&*program.x(), &program.body);
        let n = x.len();
        let Some(plain) = self.asked("f64", || body.run(x)) else { return };
        let Some(reference) = self.asked("the reference", || Reference::new(|x| body.run(x), x)) else { return };
        let values: Vec<f64> = reference.outputs.iter().map(|y| y.value).collect();
        self.values("the reference", &values, &plain);
        let gradient = reference.gradient(0);

        // the tape: fresh, used again, by hand
        let mut g = vec![0.0; n];
        let fresh = self.asked("gradient", || gprime::value_and_gradient(|x| body.run(x)[0], x, &mut g));
        let Some(value) = fresh else { return };
        self.values("gradient", &[value], &plain[..1]);
        self.right("gradient", 1, &g, &gradient);
        let mut again = vec![f64::NAN; n];
        let used = self.asked("gradient, used again", || tape.value_and_gradient(|x| body.run(x)[0], x, &mut again));
        let Some(value) = used else { return };
        self.values("gradient, used again", &[value], &plain[..1]);
        self.equal("gradient, used again", &again, &g);
        let hand = self.asked("gradient, by hand", || {
            by_hand.reset();
            let x = by_hand.vars(x);
            let y = body.run(&x)[0];
            let adjoints = by_hand.backward(y);
            x.iter().map(|&x| adjoints.get(x).unwrap_or(0.0)).collect::<Vec<_>>()
        });
        let Some(hand) = hand else { return };
        self.equal("gradient, by hand", &hand, &g);
        let mut of_scope = vec![f64::NAN; n];
        let scoped = self.asked("scoped", || scoped::value_and_gradient(|x| body.run(x)[0], x, &mut of_scope));
        let Some(value) = scoped else { return };
        self.values("scoped", &[value.expect("no scope is open")], &plain[..1]);
        self.right("scoped", 1, &of_scope, &gradient);
        self.equal("scoped", &of_scope, &g);

        // the recording
        let recorded = self.asked("the recording", || {
            recording.reset();
            let x: Vec<_> = x.iter().map(|&x| recording.var(x)).collect();
            let y = body.run(&x);
            let adjoints = recording.backward(y[0]);
            let values: Vec<f64> = y.iter().map(|y| y.value()).collect();
            let g: Vec<f64> = x.iter().map(|&x| adjoints.get(x).unwrap_or(0.0)).collect();
            (values, g)
        });
        let Some((values, recorded)) = recorded else { return };
        self.values("the recording", &values, &plain);
        self.right("the recording's gradient", 1, &recorded, &gradient);

        // the compiled program
        let u: Vec<f64> = (0..n).map(|j| unit(0, j)).collect();
        let compiled = self.asked("compiled", || {
            recording.reset();
            let vars: Vec<_> = x.iter().map(|&x| recording.var(x)).collect();
            let y = body.run(&vars);
            let compile = |y| gprime::Program::from_recording(recording, &vars, &[], y).expect("the program is small");
            Compiled::new(&compile(&y), &compile(&y[..1]), x, &u)
        });
        let Some(compiled) = compiled else { return };
        match compiled {
            Ok(compiled) => self.compiled(&compiled, &plain, &gradient, &reference),
            // a kernel rounds otherwise than the function of one number, and equal numbers may be so no more
            Err(error) if error.is_branch() => {}
            Err(error) => self.fail("compiled: error", error.to_string()),
        }

        // forward mode
        let by_input = reference.forward(0, &gradient);
        for i in directions(n) {
            let forward = self.asked("Dual", || {
                let x: Vec<_> = (0..n).map(|j| Dual::new(x[j], unit(i, j))).collect();
                body.run(&x)
            });
            let Some(forward) = forward else { return };
            self.values("Dual", &forward.iter().map(|y| y.primal).collect::<Vec<_>>(), &plain);
            self.right("Dual", 1, &[forward[0].tangent], &by_input[i..=i]);
        }
        for start in (0..n).step_by(4).take(3) {
            let forward = self.asked("Tangents", || {
                let direction = |j: usize| std::array::from_fn(|k| unit(start + k, j));
                let x: Vec<Tangents<f64, 4>> = (0..n).map(|j| Tangents::new(x[j], direction(j))).collect();
                body.run(&x)
            });
            let Some(forward) = forward else { return };
            self.values("Tangents", &forward.iter().map(|y| y.primal).collect::<Vec<_>>(), &plain);
            let end = n.min(start + 4);
            self.right("Tangents", 1, &forward[0].tangents()[..end - start], &by_input[start..end]);
        }

        // Jacobians
        let Some(rows) = self.asked("jacobian", || gprime::jacobian(|x| body.run(x), x)) else { return };
        for (i, row) in rows.iter().enumerate() {
            self.right("jacobian", 1, row, &reference.gradient(i));
        }
        macro_rules! rows_at_once {
            ($($M:literal)*) => {
                match plain.len().min(ROWS) {
                    $($M => {
                        let mut flat = vec![f64::NAN; $M * n];
                        let values = self.asked("values_and_jacobian", || {
                            tape.values_and_jacobian(|x| <[_; $M]>::try_from(&body.run(x)[..$M]).unwrap(), x, &mut flat)
                        });
                        let Some(values) = values else { return };
                        self.values("values_and_jacobian", &values, &plain[..$M]);
                        self.equal("values_and_jacobian", &flat, &rows[..$M].concat());
                    })*
                    _ => {}
                }
            };
        }
        rows_at_once! { 1 2 3 4 5 6 7 8 9 }

        // second derivatives
        for i in directions(n) {
            let Some(row) = self.asked("the reference", || reference.hessian_row(0, i)) else { return };
            let by_input = reference.forward(0, &row);
            let u: Vec<f64> = (0..n).map(|j| unit(i, j)).collect();
            let Some(h) = self.asked("hvp", || gprime::hvp(|x| body.run(x)[0], x, &u)) else { return };
            self.right("hvp", 2, &h, &row);
            let recorded = self.asked("the recording's hvp", || {
                recording.reset();
                let x: Vec<_> = x.iter().map(|&x| recording.var(x)).collect();
                let y = body.run(&x)[0];
                recording.hvp(y, &x, &u).expect("all ops have second derivatives")
            });
            let Some(recorded) = recorded else { return };
            self.right("the recording's hvp", 2, &recorded, &row);
            let twice = self
                .asked("gradient of gradient", || gprime::gradient(|x| gprime::gradient(|x| body.run(x)[0], x)[i], x));
            let Some(twice) = twice else { return };
            self.right("gradient of gradient", 2, &twice, &row);
            for j in directions(n) {
                let twice = self.asked("Dual of Dual", || {
                    let inner = |k: usize| Dual::new(x[k], unit(i, k));
                    let x: Vec<_> = (0..n).map(|k| Dual::new(inner(k), unit(j, k).into())).collect();
                    body.run(&x)[0].tangent.tangent
                });
                let Some(twice) = twice else { return };
                self.right("Dual of Dual", 2, &[twice], &by_input[j..=j]);
            }
        }
        if n <= 4 {
            let Some(rows) = self.asked("hessian", || gprime::hessian(|x| body.run(x)[0], x)) else { return };
            for (i, h) in rows.iter().enumerate() {
                self.right("hessian", 2, h, &reference.hessian_row(0, i));
            }
        }
    }
}

/// What a compiled program makes at a point: the results, the first of them with its gradient, the product of its Hessian with a direction, and the
/// gradient in single precision where no branch is another one there; each by the engine, and statement by statement. And the gradient and the product
/// in double precision at points nearby, on either side; NaN if those take another branch.
struct Compiled {
    both: Vec<[Vec<f64>; 2]>,
    nearby: [[Vec<f64>; 2]; 2],
}

impl Compiled {
    fn new(all: &gprime::Program, first: &gprime::Program, x: &[f64], u: &[f64]) -> Result<Self, gprime::Error> {
        let engine = |program: &gprime::Program, x: &[f64]| {
            let mut y = vec![f64::NAN; program.outputs()];
            program.eval(x, &mut y).map(|()| y)
        };
        let both = |program: &gprime::Program, x: &[f64]| Ok([engine(program, x)?, program.oracle(x)?]);
        let [gradient, product] = [first.gradient_program()?, first.hvp_program()?];
        let at_nearby = |program: &gprime::Program, part: f64, u: &[f64]| {
            let x: Vec<f64> =
                x.iter().map(|&x| if x == 0.0 { part } else { x * (1.0 + part) }).chain(u.iter().copied()).collect();
            engine(program, &x).unwrap_or_else(|_| vec![f64::NAN; program.outputs()])
        };
        let mut results = vec![both(all, x)?, both(gradient, x)?, both(product, &[x, u].concat())?];
        match both(first.single()?.gradient_program()?, x) {
            Err(error) if error.is_branch() => {}
            single => results.push(single?),
        }
        Ok(Compiled {
            both: results,
            nearby: [
                [-1e-12, 1e-12].map(|part| at_nearby(gradient, part, &[])),
                [-1e-12, 1e-12].map(|part| at_nearby(product, part, u)),
            ],
        })
    }
}

/// The directions along which a program of `n` inputs is looked at.
fn directions(n: usize) -> Vec<usize> {
    if n <= 4 { (0..n).collect() } else { vec![0, n / 2, n - 1] }
}

fn unit(i: usize, j: usize) -> f64 {
    if i == j { 1.0 } else { 0.0 }
}

fn same(a: &[f64], b: &[f64]) -> bool {
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    a.len() == b.len() && a.iter().zip(b).all(same)
}
