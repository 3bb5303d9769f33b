//! Linear algebra: each rule under the checker, in every mode the same as a plain generic program, and errors for what does not fit.

use gprime::linalg::rules::{
    CholeskyFactor, EigenValues, EigenVectors, Inverse, LogDet, MatMul, Matrix, Solve, SolveTriangular,
};
use gprime::linalg::{self, Factored, Triangle};
use gprime::prelude::*;
use gprime::{Error, check, function::VectorRule};
use proptest::prelude::*;

/// Numbers in (−1, 1).
fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// A matrix that is far from singular.
fn regular(n: usize, seed: u64) -> Vec<f64> {
    let mut a = numbers(n * n, seed);
    (0..n).for_each(|i| a[i * n + i] += 3.0f64.copysign(a[i * n + i]));
    a
}

/// A matrix whose lower triangle is that of a positive definite one; above there is something else.
fn positive(n: usize, seed: u64) -> Vec<f64> {
    let mut a = numbers(n * n, seed);
    (0..n).for_each(|i| a[i * n + i] += n as f64 + 1.0);
    a
}

/// Checks a rule at several points, which are made of a seed: none fails, and where the differences are too rough at one, another passes.
#[track_caller]
fn checked<V: VectorRule>(rule: impl Fn() -> V, x: &dyn Fn(u64) -> Vec<Vec<f64>>) {
    const TRIES: u64 = 12;
    let mut reports = (1..=TRIES).map(|seed| {
        let lists = x(seed);
        check::vector(&rule(), &lists.iter().map(|list| &**list).collect::<Vec<_>>())
    });
    let passed = reports.any(|report| {
        assert_ne!(report.verdict, check::Verdict::Fail, "{report}");
        report.passed()
    });
    assert!(passed, "{} passes nowhere", rule().name());
}

#[test]
fn every_rule_is_right_with_its_second_order() {
    for n in [1, 2, 3] {
        let kinds = [
            (Matrix::general as fn(usize) -> Matrix, regular as fn(usize, u64) -> Vec<f64>),
            (Matrix::positive_definite, positive),
        ];
        for transposed in [false, true] {
            for other in [false, true] {
                let rule = MatMul { rows: n, inner: 2, columns: 2, transposed: [transposed, other] };
                checked(|| rule.clone(), &|seed| vec![numbers(n * 2, seed), numbers(4, seed + 1)]);
            }
            for (of, matrix) in kinds {
                checked(|| Solve { of: of(n), columns: 2, transposed }, &|seed| {
                    vec![matrix(n, seed), numbers(2 * n, seed)]
                });
            }
            for triangle in [Triangle::Lower, Triangle::Upper] {
                let rule = SolveTriangular { n, columns: 2, triangle, transposed };
                checked(|| rule.clone(), &|seed| vec![regular(n, seed), numbers(2 * n, seed)]);
            }
        }
        let packed = |seed| {
            let a = positive(n, seed);
            (0..n).flat_map(|i| a[i * n..=i * n + i].to_vec()).collect::<Vec<f64>>()
        };
        checked(|| LogDet { of: Matrix::packed(n) }, &|seed| vec![packed(seed)]);
        checked(|| Solve { of: Matrix::packed(n), columns: 2, transposed: false }, &|seed| {
            vec![packed(seed), numbers(2 * n, seed)]
        });
        checked(|| Inverse { of: Matrix::packed(n) }, &|seed| vec![packed(seed)]);
        checked(|| CholeskyFactor { of: Matrix::packed(n) }, &|seed| vec![packed(seed)]);
        for (of, matrix) in kinds {
            checked(|| LogDet { of: of(n) }, &|seed| vec![matrix(n, seed)]);
            checked(|| Inverse { of: of(n) }, &|seed| vec![matrix(n, seed)]);
        }
        checked(|| CholeskyFactor { of: Matrix::positive_definite(n) }, &|seed| vec![positive(n, seed)]);
        checked(|| EigenValues { of: Matrix::eigen(n) }, &|seed| vec![numbers(n * n, seed)]);
        checked(|| EigenVectors { of: Matrix::eigen(n) }, &|seed| vec![numbers(n * n, seed)]);
    }
}

/// A⁻¹ B by elimination, as a program; A is dominated by its diagonal.
fn eliminated<R: Apply>(a: &[R], b: &[R], n: usize) -> Vec<R> {
    let (mut a, mut b, columns) = (a.to_vec(), b.to_vec(), b.len() / n);
    for k in 0..n {
        for i in (0..n).filter(|&i| i != k) {
            let factor = a[i * n + k] / a[k * n + k];
            for j in 0..n {
                a[i * n + j] = a[i * n + j] - factor * a[k * n + j];
            }
            for j in 0..columns {
                b[i * columns + j] = b[i * columns + j] - factor * b[k * columns + j];
            }
        }
    }
    (0..b.len()).map(|at| b[at] / a[at / columns * n + at / columns]).collect()
}

/// L of a positive definite matrix, by its lower triangle, as a program.
fn factor<R: Apply>(a: &[R], n: usize) -> Vec<R> {
    let mut l = vec![R::from(0.0); n * n];
    for i in 0..n {
        for j in 0..=i {
            let rest = a[i * n + j] - (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum::<R>();
            l[i * n + j] = if i == j { rest.sqrt() } else { rest / l[j * n + j] };
        }
    }
    l
}

const N: usize = 3;

/// A number that all functions have a part in: of a general matrix, a positive definite one, and two right sides.
fn whole<R: Apply>(x: &[R], by_rules: bool) -> Result<R, Error> {
    let (a, rest) = x.split_at(N * N);
    let (p, b) = rest.split_at(N * N);
    let identity: Vec<R> = (0..N * N).map(|at| R::from(f64::from(u8::from(at % N == at / N)))).collect();
    let (solved, product, l, below, log_det, form, inverse);
    if by_rules {
        let (general, definite) = (Factored::general(a)?, Factored::positive_definite(p)?);
        solved = general.solve(b)?;
        product = linalg::matmul(a, &solved, N)?;
        l = linalg::cholesky(p)?;
        below = linalg::solve_triangular(&l, b, Triangle::Lower)?;
        log_det = definite.log_det() + linalg::log_det(p)? * 0.0 + general.log_det();
        form = definite.quadratic_form(&b[..N])?;
        inverse = definite.inverse()?;
    } else {
        let symmetric: Vec<R> = (0..N * N).map(|at| p[at.max(at % N * N + at / N)]).collect();
        solved = eliminated(a, b, N);
        product = (0..2 * N).map(|at| (0..N).map(|k| a[at / 2 * N + k] * solved[k * 2 + at % 2]).sum()).collect();
        l = factor(p, N);
        below = eliminated(&l, b, N);
        let cofactors = (0..N).map(|i| {
            a[i] * (a[N + (i + 1) % N] * a[2 * N + (i + 2) % N] - a[N + (i + 2) % N] * a[2 * N + (i + 1) % N])
        });
        log_det = (0..N).map(|i| l[i * N + i].ln() * 2.0).sum::<R>() + cofactors.sum::<R>().abs().ln();
        form = R::dot(&b[..N], &eliminated(&symmetric, &b[..N], N));
        inverse = eliminated(&symmetric, &identity, N);
    }
    let all = solved.iter().chain(&product).chain(&l).chain(&below).chain(&inverse);
    Ok(all.enumerate().map(|(i, x)| (*x * (1.0 + 0.1 * i as f64)).sin()).sum::<R>() + log_det * form)
}

fn point(seed: u64) -> Vec<f64> {
    [regular(N, seed), positive(N, seed + 1), numbers(2 * N, seed + 2)].concat()
}

#[track_caller]
fn close(a: &[f64], b: &[f64]) {
    let size = b.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-10 * size, "{a} is not {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_rules_are_the_programs_in_every_mode(seed in 1u64..1 << 40) {
        let (x, u) = (point(seed), numbers(4 * N * N, seed + 3));
        let u = &u[..x.len()];
        let both = [true, false];
        let [rules, programs] = both.map(|how| vec![whole(&x, how).unwrap()]);
        close(&rules, &programs);
        let [rules, programs] = both.map(|how| gradient(|x| whole(x, how).unwrap(), &x));
        close(&rules, &programs);
        let [rules, programs] = both.map(|how| hvp(|x| whole(x, how).unwrap(), &x, u));
        close(&rules, &programs);
        let [rules, programs] = both.map(|how| {
            let x: Vec<Dual<Dual>> = x.iter().zip(u).map(|(&x, &u)| Dual::new(Dual::new(x, u), u.into())).collect();
            let y = whole(&x, how).unwrap();
            vec![y.primal.tangent, y.tangent.primal, y.tangent.tangent]
        });
        close(&rules, &programs);
        // recorded, and run again
        let recorder = Recorder::new();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recorder.var(x)).collect();
        let y = whole(&inputs, true).unwrap();
        let adjoints = y.backward();
        let recorded: Vec<f64> = inputs.iter().map(|&x| adjoints[x]).collect();
        close(&recorded, &gradient(|x| whole(x, false).unwrap(), &x));
        close(&recorder.hvp(y, &inputs, u).unwrap(), &hvp(|x| whole(x, false).unwrap(), &x, u));
    }

    #[test]
    fn a_matrix_is_made_again_of_its_eigenvalues(seed in 1u64..1 << 40, n in 1usize..6) {
        let a = numbers(n * n, seed);
        let symmetric: Vec<f64> = (0..n * n).map(|at| a[at.max(at % n * n + at / n)]).collect();
        let eigen = linalg::symmetric_eigen(&a).unwrap();
        let v = eigen.vectors().unwrap();
        let scaled: Vec<f64> = (0..n * n).map(|at| v[at] * eigen.values[at % n]).collect();
        let product: Vec<f64> = (0..n * n).map(|at| (0..n).map(|k| scaled[at / n * n + k] * v[at % n * n + k]).sum()).collect();
        close(&product, &symmetric);
        prop_assert!(eigen.values.is_sorted());
        // Σ λ² is ‖A‖², and vᵢ are orthonormal, in the derivatives as well
        let squares = gradient(|a| linalg::symmetric_eigen(a).unwrap().values.iter().map(|x| x.square()).sum(), &a);
        let expected: Vec<f64> = (0..n * n).map(|at| {
            let (i, j) = (at / n, at % n);
            if i == j { 2.0 * a[at] } else if j < i { 4.0 * a[at] } else { 0.0 }
        }).collect();
        close(&squares, &expected);
        let lengths = gradient(|a| linalg::symmetric_eigen(a).unwrap().vectors().unwrap().iter().map(|x| x.square()).sum(), &a);
        close(&lengths, &vec![0.0; n * n]);
    }
}

#[test]
fn equal_eigenvalues_have_sums_and_no_vectors() {
    let n = 3;
    let identity = [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0];
    // tr A and Σ λ³
    let trace = gradient(|a| linalg::symmetric_eigen(a).unwrap().values.iter().sum(), &identity);
    close(&trace, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    let cubes = gradient(|a| linalg::symmetric_eigen(a).unwrap().values.iter().map(|x| x.powi(3)).sum(), &identity);
    close(&cubes, &identity.map(|x| 3.0 * x * x));
    // of smallest norm among the subgradients of the largest
    let largest = gradient(|a| linalg::symmetric_eigen(a).unwrap().values[n - 1], &identity);
    close(&largest, &identity.map(|x| x / 6.0));
    let forwards =
        jvp(|a| linalg::symmetric_eigen(a).unwrap().values, &identity, &[3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    close(&forwards.1, &[1.0; 3]);
    gradient(
        |a| {
            let eigen = linalg::symmetric_eigen(a).unwrap();
            let error = eigen.vectors().unwrap_err();
            assert!(error.is_rule() && error.to_string().contains("0 to 2 are equal"), "{error}");
            eigen.values[0]
        },
        &identity,
    );
    assert!(linalg::symmetric_eigen(&identity).unwrap().vectors().is_ok());
    let recorder = Recorder::new();
    let a = identity.map(|x| recorder.var(x));
    let eigen = linalg::symmetric_eigen(&a).unwrap();
    let adjoints = eigen.values[n - 1].backward();
    close(&a.map(|a| adjoints[a]), &identity.map(|x| x / 6.0));
    // whether derivatives will be asked for is not known of a recording
    let adjoints = eigen.vectors().unwrap()[0].backward();
    assert!(a.iter().any(|&a| adjoints[a].is_nan()));
    // second derivatives do not exist, and none are made up
    assert!(hvp(|a| linalg::symmetric_eigen(a).unwrap().values[0], &identity, &[1.0; 9]).iter().any(|x| x.is_nan()));
}

#[test]
fn what_does_not_fit_is_an_error() {
    let is_rule = |result: Result<Vec<f64>, Error>| assert!(result.unwrap_err().is_rule());
    is_rule(linalg::matmul(&[1.0, 2.0, 3.0], &[1.0, 2.0], 2));
    is_rule(linalg::matmul(&[1.0, 2.0], &[1.0, 2.0], 0));
    is_rule(linalg::solve(&[1.0, 2.0, 3.0], &[1.0]));
    is_rule(linalg::solve(&[1.0, 2.0, 2.0, 4.0], &[1.0, 1.0]));
    is_rule(linalg::solve(&[1.0, f64::NAN, 2.0, 4.0], &[1.0, 1.0]));
    is_rule(linalg::solve(&[1.0, 0.0, 0.0, 1.0], &[1.0, 2.0, 3.0]));
    is_rule(linalg::solve_triangular(&[0.0, 7.0, 2.0, 1.0], &[1.0, 2.0], Triangle::Lower));
    is_rule(linalg::cholesky(&[1.0, 0.0, 2.0, 1.0]));
    is_rule(linalg::cholesky(&[f64::INFINITY]));
    is_rule(linalg::inverse(&[0.0]));
    is_rule(linalg::symmetric_eigen(&[f64::NAN]).map(|eigen| eigen.values));
    assert!(linalg::quadratic_form(&[1.0], &[1.0, 2.0]).unwrap_err().is_rule());
    assert!(Factored::general([1.0]).unwrap().lower().unwrap_err().is_rule());
    // the other triangle is not read
    assert_eq!(linalg::cholesky(&[4.0, f64::NAN, 2.0, 5.0]).unwrap(), [2.0, 0.0, 1.0, 2.0]);
    assert_eq!(linalg::solve_triangular(&[2.0, f64::NAN, 1.0, 4.0], &[2.0, 5.0], Triangle::Lower).unwrap(), [1.0, 1.0]);
    // nothing at all
    let nothing: [f64; 0] = [];
    assert!(linalg::solve(&nothing, &nothing).unwrap().is_empty());
    assert_eq!(linalg::log_det(&nothing).unwrap(), 0.0);
    assert!(linalg::symmetric_eigen(&nothing).unwrap().values.is_empty());
    assert!(
        linalg::cholesky(&nothing).unwrap().is_empty() && linalg::matmul(&nothing, &nothing, 2).unwrap().is_empty()
    );
}
