//! An op of one's own: write its rule, use it on every kind of number, and let the checker judge it.
//!
//! `cargo run --example custom_op`

use gprime::check::{self, Verdict};
use gprime::prelude::*;

#[derive(Clone, PartialEq)]
struct Swish;
impl Op<1> for Swish {
    const NAME: &'static str = "swish";
    fn value<R: Real>(&self, [z]: [R; 1]) -> R {
        z / ((-z).exp() + 1.0)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        let s = R::from(1.0) / ((-z).exp() + 1.0);
        [s + a * (-s + 1.0)]
    }
}

/// The same function with a sign lost in its slope.
#[derive(Clone, PartialEq)]
struct Slip;
impl Op<1> for Slip {
    const NAME: &'static str = "slip";
    fn value<R: Real>(&self, z: [R; 1]) -> R {
        Swish.value(z)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        let s = R::from(1.0) / ((-z).exp() + 1.0);
        [s - a * (-s + 1.0)]
    }
}

fn main() {
    println!("value     {}", 1.0.apply(&Swish));
    println!("gradient  {:?}", gradient(|x| x[0].apply(&Swish), &[1.0]));
    println!("hvp       {:?}", hvp(|x| x[0].apply(&Swish), &[1.0], &[1.0]));

    // Foreign code has only numbers to give: two closures are an op too, one without a second derivative.
    let f = |z: f64| z / (1.0 + (-z).exp());
    let df = |z: f64| (1.0 + (1.0 + z) * (-z).exp()) / (1.0 + (-z).exp()).powi(2);
    println!("closures  {:?}", gradient(|x| x[0].unary("swish", f, df), &[1.0]));

    let right = check::op(&Swish);
    println!("\n{right}");
    right.assert_pass();

    let wrong = check::op(&Slip);
    println!("\n{wrong}");
    assert_eq!(wrong.verdict, Verdict::Fail, "the checker let a wrong slope pass");
}
