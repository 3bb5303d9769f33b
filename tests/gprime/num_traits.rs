//! The operator `%`, and the traits of `num-traits`: functions that are generic over `Float` in every mode.

use crate::common::{close, near, same};
use gprime::forward::Masked;
use gprime::graph::{Operand, Relation};
use gprime::prelude::*;
use gprime::real::DoubleDouble;
use gprime::scoped::{self, Scoped};
use num_traits::{
    Float, FloatConst, FromPrimitive, Inv, MulAdd, Num, NumAssign, NumRef, One, Pow, RefNum, Signed, Zero,
};
use proptest::prelude::*;

const ROUNDING: [f64; 2] = [1e-12, 1e-13];

type Two<Z> = Tangents<f64, 2, Z>;

/// A function of two numbers on each type of number. Modes are compiled for these pointers once, and not for each function.
struct Ways {
    plain: fn(f64, f64) -> f64,
    dual: fn(Dual, Dual) -> Dual,
    second: fn(Dual<Dual>, Dual<Dual>) -> Dual<Dual>,
    strong: fn(Two<Strong>, Two<Strong>) -> Two<Strong>,
    ieee: fn(Two<Ieee>, Two<Ieee>) -> Two<Ieee>,
    masked: fn(Two<Masked>, Two<Masked>) -> Two<Masked>,
    tangent: for<'b> fn(Tangent<'b>, Tangent<'b>) -> Tangent<'b>,
    tape: for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>,
    nested: for<'t, 'o> fn(Var<'t, Var<'o>>, Var<'t, Var<'o>>) -> Var<'t, Var<'o>>,
    recorded: for<'g> fn(Expr<'g>, Expr<'g>) -> Expr<'g>,
    scoped: fn(Scoped, Scoped) -> Scoped,
}
macro_rules! ways {
    ($f:expr) => {
        Ways {
            plain: $f,
            dual: $f,
            second: $f,
            strong: $f,
            ieee: $f,
            masked: $f,
            tangent: |x, y| $f(x, y),
            tape: |x, y| $f(x, y),
            nested: |x, y| $f(x, y),
            recorded: |x, y| $f(x, y),
            scoped: $f,
        }
    };
}

/// The slopes by both and the second derivative along (1, 1), of a recording, in which no value was read.
fn recorded(f: &Ways, x: f64, y: f64) -> (Vec<f64>, f64) {
    let recorder = Recorder::new();
    let x = [x, y].map(|x| recorder.var(x));
    let z = (f.recorded)(x[0], x[1]) + x[0] * 0.0; // of the recording, if it is a constant
    let adjoints = recorder.backward(z);
    assert_eq!(recorder.primals(), []);
    (x.map(|x| adjoints[x]).to_vec(), recorder.hvp(z, &x, &[1.0, 1.0]).unwrap().iter().sum())
}

/// The slopes by both, in which all modes agree, as they do in the second derivative along (1, 1).
#[track_caller]
fn slopes(f: &Ways, x: f64, y: f64) -> [f64; 2] {
    let recorded = recorded(f, x, y);
    let slopes = (f.strong)(Tangents::variable(x, 0), Tangents::variable(y, 1)).tangents();
    let ways = [
        vec![
            (f.dual)(Dual::variable(x), Dual::constant(y)).tangent,
            (f.dual)(Dual::constant(x), Dual::variable(y)).tangent,
        ],
        (f.ieee)(Tangents::variable(x, 0), Tangents::variable(y, 1)).tangents().to_vec(),
        (f.masked)(Tangents::variable(x, 0), Tangents::variable(y, 1)).tangents().to_vec(),
        gradient(|x| (f.tape)(x[0], x[1]), &[x, y]),
        scoped::gradient(|x| (f.scoped)(x[0], x[1]), &[x, y]).unwrap(),
        recorded.0,
        [[1.0, 0.0], [0.0, 1.0]].map(|u| jvp(|x| vec![(f.tangent)(x[0], x[1])], &[x, y], &u).1[0]).to_vec(),
    ];
    for way in ways {
        close(&way, &slopes, ROUNDING);
    }
    let second: f64 = gradient(|x| gradient(|x| (f.nested)(x[0], x[1]), x).into_iter().sum(), &[x, y]).iter().sum();
    let [u, v] = [x, y].map(|x| Dual::new(Dual::variable(x), Dual::from(1.0)));
    let of_dual = (f.second)(u, v).tangent.tangent;
    close(&[second, recorded.1], &[of_dual; 2], [1e-10, 1e-11]);
    slopes
}

fn remainder<T: std::ops::Rem<Output = T>>(x: T, y: T) -> T {
    x % y
}

proptest! {
    #[test]
    fn a_remainder_has_the_value_of_f64_and_the_slopes_of_its_line(
        x in prop_oneof![-9.0..9.0f64, -1e18..1e18f64],
        y in prop_oneof![0.1..3.0f64, -3.0..-0.1f64, Just(1e-3)],
    ) {
        let a = x % y;
        let slopes = slopes(&ways!(remainder), x, y);
        let n = if a == 0.0 { 0.0 } else { ((x - a) / y).round() };
        close(&slopes, &[1.0, -n], ROUNDING);
        prop_assert!(same(remainder(Dual::variable(x), Dual::constant(y)).primal, a));
        prop_assert!(same((Tangents::<f64, 1>::variable(x, 0) % y).primal, a));
        let tape = Tape::new();
        prop_assert!(same((tape.var(x) % tape.var(y)).value(), a));
        prop_assert!(same((x % Dual::variable(y)).primal, a));
        let recorder = Recorder::new();
        prop_assert!(same((recorder.var(x) % recorder.var(y)).value(), a));
        // a constant, a product and a difference for each digit of the quotient, and what is done about signs
        let digits = (x / y).abs().log2().max(0.0) as usize + 2;
        prop_assert!(recorder.len() <= 3 * digits + 4 && recorder.primals().is_empty());
        let scoped = scoped::gradient(|z| { assert!(same((z[0] % y).value(), a)); z[0] % y }, &[x]);
        prop_assert_eq!(scoped, Ok(vec![1.0]));
        prop_assert_eq!(Single::from(x) % Single::from(y), Single(x as f32 % y as f32));
        // second derivatives are 0, also through another function
        let square = |x: Dual<Dual>, y: Dual<Dual>| { let a = x % y; a * a };
        let x = Dual::new(Dual::new(x, 1.0), Dual::constant(1.0));
        close(&[square(x, y.into()).tangent.tangent], &[2.0], ROUNDING);
        close(&[square(x, y.into()).tangent.primal], &[2.0 * a], ROUNDING);
    }
}

#[test]
fn a_remainder_at_its_jumps_and_outside() {
    for (x, y) in [(6.0, 2.0), (-6.0, 2.0), (6.0, -2.0), (0.0, 3.0)] {
        assert_eq!(slopes(&ways!(remainder), x, y), [1.0, 0.0], "{x} % {y}");
        assert!(same((Dual::variable(x) % y).primal, x % y));
    }
    for (x, y) in [(1.0, 0.0), (f64::INFINITY, 2.0), (f64::NAN, 1.0), (1.0, f64::NAN)] {
        let z = Tangents::<f64, 2>::variable(x, 0) % Tangents::variable(y, 1);
        assert!(z.primal.is_nan() && z.tangents().iter().all(|t| t.is_nan()), "{x} % {y} is {z}");
        let g = gradient(|x| x[0] % x[1], &[x, y]);
        assert!(g[0].is_nan() && g[1].is_nan());
    }
    let recorder = Recorder::new();
    for (x, y) in [(1.0, 0.0), (f64::INFINITY, 2.0), (f64::NAN, 1.0), (1.0, f64::NAN), (1e300, 1e-300)] {
        let [x, y] = [x, y].map(|x| recorder.var(x));
        let z = x % y;
        let g = recorder.backward(z);
        assert!(z.value().is_nan() && g[x].is_nan() && g[y].is_nan());
    }
    // they hold for no other inputs, and that is told
    assert_eq!((recorder.primals().len(), recorder.comparisons().len()), (10, 0));
    assert!((recorder.var(3.0) % f64::INFINITY).value() == 3.0 && (Expr::from(7.5) % 2.0).is_constant());
    let far = Dual::variable(3.0) % f64::INFINITY;
    assert_eq!((far.primal, far.tangent), (3.0, 1.0));
    let mut x = Dual::variable(7.5);
    x %= 2.0;
    x %= &Dual::constant(1.0);
    assert_eq!((x.primal, x.tangent, (x % x).tangent), (0.5, 1.0, 1.0));
}

/// On a recording the integer quotient is that of the values, and two guards say for which inputs it is right.
#[test]
fn a_recorded_remainder_is_guarded() {
    for (x, y, remainder, divisor) in
        [(7.5, 2.0, 1.5, 2.0), (-7.5, 2.0, 1.5, 2.0), (7.5, -2.0, 1.5, 2.0), (0.5, 2.0, 0.5, 2.0)]
    {
        let recorder = Recorder::new();
        let [x, y] = [x, y].map(|x| recorder.var(x));
        let z = x % y;
        assert_eq!(z.value(), x.value() % y.value());
        let guards = recorder.comparisons();
        let value = |side: Operand| match side {
            Operand::Node(i) => recorder.node(i).value,
            Operand::Constant(c) => c,
        };
        let told: Vec<_> = guards.iter().map(|guard| (guard.relation, guard.sides.map(value), guard.held)).collect();
        assert_eq!(
            told,
            [(Relation::GreaterEqual, [remainder, 0.0], true), (Relation::Less, [remainder, divisor], true)]
        );
        assert!(guards.iter().all(|guard| guard.line.file().ends_with("num_traits.rs")));
    }
    // where it jumps it is right there alone
    let recorder = Recorder::new();
    let _ = recorder.var(6.0) % recorder.var(2.0);
    assert_eq!(recorder.comparisons()[0].relation, Relation::Equal);
}

/// Ones and zeros that are constants, and those that are not.
#[test]
fn zero_is_the_constant_zero() {
    fn constants<T: Zero + One + PartialEq + Copy + std::ops::Neg<Output = T>>(changed: [T; 2]) {
        assert!(T::zero().is_zero() && (-T::zero()).is_zero() && T::one().is_one());
        assert!(!T::zero().is_one() && !T::one().is_zero());
        assert!((T::one() * T::one()).is_one() && (T::one() * T::zero()).is_zero());
        let [zero, one] = changed;
        assert!(!Zero::is_zero(&zero) && !One::is_one(&one));
    }
    constants([0.0, 1.0].map(Dual::variable));
    // a variable of the inner level alone
    constants([0.0, 1.0].map(|x| Dual::constant(Dual::variable(x))));
    constants([0.0, 1.0].map(|x| Dual::new(Dual::constant(x), Dual::new(0.0, 1.0))));
    constants([0.0, 1.0].map(|x| Tangents::<f64, 3>::variable(x, 2)));
    constants([0.0, 1.0].map(|x| Tangents::<f64, 3, Ieee>::variable(x, 2)));
    constants([0.0, 1.0].map(|x| Tangents::<f64, 3, Masked>::variable(x, 2)));
    constants([0.0, 1.0].map(|x| Tangents::<Dual, 3>::constant(Dual::variable(x))));
    let (tape, recorder) = (Tape::new(), Recorder::new());
    constants([0.0, 1.0].map(|x| tape.var(x)));
    constants([0.0, 1.0].map(|x| recorder.var(x)));
    constants([2.0, 2.0].map(Single::from));
    constants([1e-300, 1.0].map(|x| DoubleDouble::from(x) + 1e-30));
    scoped::gradient(
        |x| {
            constants([x[0], x[1]]);
            x[0]
        },
        &[0.0, 1.0],
    )
    .unwrap();
    scoped::hvp(
        |x| {
            constants([x[0], x[1]]);
            x[0]
        },
        &[0.0, 1.0],
        &[1.0, 0.0],
    )
    .unwrap();
    scoped::within(&[recorder.var(0.0), recorder.var(1.0)], |x| {
        constants([x[0], x[1]]);
        vec![]
    })
    .unwrap();
    // to ask changes no recording
    let node = recorder.var(1.0) * 2.0;
    assert!(!node.is_constant() && !One::is_one(&node) && Expr::constant(1.0).is_one());
    assert_eq!(recorder.trace(node).unwrap().notes(&Default::default()).len(), 0);
    // beside the trait of a tape's numbers, which the prelude has as well
    assert!(Dual::constant(0.0).is_zero() && !Dual::variable(0.0).is_zero());
}

/// A sum that leaves out what is zero, as libraries do, has the slope of what it leaves out.
#[test]
fn what_is_zero_by_its_value_alone_is_not_left_out() {
    fn scaled<T: Num + Copy>(factor: T, x: T) -> T {
        if factor.is_zero() {
            T::zero()
        } else if factor.is_one() {
            x
        } else {
            factor * x
        }
    }
    assert_eq!(slopes(&ways!(scaled), 0.0, 5.0), [5.0, 0.0]);
    assert_eq!(slopes(&ways!(scaled), 1.0, 5.0), [5.0, 1.0]);
}

/// Functions of `Float`.
macro_rules! floats {
    ($($name:ident: |$x:ident, $y:ident| $body:expr;)*) => {
        $(fn $name<T: Float>($x: T, $y: T) -> T { let _ = $y; $body })*
        const FLOATS: &[(&str, Ways)] = &[$((stringify!($name), ways!($name))),*];
    };
}
floats! {
    floor: |x, y| x.floor() * y;
    ceil: |x, y| x.ceil() * y;
    round: |x, y| x.round() * y;
    trunc: |x, y| x.trunc() * y;
    fract: |x, y| x.fract() * y;
    abs: |x, y| x.abs() * y;
    signum: |x, y| x.signum() * y;
    mul_add: |x, y| x.mul_add(y, y * y);
    recip: |x, y| x.recip() + y;
    powi: |x, y| x.powi(3) + y.powi(-2);
    powf: |x, y| x.abs().powf(y);
    sqrt: |x, y| x.abs().sqrt() * y.sqrt();
    exp: |x, y| x.exp() - y.exp2();
    ln: |x, y| x.abs().ln() * y.log2() + y.log10();
    log: |x, y| x.abs().log(y + T::one());
    max: |x, y| x.max(y) * y;
    min: |x, y| x.min(y) * y;
    abs_sub: |x, y| x.abs_sub(y) * y;
    cbrt: |x, y| x.cbrt() * y;
    hypot: |x, y| x.hypot(y);
    sin: |x, y| x.sin() * y.cos() - (y / T::from(2).unwrap()).tan();
    arcs: |x, y| (x / T::from(4).unwrap()).asin() + (y / T::from(4).unwrap()).acos() * x.atan();
    atan2: |x, y| x.atan2(y);
    sin_cos: |x, y| { let (s, c) = (x * y).sin_cos(); s * s - c * x };
    exp_m1: |x, y| x.exp_m1() * y.ln_1p();
    hyperbolic: |x, y| x.sinh() - y.cosh() * x.tanh();
    areas: |x, y| x.asinh() + (y + T::one()).acosh() * (x / T::from(4.0f32).unwrap()).atanh();
    angles: |x, y| x.to_degrees() * y.to_radians();
    copysign: |x, y| x.copysign(-y) * y + y.copysign(x);
    remainders: |x, y| (x % y) * x;
    constants: |x, y| x * T::epsilon().sqrt() * y + T::max_value().sqrt().recip() + T::neg_zero();
}

proptest! {
    /// In every mode the value is that of `f64`, and the slopes are those of differences.
    #[test]
    fn functions_of_float_have_slopes(x in prop_oneof![-2.5..-0.1f64, 0.1..2.5f64], y in 0.2..2.5f64) {
        let h = 1e-5;
        prop_assume!((x - x.round()).abs() > 1e-3 && (x.fract().abs() - 0.5).abs() > 1e-3);
        prop_assume!(((x / y) - (x / y).round()).abs() > 1e-3);
        for (name, f) in FLOATS {
            let (slopes, plain) = (slopes(f, x, y), f.plain);
            let primal = (f.dual)(Dual::variable(x), Dual::constant(y)).primal;
            assert!(near(primal, plain(x, y), 1e-13), "{name} is {primal}");
            let differences =
                [(plain(x + h, y) - plain(x - h, y)) / (2.0 * h), (plain(x, y + h) - plain(x, y - h)) / (2.0 * h)];
            for (slope, difference) in slopes.iter().zip(differences) {
                assert!(near(*slope, difference, 1e-7), "{name} at {x}, {y}: {slopes:?}, {differences:?}");
            }
        }
    }

    /// Sine and cosine together are those apart, to the last bit and in second derivatives.
    #[test]
    fn sine_and_cosine_at_once(x in -9.0..9.0f64) {
        let x = Dual::new(Dual::new(x, 1.0), Dual::constant(1.0));
        let (sin, cos) = Float::sin_cos(x);
        prop_assert_eq!(format!("{sin:?} {cos:?}"), format!("{:?} {:?}", x.sin(), x.cos()));
    }
}

#[test]
fn at_kinks_the_slopes_are_those_of_the_rules() {
    assert_eq!(slopes(&ways!(Float::abs_sub), 1.0, 1.0), [0.0, 0.0]);
    assert_eq!(slopes(&ways!(Float::max), 1.0, 1.0), [0.5, 0.5]);
    assert_eq!(slopes(&ways!(Float::min), 1.0, 1.0), [0.5, 0.5]);
    assert_eq!(slopes(&ways!(Float::copysign), 0.0, -1.0), [0.0, 0.0]);
    let signs = |x: f64| [Dual::variable(x).signum(), Dual::variable(x).trunc(), Signed::abs(&Dual::variable(x))];
    assert_eq!(signs(0.0).map(|x| (x.primal, x.tangent)), [(1.0, 0.0), (0.0, 0.0), (0.0, 0.0)]);
    assert_eq!(signs(-0.0).map(|x| (x.primal, x.tangent)), [(-1.0, 0.0), (0.0, 0.0), (0.0, 0.0)]);
    assert_eq!(signs(-2.0).map(|x| (x.primal, x.tangent)), [(-1.0, 0.0), (-2.0, 0.0), (2.0, -1.0)]);
    assert!(Dual::variable(f64::NAN).signum().tangent.is_nan());
    assert!(Dual::variable(0.0).is_sign_positive() && Dual::variable(-0.0).is_sign_negative());
}

fn square<T: Num>(x: &T) -> T
where
    for<'a> &'a T: RefNum<T>,
{
    x * x
}

/// What generic code asks for beside `Float`.
#[test]
fn the_other_traits() {
    fn all<T>(x: T)
    where
        T: Float + FloatConst + FromPrimitive + NumAssign + NumRef + Signed + MulAdd<Output = T> + Inv<Output = T>,
        T: Pow<f64, Output = T> + Pow<i32, Output = T> + Pow<T, Output = T> + num_traits::Bounded,
        for<'a> &'a T: RefNum<T>,
    {
        let mut y = x;
        y += square(&x);
        y %= T::from_f64(0.75).unwrap();
        assert!((y.to_f64().unwrap() - 0.6).abs() < 1e-6 && y.to_i32() == Some(0));
        assert!(T::PI().to_f64().unwrap() - std::f64::consts::PI < 1e-6);
        assert_eq!(T::LOG10_2().to_f64().unwrap() as f32, std::f32::consts::LOG10_2);
        let same = |a: T, b: T| assert!((a - b).abs() < T::from_f64(1e-6).unwrap());
        same(Pow::pow(x, 2), x * x);
        same(Pow::pow(x, 0.5), x.sqrt());
        same(Pow::pow(x, x), x.powf(x));
        same(MulAdd::mul_add(x, x, x), x * x + x);
        same(Inv::inv(x), x.recip());
        same(T::from_str_radix("1.5", 10).ok().unwrap(), T::from_f32(1.5).unwrap());
        assert!(T::nan().is_nan() && T::infinity().is_infinite() && !T::neg_infinity().is_finite() && x.is_normal());
        assert!(<T as num_traits::Bounded>::max_value() == <T as Float>::max_value());
        assert!(x.is_positive() && !(-x).is_positive() && Signed::signum(&-x) == -T::one());
        assert_eq!(T::from_i64(-3).and_then(|x| x.to_i64()), Some(-3));
        assert_eq!(x.integer_decode().2, 1);
    }
    let tape = Tape::new();
    // x + x² = 1.35, whose remainder by 0.75 is 0.6
    let start = (-1.0 + (1.0f64 + 4.0 * 1.35).sqrt()) / 2.0;
    all(Single::from(start));
    all(Dual::variable(start));
    all(Dual::variable(Dual::variable(start)));
    all(Tangents::<f64, 2>::variable(start, 1));
    all(Tangents::<Dual, 2, Ieee>::variable(Dual::variable(start), 1));
    all(tape.var(start));
    all(Recorder::new().var(start));
    let of_scope = |x: &[Scoped<Tape<Dual>>]| {
        all(x[0]);
        x[0]
    };
    assert_eq!(scoped::hvp(of_scope, &[start], &[1.0]), Ok(vec![0.0]));
    jvp(
        |x| {
            all(x[0]);
            vec![]
        },
        &[start],
        &[1.0],
    );
    assert_eq!(<Single as Float>::epsilon(), Single(f32::EPSILON));
    assert_eq!(<Dual<Single> as Float>::max_value().primal, Single(f32::MAX));
    assert_eq!(<Dual as num_traits::NumCast>::from(Dual::variable(2.0)).unwrap().tangent, 0.0);
}

/// A program that knows nothing of this crate, in every mode.
#[test]
fn a_program_of_another_library() {
    fn kepler<T: Float>(anomaly: T, eccentricity: T) -> T {
        let mut e = anomaly;
        for _ in 0..50 {
            let step = (e - eccentricity * e.sin() - anomaly) / (T::one() - eccentricity * e.cos());
            e = e - step;
            if step.abs() < T::epsilon() {
                break;
            }
        }
        e
    }
    let (m, ecc) = (0.8, 0.3);
    let e: f64 = kepler(m, ecc);
    let denominator = 1.0 - ecc * e.cos();
    close(&slopes(&ways!(kepler), m, ecc), &[1.0 / denominator, e.sin() / denominator], ROUNDING);
    let h = hessian(|x| kepler(x[0], x[1]), &[m, ecc]);
    close(&[h[0][0]], &[-ecc * e.sin() / denominator.powi(3)], [1e-10, 0.0]);
}
