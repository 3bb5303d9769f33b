//! The error function and its complement on lanes, without a table.
//!
//! For a ≥ 0 erfc a = e^(−a²) H(q) / (1 + 5a/4) with q = (a − 3) / (a + 3). H falls slowly from 1 to 0.7, and is a polynomial of degree 22; the
//! coefficients are those of the one that has the least relative error for a up to 27.4 (computed with 60 digits by Remez's exchange), 2⁻⁵⁶. To
//! map the half line by such a q is the idea of Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞" (1981).
//! The leading part of a has so few bits that q, the denominator and the square are exact in it; what comes after is small. All factors carry
//! what their roundings lose. Near 0 erf x is x and a polynomial.

use super::Wide;
use super::exp::Parts;
use crate::real::{Real, Register};

/// The constant of H in two parts.
const H_0: [f64; 2] = [0.8502554681116022, 1.9840364597762275e-17];
const H: [f64; 22] = [
    -0.2071007763440019,
    0.06237499167121804,
    0.024734748001400617,
    -0.04767135068535906,
    0.033545329846608345,
    -0.013255645698659285,
    0.0018462747821720743,
    0.0009565332356086877,
    -0.0004704242825735059,
    -4.170360113924641e-05,
    7.336361796831599e-05,
    1.012733080290292e-07,
    -1.1765196716616573e-05,
    1.378436357879467e-08,
    2.054239655425496e-06,
    1.3193188043724212e-07,
    -3.6658832571403995e-07,
    -6.614002113871167e-08,
    5.7023646185623824e-08,
    1.8288194503342305e-08,
    -5.379852711187386e-09,
    -2.4510163071159872e-09,
];

/// erfc a of an a ≥ 0 in two parts; NaN of NaN.
#[inline(always)]
fn positive<R: Register>(a: Wide<R>) -> [Wide<R>; 2] {
    /// Added to a smaller number and taken away it leaves a multiple of 2⁻²¹.
    const SHIFT: f64 = 1.5 * (1u64 << 31) as f64;
    // beyond it is 0
    let a = a.at_most(28.0);
    let leading = (a + SHIFT) - SHIFT;
    let low = a - leading;

    let quotient = (leading - 3.0) / (leading + 3.0);
    // q of the sum, exact but for the third power of `low`
    let share = -quotient + 1.0;
    let step = low * share * (1.0 / 6.0);
    let q = quotient + share * (step - step * step);
    let t = q * q.polynomial(H);
    let h = t + H_0[0];
    let h_low = ((-h + H_0[0]) + t) + H_0[1];

    let exponent = Parts::of_sum(-(leading * leading), -(low * (a + leading)));
    let [e, e_low] = exponent.exp();
    let [n, n_low] = e.exact_product(h);
    let (d, d_low) = (leading * 1.25 + 1.0, low * 1.25);
    let y = n / d;
    let rest = y.residual(d, n) + n_low + (e * h_low + e_low * h) - y * d_low;
    [exponent.scale(y), exponent.scale(rest / (d + d_low))]
}

/// first + sign · a, of an a in two parts, for a first that is 0 or not below a.
#[inline(always)]
fn sum<R: Register>(first: Wide<R>, sign: Wide<R>, [a, low]: [Wide<R>; 2]) -> Wide<R> {
    let (a, low) = (a * sign, low * sign);
    let s = first + a;
    s + (((first - s) + a) + low)
}

/// 1 with the sign of x.
#[inline(always)]
fn sign<R: Register>(x: Wide<R>) -> Wide<R> {
    Wide::from(1.0).copysign(x)
}

/// erfc x. That of −x is the rest to 2.
#[inline(always)]
pub fn erfc<R: Register>(x: Wide<R>) -> Wide<R> {
    let sign = sign(x);
    sum(-sign + 1.0, sign, positive(x.abs()))
}

/// For an |x| below it erf x is nearly x.
const CENTER: f64 = 0.75;

/// erf(x)/x − 1 by powers of x² for an |x| below [`CENTER`]. The coefficients are those of the polynomial that has the least error of erf
/// (computed with 60 digits by Remez's exchange), 2⁻⁵⁶.
const NEAR: [f64; 11] = [
    0.1283791670955126,
    -0.37612638903183715,
    0.11283791670952481,
    -0.02686617064440249,
    0.005223977615122389,
    -0.0008548326169095464,
    0.0001205528877733638,
    -1.4924176639312502e-05,
    1.6430388241921033e-06,
    -1.5937600206830063e-07,
    1.1463758400165693e-08,
];

/// erf x.
#[inline(always)]
pub fn erf<R: Register>(x: Wide<R>) -> Wide<R> {
    let a = x.abs();
    let near = x + x * (x * x).polynomial(NEAR);
    let far = sum(1.0.into(), (-1.0).into(), positive(a)) * sign(x);
    Wide::select(a.less(CENTER.into()), near, far)
}
