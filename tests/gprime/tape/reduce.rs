//! Sums of a function over lists: the sum is that of the terms one by one.

use super::{SafeRoot, Term, X};
use gprime::prelude::*;

/// A function of three numbers and two data.
struct Mixed;
impl Function<5, 1> for Mixed {
    fn run<R: Apply>(&self, [a, b, c, t, u]: [R; 5]) -> [R; 1] {
        [(a * b).sin() * t + (c * u).exp() * a]
    }
}

const T: [f64; 11] = [0.3, -1.0, 0.0, 2.0, 0.5, 0.25, -0.75, 1.5, 0.1, -0.2, 0.6];

#[test]
fn a_sum_over_lists_is_the_sum() {
    fn sum<R: Apply>(x: &[R], n: usize) -> R {
        let scaled: Vec<R> = x.iter().map(|&x| x * -2.0).collect();
        let lists: [[&[R]; 3]; 4] = [
            // windows that overlap; one number for all places; multiples; what stands on no slots at equal distances
            [&x[..n], &x[1..=n], &x[2..3]],
            [&scaled[..n], &x[..1], &scaled[3..4]],
            [&x[..n], &scaled[..n], &x[..n]],
            [&[x[5], x[1], R::from(0.5), x[0], x[5], x[2], x[7], x[8], x[0], x[3], x[4]][..n], &x[..n], &x[4..5]],
        ];
        let sums = lists.map(|lists| R::reduce_each(&Mixed, lists, [&T[..n], &[0.5]]));
        sums[0] * sums[1] + sums[2] + sums[3]
    }
    fn one_by_one<R: Apply>(x: &[R], n: usize) -> R {
        let other = [x[5], x[1], R::from(0.5), x[0], x[5], x[2], x[7], x[8], x[0], x[3], x[4]];
        let term = |a: R, b: R, c: R, i: usize| Mixed.run([a, b, c, T[i].into(), 0.5.into()])[0];
        let sum = |f: &dyn Fn(usize) -> R| (0..n).map(f).sum::<R>();
        sum(&|i| term(x[i], x[i + 1], x[2], i)) * sum(&|i| term(x[i] * -2.0, x[0], x[3] * -2.0, i))
            + sum(&|i| term(x[i], x[i] * -2.0, x[i], i))
            + sum(&|i| term(other[i], x[i], x[4], i))
    }
    for n in [1, 2, 3, 8, 11] {
        agree!(&X, |x| sum(&x, n));
        let (mut by_lists, mut by_terms) = ([0.0; 12], [0.0; 12]);
        value_and_gradient(|x| sum(x, n), &X, &mut by_lists);
        value_and_gradient(|x| one_by_one(x, n), &X, &mut by_terms);
        crate::common::close(&by_lists, &by_terms, super::ROUNDING);
        crate::common::close(&[sum(&X, n)], &[one_by_one(&X, n)], super::ROUNDING);
    }
}

#[test]
fn the_sum_over_no_places_is_0_and_that_of_constants_a_constant() {
    assert_eq!(<Var<'_>>::reduce_each(&Term { weight: 1.0 }, [&[], &[], &[]], []).value(), 0.0);
    let empty = |x: &[Var<'_>]| Var::reduce_each(&Mixed, [&x[..1], &[], &[]], [&[], &[0.5]]).value();
    assert_eq!(empty(&Tape::new().vars(&[1.0])), 0.0);
    let constants: [Var<'_>; 2] = [1.0, 2.0].map(Var::from);
    assert_eq!(Var::reduce_each(&SafeRoot, [&constants, &constants], []).value(), 1.0 + 2f64.sqrt() + 3.0);
}

#[test]
fn zero_annihilates_at_each_place() {
    let x = [0.0, 4.0, -1.0, 1.0, 3.0];
    let g = gradient(|x| Apply::reduce_each(&SafeRoot, [&x[..4], &x[4..]], []), &x);
    assert_eq!(g, [0.0, 0.25, 0.0, 0.5, 4.0]);
}

#[test]
fn its_second_derivatives_are_those_of_the_terms() {
    let by_lists = hessian(|x| Apply::reduce_each(&Mixed, [&x[..2], &x[1..3], &x[3..]], [&T[..2], &T[2..4]]), &X[..4]);
    let by_terms = hessian(
        |x| {
            let term = |i: usize| Mixed.run([x[i], x[i + 1], x[3], T[i].into(), T[i + 2].into()])[0];
            term(0) + term(1)
        },
        &X[..4],
    );
    by_lists.iter().zip(&by_terms).for_each(|(row, other)| crate::common::close(row, other, super::ROUNDING));
}

#[test]
#[should_panic(expected = "the lists differ in length: [2, 3] numbers and [1] data")]
fn lists_of_different_lengths_are_refused() {
    struct Three;
    impl Function<3, 1> for Three {
        fn run<R: Apply>(&self, [a, b, c]: [R; 3]) -> [R; 1] {
            [a * b * c]
        }
    }
    f64::reduce_each(&Three, [&[1.0, 2.0], &[1.0, 2.0, 3.0]], [&[1.0]]);
}
