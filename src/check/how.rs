//! How the checker decides.
//!
//! # What a slope is held against
//!
//! 1. **Itself.** The rule is asked twice, and must give the same bits.
//! 2. **Dual numbers of twice the digits.** The op's *value* is run on [`Dual`](crate::Dual)`<`[`Twofold`](crate::real::Twofold)`>`.
//!    Its derivatives of exp, sin and so on are written apart from every rule, and it carries 106 bits, so what it gives is the
//!    slope of the value to more digits than `f64` has. There is no step to choose. The rule may be off by 10⁻¹⁰ of it, and by what
//!    four units in the last place of the argument make of it: near a root of the slope no `f64` rule can do better.
//!    Beyond arguments of 10¹⁸ a formula may cancel more than 106 bits; there the slope is only asked not to be NaN.
//! 3. **Differences of the value.** A ladder of steps that halve, on both sides, extrapolated to 0. Each number of the tableau
//!    carries an error bar of two parts: how far its neighbours are, and what the noise of the values makes of it, where the noise is
//!    measured from values so close together that no smooth function bends between them. The number with the smallest bar is the
//!    answer, unless a smaller step contradicts it. It needs nothing but the value, so it catches a mistake in the dual numbers too.
//!
//! An op known only as closures has the third alone, and so has code that is not ours: two closures
//! ([`rule`](super::rule())), a gradient, a Jacobian, or a product with it. Of the last it is first asked that it be linear in the
//! seed.
//!
//! # Can a pass be trusted?
//!
//! [`mutants`](super::mutants()) makes wrong rules of a right one: another sign, a factor of 1 ± 10⁻⁹, ½, 2 or 0, the slope beside the
//! point or at the value, single precision, wrong on one side or in the tail alone, another slope at a kink or a jump, arguments exchanged
//! or forgotten. Of the built-in ops there are 1 044 that change a slope, and every one is caught; and no right rule is called
//! wrong, whatever the seed (`GPRIME_SEEDS=1000 cargo test --release --test gprime no_seed`).
//!
//! # The three verdicts
//!
//! * **pass**: every slope agrees, and the reference was sharp enough that a mistake would have shown: an exact one, or differences whose
//!   error bar is below 10⁻⁶ of the slope. Being too rough to contradict is not enough.
//! * **fail**: some slope is off by more than the bar of its reference.
//! * **unsure**: nothing contradicts, and something could not be decided; the reason says what. A saturated value, such as
//!   σ(40) = 1, tells differences nothing about a slope of 10⁻¹⁸.
//!
//! # What kind of point it is
//!
//! From the two ladders a point is [smooth](super::Class::Smooth), the [left](super::Class::RightOnly) or
//! [right](super::Class::LeftOnly) edge of the domain, a [kink](super::Class::Kink) (the sides settle at different slopes), a
//! [jump](super::Class::Jump) (a one-sided difference doubles with every halving of the step), of
//! [infinite slope](super::Class::InfiniteSlope) (it grows by a constant factor below 2), or [not told](super::Class::Unresolved).
//!
//! At a kink that an op declares, the slope returned must lie between the sides, be the declared one, and the sides must be
//! what was declared. A kink that is not declared makes the check fail: the dual number or the differences disagree there.
//!
//! # What a failure says
//!
//! The point is shrunk to the simplest that still fails, a test of it is printed, ready to be pasted, and if the
//! numbers look like a mistake that is known, there is a hint. One failure of each, worked:
//!
//! ```
//! use gprime::check::{self, Hint};
//! use gprime::prelude::*;
//!
//! /// An op that has the value of another and this slope.
//! macro_rules! wrong {
//!     ($Name:ident, |$z:ident, $a:ident| $value:expr, $slope:expr) => {{
//!         #[derive(Clone, PartialEq)]
//!         struct $Name;
//!         impl Op<1> for $Name {
//!             const NAME: &'static str = "wrong";
//!             fn value<R: Real>(&self, [$z]: [R; 1]) -> R { $value }
//!             fn slope<R: Real>(&self, [$z]: [R; 1], $a: R) -> [R; 1] { let _ = ($z, $a); [$slope] }
//!         }
//!         let report = check::op(&$Name);
//!         assert_eq!(report.verdict, check::Verdict::Fail);
//!         report.hint
//!     }};
//! }
//!
//! // cos′ without its minus
//! assert_eq!(wrong!(Sign, |z, a| z.cos(), z.sin()), Some(Hint::Sign));
//! // z² without its 2
//! assert_eq!(wrong!(Half, |z, a| z * z, z), Some(Hint::Factor(0.5)));
//! // a constant that is none
//! assert_eq!(wrong!(Zero, |z, a| z.exp(), 0.0.into()), Some(Hint::Zero));
//! // the textbook's slope of tanh: 1 − a² has fewer and fewer digits, and none where a is 1 to the last digit
//! assert_eq!(wrong!(Lost, |z, a| z.tanh(), -(a * a) + 1.0), Some(Hint::LostDigits));
//! // the value returned for the slope
//! assert_eq!(wrong!(Value, |z, a| z.sinh(), a), Some(Hint::Value));
//! // a put where z belongs: cos(sin z) for cos z
//! assert_eq!(wrong!(Output, |z, a| z.sin(), a.cos()), Some(Hint::OutputForInput));
//! // a slope that went through single precision
//! let rounded = wrong!(Single, |z, a| z.exp(), { let c = a * 536870913.0; c - (c - a) });
//! assert_eq!(rounded, Some(Hint::SinglePrecision));
//! ```
//!
//! Two arguments mixed up:
//!
//! ```
//! use gprime::check::{self, Hint};
//! use gprime::prelude::*;
//!
//! #[derive(Clone, PartialEq)]
//! struct Swapped;
//! impl Op<2> for Swapped {
//!     const NAME: &'static str = "swapped";
//!     fn value<R: Real>(&self, [x, y]: [R; 2]) -> R { x * y }
//!     fn slope<R: Real>(&self, [x, y]: [R; 2], _: R) -> [R; 2] { [x, y] }
//! }
//! let report = check::op(&Swapped);
//! assert_eq!(report.hint, Some(Hint::OtherArgument(1)));
//! ```
//!
//! What hand-written code of others gets wrong beside that, found by [`vjp`](super::vjp) and [`jacobian`](super::jacobian):
//!
//! ```
//! use gprime::check::{self, Hint};
//!
//! // a backward pass that does not multiply by what comes from above
//! let f = |x: &[f64]| vec![x[0] * x[1], x[1].exp()];
//! let forgetful = |x: &[f64], _: &[f64]| vec![x[1], x[0] + x[1].exp()];
//! assert_eq!(check::vjp(f, forgetful, &[0.7, -1.2]).hint, Some(Hint::MissingUpstream));
//! // rows for columns
//! let transposed = |x: &[f64]| vec![vec![x[1], 0.0], vec![x[0], x[1].exp()]];
//! assert_eq!(check::jacobian(f, transposed, &[0.7, -1.2]).hint, Some(Hint::Transposed));
//! ```
//!
//! Of a [function](super::function()) the first op whose own rule is wrong is located: its name, its node, and the line that applied
//! it.
