//! What several tests read their data and compare numbers with.

#[cfg(feature = "cli")]
pub mod golden;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

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

/// Whether two numbers have the same bits, so that 0 is not −0, or are both NaN, of any sign and payload.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Whether two numbers are equal, so that 0 is −0, or are both NaN.
pub fn equal(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan()
}

/// Whether two numbers are [`equal`], or finite and apart by at most `tolerance` times the larger of 1 + |a| and 1 + |b|.
pub fn near(a: f64, b: f64, tolerance: f64) -> bool {
    let apart = (a - b).abs();
    equal(a, b) || apart.is_finite() && apart <= tolerance * (1.0 + a.abs().max(b.abs()))
}

/// The distance in units of the last place of the exact number; equal numbers, also infinite ones, have none.
pub fn ulps(got: f64, exact: f64) -> f64 {
    if equal(got, exact) {
        return 0.0;
    }
    let ulp = exact.abs().max(f64::MIN_POSITIVE);
    let ulp = f64::from_bits(ulp.to_bits() & (0x7ff << 52)) * f64::EPSILON;
    let error = (got - exact).abs() / ulp.max(f64::from_bits(1));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// Holds two lists to be of one length and close at each place: the numbers are equal (0 is −0, and an infinity is itself alone), or apart by
/// at most `relative` times the larger magnitude, or by at most `absolute`. NaN is close to nothing, not even to NaN.
#[track_caller]
pub fn close(a: &[f64], b: &[f64], [relative, absolute]: [f64; 2]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        approx::assert_relative_eq!(a, b, max_relative = relative, epsilon = absolute);
    }
}

/// A panic that was caught.
pub struct Panic {
    /// What it says.
    pub text: String,
    /// In which file it was raised, and the line and column there.
    pub file: String,
    pub at: [u32; 2],
}

/// Runs something that may panic, without a word on the terminal. The hook that keeps still is set once and for all threads, since
/// tests that exchange hooks at the same time take each other's for their own.
pub fn quietly<A>(f: impl FnOnce() -> A) -> Result<A, Panic> {
    thread_local! {
        static QUIET: Cell<bool> = const { Cell::new(false) };
        static LAST: Cell<Option<Panic>> = const { Cell::new(None) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match info.location() {
            Some(at) if QUIET.get() => {
                let payload = info.payload();
                let text =
                    payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
                let text = text.unwrap_or_default().to_owned();
                LAST.set(Some(Panic { text, file: at.file().to_owned(), at: [at.line(), at.column()] }));
            }
            _ => before(info),
        }));
    });
    let outer = QUIET.replace(true);
    let answer = catch_unwind(AssertUnwindSafe(f));
    QUIET.set(outer);
    answer.map_err(|_| LAST.take().expect("the hook was called"))
}
