//! Error-free transformations: the rounded result of an operation and, exactly, what the rounding lost.

/// a + b (Knuth's TwoSum).
#[inline(always)]
pub(super) const fn sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let b_part = s - a;
    (s, (a - (s - b_part)) + (b - b_part))
}

/// a + b for |a| ≥ |b| (Dekker's Fast2Sum). Where the error means nothing, since a is not finite or b is the error of
/// something that overflowed, a alone; a zero keeps its sign.
#[inline(always)]
pub(super) const fn ordered_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    if b != 0.0 && s.is_finite() { (s, b - (s - a)) } else { (a, 0.0) }
}

/// a × b (Dekker's product). `mul_add` would be shorter, but is a slow library call on targets without the instruction.
#[inline(always)]
pub(super) const fn product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    (p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low)
}

/// a × b of sums of two numbers each, the second small (DWTimesDW1, see `double_double.rs`): the relative error is below 5 × 2⁻¹⁰⁶.
#[inline(always)]
pub(super) const fn product_of_pairs(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (p, error) = product(a.0, b.0);
    ordered_sum(p, error + (a.0 * b.1 + a.1 * b.0))
}

/// The leading 26 bits and the rest, which has 26 bits as well. Veltkamp's multiplication by 2²⁷ + 1 would overflow
/// beyond 2⁹⁹⁶; rounding the bits themselves carries into the exponent as it should.
#[inline(always)]
const fn split(a: f64) -> (f64, f64) {
    const REST: u64 = (1 << 27) - 1;
    let rounded = f64::from_bits(a.to_bits().wrapping_add(1 << 26) & !REST);
    // the last numbers before the overflow; their rest has 27 bits, which only another such number would notice
    let high = if rounded.is_finite() { rounded } else { f64::from_bits(a.to_bits() & !REST) };
    (high, a - high)
}
