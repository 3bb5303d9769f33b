//! Texts that come from outside, as they may be shown.

use std::borrow::Cow;

/// A text that comes from outside, such as a name, as it may be shown on one line: a control character, one that turns the order of
/// reading, and any other that has no shape of its own is written as an escape, such as `\u{202e}`.
///
/// ```
/// use gprime::visible;
///
/// assert_eq!(visible("weight"), "weight");
/// assert_eq!(visible("a\u{202e}b\n"), r"a\u{202e}b\n");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unfit) {
        return text.into();
    }
    let shown = |c: char| if is_unfit(c) { c.escape_default().collect() } else { String::from(c) };
    text.chars().map(shown).collect::<String>().into()
}

/// Whether a character has no shape of its own on a line: a control character, a format character (those that turn the order of reading,
/// those without a width, tags), a separator of lines, a character for private use, or none at all.
pub(crate) fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..)
        // the last two of each plane are no characters
        || c as u32 & 0xfffe == 0xfffe
}
