//! `name=value` words: parameters, variables and names for expressions.

use crate::failure::Failure;
use crate::float;

/// The two sides of `name=text`.
pub fn sides(word: &str) -> Result<(&str, &str), Failure> {
    let (name, text) =
        word.split_once('=').ok_or_else(|| Failure::new(format!("{word:?} is not of the form name=value")))?;
    Ok((name.trim(), text.trim()))
}

/// A name and a number.
pub fn assignment(word: &str) -> Result<(&str, f64), Failure> {
    let (name, text) = sides(word)?;
    let value = float::read(text).ok_or_else(|| Failure::new(format!("{name}: {text:?} is not a number")))?;
    Ok((name, value))
}
