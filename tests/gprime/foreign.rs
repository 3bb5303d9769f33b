//! The checker of code that is not ours: what it certifies, what it finds, and what it says it cannot know.

use gprime::check::{self, Class, Hint, Options, Report, Verdict};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sigmoid_slope(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    e / (1.0 + e).powi(2)
}

fn relu(x: f64) -> f64 {
    x.max(0.0)
}

fn step(x: f64) -> f64 {
    if x > 0.0 { 1.0 } else { 0.0 }
}

fn celu(x: f64, alpha: f64) -> f64 {
    if x > 0.0 { x } else { alpha * (x / alpha).exp_m1() }
}

/// Softplus as frameworks have it: the identity beyond a threshold.
fn softplus(x: f64) -> f64 {
    if x > 20.0 { x } else { x.exp().ln_1p() }
}

#[track_caller]
fn is(report: &Report, verdict: Verdict, reason: &str) {
    assert_eq!(report.verdict, verdict, "{report}");
    assert!(report.reason.as_deref().unwrap_or("").contains(reason), "{report}");
}

#[test]
fn right_slopes_pass() {
    check::rule(f64::sin, f64::cos).over(-10.0..10.0).assert_pass();
    check::rule(f64::exp, f64::exp).over(-30.0..30.0).assert_pass();
    check::rule(f64::tanh, |x| 1.0 / x.cosh().powi(2)).over(-5.0..5.0).assert_pass();
    check::rule(sigmoid, sigmoid_slope).over(-40.0..12.0).assert_pass();
    check::rule(f64::ln, f64::recip).over(0.0..100.0).assert_pass();
    check::rule(f64::sqrt, |x| 0.5 / x.sqrt()).over(0.0..f64::INFINITY).assert_pass();
    check::rule(f64::atan, |x| 1.0 / (1.0 + x * x)).over(-50.0..50.0).assert_pass();
    check::rule(|x| x * x * x, |x| 3.0 * x * x).over(-10.0..10.0).assert_pass();
    check::rule(f64::cos, |x| -x.sin()).at(&[0.0]).assert_pass();
    check::rule(|x| x * x, |x| 2.0 * x).at(&[0.0]).assert_pass();
    check::rule(relu, step).over(-10.0..10.0).assert_pass();
    check::rule(|x| celu(x, 0.3), |x| (x.min(0.0) / 0.3).exp()).over(-4.0..4.0).assert_pass();
    check::rule(|_| 7.0, |_| 0.0).over(-10.0..10.0).assert_pass();
}

#[test]
fn numeric_is_the_oracle_alone() {
    let d = check::numeric(|x| (x * x).sin()).at(0.3);
    assert_eq!(d.class, Class::Smooth);
    assert!((d.central.slope - 0.6 * 0.09f64.cos()).abs() <= d.central.error);
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(check::numeric(f64::sin).at(x).class, Class::NonFinite);
    }
}

#[test]
fn a_wrong_slope_is_found_shrunk_and_explained() {
    let hint = |f: fn(f64) -> f64, df: fn(f64) -> f64| {
        let report = check::rule(f, df).named("mine").over(-3.0..3.0);
        is(&report, Verdict::Fail, "not what differences give");
        assert!(report.to_string().starts_with("fail mine"), "{report}");
        let x = report.worst.unwrap().at[0];
        assert!([1.0, 2.0, 0.5].contains(&x.abs()), "{x} is not simple");
        report.hint
    };
    assert_eq!(hint(f64::sin, |x| -x.cos()), Some(Hint::Sign));
    assert_eq!(hint(f64::sin, |x| 1.01 * x.cos()), Some(Hint::Factor(1.01)));
    assert_eq!(hint(f64::sin, |_| 0.0), Some(Hint::Zero));
    assert_eq!(hint(f64::sin, f64::sin), Some(Hint::Value));
    assert_eq!(hint(sigmoid, |x| sigmoid_slope(sigmoid(x))), Some(Hint::OutputForInput));
    assert_eq!(hint(f64::sin, |x| x.cos() + 0.1 * x), None);
}

#[test]
fn the_shrunk_point_stays_in_the_range() {
    let report = check::rule(f64::ln, |x| 1.1 / x).over(5.5..100.0);
    is(&report, Verdict::Fail, "not what differences give");
    assert_eq!(report.worst.unwrap().at[0], 10.0);
    let report = check::rule(f64::ln, |x| 1.1 / x).at(&[7.3]);
    assert_eq!(report.worst.unwrap().at[0], 7.3);
}

#[test]
fn a_saturated_tail_cannot_be_known() {
    for x in [37.0, 40.0, 60.0, 300.0] {
        for slope in [0.0, sigmoid_slope(x)] {
            is(&check::rule(sigmoid, |_| slope).at(&[x]), Verdict::Unsure, "too rough");
        }
    }
    // at the other end there are digits
    is(&check::rule(sigmoid, |_| 0.0).at(&[-40.0]), Verdict::Fail, "not what differences give");
    check::rule(sigmoid, sigmoid_slope).at(&[-40.0]).assert_pass();
    // and a plateau is no tail
    let clamp = |x: f64| x.clamp(-1.0, 1.0);
    check::rule(clamp, |x| if x.abs() < 1.0 { 1.0 } else { 0.0 }).at(&[-30.0, -1.0, 0.5, 1.0, 5.0]).assert_pass();
    is(&check::rule(clamp, |_| 1e-9).at(&[5.0]), Verdict::Fail, "not what differences give");
}

#[test]
fn at_a_kink_the_slope_lies_between_the_sides() {
    for slope in [0.0, 0.5, 1.0] {
        let report = check::rule(relu, |_| slope).named("relu").at(&[0.0]);
        report.assert_pass();
        assert_eq!((report.kinks.len(), report.kinks[0].kink.at[0]), (1, 0.0));
    }
    for slope in [-0.5, 1.5, f64::NAN, f64::INFINITY] {
        assert_eq!(check::rule(relu, |_| slope).at(&[0.0]).verdict, Verdict::Fail, "{slope}");
    }
    check::rule(relu, step).at(&[1e-7, -1e-7]).assert_pass();
    is(&check::rule(relu, |_| 0.5).at(&[1e-7]), Verdict::Fail, "");
    // differentiable at 0, and max and min of it both have slope 1 there
    is(&check::rule(|x| celu(x, 2.0), |x| if x == 0.0 { 2.0 } else { 1.0 }).at(&[0.0]), Verdict::Fail, "");
}

#[test]
fn jumps_and_slopes_without_bound_are_reported() {
    is(&check::rule(softplus, sigmoid).at(&[20.0]), Verdict::Unsure, "jumps by -2.06");
    is(&check::rule(softplus, |x| if x > 20.0 { 1.0 } else { sigmoid(x) }).over(10.0..30.0), Verdict::Unsure, "at 20");
    is(&check::rule(f64::floor, |_| 0.0).at(&[2.0]), Verdict::Unsure, "jumps by 1.000e0 at 2");
    check::rule(f64::floor, |_| 0.0).at(&[2.5, -0.5]).assert_pass();

    for root in [f64::sqrt, f64::cbrt] {
        is(&check::rule(root, |_| f64::INFINITY).at(&[0.0]), Verdict::Unsure, "without bound");
        is(&check::rule(root, |_| 0.0).at(&[0.0]), Verdict::Fail, "without bound");
        is(&check::rule(root, |_| f64::NEG_INFINITY).at(&[0.0]), Verdict::Fail, "without bound");
    }
    // a cusp has no direction that 0 would be wrong for
    is(&check::rule(|x: f64| x.abs().sqrt(), |_| 0.0).at(&[0.0]), Verdict::Unsure, "without bound");
}

#[test]
fn what_is_off_by_single_precision_never_passes() {
    let alpha = f64::from(0.3f32);
    let report = check::rule(|x| celu(x, 0.3), |x| (x.min(0.0) / alpha).exp()).over(-4.0..4.0);
    assert_ne!(report.verdict, Verdict::Pass, "{report}");
    for x in [-0.5, -1.0, -3.0] {
        let report = check::rule(|x| celu(x, 0.3), |x| (x / alpha).exp()).at(&[x]);
        assert_ne!(report.verdict, Verdict::Pass, "{report}");
    }
    let report = check::rule(f64::sin, |x| f64::from((x as f32).cos())).over(-3.0..3.0);
    assert_ne!(report.verdict, Verdict::Pass, "{report}");
}

#[test]
fn noise_is_not_mistaken_for_slope() {
    let noisy = |x: f64| f64::from((x as f32).sin());
    for x in [0.3, 1.0, 2.0, -7.7] {
        let at = |factor: f64| check::rule(noisy, move |x| factor * x.cos()).at(&[x]).verdict;
        assert_eq!(at(1.0), Verdict::Unsure);
        for wrong in [0.0, -1.0, 2.0, 1.001] {
            assert_ne!(at(wrong), Verdict::Pass);
        }
        assert_eq!(at(100.0), Verdict::Fail);
    }
    // steps cannot be shorter than a period here
    for slope in [0.0, 1e11f64.cos()] {
        assert_ne!(check::rule(f64::sin, |_| slope).at(&[1e11]).verdict, Verdict::Pass);
    }
}

#[test]
fn what_is_not_a_number_gets_a_verdict() {
    is(&check::rule(f64::ln, f64::recip).at(&[-1.0]), Verdict::Unsure, "the value at -1 is NaN");
    is(&check::rule(f64::exp, f64::exp).at(&[1000.0]), Verdict::Unsure, "inf");
    is(&check::rule(f64::sin, |_| f64::NAN).at(&[1.0]), Verdict::Fail, "NaN");
    is(&check::rule(f64::sin, |_| f64::INFINITY).at(&[1.0]), Verdict::Fail, "not what differences give");
    is(&check::rule(f64::sin, f64::cos).at(&[f64::NAN]), Verdict::Unsure, "NaN");
    is(&check::rule(f64::sin, f64::cos).at(&[f64::INFINITY]), Verdict::Unsure, "NaN");
    is(&check::rule(f64::sin, f64::cos).at(&[]), Verdict::Unsure, "no points");
    is(&check::rule(f64::sin, f64::cos).over(1.0..1.0), Verdict::Unsure, "no points");
    is(&check::rule(f64::sin, f64::cos).over(f64::NAN..1.0), Verdict::Unsure, "");
    for x in [f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 5e-324] {
        assert_ne!(check::rule(|x| x, |_| 2.0).at(&[x]).verdict, Verdict::Pass);
        assert_ne!(check::rule(|x| x, |_| 1.0).at(&[x]).verdict, Verdict::Fail);
    }
}

#[test]
fn another_answer_the_second_time_is_found() {
    let calls = std::cell::Cell::new(0.0);
    let moody = |x: f64| {
        calls.set(calls.get() + 1.0);
        x + calls.get()
    };
    is(&check::rule(moody, |_| 1.0).at(&[1.0]), Verdict::Fail, "again");
    is(&check::gradient(|x| moody(x[0]), |_| vec![1.0], &[1.0]), Verdict::Fail, "again");
    is(&check::gradient(|x| x[0], |x| vec![moody(x[0])], &[1.0]), Verdict::Fail, "again");
    is(&check::vjp(|x| x.to_vec(), |x, w| vec![w[0] * moody(x[0])], &[1.0]), Verdict::Fail, "");
}

fn rosenbrock(x: &[f64]) -> f64 {
    (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
}

fn rosenbrock_gradient(x: &[f64]) -> Vec<f64> {
    let b = x[1] - x[0] * x[0];
    vec![-2.0 * (1.0 - x[0]) - 400.0 * x[0] * b, 200.0 * b]
}

#[test]
fn gradients_are_checked() {
    for x in [[-1.2, 1.0], [1.0, 1.0], [0.0, 0.0], [1e3, -1e3], [1e-9, 5.0]] {
        check::gradient(rosenbrock, rosenbrock_gradient, &x).assert_pass();
    }
    let wrong = |change: fn(Vec<f64>) -> Vec<f64>| {
        let report = check::gradient(rosenbrock, |x| change(rosenbrock_gradient(x)), &[-1.2, 1.0]);
        is(&report, Verdict::Fail, "h^1.00");
        report.hint
    };
    assert_eq!(wrong(|g| vec![g[0], -g[1]]), Some(Hint::Sign));
    assert_eq!(wrong(|g| vec![0.0, g[1]]), Some(Hint::Zero));
    assert_eq!(wrong(|g| vec![g[0] / 2.0, g[1] / 2.0]), Some(Hint::Factor(0.5)));
    assert_eq!(wrong(|g| vec![g[1], g[0]]), Some(Hint::OtherArgument(1)));

    is(&check::gradient(rosenbrock, |_| vec![0.0; 3], &[1.0, 1.0]), Verdict::Fail, "3 numbers");
    is(&check::gradient(|_| 1.0, |_| vec![], &[]), Verdict::Unsure, "no inputs");
    is(&check::gradient(|x| x[0].ln(), |x| vec![1.0 / x[0]], &[-1.0]), Verdict::Unsure, "NaN");
    is(&check::gradient(|x| x[0], |_| vec![f64::NAN], &[-1.0]), Verdict::Fail, "NaN");
}

#[test]
fn a_gradient_at_a_kink_is_held_against_both_sides() {
    let f = |x: &[f64]| relu(x[0]) * 3.0 + x[1].sin();
    let with = |slope: f64| check::gradient(f, move |x| vec![slope, x[1].cos()], &[0.0, 1.0]);
    let report = with(1.5);
    report.assert_pass();
    assert_eq!((report.kinks[0].kink.left[0], report.kinks[0].kink.right[0]), (0.0, 3.0));
    is(&with(3.5), Verdict::Fail, "at the kink");
}

#[test]
fn right_gradients_raise_no_alarm_anywhere() {
    let f = |x: &[f64]| (x[0] * x[1]).sin() + (x[0] - x[2]).exp() / (1.0 + x[1] * x[1]);
    let df = |x: &[f64]| {
        let (c, e, q) = ((x[0] * x[1]).cos(), (x[0] - x[2]).exp(), 1.0 + x[1] * x[1]);
        vec![c * x[1] + e / q, c * x[0] - 2.0 * x[1] * e / (q * q), -e / q]
    };
    let verdicts: Vec<Verdict> = (0..300)
        .map(|i| {
            let x = [1.0, 2.0, 3.0].map(|k| 3.0 * (k * f64::from(i)).sin());
            let report = check::gradient(f, df, &x);
            assert_ne!(report.verdict, Verdict::Fail, "{report}");
            report.verdict
        })
        .collect();
    let unsure = verdicts.iter().filter(|v| **v != Verdict::Pass).count();
    assert!(unsure <= 3, "{unsure} of 300 unsure");
}

/// What is wrong only between the axes shows along a direction.
#[test]
fn a_function_with_slopes_along_the_axes_alone_does_not_pass() {
    let f = |x: &[f64]| if x == [0.0, 0.0] { 0.0 } else { x[0] * x[0] * x[1] / (x[0] * x[0] + x[1] * x[1]) };
    is(&check::gradient(f, |_| vec![0.0, 0.0], &[0.0, 0.0]), Verdict::Fail, "along");
}

#[test]
fn jacobians_are_checked() {
    let f = |x: &[f64]| vec![x[0] * x[1], x[0].sin() + x[1] * x[1]];
    let jac = |x: &[f64]| vec![vec![x[1], x[0]], vec![x[0].cos(), 2.0 * x[1]]];
    check::jacobian(f, jac, &[0.7, -1.2]).assert_pass();
    let transposed = |x: &[f64]| vec![vec![x[1], x[0].cos()], vec![x[0], 2.0 * x[1]]];
    let report = check::jacobian(f, transposed, &[0.7, -1.2]);
    assert_eq!((report.verdict, report.hint), (Verdict::Fail, Some(Hint::Transposed)), "{report}");
    let second_row = |x: &[f64]| vec![vec![x[1], x[0]], vec![-x[0].cos(), 2.0 * x[1]]];
    let report = check::jacobian(f, second_row, &[0.7, -1.2]);
    is(&report, Verdict::Fail, "row 2 of the Jacobian");
    assert_eq!(report.hint, Some(Hint::Sign));

    is(&check::jacobian(f, |x| jac(x)[..1].to_vec(), &[0.7, -1.2]), Verdict::Fail, "1 rows");
    is(&check::jacobian(f, |_| vec![vec![1.0]; 2], &[0.7, -1.2]), Verdict::Fail, "1 numbers");
    is(&check::jacobian(f, jac, &[]), Verdict::Unsure, "no inputs");
    is(&check::jacobian(|_| vec![], |_| vec![], &[1.0]), Verdict::Unsure, "no outputs");
}

#[test]
fn vector_jacobian_products_are_checked() {
    let f = |x: &[f64]| vec![x[0] * x[1], x[0].sin() + x[1] * x[1]];
    let product = |x: &[f64], w: &[f64]| vec![w[0] * x[1] + w[1] * x[0].cos(), w[0] * x[0] + w[1] * 2.0 * x[1]];
    let x = [0.7, -1.2];
    check::vjp(f, product, &x).assert_pass();

    let forgetful = check::vjp(f, |x, _| product(x, &[1.0, 1.0]), &x);
    assert_eq!((forgetful.verdict, forgetful.hint), (Verdict::Fail, Some(Hint::MissingUpstream)), "{forgetful}");
    let forward = |x: &[f64], w: &[f64]| vec![w[0] * x[1] + w[1] * x[0], w[0] * x[0].cos() + w[1] * 2.0 * x[1]];
    let report = check::vjp(f, forward, &x);
    assert_eq!((report.verdict, report.hint), (Verdict::Fail, Some(Hint::Transposed)), "{report}");

    let changed = |change: fn(Vec<f64>) -> Vec<f64>| check::vjp(f, move |x, w| change(product(x, w)), &x);
    assert_eq!(changed(|v| vec![v[1], v[0]]).hint, Some(Hint::OtherArgument(1)));
    assert_eq!(changed(|v| vec![v[0], -v[1]]).hint, Some(Hint::Sign));
    assert_eq!(changed(|v| vec![2.0 * v[0], v[1]]).hint, Some(Hint::Factor(2.0)));
    assert_eq!(changed(|v| vec![v[0], 0.0 * v[1]]).hint, Some(Hint::Zero));
    is(&changed(|v| vec![v[0], v[1] + 1e-3]), Verdict::Fail, "zero seed");
    is(&changed(|v| vec![v[0], v[1] * v[1]]), Verdict::Fail, "scale");
    is(&changed(|v| vec![v[0], v[1].abs()]), Verdict::Fail, "scale");
    is(&changed(|v| vec![v[0]]), Verdict::Fail, "1 numbers");
    is(&changed(|_| vec![f64::NAN; 2]), Verdict::Fail, "");

    // homogeneous, and not a sum
    let largest = |x: &[f64], w: &[f64]| {
        let w: Vec<f64> = if w[0].abs() > w[1].abs() { vec![w[0], 0.0] } else { vec![0.0, w[1]] };
        product(x, &w)
    };
    is(&check::vjp(f, largest, &x), Verdict::Fail, "sum");

    is(&check::vjp(f, product, &[]), Verdict::Unsure, "no inputs");
    is(&check::vjp(|_| vec![], |x, _| vec![0.0; x.len()], &x), Verdict::Unsure, "no outputs");
    is(&check::vjp(|x| vec![x[0].ln()], |x, w| vec![w[0] / x[0]], &[-1.0]), Verdict::Unsure, "NaN");
}

#[test]
fn a_panic_of_the_closure_is_caught_and_named() {
    is(&check::rule(|_| panic!("mine"), |_| 0.0).at(&[1.5]), Verdict::Fail, "the closure panics at 1.5: mine");
    is(
        &check::rule(|x| x, |x| if x == 2.5 { panic!("his {x}") } else { 1.0 }).at(&[2.5]),
        Verdict::Fail,
        "2.5: his 2.5",
    );
    is(&check::gradient(|_| panic!("mine"), |_| vec![0.0], &[1.0]), Verdict::Fail, "panics at 1");
    is(&check::jacobian(|x| x.to_vec(), |_| panic!("mine"), &[1.0]), Verdict::Fail, "panics at 1");
    is(&check::vjp(|x| x.to_vec(), |_, _| panic!("mine"), &[1.0]), Verdict::Fail, "panics at 1");
    is(&check::function(|_| panic!("mine"), &[1.0]), Verdict::Fail, "panics at 1");

    // beside the point it is the differences that went too far
    let root = |x: f64| {
        assert!(x > 0.0, "not positive");
        x.sqrt()
    };
    let slope = |x: f64| 0.5 / x.sqrt();
    let report = check::rule(root, slope).at(&[0.01]);
    is(&report, Verdict::Unsure, "not positive");
    let options = || Options::new().domain(&[(f64::MIN_POSITIVE, f64::INFINITY)]);
    check::rule(root, slope).options(options()).at(&[0.01, 1.0]).assert_pass();
    check::rule(root, slope).options(options()).over(-5.0..5.0).assert_pass();
    options().gradient(|x| root(x[0]), |x| vec![slope(x[0])], &[0.01]).assert_pass();
}

#[test]
fn options_say_how_far_off_and_how_large() {
    let rough = |x: f64| f64::from(x.cos() as f32);
    assert_ne!(check::rule(f64::sin, rough).at(&[0.7]).verdict, Verdict::Pass);
    check::rule(f64::sin, rough).options(Options::new().tolerance(1e-6)).at(&[0.7]).assert_pass();
    is(
        &check::rule(f64::sin, |x| 1.01 * x.cos()).options(Options::new().tolerance(1e-3)).at(&[0.7]),
        Verdict::Fail,
        "",
    );
    // beside slopes of size 1 one of 1e-9 need not be right
    let small = |x: f64| 1e-9 * x;
    is(&check::rule(small, |_| 1.1e-9).at(&[0.7]), Verdict::Fail, "");
    check::rule(small, |_| 1.1e-9).options(Options::new().scale(1.0)).at(&[0.7]).assert_pass();
    // another seed, other points
    let at = |seed| check::rule(f64::sin, f64::cos).options(Options::new().seed(seed)).over(-1.0..1.0).worst;
    assert_ne!(at(1), at(2));
}

#[test]
fn the_jacobian_of_rows_for_columns_is_named_only_if_it_is() {
    // symmetric, with one number wrong
    let f = |x: &[f64]| vec![x[0] * x[0] + x[1], x[0] + x[1] * x[1]];
    let wrong = |x: &[f64]| vec![vec![3.0 * x[0], 1.0], vec![1.0, 2.0 * x[1]]];
    assert_ne!(check::jacobian(f, wrong, &[0.7, -1.2]).hint, Some(Hint::Transposed));
    let one = |x: &[f64]| vec![x[0].sin()];
    assert_ne!(check::jacobian(one, |x| vec![vec![-x[0].cos()]], &[0.7]).hint, Some(Hint::Transposed));
}
