//! Writing SVG and HTML: elements that are closed, and texts that cannot break out of them.

use crate::export::{escaped, has_no_place};
use crate::teach::Style;
use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// A coordinate: a tenth of a pixel is enough.
pub(super) struct Px(pub f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        write!(f, "{}", if tenths == 0.0 { 0.0 } else { tenths })
    }
}

/// An attribute of an element.
pub(super) type Attribute<'a> = (&'a str, &'a dyn Display);

/// Markup in the making.
#[derive(Default)]
pub(super) struct Markup {
    text: String,
    open: Vec<&'static str>,
    /// How texts are written: in ASCII alone, if that is asked for.
    style: Style,
}

impl Markup {
    fn begin(&mut self, tag: &str, attributes: &[Attribute<'_>]) {
        let _ = write!(self.text, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"{}\"", escaped(&self.style.text(&value.to_string())));
        }
    }

    /// Opens an element.
    pub fn open(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) -> &mut Self {
        self.begin(tag, attributes);
        self.text.push('>');
        self.open.push(tag);
        self
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(tag) = self.open.pop() {
            let _ = write!(self.text, "</{tag}>");
        }
        self
    }

    /// An element without content, as SVG has them.
    pub fn empty(&mut self, tag: &str, attributes: &[Attribute<'_>]) -> &mut Self {
        self.begin(tag, attributes);
        self.text.push_str("/>");
        self
    }

    /// An element that holds a text alone.
    pub fn leaf(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) -> &mut Self {
        self.open(tag, attributes).text(text).close()
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.text.push_str(&escaped(&self.style.text(text)));
        self
    }

    /// Markup that is whole.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// A new line, for people who read the source.
    pub fn line(&mut self) -> &mut Self {
        self.raw("\n")
    }

    /// All of it, with every element closed.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// Opens a drawing that stands alone: of this size, with a title and its own style sheet, and with texts in this style.
pub(super) fn drawing([width, height]: [f64; 2], title: &str, sheet: &str, style: &Style) -> Markup {
    let mut svg = Markup { style: *style, ..Markup::default() };
    let view = format!("0 0 {} {}", Px(width), Px(height));
    let (width, height) = (Px(width), Px(height));
    svg.open(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &view),
            ("role", &"img"),
        ],
    );
    // a style sheet is no text, and holds none that comes from outside
    svg.leaf("title", &[], title).raw("<style>").raw(sheet).raw("</style>").line();
    svg
}

/// A number as a drawing shows it: with at most this many digits, and none that say nothing.
pub(super) fn brief(x: f64, digits: usize) -> String {
    let plain = x == 0.0 || (1e-3..1e6).contains(&x.abs()) || !x.is_finite();
    if !plain {
        let text = format!("{x:.digits$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", trimmed(mantissa)).replace('-', "−");
    }
    let text = format!("{x:.digits$}");
    let text = if trimmed(&text) == "-0" { "0" } else { trimmed(&text) };
    text.replace('-', "−").replace("inf", "∞")
}

/// A decimal without zeros at its end.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A text of at most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect::<String>().into(),
    }
}

/// A text without characters that no page shows.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if has_no_place(c) { '\u{fffd}' } else { c }).collect()
}
