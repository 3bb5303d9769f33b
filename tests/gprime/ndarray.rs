//! Arrays of `ndarray` with numbers that have derivatives.

use crate::common::close;
use gprime::forward::Masked;
use gprime::prelude::*;
use ndarray::{Array1, Array2, LinalgScalar, ScalarOperand, array};
use num_traits::{Float, FromPrimitive};

/// Products of a matrix and vectors, arithmetic with one number, and statistics: what ndarray has for a generic element.
fn program<T: Float + LinalgScalar + ScalarOperand + FromPrimitive>(x: T, y: T) -> Vec<T> {
    let a: Array2<T> = array![[x, y, T::one()], [y, x * y, x], [T::zero(), x, y]];
    let v: Array1<T> = array![x, T::one(), y];
    let product = a.dot(&a).dot(&v);
    let scaled = (&a * x + y) / (x + T::one());
    let mut all = product.to_vec();
    all.extend(scaled.iter());
    all.extend([v.dot(&v), a.sum(), v.mean().unwrap(), v.var(T::zero()), a.product(), v.dot(&a)[1]]);
    all.extend(a.mapv(|x| x.sin()).diag());
    all
}

#[test]
fn arrays_have_derivatives() {
    let (x, y, h) = (0.7, -1.3, 1e-6);
    let difference = |x: [f64; 2], u: [f64; 2]| {
        let at = |h: f64| program(x[0] + h * u[0], x[1] + h * u[1]);
        at(h).iter().zip(at(-h)).map(|(up, down)| (up - down) / (2.0 * h)).collect::<Vec<f64>>()
    };
    let by_each = [difference([x, y], [1.0, 0.0]), difference([x, y], [0.0, 1.0])];
    let dual = program(Dual::variable(x), Dual::constant(y));
    close(&dual.iter().map(|y| y.primal).collect::<Vec<_>>(), &program(x, y), [1e-14; 2]);
    close(&dual.iter().map(|y| y.tangent).collect::<Vec<_>>(), &by_each[0], [1e-8; 2]);
    macro_rules! agree {
        ($($Z:ty)*) => { $(
            let all = program(Tangents::<f64, 2, $Z>::variable(x, 0), Tangents::variable(y, 1));
            for (k, slopes) in by_each.iter().enumerate() {
                close(&all.iter().map(|y| y.tangents()[k]).collect::<Vec<_>>(), slopes, [1e-8; 2]);
            }
        )* };
    }
    agree!(Strong Ieee Masked);
    let rows = gprime::scoped::jacobian(|x| program(x[0], x[1]), &[x, y]).unwrap();
    for (k, slopes) in by_each.iter().enumerate() {
        close(&rows.iter().map(|row| row[k]).collect::<Vec<_>>(), slopes, [1e-8; 2]);
    }
    let second = program(Dual::new(Dual::variable(x), Dual::from(1.0)), Dual::constant(Dual::from(y)));
    let exact = |x: f64| program(x, y)[0];
    let h = 1e-4;
    close(&[second[0].tangent.tangent], &[(exact(x + h) - 2.0 * exact(x) + exact(x - h)) / (h * h)], [1e-6; 2]);
    let single = program(Single::from(x), Single::from(y));
    close(&[single[0].to_f64()], &[program(x, y)[0]], [1e-6; 2]);
}

/// A factor that is 0 and changes keeps its slope in a product.
#[test]
fn a_factor_of_zero_keeps_its_slope() {
    let t = Dual::variable(0.0);
    let product = array![[t, t], [t, t]].dot(&array![Dual::from(5.0), Dual::from(2.0)]) * Dual::from(3.0);
    assert_eq!(product.map(|y| y.tangent), array![21.0, 21.0]);
}

/// Variables are not `'static`, so arrays of them have the operators between arrays and what is made of closures.
#[test]
fn arrays_of_variables() {
    let g = gradient(
        |x| {
            let a = Array1::from_vec(x.to_vec());
            let b = &a * &a + a.map(|&x| x * 2.0);
            (&b - &a).sum() * a.product()
        },
        &[1.0, 2.0, 3.0],
    );
    // (Σ x² + x) Π x at (1, 2, 3): 20 · 6
    assert_eq!(g, [20.0 * 6.0 + 6.0 * 3.0, 20.0 * 3.0 + 6.0 * 5.0, 20.0 * 2.0 + 6.0 * 7.0]);
}
