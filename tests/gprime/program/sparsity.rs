//! Sparse Jacobians and Hessians of programs: the patterns have all that is not 0, and the entries are those of the dense matrices.

use super::random::{self, INPUTS, exact, lines, points};
use super::registry::{Applied, Of};
use super::{compiled, evaluated};
use gprime::op::{Domain, Op, Reduce, Visitor, visit};
use gprime::prelude::*;
use gprime::program::sparse::{Pattern, SparseMatrix};
use gprime::program::{Inputs, Program};
use proptest::prelude::*;

/// Holds a sparse matrix to a dense one: what is not 0 is in the pattern, and the entries are the numbers there, up to so much in terms of the largest
/// number of the row.
fn hold(what: &str, sparse: &SparseMatrix, dense: &[Vec<f64>], tolerance: f64) {
    let pattern = sparse.pattern();
    assert_eq!((pattern.rows(), pattern.columns()), (dense.len(), dense.first().map_or(0, Vec::len)), "{what}");
    for (i, row) in dense.iter().enumerate() {
        let largest = row.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let agree = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * largest;
        for (j, &expected) in row.iter().enumerate() {
            match pattern.position(i, j) {
                None => assert!(expected == 0.0, "{what}: ({i}, {j}) is {expected} and not in the pattern\n{pattern}"),
                Some(at) => {
                    let is = sparse.values()[at];
                    assert!(agree(is, expected), "{what}: ({i}, {j}) is {is} and not {expected}");
                }
            }
        }
    }
}

/// The sum of the results of a routine, each squared, so that no second derivative is 0 for want of use.
struct SumOfSquares<'a, P>(&'a P);
impl<P: Routine<Out = Vec<()>>> Routine for SumOfSquares<'_, P> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        self.0.run(x).into_iter().map(|y| y * y).sum()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn matrices_of_random_programs_are_exact(lines in lines(), points in points(), which in 0..3usize) {
        let program = random::Program(lines);
        let made = compiled(&program, &points[0]);
        let output = random::Output(&program, which);
        let scalar = Program::trace(&output, &points[0]).unwrap();
        for x in &points {
            let Ok(_) = evaluated(&made, x) else { continue };
            let dense = program.jacobian(x);
            // numbers on the way may be too large to be exact: then forward and reverse mode differ without us
            let unit = |k: usize, n: usize| (0..n).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
            let in_reverse: Vec<Vec<f64>> = (0..3).map(|k| program.vjp(x, &unit(k, 3)).1).collect();
            let forwards: Vec<Vec<f64>> = (0..INPUTS).map(|k| program.jvp(x, &unit(k, INPUTS)).1).collect();
            let agree = (0..3).all(|i| (0..INPUTS).all(|j| in_reverse[i][j] == forwards[j][i]));
            if agree && dense.iter().all(|row| exact(row)) {
                evaluated(made.sparse_jacobian_program().unwrap(), x).unwrap();
                hold("the Jacobian", &made.sparse_jacobian_matrix(x).unwrap(), &dense, 0.0);
            }
            let dense = output.hessian(x);
            if scalar.eval(x, &mut [0.0]).is_ok() && exact(&output.gradient(x)) && dense.iter().all(|row| exact(row)) {
                evaluated(scalar.sparse_hessian_program().unwrap(), x).unwrap();
                hold("the Hessian", &scalar.sparse_hessian_matrix(x).unwrap(), &dense, 0.0);
            }
        }
    }
}

struct EachOp {
    ops: usize,
}

fn hold_routine<P: Routine<Out = Vec<()>>>(name: &str, routine: &P, x: &[f64]) {
    let made = compiled(routine, x);
    hold(&format!("{name}′ at {x:?}"), &made.sparse_jacobian_matrix(x).unwrap(), &routine.jacobian(x), 1e-12);
    let scalar = SumOfSquares(routine);
    let made = Program::trace(&scalar, x).unwrap();
    hold(&format!("{name}″ at {x:?}"), &made.sparse_hessian_matrix(x).unwrap(), &scalar.hessian(x), 1e-11);
}

impl Visitor for EachOp {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        self.ops += 1;
        let mut samples: Vec<[f64; N]> = op.samples();
        if op.domain() == Domain::ALL {
            samples.extend([0.0, 3.0, -7.5].map(|x| [x; N]));
        }
        // all at once, which makes blocks along the diagonal, and one by one
        let all = Of::<O, N>(&op);
        hold_routine(O::NAME, &all, &samples.concat());
        let made = compiled(&all, &samples.concat());
        let pattern = made.jacobian_pattern().unwrap();
        assert!(pattern.entries().all(|(i, j)| i == j / N), "{}\n{pattern}", O::NAME);
        samples.iter().for_each(|sample| hold_routine(O::NAME, &all, sample));
    }

    fn reduce<O: Reduce>(&mut self, op: O) {
        self.ops += 1;
        for sample in op.samples() {
            hold_routine(O::NAME, &Applied(&op), &sample);
        }
    }
}

#[test]
fn every_op_has_its_pattern() {
    let mut each = EachOp { ops: 0 };
    visit(&mut each);
    assert_eq!(each.ops, gprime::Registry::new().iter().count());
}

/// The pattern with these entries in both directions.
fn graph(n: usize, edges: impl Iterator<Item = (usize, usize)>) -> Pattern {
    Pattern::from_entries(n, n, edges.flat_map(|(i, j)| [(i, j), (j, i)])).unwrap()
}

#[test]
fn what_is_chosen_counts_and_what_has_no_derivative_does_not() {
    let f = routine!(|x| {
        let chosen = R::select(x[0].less(x[1]), x[2] * x[3], x[4].max(x[5] * x[5]));
        chosen + (x[6] - x[7]).abs() * x[6].detach() + x[8].detach() * x[9]
    });
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    let program = Program::trace(&f, &x).unwrap();
    let row: Vec<usize> = program.jacobian_pattern().unwrap().row(0).collect();
    assert_eq!(row, [2, 3, 4, 5, 6, 7, 9]);
    let hessian = program.hessian_pattern().unwrap();
    assert!([(2, 3), (3, 2), (5, 5)].iter().all(|&(i, j)| hessian.position(i, j).is_some()));
    assert!([0, 1, 8, 9].iter().all(|&i| hessian.row(i).len() == 0), "{hessian}");
}

#[test]
fn data_are_no_columns_and_constants_no_entries() {
    let f = routine!(|x| -> Vec<R> { vec![x[0] * x[2], R::from(7.0), x[1] + x[3], x[0] * 0.0 + x[1]] });
    let program = Program::trace(&f, Inputs::new(&[2.0, 3.0]).data(&[5.0, 7.0])).unwrap();
    let matrix = program.sparse_jacobian_matrix(&[2.0, 3.0, 11.0, 13.0]).unwrap();
    assert_eq!(matrix.to_dense(), [[11.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]);
    let nothing = Program::trace(&routine!(|x| -> Vec<R> { vec![x[0].detach(), R::from(2.0)] }), &[1.0]).unwrap();
    assert!(nothing.jacobian_pattern().unwrap().is_empty());
    nothing.sparse_jacobian(&[1.0], &mut []).unwrap();
    let none = Program::trace(&routine!(|_x| R::from(2.0)), &[]).unwrap();
    none.sparse_hessian(&[], &mut []).unwrap();
}

/// A sum as a loop adds it up.
fn running<R: Number>(terms: impl Iterator<Item = R>) -> R {
    terms.fold(R::from(0.0), |sum, term| sum + term)
}

#[test]
fn the_time_is_that_of_the_entries() {
    let n = 100_000;
    let x: Vec<f64> = (0..n).map(|k| 1.0 + k as f64).collect();
    // sets of 1, 2, .. n inputs forwards, and of one result back
    let scalar = Program::trace(&routine!(|x| running(x.iter().map(|&x| x * x))), &x).unwrap();
    assert_eq!(scalar.jacobian_pattern().unwrap().len(), n);
    assert_eq!(**scalar.hessian_pattern().unwrap(), graph(n, (0..n).map(|i| (i, i))));
    // the transpose of it: one input forwards
    let chain = routine!(|x| -> Vec<R> {
        let next = |y: &mut R, _: usize| {
            *y = y.sin();
            Some(*y)
        };
        (0..10_000).scan(x[0], next).collect()
    });
    let results = Program::trace(&chain, &x[..1]).unwrap();
    assert_eq!(results.jacobian_pattern().unwrap().len(), 10_000);
    // an arrow, whose first row is a running sum
    let arrow = Program::trace(&routine!(|x| x[0] * running(x[1..].iter().map(|&x| x * x))), &x[..20_000]).unwrap();
    let expected = graph(20_000, (1..20_000).flat_map(|i| [(0, i), (i, i)]));
    assert_eq!(**arrow.hessian_pattern().unwrap(), expected);
    assert_eq!(arrow.hessian_compression().unwrap().colors(), 2);
}

/// Whether two sizes of one function have the program of one shape.
fn have_one_shape(program: impl Fn(usize) -> Program) {
    let [small, large] = [1000, 4000].map(|n| {
        let counts = program(n).sparse_hessian_program().unwrap().counts();
        (counts.loops, counts.regions, counts.serial, counts.scalars, counts.lists)
    });
    assert_eq!(small, large);
    assert!(small.0 <= 40 && small.3 <= 40 && small.4 == 0, "{small:?}");
}

#[test]
fn loops_do_not_depend_on_the_size() {
    let x = |n: usize| (0..n).map(|k| 1.0 / (k + 1) as f64).collect::<Vec<f64>>();
    have_one_shape(|n| {
        let chain = routine!(|x| {
            x.windows(2).map(|w| (w[1] - w[0] * w[0]).square() * 100.0 + (-w[0] + 1.0).square()).sum::<R>()
        });
        Program::trace(&chain, &x(n)).unwrap()
    });
    have_one_shape(|n| {
        Program::trace(&routine!(|x| x.windows(3).map(|w| (w[0] * w[1] * w[2]).sin()).sum::<R>()), &x(n)).unwrap()
    });
    have_one_shape(|n| {
        Program::trace(&routine!(|x| x[1..].iter().map(|&y| (x[0] * y).exp()).sum::<R>()), &x(n)).unwrap()
    });
}

#[test]
fn jacobians_take_the_fewer_directions() {
    let n = 50;
    let x: Vec<f64> = (0..n).map(|k| f64::from(k) - 20.0).collect();
    let cases: [(&str, Vec<Vec<f64>>, Program, usize); 3] = {
        let band = routine!(|x| -> Vec<R> { x.windows(3).map(|w| w[0] * w[1] - w[2]).collect() });
        let rows = routine!(|x| -> Vec<R> { vec![x.iter().map(|&x| x * x).sum::<R>(), x[3] * x[4]] });
        let columns = routine!(|x| -> Vec<R> { x.iter().map(|&y| y * x[0]).collect() });
        [
            ("band", band.jacobian(&x), compiled(&band, &x), 3),
            ("rows", rows.jacobian(&x), compiled(&rows, &x), 2),
            ("columns", columns.jacobian(&x), compiled(&columns, &x), 2),
        ]
    };
    for (name, dense, program, colors) in cases {
        hold(name, &program.sparse_jacobian_matrix(&x).unwrap(), &dense, 0.0);
        assert_eq!(program.jacobian_compression().unwrap().colors(), colors, "{name}");
    }
}

#[test]
fn a_full_matrix_is_computed_direction_by_direction() {
    let n = 2080;
    let x = vec![1.0; n];
    let square = Program::trace(&routine!(|x| x.iter().map(|&x| x * x).sum::<R>().square()), &x).unwrap();
    assert!(square.sparse_hessian_program().unwrap_err().is_too_large());
    let mut values = vec![0.0; n * n];
    square.sparse_hessian(&x, &mut values).unwrap();
    let expected = |k: usize| if k.is_multiple_of(n + 1) { 8.0 + 4.0 * n as f64 } else { 8.0 };
    assert!(values.iter().enumerate().all(|(k, &x)| x == expected(k)));
}

#[test]
fn what_cannot_be_had_is_an_error() {
    let two = Program::trace(&routine!(|x| -> Vec<R> { vec![x[0], x[0]] }), &[1.0]).unwrap();
    assert!(two.hessian_pattern().is_err() && two.sparse_hessian_matrix(&[1.0]).is_err());
    // more entries than are kept
    let n = 40_000;
    let full = Program::trace(&routine!(|x| x.iter().copied().sum::<R>().square()), &vec![1.0; n]).unwrap();
    assert!(full.hessian_pattern().unwrap_err().is_too_large());
    let branch = routine!(|x| if x[0] > 0.0 { x[0] * x[0] } else { -x[0] });
    let program = Program::trace(&branch, &[1.0]).unwrap();
    assert_eq!(program.sparse_hessian_matrix(&[3.0]).unwrap().values(), [2.0]);
    assert!(program.sparse_hessian_matrix(&[-1.0]).unwrap_err().is_branch());
}
