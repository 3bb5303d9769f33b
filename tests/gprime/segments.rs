//! Blocks, sums of terms, runs of arguments, checkpoints and several seeds at once: whatever a lean tape makes of a part of a program,
//! the gradient is that of the program without it.

use gprime::prelude::*;
use gprime::tape::{Exact, Plain, Sparse, Tangents, Zeros};
use proptest::prelude::*;

/// Two results, of which one does not depend on the last input; for any number of inputs.
struct Mix;
impl<const N: usize> Block<N, 2> for Mix {
    fn run<R: Apply>(&self, x: [R; N]) -> [R; 2] {
        let sum: R = x[..N - 1].iter().map(|x| x.sin()).fold(R::from(0.5), |sum, s| sum * 1.5 + s);
        [sum.tanh() * x[N - 1] + x[0], sum]
    }
}

struct Term {
    weight: f64,
}
impl Block<3, 1> for Term {
    fn run<R: Apply>(&self, [a, b, x]: [R; 3]) -> [R; 1] {
        [(a * x + b).sigmoid() * self.weight + a * 0.125]
    }
}

/// √ of what a select has chosen: where the other side is taken, its infinite slope must not be seen.
struct SafeRoot;
impl Block<2, 1> for SafeRoot {
    fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
        let zero = R::from(0.0);
        [R::select(zero.less(x), x.sqrt(), zero) + y]
    }
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        approx::assert_relative_eq!(a, b, max_relative = 1e-12, epsilon = 1e-13);
    }
}

/// A program's value and gradient on a lean tape, where parts of it are blocks, and those on a recording tape, where nothing is.
fn agree(x: &[f64], program: impl for<'t> Fn(&[Both<'t>]) -> Both<'t>) {
    let mut lean = vec![0.0; x.len()];
    let mut tape = Tape::lean();
    for _ in 0..2 {
        // the second time with warm memory, which must have been left clean
        tape.value_and_gradient(
            |x| program(&x.iter().map(|&x| Both::Lean(x)).collect::<Vec<_>>()).lean(),
            x,
            &mut lean,
        );
        let recording = Tape::new();
        let inputs: Vec<Var<'_>> = x.iter().map(|&x| recording.var(x)).collect();
        let y = program(&inputs.iter().map(|&x| Both::Recorded(x)).collect::<Vec<_>>()).recorded();
        let gradient = recording.backward(y);
        close(&lean, &inputs.iter().map(|&x| gradient[x]).collect::<Vec<_>>());
    }
}

/// A variable of either tape, so that one closure is a program for both.
#[derive(Clone, Copy)]
enum Both<'t> {
    Lean(Var<'t, Lean>),
    Recorded(Var<'t>),
}

impl<'t> Both<'t> {
    fn lean(self) -> Var<'t, Lean> {
        match self {
            Both::Lean(x) => x,
            Both::Recorded(_) => panic!("a variable of the other tape"),
        }
    }
    fn recorded(self) -> Var<'t> {
        match self {
            Both::Recorded(x) => x,
            Both::Lean(_) => panic!("a variable of the other tape"),
        }
    }
}

/// Calls a generic function with variables of whichever tape they are of.
macro_rules! agree {
    ($x:expr, |$v:ident| $program:expr) => {
        agree($x, |both: &[Both<'_>]| match both[0] {
            Both::Lean(_) => {
                let $v: Vec<Var<'_, Lean>> = both.iter().map(|x| x.lean()).collect();
                Both::Lean($program)
            }
            Both::Recorded(_) => {
                let $v: Vec<Var<'_>> = both.iter().map(|x| x.recorded()).collect();
                Both::Recorded($program)
            }
        })
    };
}

const X: [f64; 12] = [0.3, -1.2, 2.0, 0.7, -0.4, 1.1, 0.9, -2.2, 0.05, 1.7, -0.6, 0.8];

fn mixed<R: Apply, const N: usize>(x: &[R]) -> R {
    // folded handles, a shared input and a constant among them
    let mut inputs = [R::from(0.75); N];
    for (k, input) in inputs.iter_mut().enumerate() {
        *input = match k % 4 {
            0 => x[k],
            1 => (x[k] * 2.0).exp(),
            2 => x[0],
            _ => *input,
        };
    }
    let [a, b] = R::block(&Mix, inputs);
    a * b + x[1]
}

/// Of inputs and results of another block, and of a constant if there is to be one.
fn of_slots<R: Apply, const N: usize>(x: &[R], constant: Option<usize>) -> R {
    let [a, b] = R::block(&Mix, [x[0], x[1], x[2]]);
    let mut inputs = std::array::from_fn::<_, N, _>(|k| if k % 3 == 1 { a } else { x[k] });
    if let Some(k) = constant {
        inputs[k] = R::from(0.75);
    }
    let [c, d] = R::block(&Mix, inputs);
    c * d + b
}

#[test]
fn a_block_is_the_program_inside_it() {
    macro_rules! of_any_number_of_arguments {
        ($($N:literal)*) => { $(
            agree!(&X, |x| mixed::<_, $N>(&x));
            for constant in std::iter::once(None).chain((0..$N).map(Some)) {
                agree!(&X, |x| of_slots::<_, $N>(&x, constant));
            }
        )* };
    }
    of_any_number_of_arguments! { 1 2 3 4 5 6 7 8 9 12 }
    assert_eq!(f64::block(&Mix, [0.3, 0.4]), Mix.run([0.3, 0.4]));
    assert_eq!(<Var<'_, Lean>>::block(&Mix, [0.3, 0.4].map(Var::from)).map(Var::value), Mix.run([0.3, 0.4]));
}

#[test]
fn zero_annihilates_in_a_block_too() {
    for x in [0.0, -1.0, 4.0] {
        let slope = if x > 0.0 { 0.25 } else { 0.0 };
        assert_eq!(gradient(|v| Var::block(&SafeRoot, [v[0], v[1]])[0], &[x, 3.0]), [slope, 1.0]);
        assert_eq!(gradient(|v| Var::sum_blocks([(SafeRoot, [v[0], v[1]])]), &[x, 3.0]), [slope, 1.0]);
        let at = [x, 1.0, x, 4.0, 0.0, 0.0, 0.0, 0.0];
        let expected = [slope, 0.5, slope, 0.25, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(gradient(|v| mapped(v), &at), expected);
        assert_eq!(gradient(|v| Var::sum_blocks((0..4).map(|i| (SafeRoot, [v[i], v[4 + i]]))), &at), expected);
    }
}

/// The slope of √x at 0 is infinite, and the term does not depend on it.
#[test]
fn zero_annihilates_the_slope_of_an_argument() {
    struct First;
    impl Block<2, 1> for First {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
            [x + y * 0.0]
        }
    }
    let expected = [1.0, 0.0];
    assert_eq!(gradient(|v| Var::sum_blocks([(First, [v[0], v[1].sqrt()])]), &[2.0, 0.0]), expected);
    assert_eq!(gradient(|v| Var::block(&First, [v[0], v[1].sqrt()])[0], &[2.0, 0.0]), expected);
    assert_eq!(gradient(|v| Var::map_block(&First, [&[v[0]; 4], &[v[1].sqrt(); 4]])[0][3], &[2.0, 0.0]), expected);
}

fn mapped<R: Apply>(v: &[R]) -> R {
    R::map_block(&SafeRoot, [&v[..4], &v[4..]])[0].iter().copied().sum()
}

#[test]
fn tangents_are_the_jacobian() {
    let x = Tangents::<f64, 3>::variables([0.3, -1.2, 2.0]);
    let rows = jacobian(|x| Mix.run([x[0], x[1], x[2]]).to_vec(), &[0.3, -1.2, 2.0]);
    for (y, row) in Mix.run(x).iter().zip(rows) {
        close(&y.tangents(), &row);
    }
    let second = gradient(|x| Mix.run(Tangents::<_, 2>::variables([x[0], x[1]]))[0].tangents()[1], &[0.3, -1.2]);
    let hessian = hessian(|x| Mix.run([x[0], x[1]])[0], &[0.3, -1.2]);
    close(&second, &[hessian[0][1], hessian[1][1]]);
}

/// What an op makes of two of the numbers before it.
type Step = (u8, prop::sample::Index, prop::sample::Index);

/// The last numbers of a program that is made up.
fn made_up<R: Apply>(x: &[R], steps: &[Step]) -> Vec<R> {
    let mut numbers = x.to_vec();
    for (op, i, j) in steps {
        let (x, y) = (numbers[i.index(numbers.len())], numbers[j.index(numbers.len())]);
        numbers.push(match op % 13 {
            0 => x + y,
            1 => x - y * 0.5,
            2 => x * y,
            3 => x / (y * y + 1.5),
            4 => x.sin() + 2.0,
            5 => x.sigmoid(),
            6 => R::select(x.less(y), x, y.tanh()),
            7 => R::from(0.75),
            8 => [x, y, x].mean(),
            9 => x.sqrt(),
            10 => y.floor() + x,
            11 => -x,
            _ => x * 0.0,
        });
    }
    numbers.split_off(numbers.len() - numbers.len().min(5))
}

fn in_forward_mode<const N: usize, Z: Zeros>(x: &[f64], steps: &[Step]) -> Vec<Tangents<f64, N, Z>> {
    made_up(&Tangents::<f64, N, Z>::variables(std::array::from_fn(|i| x[i])), steps)
}

fn sparse_is_plain_and_exact<const N: usize>(x: &[f64], steps: &[Step]) {
    let (sparse, exact) = (in_forward_mode::<N, Sparse>(x, steps), in_forward_mode::<N, Exact>(x, steps));
    let plain = in_forward_mode::<N, Plain>(x, steps);
    for ((sparse, exact), plain) in sparse.into_iter().zip(exact).zip(plain) {
        let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
        assert!(same(sparse.primal, exact.primal) && same(sparse.primal, plain.primal));
        for (k, tangent) in sparse.tangents().into_iter().enumerate() {
            assert!(tangent.is_nan() || tangent == exact.tangents()[k], "{sparse:?} for {exact:?}");
            assert!(plain.tangents()[k].is_nan() || tangent == plain.tangents()[k], "{sparse:?} for {plain:?}");
            assert!(sparse.depends_on(k) || tangent == 0.0);
            assert!(exact.depends_on(k) && plain.depends_on(k));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Without a NaN, tangents are the same whatever 0 is worth; and what a pattern leaves out is 0.
    #[test]
    fn no_tangent_is_lost_to_a_pattern(
        x in prop::collection::vec(prop_oneof![-2.0..2.0, prop::sample::select(vec![0.0, -0.0, 1.0, f64::INFINITY, 1e300])], 70),
        steps in prop::collection::vec(any::<Step>(), 0..40),
    ) {
        sparse_is_plain_and_exact::<1>(&x, &steps);
        sparse_is_plain_and_exact::<5>(&x, &steps);
        sparse_is_plain_and_exact::<70>(&x, &steps);
    }
}

/// Tangents that are made of numbers are all there, also in directions beyond the bits of a pattern.
#[test]
fn tangents_of_numbers_are_kept() {
    let x = Tangents::<f64, 70, Sparse>::new(2.0, std::array::from_fn(|k| k as f64));
    let y = x * Tangents::variable(3.0, 65) + Tangents::constant(1.0);
    assert_eq!(y.tangents(), std::array::from_fn(|k| 3.0 * k as f64 + if k == 65 { 2.0 } else { 0.0 }));
    let [first, .., last] = Tangents::<f64, 70, Sparse>::variables([1.0; 70]);
    assert!((0..70).all(|k| first.depends_on(k) == (k == 0)) && last.depends_on(69) && !last.depends_on(62));
}

#[test]
fn a_sum_of_blocks_is_the_sum() {
    fn sum<R: Apply>(x: &[R], constants: bool) -> R {
        let third = |i: usize| if constants && i.is_multiple_of(3) { R::from(0.5) } else { x[i] };
        let terms = (2..X.len()).map(|i| (Term { weight: i as f64 }, [x[0], x[1] * x[i - 1], third(i)]));
        R::sum_blocks(terms) * x[2]
    }
    agree!(&X, |x| sum(&x, false));
    agree!(&X, |x| sum(&x, true));
    assert_eq!(<Var<'_, Lean>>::sum_blocks::<3, Term>([]).value(), 0.0);
    // a sum inside of a sum finds no memory of the outer one
    agree!(&X, |x| Apply::sum_blocks((0..3).map(|i| (Term { weight: 2.0 }, [x[i], sum(&x, false), x[i + 1]]))));
    assert_eq!(
        sum(&X, false),
        (2..12).map(|i| Term { weight: i as f64 }.run([X[0], X[1] * X[i - 1], X[i]])[0]).sum::<f64>() * X[2]
    );
}

#[test]
fn a_mapped_block_is_the_block_at_each_place() {
    fn map<R: Apply>(x: &[R], lists: [&[R]; 3]) -> R {
        let [list] = R::map_block(&Term { weight: 1.5 }, lists);
        let [squares] = R::map_block(&Term { weight: 0.5 }, [&list, &x[..1], &list]);
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
    assert!(<Var<'_, Lean>>::map_block(&Mix, [&[], &[]]).iter().all(Vec::is_empty));
    let of_numbers = f64::map_block(&Mix, [&X[..3], &X[5..6]]);
    assert_eq!(of_numbers[1][2], <Mix as Block<2, 2>>::run(&Mix, [X[2], X[5]])[1]);
}

/// Several results, each of some of the inputs, which is known before the program runs.
struct Some3;
impl Block<4, 3> for Some3 {
    fn run<R: Apply>(&self, [a, b, c, d]: [R; 4]) -> [R; 3] {
        [a * b.sin(), (c * 0.5).sqrt() * a + b, d.exp() * c]
    }
}

/// What a result depends on is another thing at another place.
struct Chosen;
impl Block<4, 3> for Chosen {
    fn run<R: Apply>(&self, [a, b, c, d]: [R; 4]) -> [R; 3] {
        let zero = R::from(0.0);
        [R::choose(a.less(b), || a * c, || b - d), R::from(2.0), R::choose(zero.less(d), || d * d, || zero)]
    }
}

/// More lists of results than one statement can hold.
struct Many;
impl Block<4, 33> for Many {
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
fn of_map<R: Apply, const M: usize, B: Block<4, M>>(
    block: &B,
    x: &[R],
    len: usize,
    how: [(usize, usize); 4],
    (twice, at_each): (bool, bool),
) -> R {
    let map = |lists: [&[R]; 4]| -> [Vec<R>; M] {
        if !at_each {
            return R::map_block(block, lists);
        }
        let len = lists.iter().map(|list| list.len()).find(|&len| len != 1).unwrap_or(1);
        let at = |i: usize| R::block(block, lists.map(|list| list[if list.len() == 1 { 0 } else { i }]));
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
    block: &impl Block<4, M>,
    x: &[f64],
    len: usize,
    how: [(usize, usize); 4],
    twice: bool,
    smooth: bool,
) {
    let same =
        |a: f64, b: f64| a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-11 * (1.0 + a.abs().max(b.abs()));
    let all_same = |a: &[f64], b: &[f64]| assert!(a.iter().zip(b).all(|(&a, &b)| same(a, b)), "{a:?} for {b:?}");
    let recording = Tape::new();
    let inputs: Vec<Var<'_>> = x.iter().map(|&x| recording.var(x)).collect();
    let y = of_map(block, &inputs, len, how, (twice, true));
    let recorded = recording.backward(y);
    let expected: Vec<f64> = inputs.iter().map(|&x| recorded[x]).collect();
    // A block adds up its slopes before it knows the adjoint, so that ∞ − ∞ may be NaN; a mapped one may or may not.
    let at_each = gradient(|x| of_map(block, x, len, how, (twice, true)), x);
    let allowed = |i: usize, g: f64| same(g, expected[i]) || !smooth && same(g, at_each[i]);
    let (mut tape, mut g) = (Tape::lean(), vec![0.0; x.len()]);
    for _ in 0..2 {
        let value = tape.value_and_gradient(|x| of_map(block, x, len, how, (twice, false)), x, &mut g);
        assert!(same(value, y.value()));
        assert!((0..x.len()).all(|i| allowed(i, g[i])), "{g:?} for {expected:?} or {at_each:?}");
    }
    assert!(same(of_map(block, x, len, how, (twice, false)), y.value()));
    let program = |x: &[Var<'_, Lean>]| of_map(block, x, len, how, (twice, false)).value();
    let tape = Tape::lean();
    assert!(same(program(&tape.vars(x)), y.value()));
    if smooth {
        let rows = jacobian(|x| (1..4).map(|i| of_map(block, x, len, how, (twice, false)) * i as f64).collect(), x);
        let expected = |i: usize| expected.iter().map(|g| (i + 1) as f64 * g).collect::<Vec<_>>();
        (0..3).for_each(|i| all_same(&rows[i], &expected(i)));
        let u: Vec<f64> = x.iter().map(|x| 1.0 - x).collect();
        let second = |at_each| hvp(|x| of_map(block, x, len, how, (twice, at_each)), x, &u);
        let near = |(a, b): (&f64, &f64)| a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-8 * (1.0 + a.abs());
        let (mapped, each) = (second(false), second(true));
        assert!(mapped.iter().zip(&each).all(near), "{mapped:?} for {each:?}");
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
    impl Block<2, 2> for Second {
        fn run<R: Apply>(&self, [_, y]: [R; 2]) -> [R; 2] {
            [y * 2.0, R::from(1.0)]
        }
    }
    let g = gradient(
        |x| {
            let [a, b] = Var::map_block(&Second, [x, &[Var::from(3.0); 12]]);
            let [c, d] = Var::map_block(&Second, [&a, &b]);
            a.iter().chain(&b).chain(&c).chain(&d).copied().sum::<Var<'_, Lean>>() + x[0]
        },
        &X,
    );
    assert_eq!(g, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
#[should_panic(expected = "differ in length")]
fn lists_of_different_lengths_are_refused() {
    f64::map_block(&Mix, [&X[..3], &X[..2]]);
}

/// 10²⁰⁰ squared overflows, and an adjoint of 10⁻³⁰⁰ would have saved it; so the two slopes must be kept apart.
#[test]
fn slopes_are_multiplied_late_where_their_product_overflows() {
    struct Times(f64);
    impl Block<2, 1> for Times {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
            [x * self.0 + y]
        }
    }
    const BIG: f64 = 1e200;
    fn big<R: Apply>(v: &[R], how: usize) -> R {
        let large = v[0] * BIG;
        let y = match how {
            0 => R::block(&Times(BIG), [large, v[1]])[0],
            1 => R::map_block(&Times(BIG), [&[large, v[2], v[3]], &v[1..4]])[0][0],
            _ => R::dot(&[large, v[1]], &[R::from(BIG), 1.0.into()]),
        };
        y * 1e-300
    }
    for how in 0..3 {
        close(&gradient(|v| big(v, how), &[0.5; 4]), &[1e100, 1e-300, 0.0, 0.0]);
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
    close(&gradient(|x| large(x), &[1e-200; 12]), &[1e100; 12]);
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
    let terms = a.iter().zip(&b).zip(&c).zip(weights);
    let weighted = R::sum_blocks(terms.map(|(((&a, &b), &c), weight)| (Term { weight }, [a, b, c])));
    let terms = a.iter().zip(&b).zip(&c);
    let same = R::sum_blocks(terms.map(|((&a, &b), &c)| (WithoutData, [a, b, c])));
    (weighted + same) * 0.1 + x[0]
}

/// All of these are the same, so a lean tape runs several at once.
struct WithoutData;
impl Block<3, 1> for WithoutData {
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
        close(&forward, &gradient(|x| gradient(|x| reductions(x, &lists), x).weighted_sum(&u), &x));
    }

    #[test]
    fn a_sum_of_blocks_is_the_same_of_any_lists(
        x in prop::collection::vec(-1.0..1.0, 24),
        u in prop::collection::vec(-1.0..1.0, 24),
        lists in [some_pieces(), some_pieces(), some_pieces()],
    ) {
        agree!(&x, |x| blocks(&x, &lists));
        let forward = hvp(|x| blocks(x, &lists), &x, &u);
        close(&forward, &gradient(|x| gradient(|x| blocks(x, &lists), x).weighted_sum(&u), &x));
    }
}

/// A run holds 2²⁰ − 1 arguments at most.
#[test]
fn very_long_lists_are_cut_into_several_runs() {
    const LONG: usize = (1 << 21) + 5;
    let x: Vec<f64> = (0..LONG).map(|i| (i % 7) as f64).collect();
    let mut g = vec![0.0; LONG];
    let mut tape = Tape::lean();
    assert_eq!(
        tape.value_and_gradient(|x| x.iter().copied().sum::<Var<'_, Lean>>(), &x, &mut g),
        x.iter().sum::<f64>()
    );
    assert!(g.iter().all(|&g| g == 1.0));
    tape.value_and_gradient(|x| x.weighted_sum(&(0..LONG).map(|i| i as f64).collect::<Vec<_>>()), &x, &mut g);
    assert!(g.iter().enumerate().all(|(i, &g)| g == i as f64));
    tape.value_and_gradient(|x| Var::sum_blocks(x.iter().map(|&x| (Square, [x]))), &x, &mut g);
    assert!(g.iter().zip(&x).all(|(&g, &x)| g == 2.0 * x));
    let half = |x: &[Var<'_, Lean>]| {
        let [y] = Var::map_block(&Half, [x]);
        y.iter().copied().sum::<Var<'_, Lean>>().value()
    };
    let tape = Tape::lean();
    assert_eq!(half(&tape.vars(&x)), x.iter().sum::<f64>() / 2.0);
}

struct Square;
impl Block<1, 1> for Square {
    fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
        [x * x]
    }
}

struct Half;
impl Block<1, 1> for Half {
    fn run<R: Apply>(&self, [x]: [R; 1]) -> [R; 1] {
        [x * 0.5]
    }
}

fn recurrence<R: Apply>(steps: usize, x: &[R], kept: bool) -> R {
    let step = |i: usize, [a, b]: [R; 2], p: &[R]| {
        let next = (a * p[0] + b * p[1]).tanh() + p[2] * (i % 3) as f64;
        [next, b + next * a]
    };
    let state = [x[0], x[1] * x[2]];
    let params = [x[3], x[4] * 2.0, R::from(0.01)];
    let [a, b] = if kept {
        R::checkpoint(steps, state, &params, step)
    } else {
        (0..steps).fold(state, |state, i| step(i, state, &params))
    };
    a * b + x[5]
}

#[test]
fn checkpoints_change_nothing() {
    for steps in [0, 1, 2, 3, 10, 100, 1000, 3456] {
        agree!(&X, |x| recurrence(steps, &x, true));
        let kept = gradient(|x| recurrence(steps, x, true), &X);
        close(&kept, &gradient(|x| recurrence(steps, x, false), &X));
        assert_eq!(recurrence(steps, &X, true), recurrence(steps, &X, false));
    }
    // of second order, and inside of other segments
    let direction = [1.0; 12];
    close(&hvp(|x| recurrence(50, x, true), &X, &direction), &hvp(|x| recurrence(50, x, false), &X, &direction));
    fn nested<R: Apply>(x: &[R], kept: bool) -> R {
        R::sum_terms(3, x, |i, x| recurrence(20 + i, x, kept))
    }
    close(&gradient(|x| nested(x, true), &X), &gradient(|x| nested(x, false), &X));
}

/// A number of the state and one that is carried, of these and a parameter.
#[derive(Clone)]
struct Carried;
impl Block<3, 2> for Carried {
    fn run<R: Apply>(&self, [state, carry, param]: [R; 3]) -> [R; 2] {
        [(state * 0.5 + carry).sin(), carry * 0.25 + state * param]
    }
}

/// A recurrence of `N` numbers with a statement in each step: a map, a product of matrices or a scan.
fn with_a_statement<R: Apply, const N: usize>(how: usize, x: &[R], kept: bool) -> R {
    let step = |i: usize, state: [R; N], params: &[R]| -> [R; N] {
        let list = [&state[..], &params[..4]].concat();
        let weights: Vec<R> = list.iter().map(|x| x.cos()).collect();
        let next = match how {
            0 => {
                let [next, other] = R::map_block(&Mix, [&list, &weights, &params[4..5]]);
                next.iter().zip(&other).map(|(&a, &b)| a - b * 0.125).collect()
            }
            1 => R::mat_mul(&list, &weights[..1], 1),
            _ => {
                let mut next = list.clone();
                R::scan(&Carried, 1 + i % 3, [&mut next], [params[5]], [&weights]);
                next
            }
        };
        std::array::from_fn(|k| next[k] * 0.5 + state[N - 1 - k] * 0.25)
    };
    let state: [R; N] = std::array::from_fn(|k| x[k % 3] * (1.0 + k as f64 * 0.125));
    let state = if kept {
        R::checkpoint(7, state, &x[3..], step)
    } else {
        (0..7).fold(state, |state, i| step(i, state, &x[3..]))
    };
    state.iter().zip(1..).map(|(&s, k)| s.square() * f64::from(k)).sum()
}

/// Whatever the number of results that are swept together: some are rounded up, and more than eight go in groups.
#[test]
fn a_statement_in_a_step_of_a_recurrence_of_any_width() {
    fn check<const N: usize>() {
        for how in 0..3 {
            let plain = gradient(|x| with_a_statement::<_, N>(how, x, false), &X);
            close(&gradient(|x| with_a_statement::<_, N>(how, x, true), &X), &plain);
            let direction = [0.5; 12];
            let plain = hvp(|x| with_a_statement::<_, N>(how, x, false), &X, &direction);
            close(&hvp(|x| with_a_statement::<_, N>(how, x, true), &X, &direction), &plain);
        }
    }
    check::<1>();
    check::<2>();
    check::<3>();
    check::<5>();
    check::<8>();
    check::<9>();
    check::<19>();
}

/// One term of a sum, with a NaN to be annihilated in some.
fn term<R: Apply>(i: usize, x: &[R]) -> R {
    let weight = (i % 17) as f64 * 0.25;
    let [root] = R::block(&SafeRoot, [x[2] * (i % 2) as f64, x[0]]);
    (x[0] * weight + x[1]).sigmoid() * root + x[3] * weight
}

#[test]
fn terms_reversed_one_by_one_are_the_sum() {
    for n in [0, 1, 5, 31, 32, 33, 1000] {
        let plain = gradient(|x| (0..n).map(|i| term(i, x)).sum(), &X[..4]);
        close(&gradient(|x| Var::sum_terms(n, x, term), &X[..4]), &plain);
        let tape = Tape::lean();
        let mut x = tape.vars(&X[..4]);
        let y = tape.sum_terms(n, &x, |i, x| term(i, x));
        approx::assert_relative_eq!(y.value(), (0..n).map(|i| term(i, &X[..4])).sum::<f64>(), max_relative = 1e-13);
        if n > 0 {
            let g = y.backward();
            close(&x.iter().map(|&x| g[x]).collect::<Vec<_>>(), &plain);
        }
        // a constant among the parameters
        x[1] = Var::from(X[1]);
        let z = tape.sum_terms(n, &x, |i, x| term(i, x)) * 2.0;
        if n > 0 {
            close(&[z.backward()[x[0]]], &[2.0 * plain[0]]);
        }
    }
}

#[cfg(feature = "parallel")]
#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let sum = || {
        let tape = Tape::lean();
        let x = tape.vars(&X[..4]);
        let y = tape.sum_terms(10_007, &x, |i, x| term(i, x));
        let g = y.backward();
        [y.value(), g[x[0]], g[x[1]], g[x[2]], g[x[3]]].map(f64::to_bits)
    };
    let with = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(sum);
    let one = with(1);
    for threads in [2, 3, 7] {
        assert_eq!(with(threads), one, "{threads} threads");
    }
}

/// A variable that a term leaves behind has no place on the tape any more: that is noticed.
#[test]
#[should_panic(expected = "an argument is not an earlier slot")]
fn a_variable_that_escapes_its_term_is_noticed() {
    gradient(leaking, &X);
}

fn leaking<'t>(x: &[Var<'t, Lean>]) -> Var<'t, Lean> {
    let escaped = std::cell::Cell::new(None);
    Var::sum_terms(3, x, |i, x| match (i, escaped.get()) {
        (0, _) => {
            let long = (0..50).fold(x[0], |y, k| y * x[k % 5 + 1] + x[2]);
            escaped.set(Some(long));
            long
        }
        (_, Some(old)) => x[0] * x[1] + old,
        _ => x[0],
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows in lanes of 2, 4 and 8 are those of one sweep each.
    #[test]
    fn several_seeds_in_one_sweep_are_several_sweeps(
        x in prop::collection::vec(-2.0..2.0, 5),
        picks in prop::collection::vec((0usize..5, 0usize..5), 1..20),
    ) {
        let rows = jacobian(|x| picks.iter().map(|&pick| row(x, pick)).collect(), &x);
        for (&pick, rows) in picks.iter().zip(&rows) {
            prop_assert_eq!(&gradient(|x| row(x, pick), &x), rows);
        }
    }
}

fn row<R: Apply>(x: &[R], (i, j): (usize, usize)) -> R {
    let list: Vec<_> = x.iter().map(|&x| x * 0.5).collect();
    x[i] * x[j].sin() + x.iter().copied().sum::<R>() * list.dot(x)
}

#[test]
fn a_small_jacobian_is_made_again_and_again() {
    let mut tape = Tape::lean();
    let mut rows = [0.0; 6];
    for x in [[0.3, 2.0], [-1.0, 0.5]] {
        let values = tape.values_and_jacobian(|x| [x[0] * x[1], x[0].exp(), Var::from(1.0)], &x, &mut rows);
        assert_eq!(values, [x[0] * x[1], Real::exp(x[0]), 1.0]);
        assert_eq!(rows, [x[1], x[0], Real::exp(x[0]), 0.0, 0.0, 0.0]);
    }
    // 0 annihilates an infinite slope in every lane
    tape.values_and_jacobian(|x| [(x[0] * 0.0).sqrt() * 0.0 + x[1], x[0] + x[1], x[1]], &[1.0, 2.0], &mut rows);
    assert_eq!(rows, [0.0, 1.0, 1.0, 1.0, 0.0, 1.0]);
}

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
    let products = a.mat_mul(b, inner);
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
        close(&g, &gradient(|x| product(x, shape, how, true), &x));
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
    assert_eq!([1.0, 2.0, 3.0].mat_mul(&[1.0, 2.0, 3.0], 1), [1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0, 6.0, 9.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Where a number is infinite or NaN, or a slope is, 0 annihilates in a product as it does on a recording tape.
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
            x[0] + a.mat_mul(&b, 2).weighted_sum(weights)
        }
        let recording = Tape::new();
        let inputs: Vec<Var<'_>> = x.iter().map(|&x| recording.var(x)).collect();
        let expected = product(&inputs, &weights, how, roots).backward();
        let g = gradient(|x| product(x, &weights, how, roots), &x);
        for (&g, &x) in g.iter().zip(&inputs) {
            let expected = expected[x];
            prop_assert!(g == expected || g.is_nan() && expected.is_nan() || (g - expected).abs() <= 1e-12 * g.abs(), "{g} for {expected}");
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
            matrix(x, rows * inner, how.0).mat_mul(&matrix(&x[3..], columns * inner, how.1), inner)
        }
        let shape = [rows, columns, inner];
        for (i, row) in jacobian(|x| products(x, shape, how), &x).iter().enumerate() {
            close(row, &gradient(|x| products(x, shape, how)[i], &x));
        }
    }
}

#[test]
fn a_product_inside_of_a_segment() {
    fn inside<R: Apply>(x: &[R], how: usize) -> R {
        let a = matrix(x, 6, how);
        let sum = R::sum_terms(4, x, |i, x| of_product(&x[..6], &matrix(&x[i..], 8, how), 2));
        let [inner] = R::preaccumulate([x[0], x[1], x[2], x[3]], |x| [of_product(&x, &x, 1)]);
        let [state, _] = R::checkpoint(5, [sum, inner], &a, |_, [s, t], a| [(s * 0.1).sin() + of_product(a, a, 2), t]);
        state * inner + sum
    }
    for how in 0..6 {
        agree!(&X, |x| inside(&x, how));
    }
}

#[test]
fn a_product_with_late_inputs() {
    let tape = Tape::lean();
    let early = tape.vars(&X[..4]);
    let product = early[0] * early[1];
    let late = tape.vars(&X[4..]);
    let all = [&early[..], &late].concat();
    let expected = gradient(|x| of_dots(&x[4..], x, 2) + x[0] * x[1], &X);
    let g = (of_product(&late, &all, 2) + product).backward();
    close(&all.iter().map(|&x| g[x]).collect::<Vec<_>>(), &expected);
}

#[test]
#[should_panic(expected = "rows of 5, which 12 numbers are not")]
fn a_matrix_of_no_whole_rows_is_refused() {
    X.mat_mul(&X[..5], 5);
}

#[test]
#[should_panic(expected = "rows of at least 1 number")]
fn a_matrix_of_empty_rows_is_refused() {
    X.mat_mul(&[], 0);
}
