//! Gradients, Jacobians and vector-Jacobian products written by hand: each is a gradient of a scalar function, an output or
//! a seed's product with the outputs, and held against differences as `scalar.rs` does it.

use super::rule::same;
use super::scalar::{Scalar, all_same, dot, repeats};
use crate::check::at_point::replaced;
use crate::check::guard::Guard;
use crate::check::hint::Hint;
use crate::check::options::Options;
use crate::check::oracle::difference::numeric;
use crate::check::random::Random;
use crate::check::report::{Report, Verdict, show};
use crate::check::shrink;

/// How far from additive a product may be, relative to what is added.
const ADDITIVE: f64 = 1e-10;
/// Checks a gradient written by hand against differences of the function, at a point.
///
/// Each number of the gradient is held against differences along its axis, and its products with random directions against
/// those along the directions. A second opinion is how f(x + hu) − f(x) − h⟨g, u⟩ falls with h: like h² if the gradient
/// is right and like h if it is wrong. A failure tells this rate. Every axis costs some 100 values.
///
/// ```
/// use gprime::check::{self, Hint, Verdict};
/// let f = |x: &[f64]| x[0] * x[0] * x[1].sin();
/// check::gradient(f, |x| vec![2.0 * x[0] * x[1].sin(), x[0] * x[0] * x[1].cos()], &[0.7, -1.2]).assert_pass();
///
/// let report = check::gradient(f, |x| vec![x[0] * x[1].sin(), x[0] * x[0] * x[1].cos()], &[0.7, -1.2]);
/// assert_eq!((report.verdict, report.hint), (Verdict::Fail, Some(Hint::Factor(0.5))));
/// ```
pub fn gradient(f: impl Fn(&[f64]) -> f64, df: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Report {
    check_gradient(&f, &df, x, &Options::new())
}

impl Options {
    /// Checks a gradient written by hand, as [`check::gradient`](fn@crate::check::gradient).
    pub fn gradient(&self, f: impl Fn(&[f64]) -> f64, df: impl Fn(&[f64]) -> Vec<f64>, x: &[f64]) -> Report {
        check_gradient(&f, &df, x, self)
    }

    /// Checks a Jacobian written by hand, as [`check::jacobian`](fn@crate::check::jacobian).
    pub fn jacobian(&self, f: impl Fn(&[f64]) -> Vec<f64>, jac: impl Fn(&[f64]) -> Vec<Vec<f64>>, x: &[f64]) -> Report {
        check_jacobian(&f, &jac, x, self)
    }

    /// Checks a vector-Jacobian product written by hand, as [`check::vjp`](crate::check::vjp).
    pub fn vjp(&self, f: impl Fn(&[f64]) -> Vec<f64>, vjp: impl Fn(&[f64], &[f64]) -> Vec<f64>, x: &[f64]) -> Report {
        check_vjp(&f, &vjp, x, self)
    }
}

/// The check of a gradient, with options.
fn check_gradient(f: Number<'_>, df: Numbers<'_>, x: &[f64], options: &Options) -> Report {
    let (mut report, guard) = (Report::new("gradient"), Guard::new(options));
    let f = |x: &[f64]| guard.call(x, || f(x)).unwrap_or(f64::NAN);
    let df = |x: &[f64]| guard.call(x, || df(x)).unwrap_or_else(|| vec![f64::NAN; x.len()]);
    let scalar = Scalar { what: "the gradient", f: &f, gradient: &df, options };
    if has_inputs(x, &mut report) && repeats(&|x| vec![f(x)], x, &mut report) && !guard.panicked_at(x) {
        scalar.check(x, &mut Random(options.seed), &mut report);
    }
    finish("gradient", x, &guard, &mut report);
    report
}

/// A product with a Jacobian as a closure: of a point and of weights for the outputs.
type Product<'a> = &'a dyn Fn(&[f64], &[f64]) -> Vec<f64>;
/// A function of several numbers to one, or to several.
type Number<'a> = &'a dyn Fn(&[f64]) -> f64;
type Numbers<'a> = &'a dyn Fn(&[f64]) -> Vec<f64>;

/// Tells of panics, and of a failure how to see it again.
fn finish(call: &str, x: &[f64], guard: &Guard<'_>, report: &mut Report) {
    guard.tell(x, report);
    if report.verdict == Verdict::Fail {
        report.reproduce = Some(shrink::foreign_test(call, x));
    }
}

/// Checks a Jacobian written by hand, as rows, against differences of the function, at a point: each row as a
/// [gradient](fn@gradient).
///
/// ```
/// use gprime::check;
/// let polar = |x: &[f64]| vec![x[0] * x[1].cos(), x[0] * x[1].sin()];
/// let rows = |x: &[f64]| vec![vec![x[1].cos(), -x[0] * x[1].sin()], vec![x[1].sin(), x[0] * x[1].cos()]];
/// check::jacobian(polar, rows, &[2.0, 0.5]).assert_pass();
/// ```
pub fn jacobian(f: impl Fn(&[f64]) -> Vec<f64>, jac: impl Fn(&[f64]) -> Vec<Vec<f64>>, x: &[f64]) -> Report {
    check_jacobian(&f, &jac, x, &Options::new())
}

/// The check of a Jacobian, with options.
fn check_jacobian(f: Numbers<'_>, jac: &dyn Fn(&[f64]) -> Vec<Vec<f64>>, x: &[f64], options: &Options) -> Report {
    let (mut report, guard) = (Report::new("jacobian"), Guard::new(options));
    let f = |x: &[f64]| guard.call(x, || f(x)).unwrap_or_default();
    let jac = |x: &[f64]| guard.call(x, || jac(x)).unwrap_or_default();
    if has_inputs(x, &mut report) && repeats(&f, x, &mut report) {
        let rows = jac(x);
        if !guard.panicked_at(x) {
            rows_are_right(&f, &jac, &rows, x, options, &mut report);
        }
    }
    finish("jacobian", x, &guard, &mut report);
    report
}

/// Checks the rows of a Jacobian.
fn rows_are_right(
    f: Numbers<'_>,
    jac: &dyn Fn(&[f64]) -> Vec<Vec<f64>>,
    rows: &[Vec<f64>],
    x: &[f64],
    options: &Options,
    report: &mut Report,
) {
    let (outputs, mut random) = (f(x).len(), Random(options.seed));
    if rows.len() != outputs {
        report.fail(format!("the Jacobian has {} rows, and the function {outputs} outputs", rows.len()));
    } else if outputs == 0 {
        report.unsure("no outputs".to_owned());
    }
    for j in 0..rows.len().min(outputs) {
        let output = |x: &[f64]| f(x).get(j).copied().unwrap_or(f64::NAN);
        let row = |x: &[f64]| jac(x).into_iter().nth(j).unwrap_or_default();
        let what = format!("row {} of the Jacobian", j + 1);
        Scalar { what: &what, f: &output, gradient: &row, options }.check(x, &mut random, report);
        if report.verdict == Verdict::Fail {
            break;
        }
    }
    if report.verdict == Verdict::Fail && is_transposed(f, rows, x) {
        report.hint = Some(Hint::Transposed);
    }
}

/// Checks a vector-Jacobian product written by hand at a point: `vjp` takes the point and a seed for every output, and returns an
/// adjoint for every input.
///
/// First what needs no differences: the number of adjoints, zeros from a zero seed, a seed times a power of two to the bit, the
/// sum of two seeds, and the same bits when it is asked again. Then, for random seeds w of both signs, the product is the
/// [gradient](fn@gradient) of ⟨w, f⟩.
///
/// ```
/// use gprime::check::{self, Hint, Verdict};
/// let f = |x: &[f64]| vec![x[0] * x[1], x[1].exp()];
/// let vjp = |x: &[f64], w: &[f64]| vec![w[0] * x[1], w[0] * x[0] + w[1] * x[1].exp()];
/// check::vjp(f, vjp, &[0.7, -1.2]).assert_pass();
///
/// let forgetful = |x: &[f64], _: &[f64]| vec![x[1], x[0] + x[1].exp()];
/// let report = check::vjp(f, forgetful, &[0.7, -1.2]);
/// assert_eq!((report.verdict, report.hint), (Verdict::Fail, Some(Hint::MissingUpstream)));
/// ```
pub fn vjp(f: impl Fn(&[f64]) -> Vec<f64>, vjp: impl Fn(&[f64], &[f64]) -> Vec<f64>, x: &[f64]) -> Report {
    check_vjp(&f, &vjp, x, &Options::new())
}

/// The check of a vector-Jacobian product, with options.
fn check_vjp(f: Numbers<'_>, vjp: Product<'_>, x: &[f64], options: &Options) -> Report {
    let (mut report, guard) = (Report::new("vjp"), Guard::new(options));
    let f = |x: &[f64]| guard.call(x, || f(x)).unwrap_or_default();
    let vjp = |x: &[f64], w: &[f64]| guard.call(x, || vjp(x, w)).unwrap_or_else(|| vec![f64::NAN; x.len()]);
    if has_inputs(x, &mut report) && repeats(&f, x, &mut report) && !guard.panicked_at(x) {
        product_is_right(&f, &vjp, x, options, &mut report);
    }
    finish("vjp", x, &guard, &mut report);
    report
}

/// Checks a product.
fn product_is_right(f: Numbers<'_>, vjp: Product<'_>, x: &[f64], options: &Options, report: &mut Report) {
    let (outputs, mut random) = (f(x).len(), Random(options.seed));
    if outputs == 0 {
        return report.unsure("no outputs".to_owned());
    }
    let seeds = [(); 2].map(|()| away_from_zero(&mut random, outputs));
    let rows: Vec<Vec<f64>> = (0..outputs).map(|j| vjp(x, &unit(outputs, j))).collect();
    is_linear(&|w| vjp(x, w), &seeds, &rows, x, report);
    for w in &seeds {
        let along = |x: &[f64]| {
            let a = f(x);
            if a.len() == outputs { dot(w, &a) } else { f64::NAN }
        };
        Scalar { what: "the product", f: &along, gradient: &|x| vjp(x, w), options }.check(x, &mut random, report);
        if report.verdict == Verdict::Fail {
            break;
        }
    }
    if report.verdict == Verdict::Fail && is_transposed(f, &rows, x) {
        report.hint = Some(Hint::Transposed);
    }
}

fn has_inputs(x: &[f64], report: &mut Report) -> bool {
    if x.is_empty() {
        report.unsure("no inputs".to_owned());
    }
    !x.is_empty()
}

/// Numbers of both signs, of sizes from ½ to 1½.
fn away_from_zero(random: &mut Random, n: usize) -> Vec<f64> {
    let number = |_| {
        let size = random.unit() + 0.5;
        if random.unit() < 0.5 { -size } else { size }
    };
    (0..n).map(number).collect()
}

/// The seed of one output.
fn unit(outputs: usize, j: usize) -> Vec<f64> {
    (0..outputs).map(|i| if i == j { 1.0 } else { 0.0 }).collect()
}

/// Checks that a product is linear in its seed; the rows are the products of each output's seed.
fn is_linear(
    product: &dyn Fn(&[f64]) -> Vec<f64>,
    [v, w]: &[Vec<f64>; 2],
    rows: &[Vec<f64>],
    x: &[f64],
    report: &mut Report,
) {
    let at = show(x);
    let (by_v, by_w) = (product(v), product(w));
    let scaled = |a: &[f64], factor: f64| a.iter().map(|a| a * factor).collect::<Vec<_>>();
    if by_v.len() != x.len() {
        return report.fail(format!("the product has {} numbers, and there are {} inputs", by_v.len(), x.len()));
    }
    if product(&scaled(v, 0.0)).iter().any(|&a| a != 0.0) {
        report.fail(format!("a zero seed at {at} does not give zeros"));
    }
    if all_same(&by_v, &by_w) && by_v.iter().any(|&a| a != 0.0) {
        report.hint = Some(Hint::MissingUpstream);
    }
    if ![8.0, -0.25].iter().all(|&k| all_equal(&product(&scaled(v, k)), &scaled(&by_v, k))) {
        report.fail(format!("the product at {at} does not scale with its seed"));
    }
    let is_not_the_sum = |i: usize| {
        let parts: Vec<f64> = v.iter().zip(rows).map(|(v, row)| v * row.get(i).unwrap_or(&f64::NAN)).collect();
        let magnitude: f64 = parts.iter().map(|part| part.abs()).sum();
        // NaN is for the differences to judge
        (by_v[i] - parts.iter().sum::<f64>()).abs() > ADDITIVE * magnitude
    };
    if (0..x.len()).any(is_not_the_sum) {
        report.fail(format!("the product at {at} is not the sum of those of its seed's parts"));
    }
}

/// Whether two lists hold the same numbers, where 0 may have either sign.
fn all_equal(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| a == b || same(a, b))
}

/// Whether the rows are those of the transposed Jacobian, and not those of the Jacobian.
fn is_transposed(f: &dyn Fn(&[f64]) -> Vec<f64>, rows: &[Vec<f64>], x: &[f64]) -> bool {
    let n = x.len();
    if n < 2 || rows.len() != n || rows.iter().any(|row| row.len() != n) {
        return false;
    }
    let entry = |j: usize, i: usize| {
        let output = |t| f(&replaced(x, i, t)).get(j).copied().unwrap_or(f64::NAN);
        numeric(output, x[i]).central
    };
    let entries: Vec<Vec<_>> = (0..n).map(|j| (0..n).map(|i| entry(j, i)).collect()).collect();
    let largest = entries.iter().flatten().fold(0.0, |largest: f64, d| largest.max(d.slope.abs()));
    // an error bar that holds anything tells nothing
    let is = |j: usize, i: usize, slope: f64| {
        let d = entries[j][i];
        d.error <= 1e-6 * largest && (d.slope - slope).abs() <= 4.0 * d.error + 1e-6 * slope.abs()
    };
    let all = |is: &dyn Fn(usize, usize) -> bool| (0..n).all(|j| (0..n).all(|i| is(j, i)));
    all(&|j, i| is(i, j, rows[j][i])) && !all(&|j, i| is(j, i, rows[j][i]))
}
