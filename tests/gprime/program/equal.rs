//! Equal statements are kept once, whatever their arguments are and however many statements have these.

use gprime::Program;
use gprime::prelude::*;

/// The same statements again and again: some of inputs, of which each is in several, some of a value that is in all, and some of their results.
struct Again(usize);

impl Routine for Again {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        let common = x[0].exp();
        let once = || {
            let terms = x.windows(2).map(|pair| {
                let [a, b] = [pair[0], pair[1]];
                (a * common - b).tanh() + (a + b) * a.sin() - (b / a).cos() * (common - b)
            });
            terms.sum()
        };
        (0..self.0).map(|_| once()).collect()
    }
}

#[test]
fn equal_statements_are_kept_once() {
    for n in [2, 100, 20_000] {
        let x: Vec<f64> = (1..=n).map(|k| f64::from(k) / f64::from(n)).collect();
        let [once, again] = [1, 3].map(|times| Program::trace(&Again(times), &x).unwrap());
        assert_eq!(once.counts().statements, again.counts().statements, "of {n} inputs");
        let [once, again] = [&once, &again].map(|program| program.jvp_program().unwrap().counts().statements);
        assert_eq!(once, again, "of the tangents of {n} inputs");
    }
}
