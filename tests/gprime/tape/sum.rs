//! Sums of blocks: the sum is that of the terms one by one.

use super::{Term, X};
use gprime::prelude::*;

#[test]
fn a_sum_of_blocks_is_the_sum() {
    fn sum<R: Apply>(x: &[R], constants: bool) -> R {
        let third = |i: usize| if constants && i.is_multiple_of(3) { R::from(0.5) } else { x[i] };
        let terms = (2..X.len()).map(|i| (Term { weight: i as f64 }, [x[0], x[1] * x[i - 1], third(i)]));
        R::sum_blocks(terms) * x[2]
    }
    agree!(&X, |x| sum(&x, false));
    agree!(&X, |x| sum(&x, true));
    assert_eq!(<Var<'_>>::sum_blocks::<3, Term>([]).value(), 0.0);
    // a sum inside of a sum finds no memory of the outer one
    agree!(&X, |x| Apply::sum_blocks((0..3).map(|i| (Term { weight: 2.0 }, [x[i], sum(&x, false), x[i + 1]]))));
    assert_eq!(
        sum(&X, false),
        (2..12).map(|i| Term { weight: i as f64 }.run([X[0], X[1] * X[i - 1], X[i]])[0]).sum::<f64>() * X[2]
    );
}
