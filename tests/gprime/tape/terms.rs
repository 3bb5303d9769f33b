//! Segments: terms that are reversed one by one are their sum, on any number of threads.

use super::{ROUNDING, SafeRoot, X};
use crate::common::close;
use gprime::prelude::*;

/// One term of a sum, with a NaN to be annihilated in some.
fn term<R: Apply>(i: usize, x: &[R]) -> R {
    let weight = (i % 17) as f64 * 0.25;
    let [root] = R::run(&SafeRoot, [x[2] * (i % 2) as f64, x[0]]);
    (x[0] * weight + x[1]).sigmoid() * root + x[3] * weight
}

#[test]
fn terms_reversed_one_by_one_are_the_sum() {
    for n in [0, 1, 5, 31, 32, 33, 1000] {
        let plain = gradient(|x| (0..n).map(|i| term(i, x)).sum(), &X[..4]);
        close(&gradient(|x| Var::sum_terms(n, x, term), &X[..4]), &plain, ROUNDING);
        let tape = Tape::new();
        let mut x = tape.vars(&X[..4]);
        let y = tape.sum_terms(n, &x, |i, x| term(i, x));
        approx::assert_relative_eq!(y.value(), (0..n).map(|i| term(i, &X[..4])).sum::<f64>(), max_relative = 1e-13);
        if n > 0 {
            let g = y.backward();
            close(&x.iter().map(|&x| g[x]).collect::<Vec<_>>(), &plain, ROUNDING);
        }
        // a constant among the parameters
        x[1] = Var::from(X[1]);
        let z = tape.sum_terms(n, &x, |i, x| term(i, x)) * 2.0;
        if n > 0 {
            close(&[z.backward()[x[0]]], &[2.0 * plain[0]], ROUNDING);
        }
    }
}

#[cfg(feature = "parallel")]
#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let sum = || {
        let tape = Tape::new();
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
#[should_panic(expected = "an argument is a later slot")]
fn a_variable_that_escapes_its_term_is_noticed() {
    gradient(leaking, &X);
}

fn leaking<'t>(x: &[Var<'t>]) -> Var<'t> {
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
