//! The checker: every registered op passes, and what is wrong is found.

use crate::differential::generate::Random;
use crate::differential::program::Registered;
use gprime::check::{self, Verdict};
use gprime::graph::dyn_reduce;
use gprime::op::ClosureOp;
use gprime::op::{Kink, Point, Relu};
use gprime::prelude::*;
use gprime::real::Witness;
use gprime::registry::Registry;

#[test]
fn every_registered_op_passes() {
    let failed: Vec<_> = check::registry(&Registry::new()).into_iter().filter(|r| !r.passed()).collect();
    assert!(failed.is_empty(), "{}", failed.iter().map(|r| format!("{r}\n")).collect::<String>());
}

/// `GPRIME_SEEDS=1000 cargo test --release --test gprime check::` looks at more.
#[test]
fn no_seed_raises_a_false_alarm() {
    let registry = Registry::new();
    let seeds = std::env::var("GPRIME_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    for seed in 0..seeds {
        for op in registry.iter() {
            check::dyn_op_with_seed(&**op, seed).assert_pass();
        }
    }
}

/// Parameters of all sizes, each tried in all places that take it. `GPRIME_SEEDS=100 cargo test --test gprime check::` looks at more.
#[test]
fn no_parameters_raise_a_false_alarm() {
    const NUMBERS: [f64; 16] = [0.0, 0.1, 0.5, 0.9, 1.0, 1.1, 1.5, 2.0, 2.7, 4.0, 7.0, 30.0, 100.0, 1e4, 1e-3, -1.0];
    let seeds = std::env::var("GPRIME_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let mut random = Random(17);
    for op in Registry::new().iter().filter(|op| !op.params().is_empty()) {
        let mut checked = 0;
        for seed in 0..seeds {
            let mut chosen = op.clone();
            for (name, _) in op.params() {
                let taken = (0..100).find_map(|_| chosen.with_param(name, NUMBERS[random.below(16)]).ok());
                chosen = taken.expect("a number that the parameter can be");
            }
            let arity = chosen.arity().unwrap_or(8);
            if chosen.validate(arity).is_none() {
                check::dyn_op_with_seed(&*chosen, seed).assert_pass();
                checked += 1;
            }
        }
        assert!(checked > 0, "{} was checked with no parameters", op.name());
    }
}

/// The sum of at least so many numbers, with this slope.
#[derive(Clone, PartialEq)]
struct SumOfMany {
    least: usize,
    slope: f64,
}

impl Reduce for SumOfMany {
    const NAME: &'static str = "sum_of_many";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().copied().sum()
    }
    fn slope<R: Real>(&self, _: &[R], _: R, slopes: &mut [R]) {
        slopes.fill(self.slope.into());
    }
    fn validate(&self, n: usize) -> Option<&'static str> {
        (n < self.least).then_some("needs more numbers")
    }
}

#[test]
fn ops_of_many_arguments_alone_are_checked() {
    check::reduce(&SumOfMany { least: 100, slope: 1.0 }).assert_pass();
    assert_eq!(check::reduce(&SumOfMany { least: 100, slope: 1.5 }).verdict, Verdict::Fail);
    // of more than anyone waits for nothing is known
    assert_eq!(check::reduce(&SumOfMany { least: 1_000_000, slope: 1.0 }).verdict, Verdict::Unsure);
}

/// An op with its rule made wrong in one way.
#[derive(Clone, PartialEq)]
struct Broken<O> {
    op: O,
    how: How,
}

#[derive(Clone, PartialEq, Copy, Debug)]
enum How {
    Sign,
    Times(f64),
    /// As [`Times`](How::Times), and the derivative of the value is as wrong.
    BothTimes(f64),
    Plus(f64),
    /// Only where the argument is larger than this.
    ZeroBeyond(f64),
    /// Only at the kinks.
    AtKink(f64),
}

impl<O: Op<1>> Op<1> for Broken<O> {
    const NAME: &'static str = O::NAME;
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        let a = self.op.evaluate_value([x]);
        let How::BothTimes(factor) = self.how else { return a };
        // a number of no size that has a derivative
        let error = self.op.evaluate([x]).1[0] * (factor - 1.0);
        a + (x - x.detach()).mul_strong_zero(error.detach())
    }
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        let (_, [slope]) = self.op.evaluate([x]);
        [match self.how {
            How::Sign => -slope,
            How::Times(factor) | How::BothTimes(factor) => slope * factor,
            How::Plus(shift) => slope + shift,
            How::ZeroBeyond(edge) => R::select(R::from(edge).less(x), 0.0.into(), slope),
            How::AtKink(wrong) => {
                self.op.kinks().iter().fold(slope, |s, k| R::select(x.equal(R::from(k.at[0])), wrong.into(), s))
            }
        }]
    }
    fn kinks(&self) -> Vec<Kink> {
        self.op.kinks()
    }
    fn jumps(&self) -> Vec<Point> {
        self.op.jumps()
    }
    fn domain(&self) -> gprime::op::Domain {
        self.op.domain()
    }
    fn samples(&self) -> Vec<[f64; 1]> {
        self.op.samples()
    }
}

/// Whatever op is broken, whichever way: it is found. Only what is constantly 0 survives a factor.
#[test]
fn a_wrong_rule_of_any_op_is_found() {
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1)) {
        // one type for all of them, which is compiled once
        let (name, op) = (op.name(), Registered::of(op.name(), &op.params()));
        check::op::<1, _>(&op).assert_pass();
        let samples = Op::<1>::samples(&op);
        let constant = samples.into_iter().all(|x| Op::evaluate(&op, x).1 == [0.0]);
        let mut ways = vec![How::Plus(1e-6), How::Plus(-0.5)];
        if !constant {
            ways.extend([How::Sign, How::Times(0.0), How::Times(0.5), How::Times(2.0), How::Times(1.0 + 1e-8)]);
        }
        let kinks = Op::<1>::kinks(&op);
        if !kinks.is_empty() {
            let outside = kinks.iter().map(|k| k.left[0].max(k.right[0])).fold(0.0, f64::max) + 0.25;
            ways.extend([How::AtKink(outside), How::AtKink(f64::NAN)]);
        }
        for how in ways {
            let report = check::op(&Broken { op, how });
            assert_eq!(report.verdict, Verdict::Fail, "{name} broken by {how:?}: {report}");
            assert!(report.worst.is_some(), "{report}");
        }
    }
}

/// A derivative of a special function that is wrong in rule and value alike, as it is if the table of slopes is wrong: differences alone find it.
#[test]
fn a_wrong_slope_in_the_table_of_special_functions_is_found() {
    let mut found = 0;
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1)) {
        let (name, op) = (op.name(), Registered::of(op.name(), &op.params()));
        let [x] = Op::<1>::samples(&op)[0];
        if !Op::evaluate_value(&op, [Witness::variable(x.into())]).value().is_tabled() {
            continue;
        }
        found += 1;
        for how in [-1.0, 0.5, 1.0 + 1e-4].map(How::BothTimes) {
            let report = check::op(&Broken { op, how });
            assert_eq!(report.verdict, Verdict::Fail, "{name} broken by {how:?}: {report}");
        }
    }
    assert!(found > 20, "{found}");
}

/// a(1 − a) has the right value wherever the school looks; in the tail it is 0, and that is found.
#[test]
fn the_textbooks_sigmoid_fails_in_the_tail() {
    let broken = Broken { op: gprime::op::Sigmoid, how: How::ZeroBeyond(37.0) };
    let report = check::op(&broken);
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    assert!(report.worst.unwrap().at[0] > 37.0);
}

#[test]
fn an_infinite_slope_agrees_with_no_number() {
    let broken = Broken { op: gprime::op::Sin, how: How::Plus(f64::INFINITY) };
    assert_eq!(check::op(&broken).verdict, Verdict::Fail);
}

#[test]
fn a_kink_that_is_not_declared_is_found() {
    #[derive(Clone, PartialEq)]
    struct Hidden;
    impl Op<1> for Hidden {
        const NAME: &'static str = "hidden";
        fn value<R: Real>(&self, x: [R; 1]) -> R {
            Relu.value(x)
        }
        fn slope<R: Real>(&self, x: [R; 1], a: R) -> [R; 1] {
            Relu.slope(x, a)
        }
    }
    let report = check::op(&Hidden);
    assert_eq!(report.verdict, Verdict::Fail);
    assert!(report.to_string().contains("a kink at 0 that is not declared"), "{report}");

    // a softplus that is z beyond a threshold, as one framework has it
    #[derive(Clone, PartialEq)]
    struct Threshold20;
    impl Op<1> for Threshold20 {
        const NAME: &'static str = "threshold20";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            R::select(R::from(20.0).less(z), z, z.exp().ln_1p())
        }
        fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
            [R::select(R::from(20.0).less(z), 1.0.into(), R::from(1.0) / ((-z).exp() + 1.0))]
        }
        fn samples(&self) -> Vec<[f64; 1]> {
            vec![[1.0], [20.0]]
        }
    }
    let report = check::op(&Threshold20);
    assert!(report.verdict == Verdict::Fail && report.to_string().contains("jumps by -2.06"), "{report}");

    #[derive(Clone, PartialEq)]
    struct Misdeclared;
    impl Op<1> for Misdeclared {
        const NAME: &'static str = "misdeclared";
        fn value<R: Real>(&self, x: [R; 1]) -> R {
            Relu.value(x)
        }
        fn slope<R: Real>(&self, x: [R; 1], a: R) -> [R; 1] {
            Relu.slope(x, a)
        }
        fn kinks(&self) -> Vec<Kink> {
            vec![Kink::new(0.0, -1.0, 1.0)]
        }
        fn jumps(&self) -> Vec<Point> {
            vec![Point::from_slice(&[3.0])]
        }
    }
    let report = check::op(&Misdeclared);
    assert_eq!((report.verdict, report.kinks[0].verdict), (Verdict::Fail, Verdict::Fail), "{report}");
}

#[test]
fn closures_are_checked_by_differences() {
    let right = ClosureOp::new("cube", |[x]: [f64; 1]| x * x * x, |[x]: [f64; 1]| [3.0 * x * x]);
    let report = check::dyn_op(&right);
    assert!(report.verdict != Verdict::Fail, "{report}");
    let wrong = ClosureOp::new("cube", |[x]: [f64; 1]| x * x * x, |[x]: [f64; 1]| [3.0 * x]);
    assert_eq!(check::dyn_op(&wrong).verdict, Verdict::Fail);
    let swapped =
        ClosureOp::new("ratio", |[x, y]: [f64; 2]| x / (1.0 + y * y), |[_, y]: [f64; 2]| [1.0 / (1.0 + y * y), 0.0]);
    let report = check::dyn_op(&swapped);
    assert_eq!((report.verdict, report.worst.unwrap().argument), (Verdict::Fail, 1));
}

#[test]
fn the_gradient_of_a_function_is_checked() {
    check::function(|x| (x[0] * x[1]).sin() + x[1].softplus() / x[0], &[0.7, -1.2]).assert_pass();
    check::function(|_| Expr::from(2.0), &[0.7]).assert_pass();
    check::function(|x| x[0], &[0.7, 3.0]).assert_pass();
    check::function(|x| x[0].unary("sine", f64::sin, f64::cos) * x[0], &[0.7]).assert_pass();

    let broken = Broken { op: gprime::op::Gelu, how: How::Times(1.01) };
    let report = check::function(|x| x[0].apply(&broken) * x[1] + x[0].exp(), &[0.7, -1.2]);
    assert_eq!((report.verdict, report.worst.as_ref().unwrap().argument), (Verdict::Fail, 0), "{report}");
    let report = check::function(|x| x[0].unary("sine", f64::sin, f64::sin), &[0.7]);
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
}

#[test]
fn a_gradient_outside_of_a_kink_tells_what_a_step_crosses() {
    // each relu returns its own 0 at 0, and the slopes beside are 1 and 1.1
    let report = check::function(|x| x[0].max(x[1]) * 0.1 + (x[0] - x[1]).relu() - (x[1] - x[0]).relu(), &[1.0, 1.0]);
    let reason = report.reason.clone().unwrap_or_default();
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    assert!(reason.contains(" on its two sides; max stands at its kink, ") && reason.contains(file!()), "{report}");
}

#[test]
fn the_first_wrong_rule_of_a_function_is_located() {
    let broken = Broken { op: gprime::op::Gelu, how: How::Times(2.0) };
    let line = line!() + 2;
    let report = check::function(
        |x| (x[0].exp() * x[1]).sin() + (x[0] - x[1]).apply(&broken).tanh() * x[1].softplus(),
        &[0.3, 0.8],
    );
    let located = report.located.clone().unwrap_or_else(|| panic!("{report}"));
    assert_eq!((located.op, located.line.line(), located.line.file()), ("gelu", line, file!()));
    assert_eq!((located.args[0], report.hint), (0.3 - 0.8, Some(check::Hint::Factor(2.0))), "{report}");
    assert!(report.to_string().contains("the rule of gelu is wrong"), "{report}");

    // a wrong rule that the output does not depend on has no part in the gradient
    let report = check::function(
        |x| {
            x[0].apply(&broken);
            x[0] * x[0].value()
        },
        &[0.7],
    );
    assert_eq!((report.verdict, &report.located), (Verdict::Fail, &None), "{report}");
}

#[test]
fn second_derivatives_of_functions_are_checked() {
    check::second_order(|x| (x[0] * x[1]).sin() + x[1].mish() / x[0], &[0.7, -1.2]).assert_pass();
    let report = check::second_order(|x| x[0].unary("square", |z| z * z, |z| 2.0 * z), &[0.7]);
    assert_eq!(report.verdict, Verdict::Unsure, "{report}");
    // the slope is right everywhere, and forgets its own derivative at one point
    #[derive(Clone, PartialEq)]
    struct Forgetful;
    impl Op<1> for Forgetful {
        const NAME: &'static str = "forgetful";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z * z
        }
        fn slope<R: Real>(&self, [z]: [R; 1], _: R) -> [R; 1] {
            [R::select(z.equal(R::from(1.5)), 3.0.into(), z * 2.0)]
        }
    }
    assert_eq!(check::second_order(|x| x[0].apply(&Forgetful), &[1.5]).verdict, Verdict::Fail);
    check::second_order(|x| x[0].apply(&Forgetful), &[1.25]).assert_pass();
    // the rule branches there on purpose, as one does at a removable point: that is told, and does not pass
    let report = check::op(&Forgetful);
    assert!(report.verdict == Verdict::Unsure && report.to_string().contains("second derivative at 1.5"), "{report}");
}

#[test]
fn a_function_with_chance_in_it_fails() {
    let calls = std::cell::Cell::new(0.0);
    let dropout = |x: &[Expr<'_>]| {
        calls.set(calls.get() + 1.0);
        x[0].value() * calls.get()
    };
    let report = check::function(|x| x[0] * dropout(x), &[0.7]);
    assert!(report.verdict == Verdict::Fail && report.to_string().contains("random"), "{report}");
}

#[test]
fn a_function_at_its_kink_is_held_against_both_sides() {
    let report = check::function(|x| x[0].relu() * 3.0 + x[1], &[0.0, 1.0]);
    assert_eq!((report.verdict, report.kinks.len()), (Verdict::Pass, 1), "{report}");
    assert_eq!((report.kinks[0].kink.left[0], report.kinks[0].kink.right[0]), (0.0, 3.0));

    let outside = Broken { op: Relu, how: How::AtKink(1.5) };
    let report = check::function(|x| x[0].apply(&outside), &[0.0]);
    assert_eq!(report.verdict, Verdict::Fail, "{report}");

    // at a tie of both the choices do add up
    check::function(|x| x[0].max(Expr::from(0.0)) + x[0].min(Expr::from(0.0)), &[0.0]).assert_pass();
    // relu(x) − relu(−x) is x, and yet the slopes chosen at 0 add up to 0
    let report = check::function(|x| x[0].relu() - (-x[0]).relu(), &[0.0]);
    assert_eq!(report.verdict, Verdict::Unsure, "{report}");
}

#[test]
#[should_panic(expected = "fail sin")]
fn assert_pass_panics_with_the_report() {
    check::op(&Broken { op: gprime::op::Sin, how: How::Sign }).assert_pass();
}

/// A rule of which one part contradicts the others: the definition of a slope, or the value that a reduction gives with its slopes.
#[derive(Clone, PartialEq)]
struct Contradicts;
impl Op<1> for Contradicts {
    const NAME: &'static str = "contradicts";
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x * x
    }
    fn slope<R: Real>(&self, [x]: [R; 1], _: R) -> [R; 1] {
        [x]
    }
    fn evaluate<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
        (x * x, [x * 2.0])
    }
}
impl Reduce for Contradicts {
    const NAME: &'static str = "contradicts";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().map(|&x| x * x).sum()
    }
    fn slope<R: Real>(&self, x: &[R], _: R, slopes: &mut [R]) {
        slopes.iter_mut().zip(x).for_each(|(slope, &x)| *slope = x * 2.0);
    }
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let a = Reduce::value(self, x);
        Reduce::slope(self, x, a, slopes);
        a + 1e-9
    }
}

#[test]
fn the_definition_and_the_evaluation_are_held_to_each_other() {
    let reports = [check::op(&Contradicts), check::dyn_op(&*dyn_reduce(Contradicts))];
    for (report, begins) in reports.into_iter().zip(["the definition at", "evaluate at"]) {
        assert_eq!(report.verdict, Verdict::Fail);
        assert!(report.reason.as_deref().is_some_and(|reason| reason.starts_with(begins)), "{report}");
    }
}

/// The recording alone cannot know what it has lost; differences of the function do.
#[test]
fn what_a_recording_lost_is_a_failure_that_says_so() {
    let lost = |report: check::Report| {
        let reason = report.reason.clone().unwrap_or_default();
        assert!(report.verdict == Verdict::Fail && reason.contains("the recording has lost a part of it"), "{report}");
        reason
    };
    // a factor, a term, and a hundredth of the whole, taken out of the recording
    lost(check::function(|x| x[0] * x[0].value(), &[0.7]));
    lost(check::function(|x| x[0].sin() + x[1].value().exp(), &[0.7, -1.2]));
    lost(check::function(|x| x[0].sin() * 0.99 + x[0].value().sin() * 0.01, &[0.7]));
    // one of many, found along a direction
    let x: Vec<f64> = (0..200).map(|i| (f64::from(i) * 0.37).sin()).collect();
    fn detached(i: usize, x: Expr<'_>) -> Expr<'_> {
        if i == 123 { Expr::from(x.value()) } else { x }
    }
    let report = check::function(|x| x.iter().enumerate().map(|(i, &x)| detached(i, x).square()).sum(), &x);
    assert!(lost(report).contains("by input 124"));

    // e^z with a slope off by 5e-7, and a zero in a tail: no floor hides them
    let report = check::function(|x| x[0].unary("e", f64::exp, |z| z.exp() * (1.0 + 5e-7)), &[1.0]);
    assert_ne!(report.verdict, Verdict::Pass, "{report}");
    let tail = Broken { op: gprime::op::Sigmoid, how: How::ZeroBeyond(37.0) };
    let report = check::function(|x| x[0].apply(&tail), &[40.0]);
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    // jumps and what is not finite are unsure
    for (f, x, reason) in [
        ((|x: &[Expr<'_>]| x[0].floor()) as for<'t> fn(&[Expr<'t>]) -> Expr<'t>, 2.0, "jumps"),
        (|x| x[0].ln(), -1.0, "NaN"),
        (|x| x[0].exp(), 1000.0, "inf"),
        (|x| x[0].sqrt(), 0.0, "without bound"),
    ] {
        let report = check::function(f, &[x]);
        assert!(report.verdict == Verdict::Unsure && report.to_string().contains(reason), "{report}");
    }
}

/// The cost grows like the number of inputs times that of a value, and not like its square.
#[test]
fn many_inputs_are_asked_along_few_directions() {
    let x: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.37).sin()).collect();
    let calls = std::cell::Cell::new(0);
    let report = check::function(
        |x| {
            calls.set(calls.get() + 1);
            x.windows(2).map(|pair| (pair[0] * pair[1]).sin()).sum::<Expr>() + x.logsumexp()
        },
        &x,
    );
    report.assert_pass();
    assert!(calls.get() < 4000, "{} calls", calls.get());
    // at most five numbers of the point are shown
    let report = check::function(|x| x[1] * x[2].value() + x.logsumexp(), &x);
    assert!(report.to_string().contains("… 1000 in all") && report.to_string().len() < 2000, "{report}");
}

/// What a failure prints to be pasted is in `pasted.rs`, which is compiled.
#[test]
fn the_printed_test_compiles() {
    let pasted = include_str!("pasted.rs");
    let reports = [
        check::op(&Broken { op: gprime::op::Sin, how: How::Sign }),
        check::op(&Broken { op: gprime::op::LeakyRelu { slope: 0.2 }, how: How::Times(2.0) }),
        check::reduce(&WrongSum),
        check::dyn_op(&ClosureOp::new("my op's", |[x]: [f64; 1]| x * x, |[x]: [f64; 1]| [x])),
        check::rule(f64::sin, f64::sin).at(&[0.5]),
        check::gradient(|x| x[0] * x[1], |x| x.to_vec(), &[0.5, 2.0]),
        check::jacobian(|x| vec![x[0] * x[1]], |x| vec![x.to_vec()], &[0.5, 2.0]),
        check::vjp(|x| vec![x[0] * x[1]], |x, _| x.to_vec(), &[0.5, 2.0]),
    ];
    let texts: Vec<String> =
        reports.into_iter().map(|report| report.reproduce.clone().unwrap_or_else(|| panic!("{report}"))).collect();
    assert!(texts.iter().all(|text| pasted.contains(text.trim_end())), "they are now\n\n{}", texts.join("\n"));
}

#[derive(Clone, PartialEq)]
struct WrongSum;
impl Reduce for WrongSum {
    const NAME: &'static str = "wrong sum";
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.iter().copied().sum()
    }
    fn slope<R: Real>(&self, _: &[R], _: R, slopes: &mut [R]) {
        slopes.fill(2.0.into());
    }
}

/// A hint is right or absent.
#[test]
fn no_hint_says_that_a_wrong_slope_is_once_the_slope() {
    for factor in [1.0 + 1e-9, 1.0 - 1e-9, 1.0 + 3e-10, 1.0 + 1e-12] {
        let report = check::op(&Broken { op: gprime::op::Exp, how: How::Times(factor) });
        assert!(!report.to_string().contains("it is 1 times"), "{report}");
    }
    // wrong at one point alone: no factor explains that
    let report = check::op(&Broken { op: Relu, how: How::AtKink(7.0) });
    assert_eq!((report.verdict, report.hint), (Verdict::Fail, None), "{report}");
}

/// At x = 0 the slope is −∞, but for small steps the values do not change any more.
#[test]
fn an_infinite_slope_where_small_steps_are_lost_passes() {
    for a in [0.1, 0.5, 0.9] {
        check::op(&gprime::op::GammaQ { a }).assert_pass();
    }
}
