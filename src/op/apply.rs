//! Applying an op to a number.

use super::scan::{Params, places, run_passes};
use super::{Domain, Op, Reduce, inner_product};
use crate::real::{DoubleDouble, Dual, Lanes, Real, Witness};
use smallvec::{SmallVec, smallvec};
use std::array::from_fn;

/// A number that ops can be applied to. The numbers without a tape compute the op's value, [`Dual`] its slopes as
/// well, a variable records one node.
///
/// A generic program asks for `R: Apply`; it then has arithmetic, intrinsics and every op as a method
/// (with `use gprime::prelude::*`).
///
/// # What is asked again
///
/// An op, a block or a step may be asked more than once for the same numbers: for the slopes beside the value, in the reverse sweep, in
/// another type of number, by a recording that is run again, by the checker. It must give the same each time. One that counts its calls, reads
/// a clock, draws random numbers or looks at what another thread may change (through a `Cell`, a mutex, a static) gives values of one
/// function and slopes of another, and the gradient is that of neither. What changes from call to call is an argument, a parameter, or data
/// that is chosen before the call.
pub trait Apply: Real {
    /// Whether operations on this number are written down, as those on a recording are. What keeps NaN from being lost is then left out, so
    /// that a formula is what the rule says.
    #[doc(hidden)]
    const IS_FORMULA: bool = false;

    /// Applies an op to its arguments.
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self;

    /// Applies an op to its arguments, and gives the slopes there as well. Where the op is not defined, so that its value is NaN, they are
    /// NaN, whatever the rule's formula makes of it.
    #[inline(always)]
    #[track_caller]
    fn call_and_slope<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> (Self, [Self; N]) {
        let (a, slopes) = op.evaluate(x);
        let slopes = nan_in_all_parts(&x, outside(op, &x, a, slopes));
        (Self::by_slopes(op, x, a, &slopes), slopes)
    }

    /// The value of an op whose derivatives are the slopes at `x`. The evaluation of the op gave the value `a`, whose derivatives are those of
    /// its formula: at a kink these are other ones.
    #[doc(hidden)]
    #[inline(always)]
    #[track_caller]
    fn by_slopes<const N: usize, O: Op<N>>(op: &O, x: [Self; N], _a: Self, _slopes: &[Self; N]) -> Self {
        Self::call(op, x)
    }

    /// Applies an op of any number of arguments.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[inline]
    #[track_caller]
    fn reduce<O: Reduce>(op: &O, x: &[Self]) -> Self {
        Self::reduce_parts(op, &[x])
    }

    /// Applies an op of any number of arguments, and writes the slopes there into `slopes`.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[inline]
    #[track_caller]
    fn reduce_and_slope<O: Reduce>(op: &O, x: &[Self], slopes: &mut [Self]) -> Self {
        let a = Self::reduce(op, x);
        op.evaluate(x, slopes);
        settle_slopes(op, x, a, slopes);
        a
    }

    /// Applies an op of any number of arguments to those in several lists, one after the other.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self;

    /// Σ xᵢ yᵢ, as [`Dot`](super::Dot); 0 if both are empty.
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    fn dot(x: &[Self], y: &[Self]) -> Self {
        assert_eq!(x.len(), y.len(), "dot needs two vectors of the same length");
        if x.is_empty() { inner_product(x, y) } else { Self::reduce_parts(&super::Dot, &[x, y]) }
    }

    /// Σ wᵢ xᵢ of constant weights; 0 if there are none.
    ///
    /// # Panics
    /// If the lengths differ.
    #[inline]
    #[track_caller]
    fn weighted_sum(x: &[Self], weights: &[f64]) -> Self {
        assert_eq!(x.len(), weights.len(), "there must be one weight for each number");
        inner_product(x, weights)
    }

    /// The product A Bᵀ of two matrices, both row by row with rows of `inner` numbers: Σₖ aᵢₖ bⱼₖ for each row i of A and each row j of
    /// B, row by row. If B has one row, it is the product of a matrix and a vector.
    ///
    /// A tape keeps the numbers of each matrix once, and not for each row of the other, and writes the whole product as
    /// one statement.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    /// assert_eq!(Apply::matmul_nt(&weights, &[1.0, 0.5, 2.0], 3), [8.0, 18.5]);
    ///
    /// // |W x|² has the slopes 2 WᵀW x
    /// let g = gradient(|x| Apply::matmul_nt(&weights.map(Var::from), x, 3).iter().map(|y| y.square()).sum(), &[1.0, 0.5, 2.0]);
    /// assert_eq!(g, [164.0, 217.0, 270.0]);
    /// ```
    ///
    /// # Panics
    /// If `inner` is 0, or a matrix has no whole number of rows.
    #[track_caller]
    fn matmul_nt(a: &[Self], b: &[Self], inner: usize) -> Vec<Self> {
        expect_rows(a, b, inner);
        dot_each(a, b, inner)
    }

    /// A block of a program with few inputs and outputs: the numbers that `f(x)` is.
    ///
    /// A tape differentiates the block at once and keeps only the slopes of its results by its inputs: of a step of a
    /// long recurrence, a few numbers instead of every operation in it. The block may use other variables than `x` only
    /// apart from these, and its own must not leave it but as its results.
    ///
    /// The block's slopes are multiplied before the adjoint of its result is known; those beyond 10³⁰⁸ overflow. It may be asked for again,
    /// and must [give the same then](Apply#what-is-asked-again).
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// fn iterate<R: Apply>(a: R, mut x: R) -> R {
    ///     for _ in 0..1000 {
    ///         [x] = R::preaccumulate([a, x], |[a, x]| [a * x.sin() * (-x).exp()]);
    ///     }
    ///     x
    /// }
    /// assert_eq!(iterate(1.5, 0.3), value_and_gradient(|p| iterate(p[0], p[1]), &[1.5, 0.3], &mut [0.0; 2]));
    /// ```
    #[inline(always)]
    #[track_caller]
    fn preaccumulate<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        f(x)
    }

    /// The same for a block that is generic in the number: see [`Block`].
    #[inline(always)]
    #[track_caller]
    fn block<const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [Self; N]) -> [Self; M] {
        block.run(x)
    }

    /// Σ term(i, x) for i = 0, …, n − 1.
    ///
    /// A tape reverses each term as soon as it is recorded and forgets it: what it needs is the memory of one term, not
    /// of n, and stays in the cache. A term must be made of the `x` it is given, constants and data; its own variables
    /// must not leave it. It may be asked for twice, and on any thread, and must [give the same then](Apply#what-is-asked-again): a term that
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

    /// The results of the same [`Block`] at each place of some lists: one list for each result. A list of one number is the same at all
    /// places.
    ///
    /// A tape writes the slopes of all results in one piece, where the arguments stand in a row, as inputs do and the results of
    /// another such call: 8 bytes for each that is not known to be 0, and loops without a branch in the reverse sweep. The block
    /// may have up to 12 results for that. It is run at two places at once, in the lanes of a register, and it may be run again for its slopes:
    /// it must [give the same then](Apply#what-is-asked-again).
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// struct Gate;
    /// impl Block<3, 1> for Gate {
    ///     fn run<R: Apply>(&self, [x, w, b]: [R; 3]) -> [R; 1] {
    ///         [(x * w + b).sigmoid()]
    ///     }
    /// }
    /// let [a] = Apply::map_block(&Gate, [&[1.0, 2.0], &[0.5, 0.5], &[-1.0]]);
    /// assert_eq!(a, [(-0.5).sigmoid(), 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the lengths differ, but for those of 1.
    #[track_caller]
    fn map_block<const N: usize, const M: usize, B: Block<N, M>>(block: &B, x: [&[Self]; N]) -> [Vec<Self>; M] {
        map_each(block, x)
    }

    /// Passes over a long state, as time steps over a grid are. A pass goes through the places from the first to the last: at each the
    /// [`Block`] is given what the `M` lists of the state are there, then what is carried from the place before, then the parameters of
    /// the place; and it gives the new state, then what is carried on. Each pass begins with the same `carry`, and what is carried past
    /// the last place is dropped. A list of one parameter is the same at all places.
    ///
    /// A tape keeps now and then what is carried and the state, a byte or two for each number of a pass, and runs the block again
    /// in the reverse sweep, in all directions at once. Of a single pass it keeps what the block was given. So it is made for blocks of
    /// cheap operations; of the others [`map_block`](Apply::map_block) keeps the slopes. A block that does not
    /// [give the same](Apply#what-is-asked-again) when it is run again has the slopes of another pass than the one whose values are returned.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// /// A step of ∂u/∂t = −k ∂u/∂x by the difference to the place before, 1 away; what is carried is u there before the step.
    /// #[derive(Clone)]
    /// struct Upwind { dt: f64 }
    /// impl Block<3, 2> for Upwind {
    ///     fn run<R: Apply>(&self, [u, before, k]: [R; 3]) -> [R; 2] {
    ///         [u - k * (u - before) * self.dt, u]
    ///     }
    /// }
    /// fn outflow<R: Apply>(k: &[R]) -> R {
    ///     let mut u = vec![R::from(0.0); k.len()];
    ///     R::scan(&Upwind { dt: 0.5 }, 20, [&mut u], [1.0.into()], [k]);
    ///     u[k.len() - 1]
    /// }
    /// let g = gradient(|k| outflow(k), &[1.0, 0.8, 0.6, 0.4]);
    /// assert!(g.iter().all(|&slope| slope > 0.0));
    /// ```
    ///
    /// # Panics
    /// If the lists differ in length, but for parameters of length 1. It does not compile if there is no state, or if the block does not
    /// take `M + C + N` numbers or does not give `M + C`.
    #[track_caller]
    fn scan<const M: usize, const C: usize, const N: usize, const I: usize, const O: usize, B>(
        block: &B,
        passes: usize,
        state: [&mut [Self]; M],
        carry: [Self; C],
        params: [&[Self]; N],
    ) where
        B: Block<I, O> + Clone + Send + 'static,
    {
        scan_each(block, passes, state, carry, params);
    }

    /// The sum of the same [`Block`] over many points: Σ b(x) of the pairs (b, x). What differs between the terms beside their variables
    /// is data inside of `b`.
    ///
    /// A tape adds up the slopes of the terms as they come, so that the whole sum is one entry with one slope for each
    /// variable in it, however many terms there are. Terms of a block without data are run two at once. Slopes beyond 10³⁰⁸ overflow
    /// before the adjoint is known. A block must [give the same](Apply#what-is-asked-again) whenever it is run.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// struct Square { t: f64, y: f64 }
    /// impl Block<2, 1> for Square {
    ///     fn run<R: Apply>(&self, [a, b]: [R; 2]) -> [R; 1] {
    ///         [(a * self.t + b - self.y).square()]
    ///     }
    /// }
    /// fn loss<R: Apply>(x: &[R]) -> R {
    ///     let points = [(0.0, 1.0), (1.0, 2.9), (2.0, 5.1)];
    ///     R::sum_blocks(points.map(|(t, y)| (Square { t, y }, [x[0], x[1]])))
    /// }
    /// let g = gradient(|x| loss(x), &[2.0, 1.0]);
    /// assert!((g[0] + 0.2).abs() < 1e-12 && g[1].abs() < 1e-12);
    /// ```
    #[track_caller]
    fn sum_blocks<const N: usize, B: Block<N, 1>>(terms: impl IntoIterator<Item = (B, [Self; N])>) -> Self {
        terms.into_iter().map(|(block, x)| block.run(x)[0]).sum()
    }

    /// The state after many steps of a recurrence: state ← step(i, state, params) for i = 0, …, steps − 1.
    ///
    /// A tape keeps no step. It keeps a few states, their number proportional to the logarithm of `steps`, runs the steps
    /// between them again where the reverse sweep needs them, each as seldom as these states allow (two or three times up to 10⁸
    /// steps), and records one step at a time. It is made for a state of few numbers, whose adjoints are carried side by side.
    /// A step must be made of the state and `params` it is given, constants and data, and
    /// [give the same](Apply#what-is-asked-again) whenever it is asked for this i: it is run two or three times, and not in order. A step that
    /// counts its calls instead of looking at i, or draws the next random number, is another one when it is run again: the value is that
    /// of the first run, the gradient that of the later ones, and nothing can tell that from a right one. Draw the numbers before, and let the
    /// step take the ith.
    ///
    /// Slopes beyond 10³⁰⁸ overflow before the adjoint is known.
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

    /// Applies an op of one argument: `x.apply(&LeakyRelu { slope: 0.2 })`.
    #[inline(always)]
    #[track_caller]
    fn apply<O: Op<1>>(self, op: &O) -> Self {
        Self::call(op, [self])
    }

    /// Applies an op of two arguments.
    #[inline(always)]
    #[track_caller]
    fn apply2<O: Op<2>>(self, rhs: Self, op: &O) -> Self {
        Self::call(op, [self, rhs])
    }
}

/// A block of a program with few inputs and outputs, written for any number.
///
/// A tape runs it in forward mode, in all directions at once and without a tape, and keeps the slopes of its results by its
/// inputs as one entry each. That is the fastest way to differentiate a long program that does the same again and again:
/// what is inside costs neither memory nor bookkeeping. With up to 8 inputs it is worth it nearly always.
///
/// It is an op without a rule: like one it must not branch, and unlike one it needs no slope, since that follows.
/// As with [`Apply::preaccumulate`], slopes beyond 10³⁰⁸ overflow before the adjoint is known.
///
/// ```
/// use gprime::prelude::*;
///
/// struct Step;
/// impl Block<2, 1> for Step {
///     fn run<R: Apply>(&self, [a, x]: [R; 2]) -> [R; 1] {
///         [a * x.sin() * (-x).exp()]
///     }
/// }
/// fn iterate<R: Apply>(a: R, mut x: R) -> R {
///     for _ in 0..1000 {
///         [x] = R::block(&Step, [a, x]);
///     }
///     x
/// }
/// let mut g = [0.0; 2];
/// assert_eq!(iterate(1.5, 0.3), value_and_gradient(|p| iterate(p[0], p[1]), &[1.5, 0.3], &mut g));
/// ```
pub trait Block<const N: usize, const M: usize> {
    /// The block's results.
    fn run<R: Apply>(&self, x: [R; N]) -> [R; M];
}

/// NaN, of which each derivative by one of these numbers is NaN as well.
#[inline(always)]
fn undefined<R: Real>(x: &[R]) -> R {
    x.iter().fold(R::from(-0.0), |sum, &x| sum + x * f64::NAN)
}

/// The slopes at `x`, which are NaN where the value `a` of an op that is not defined everywhere is.
#[inline(always)]
pub(crate) fn outside<R: Apply, const N: usize, O: Op<N>>(op: &O, x: &[R; N], a: R, slopes: [R; N]) -> [R; N] {
    // a constant of the op, so that those defined everywhere pay nothing
    if R::IS_FORMULA || op.domain() == Domain::ALL {
        slopes
    } else {
        slopes.map(|slope| R::select_lazy(a.equal(a), || slope, || undefined(x)))
    }
}

/// [`outside`] of an op of any number of arguments.
#[inline(always)]
pub(crate) fn outside_of_reduce<R: Apply, O: Reduce>(op: &O, x: &[R], a: R, slopes: &mut [R]) {
    if !R::IS_FORMULA && op.domain() != Domain::ALL {
        slopes.iter_mut().for_each(|slope| *slope = R::select_lazy(a.equal(a), || *slope, || undefined(x)));
    }
}

/// Makes NaN of the slopes of an op of any number of arguments where it is not defined, and each that is NaN so in all its parts.
pub(crate) fn settle_slopes<R: Apply, O: Reduce>(op: &O, x: &[R], a: R, slopes: &mut [R]) {
    outside_of_reduce(op, x, a, slopes);
    for slope in slopes {
        [*slope] = nan_in_all_parts(x, [*slope]);
    }
}

/// The slopes at `x`, of which one that is NaN is so in all its parts: a rule that hands NaN on as an argument has its derivative 1.
#[inline(always)]
pub(crate) fn nan_in_all_parts<R: Apply, const N: usize>(x: &[R], slopes: [R; N]) -> [R; N] {
    if R::IS_FORMULA {
        return slopes;
    }
    slopes.map(|slope| R::select_lazy(slope.equal(slope), || slope, || undefined(x)))
}

/// # Panics
/// If the op does not take `n` arguments.
#[track_caller]
pub(crate) fn expect_arity<O: Reduce>(op: &O, n: usize) {
    if let Some(fault) = op.validate(n) {
        panic!("{} {fault}", O::NAME);
    }
}

/// How many places there are in lists of this length.
///
/// # Panics
/// If the lengths differ, but for those of 1.
#[track_caller]
pub(crate) fn common_len<const N: usize>(lens: [usize; N]) -> usize {
    let len = lens.iter().copied().find(|&len| len != 1).unwrap_or(1);
    assert!(lens.iter().all(|&other| other == len || other == 1), "the lists differ in length: {lens:?}");
    len
}

/// [`Apply::map_block`], one place after the other.
#[track_caller]
#[inline]
pub(crate) fn map_each<R: Apply, const N: usize, const M: usize, B: Block<N, M>>(
    block: &B,
    x: [&[R]; N],
) -> [Vec<R>; M] {
    let len = common_len(x.map(<[R]>::len));
    let steps = x.map(|x| usize::from(x.len() > 1));
    let mut results: [Vec<R>; M] = from_fn(|_| Vec::with_capacity(len));
    for i in 0..len {
        let results = results.iter_mut().zip(R::block(block, from_fn(|k| x[k][i * steps[k]])));
        results.for_each(|(list, y)| list.push(y));
    }
    results
}

/// # Panics
/// If `inner` is 0, or a matrix has no whole number of rows.
#[track_caller]
pub(crate) fn expect_rows<R>(a: &[R], b: &[R], inner: usize) {
    assert!(inner > 0, "matmul_nt needs rows of at least 1 number");
    for len in [a.len(), b.len()] {
        assert!(len % inner == 0, "matmul_nt needs rows of {inner}, which {len} numbers are not");
    }
}

/// [`Apply::matmul_nt`], one dot product after the other. A row of `a` is read once for all of `b`.
#[track_caller]
#[inline]
pub(crate) fn dot_each<R: Apply>(a: &[R], b: &[R], inner: usize) -> Vec<R> {
    let mut products = Vec::with_capacity(a.len() / inner * (b.len() / inner));
    for row in a.chunks_exact(inner) {
        products.extend(b.chunks_exact(inner).map(|other| R::dot(row, other)));
    }
    products
}

/// [`Apply::scan`], one place after the other.
#[track_caller]
#[inline]
pub(crate) fn scan_each<R: Apply, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    block: &impl Block<I, O>,
    passes: usize,
    mut state: [&mut [R]; M],
    carry: [R; C],
    params: [&[R]; N],
) {
    if places(&state, &params) > 0 {
        run_passes(passes, &mut state, carry, &Params::new(params), |x| R::block(block, x), |_, _| {});
    }
}

/// The arguments of a reduction.
pub(crate) type Args<R> = SmallVec<[R; 32]>;

/// How many there are in all lists together.
pub(crate) fn len<T>(lists: &[&[T]]) -> usize {
    lists.iter().map(|list| list.len()).sum()
}

/// What `f` makes of each in all lists, in one list.
#[inline]
fn join<T: Copy, R>(lists: &[&[T]], f: impl Fn(T) -> R) -> Args<R> {
    let mut all = Args::with_capacity(len(lists));
    for list in lists {
        all.extend(list.iter().map(|&x| f(x)));
    }
    all
}

macro_rules! by_value {
    ($([$($generics:tt)*] $ty:ty;)*) => { $(
        impl<$($generics)*> Apply for $ty {
            #[inline(always)]
            fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
                op.evaluate_value(x)
            }
            #[inline(always)]
            fn call_and_slope<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> (Self, [Self; N]) {
                let (a, slopes) = op.evaluate(x);
                (a, outside(op, &x, a, slopes))
            }
            #[inline(always)]
            fn by_slopes<const N: usize, O: Op<N>>(_: &O, _: [Self; N], a: Self, _: &[Self; N]) -> Self {
                a
            }
            #[inline]
            fn dot(x: &[Self], y: &[Self]) -> Self {
                assert_eq!(x.len(), y.len(), "dot needs two vectors of the same length");
                inner_product(x, y)
            }
            #[inline]
            fn reduce_and_slope<O: Reduce>(op: &O, x: &[Self], slopes: &mut [Self]) -> Self {
                expect_arity(op, x.len());
                let a = op.evaluate(x, slopes);
                outside_of_reduce(op, x, a, slopes);
                a
            }
            #[inline]
            fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
                expect_arity(op, len(x));
                match x {
                    [x] => op.evaluate_value(x),
                    _ => op.evaluate_value(&join(x, |x| x)),
                }
            }
        } )*
    };
}
by_value! { [] f64; [] DoubleDouble; [] Witness; [const L: usize] Lanes<L>; }

/// The number with this value of an op at `x`, and the tangent that its slopes give.
fn along<R: Real, const N: usize>(x: [Dual<R>; N], value: R, slopes: [R; N]) -> Dual<R> {
    // −0 + x is x, whatever x is
    Dual::new(value, (0..N).fold(R::from(-0.0), |sum, i| sum + x[i].tangent.mul_strong_zero(slopes[i])))
}

impl<R: Apply> Apply for Dual<R> {
    const IS_FORMULA: bool = R::IS_FORMULA;

    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let (a, slopes) = R::call_and_slope(op, x.map(|x| x.primal));
        along(x, a, slopes)
    }

    fn by_slopes<const N: usize, O: Op<N>>(op: &O, x: [Self; N], a: Self, slopes: &[Self; N]) -> Self {
        let slopes = slopes.map(|slope| slope.primal);
        along(x, R::by_slopes(op, x.map(|x| x.primal), a.primal, &slopes), slopes)
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        let primals = join(x, |x| x.primal);
        let mut slopes: Args<R> = smallvec![R::from(0.0); primals.len()];
        let a = R::reduce_and_slope(op, &primals, &mut slopes);
        let terms = x.iter().copied().flatten().zip(&slopes);
        Dual::new(a, terms.fold(R::from(-0.0), |sum, (x, &s)| sum + x.tangent.mul_strong_zero(s)))
    }
}
