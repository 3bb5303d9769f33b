//! What failures print, pasted: it compiles.
#![allow(dead_code)]

/// To be called in a test with sin. Found with the seed 0x5eed.
#[track_caller]
fn the_slope_of_sin_is_right(op: &impl gprime::op::Op<1>) {
    let x = [
        f64::from_bits(0x3ff0000000000000), // 1e0
    ];
    gprime::check::op_at(op, &x).assert_pass();
}

/// To be called in a test with leaky_relu. Found with the seed 0x5eed.
#[track_caller]
fn the_slope_of_leaky_relu_is_right(op: &impl gprime::op::Op<1>) {
    let x = [
        f64::from_bits(0x3ff0000000000000), // 1e0
    ];
    gprime::check::op_at(op, &x).assert_pass();
}

/// To be called in a test with wrong sum. Found with the seed 0x5eed.
#[track_caller]
fn the_slope_of_wrong_sum_is_right(op: &impl gprime::op::Reduce) {
    let x = [
        f64::from_bits(0x3ff0000000000000), // 1e0
    ];
    gprime::check::reduce_at(op, &x).assert_pass();
}

/// To be called in a test with my op's. Found with the seed 0x5eed.
#[track_caller]
fn the_slope_of_my_op_s_is_right(op: &dyn gprime::graph::DynOp) {
    let x = [
        f64::from_bits(0x3ff0000000000000), // 1e0
    ];
    gprime::check::dyn_op_at(op, &x).assert_pass();
}

/// To be called in a test with the two closures that were checked.
#[track_caller]
fn the_rule_is_right(f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64) {
    let x = [
        f64::from_bits(0x3fe0000000000000), // 5e-1
    ];
    gprime::check::rule(f, df).at(&x).assert_pass();
}

/// To be called in a test with the two closures that were checked.
#[track_caller]
fn the_gradient_is_right(f: impl Fn(&[f64]) -> f64, df: impl Fn(&[f64]) -> Vec<f64>) {
    let x = [
        f64::from_bits(0x3fe0000000000000), // 5e-1
        f64::from_bits(0x4000000000000000), // 2e0
    ];
    gprime::check::gradient(f, df, &x).assert_pass();
}

/// To be called in a test with the two closures that were checked.
#[track_caller]
fn the_jacobian_is_right(f: impl Fn(&[f64]) -> Vec<f64>, df: impl Fn(&[f64]) -> Vec<Vec<f64>>) {
    let x = [
        f64::from_bits(0x3fe0000000000000), // 5e-1
        f64::from_bits(0x4000000000000000), // 2e0
    ];
    gprime::check::jacobian(f, df, &x).assert_pass();
}

/// To be called in a test with the two closures that were checked.
#[track_caller]
fn the_vjp_is_right(f: impl Fn(&[f64]) -> Vec<f64>, df: impl Fn(&[f64], &[f64]) -> Vec<f64>) {
    let x = [
        f64::from_bits(0x3fe0000000000000), // 5e-1
        f64::from_bits(0x4000000000000000), // 2e0
    ];
    gprime::check::vjp(f, df, &x).assert_pass();
}
