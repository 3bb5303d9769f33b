//! What a check can be told.

use super::random::SEED;
use super::tolerance::Tolerance;
use std::ops::Range;

/// What a check can be told: a small builder, whose defaults are those of the functions of [`check`](super).
///
/// ```
/// use gprime::check;
/// use gprime::op::Softplus;
///
/// // other random points, and only where the program will be
/// check::Options::new().seed(7).range(-30.0..30.0).op(&Softplus { beta: 1.0 }).assert_pass();
///
/// // a gradient that was computed in single precision, of a function that must not be called below 0
/// let df = |x: &[f64]| vec![f64::from((0.5 / x[0].sqrt()) as f32)];
/// let options = check::Options::new().tolerance(1e-5).domain(&[(0.0, f64::INFINITY)]);
/// options.gradient(|x| { assert!(x[0] >= 0.0); x[0].sqrt() }, df, &[0.01]).assert_pass();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub(super) seed: u64,
    pub(super) tolerance: Tolerance,
    range: (f64, f64),
    domain: Vec<(f64, f64)>,
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        let everywhere = (f64::NEG_INFINITY, f64::INFINITY);
        Options { seed: SEED, tolerance: Tolerance::DEFAULT, range: everywhere, domain: vec![] }
    }

    /// The seed of the random points and directions.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Options { seed, ..self }
    }

    /// How far a slope may be off, relative to itself. Without it an op's may be 10⁻¹⁰ from an exact slope, beyond the round-off to
    /// expect, and a slope that differences judge 10⁻⁶.
    #[must_use]
    pub fn tolerance(mut self, relative: f64) -> Self {
        (self.tolerance.exact, self.tolerance.numeric) = (relative, relative);
        self
    }

    /// The size that a slope is taken to have at the least, so that smaller ones need not have all their digits. Without it that is 0.
    #[must_use]
    pub fn scale(mut self, size: f64) -> Self {
        self.tolerance.scale = size;
        self
    }

    /// The relative precision to which a function that is not ours computes its values and rounds its argument: 10⁻⁷ for one that
    /// computes in `f32`. Without it the checker cannot know whether values that are constant over small steps are rounded or made so.
    ///
    /// # Panics
    /// If it is not a number from 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn noise(mut self, precision: f64) -> Self {
        assert!((0.0..1.0).contains(&precision), "a relative precision is between 0 and 1, and not {precision}");
        self.tolerance.precision = precision;
        self
    }

    /// The range of the arguments at which an op is looked at.
    #[must_use]
    pub fn range(self, range: Range<f64>) -> Self {
        Options { range: (range.start, range.end), ..self }
    }

    /// For each argument of a closure the lowest and the highest number it may be called with; it is never called outside. Arguments
    /// beyond the list may be any.
    #[must_use]
    pub fn domain(self, bounds: &[(f64, f64)]) -> Self {
        Options { domain: bounds.to_vec(), ..self }
    }

    /// Whether a point lies in the range.
    pub(super) fn contains(&self, x: &[f64]) -> bool {
        x.iter().all(|x| (self.range.0..=self.range.1).contains(x))
    }

    /// The bounds of an argument, inside of the range.
    pub(super) fn bounds(&self, (low, high): (f64, f64)) -> (f64, f64) {
        (low.max(self.range.0), high.min(self.range.1))
    }

    /// Whether closures may be called at a point.
    pub(super) fn allows(&self, x: &[f64]) -> bool {
        x.iter().zip(&self.domain).all(|(x, (low, high))| (low..=high).contains(&x))
    }
}
