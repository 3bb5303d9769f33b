//! Random programs: every mode says the same, and differences agree.

use gprime::op::{Op, Visitor, visit};
use gprime::prelude::*;
use proptest::prelude::*;

/// A random program in straight line: each step applies an op to earlier values.
#[derive(Clone, Debug)]
struct Program {
    inputs: Vec<f64>,
    steps: Vec<(usize, [usize; 3])>,
}

/// Applies the op of a number to a number, by showing it all ops and counting.
struct Nth<'a, R> {
    countdown: usize,
    x: &'a [R],
    answer: Option<R>,
}

impl<R: Apply> Visitor for Nth<'_, R> {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        if smooth(&op) {
            if self.countdown == 0 {
                let x = std::array::from_fn(|i| self.x[i]);
                // tamed, so that a program does not run off to infinity or out of a domain
                let inside = |z: R, i: usize| {
                    let (lo, hi) = op.domain().bound(i);
                    let squashed = z.sigmoid();
                    match (lo.is_finite(), hi.is_finite()) {
                        (true, true) => squashed * (hi - lo) + lo,
                        (true, false) => squashed * 2.0 + (lo + 0.25),
                        _ => z.tanh() * 2.0,
                    }
                };
                let mut i = 0;
                let x: [R; N] = x;
                let x = x.map(|z| {
                    i += 1;
                    inside(z, i - 1)
                });
                self.answer = Some(R::call(&op, x));
            }
            self.countdown = self.countdown.wrapping_sub(1);
        }
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        if self.countdown == 0 && op.fault(2).is_none() {
            self.answer = Some(R::reduce(&op, &self.x[..2]));
        }
        if op.fault(2).is_none() {
            self.countdown = self.countdown.wrapping_sub(1);
        }
    }
}

/// Differences need smoothness; kinks, jumps and infinite slopes are tested op by op.
fn smooth<const N: usize, O: Op<N>>(op: &O) -> bool {
    op.jumps().is_empty() && op.kinks().is_empty() && !["recip", "div", "tan", "cbrt"].contains(&O::NAME)
}

fn count() -> usize {
    struct Count(usize);
    impl Visitor for Count {
        fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
            self.0 += usize::from(smooth(&op));
        }
        fn reduce<O: Reduce>(&mut self, op: O) {
            self.0 += usize::from(op.fault(2).is_none());
        }
    }
    let mut count = Count(0);
    visit(&mut count);
    count.0
}

impl Program {
    fn run<R: Apply>(&self, x: &[R]) -> R {
        let mut values = x.to_vec();
        for (op, args) in &self.steps {
            let args = args.map(|i| values[i % values.len()]);
            let mut nth = Nth { countdown: *op, x: &args, answer: None };
            visit(&mut nth);
            values.push(nth.answer.expect("the op's number is below the count"));
        }
        // everything counts, not only the last value
        values.iter().map(|v| v.tanh()).sum()
    }
}

fn programs() -> impl Strategy<Value = Program> {
    let step = (0..count(), [any::<usize>(), any::<usize>(), any::<usize>()]);
    let steps = prop::collection::vec(step, 1..12);
    (prop::collection::vec(-2.0..2.0, 1..5), steps).prop_map(|(inputs, steps)| Program { inputs, steps })
}

fn close(a: &[f64], b: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    let scale = a.iter().chain(b).fold(1.0, |m: f64, x| m.max(x.abs()));
    for (a, b) in a.iter().zip(b) {
        prop_assert!((a - b).abs() <= tolerance * scale, "{a} and {b}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_modes_agree(program in programs()) {
        let x = &program.inputs;
        let lean = gradient(|x| program.run(x), x);

        let tape = Tape::new();
        let inputs: Vec<_> = x.iter().map(|&x| tape.var(x)).collect();
        let y = program.run(&inputs);
        let recorded = y.backward();
        let recorded: Vec<f64> = inputs.iter().map(|&x| recorded[x]).collect();
        close(&lean, &recorded, 1e-12)?;

        let unit = |i: usize| (0..x.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let forward: Vec<f64> = (0..x.len()).map(|i| jvp(|x| vec![program.run(x)], x, &unit(i)).1[0]).collect();
        close(&lean, &forward, 1e-12)?;

        let h = hessian(|x| program.run(x), x);
        let from_recording = tape.hessian(y, &inputs).unwrap();
        for i in 0..x.len() {
            close(&h[i], &from_recording[i], 1e-9)?;
            let column: Vec<f64> = h.iter().map(|row| row[i]).collect();
            close(&h[i], &column, 1e-9)?;
        }

        let lanes: Vec<Lanes> = x.iter().map(|&x| Lanes::from(x)).collect();
        prop_assert!(program.run(&lanes).0.iter().all(|&l| l == program.run(x)));
    }

    #[test]
    fn differences_agree(program in programs()) {
        let report = gprime::check::function(|x| program.run(x), &program.inputs);
        prop_assert!(report.passed(), "{report}");
    }

    #[test]
    fn a_tape_used_again_says_the_same(first in programs(), second in programs()) {
        let mut tape = Tape::lean();
        let mut g = vec![0.0; first.inputs.len()];
        tape.value_and_gradient(|x| first.run(x), &first.inputs, &mut g);
        let mut h = vec![0.0; second.inputs.len()];
        tape.value_and_gradient(|x| second.run(x), &second.inputs, &mut h);
        prop_assert_eq!(&h, &gradient(|x| second.run(x), &second.inputs));
        let mut again = g.clone();
        tape.value_and_gradient(|x| first.run(x), &first.inputs, &mut again);
        prop_assert_eq!(g, again);
    }
}
