//! One lane: a number, or a mask, and what is done with its bits.

/// A number of type `f64` as a lane, or a mask: all bits where it holds, none elsewhere.
pub(super) trait Lane {
    /// The mask of what holds or does not.
    fn mask(holds: bool) -> Self;
    /// Of a mask: whether it holds.
    fn holds(self) -> bool;
    /// The number, or a larger `least`; NaN is handed on.
    fn at_least(self, least: Self) -> Self;
    /// The number, or a smaller `most`; NaN is handed on.
    fn at_most(self, most: Self) -> Self;
    /// The leading bits of the number, so few that the product of two such numbers is exact.
    fn leading(self) -> Self;
    /// The bits of both.
    fn or(self, rhs: Self) -> Self;
    /// The sum of the bits as integers.
    fn add_bits(self, rhs: Self) -> Self;
    /// The difference of the bits as integers.
    fn sub_bits(self, rhs: Self) -> Self;
    /// The last bits as sign and exponent: all are moved up by 52.
    fn to_exponent(self) -> Self;
    /// The sign and the exponent as the last bits: all are moved down by 52.
    fn exponent_bits(self) -> Self;
}

impl Lane for f64 {
    #[inline(always)]
    fn mask(holds: bool) -> f64 {
        f64::from_bits(if holds { u64::MAX } else { 0 })
    }
    #[inline(always)]
    fn holds(self) -> bool {
        self.to_bits() != 0
    }
    #[inline(always)]
    fn at_least(self, least: f64) -> f64 {
        if least > self { least } else { self }
    }
    #[inline(always)]
    fn at_most(self, most: f64) -> f64 {
        if most < self { most } else { self }
    }
    #[inline(always)]
    fn leading(self) -> f64 {
        f64::from_bits(self.to_bits() & (u64::MAX << 27))
    }
    #[inline(always)]
    fn or(self, rhs: f64) -> f64 {
        f64::from_bits(self.to_bits() | rhs.to_bits())
    }
    #[inline(always)]
    fn add_bits(self, rhs: f64) -> f64 {
        f64::from_bits(self.to_bits().wrapping_add(rhs.to_bits()))
    }
    #[inline(always)]
    fn sub_bits(self, rhs: f64) -> f64 {
        f64::from_bits(self.to_bits().wrapping_sub(rhs.to_bits()))
    }
    #[inline(always)]
    fn to_exponent(self) -> f64 {
        f64::from_bits(self.to_bits() << 52)
    }
    #[inline(always)]
    fn exponent_bits(self) -> f64 {
        f64::from_bits(self.to_bits() >> 52)
    }
}
