//! Batches: every point has the bits of a run on it alone, for any width, number of points and number of threads.

use super::random::{self, INPUTS, Program, lines};
use super::registry::{Applied, Of};
use crate::common::same;
use gprime::function::VectorRule;
use gprime::op::{Op, Reduce, Visitor, visit};
use gprime::prelude::*;
use gprime::{Error, Program as Compiled};
use proptest::prelude::*;

/// The points of a batch, one after the other, with a direction and weights for each.
struct Points<'a> {
    x: &'a [f64],
    directions: Vec<f64>,
    weights: Vec<f64>,
}

impl<'a> Points<'a> {
    fn new(program: &Compiled, x: &'a [f64], count: usize) -> Self {
        let number = |k: usize| (k * 7 % 5) as f64 - 1.5;
        let directions = (0..count * program.variables()).map(number).collect();
        Points { x, directions, weights: (0..count * program.outputs()).map(number).collect() }
    }
}

/// The part of a list that belongs to a point.
fn row(list: &[f64], point: usize, each: usize) -> &[f64] {
    &list[point * each..][..each]
}

/// Holds lists of a batch to those of its points one by one, which may fail.
#[track_caller]
fn hold<const N: usize>(
    what: &str,
    count: usize,
    each: [usize; N],
    batch: impl FnOnce([&mut [f64]; N]) -> Result<(), Error>,
    mut one: impl FnMut(usize, [&mut [f64]; N]) -> Result<(), Error>,
) {
    let mut lists = each.map(|each| vec![-7.0; count * each]);
    let made = batch(lists.each_mut().map(|list| &mut list[..]));
    let mut failed = vec![];
    for point in 0..count {
        let mut alone = each.map(|each| vec![-7.0; each]);
        let is_error = one(point, alone.each_mut().map(|list| &mut list[..])).is_err();
        if is_error {
            failed.push(point);
        }
        for ((list, alone), each) in lists.iter().zip(&alone).zip(each) {
            let row = row(list, point, each);
            let fits = |(&a, &b): (&f64, &f64)| if is_error { a.is_nan() } else { same(a, b) };
            assert!(row.iter().zip(alone).all(fits), "{what} {point} of {count}: {row:?}, alone {alone:?}");
        }
    }
    match made {
        Ok(()) => assert_eq!(failed, [0; 0], "{what}"),
        Err(error) => {
            assert_eq!(error.points(), failed, "{what}: {error}");
            assert!(error.is_branch() || error.is_rule());
            assert!(error.to_string().contains(&format!("{} of {count} points", failed.len())), "{error}");
        }
    }
}

/// Holds all batches of a program to its runs on single points.
fn hold_all(program: &Compiled, x: &[f64], count: usize, with_derivatives: bool) {
    let (inputs, n, m) = (program.inputs(), program.variables(), program.outputs());
    let points = Points::new(program, x, count);
    let x = |k| row(points.x, k, inputs);
    let (u, w) = (|k| row(&points.directions, k, n), |k| row(&points.weights, k, m));
    hold("eval", count, [m], |[y]| program.eval_batch(points.x, y), |k, [y]| program.eval(x(k), y));
    if !with_derivatives {
        return;
    }
    let (directions, weights) = (&points.directions, &points.weights);
    let jvp = |k, [y, moved]: [&mut [f64]; 2]| program.jvp(x(k), u(k), y, moved);
    hold("jvp", count, [m, m], |[y, moved]| program.jvp_batch(points.x, directions, y, moved), jvp);
    let vjp = |k, [y, g]: [&mut [f64]; 2]| program.vjp(x(k), w(k), y, g);
    hold("vjp", count, [m, n], |[y, g]| program.vjp_batch(points.x, weights, y, g), vjp);
    hold_matrix(program, x(0));
    if m == 1 {
        let gradient =
            |k, [y, g]: [&mut [f64]; 2]| program.value_and_gradient(x(k), g).map(|value| y.copy_from_slice(&[value]));
        hold("gradient", count, [1, n], |[y, g]| program.value_and_gradient_batch(points.x, y, g), gradient);
        let hvp = |k, [product]: [&mut [f64]; 1]| program.hvp(x(k), u(k), product);
        hold("hvp", count, [n], |[products]| program.hvp_batch(points.x, directions, products), hvp);
    }
}

/// Holds the Jacobian to products with directions or weights, and the Hessian to those with directions.
fn hold_matrix(program: &Compiled, x: &[f64]) {
    let (n, m) = (program.variables(), program.outputs());
    let unit = |len: usize, at: usize| (0..len).map(|k| f64::from(u8::from(k == at))).collect::<Vec<f64>>();
    let (mut y, mut rows) = (vec![-7.0; m], vec![-7.0; m * n]);
    let made = program.jacobian(x, &mut y, &mut rows);
    let (mut alone, mut moved, mut g) = (vec![-7.0; m], vec![-7.0; m], vec![-7.0; n]);
    match program.eval(x, &mut alone) {
        Ok(()) => assert!(made.is_ok() && y.iter().zip(&alone).all(|(&a, &b)| same(a, b))),
        Err(error) => return assert_eq!(made.unwrap_err(), error),
    }
    for k in 0..n.min(m) {
        if n <= m {
            program.jvp(x, &unit(n, k), &mut alone, &mut moved).unwrap();
            assert!((0..m).all(|i| same(rows[i * n + k], moved[i])), "column {k}: {rows:?} and not {moved:?}");
        } else {
            program.vjp(x, &unit(m, k), &mut alone, &mut g).unwrap();
            assert!(row(&rows, k, n).iter().zip(&g).all(|(&a, &b)| same(a, b)), "row {k}: {rows:?} and not {g:?}");
        }
    }
    if m == 1 {
        let mut rows = vec![-7.0; n * n];
        program.hessian(x, &mut rows).unwrap();
        for k in 0..n {
            program.hvp(x, &unit(n, k), &mut g).unwrap();
            assert!(row(&rows, k, n).iter().zip(&g).all(|(&a, &b)| same(a, b)), "row {k}: {rows:?} and not {g:?}");
        }
    }
}

/// A cache in which so many points of a program and of those that are derived from it fit about.
fn cache(program: &Compiled, width: usize) -> usize {
    width * program.counts().numbers * 8
}

#[test]
fn the_width_is_what_fits_the_cache() {
    let program = Compiled::trace(&routine!(|x| x[0].sin() * x[1]), &[1.0, 2.0]).unwrap();
    assert_eq!(program.width(), 256);
    let one = cache(&program, 1);
    let mut program = program;
    for (bytes, width) in [(0, 1), (4 * one - 1, 1), (4 * one, 4), (127 * one, 64), (256 * one, 256), (usize::MAX, 256)]
    {
        program = program.with_cache(bytes);
        assert_eq!(program.width(), width);
    }
    // programs that are derived count on the cache of the one that they are of
    program.gradient_program().unwrap();
    program = program.with_cache(0);
    assert_eq!(program.gradient_program().unwrap().width(), 1);
    assert_eq!(program.hvp_program().unwrap().width(), 1);
}

/// Points of whole numbers, and halves, which take the branches otherwise now and then.
fn points() -> impl Strategy<Value = Vec<[f64; INPUTS]>> {
    let number = prop_oneof![4 => (-3i32..=3).prop_map(f64::from), 1 => -3.0..3.0];
    prop::collection::vec(prop::array::uniform(number), 1..70)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn random_programs(lines in lines(), points in points(), width in 0..7usize, which in 0..3usize) {
        let program = Program(lines);
        let x = points.concat();
        let trace = |which| match which {
            0 => Compiled::trace(&random::Output(&program, 2), &points[0]).unwrap(),
            _ => super::compiled(&program, &points[0]),
        };
        let compiled = trace(which);
        let bytes = cache(&compiled, [0, 4, 8, 16, 32, 64, 256][width]);
        hold_all(&compiled.with_cache(bytes), &x, points.len(), true);
    }
}

/// Every op, alone and in loops, at its samples and where it is not defined.
struct EachOp;

impl Visitor for EachOp {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        let special = [f64::NAN, f64::INFINITY, -1e300, 1e-310, 0.0, -0.0, 3.0, -7.5];
        let mut x: Vec<f64> = op.samples().concat();
        x.extend(special.iter().flat_map(|&x| [x; N]));
        let of = Of::<O, N>(&op);
        let program = Compiled::trace(&of, &x[..N]).unwrap();
        hold_all(&program, &x, x.len() / N, true);
        let whole = Compiled::trace(&of, &x).unwrap();
        hold_all(&whole, &x.repeat(5), 5, false);
        let narrow = whole.with_cache(0);
        hold_all(&narrow, &x.repeat(2), 2, false);
    }

    fn reduce<O: Reduce>(&mut self, op: O) {
        for sample in op.samples() {
            let program = Compiled::trace(&Applied(&op), &sample[..]).unwrap();
            let x: Vec<f64> = (0..6).flat_map(|k| sample.iter().map(move |x| x * f64::from(k))).collect();
            hold_all(&program, &x, 6, true);
        }
    }
}

#[test]
fn every_op() {
    visit(&mut EachOp);
}

#[test]
fn any_number_of_points() {
    let f = routine!(|x| x.windows(2).map(|w| (w[0] * w[1]).sin() + w[1].sigmoid()).sum::<R>() * x[0].exp());
    let x: Vec<f64> = (0..5 * 200).map(|k| f64::from(k * 37 % 101) / 50.0 - 1.0).collect();
    let program = Compiled::trace(&f, &x[..5]).unwrap();
    (0..200).for_each(|count| hold_all(&program, &x[..5 * count.max(1)], count.max(1), count % 20 == 0));
    program.eval_batch(&[], &mut []).unwrap();
}

/// The square roots of numbers, which it has no results for below 0.
#[derive(Clone, PartialEq)]
struct Roots;
impl VectorRule for Roots {
    fn name(&self) -> &'static str {
        "roots"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        Ok(lens[0])
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        if x.iter().any(|x| *x < 0.0) {
            return Err(Error::rule("there are no roots of numbers below 0"));
        }
        y.iter_mut().zip(x).for_each(|(y, x)| *y = x.sqrt());
        Ok(())
    }
    fn pull_back<R: Apply>(&self, _: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        of_x.iter_mut().zip(y).zip(of_y).for_each(|((of_x, y), of_y)| *of_x = *of_y / *y * 0.5);
        Ok(())
    }
    fn tangent<R: Apply>(&self, _: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        of_y.iter_mut().zip(y).zip(of_x).for_each(|((of_y, y), of_x)| *of_y = *of_x / *y * 0.5);
        Ok(())
    }
}

/// A point at which a vector rule has no results does not take those of others away, and is told from one at which a comparison flips.
#[test]
fn a_vector_rule_without_results_at_some_points() {
    let f = routine!(|x| {
        let roots = R::vector(&Roots, &[x]).unwrap_or_else(|_| vec![R::from(f64::NAN); 2]);
        if x[0] < 5.0 { roots[0] + roots[1] * x[0] } else { x[0] }
    });
    let program = Compiled::trace(&f, &[1.0, 4.0]).unwrap();
    let x: Vec<f64> = (0..40).flat_map(|k| [f64::from(k % 8), f64::from(k % 7) - 1.0]).collect();
    for count in [1, 2, 7, 8, 9, 40] {
        hold_all(&program, &x[..2 * count], count, false);
        hold_all(program.gradient_program().unwrap(), &x[..2 * count], count, false);
    }
    let mut y = [0.0; 40];
    let error = program.eval_batch(&x, &mut y).unwrap_err();
    assert!(error.is_rule(), "{error}");
    assert!(program.eval_batch(&x[2..14], &mut y[..6]).unwrap_err().is_branch());
}

#[test]
fn there_are_no_variables_or_no_results() {
    let constant = Compiled::trace(&routine!(|x| R::from(2.0) + x.len() as f64), &[]).unwrap();
    hold_all(&constant, &[], 9, true);
    let none = Compiled::trace(&routine!(|x| -> Vec<R> { x[..0].to_vec() }), &[1.0, 2.0]).unwrap();
    hold_all(&none, &[1.0; 18], 9, true);
}

#[test]
#[should_panic(expected = "the list of results has 4 numbers, and 3 points ask for 1 each")]
fn lists_of_different_lengths() {
    let program = Compiled::trace(&routine!(|x| x[0] * x[1]), &[1.0, 2.0]).unwrap();
    program.eval_batch(&[1.0; 6], &mut [0.0; 4]).unwrap();
}

/// The bits and the errors do not depend on how many threads there are.
#[cfg(feature = "parallel")]
#[test]
fn any_number_of_threads() {
    let f = routine!(|x| {
        let sum = x.windows(2).map(|w| (w[0] * w[1]).sin() + w[1].sigmoid()).sum::<R>();
        if x[0] < 0.97 { sum } else { -sum }
    });
    let count = 20_011;
    let x: Vec<f64> = (0..30 * count).map(|k| (k * 7919 % 2003) as f64 / 1000.0 - 1.0).collect();
    let program = Compiled::trace(&f, &x[..30]).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (mut values, mut gradients) = (vec![0.0; count], vec![0.0; 30 * count]);
        let error = pool.install(|| program.value_and_gradient_batch(&x, &mut values, &mut gradients)).unwrap_err();
        let bits: Vec<u64> = values.iter().chain(&gradients).map(|x| x.to_bits()).collect();
        (bits, error.points().to_vec(), error.to_string())
    };
    let first = run(1);
    assert!(first.1.len() > 100);
    for threads in [2, 5] {
        assert!(run(threads) == first, "{threads} threads");
    }
    hold_all(&program, &x, count, false);
}
