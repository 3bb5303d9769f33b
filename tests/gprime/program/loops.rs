//! Loops are found again, and how many there are does not depend on how often they are repeated.

use super::{compiled, evaluated};
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

/// The loops of two sizes of one workload are equal, and there are as many as are said, at most, and no lists; line by line there may be so many.
fn are_equal(small: &impl Workload, large: &impl Workload, most: usize, lists: usize) {
    for line_by_line in [false, true] {
        let [small, large] = [counts(small, line_by_line), counts(large, line_by_line)];
        let shape = |counts: Counts| (counts.loops, counts.regions, counts.serial, counts.scalars, counts.lists);
        assert_eq!(shape(small), shape(large));
        assert!(small.loops <= most, "{} loops", small.loops);
        assert!(small.lists <= if line_by_line { lists } else { 0 }, "{} lists", small.lists);
    }
}

#[test]
fn rosenbrock() {
    are_equal(&Rosenbrock { n: 1000 }, &Rosenbrock { n: 100_000 }, 20, 0);
}

#[test]
fn gaussians() {
    are_equal(&Gaussians { n: 1000 }, &Gaussians { n: 100_000 }, 20, 0);
}

/// What is computed once for all repetitions is no part of the first one: the loop is whole, and the sums over it are made where their terms are.
#[test]
fn what_is_shared_comes_before_the_loop() {
    let shared = routine!(|x| {
        let (x, &[mu, s]) = x.split_last_chunk().unwrap();
        x.iter().map(|&x| ((x - mu) / (s * s + 1.0)).sin()).sum::<R>()
    });
    let point: Vec<f64> = (0..500).map(|k| 0.01 * f64::from(k)).collect();
    let program = Program::trace(&shared, &point).unwrap();
    let Counts { regions, loops, .. } = program.gradient_program().unwrap().counts();
    assert_eq!(regions, 1, "{loops} loops");
}

/// A chain of sums and differences is a sum, whichever side goes on, and what is used twice is kept.
#[test]
fn chains_are_sums() {
    let chains = routine!(|x| -> [R; 3] {
        let mut all = [R::from(0.0), x[0], R::from(1.0)];
        for (k, &x) in x.iter().enumerate() {
            all[0] += x * x;
            all[1] = x.sin() - all[1];
            all[2] -= x;
            if k == 50 {
                all[1] += all[2];
            }
        }
        all
    });
    let point: Vec<f64> = (0..100).map(|k| 0.01 * f64::from(k)).collect();
    let program = Program::trace(&chains, &point).unwrap();
    let summed = program.reassociate().unwrap();
    assert_eq!([&program, &summed].map(|program| program.counts().serial > 0), [true, false], "{summed}");
    let (mut y, mut of_sums) = ([0.0; 3], [0.0; 3]);
    program.eval(&point, &mut y).unwrap();
    summed.eval(&point, &mut of_sums).unwrap();
    for (a, b) in y.into_iter().zip(of_sums) {
        assert!((a - b).abs() < 1e-13 * a.abs().max(1.0), "{a} and {b}");
    }
    let (mut rows, mut of_sums) = (vec![0.0; 300], vec![1.0; 300]);
    program.jacobian(&point, &mut y, &mut rows).unwrap();
    summed.jacobian(&point, &mut y, &mut of_sums).unwrap();
    assert_eq!(rows, of_sums);
}

#[test]
fn networks() {
    are_equal(&Network::small()[0], &Network::large(), 110, 0);
}

#[test]
fn lstm() {
    are_equal(&Lstm::new(2, 20), &Lstm::new(2, 100), 1500, 4);
}

/// Constants that are the same ones in each row are read from one place, unless a row has another one.
#[test]
fn constants_that_repeat_stand_still() {
    for differs in [false, true] {
        let rows = routine!([differs: bool = differs] |x| -> Vec<R> {
            let row = |(i, row): (usize, &[R])| {
                let factor = |j: usize| 1.5 + (j * j) as f64 + f64::from(u8::from(differs && (i, j) == (17, 3)));
                row.iter().enumerate().map(|(j, &x)| x * factor(j)).sum::<R>()
            };
            x.chunks(16).enumerate().map(row).collect::<Vec<R>>()
        });
        let point: Vec<f64> = (0..16 * 30).map(|k| (k as f64).sin()).collect();
        let program = compiled(&rows, &point);
        evaluated(&program, &point).unwrap();
        let text = program.to_string();
        let of_constants: Vec<&str> = text.split("c[").skip(1).map(|rest| rest.split(']').next().unwrap()).collect();
        assert!(!of_constants.is_empty(), "{text}");
        let by_rows = of_constants.iter().any(|index| index.contains('i'));
        assert_eq!(by_rows, differs, "{text}");
    }
}

/// An operand that is an input in the first repetitions and a result in the others, where their slots follow on each other.
#[test]
fn loops_go_on_from_inputs_to_results() {
    let recurrence = routine!(|x| -> Vec<R> {
        let mut all = x.to_vec();
        for k in 0..100 {
            all.push(all[k].sin() * all[k + x.len() - 1]);
        }
        all[x.len()..].to_vec()
    });
    for n in [1, 2, 7, 40] {
        let point: Vec<f64> = (0..n).map(|k| 0.5 + 0.1 * k as f64).collect();
        let program = compiled(&recurrence, &point);
        let got = evaluated(&program, &point).unwrap();
        for (got, expected) in got.into_iter().zip(recurrence.run(&point)) {
            assert!((got - expected).abs() <= 1e-13 * expected.abs(), "{got} is {expected} for {n} inputs");
        }
        let gradient = program.vjp_program().unwrap();
        let given: Vec<f64> = point.iter().copied().chain((0..100).map(|k| f64::from(k).cos())).collect();
        evaluated(gradient, &given).unwrap();
    }
}

/// Sums of several lengths that one region makes, of which the first lie within chunks and the last one does not, after sums that leave other numbers in
/// the memory of partial sums.
#[test]
fn sums_of_several_lengths_in_one_region() {
    let sums = routine!(|x| -> Vec<R> {
        let columns = (0..40).map(|i| x.iter().skip(i).step_by(40).copied().sum::<R>());
        let columns: Vec<R> = columns.collect();
        let all: Vec<R> = x.iter().map(|x| x.sin()).collect();
        let rows = all.chunks(12).map(|row| row.iter().copied().sum::<R>());
        let mut results: Vec<R> = rows.collect();
        results.push(all.iter().copied().sum());
        results.extend(columns);
        results
    });
    let point: Vec<f64> = (0..1200).map(|k| 0.01 * f64::from(k)).collect();
    let program = compiled(&sums, &point);
    let got = evaluated(&program, &point).unwrap();
    for (got, expected) in got.into_iter().zip(sums.run(&point)) {
        assert!((got - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{got} is {expected} in\n{program}");
    }
}
