//! Adjoints of several outputs at once: a sweep in lanes gives the rows of one sweep each.

use gprime::prelude::*;
use proptest::prelude::*;

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
    let mut tape = Tape::new();
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
