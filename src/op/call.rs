//! Applying an op to a number.

use super::{Domain, Op, Reduce, inner_product};
use crate::real::{DoubleDouble, Dual, Lanes, Real, Register, Single, SingleLanes, Wide, Witness};
use smallvec::{SmallVec, smallvec};

/// A number that ops can be applied to. The numbers without a tape compute the op's value, [`Dual`] its slopes as
/// well, a variable of a tape or a graph records it.
///
/// Every op is a method of such a number (with `use gprime::prelude::*`).
pub trait Call: Real {
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
}

/// Any op as a method of a number.
pub trait ApplyOp: Call {
    /// Applies an op of one argument: `x.apply(&LeakyRelu { slope: 0.2 })`.
    #[inline(always)]
    #[track_caller]
    fn apply<O: Op<1>>(self, op: &O) -> Self {
        Self::call(op, [self])
    }
}
impl<R: Call> ApplyOp for R {}

/// NaN, of which each derivative by one of these numbers is NaN as well.
#[inline(always)]
pub(crate) fn undefined<R: Real>(x: &[R]) -> R {
    x.iter().fold(R::from(-0.0), |sum, &x| sum + x * f64::NAN)
}

/// The slopes at `x`, which are NaN where the value `a` of an op that is not defined everywhere is.
#[inline(always)]
pub(crate) fn outside<R: Call, const N: usize, O: Op<N>>(op: &O, x: &[R; N], a: R, slopes: [R; N]) -> [R; N] {
    // a constant of the op, so that those defined everywhere pay nothing
    if R::IS_FORMULA || op.domain() == Domain::ALL { slopes } else { nan_with(a, x, slopes) }
}

/// The slopes at `x`, which are NaN where the value `a` is. It is apart from [`outside`], so that it is compiled once for all ops.
#[inline(always)]
fn nan_with<R: Real, const N: usize>(a: R, x: &[R; N], mut slopes: [R; N]) -> [R; N] {
    // a loop, since what `map` of an array calls is not always inlined
    for slope in &mut slopes {
        *slope = R::select_lazy(a.equal(a), || *slope, || undefined(x));
    }
    slopes
}

/// [`outside`] of an op of any number of arguments.
#[inline(always)]
pub(crate) fn outside_of_reduce<R: Call, O: Reduce>(op: &O, x: &[R], a: R, slopes: &mut [R]) {
    if !R::IS_FORMULA && op.domain() != Domain::ALL {
        slopes.iter_mut().for_each(|slope| *slope = R::select_lazy(a.equal(a), || *slope, || undefined(x)));
    }
}

/// Makes NaN of the slopes of an op of any number of arguments where it is not defined, and each that is NaN so in all its parts.
pub(crate) fn settle_slopes<R: Call, O: Reduce>(op: &O, x: &[R], a: R, slopes: &mut [R]) {
    outside_of_reduce(op, x, a, slopes);
    for slope in slopes {
        [*slope] = nan_in_all_parts(x, [*slope]);
    }
}

/// The slopes at `x`, of which one that is NaN is so in all its parts: a rule that hands NaN on as an argument has its derivative 1.
#[inline(always)]
pub(crate) fn nan_in_all_parts<R: Call, const N: usize>(x: &[R], mut slopes: [R; N]) -> [R; N] {
    if !R::IS_FORMULA {
        for slope in &mut slopes {
            *slope = R::select_lazy(slope.equal(*slope), || *slope, || undefined(x));
        }
    }
    slopes
}

/// # Panics
/// If the op does not take `n` arguments.
#[track_caller]
pub(crate) fn expect_arity<O: Reduce>(op: &O, n: usize) {
    if let Some(fault) = op.validate(n) {
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
        impl<$($generics)*> Call for $ty {
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
by_value! { [] f64; [] DoubleDouble; [] Witness; [const L: usize] Lanes<L>; [R: Register] Wide<R>; }

/// Numbers of single precision: an op is computed in double precision as a whole, and its value and slopes are rounded once.
macro_rules! rounded {
    ($([$($generics:tt)*] $ty:ty, $double:ty;)*) => { $(
        impl<$($generics)*> Call for $ty {
            #[inline(always)]
            fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
                <$double>::call(op, x.map(Self::to_f64)).into()
            }
            #[inline(always)]
            fn call_and_slope<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> (Self, [Self; N]) {
                let (a, slopes) = <$double>::call_and_slope(op, x.map(Self::to_f64));
                (a.into(), slopes.map(Self::from))
            }
            #[inline(always)]
            fn by_slopes<const N: usize, O: Op<N>>(_: &O, _: [Self; N], a: Self, _: &[Self; N]) -> Self {
                a
            }
            fn reduce_and_slope<O: Reduce>(op: &O, x: &[Self], slopes: &mut [Self]) -> Self {
                let mut in_double: Args<$double> = smallvec![0.0.into(); x.len()];
                let a = <$double>::reduce_and_slope(op, &join(&[x], Self::to_f64), &mut in_double);
                slopes.iter_mut().zip(in_double).for_each(|(slope, of_double)| *slope = of_double.into());
                a.into()
            }
            fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
                <$double>::reduce(op, &join(x, Self::to_f64)).into()
            }
        } )*
    };
}
rounded! { [] Single, f64; [const L: usize] SingleLanes<L>, Lanes<L>; }

/// The primals of dual numbers.
#[inline(always)]
fn primals<R: Real, const N: usize>(x: [Dual<R>; N]) -> [R; N] {
    let mut primals = [R::from(0.0); N];
    for (primal, x) in primals.iter_mut().zip(&x) {
        *primal = x.primal;
    }
    primals
}

/// The number with this value of an op at `x`, and the tangent that its slopes give.
#[inline]
fn along<R: Real, const N: usize>(x: [Dual<R>; N], value: R, slopes: [R; N]) -> Dual<R> {
    // −0 + x is x, whatever x is
    Dual::new(value, (0..N).fold(R::from(-0.0), |sum, i| sum + x[i].tangent.mul_strong_zero(slopes[i])))
}

impl<R: Call> Call for Dual<R> {
    const IS_FORMULA: bool = R::IS_FORMULA;

    #[inline]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        let (a, slopes) = R::call_and_slope(op, primals(x));
        along(x, a, slopes)
    }

    #[inline]
    fn by_slopes<const N: usize, O: Op<N>>(op: &O, x: [Self; N], a: Self, slopes: &[Self; N]) -> Self {
        let slopes = primals(*slopes);
        along(x, R::by_slopes(op, primals(x), a.primal, &slopes), slopes)
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        let primals = join(x, |x| x.primal);
        let mut slopes: Args<R> = smallvec![R::from(0.0); primals.len()];
        let a = R::reduce_and_slope(op, &primals, &mut slopes);
        let terms = x.iter().copied().flatten().zip(&slopes);
        Dual::new(a, terms.fold(R::from(-0.0), |sum, (x, &s)| sum + x.tangent.mul_strong_zero(s)))
    }
}
