//! Differences over families of functions whose slope is known: smooth ones at all magnitudes, oscillations, functions with kinks and
//! jumps beside the point, and those that round: in single precision, by tables, by cancellation.
//!
//! What is asked of each: the derivative is within its bar, the right slope is never failed, and no wrong one passes.

use gprime::check::{self, Class, Verdict};

/// How many points each family is asked at.
const POINTS: usize = 30;

/// A function, its slope, and where it is asked.
struct Family {
    name: &'static str,
    f: Box<dyn Fn(f64) -> f64>,
    slope: Box<dyn Fn(f64) -> f64>,
    points: Points,
    /// At least so many of a hundred right slopes pass.
    pass: usize,
}

#[derive(Clone, Copy)]
enum Points {
    Uniform(f64, f64),
    /// Of both signs, by exponents of ten.
    Magnitudes(f64, f64),
    Positive(f64, f64),
}
use Points::{Magnitudes, Positive, Uniform};

fn family(
    name: &'static str,
    points: Points,
    pass: usize,
    f: impl Fn(f64) -> f64 + 'static,
    slope: impl Fn(f64) -> f64 + 'static,
) -> Family {
    Family { name, f: Box::new(f), slope: Box::new(slope), points, pass }
}

/// A sequence of numbers from 0 to 1.
struct Random(u64);

fn scramble(mut z: u64) -> f64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(self.0)
    }

    fn point(&mut self, points: Points) -> f64 {
        let negative = self.unit() < 0.5;
        let unit = self.unit();
        let between = |lo: f64, hi: f64| lo + unit * (hi - lo);
        match points {
            Uniform(lo, hi) => between(lo, hi),
            Magnitudes(lo, hi) if negative => -10f64.powf(between(lo, hi)),
            Magnitudes(lo, hi) | Positive(lo, hi) => 10f64.powf(between(lo, hi)),
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sigmoid_slope(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    e / (1.0 + e).powi(2)
}

fn spline(x: f64) -> f64 {
    let a = x.abs();
    if a < 1.0 { 2.0 / 3.0 - a * a + 0.5 * a * a * a } else { (2.0 - a).max(0.0).powi(3) / 6.0 }
}

fn spline_slope(x: f64) -> f64 {
    let a = x.abs();
    x.signum() * if a < 1.0 { 1.5 * a * a - 2.0 * a } else { -0.5 * (2.0 - a).max(0.0).powi(2) }
}

fn is_up(x: f64) -> f64 {
    if x > 0.0 { 1.0 } else { 0.0 }
}

fn single(f: fn(f32) -> f32) -> impl Fn(f64) -> f64 {
    move |x| f64::from(f(x as f32))
}

fn rounded(f: fn(f64) -> f64, decimals: i32) -> impl Fn(f64) -> f64 {
    move |x| (f(x) * 10f64.powi(decimals)).round() / 10f64.powi(decimals)
}

fn table(f: fn(f64) -> f64, step: f64) -> impl Fn(f64) -> f64 {
    move |x| f((x / step).round() * step)
}

fn single_sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Functions whose values are a staircase, with the slope of the smooth function beneath. Nothing passes on them.
fn staircases() -> Vec<Family> {
    let wide = Uniform(-10.0, 10.0);
    vec![
        family("sin of f32", wide, 0, single(f32::sin), f64::cos),
        family("sin of f32, large and small", Magnitudes(-16.0, 6.0), 0, single(f32::sin), f64::cos),
        family("sin rounded to f32", wide, 0, |x| f64::from(x.sin() as f32), f64::cos),
        family("exp of f32", wide, 0, single(f32::exp), f64::exp),
        family("ln of f32", Positive(-16.0, 16.0), 0, single(f32::ln), f64::recip),
        family("sigmoid of f32", Uniform(-40.0, 40.0), 0, single(single_sigmoid), sigmoid_slope),
        family("softplus of f32", Uniform(-20.0, 20.0), 0, single(|x| x.exp().ln_1p()), sigmoid),
        family("x sin of f32", wide, 0, |x| x * f64::from((x as f32).sin()), |x| x.sin() + x * x.cos()),
        family("sin to 2 decimals", wide, 0, rounded(f64::sin, 2), f64::cos),
        family("sin to 3 decimals", wide, 0, rounded(f64::sin, 3), f64::cos),
        family("sin to 6 decimals", wide, 0, rounded(f64::sin, 6), f64::cos),
        family("exp to 2 decimals", wide, 0, rounded(f64::exp, 2), f64::exp),
        family("sigmoid to 3 decimals", Uniform(-40.0, 40.0), 0, rounded(sigmoid, 3), sigmoid_slope),
        family("a table of sin", wide, 0, table(f64::sin, 1e-3), f64::cos),
        family("a coarse table of sin", wide, 0, table(f64::sin, 0.015625), f64::cos),
        family("cancelled sin", wide, 0, |x| (1e8 + x.sin()) - 1e8, f64::cos),
    ]
}

/// Functions that are as smooth as `f64` can be, at all magnitudes.
fn smooth() -> Vec<Family> {
    let all = Magnitudes(-16.0, 16.0);
    let positive = Positive(-16.0, 16.0);
    let log_cosh = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2;
    vec![
        family("sin", Magnitudes(-16.0, 8.0), 80, f64::sin, f64::cos),
        family("sin, uniform", Uniform(-10.0, 10.0), 90, f64::sin, f64::cos),
        family("cos, uniform", Uniform(-10.0, 10.0), 90, f64::cos, |x| -x.sin()),
        family("cos", Magnitudes(-16.0, 8.0), 40, f64::cos, |x| -x.sin()),
        family("exp", Magnitudes(-16.0, 2.5), 100, f64::exp, f64::exp),
        family("ln", positive, 100, f64::ln, f64::recip),
        family("√x", positive, 100, f64::sqrt, |x| 0.5 / x.sqrt()),
        family("1/x", all, 100, f64::recip, |x| -1.0 / x / x),
        family("∛x", all, 100, f64::cbrt, |x| 1.0 / (3.0 * x.cbrt().powi(2))),
        family("sign √|x|", all, 100, |x| x.signum() * x.abs().sqrt(), |x| 0.5 / x.abs().sqrt()),
        family("|x|^1.5", all, 100, |x| x.abs().powf(1.5), |x| 1.5 * x.abs().sqrt() * x.signum()),
        family("x³", all, 100, |x| x * x * x, |x| 3.0 * x * x),
        family("x⁶", Magnitudes(-16.0, 16.0), 100, |x| x.powi(6), |x| 6.0 * x.powi(5)),
        family("x ln x", positive, 100, |x| x * x.ln(), |x| x.ln() + 1.0),
        family("logit", Positive(-16.0, -0.001), 100, |x| (x / (1.0 - x)).ln(), |x| 1.0 / (x * (1.0 - x))),
        family("swish", all, 100, |x| x / (1.0 + (-x).exp()), |x| sigmoid(x) + x * sigmoid_slope(x)),
        family("sigmoid", Uniform(-40.0, 12.0), 90, sigmoid, sigmoid_slope),
        family("tanh", Magnitudes(-16.0, 0.5), 90, f64::tanh, |x| x.cosh().powi(-2)),
        family("atan", Magnitudes(-16.0, 3.0), 80, f64::atan, |x| 1.0 / (1.0 + x * x)),
        family("softplus", Uniform(-40.0, 40.0), 100, |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), sigmoid),
        family("sin x²", Magnitudes(-16.0, 4.0), 80, |x| (x * x).sin(), |x| 2.0 * x * (x * x).cos()),
        family("sin 1/x", Magnitudes(-4.0, 16.0), 80, |x| (1.0 / x).sin(), |x| -(1.0 / x).cos() / x / x),
        family("e^20x", Uniform(-30.0, 30.0), 100, |x| (20.0 * x).exp(), |x| 20.0 * (20.0 * x).exp()),
        family("B-spline", Uniform(-3.0, 3.0), 95, spline, spline_slope),
        family("ln cosh", Uniform(-10.0, 10.0), 95, log_cosh, f64::tanh),
    ]
}

/// Oscillations that are fast beside the widest step.
fn fast() -> Vec<Family> {
    let near = Magnitudes(-16.0, 1.0);
    let sine = |omega: f64| (move |x: f64| (omega * x).sin(), move |x: f64| omega * (omega * x).cos());
    let [(f3, d3), (f6, d6), (f8, d8)] = [1e3, 1e6, 1e8].map(sine);
    let ripple = |x: f64| x + 1e-9 * (1e12 * x).sin();
    vec![
        family("sin 1e3 x", near, 70, f3, d3),
        family("sin 1e6 x", near, 40, f6, d6),
        family("sin 1e8 x", near, 20, f8, d8),
        family("a ripple", Uniform(-10.0, 10.0), 0, ripple, |x| 1.0 + 1e3 * (1e12 * x).cos()),
        family(
            "a triangle",
            Uniform(-10.0, 10.0),
            0,
            |x| (1e6 * x - (1e6 * x).round()).abs(),
            |x| 1e6 * (1e6 * x - (1e6 * x).round()).signum(),
        ),
    ]
}

/// Functions that are made of pieces.
fn pieces() -> Vec<Family> {
    let all = Magnitudes(-16.0, 12.0);
    let wide = Uniform(-10.0, 10.0);
    let chord = |x: f64| {
        let i = (x / 1e-3).floor();
        (((i + 1.0) * 1e-3).sin() - (i * 1e-3).sin()) / 1e-3
    };
    let linear = |x: f64| {
        let i = (x / 1e-3).floor();
        let t = x / 1e-3 - i;
        (i * 1e-3).sin() * (1.0 - t) + ((i + 1.0) * 1e-3).sin() * t
    };
    vec![
        family("relu", all, 100, |x| x.max(0.0), is_up),
        family("|x − 1e-7|", all, 100, |x| (x - 1e-7).abs(), |x| (x - 1e-7).signum()),
        family("clamp", all, 85, |x| x.clamp(-1.0, 1.0), |x| if x.abs() < 1.0 { 1.0 } else { 0.0 }),
        family("huber", all, 100, |x| if x.abs() < 1.0 { 0.5 * x * x } else { x.abs() - 0.5 }, |x| x.clamp(-1.0, 1.0)),
        family("a constant", all, 100, |_| 7.0, |_| 0.0),
        family("sign", all, 70, f64::signum, |_| 0.0),
        family("floor", Uniform(-4.0, 4.0), 30, f64::floor, |_| 0.0),
        family("floor of large numbers", all, 0, f64::floor, |_| 0.0),
        family("a jump of 1e-3", wide, 95, |x| x.sin() + 1e-3 * is_up(x - 0.3), f64::cos),
        family("a jump of 1e-9", wide, 95, |x| x.sin() + 1e-9 * is_up(x - 0.3), f64::cos),
        family("a step of 1e-9", wide, 95, |x| 1.0 + 1e-9 * is_up(x - 0.3), |_| 0.0),
        family("hard-shrink", all, 95, |x| if x.abs() < 0.5 { 0.0 } else { x }, |x| is_up(x.abs() - 0.5)),
        family("hard-shrink by 1e-6", all, 95, |x| if x.abs() < 1e-6 { 0.0 } else { x }, |x| is_up(x.abs() - 1e-6)),
        family("softplus with a threshold", Uniform(15.0, 25.0), 95, |x| if x > 20.0 { x } else { x.exp().ln_1p() }, {
            |x| if x > 20.0 { 1.0 } else { sigmoid(x) }
        }),
        family("chords of sin", wide, 80, linear, chord),
        family("a fractional part", wide, 50, |x| x - x.floor(), |_| 1.0),
    ]
}

/// Functions that lose digits, by cancellation or by noise.
fn lossy() -> Vec<Family> {
    let all = Magnitudes(-16.0, 2.0);
    let wide = Uniform(-10.0, 10.0);
    let hash = |x: f64| scramble(x.to_bits()) - 0.5;
    vec![
        family("(1 + x) − 1", all, 85, |x| (1.0 + x) - 1.0, |_| 1.0),
        family("eˣ − 1", all, 75, |x| x.exp() - 1.0, f64::exp),
        family("sinh", all, 75, |x| 0.5 * (x.exp() - (-x).exp()), f64::cosh),
        family("1 − cos", all, 25, |x| 1.0 - x.cos(), f64::sin),
        family("ln(1 + eˣ)", Uniform(-40.0, 40.0), 45, |x| (1.0 + x.exp()).ln(), sigmoid),
        family(
            "gelu",
            wide,
            65,
            |x| 0.5 * x * (1.0 + (0.8 * (x + 0.04 * x * x * x)).tanh()),
            |x| {
                let u = 0.8 * (x + 0.04 * x * x * x);
                let grows = sigmoid_slope(2.0 * u) * 4.0 * 0.8 * (1.0 + 0.12 * x * x);
                sigmoid(2.0 * u) + 0.5 * x * grows
            },
        ),
        family("a sum that cancels", Uniform(-0.2, 0.2), 95, |x| (0.305 + x * 0.37) - 0.427 + 0.122, |_| 0.37),
        family(
            "products that cancel",
            Uniform(-1.5, 1.5),
            95,
            |x| x * 0.83 * x - 0.61 * x * 0.7 + 0.05,
            |x| 1.66 * x - 0.427,
        ),
        family("noise of 1e-7", wide, 0, move |x| x.sin() + 1e-7 * hash(x), f64::cos),
        family("noise of 1e-12", wide, 10, move |x| x.sin() + 1e-12 * hash(x), f64::cos),
        family("x − 1e8", all, 0, |x| x - 1e8, |_| 1.0),
    ]
}

/// What a slope comes to that somebody claims at a point.
fn verdict(family: &Family, x: f64, slope: f64) -> Verdict {
    check::rule(&family.f, |_| slope).at(&[x]).verdict
}

/// Asks what is asked of every family; `points` to each.
fn hold(families: Vec<Family>, points: usize) {
    for family in families {
        let mut random = Random(42);
        let (mut asked, mut passed) = (0, 0);
        for _ in 0..points {
            let x = random.point(family.points);
            let (here, exact) = ((family.f)(x), (family.slope)(x));
            if !(here.is_finite() && exact.is_finite()) || (exact != 0.0 && exact.abs() < 1e-300) {
                continue;
            }
            let name = family.name;
            let found = check::numeric(&family.f).at(x);
            let (slope, error) = (found.central.slope, found.central.error);
            assert!(
                found.class != Class::Smooth || (slope - exact).abs() <= 4.0 * error + 1e-6 * exact.abs(),
                "{name} at {x:e}: {slope:e} ± {error:e}, not {exact:e}"
            );
            let right = verdict(&family, x, exact);
            assert_ne!(right, Verdict::Fail, "{name} at {x:e}: {exact:e} is right, and {found:?}");
            (asked, passed) = (asked + 1, passed + usize::from(right == Verdict::Pass));
            // what is as good as 0 beside the slopes nearby is as good as another
            let h = 0.125 * x.abs().max(1.0);
            let nearby = [x - h, x + h].map(|t| ((family.f)(t) - here).abs() / h);
            let steep = if nearby[0].is_nan() { nearby[1] } else { nearby[0].max(nearby[1]) };
            if exact.abs() <= 1e-9 * steep {
                continue;
            }
            for factor in [0.0, 0.999, 1.001, 2.0, -1.0] {
                // at a kink that is nearer than the arithmetic can tell, what lies between the sides passes
                if found.class != Class::Kink && factor * exact != exact {
                    let wrong = verdict(&family, x, factor * exact);
                    assert_ne!(wrong, Verdict::Pass, "{name} at {x:e}: {factor} times {exact:e}, and {found:?}");
                }
            }
        }
        assert!(100 * passed >= family.pass * asked, "{}: {passed} of {asked} pass", family.name);
    }
}

#[test]
fn staircases_pass_nothing_and_fail_nothing_right() {
    hold(staircases(), POINTS);
}

#[test]
fn at_a_thousand_points_each_a_rounded_function_passes_no_zero() {
    let asked = ["sin of f32", "sigmoid of f32", "sin to 3 decimals", "a table of sin"];
    for family in staircases().into_iter().filter(|family| asked.contains(&family.name)) {
        let mut random = Random(1);
        for _ in 0..1000 {
            let x = random.point(family.points);
            let (name, exact) = (family.name, (family.slope)(x));
            assert_ne!(verdict(&family, x, exact), Verdict::Fail, "{name} at {x:e}: {exact:e} is right");
            assert!(exact == 0.0 || verdict(&family, x, 0.0) != Verdict::Pass, "{name} at {x:e}: 0 for {exact:e}");
        }
    }
}

#[test]
fn smooth_functions_are_known_at_all_magnitudes() {
    hold(smooth(), POINTS);
}

#[test]
fn oscillations_are_no_noise() {
    hold(fast(), POINTS);
}

#[test]
fn pieces_do_not_disturb_each_other() {
    hold(pieces(), POINTS);
}

#[test]
fn lost_digits_widen_the_bar() {
    hold(lossy(), POINTS);
}

#[test]
fn with_its_precision_told_single_precision_passes() {
    let mut random = Random(7);
    /// A function in single precision, and its slope.
    type Single = (fn(f32) -> f32, fn(f64) -> f64);
    let functions: [Single; 3] = [(f32::sin, f64::cos), (f32::exp, f64::exp), (single_sigmoid, sigmoid_slope)];
    for (f, slope) in functions {
        let mut passed = 0;
        for _ in 0..300 {
            let x = random.point(Uniform(-5.0, 5.0));
            let at = |factor: f64| check::rule(single(f), move |x| factor * slope(x)).noise(1e-7).at(&[x]).verdict;
            passed += usize::from(at(1.0) == Verdict::Pass);
            assert_ne!(at(1.0), Verdict::Fail, "{x}");
            for wrong in [0.0, -1.0, 2.0, 1.01] {
                assert_ne!(at(wrong), Verdict::Pass, "{wrong} times the slope at {x}");
            }
        }
        assert!(passed >= 150, "{passed} of 300 pass");
    }
}

#[test]
#[should_panic(expected = "between 0 and 1")]
fn a_precision_is_relative() {
    let _ = check::rule(f64::sin, f64::cos).noise(2.0);
}

#[test]
fn few_values_are_asked_for() {
    for family in smooth().into_iter().chain(fast()).chain(staircases()) {
        let mut random = Random(3);
        for _ in 0..20 {
            let x = random.point(family.points);
            let calls = std::cell::Cell::new(0);
            let counted = |x: f64| {
                calls.set(calls.get() + 1);
                (family.f)(x)
            };
            let _ = check::numeric(counted).at(x);
            assert!(calls.get() <= 600, "{} at {x:e}: {} values", family.name, calls.get());
        }
    }
}
