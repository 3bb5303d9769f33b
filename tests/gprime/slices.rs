//! Ops over slices: exact rows, and what holds of the places, the types and the lengths.

use crate::golden::{Row, rows};
use gprime::op::{
    Cos, Erf, Erfc, Exp, Expm1, Gelu, GeluTanh, LeakyRelu, Ln, Ln1p, Relu, Sigmoid, Silu, Sin, Softplus, Sqrt, Tanh,
};
use gprime::prelude::*;

/// Holds value and slope over a slice to the exact rows of an op.
fn is_within_its_bounds<O: Op<1>>(op: &O) {
    let rows: Vec<Row> = rows().filter(|row| row.op == O::NAME).collect();
    assert!(!rows.is_empty());
    let x: Vec<f64> = rows.iter().map(|row| row.x).collect();
    let (mut y, mut s) = (x.clone(), x.clone());
    op.map_and_slope(&x, &mut y, &mut s);
    for (i, row) in rows.iter().enumerate() {
        let [value, slope, _] = row.errors([y[i], s[i], f64::NAN]);
        assert!(value <= 2.0, "{}({:e}) is {:e}: {value} ULP", O::NAME, x[i], y[i]);
        assert!(slope <= 2.0, "the slope of {} at {:e} is {:e}: {slope} ULP", O::NAME, x[i], s[i]);
    }
}

/// Those that stand on the kernels. A visitor would compile every op once more for each instruction set, which takes minutes.
#[test]
fn ops_on_kernels_are_within_their_bounds() {
    is_within_its_bounds(&Exp);
    is_within_its_bounds(&Expm1);
    is_within_its_bounds(&Ln);
    is_within_its_bounds(&Ln1p);
    is_within_its_bounds(&Erf);
    is_within_its_bounds(&Erfc);
    is_within_its_bounds(&Sigmoid);
    is_within_its_bounds(&Tanh);
    is_within_its_bounds(&Softplus::default());
    is_within_its_bounds(&Silu);
    is_within_its_bounds(&Gelu);
    is_within_its_bounds(&GeluTanh);
    is_within_its_bounds(&Sin);
    is_within_its_bounds(&Cos);
}

fn arguments(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i as f64 * 0.618_033_988_749_894_9).fract() * 24.0 - 12.0).collect()
}

#[test]
fn a_result_does_not_depend_on_its_place_nor_on_the_length() {
    let x = arguments(600);
    let mut all = vec![0.0; 600];
    Tanh.map(&x, &mut all);
    for (start, end) in (0..20).map(|k| (k, k + 3 * k)).chain([(5, 600), (17, 273), (250, 260)]) {
        let mut part = vec![f64::NAN; end - start];
        Tanh.map(&x[start..end], &mut part);
        assert_eq!(part, all[start..end]);
    }
}

#[test]
fn single_precision_is_rounded_once() {
    let x: Vec<f32> = arguments(300).into_iter().map(|x| x as f32).collect();
    let wide: Vec<f64> = x.iter().copied().map(f64::from).collect();
    let (mut y, mut s, mut y_wide, mut s_wide) = (vec![0.0; 300], vec![0.0; 300], vec![0.0; 300], vec![0.0; 300]);
    Tanh.map_and_slope(&x, &mut y, &mut s);
    Tanh.map_and_slope(&wide, &mut y_wide, &mut s_wide);
    for i in 0..300 {
        assert_eq!((y[i], s[i]), (y_wide[i] as f32, s_wide[i] as f32));
    }
}

#[test]
fn the_pull_back_is_the_adjoint_times_the_slope() {
    let x = arguments(100);
    let gy: Vec<f64> = (0..100).map(|i| if i % 3 == 0 { 0.0 } else { f64::from(i) - 50.5 }).collect();
    let (mut y, mut s, mut gx) = (vec![0.0; 100], vec![0.0; 100], vec![f64::NAN; 100]);
    let op = LeakyRelu { slope: 0.2 };
    op.map_and_slope(&x, &mut y, &mut s);
    op.map_slope(&x, &gy, &mut gx);
    for i in 0..100 {
        assert_eq!(gx[i], gy[i] * s[i]);
    }
    // an adjoint of 0 annihilates a slope of ∞, and a slope of 0 an adjoint of ∞
    Sqrt.map_slope(&[0.0, 0.0], &[0.0, 2.0], &mut gx[..2]);
    assert_eq!(gx[..2], [0.0, f64::INFINITY]);
    Relu.map_slope(&[-1.0], &[f64::INFINITY], &mut gx[..1]);
    assert_eq!(gx[0], 0.0);
}

#[test]
fn outside_of_the_domain_value_and_slope_are_nan() {
    let (mut y, mut s) = ([0.0; 3], [0.0; 3]);
    Ln.map_and_slope(&[-1.0, 2.0, f64::NAN], &mut y, &mut s);
    assert!(y[0].is_nan() && s[0].is_nan() && y[2].is_nan() && s[2].is_nan());
    assert_eq!(s[1], 0.5);
}

#[test]
fn a_rule_of_a_user_that_is_not_inlined_is_right() {
    #[derive(Clone, PartialEq)]
    struct Swish;
    impl Op<1> for Swish {
        const NAME: &'static str = "swish";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z / ((-z).exp() + 1.0)
        }
        fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
            let s = R::from(1.0) / ((-z).exp() + 1.0);
            [s + a * (-s + 1.0)]
        }
    }
    let x = arguments(50);
    let (mut y, mut s) = (vec![0.0; 50], vec![0.0; 50]);
    Swish.map_and_slope(&x, &mut y, &mut s);
    for i in 0..50 {
        let (value, [slope]) = f64::call_and_slope(&Swish, [x[i]]);
        assert!((y[i] - value).abs() <= 4.0 * f64::EPSILON * value.abs(), "{} for {value}", y[i]);
        assert!((s[i] - slope).abs() <= 8.0 * f64::EPSILON, "{} for {slope}", s[i]);
    }
}

#[test]
#[should_panic = "the slices must have the same length, but one has 3 numbers and another 2"]
fn values_need_a_slice_of_their_length() {
    Tanh.map(&[0.0; 3], &mut [0.0; 2]);
}

#[test]
#[should_panic = "one has 2 numbers and another 4"]
fn a_pull_back_needs_slices_of_one_length() {
    Tanh.map_slope(&[0.0; 2], &[0.0; 4], &mut [0.0; 2]);
}
