//! Arithmetic: the operators, powers, rounding, and the ops that choose between numbers.

use super::kink::{JAX, Kink, TF, TORCH};
use super::{Domain, Op, Params, Point, bad_param, ops};
use crate::error::Error;
use crate::real::{Real, power_slope};
use smallvec::smallvec;

/// x + y.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Add;
impl Op<2> for Add {
    const NAME: &'static str = "add";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x + y
    }
    #[inline(always)]
    fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
        [1.0.into(), 1.0.into()]
    }
}

/// x − y.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sub;
impl Op<2> for Sub {
    const NAME: &'static str = "sub";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x - y
    }
    #[inline(always)]
    fn slope<R: Real>(&self, _: [R; 2], _: R) -> [R; 2] {
        [1.0.into(), R::from(-1.0)]
    }
}

/// x · y.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mul;
impl Op<2> for Mul {
    const NAME: &'static str = "mul";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x * y
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y, x]
    }
}

/// x / y.
///
/// The slope by y is made of the value, and has no more digits than that where it is subnormal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Div;
impl Op<2> for Div {
    const NAME: &'static str = "div";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x / y
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [_, y]: [R; 2], a: R) -> [R; 2] {
        [R::from(1.0) / y, -a / y]
    }
    fn domain(&self) -> Domain {
        Domain::new("y ≠ 0", &[])
    }
}

/// −x.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neg;
impl Op<1> for Neg {
    const NAME: &'static str = "neg";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        -x
    }
    #[inline(always)]
    fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
        [R::from(-1.0)]
    }
}

/// 1 / x.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recip;
impl Op<1> for Recip {
    const NAME: &'static str = "recip";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        R::from(1.0) / x
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], a: R) -> [R; 1] {
        // −a·a would be no division, and 2 ULP
        [-a / x]
    }
    fn domain(&self) -> Domain {
        Domain::new("x ≠ 0", &[])
    }
}

/// x².
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Square;
impl Op<1> for Square {
    const NAME: &'static str = "square";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x * x
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        [x * 2.0]
    }
}

/// xⁿ for an integer n; x⁰ is the constant 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Powi {
    /// The exponent.
    pub n: i32,
}
impl Op<1> for Powi {
    const NAME: &'static str = "powi";
    const NEEDS_PARAMS: bool = true;
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x.pow(f64::from(self.n).into())
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        let n = f64::from(self.n);
        [R::from(n) * x.pow(R::from(n - 1.0))]
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
        let n = f64::from(self.n);
        (self.value([x]), [R::from(n).mul_strong_zero(x.pow(R::from(n - 1.0)))])
    }
    fn params(&self) -> Params {
        smallvec![("n", self.n.into())]
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        let n = value as i32;
        match name {
            "n" if f64::from(n) == value => Ok(Powi { n }),
            _ => Err(bad_param(self.params(), Self::NAME, name, value)),
        }
    }
    fn domain(&self) -> Domain {
        if self.n < 0 { Recip.domain() } else { Domain::ALL }
    }
}

/// xʸ, and 1 for y = 0; a negative x needs an integer y and has no slope in it.
///
/// At x = 0 the slopes, and the second derivatives, are the limits from the right; at the jump (0, 0) they are 0. Of the second
/// derivatives, that by both is xʸ⁻¹ (1 + y ln x): within 16 ULP of xʸ⁻¹ (1 + |y ln x|), since that may cancel, and without the first term
/// where xʸ is subnormal. That by x is not finite where xʸ⁻² is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pow;
impl Op<2> for Pow {
    const NAME: &'static str = "pow";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x.pow(y)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], a: R) -> [R; 2] {
        [y * x.pow(y - 1.0), a * x.ln()]
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        let a = self.value([x, y]);
        let log = x.ln();
        let by_exponent = R::select(log.equal(log), a.mul_strong_zero(log), log); // also where a is 0
        (a, [power_slope(x, y, a), by_exponent].map(|slope| R::select(at_origin(x, y), 0.0.into(), slope)))
    }
    fn jumps(&self) -> Vec<Point> {
        vec![smallvec![0.0, 0.0]]
    }
    fn domain(&self) -> Domain {
        Domain::new("x ≥ 0, or y an integer", &[(0.0, f64::INFINITY)])
    }
}

/// |x|.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Abs;
impl Op<1> for Abs {
    const NAME: &'static str = "abs";
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x.abs()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        [x.sign()]
    }
    fn kinks(&self) -> Vec<Kink> {
        let kink = Kink::new(0.0, -1.0, 1.0);
        vec![kink.other_libraries(TORCH, &[0.0]).other_libraries(JAX, &[1.0]).other_libraries(TF, &[0.0])]
    }
}

/// The ops that are constant between their jumps, of which some are listed.
macro_rules! steps {
    ($($(#[$doc:meta])* $Op:ident, $name:literal, $f:ident, jumps at $jumps:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Op;
        impl Op<1> for $Op {
            const NAME: &'static str = $name;
            #[inline(always)]
            fn value<R: Real>(&self, [x]: [R; 1]) -> R {
                x.$f()
            }
            #[inline(always)]
            fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
                [0.0.into()]
            }
            #[inline(always)]
            fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
                (x.$f(), [R::select(x.equal(x), 0.0.into(), x)])
            }
            fn jumps(&self) -> Vec<Point> {
                $jumps.map(|x| smallvec![x]).into()
            }
            fn samples(&self) -> Vec<[f64; 1]> {
                [0.25, -0.25, 1e-3, -1e-3, 0.75, -1.3, 2.6, -7.9, 10.2].map(|x| [x]).into()
            }
        } )*
    };
}
steps! {
    /// The sign: −1, 0 or 1; keeps the sign of a zero.
    Sign, "sign", sign, jumps at [0.0];
    /// The largest integer not above x.
    Floor, "floor", floor, jumps at [-1.0, 0.0, 2.0];
    /// The smallest integer not below x.
    Ceil, "ceil", ceil, jumps at [-1.0, 0.0, 2.0];
    /// The nearest integer, halves away from zero.
    Round, "round", round, jumps at [-1.5, -0.5, 0.5, 2.5];
}

/// What other libraries make of a tie of two numbers.
fn tie(kink: Kink) -> Kink {
    kink.other_libraries(TORCH, &[0.5; 2]).other_libraries(JAX, &[0.5; 2]).other_libraries(TF, &[1.0, 0.0])
}

/// The larger of two numbers; at a tie each argument has the slope ½. NaN if either is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Max;
impl Op<2> for Max {
    const NAME: &'static str = "max";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(y.less(x), x, R::select(x.less_equal(y), y, x + y))
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [below(y, x), below(x, y)]
    }
    fn kinks(&self) -> Vec<Kink> {
        [-2.5, 0.0, 1.0].map(|t| tie(Kink::at_point([t, t], [(0.0, 1.0, 0.5); 2]))).into()
    }
}

/// The smaller of two numbers; at a tie each argument has the slope ½. NaN if either is NaN.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Min;
impl Op<2> for Min {
    const NAME: &'static str = "min";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        R::select(x.less(y), x, R::select(y.less_equal(x), y, x + y))
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [below(x, y), below(y, x)]
    }
    fn kinks(&self) -> Vec<Kink> {
        [-2.5, 0.0, 1.0].map(|t| tie(Kink::at_point([t, t], [(1.0, 0.0, 0.5); 2]))).into()
    }
}

/// x, but at least lo and at most hi.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp {
    /// The lowest value.
    pub lo: f64,
    /// The highest value.
    pub hi: f64,
}
impl Op<1> for Clamp {
    const NAME: &'static str = "clamp";
    const NEEDS_PARAMS: bool = true;
    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        let (lo, hi) = (R::from(self.lo), R::from(self.hi));
        R::select(x.less(lo), lo, R::select(hi.less(x), hi, x))
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        let (lo, hi, zero) = (R::from(self.lo), R::from(self.hi), R::from(0.0));
        let inside = R::select(x.equal(x), 1.0.into(), x);
        [R::select(x.less_equal(lo), zero, R::select(hi.less_equal(x), zero, inside))]
    }
    crate::params!(lo, hi);
    fn validate(&self) -> Option<&'static str> {
        (self.lo.is_nan() || self.hi.is_nan() || self.lo > self.hi).then_some("needs lo ≤ hi")
    }
    fn kinks(&self) -> Vec<Kink> {
        let told = |kink: Kink| {
            let kink = kink.other_libraries(TORCH, &[0.0]).other_libraries("JAX 0.10 numpy.clip", &[0.5]);
            kink.other_libraries("lax.clamp", &[0.0]).other_libraries(TF, &[1.0])
        };
        let mut kinks = [Kink::new(self.lo, 0.0, 1.0), Kink::new(self.hi, 1.0, 0.0)].map(told).to_vec();
        kinks.retain(|k| k.at[0].is_finite() && self.lo < self.hi);
        kinks
    }
}

/// √(x² + y²), without overflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hypot;
impl Op<2> for Hypot {
    const NAME: &'static str = "hypot";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        (x * x + y * y).sqrt()
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], a: R) -> [R; 2] {
        [x / a, y / a]
    }
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x.hypot(y)
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [x, y]: [R; 2]) -> (R, [R; 2]) {
        // the ratio t of the smaller one to the larger keeps the digits of the derivatives, which x / a would lose where the larger is
        // nearly a
        let (m, n) = (x.abs(), y.abs());
        let less = m.less(n);
        let t = R::select(less, x, y) / R::select(less, n, m);
        let c = R::from(1.0) / (t * t + 1.0).sqrt();
        // at the origin, and where both are infinite, t is NaN
        let length = m + n;
        let edge = |x: R| R::select(length.equal(length), x.sign(), length);
        let or_edge = |slope: R, x: R| R::select(t.equal(t), slope, edge(x));
        (
            self.evaluate_value([x, y]),
            [or_edge(R::select(less, t, x.sign()) * c, x), or_edge(R::select(less, y.sign(), t) * c, y)],
        )
    }
    fn kinks(&self) -> Vec<Kink> {
        let kink = Kink::at_point([0.0; 2], [(-1.0, 1.0, 0.0); 2]);
        vec![kink.other_libraries(TORCH, &[f64::NAN; 2]).other_libraries(JAX, &[0.5; 2])]
    }
}

/// The angle of the point (y, x), in (−π, π]. Its slopes at the origin are 0; at the cut they are those of either side.
///
/// The second derivative by both is (y² − x²) / (x² + y²)²: within 16 ULP of 1 / (x² + y²), since that may cancel. Where that overflows the
/// second derivatives are not finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Atan2;
impl Op<2> for Atan2 {
    const NAME: &'static str = "atan2";
    #[inline(always)]
    fn value<R: Real>(&self, [y, x]: [R; 2]) -> R {
        y.atan2(x)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [y, x]: [R; 2], _: R) -> [R; 2] {
        let square = x * x + y * y;
        [x / square, -y / square]
    }
    #[inline(always)]
    fn evaluate<R: Real>(&self, [y, x]: [R; 2]) -> (R, [R; 2]) {
        let a = self.value([y, x]);
        // x / (x² + y²) and −y / (x² + y²), from the ratio t of the smaller one to the larger
        let steep = x.abs().less(y.abs());
        let larger = R::select(steep, y, x);
        let t = R::select(steep, x, y) / larger;
        // one after the other, since their product may overflow or vanish
        let stretch = t * t + 1.0;
        let (long, short) = (R::from(1.0) / larger / stretch, t / larger / stretch);
        // at the origin and at ∞ 0, since the angle is finite, or NaN where that is NaN
        let edge = larger.equal(larger + larger);
        (
            a,
            [R::select(steep, short, long), -R::select(steep, long, short)]
                .map(|slope| R::select(edge, a * 0.0, slope)),
        )
    }
    fn jumps(&self) -> Vec<Point> {
        vec![smallvec![0.0, 0.0], smallvec![0.0, -1.0]]
    }
}

/// x · y + z as one op, rounded twice: a fused product would differ from `x * y + z`. Where the sum cancels, it is within ULP of |x y| + |z|.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MulAdd;
impl Op<3> for MulAdd {
    const NAME: &'static str = "mul_add";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y, z]: [R; 3]) -> R {
        x * y + z
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y, _]: [R; 3], _: R) -> [R; 3] {
        [y, x, 1.0.into()]
    }
}

/// x · y as the chain rule multiplies, so that 0 annihilates: [`Real::mul_strong_zero`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain;
impl Op<2> for Chain {
    const NAME: &'static str = "chain";
    #[inline(always)]
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x.mul_strong_zero(y)
    }
    #[inline(always)]
    fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] {
        [y, x]
    }
}

/// 1 if x < y, ½ at a tie, else 0; NaN at NaN.
fn below<R: Real>(x: R, y: R) -> R {
    let tie = R::select(x.equal(y), 0.5.into(), x + y);
    R::select(x.less(y), 1.0.into(), R::select(y.less(x), 0.0.into(), tie))
}

/// Whether both numbers are 0.
pub(super) fn at_origin<R: Real>(x: R, y: R) -> R::Mask {
    (x.abs() + y.abs()).equal(0.0.into())
}

ops! {
    /// Arithmetic as methods.
    trait Arithmetic;
    Add;
    Sub;
    Mul;
    Div;
    Neg;
    fn recip(self) = Recip;
    fn square(self) = Square;
    fn powi(self; n: i32) = Powi { n }, as Powi { n: 3 };
    fn powf(self, exponent) = Pow;
    Abs;
    Sign;
    Floor;
    Ceil;
    Round;
    fn max(self, rhs) = Max;
    fn min(self, rhs) = Min;
    fn clamp(self; lo: f64, hi: f64) = Clamp { lo, hi }, as Clamp { lo: -1.0, hi: 1.0 };
    Hypot;
    Atan2;
    fn mul_add(self, factor, term) = MulAdd;
    Chain;
}
