//! Densities and the maps of their parameters: against 60 digits, as integrals, at the edges, and in every mode.

use crate::common::{equal, hex, near};
use gprime::density::{
    self, Binomial, CorrelationCholesky, Interval, NegativeBinomial, Ordered, Poisson, Positive, Simplex,
};
use gprime::{Program, check, prelude::*};
use std::collections::BTreeMap;

/// Defines the names of all densities and maps, and what each is at its data and arguments: the one table that all tests run through.
macro_rules! table {
    ($($name:ident: |$data:ident, $x:ident| $values:expr;)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The log density; or the constrained numbers, and then the logarithm of the Jacobian.
        fn values<R: Apply>(name: &str, data: &[f64], x: &[R]) -> Vec<R> {
            match name {
                $(stringify!($name) => {
                    let ($data, $x) = (data, x);
                    let _ = $data;
                    $values
                })*
                _ => panic!("{name} is not in the table"),
            }
        }
    };
}
table! {
    normal: |data, x| vec![density::normal(x[0], x[1], x[2])];
    student_t: |data, x| vec![density::student_t(x[0], x[1], x[2], x[3])];
    cauchy: |data, x| vec![density::cauchy(x[0], x[1], x[2])];
    half_cauchy: |data, x| vec![density::half_cauchy(x[0], x[1])];
    gamma: |data, x| vec![density::gamma(x[0], x[1], x[2])];
    inverse_gamma: |data, x| vec![density::inverse_gamma(x[0], x[1], x[2])];
    beta: |data, x| vec![density::beta(x[0], x[1], x[2])];
    exponential: |data, x| vec![density::exponential(x[0], x[1])];
    laplace: |data, x| vec![density::laplace(x[0], x[1], x[2])];
    lognormal: |data, x| vec![density::lognormal(x[0], x[1], x[2])];
    poisson: |data, x| vec![Poisson::new(data[0] as u64).unwrap().by_rate(x[0])];
    poisson_log: |data, x| vec![Poisson::new(data[0] as u64).unwrap().by_log_rate(x[0])];
    binomial: |data, x| vec![Binomial::new(data[0] as u64, data[1] as u64).unwrap().by_probability(x[0])];
    binomial_logit: |data, x| vec![Binomial::new(data[0] as u64, data[1] as u64).unwrap().by_logit(x[0])];
    negative_binomial: |data, x| vec![NegativeBinomial::new(data[0] as u64).unwrap().by_mean(x[0], x[1])];
    negative_binomial_log: |data, x| vec![NegativeBinomial::new(data[0] as u64).unwrap().by_log_mean(x[0], x[1])];
    dirichlet: |data, x| vec![density::dirichlet(&x[..x.len() / 2], &x[x.len() / 2..]).unwrap()];
    multivariate_normal: |data, x| {
        let n = data[0] as usize;
        vec![density::multivariate_normal(&x[..n], &x[n..2 * n], &x[2 * n..]).unwrap()]
    };
    lkj_cholesky: |data, x| vec![density::lkj_cholesky(&x[1..], x[0]).unwrap()];
    positive: |data, x| one(Positive.constrain(x[0]));
    interval: |data, x| one(Interval::new(data[0], data[1]).unwrap().constrain(x[0]));
    simplex: |data, x| all(Simplex.constrain(x));
    ordered: |data, x| all(Ordered.constrain(x));
    correlation_cholesky: |data, x| all(CorrelationCholesky.constrain(x).unwrap());
}

fn one<R>((x, log): (R, R)) -> Vec<R> {
    vec![x, log]
}

fn all<R>((mut x, log): (Vec<R>, R)) -> Vec<R> {
    x.push(log);
    x
}

/// The sum of all results of an entry, each with a weight of its own: one number, whose derivatives are those of all.
struct Entry<'a> {
    name: &'a str,
    data: &'a [f64],
}

impl Routine for Entry<'_> {
    type Out = ();
    fn run<R: Number>(&self, x: &[R]) -> R {
        values(self.name, self.data, x).iter().zip(0..).map(|(&y, i)| y * (1.0 + 0.3 * f64::from(i))).sum()
    }
}

/// A row of the file of reference values.
struct Row {
    name: String,
    data: Vec<f64>,
    x: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../data/golden_density.csv").lines().skip(1);
    let numbers = |field: &str| field.split_whitespace().map(hex).collect();
    let rows = lines.map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, data, x, values, slopes] = fields[..] else { panic!("{line} has not 5 fields") };
        let [data, x, values, slopes] = [data, x, values, slopes].map(numbers);
        Row { name: name.to_owned(), data, x, values, slopes }
    });
    rows.collect()
}

#[test]
fn the_table_has_every_public_item() {
    let text = include_str!("../../src/density/mod.rs");
    let exported = text.split("pub use ").skip(1).flat_map(|used| {
        let list = &used[used.find('{').unwrap() + 1..used.find('}').unwrap()];
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>()
    });
    let mut count = 0;
    for name in exported {
        let snake = name.char_indices().flat_map(|(i, c)| {
            let gap = if c.is_uppercase() && i > 0 { "_" } else { "" };
            gap.chars().chain(c.to_lowercase())
        });
        let snake = snake.collect::<String>();
        assert!(NAMES.contains(&&*snake), "{snake} is in no test");
        count += 1;
    }
    assert!(count >= 20);
    for name in NAMES {
        assert!(rows().iter().any(|row| row.name == *name), "{name} has no reference values");
    }
}

/// |a − b| as a multiple of a scale; 0 for the same infinity.
fn off(a: f64, b: f64, scale: f64) -> f64 {
    match equal(a, b) {
        true => 0.0,
        false if a.is_finite() => (a - b).abs() / scale,
        false => f64::INFINITY,
    }
}

/// Values within 10⁻¹³ of the larger of 1 and themselves; a first partial p by an argument a within 10⁻¹² of the largest of 1, |p| and 1/|a|.
#[test]
fn values_and_slopes_have_their_digits() {
    let rows = rows();
    let (mut worst, mut wrong) = (BTreeMap::new(), vec![]);
    for Row { name, data, x, values: exact, slopes } in &rows {
        let (found, found_slopes) = (values(name, data, x), jacobian(|x| values(name, data, x), x).concat());
        assert_eq!([found.len(), found_slopes.len()], [exact.len(), slopes.len()], "{name} {x:?}");
        let of_values = found.iter().zip(exact).map(|(&a, &b)| off(a, b, b.abs().max(1.0)));
        let inverses = x.iter().map(|x| if *x == 0.0 { 1.0 } else { 1.0 / x.abs() }).cycle();
        let of_slopes = found_slopes.iter().zip(slopes).zip(inverses);
        let of_slopes = of_slopes.map(|((&a, &b), inverse)| off(a, b, b.abs().max(1.0).max(inverse)));
        let of_row = [of_values.fold(0.0, f64::max), of_slopes.fold(0.0, f64::max)];
        if of_row[0] > 1e-13 || of_row[1] > 1e-12 {
            wrong
                .push(format!("{name} {data:?} {x:?}: {of_row:?}\n{found:?}, {exact:?}\n{found_slopes:?}\n{slopes:?}"));
        }
        let worst = worst.entry(name).or_insert([0.0; 2]);
        *worst = [worst[0].max(of_row[0]), worst[1].max(of_row[1])];
    }
    for (name, [value, slope]) in worst {
        println!("{name:24} {value:8.1e} {slope:8.1e}");
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// ∫ f over the line by the trapezoidal rule, which for a smooth f that vanishes at both ends has the digits of e^(−c/step).
fn integral(half_width: f64, step: f64, f: impl Fn(f64) -> f64) -> f64 {
    let n = (half_width / step) as i64;
    (-n..=n).map(|i| f(i as f64 * step)).sum::<f64>() * step
}

#[test]
fn densities_of_one_variable_integrate_to_1() {
    // by x = m + s sinh u, in which the tails fall off exponentially
    let line = |f: &dyn Fn(f64) -> f64, m: f64, s: f64| {
        integral(80.0, 1.0 / 32.0, |u| (f(m + s * u.sinh()) + (s * u.cosh()).ln()).exp())
    };
    // by the map to positive numbers, and its Jacobian
    let positive = |f: &dyn Fn(f64) -> f64| {
        integral(150.0, 1.0 / 32.0, |y| {
            let (x, log) = Positive.constrain(y);
            (f(x) + log).exp()
        })
    };
    let mut integrals = vec![];
    for (m, s) in [(0.0, 1.0), (-3.0, 0.2), (10.0, 40.0)] {
        integrals.push(("normal", line(&|x| density::normal(x, m, s), m, s)));
        integrals.push(("cauchy", line(&|x| density::cauchy(x, m, s), m, s)));
        for nu in [0.5, 1.0, 4.0, 1e8] {
            integrals.push(("student_t", line(&|x| density::student_t(x, nu, m, s), m, s)));
        }
        // half of it on each side of the kink
        integrals.push(("laplace", 2.0 * positive(&|x| density::laplace(m + x, m, s))));
        integrals.push(("half_cauchy", positive(&|x| density::half_cauchy(x, s))));
        integrals.push(("exponential", positive(&|x| density::exponential(x, s))));
        integrals.push(("lognormal", positive(&|x| density::lognormal(x, m, s.min(2.0)))));
    }
    for a in [0.3, 1.0, 1.999, 2.0, 7.5, 300.0] {
        for b in [0.2, 1.0, 50.0] {
            integrals.push(("gamma", positive(&|x| density::gamma(x, a, b))));
            integrals.push(("inverse_gamma", positive(&|x| density::inverse_gamma(x, a, b))));
            let unit = Interval::new(0.0, 1.0).unwrap();
            let beta = integral(150.0, 1.0 / 32.0, |y| {
                // what is nearer to 1 than numbers are is counted on the other side
                let (x, log) = unit.constrain(y.min(-y));
                let density = if y < 0.0 { density::beta(x, a, b) } else { density::beta(x, b, a) };
                (density + log).exp()
            });
            integrals.push(("beta", beta));
        }
    }
    // uniform on an interval
    let interval = Interval::new(-3.0, 7.0).unwrap();
    integrals.push(("interval", integral(60.0, 0.1, |y| (interval.constrain(y).1 - 10f64.ln()).exp())));
    for (name, integral) in integrals {
        assert!((integral - 1.0).abs() < 1e-10, "{name}: {integral}");
    }
}

#[test]
fn probabilities_of_counts_sum_to_1() {
    let mut sums = vec![];
    for rate in [1e-3, 0.7, 30.0, 1e6] {
        let (low, high) = ((rate - 12.0 * rate.sqrt()).max(0.0) as u64, (rate + 12.0 * rate.sqrt() + 40.0) as u64);
        let sum = |f: &dyn Fn(Poisson) -> f64| (low..high).map(|k| f(Poisson::new(k).unwrap()).exp()).sum::<f64>();
        sums.push(("poisson", sum(&|count| count.by_rate(rate))));
        sums.push(("poisson_log", sum(&|count| count.by_log_rate(rate.ln()))));
        for phi in [0.3, 8.0, 1e7] {
            if rate < 1e3 {
                let high = 100 + (rate * 40.0 * (1.0 + 1.0 / phi)) as u64 * 4;
                let counts = || (0..high).map(|k| NegativeBinomial::new(k).unwrap());
                sums.push(("negative_binomial", counts().map(|count| count.by_mean(rate, phi).exp()).sum()));
                let sum = counts().map(|count| count.by_log_mean(rate.ln(), phi).exp()).sum();
                sums.push(("negative_binomial_log", sum));
            }
        }
    }
    for (n, p) in [(0, 0.3), (1, 0.7), (12, 0.01), (1000, 0.5), (1_000_000, 0.999)] {
        let (mean, sd) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
        let (low, high) = ((mean - 12.0 * sd - 12.0).max(0.0) as u64, ((mean + 12.0 * sd + 12.0) as u64).min(n));
        let sum =
            |f: &dyn Fn(Binomial) -> f64| (low..=high).map(|k| f(Binomial::new(k, n).unwrap()).exp()).sum::<f64>();
        sums.push(("binomial", sum(&|count| count.by_probability(p))));
        sums.push(("binomial_logit", sum(&|count| count.by_logit(p.ln() - (-p).ln_1p()))));
    }
    for (name, sum) in sums {
        assert!((sum - 1.0).abs() < 1e-10, "{name}: {sum}");
    }
}

/// The exponential of the sum of a log density and the logarithm of a Jacobian.
fn density_of((x, log): (Vec<f64>, f64), f: impl Fn(&[f64]) -> f64) -> f64 {
    (f(&x) + log).exp()
}

#[test]
fn densities_of_several_variables_integrate_to_1() {
    let plane = |half_width, step, f: &dyn Fn([f64; 2]) -> f64| {
        integral(half_width, step, |a| integral(half_width, step, |b| f([a, b])))
    };
    let mut integrals = vec![];
    for alpha in [[1.0, 1.0, 1.0], [2.5, 1.3, 4.0], [20.0, 3.0, 9.5]] {
        let of = |y: [f64; 2]| density_of(Simplex.constrain(&y), |x| density::dirichlet(x, &alpha).unwrap());
        integrals.push(("dirichlet", plane(40.0, 0.25, &of)));
    }
    let factor = [1.5, -0.7, 0.4];
    let normal = |x: [f64; 2]| density::multivariate_normal(&x, &[0.5, -1.0], &factor).unwrap().exp();
    integrals.push(("multivariate_normal", plane(16.0, 1.0 / 16.0, &normal)));
    // two independent variables in order are half of all pairs
    let of = |y: [f64; 2]| density_of(Ordered.constrain(&y), |x| x.iter().map(|&x| density::normal(x, 1.0, 0.7)).sum());
    integrals.push(("ordered", 2.0 * plane(30.0, 0.1, &of)));
    for eta in [0.8, 1.0, 2.5] {
        let of = |y: &[f64]| {
            density_of(CorrelationCholesky.constrain(y).unwrap(), |l| density::lkj_cholesky(l, eta).unwrap())
        };
        integrals.push(("lkj_cholesky", integral(30.0, 0.25, |y| of(&[y]))));
        let (half_width, step) = (12.5 / eta, 0.3);
        let line = |f: &dyn Fn(f64) -> f64| integral(half_width, step, f);
        integrals.push(("lkj_cholesky", line(&|a| line(&|b| line(&|c| of(&[a, b, c]))))));
    }
    for (name, integral) in integrals {
        assert!((integral - 1.0).abs() < 1e-8, "{name}: {integral}");
    }
}

/// The gradient of an entry in each mode: on a tape, forwards, of a recording, and by a program that was compiled at another point.
fn gradients(entry: &Entry, x: &[f64], recorded_at: &[f64]) -> Vec<(&'static str, f64, Vec<f64>)> {
    let mut g = vec![0.0; x.len()];
    let value = entry.value_and_gradient(x, &mut g);
    let mut modes = vec![("tape", value, g)];

    let forwards = (0..x.len()).map(|i| {
        let x: Vec<Dual> = x.iter().enumerate().map(|(j, &x)| Dual::new(x, f64::from(i == j))).collect();
        entry.run(&x)
    });
    let forwards: Vec<Dual> = forwards.collect();
    modes.push(("dual", forwards[0].primal, forwards.iter().map(|y| y.tangent).collect()));

    let recorder = Recorder::new();
    let inputs: Vec<Expr> = x.iter().map(|&x| recorder.var(x)).collect();
    let y = entry.run(&inputs);
    let adjoints = y.backward();
    modes.push(("recording", y.value(), inputs.iter().map(|&x| adjoints[x]).collect()));

    let program = Program::trace(entry, recorded_at).unwrap();
    let mut g = vec![0.0; x.len()];
    let value = program.value_and_gradient(x, &mut g).unwrap();
    modes.push(("program", value, g));
    modes
}

/// Some rows of each entry with the same data, of at most so many.
fn some_rows(most: usize) -> Vec<Vec<Row>> {
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows() {
        groups.entry(format!("{} {:?} {}", row.name, row.data, row.x.len())).or_default().push(row);
    }
    let thin = |rows: Vec<Row>| {
        let stride = rows.len().div_ceil(most);
        rows.into_iter().step_by(stride).collect()
    };
    groups.into_values().map(thin).collect()
}

#[test]
fn all_modes_agree() {
    for rows in some_rows(12) {
        let Row { name, data, x: recorded_at, .. } = &rows[0];
        let entry = Entry { name, data };
        for Row { x, .. } in &rows {
            let plain = entry.run(x);
            let modes = gradients(&entry, x, recorded_at);
            for (mode, value, slopes) in &modes {
                assert!(near(*value, plain, 1e-13), "{name} {data:?} {x:?}, {mode}: {value} is not {plain}");
                for (i, (&a, &b)) in slopes.iter().zip(&modes[0].2).enumerate() {
                    let scale = if x[i] == 0.0 { 1.0 } else { 1.0 / x[i].abs() };
                    assert!(
                        near(a / scale, b / scale, 1e-11) || near(a, b, 1e-11),
                        "{name} {data:?} {x:?}, {mode}: ∂/∂{i} is {a}, not {b}"
                    );
                }
            }
            let lanes: Vec<Lanes<2>> = x.iter().map(|&x| Lanes([x; 2])).collect();
            let of_lanes = values(name, data, &lanes).iter().map(|y| y.0[1]).collect::<Vec<_>>();
            for (a, b) in of_lanes.iter().zip(values(name, data, x)) {
                assert!(near(*a, b, 1e-13), "{name} {data:?} {x:?}: lanes give {a}, not {b}");
            }
        }
    }
}

/// Second derivatives forwards over reverse are those forwards over forwards, and those of a program; and all are what the checker finds.
#[test]
fn second_derivatives_agree_and_the_checker_passes() {
    for rows in some_rows(3) {
        for Row { name, data, x, .. } in &rows {
            let entry = Entry { name, data };
            if x.iter().any(|x| x.abs() > 1e3 || *x != 0.0 && x.abs() < 1e-3) {
                continue;
            }
            let n = x.len();
            let hessian = entry.hessian(x).concat();
            let mut of_program = vec![0.0; n * n];
            Program::trace(&entry, &**x).unwrap().hessian(x, &mut of_program).unwrap();
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let x = x.iter().enumerate().map(|(k, &x)| {
                    let inner = Dual::new(x, f64::from(k == j));
                    Dual::new(inner, Dual::constant(f64::from(k == i)))
                });
                let twice = entry.run(&x.collect::<Vec<Dual<Dual>>>()).tangent.tangent;
                for (mode, other) in [("forwards", twice), ("program", of_program[i * n + j])] {
                    let found = hessian[i * n + j];
                    assert!(near(found, other, 1e-9), "{name} {data:?}, {mode}: ∂²/∂{i}∂{j} is {other}, not {found}");
                }
            }
            let report = check::routine(&entry, x);
            assert!(report.passed(), "{name} {data:?} {x:?}: {report}");
        }
    }
}

type Numbers = &'static [f64];

/// Holds a value and its slopes in every mode to a test; the program is recorded at a point inside of the support.
fn everywhere(name: &str, data: &[f64], x: &[f64], inside: &[f64], test: impl Fn(f64, &[f64]) -> bool) {
    let entry = Entry { name, data };
    assert!(entry.run(inside).is_finite(), "{name} {inside:?}");
    for (mode, value, slopes) in gradients(&entry, x, inside) {
        assert!(test(value, &slopes), "{name} {data:?} {x:?}, {mode}: {value}, {slopes:?}");
    }
}

#[test]
fn outside_of_the_support_it_is_minus_infinity_with_slopes_of_0() {
    let inside: [(&str, Numbers, &[Numbers]); 9] = [
        ("half_cauchy", &[1.0, 2.0], &[&[-1e-300, 2.0], &[-3.0, 1e9]]),
        ("gamma", &[1.0, 3.0, 2.0], &[&[-1.0, 3.0, 2.0], &[-1.0, 0.5, 2.0], &[-1e-9, 1.0, 1e5]]),
        (
            "inverse_gamma",
            &[1.0, 3.0, 2.0],
            &[&[-1.0, 3.0, 2.0], &[0.0, 0.5, 2.0], &[0.0, 3.0, 2.0], &[f64::INFINITY, 0.5, 2.0]],
        ),
        ("beta", &[0.5, 3.0, 2.0], &[&[-0.1, 3.0, 2.0], &[1.5, 3.0, 2.0], &[-1.0, 0.5, 1.0], &[1.0 + 1e-15, 1.0, 1.0]]),
        ("exponential", &[1.0, 2.0], &[&[-1.0, 2.0]]),
        ("lognormal", &[1.0, 0.0, 2.0], &[&[-1.0, 0.0, 2.0], &[0.0, 0.0, 2.0], &[-0.0, 1.0, 1.0]]),
        ("dirichlet", &[0.3, 0.7, 3.0, 0.5], &[&[-0.1, 1.1, 3.0, 0.5], &[0.3, 0.8, 3.0, 0.5], &[0.3, 0.6, 1.0, 1.0]]),
        (
            "lkj_cholesky",
            &[2.0, 1.0, 0.6, 0.8],
            &[&[2.0, 1.0, 0.6, -0.8], &[1.0, 1.0, 0.6, 0.9], &[0.5, 0.9, 0.6, 0.8]],
        ),
        ("lkj_cholesky", &[1.0, 1.0], &[&[1.0, -1.0], &[1.0, 2.0]]),
    ];
    for (name, inside, outside) in inside {
        for x in outside {
            everywhere(name, &[], x, inside, |value, slopes| {
                value == f64::NEG_INFINITY && slopes.iter().all(|&s| s == 0.0)
            });
        }
    }
}

#[test]
fn a_parameter_that_cannot_be_makes_nan_of_all() {
    let cases: [(&str, Numbers, Numbers, &[usize]); 19] = [
        ("normal", &[], &[0.5, 1.0, 2.0], &[2]),
        ("student_t", &[], &[0.5, 3.0, 1.0, 2.0], &[1, 3]),
        ("cauchy", &[], &[0.5, 1.0, 2.0], &[2]),
        ("half_cauchy", &[], &[0.5, 2.0], &[1]),
        ("half_cauchy", &[], &[-0.5, 2.0], &[1]),
        ("gamma", &[], &[0.5, 3.0, 2.0], &[1, 2]),
        ("gamma", &[], &[-0.5, 0.5, 2.0], &[1, 2]),
        ("inverse_gamma", &[], &[0.5, 3.0, 2.0], &[1, 2]),
        ("beta", &[], &[0.5, 3.0, 2.0], &[1, 2]),
        ("exponential", &[], &[0.5, 2.0], &[1]),
        ("laplace", &[], &[0.5, 1.0, 2.0], &[2]),
        ("lognormal", &[], &[0.5, 1.0, 2.0], &[2]),
        ("negative_binomial", &[3.0], &[2.0, 1.5], &[0, 1]),
        ("negative_binomial", &[0.0], &[2.0, 1.5], &[0, 1]),
        ("negative_binomial_log", &[3.0], &[2.0, 1.5], &[1]),
        ("dirichlet", &[], &[0.3, 0.7, 3.0, 0.5], &[2, 3]),
        ("multivariate_normal", &[2.0], &[0.0, 1.0, 0.5, 0.5, 1.0, 0.5, 2.0], &[4, 6]),
        ("lkj_cholesky", &[], &[2.0, 1.0, 0.6, 0.8], &[0]),
        ("lkj_cholesky", &[], &[1.0, 1.0, 0.6, 0.8], &[0]),
    ];
    let is_nan = |value: f64, slopes: &[f64]| value.is_nan() && slopes.iter().all(|s| s.is_nan());
    for (name, data, inside, positive) in cases {
        let inside_support: Vec<f64> = inside.iter().map(|x| x.abs()).collect();
        for &i in positive {
            for bad in [0.0, -0.0, -2.0, f64::NAN] {
                let mut x = inside.to_vec();
                x[i] = bad;
                everywhere(name, data, &x, &inside_support, is_nan);
            }
        }
        // and so does NaN anywhere in the value
        for i in 0..inside.len() {
            let mut x = inside_support.clone();
            x[i] = f64::NAN;
            let ignored = name == "lkj_cholesky" && i > 0;
            assert!(ignored || Entry { name, data }.run(&x).is_nan(), "{name} {x:?}");
        }
    }
    for (data, bad) in [([0.0, 3.0], -0.1), ([2.0, 3.0], 1.5), ([3.0, 3.0], -1e-300)] {
        everywhere("binomial", &data, &[bad], &[0.5], is_nan);
    }
    for data in [[0.0], [4.0]] {
        everywhere("poisson", &data, &[-1.0], &[0.5], is_nan);
    }
}

#[test]
fn the_ends_of_the_support_are_limits() {
    let (zero, inf) = (0.0, f64::INFINITY);
    let limits = [
        (density::gamma(zero, 1.0, 3.0), 3f64.ln()),
        (density::gamma(zero, 2.5, 3.0), -inf),
        (density::gamma(zero, 0.5, 3.0), inf),
        (density::gamma(inf, 0.5, 3.0), -inf),
        (density::gamma(inf, 2.5, 3.0), -inf),
        (density::inverse_gamma(1e-320, 2.5, 3.0), -inf),
        (density::beta(zero, 1.0, 3.0), 3f64.ln()),
        (density::beta(1.0, 3.0, 1.0), 3f64.ln()),
        (density::beta(1.0, 3.0, 3.0), -inf),
        (density::beta(zero, 3.0, 0.5), -inf),
        (density::exponential(zero, 3.0), 3f64.ln()),
        (density::half_cauchy(inf, 1.0), -inf),
        (density::normal(inf, 0.0, 1.0), -inf),
        (density::student_t(-inf, 3.0, 0.0, 1.0), -inf),
        (Poisson::new(0).unwrap().by_rate(zero), 0.0),
        (Poisson::new(3).unwrap().by_rate(zero), -inf),
        (Poisson::new(3).unwrap().by_log_rate(-inf), -inf),
        (Poisson::new(3).unwrap().by_log_rate(800.0), -inf),
        (Binomial::new(0, 0).unwrap().by_probability(1.0), 0.0),
        (Binomial::new(3, 3).unwrap().by_probability(1.0), 0.0),
        (Binomial::new(0, 3).unwrap().by_probability(zero), 0.0),
        (Binomial::new(1, 3).unwrap().by_probability(zero), -inf),
        (Binomial::new(1, 3).unwrap().by_probability(1.0), -inf),
        (Binomial::new(1, 3).unwrap().by_logit(-inf), -inf),
        (Binomial::new(1, 3).unwrap().by_logit(inf), -inf),
    ];
    for (i, (found, limit)) in limits.into_iter().enumerate() {
        assert!(near(found, limit, 1e-15), "limit {i}: {found} is not {limit}");
    }
}

#[test]
fn data_that_cannot_be_are_errors() {
    assert!(Poisson::new(1 << 53).is_ok() && NegativeBinomial::new(1 << 53).is_ok());
    // what is not used of a count of 0 is no NaN
    assert_eq!(Poisson::new(0), Poisson::new(0));
    assert_eq!([Binomial::new(0, 0), Binomial::new(0, 3)], [Binomial::new(0, 0), Binomial::new(0, 3)]);
    let too_large = (1 << 53) + 1;
    for error in [
        Poisson::new(too_large).unwrap_err(),
        NegativeBinomial::new(too_large).unwrap_err(),
        Binomial::new(0, too_large).unwrap_err(),
        Binomial::new(4, 3).unwrap_err(),
        Interval::new(1.0, 1.0).unwrap_err(),
        Interval::new(2.0, 1.0).unwrap_err(),
        Interval::new(0.0, f64::INFINITY).unwrap_err(),
        Interval::new(f64::NAN, 1.0).unwrap_err(),
        Interval::new(-f64::MAX, f64::MAX).unwrap_err(),
    ] {
        assert!(error.is_parameter(), "{error}");
    }
    for error in [
        density::dirichlet(&[0.5, 0.5], &[1.0]).unwrap_err(),
        density::dirichlet::<f64>(&[], &[]).unwrap_err(),
        density::multivariate_normal(&[0.0], &[0.0, 0.0], &[1.0]).unwrap_err(),
        density::multivariate_normal(&[0.0], &[0.0], &[1.0, 2.0]).unwrap_err(),
        density::multivariate_normal(&[0.0, 0.0], &[0.0, 0.0], &[1.0]).unwrap_err(),
        density::lkj_cholesky(&[1.0, 0.0], 1.0).unwrap_err(),
        CorrelationCholesky.constrain(&[1.0, 0.0]).unwrap_err(),
        CorrelationCholesky.unconstrain(&[1.0, 0.0]).unwrap_err(),
    ] {
        assert!(error.is_arity(), "{error}");
    }
}

#[test]
fn maps_are_inverted() {
    for Row { name, data, x: y, values, .. } in &rows() {
        let x = &values[..values.len() - 1];
        let back = match &**name {
            "positive" => vec![Positive.unconstrain(x[0])],
            "interval" => vec![Interval::new(data[0], data[1]).unwrap().unconstrain(x[0])],
            "simplex" => Simplex.unconstrain(x),
            "ordered" => Ordered.unconstrain(x),
            "correlation_cholesky" => CorrelationCholesky.unconstrain(x).unwrap(),
            _ => continue,
        };
        assert_eq!(back.len(), y.len());
        // further out the constrained numbers have lost what y was
        if y.iter().all(|y| y.abs() < 8.0) {
            for (&found, &y) in back.iter().zip(y) {
                assert!(near(found, y, 1e-9), "{name} {y}: {found}");
            }
        }
    }
    assert!(Interval::new(0.0, 1.0).unwrap().unconstrain(-0.5).is_nan() && Positive.unconstrain(-1.0).is_nan());
    assert_eq!(Simplex.constrain::<f64>(&[]), (vec![1.0], 0.0));
    assert!(Simplex.unconstrain::<f64>(&[]).is_empty() && Ordered.unconstrain::<f64>(&[]).is_empty());
    let equal_parts = Simplex.constrain(&[0.0; 4]).0;
    assert!(equal_parts.iter().all(|x| near(*x, 0.2, 1e-15)));
}
