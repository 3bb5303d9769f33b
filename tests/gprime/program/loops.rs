//! Loops are found again, and how many there are does not depend on how often they are repeated.

use crate::workloads::measured::{Gaussians, Lstm, Network, Rosenbrock, Workload};
use gprime::Program;
use gprime::prelude::*;
use gprime::program::Counts;

/// A workload as a routine, as users write it or line by line.
struct Of<'a, W>(&'a W, bool);
impl<W: Workload> Routine for Of<'_, W> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        if self.1 { self.0.scalars(x) } else { self.0.program(x) }
    }
}

/// What the program of a workload's gradient is made of.
fn counts(workload: &impl Workload, line_by_line: bool) -> Counts {
    let program = Program::trace(&Of(workload, line_by_line), &workload.point()).unwrap();
    program.gradient_program().unwrap().counts()
}

/// The loops of two sizes of one workload are equal, and there are as many as are said, at most, and no lists; or those of both are as many.
fn are_equal(small: &impl Workload, large: &impl Workload, most: usize, lists: bool) {
    for line_by_line in [false, true] {
        let [small, large] = [counts(small, line_by_line), counts(large, line_by_line)];
        let shape = |counts: Counts| (counts.loops, counts.regions, counts.serial, counts.scalars, counts.lists);
        assert_eq!(shape(small), shape(large));
        assert!(small.loops <= most, "{} loops", small.loops);
        assert!(lists || small.lists == 0, "{} lists", small.lists);
    }
}

#[test]
fn rosenbrock() {
    are_equal(&Rosenbrock { n: 1000 }, &Rosenbrock { n: 100_000 }, 20, false);
}

#[test]
fn gaussians() {
    are_equal(&Gaussians { n: 1000 }, &Gaussians { n: 100_000 }, 25, false);
}

#[test]
fn networks() {
    are_equal(&Network::small()[0], &Network::large(), 110, false);
}

#[test]
fn lstm() {
    are_equal(&Lstm::new(2, 20), &Lstm::new(2, 100), 1500, true);
}
