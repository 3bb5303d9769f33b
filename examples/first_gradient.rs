//! The gradient of a small function: write plain Rust, get its value and every partial.
//!
//! `cargo run --example first_gradient`

use gprime::prelude::*;

fn main() {
    let x = [2.0, 0.5];
    let mut partials = [0.0; 2];
    let value = value_and_gradient(|x| x[0] * x[1] + x[0].sin(), &x, &mut partials);

    println!("f({}, {}) = {value}", x[0], x[1]);
    for (i, partial) in partials.iter().enumerate() {
        println!("∂f/∂x{i} = {partial}");
    }
}
