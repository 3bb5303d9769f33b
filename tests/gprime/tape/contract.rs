//! Products of matrices: they are the dot products of the rows.

use super::{ROUNDING, X};
use crate::common::{close, equal};
use gprime::prelude::*;
use proptest::prelude::*;

/// Numbers on the tape in many ways: themselves, in other orders, multiples and results of ops, constants among them.
fn matrix<R: Apply>(x: &[R], len: usize, how: usize) -> Vec<R> {
    let number = |i: usize| match how % 6 {
        0 => x[i % x.len()],
        1 => x[x.len() - 1 - i % x.len()],
        2 => x[i % x.len()] * 2.0,
        3 if i.is_multiple_of(3) => R::from(i as f64 - 1.5),
        3 => x[i % x.len()],
        4 => R::from(0.25 * i as f64 - 1.0),
        _ => x[i % x.len()] * x[(i + 1) % x.len()] + x[0],
    };
    (0..len).map(number).collect()
}

/// A number that each result of a product has another weight in, so that none can stand for another.
fn of_product<R: Apply>(a: &[R], b: &[R], inner: usize) -> R {
    let products = a.matmul_nt(b, inner);
    assert_eq!(products.len(), a.len() / inner * (b.len() / inner));
    let terms = products.iter().enumerate().map(|(i, &z)| (z * (0.1 * (i + 1) as f64)).sin() * z);
    products.iter().step_by(2).fold(terms.sum(), |sum, &z| sum + z * 0.5)
}

fn of_dots<R: Apply>(a: &[R], b: &[R], inner: usize) -> R {
    let products = a.chunks(inner).flat_map(|row| b.chunks(inner).map(|other| row.dot(other)));
    let terms = products.clone().enumerate().map(|(i, z)| (z * (0.1 * (i + 1) as f64)).sin() * z);
    products.step_by(2).fold(terms.sum(), |sum, z| sum + z * 0.5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A product of matrices is the dot products of their rows, whatever the rows are made of and however they stand on the tape.
    #[test]
    fn a_product_of_matrices_is_the_dots_of_its_rows(
        x in prop::collection::vec(-1.5..1.5, 40),
        (rows, columns, inner) in (0usize..7, 0usize..7, 1usize..10),
        (how_a, how_b, from) in (0usize..6, 0usize..6, 0usize..20),
    ) {
        fn product<R: Apply>(x: &[R], [rows, columns, inner]: [usize; 3], [a, b, from]: [usize; 3], dots: bool) -> R {
            let (a, b) = (matrix(x, rows * inner, a), matrix(&x[from..], columns * inner, b));
            x[0] + if dots { of_dots(&a, &b, inner) } else { of_product(&a, &b, inner) }
        }
        let (shape, how) = ([rows, columns, inner], [how_a, how_b, from]);
        agree!(&x, |x| product(&x, shape, how, false));
        let of_numbers = product(&x, shape, how, false);
        prop_assert_eq!(of_numbers, product(&x, shape, how, true));
        let mut g = vec![0.0; x.len()];
        approx::assert_relative_eq!(
            value_and_gradient(|x| product(x, shape, how, false), &x, &mut g), of_numbers, max_relative = 1e-12, epsilon = 1e-12
        );
        close(&g, &gradient(|x| product(x, shape, how, true), &x), ROUNDING);
        // of second order, both ways
        let u: Vec<f64> = x.iter().map(|x| 1.0 - x).collect();
        let second = hvp(|x| product(x, shape, how, true), &x, &u);
        let near = |other: &[f64]| {
            second.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + a.abs()))
        };
        prop_assert!(near(&hvp(|x| product(x, shape, how, false), &x, &u)));
        let reverse = gradient(
            |x| {
                let g = gradient(|x| product(x, shape, how, false), x);
                g.iter().zip(&u).map(|(&g, &u)| g * u).sum()
            },
            &x,
        );
        prop_assert!(near(&reverse));
    }
}

#[test]
fn a_matrix_times_itself_is_a_product_too() {
    for how in [0, 2, 3, 5] {
        agree!(&X, |x| {
            let a = matrix(&x, 12, how);
            of_product(&a, &a, 3) + of_product(&a, &a[3..], 1)
        });
    }
    assert_eq!([1.0, 2.0, 3.0].matmul_nt(&[1.0, 2.0, 3.0], 1), [1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0, 6.0, 9.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Where a number is infinite or NaN, or a slope is, 0 annihilates in a product as it does on a recorder.
    #[test]
    fn zero_annihilates_in_a_product(
        x in prop::collection::vec(prop::sample::select(vec![0.0, 1.0, -2.0, 0.5, f64::INFINITY, f64::NAN]), 12),
        weights in prop::collection::vec(prop::sample::select(vec![0.0, 0.0, 1.0, -0.5]), 12),
        how in (0usize..6, 0usize..6),
        roots in any::<bool>(),
    ) {
        fn product<R: Apply>(x: &[R], weights: &[f64], (a, b): (usize, usize), roots: bool) -> R {
            let (mut a, b) = (matrix(x, 8, a), matrix(&x[5..], 6, b));
            if roots {
                a.iter_mut().for_each(|a| *a = a.sqrt());
            }
            x[0] + a.matmul_nt(&b, 2).weighted_sum(weights)
        }
        let recording = Recorder::new();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recording.var(x)).collect();
        let expected = product(&inputs, &weights, how, roots).backward();
        let g = gradient(|x| product(x, &weights, how, roots), &x);
        for (&g, &x) in g.iter().zip(&inputs) {
            let expected = expected[x];
            prop_assert!(equal(g, expected) || g.is_finite() && (g - expected).abs() <= 1e-12 * g.abs(), "{g} for {expected}");
        }
    }

    /// In lanes of 2, 4 and 8, too.
    #[test]
    fn each_result_of_a_product_has_its_row(
        x in prop::collection::vec(-2.0..2.0, 12),
        (rows, columns, inner) in (1usize..5, 1usize..5, 1usize..6),
        how in (0usize..6, 0usize..6),
    ) {
        fn products<R: Apply>(x: &[R], [rows, columns, inner]: [usize; 3], how: (usize, usize)) -> Vec<R> {
            matrix(x, rows * inner, how.0).matmul_nt(&matrix(&x[3..], columns * inner, how.1), inner)
        }
        let shape = [rows, columns, inner];
        for (i, row) in jacobian(|x| products(x, shape, how), &x).iter().enumerate() {
            close(row, &gradient(|x| products(x, shape, how)[i], &x), ROUNDING);
        }
    }
}

#[test]
fn a_product_inside_of_a_segment() {
    fn inside<R: Apply>(x: &[R], how: usize) -> R {
        let a = matrix(x, 6, how);
        let sum = R::sum_terms(4, x, |i, x| of_product(&x[..6], &matrix(&x[i..], 8, how), 2));
        let [inner] = R::call_closure([x[0], x[1], x[2], x[3]], |x| [of_product(&x, &x, 1)]);
        let [state, _] = R::checkpoint(5, [sum, inner], &a, |_, [s, t], a| [(s * 0.1).sin() + of_product(a, a, 2), t]);
        state * inner + sum
    }
    for how in 0..6 {
        agree!(&X, |x| inside(&x, how));
    }
}

#[test]
fn a_product_with_late_inputs() {
    let tape = Tape::new();
    let early = tape.vars(&X[..4]);
    let product = early[0] * early[1];
    let late = tape.vars(&X[4..]);
    let all = [&early[..], &late].concat();
    let expected = gradient(|x| of_dots(&x[4..], x, 2) + x[0] * x[1], &X);
    let g = (of_product(&late, &all, 2) + product).backward();
    close(&all.iter().map(|&x| g[x]).collect::<Vec<_>>(), &expected, ROUNDING);
}

#[test]
#[should_panic(expected = "rows of 5, which 12 numbers are not")]
fn a_matrix_of_no_whole_rows_is_refused() {
    X.matmul_nt(&X[..5], 5);
}

#[test]
#[should_panic(expected = "rows of at least 1 number")]
fn a_matrix_of_empty_rows_is_refused() {
    X.matmul_nt(&[], 0);
}
