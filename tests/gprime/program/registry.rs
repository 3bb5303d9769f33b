//! Every op of the registry, compiled: its value and its derivatives are those of a tape within a few units in the last place.

use super::evaluated;
use gprime::op::{Domain, Op, Reduce, Visitor, visit};
use gprime::prelude::*;

/// An op applied to all inputs.
pub struct Applied<'a, O>(pub &'a O);
impl<const N: usize, O: Op<N>> Routine for Of<'_, O, N> {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        x.chunks_exact(N).map(|x| R::call(self.0, x.try_into().unwrap())).collect()
    }
}
pub struct Of<'a, O, const N: usize>(pub &'a O);

impl<O: Reduce> Routine for Applied<'_, O> {
    type Out = Vec<()>;
    fn run<R: Number>(&self, x: &[R]) -> Vec<R> {
        vec![R::reduce(self.0, x)]
    }
}

struct EachOp {
    ops: usize,
}

/// Numbers that agree to within a few units in the last place; zeros and numbers that are lost below them count as equal.
fn agree(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 16.0 * f64::EPSILON * a.abs().max(b.abs()) + 1e-300
}

/// Holds a program of a routine to the modes, at a point.
fn hold<P: Routine<Out = Vec<()>>>(name: &str, routine: &P, x: &[f64]) {
    let program = gprime::Program::trace(routine, x).unwrap();
    let y = evaluated(&program, x).unwrap();
    let weights: Vec<f64> = (0..y.len()).map(|k| 1.0 + k as f64 / 8.0).collect();
    let (plain, expected) = routine.vjp(x, &weights);
    assert!(y.iter().zip(&plain).all(|(&a, &b)| agree(a, b)), "{name} at {x:?}: {y:?} and not {plain:?}");
    let (mut again, mut g) = (vec![f64::NAN; y.len()], vec![f64::NAN; x.len()]);
    program.vjp(x, &weights, &mut again, &mut g).unwrap();
    assert!(g.iter().zip(&expected).all(|(&a, &b)| agree(a, b)), "{name}′ at {x:?}: {g:?} and not {expected:?}");
    let vjp = program.vjp_program().unwrap();
    let all: Vec<f64> = x.iter().chain(&weights).copied().collect();
    evaluated(vjp, &all).unwrap();
}

impl Visitor for EachOp {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        self.ops += 1;
        let special = [f64::NAN, f64::INFINITY, -1e300, 1e-310, 0.0, -0.0, 3.0, -7.5];
        let mut samples: Vec<[f64; N]> = op.samples();
        if op.domain() == Domain::ALL || N == 1 {
            samples.extend(special.map(|x| [x; N]));
        }
        // all at once, which makes a loop of them, and one by one
        hold(O::NAME, &Of::<O, N>(&op), &samples.concat());
        for sample in samples {
            hold(O::NAME, &Of::<O, N>(&op), &sample);
        }
    }

    fn reduce<O: Reduce>(&mut self, op: O) {
        self.ops += 1;
        for sample in op.samples() {
            hold(O::NAME, &Applied(&op), &sample);
        }
    }
}

#[test]
fn every_op_is_compiled() {
    let mut each = EachOp { ops: 0 };
    visit(&mut each);
    assert_eq!(each.ops, gprime::Registry::new().iter().count());
}
