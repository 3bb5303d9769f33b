//! A number that a kind of statement needs a slot for, though it depends on nothing.

use super::slot::{PullBack, Recorded};
use crate::tape::scalar::Scalar;

pub(in crate::tape) struct Constant;

impl<S: Scalar> PullBack<S> for Constant {
    fn pull_back<const W: usize, const EXACT: bool>(_: &Recorded<'_, S>, _: &mut [[S; W]], _: &mut [[S; W]]) {}
}
