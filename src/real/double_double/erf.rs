//! The error function and its complement.

use super::DoubleDouble;
use super::math::{abs, exp, series};
use std::f64::consts;

// computed as those in `math.rs`
const FRAC_2_SQRT_PI: DoubleDouble = DoubleDouble { hi: consts::FRAC_2_SQRT_PI, lo: 1.533545961316588e-17 };

/// Where the complement becomes the easier one: it is 0.005 here, which costs erfc = 1 − erf 8 bits just before.
const TAIL: f64 = 2.0;

/// 2/√π x e^(−x²) Σ (2x²)ⁿ / (3 × 5 × … × (2n + 1)) (DLMF 7.6.2): all terms are positive.
fn center(x: DoubleDouble) -> DoubleDouble {
    let square = x * x;
    FRAC_2_SQRT_PI * x * exp(-square) * series(square, 50, |n| n + 0.5)
}

/// e^(−x²)/√π × 2x / (2x² + 1 − 1 × 2/(2x² + 5 − 3 × 4/(2x² + 9 − …))) for x ≥ 2 (DLMF 7.9.2).
fn tail(x: DoubleDouble) -> DoubleDouble {
    // also keeps x² finite
    if x.hi > 30.0 {
        return 0.0.into();
    }
    let square = x * x;
    // measured: one level less is not enough for 32 digits at x = 4
    let levels = (8.0 + 420.0 / square.hi) as u32;
    let level = |n: f64| square * 2.0 + (4.0 * n + 1.0);
    let fraction = (1..=levels).rev().map(f64::from).fold(level(f64::from(levels)), |below, n| {
        level(n - 1.0) - DoubleDouble::from((2.0 * n - 1.0) * (2.0 * n)) / below
    });
    FRAC_2_SQRT_PI * x * exp(-square) / fraction
}

pub(super) fn erf(x: DoubleDouble) -> DoubleDouble {
    if x.hi.abs() >= TAIL { (-tail(abs(x)) + 1.0).copysign(x.hi) } else { center(x) }
}

pub(super) fn erfc(x: DoubleDouble) -> DoubleDouble {
    if x.hi >= TAIL {
        tail(x)
    } else if x.hi <= -TAIL {
        -tail(-x) + 2.0
    } else {
        -center(x) + 1.0
    }
}
