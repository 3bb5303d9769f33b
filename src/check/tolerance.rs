//! How far a slope may be off.

use super::oracle::bar::Difference;

/// An error bar below is as good as none: numbers run out of exponents there.
const TINY: f64 = 1e-290;

/// How far a slope may be off, and what the function it belongs to is known to round to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance {
    /// From an exact slope beyond the round-off to expect, relative to the larger; and from a sharp difference beyond its error bar.
    pub exact: f64,
    /// From a difference beyond its error bar, relative to the larger; and the largest error bar that certifies.
    pub numeric: f64,
    /// A size that slopes are taken to have at the least.
    pub scale: f64,
    /// The relative precision to which the function computes its values and rounds its argument; 0 if nothing is known.
    pub precision: f64,
}

impl Tolerance {
    pub const DEFAULT: Tolerance = Tolerance { exact: 1e-10, numeric: 1e-6, scale: 0.0, precision: 0.0 };

    /// How large the larger of two slopes counts.
    pub fn size(&self, a: f64, b: f64) -> f64 {
        a.abs().max(b.abs()).max(self.scale)
    }

    /// How far a slope may be from one that is known to within a bar.
    pub fn of_exact(&self, slope: f64, exact: Difference) -> f64 {
        4.0 * exact.error + self.exact * self.size(slope, exact.slope) + f64::MIN_POSITIVE
    }

    /// How far a slope may be from a difference.
    pub fn of_numeric(&self, slope: f64, numeric: Difference) -> f64 {
        4.0 * numeric.error + self.resolution() * self.size(slope, numeric.slope) + TINY
    }

    /// The largest distance from a difference at which a slope is certified, relative to it: of a function of known precision no less than
    /// the square root of that.
    pub fn resolution(&self) -> f64 {
        self.numeric.max(self.precision.sqrt())
    }
}
