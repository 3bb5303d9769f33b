//! Lists on a tape: in rows or not, of multiples, with constants among them, or very long, they give the same.

use super::{ROUNDING, X};
use crate::common::close;
use gprime::prelude::*;
use proptest::prelude::*;

/// 10²⁰⁰ squared overflows, and an adjoint of 10⁻³⁰⁰ would have saved it; so the two slopes must be kept apart.
#[test]
fn slopes_are_multiplied_late_where_their_product_overflows() {
    struct Times(f64);
    impl Function<2, 1> for Times {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
            [x * self.0 + y]
        }
    }
    const BIG: f64 = 1e200;
    fn big<R: Apply>(v: &[R], how: usize) -> R {
        let large = v[0] * BIG;
        let y = match how {
            0 => R::run(&Times(BIG), [large, v[1]])[0],
            1 => R::map(&Times(BIG), [&[large, v[2], v[3]], &v[1..4]])[0][0],
            _ => R::dot(&[large, v[1]], &[R::from(BIG), 1.0.into()]),
        };
        y * 1e-300
    }
    for how in 0..3 {
        close(&gradient(|v| big(v, how), &[0.5; 4]), &[1e100, 1e-300, 0.0, 0.0], ROUNDING);
    }
}

#[test]
fn lists_in_rows_and_not_in_rows_give_the_same() {
    fn lists<R: Apply>(x: &[R], order: &[usize]) -> R {
        let list: Vec<R> = order.iter().map(|&i| x[i]).collect();
        let weights: Vec<f64> = order.iter().map(|&i| i as f64 - 3.0).collect();
        let shifted: Vec<R> = list.iter().map(|&x| x * 0.5 + 0.1).collect();
        list.dot(&shifted)
            + list.weighted_sum(&weights)
            + list.iter().copied().sum::<R>() * list.mean()
            + list.logsumexp() * list.norm()
    }
    for order in [
        (0..12).collect::<Vec<_>>(),
        (0..12).rev().collect(),
        vec![0, 2, 4, 6, 8, 10],
        vec![0, 1, 2, 3, 7, 8, 9, 10, 11],
        vec![5, 5, 5, 5, 5],
        vec![3, 0, 1, 2, 3, 4, 0, 3, 6, 9],
        vec![4],
    ] {
        agree!(&X, |x| lists(&x, &order));
    }
}

#[test]
fn the_slopes_of_a_long_list_are_multiplied_late_too() {
    fn large<R: Apply>(x: &[R]) -> R {
        let large: Vec<R> = x.iter().map(|&x| x * 1e200).collect();
        large.weighted_sum(&[1e200; 12]) * 1e-300
    }
    close(&gradient(|x| large(x), &[1e-200; 12]), &[1e100; 12], ROUNDING);
}

/// Where a piece of a list begins, how far apart its numbers are, how many they are, and of which kind.
type Piece = (usize, usize, usize, usize);

fn some_pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec((0usize..24, 0usize..4, 1usize..12, 0usize..5), 1..5)
}

/// A list of which some pieces stand in a row and others do not.
fn pieced<R: Apply>(x: &[R], pieces: &[Piece]) -> Vec<R> {
    let number = |i: usize, kind| match kind {
        0 | 1 => x[i],
        2 => x[i] * 2.5,
        3 => x[i] * x[(i + 1) % x.len()],
        _ => R::from(0.1 * i as f64 - 0.95),
    };
    let piece = |&(first, stride, len, kind): &Piece| {
        (0..len).map(move |k| number((first + k * stride) % x.len(), kind)).collect::<Vec<R>>()
    };
    pieces.iter().flat_map(piece).collect()
}

fn reductions<R: Apply>(x: &[R], lists: &[Vec<Piece>; 2]) -> R {
    let (a, b) = (pieced(x, &lists[0]), pieced(x, &lists[1]));
    let n = a.len().min(b.len());
    let weights: Vec<f64> = (0..n).map(|i| (i % 5) as f64 - 2.0).collect();
    let sums = a[..n].dot(&b[..n]) + a[..n].weighted_sum(&weights) * b.mean() + a.sum() * b.norm();
    let logarithms =
        a.logsumexp() * b.softmax_cross_entropy(n / 2) + R::reduce_parts(&gprime::op::LogSumExp, &[&a, &b]);
    (sums + logarithms + x[0]) * 0.01
}

fn blocks<R: Apply>(x: &[R], lists: &[Vec<Piece>; 3]) -> R {
    let [a, b, c] = [0, 1, 2].map(|k| pieced(x, &lists[k]));
    // some have no slope, and some cancel
    let weights = [1.0, 0.0, -0.5, 0.5].into_iter().cycle();
    let n = a.len().min(b.len()).min(c.len());
    let weights: Vec<f64> = weights.take(n).collect();
    let weighted = R::reduce_each(&Weighted, [&a[..n], &b[..n], &c[..n]], [&weights]);
    let same = R::reduce_each(&WithoutData, [&a[..n], &b[..n], &c[..n]], []);
    (weighted + same) * 0.1 + x[0]
}

/// A weight times a function that may depend on all.
struct Weighted;
impl Function<4, 1> for Weighted {
    fn run<R: Apply>(&self, [a, b, c, weight]: [R; 4]) -> [R; 1] {
        [(a * c + b).sigmoid() * weight]
    }
}

struct WithoutData;
impl Function<3, 1> for WithoutData {
    fn run<R: Apply>(&self, [a, b, c]: [R; 3]) -> [R; 1] {
        [a * b.sin() + (c * a).exp()]
    }
}

proptest! {
    #[test]
    fn a_reduction_is_the_same_of_any_list(
        x in prop::collection::vec(-1.0..1.0, 24),
        u in prop::collection::vec(-1.0..1.0, 24),
        lists in [some_pieces(), some_pieces()],
    ) {
        agree!(&x, |x| reductions(&x, &lists));
        let forward = hvp(|x| reductions(x, &lists), &x, &u);
        close(&forward, &gradient(|x| gradient(|x| reductions(x, &lists), x).weighted_sum(&u), &x), ROUNDING);
    }

    #[test]
    fn a_sum_of_blocks_is_the_same_of_any_lists(
        x in prop::collection::vec(-1.0..1.0, 24),
        u in prop::collection::vec(-1.0..1.0, 24),
        lists in [some_pieces(), some_pieces(), some_pieces()],
    ) {
        agree!(&x, |x| blocks(&x, &lists));
        let forward = hvp(|x| blocks(x, &lists), &x, &u);
        close(&forward, &gradient(|x| gradient(|x| blocks(x, &lists), x).weighted_sum(&u), &x), ROUNDING);
    }
}

/// A run holds 2²⁰ − 1 arguments at most.
#[test]
fn very_long_lists_are_cut_into_several_runs() {
    const LONG: usize = (1 << 21) + 5;
    let x: Vec<f64> = (0..LONG).map(|i| (i % 7) as f64).collect();
    let mut g = vec![0.0; LONG];
    let mut tape = Tape::new();
    assert_eq!(tape.value_and_gradient(|x| x.iter().copied().sum::<Var<'_>>(), &x, &mut g), x.iter().sum::<f64>());
    assert!(g.iter().all(|&g| g == 1.0));
    tape.value_and_gradient(|x| x.weighted_sum(&(0..LONG).map(|i| i as f64).collect::<Vec<_>>()), &x, &mut g);
    assert!(g.iter().enumerate().all(|(i, &g)| g == i as f64));
    tape.value_and_gradient(|x| Var::reduce_each(&Square, [x], []), &x, &mut g);
    assert!(g.iter().zip(&x).all(|(&g, &x)| g == 2.0 * x));
    let half = |x: &[Var<'_>]| {
        let [y] = Var::map(&Half, [x]);
        y.iter().copied().sum::<Var<'_>>().value()
    };
    let tape = Tape::new();
    assert_eq!(half(&tape.vars(&x)), x.iter().sum::<f64>() / 2.0);
}

struct Square;
impl Function<1, 1> for Square {
    fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
        [x * x]
    }
}

struct Half;
impl Function<1, 1> for Half {
    fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
        [x * 0.5]
    }
}
