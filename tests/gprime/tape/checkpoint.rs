//! Checkpoints: a recurrence of which few states are kept is the recurrence itself.

use super::{Mix, ROUNDING, X};
use crate::common::close;
use gprime::prelude::*;

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
        close(&kept, &gradient(|x| recurrence(steps, x, false), &X), ROUNDING);
        assert_eq!(recurrence(steps, &X, true), recurrence(steps, &X, false));
    }
    // of second order, and inside of other segments
    let direction = [1.0; 12];
    close(
        &hvp(|x| recurrence(50, x, true), &X, &direction),
        &hvp(|x| recurrence(50, x, false), &X, &direction),
        ROUNDING,
    );
    fn nested<R: Apply>(x: &[R], kept: bool) -> R {
        R::sum_terms(3, x, |i, x| recurrence(20 + i, x, kept))
    }
    close(&gradient(|x| nested(x, true), &X), &gradient(|x| nested(x, false), &X), ROUNDING);
}

/// A number of the state and one that is carried, of these and a parameter.
#[derive(Clone)]
struct Carried;
impl Function<3, 2> for Carried {
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
                let [next, other] = R::map(&Mix, [&list, &weights, &params[4..5]]);
                next.iter().zip(&other).map(|(&a, &b)| a - b * 0.125).collect()
            }
            1 => R::contract(&list, &weights[..1], 1),
            _ => {
                let mut next = list.clone();
                R::scan(&Carried, Keep::Few, 1 + i % 3, [&mut next], [params[5]], [&weights]);
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
            close(&gradient(|x| with_a_statement::<_, N>(how, x, true), &X), &plain, ROUNDING);
            let direction = [0.5; 12];
            let plain = hvp(|x| with_a_statement::<_, N>(how, x, false), &X, &direction);
            close(&hvp(|x| with_a_statement::<_, N>(how, x, true), &X, &direction), &plain, ROUNDING);
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
