//! What an op is: the traits [`Op`] and [`Reduce`], and an op with another slope at its kinks.

use super::{Domain, Kink, Params, Point, bad_param};
use crate::error::{Error, Kind as ErrorKind};
use crate::real::Real;
use smallvec::smallvec;

/// A differentiable op of `N` arguments: its rule, and what must be known to check it.
///
/// The rule is generic in the number, so that running it with another type of number is another feature:
/// `f64` gives values and slopes, [`Dual`](crate::real::Dual) derivatives of either, a variable of a recorder the formula.
/// It must not branch; what depends on the argument goes through [`Real::select`].
///
/// # Definition and evaluation
///
/// A rule has two texts.
///
/// * The *definition*, [`value`](Op::value) and [`slope`](Op::slope), is what the textbooks have. It is what is printed, and what the
///   evaluation is held to.
/// * The *evaluation*, [`evaluate_value`](Op::evaluate_value) and [`evaluate`](Op::evaluate), is what runs, on every type of number, what is
///   exported as code, and what the checker differentiates. It is the definition, unless the op says otherwise.
///
/// An op needs an evaluation of its own where its definition
///
/// * loses digits: it subtracts what is nearly equal, as 1 − a² does where a is nearly 1, or loses a small number beside a large one;
/// * overflows on the way to a number that does not, as √(x² + y²) and ln(1 + eᶻ) do;
/// * has no slope, or not the one that is wanted, at a kink or a jump, or at NaN and ±∞;
/// * computes twice what the value and the slopes could share, such as an exponential.
///
/// [`check::op`](fn@crate::check::op) tells of the first two, and holds the two texts to each other.
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

    /// The definition of the value, g(x).
    fn value<R: Real>(&self, x: [R; N]) -> R;

    /// The definition of the slope of g in each argument at `x`, given also a = g(x).
    fn slope<R: Real>(&self, x: [R; N], a: R) -> [R; N];

    /// The value, as it is computed.
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, x: [R; N]) -> R {
        R::compiled(|| self.value(x))
    }

    /// The value and the slopes, as they are computed. The value has the bits of [`evaluate_value`](Op::evaluate_value).
    ///
    /// Where there is no slope it is: at a kink the element of smallest norm of the subdifferential, at a jump 0, NaN at NaN.
    #[inline(always)]
    fn evaluate<R: Real>(&self, x: [R; N]) -> (R, [R; N]) {
        let a = self.evaluate_value(x);
        (a, R::compiled(|| self.slope(x, a)))
    }

    /// The parameters and their values: all that the rule depends on beside its arguments.
    /// [`params!`](crate::params) writes this and the next method.
    fn params(&self) -> Params {
        Params::new()
    }

    /// The op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        Err(bad_param(self.params(), Self::NAME, name, value))
    }

    /// Whether the parameters have no defaults: whoever asks for the op by name must give them all.
    const NEEDS_PARAMS: bool = false;

    /// What is wrong with the parameters taken together, if anything: words that follow the op's name.
    fn validate(&self) -> Option<&'static str> {
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

/// A differentiable op of any number of arguments, such as a sum. Everything is as in [`Op`], over slices; so are the two texts of its rule,
/// the definition and the evaluation.
pub trait Reduce: Clone + PartialEq + Send + Sync + 'static {
    /// The name.
    const NAME: &'static str;

    /// The definition of the value, g(x).
    fn value<R: Real>(&self, x: &[R]) -> R;

    /// The definition of the slopes: writes the slope of g in each argument at `x`, given also a = g(x), into `slopes`, which is as long
    /// as `x`.
    fn slope<R: Real>(&self, x: &[R], a: R, slopes: &mut [R]);

    /// The value, as it is computed.
    #[inline(always)]
    fn evaluate_value<R: Real>(&self, x: &[R]) -> R {
        self.value(x)
    }

    /// The value and the slopes, as they are computed; the slopes are written into `slopes`. The value has the bits of
    /// [`evaluate_value`](Reduce::evaluate_value).
    #[inline]
    fn evaluate<R: Real>(&self, x: &[R], slopes: &mut [R]) -> R {
        let a = self.evaluate_value(x);
        self.slope(x, a, slopes);
        a
    }

    /// The parameters and their values.
    fn params(&self) -> Params {
        Params::new()
    }

    /// The op with one parameter changed.
    ///
    /// # Errors
    /// If the op has no such parameter, or the parameter cannot be that number.
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        Err(bad_param(self.params(), Self::NAME, name, value))
    }

    /// Whether the parameters have no defaults: whoever asks for the op by name must give them all.
    const NEEDS_PARAMS: bool = false;

    /// What is wrong with `n` arguments and these parameters, if anything: words that follow the op's name.
    fn validate(&self, n: usize) -> Option<&'static str> {
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

/// An op of one argument with another choice of slope at its kinks; made by [`Op::slope_at_kink`].
#[derive(Clone, Debug, PartialEq)]
pub struct AtKink<O> {
    op: O,
    slope: f64,
}

impl<O: Op<1>> AtKink<O> {
    fn new(op: O, slope: f64) -> Result<Self, Error> {
        let kinks = op.kinks();
        if kinks.is_empty() {
            return Err(Error::new(
                ErrorKind::Kink,
                format!("{} has no kink at which a slope could be chosen", O::NAME),
            ));
        }
        match kinks.iter().find(|k| !k.contains(0, slope)) {
            None => Ok(AtKink { op, slope }),
            Some(k) => Err(Error::new(
                ErrorKind::Kink,
                format!(
                    "{}: the slope {slope} lies outside the interval of its kink at {}, which is [{}, {}]",
                    O::NAME,
                    k.at[0],
                    k.left[0].min(k.right[0]),
                    k.left[0].max(k.right[0])
                ),
            )),
        }
    }

    /// The slope at `z`, given that of the op: at a kink the one chosen.
    fn chosen<R: Real>(&self, z: R, slope: R) -> R {
        let chosen = R::from(self.slope);
        self.op.kinks().iter().fold(slope, |s, k| R::select(z.equal(R::from(k.at[0])), chosen, s))
    }
}

impl<O: Op<1>> Op<1> for AtKink<O> {
    const NAME: &'static str = O::NAME;
    fn value<R: Real>(&self, x: [R; 1]) -> R {
        self.op.value(x)
    }
    fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
        self.op.slope([z], a).map(|slope| self.chosen(z, slope))
    }
    fn evaluate_value<R: Real>(&self, x: [R; 1]) -> R {
        self.op.evaluate_value(x)
    }
    fn evaluate<R: Real>(&self, [z]: [R; 1]) -> (R, [R; 1]) {
        let (a, slopes) = self.op.evaluate([z]);
        (a, slopes.map(|slope| self.chosen(z, slope)))
    }
    fn params(&self) -> Params {
        let mut params = self.op.params();
        params.push(("slope_at_kink", self.slope));
        params
    }
    fn with_param(&self, name: &str, value: f64) -> Result<Self, Error> {
        match name {
            "slope_at_kink" => AtKink::new(self.op.clone(), value),
            _ => AtKink::new(self.op.with_param(name, value)?, self.slope),
        }
    }
    fn validate(&self) -> Option<&'static str> {
        self.op.validate()
    }
    fn kinks(&self) -> Vec<Kink> {
        let slope = smallvec![self.slope];
        self.op.kinks().into_iter().map(|k| Kink { slope: Point::clone(&slope), ..k }).collect()
    }
    fn jumps(&self) -> Vec<Point> {
        self.op.jumps()
    }
    fn domain(&self) -> Domain {
        self.op.domain()
    }
    fn samples(&self) -> Vec<[f64; 1]> {
        self.op.samples()
    }
}
