//! Single precision is a number like the others: ops are computed in double precision and rounded once.

use gprime::op::{self, Visitor};
use gprime::prelude::*;
use gprime::real::SingleLanes;
use proptest::prelude::*;

/// Whether two numbers are the same, to the bit; one NaN is as good as another.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Tells of each op whether it is the rounded one of double precision, in every mode.
struct Rounded;

impl Visitor for Rounded {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        for x in op.samples() {
            let x = x.map(Single::from);
            let (value, slopes) = f64::call_and_slope(&op, x.map(Single::to_f64));
            let (name, value) = (O::NAME, value as f32);
            assert!(same(Single::call(&op, x).0, value), "{name} at {x:?}");
            let mut g = [Single(0.0); N];
            let y = value_and_gradient(|x| Var::call(&op, x.try_into().unwrap()), &x, &mut g);
            assert!(same(y.0, value), "{name} at {x:?} on a tape");
            let lanes: SingleLanes = SingleLanes::call(&op, x.map(|x| SingleLanes([x.0; 4])));
            assert!(lanes.0.iter().all(|&lane| same(lane, value)), "{name} at {x:?} in lanes");
            for (i, (g, slope)) in g.iter().zip(slopes).enumerate() {
                // a slope of 0 is that of a variable that was folded away
                assert!(same(g.0, slope as f32) || g.0 == 0.0 && slope as f32 == 0.0, "{name} at {x:?}: {g} by {i}");
                let along = Dual::call(&op, std::array::from_fn(|j| Dual::new(x[j], Single(f32::from(i == j)))));
                assert!(same(along.tangent.0, slope as f32) || slope == 0.0, "{name} at {x:?}: forward by {i}");
            }
        }
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        for x in op.samples() {
            let x: Vec<Single> = x.iter().map(|&x| x.into()).collect();
            let in_double: Vec<f64> = x.iter().map(|x| x.to_f64()).collect();
            let mut slopes = vec![0.0; x.len()];
            let value = f64::reduce_and_slope(&op, &in_double, &mut slopes) as f32;
            assert!(same(Single::reduce(&op, &x).0, value), "{} at {x:?}", O::NAME);
            let mut g = vec![Single(0.0); x.len()];
            assert!(same(value_and_gradient(|x| Var::reduce(&op, x), &x, &mut g).0, value), "{} at {x:?}", O::NAME);
            for (g, slope) in g.iter().zip(slopes) {
                assert!(same(g.0, slope as f32) || g.0 == 0.0 && slope as f32 == 0.0, "{} at {x:?}", O::NAME);
            }
        }
    }
}

#[test]
fn every_op_is_rounded_once() {
    op::visit(&mut Rounded);
}

/// A second derivative through a tape of dual numbers of single precision.
#[test]
fn modes_nest_over_single_precision() {
    let x = [0.5, 2.0].map(Single::from);
    let by_single = hessian(|x| (x[0] * x[1]).sin() * x[1], &x);
    let by_double = hessian(|x| (x[0] * x[1]).sin() * x[1], &[0.5, 2.0]);
    for (row, other) in by_single.iter().zip(&by_double) {
        for (a, b) in row.iter().zip(other) {
            assert!((a.to_f64() - b).abs() < 1e-6 * b.abs().max(1.0), "{a} for {b}");
        }
    }
}

proptest! {
    #[test]
    fn the_four_operations_are_those_of_f32(bits in any::<[u32; 2]>()) {
        let [a, b] = bits.map(f32::from_bits);
        let (x, y) = (Single(a), Single(b));
        for (ours, theirs) in [(x + y, a + b), (x - y, a - b), (x * y, a * b), (x / y, a / b), (x.sqrt(), a.sqrt())] {
            prop_assert!(same(ours.0, theirs), "{a} and {b}: {ours} for {theirs}");
        }
        let lanes = [SingleLanes([a, b, b, a]), SingleLanes([b, a, b, a])];
        for (i, lane) in (lanes[0] * lanes[1] + lanes[0]).0.into_iter().enumerate() {
            let [a, b] = lanes.map(|lanes| lanes.0[i]);
            prop_assert!(same(lane, a * b + a));
        }
    }
}
