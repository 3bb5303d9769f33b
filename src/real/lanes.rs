//! Several points at once, in the lanes of a vector register.

use super::{Real, Special, Special2, assign_operators, intrinsics, math, number_traits};
use pair::Pair;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

mod pair;
mod single;

pub use single::SingleLanes;

/// `L` points of `f64`, worked on side by side. Every operation acts on each lane as it would on an `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<const L: usize = 4>(
    /// One number a lane.
    pub [f64; L],
);

impl<const L: usize> fmt::Display for Lanes<L> {
    /// `[1, 2]`: the number in each lane.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(&self.0, f)
    }
}

/// Numbers between brackets, each as the format says.
pub(crate) fn write_list(numbers: &[impl fmt::Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("[")?;
    for (i, number) in numbers.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        number.fmt(f)?;
    }
    f.write_str("]")
}

/// Whether something holds in each lane: all bits of the lane, or none.
#[derive(Clone, Copy, Debug)]
pub struct Mask<const L: usize>(Lanes<L>);

impl<const L: usize> Lanes<L> {
    /// What `f` makes of each two lanes; an odd one is its own second.
    #[inline(always)]
    fn in_pairs<const N: usize>(x: [Self; N], f: impl Fn([Pair; N]) -> Pair) -> Self {
        let mut result = x[0];
        for i in (0..L).step_by(2) {
            let mut pairs = [x[0].pair(i); N];
            for (pair, x) in pairs.iter_mut().zip(&x) {
                *pair = x.pair(i);
            }
            let y = f(pairs);
            match result.0[i..].first_chunk_mut() {
                Some(both) => y.store(both),
                None => {
                    let mut both = [0.0; 2];
                    y.store(&mut both);
                    result.0[i] = both[0];
                }
            }
        }
        result
    }

    #[inline(always)]
    fn pair(&self, i: usize) -> Pair {
        Pair::load(self.0[i..].first_chunk().unwrap_or(&[self.0[i]; 2]))
    }
}

impl<const L: usize> From<f64> for Lanes<L> {
    #[inline(always)]
    fn from(c: f64) -> Self {
        Lanes([c; L])
    }
}

impl<const L: usize> Neg for Lanes<L> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Lanes::in_pairs([self, Lanes::from(-0.0)], |[x, sign]| x.xor(sign))
    }
}

macro_rules! operators {
    ($($Op:ident $f:ident)*) => { $(
        impl<const L: usize> $Op for Lanes<L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: Self) -> Self {
                Lanes::in_pairs([self, rhs], |[x, y]| x.$f(y))
            }
        }
        impl<const L: usize> $Op<f64> for Lanes<L> {
            type Output = Self;
            #[inline(always)]
            fn $f(self, rhs: f64) -> Self {
                self.$f(Lanes::from(rhs))
            }
        }
        impl<const L: usize> $Op<Lanes<L>> for f64 {
            type Output = Lanes<L>;
            #[inline(always)]
            fn $f(self, rhs: Lanes<L>) -> Lanes<L> {
                Lanes::from(self).$f(rhs)
            }
        } )*
    };
}
operators! { Add add Sub sub Mul mul Div div }
assign_operators!([const L: usize] Lanes<L>);
number_traits!([const L: usize] Lanes<L>);

impl<const L: usize> std::iter::Sum for Lanes<L> {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Lanes([-0.0; L]), Add::add)
    }
}

macro_rules! lanes {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl<const L: usize> Real for Lanes<L> {
            type Mask = Mask<L>;
            #[inline(always)]
            fn less(self, rhs: Self) -> Mask<L> {
                Mask(Lanes::in_pairs([self, rhs], |[x, y]| x.less(y)))
            }
            #[inline(always)]
            fn less_equal(self, rhs: Self) -> Mask<L> {
                Mask(Lanes::in_pairs([self, rhs], |[x, y]| x.less_equal(y)))
            }
            #[inline(always)]
            fn equal(self, rhs: Self) -> Mask<L> {
                Mask(Lanes::in_pairs([self, rhs], |[x, y]| x.equal(y)))
            }
            #[inline(always)]
            fn select(Mask(mask): Mask<L>, yes: Self, no: Self) -> Self {
                Lanes::in_pairs([mask, yes, no], |[mask, yes, no]| mask.and(yes).or(mask.and_not(no)))
            }
            #[inline(always)]
            fn uniform(Mask(mask): Mask<L>) -> Option<bool> {
                let (mut all, mut any) = (true, false);
                for i in (0..L).step_by(2) {
                    let [first, second] = mask.pair(i).holds();
                    all &= first & second;
                    any |= first | second;
                }
                (all || !any).then_some(all)
            }
            #[inline]
            fn special(self, f: Special) -> Self {
                Lanes(self.0.map(|x| f.at(x)))
            }
            #[inline]
            fn special2(mut self, rhs: Self, f: Special2) -> Self {
                self.0.iter_mut().zip(rhs.0).for_each(|(x, y)| *x = f.at([*x, y]));
                self
            }
            $(#[inline(always)] fn $f(self) -> Self { each::$f(self) })*
            $(#[inline(always)] fn $g(self, rhs: Self) -> Self {
                let mut y = self;
                for i in 0..L {
                    y.0[i] = <f64 as Real>::$g(self.0[i], rhs.0[i]);
                }
                y
            })*
        }
    };
}
intrinsics!(lanes);

/// The functions of one argument: one lane after the other, unless there is a way to do all at once.
mod each {
    use super::math::exp::{LARGEST, SMALLEST, ordinary_exp, ordinary_expm1, scaled_power};
    use super::{Lanes, Real, math};
    pub use one_by_one::*;

    mod one_by_one {
        use super::Lanes;
        use crate::real::{Real, intrinsics};

        macro_rules! one_by_one {
            (unary { $($f:ident: $op:ident, $doc:expr;)* } $binary:ident $of_two:tt) => {
                $(#[inline(always)]
                #[allow(dead_code)] // where there is another way
                pub fn $f<const L: usize>(mut x: Lanes<L>) -> Lanes<L> {
                    // a loop, since what `map` of an array calls is not always inlined
                    for lane in &mut x.0 {
                        *lane = <f64 as Real>::$f(*lane);
                    }
                    x
                })*
            };
        }
        intrinsics!(one_by_one);
    }

    #[inline(always)]
    pub fn abs<const L: usize>(x: Lanes<L>) -> Lanes<L> {
        Lanes::in_pairs([Lanes::from(-0.0), x], |[sign, x]| sign.and_not(x))
    }
    #[inline(always)]
    pub fn sqrt<const L: usize>(x: Lanes<L>) -> Lanes<L> {
        Lanes::in_pairs([x], |[x]| x.sqrt())
    }
    #[inline(always)]
    pub fn exp<const L: usize>(x: Lanes<L>) -> Lanes<L> {
        if are_ordinary(x) { ordinary_exp(x, scaled_powers) } else { apart(x, math::exp::exp) }
    }
    #[inline(always)]
    pub fn expm1<const L: usize>(x: Lanes<L>) -> Lanes<L> {
        if are_ordinary(x) { ordinary_expm1(x, scaled_powers) } else { apart(x, math::exp::expm1) }
    }
    #[inline(always)]
    pub fn tanh<const L: usize>(x: Lanes<L>) -> Lanes<L> {
        math::tanh_and_rest(x).0
    }

    /// [`scaled_power`] of each lane.
    #[inline(always)]
    fn scaled_powers<const L: usize>(shifted: Lanes<L>) -> (Lanes<L>, Lanes<L>) {
        let (mut powers, mut tails) = (shifted, shifted);
        for i in 0..L {
            (powers.0[i], tails.0[i]) = scaled_power(shifted.0[i]);
        }
        (powers, tails)
    }

    /// Whether in no lane eˣ rounds to 1 or comes close to the ends of the normal numbers.
    #[inline(always)]
    fn are_ordinary<const L: usize>(x: Lanes<L>) -> bool {
        let m = x.abs();
        let (large, small) = (Lanes::from(SMALLEST).less_equal(m), m.less(LARGEST.into()));
        Lanes::uniform(large) == Some(true) && Lanes::uniform(small) == Some(true)
    }

    /// One lane after the other, where not every lane is ordinary.
    #[cold]
    #[inline(never)]
    fn apart<const L: usize>(x: Lanes<L>, f: impl Fn(f64) -> f64) -> Lanes<L> {
        Lanes(x.0.map(f))
    }
}
