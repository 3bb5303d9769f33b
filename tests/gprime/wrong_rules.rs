//! Wrong rules of all kinds: none passes at a point where it is wrong, and few pass the default call.

use super::usual_rules::{usual, usual_reduce};
use gprime::check::{self, Report, Verdict};
use gprime::op::{Domain, Kink, Point};
use gprime::prelude::*;

fn one<R: Real>() -> R {
    R::from(1.0)
}

fn zero<R: Real>() -> R {
    R::from(0.0)
}

/// `wrong` between two numbers, else `right`.
fn between<R: Real>(z: R, low: f64, high: f64, wrong: R, right: R) -> R {
    R::select(R::from(low).less(z), R::select(z.less(R::from(high)), wrong, right), right)
}

fn sigmoid<R: Real>(z: R) -> R {
    one::<R>() / ((-z).exp() + 1.0)
}

fn sigmoid_slope<R: Real>(z: R) -> R {
    let e = (-z.abs()).exp();
    e / ((e + 1.0) * (e + 1.0))
}

// thresholds and windows
usual!(
    SoftplusThreshold20,
    1,
    |[z], a| R::select(R::from(20.0).less(z), z, z.exp().ln_1p()),
    [R::select(R::from(20.0).less(z), one(), sigmoid(z))]
);
usual!(Tail30To36, 1, |[z], a| sigmoid(z), [between(z, 30.0, 36.0, zero(), sigmoid_slope(z))]);
usual!(
    Beyond2000,
    1,
    |[z], a| z / (z.abs() + 1.0),
    [R::select(R::from(2000.0).less(z), zero(), one::<R>() / ((z.abs() + 1.0) * (z.abs() + 1.0)))]
);
usual!(
    AsymptoticCoefficient,
    1,
    |[z], a| z.asinh(),
    [R::select(R::from(1e4).less(z), R::from(2.0) / z, one::<R>() / z.hypot(one()))]
);
usual!(WrongBetween1e15And1e9, 1, |[z], a| z.sin(), [between(z, 1e-15, 1e-9, zero(), z.cos())]);
usual!(WrongAboveMillions, 1, |[z], a| z.asinh(), [between(z, 1e6, 1.001e6, zero(), one::<R>() / z.hypot(one()))]);
usual!(Window1e3, 1, |[z], a| z.cbrt(), [between(z, 1000.0, 1001.0, one(), one::<R>() / (a * a * 3.0))]);
usual!(Window02, 1, |[z], a| z.sin(), [between(z, 0.2, 0.21, one(), z.cos())]);
usual!(
    WrongBelow1e10,
    1,
    |[z], a| z.tanh(),
    [between(z, -1e-10, 1e-10, R::from(0.5), one::<R>() / (z.cosh() * z.cosh()))]
);
usual!(OnePoint, 1, |[z], a| z * z, [R::select(z.equal(R::from(1.5)), R::from(7.0), z * 2.0)]);
usual!(
    OnePointOfTheValueToo,
    1,
    |[z], a| R::select(z.equal(R::from(1.5)), z * 7.0 - 8.25, z * z),
    [R::select(z.equal(R::from(1.5)), R::from(7.0), z * 2.0)]
);
// kinks and jumps
usual!(
    HardSwishNoKinks,
    1,
    |[z], a| z * R::select(z.less(R::from(-3.0)), zero(), R::select(R::from(3.0).less(z), one(), (z + 3.0) / 6.0)),
    [R::select(z.less(R::from(-3.0)), zero(), R::select(R::from(3.0).less(z), one(), (z * 2.0 + 3.0) / 6.0))]
);
usual!(
    HardSigmoidKink7,
    1,
    |[z], a| R::select(z.less(R::from(-3.0)), zero(), R::select(R::from(3.0).less(z), one(), (z + 3.0) / 6.0)),
    [R::select(
        z.abs().equal(R::from(3.0)),
        R::from(7.0),
        R::select(z.abs().less(R::from(3.0)), R::from(1.0 / 6.0), zero())
    )],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(-3.0, 0.0, 1.0 / 6.0), Kink::new(3.0, 1.0 / 6.0, 0.0)]
    }
);
usual!(
    ReluShift03,
    1,
    |[z], a| R::select(R::from(0.3).less(z), z - 0.3, zero()),
    [R::select(R::from(0.3).less(z), one(), zero())]
);
usual!(
    HiddenJumpAmongJumps,
    1,
    |[z], a| z.floor() + R::select(z.less(R::from(0.37)), zero(), one()),
    [zero()],
    fn jumps(&self) -> Vec<Point> {
        [-1.0, 0.0, 2.0].map(|t| Point::from_slice(&[t])).into()
    }
);
usual!(UndeclaredJump037, 1, |[z], a| z + R::select(z.less(R::from(0.37)), zero(), one()), [one()]);
usual!(
    TriangleWrongAt3,
    1,
    |[z], a| (z - (z * 0.5).round() * 2.0).abs(),
    [R::select(z.equal(R::from(3.0)), R::from(5.0), (z - (z * 0.5).round() * 2.0).sign())],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(0.0, -1.0, 1.0), Kink { slope: Point::from_slice(&[-1.0]), ..Kink::new(1.0, 1.0, -1.0) }]
    }
);
usual!(
    ReluOutside,
    1,
    |[z], a| R::select(zero::<R>().less(z), z, zero()),
    [R::select(zero::<R>().less(z), one(), R::select(z.equal(zero()), R::from(1.5), zero()))],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(0.0, 0.0, 1.0)]
    }
);
usual!(
    MaxBothAtTie,
    2,
    |[x, y], a| R::select(x.less(y), y, x),
    [R::select(x.less(y), zero(), one()), R::select(y.less(x), zero(), one())]
);
usual!(
    MaxBothDeclared,
    2,
    |[x, y], a| R::select(x.less(y), y, x),
    [R::select(x.less(y), zero(), one()), R::select(y.less(x), zero(), one())],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::at_point([2.0, 2.0], [(0.0, 1.0, 1.0); 2])]
    }
);
usual!(AbsWrongAtZeroUndeclared, 1, |[z], a| z.abs(), [R::select(z.less(zero()), -one::<R>(), one())]);
usual!(RootOfSquare, 1, |[z], a| (z * z).sqrt(), [R::select(z.equal(zero()), zero(), z / a)]);
// celu by max and min, each with the slope 1 at a tie
usual!(
    CeluCareless,
    1,
    |[z], a| R::select(zero::<R>().less(z), z, zero()) + R::select(z.less(zero()), (z * 0.5).expm1() * 2.0, zero()),
    [R::select(zero::<R>().less_equal(z), one(), zero()) + R::select(z.less_equal(zero()), (z * 0.5).exp(), zero())]
);
usual!(
    CeluNothingAtZero,
    1,
    |[z], a| R::select(zero::<R>().less(z), z, zero()) + R::select(z.less(zero()), (z * 0.5).expm1() * 2.0, zero()),
    [R::select(zero::<R>().less(z), one(), zero()) + R::select(z.less(zero()), (z * 0.5).exp(), zero())]
);
usual!(Clamp1Outside, 1, |[z], a| R::select(z.less(zero()), zero(), R::select(one::<R>().less(z), one(), z)), [one()]);
// slips
usual!(Sign, 1, |[z], a| z.cos(), [z.sin()]);
usual!(Half, 1, |[z], a| z * z, [z]);
usual!(InnerFactor, 1, |[z], a| (z * 2.0).sin(), [(z * 2.0).cos()]);
usual!(OffBy5e7, 1, |[z], a| z.exp(), [a * (1.0 + 5e-7)]);
usual!(Plus1e7, 1, |[z], a| z.sin(), [z.cos() + 1e-7]);
usual!(
    Ln1pWithoutOne,
    1,
    |[z], a| z.ln_1p(),
    [one::<R>() / z],
    fn domain(&self) -> Domain {
        Domain::new("x > -1", &[(-1.0, f64::INFINITY)])
    }
);
usual!(
    CeluSingle,
    1,
    |[z], a| R::select(zero::<R>().less(z), z, (z / 0.3).expm1() * 0.3),
    [R::select(zero::<R>().less(z), one(), (z / f64::from(0.3f32)).exp())]
);
usual!(
    GeluSingle,
    1,
    |[z], a| z * 0.5 * (-z / 2f64.sqrt()).erfc(),
    [(-z / 2f64.sqrt()).erfc() * 0.5 + z * (-(z * z) * 0.5).exp() * f64::from(0.398_942_3_f32)]
);
usual!(NegativeSide, 1, |[z], a| z * z.abs(), [z * 2.0]);
usual!(ZeroBeyond37, 1, |[z], a| sigmoid(z), [R::select(R::from(37.0).less(z), zero(), sigmoid_slope(z))]);
usual!(Tanh, 1, |[z], a| z.tanh(), [-(a * a) + 1.0]);
usual!(
    HuberDelta,
    1,
    |[z], a| R::select(z.abs().less_equal(one()), z * z * 0.5, z.abs() - 0.5),
    [R::select(z.abs().less_equal(R::from(1.1)), z, z.sign())]
);
usual!(
    TaylorNear0,
    1,
    |[z], a| R::select(z.equal(zero()), one(), z.sin() / z),
    [R::select(z.abs().less(R::from(1e-4)), -z / 6.0, (z.cos() - a) / z)]
);
usual!(NanIs0, 1, |[z], a| z.sin(), [R::select(z.equal(z), z.cos(), zero())]);
usual!(
    SqrtEdge,
    1,
    |[z], a| z.sqrt(),
    [R::select(z.equal(zero()), zero(), R::from(0.5) / a)],
    fn domain(&self) -> Domain {
        Domain::new("x ≥ 0", &[(0.0, f64::INFINITY)])
    }
);
usual!(
    OneAtInfinity,
    1,
    |[z], a| z.tanh(),
    [R::select(R::from(1e308).less(z), one(), one::<R>() / (z.cosh() * z.cosh()))]
);
// second derivatives
usual!(SecondAt0, 1, |[z], a| z * z, [R::select(z.equal(zero()), zero(), z * 2.0)]);
usual!(
    SecondDetached,
    1,
    |[z], a| z.exp(),
    [a],
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        // e⁰ and its slope, the same numbers at 0 and without a derivative of the slope
        (z.exp(), [R::select(z.equal(R::from(0.5)), R::from(0.5).exp(), z.exp())])
    }
);
usual!(
    AtOnceOff,
    1,
    |[z], a| z.sin(),
    [z.cos()],
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        (z.sin(), [z.cos() * (1.0 + 1e-7)])
    }
);
// several arguments
usual!(
    Swapped,
    2,
    |[x, y], a| x / (y * y + 1.0),
    [x * y * -2.0 / ((y * y + 1.0) * (y * y + 1.0)), one::<R>() / (y * y + 1.0)]
);
usual!(
    PowWithoutLn,
    2,
    |[x, y], a| x.pow(y),
    [y * x.pow(y - 1.0), a],
    fn domain(&self) -> Domain {
        Domain::new("x > 0", &[(0.0, f64::INFINITY)])
    }
);
usual!(Atan2Signs, 2, |[y, x], a| y.atan2(x), [x / (x * x + y * y), y / (x * x + y * y)]);
usual!(ForgottenArgument, 3, |[x, y, z], a| x * y + z, [y, x, zero()]);
usual!(WrongWhereFirstIsLarger, 2, |[x, y], a| x * y, [R::select(y.less(x), y * 1.001, y), x]);

usual_reduce!(RemainderOfFour, |x, R| x.iter().copied().sum(), |x, a, slopes| {
    let n = x.len();
    slopes.iter_mut().enumerate().for_each(|(i, s)| *s = if i < n / 4 * 4 || n < 4 { 1.0.into() } else { 0.0.into() });
});
usual_reduce!(LastOfSeventeen, |x, R| x.iter().map(|&x| x * x).sum(), |x, a, slopes| {
    slopes.iter_mut().zip(x).enumerate().for_each(|(i, (s, &x))| *s = if i < 16 { x * 2.0 } else { x });
});
usual_reduce!(MeanOfOneLess, |x, R| x.iter().copied().sum::<R>() / x.len() as f64, |x, a, slopes| {
    let n = x.len();
    slopes.fill((1.0 / if n > 1 { n as f64 - 1.0 } else { 1.0 }).into());
});
usual_reduce!(NormOneAtZero, |x, R| x.iter().map(|&x| x * x).sum::<R>().sqrt(), |x, a, slopes| {
    slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select(a.equal(R::from(0.0)), R::from(1.0), x / a));
});
usual_reduce!(LargestGetsAll, |x, R| x.iter().fold(x[0], |m, &x| R::select(m.less(x), x, m)), |x, a, slopes| {
    slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = R::select(x.equal(a), R::from(1.0), R::from(0.0)));
});

/// The default call, and the calls at points where the rule is wrong.
type Case = (&'static str, Report, Vec<Report>);

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = vec![];
    macro_rules! ops {
        ($($op:ident at $($x:expr),+;)*) => { $( cases.push((stringify!($op), check::op(&$op), vec![$(check::op_at(&$op, &$x)),+])); )* };
    }
    ops! {
        SoftplusThreshold20 at [20.0];
        Tail30To36 at [30.5], [35.0];
        Beyond2000 at [3000.0], [1e6];
        AsymptoticCoefficient at [2e4], [1e9];
        WrongBetween1e15And1e9 at [1e-12], [5e-10];
        WrongAboveMillions at [1.0005e6];
        Window1e3 at [1000.5];
        Window02 at [0.205];
        WrongBelow1e10 at [1e-11], [0.0], [-1e-200];
        OnePoint at [1.5];
        OnePointOfTheValueToo at [1.5];
        HardSwishNoKinks at [3.0], [-3.0];
        HardSigmoidKink7 at [3.0], [-3.0];
        ReluShift03 at [0.3];
        HiddenJumpAmongJumps at [0.37];
        UndeclaredJump037 at [0.37];
        TriangleWrongAt3 at [3.0];
        ReluOutside at [0.0];
        MaxBothAtTie at [1.5, 1.5], [0.0, 0.0];
        MaxBothDeclared at [2.0, 2.0], [1.5, 1.5];
        AbsWrongAtZeroUndeclared at [0.0];
        RootOfSquare at [0.0];
        CeluCareless at [0.0];
        CeluNothingAtZero at [0.0];
        Clamp1Outside at [2.0], [-5.0];
        Sign at [1.0];
        Half at [1.0], [1e-9];
        InnerFactor at [0.5];
        OffBy5e7 at [1.0], [-30.0];
        Plus1e7 at [1.0];
        Ln1pWithoutOne at [0.5], [1e-12];
        CeluSingle at [-1.0];
        GeluSingle at [1.0];
        NegativeSide at [-1.0];
        ZeroBeyond37 at [40.0], [300.0];
        Tanh at [15.0], [20.0];
        HuberDelta at [1.05];
        TaylorNear0 at [5e-5], [1e-7], [1e-13];
        NanIs0 at [f64::NAN];
        SqrtEdge at [0.0];
        OneAtInfinity at [f64::INFINITY];
        SecondAt0 at [0.0];
        SecondDetached at [0.5];
        AtOnceOff at [0.5];
        Swapped at [0.5, 1.5];
        PowWithoutLn at [2.0, 3.0];
        Atan2Signs at [1.0, 2.0];
        ForgottenArgument at [1.0, 2.0, 3.0];
        WrongWhereFirstIsLarger at [2.0, 1.0];
    }
    macro_rules! reductions {
        ($($op:ident at $($x:expr),+;)*) => { $( cases.push((stringify!($op), check::reduce(&$op), vec![$(check::reduce_at(&$op, &$x)),+])); )* };
    }
    reductions! {
        RemainderOfFour at [1.0, 2.0, 3.0, 4.0, 5.0];
        LastOfSeventeen at [1.5; 17];
        MeanOfOneLess at [1.0, 2.0];
        NormOneAtZero at [0.0, 0.0], [0.0];
        LargestGetsAll at [1.5, 1.5];
    }
    cases
}

#[test]
fn no_wrong_rule_passes_where_it_is_wrong_and_few_the_default_call() {
    let cases = cases();
    let passing: Vec<&str> = cases.iter().filter(|case| case.1.passed()).map(|case| case.0).collect();
    let failing = cases.iter().filter(|case| case.1.verdict == Verdict::Fail).count();
    let blind: Vec<&str> = cases.iter().filter(|case| case.2.iter().any(Report::passed)).map(|case| case.0).collect();
    println!("{failing} of {} fail the default call, {} pass: {passing:?}", cases.len(), passing.len());
    assert!(cases.len() >= 40);
    assert!(blind.is_empty(), "pass where they are wrong: {blind:?}");
    assert!(12 * passing.len() <= cases.len(), "pass the default call: {passing:?}");
}

#[test]
fn what_loses_digits_is_told_from_what_is_wrong() {
    let reason = |report: Report| (report.verdict, report.reason.unwrap_or_default());
    let (verdict, lost) = reason(check::op_at(&Tanh, &[20.0]));
    assert!(verdict == Verdict::Fail && lost.starts_with("loses digits"), "{lost}");
    let (verdict, wrong) = reason(check::op_at(&ZeroBeyond37, &[40.0]));
    assert!(verdict == Verdict::Fail && !wrong.starts_with("loses digits"), "{wrong}");
}
