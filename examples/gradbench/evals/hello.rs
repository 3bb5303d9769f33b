//! The smallest eval: x², and its derivative.

use super::Problem;
use gprime::prelude::*;

impl Problem for f64 {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

fn f<R: Real>(x: R) -> R {
    x * x
}

pub fn square(x: f64) -> impl FnMut(&mut f64) {
    move |y| *y = f(x)
}

pub fn double(x: f64) -> impl FnMut(&mut f64) {
    let mut tape = Tape::new();
    move |slope| {
        tape.value_and_gradient(|x| f(x[0]), &[x], std::slice::from_mut(slope));
    }
}
