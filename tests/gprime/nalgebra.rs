//! nalgebra's own functions on numbers with derivatives, against exact formulas and differences of the same functions on `f64`.

use crate::common::{close, near};
use gprime::border::nalgebra::jacobian;
use gprime::forward::Masked;
use gprime::graph::Relation;
use gprime::prelude::*;
use gprime::scoped::{self, Scoped};
use nalgebra::{
    ComplexField, DMatrix, Isometry3, Matrix2, Matrix3, Matrix4, RealField, Rotation3, SMatrix, SVector, Translation3,
    UnitQuaternion, Vector2, Vector3, Vector4,
};
use num_traits::{Float, One, Zero};
use proptest::prelude::*;

const ROUNDING: [f64; 2] = [1e-12, 1e-13];

/// A constant.
fn c<T: RealField>(x: f64) -> T {
    nalgebra::convert(x)
}

/// The list of the numbers of some matrices.
macro_rules! list {
    ($($matrix:expr),+) => {{
        let mut all = vec![];
        $(all.extend($matrix.iter().copied());)+
        all
    }};
}

/// A function of one number, by which it is differentiated.
struct Program {
    name: &'static str,
    plain: fn(f64) -> Vec<f64>,
    dual: fn(Dual) -> Vec<Dual>,
    second: fn(Dual<Dual>) -> Vec<Dual<Dual>>,
    strong: fn(Tangents<f64, 2>) -> Vec<Tangents<f64, 2>>,
}
macro_rules! programs {
    ($all:ident; $($f:ident |$t:ident| $body:expr;)*) => {
        $(fn $f<T: RealField + Copy>($t: T) -> Vec<T> { $body })*
        const $all: &[Program] = &[$(Program { name: stringify!($f), plain: $f, dual: $f, second: $f, strong: $f }),*];
    };
}

impl Program {
    /// Values, first and second derivatives at a point. All numbers agree in the first ones.
    #[track_caller]
    fn derivatives(&self, at: f64) -> [Vec<f64>; 3] {
        let second = (self.second)(Dual::new(Dual::variable(at), Dual::from(1.0)));
        let [primals, first, second]: [Vec<f64>; 3] = [
            second.iter().map(|y| y.primal.primal).collect(),
            second.iter().map(|y| y.tangent.primal).collect(),
            second.iter().map(|y| y.tangent.tangent).collect(),
        ];
        let same = |numbers: Vec<f64>, others: &[f64]| {
            assert!(
                numbers.iter().zip(others).all(|(x, y)| near(*x, *y, 1e-11)),
                "{}: {numbers:?}, {others:?}",
                self.name
            );
        };
        same((self.plain)(at), &primals);
        same((self.dual)(Dual::variable(at)).iter().map(|y| y.tangent).collect(), &first);
        same((self.strong)(Tangents::variable(at, 1)).iter().map(|y| y.tangents()[1]).collect(), &first);
        [primals, first, second]
    }
}

/// A matrix that has an inverse, also its symmetric part, and moves with t.
fn moving<T: RealField + Copy>(t: T) -> Matrix3<T> {
    Matrix3::new(c(2.0), t, c(0.3), c(-0.4), t + c(1.5), c(0.2), t * t, c(0.1), c(1.2))
}
fn symmetric<T: RealField + Copy>(t: T) -> Matrix3<T> {
    moving(t) + moving(t).transpose()
}

programs! { EVERYWHERE;
    matrix_chain |t| {
        let step = |k: f64| {
            Matrix4::new_translation(&Vector3::new(t, c(k), t * t)) * Rotation3::from_euler_angles(t, c(k), t).to_homogeneous()
        };
        list!(step(0.3) * step(0.7) * step(-0.2) * Vector4::new(t, c(1.0), c(0.0), c(1.0)))
    };
    cholesky_solve |t| list!(symmetric(t).cholesky().unwrap().solve(&Vector3::new(c(1.0), t, c(0.5))));
    lu_solve |t| list!(moving(t).lu().solve(&Vector3::new(c(1.0), t, c(0.5))).unwrap());
    qr_solve |t| list!(moving(t).qr().solve(&Vector3::new(c(1.0), t, c(0.5))).unwrap());
    inverse |t| list!(moving(t).try_inverse().unwrap(), Matrix2::new(t, c(1.0), c(2.0), t).try_inverse().unwrap());
    determinants |t| vec![
        moving(t).determinant(),
        SMatrix::<T, 5, 5>::from_fn(|i, j| if i == j { t + c(1.0 + i as f64) } else { c(0.1 * j as f64) }).determinant(),
    ];
    norms |t| {
        let v = Vector3::new(t, c(1.0), t * t);
        let mut all = list!(v.normalize());
        all.extend([v.norm(), v.lp_norm(3), v.dot(&v), moving(t).norm(), v.angle(&Vector3::x()), v.metric_distance(&Vector3::y())]);
        all
    };
    eigenvalues |t| {
        let mut values = list!(symmetric(t).symmetric_eigenvalues());
        values.sort_by(|a, b| a.partial_cmp(b).unwrap());
        values
    };
    singular_values |t| list!(moving(t).singular_values());
    eigenvectors |t| list!(symmetric(t).symmetric_eigen().recompose());
    products |t| {
        let big = DMatrix::from_fn(6, 6, |i, j| if i == j { t } else { c(0.1 * (i + 2 * j) as f64) });
        list!(&big * &big, moving(t) * moving(t).transpose())
    };
    exponential |t| list!(moving(t).exp());
    quaternions |t| {
        let q = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), t) * UnitQuaternion::from_euler_angles(c(0.3), t, c(0.1));
        let pose = Isometry3::from_parts(Translation3::new(t, c(0.0), c(1.0)), q);
        list!(q.coords, q.scaled_axis(), pose.inverse().to_homogeneous(), (pose * pose).translation.vector)
    };
    functions |t| {
        let x = t * c(0.5);
        let (s, h) = (t.sin_cos(), t.sinh_cosh());
        vec![
            s.0 * h.1, t.sinc(), t.sinhc(), (t * c(0.2)).sinc(), t.cosc(), x.asin() * x.acos(), x.atanh().atan(), t.abs().sqrt(), t.powi(3),
            t.powf(c(1.5)), t.log(c(3.0)), t.cbrt().exp_m1(), t.exp2().ln_1p(), t.hypot(c(0.3)), t.atan2(c(2.0)), t.copysign(c(-1.0)),
            t.max(c(0.1)).min(x), RealField::clamp(t, c(0.1), c(5.0)), t.mul_add(t, x), t.recip().log2(), t.tanh().asinh(), t.fract(), t.floor() * t,
            t.try_sqrt().unwrap(), t.to_exp().0, t.modulus_squared(), t.scale(t).unscale(x), t.log10() * T::pi(), t.tan() + T::frac_2_sqrt_pi(),
        ]
    };
}

proptest! {
    #[test]
    fn derivatives_are_those_of_differences(t in 0.3..0.95f64) {
        prop_assume!((t - 0.5).abs() > 1e-3);
        let (h, far) = (1e-6, 1e-4);
        for program in EVERYWHERE {
            let [_, first, second] = program.derivatives(t);
            let f = |t| (program.plain)(t);
            let (up, down, y) = (f(t + h), f(t - h), f(t));
            let (far_up, far_down) = (f(t + far), f(t - far));
            for i in 0..y.len() {
                let (one, two) = ((up[i] - down[i]) / (2.0 * h), (far_up[i] - 2.0 * y[i] + far_down[i]) / (far * far));
                prop_assert!(near(first[i], one, 1e-6), "{} {i}: {} {one}", program.name, first[i]);
                prop_assert!(near(second[i], two, 1e-5), "{} {i}: {} {two}", program.name, second[i]);
            }
        }
    }

    /// Of random matrices A + tB, against the formulas.
    #[test]
    fn formulas_of_matrices_hold(a in prop::array::uniform9(-0.3..0.3f64), b in prop::array::uniform9(-1.0..1.0f64)) {
        let a = Matrix3::from_row_slice(&a) + Matrix3::from_diagonal(&Vector3::new(1.0, 2.0, 4.0));
        let b = Matrix3::from_row_slice(&b);
        let along = |a: Matrix3<f64>, b: Matrix3<f64>| a.zip_map(&b, |a, b| Dual::new(Dual::new(a, b), Dual::new(b, 0.0)));
        let tangents = |m: Matrix3<Dual<Dual>>| [m.map(|x| x.tangent.primal), m.map(|x| x.tangent.tangent)];
        let moving = along(a, b);

        let inverse = a.try_inverse().unwrap();
        let first = -inverse * b * inverse;
        let exact = [first, -2.0 * inverse * b * first];
        let by_lu = SMatrix::<_, 3, 3>::from_fn(|i, j| moving.lu().solve(&Matrix3::identity()).unwrap()[(i, j)]);
        for found in [moving.try_inverse().unwrap(), by_lu] {
            for (found, exact) in tangents(found).iter().zip(&exact) {
                close(found.as_slice(), exact.as_slice(), [1e-9, 1e-10]);
            }
        }
        let determinant = moving.determinant();
        close(&[determinant.tangent.primal], &[a.determinant() * (inverse * b).trace()], [1e-10, 1e-11]);

        // λ′ = vᵀBv and λ″ = 2 Σ (vᵀBw)² / (λ − μ)
        let (a, b) = (a + a.transpose(), b + b.transpose());
        let eigen = a.symmetric_eigen();
        let found = along(a, b).symmetric_eigenvalues();
        for value in found.iter() {
            let near = |i: &usize| (eigen.eigenvalues[*i] - value.primal.primal).abs();
            let i = (0..3).min_by(|i, j| near(i).total_cmp(&near(j))).unwrap();
            let coupling = |j: usize| eigen.eigenvectors.column(i).dot(&(b * eigen.eigenvectors.column(j)));
            close(&[value.tangent.primal], &[coupling(i)], [1e-8, 1e-9]);
            let gap = |j: usize| eigen.eigenvalues[i] - eigen.eigenvalues[j];
            let second: f64 = (0..3).filter(|&j| j != i).map(|j| 2.0 * coupling(j).powi(2) / gap(j)).sum();
            close(&[value.tangent.tangent], &[second], [1e-6, 1e-7]);
        }
    }
}

/// What is multiplied by a number that is 0 and moves has a slope: nalgebra leaves out what is multiplied by a constant 0.
#[test]
fn a_factor_of_zero_keeps_its_slope() {
    fn all<T: RealField + Copy>(t: T) -> Vec<T> {
        let (a, x) = (Matrix2::new(c(1.0), c(2.0), c(3.0), c(4.0)), Vector2::new(c(1.0), c(1.0)));
        let y = || Vector2::new(c::<T>(5.0), c(7.0));
        let (mut gemv, mut axpy, mut alpha, mut gemm) = (y(), y(), y(), Matrix2::identity());
        gemv.gemv(c(1.0), &a, &x, t);
        axpy.axpy(c(1.0), &x, t);
        alpha.gemv(t, &a, &x, c(0.0));
        gemm.gemm(t, &a, &a, t);
        list!(gemv, axpy, alpha, gemm)
    }
    let slopes = [5.0, 7.0, 5.0, 7.0, 3.0, 7.0, 8.0, 15.0, 10.0, 23.0];
    close(&all(Dual::variable(0.0)).iter().map(|y| y.tangent).collect::<Vec<_>>(), &slopes, [0.0; 2]);
    close(
        &all(Tangents::<f64, 1, Ieee>::variable(0.0, 0)).iter().map(|y| y.tangents()[0]).collect::<Vec<_>>(),
        &slopes,
        [0.0; 2],
    );
    close(
        &all(Tangents::<f64, 1, Masked>::variable(0.0, 0)).iter().map(|y| y.tangents()[0]).collect::<Vec<_>>(),
        &slopes,
        [0.0; 2],
    );
    // the inner level of a nested derivative moves alone
    let inner = all(Dual::constant(Dual::variable(0.0)));
    close(&inner.iter().map(|y| y.primal.tangent).collect::<Vec<_>>(), &slopes, [0.0; 2]);
    let outer = all(Dual::new(Dual::from(0.0), Dual::variable(0.0)));
    close(&outer.iter().map(|y| y.tangent.tangent).collect::<Vec<_>>(), &slopes, [0.0; 2]);
}

/// The functions at points where nalgebra has branches and the derivatives are right all the same.
#[test]
fn at_branches_that_are_harmless() {
    programs! { AT_ZERO;
        norm_at_zero |t| vec![Vector3::new(t, t, t).norm()];
        eigenvalues_2 |t| list!(Matrix2::new(c(1.0), t, t, c(3.0)).symmetric_eigenvalues());
        eigenvalues_3 |t| list!(Matrix3::new(c(1.0), t, t, t, c(3.0), t, t, t, c(7.0)).symmetric_eigenvalues());
        singular_values |t| list!(Matrix3::new(c(1.0), t, t, t, c(3.0), t, t, t, c(7.0)).singular_values());
        sum_of_repeated |t| vec![Matrix3::from_diagonal_element(c::<T>(2.0)).map(|x| x + t).symmetric_eigenvalues().sum()];
    }
    let first = |program: &Program| (program.dual)(Dual::variable(0.0)).iter().map(|y| y.tangent).collect::<Vec<_>>();
    let slopes: Vec<Vec<f64>> = AT_ZERO.iter().map(first).collect();
    assert_eq!(slopes, [vec![0.0], vec![0.0; 2], vec![0.0; 3], vec![0.0; 3], vec![3.0]]);

    programs! { SMOOTH_AT_ZERO;
        from_axis_angle |t| list!(UnitQuaternion::from_axis_angle(&Vector3::z_axis(), t).to_homogeneous());
        from_euler |t| list!(Rotation3::from_euler_angles(t, t, t).into_inner());
        cholesky |t| list!(Matrix2::new(c(2.0), t, t, c(3.0)).cholesky().unwrap().l());
        zero_pivot |t| list!(Matrix3::new(t, c(1.0), t, c(1.0), t, t, t, t, c(2.0)).lu().solve(&Vector3::new(c(1.0), t, c(2.0))).unwrap());
        determinant_of_singular |t| vec![Matrix3::new(t, c(0.0), t, c(0.0), c(1.0), c(0.0), t, c(0.0), c(1.0)).determinant()];
        triangular |t| list!(Matrix2::new(c(1.0), t, c(0.0), c(2.0)).solve_upper_triangular(&Vector2::new(t, c(1.0))).unwrap());
        sinc |t| vec![t.sinc(), t.sinhc()];
        exponential |t| list!(Matrix2::new(c(0.0), t, -t, c(0.0)).exp());
    }
    let h = 1e-4;
    for program in SMOOTH_AT_ZERO {
        let [_, first, second] = program.derivatives(0.0);
        let [up, y, down] = [h, 0.0, -h].map(program.plain);
        for i in 0..y.len() {
            assert!(near(first[i], (up[i] - down[i]) / (2.0 * h), 1e-6), "{}", program.name);
            assert!(near(second[i], (up[i] - 2.0 * y[i] + down[i]) / (h * h), 1e-6), "{}", program.name);
        }
    }
}

/// What the documentation says that nalgebra's branches drop. Where one of these fails, nalgebra has become better: take its line out there.
#[test]
fn what_nalgebra_drops() {
    programs! { DROPPED;
        rotation_by_angle_0 |t| list!(Rotation3::from_axis_angle(&Vector3::z_axis(), t).into_inner());
        rotation_by_no_vector |t| list!(UnitQuaternion::new(Vector3::new(t, c(0.0), c(0.0))).coords);
        vector_of_no_rotation |t| list!(UnitQuaternion::from_axis_angle(&Vector3::z_axis(), t).scaled_axis());
        power_of_no_rotation |t| list!(UnitQuaternion::from_axis_angle(&Vector3::z_axis(), t).powf(c(0.5)).coords);
        between_parallels |t| list!(UnitQuaternion::rotation_between(&Vector3::x(), &Vector3::new(c(1.0), t, c(0.0))).unwrap().coords);
        eigenvectors_of_a_diagonal |t| list!(Matrix2::new(c(1.0), t, t, c(3.0)).symmetric_eigen().recompose());
        tridiagonal_of_a_diagonal |t| list!(Matrix3::new(c(1.0), t, t, t, c(3.0), t, t, t, c(7.0)).symmetric_tridiagonalize().q());
        reflection_of_a_zero_column |t| list!(Matrix2::new(t, c(1.0), t, c(2.0)).qr().r().column(0));
        determinant_with_a_zero_column |t| {
            let (zero, one) = (c(0.0), c(1.0));
            vec![Matrix4::new(zero, one, zero, zero, t, zero, zero, zero, zero, zero, one, zero, zero, zero, zero, one).determinant()]
        };
        eigenvalues_of_zero |t| vec![Matrix2::from_element(t).symmetric_eigenvalues().sum()];
    }
    for program in DROPPED {
        let slopes: Vec<f64> = (program.dual)(Dual::variable(0.0)).iter().map(|y| y.tangent).collect();
        assert_eq!(slopes, vec![0.0; slopes.len()], "{}", program.name);
    }

    let t = Dual::variable(0.0);
    // a choice between equals takes one of them, where `max` of two numbers has ½ of each
    assert_eq!(Vector2::new(Dual::variable(1.0), Dual::constant(1.0)).max().tangent.abs(), 1.0);
    assert_eq!(RealField::max(Dual::variable(1.0), Dual::constant(1.0)).tangent, 0.5);
    // the pseudoinverse of a diagonal matrix
    let [one, three, seven] = [1.0, 3.0, 7.0].map(Dual::from);
    let pseudo = Matrix3::new(one, t, t, t, three, t, t, t, seven).pseudo_inverse(Dual::from(1e-12)).unwrap();
    assert!((pseudo[(1, 0)].tangent + 1.0 / 3.0).abs() > 0.1);
    // singular matrices that move are not seen to be singular, and what has no derivative is not finite
    let singular = Matrix2::new(t, Dual::from(0.0), Dual::from(0.0), Dual::from(1.0));
    assert!(!Matrix2::new(0.0, 0.0, 0.0, 1.0).lu().is_invertible() && singular.lu().is_invertible());
    assert!(!singular.try_inverse().unwrap()[(0, 0)].is_finite());
    assert!(!singular.lu().solve(&Vector2::new(t, t)).unwrap().x.is_finite());
    let five = SMatrix::<Dual, 5, 5>::from_fn(|i, j| {
        if i != j {
            0.0.into()
        } else if i == 0 {
            t
        } else {
            1.0.into()
        }
    });
    assert!(five.determinant().is_nan());
    // at zero there is no direction
    let nothing = Vector2::new(t, Dual::from(0.0));
    assert!(nothing.normalize().x.is_nan() && nothing.try_normalize(Dual::from(0.0)).is_none());
    // second derivatives of eigenvalues at a diagonal matrix
    let t = Dual::new(Dual::variable(0.0), Dual::from(1.0));
    let [one, three] = [1.0, 3.0].map(|x| Dual::constant(Dual::constant(x)));
    assert!(Matrix2::new(one, t, t, three).symmetric_eigenvalues().iter().any(|value| value.is_nan()));
}

/// A function that asks for a trait of nalgebra, one for a trait of num-traits and one for ours, on the same concrete numbers, with all three
/// in scope.
#[test]
fn all_traits_are_in_scope_together() {
    fn of_nalgebra<T: RealField + Copy>(x: T) -> T {
        x.sin().max(x) + x.abs() * T::pi()
    }
    fn of_num_traits<T: Float>(x: T) -> T {
        x.sin().max(x) + x.abs() * T::from(std::f64::consts::PI).unwrap()
    }
    fn of_ours<R: Number>(x: R) -> R {
        x.sin().max(x) + x.abs() * std::f64::consts::PI
    }
    /// A bound that has both must say whose method it wants; what only one has needs nothing.
    fn of_both<T: RealField + Number>(x: T) -> T {
        Real::sin(x).relu() + x * 2.0 + T::pi()
    }
    macro_rules! on_each {
        ($($x:expr),*) => { $( {
            let x = $x;
            let text = |y| format!("{y:?}");
            assert_eq!(text(of_nalgebra(x)), text(of_ours(x)));
            assert_eq!(text(of_num_traits(x)), text(of_ours(x)));
            assert_eq!(text(of_both(x) - x - x), text(x.sin().relu() + std::f64::consts::PI));
            let all = [
                x.sin(), x.cos(), x.tan(), x.exp(), x.exp2(), x.exp_m1(), x.ln(), x.ln_1p(), x.log2(), x.log10(), x.log(x), x.sqrt(), x.cbrt(),
                x.asin(), x.acos(), x.atan(), x.sinh(), x.cosh(), x.tanh(), x.asinh(), x.atanh(), x.abs(), x.signum(), x.floor(), x.ceil(),
                x.round(), x.trunc(), x.fract(), x.recip(), x.powi(2), x.powf(1.5), x.max(x), x.min(0.25), x.clamp(0.0, 1.0), x.mul_add(x, x),
                x.hypot(x), x.atan2(x), x.copysign(x), x.abs_sub(x), x.sin_cos().0, x % x, x % 0.3,
            ];
            assert!(all.iter().all(|y| y.is_finite() && y.is_sign_positive() != y.is_sign_negative()) && !x.is_zero());
        } )* };
    }
    on_each!(
        Dual::variable(0.5),
        Dual::variable(Dual::variable(0.5)),
        Tangents::<f64, 2>::variable(0.5, 1),
        Tangents::<Dual, 2, Ieee>::variable(Dual::variable(0.5), 1),
        Tangents::<f64, 2, Masked>::variable(0.5, 1)
    );
    assert!(Dual::<f64>::zero().is_zero() && Dual::<f64>::one().is_one());
}

/// Position and orientation of the hand of an arm of seven joints.
fn arm<T: RealField + Copy>(joints: SVector<T, 7>) -> SVector<T, 7> {
    let axes = [Vector3::z_axis(), Vector3::y_axis()];
    let mut pose = Isometry3::identity();
    for (i, &angle) in joints.iter().enumerate() {
        let link = Translation3::new(c(0.1), c(0.0), c(0.3));
        pose = pose * UnitQuaternion::from_axis_angle(&axes[i % 2], angle) * link;
    }
    let (at, turned) = (pose.translation.vector, pose.rotation.coords);
    [at.x, at.y, at.z, turned.x, turned.y, turned.z, turned.w].into()
}

proptest! {
    #[test]
    fn the_jacobian_of_an_arm(joints in prop::array::uniform7(prop_oneof![-2.0..2.0f64, Just(0.0)])) {
        let joints = SVector::from(joints);
        let (y, j) = jacobian!(arm, &joints);
        close(y.as_slice(), arm(joints).as_slice(), ROUNDING);
        for k in 0..7 {
            let mut moving = joints.map(Dual::from);
            moving[k] = Dual::variable(joints[k]);
            let column = arm(moving).map(|y| y.tangent);
            close(j.column(k).as_slice(), column.as_slice(), ROUNDING);
            let step = SVector::<f64, 7>::from_fn(|i, _| if i == k { 1e-6 } else { 0.0 });
            let difference = (arm(joints + step) - arm(joints - step)) / 2e-6;
            prop_assert!((j.column(k) - difference).norm() < 1e-8);
        }
    }
}

/// The driver runs again where 0 met ∞, and only there; it takes closures that hold data, and functions of other bounds.
#[test]
fn the_driver_runs_again_for_a_nan() {
    let runs = std::cell::Cell::new(0);
    let center = Vector2::new(1.0, 2.0);
    fn distance<T: RealField + Copy>(p: SVector<T, 2>, center: Vector2<f64>) -> SVector<T, 2> {
        [(p - center.cast()).norm(), p.x * p.y].into()
    }
    let count = || runs.set(runs.get() + 1);
    let at = |x: Vector2<f64>| {
        jacobian!(
            |p| {
                count();
                distance(p, center)
            },
            &x
        )
    };
    let (y, j) = at(Vector2::new(1.0, 3.0));
    assert_eq!((y, j, runs.get()), (Vector2::new(1.0, 3.0), Matrix2::new(0.0, 1.0, 3.0, 1.0), 1));
    let (y, j) = at(center);
    assert_eq!((y, j, runs.get()), (Vector2::new(0.0, 2.0), Matrix2::new(0.0, 0.0, 2.0, 1.0), 3));
    // NaN that is one stays
    let (_, j) = at(Vector2::new(f64::NAN, 1.0));
    assert!(j[(0, 0)].is_nan() && j[(1, 0)] == 1.0);

    fn ours<R: Number + nalgebra::Scalar>(x: Vector2<R>) -> Vector2<R> {
        Vector2::new(x[0].sigmoid() * x[1], x[0])
    }
    fn floats<T: Float + nalgebra::Scalar>(x: Vector2<T>) -> Vector2<T> {
        Vector2::new((x[0] * x[1]).sin(), x[0])
    }
    let x = Vector2::new(0.0, 2.0);
    assert_eq!(jacobian!(ours, &x).1, Matrix2::new(0.5, 0.5, 1.0, 0.0));
    assert_eq!(jacobian!(floats, &x).1, Matrix2::new(2.0, 0.0, 1.0, 0.0));
}

/// Conversions to plain numbers, which nalgebra makes where it counts, and comparisons within a tolerance look at primals.
#[test]
fn conversions_and_tolerances() {
    let x = Dual::variable(2.5);
    assert_eq!(nalgebra::try_convert::<_, f64>(x), Some(2.5));
    assert_eq!(nalgebra::convert::<f32, Dual>(0.5).tangent, 0.0);
    assert!(approx::relative_eq!(x, Dual::constant(2.5 + 1e-16)) && !approx::abs_diff_eq!(x, Dual::constant(2.6)));
    assert!(approx::ulps_eq!(x, Dual::constant(2.5)));
    assert_eq!(<Dual as RealField>::max_value().unwrap().primal, f64::MAX);
    assert_eq!((-x).argument().primal, std::f64::consts::PI);
    let (modulus, sign) = (-x).to_exp();
    assert_eq!((modulus.primal, modulus.tangent, sign.primal, sign.tangent), (2.5, 1.0, -1.0, 0.0));
}

/// As many inputs as a matrix and a vector have.
const INPUTS: usize = 12;
type Forward = Tangents<f64, 4, Ieee>;
type OverReverse = Scoped<Tape<Dual>>;

/// A function of a matrix and a vector, on each number that nalgebra takes.
struct OfMatrix {
    name: &'static str,
    forward: fn(&[Forward]) -> Forward,
    second: fn(&[Dual<Dual>]) -> Dual<Dual>,
    reverse: fn(&[Scoped]) -> Scoped,
    over_reverse: fn(&[OverReverse]) -> OverReverse,
    recorded: fn(&[Scoped<Recorder>]) -> Scoped<Recorder>,
    /// How many comparisons nalgebra makes, if that is the same for each matrix.
    guards: Option<usize>,
}
// of matrices whose size the compiler does not know, for which it makes much less code
macro_rules! of_matrices {
    ($($f:ident |$m:ident, $v:ident| $body:expr, $guards:expr;)*) => {
        $(fn $f<T: RealField + Copy>(x: &[T]) -> T {
            let ($m, $v) = (&DMatrix::from_row_slice(3, 3, &x[..9]), &Vector3::from_row_slice(&x[9..]));
            $body
        })*
        const OF_MATRICES: &[OfMatrix] = &[$(OfMatrix {
            name: stringify!($f), forward: $f, second: $f, reverse: $f, over_reverse: $f, recorded: $f, guards: $guards,
        }),*];
    };
}

/// A positive definite matrix.
fn definite<T: RealField + Copy>(m: &DMatrix<T>) -> DMatrix<T> {
    m * m.transpose() + DMatrix::identity(3, 3)
}

/// A user's function: an angle, a branch, an iteration that ends when it has converged.
fn users<T: RealField + Copy>(m: &DMatrix<T>, v: &Vector3<T>) -> T {
    let turned = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), v.x % c(0.75)) * Vector3::new(v.y, v.z, v.x);
    let square = v.norm_squared() + c(1.0);
    let mut root = square;
    loop {
        let step = (root * root - square) / (root * c(2.0));
        root -= step;
        if step.abs() < c(1e-9) {
            break;
        }
    }
    if m.trace() > c(0.0) {
        turned.x.copysign(v.y) * root
    } else {
        turned.norm().max(v.z) * RealField::clamp(root, v.z, c(9.0))
    }
}

/// A chain of matrices that move and turn by the numbers.
fn poses<T: RealField + Copy>(m: &DMatrix<T>, v: &Vector3<T>) -> T {
    let mut pose = Matrix4::identity();
    for row in m.row_iter() {
        pose *= Matrix4::new_translation(&Vector3::new(row[0], row[1], c(1.0)))
            * Matrix4::from_euler_angles(row[2], c(0.3), v.x);
    }
    (pose * Vector4::new(v.x, v.y, v.z, c(1.0))).norm()
}

of_matrices! {
    by_poses |m, v| poses(m, v), Some(0);
    by_cholesky |m, v| definite(m).cholesky().unwrap().solve(v).dot(v), Some(3);
    by_inverse |m, v| (definite(m).try_inverse().unwrap() * v).norm() + m.norm(), Some(0);
    by_lu |m, v| m.clone().lu().solve(v).unwrap().norm_squared(), Some(3);
    by_users |m, v| users(m, v), None;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// In reverse mode nalgebra's functions have the gradients and Hessians that they have in forward mode.
    #[test]
    fn reverse_mode_agrees_with_forward_mode(
        x in prop::array::uniform12(prop_oneof![9 => -2.0..2.0f64, 1 => Just(0.0)]),
        u in prop::array::uniform12(-1.0..1.0f64),
    ) {
        prop_assume!(Matrix3::from_row_slice(&x[..9]).determinant().abs() > 0.1 && x[9..].iter().all(|x| x.abs() > 0.01));
        for f in OF_MATRICES {
            let forward: Vec<Forward> = (0..INPUTS)
                .step_by(4)
                .map(|first| {
                    let moving = |i: usize| if i / 4 == first / 4 { Tangents::variable(x[i], i % 4) } else { x[i].into() };
                    (f.forward)(&(0..INPUTS).map(moving).collect::<Vec<_>>())
                })
                .collect();
            let expected: Vec<f64> = forward.iter().flat_map(|y| y.tangents()).collect();
            let size = expected.iter().fold(1.0, |size: f64, slope| size.max(slope.abs()));
            let rounding = [1e-9, 1e-9 * size];
            let mut g = [0.0; INPUTS];
            let value = scoped::value_and_gradient(f.reverse, &x, &mut g).unwrap();
            close(&[value], &[forward[0].primal], rounding);
            close(&g, &expected, rounding);

            let along: Vec<_> = x.iter().zip(u).map(|(&x, u)| Dual::new(Dual::new(x, u), Dual::constant(u))).collect();
            let second = (f.second)(&along).tangent.tangent;
            let hvp = scoped::hvp(f.over_reverse, &x, &u).unwrap();
            let size = hvp.iter().fold(size, |size, slope| size.max(slope.abs()));
            close(&[hvp.iter().zip(&u).map(|(h, u)| h * u).sum()], &[second], [1e-8, 1e-8 * size]);

            let recorder = Recorder::new();
            let inputs = x.map(|x| recorder.var(x));
            let y = scoped::within(&inputs, |x| vec![(f.recorded)(x)]).unwrap()[0];
            let adjoints = recorder.backward(y);
            close(&[y.value()], &[value], rounding);
            close(&inputs.map(|x| adjoints[x]), &g, rounding);
            close(&recorder.hvp(y, &inputs, &u).unwrap(), &hvp, [1e-8, 1e-8 * size]);
            // every branch is known, and no value was read behind the recorder's back
            prop_assert_eq!(recorder.primals(), []);
            let guards = recorder.comparisons().len();
            prop_assert!(f.guards.map_or(guards > 0, |n| n == guards), "{}: {guards}", f.name);
        }
    }
}

/// A recording knows each comparison of a pivot: by value, by line, and how it came out.
#[test]
fn pivots_are_guards() {
    let recorder = Recorder::new();
    let a = Matrix3::new(1.0, 2.0, 0.5, -4.0, 1.0, 0.0, 2.0, 3.0, 1.0);
    let inputs: Vec<Expr<'_>> = a.iter().map(|&x| recorder.var(x)).collect();
    let determinant = |x: &[Scoped<Recorder>]| vec![DMatrix::from_column_slice(3, 3, x).lu().determinant()];
    let y = scoped::within(&inputs, determinant).unwrap()[0];
    close(&[y.value()], &[a.determinant()], ROUNDING);
    let guards = recorder.comparisons();
    // of the first column |−4| > |1| and not |2| > |−4|; of the second not |2.5| > |2.25|, or the other way
    assert_eq!(guards.iter().map(|guard| guard.relation).collect::<Vec<_>>(), [Relation::Greater; 3]);
    assert_eq!(guards.iter().map(|guard| guard.held).collect::<Vec<_>>(), [true, false, true]);
    assert!(guards.iter().all(|guard| guard.line.file().contains("nalgebra")));
    // what becomes a plain number is remembered
    let plain = |x: &[Scoped<Recorder>]| vec![c(nalgebra::try_convert::<_, f64>(x[0]).unwrap())];
    assert!(recorder.primals().is_empty());
    scoped::within(&inputs, plain).unwrap();
    assert_eq!(recorder.primals().len(), 1);
    // a constant matrix takes no place
    let before = recorder.len();
    scoped::within(&inputs, |_| vec![DMatrix::<Scoped<Recorder>>::identity(3, 3).lu().determinant()]).unwrap();
    assert_eq!(recorder.len(), before);
}

/// A Jacobian in reverse, of nalgebra's vectors.
#[test]
fn the_jacobian_of_an_arm_in_reverse() {
    let joints = [0.3, -0.4, 0.0, 1.2, 0.7, -1.9, 0.1];
    let (_, forward) = jacobian!(arm, &SVector::from(joints));
    let rows = scoped::jacobian(|x| arm(SVector::from_column_slice(x)).as_slice().to_vec(), &joints).unwrap();
    for (row, expected) in rows.iter().zip(forward.row_iter()) {
        close(row, expected.transpose().as_slice(), ROUNDING);
    }
}

/// A number that nalgebra keeps is caught outside of its scope.
#[test]
fn a_matrix_that_leaves_its_scope_is_caught() {
    let mut kept = vec![];
    let keep = |x: &[Scoped]| {
        kept.push(Matrix2::from_column_slice(x));
        x[0]
    };
    scoped::gradient(keep, &[1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(kept[0].map(Scoped::value), Matrix2::new(1.0, 3.0, 2.0, 4.0));
    let text = crate::common::quietly(|| kept[0].determinant()).err().unwrap().text;
    assert!(text.contains("outside of its scope"), "{text}");
}
