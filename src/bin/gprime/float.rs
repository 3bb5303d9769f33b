//! Numbers as text: C99 hex floats, which lose nothing, and decimals.

use std::fmt;

/// Reads a decimal, a C99 hex float, or `inf`, `infinity` or `nan` in any case, with or without a sign.
/// Digits beyond the precision are rounded to nearest, ties to even; what is too large is infinite.
pub fn read(text: &str) -> Option<f64> {
    let magnitude = text.strip_prefix(['+', '-']).unwrap_or(text);
    match magnitude.strip_prefix("0x").or_else(|| magnitude.strip_prefix("0X")) {
        None => text.parse().ok(),
        Some(digits) => read_hex(digits).map(|x| if text.starts_with('-') { -x } else { x }),
    }
}

/// Reads what follows `0x`.
fn read_hex(text: &str) -> Option<f64> {
    let (digits, exponent) = match text.split_once(['p', 'P']) {
        Some((digits, exponent)) => (digits, read_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // the leading digits as an integer; of the others it is enough to know whether one is not 0
    let (mut mantissa, mut exponent, mut rest) = (0u64, exponent - 4 * fraction.len() as i64, false);
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16)?;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            exponent += 4;
            rest |= digit != 0;
        }
    }
    Some(round(mantissa | u64::from(rest), exponent))
}

/// An exponent; one that is longer than any that matters is as good as a large one.
fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i32>().map_or(i64::from(i32::MAX), i64::from);
    Some(if text.starts_with('-') { -size } else { size })
}

/// The number nearest to `mantissa` · 2^`exponent`.
fn round(mantissa: u64, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let top = exponent + 63 - i64::from(mantissa.leading_zeros());
    if top > 1023 {
        return f64::INFINITY;
    }
    // the exponent of the last place that the answer has
    let place = (top - 52).max(-1074);
    let drop = place - exponent;
    let kept = if drop <= 0 {
        mantissa << -drop
    } else {
        let (mantissa, drop) = (u128::from(mantissa), drop.min(127));
        let (kept, dropped, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1 << (drop - 1));
        (kept + u128::from(dropped > half || dropped == half && kept & 1 == 1)) as u64
    };
    // the leading bit, which is not stored, and a carry both run into the exponent, as they should
    f64::from_bits(((place + 1074) as u64) * (1 << 52) + kept)
}

/// Shows a number as a C99 hex float, `inf`, `-inf` or `nan`, with as many digits as Python's `float.hex`.
pub struct Hex(pub f64);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            return f.write_str("nan");
        }
        let sign = if self.0.is_sign_negative() { "-" } else { "" };
        let bits = self.0.abs().to_bits();
        let (exponent, digits) = ((bits >> 52) as i32, bits & ((1 << 52) - 1));
        match exponent {
            0x7ff => write!(f, "{sign}inf"),
            0 if digits == 0 => write!(f, "{sign}0x0.0p+0"),
            0 => write!(f, "{sign}0x0.{digits:013x}p-1022"),
            _ => write!(f, "{sign}0x1.{digits:013x}p{:+}", exponent - 1023),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shows_what_python_shows() {
        for (x, text) in [
            (1.5, "0x1.8000000000000p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (0.0, "0x0.0p+0"),
            (-0.0, "-0x0.0p+0"),
            (5e-324, "0x0.0000000000001p-1022"),
            (f64::MIN_POSITIVE, "0x1.0000000000000p-1022"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(Hex(x).to_string(), text);
        }
    }

    #[test]
    fn reads_every_form() {
        for (text, x) in [
            ("0x1.8p+1", 3.0),
            ("0X1.8P1", 3.0),
            ("+0x.8", 0.5),
            ("0x10", 16.0),
            ("-0x1.p-1", -0.5),
            ("0x0.00000000000000000000000000000000001p+140", 1.0),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.00000000000000000001p-1075", 5e-324),
            ("0x3p-1075", 1e-323),
            ("0x1.fffffffffffff7fffp+1023", f64::MAX),
            ("0x1.fffffffffffff8p+1023", f64::INFINITY),
            ("0x0.fffffffffffffcp-1022", f64::MIN_POSITIVE),
            ("0x1.00000000000008p0", 1.0),
            ("0x1.00000000000008000000000000000001p0", 1.0 + f64::EPSILON),
            ("0x1.00000000000018p0", 1.0 + 2.0 * f64::EPSILON),
            ("0x1p999999999999999999999", f64::INFINITY),
            ("-0x1p-999999999999999999999", -0.0),
            ("0x0p999999999999999999999", 0.0),
            ("-InFinity", f64::NEG_INFINITY),
            ("2.", 2.0),
            (".5e1", 5.0),
        ] {
            assert_eq!(read(text).map(f64::to_bits), Some(x.to_bits()), "{text}");
        }
        assert!(read("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "x", "0x", "0x.", "0xp1", "0x1p", "0x1p+", "0x1p1.5", "0x1.2.3", "0x1g", "0x-1", "1 2", "--1", "1_0"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_shows(bits: u64) {
            let x = f64::from_bits(bits);
            let again = read(&Hex(x).to_string()).unwrap();
            prop_assert!(again.to_bits() == bits || x.is_nan() && again.is_nan());
        }

        #[test]
        fn rounds_as_the_processor_does(n: u128, exponent in -1200i32..900) {
            let scaled = read(&format!("{n:#x}p{exponent}")).unwrap();
            prop_assert_eq!(read(&format!("{n:#x}")).unwrap(), n as f64);
            // twice, since a power of 2 below 2^-1022 is not exact; a subnormal product would be rounded twice
            let product = n as f64 * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
            prop_assert!(scaled == product || product < f64::MIN_POSITIVE * 2.0);
        }
    }
}
