//! Kinks as data.

use super::Point;

/// The versions that were asked.
pub(super) const TORCH: &str = "PyTorch 2.15";
pub(super) const JAX: &str = "JAX 0.10";
pub(super) const TF: &str = "TensorFlow 2.21";
pub(super) const KERAS: &str = "Keras 3.15";

/// A point at which the slope jumps: the slopes on either side, and the one that the rule returns there.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// The point.
    pub at: Point,
    /// For each argument, the slope on its left.
    pub left: Point,
    /// For each argument, the slope on its right.
    pub right: Point,
    /// For each argument, the slope returned: of the subdifferential, the element of smallest norm.
    pub slope: Point,
    /// What other libraries return, each with its version: conventions differ between libraries, and between versions of one.
    pub other_libraries: Vec<(&'static str, Point)>,
}

/// The number of [left, right] nearest to 0: the slope that is returned at a kink.
#[inline(always)]
pub(super) fn smallest(left: f64, right: f64) -> f64 {
    0f64.clamp(left.min(right), left.max(right))
}

impl Kink {
    /// A kink of an op of one argument. The slope returned is the number of [left, right] nearest to 0.
    pub fn new(at: f64, left: f64, right: f64) -> Self {
        Kink::at_point([at], [(left, right, smallest(left, right))])
    }

    /// A kink of an op of several arguments: the point, and for each argument the slopes on its left and right
    /// and the one returned.
    pub fn at_point<const N: usize>(at: [f64; N], sides: [(f64, f64, f64); N]) -> Self {
        Kink {
            at: at.into_iter().collect(),
            left: sides.iter().map(|s| s.0).collect(),
            right: sides.iter().map(|s| s.1).collect(),
            slope: sides.iter().map(|s| s.2).collect(),
            other_libraries: vec![],
        }
    }

    /// The kink with what another library returns there, for each argument.
    pub fn other_libraries(mut self, library: &'static str, slopes: &[f64]) -> Self {
        self.other_libraries.push((library, slopes.iter().copied().collect()));
        self
    }

    /// The kink with what PyTorch, JAX and TensorFlow all return there.
    pub(super) fn everywhere(self, slope: f64) -> Self {
        [TORCH, JAX, TF].into_iter().fold(self, |kink, library| kink.other_libraries(library, &[slope]))
    }

    /// Whether a slope in one argument lies between the slopes on the two sides.
    pub fn contains(&self, argument: usize, slope: f64) -> bool {
        let (l, r) = (self.left[argument], self.right[argument]);
        (l.min(r)..=l.max(r)).contains(&slope)
    }
}
