//! Random numbers, the same in every run.

/// The seed of the random points; the same in every run.
pub(super) const SEED: u64 = 0x5eed;

/// How many random directions are asked, beside any that are chosen.
pub(super) const DIRECTIONS: usize = 4;

/// How random numbers are spread.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Uniform,
    Moderate,
    Any,
}

/// A counter through a mixing function (splitmix64, by S. Vigna after Steele, Lea and Flood 2014).
pub(super) struct Random(pub u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-53)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// A number between two bounds.
    pub fn inside(&mut self, (lo, hi): (f64, f64), kind: Kind) -> f64 {
        let size = match kind {
            Kind::Uniform => 10.0 * self.unit(),
            Kind::Moderate => 10f64.powf(9.0 * self.unit() - 6.0),
            Kind::Any => 10f64.powf(32.0 * self.unit() - 16.0),
        };
        let right = self.bits().is_multiple_of(2);
        match (lo.is_finite(), hi.is_finite()) {
            // small sizes come near the edges, where slopes are steep
            (true, true) if size < 0.5 => {
                if right {
                    lo + size * (hi - lo)
                } else {
                    hi - size * (hi - lo)
                }
            }
            (true, true) => lo + self.unit() * (hi - lo),
            (true, false) => lo + size,
            (false, true) => hi - size,
            (false, false) => {
                if right {
                    size
                } else {
                    -size
                }
            }
        }
    }
}
