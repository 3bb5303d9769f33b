//! Functions, vector rules, and the calls that apply them.

use super::loops::{contract_each, expect_rows, map_each, scan_each, sum_each};
use crate::error::{Error, Kind};
use crate::op::{Call, Op};

/// A function of `N` numbers with `M` results, generic in the number: a part of a program. Every [`Op`] is one.
///
/// It needs no rule of its own, since its slopes follow from those of the ops in it. It must not branch on values, as the rule of an op must
/// not. It may borrow data.
///
/// On a tape it is run in forward mode, in all directions together, and the slopes of its results by its arguments are all that is kept. That
/// is the fastest way to differentiate a long program that repeats a step: what is inside costs neither memory nor bookkeeping. With up to 8
/// arguments it nearly always pays. A slope above 10³⁰⁸ overflows, even if the adjoint that it is multiplied by later is small.
///
/// [`function!`](crate::function!) writes the `impl` as a closure is written, and with it the `#[inline(always)]` that it needs to be fast in Cargo's default profile. A generic
/// helper that it calls needs that attribute too, and a loop is seen through where `map` of an array is a call: both cost up to three times
/// without link-time optimisation.
///
/// ```
/// use gprime::prelude::*;
///
/// struct Step;
/// impl Function<2, 1> for Step {
///     fn run<R: Apply>(&self, [a, x]: [R; 2]) -> [R; 1] {
///         [a * x.sin() * (-x).exp()]
///     }
/// }
/// fn iterate<R: Apply>(a: R, mut x: R) -> R {
///     for _ in 0..1000 {
///         [x] = R::run(&Step, [a, x]);
///     }
///     x
/// }
/// let mut g = [0.0; 2];
/// assert_eq!(iterate(1.5, 0.3), value_and_gradient(|p| iterate(p[0], p[1]), &[1.5, 0.3], &mut g));
/// ```
pub trait Function<const N: usize, const M: usize> {
    /// The results.
    fn run<R: Apply>(&self, x: [R; N]) -> [R; M];
}

impl<const N: usize, O: Op<N>> Function<N, 1> for O {
    #[inline(always)]
    fn run<R: Apply>(&self, x: [R; N]) -> [R; 1] {
        [R::call(self, x)]
    }
}

/// A function of lists of numbers with a list of results, and its derivative in both directions: what an [`Op`](crate::op::Op) is for single
/// numbers. It is for what is fast on plain numbers alone, as the routines of linear algebra are, and for what has a rule that is shorter than its
/// program, as a solver has.
///
/// The values are computed on `f64` and on nothing else. The derivatives are generic: a number with parts computes its primal by
/// [`forward`](VectorRule::forward), and the parts by the two rules, in which other vector rules may be applied. So every order of derivative stands on
/// the same `f64` code.
///
/// It is applied by [`Apply::vector`]. A tape keeps the arguments and the results, one statement for all of them; a recorder keeps one statement, too.
/// [`check::vector`](crate::check::vector) holds the parts of a rule to each other and to differences.
///
/// ```
/// use gprime::{Error, check, function::VectorRule, prelude::*};
///
/// /// x / ‖x‖.
/// #[derive(Clone, PartialEq)]
/// struct Direction;
/// impl VectorRule for Direction {
///     fn name(&self) -> &'static str {
///         "direction"
///     }
///     fn results(&self, lens: &[usize]) -> Result<usize, Error> {
///         match lens {
///             [len] => Ok(*len),
///             _ => Err(Error::rule("direction takes one list")),
///         }
///     }
///     fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
///         let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
///         if norm == 0.0 {
///             return Err(Error::rule("direction of a vector of zeros"));
///         }
///         y.iter_mut().zip(x).for_each(|(y, x)| *y = x / norm);
///         Ok(())
///     }
///     // the Jacobian is (1 − y yᵀ) / ‖x‖, which is symmetric
///     fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
///         let (norm, along) = (x.norm(), R::dot(y, of_x));
///         for i in 0..y.len() {
///             of_y[i] = (of_x[i] - along * y[i]) / norm;
///         }
///         Ok(())
///     }
///     fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
///         self.tangent(x, y, of_y, of_x)
///     }
/// }
///
/// fn slope<R: Apply>(x: &[R]) -> R {
///     R::vector(&Direction, &[x]).map_or(R::from(f64::NAN), |y| y[1] / y[0])
/// }
/// let g = gradient(|x| slope(x), &[2.0, 1.0]);
/// assert!((g[0] + 0.25).abs() < 1e-15 && (g[1] - 0.5).abs() < 1e-15);
/// check::vector(&Direction, &[&[0.3, -1.2, 2.0]]).assert_pass();
/// ```
pub trait VectorRule: Clone + PartialEq + Send + Sync + 'static {
    /// The name, in messages and in what a recorder shows.
    fn name(&self) -> &'static str;

    /// How often a result can be differentiated: without end, unless the derivative is `f64` code as well.
    const ORDER: u32 = u32::MAX;

    /// How many results there are, given the length of each list of arguments.
    ///
    /// # Errors
    /// If lists of these lengths do not fit: [`Error::rule`] makes the error.
    fn results(&self, lens: &[usize]) -> Result<usize, Error>;

    /// The results at `x`, the numbers of all lists one after the other, into `y`, whose numbers are 0. It must give the same for the same `x`.
    ///
    /// # Errors
    /// If there are none, as for a matrix that is singular: [`Error::rule`] makes the error.
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error>;

    /// The adjoints of the arguments, Jᵀ ȳ, into `of_x`, whose numbers are 0; `y` are the results at `x`, and `of_y` their adjoints. It is not asked
    /// if these are all 0.
    ///
    /// # Errors
    /// If the derivative does not exist there. The adjoints are NaN then.
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error>;

    /// The tangents of the results, J ẋ, into `of_y`, whose numbers are 0; `y` are the results at `x`, and `of_x` the tangents of the arguments.
    ///
    /// # Errors
    /// If the derivative does not exist there.
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error>;
}

/// How much of a call a tape keeps until the reverse sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The slope of each result by each argument: the most memory, and nothing is run again.
    Slopes,
    /// The arguments of the function at each step: it is run again once, with its derivatives.
    Inputs,
    /// The arguments of the function at some steps: those between are run again, and then once more with their derivatives.
    Few,
}

/// A number that functions can be applied to: what a generic program asks for as `R: Apply`. It has arithmetic, intrinsics and every op as a
/// method (with `use gprime::prelude::*`), and the calls below. The meaning of each is plain code, its default; a tape has a faster way for each.
///
/// Lanes are such numbers too, so it has no comparisons that give a `bool`: a program that branches on values asks for [`Number`](super::Number).
///
/// # What is evaluated more than once
///
/// An op, a function or a step may be evaluated more than once for the same numbers: for the slopes beside the value, in the reverse sweep, in
/// another type of number, by a recording that is run again, by the checker. It must give the same each time. One that counts its calls, reads
/// a clock, draws random numbers or looks at what another thread may change (through a `Cell`, a mutex, a static) gives values of one
/// function and slopes of another, and the gradient is that of neither. What changes from call to call is an argument, a parameter, or data
/// that is chosen before the call.
pub trait Apply: Call {
    /// How often this number is differentiated: 0 for plain numbers, 1 for a dual number of them, 2 for a variable of those.
    #[doc(hidden)]
    const ORDER: u32;

    /// The results of a [`Function`], which a tape differentiates immediately: it keeps one slope for each argument of each result that is
    /// not known to be 0.
    #[inline(always)]
    #[track_caller]
    fn run<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [Self; N]) -> [Self; M] {
        f.run(x)
    }

    /// The results of a [`Function`] at each index, a *place*, of some lists: one list for each result. A list of one number is the same at
    /// all places.
    ///
    /// A tape keeps the slopes of all results contiguously if each list is on slots at equal distances, as inputs are and the results of
    /// another such call: 8 bytes for each slope that is not known to be 0, and loops without a branch in the reverse sweep. That holds for
    /// up to 32 results. It is run at two places together, in the lanes of a register, and it may be run again for its slopes:
    /// it must [give the same then](Apply#what-is-evaluated-more-than-once).
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// struct Gate;
    /// impl Function<3, 1> for Gate {
    ///     fn run<R: Apply>(&self, [x, w, b]: [R; 3]) -> [R; 1] {
    ///         [(x * w + b).sigmoid()]
    ///     }
    /// }
    /// let [a] = Apply::map(&Gate, [&[1.0, 2.0], &[0.5, 0.5], &[-1.0]]);
    /// assert_eq!(a, [(-0.5).sigmoid(), 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the lengths differ, except for lists of length 1.
    #[track_caller]
    fn map<const N: usize, const M: usize, F: Function<N, M>>(f: &F, x: [&[Self]; N]) -> [Vec<Self>; M] {
        map_each(x, |x| Self::run(f, x))
    }

    /// The sum of a [`Function`] over the places of some lists: Σᵢ f(x₁ᵢ, …, x_Nᵢ, d₁ᵢ, …, d_Dᵢ). It is given one number of each list, and
    /// then one of each list of data, which are constants. A list of one is the same at all places; the sum over no places is 0.
    ///
    /// A tape writes one slope for each place of each list of numbers, none for data, and one for a list of one number, as one op:
    /// 8 bytes each. Lists that have inputs in common, as `&x[..n - 1]` and `&x[1..]` have, share their slopes. The function is run at two places
    /// together, in the lanes of a register. A slope above 10³⁰⁸ overflows. In every number the values at even places are added up, and those at
    /// odd ones, and then the two sums. The function must [give the same](Apply#what-is-evaluated-more-than-once) whenever it is run.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// struct Residual;
    /// impl Function<4, 1> for Residual {
    ///     fn run<R: Apply>(&self, [a, b, t, y]: [R; 4]) -> [R; 1] {
    ///         [(a * t + b - y).square()]
    ///     }
    /// }
    /// fn loss<R: Apply>(x: &[R]) -> R {
    ///     R::reduce_each(&Residual, [&x[..1], &x[1..]], [&[0.0, 1.0, 2.0], &[1.0, 2.9, 5.1]])
    /// }
    /// let g = gradient(|x| loss(x), &[2.0, 1.0]);
    /// assert!((g[0] + 0.2).abs() < 1e-12 && g[1].abs() < 1e-12);
    /// ```
    ///
    /// # Panics
    /// If the lengths differ, except for lists of length 1. It does not compile if the function does not take `N + D` numbers.
    #[track_caller]
    fn reduce_each<const N: usize, const D: usize, const I: usize, F: Function<I, 1>>(
        f: &F,
        x: [&[Self]; N],
        data: [&[f64]; D],
    ) -> Self {
        sum_each(x, data, |x| Self::run(f, x)[0])
    }

    /// Passes over a long state, as time steps over a grid are. A pass goes through the places from the first to the last: at each the
    /// [`Function`] is given what the `M` lists of the state are there, then what is carried from the place before, then the parameters of
    /// the place; and it gives the new state, then what is carried on. Each pass begins with the same `carry`, and what is carried past
    /// the last place is dropped. A list of one parameter is the same at all places.
    ///
    /// How much a tape keeps is said by `keep`: for each place of each pass the slopes, O · I numbers for O results and I arguments; or what
    /// the function was given there, O numbers; or, with [`Keep::Few`], now and then what is carried and the state, a byte or two for each
    /// number of a pass. Of the last two the function is run again in the reverse sweep, in all directions at once: they are for cheap
    /// functions. A function that does not [give the same](Apply#what-is-evaluated-more-than-once) when it is run again has the slopes of another pass
    /// than the one whose values are returned.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// /// A step of ∂u/∂t = −k ∂u/∂x by the difference to the place before (the grid spacing is 1); what is carried is u there before the step.
    /// #[derive(Clone)]
    /// struct Upwind { dt: f64 }
    /// impl Function<3, 2> for Upwind {
    ///     fn run<R: Apply>(&self, [u, before, k]: [R; 3]) -> [R; 2] {
    ///         [u - k * (u - before) * self.dt, u]
    ///     }
    /// }
    /// fn outflow<R: Apply>(k: &[R]) -> R {
    ///     let mut u = vec![R::from(0.0); k.len()];
    ///     R::scan(&Upwind { dt: 0.5 }, Keep::Few, 20, [&mut u], [1.0.into()], [k]);
    ///     u[k.len() - 1]
    /// }
    /// let g = gradient(|k| outflow(k), &[1.0, 0.8, 0.6, 0.4]);
    /// assert!(g.iter().all(|&slope| slope > 0.0));
    /// ```
    ///
    /// # Panics
    /// If the lists differ in length, except for parameters of length 1. It does not compile if there is no state, or if the function does not
    /// take `M + C + N` numbers or does not give `M + C`.
    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, F>(
        f: &F,
        _keep: Keep,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        F: Function<I, O> + Clone + Send + 'static,
    {
        scan_each(passes, state, carry, params, |x| Self::run(f, x));
    }

    /// The product A Bᵀ of two matrices, both stored row by row with rows of `inner` numbers: Σₖ aᵢₖ bⱼₖ for each row i of A and each row j of
    /// B, row by row. If B has one row, it is the product of a matrix and a vector.
    ///
    /// A tape keeps the numbers of each matrix once, and not for each row of the other, and writes the whole product as
    /// one statement.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    /// assert_eq!(Apply::contract(&weights, &[1.0, 0.5, 2.0], 3), [8.0, 18.5]);
    ///
    /// // |W x|² has the slopes 2 WᵀW x
    /// let g = gradient(|x| Apply::contract(&weights.map(Var::from), x, 3).iter().map(|y| y.square()).sum(), &[1.0, 0.5, 2.0]);
    /// assert_eq!(g, [164.0, 217.0, 270.0]);
    /// ```
    ///
    /// # Panics
    /// If `inner` is 0, or the length of a matrix is no multiple of it.
    #[track_caller]
    fn contract(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        expect_rows(a, b, inner);
        contract_each(a, b, inner)
    }

    /// The results of a [`VectorRule`] at some lists of numbers: of a function whose values are fast `f64` code, and whose derivative is a rule. The
    /// primals are computed by that code whatever this number is.
    ///
    /// A tape keeps the arguments and the results, 8 bytes each, as one statement, and a recorder one statement as well.
    ///
    /// # Errors
    /// If the rule has no results there, as for lists of lengths that do not fit, or has not as many derivatives as this number asks.
    #[track_caller]
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error>;

    /// The results f(x) of a closure over this number.
    ///
    /// A tape differentiates the closure immediately and keeps only the slopes of its results by `x`: of a step of a
    /// long recurrence, a few numbers instead of every operation in it. The closure must not combine
    /// `x` with variables from outside, and what it makes of `x` must not leave it except as its results.
    ///
    /// The slopes are multiplied before the adjoint of the result is known; one above 10³⁰⁸ overflows. The closure may be asked again,
    /// and must [give the same then](Apply#what-is-evaluated-more-than-once).
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// fn iterate<R: Apply>(a: R, mut x: R) -> R {
    ///     for _ in 0..1000 {
    ///         [x] = R::call_closure([a, x], |[a, x]| [a * x.sin() * (-x).exp()]);
    ///     }
    ///     x
    /// }
    /// assert_eq!(iterate(1.5, 0.3), value_and_gradient(|p| iterate(p[0], p[1]), &[1.5, 0.3], &mut [0.0; 2]));
    /// ```
    #[inline(always)]
    #[track_caller]
    fn call_closure<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        f(x)
    }

    /// Σ term(i, x) for i = 0, …, n − 1.
    ///
    /// A tape reverses the terms as soon as some are recorded and forgets them: what it needs is the memory of a few terms, or of one large
    /// one, not of n, and stays in the cache. A term must be made of the `x` it is given, constants and data; its own variables
    /// must not leave it. It may be evaluated twice and must [give the same then](Apply#what-is-evaluated-more-than-once): a term that
    /// takes the next item of an iterator, or the next random number, is another term the second time. Take it by its index.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// const T: [f64; 3] = [0.0, 1.0, 2.0];
    /// const Y: [f64; 3] = [1.0, 2.9, 5.1];
    /// fn loss<R: Apply>(x: &[R]) -> R {
    ///     R::sum_terms(3, x, |i, x| (x[0] * T[i] + x[1] - Y[i]).square())
    /// }
    /// let g = gradient(|x| loss(x), &[2.0, 1.0]);
    /// assert!((g[0] + 0.2).abs() < 1e-12 && g[1].abs() < 1e-12);
    /// ```
    #[track_caller]
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        (0..n).map(|i| term(i, x)).sum()
    }

    /// The state after many steps of a recurrence: state ← step(i, state, params) for i = 0, …, steps − 1.
    ///
    /// A tape keeps no step. It keeps a few states, their number proportional to the logarithm of `steps`, runs the steps
    /// between them again where the reverse sweep needs them, each as seldom as these states allow (two or three times up to 10⁸
    /// steps), and records one step at a time. It is made for a state of few numbers, whose adjoints are propagated together.
    /// A step must be made of the state and `params` it is given, constants and data, and
    /// [give the same](Apply#what-is-evaluated-more-than-once) whenever it is asked for this i: it is run two or three times, and not in order. A step that
    /// counts its calls instead of looking at i, or draws the next random number, is another one when it is run again: the value is that
    /// of the first run, the gradient that of the later ones, and nothing can tell that from a right one. Draw the numbers before, and let the
    /// step take the ith.
    ///
    /// A slope above 10³⁰⁸ overflows.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// // the sum of the orbit of the logistic map
    /// fn orbit<R: Apply>(r: R, x: R) -> R {
    ///     let zero = R::from(0.0);
    ///     let [_, sum] = R::checkpoint(1000, [x, zero], &[r], |_, [x, sum], r| [r[0] * x * (-x + 1.0), sum + x]);
    ///     sum
    /// }
    /// let g = gradient(|p| orbit(p[0], p[1]), &[2.5, 0.3]);
    /// assert!((g[0] - 1000.0 / 6.25).abs() < 1.0); // it settles at 1 − 1/r
    /// ```
    #[track_caller]
    fn checkpoint<const N: usize>(
        steps: usize,
        state: [Self; N],
        params: &[Self],
        step: impl Fn(usize, [Self; N], &[Self]) -> [Self; N],
    ) -> [Self; N] {
        (0..steps).fold(state, |state, i| step(i, state, params))
    }
}

/// How many results a rule has at some lists.
///
/// # Errors
/// If the lists do not fit, or the rule has not as many derivatives as this number asks.
pub(super) fn results<R: Apply, V: VectorRule>(rule: &V, x: &[&[R]]) -> Result<usize, Error> {
    if V::ORDER < R::ORDER {
        return Err(too_often(rule.name(), V::ORDER));
    }
    rule.results(&x.iter().map(|list| list.len()).collect::<Vec<_>>())
}

/// That a rule was asked for a derivative of a higher order than it has.
pub(super) fn too_often(name: &str, order: u32) -> Error {
    let known =
        if order == 1 { "first derivatives".to_owned() } else { format!("derivatives up to the order {order}") };
    let message =
        format!("{name} has {known} alone, since these are `f64` code; write it as a `VectorRule` that is generic");
    Error::new(Kind::NoSecondDerivative, message)
}

/// Matrices as methods of slices, row by row.
pub trait Matrices<R: Apply> {
    /// The product with the transpose of another matrix, both with rows of `inner` numbers: [`Apply::contract`].
    ///
    /// # Panics
    /// If `inner` is 0, or the length of a matrix is no multiple of it.
    #[track_caller]
    fn matmul_nt(&self, rhs: &[R], inner: usize) -> Vec<R>;
}
impl<R: Apply> Matrices<R> for [R] {
    fn matmul_nt(&self, rhs: &[R], inner: usize) -> Vec<R> {
        R::contract(self, rhs, inner)
    }
}
