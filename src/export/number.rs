//! The digits of numbers.

/// A number in a formula: with an exponent where it is very large or small.
pub(super) fn digits(x: f64) -> String {
    let plain = x == 0.0 || (1e-4..1e6).contains(&x.abs()) || !x.is_finite();
    if plain { format!("{x}") } else { format!("{x:e}") }
}

/// Whether a number is written with a minus, as −0 is and NaN never.
pub(super) fn is_negative(x: f64) -> bool {
    x.is_sign_negative() && !x.is_nan()
}
