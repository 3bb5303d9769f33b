//! The tapes. A file is named after the source in `src/tape` that it tests, and `tapes.rs` tests the tapes as a whole; here is what several
//! files use.
//!
//! Whatever a tape makes of a part of a program (a block, a sum of terms, a run of arguments, a checkpoint), the gradient is that of
//! the program without it.

use crate::common::close;
use gprime::prelude::*;

/// Two results, of which one does not depend on the last input; for any number of inputs.
struct Mix;
impl<const N: usize> Function<N, 2> for Mix {
    fn run<R: Apply>(&self, x: [R; N]) -> [R; 2] {
        let sum: R = x[..N - 1].iter().map(|x| x.sin()).fold(R::from(0.5), |sum, s| sum * 1.5 + s);
        [sum.tanh() * x[N - 1] + x[0], sum]
    }
}

struct Term {
    weight: f64,
}
impl Function<3, 1> for Term {
    fn run<R: Apply>(&self, [a, b, x]: [R; 3]) -> [R; 1] {
        [(a * x + b).sigmoid() * self.weight + a * 0.125]
    }
}

/// √ of what a select has chosen: where the other side is taken, its infinite slope must not be seen.
struct SafeRoot;
impl Function<2, 1> for SafeRoot {
    fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
        let zero = R::from(0.0);
        [R::select(zero.less(x), x.sqrt(), zero) + y]
    }
}

/// How far apart roundings may carry two ways to one number, relative and absolute.
const ROUNDING: [f64; 2] = [1e-12, 1e-13];

/// A program's value and gradient on a tape, where parts of it are blocks, and those on a recorder, where nothing is.
fn agree(x: &[f64], program: impl for<'t> Fn(&[Both<'t>]) -> Both<'t>) {
    let mut by_tape = vec![0.0; x.len()];
    let mut tape = Tape::new();
    for _ in 0..2 {
        // the second time with warm memory, which must have been left clean
        let value = tape.value_and_gradient(
            |x| program(&x.iter().map(|&x| Both::Taped(x)).collect::<Vec<_>>()).taped(),
            x,
            &mut by_tape,
        );
        let recording = Recorder::new();
        let inputs: Vec<Expr<'_>> = x.iter().map(|&x| recording.var(x)).collect();
        let y = program(&inputs.iter().map(|&x| Both::Recorded(x)).collect::<Vec<_>>()).recorded();
        let gradient = recording.backward(y);
        close(&[value], &[y.value()], ROUNDING);
        close(&by_tape, &inputs.iter().map(|&x| gradient[x]).collect::<Vec<_>>(), ROUNDING);
    }
}

/// A variable of either tape, so that one closure is a program for both.
#[derive(Clone, Copy)]
enum Both<'t> {
    Taped(Var<'t>),
    Recorded(Expr<'t>),
}

impl<'t> Both<'t> {
    fn taped(self) -> Var<'t> {
        match self {
            Both::Taped(x) => x,
            Both::Recorded(_) => panic!("a variable of the other tape"),
        }
    }
    fn recorded(self) -> Expr<'t> {
        match self {
            Both::Recorded(x) => x,
            Both::Taped(_) => panic!("a variable of the other tape"),
        }
    }
}

/// Calls a generic function with variables of whichever tape they are of.
macro_rules! agree {
    ($x:expr, |$v:ident| $program:expr) => {{
        use $crate::tape::Both;
        $crate::tape::agree($x, |both: &[Both<'_>]| match both[0] {
            Both::Taped(_) => {
                let $v: Vec<Var<'_>> = both.iter().map(|x| x.taped()).collect();
                Both::Taped($program)
            }
            Both::Recorded(_) => {
                let $v: Vec<Expr<'_>> = both.iter().map(|x| x.recorded()).collect();
                Both::Recorded($program)
            }
        })
    }};
}

const X: [f64; 12] = [0.3, -1.2, 2.0, 0.7, -0.4, 1.1, 0.9, -2.2, 0.05, 1.7, -0.6, 0.8];

// after the macro, so that they see it
mod backward;
mod checkpoint;
mod contract;
mod layout;
mod map;
mod reduce;
mod run;
mod scan;
mod tangents;
mod tapes;
mod terms;
