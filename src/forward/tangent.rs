//! The number of the forward modes: a dual number that knows which derivative it belongs to.

use crate::error::Error;
use crate::function::{Apply, Number, VectorRule};
use crate::op::call::Args;
use crate::op::{Call, Op, Reduce, inherent_methods};
use crate::real::{
    Dual, Real, Special, Special2, assign_operators, comparisons_with_f64, intrinsics, number_traits,
    remainder_operators,
};
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// A value with its tangent in the derivative `'b`: what [`jvp`](crate::jvp), [`hvp`](crate::hvp) and [`hessian`](crate::hessian) hand to
/// their closures.
///
/// Each call of a mode has a `'b` of its own, so the tangents of two derivatives, one inside the other, cannot be mixed up. A value of
/// the outer one enters the inner one by [`constant`](Tangent::constant):
///
/// ```
/// use gprime::prelude::*;
///
/// // x · d(x + y)/dy is x, and its derivative 1
/// let (_, slopes) = jvp(
///     |x| vec![x[0] * jvp(|y| vec![Tangent::constant(x[0]) + y[0]], &[1.0.into()], &[1.0.into()]).1[0]],
///     &[1.0],
///     &[1.0],
/// );
/// assert_eq!(slopes, [1.0]);
/// ```
///
/// Without it the program does not compile, since it would add the two tangents up:
///
/// ```compile_fail
/// # use gprime::prelude::*;
/// jvp(|x| vec![x[0] * jvp(|y| vec![x[0] + y[0]], &[1.0], &[1.0]).1[0]], &[1.0], &[1.0]);
/// ```
///
/// ```compile_fail
/// # use gprime::prelude::*;
/// hessian(|x| { let x0 = x[0]; hessian(|y| Var::constant(x0) * y[0] * y[0], &[1.0])[0][0].into() }, &[1.0]);
/// ```
///
/// Nor can a number leave the closure that it was handed to:
///
/// ```compile_fail
/// # use gprime::prelude::*;
/// let mut kept = None;
/// jvp(|x| { kept = Some(x[0]); vec![x[0]] }, &[1.0], &[1.0]);
/// ```
///
/// [`Dual`] is the number for forward mode made by hand; it bears no such mark, and keeping levels apart is up to its user.
pub struct Tangent<'b, S = f64> {
    dual: Dual<S>,
    /// Makes the type invariant in `'b`: no lifetime can stand for another.
    derivative: PhantomData<fn(&'b ()) -> &'b ()>,
}

impl<S: Copy> Clone for Tangent<'_, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Copy> Copy for Tangent<'_, S> {}

impl<S: fmt::Debug> fmt::Debug for Tangent<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dual.fmt(f)
    }
}

impl<S: fmt::Display> fmt::Display for Tangent<'_, S> {
    /// The primal and the tangent, as of a [`Dual`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dual.fmt(f)
    }
}

impl<S> Tangent<'_, S> {
    /// The dual number as one of a derivative. It is no public conversion: a tangent of another derivative could enter by it.
    #[inline(always)]
    pub(crate) fn new(dual: Dual<S>) -> Self {
        Tangent { dual, derivative: PhantomData }
    }
}

impl<S: Real> Tangent<'_, S> {
    /// A number that does not depend on the variables of this derivative.
    #[inline(always)]
    pub fn constant(value: S) -> Self {
        Tangent::new(Dual::constant(value))
    }

    /// The value, for printing and branching; the tangent is left behind.
    #[inline(always)]
    pub fn primal(self) -> S {
        self.dual.primal
    }

    /// The value and the tangent.
    #[inline(always)]
    pub(crate) fn dual(self) -> Dual<S> {
        self.dual
    }
}

impl<S: Real> From<f64> for Tangent<'_, S> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Tangent::new(Dual::from(c))
    }
}

impl<S: Real> Neg for Tangent<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Tangent::new(-self.dual)
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<S: Real> $Op for Tangent<'_, S> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Tangent::new(self.dual.$f(rhs.dual))
            }
        }
        impl<S: Real> $Op<f64> for Tangent<'_, S> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                Tangent::new(self.dual.$f(rhs))
            }
        }
        impl<'b, S: Real> $Op<Tangent<'b, S>> for f64 {
            type Output = Tangent<'b, S>;
            #[inline(always)]
            fn $f(self, rhs: Tangent<'b, S>) -> Tangent<'b, S> {
                Tangent::new(self.$f(rhs.dual))
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!(['b, S: Real] Tangent<'b, S>);
number_traits!(['b, S: Real] Tangent<'b, S>);

impl<S: Real + Rem<Output = S>> Rem for Tangent<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, rhs: Self) -> Self {
        Tangent::new(self.dual % rhs.dual)
    }
}
remainder_operators!(['b, S: Real + Rem<Output = S>] Tangent<'b, S>);
inherent_methods!(['b, S: Call] Tangent<'b, S>);

impl<S: Real> std::iter::Sum for Tangent<'_, S> {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Tangent::new(iter.map(|x| x.dual).sum())
    }
}

impl<S: PartialEq> PartialEq for Tangent<'_, S> {
    /// Whether the primals are equal.
    #[inline(always)]
    fn eq(&self, rhs: &Self) -> bool {
        self.dual == rhs.dual
    }
}

impl<S: PartialOrd> PartialOrd for Tangent<'_, S> {
    #[inline(always)]
    fn partial_cmp(&self, rhs: &Self) -> Option<Ordering> {
        self.dual.partial_cmp(&rhs.dual)
    }
}

comparisons_with_f64!(['b, S: Real + PartialOrd] Tangent<'b, S>);

macro_rules! tangent {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<S: Real> Real for Tangent<'_, S> {
            type Mask = S::Mask;
            #[inline(always)]
            fn less(self, rhs: Self) -> S::Mask {
                self.dual.less(rhs.dual)
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> S::Mask {
                self.dual.less_equal(rhs.dual)
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> S::Mask {
                self.dual.equal(rhs.dual)
            }
            #[inline(always)]
            fn select(mask: S::Mask, yes: Self, no: Self) -> Self {
                Tangent::new(Dual::select(mask, yes.dual, no.dual))
            }
            #[inline(always)]
            fn uniform(mask: S::Mask) -> Option<bool> {
                S::uniform(mask)
            }
            #[inline(always)]
            fn detach(self) -> Self {
                Tangent::new(self.dual.detach())
            }
            #[inline]
            fn special(self, f: Special) -> Self {
                Tangent::new(self.dual.special(f))
            }
            #[inline]
            fn special2(self, rhs: Self, f: Special2) -> Self {
                Tangent::new(self.dual.special2(rhs.dual, f))
            }
            $(#[inline(always)] fn $f(self) -> Self { Tangent::new(self.dual.$f()) })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self { Tangent::new(self.dual.$g(rhs.dual)) })*
        }
    };
}
intrinsics!(tangent);

impl<S: Call> Call for Tangent<'_, S> {
    #[inline(always)]
    fn call<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> Self {
        Tangent::new(Dual::call(op, x.map(|x| x.dual)))
    }

    #[inline(always)]
    fn call_and_slope<const N: usize, O: Op<N>>(op: &O, x: [Self; N]) -> (Self, [Self; N]) {
        let (a, slopes) = Dual::call_and_slope(op, x.map(|x| x.dual));
        (Tangent::new(a), slopes.map(Tangent::new))
    }

    #[inline(always)]
    fn by_slopes<const N: usize, O: Op<N>>(op: &O, x: [Self; N], a: Self, slopes: &[Self; N]) -> Self {
        Tangent::new(Dual::by_slopes(op, x.map(|x| x.dual), a.dual, &slopes.map(|slope| slope.dual)))
    }

    fn reduce_and_slope<O: Reduce>(op: &O, x: &[Self], slopes: &mut [Self]) -> Self {
        let [x, mut by_x] = [x, &*slopes].map(|list| list.iter().map(|x| x.dual).collect::<Args<_>>());
        let a = Dual::reduce_and_slope(op, &x, &mut by_x);
        slopes.iter_mut().zip(by_x).for_each(|(slope, dual)| *slope = Tangent::new(dual));
        Tangent::new(a)
    }

    fn reduce_parts<O: Reduce>(op: &O, x: &[&[Self]]) -> Self {
        let x: Args<_> = x.iter().copied().flatten().map(|x| x.dual).collect();
        Tangent::new(Dual::reduce(op, &x))
    }
}

impl<S: Apply> Apply for Tangent<'_, S> {
    const ORDER: u32 = Dual::<S>::ORDER;

    fn vector<V: VectorRule>(rule: &V, x: &[&[Self]]) -> Result<Vec<Self>, Error> {
        let duals: Vec<Vec<Dual<S>>> = x.iter().map(|list| list.iter().map(|x| x.dual).collect()).collect();
        let duals: Vec<&[Dual<S>]> = duals.iter().map(|list| &**list).collect();
        Ok(Dual::vector(rule, &duals)?.into_iter().map(Tangent::new).collect())
    }
}

impl<S: Number> Number for Tangent<'_, S> {
    #[inline(always)]
    #[track_caller]
    fn primal(self) -> f64 {
        self.dual.primal.primal()
    }
}
