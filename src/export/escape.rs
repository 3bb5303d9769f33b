//! Texts in markup.

use crate::visible::is_unfit;
use std::borrow::Cow;

/// The sign by which MathML applies a function, which has no shape.
pub(super) const APPLIED: char = '\u{2061}';

/// A text without what has a meaning in markup, and without characters that it must not hold or that would turn the order of reading.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || has_no_place(c);
    if !text.contains(special) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if has_no_place(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.into()
}

/// Whether a character has no place in markup: those that are no part of a name, but for the sign by which MathML applies a function.
pub(crate) fn has_no_place(c: char) -> bool {
    is_unfit(c) && c != APPLIED
}
