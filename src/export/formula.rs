//! The formulas of an op as text.

use super::printer::{Dialect, Printer, Term};
use super::rules::Rules;
use super::text::Notation;
use crate::error::{Error, Kind as ErrorKind};
use crate::graph::DynOp;

/// The formulas of an op, as its definition records them; the language is the command line's.
///
/// The arguments are called z; x, y, z; or x1, x2 and so on, and the op's value a.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The formula for the value.
    pub value: String,
    /// The formula for the slope by each argument.
    pub slopes: Vec<String>,
}

/// How many arguments an op of any number of them is shown with, and how many it may need at the most.
const SHOWN: usize = 2;
const MOST_SHOWN: usize = 32;

/// How many arguments an op is shown with: as many as it takes; of an op of any number, two, or the fewest beyond two that it accepts.
///
/// # Errors
/// If an op of any number of arguments needs more than can be shown.
pub(crate) fn shown_arguments(op: &dyn DynOp) -> Result<usize, Error> {
    let fewest = || (SHOWN..=MOST_SHOWN).find(|&n| op.validate(n).is_none());
    op.arity().or_else(fewest).ok_or_else(|| {
        let fault = op.validate(MOST_SHOWN).unwrap_or_default();
        Error::new(ErrorKind::Arity, format!("{} {fault}, which {MOST_SHOWN} arguments are not", op.name()))
    })
}

impl Formula {
    /// The formulas of an op. An op of any number of arguments is shown with two, or with the fewest beyond two that it accepts.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or needs more than 32 arguments.
    pub fn of(op: &dyn DynOp) -> Result<Formula, Error> {
        Formula::shown(op, Notation::Language)
    }

    /// The formulas of an op as people write them.
    pub(crate) fn in_print(op: &dyn DynOp) -> Result<Formula, Error> {
        Formula::shown(op, Notation::Print)
    }

    fn shown(op: &dyn DynOp, notation: Notation) -> Result<Formula, Error> {
        let (value, slopes) = own_formulas(op, &Printer { dialect: notation })?;
        Ok(Formula { value, slopes })
    }

    /// The formulas of an op applied to arguments of these names, and of a value of this name.
    ///
    /// # Errors
    /// If the op is known only as `f64` closures, or does not take that many arguments.
    pub fn in_terms_of(op: &dyn DynOp, args: &[String], own: &str, notation: Notation) -> Result<Formula, Error> {
        let (value, slopes) = in_names(op, args, own, &Printer { dialect: notation })?;
        Ok(Formula { value, slopes })
    }
}

/// The formulas of an op in a dialect, for its value and its slopes, in terms of the names that [`Formula::of`] has.
///
/// # Errors
/// If the op is known only as `f64` closures, or needs more arguments than can be shown.
pub(crate) fn own_formulas<D: Dialect>(op: &dyn DynOp, printer: &Printer<D>) -> Result<(D::Body, Vec<D::Body>), Error> {
    in_names(op, &argument_names(shown_arguments(op)?), "a", printer)
}

/// The formulas of an op in a dialect, in terms of arguments and a value of these names.
fn in_names<D: Dialect>(
    op: &dyn DynOp,
    args: &[String],
    own: &str,
    printer: &Printer<D>,
) -> Result<(D::Body, Vec<D::Body>), Error> {
    let rules = Rules::definition(op, args.len())?;
    let names: Vec<Term<D::Body>> =
        args.iter().map(|name| &**name).chain([own]).map(|name| printer.name(name)).collect();
    let value = rules.value(printer, &names[..args.len()]).results.swap_remove(0).body;
    let slopes = rules.slopes(printer, &names).results.into_iter().map(|slope| slope.body).collect();
    Ok((value, slopes))
}

/// What the arguments of an op are called.
pub(crate) fn argument_names(n: usize) -> Vec<String> {
    match n {
        1 => vec!["z".to_owned()],
        2 | 3 => ["x", "y", "z"][..n].iter().map(|&n| n.to_owned()).collect(),
        _ => (1..=n).map(|i| format!("x{i}")).collect(),
    }
}
