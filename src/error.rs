//! The crate's one error type.

use std::fmt;
use std::sync::Arc;

type Source = dyn std::error::Error + Send + Sync;

/// What went wrong, said in one message that names the op, the variable or the place and what to do instead.
///
/// The kinds are asked for by predicates, so that more can be told later without breaking a `match`.
#[derive(Clone)]
pub struct Error {
    kind: Kind,
    message: String,
    /// The error that a routine gave.
    given: Option<Arc<Source>>,
    /// The points of a batch at which there is an error.
    points: Option<Arc<[usize]>>,
}

/// Two errors are equal if they are of one kind and say the same.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.message == other.message
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    ForeignVariable,
    StaleGradient,
    LateVariable,
    Intermediate,
    NoSecondDerivative,
    Parameter,
    Kink,
    Arity,
    Name,
    Drawing,
    Rule,
    NotFinite,
    Routine,
    File,
    NestedScope,
    Branch,
    TooLarge,
    Pattern,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), given: None, points: None }
    }

    /// The error that a routine gave, with its words.
    pub(crate) fn given(error: Box<Source>) -> Self {
        Error { kind: Kind::Routine, message: error.to_string(), given: Some(error.into()), points: None }
    }

    /// The error of the first of some points of a batch that has so many, as that of all of these points.
    pub(crate) fn at_points(self, points: Vec<usize>, count: usize) -> Self {
        /// How many points the message lists.
        const LISTED: usize = 5;
        let listed: Vec<String> = points.iter().take(LISTED).map(usize::to_string).collect();
        let more = if points.len() > LISTED { ", .." } else { "" };
        let (failed, listed, message) = (points.len(), listed.join(", "), self.message);
        let message =
            format!("{failed} of {count} points have no results: {listed}{more}. At the first of them {message}");
        Error { message, points: Some(points.into()), ..self }
    }

    /// The points of a batch at which a compiled program has no results, in order; of any other error there are none. See
    /// [`Program::eval_batch`](crate::Program::eval_batch).
    pub fn points(&self) -> &[usize] {
        self.points.as_deref().unwrap_or_default()
    }

    /// That a [`VectorRule`](crate::function::VectorRule) has no results, or no derivative, for what it was given: the message says the rule's name,
    /// and why.
    pub fn rule(message: impl Into<String>) -> Self {
        Error::new(Kind::Rule, message)
    }

    /// A vector rule has no results, or no derivative, for what it was given: lists that do not fit, or a matrix that is singular.
    pub fn is_rule(&self) -> bool {
        self.kind == Kind::Rule
    }
    /// A variable of another tape was used.
    pub fn is_foreign_variable(&self) -> bool {
        self.kind == Kind::ForeignVariable
    }
    /// A gradient of an earlier use of the tape was asked about a variable of a later one.
    pub fn is_stale_gradient(&self) -> bool {
        self.kind == Kind::StaleGradient
    }
    /// A gradient was asked about a variable that was recorded after the output.
    pub fn is_late_variable(&self) -> bool {
        self.kind == Kind::LateVariable
    }
    /// A gradient of a tape was asked about a variable that is not an input.
    pub fn is_intermediate(&self) -> bool {
        self.kind == Kind::Intermediate
    }
    /// An op that is known only as `f64` closures was asked for more than values and first derivatives.
    pub fn is_no_second_derivative(&self) -> bool {
        self.kind == Kind::NoSecondDerivative
    }
    /// An op has no such parameter, or cannot take this value of it; or a distribution cannot have such a count or interval.
    pub fn is_parameter(&self) -> bool {
        self.kind == Kind::Parameter
    }
    /// A slope was chosen at a kink that lies outside the kink's interval, or the op has no kink.
    pub fn is_kink(&self) -> bool {
        self.kind == Kind::Kink
    }
    /// A scope was opened within a scope of such numbers: see [`scoped`](crate::scoped).
    pub fn is_nested_scope(&self) -> bool {
        self.kind == Kind::NestedScope
    }
    /// An op was given a number of arguments that it does not take, or a function has too many to be printed or told of; or a routine has other
    /// than so many results as there are places for; or the lists that a density is given do not fit.
    pub fn is_arity(&self) -> bool {
        self.kind == Kind::Arity
    }
    /// A comparison of a compiled program comes out otherwise than where the program was recorded: see [`Program`](crate::Program).
    pub fn is_branch(&self) -> bool {
        self.kind == Kind::Branch
    }
    /// A program is larger than a compiled one can be.
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }
    /// A name is unknown, or taken.
    pub fn is_name(&self) -> bool {
        self.kind == Kind::Name
    }
    /// A drawing could not be made into pixels.
    pub fn is_drawing(&self) -> bool {
        self.kind == Kind::Drawing
    }
    /// A number that a solver or an optimiser needs is NaN, or infinite where that is of no use.
    pub fn is_not_finite(&self) -> bool {
        self.kind == Kind::NotFinite
    }
    /// A sparse pattern is not what was asked for: an index is out of its range, it is not symmetric, it is too large, or a colouring does not fit it.
    pub fn is_pattern(&self) -> bool {
        self.kind == Kind::Pattern
    }
    /// A file does not hold what was to be read from it, or could not be read or written.
    pub fn is_file(&self) -> bool {
        self.kind == Kind::File
    }
    /// The error of its own that a [routine](crate::function::Routine) gave to a solver, if this is one: `downcast_ref` has it in its type.
    pub fn of_routine(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.given.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {})", self.kind, self.message)
    }
}

impl std::error::Error for Error {
    /// What a routine's own error came from; that error itself, in whose words this one speaks, is [`of_routine`](Error::of_routine).
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.given.as_deref()?.source()
    }
}
