//! Arithmetic: the operators, powers, rounding, and the ops that choose between numbers.

use super::{Domain, Kink, Op, Real, ops};

/// x + y.
#[derive(Clone, Debug, Default)]
pub struct Add;
impl Op<2> for Add {
    const NAME: &'static str = "add";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x + y
    }
    fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
        [1.0.into(), 1.0.into()]
    }
}

/// x − y.
#[derive(Clone, Debug, Default)]
pub struct Sub;
impl Op<2> for Sub {
    const NAME: &'static str = "sub";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x - y
    }
    fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
        [1.0.into(), R::from(-1.0)]
    }
}

/// x · y.
#[derive(Clone, Debug, Default)]
pub struct Mul;
impl Op<2> for Mul {
    const NAME: &'static str = "mul";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x * y
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y, x]
    }
}

/// x / y.
#[derive(Clone, Debug, Default)]
pub struct Div;
impl Op<2> for Div {
    const NAME: &'static str = "div";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x / y
    }
    fn slope<R: Real>(&self, [_, y]: [R; 2], a: R) -> [R; 2] {
        [R::from(1.0) / y, -a / y]
    }
}

/// −x.
#[derive(Clone, Debug, Default)]
pub struct Neg;
impl Op<1> for Neg {
    const NAME: &'static str = "neg";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        -z
    }
    fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
        [R::from(-1.0)]
    }
}

/// The larger of two numbers; at a tie each argument has the slope ½. NaN if either is NaN.
#[derive(Clone, Debug, Default)]
pub struct Max;
impl Op<2> for Max {
    const NAME: &'static str = "max";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(y.less(x), x, R::select(x.less_equal(y), y, x + y))
    }
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        let winner = |x: R, y: R| {
            R::select(y.less(x), 1.0.into(), R::select(x.less(y), 0.0.into(), R::select(x.equal(y), 0.5.into(), x + y)))
        };
        [winner(x, y), winner(y, x)]
    }
    fn kinks(&self) -> Vec<Kink> {
        [-2.5, 0.0, 1.0].map(|t| Kink::at_point([t, t], [(0.0, 1.0, 0.5); 2])).into()
    }
}

/// x raised to the integer n.
#[derive(Clone, Debug)]
pub struct Powi {
    /// The exponent.
    pub n: i32,
}

ops! {
    /// Arithmetic as methods.
    trait Arithmetic;
    Add;
    Sub;
    Mul;
    Div;
    Neg;
    fn max(self, rhs) = Max;
}
