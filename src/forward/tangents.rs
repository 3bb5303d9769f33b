//! Forward mode in several directions at once.

use crate::error::Error;
use crate::function::{Apply, Number, VectorRule, at_primals, joined};
use crate::op::call::{Args, expect_arity, len};
use crate::op::{self, Call, Op, Reduce, inherent_methods, intrinsics_by_calls};
use crate::real::{
    Real, assign_operators, comparisons_with_f64, intrinsics, number_traits, remainder_operators, remainder_slopes,
    write_list,
};
use smallvec::smallvec;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A primal with `N` tangents, its derivatives in as many directions: vector forward mode, for functions of few inputs.
///
/// Unlike a [`Dual`](crate::Dual), whose derivatives are a second opinion on the rules, it takes the slopes of the rules themselves, as a tape
/// does, and needs no memory but its own.
///
/// `Z` says what a tangent of 0 is worth:
///
/// * [`Strong`], if nothing else is said: 0 annihilates ±∞ and NaN in the chain rule, as it does everywhere else.
/// * [`Ieee`]: the products are plain, and several times faster. Whoever finds a NaN among the tangents then asks again with `Strong`, as the
///   reverse sweep does.
/// * [`Masked`]: plain, too, and a number knows which directions it depends on; shares of the others are not computed. It is the fastest for
///   short straight programs that the compiler sees as a whole, as most [`Block`](crate::function::Function)s are, with up to some ten directions:
///   which they depend on is known before the program runs then. In a long program, in a loop, or behind a call, it is asked for each
///   share, and `Ieee` is several times faster.
///
/// ```
/// use gprime::prelude::*;
///
/// let [x, y]: [Tangents<f64, 2>; 2] = Tangents::variables([2.0, 3.0]);
/// let z = x * y + x.sin();
/// assert_eq!(z.tangents(), [3.0 + 2f64.cos(), 2.0]);
/// ```
///
/// A Jacobian by hand takes some inputs at a time; that of a routine is taken so by [`Modes::jacobian`](crate::modes::Modes::jacobian) where it is
/// cheaper than in reverse. A tape over these numbers is forward over reverse, some rows of a Hessian at a time:
///
/// ```
/// use gprime::prelude::*;
///
/// fn powers<R: Number>(x: &[R]) -> Vec<R> {
///     (1..100).map(|k| (x[0] * f64::from(k)).sin() * x[1] + x[2]).collect()
/// }
/// let x = [0.1, 2.0, 3.0];
/// let moving: [Tangents<f64, 3, Ieee>; 3] = Tangents::variables(x);
/// let rows: Vec<[f64; 3]> = powers(&moving).into_iter().map(|y| y.tangents()).collect();
/// assert_eq!(rows[0], [2.0 * 0.1f64.cos(), 0.1f64.sin(), 1.0]);
///
/// let g = gradient(|x| x[0] * x[0] * x[1], &Tangents::<f64, 2>::variables([2.0, 3.0]));
/// assert_eq!([g[0].tangents(), g[1].tangents()], [[6.0, 4.0], [4.0, 0.0]]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tangents<R, const N: usize, Z: ZeroPolicy = Strong> {
    /// The value.
    pub primal: R,
    // What the pattern leaves out is 0; so no one else may write these.
    tangents: [R; N],
    pattern: Z::Pattern,
}

/// What a tangent of 0 is worth in [`Tangents`]: [`Strong`], [`Ieee`] or [`Masked`]. There are no others.
pub trait ZeroPolicy: Policy {}

/// 0 annihilates ±∞ and NaN.
#[derive(Clone, Copy, Debug)]
pub struct Strong;

/// 0 times ±∞ is NaN.
#[derive(Clone, Copy, Debug)]
pub struct Ieee;

/// 0 times ±∞ is NaN, but a direction that a number does not depend on has no share in what is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Masked;

impl ZeroPolicy for Strong {}
impl ZeroPolicy for Ieee {}
impl ZeroPolicy for Masked {}

mod sealed {
    use super::{Ieee, Masked, Real, Strong};
    use std::fmt::Debug;

    pub trait Policy: Copy + Debug + Send + Sync + 'static {
        /// Which directions a number depends on.
        type Pattern: Copy + Debug + PartialEq + Send + Sync;
        const NONE: Self::Pattern;
        const ALL: Self::Pattern;
        fn only(k: usize) -> Self::Pattern;
        fn union(a: Self::Pattern, b: Self::Pattern) -> Self::Pattern;
        fn contains(pattern: Self::Pattern, k: usize) -> bool;
        /// A tangent times a slope.
        fn share<R: Real>(tangent: R, slope: R) -> R;
    }

    macro_rules! without_pattern {
        ($ZeroPolicy:ident, $tangent:ident, $slope:ident, $share:expr) => {
            impl Policy for $ZeroPolicy {
                type Pattern = ();
                const NONE: () = ();
                const ALL: () = ();
                #[inline(always)]
                fn only(_: usize) {}
                #[inline(always)]
                fn union(_: (), _: ()) {}
                #[inline(always)]
                fn contains(_: (), _: usize) -> bool {
                    true
                }
                #[inline(always)]
                fn share<R: Real>($tangent: R, $slope: R) -> R {
                    $share
                }
            }
        };
    }
    without_pattern! { Strong, tangent, slope, tangent.mul_strong_zero(slope) }
    without_pattern! { Ieee, tangent, slope, tangent * slope }

    /// A bit for each direction; the last is for all from the 64th on.
    impl Policy for Masked {
        type Pattern = u64;
        const NONE: u64 = 0;
        const ALL: u64 = u64::MAX;
        #[inline(always)]
        fn only(k: usize) -> u64 {
            1 << k.min(63)
        }
        #[inline(always)]
        fn union(a: u64, b: u64) -> u64 {
            a | b
        }
        #[inline(always)]
        fn contains(pattern: u64, k: usize) -> bool {
            pattern & Self::only(k) != 0
        }
        #[inline(always)]
        fn share<R: Real>(tangent: R, slope: R) -> R {
            tangent * slope
        }
    }
}
pub(crate) use sealed::Policy;

/// A loop over the directions, written out: the compiler does not unroll a long one early enough to find that patterns are constants.
macro_rules! for_each_direction {
    ($k:ident in $N:ident $body:block) => {
        for_each_direction! { $k in $N $body 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 }
    };
    ($k:ident in $N:ident $body:block $($direction:literal)*) => {
        $(if const { $direction < $N } {
            let $k = $direction;
            $body
        })*
        for $k in 24..$N $body
    };
}

impl<R: Call, const N: usize, Z: ZeroPolicy> Tangents<R, N, Z> {
    /// A number with these derivatives, of which none is known to be 0.
    #[inline(always)]
    pub fn new(primal: R, tangents: [R; N]) -> Self {
        Tangents { primal, tangents, pattern: Z::ALL }
    }

    /// A number that does not depend on the variables.
    #[inline(always)]
    pub fn constant(primal: R) -> Self {
        Tangents { primal, tangents: [R::from(0.0); N], pattern: Z::NONE }
    }

    /// The variable that is the `i`th direction.
    ///
    /// # Panics
    /// If there are not so many directions.
    #[inline(always)]
    pub fn variable(primal: R, i: usize) -> Self {
        let mut x = Tangents::constant(primal);
        x.tangents[i] = R::from(1.0);
        x.pattern = Z::only(i);
        x
    }

    /// All variables of a function, each with a direction of its own.
    #[inline(always)]
    pub fn variables(primals: [R; N]) -> [Self; N] {
        let mut x = [Tangents::constant(R::from(0.0)); N];
        for_each_direction! { k in N {
            x[k].primal = primals[k];
            x[k].tangents[k] = R::from(1.0);
            x[k].pattern = Z::only(k);
        } }
        x
    }

    /// The derivative of the value in each direction.
    #[inline(always)]
    pub fn tangents(self) -> [R; N] {
        self.tangents
    }

    /// Whether the number may depend on the `k`th direction. With [`Strong`] and [`Ieee`] it always may; with [`Masked`] its tangent is 0
    /// otherwise.
    #[inline(always)]
    pub fn depends_on(self, k: usize) -> bool {
        Z::contains(self.pattern, k)
    }

    /// Which directions the number may depend on.
    #[inline(always)]
    pub(crate) fn pattern(self) -> Z::Pattern {
        self.pattern
    }

    /// What results whose adjoints are given bring to the adjoint of each direction's variable.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // the compiler unrolls these and finds the patterns to be constants, which it does not with iterators
    pub(crate) fn pull_back<const M: usize>(results: &[Self; M], adjoints: [R; M]) -> [R; N] {
        let mut shares = [R::from(0.0); N];
        for_each_direction! { k in N {
            let mut sum = None;
            for m in 0..M {
                if results[m].depends_on(k) {
                    let share = Z::share(adjoints[m], results[m].tangents[k]);
                    sum = Some(if let Some(sum) = sum { sum + share } else { share });
                }
            }
            if let Some(sum) = sum {
                shares[k] = sum;
            }
        } }
        shares
    }

    /// Applies an op; what is not active is a constant.
    #[inline(always)]
    fn apply<const M: usize, O: Op<M>>(op: &O, x: [Self; M], active: [bool; M]) -> Self {
        let (primal, slopes) = R::call_and_slope(op, primals(x));
        Self::along(primal, slopes, x, active)
    }

    /// The number of this value that has these slopes at `x`; what is not active is a constant. With debug assertions it is a call: inlined into every
    /// operation it is a third of what a program in vector forward mode takes to compile.
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[allow(clippy::needless_range_loop)] // the compiler unrolls these and finds the patterns to be constants, which it does not with iterators
    fn along<const M: usize>(primal: R, slopes: [R; M], x: [Self; M], active: [bool; M]) -> Self {
        let mut y = Tangents::constant(primal);
        for i in 0..M {
            if active[i] {
                y.pattern = Z::union(y.pattern, x[i].pattern);
            }
        }
        for_each_direction! { k in N {
            // −0 + x is x, whatever x is
            let mut sum = R::from(-0.0);
            for i in 0..M {
                if active[i] && x[i].depends_on(k) {
                    sum += Z::share(x[i].tangents[k], slopes[i]);
                }
            }
            if y.depends_on(k) {
                y.tangents[k] = sum;
            }
        } }
        y
    }
}

/// The primals of numbers with tangents.
#[inline(always)]
fn primals<R: Real, const N: usize, const M: usize, Z: ZeroPolicy>(x: [Tangents<R, N, Z>; M]) -> [R; M] {
    // a loop, since what `map` of an array calls is not always inlined
    let mut primals = [R::from(0.0); M];
    for (primal, x) in primals.iter_mut().zip(&x) {
        *primal = x.primal;
    }
    primals
}

impl<R: Call, const N: usize, Z: ZeroPolicy> Call for Tangents<R, N, Z> {
    #[inline(always)]
    fn call<const M: usize, O: Op<M>>(op: &O, x: [Self; M]) -> Self {
        Self::apply(op, x, [true; M])
    }

    #[inline(always)]
    fn by_slopes<const M: usize, O: Op<M>>(op: &O, x: [Self; M], a: Self, slopes: &[Self; M]) -> Self {
        let slopes = primals(*slopes);
        Self::along(R::by_slopes(op, primals(x), a.primal, &slopes), slopes, x, [true; M])
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        expect_arity(op, len(x));
        let x = || x.iter().copied().flatten();
        let primals: Args<R> = x().map(|x| x.primal).collect();
        let mut slopes: Args<R> = smallvec![R::from(0.0); primals.len()];
        let primal = R::reduce_and_slope(op, &primals, &mut slopes);
        let mut sum = Tangents::constant(primal);
        for (x, &slope) in x().zip(&slopes) {
            sum.pattern = Z::union(sum.pattern, x.pattern);
            for (k, (sum, &tangent)) in sum.tangents.iter_mut().zip(&x.tangents).enumerate() {
                if x.depends_on(k) {
                    *sum += Z::share(tangent, slope);
                }
            }
        }
        sum
    }
}

impl<R: Apply, const N: usize, Z: ZeroPolicy> Apply for Tangents<R, N, Z> {
    const ORDER: u32 = R::ORDER + 1;

    /// One direction after the other.
    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        let (primals, y) = at_primals(rule, x, |x| x.primal)?;
        let x = joined(x);
        let pattern = x.iter().fold(Z::NONE, |all, x| Z::union(all, x.pattern));
        let mut results: Vec<Self> = y.iter().map(|&y| Tangents { pattern, ..Tangents::constant(y) }).collect();
        let mut of_y = vec![R::from(0.0); y.len()];
        for k in (0..N).filter(|&k| Z::contains(pattern, k)) {
            let of_x: Vec<R> = x.iter().map(|x| x.tangents[k]).collect();
            of_y.fill(R::from(0.0));
            rule.tangent(&primals, &y, &of_x, &mut of_y)?;
            results.iter_mut().zip(&of_y).for_each(|(result, &tangent)| result.tangents[k] = tangent);
        }
        Ok(results)
    }
}

impl<R: Number, const N: usize, Z: ZeroPolicy> Number for Tangents<R, N, Z> {
    #[inline(always)]
    #[track_caller]
    fn primal(self) -> f64 {
        self.primal.primal()
    }
}

impl<R: fmt::Display, const N: usize, Z: ZeroPolicy> fmt::Display for Tangents<R, N, Z> {
    /// `3 + [1, 0]ε`: the primal and the tangents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.primal.fmt(f)?;
        if N == 0 {
            return Ok(());
        }
        f.write_str(" + ")?;
        write_list(&self.tangents, f)?;
        f.write_str("ε")
    }
}

impl<R: PartialEq, const N: usize, Z: ZeroPolicy> PartialEq for Tangents<R, N, Z> {
    /// Whether the primals are equal.
    #[inline(always)]
    fn eq(&self, rhs: &Self) -> bool {
        self.primal == rhs.primal
    }
}

impl<R: PartialOrd, const N: usize, Z: ZeroPolicy> PartialOrd for Tangents<R, N, Z> {
    #[inline(always)]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        self.primal.partial_cmp(&rhs.primal)
    }
}
comparisons_with_f64!([R: Call + PartialOrd, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>);

impl<R: Call, const N: usize, Z: ZeroPolicy> From<f64> for Tangents<R, N, Z> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Tangents::constant(R::from(c))
    }
}

impl<R: Call, const N: usize, Z: ZeroPolicy> Neg for Tangents<R, N, Z> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::call(&op::Neg, [self])
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<R: Call, const N: usize, Z: ZeroPolicy> $Op for Tangents<R, N, Z> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Self::call(&op::$Op, [self, rhs])
            }
        }
        impl<R: Call, const N: usize, Z: ZeroPolicy> $Op<f64> for Tangents<R, N, Z> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                Self::apply(&op::$Op, [self, rhs.into()], [true, false])
            }
        }
        impl<R: Call, const N: usize, Z: ZeroPolicy> $Op<Tangents<R, N, Z>> for f64 {
            type Output = Tangents<R, N, Z>;
            #[inline(always)]
            fn $f(self, rhs: Tangents<R, N, Z>) -> Tangents<R, N, Z> {
                Tangents::apply(&op::$Op, [self.into(), rhs], [false, true])
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([R: Call, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>);
number_traits!([R: Call, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>);

impl<R: Call + Rem<Output = R>, const N: usize, Z: ZeroPolicy> Rem for Tangents<R, N, Z> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, rhs: Self) -> Self {
        let a = self.primal % rhs.primal;
        Self::along(a, remainder_slopes(self.primal, rhs.primal, a), [self, rhs], [true; 2])
    }
}
remainder_operators!([R: Call + Rem<Output = R>, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>);
inherent_methods!([R: Call, const N: usize, Z: ZeroPolicy] Tangents<R, N, Z>);

impl<R: Call, const N: usize, Z: ZeroPolicy> std::iter::Sum for Tangents<R, N, Z> {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.reduce(Add::add).unwrap_or(Tangents::from(-0.0))
    }
}

impl<R: Call, const N: usize, Z: ZeroPolicy> Real for Tangents<R, N, Z> {
    type Mask = R::Mask;
    #[inline(always)]
    fn less(self, rhs: Self) -> R::Mask {
        self.primal.less(rhs.primal)
    }
    #[inline(always)]
    fn less_equal(self, rhs: Self) -> R::Mask {
        self.primal.less_equal(rhs.primal)
    }
    #[inline(always)]
    fn equal(self, rhs: Self) -> R::Mask {
        self.primal.equal(rhs.primal)
    }
    #[inline(always)]
    fn select(mask: R::Mask, yes: Self, no: Self) -> Self {
        let mut chosen = Tangents::constant(R::select(mask, yes.primal, no.primal));
        chosen.pattern = Z::union(yes.pattern, no.pattern);
        for k in 0..N {
            if chosen.depends_on(k) {
                chosen.tangents[k] = R::select(mask, yes.tangents[k], no.tangents[k]);
            }
        }
        chosen
    }
    #[inline(always)]
    fn uniform(mask: R::Mask) -> Option<bool> {
        R::uniform(mask)
    }
    #[inline(always)]
    fn detach(self) -> Self {
        Tangents::constant(self.primal.detach())
    }
    intrinsics!(intrinsics_by_calls);
}
