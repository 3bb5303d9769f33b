//! Forward mode in several directions at once: the tangents are the Jacobian, and a pattern of zeros loses none of them.

use super::{Mix, ROUNDING};
use crate::common::{close, equal};
use gprime::forward::{Ieee, Masked, Strong, Tangents, ZeroPolicy};
use gprime::prelude::*;
use proptest::prelude::*;

#[test]
fn tangents_are_the_jacobian() {
    let x = Tangents::<f64, 3>::variables([0.3, -1.2, 2.0]);
    let rows = jacobian(|x| Mix.run([x[0], x[1], x[2]]).to_vec(), &[0.3, -1.2, 2.0]);
    for (y, row) in Mix.run(x).iter().zip(rows) {
        close(&y.tangents(), &row, ROUNDING);
    }
    let second = gradient(|x| Mix.run(Tangents::<_, 2>::variables([x[0], x[1]]))[0].tangents()[1], &[0.3, -1.2]);
    let hessian = hessian(|x| Mix.run([x[0], x[1]])[0], &[0.3, -1.2]);
    close(&second, &[hessian[0][1], hessian[1][1]], ROUNDING);
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

fn in_forward_mode<const N: usize, Z: ZeroPolicy>(x: &[f64], steps: &[Step]) -> Vec<Tangents<f64, N, Z>> {
    made_up(&Tangents::<f64, N, Z>::variables(std::array::from_fn(|i| x[i])), steps)
}

fn sparse_is_plain_and_exact<const N: usize>(x: &[f64], steps: &[Step]) {
    let (sparse, exact) = (in_forward_mode::<N, Masked>(x, steps), in_forward_mode::<N, Strong>(x, steps));
    let plain = in_forward_mode::<N, Ieee>(x, steps);
    for ((sparse, exact), plain) in sparse.into_iter().zip(exact).zip(plain) {
        assert!(equal(sparse.primal, exact.primal) && equal(sparse.primal, plain.primal));
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
    let x = Tangents::<f64, 70, Masked>::new(2.0, std::array::from_fn(|k| k as f64));
    let y = x * Tangents::variable(3.0, 65) + Tangents::constant(1.0);
    assert_eq!(y.tangents(), std::array::from_fn(|k| 3.0 * k as f64 + if k == 65 { 2.0 } else { 0.0 }));
    let [first, .., last] = Tangents::<f64, 70, Masked>::variables([1.0; 70]);
    assert!((0..70).all(|k| first.depends_on(k) == (k == 0)) && last.depends_on(69) && !last.depends_on(62));
}
