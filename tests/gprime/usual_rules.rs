//! Right rules, written the usual way: the checker must not fail one of them, whatever the seed.

use gprime::check::{self, Options, Report, Verdict};
use gprime::op::{Domain, Kink};
use gprime::prelude::*;

/// How many seeds are tried: `GPRIME_SEEDS=300 cargo test --release --test gprime usual_rules`.
pub fn seeds(ordinary: u64) -> u64 {
    std::env::var("GPRIME_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ordinary)
}

/// An op of one argument or more, with what else it declares.
macro_rules! usual {
    ($Name:ident, $n:literal, |[$($x:ident),+], $a:ident| $value:expr, [$($slope:expr),+] $(, $($more:tt)*)?) => {
        #[derive(Clone, PartialEq)]
        pub struct $Name;
        impl Op<$n> for $Name {
            const NAME: &'static str = stringify!($Name);
            fn value<R: Real>(&self, [$($x),+]: [R; $n]) -> R {
                $value
            }
            fn slope<R: Real>(&self, [$($x),+]: [R; $n], $a: R) -> [R; $n] {
                let _ = ($($x,)+ $a);
                [$($slope),+]
            }
            $($($more)*)?
        }
    };
}

pub(crate) use usual;

fn one<R: Real>() -> R {
    R::from(1.0)
}

fn zero<R: Real>() -> R {
    R::from(0.0)
}

fn sigmoid<R: Real>(z: R) -> R {
    let e = (-z.abs()).exp();
    R::select(z.less(zero()), e, one()) / (e + 1.0)
}

const POSITIVE: Domain = Domain::new("x > 0", &[(0.0, f64::INFINITY)]);
const POSITIVE_2: Domain = Domain::new("x, y > 0", &[(0.0, f64::INFINITY); 2]);
const UNIT: Domain = Domain::new("0 < x < 1", &[(0.0, 1.0)]);

usual!(Softplus, 1, |[z], a| R::select(z.less(zero()), zero(), z) + (-z.abs()).exp().ln_1p(), [sigmoid(z)]);
usual!(LogSigmoid, 1, |[z], a| R::select(z.less(zero()), z, zero()) - (-z.abs()).exp().ln_1p(), [sigmoid(-z)]);
usual!(
    Bce,
    2,
    |[z, y], a| R::select(z.less(zero()), zero(), z) - z * y + (-z.abs()).exp().ln_1p(),
    [sigmoid(z) - y, -z]
);
usual!(
    LogAddExp,
    2,
    |[x, y], a| R::select(x.less(y), y, x) + (-(x - y).abs()).exp().ln_1p(),
    [sigmoid(x - y), sigmoid(y - x)]
);
usual!(
    XLnX,
    1,
    |[x], a| x * x.ln(),
    [x.ln() + 1.0],
    fn domain(&self) -> Domain {
        POSITIVE
    }
);
usual!(
    Entropy,
    1,
    |[x], a| R::select(x.equal(zero()), zero(), -(x * x.ln())),
    [-x.ln() - 1.0],
    fn domain(&self) -> Domain {
        Domain::new("x ≥ 0", &[(0.0, f64::INFINITY)])
    }
);
// the series keep all digits
usual!(
    Sinc,
    1,
    |[z], a| {
        let s = z * z;
        let series = -s / 6.0 * (-s / 20.0 * (-s / 42.0 + 1.0) + 1.0) + 1.0;
        let zero_or_z = R::select(z.equal(zero()), one(), z);
        R::select(z.abs().less(R::from(0.01)), series, zero_or_z.sin() / zero_or_z)
    },
    [{
        let s = z * z;
        let series = -z / 3.0 * (-s / 10.0 * (-s / 28.0 * (-s / 54.0 + 1.0) + 1.0) + 1.0);
        let zero_or_z = R::select(z.equal(zero()), one(), z);
        R::select(z.abs().less(R::from(0.1)), series, (zero_or_z.cos() - zero_or_z.sin() / zero_or_z) / zero_or_z)
    }]
);
// the value by select at the removable point alone, the slope by a series nearby
usual!(
    SincBySelect,
    1,
    |[z], a| {
        let safe = R::select(z.equal(zero()), one(), z);
        R::select(z.equal(zero()), one(), safe.sin() / safe)
    },
    [{
        let s = z * z;
        let series = -z / 3.0 * (-s / 10.0 * (-s / 28.0 * (-s / 54.0 + 1.0) + 1.0) + 1.0);
        let safe = R::select(z.equal(zero()), one(), z);
        R::select(z.abs().less(R::from(0.1)), series, (safe.cos() - a) / safe)
    }]
);
usual!(
    SincPlain,
    1,
    |[z], a| R::select(z.equal(zero()), one(), z.sin() / z),
    [R::select(z.equal(zero()), zero(), (z.cos() - a) / z)]
);
usual!(
    ExpQuotient,
    1,
    |[z], a| R::select(z.equal(zero()), one(), z.expm1() / z),
    [R::select(z.equal(zero()), 0.5.into(), (z.exp() - a) / z)]
);
usual!(LogCosh, 1, |[z], a| z.abs() + (z.abs() * -2.0).exp().ln_1p() - std::f64::consts::LN_2, [z.tanh()]);
usual!(
    Kl,
    2,
    |[x, y], a| x * (x / y).ln() - x + y,
    [(x / y).ln(), -x / y + 1.0],
    fn domain(&self) -> Domain {
        POSITIVE_2
    }
);
usual!(
    GaussianNll,
    3,
    |[x, m, v], a| v.ln() * 0.5 + (x - m) * (x - m) / (v * 2.0),
    [(x - m) / v, -(x - m) / v, R::from(0.5) / v - (x - m) * (x - m) / (v * v * 2.0)],
    fn domain(&self) -> Domain {
        Domain::new(
            "v > 0",
            &[(f64::NEG_INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::INFINITY)],
        )
    }
);
usual!(
    SigmoidBySelect,
    1,
    |[z], a| {
        let e = (-z.abs()).exp();
        R::select(zero::<R>().less_equal(z), one::<R>() / (e + 1.0), e / (e + 1.0))
    },
    [{
        let e = (-z.abs()).exp();
        e / ((e + 1.0) * (e + 1.0))
    }]
);
usual!(
    Silu,
    1,
    |[z], a| z * sigmoid(z),
    [{
        let s = sigmoid(z);
        s * (z * sigmoid(-z) + 1.0)
    }]
);
usual!(
    Swish,
    1,
    |[z], a| z / ((-z).exp() + 1.0),
    [{
        let s = one::<R>() / ((-z).exp() + 1.0);
        s + a * (-s + 1.0)
    }]
);
usual!(Tanh, 1, |[z], a| z.tanh(), [one::<R>() / (z.cosh() * z.cosh())]);
usual!(
    Mish,
    1,
    |[z], a| z * z.exp().ln_1p().tanh(),
    [{
        let (t, s) = (z.exp().ln_1p().tanh(), one::<R>() / ((-z).exp() + 1.0));
        t + z * (-(t * t) + 1.0) * s
    }]
);
usual!(
    Gelu,
    1,
    |[z], a| z * 0.5 * (-z / 2f64.sqrt()).erfc(),
    [{
        let density = (-(z * z) * 0.5).exp() * (1.0 / (2.0 * std::f64::consts::PI).sqrt());
        (-z / 2f64.sqrt()).erfc() * 0.5 + z * density
    }]
);
usual!(Elu, 1, |[z], a| R::select(zero::<R>().less(z), z, z.expm1()), [R::select(zero::<R>().less(z), one(), z.exp())]);
usual!(
    Huber,
    1,
    |[z], a| R::select(z.abs().less_equal(one()), z * z * 0.5, z.abs() - 0.5),
    [R::select(z.abs().less_equal(one()), z, z.sign())]
);
usual!(Cubic, 1, |[z], a| z * z * z - z * 2.0, [z * z * 3.0 - 2.0]);
usual!(Reciprocal, 1, |[z], a| one::<R>() / z, [-a / z]);
usual!(
    Logit,
    1,
    |[p], a| (p / (-p + 1.0)).ln(),
    [one::<R>() / (p * (-p + 1.0))],
    fn domain(&self) -> Domain {
        UNIT
    }
);
usual!(
    Ratio,
    2,
    |[x, y], a| x / (y * y + 1.0),
    [one::<R>() / (y * y + 1.0), x * y * -2.0 / ((y * y + 1.0) * (y * y + 1.0))]
);
usual!(
    Hypot,
    2,
    |[x, y], a| x.hypot(y),
    [R::select(a.equal(zero()), zero(), x / a), R::select(a.equal(zero()), zero(), y / a)],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::at_point([0.0; 2], [(-1.0, 1.0, 0.0); 2])]
    }
);
usual!(HypotUndeclared, 2, |[x, y], a| (x * x + y * y).sqrt(), [x / a, y / a]);
usual!(
    LogMean,
    2,
    |[x, y], a| R::select(x.equal(y), x, (x - y) / (x.ln() - y.ln())),
    [
        R::select(x.equal(y), 0.5.into(), (-a / x + 1.0) / (x.ln() - y.ln())),
        R::select(x.equal(y), 0.5.into(), (-a / y + 1.0) / (y.ln() - x.ln()))
    ],
    fn domain(&self) -> Domain {
        POSITIVE_2
    }
);
usual!(
    HarmonicMean,
    2,
    |[x, y], a| x * y * 2.0 / (x + y),
    [y * y * 2.0 / ((x + y) * (x + y)), x * x * 2.0 / ((x + y) * (x + y))],
    fn domain(&self) -> Domain {
        POSITIVE_2
    }
);
usual!(
    KlTerm,
    2,
    |[x, y], a| x * (x / y).ln(),
    [(x / y).ln() + 1.0, -x / y],
    fn domain(&self) -> Domain {
        POSITIVE_2
    }
);
usual!(Wiggle, 1, |[z], a| z * z * (one::<R>() / z).sin(), [z * 2.0 * (one::<R>() / z).sin() - (one::<R>() / z).cos()]);
usual!(Fast, 1, |[z], a| (z * 1e8).sin(), [(z * 1e8).cos() * 1e8]);
usual!(
    SmoothStep,
    1,
    |[z], a| {
        let t = R::select(z.less(zero()), zero(), R::select(one::<R>().less(z), one(), z));
        t * t * (t * -2.0 + 3.0)
    },
    [R::select(z.less(zero()), zero(), R::select(one::<R>().less(z), zero(), z * (-z + 1.0) * 6.0))]
);
usual!(ZAbsZ, 1, |[z], a| z * z.abs(), [z.abs() * 2.0]);
usual!(
    Triangle,
    1,
    |[z], a| (z - (z * 0.5).round() * 2.0).abs(),
    [(z - (z * 0.5).round() * 2.0).sign()],
    // some of a set
    fn kinks(&self) -> Vec<Kink> {
        vec![
            Kink::new(0.0, -1.0, 1.0),
            Kink { slope: gprime::op::Point::from_slice(&[-1.0]), ..Kink::new(1.0, 1.0, -1.0) },
        ]
    }
);
usual!(
    HardTanh,
    1,
    |[z], a| R::select(z.less(R::from(-1.0)), R::from(-1.0), R::select(one::<R>().less(z), one(), z)),
    [R::select(z.abs().less(one()), one(), zero())],
    fn kinks(&self) -> Vec<Kink> {
        vec![Kink::new(-1.0, 0.0, 1.0), Kink::new(1.0, 1.0, 0.0)]
    }
);

/// README's Swish with a parameter.
#[derive(Clone, PartialEq)]
struct SwishBeta {
    beta: f64,
}
impl Op<1> for SwishBeta {
    const NAME: &'static str = "swish_beta";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z / ((z * -self.beta).exp() + 1.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        let s = R::from(1.0) / ((z * -self.beta).exp() + 1.0);
        [s + a * self.beta * (-s + 1.0)]
    }
    gprime::params!(beta);
}

/// A reduction by two closures, generic over the number.
macro_rules! usual_reduce {
    ($Name:ident, |$x:ident, $R:ident| $value:expr, |$y:ident, $a:ident, $slopes:ident| $slope:expr) => {
        #[derive(Clone, PartialEq)]
        pub struct $Name;
        impl Reduce for $Name {
            const NAME: &'static str = stringify!($Name);
            fn value<$R: Real>(&self, $x: &[$R]) -> $R {
                $value
            }
            fn slope<$R: Real>(&self, $y: &[$R], $a: $R, $slopes: &mut [$R]) {
                let _ = $a;
                $slope
            }
        }
    };
}

fn mean<R: Real>(x: &[R]) -> R {
    x.iter().copied().sum::<R>() / x.len() as f64
}

usual_reduce!(
    LogSumExpShifted,
    |x, R| {
        let m = x.iter().fold(x[0], |m, &x| R::select(m.less(x), x, m));
        x.iter().map(|&x| (x - m).exp()).sum::<R>().ln() + m
    },
    |x, a, slopes| slopes.iter_mut().zip(x).for_each(|(s, &x)| *s = (x - a).exp())
);
usual_reduce!(
    Variance,
    |x, R| {
        let m = mean(x);
        x.iter().map(|&x| (x - m) * (x - m)).sum::<R>() / x.len() as f64
    },
    |x, a, slopes| {
        let m = mean(x);
        slopes.iter_mut().zip(x).for_each(|(s, &y)| *s = (y - m) * (2.0 / x.len() as f64));
    }
);
usual_reduce!(Rms, |x, R| (x.iter().map(|&x| x * x).sum::<R>() / x.len() as f64).sqrt(), |x, a, slopes| slopes
    .iter_mut()
    .zip(x)
    .for_each(|(s, &y)| *s = y / (a * x.len() as f64)));
usual_reduce!(MeanOfSquares, |x, R| mean(&x.iter().map(|&x| x * x).collect::<Vec<R>>()), |x, a, slopes| slopes
    .iter_mut()
    .zip(x)
    .for_each(|(s, &y)| *s = y * (2.0 / x.len() as f64)));

pub(crate) use usual_reduce;

/// Shows every usual op's check to a function.
pub fn each(mut see: impl FnMut(&str, &dyn Fn(&Options) -> Report)) {
    macro_rules! ops {
        ($($op:expr),* $(,)?) => { $( see(stringify!($op), &|options| options.op(&$op)); )* };
    }
    ops![
        Softplus,
        LogSigmoid,
        Bce,
        LogAddExp,
        XLnX,
        Entropy,
        Sinc,
        SincBySelect,
        SincPlain,
        ExpQuotient,
        LogCosh,
        Kl,
        GaussianNll,
        SigmoidBySelect,
        Silu,
        Swish,
        Tanh,
        Mish,
        Gelu,
        Elu,
        Huber,
        Cubic,
        Reciprocal,
        Logit,
        Ratio,
        Hypot,
        HypotUndeclared,
        LogMean,
        HarmonicMean,
        KlTerm,
        Wiggle,
        Fast,
        SmoothStep,
        ZAbsZ,
        Triangle,
        HardTanh,
        SwishBeta { beta: 0.5 },
        SwishBeta { beta: 1.3 },
        SwishBeta { beta: 1.5 },
        SwishBeta { beta: 2.0 },
        SwishBeta { beta: 10.0 },
    ];
    macro_rules! reductions {
        ($($op:expr),* $(,)?) => { $( see(stringify!($op), &|options| options.reduce(&$op)); )* };
    }
    reductions![LogSumExpShifted, Variance, Rms, MeanOfSquares];
}

#[test]
fn no_usual_rule_fails_whatever_the_seed() {
    let mut failures = vec![];
    each(|name, check| {
        for seed in 0..seeds(3) {
            let report = check(&Options::new().seed(seed));
            if report.verdict == Verdict::Fail {
                failures.push(format!("{name}, seed {seed}: {report}"));
                break;
            }
        }
    });
    assert!(failures.is_empty(), "{} fail\n{}", failures.len(), failures.join("\n\n"));
}

/// Most of them pass; the others say what could not be told.
#[test]
fn most_usual_rules_pass() {
    let (mut passed, mut others) = (0, vec![]);
    each(|name, check| {
        let report = check(&Options::new());
        if report.passed() {
            passed += 1
        } else {
            others.push(format!("{name}: {}", report.reason.unwrap_or_default()))
        }
    });
    assert!(others.len() <= 12, "{passed} pass, not:\n{}", others.join("\n"));
    println!("{passed} pass, not:\n{}", others.join("\n"));
}

/// At the points where formulas see one branch, or no digits, and the function is smooth.
#[test]
fn right_rules_pass_where_the_formula_of_the_value_has_one_branch() {
    for x in [0.0, 5e-324, -5e-324, 1e-30, -1e-16, 1e-8] {
        check::op_at(&Softplus, &[x]).assert_pass();
        check::op_at(&LogSigmoid, &[x]).assert_pass();
        check::op_at(&SigmoidBySelect, &[x]).assert_pass();
        check::op_at(&Sinc, &[x]).assert_pass();
        check::op_at(&LogCosh, &[0.0]).assert_pass();
        assert_ne!(check::op_at(&SincBySelect, &[x]).verdict, Verdict::Fail);
    }
    check::op_at(&SincBySelect, &[0.0]).assert_pass();
    check::op_at(&LogAddExp, &[1.5, 1.5]).assert_pass();
    check::op_at(&Bce, &[0.0, 1.0]).assert_pass();
    for x in [-384.0, -500.0, -700.0] {
        assert_ne!(check::op_at(&Swish, &[x]).verdict, Verdict::Fail, "{x}");
    }
    let report = check::op(&Softplus);
    assert!(report.faults > 0 && report.to_string().contains("two sides of a branch"), "{report}");
}

/// Where the numbers are as far apart as the kinks, or the waves as short as the steps, no kink is made out of that.
#[test]
fn what_is_finer_than_the_spacing_of_the_numbers_is_no_kink() {
    for report in [check::op_at(&Fast, &[17.857703049725387]), check::op_at(&Triangle, &[-2719828020184269.5])] {
        assert_ne!(report.verdict, Verdict::Fail, "{report}");
    }
}
