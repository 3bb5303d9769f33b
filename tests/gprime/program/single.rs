//! Programs in single precision: each operation is computed in double precision and rounded once, and so are adjoints and tangents.

use super::random::{INPUTS, Program as Lines, cells, lines, points};
use super::registry::{Applied, Of};
use super::{compiled, evaluated};
use crate::common;
use gprime::Program;
use gprime::op::{Op, Reduce, Visitor, visit};
use gprime::prelude::*;
use proptest::prelude::*;

/// The nearest numbers of single precision.
fn rounded(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| Single::from(x).to_f64()).collect()
}

/// Whether lists have the same numbers, to the bit; one NaN is as good as another.
fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| common::same(a, b))
}

/// The cells of a random program.
struct Cells(Lines);
impl Routine for Cells {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        cells(&self.0, x).0
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Results are those of numbers of single precision, to the bit, or a branch changed.
    #[test]
    fn results_are_those_of_single_numbers(lines in lines(), points in points(), divisor in 1..9u8) {
        let points: Vec<Vec<f64>> =
            points.iter().map(|x| x.iter().map(|x| x / f64::from(divisor)).collect()).collect();
        let program = Cells(Lines(lines));
        let single = compiled(&program, &points[0]).single().unwrap();
        let (_, recorded) = cells(&program.0, &points[0]);
        for x in &points {
            let (plain, here) = cells(&program.0, &x.iter().map(|&x| Single::from(x)).collect::<Vec<_>>());
            match evaluated(&single, x) {
                Ok(y) => {
                    let plain: Vec<f64> = plain.iter().map(|y| y.to_f64()).collect();
                    prop_assert_eq!(&here, &recorded);
                    prop_assert!(same(&y, &plain), "{:?} and not {:?} of {:?}", y, plain, program.0.0);
                    evaluated(single.jvp_program().unwrap(), &[&x[..], &points[1]].concat()).unwrap();
                    let seeds: Vec<f64> = (0..plain.len()).map(|k| 1.5 - 0.1 * k as f64).collect();
                    let all = [&x[..], &seeds].concat();
                    let adjoints = evaluated(single.vjp_program().unwrap(), &all).unwrap();
                    prop_assert!(same(&adjoints, &rounded(&adjoints)), "{:?}", adjoints);
                }
                Err(error) => {
                    prop_assert!(error.is_branch(), "{}", error);
                    prop_assert_ne!(&here, &recorded, "{}", error);
                }
            }
        }
    }
}

/// Holds an op in single precision to what it is in double precision, rounded.
fn hold<P: Routine<Out = Vec<()>>>(name: &str, routine: &P, x: &[f64]) {
    let x = rounded(x);
    let double = compiled(routine, &x);
    let single = double.single().unwrap();
    let seeds: Vec<f64> = (0..double.outputs()).map(|k| 1.0 + k as f64 / 8.0).collect();
    let moved: Vec<f64> = (0..x.len()).map(|k| 1.0 - k as f64 / 8.0).collect();
    let all = |program: fn(&Program) -> Result<&Program, gprime::Error>, seeds: &[f64]| {
        [&double, &single].map(|of| evaluated(program(of).unwrap(), &[&x, seeds].concat()).unwrap())
    };
    for [in_double, in_single] in
        [all(|of| Ok(of), &[]), all(Program::vjp_program, &seeds), all(Program::jvp_program, &moved)]
    {
        let expected = rounded(&in_double);
        assert!(same(&in_single, &expected), "{name} at {x:?}: {in_single:?} and not {expected:?}");
    }
}

struct EachOp {
    ops: usize,
}

impl Visitor for EachOp {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        self.ops += 1;
        hold(O::NAME, &Of::<O, N>(&op), &op.samples().concat());
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        self.ops += 1;
        // a sum of few terms is recorded as additions, each of which is rounded
        for sample in op.samples() {
            hold(O::NAME, &Applied(&op), &sample.repeat(9));
        }
    }
}

#[test]
fn every_op_is_rounded_once() {
    let mut each = EachOp { ops: 0 };
    visit(&mut each);
    assert_eq!(each.ops, gprime::Registry::new().iter().count());
}

/// All ways to derivatives give numbers of single precision near those of double precision, and a program that is written and read stays one.
#[test]
fn all_derivatives_are_rounded() {
    let chain = routine!(|x| {
        x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum::<R>()
    });
    let x: Vec<f64> = (0..50).map(|k| 1.0 + f64::from(k) / 70.0).collect();
    let u: Vec<f64> = x.iter().map(|x| x - 1.2).collect();
    let double = Program::trace(&chain, &x).unwrap();
    let single = double.single().unwrap();
    let registry = gprime::Registry::new();
    let read = gprime::program::Saved::from_bytes(&single.save(&registry).unwrap().to_bytes()).unwrap();
    let read = read.load(&registry).unwrap();
    let twice = single.single().unwrap();
    let derivatives = |program: &Program| {
        let (n, mut all) = (x.len(), vec![0.0; 1]);
        let (mut g, mut hu) = (vec![0.0; n], vec![0.0; n]);
        all[0] = program.value_and_gradient(&x, &mut g).unwrap();
        program.hvp(&x, &u, &mut hu).unwrap();
        let h = program.sparse_hessian_matrix(&x).unwrap();
        all.extend(g.iter().chain(&hu).chain(h.values()));
        all
    };
    let [in_double, in_single] = [&double, &single].map(derivatives);
    assert!(same(&in_single, &rounded(&in_single)) && !same(&in_double, &rounded(&in_double)));
    let largest = in_double.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    for (double, single) in in_double.iter().zip(&in_single) {
        assert!((double - single).abs() <= 16.0 * f64::from(f32::EPSILON) * largest, "{single} and not {double}");
    }
    for other in [&read, &twice] {
        assert!(same(&derivatives(other), &in_single));
    }
}

#[test]
fn inputs_are_as_many_as_before() {
    let program = compiled(&Cells(Lines(vec![])), &[1.0; INPUTS]).single().unwrap();
    assert_eq!((program.inputs(), program.variables(), program.names().len()), (INPUTS, INPUTS, INPUTS));
}
