//! A number as JSON has it.

use std::fmt;

/// A number that is written in JSON as its shortest decimal, or as `"inf"`, `"-inf"`, `"nan"`, for which JSON has no number. So it is
/// shown, and with the feature `serde` written and read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(
    /// The number.
    pub f64,
);

/// The numbers that JSON has none for, and their words.
const WORDS: [(&str, f64); 3] = [("inf", f64::INFINITY), ("-inf", f64::NEG_INFINITY), ("nan", f64::NAN)];

/// The shortest decimal that is read as this finite number.
pub(crate) fn shortest(x: f64) -> String {
    let (plain, scientific) = (x.to_string(), format!("{x:e}"));
    if plain.len() <= scientific.len() { plain } else { scientific }
}

impl Number {
    /// The word for it, if JSON has no number.
    pub(super) fn word(self) -> Option<&'static str> {
        let is_own = |(_, x): &&(&str, f64)| *x == self.0 || x.is_nan() && self.0.is_nan();
        WORDS.iter().find(is_own).map(|(word, _)| *word)
    }

    /// The number that a word stands for.
    #[cfg(feature = "serde")]
    pub(super) fn of_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(own, _)| *own == word).map(|(_, x)| Number(*x))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word() {
            Some(word) => write!(f, "\"{word}\""),
            None => f.write_str(&shortest(self.0)),
        }
    }
}
