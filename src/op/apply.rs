//! Applying an op to a number.

use super::{Dual, Lanes, Op, Real, Reduce};
use crate::real::Twofold;
use smallvec::{SmallVec, smallvec};

/// A number that ops can be applied to. The numbers without a tape run the op's value, [`Dual`] uses its slope as
/// well, a variable records one node.
///
/// A generic program asks for `R: Apply`; it then has arithmetic, intrinsics and every op as a method
/// (with `use gprime::prelude::*`).
pub trait Apply: Real {
    /// Applies an op to its arguments.
    #[track_caller]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self;

    /// Applies an op of any number of arguments.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[inline]
    #[track_caller]
    fn reduce<O: Reduce>(op: &O, x: &[Self]) -> Self {
        Self::reduce_parts(op, &[x])
    }

    /// The same, of the arguments in several lists, one after the other.
    ///
    /// # Panics
    /// If the op does not take that many arguments.
    #[track_caller]
    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self;

    /// A block of a program with few inputs and outputs: the numbers that `f(x)` is.
    ///
    /// A lean tape differentiates the block at once and keeps only the slopes of its results by its inputs: of a step of a
    /// long recurrence, a few numbers instead of every operation in it. The block may use other variables than `x` only
    /// apart from these, and its own must not leave it but as its results.
    ///
    /// The block's slopes are multiplied before the adjoint of its result is known; those beyond 10³⁰⁸ overflow.
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
    fn preaccumulate<const N: usize, const M: usize>(x: [Self; N], f: impl Fn([Self; N]) -> [Self; M]) -> [Self; M] {
        f(x)
    }

    /// Σ term(i, x) for i = 0, …, n − 1.
    ///
    /// A lean tape reverses each term as soon as it is recorded and forgets it: what it needs is the memory of one term, not
    /// of n, and stays in the cache. A term must be made of the `x` it is given, constants and data; its own variables
    /// must not leave it. It may be asked for twice.
    ///
    /// ```
    /// use gprime::prelude::*;
    ///
    /// let (t, y) = ([0.0, 1.0, 2.0], [1.0, 2.9, 5.1]);
    /// let squares = |i: usize, x: &[Var<'_, Lean>]| {
    ///     let r = x[0] * t[i] + x[1] - y[i];
    ///     r * r
    /// };
    /// let g = gradient(|x| Apply::sum_terms(3, x, squares), &[2.0, 1.0]);
    /// assert!((g[0] - 0.2).abs() < 1e-12 && g[1].abs() < 1e-12);
    /// ```
    fn sum_terms(n: usize, x: &[Self], term: impl Fn(usize, &[Self]) -> Self) -> Self {
        (0..n).map(|i| term(i, x)).sum()
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

/// # Panics
/// If the op does not take `n` arguments.
#[track_caller]
pub(crate) fn expect_arity<O: Reduce>(op: &O, n: usize) {
    if let Some(fault) = op.fault(n) {
        panic!("{} {fault}", O::NAME);
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
                op.value(x)
            }
            #[inline]
            fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
                expect_arity(op, len(x));
                match x {
                    [x] => op.value(x),
                    _ => op.value(&join(x, |x| x)),
                }
            }
        } )*
    };
}
by_value! { [] f64; [] Twofold; [const L: usize] Lanes<L>; }

impl<R: Apply> Apply for Dual<R> {
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let primals = x.map(|x| x.primal);
        let a = R::call(op, primals);
        let slopes = op.slope(primals, a);
        let zero = R::from(0.0);
        Dual::new(a, (0..N).fold(zero, |sum, i| sum + x[i].tangent.chain(slopes[i])))
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        let primals = join(x, |x| x.primal);
        let a = R::reduce(op, &primals);
        let mut slopes: Args<R> = smallvec![R::from(0.0); primals.len()];
        op.slope(&primals, a, &mut slopes);
        let zero = R::from(0.0);
        Dual::new(a, x.iter().copied().flatten().zip(&slopes).fold(zero, |sum, (x, &s)| sum + x.tangent.chain(s)))
    }
}
