//! Compiled programs: what they give is what the program gives that they were recorded from, in every engine.

mod batch;
mod cached;
mod equal;
mod loops;
mod random;
mod registry;
mod saved;
mod single;
mod sparsity;

use gprime::Program;
use gprime::prelude::*;

/// A routine, compiled at a point.
pub fn compiled<P: Routine<Out = Vec<()>>>(f: &P, x: &[f64]) -> Program {
    Program::trace(f, x).expect("the program is not too large")
}

/// The results at a point, held to those of the statements one by one.
pub fn evaluated(program: &Program, x: &[f64]) -> Result<Vec<f64>, gprime::Error> {
    let mut y = vec![f64::NAN; program.outputs()];
    // what another point left in the memory must not matter, whatever comes of it
    let _ = program.eval(&vec![f64::NAN; x.len()], &mut y);
    program.eval(x, &mut y)?;
    let expected = program.oracle(x).expect("there are no vector rules");
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    assert!(y.iter().zip(&expected).all(same), "{y:?}, statement by statement {expected:?}, at {x:?} of\n{program}");
    Ok(y)
}
