//! Mapped blocks: each result is that of the block at its place, however the lists of arguments stand on the tape.

use super::{Mix, Term, X};
use crate::common::near;
use gprime::prelude::*;
use proptest::prelude::*;

#[test]
fn a_mapped_block_is_the_block_at_each_place() {
    fn map<R: Apply>(x: &[R], lists: [&[R]; 3]) -> R {
        let [list] = R::map(&Term { weight: 1.5 }, lists);
        let [squares] = R::map(&Term { weight: 0.5 }, [&list, &x[..1], &list]);
        squares.iter().chain(&list).fold(x[3], |sum, &y| sum * 0.5 + y)
    }
    fn every_other<R: Apply>(x: &[R]) -> Vec<R> {
        x.iter().step_by(2).copied().collect()
    }
    agree!(&X, |x| map(&x, [&x[..6], &x[6..], &x[2..8]])); // in rows
    agree!(&X, |x| map(&x, [&every_other(&x), &x[1..7], &x[..6]])); // two slots apart
    agree!(&X, |x| map(&x, [&x[..6], &x[7..8], &x[..6]])); // one for all
    agree!(&X, |x| map(
        &x,
        [&x[..6], &[2.0.into(), 0.5.into(), 0.0.into(), 1.0.into(), 2.0.into(), 3.0.into()], &x[6..]]
    ));
    agree!(&X, |x| map(&x, [&x[..6], &[x[1], 0.5.into(), x[3], x[0], x[0], x[2]], &x[6..]])); // neither variables nor constants
    agree!(&X, |x| map(&x, [&x[..2], &x[3..5], &x[1..3]])); // too short to be worth it
    agree!(&X, |x| map(&x, [&x[..1], &x[3..4], &x[1..2]]));
    agree!(&X, |x| {
        let folded: Vec<_> = x[..6].iter().map(|&x| (x * 3.0).sin()).collect();
        map(&x, [&folded, &x[6..], &folded])
    });
    assert!(<Var<'_>>::map(&Mix, [&[], &[]]).iter().all(Vec::is_empty));
    let of_numbers = f64::map(&Mix, [&X[..3], &X[5..6]]);
    assert_eq!(of_numbers[1][2], <Mix as Function<2, 2>>::run(&Mix, [X[2], X[5]])[1]);
}

/// Several results, each of some of the inputs, which is known before the program runs.
struct Some3;
impl Function<4, 3> for Some3 {
    fn run<R: Apply>(&self, [a, b, c, d]: [R; 4]) -> [R; 3] {
        [a * b.sin(), (c * 0.5).sqrt() * a + b, d.exp() * c]
    }
}

/// What a result depends on is another thing at another place.
struct Chosen;
impl Function<4, 3> for Chosen {
    fn run<R: Apply>(&self, [a, b, c, d]: [R; 4]) -> [R; 3] {
        let zero = R::from(0.0);
        [R::select_lazy(a.less(b), || a * c, || b - d), R::from(2.0), R::select_lazy(zero.less(d), || d * d, || zero)]
    }
}

/// More lists of results than one statement can hold.
struct Many;
impl Function<4, 33> for Many {
    fn run<R: Apply>(&self, [a, b, c, d]: [R; 4]) -> [R; 33] {
        std::array::from_fn(|m| (if m % 2 == 0 { a } else { d }) * (m as f64) + b.sin() * c)
    }
}

/// A list on the tape in one of many ways.
fn list<R: Apply>(x: &[R], len: usize, (how, from): (usize, usize)) -> Vec<R> {
    let number = |i: usize| x[(from + i) % x.len()];
    match how % 9 {
        0 => (0..len).map(number).collect(),
        1 => (0..len).map(|i| number(3 * i)).collect(),
        2 => vec![number(0)],
        3 => vec![number(0) * 2.0; len],
        4 => (0..len).map(|i| R::from(i as f64 * 0.25 - 1.0)).collect(),
        5 => (0..len).map(|i| number(i) * 3.0).collect(),
        6 => (0..len).map(|i| if i % 3 == 1 { R::from(0.5) } else { number(i) }).collect(),
        7 => (0..len).map(|i| number(i) * number(i + 1)).collect(),
        _ => vec![R::from(1.25)],
    }
}

/// A number that each result of a mapped block has another weight in. `at_each` makes it of blocks one by one.
fn of_map<R: Apply, const M: usize, B: Function<4, M>>(
    block: &B,
    x: &[R],
    len: usize,
    how: [(usize, usize); 4],
    (twice, at_each): (bool, bool),
) -> R {
    let map = |lists: [&[R]; 4]| -> [Vec<R>; M] {
        if !at_each {
            return R::map(block, lists);
        }
        let len = lists.iter().map(|list| list.len()).find(|&len| len != 1).unwrap_or(1);
        let at = |i: usize| R::run(block, lists.map(|list| list[if list.len() == 1 { 0 } else { i }]));
        let each: Vec<[R; M]> = (0..len).map(at).collect();
        std::array::from_fn(|m| each.iter().map(|results| results[m]).collect())
    };
    let lists = how.map(|how| list(x, len, how));
    let mut results = map(lists.each_ref().map(|list| &**list));
    if twice {
        // its own results are arguments, and so are numbers of before
        results = map([&results[0], &lists[1], &results[M - 1], &lists[0]]);
    }
    let weight = |i: usize| (i % 7) as f64 * 0.25 - 0.5;
    x[0] + results.iter().flatten().enumerate().map(|(i, &y)| y * weight(i)).sum::<R>()
}

/// Holds a mapped block equal to the block at each place, on both tapes, of first and second order, and in lanes.
fn map_agrees<const M: usize>(
    block: &impl Function<4, M>,
    x: &[f64],
    len: usize,
    how: [(usize, usize); 4],
    twice: bool,
    smooth: bool,
) {
    let same = |a: f64, b: f64| near(a, b, 1e-11);
    let all_same = |a: &[f64], b: &[f64]| assert!(a.iter().zip(b).all(|(&a, &b)| same(a, b)), "{a:?} for {b:?}");
    let recording = Recorder::new();
    let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recording.var(x)).collect();
    let y = of_map(block, &inputs, len, how, (twice, true));
    let recorded = recording.backward(y);
    let expected: Vec<f64> = inputs.iter().map(|&x| recorded[x]).collect();
    // A block adds up its slopes before it knows the adjoint, so that ∞ − ∞ may be NaN; a mapped one may or may not.
    let at_each = gradient(|x| of_map(block, x, len, how, (twice, true)), x);
    let allowed = |i: usize, g: f64| same(g, expected[i]) || !smooth && same(g, at_each[i]);
    let (mut tape, mut g) = (Tape::new(), vec![0.0; x.len()]);
    for _ in 0..2 {
        let value = tape.value_and_gradient(|x| of_map(block, x, len, how, (twice, false)), x, &mut g);
        assert!(same(value, y.value()));
        assert!((0..x.len()).all(|i| allowed(i, g[i])), "{g:?} for {expected:?} or {at_each:?}");
    }
    assert!(same(of_map(block, x, len, how, (twice, false)), y.value()));
    let program = |x: &[Var<'_>]| of_map(block, x, len, how, (twice, false)).value();
    let tape = Tape::new();
    assert!(same(program(&tape.vars(x)), y.value()));
    if smooth {
        let rows = jacobian(|x| (1..4).map(|i| of_map(block, x, len, how, (twice, false)) * i as f64).collect(), x);
        let expected = |i: usize| expected.iter().map(|g| (i + 1) as f64 * g).collect::<Vec<_>>();
        (0..3).for_each(|i| all_same(&rows[i], &expected(i)));
        let u: Vec<f64> = x.iter().map(|x| 1.0 - x).collect();
        let second = |at_each| hvp(|x| of_map(block, x, len, how, (twice, at_each)), x, &u);
        let second_near = |(a, b): (&f64, &f64)| a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-8 * (1.0 + a.abs());
        let (mapped, each) = (second(false), second(true));
        assert!(mapped.iter().zip(&each).all(second_near), "{mapped:?} for {each:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A mapped block is the block at each place, however the lists of its arguments stand on the tape.
    #[test]
    fn a_mapped_block_of_any_lists(
        x in prop::collection::vec(0.1..1.5, 40),
        len in prop_oneof![1usize..8, 30usize..36, 60usize..70],
        how in prop::array::uniform4((0usize..9, 0usize..20)),
        twice in any::<bool>(),
    ) {
        map_agrees(&Some3, &x, len, how, twice, true);
        map_agrees(&Chosen, &x, len, how, twice, true);
        map_agrees(&Many, &x, len, how, false, true);
    }

    /// Also where numbers and slopes are infinite or NaN.
    #[test]
    fn zero_annihilates_in_a_mapped_block(
        x in prop::collection::vec(prop_oneof![-1.5..1.5, prop::sample::select(vec![0.0, -0.0, 1.0, f64::INFINITY, f64::NAN])], 40),
        len in prop_oneof![1usize..8, 30usize..36],
        how in prop::array::uniform4((0usize..9, 0usize..20)),
        twice in any::<bool>(),
    ) {
        map_agrees(&Some3, &x, len, how, twice, false);
        map_agrees(&Chosen, &x, len, how, twice, false);
    }
}

/// A list of results that depends on no variable, and one of a constant alone: there is nothing to pass on.
#[test]
fn a_mapped_block_of_constants_inside() {
    struct Second;
    impl Function<2, 2> for Second {
        fn run<R: Apply>(&self, [_, y]: [R; 2]) -> [R; 2] {
            [y * 2.0, R::from(1.0)]
        }
    }
    let g = gradient(
        |x| {
            let [a, b] = Var::map(&Second, [x, &[Var::from(3.0); 12]]);
            let [c, d] = Var::map(&Second, [&a, &b]);
            a.iter().chain(&b).chain(&c).chain(&d).copied().sum::<Var<'_>>() + x[0]
        },
        &X,
    );
    assert_eq!(g, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
#[should_panic(expected = "differ in length")]
fn lists_of_different_lengths_are_refused() {
    f64::map(&Mix, [&X[..3], &X[..2]]);
}
