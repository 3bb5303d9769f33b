//! Derivatives inside of derivatives, and minimisation by gradient descent with them: what `particle` and `saddle` are made of.
//! The descent is that of Siskind and Pearlmutter, *Using programming language theory to make automatic differentiation sound and
//! efficient* (2008).

use gprime::prelude::*;

/// A function of `N` numbers, for numbers of every level. What else it depends on, `M` numbers of the surrounding level, enters
/// as constants of its own level.
pub trait Function<const N: usize, const M: usize> {
    fn value<S: Scalar>(&self, x: [S; N], given: [S; M]) -> S;
}

/// A way to the value and the gradient of a function.
pub trait Mode {
    fn value_and_gradient<S: Scalar, const N: usize, const M: usize>(
        f: &impl Function<N, M>,
        x: [S; N],
        given: [S; M],
    ) -> (S, [S; N]);
}

/// A direction at a time.
pub struct Forward;

impl Mode for Forward {
    fn value_and_gradient<S: Scalar, const N: usize, const M: usize>(
        f: &impl Function<N, M>,
        x: [S; N],
        given: [S; M],
    ) -> (S, [S; N]) {
        let along = |i: usize| {
            let unit = |j| S::from(if i == j { 1.0 } else { 0.0 });
            f.value(std::array::from_fn(|j| Dual::new(x[j], unit(j))), given.map(Dual::constant))
        };
        let partials: [Dual<S>; N] = std::array::from_fn(along);
        (partials[0].primal, partials.map(|partial| partial.tangent))
    }
}

/// All directions at once, by a tape of its own.
pub struct Reverse;

impl Mode for Reverse {
    fn value_and_gradient<S: Scalar, const N: usize, const M: usize>(
        f: &impl Function<N, M>,
        x: [S; N],
        given: [S; M],
    ) -> (S, [S; N]) {
        let mut gradient = [S::from(0.0); N];
        let value =
            value_and_gradient(|x| f.value(std::array::from_fn(|i| x[i]), given.map(Var::constant)), &x, &mut gradient);
        (value, gradient)
    }
}

/// Where the gradient, or a step, counts as 0.
const SMALL: f64 = 1e-5;

/// How many steps a descent may try.
const MOST_STEPS: usize = 1_000_000;

/// The point near `start` at which a function is least: a step downhill is taken if it leads down and else halved, and doubled
/// after ten in a row. It is NaN if there is no end to that.
pub fn argmin<D: Mode, S: Scalar, const N: usize, const M: usize>(
    f: &impl Function<N, M>,
    start: [S; N],
    given: [S; M],
) -> [S; N] {
    let (mut x, mut step, mut taken) = (start, S::from(SMALL), 0);
    let (mut value, mut slope) = D::value_and_gradient(f, x, given);
    for _ in 0..MOST_STEPS {
        if length(slope) <= S::from(SMALL) {
            return x;
        }
        if taken == 10 {
            (step, taken) = (step * 2.0, 0);
        }
        let next = std::array::from_fn(|i| x[i] - step * slope[i]);
        if length(std::array::from_fn::<S, N, _>(|i| x[i] - next[i])) <= S::from(SMALL) {
            return x;
        }
        let below = f.value(next, given);
        if below < value {
            (x, value, taken) = (next, below, taken + 1);
            slope = D::value_and_gradient(f, x, given).1;
        } else {
            (step, taken) = (step / S::from(2.0), 0);
        }
    }
    [f64::NAN.into(); N]
}

fn length<S: Scalar, const N: usize>(x: [S; N]) -> S {
    x.iter().map(|&x| x * x).sum::<S>().sqrt()
}
