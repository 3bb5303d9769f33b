//! Vector functions and the reductions beside them: exact rows, every mode against naive programs, the checker, and what happens at the edges.
//!
//! `tests/data/golden_vectors.csv` holds function, the parameter of clip_by_norm, n, the arguments, the results and the Jacobian row by row, made by
//! `tests/data/golden_vectors.py`.

use crate::common::{close, equal, hex, ulps};
use gprime::function::VectorRule;
use gprime::prelude::*;
use gprime::real::DoubleDouble;
use gprime::vector::rules::{ClipByNorm, CumProd, CumSum, LogCumSumExp, LogSoftmax, Normalize, Softmax};
use gprime::vector::{self, table};
use gprime::{Error, check};
use proptest::prelude::*;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
/// The bound of clip_by_norm where a test has no other.
const MOST: f64 = 1.5;

/// What is done with each rule.
trait Each {
    fn see<V: VectorRule>(&mut self, rule: V);
}

/// Shows a rule by its name.
fn with_rule(name: &str, max: f64, each: &mut impl Each) {
    match name {
        "softmax" => each.see(Softmax),
        "log_softmax" => each.see(LogSoftmax),
        "logcumsumexp" => each.see(LogCumSumExp),
        "cumsum" => each.see(CumSum),
        "cumprod" => each.see(CumProd),
        "normalize" => each.see(Normalize),
        "clip_by_norm" => each.see(ClipByNorm { max }),
        _ => panic!("{name} has no test"),
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    table::TABLE.iter().map(|entry| entry.name)
}

/// The results of a rule by its name, on any number.
fn by_rule<R: Apply>(name: &str, x: &[R]) -> Vec<R> {
    struct Results<'a, R>(&'a [R], Vec<R>);
    impl<R: Apply> Each for Results<'_, R> {
        fn see<V: VectorRule>(&mut self, rule: V) {
            self.1 = R::vector(&rule, &[self.0]).unwrap();
        }
    }
    let mut results = Results(x, vec![]);
    with_rule(name, MOST, &mut results);
    results.1
}

/// The same functions as the textbooks have them.
fn naive<R: Apply>(name: &str, x: &[R]) -> Vec<R> {
    let norm = || x.iter().map(|&x| x * x).sum::<R>().sqrt();
    let sum = |x: &[R]| x.iter().map(|x| x.exp()).sum::<R>();
    let n = 0..x.len();
    match name {
        "softmax" => x.iter().map(|each| each.exp() / sum(x)).collect(),
        "log_softmax" => x.iter().map(|&each| each - sum(x).ln()).collect(),
        "logcumsumexp" => n.map(|i| sum(&x[..=i]).ln()).collect(),
        "cumsum" => n.map(|i| x[..=i].iter().sum()).collect(),
        "cumprod" => n.map(|i| x[..=i].iter().product()).collect(),
        "normalize" => x.iter().map(|&x| x / norm()).collect(),
        "clip_by_norm" => {
            let (norm, max) = (norm(), R::from(MOST));
            x.iter().map(|&x| R::select(norm.less_equal(max), x, x * MOST / norm)).collect()
        }
        _ => panic!("{name} has no test"),
    }
}

/// A number that all results have a part in, each another one.
fn mixed<R: Apply>(y: &[R]) -> R {
    y.iter().enumerate().map(|(i, y)| (*y * (0.3 + 0.1 * i as f64)).sin()).sum()
}

/// The worst errors of values and of partial derivatives over the exact rows, in ULP.
#[test]
fn values_and_jacobians_are_exact() {
    struct Row {
        x: Vec<f64>,
        numbers: Vec<f64>,
        found: [f64; 2],
    }
    impl Each for Row {
        fn see<V: VectorRule>(&mut self, rule: V) {
            let n = self.x.len();
            let (exact, jacobian) = self.numbers.split_at(n);
            let y = f64::vector(&rule, &[&self.x]).unwrap();
            let mut worst = |k: usize, error: f64| self.found[k] = self.found[k].max(error);
            for (i, (&y, &exact)) in y.iter().zip(exact).enumerate() {
                // the largest number so far may cancel with the logarithm of a number of [1, n]
                let parts = self.x[..=i].iter().fold(0.0, |most: f64, x| most.max(x.abs())).min((n as f64).ln());
                let beside =
                    if rule.name() == "logcumsumexp" { (y - exact).abs() / (parts * f64::EPSILON) } else { INF };
                worst(0, ulps(y, exact).min(beside));
            }
            for i in 0..n {
                let unit: Vec<f64> = (0..n).map(|k| f64::from(u8::from(k == i))).collect();
                let (mut row, mut column) = (vec![0.0; n], vec![0.0; n]);
                rule.pull_back(&self.x, &y, &unit, &mut row).unwrap();
                rule.tangent(&self.x, &y, &unit, &mut column).unwrap();
                for k in 0..n {
                    worst(1, ulps(row[k], jacobian[i * n + k]));
                    worst(1, ulps(column[k], jacobian[k * n + i]));
                }
            }
        }
    }
    let mut rows = 0;
    let mut all: Vec<(&str, [f64; 2], [f64; 2])> = names().map(|name| (name, [0.0; 2], [0.0; 2])).collect();
    for line in include_str!("../data/golden_vectors.csv").lines().skip(1) {
        let mut fields = line.split(',');
        let (name, max, n) =
            (fields.next().unwrap(), hex(fields.next().unwrap()), fields.next().unwrap().parse().unwrap());
        let mut x: Vec<f64> = fields.map(hex).collect();
        let mut row = Row { numbers: x.split_off(n), x, found: [0.0; 2] };
        assert_eq!(row.numbers.len(), n + n * n);
        with_rule(name, max, &mut row);
        let (_, few, many) = all.iter_mut().find(|entry| entry.0 == name).unwrap();
        let most = if n <= 6 { few } else { many };
        *most = [most[0].max(row.found[0]), most[1].max(row.found[1])];
        rows += 1;
    }
    assert_eq!(rows, 840);
    println!("{all:?}");
    // of 30 numbers the partial derivatives are sums or products of as many
    let held = |few: [f64; 2], many: [f64; 2]| few[0] <= 2.0 && few[1] <= 4.0 && many[0] <= 2.0 && many[1] <= 15.0;
    assert!(all.iter().all(|(_, few, many)| held(*few, *many)), "{all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Values, gradients and second derivatives, in every mode, are those of the naive program in twice the digits.
    #[test]
    fn every_mode_is_the_naive_program(
        x in prop::sample::select(vec![1usize, 2, 5, 50])
            .prop_flat_map(|n| prop::collection::vec(prop_oneof![-2.0..2.0f64, Just(0.5), Just(-0.25)], n)),
        seed in 0u32..1000,
    ) {
        let u: Vec<f64> = (0..x.len()).map(|i| (f64::from(seed) + i as f64).sin()).collect();
        for name in names() {
            // beside the kink
            let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            if name == "clip_by_norm" && (length - MOST).abs() < 1e-6 {
                continue;
            }
            let program = |x: &[Dual<Dual<DoubleDouble>>]| mixed(&naive(name, x));
            let wide = |i: usize| {
                let at = |k: usize| {
                    let tangent = Dual::constant(DoubleDouble::from(f64::from(u8::from(k == i))));
                    Dual { primal: Dual::new(x[k].into(), u[k].into()), tangent }
                };
                program(&(0..x.len()).map(at).collect::<Vec<_>>())
            };
            let all: Vec<_> = (0..x.len()).map(wide).collect();
            let value = all[0].primal.primal.to_f64();
            let g: Vec<f64> = all.iter().map(|y| y.tangent.primal.to_f64()).collect();
            let h: Vec<f64> = all.iter().map(|y| y.tangent.tangent.to_f64()).collect();
            let size = |list: &[f64]| list.iter().fold(1e-3, |most: f64, x| most.max(x.abs()));
            let digits = |list: &[f64]| [1e-13, 1e-13 * size(list)];
            close(&[mixed(&by_rule(name, &x))], &[value], [1e-13, 1e-13]);
            close(&gradient(|x| mixed(&by_rule(name, x)), &x), &g, digits(&g));
            let along: f64 = g.iter().zip(&u).map(|(g, u)| g * u).sum();
            close(&jvp(|x| vec![mixed(&by_rule(name, x))], &x, &u).1, &[along], digits(&g));
            close(&hvp(|x| mixed(&by_rule(name, x)), &x, &u), &h, [1e-11, 1e-12 * size(&h)]);
            let recorder = Recorder::new();
            let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recorder.var(x)).collect();
            let y = mixed(&by_rule(name, &inputs));
            let adjoints = y.backward();
            close(&inputs.iter().map(|&x| adjoints[x]).collect::<Vec<_>>(), &g, digits(&g));
            close(&recorder.hvp(y, &inputs, &u).unwrap(), &h, [1e-11, 1e-12 * size(&h)]);
            let lanes: Vec<Lanes<2>> = x.iter().map(|&x| Lanes([x, 0.0])).collect();
            prop_assert!(equal(mixed(&by_rule(name, &lanes)).0[0], mixed(&by_rule(name, &x))));
            if x.len() < 6 {
                let h = hessian(|x| mixed(&by_rule(name, x)), &x);
                for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                    close(&[h[i][j]], &[h[j][i]], [1e-11, 1e-12 * size(&h.concat())]);
                }
            }
        }
    }

    /// Wherever the numbers lie, reverse mode has the products with the Jacobian that forward mode has.
    #[test]
    fn reverse_is_forward(
        x in prop::collection::vec(prop_oneof![-5.0..5.0f64, Just(0.0), Just(1.0), -800.0..800.0f64, Just(-INF)], 1..8),
        seed in 0u32..1000,
    ) {
        let random = |k: f64| (0..x.len()).map(|i| (f64::from(seed) * k + i as f64).sin()).collect::<Vec<_>>();
        let (u, w) = (random(1.0), random(0.7));
        for name in names() {
            let values = by_rule(name, &x);
            let tangents = jvp(|x| by_rule(name, x), &x, &u).1;
            let adjoints = gradient(|x| by_rule(name, x).iter().zip(&w).map(|(y, w)| *y * *w).sum(), &x);
            if values.iter().chain(&tangents).chain(&adjoints).any(|y| !y.is_finite()) {
                continue;
            }
            let [mut forward, mut reverse, mut size] = [0.0; 3];
            for i in 0..x.len() {
                forward += w[i] * tangents[i];
                reverse += adjoints[i] * u[i];
                size += (w[i] * tangents[i]).abs() + (adjoints[i] * u[i]).abs();
            }
            prop_assert!((forward - reverse).abs() <= 1e-12 * size, "{} at {:?}: {} and {}", name, x, forward, reverse);
        }
    }
}

/// Spread numbers that are the same for the same seed.
fn numbers(n: usize, seed: u64) -> Vec<f64> {
    (0..n).map(|i| ((seed * 31 + i as u64 * 17) as f64 * 0.37).sin() * 1.8 + 0.1).collect()
}

#[test]
fn the_checker_passes_every_rule() {
    struct Checked(u64);
    impl Each for Checked {
        fn see<V: VectorRule>(&mut self, rule: V) {
            let reports = [1, 2, 5].map(|n| check::vector(&rule, &[&numbers(n, self.0)]));
            reports.iter().for_each(|report| assert_ne!(report.verdict, check::Verdict::Fail, "{report}"));
            assert!(reports.iter().any(|report| report.passed()), "{} passes nowhere", rule.name());
        }
    }
    for (name, seed) in names().flat_map(|name| (1..5).map(move |seed| (name, seed))) {
        with_rule(name, MOST, &mut Checked(seed));
    }
}

/// A rule with another derivative than the function has.
#[derive(Clone, PartialEq)]
struct Wrong<V> {
    rule: V,
    /// Whether the pull-back has the other sign, or else is the product with the Jacobian instead of its transpose.
    sign: bool,
}
impl<V: VectorRule> VectorRule for Wrong<V> {
    fn name(&self) -> &'static str {
        self.rule.name()
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        self.rule.results(lens)
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        self.rule.forward(x, y)
    }
    fn tangent<R: Apply>(&self, x: &[R], y: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        self.rule.tangent(x, y, of_x, of_y)
    }
    fn pull_back<R: Apply>(&self, x: &[R], y: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        if !self.sign {
            return self.rule.tangent(x, y, of_y, of_x);
        }
        self.rule.pull_back(x, y, of_y, of_x)?;
        of_x.iter_mut().for_each(|of_x| *of_x = -*of_x);
        Ok(())
    }
}

#[test]
fn the_checker_catches_wrong_rules() {
    struct Caught;
    impl Each for Caught {
        fn see<V: VectorRule>(&mut self, rule: V) {
            let is_symmetric = ["softmax", "normalize", "clip_by_norm"].contains(&rule.name());
            for sign in [true, false].into_iter().filter(|sign| *sign || !is_symmetric) {
                let wrong = Wrong { rule: rule.clone(), sign };
                let report = check::vector(&wrong, &[&numbers(4, 2)]);
                assert_eq!(report.verdict, check::Verdict::Fail, "{}, sign: {sign}", rule.name());
            }
        }
    }
    names().for_each(|name| with_rule(name, MOST, &mut Caught));
}

/// The Jacobian by reverse mode.
fn jacobian_of(name: &str, x: &[f64]) -> Vec<Vec<f64>> {
    (0..x.len()).map(|i| gradient(|x| by_rule(name, x)[i], x)).collect()
}

#[track_caller]
fn same(a: &[f64], b: &[f64]) {
    assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(*a, *b)), "{a:?} is not {b:?}");
}

#[test]
fn lists_of_nothing_and_of_one() {
    let none: &[f64] = &[];
    for result in [vector::softmax(none), vector::log_softmax(none), vector::normalize(none)] {
        let error = result.unwrap_err();
        assert!(error.is_rule() && error.to_string().contains("at least one number"), "{error}");
    }
    for result in
        [vector::logcumsumexp(none), vector::cumsum(none), vector::cumprod(none), vector::clip_by_norm(none, 1.0)]
    {
        assert_eq!(result.unwrap(), none);
    }
    for max in [-1.0, NAN] {
        assert!(vector::clip_by_norm(&[1.0], max).unwrap_err().to_string().contains("max ≥ 0"));
    }
    let two = f64::vector(&Softmax, &[&[1.0], &[2.0]]).unwrap_err();
    assert!(two.to_string().contains("takes one list"), "{two}");
    for (name, y, slope) in [
        ("softmax", 1.0, 0.0),
        ("log_softmax", 0.0, 0.0),
        ("logcumsumexp", -0.7, 1.0),
        ("cumsum", -0.7, 1.0),
        ("cumprod", -0.7, 1.0),
        ("normalize", -1.0, 0.0),
        ("clip_by_norm", -0.7, 1.0),
    ] {
        same(&by_rule(name, &[-0.7]), &[y]);
        same(&jacobian_of(name, &[-0.7])[0], &[slope]);
    }
}

#[test]
fn infinite_entries_and_nan() {
    same(&by_rule("softmax", &[-INF, 0.0, 0.0]), &[0.0, 0.5, 0.5]);
    same(&jacobian_of("softmax", &[-INF, 0.0, 0.0]).concat(), &[0.0, 0.0, 0.0, 0.0, 0.25, -0.25, 0.0, -0.25, 0.25]);
    same(&by_rule("softmax", &[INF, 0.0, INF]), &[0.5, 0.0, 0.5]);
    same(&by_rule("log_softmax", &[-INF, 0.0]), &[-INF, 0.0]);
    same(&jacobian_of("log_softmax", &[-INF, 0.0])[1], &[0.0, 0.0]);
    same(&by_rule("log_softmax", &[INF, 0.0]), &[0.0, -INF]);
    for name in ["softmax", "log_softmax"] {
        assert!(by_rule(name, &[-INF, -INF]).iter().all(|y| y.is_nan()), "{name}");
        assert!(by_rule(name, &[0.0, NAN, 1.0]).iter().all(|y| y.is_nan()), "{name}");
        assert!(gradient(|x| by_rule(name, x)[0], &[0.0, NAN, 1.0]).iter().all(|g| g.is_nan()), "{name}");
    }
    same(&by_rule("softmax", &[1e308, -1e308]), &[1.0, 0.0]);
    same(&by_rule("logcumsumexp", &[-INF, -INF, 2.0, -INF, INF, 1.0]), &[-INF, -INF, 2.0, 2.0, INF, INF]);
    same(&jacobian_of("logcumsumexp", &[-INF, 2.0, INF]).concat(), &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    same(&by_rule("logcumsumexp", &[1.0, NAN, 2.0])[1..], &[NAN, NAN]);
    same(&by_rule("cumsum", &[1.0, INF, -1.0, -INF]), &[1.0, INF, INF, NAN]);
    same(&by_rule("cumprod", &[2.0, -INF, 3.0, 0.0]), &[2.0, -INF, -INF, NAN]);
    same(&by_rule("cumprod", &[1e300, 1e300, 0.5]), &[1e300, INF, INF]);
    same(&by_rule("normalize", &[-INF, 3.0]), &[-1.0, 0.0]);
    same(&jacobian_of("normalize", &[-INF, 3.0]).concat(), &[0.0; 4]);
    same(&by_rule("normalize", &[1.0, NAN]), &[NAN, NAN]);
    same(&by_rule("clip_by_norm", &[1.0, NAN]), &[NAN, NAN]);
    same(&by_rule("clip_by_norm", &[INF, 1.0]), &[MOST, 0.0]);
}

#[test]
fn tiny_digits_are_kept() {
    same(&by_rule("log_softmax", &[0.0, -100.0]), &[-(-100f64).exp(), -100.0]);
    same(&by_rule("log_softmax", &[1e6, 1e6 - 50.0])[..1], &[-(-50f64).exp()]);
    close(&jacobian_of("softmax", &[0.0, -100.0])[0], &[(-100f64).exp(), -(-100f64).exp()], [4e-16, 0.0]);
    // a rise, which moves what the exponentials are relative to, and a fall
    let x: Vec<f64> = (0..50).map(|i| 30.0 * f64::from(25 - (i - 25i32).abs())).collect();
    let wide: Vec<DoubleDouble> = x.iter().map(|&x| (DoubleDouble::from(x) - 700.0).exp()).collect();
    for i in [0, 10, 25, 49] {
        let sum: DoubleDouble = wide[..=i].iter().copied().sum();
        let exact: Vec<f64> = (0..50).map(|j| if j <= i { (wide[j] / sum).to_f64() } else { 0.0 }).collect();
        close(&gradient(|x| vector::logcumsumexp(x).unwrap()[i], &x), &exact, [2e-15, 1e-280]);
    }
}

#[test]
fn products_with_zeros_have_exact_slopes() {
    let last = |x: &[f64]| jacobian_of("cumprod", x).pop().unwrap();
    same(&last(&[2.0, 0.0, 3.0]), &[0.0, 6.0, 0.0]);
    same(&last(&[0.0, 2.0, 0.0]), &[0.0, 0.0, 0.0]);
    same(&last(&[0.0, 0.0, 0.0]), &[0.0, 0.0, 0.0]);
    for (x, g) in
        [([2.0, 0.0, 3.0], [0.0, 6.0, 0.0]), ([0.0, 2.0, 0.0], [0.0; 3]), ([2.0, 5.0, 3.0], [15.0, 6.0, 10.0])]
    {
        same(&gradient(|x| x.prod(), &x), &g);
    }
    // second derivatives: the product of the others
    let h = hessian(|x| x.prod(), &[2.0, 0.0, 0.0, 5.0]);
    assert_eq!(h[1][2], 10.0);
    assert_eq!([h[0][1], h[0][3], h[1][1]], [0.0; 3]);
    let h = hessian(|x| vector::cumprod(x).unwrap()[3], &[2.0, 0.0, 0.0, 5.0]);
    assert_eq!([h[1][2], h[2][1], h[0][1], h[1][1]], [10.0, 10.0, 0.0, 0.0]);
}

#[test]
fn directions_of_any_length() {
    for size in [1e-320, 1e-200, 1e-5, 1.0, 1e200, 1.7e308] {
        close(
            &by_rule("normalize", &[0.75 * size, -size]),
            &[0.6, -0.8],
            [if size < 1e-300 { 1e-3 } else { 1e-15 }, 0.0],
        );
        close(&by_rule("clip_by_norm", &[0.75 * size, -size])[..1], &[(0.75 * size).min(0.9)], [1e-15, 0.0]);
    }
    let j = jacobian_of("normalize", &[3e200, 4e200]).concat();
    close(&j, &[0.64 / 5e200, -0.48 / 5e200, -0.48 / 5e200, 0.36 / 5e200], [1e-15, 0.0]);
    // undefined
    same(&by_rule("normalize", &[0.0, 0.0]), &[NAN, NAN]);
    same(&jacobian_of("normalize", &[0.0, 0.0]).concat(), &[NAN; 4]);
    // 3² + 4² = 5²: the slopes at the kink are those outside
    let clipped = |max: f64| {
        (0..2).flat_map(|i| gradient(|x| vector::clip_by_norm(x, max).unwrap()[i], &[3.0, 4.0])).collect::<Vec<_>>()
    };
    close(&clipped(5.0), &[0.64, -0.48, -0.48, 0.36], [1e-15, 0.0]);
    assert_eq!(vector::clip_by_norm(&[3.0, 4.0], 5.0).unwrap(), [3.0, 4.0]);
    assert_eq!(clipped(5.1), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(clipped(INF), [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(clipped(0.0), [0.0; 4]);
    assert_eq!(gradient(|x| vector::clip_by_norm(x, 0.0).unwrap()[0], &[0.0, 0.0]), [0.0, 0.0]);
    same(&jacobian_of("clip_by_norm", &[0.0, 0.0]).concat(), &[1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn the_largest_numbers_share_the_slope() {
    assert_eq!(gradient(|x| x.max_of(), &[1.0, 3.0, 2.0]), [0.0, 1.0, 0.0]);
    assert_eq!(gradient(|x| x.max_of(), &[3.0, 1.0, 3.0, 3.0]), [1.0 / 3.0, 0.0, 1.0 / 3.0, 1.0 / 3.0]);
    assert_eq!(gradient(|x| x.min_of(), &[3.0, 1.0, 1.0, 3.0]), [0.0, 0.5, 0.5, 0.0]);
    assert_eq!(gradient(|x| x.max_of(), &[-INF, -INF]), [0.5, 0.5]);
    assert_eq!(gradient(|x| x.min_of(), &[0.0, -0.0]), [0.5, 0.5]);
    assert!([1.0, NAN, 2.0].max_of().is_nan() && [NAN, 1.0].min_of().is_nan());
    assert!(gradient(|x| x.max_of(), &[1.0, NAN]).iter().all(|g| g.is_nan()));
}

#[test]
fn the_spread_of_nearly_equal_numbers() {
    let x = [1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0];
    assert_eq!([x.var(0), x.var(1), x.std(1)], [2.0 / 3.0, 1.0, 1.0]);
    close(&gradient(|x| x.var(1), &x), &[-1.0, 0.0, 1.0], [0.0, 0.0]);
    let x = [1e16, 1e16 + 2.0, 1e16 + 6.0, 1e16 + 8.0];
    assert_eq!(x.var(0), 10.0);
    // a kink: the slopes of smallest norm
    assert_eq!(gradient(|x| x.std(0), &[0.1, 0.1, 0.1]), [0.0; 3]);
    assert_eq!(gradient(|x| x.std(0), &[5.0]), [0.0]);
    assert_eq!([1e200, -1e200].std(0), 1e200);
    close(&[[1.7e308, 1.7e308, 1.6e308, 1.6e308].std(0)], &[5e306], [1e-14, 0.0]);
    assert!(
        gprime::op::StandardDeviation { ddof: 1 }.validate(1).is_some()
            && gprime::op::Variance { ddof: 2 }.validate(5).is_some()
    );
}

#[test]
fn cross_entropies_of_soft_and_hard_targets() {
    fn loss<R: Call>(both: &[R]) -> R {
        both[..3].soft_target_cross_entropy(&both[3..])
    }
    let x = [0.3, -1.0, 4.0];
    for class in 0..3 {
        let t: Vec<f64> = (0..3).map(|i| f64::from(u8::from(i == class))).collect();
        let both = [x.to_vec(), t].concat();
        let g = gradient(|both| loss(both), &both);
        close(&g[..3], &gradient(|x| x.softmax_cross_entropy(class), &x), [1e-15, 0.0]);
        close(&[x.soft_target_cross_entropy(&both[3..])], &[x.softmax_cross_entropy(class)], [1e-15, 0.0]);
        let surprise: Vec<f64> = vector::log_softmax(&x).unwrap().iter().map(|y| -y).collect();
        close(&g[3..], &surprise, [1e-15, 0.0]);
        let (h, hard) = (hessian(|both| loss(both), &both), hessian(|x| x.softmax_cross_entropy(class), &x));
        (0..3).for_each(|i| close(&h[i][..3], &hard[i], [1e-14, 0.0]));
    }
    // a class that is impossible and no target
    assert_eq!([0.0, -INF].soft_target_cross_entropy(&[1.0, 0.0]), 0.0);
    // a likely class keeps the digits of its slope, among soft targets too
    let g = gradient(|x| x[..2].soft_target_cross_entropy(&x[2..]), &[0.0, -100.0, 1.0, 0.0]);
    close(&g[..2], &[-(-100f64).exp(), (-100f64).exp()], [4e-16, 0.0]);
}

/// The derivatives of the new reductions, second ones included, are those of naive programs in twice the digits.
#[test]
fn reductions_are_their_naive_programs() {
    fn reduced<R: Apply>(which: usize, x: &[R]) -> R {
        let (logits, targets) = x.split_at(x.len() / 2);
        match which {
            0 => x.prod(),
            1 => x.var(1),
            2 => x.std(0),
            _ => logits.soft_target_cross_entropy(targets),
        }
    }
    fn program<R: Apply>(which: usize, x: &[R]) -> R {
        let n = x.len() as f64;
        let mean = x.iter().sum::<R>() / n;
        let squares = x.iter().map(|&x| (x - mean) * (x - mean)).sum::<R>();
        let (logits, targets) = x.split_at(x.len() / 2);
        match which {
            0 => x.iter().product(),
            1 => squares / (n - 1.0),
            2 => (squares / n).sqrt(),
            _ => naive("log_softmax", logits).iter().zip(targets).map(|(&y, &t)| -y * t).sum(),
        }
    }
    for (which, n, seed) in (0..4).flat_map(|which| [2, 4, 10, 50].map(|n| (which, n, 3 + n as u64))) {
        let x = numbers(n, seed);
        let u = numbers(n, seed + 1);
        let exact = |i: usize| {
            let unit = |k: usize| Dual::constant(DoubleDouble::from(f64::from(u8::from(k == i))));
            let at = |k: usize| Dual { primal: Dual::new(DoubleDouble::from(x[k]), u[k].into()), tangent: unit(k) };
            program(which, &(0..n).map(at).collect::<Vec<_>>())
        };
        let all: Vec<_> = (0..n).map(exact).collect();
        let size = |list: &[f64]| list.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let g: Vec<f64> = all.iter().map(|y| y.tangent.primal.to_f64()).collect();
        let h: Vec<f64> = all.iter().map(|y| y.tangent.tangent.to_f64()).collect();
        close(&[reduced(which, &x)], &[all[0].primal.primal.to_f64()], [1e-14, 1e-30]);
        close(&gradient(|x| reduced(which, x), &x), &g, [1e-14, 1e-15 * size(&g) + 1e-30]);
        close(&hvp(|x| reduced(which, x), &x, &u), &h, [1e-12, 1e-14 * size(&h) + 1e-13 * size(&g) + 1e-30]);
    }
}
