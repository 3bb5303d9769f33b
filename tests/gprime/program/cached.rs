//! A routine with the programs of its ways: what it gives is what the routine gives that is run anew.

use super::random::{INPUTS, Output, Program, branches, exact, expect, lines, points};
use gprime::Error;
use gprime::prelude::*;
use gprime::program::Cached;
use proptest::prelude::*;
use std::collections::HashSet;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Values and derivatives at points that come again and again, with much room for programs and with little.
    #[test]
    fn it_is_the_routine(lines in lines(), points in points(), again in prop::collection::vec(any::<u8>(), 20), most in 1..5usize) {
        let program = Program(lines);
        let mut cached = Cached::new(&program).keeping(most);
        let output = Output(&program, 2);
        let mut single = Cached::new(&output);
        let mut ways = HashSet::new();
        let (mut y, mut g, mut product) = ([f64::NAN; 3], [f64::NAN; INPUTS], [f64::NAN; INPUTS]);
        let sequence: Vec<&Vec<f64>> = again.iter().map(|&k| &points[k as usize % points.len()]).collect();
        for x in &sequence {
            let plain = program.run(&x[..]);
            cached.eval(x, &mut y).unwrap();
            expect("the results", &y, &plain, &program);
            let value = single.value_and_gradient(x, &mut g).unwrap();
            ways.insert(branches(&program, x));
            expect("the value", &[value], &plain[2..], &program);
            single.hvp(x, &points[0], &mut product).unwrap();
            let (gradient, products) = (output.gradient(x), output.hvp(x, &points[0]));
            if exact(&[value]) && exact(&gradient) && exact(&products) {
                expect("the gradient", &g, &gradient, &program);
                expect("the product with the Hessian", &product, &products, &program);
            }
        }
        // the numbers are exact, so no comparison comes out otherwise than where it was recorded
        let counts = single.counts();
        prop_assert_eq!((counts.hits + counts.recordings, counts.on_tape), (2 * sequence.len(), 0));
        prop_assert_eq!((counts.compilations, counts.recordings), (ways.len(), ways.len()));
        let counts = cached.counts();
        prop_assert_eq!((counts.hits + counts.recordings, counts.on_tape), (sequence.len(), 0));
        prop_assert!(counts.compilations >= ways.len() && counts.recordings == counts.compilations);
        prop_assert!(most < ways.len() || counts.compilations == ways.len());
    }
}

/// The program that was not used for the longest time makes room.
#[test]
fn the_least_recently_used_program_goes() {
    let steps = routine!(|x| x[0] * (x[0].primal() / 10.0).floor());
    let mut steps = Cached::new(steps).keeping(2);
    let mut at = |x: f64| {
        let before = steps.counts().compilations;
        let mut y = [0.0];
        steps.eval(&[x], &mut y).unwrap();
        assert_eq!(y, [x * (x / 10.0).floor()]);
        steps.counts().compilations > before
    };
    assert_eq!([15.0, 25.0, 15.0, 35.0, 15.0, 25.0, 35.0].map(&mut at), [true, true, false, true, false, true, true]);
    assert_eq!([35.0, 25.0].map(&mut at), [false, false]);
    steps = steps.keeping(1);
    let mut y = [0.0];
    steps.eval(&[25.0], &mut y).unwrap();
    assert_eq!((steps.counts().compilations, y), (5, [50.0]));
    steps.eval(&[35.0], &mut y).unwrap();
    assert_eq!(steps.counts().compilations, 6);
}

/// −0 and 0 are equal, and what is made of one that was read is not.
#[test]
fn a_zero_that_was_read_has_a_sign() {
    let mut inverse = Cached::new(routine!(|x| x[0] * 0.0 + R::from(1.0 / x[0].primal())));
    let mut y = [0.0];
    for x in [0.0, -0.0, 0.0] {
        inverse.eval(&[x], &mut y).unwrap();
        assert_eq!(y, [1.0 / x]);
    }
    assert_eq!(inverse.counts().compilations, 2);
}

#[derive(Debug, PartialEq)]
struct BelowZero(f64);
impl std::fmt::Display for BelowZero {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is below 0", self.0)
    }
}
impl std::error::Error for BelowZero {}

#[test]
fn an_error_of_the_routine_is_handed_on() {
    let root = routine!(|x| -> Result<R, BelowZero> {
        if x[0] < 0.0 { Err(BelowZero(x[0].primal())) } else { Ok(x[0].sqrt()) }
    });
    let mut root = Cached::new(root);
    let mut g = [0.0];
    for _ in 0..3 {
        assert_eq!(root.value_and_gradient(&[4.0], &mut g), Ok(2.0));
        let error = root.value_and_gradient(&[-3.0], &mut g).unwrap_err();
        assert_eq!(error.of_routine().unwrap().downcast_ref(), Some(&BelowZero(-3.0)));
        assert_eq!(root.eval(&[9.0], &mut g), Ok(()));
        assert_eq!(g, [3.0]);
    }
    assert_eq!((root.counts().compilations, root.counts().recordings), (1, 4));
}

/// The results may be as many as the point says, and the point as long as it is.
#[test]
fn other_numbers_of_inputs_and_of_results() {
    let positive = routine!(|x| -> Vec<R> { x.iter().copied().filter(|x| *x > 0.0).map(|x| x * x).collect() });
    let mut positive = Cached::new(positive);
    let mut y = [0.0; 3];
    for x in [&[1.0, 2.0, 3.0][..], &[-1.0, 2.0, 3.0], &[-1.0, -2.0], &[], &[4.0], &[1.0, -1.0, 1.0]] {
        let squares: Vec<f64> = x.iter().filter(|x| **x > 0.0).map(|x| x * x).collect();
        positive.eval(x, &mut y[..squares.len()]).unwrap();
        assert_eq!(y[..squares.len()], squares[..]);
        let (w, u) = (vec![1.0; squares.len()], vec![1.0; x.len()]);
        let (mut g, mut moved) = (vec![0.0; x.len()], vec![0.0; squares.len()]);
        positive.vjp(x, &w, &mut y[..squares.len()], &mut g).unwrap();
        assert!(g.iter().zip(x).all(|(g, x)| *g == x.max(0.0) * 2.0));
        positive.jvp(x, &u, &mut y[..squares.len()], &mut moved).unwrap();
        assert_eq!(moved, x.iter().filter(|x| **x > 0.0).map(|x| x * 2.0).collect::<Vec<f64>>());
        assert!(positive.eval(&[1.0, 2.0], &mut y).unwrap_err().is_arity());
    }
}

/// Where a compiled number differs from the recorded one in the last bit, and that was read, a tape answers.
#[test]
fn numbers_that_are_read_may_differ_by_rounding() {
    let f = routine!(|x| x[0] * (x[0].sin().exp() + x[0].tanh()).primal() + x[0].sigmoid().ln());
    let mut cached = Cached::new(&f);
    for k in 0..500 {
        let x = [f64::from(k) / 37.0 - 6.0];
        let (mut g, mut product) = ([0.0], [0.0]);
        let (mut y, mut moved) = ([0.0], [0.0]);
        let value = cached.value_and_gradient(&x, &mut g).unwrap();
        cached.hvp(&x, &[1.0], &mut product).unwrap();
        let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * b.abs().max(1.0);
        assert!(is_near(value, f.run(&x)) && is_near(g[0], f.gradient(&x)[0]));
        assert!(is_near(product[0], f.hvp(&x, &[1.0])[0]));
        cached.jvp(&x, &[1.0], &mut y, &mut moved).unwrap();
        assert!(is_near(y[0], f.run(&x)) && is_near(moved[0], g[0]));
        cached.vjp(&x, &[1.0], &mut y, &mut moved).unwrap();
        assert!(is_near(y[0], f.run(&x)) && is_near(moved[0], g[0]));
        cached.eval(&x, &mut y).unwrap();
        assert!(is_near(y[0], f.run(&x)));
    }
}

/// What else the results hold is dropped, and a program can be asked for more.
#[test]
fn the_program_of_a_point() {
    let f = routine!(|x| -> (R, &'static str) { if x[0] < 0.0 { (x[1], "left") } else { (x[0] * x[1], "right") } });
    let mut f = Cached::new(f);
    let (mut y, mut rows) = ([0.0], [0.0; 2]);
    for (x, expected) in [([1.0, 3.0], [3.0, 1.0]), ([-1.0, 3.0], [0.0, 1.0]), ([2.0, 5.0], [5.0, 2.0])] {
        f.program(&x).unwrap().jacobian(&x, &mut y, &mut rows).unwrap();
        assert_eq!(rows, expected);
    }
    assert_eq!(f.counts().compilations, 2);
    let none: Result<(), Error> = f.hvp(&[1.0, 2.0], &[1.0, 0.0], &mut rows);
    assert_eq!((none, rows), (Ok(()), [0.0, 1.0]));
}
