//! Numbers of whole programs: their comparisons and plain values, constants made of them, and what a recording knows of these.

use crate::common::{close, same};
use gprime::check::{self, Verdict};
use gprime::forward::{Ieee, Masked, Strong, Tangents};
use gprime::prelude::*;
use gprime::real::DoubleDouble;
use proptest::prelude::*;
use std::fmt::{Debug, Display};

/// How far apart roundings may carry two ways to one number.
const ROUNDING: [f64; 2] = [1e-12, 1e-13];

/// x · c(x) for a c that is taken out of the derivative, and a branch: the value is that of x · (sin x + x²) or of its negative.
fn with_a_constant<R: Number>(x: R) -> R {
    let factor = (x.sin() + x * x).detach();
    if x > 0.5 && x >= R::from(0.5) { x * factor } else { -(x * factor) }
}

/// The value of a program, and whether its answers to comparisons with a plain number are those of `f64`.
fn is_like_f64<R: Number>(x: f64, bound: f64, make: impl Fn(f64) -> R) -> bool {
    let y = make(x);
    let comparisons = [y < bound, y <= bound, y > bound, y >= bound, y == bound];
    same(y.primal(), x)
        && comparisons == [x < bound, x <= bound, x > bound, x >= bound, x == bound]
        && same(y.detach().primal(), x)
        && same((y * 2.0).primal(), x * 2.0)
}

proptest! {
    #[test]
    fn every_number_compares_and_reads_as_a_plain_one(x in -2.0..2.0f64, far in any::<bool>()) {
        let bound = if far { x + 0.5 } else { x };
        let (tape, outer, recorder) = (Tape::new(), Tape::new(), Recorder::new());
        prop_assert!(is_like_f64(x, bound, |x| x));
        prop_assert!(is_like_f64(x, bound, DoubleDouble::from));
        prop_assert!(is_like_f64(x, bound, Dual::variable));
        prop_assert!(is_like_f64(x, bound, |x| Dual::variable(Dual::variable(x))));
        prop_assert!(is_like_f64(x, bound, |x| Tangents::<f64, 3, Strong>::variable(x, 1)));
        prop_assert!(is_like_f64(x, bound, |x| Tangents::<Dual, 3, Ieee>::variable(Dual::variable(x), 1)));
        prop_assert!(is_like_f64(x, bound, |x| Tangents::<f64, 3, Masked>::variable(x, 1)));
        prop_assert!(is_like_f64(x, bound, |x| tape.var(x)));
        let nested = Tape::new();
        prop_assert!(is_like_f64(x, bound, |x| nested.var(outer.var(x))));
        prop_assert!(is_like_f64(x, bound, |x| recorder.var(x)));
        let x = f64::from(x as f32);
        prop_assert!(is_like_f64(x, f64::from(bound as f32), Single::from));
    }

    /// In every mode, of first and of second order, the constant has no derivative.
    #[test]
    fn what_is_detached_has_no_derivative(x in -2.0..2.0f64) {
        let factor = (x.sin() + x * x) * if x > 0.5 { 1.0 } else { -1.0 };
        let first = [factor];
        close(&gradient(|x| with_a_constant(x[0]), &[x]), &first, ROUNDING);
        close(&[with_a_constant(Dual::variable(x)).tangent], &first, ROUNDING);
        close(&with_a_constant(Tangents::<f64, 1>::variable(x, 0)).tangents(), &first, ROUNDING);
        close(&jvp(|x| vec![with_a_constant(x[0])], &[x], &[1.0]).1, &first, ROUNDING);
        close(&hessian(|x| with_a_constant(x[0]), &[x])[0], &[0.0], ROUNDING);
        close(&gradient(|x| gradient(|x| with_a_constant(x[0]), x)[0], &[x]), &[0.0], ROUNDING);

        let recorder = Recorder::new();
        let input = recorder.var(x);
        let y = with_a_constant(input);
        close(&[recorder.backward(y)[input]], &first, ROUNDING);
        close(&[recorder.jvp(y, &[input], &[1.0]).unwrap()], &first, ROUNDING);
        close(&recorder.hessian(y, &[input]).unwrap()[0], &[0.0], ROUNDING);
        prop_assert!(recorder.primals().is_empty());
    }

    /// Differences do not contradict constants whose shares cancel.
    #[test]
    fn constants_that_cancel_pass_the_check(x in 0.6..2.0f64) {
        let report = check::function(|x| x[0].detach() * 3.0 - x[0].detach() * 3.0 + x[0], &[x]);
        prop_assert_eq!(report.verdict, Verdict::Pass, "{}", report);
    }
}

/// A constant may meet the variables of any tape.
#[test]
fn a_constant_belongs_to_no_tape() {
    let (one, other) = (Tape::new(), Tape::new());
    let (x, y) = (one.var(3.0), other.var(2.0));
    assert_eq!((x.detach() * y).backward()[y], 3.0);
}

/// What a constant was made of has no derivative that could be uncertain.
#[test]
fn no_factor_is_annihilated_on_the_way_to_a_constant() {
    let recorder = Recorder::new();
    let x = recorder.var(0.0);
    let y = x.sqrt().detach().sqrt() + x;
    assert_eq!(recorder.backward(y)[x], 1.0);
    assert!(recorder.annihilated(y).unwrap().is_empty());
    assert_eq!(recorder.annihilated(x.sqrt().square() + x).unwrap().len(), 1);
}

#[test]
fn a_recording_remembers_what_was_read_and_where() {
    let mut recorder = Recorder::new();
    let x = recorder.var(2.0);
    let y = x.sin();
    let line = line!() + 1;
    let read = y.primal() + Expr::constant(1.0).primal() + x.value();
    assert_eq!(read, 2f64.sin() + 3.0);
    let [primal] = recorder.primals()[..] else { panic!("one value was read") };
    assert_eq!((primal.node, primal.line.line(), primal.line.file()), (1, line, file!()));
    assert_eq!(recorder.opened().recorder().primals(), [primal]);
    recorder.reset();
    assert!(recorder.primals().is_empty());
}

#[test]
fn the_check_names_what_was_taken_out() {
    let reason = |report: check::Report| {
        assert_eq!(report.verdict, Verdict::Fail, "{report}");
        report.reason.unwrap()
    };
    let line = line!() + 1;
    let read = reason(check::function(|x| x[1] * x[0].primal(), &[0.7, 0.4]));
    assert!(read.contains(&format!("x[0] was read as a plain number by `primal` at {}:{line}:", file!())), "{read}");
    let line = line!() + 1;
    let made = reason(check::function(|x| x[1] * x[0].sin().detach(), &[0.7, 0.4]));
    assert!(made.contains(&format!("sin, recorded at {}:{line}:", file!())), "{made}");
    assert!(made.contains(&format!("was made a constant by `detach` at {}:{line}:", file!())), "{made}");
    // in a loop it is said once
    let repeated = reason(check::function(|x| (0..9).map(|_| x[0] * x[0].primal()).sum(), &[0.7]));
    assert_eq!(repeated.matches("was read").count(), 1, "{repeated}");
}

/// A trait of another library whose methods have the names of ours, in scope beside the prelude.
mod other_library {
    macro_rules! names {
        ($($f:ident($($arg:ident: $t:ty),*))*) => {
            #[expect(dead_code, reason = "no method of it is called")]
            pub trait Float: Sized {
                $(fn $f(self $(, $arg: $t)*) -> Self {
                    $(let _ = $arg;)*
                    panic!(concat!("the other library's ", stringify!($f)))
                })*
            }
            impl<T> Float for T {}
        };
    }
    names! {
        exp() exp2() ln() log2() log10() ln_1p() sqrt() cbrt() sin() cos() tan() asin() acos() atan() sinh() cosh() tanh() asinh() acosh()
        atanh() abs() floor() ceil() round() recip() powi(n: i32) powf(y: Self) max(y: Self) min(y: Self) hypot(y: Self) atan2(y: Self)
        clamp(lo: Self, hi: Self) mul_add(a: Self, b: Self)
    }
}

/// For a number of each concrete type: what operators with references, sums and the default give is what those by value give, and a method is
/// ours although another library's trait has it as well. Each is a function of its own, which is compiled in little time.
macro_rules! behaves_as_a_number {
    ($($number:expr;)*) => { $( {
        let make = $number;
        pairs_agree(make(0.75), make(0.5), &[
            (|x, y| x + y, |x, y| &x + &y),
            (|x, y| x - y, |x, y| x - &y),
            (|x, y| x * y, |x, y| &x * y),
            (|x, y| x / y, |x, y| &x / &y),
            (|x, _| x + 2.0, |x, _| &x + 2.0),
            (|x, _| 2.0 - x, |x, _| 2.0 - &x),
            (|x, _| -x, |x, _| -&x),
            (|x, y| x + y, |mut x, y| { x += &y; x }),
            (|x, y| x - y, |mut x, y| { x -= &y; x }),
            (|x, y| x * y, |mut x, y| { x *= &y; x }),
            (|x, y| x / y, |mut x, y| { x /= &y; x }),
            (|x, y| x * y, |x, y| { let mut v = [x, y]; v[0] *= v[1]; v[0] }),
            (|x, y| [x, y, x].into_iter().sum(), |x, y| [x, y, x].iter().sum()),
            (|x, y| [x, y, x].into_iter().product(), |x, y| [x, y, x].iter().product()),
            (|_, _| From::from(0.0), |_, _| Default::default()),
            (|x, _| x.exp(), |x, _| Real::exp(x)),
            (|x, _| x.exp2(), |x, _| Real::exp2(x)),
            (|x, _| x.ln(), |x, _| Real::ln(x)),
            (|x, _| x.log2(), |x, _| Real::log2(x)),
            (|x, _| x.log10(), |x, _| Real::log10(x)),
            (|x, _| x.ln_1p(), |x, _| Real::ln_1p(x)),
            (|x, _| x.sqrt(), |x, _| Real::sqrt(x)),
            (|x, _| x.cbrt(), |x, _| Real::cbrt(x)),
            (|x, _| x.sin(), |x, _| Real::sin(x)),
            (|x, _| x.cos(), |x, _| Real::cos(x)),
            (|x, _| x.tan(), |x, _| Real::tan(x)),
            (|x, _| x.asin(), |x, _| Real::asin(x)),
            (|x, _| x.acos(), |x, _| Real::acos(x)),
            (|x, _| x.atan(), |x, _| Real::atan(x)),
            (|x, _| x.sinh(), |x, _| Real::sinh(x)),
            (|x, _| x.cosh(), |x, _| Real::cosh(x)),
            (|x, _| x.tanh(), |x, _| Real::tanh(x)),
            (|x, _| x.asinh(), |x, _| Real::asinh(x)),
            (|x, _| (x + 1.0).acosh(), |x, _| Real::acosh(x + 1.0)),
            (|x, _| x.atanh(), |x, _| Real::atanh(x)),
            (|x, _| x.abs(), |x, _| Real::abs(x)),
            (|x, _| x.floor(), |x, _| Real::floor(x)),
            (|x, _| x.ceil(), |x, _| Real::ceil(x)),
            (|x, _| x.round(), |x, _| Real::round(x)),
            (|x, _| x.recip(), |x, _| Arithmetic::recip(x)),
            (|x, _| x.powi(3), |x, _| Arithmetic::powi(x, 3)),
            (|x, y| x.powf(y), |x, y| Real::pow(x, y)),
            (|x, _| x.powf(1.5), |x, _| Real::pow(x, 1.5.into())),
            (|x, y| x.max(y), |x, y| Arithmetic::max(x, y)),
            (|x, _| x.max(0.8), |x, _| Arithmetic::max(x, 0.8)),
            (|x, y| x.min(y), |x, y| Arithmetic::min(x, y)),
            (|x, _| x.min(0.2), |x, _| Arithmetic::min(x, 0.2)),
            (|x, y| x.hypot(y), |x, y| Real::hypot(x, y)),
            (|x, y| x.atan2(y), |x, y| Real::atan2(x, y)),
            (|x, _| x.clamp(0.8, 0.9), |x, _| Arithmetic::clamp(x, 0.8, 0.9)),
            (|x, y| x.mul_add(y, 1.5), |x, y| Arithmetic::mul_add(x, y, 1.5)),
        ]);
    } )* };
}

/// Two ways to one result.
type Ways<R> = (fn(R, R) -> R, fn(R, R) -> R);

/// Both ways give the same number with the same derivatives, which is what the text of a number says.
fn pairs_agree<R: Copy + Debug + Display>(x: R, y: R, ways: &[Ways<R>]) {
    let text = |x: R| format!("{x:?} {x}");
    for (i, (one, other)) in ways.iter().enumerate() {
        assert_eq!(text(one(x, y)), text(other(x, y)), "pair {i}");
    }
}

#[test]
fn every_number_behaves_as_a_number_beside_another_library() {
    use gprime::real::SingleLanes;
    #[expect(unused_imports, reason = "no method of it is called")]
    use other_library::Float as _;
    let (tape, outer, recorder) = (Tape::new(), Tape::new(), Recorder::new());
    let nested = Tape::new();
    behaves_as_a_number! {
        DoubleDouble::from;
        Single::from;
        |x: f64| Lanes([x, 0.25]);
        |x: f64| SingleLanes([x as f32, 0.25]);
        Dual::variable;
        |x: f64| Dual::variable(Dual::variable(x));
        |x: f64| Tangents::<f64, 3, Strong>::variable(x, 1);
        |x: f64| Tangents::<Dual, 3, Ieee>::variable(Dual::variable(x), 1);
        |x: f64| Tangents::<f64, 3, Masked>::variable(x, 1);
        |x: f64| tape.var(x);
        |x: f64| nested.var(outer.var(x));
        |x: f64| recorder.var(x);
    }
    jvp(
        |x| {
            let x = x[0];
            behaves_as_a_number! { |factor: f64| x * factor; }
            vec![x]
        },
        &[1.0],
        &[1.0],
    );
}

/// A program with references and a place that is changed by another, as generic code has them.
fn with_references<R: Number>(x: &[R]) -> R {
    let mut v = x.to_vec();
    let places = &mut v[..];
    places[0] *= places[1];
    places[1] += x[0];
    let mut sum: R = v.iter().sum();
    sum += x.iter().map(|x| *x * x - R::default()).sum::<R>();
    let last = v.iter().fold(R::default(), |_, x| x.max(0.25).min(v[0]).powf(2.0));
    v.iter().fold(sum, |sum, x| sum * x) + last
}

proptest! {
    #[test]
    fn generic_programs_have_references(x in 0.5..2.0f64, y in 0.5..2.0f64) {
        let plain = |x: f64, y: f64| {
            let (u, v) = (x * y, y + x);
            (u + v + x * x + y * y) * u * v + v.max(0.25).min(u).powf(2.0)
        };
        close(&[with_references(&[x, y])], &[plain(x, y)], ROUNDING);
        let report = check::routine(&routine!(|x| with_references(x)), &[x, y]);
        prop_assert!(report.verdict != Verdict::Fail, "{}", report);
    }
}

#[test]
fn numbers_are_written_with_their_derivatives() {
    let x = Dual::new(1.5, 2.0);
    assert_eq!(format!("{x} {:.2}", x), "1.5 + 2ε 1.50 + 2.00ε");
    let y = Tangents::<f64, 2>::variables([3.0, 4.0]);
    assert_eq!(format!("{} {:.1}", y[0], y[1]), "3 + [1, 0]ε 4.0 + [0.0, 1.0]ε");
    assert_eq!(format!("{} {}", Lanes([1.0, 2.5]), Single(0.5)), "[1, 2.5] 0.5");
    let (tape, recorder) = (Tape::new(), Recorder::new());
    assert_eq!(format!("{:.1} {}", tape.var(2.0), recorder.var(3.0)), "2.0 3");
}
