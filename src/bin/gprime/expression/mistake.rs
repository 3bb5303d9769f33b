//! What is wrong with an expression, and where.

use crate::failure::Failure;

/// A mistake at a place of the text, given in bytes.
#[derive(Debug, PartialEq)]
pub struct Mistake {
    pub at: usize,
    pub message: String,
}

/// How much of a long line is shown on either side of the mistake.
const SHOWN: usize = 50;

impl Mistake {
    pub fn new(at: usize, message: impl Into<String>) -> Self {
        Mistake { at, message: message.into() }
    }

    /// The message, the line that it is about, and a caret below the column.
    pub fn in_text(self, text: &str) -> Failure {
        let (before, after) = text.split_at(self.at);
        let before = before.rsplit('\n').next().unwrap_or("");
        let after = after.split('\n').next().unwrap_or("");
        let column = before.chars().count();
        // a tab or a control character would move the caret
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let left: String = before.chars().skip(column.saturating_sub(SHOWN)).map(plain).collect();
        let right: String = after.chars().take(SHOWN).map(plain).collect();
        let caret = " ".repeat(left.chars().count());
        let line = 1 + text[..self.at].matches('\n').count();
        let place =
            if line > 1 { format!("line {line}, column {}", column + 1) } else { format!("column {}", column + 1) };
        Failure::new(format!("{place}: {}\n  {left}{right}\n  {caret}^", self.message))
    }
}
