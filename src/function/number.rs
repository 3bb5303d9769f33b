//! What a whole program asks of its number.

use super::Apply;
use crate::real::{DoubleDouble, Dual, Single};

/// A number of a whole program: what one that branches, loops until something holds, or looks at values asks for as `R: Number`. It has all of
/// [`Apply`], comparisons that give a `bool`, against itself and against `f64`, and its plain value.
///
/// Every number is one but [lanes](crate::real::Lanes), which are several, and the checker's [`Witness`](crate::real::Witness), whose comparisons
/// tell whether they change. The rule of an [`Op`](crate::op::Op) and a [`Function`](super::Function) run on those too, so they cannot ask for it.
///
/// It is written as `f64` is: operators with references on either side, sums and products of references, `Default`, constants where an op takes a
/// second number (`x.max(0.5)`, `x.powf(1.5)`). What is not possible in Rust for a generic number, or for any type but the built-in ones:
///
/// * `1.0 - x` of a generic number: write `-x + 1.0`, the same bits, or `R::from(1.0) - x`. Of a `Var` or a `Dual` it works.
/// * `v[i] *= v[j]` of a `Vec`: take a slice first, `let v = &mut v[..];`.
///
/// [`detach`](crate::Real::detach) takes a number out of the derivative and leaves it a number; [`primal`](Number::primal) takes it out of the
/// program:
///
/// ```
/// use gprime::prelude::*;
///
/// /// √a by Newton's method, as precise as it gets.
/// fn root<R: Number>(a: R) -> R {
///     let mut x = a;
///     loop {
///         let next = (x + a / x) * 0.5;
///         if (next - x).abs() <= next.abs() * 1e-15 {
///             return next;
///         }
///         x = next;
///     }
/// }
/// assert!((gradient(|x| root(x[0]), &[2.0])[0] - 0.125f64.sqrt()).abs() < 1e-15);
///
/// // x times a constant that happens to be x
/// assert_eq!(gradient(|x| x[0] * x[0].detach(), &[3.0]), [3.0]);
/// assert_eq!(gradient(|x| x[0] * x[0].primal(), &[3.0]), [3.0]);
/// ```
pub trait Number: Apply + PartialOrd + PartialOrd<f64> {
    /// The value as a plain number, through all levels of derivatives: for printing, for an index or a count, for a message. What the program
    /// makes of it is not differentiated.
    ///
    /// A recording remembers the node and the line: [`Recorder::primals`](crate::Recorder::primals).
    #[track_caller]
    fn primal(self) -> f64;
}

impl Number for f64 {
    #[inline(always)]
    fn primal(self) -> f64 {
        self
    }
}

impl Number for Single {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.to_f64()
    }
}

impl Number for DoubleDouble {
    fn primal(self) -> f64 {
        self.to_f64()
    }
}

impl<R: Number> Number for Dual<R> {
    #[inline(always)]
    #[track_caller]
    fn primal(self) -> f64 {
        self.primal.primal()
    }
}
