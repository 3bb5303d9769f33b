//! The rules: each op's value, slope, kinks and samples, written once and generic over [`Real`].
//!
//! This part uses `real` and nothing else. Start with [`Op`], then read `activation.rs`: a rule there is the whole of
//! what the crate knows about an op, and the line in `ops!` below it is all that lists it.

use crate::error::{Error, Kind as ErrorKind};
use crate::real::{Dual, Lanes, Real};
use smallvec::{SmallVec, smallvec};

mod activation;
pub(crate) mod apply;
mod arithmetic;
mod branch;
mod elementary;
mod kink;
mod loss;
mod reduction;
pub(crate) mod scan;

pub use activation::*;
pub use apply::{Apply, Block};
pub use arithmetic::*;
pub use branch::*;
pub use elementary::*;
pub use kink::{AtKink, Kink};
use kink::{JAX, KERAS, TF, TORCH, smallest};
pub use loss::*;
pub use reduction::*;

/// The arguments of one application of an op, one number each.
pub type Point = SmallVec<[f64; 3]>;

/// The parameters of an op, in order: name and value.
pub type Params = SmallVec<[(&'static str, f64); 2]>;

/// A differentiable op of `N` arguments: its rule, and what must be known to check it.
///
/// The rule is generic in the number, so that running it with another type of number is another feature:
/// `f64` gives values and slopes, [`Dual`] derivatives of either, a variable of a recording tape the formula.
/// It must not branch; what depends on the argument goes through [`Real::select`].
///
/// `PartialEq` says whether two ops of one type are the same op: a recording keeps equal ones once. It is derived, so that it looks at
/// every field, those included that are not listed as parameters.
///
/// ```
/// use gprime::prelude::*;
///
/// #[derive(Clone, PartialEq)]
/// struct Swish;
/// impl Op<1> for Swish {
///     const NAME: &'static str = "swish";
///     fn value<R: Real>(&self, [z]: [R; 1]) -> R {
///         z / ((-z).exp() + 1.0)
///     }
///     fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
///         let s = R::from(1.0) / ((-z).exp() + 1.0);
///         [s + a * (-s + 1.0)]
///     }
/// }
/// assert_eq!(gradient(|x| x[0].apply(&Swish), &[0.0]), [0.5]);
/// ```
pub trait Op<const N: usize>: Clone + PartialEq + Send + Sync + 'static {
    /// The name: what the registry, formulas, reports and the command line call it.
    const NAME: &'static str;

    /// g(x).
    fn value<R: Real>(&self, x: [R; N]) -> R;

    /// The slope of g in each argument at `x`, given also a = g(x).
    ///
    /// Where there is none: at a kink the element of smallest norm of the subdifferential, at a jump 0, NaN at NaN.
    fn slope<R: Real>(&self, x: [R; N], a: R) -> [R; N];

    /// The value and the slopes at once, for a rule in which the two share what is costly, such as an exponential. A lean tape asks for
    /// these; the checker holds them to the value and the slope.
    #[inline(always)]
    fn value_and_slope<R: Real>(&self, x: [R; N]) -> (R, [R; N]) {
        let a = self.value(x);
        (a, self.slope(x, a))
    }

    /// The formula that the textbooks give for the value, where the one that keeps its digits looks different.
    /// It is what is printed; a test holds it equal to the value.
    fn textbook<R: Real>(&self, x: [R; N]) -> R {
        self.value(x)
    }

    /// The formula that the textbooks give for the slopes.
    fn textbook_slope<R: Real>(&self, x: [R; N], a: R) -> [R; N] {
        self.slope(x, a)
    }

    /// The parameters and their values: all that the rule depends on beside its arguments.
    /// [`params!`](crate::params) writes this and the next method.
    fn params(&self) -> Params {
        Params::new()
    }

    /// The same op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        Err(no_param(Self::NAME, name, value, &self.params()))
    }

    /// Whether the parameters have no defaults: whoever asks for the op by name must give them all.
    const NEEDS_PARAMS: bool = false;

    /// What is wrong with the parameters taken together, if anything: words that follow the op's name.
    fn fault(&self) -> Option<&'static str> {
        None
    }

    /// The points at which the slope jumps, with the interval of slopes there and the one returned.
    /// Where they are a set, as max's x = y, points on it.
    fn kinks(&self) -> Vec<Kink> {
        vec![]
    }

    /// The points at which the value jumps; the slope there is 0, or that of both sides if they agree.
    fn jumps(&self) -> Vec<Point> {
        vec![]
    }

    /// Where the op is defined.
    fn domain(&self) -> Domain {
        Domain::ALL
    }

    /// Points worth looking at: the checker adds random ones to them.
    fn samples(&self) -> Vec<[f64; N]> {
        self.domain().samples()
    }

    /// The op with another choice of slope at its kinks.
    ///
    /// # Errors
    /// If the op has no kink, or the slope lies outside the interval of one of them.
    fn slope_at_kink(self, slope: f64) -> Result<AtKink<Self>, Error>
    where
        Self: Op<1>,
    {
        AtKink::new(self, slope)
    }
}

/// A differentiable op of any number of arguments, such as a sum. Everything is as in [`Op`], over slices.
pub trait Reduce: Clone + PartialEq + Send + Sync + 'static {
    /// The name.
    const NAME: &'static str;

    /// g(x).
    fn value<R: Real>(&self, x: &[R]) -> R;

    /// Writes the slope of g in each argument at `x`, given also a = g(x), into `slopes`, which is as long as `x`.
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]);

    /// The value and the slopes at once, for a rule in which the two share what is costly, such as exponentials. A lean tape asks for
    /// these; the checker holds them to the value and the slope.
    #[inline]
    fn value_and_slope<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let a = self.value(x);
        self.slope(x, a, slopes);
        a
    }

    /// The formula that the textbooks give for the value.
    fn textbook<R: Real>(&self, x: &[R]) -> R {
        self.value(x)
    }

    /// The formula that the textbooks give for the slopes.
    fn textbook_slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]) {
        self.slope(x, a, slopes);
    }

    /// The parameters and their values.
    fn params(&self) -> Params {
        Params::new()
    }

    /// The same op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        Err(no_param(Self::NAME, name, value, &self.params()))
    }

    /// Whether the parameters have no defaults: whoever asks for the op by name must give them all.
    const NEEDS_PARAMS: bool = false;

    /// What is wrong with `n` arguments and these parameters, if anything: words that follow the op's name.
    fn fault(&self, n: usize) -> Option<&'static str> {
        (n == 0).then_some("needs at least one argument")
    }

    /// The points at which the slope jumps.
    fn kinks(&self) -> Vec<Kink> {
        vec![]
    }

    /// Where the op is defined.
    fn domain(&self) -> Domain {
        Domain::ALL
    }

    /// Points worth looking at, of several lengths.
    fn samples(&self) -> Vec<Point> {
        vec![
            smallvec![0.7],
            smallvec![-1.5, 2.0],
            smallvec![0.3, -2.5, 1.25],
            smallvec![4.0, 4.0, -1.0, 0.5],
            smallvec![-30.0, 20.0, 1e-3, 0.0, -0.5, 7.0],
        ]
    }
}

fn no_param(op: &str, name: &str, value: f64, params: &Params) -> Error {
    let known: Vec<_> = params.iter().map(|p| p.0).collect();
    let message = if known.contains(&name) {
        format!("{op}: the parameter {name} cannot be {value}")
    } else if known.is_empty() {
        format!("{op} has no parameter {name}; it has none at all")
    } else {
        format!("{op} has no parameter {name}; it has {}", known.join(", "))
    };
    Error::new(ErrorKind::Parameter, message)
}

/// Writes [`Op::params`] and [`Op::with_param`] for an op whose parameters are fields of type `f64`.
///
/// ```
/// use gprime::prelude::*;
/// #[derive(Clone, PartialEq)]
/// struct Scale { factor: f64 }
/// impl Op<1> for Scale {
///     const NAME: &'static str = "scale";
///     fn value<R: Real>(&self, [z]: [R; 1]) -> R { z * self.factor }
///     fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] { [self.factor.into()] }
///     gprime::params!(factor);
/// }
/// assert_eq!(Scale { factor: 2.0 }.with_param("factor", 3.0)?.params()[0], ("factor", 3.0));
/// # Ok::<(), gprime::Error>(())
/// ```
#[macro_export]
macro_rules! params {
    ($($field:ident),+) => {
        fn params(&self) -> $crate::op::Params {
            [$((stringify!($field), self.$field)),+].into_iter().collect()
        }
        fn with_param(&self, name: &str, value: f64) -> ::std::result::Result<Self, $crate::Error> {
            let mut op = self.clone();
            match name {
                $(stringify!($field) if !value.is_nan() => op.$field = value,)+
                _ => return Err($crate::op::bad_param(self.params(), Self::NAME, name, value)),
            }
            Ok(op)
        }
    };
}

/// For [`params!`](crate::params) alone.
#[doc(hidden)]
pub fn bad_param(params: Params, op: &str, name: &str, value: f64) -> Error {
    no_param(op, name, value, &params)
}

/// Where an op is defined: in words, and as an interval for each argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// In words, such as `x > 0`.
    pub text: &'static str,
    /// The lowest and the highest number each argument may be; an argument beyond the list may be any.
    pub bounds: &'static [(f64, f64)],
}

impl Domain {
    /// All real numbers.
    pub const ALL: Domain = Domain::new("all reals", &[]);

    /// A domain from its description and an interval for each argument.
    pub const fn new(text: &'static str, bounds: &'static [(f64, f64)]) -> Self {
        Domain { text, bounds }
    }

    /// The interval of one argument.
    pub fn bound(&self, argument: usize) -> (f64, f64) {
        self.bounds.get(argument).copied().unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
    }

    /// Whether a point lies inside, the edges included.
    pub fn contains(&self, x: &[f64]) -> bool {
        x.iter().enumerate().all(|(i, x)| (self.bound(i).0..=self.bound(i).1).contains(x))
    }

    /// A spread of points inside for an op of `N` arguments: the same magnitudes for each argument, out of step.
    pub fn samples<const N: usize>(&self) -> Vec<[f64; N]> {
        const SPREAD: [f64; 16] =
            [0.5, -0.5, 1.25, -2.0, 0.999, -0.001, 3.5, -7.0, 1e-3, 10.0, -10.0, 1.5, -0.25, 0.1, 2.5, -3.25];
        let at = |i: usize, argument: usize| SPREAD[(i * (2 * argument + 1) + 5 * argument) % SPREAD.len()];
        (0..SPREAD.len())
            .map(|i| std::array::from_fn(|argument| at(i, argument)))
            .filter(|x| self.contains(x) && !x.iter().enumerate().any(|(i, x)| *x == self.bound(i).0))
            .collect()
    }
}

/// Is shown every built-in op with its type, in the registry's order: what a generic program over all of them is.
pub trait Visitor {
    /// An op of `N` arguments.
    fn op<const N: usize, O: Op<N>>(&mut self, op: O);
    /// An op of any number of arguments.
    fn reduce<O: Reduce>(&mut self, op: O);
}

/// Shows the built-in ops to a visitor.
pub fn visit(visitor: &mut impl Visitor) {
    arithmetic::visit(visitor);
    elementary::visit(visitor);
    activation::visit(visitor);
    reduction::visit(visitor);
    loss::visit(visitor);
    branch::visit(visitor);
}

/// Shows the activation functions to a visitor.
pub fn visit_activations(visitor: &mut impl Visitor) {
    activation::visit(visitor);
}

/// Lists the ops of one file: for each a line that makes its method and its entry in the registry.
///
/// `fn name(self, more arguments; parameters: type) = op, as op in the registry;`, or just the op where [`Real`] has the method.
macro_rules! ops {
    ($(#[$doc:meta])* trait $Trait:ident; $($(fn $name:ident(self $(, $arg:ident)* $(; $($p:ident: $t:ty),+)?) =)? $op:expr $(, as $entry:expr)?;)*) => {
        $(#[$doc])*
        pub trait $Trait: $crate::op::Apply {
            $($(
                #[doc = concat!("Applies `", stringify!($op), "`, with this number as its first argument.")]
                #[inline(always)]
                #[track_caller]
                fn $name(self $(, $arg: Self)* $($(, $p: $t)+)?) -> Self {
                    Self::call(&$op, [self $(, $arg)*])
                }
            )?)*
        }
        impl<R: $crate::op::Apply> $Trait for R {}
        pub(super) fn visit(visitor: &mut impl $crate::op::Visitor) {
            $(visitor.op($crate::op::ops!(@entry $op $(, $entry)?));)*
        }
    };
    (@entry $op:expr) => { $op };
    (@entry $op:expr, $entry:expr) => { $entry };
}
pub(crate) use ops;
