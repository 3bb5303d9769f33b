//! Blocks: the values and slopes of a block are those of the program inside it.

use super::{Mix, SafeRoot, X};
use gprime::prelude::*;

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
    let [a, b] = R::run(&Mix, inputs);
    a * b + x[1]
}

/// Of inputs and results of another block, and of a constant if there is to be one.
fn of_slots<R: Apply, const N: usize>(x: &[R], constant: Option<usize>) -> R {
    let [a, b] = R::run(&Mix, [x[0], x[1], x[2]]);
    let mut inputs = std::array::from_fn::<_, N, _>(|k| if k % 3 == 1 { a } else { x[k] });
    if let Some(k) = constant {
        inputs[k] = R::from(0.75);
    }
    let [c, d] = R::run(&Mix, inputs);
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
    assert_eq!(f64::run(&Mix, [0.3, 0.4]), Mix.run([0.3, 0.4]));
    assert_eq!(<Var<'_>>::run(&Mix, [0.3, 0.4].map(Var::from)).map(Var::value), Mix.run([0.3, 0.4]));
}

#[test]
fn zero_annihilates_in_a_block_too() {
    for x in [0.0, -1.0, 4.0] {
        let slope = if x > 0.0 { 0.25 } else { 0.0 };
        assert_eq!(gradient(|v| Var::run(&SafeRoot, [v[0], v[1]])[0], &[x, 3.0]), [slope, 1.0]);
        assert_eq!(gradient(|v| Var::reduce_each(&SafeRoot, [&v[..1], &v[1..]], []), &[x, 3.0]), [slope, 1.0]);
        let at = [x, 1.0, x, 4.0, 0.0, 0.0, 0.0, 0.0];
        let expected = [slope, 0.5, slope, 0.25, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(gradient(|v| mapped(v), &at), expected);
        assert_eq!(gradient(|v| Var::reduce_each(&SafeRoot, [&v[..4], &v[4..]], []), &at), expected);
    }
}

/// The slope of √x at 0 is infinite, and the term does not depend on it.
#[test]
fn zero_annihilates_the_slope_of_an_argument() {
    struct First;
    impl Function<2, 1> for First {
        fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
            [x + y * 0.0]
        }
    }
    let expected = [1.0, 0.0];
    assert_eq!(gradient(|v| Var::reduce_each(&First, [&v[..1], &[v[1].sqrt()]], []), &[2.0, 0.0]), expected);
    assert_eq!(gradient(|v| Var::run(&First, [v[0], v[1].sqrt()])[0], &[2.0, 0.0]), expected);
    assert_eq!(gradient(|v| Var::map(&First, [&[v[0]; 4], &[v[1].sqrt(); 4]])[0][3], &[2.0, 0.0]), expected);
}

fn mapped<R: Apply>(v: &[R]) -> R {
    R::map(&SafeRoot, [&v[..4], &v[4..]])[0].iter().copied().sum()
}
