//! A derivative with its error bar.

/// A derivative and how far it may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The derivative.
    pub slope: f64,
    /// The error bar; infinite if nothing could be found out. The derivative is within four times the bar.
    pub error: f64,
}

impl Difference {
    pub(in crate::check) const NONE: Difference = Difference { slope: f64::NAN, error: f64::INFINITY };

    /// Whether two derivatives differ by more than their error bars.
    pub(in crate::check) fn differs(self, other: Difference) -> bool {
        let bar = 4.0 * (self.error + other.error);
        (self.slope - other.slope).abs() > bar + 1e-6 * self.slope.abs().max(other.slope.abs())
    }

    /// This derivative with a bar that reaches another as well.
    pub(in crate::check) fn reaching(self, other: Difference) -> Difference {
        let reach = 0.25 * (self.slope - other.slope).abs() + other.error;
        Difference { slope: self.slope, error: if reach.is_nan() { f64::INFINITY } else { self.error.max(reach) } }
    }

    pub(in crate::check) fn with_bar_of_at_least(self, bar: f64) -> Difference {
        Difference { slope: self.slope, error: self.error.max(bar) }
    }
}
