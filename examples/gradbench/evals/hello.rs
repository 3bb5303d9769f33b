//! The smallest eval: x², and its derivative.

use super::Problem;
use super::compiled::Compiled;
use gprime::Error;
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

pub fn compiled(x: f64) -> Result<impl FnMut(&mut f64), Error> {
    let compiled = Compiled::new(&routine!(|x| f(x[0])), &[x], &[])?;
    let mut g = vec![];
    Ok(move |slope: &mut f64| {
        compiled.gradient(&mut g);
        *slope = g[0];
    })
}
