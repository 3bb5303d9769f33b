//! Numbers of whole programs: their comparisons and plain values, constants made of them, and what a recording knows of these.

use crate::common::{close, same};
use gprime::check::{self, Verdict};
use gprime::forward::{Ieee, Masked, Strong, Tangents};
use gprime::prelude::*;
use gprime::real::DoubleDouble;
use proptest::prelude::*;

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
