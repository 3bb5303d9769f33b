//! The checker's number: a dual number of twice the digits that knows how many of them are left, and when it stands on a branch.
//!
//! [`Ball`] is a [`DoubleDouble`] with a running error bound: what rounding, cancellation, overflow and underflow have left of it. Where the
//! bound is as large as the number, the number has no digits, and nobody should be held against it. [`Witness`] is a dual number of
//! balls that also notices when a comparison, |x|, a sign or a step is asked exactly where its answer changes: then the derivative is
//! that of one branch alone.

use super::{DoubleDouble, Dual, Real, Special, Special2, assign_operators, intrinsics, number_traits};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The relative rounding error of an operation: that of the functions. Sums and products are better than that; but with one unit for
/// all, the radius also tells what rounding would do to the same formula on `f64`.
const UNIT: f64 = 1.0 / (1u128 << 92) as f64;
/// The relative rounding error of sin, cos and tan of large arguments, which are those of `f64`.
const LARGE_ANGLE: f64 = 8.0 * f64::EPSILON;
/// Where angles are large.
const LARGE: f64 = 1e9;
/// The absolute rounding error where a number has run out of exponents.
const SPACING: f64 = 16.0 * 5e-324;
/// How far apart two branches may be that are the same, relative to the larger.
const SAME: f64 = 1e-12;

/// A number and how far off it may be.
#[derive(Clone, Copy, Debug)]
pub struct Ball {
    middle: DoubleDouble,
    radius: f64,
    /// Whether it is a 0 that depends on nothing: times anything it is 0.
    nothing: bool,
    /// Whether it is one branch of several that differ at this point.
    one_sided: bool,
    /// Whether that branch is the point's alone, by a comparison for equality.
    alone: bool,
    /// Whether it is made of a special function, whose slope is that of one table for values and rules.
    tabled: bool,
}

impl Ball {
    /// A number that is exact, such as an argument.
    pub fn exact(middle: DoubleDouble) -> Self {
        Ball { middle, radius: 0.0, nothing: false, one_sided: false, alone: false, tabled: false }
    }
    /// The number, rounded to `f64`.
    pub fn number(self) -> f64 {
        self.middle.to_f64()
    }
    /// The number in all its digits.
    pub fn wide(self) -> DoubleDouble {
        self.middle
    }
    /// How far off it may be; infinite or NaN if nothing is known.
    pub fn radius(self) -> f64 {
        self.radius
    }
    /// Whether another branch, which holds beside the point or on one side of it, gives another number.
    pub fn is_one_sided(self) -> bool {
        self.one_sided
    }

    /// How far off the same formula may be on `f64`, by its rounding errors. One with a special function has those of `f64` already.
    pub fn round_off(self) -> f64 {
        if self.tabled { 4.0 * self.radius } else { self.radius * (f64::EPSILON / UNIT) }
    }

    /// Whether its branch is that of a comparison for equality, which holds at the point alone.
    pub fn is_alone(self) -> bool {
        self.alone
    }

    /// Whether it is made of a [special function](Real::special): its derivative is by a table that rules take their slopes from as well, and is
    /// no second opinion.
    pub fn is_tabled(self) -> bool {
        self.tabled
    }

    fn size(self) -> f64 {
        self.number().abs()
    }

    fn new(middle: DoubleDouble, radius: f64, parts: &[Ball]) -> Self {
        let radius = if middle.to_f64().is_finite() { radius } else { f64::INFINITY };
        let any = |flag: fn(&Ball) -> bool| parts.iter().any(flag);
        let [one_sided, alone, tabled] = [any(|part| part.one_sided), any(|part| part.alone), any(|part| part.tabled)];
        Ball { middle, radius, nothing: false, one_sided, alone, tabled }
    }

    fn is_zero(self) -> bool {
        self.number() == 0.0 && self.radius == 0.0
    }

    /// Whether it may be 0.
    fn may_vanish(self) -> bool {
        // NaN may be anything
        self.size() <= self.radius || self.size().is_nan() || self.radius.is_nan()
    }

    /// A function of one number, by its values and by the slope that makes an error of the result of one of the argument.
    fn map(self, name: &str, f: impl Fn(DoubleDouble) -> DoubleDouble, slope: impl Fn(Dual) -> Dual) -> Self {
        let middle = f(self.middle);
        let slope = || slope(Dual::variable(self.number())).tangent.abs();
        let inherited = |radius: f64| if radius == 0.0 { 0.0 } else { radius * slope() };
        let large_angle = matches!(name, "sin" | "cos" | "tan") && self.size() > LARGE;
        let radius = match name {
            "abs" => self.radius,
            "sign" | "floor" | "ceil" | "round" => {
                let reach = DoubleDouble::from(self.radius);
                let [low, high] = [f(self.middle - reach), f(self.middle + reach)].map(DoubleDouble::to_f64);
                if low == high { 0.0 } else { (high - low).abs() }
            }
            _ if large_angle => {
                inherited(self.radius + self.middle.lo().abs()) + LARGE_ANGLE * (1.0 + middle.to_f64().abs())
            }
            // it has the digits of `f64`, and where it is near 0 those of a result that is not
            "special" => {
                let [rounding, size] = [2.0 * f64::EPSILON, self.size()];
                inherited(self.radius + self.middle.lo().abs() + rounding * size)
                    + rounding * middle.to_f64().abs()
                    + SPACING
            }
            _ => inherited(self.radius) + UNIT * middle.to_f64().abs() + SPACING,
        };
        let ball = Ball::new(middle, radius, &[self]);
        Ball { tabled: ball.tabled || name == "special", ..ball }
    }

    /// A function of two numbers, as [`map`](Ball::map).
    fn map2(
        self,
        rhs: Self,
        name: &str,
        f: impl Fn(DoubleDouble, DoubleDouble) -> DoubleDouble,
        slope: impl Fn(Dual, Dual) -> Dual,
    ) -> Self {
        let middle = f(self.middle, rhs.middle);
        let (x, y) = (self.number(), rhs.number());
        let inherited = |radius: f64, slope: &dyn Fn() -> f64| if radius == 0.0 { 0.0 } else { radius * slope().abs() };
        // as in `map`, a special function has the digits of `f64`
        let special = name == "special";
        let unit = if special { 2.0 * f64::EPSILON } else { UNIT };
        let reach =
            |ball: Ball| if special { ball.radius + ball.middle.lo().abs() + unit * ball.size() } else { ball.radius };
        let radius = inherited(reach(self), &|| slope(Dual::variable(x), Dual::from(y)).tangent)
            + inherited(reach(rhs), &|| slope(Dual::from(x), Dual::variable(y)).tangent)
            + unit * middle.to_f64().abs()
            + SPACING;
        let ball = Ball::new(middle, radius, &[self, rhs]);
        Ball { tabled: ball.tabled || special, ..ball }
    }

    /// Marks a number of which another branch has another.
    fn on_one_side(self, alone: bool) -> Self {
        Ball { one_sided: true, alone: self.alone || alone, nothing: false, ..self }
    }

    /// Whether two branches give the same number.
    fn same(self, other: Self) -> bool {
        let (a, b) = (self.number(), other.number());
        let distance = (self.middle - other.middle).to_f64().abs();
        a == b || distance <= SAME * a.abs().max(b.abs()) + self.radius + other.radius || a.is_nan() && b.is_nan()
    }
}

impl From<f64> for Ball {
    fn from(c: f64) -> Self {
        Ball { nothing: c == 0.0, ..Ball::exact(DoubleDouble::from(c)) }
    }
}

impl Neg for Ball {
    type Output = Self;
    fn neg(self) -> Self {
        Ball { middle: -self.middle, ..self }
    }
}

impl Add for Ball {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        if rhs.nothing || self.nothing {
            // the sum of signed zeros is the number's business
            let (some, middle) = (if rhs.nothing { self } else { rhs }, self.middle + rhs.middle);
            return Ball { middle, ..some };
        }
        let middle = self.middle + rhs.middle;
        let rounding = if self.is_zero() || rhs.is_zero() { 0.0 } else { UNIT * middle.to_f64().abs() };
        Ball::new(middle, self.radius + rhs.radius + rounding, &[self, rhs])
    }
}

impl Sub for Ball {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        self + -rhs
    }
}

impl Mul for Ball {
    type Output = Self;
    fn mul(self, rhs: Self) -> Self {
        let middle = self.middle * rhs.middle;
        if (self.is_zero() || rhs.is_zero()) && middle.to_f64() == 0.0 {
            let nothing = self.nothing || rhs.nothing;
            let parts = [self, rhs];
            let exact = Ball::new(middle, 0.0, if nothing { &[] } else { &parts });
            return Ball { nothing, ..exact };
        }
        let (a, b) = (self.size(), rhs.size());
        let inherited = a * rhs.radius + b * self.radius + self.radius * rhs.radius;
        Ball::new(middle, inherited + UNIT * middle.to_f64().abs() + SPACING, &[self, rhs])
    }
}

impl Div for Ball {
    type Output = Self;
    fn div(self, rhs: Self) -> Self {
        let middle = self.middle / rhs.middle;
        if self.nothing && !rhs.may_vanish() {
            return Ball { middle, ..self };
        }
        let (quotient, least) = (middle.to_f64().abs(), rhs.size() - rhs.radius);
        let inherited = (self.radius + quotient * rhs.radius) / least;
        let rounding = UNIT * quotient + SPACING * (1.0 + 1.0 / least);
        let radius = if least > 0.0 { inherited + rounding } else { f64::INFINITY };
        Ball::new(middle, radius, &[self, rhs])
    }
}

macro_rules! ball {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for Ball {
            type Mask = bool;
            fn less(self, rhs: Self) -> bool {
                self.middle < rhs.middle
            }
            fn less_equal(self, rhs: Self) -> bool {
                self.middle <= rhs.middle
            }
            fn equal(self, rhs: Self) -> bool {
                self.middle == rhs.middle
            }
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            fn uniform(mask: bool) -> Option<bool> {
                Some(mask)
            }
            // it has the digits of the product; to split its factors would lose half of what is known of them
            fn product_and_error(self, b: Self) -> [Self; 2] {
                [self * b, Ball::from(0.0)]
            }
            fn special(self, f: Special) -> Self {
                self.map("special", |x| x.special(f), |x| x.special(f))
            }
            fn special2(self, rhs: Self, f: Special2) -> Self {
                self.map2(rhs, "special", |x, y| x.special2(y, f), |x, y| x.special2(y, f))
            }
            $(fn $f(self) -> Self { self.map(stringify!($f), DoubleDouble::$f, Dual::$f) })*
            $(fn $g(self, rhs: Self) -> Self { ball!(@binary $g self rhs) })*
        }
    };
    // 0 times something that is not finite is nothing only where the 0 depends on nothing: elsewhere it is not known
    (@binary mul_strong_zero $a:ident $b:ident) => {
        if $a.nothing || $b.nothing { Ball::from(0.0) } else { $a * $b }
    };
    (@binary $g:ident $a:ident $b:ident) => { $a.map2($b, stringify!($g), DoubleDouble::$g, Dual::$g) };
}
intrinsics!(ball);

/// A dual number of [balls](Ball): the reference that the checker holds a rule against.
///
/// ```
/// use gprime::real::{Real, Witness};
/// // sin z / z at 10⁻³⁰: the derivative cancels all of its digits, and the number knows
/// let z = Witness::variable(1e-30.into());
/// let slope = (z.sin() / z).slope();
/// assert!(slope.radius() > 1e-28);
/// // |z| at 0 has one slope on the left and one on the right
/// assert!(Witness::variable(0.0.into()).abs().slope().is_one_sided());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Witness(Dual<Ball>);

/// Whether a comparison holds, and whether it changes exactly here.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    holds: bool,
    changes: bool,
    /// Whether it is for equality.
    alone: bool,
}

impl Witness {
    /// An argument that moves.
    pub fn variable(x: DoubleDouble) -> Self {
        Witness::moving(x, 1.0)
    }
    /// An argument that moves this fast.
    pub fn moving(x: DoubleDouble, speed: f64) -> Self {
        Witness(Dual::new(Ball::exact(x), Ball::from(speed)))
    }
    /// An argument that stays.
    pub fn constant(x: DoubleDouble) -> Self {
        Witness::moving(x, 0.0)
    }
    /// The value.
    pub fn value(self) -> Ball {
        self.0.primal
    }
    /// The derivative of the value.
    pub fn slope(self) -> Ball {
        self.0.tangent
    }

    fn moves(self) -> bool {
        let tangent = self.0.tangent;
        !tangent.is_zero() && (!tangent.may_vanish() || !tangent.radius.is_finite())
    }

    /// Whether this passes through 0 here.
    fn passes_zero(self) -> bool {
        self.0.primal.number().is_finite() && self.0.primal.may_vanish() && self.moves()
    }

    /// Whether two numbers are equal here, and not beside.
    fn meets(self, rhs: Self) -> bool {
        let finite = self.0.primal.number().is_finite() && rhs.0.primal.number().is_finite();
        finite && (self - rhs).passes_zero()
    }

    /// Whether this passes through a number that some step is at.
    fn passes(self, at: fn(DoubleDouble) -> DoubleDouble) -> bool {
        let x = self.0.primal.middle;
        x.to_f64().abs() < 2f64.powi(52) && (self - Witness::constant(at(x))).passes_zero()
    }

    fn one_sided_slope(self) -> Self {
        Witness(Dual::new(self.0.primal, self.0.tangent.on_one_side(false)))
    }

    fn one_sided(self) -> Self {
        Witness(Dual::new(self.0.primal.on_one_side(false), self.0.tangent.on_one_side(false)))
    }
}

impl Witness {
    /// A value and a slope that were computed on plain numbers, each with how far off it may be.
    pub(crate) fn rounded(numbers: [f64; 2], radii: [f64; 2]) -> Self {
        let ball = |i: usize| Ball::new(numbers[i].into(), radii[i], &[]);
        Witness(Dual::new(ball(0), ball(1)))
    }
}

impl From<f64> for Witness {
    fn from(c: f64) -> Self {
        Witness(Dual::from(c))
    }
}

impl Neg for Witness {
    type Output = Self;
    fn neg(self) -> Self {
        Witness(-self.0)
    }
}

macro_rules! arithmetic {
    ($($Op:ident $f:ident)*) => { $(
        impl $Op for Witness {
            type Output = Self;
            fn $f(self, rhs: Self) -> Self {
                Witness(self.0.$f(rhs.0))
            }
        }
        impl $Op<Witness> for f64 {
            type Output = Witness;
            fn $f(self, rhs: Witness) -> Witness {
                Witness::from(self).$f(rhs)
            }
        }
        impl $Op<f64> for Witness {
            type Output = Self;
            fn $f(self, rhs: f64) -> Self {
                self.$f(Witness::from(rhs))
            }
        }
        impl $Op<Ball> for f64 {
            type Output = Ball;
            fn $f(self, rhs: Ball) -> Ball {
                Ball::from(self).$f(rhs)
            }
        }
        impl $Op<f64> for Ball {
            type Output = Self;
            fn $f(self, rhs: f64) -> Self {
                self.$f(Ball::from(rhs))
            }
        } )*
    };
}
arithmetic! { Add add Sub sub Mul mul Div div }
assign_operators!([] Witness);
number_traits!([] Witness);
assign_operators!([] Ball);
number_traits!([] Ball);

impl std::iter::Sum for Ball {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Ball::from(0.0), Add::add)
    }
}

impl std::iter::Sum for Witness {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Witness::from(0.0), Add::add)
    }
}

macro_rules! witness {
    (unary { $($f:ident: $op:ident, $doc:expr;)* } binary { $($g:ident: $op2:ident, $doc2:expr;)* }) => {
        impl Real for Witness {
            type Mask = Cut;
            fn less(self, rhs: Self) -> Cut {
                Cut { holds: self.0.less(rhs.0), changes: self.meets(rhs), alone: false }
            }
            fn less_equal(self, rhs: Self) -> Cut {
                Cut { holds: self.0.less_equal(rhs.0), changes: self.meets(rhs), alone: false }
            }
            fn equal(self, rhs: Self) -> Cut {
                Cut { holds: self.0.equal(rhs.0), changes: self.meets(rhs), alone: true }
            }
            fn select(mask: Cut, Witness(yes): Self, Witness(no): Self) -> Self {
                let chosen = if mask.holds { yes } else { no };
                let part = |chosen: Ball, yes: Ball, no: Ball| {
                    let differ = !yes.same(no) || yes.one_sided || no.one_sided;
                    if mask.changes && differ { chosen.on_one_side(mask.alone) } else { chosen }
                };
                Witness(Dual::new(
                    part(chosen.primal, yes.primal, no.primal),
                    part(chosen.tangent, yes.tangent, no.tangent),
                ))
            }
            fn uniform(mask: Cut) -> Option<bool> {
                (!mask.changes).then_some(mask.holds)
            }
            fn detach(self) -> Self {
                Witness(self.0.detach())
            }
            fn product_and_error(self, b: Self) -> [Self; 2] {
                [self * b, Witness::from(0.0)]
            }
            fn special(self, f: Special) -> Self {
                Witness(self.0.special(f))
            }
            fn special2(self, rhs: Self, f: Special2) -> Self {
                Witness(self.0.special2(rhs.0, f))
            }
            $(fn $f(self) -> Self {
                let a = Witness(self.0.$f());
                witness!(@unary $f a self)
            })*
            $(fn $g(self, rhs: Self) -> Self {
                let a = Witness(self.0.$g(rhs.0));
                witness!(@binary $g a self rhs)
            })*
        }
    };
    (@unary abs $a:ident $x:ident) => { if $x.passes_zero() { $a.one_sided_slope() } else { $a } };
    (@unary sign $a:ident $x:ident) => { if $x.passes_zero() { $a.one_sided() } else { $a } };
    (@unary floor $a:ident $x:ident) => { if $x.passes(DoubleDouble::round) { $a.one_sided() } else { $a } };
    (@unary ceil $a:ident $x:ident) => { if $x.passes(DoubleDouble::round) { $a.one_sided() } else { $a } };
    (@unary round $a:ident $x:ident) => {
        if $x.passes(|x| x.floor() + 0.5) { $a.one_sided() } else { $a }
    };
    (@unary $f:ident $a:ident $x:ident) => { $a };
    // the cut of the angle, along the negative x axis
    (@binary atan2 $a:ident $y:ident $x:ident) => {
        if $y.passes_zero() && ($x.0.primal.number() <= 0.0 || $x.0.primal.number().is_nan()) { $a.one_sided() } else { $a }
    };
    // 0ʸ jumps at y = 0
    (@binary pow $a:ident $x:ident $y:ident) => {
        if $x.0.primal.number() == 0.0 && $y.passes_zero() { $a.one_sided() } else { $a }
    };
    (@binary hypot $a:ident $x:ident $y:ident) => {
        if $a.0.primal.number() == 0.0 && ($x.moves() || $y.moves()) { $a.one_sided_slope() } else { $a }
    };
    (@binary $g:ident $a:ident $x:ident $y:ident) => { $a };
}
intrinsics!(witness);
