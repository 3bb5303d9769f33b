//! The activation functions.
//!
//! The forms are chosen so that no digit is lost anywhere: every exponential has an argument ≤ 0, nothing is
//! subtracted from what it nearly equals, and a slope with a root is written about that root. Where that is not the
//! textbooks' form, the definition has theirs and the evaluation has it. NaN is met by no comparison, so it falls through
//! the selects to the last branch, which hands it on.

use super::kink::{JAX, KERAS, Kink, TF, TORCH, smallest};
use super::{Domain, Op, Point, ops};
use crate::real::{Real, sum_and_error as sum};
use smallvec::smallvec;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, SQRT_2};

/// The evaluation of an op whose value is that of its definition: always inlined, as loops over lanes need it.
macro_rules! value_as_defined {
    () => {
        #[inline(always)]
        fn evaluate_value<R: Real>(&self, x: [R; 1]) -> R {
            self.value(x)
        }
    };
}
/// As `value_as_defined`, and the slope.
macro_rules! as_defined {
    () => {
        value_as_defined!();
        #[inline(always)]
        fn evaluate<R: Real>(&self, x: [R; 1]) -> (R, [R; 1]) {
            let a = self.evaluate_value(x);
            (a, self.slope(x, a))
        }
    };
}

/// `left` for z < at, `here` for z = at, `right` for z > at; NaN at NaN.
#[inline(always)]
fn around<R: Real>(z: R, at: f64, left: impl Into<R>, here: impl Into<R>, right: impl Into<R>) -> R {
    let at = R::from(at);
    R::select(z.less(at), left.into(), R::select(at.less(z), right.into(), R::select(z.equal(at), here.into(), z)))
}

/// `left` for z ≤ at, else `right`: what definitions have for `around`.
#[inline(always)]
fn step<R: Real>(z: R, at: f64, left: impl Into<R>, right: impl Into<R>) -> R {
    R::select(R::from(at).less(z), right.into(), left.into())
}

/// `inside` for lo < z < hi, else 0.
#[inline(always)]
fn between<R: Real>(z: R, lo: f64, hi: f64, inside: f64) -> R {
    step(z, lo, 0.0, R::select(z.less(hi.into()), inside.into(), 0.0.into()))
}

/// z, or the nearer end of [lo, hi].
#[inline(always)]
fn clamp<R: Real>(z: R, lo: f64, hi: f64) -> R {
    let (lo, hi) = (R::from(lo), R::from(hi));
    R::select(z.less(lo), lo, R::select(hi.less(z), hi, z))
}

/// The slope of `clamp`, times a factor; 0 at lo and hi.
#[inline(always)]
fn clamp_slope<R: Real>(z: R, lo: f64, hi: f64, factor: f64) -> R {
    around(z, lo, 0.0, 0.0, around(z, hi, factor, 0.0, 0.0))
}

/// −|z|. Unlike that of `abs`, its slope at 0 is that of one side, so a smooth function of it keeps its derivative.
#[inline(always)]
fn minus_abs<R: Real>(z: R) -> R {
    R::select(z.less(0.0.into()), z, -z)
}

/// σ(−|z|). The slope σ(1 − σ), which is even, has its digits on the left alone: 1 − a has none where a is nearly 1.
#[inline(always)]
fn left_sigmoid<R: Real>(z: R) -> R {
    let e = minus_abs(z).exp();
    let a = e / (e + 1.0);
    // this is e − e a, where a small e hides the errors of a
    R::select(e.less(0.22.into()), (-e).times_plus(a, e), a)
}

/// g′(z) from g′(−|z|), for a g with g(z) − g(−z) = z: the slopes at z and −z add up to 1.
#[inline(always)]
fn mirror<R: Real>(z: R, left: R) -> R {
    R::select(z.less(0.0.into()), left, -left + 1.0)
}

/// e⁻⁸⁰⁰ rounds to 0. Arguments are clamped to ±800, for −∞ · 0 would be NaN.
const EXP_LIMIT: f64 = 800.0;

/// eᵗ for t ≤ 0 as two factors. The second is 1 unless eᵗ would be subnormal and short of digits.
#[inline(always)]
fn exp_split<R: Real>(t: R) -> [R; 2] {
    const E_86: f64 = 4.4737793061811207e-38; // e⁻⁸⁶ was picked because f64 happens to hold it to 58 bits
    let tail = t.less(R::from(-700.0));
    [R::select(tail, t + 86.0, t).exp(), R::select(tail, E_86.into(), 1.0.into())]
}

/// `$yes` where the mask holds, `$no` elsewhere; one alone where the mask decides. A macro, since the code of a closure would not always be inlined,
/// and then not be compiled for the instruction set of lanes.
macro_rules! choose {
    ($mask:expr, $yes:expr, $no:expr) => {{
        let mask = $mask;
        match R::branch(mask) {
            Some(true) => $yes,
            Some(false) => $no,
            None => R::select(mask, $yes, $no),
        }
    }};
}

/// `$near` a root, at the distance d, `$plain` elsewhere: there the terms do not cancel, and fewer are rounded.
macro_rules! by_root {
    ($d:expr, $near:expr, $plain:expr) => {
        choose!($d.abs().less(0.25.into()), $near, $plain)
    };
}

/// n / d of two such sums, rounded about once, for a d whose inverse is neither subnormal nor infinite.
#[inline(always)]
fn quotient<R: Real>([n, n_error]: [R; 2], [d, d_error]: [R; 2]) -> R {
    let inverse = R::from(1.0) / d;
    let q = n * inverse;
    let [p, error] = q.product_and_error(d);
    q + (n - p - error + n_error - q * d_error) * inverse
}

/// eᵈ − 1 for |d| ≤ ¼, where 13 terms of the series have all digits.
#[inline(always)]
fn expm1_of_small<R: Real>(d: R) -> R {
    const TERMS: [f64; 12] = {
        let (mut terms, mut factor, mut k) = ([0.0; 12], 1.0, 0);
        while k < 12 {
            factor *= (k + 2) as f64;
            terms[k] = 1.0 / factor;
            k += 1;
        }
        terms
    };
    (d * d).times_plus(polynomial(d, TERMS), d)
}

/// c₀ + c₁ x + c₂ x² …
#[inline(always)]
fn polynomial<R: Real, const N: usize>(x: R, coefficients: [f64; N]) -> R {
    let mut sum = R::from(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        sum = sum.times_plus(x, coefficients[i].into());
    }
    sum
}

/// The square of such a sum.
#[inline(always)]
fn square<R: Real>([x, x_error]: [R; 2]) -> [R; 2] {
    let [p, error] = x.product_and_error(x);
    [p, error + x * x_error * 2.0]
}

/// `bell` rounds to 0 there, and does not overflow.
const BELL_LIMIT: f64 = 40.0;

/// exp(−z² · scale) as a number, what is missing, and a factor to both.
/// The rounding error of z² alone would cost as many ULP as z² is large.
#[inline(always)]
fn bell<R: Real>(z: R, scale: f64) -> [R; 3] {
    let [square, error] = z.product_and_error(z);
    let [e, tail] = exp_split(square * -scale);
    [e, -(e * (error * scale)), tail]
}

/// The kink at a point, unless the slopes on both sides are the same, with what other libraries return there.
fn kink(at: f64, left: f64, right: f64, other_libraries: &[(&'static str, f64)]) -> Vec<Kink> {
    let told = |kink: Kink, &(library, slope): &(&'static str, f64)| kink.other_libraries(library, &[slope]);
    if left == right { vec![] } else { vec![other_libraries.iter().fold(Kink::new(at, left, right), told)] }
}

/// 1 / (1 + e⁻ᶻ).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sigmoid;
impl Op<1> for Sigmoid {
    const NAME: &'static str = "sigmoid";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::from(1.0) / ((-z).exp() + 1.0)
    }
    fn slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
        [a * (-a + 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        self.evaluate([z]).0
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let left = left_sigmoid(z);
        let right = -left + 1.0;
        (R::select(z.less(0.0.into()), left, right), [left * right])
    }
}

/// tanh z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tanh;
impl Op<1> for Tanh {
    const NAME: &'static str = "tanh";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z.tanh()
    }
    fn slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
        [-(a * a) + 1.0]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let (a, rest) = z.tanh_and_rest();
        // 1 − a² has its digits only while a is small, but it has those of its derivative even at 0;
        // beyond it is (1 − |a|)(1 + |a|)
        let slope = R::select(z.abs().less(0.5.into()), -(a * a) + 1.0, rest * (-rest + 2.0));
        (a, [slope])
    }
}

/// max(z, 0).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relu;
impl Op<1> for Relu {
    const NAME: &'static str = "relu";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        let zero = R::from(0.0);
        R::select(z.less(zero), zero, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z, 0.0, 0.0, 1.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [around(z, 0.0, 0.0, 0.0, 1.0)])
    }
    fn kinks(&self) -> Vec<Kink> {
        kink(
            0.0,
            0.0,
            1.0,
            &[
                ("PyTorch 2.15 relu", 0.0),
                ("maximum", 0.5),
                ("JAX 0.10 nn.relu", 0.0),
                ("maximum", 0.5),
                ("TensorFlow 2.21 relu", 0.0),
                ("maximum", 1.0),
                ("Ng's lecture", 1.0),
            ],
        )
    }
}

/// z for z > 0, else slope · z.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakyRelu {
    /// The slope on the left of 0.
    pub slope: f64,
}
impl Default for LeakyRelu {
    fn default() -> Self {
        LeakyRelu { slope: 0.01 }
    }
}
impl Op<1> for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.less(0.0.into()), z * self.slope, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z, 0.0, self.slope, 1.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [around(z, 0.0, self.slope, smallest(self.slope, 1.0), 1.0)])
    }
    crate::params!(slope);
    fn validate(&self) -> Option<&'static str> {
        (!self.slope.is_finite()).then_some("needs a finite slope")
    }
    fn kinks(&self) -> Vec<Kink> {
        kink(0.0, self.slope, 1.0, &[(TORCH, self.slope), (JAX, 1.0), (TF, self.slope)])
    }
}

/// z for z > 0, else a · z: `LeakyRelu` with the slope as an argument.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prelu;
impl Op<2> for Prelu {
    const NAME: &'static str = "prelu";
    fn value<R: Real>(&self, [z, a]: [R; 2]) -> R {
        R::select(z.less(0.0.into()), z * a, z)
    }
    fn slope<R: Real>(&self, [z, a]: [R; 2], _: R) -> [R; 2] {
        [step(z, 0.0, a, 1.0), step(z, 0.0, z, 0.0)]
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z, a]: [R; 2]) -> (R, [R; 2]) {
        let [zero, one] = [0.0, 1.0].map(R::from);
        // at the kink the slope by z is a clamped to [0, 1]; its derivative by a is that of the slope by a, which is 0 there, along z
        let mixed = R::select(a.less(zero), zero, R::select(one.less(a), zero, one));
        (self.value([z, a]), [around(z, 0.0, a, clamp(a, 0.0, 1.0), one), around(z, 0.0, z, z * mixed, zero)])
    }
    fn kinks(&self) -> Vec<Kink> {
        [-0.5, 0.0, 0.25, 2.0].map(|a| Kink::at_point([0.0, a], [(a, 1.0, smallest(a, 1.0)), (0.0, 0.0, 0.0)])).into()
    }
}

/// max(z, 0)², the squared relu of So et al., "Primer: Searching for Efficient Transformers for Language Modeling" (2021). It has no kink; its
/// second derivative jumps at 0, where it is that of the constant slope, 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReluSquared;
impl Op<1> for ReluSquared {
    const NAME: &'static str = "relu_squared";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.less(0.0.into()), 0.0.into(), z * z)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [R::select(z.less_equal(0.0.into()), 0.0.into(), z * 2.0)]
    }
    as_defined!();
}

/// min(max(z, 0), 6).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relu6;
impl Op<1> for Relu6 {
    const NAME: &'static str = "relu6";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        clamp(z, 0.0, 6.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [between(z, 0.0, 6.0, 1.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [clamp_slope(z, 0.0, 6.0, 1.0)])
    }
    fn kinks(&self) -> Vec<Kink> {
        [Kink::new(0.0, 0.0, 1.0), Kink::new(6.0, 1.0, 0.0)].map(|kink| kink.everywhere(0.0)).into()
    }
}

/// z for z > 0, else α (eᶻ − 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Elu {
    /// The value at −∞ is −alpha.
    pub alpha: f64,
}
impl Default for Elu {
    fn default() -> Self {
        Elu { alpha: 1.0 }
    }
}
impl Op<1> for Elu {
    const NAME: &'static str = "elu";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.less(0.0.into()), (z.exp() - 1.0) * self.alpha, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [R::select(z.less(0.0.into()), z.exp() * self.alpha, 1.0.into())]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        choose!(z.less(0.0.into()), z.expm1() * self.alpha, z)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [around(z, 0.0, z.exp() * self.alpha, smallest(self.alpha, 1.0), 1.0)])
    }
    crate::params!(alpha);
    fn validate(&self) -> Option<&'static str> {
        (!self.alpha.is_finite()).then_some("needs a finite alpha")
    }
    fn kinks(&self) -> Vec<Kink> {
        // each takes 0 to be on the left, whatever alpha is; TensorFlow's own has no alpha
        kink(0.0, self.alpha, 1.0, &[TORCH, JAX, KERAS].map(|library| (library, self.alpha)))
    }
}

/// λ z for z > 0, else λ α (eᶻ − 1), with λ = 1.0507… and α = 1.6732… such that mean 0 and variance 1 are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selu;
impl Selu {
    const LAMBDA: f64 = 1.0507009873554805;
    const ELU: Elu = Elu { alpha: 1.6732632423543772 };
}
impl Op<1> for Selu {
    const NAME: &'static str = "selu";
    fn value<R: Real>(&self, z: [R; 1]) -> R {
        Self::ELU.value(z) * Self::LAMBDA
    }
    fn slope<R: Real>(&self, z: [R; 1], a: R) -> [R; 1] {
        Self::ELU.slope(z, a).map(|slope| slope * Self::LAMBDA)
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, z: [R; 1]) -> R {
        Self::ELU.evaluate_value(z) * Self::LAMBDA
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, z: [R; 1]) -> (R, [R; 1]) {
        let (a, [slope]) = Self::ELU.evaluate(z);
        (a * Self::LAMBDA, [slope * Self::LAMBDA])
    }
    fn kinks(&self) -> Vec<Kink> {
        let steep = Self::ELU.alpha * Self::LAMBDA;
        kink(0.0, steep, Self::LAMBDA, &[(TORCH, steep), (JAX, steep), (TF, Self::LAMBDA)])
    }
}

/// z for z > 0, else α (exp(z/α) − 1): `Elu` without the kink.
///
/// z/α is rounded before the exponential, unless α is a power of two, so in the tail the slope is off by up to |z/α|/2 ULP, and so is what
/// it adds to the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Celu {
    /// The value at −∞ is −alpha.
    pub alpha: f64,
}
impl Default for Celu {
    fn default() -> Self {
        Celu { alpha: 1.0 }
    }
}
impl Op<1> for Celu {
    const NAME: &'static str = "celu";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.less(0.0.into()), ((z / self.alpha).exp() - 1.0) * self.alpha, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [R::select(z.less(0.0.into()), (z / self.alpha).exp(), 1.0.into())]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        choose!(z.less(0.0.into()), (z / self.alpha).expm1() * self.alpha, z)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [around(z, 0.0, (z / self.alpha).exp(), 1.0, 1.0)])
    }
    crate::params!(alpha);
    fn validate(&self) -> Option<&'static str> {
        (!self.alpha.is_finite() || self.alpha == 0.0).then_some("needs an alpha that is finite and not 0")
    }
}

/// ln(1 + exp(β z)) / β.
///
/// β z is rounded before the exponential, unless β is a power of two, so in the left tail value and slope are off by up to |β z|/2 ULP.
#[derive(Clone, Debug, PartialEq)]
pub struct Softplus {
    /// How sharp the bend at 0 is. There is no threshold beyond which the value is z: it would be a jump.
    pub beta: f64,
}
impl Default for Softplus {
    fn default() -> Self {
        Softplus { beta: 1.0 }
    }
}
impl Op<1> for Softplus {
    const NAME: &'static str = "softplus";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        ((z * self.beta).exp() + 1.0).ln() / self.beta
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [Sigmoid.value([z * self.beta])]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let zero = R::from(0.0);
        R::select(z.less(zero), zero, z) + minus_abs(z * self.beta).exp().ln_1p() / self.beta
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [Sigmoid.evaluate_value([z * self.beta])])
    }
    crate::params!(beta);
    fn validate(&self) -> Option<&'static str> {
        (!self.beta.is_finite() || self.beta <= 0.0).then_some("needs a beta that is finite and positive")
    }
}

/// ln(1 / (1 + e⁻ᶻ)).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSigmoid;
impl Op<1> for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";
    fn value<R: Real>(&self, z: [R; 1]) -> R {
        Sigmoid.value(z).ln()
    }
    fn slope<R: Real>(&self, z: [R; 1], _: R) -> [R; 1] {
        [-Sigmoid.value(z) + 1.0]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        -Softplus::default().evaluate_value([-z])
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [Sigmoid.evaluate_value([-z])])
    }
}

/// z / (1 + |z|).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Softsign;
impl Op<1> for Softsign {
    const NAME: &'static str = "softsign";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z / (z.abs() + 1.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let m = z.abs() + 1.0;
        [R::from(1.0) / (m * m)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let m = z.abs();
        R::select(m.less(f64::INFINITY.into()), z / (m + 1.0), z.sign())
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let far = R::from(1e200); // its slope rounds to 0
        let m = z.abs();
        let [m, error] = sum(R::select(far.less(m), far, m), 1.0.into());
        (self.evaluate_value([z]), [R::from(1.0) / m / (m + error * 2.0)])
    }
}

/// z / (1 + e⁻ᶻ), also called swish.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silu;
impl Op<1> for Silu {
    const NAME: &'static str = "silu";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z / ((-z).exp() + 1.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        let s = Sigmoid.value([z]);
        [s + a * (-s + 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let y = clamp(z, -EXP_LIMIT, EXP_LIMIT);
        let [e, tail] = exp_split(minus_abs(y));
        R::select(z.less(0.0.into()), y * e * tail, z) / (e + 1.0)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        // with r + 1 + eʳ = 0, t + 1 + eᵗ is d + eʳ (eᵈ − 1): two terms of the same sign
        const ROOT: [f64; 2] = [-1.2784645427610737, -1.0946994183093437e-16];
        const EXP_ROOT: f64 = 0.2784645427610738;
        let t = minus_abs(clamp(z, -EXP_LIMIT, EXP_LIMIT));
        let [e, tail] = exp_split(t);
        let d = t - ROOT[0] - ROOT[1];
        let factor = by_root!(d, d + expm1_of_small(d) * EXP_ROOT, t + 1.0 + e);
        (
            self.evaluate_value([z]),
            [mirror(z, quotient([factor * e, 0.0.into()], sum(1.0.into(), e * (e + 2.0))) * tail)],
        )
    }
}

/// z Φ(z), where Φ is the normal distribution function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gelu;
impl Gelu {
    /// On the left of it Φ nears the subnormal numbers and is taken from `mills`.
    const TAIL: f64 = -36.0;
    /// 1/√(2π), and what is missing.
    const SCALE: [f64; 2] = [0.3989422804014327, -2.49232720227773e-17];
    /// The root r of g′, and what is missing.
    const ROOT: [f64; 2] = [-0.7517915246935645, 1.4956759177009883e-17];
    /// (g′(r + d) / d) by powers of d. From φ′(z) = −z φ(z) follow the coefficients c of φ(r + d) one by one, and
    /// from g′ = Φ − φ′ those of g′.
    const TAYLOR: [f64; 20] = {
        let (mut taylor, mut k) = ([0.0; 20], 0);
        let (mut before, mut c) = (0.0, 0.3007325998969753);
        while k < 20 {
            let n = k as f64 + 1.0;
            let next = -(Self::ROOT[0] * c + before) / n;
            taylor[k] = c * (1.0 + 1.0 / n) + Self::ROOT[0] * next;
            (before, c, k) = (c, next, k + 1);
        }
        taylor
    };

    /// The density φ(y) as two factors.
    #[inline(always)]
    fn density<R: Real>(y: R) -> [R; 2] {
        let [e, error, tail] = bell(y, 0.5);
        [(e + error) * Self::SCALE[0], tail]
    }
    /// Φ(y − s) and s, for Φ(y) = erfc(−y/√2) / 2: s is what the rounding of −y/√2 costs.
    #[inline(always)]
    fn distribution<R: Real>(y: R) -> [R; 2] {
        let [x, error] = y.product_and_error(R::from(-FRAC_1_SQRT_2));
        [x.erfc() * 0.5, -(error + y * 4.833646656726457e-17) * SQRT_2]
    }
    /// −y Φ(y) / φ(y) = 1 − 1/y² + 1·3/y⁴ − 1·3·5/y⁶ …, for y < TAIL.
    #[inline(always)]
    fn mills<R: Real>(y: R) -> R {
        let r = R::from(1.0) / (y * y);
        [11.0, 9.0, 7.0, 5.0, 3.0, 1.0].into_iter().fold(1.0.into(), |sum: R, odd| -(sum * r * odd) + 1.0)
    }
    /// g′ at its root + d.
    #[inline(always)]
    fn slope_near_root<R: Real>(d: R) -> R {
        polynomial(d, Self::TAYLOR) * d
    }
    /// g′ of a t from TAIL to 0.
    #[inline(always)]
    fn slope_elsewhere<R: Real>(t: R) -> R {
        let [e, e_error, _] = bell(t, 0.5);
        let [distribution, s] = Self::distribution(t);
        let [factor, error] = t.product_and_error(Self::SCALE[0].into());
        let [term, error2] = factor.product_and_error(e);
        let [slope, error3] = sum(distribution, term);
        let errors = factor * e_error + (error + t * Self::SCALE[1] + s * Self::SCALE[0]) * e;
        slope + (error2 + error3 + errors)
    }
}
impl Op<1> for Gelu {
    const NAME: &'static str = "gelu";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z * ((z * FRAC_1_SQRT_2).erf() + 1.0) / 2.0
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [((z * FRAC_1_SQRT_2).erf() + 1.0) / 2.0 + z * (-(z * z) / 2.0).exp() * Self::SCALE[0]]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let y = clamp(z, -BELL_LIMIT, BELL_LIMIT);
        // φ/Φ to a percent or better where s counts
        let rate = R::select(y.less(0.0.into()), ((y * y + 8.0).sqrt() - y * 3.0) * 0.25, 0.0.into());
        let [distribution, s] = Self::distribution(y);
        let near = z * (distribution + distribution * (rate * s));
        let far = || {
            let [density, tail] = Self::density(y);
            -(Self::mills(y) * density * tail)
        };
        R::select_lazy(z.less(Self::TAIL.into()), far, || near)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let t = minus_abs(clamp(z, -BELL_LIMIT, BELL_LIMIT));
        let d = t - Self::ROOT[0] - Self::ROOT[1];
        let left = by_root!(d, Self::slope_near_root(d), Self::slope_elsewhere(t));
        let far = || {
            let [density, tail] = Self::density(t);
            (t - Self::mills(t) / t) * density * tail
        };
        let left = R::select_lazy(t.less(Self::TAIL.into()), far, || left);
        (self.evaluate_value([z]), [mirror(z, left)])
    }
}

/// z (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2: `Gelu`, approximated.
///
/// On dual numbers a tangent from 10³⁰⁰ on makes NaN, since products are split to have all their digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeluTanh;
impl GeluTanh {
    /// exp(v(−LIMIT)) rounds to 0.
    const LIMIT: f64 = 25.0;
    /// 2 √(2/π), and what is missing.
    const A: [f64; 2] = [1.5957691216057308, -9.96930880911092e-17];
    /// A · 0.044715, and what is missing.
    const B: [f64; 2] = [0.07135481627260025, -4.1218577217431825e-18];

    /// exp(v(y)), v(y) = A y + B y³ ≤ 0, in three parts as `bell`, and y v′(y). Both need v to twice the digits.
    #[inline(always)]
    fn exp_v<R: Real>(y: R) -> ([R; 3], [R; 2]) {
        let [square, error] = y.product_and_error(y);
        let [cubic, error2] = square.product_and_error(Self::B[0].into());
        let [factor, error3] = sum(cubic, Self::A[0].into());
        let [v, error4] = y.product_and_error(factor);
        let [e, tail] = exp_split(v);
        let cubic_error = error * Self::B[0] + square * Self::B[1] + error2;
        let factor_error = cubic_error + error3 + Self::A[1];
        let [slope, error5] = sum(factor, cubic * 2.0);
        let [moment, error6] = y.product_and_error(slope);
        let moment_error = error6 + y * (error5 + factor_error + cubic_error * 2.0);
        ([e, e * (error4 + y * factor_error), tail], [moment, moment_error])
    }
}
impl Op<1> for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z * (((z + z * z * z * 0.044715) * (Self::A[0] / 2.0)).tanh() + 1.0) / 2.0
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let t = ((z + z * z * z * 0.044715) * (Self::A[0] / 2.0)).tanh();
        let u = (z * z * (3.0 * 0.044715) + 1.0) * (Self::A[0] / 2.0);
        [(t + 1.0) / 2.0 + z * (-(t * t) + 1.0) * u / 2.0]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let y = clamp(z, -Self::LIMIT, Self::LIMIT);
        let ([e, error, tail], _) = Self::exp_v(minus_abs(y));
        let e = e + error;
        R::select(z.less(0.0.into()), y * e * tail, z) / (e + 1.0)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        // with r v′(r) + 1 + exp(v(r)) = 0, t v′(t) + 1 + exp(v(t)) is a sum of terms with the sign of d = t − r
        const ROOT: [f64; 2] = [-0.7524614220710163, 3.4358218314355225e-17];
        const EXP_ROOT: f64 = 0.29195521191476714;
        let t = minus_abs(clamp(z, -Self::LIMIT, Self::LIMIT));
        let ([e, e_error, tail], [moment, moment_error]) = Self::exp_v(t);
        let d = t - ROOT[0] - ROOT[1];
        let factor = by_root!(
            d,
            {
                let cubes = (t * (t + ROOT[0]) + ROOT[0] * ROOT[0]) * Self::B[0];
                let v = d * (cubes + Self::A[0]);
                d * (cubes * 3.0 + Self::A[0]) + v.expm1() * EXP_ROOT
            },
            {
                let [factor, error] = sum(moment, 1.0.into());
                factor + (error + moment_error + e)
            }
        );
        let [n, error] = factor.product_and_error(e);
        (
            self.evaluate_value([z]),
            [mirror(z, quotient([n, error + factor * e_error], sum(1.0.into(), e * (e + 2.0))) * tail)],
        )
    }
}

/// z tanh(ln(1 + eᶻ)).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mish;
impl Op<1> for Mish {
    const NAME: &'static str = "mish";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z * (z.exp() + 1.0).ln().tanh()
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        let t = (z.exp() + 1.0).ln().tanh();
        [t + z * (-(t * t) + 1.0) * Sigmoid.value([z])]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let y = clamp(z, -EXP_LIMIT, EXP_LIMIT);
        let [e, tail] = exp_split(minus_abs(y));
        let left = z.less(0.0.into());
        let square = e * e;
        let [n, n_error] = sum(e * 2.0, R::select(left, square, 1.0.into()));
        let [d, d_error] = sum(R::select(left, 2.0.into(), square * 2.0), n);
        R::select(left, y, z) * quotient([n, n_error], [d, d_error + n_error]) * R::select(left, tail, 1.0.into())
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        // with P(r) = 0, P(y) = e³ʸ + 4 e²ʸ + (6 + 4y) eʸ + 4 + 4y is a polynomial in d = y − r and m = eᵈ − 1
        const ROOT: [f64; 2] = [-1.1924312145154952, -4.8484829848031044e-17];
        const EXP_ROOT: f64 = 0.3034825352815289;
        const EXP_ROOT2: f64 = EXP_ROOT * EXP_ROOT;
        let y = clamp(z, -EXP_LIMIT, EXP_LIMIT);
        let left = y.less(0.0.into());
        let [e, tail] = exp_split(R::select(left, y, -y));
        let d = y - ROOT[0] - ROOT[1];
        let p = by_root!(
            d,
            {
                let m = expm1_of_small(d);
                let by_m = (m * (m + 3.0) + 3.0) * EXP_ROOT2 + (m + 2.0) * (4.0 * EXP_ROOT) + (y * 4.0 + 6.0);
                m * by_m * EXP_ROOT + d * (4.0 * (1.0 + EXP_ROOT))
            },
            (y + 1.0) * 4.0 + e * (e * (e + 4.0) + (y * 4.0 + 6.0))
        );
        let n = e * (e + 2.0);
        let q = e * (e + 1.0) * 2.0 + 1.0;
        let right = -(e * e * 2.0 / q * (-(y * (e + 1.0) * 2.0 / q) + 1.0)) + 1.0;
        (
            self.evaluate_value([z]),
            [R::select(left, quotient([p * e, 0.0.into()], square(sum(n, 2.0.into()))) * tail, right)],
        )
    }
}

/// z³ / (z − tanh z) from z², by the continued fraction tanh z = z / (1 + z² / (3 + z² / (5 + …))).
#[inline(always)]
fn cube_over_shrink<R: Real>(square: R) -> R {
    let level = |[p, q]: [R; 2], odd: f64| [p * odd + q * square, p];
    let [p, q] = [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0].into_iter().fold([21.0.into(), 1.0.into()], level);
    square + square * q / p + 3.0
}

/// z − tanh z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tanhshrink;
impl Tanhshrink {
    /// tanh² z; from ½ on n² / (2 + n)² with n = eᵗ − 1 and t = −2|z|, of which `squares` makes the two squares with their errors.
    #[inline(always)]
    fn square_of_tanh<R: Real>(z: R, squares: impl FnOnce(R, R) -> [[R; 2]; 2]) -> R {
        let near = || {
            let square = z * z;
            let c = square / cube_over_shrink(square);
            square - square * c * (-c + 2.0)
        };
        let far = || {
            let t = minus_abs(clamp(z, -EXP_LIMIT, EXP_LIMIT)) * 2.0;
            let [n, d] = squares(t, t.expm1());
            quotient(n, d)
        };
        R::select_lazy(z.abs().less(0.5.into()), near, far)
    }
}
impl Op<1> for Tanhshrink {
    const NAME: &'static str = "tanhshrink";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z - z.tanh()
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [Self::square_of_tanh(z, |_, n| [n.product_and_error(n), square(sum(2.0.into(), n))])]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let near = || {
            let square = z * z;
            z * square / cube_over_shrink(square)
        };
        R::select_lazy(z.abs().less(1.25.into()), near, || z - z.tanh())
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let squares = |t: R, n: R| {
            // expm1 is rounded more than exp is, whose error is the smaller one here
            let [less, error] = sum(t.exp(), R::from(-1.0));
            let n_error = less - n + error;
            let [d, d_error] = sum(2.0.into(), n);
            [square([n, n_error]), square([d, d_error + n_error])]
        };
        (self.evaluate_value([z]), [Self::square_of_tanh(z, squares)])
    }
}

/// The number by which z lies outside [−λ, λ].
#[derive(Clone, Debug, PartialEq)]
pub struct Softshrink {
    /// Half the width of the interval that is mapped to 0.
    pub lambda: f64,
}
impl Default for Softshrink {
    fn default() -> Self {
        Softshrink { lambda: 0.5 }
    }
}
impl Op<1> for Softshrink {
    const NAME: &'static str = "softshrink";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        let rest = z - clamp(z, -self.lambda, self.lambda);
        R::select(z.abs().less_equal(self.lambda.into()), z * 0.0, rest) // keeps the sign
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z.abs(), self.lambda, 0.0, 1.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [shrink_slope(z, self.lambda)])
    }
    crate::params!(lambda);
    fn validate(&self) -> Option<&'static str> {
        shrink_fault(self.lambda)
    }
    fn kinks(&self) -> Vec<Kink> {
        let kinks = [Kink::new(-self.lambda, 1.0, 0.0), Kink::new(self.lambda, 0.0, 1.0)];
        kinks.map(|kink| kink.other_libraries(TORCH, &[0.0]).other_libraries(TF, &[0.0])).into()
    }
}

/// z for |z| > λ, else 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardshrink {
    /// Half the width of the interval that is mapped to 0.
    pub lambda: f64,
}
impl Default for Hardshrink {
    fn default() -> Self {
        Hardshrink { lambda: 0.5 }
    }
}
impl Op<1> for Hardshrink {
    const NAME: &'static str = "hardshrink";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        step(z.abs(), self.lambda, 0.0, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z.abs(), self.lambda, 0.0, 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        R::select(z.abs().less_equal(self.lambda.into()), z * 0.0, z) // keeps the sign
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [shrink_slope(z, self.lambda)])
    }
    crate::params!(lambda);
    fn validate(&self) -> Option<&'static str> {
        shrink_fault(self.lambda)
    }
    fn jumps(&self) -> Vec<Point> {
        vec![smallvec![-self.lambda], smallvec![self.lambda]]
    }
}

/// 1 outside [−λ, λ], else 0.
#[inline(always)]
fn shrink_slope<R: Real>(z: R, lambda: f64) -> R {
    around(z, -lambda, 1.0, 0.0, around(z, lambda, 0.0, 0.0, 1.0))
}

fn shrink_fault(lambda: f64) -> Option<&'static str> {
    (!lambda.is_finite() || lambda <= 0.0).then_some("needs a lambda that is finite and positive")
}

/// min(max(z, lo), hi).
#[derive(Clone, Debug, PartialEq)]
pub struct HardTanh {
    /// The lowest value.
    pub lo: f64,
    /// The highest value.
    pub hi: f64,
}
impl Default for HardTanh {
    fn default() -> Self {
        HardTanh { lo: -1.0, hi: 1.0 }
    }
}
impl Op<1> for HardTanh {
    const NAME: &'static str = "hard_tanh";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        clamp(z, self.lo, self.hi)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [between(z, self.lo, self.hi, 1.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [clamp_slope(z, self.lo, self.hi, 1.0)])
    }
    crate::params!(lo, hi);
    fn validate(&self) -> Option<&'static str> {
        (self.lo.is_nan() || self.hi.is_nan() || self.lo >= self.hi).then_some("needs a lo below its hi")
    }
    fn kinks(&self) -> Vec<Kink> {
        let kinks = [Kink::new(self.lo, 0.0, 1.0), Kink::new(self.hi, 1.0, 0.0)];
        kinks
            .map(|kink| kink.other_libraries(TORCH, &[0.0]).other_libraries(JAX, &[1.0]).other_libraries(KERAS, &[1.0]))
            .into()
    }
}

/// min(max(z + 3, 0), 6) / 6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HardSigmoid;
impl Op<1> for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        clamp(z + 3.0, 0.0, 6.0) / 6.0
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [between(z, -3.0, 3.0, 1.0 / 6.0)]
    }
    value_as_defined!();
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.value([z]), [clamp_slope(z, -3.0, 3.0, 1.0 / 6.0)])
    }
    fn kinks(&self) -> Vec<Kink> {
        [Kink::new(-3.0, 0.0, 1.0 / 6.0), Kink::new(3.0, 1.0 / 6.0, 0.0)].map(|kink| kink.everywhere(0.0)).into()
    }
}

/// z min(max(z + 3, 0), 6) / 6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HardSwish;
impl Op<1> for HardSwish {
    const NAME: &'static str = "hard_swish";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z * clamp(z + 3.0, 0.0, 6.0) / 6.0
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z, -3.0, 0.0, R::select(z.less(3.0.into()), (z * 2.0 + 3.0) / 6.0, 1.0.into()))]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        around(z, -3.0, 0.0, 0.0, around(z, 3.0, z * (z + 3.0) / 6.0, 3.0, z))
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [around(z, -3.0, 0.0, 0.0, around(z, 3.0, (z * 2.0 + 3.0) / 6.0, 1.0, 1.0))])
    }
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(-3.0, 0.0, -0.5).everywhere(0.0), Kink::new(3.0, 1.5, 1.0).everywhere(1.0)]
    }
}

/// z for z > threshold, else value. The registry's has threshold 1 and value 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Where z begins.
    pub threshold: f64,
    /// The value up to there.
    pub value: f64,
}
impl Op<1> for Threshold {
    const NAME: &'static str = "threshold";
    const NEEDS_PARAMS: bool = true;
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        step(z, self.threshold, self.value, z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [step(z, self.threshold, 0.0, 1.0)]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        around(z, self.threshold, self.value, self.value, z)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (self.evaluate_value([z]), [around(z, self.threshold, 0.0, 0.0, 1.0)])
    }
    crate::params!(threshold, value);
    fn validate(&self) -> Option<&'static str> {
        (!self.threshold.is_finite() || !self.value.is_finite()).then_some("needs a finite threshold and value")
    }
    fn kinks(&self) -> Vec<Kink> {
        if self.value == self.threshold { kink(self.threshold, 0.0, 1.0, &[]) } else { vec![] }
    }
    fn jumps(&self) -> Vec<Point> {
        if self.value == self.threshold { vec![] } else { vec![smallvec![self.threshold]] }
    }
}

/// (z + √(z² + b)) / 2.
#[derive(Clone, Debug, PartialEq)]
pub struct Squareplus {
    /// How wide the bend at 0 is.
    pub b: f64,
}
impl Default for Squareplus {
    fn default() -> Self {
        Squareplus { b: 4.0 }
    }
}
impl Op<1> for Squareplus {
    const NAME: &'static str = "squareplus";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        (z + (z * z + self.b).sqrt()) / 2.0
    }
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [(z / (z * z + self.b).sqrt() + 1.0) / 2.0]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let (half, h) = (z * 0.5, z.hypot(self.b.sqrt().into()) * 0.5);
        R::select(half.less_equal(h * -0.25), R::from(self.b / 4.0) / (h - half), h + half)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let t = minus_abs(z);
        let h = t.hypot(self.b.sqrt().into());
        let middle = || {
            let [s, s_error] = sum(h, -t);
            let [d, d_error] = h.product_and_error(s);
            // the inverse of d may be infinite, for a subnormal b
            let (n, d_error) = (R::from(self.b / 2.0), d_error + h * s_error);
            let q = n / d;
            let [p, error] = q.product_and_error(d);
            q + (n - p - error - q * d_error) / d
        };
        let far = || R::from(self.b / 2.0) / (h - t) / h;
        let not_near = || R::select_lazy(h.less(1e100.into()), middle, far); // h² must not overflow
        (
            self.evaluate_value([z]),
            [mirror(z, R::select_lazy(t.less_equal(h * -0.25), not_near, || (t / h + 1.0) * 0.5))],
        )
    }
    crate::params!(b);
    fn validate(&self) -> Option<&'static str> {
        (!self.b.is_finite() || self.b <= 0.0).then_some("needs a b that is finite and positive")
    }
}

/// exp(−z²).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gaussian;
impl Op<1> for Gaussian {
    const NAME: &'static str = "gaussian";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        (-(z * z)).exp()
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        [z * -2.0 * a]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        let [e, error, tail] = bell(clamp(z, -BELL_LIMIT, BELL_LIMIT), 1.0);
        (e + error) * tail
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let y = clamp(z, -BELL_LIMIT, BELL_LIMIT);
        let [e, error, tail] = bell(y, 1.0);
        (self.evaluate_value([z]), [(e + error) * (y * -2.0) * tail])
    }
}

/// ln cosh z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogCosh;
impl Op<1> for LogCosh {
    const NAME: &'static str = "log_cosh";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z.cosh().ln()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [z.tanh()]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        // cosh z = 1 + 2 s² = e^|z| (1 + e^−2|z|) / 2
        let m = z.abs();
        let near = || {
            let s = (z * 0.5).sinh();
            (s * 2.0 * s).ln_1p()
        };
        R::select_lazy(m.less(1.0.into()), near, || m - LN_2 + (m * -2.0).exp().ln_1p())
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, x: [R; 1]) -> (R, [R; 1]) {
        let a = self.evaluate_value(x);
        (a, self.slope(x, a))
    }
}

/// ln(z / (1 − z)), the inverse of `Sigmoid`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Logit;
impl Op<1> for Logit {
    const NAME: &'static str = "logit";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        (z / (-z + 1.0)).ln()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [R::from(1.0) / (z * (-z + 1.0))]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [z]: [R; 1]) -> R {
        // 2z − 1 is exact from ¼ on
        R::select_lazy(z.less(0.25.into()), || (z / (-z + 1.0)).ln(), || (z * 2.0 - 1.0).atanh() * 2.0)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, x: [R; 1]) -> (R, [R; 1]) {
        let a = self.evaluate_value(x);
        (a, self.slope(x, a))
    }
    fn domain(&self) -> Domain {
        Domain::new("0 < x < 1", &[(0.0, 1.0)])
    }
}

/// 0 for z ≤ −1, (z + 1)² / 4 up to 1, then z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparsePlus;
impl Op<1> for SparsePlus {
    const NAME: &'static str = "sparse_plus";
    #[inline(always)]
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        around(z, -1.0, 0.0, 0.0, R::select(z.less(1.0.into()), (z + 1.0) * (z + 1.0) * 0.25, z))
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
        [clamp(z * 0.5 + 0.5, 0.0, 1.0)]
    }
    as_defined!();
}

ops! {
    /// The activation functions as methods, with the default parameters of their types.
    trait Activations;
    fn sigmoid(self) = Sigmoid;
    Tanh;
    fn relu(self) = Relu;
    fn leaky_relu(self) = LeakyRelu::default();
    fn prelu(self, a) = Prelu;
    fn relu_squared(self) = ReluSquared;
    fn relu6(self) = Relu6;
    fn elu(self) = Elu::default();
    fn selu(self) = Selu;
    fn celu(self) = Celu::default();
    fn softplus(self) = Softplus::default();
    fn log_sigmoid(self) = LogSigmoid;
    fn softsign(self) = Softsign;
    fn silu(self) = Silu;
    fn gelu(self) = Gelu;
    fn gelu_tanh(self) = GeluTanh;
    fn mish(self) = Mish;
    fn tanhshrink(self) = Tanhshrink;
    fn softshrink(self) = Softshrink::default();
    fn hardshrink(self) = Hardshrink::default();
    fn hard_tanh(self) = HardTanh::default();
    fn hard_sigmoid(self) = HardSigmoid;
    fn hard_swish(self) = HardSwish;
    fn threshold(self; threshold: f64, value: f64) = Threshold { threshold, value }, as Threshold { threshold: 1.0, value: 0.0 };
    fn squareplus(self) = Squareplus::default();
    fn gaussian(self) = Gaussian;
    fn log_cosh(self) = LogCosh;
    fn logit(self) = Logit;
    fn sparse_plus(self) = SparsePlus;
}
