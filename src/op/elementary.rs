//! The elementary functions.

use super::{Domain, Op, Real, ops};

/// eˣ.
#[derive(Clone, Debug, Default)]
pub struct Exp;
impl Op<1> for Exp {
    const NAME: &'static str = "exp";
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x.exp()
    }
    fn slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
        [a]
    }
}

ops! {
    /// Elementary functions as methods, beside those of `Real`.
    trait Elementary;
    Exp;
}
