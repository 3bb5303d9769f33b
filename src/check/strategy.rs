//! Points of an op's domain, for property tests.

use crate::graph::DynOp;
use proptest::prelude::*;
use proptest::sample::select;

/// A strategy for points of an op's domain: its own samples, and numbers of moderate size inside, so that a property test of one's
/// own op looks where the op is defined.
///
/// ```
/// use gprime::{Registry, check};
/// use proptest::prelude::*;
/// let registry = Registry::new();
/// let ln = registry.get("ln").unwrap();
/// proptest!(|(x in check::strategy(&**ln))| {
///     let a: f64 = ln.evaluate_value(&x).unwrap();
///     prop_assert!((a.exp() - x[0]).abs() <= 1e-13 * x[0] * (1.0 + a.abs()));
/// });
/// ```
pub fn strategy(op: &dyn DynOp) -> impl Strategy<Value = Vec<f64>> + use<> {
    let samples: Vec<Vec<f64>> = op.samples().iter().map(|x| x.to_vec()).collect();
    let domain = op.domain();
    let lengths: Vec<usize> = op.arity().map_or_else(|| samples.iter().map(Vec::len).collect(), |n| vec![n]);
    let inside = select(lengths).prop_flat_map(move |n| (0..n).map(|i| number(domain.bound(i))).collect::<Vec<_>>());
    prop_oneof![1 => select(samples), 3 => inside]
}

/// A number inside an interval, not on its edge.
fn number((lo, hi): (f64, f64)) -> BoxedStrategy<f64> {
    let size = prop_oneof![1e-3..10.0, (-6.0..3.0).prop_map(|e| 10f64.powf(e))];
    match (lo.is_finite(), hi.is_finite()) {
        (true, true) => (1e-6..1.0 - 1e-6).prop_map(move |t| lo + t * (hi - lo)).boxed(),
        (true, false) => size.prop_map(move |s: f64| lo + s).boxed(),
        (false, true) => size.prop_map(move |s: f64| hi - s).boxed(),
        (false, false) => (size, any::<bool>()).prop_map(|(s, left): (f64, bool)| if left { -s } else { s }).boxed(),
    }
}
