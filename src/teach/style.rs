//! How views are written: numbers, symbols, and columns.

use std::borrow::Cow;
use std::ops::Range;

/// How views are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The digits after the point.
    pub digits: usize,
    /// Whether only ASCII is used: `adj(v1)` for v̄1, `d` for ∂, `*` for ·.
    pub ascii: bool,
    /// Whether values are green and adjoints red, by terminal codes.
    pub color: bool,
    /// How many nodes or steps are shown in full; of more, the first and the last.
    pub most: usize,
}

impl Default for Style {
    /// Six digits, Unicode, no colour, up to 200 nodes.
    fn default() -> Self {
        Style { digits: 6, ascii: false, color: false, most: 200 }
    }
}

/// What a cell is about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Tint {
    #[default]
    Plain,
    Forward,
    Backward,
    Bad,
}

impl Style {
    /// A number with a fixed count of digits; one that is very large or small, with an exponent.
    pub fn number(&self, x: f64) -> String {
        let digits = self.digits;
        let small = 10f64.powi(-(digits.min(8) as i32 + 1) / 2);
        let text = if x.is_nan() || x.is_infinite() {
            x.to_string()
        } else if x == 0.0 || (small..1e7).contains(&x.abs()) {
            format!("{x:.digits$}")
        } else {
            format!("{x:.digits$e}")
        };
        self.text(&text.replace('-', "−").replace("inf", "∞")).into_owned()
    }

    /// With twice the digits, to compare what agrees in many.
    pub(crate) fn doubled(&self) -> Style {
        Style { digits: (2 * self.digits).min(17), ..*self }
    }

    /// The number with its sign.
    pub(crate) fn signed(&self, x: f64) -> String {
        let sign = if x.is_sign_negative() || x.is_nan() { "" } else { "+" };
        format!("{sign}{}", self.number(x))
    }

    /// The short number with its sign.
    pub(crate) fn signed_short(&self, x: f64) -> String {
        let sign = if x.is_sign_negative() || x.is_nan() { "" } else { "+" };
        format!("{sign}{}", self.short(x))
    }

    /// An integer without digits after the point, another number with them.
    pub(crate) fn short(&self, x: f64) -> String {
        let integer = x == x.trunc() && x.abs() < 1e7;
        if integer { Style { digits: 0, ..*self }.number(x) } else { self.number(x) }
    }

    /// The short number as a factor that is not the first.
    pub(crate) fn factor(&self, x: f64) -> String {
        if x.is_sign_negative() { format!("({})", self.short(x)) } else { self.short(x) }
    }

    /// What comes along an edge, in numbers.
    pub(crate) fn product(&self, upstream: f64, slope: f64) -> String {
        let (dot, factor) = (self.text("·"), self.number(slope));
        let factor = if slope.is_sign_negative() { format!("({factor})") } else { factor };
        format!("{}{dot}{factor}", self.signed_short(upstream))
    }

    /// An adjoint that may not be known: then `·`, never 0.
    pub(crate) fn known(&self, x: Option<f64>) -> String {
        x.map_or_else(|| self.pending().to_owned(), |x| self.signed(x))
    }

    /// An adjoint that may not be known, without a plus sign.
    pub(crate) fn known_number(&self, x: Option<f64>) -> String {
        x.map_or_else(|| self.pending().to_owned(), |x| self.number(x))
    }

    /// What stands for a number that is not known.
    pub(crate) fn pending(&self) -> &'static str {
        if self.ascii { "." } else { "·" }
    }

    /// An amount of something, such as `2 uses`.
    pub(crate) fn count(&self, n: usize, what: &str) -> String {
        format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
    }

    /// The adjoint of a variable.
    pub(crate) fn adjoint(&self, name: &str) -> String {
        self.marked(name, "adj", '\u{304}')
    }

    /// The tangent of a variable.
    pub(crate) fn tangent(&self, name: &str) -> String {
        self.marked(name, "tan", '\u{307}')
    }

    fn marked(&self, name: &str, ascii: &str, mark: char) -> String {
        if self.ascii { format!("{ascii}({})", self.text(name)) } else { format!("{name}{mark}") }
    }

    /// A text as it is written: without [`ascii`](Style::ascii) what it is, else its characters by such as ASCII has.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.ascii || text.is_ascii() {
            return text.into();
        }
        let plain = |c: char| match c {
            '·' => "*",
            '−' | '─' => "-",
            '×' => "x",
            '∞' => "inf",
            '∂' => "d",
            '≤' => "<=",
            '≥' => ">=",
            '≠' => "!=",
            '→' => "->",
            '←' => "<-",
            '↓' => "(down)",
            '↑' => "(up)",
            '└' => "`",
            '…' => "...",
            '✓' => "ok",
            '✗' => "WRONG",
            '²' => "^2",
            '′' => "'",
            _ => "?",
        };
        text.chars()
            .fold(String::with_capacity(text.len()), |mut out, c| {
                if c.is_ascii() {
                    out.push(c)
                } else {
                    out.push_str(plain(c))
                }
                out
            })
            .into()
    }

    /// A formula as a factor of a product that is written with `·`.
    pub(crate) fn as_factor(&self, formula: &str) -> String {
        let mut depth = 0;
        let loose = formula.chars().any(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(c, ' ' | '/' | '−' | '∂')
        });
        let formula = self.text(formula);
        if loose { format!("({formula})") } else { formula.into_owned() }
    }

    /// The rows in columns, each `gaps` wide apart from the next.
    pub(crate) fn columns(&self, rows: &[Vec<Cell>], gaps: &[usize]) -> String {
        let widths = widths(rows);
        let gap = |i: usize| gaps.get(i).copied().unwrap_or(2);
        let starts: Vec<usize> = (0..widths.len()).map(|i| (0..i).map(|i| widths[i] + gap(i)).sum()).collect();
        let mut text = String::new();
        for row in rows {
            let mut column = 0;
            for (i, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
                let free = if cell.right { widths[i].saturating_sub(cell.width()) } else { 0 };
                let blanks = (starts[i] + free).saturating_sub(column).max(usize::from(column > 0));
                text.extend(std::iter::repeat_n(' ', blanks));
                text.push_str(&self.tinted(&cell.text, cell.tint));
                column += blanks + cell.width();
            }
            text.push('\n');
        }
        text
    }

    pub(crate) fn tinted(&self, text: &str, tint: Tint) -> String {
        let code = match tint {
            Tint::Forward => "32",
            Tint::Backward => "31",
            Tint::Bad => "1;31",
            Tint::Plain => return text.to_owned(),
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// How wide each column is.
pub(crate) fn widths(rows: &[Vec<Cell>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let of_column = |i| rows.iter().filter_map(move |row| row.get(i)).filter(|cell: &&Cell| !cell.wide);
    (0..columns).map(|i| of_column(i).map(Cell::width).max().unwrap_or(0)).collect()
}

/// Which of so many are shown: the first and the last, if they are too many.
pub(crate) fn ends(n: usize, most: usize) -> (Range<usize>, Range<usize>) {
    if n <= most { (0..n, n..n) } else { (0..most.div_ceil(2), n - most / 2..n) }
}

/// A number with its thousands apart.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let grouped = digits.char_indices().map(|(i, c)| match digits.len() - i {
        left if i > 0 && left % 3 == 0 => format!(" {c}"),
        _ => c.to_string(),
    });
    if n < 10_000 { digits } else { grouped.collect() }
}

/// A cell of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    /// Whether it stands at the right of its column.
    right: bool,
    /// Whether it may reach beyond its column.
    wide: bool,
    tint: Tint,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Self {
        Cell { text: text.into(), ..Cell::default() }
    }

    pub fn right(text: impl Into<String>) -> Self {
        Cell { right: true, ..Cell::new(text) }
    }

    pub fn wide(text: impl Into<String>) -> Self {
        Cell { wide: true, ..Cell::new(text) }
    }

    pub fn tint(self, tint: Tint) -> Self {
        Cell { tint, ..self }
    }

    /// The columns that a terminal needs: a mark over a letter needs none.
    fn width(&self) -> usize {
        width(&self.text)
    }
}

/// The columns that a text needs on a terminal: a mark over a letter needs none.
pub(crate) fn width(text: &str) -> usize {
    text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}
