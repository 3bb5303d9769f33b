//! Comparisons and choice as ops: what a rule's branches become on a recording tape.

use super::{Domain, Kink, Op, Point, Real, ops};

/// 1 if x < y, else 0.
#[derive(Clone, Debug, Default)]
pub struct Less;
impl Op<2> for Less {
    const NAME: &'static str = "less";
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(x.less(y), 1.0.into(), 0.0.into())
    }
    fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
        [0.0.into(); 2]
    }
    fn jumps(&self) -> Vec<Point> {
        diagonal()
    }
}

/// Points at which two arguments are equal.
fn diagonal() -> Vec<Point> {
    [-1.5, 0.0, 2.0].map(|t| Point::from_slice(&[t, t])).into()
}

ops! {
    /// Comparisons as methods.
    trait Branches;
    Less;
}
