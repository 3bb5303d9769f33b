//! The modes, and their nesting in every order.

use crate::common::close;
use gprime::prelude::*;

/// x² y³ + sin(x y): every derivative has a closed form.
fn f<R: Real>(x: &[R]) -> R {
    x[0] * x[0] * x[1] * x[1] * x[1] + (x[0] * x[1]).sin()
}

fn gradient_of_f(x: f64, y: f64) -> [f64; 2] {
    let c = (x * y).cos();
    [2.0 * x * y.powi(3) + y * c, 3.0 * x * x * y * y + x * c]
}

fn hessian_of_f(x: f64, y: f64) -> [[f64; 2]; 2] {
    let (s, c) = (x * y).sin_cos();
    let mixed = 6.0 * x * y * y + c - x * y * s;
    [[2.0 * y.powi(3) - y * y * s, mixed], [mixed, 6.0 * x * x * y - x * x * s]]
}

const AT: [f64; 2] = [0.7, -1.3];

/// How far apart roundings may carry two ways to one number, relative and absolute.
const ROUNDING: [f64; 2] = [1e-13, 1e-14];

#[test]
fn first_derivatives() {
    let expected = gradient_of_f(AT[0], AT[1]);
    close(&gradient(|x| f(x), &AT), &expected, ROUNDING);
    let mut g = [0.0; 2];
    assert_eq!(value_and_gradient(|x| f(x), &AT, &mut g), f(&AT));
    close(&g, &expected, ROUNDING);
    close(&jacobian(|x| vec![f(x), x[1]], &AT)[0], &expected, ROUNDING);
    close(&jacobian(|x| vec![f(x), x[1]], &AT)[1], &[0.0, 1.0], ROUNDING);
    let (y, t) = jvp(|x| vec![f(x), x[1]], &AT, &[2.0, -1.0]);
    close(&y, &[f(&AT), AT[1]], ROUNDING);
    close(&t, &[2.0 * expected[0] - expected[1], -1.0], ROUNDING);
    let (y, g) = vjp(|x| vec![f(x), x[1]], &AT, &[2.0, -1.0]);
    close(&y, &[f(&AT), AT[1]], ROUNDING);
    close(&g, &[2.0 * expected[0], 2.0 * expected[1] - 1.0], ROUNDING);
}

#[test]
fn second_derivatives() {
    let h = hessian_of_f(AT[0], AT[1]);
    for (row, expected) in hessian(|x| f(x), &AT).iter().zip(&h) {
        close(row, expected, ROUNDING);
    }
    close(&hvp(|x| f(x), &AT, &[2.0, -1.0]), &[2.0 * h[0][0] - h[0][1], 2.0 * h[1][0] - h[1][1]], ROUNDING);
}

/// Each way to take the derivative along x of ∂f/∂y.
#[test]
fn modes_nest_in_every_order() {
    let expected = [hessian_of_f(AT[0], AT[1])[0][1]];
    let e = [1.0, 0.0];

    close(&gradient(|x| gradient(|x| f(x), x)[1], &AT)[..1], &expected, ROUNDING);
    close(&jvp(|x| vec![gradient(|x| f(x), x)[1]], &AT, &e).1, &expected, ROUNDING);
    let [zero, one] = [0.0, 1.0];
    let reverse_over_forward = gradient(|x| jvp(|x| vec![f(x)], x, &[Var::from(zero), Var::from(one)]).1[0], &AT);
    close(&reverse_over_forward[..1], &expected, ROUNDING);
    let forward_over_forward = jvp(|x| jvp(|x| vec![f(x)], x, &[Tangent::from(zero), Tangent::from(one)]).1, &AT, &e).1;
    close(&forward_over_forward, &expected, ROUNDING);
}

#[test]
fn third_derivatives() {
    // d³/dx³ sin x = −cos x
    let third = |x: f64| gradient(|x| hessian(|x| x[0].sin(), x)[0][0], &[x])[0];
    close(&[third(0.4)], &[-0.4f64.cos()], ROUNDING);
    let threefold = gradient(|x| gradient(|x| gradient(|x| x[0].sin(), x)[0], x)[0], &[0.4]);
    close(&threefold, &[-0.4f64.cos()], ROUNDING);
}

/// d/dx [ x · d/dy (x y²) ] = 4 x y: the outer x enters the inner function as a constant.
#[test]
fn an_outer_value_is_a_constant_of_the_inner_level() {
    let at = |y: f64| {
        gradient(
            |outer| {
                let x = outer[0];
                x * gradient(|inner| Var::constant(x) * inner[0] * inner[0], &[Var::from(y)])[0]
            },
            &[3.0],
        )
    };
    close(&at(2.0), &[4.0 * 3.0 * 2.0], ROUNDING);
    // and with inner y = x: d/dx [x · 2 x x] = 6 x²
    let same = gradient(
        |outer| {
            let x = outer[0];
            x * gradient(|inner| Var::constant(x) * inner[0] * inner[0], &[x])[0]
        },
        &[3.0],
    );
    close(&same, &[54.0], ROUNDING);
    // the classic: d/dx (x · d/dy (x + y)) at 1 is 1, and 2 for whoever confuses the two
    let classic = gradient(|x| x[0] * gradient(|y| Var::constant(x[0]) + y[0], &[Var::from(1.0)])[0], &[1.0]);
    close(&classic, &[1.0], ROUNDING);
    let forward = jvp(
        |x| vec![x[0] * jvp(|y| vec![Tangent::constant(x[0]) + y[0]], &[1.0.into()], &[1.0.into()]).1[0]],
        &[1.0],
        &[1.0],
    );
    close(&forward.1, &[1.0], ROUNDING);
}

/// Loops, branches and early returns are the program's own; only what was executed is differentiated.
#[test]
fn control_flow_is_free() {
    fn newton_sqrt<R: Real + PartialOrd>(a: R) -> R {
        let mut x = a;
        for _ in 0..60 {
            let next = (x + a / x) * 0.5;
            if (next - x).abs() <= R::from(0.0) {
                return next;
            }
            x = next;
        }
        x
    }
    for a in [0.25, 2.0, 1e6] {
        close(&gradient(|x| newton_sqrt(x[0]), &[a]), &[0.5 / a.sqrt()], ROUNDING);
        close(&[hessian(|x| newton_sqrt(x[0]), &[a])[0][0]], &[-0.25 / (a * a.sqrt())], ROUNDING);
    }
}

#[test]
fn a_constant_function_has_the_gradient_zero() {
    assert_eq!(gradient(|_| Var::from(3.0), &[1.0, 2.0]), [0.0, 0.0]);
    assert_eq!(gradient(|x| x[1], &[1.0, 2.0]), [0.0, 1.0]);
    assert_eq!(gradient::<f64, _>(|_| Var::from(3.0), &[]), [0.0; 0]);
    assert_eq!(hessian(|_| Var::from(3.0), &[1.0]), [[0.0]]);
    assert!(jacobian(|_| vec![], &[1.0]).is_empty());
}

#[test]
#[should_panic(expected = "as long as the point")]
fn a_gradient_of_the_wrong_length_is_refused() {
    value_and_gradient(|x| x[0], &[1.0, 2.0], &mut [0.0]);
}

#[test]
#[should_panic(expected = "as long as the point")]
fn a_direction_of_the_wrong_length_is_refused() {
    hvp(|x| x[0], &[1.0, 2.0], &[1.0]);
}
