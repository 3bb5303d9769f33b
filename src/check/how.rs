//! How the checker decides.
//!
//! # What a slope is held against
//!
//! 1. **Itself.** The rule is asked twice, and must give the same bits, and `evaluate` the value that `evaluate_value` gives. Inside of the
//!    domain, where the definition is finite and neither text stands on a branch, the definition and the evaluation must be one function, as
//!    formulas: the digits that a definition loses on `f64` are no matter, since it is printed and not run. All that follows is asked of
//!    the evaluation.
//! 2. **The formula of the value.** It is run on [`Witness`](crate::real::Witness) numbers: dual numbers of twice the digits, whose
//!    derivatives of exp, sin and so on are written apart from every rule. There is no step to choose. Each number carries a bound on
//!    what rounding, cancellation, overflow and underflow have left of it, and notices when a comparison, |x|, a sign or a step is asked
//!    exactly where its answer changes. Where it has no digits it is *not asked*; where it has one branch alone it is asked a unit in the last
//!    place to both sides: if they agree that is the slope, however the formula is written, and if they do not there is a kink or a jump.
//!    Such points are [counted](super::Report::faults).
//! 3. **The formula of the slope**, on the same numbers. If that is right and the `f64` slope is not, the rule *loses digits*; else it is
//!    wrong. Near a root of the slope the round-off of the argument is allowed for, since no `f64` rule can do better.
//! 4. **Differences of the value.** A ladder of steps that halve, on both sides, extrapolated to 0. Each number of the tableau
//!    carries an error bar of two parts: how far its neighbours are, and what the noise of the values makes of it. The number with the
//!    smallest bar is the answer, unless a smaller step contradicts it. They are asked where the formula is not, and contradict nothing that
//!    the formula knows roughly.
//!
//! The second derivative, by the rule's formulas, is held against differences of exact slopes.
//!
//! An op known only as closures has the differences alone, and so has code that is not ours: two closures
//! ([`rule`](super::rule())), a gradient, a Jacobian, or a product with it. Of the last it is first asked that it be linear in the
//! seed.
//!
//! # Where it looks
//!
//! At the op's samples, at random points of all magnitudes from 10⁻¹⁶ to 10¹⁶, beside its kinks and jumps, at the ends of its domain, at NaN
//! and ±∞; at lengths from 1 to 9 and 16, 17, 33 of a reduction, at zeros and at ties. And at the thresholds of the rule, which are found:
//! a rule cannot branch but by a comparison or inside of |x|, a sign, a step, an angle or a power, and all of these are nodes of a
//! recording. Each is bisected, and looked at, a unit in the last place beside, and between.
//!
//! An op may declare a few kinks or jumps of a set, such as those of a triangle wave: those that the same branch of the rule makes are
//! of the set, and another one is not. At a kink of several arguments the slope along directions must lie between those forwards and
//! backwards, if the value bends one way along all.
//!
//! # Can a pass be trusted?
//!
//! [`mutants`](super::mutants()) makes wrong rules of a right one: another sign, a factor of 1 ± 10⁻⁹, ½, 2 or 0, the slope beside the
//! point or at the value, single precision, wrong on one side or in the tail alone, another slope at a kink or a jump, arguments exchanged
//! or forgotten. `cargo test --release --test gprime mutants -- --nocapture` counts those of the built-in ops that are caught, and
//! `wrong_rules` and `usual_rules` are rules that were made to be hard: none that is wrong passes where it is wrong, and none that is
//! right fails (`GPRIME_SEEDS=300 cargo test --release --test gprime usual_rules`).
//!
//! # The three verdicts
//!
//! * **pass**: every slope agrees, and the reference was sharp enough that a mistake would have shown: an exact one, or differences whose
//!   error bar is below 10⁻⁶ of the slope. Being too rough to contradict is not enough. Of an op with a formula a few points may be
//!   [undecided](super::Report::undecided): neither the formula nor differences have digits there.
//! * **fail**: some slope is wrong, or loses its digits in a tail or at many points: then the reason begins with `loses digits`. A function
//!   on a tape fails as well if differences contradict its recording at the point and beside it: the recording has lost something.
//! * **unsure**: nothing contradicts, and something could not be decided; the reason says what. A saturated value, such as
//!   σ(40) = 1, tells differences nothing about a slope of 10⁻¹⁸. So are a slope at NaN that is a number, an undeclared kink of several
//!   arguments, and a second derivative where the rule chose another branch for one point alone.
//!
//! # What kind of point it is
//!
//! From the two ladders a point is [smooth](super::Class::Smooth), the [left](super::Class::RightOnly) or
//! [right](super::Class::LeftOnly) edge of the domain, a [kink](super::Class::Kink) (the sides settle at different slopes), a
//! [jump](super::Class::Jump) (a one-sided difference doubles with every halving of the step), of
//! [infinite slope](super::Class::InfiniteSlope) (it grows by a constant factor below 2), or [not told](super::Class::Unresolved).
//!
//! At a kink that an op declares, the slope returned must lie between the sides, be the declared one, and the sides must be
//! what was declared. A kink of one argument that is not declared makes the check fail.
//!
//! # What a failure says
//!
//! The point is shrunk to the simplest that still fails, a function that tests it is printed, to be pasted and called with the op, and if
//! the numbers look like a mistake that is known, there is a hint. One failure of each, worked:
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
//! // the textbook's slope of tanh without an evaluation: 1 − a² has fewer and fewer digits, and none where a is 1 to the last digit
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
