//! What several tests read their data with.

#[cfg(feature = "cli")]
pub mod golden;

/// Parses a C99 hex float, such as `-0x1.8p-3`; an empty field is 0.
pub fn hex(text: &str) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let Some((sign, digits)) = text.split_once("0x") else { return text.parse().unwrap() };
    let (mantissa, exponent) = digits.split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap() as f64;
    let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    // in two steps, so that a subnormal number is rounded once at most, which is exact here
    let half = exponent / 2;
    let magnitude = integer * 2f64.powi(half) * 2f64.powi(exponent - half);
    if sign == "-" { -magnitude } else { magnitude }
}
