//! A formula as MathML: what is read is what `registry` prints in [`Notation::Print`](crate::registry::Notation::Print).

use super::markup::escaped;

/// The longest formula that is read; none of a trace is longer, but what is said to be one may be.
const LONGEST: usize = 240;
/// How deep parentheses may be.
const DEEPEST: usize = 100;

/// A formula as one element of MathML, to stand in `<math>`. What cannot be read stays text.
pub(super) fn mathml(formula: &str) -> String {
    read(formula).map_or_else(|| format!("<mtext>{}</mtext>", escaped(formula)), |(html, _)| html)
}

/// Two formulas with a sign between them, such as a name, `=` and what it stands for; or, with neither, one. The last element is that
/// of the last formula. A browser that knows no MathML shows letters and signs in a row, so where that is not the formula its text
/// stands beside it, for the style sheet to choose.
pub(super) fn math(before: Option<(&str, &str)>, formula: &str) -> String {
    let (element, drawn) = read(formula).unwrap_or_else(|| (mathml(formula), false));
    let (head, text) = before
        .map_or_else(Default::default, |(left, joint)| (mathml(left) + &sign(joint.trim()), format!("{left}{joint}")));
    let text = if drawn { format!("<annotation>{}</annotation>", escaped(&(text + formula))) } else { String::new() };
    format!("<math>{text}{head}{element}</math>")
}

/// What an output is, and after `with` what the names in it are: formulas between which a line may break.
pub(super) fn statement(text: &str) -> String {
    let (output, names) = text.split_once(" with ").unwrap_or((text, ""));
    let mut html = math(None, output);
    let (mut depth, mut start) = (0, 0);
    for (at, c) in names.char_indices().chain([(names.len(), ',')]) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if start < at && (depth == 0 || at == names.len()) => {
                html += if start == 0 { " with " } else { ", " };
                html += &math(None, names[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    html
}

/// The element, and whether anything in it is told by its place alone.
fn read(formula: &str) -> Option<(String, bool)> {
    if formula.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { words: words(formula), at: 0, depth: 0, drawn: false };
    let html = reader.choice()?;
    (reader.at == reader.words.len()).then_some((html, reader.drawn))
}

/// A name, a number or a sign, and whether there is a blank before it.
type Word<'a> = (&'a str, bool);

fn words(formula: &str) -> Vec<Word<'_>> {
    let in_name = |c: char| c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c);
    let mut words = vec![];
    let mut rest = formula;
    while let Some(first) = rest.trim_start().chars().next() {
        let (word, blank) = (rest.trim_start(), rest.starts_with(char::is_whitespace));
        let after = |start: &str, holds: &dyn Fn(char) -> bool| {
            let tail = &word[start.len()..];
            word.len() - tail.trim_start_matches(holds).len()
        };
        let digit = |c: char| c.is_ascii_digit() || c == '.';
        let end = if is_name(word) {
            let end = after(&word[..first.len_utf8()], &in_name);
            if word[end..].starts_with('′') { end + '′'.len_utf8() } else { end }
        } else if digit(first) {
            let end = after("", &digit);
            let exponent = word[end..].strip_prefix('e').map(|power| power.trim_start_matches(['−', '-']));
            let exponent = exponent.filter(|power| power.starts_with(|c: char| c.is_ascii_digit()));
            exponent.map_or(end, |power| word.len() - power.trim_start_matches(|c: char| c.is_ascii_digit()).len())
        } else {
            first.len_utf8()
        };
        words.push((&word[..end], blank && !words.is_empty()));
        rest = &word[end..];
    }
    words
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '∂') && !["if", "else"].contains(&word)
}

struct Reader<'a> {
    words: Vec<Word<'a>>,
    at: usize,
    depth: usize,
    drawn: bool,
}

/// A part of a formula, and what is inside of its parentheses, if it stands in some.
struct Part {
    html: String,
    bare: Option<String>,
}

impl From<String> for Part {
    fn from(html: String) -> Self {
        Part { html, bare: None }
    }
}

impl Part {
    /// Where a line or a place tells what the parentheses told.
    fn bare(self) -> String {
        self.bare.unwrap_or(self.html)
    }
}

/// Elements as one.
fn row(elements: &[String]) -> String {
    if let [one] = elements { one.clone() } else { format!("<mrow>{}</mrow>", elements.concat()) }
}

fn sign(text: &str) -> String {
    format!("<mo>{}</mo>", escaped(text))
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a str {
        self.words.get(self.at).map_or("", |word| word.0)
    }

    fn eat(&mut self, word: &str) -> bool {
        let met = self.peek() == word;
        self.at += usize::from(met);
        met
    }

    fn choice(&mut self) -> Option<String> {
        let mut parts = vec![self.comparison()?];
        while self.eat("if") {
            parts.extend(["<mtext>\u{a0}if\u{a0}</mtext>".to_owned(), self.comparison()?]);
            if !self.eat("else") {
                return None;
            }
            parts.extend(["<mtext>\u{a0}else\u{a0}</mtext>".to_owned(), self.comparison()?]);
        }
        Some(row(&parts))
    }

    fn comparison(&mut self) -> Option<String> {
        self.chain(&["<", "≤", "="], Self::sum)
    }

    fn sum(&mut self) -> Option<String> {
        self.chain(&["+", "−"], Self::product)
    }

    fn chain(&mut self, signs: &[&str], next: fn(&mut Self) -> Option<String>) -> Option<String> {
        let mut parts = vec![next(self)?];
        while signs.contains(&self.peek()) {
            parts.push(sign(self.peek()));
            self.at += 1;
            parts.push(next(self)?);
        }
        Some(row(&parts))
    }

    fn product(&mut self) -> Option<String> {
        let mut left = self.factor()?;
        loop {
            if self.eat("·") {
                left = row(&[left.html, sign("·"), self.factor()?.html]).into();
            } else if self.eat("/") {
                self.drawn = true;
                left = format!("<mfrac>{}{}</mfrac>", left.bare(), self.factor()?.bare()).into();
            } else {
                return Some(left.html);
            }
        }
    }

    /// A power; a fraction alone needs no parentheses.
    fn factor(&mut self) -> Option<Part> {
        let part = self.power()?;
        Some(match part.bare {
            Some(fraction) if fraction.starts_with("<mfrac>") => fraction.into(),
            _ => part,
        })
    }

    fn power(&mut self) -> Option<Part> {
        let base = self.atom()?;
        if !self.eat("^") {
            return Some(base);
        }
        self.drawn = true;
        Some(format!("<msup>{}{}</msup>", base.html, self.power()?.bare()).into())
    }

    fn atom(&mut self) -> Option<Part> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let word = self.peek();
        self.at += 1;
        let part = match word {
            "(" => {
                let items = row(&self.list()?);
                Part { html: row(&[sign("("), items.clone(), sign(")")]), bare: Some(items) }
            }
            "−" => row(&[sign("−"), self.power()?.html]).into(),
            "∞" | "…" => format!("<mn>{word}</mn>").into(),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') => format!("<mn>{word}</mn>").into(),
            _ if is_name(word) => match self.words.get(self.at) {
                Some(("(", false)) => {
                    self.at += 1;
                    let items = self.list()?;
                    self.call(word, &items).into()
                }
                // sin v1
                Some((next, true)) if is_name(next) || next.starts_with(|c: char| c.is_ascii_digit()) => {
                    row(&[name(word), "<mspace width=.2em></mspace>".to_owned(), self.atom()?.html]).into()
                }
                _ => name(word).into(),
            },
            _ => return None,
        };
        self.depth -= 1;
        Some(part)
    }

    /// What stands in parentheses, up to the closing one.
    fn list(&mut self) -> Option<Vec<String>> {
        let mut items = vec![self.choice()?];
        while self.eat(",") {
            items.extend([sign(","), self.choice()?]);
        }
        self.eat(")").then_some(items)
    }

    fn call(&mut self, function: &str, items: &[String]) -> String {
        let inside = row(items);
        self.drawn |= items.len() == 1 && ["exp", "sqrt"].contains(&function);
        match (function, items) {
            ("exp", [_]) => format!("<msup><mi>e</mi>{inside}</msup>"),
            ("sqrt", [_]) => format!("<msqrt>{inside}</msqrt>"),
            ("abs", [_]) => row(&[sign("|"), inside, sign("|")]),
            _ => row(&[name(function), sign("\u{2061}"), sign("("), inside, sign(")")]),
        }
    }
}

/// A name: digits at its end are below the line, and the mark of an adjoint or a tangent above its letter.
fn name(word: &str) -> String {
    let mark = |c: char| match c {
        '\u{304}' => Some('¯'),
        '\u{307}' => Some('˙'),
        _ => None,
    };
    let above = word.chars().find_map(mark);
    let plain: String = word.chars().filter(|c| mark(*c).is_none()).collect();
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let index = &plain[letters.len()..];
    let letter =
        format!("<mi>{}</mi>", escaped(letters.strip_suffix('_').filter(|_| !index.is_empty()).unwrap_or(letters)));
    let letter = above.map_or(letter.clone(), |mark| format!("<mover>{letter}<mo>{mark}</mo></mover>"));
    if index.is_empty() { letter } else { format!("<msub>{letter}<mn>{index}</mn></msub>") }
}

#[cfg(test)]
mod tests {
    use super::{math, mathml, statement};

    /// A formula in brackets where the tree has an element that holds others, so that it can be read here.
    fn tree(formula: &str) -> String {
        let leaves = ["mi", "mn", "mo"].map(|tag| (tag, String::new(), " "));
        let others = [("mrow", "r"), ("mfrac", "f"), ("msub", "_"), ("msup", "^"), ("msqrt", "√"), ("mover", "¯")]
            .map(|(tag, short)| (tag, format!("{short}["), "] "));
        let tags = leaves.into_iter().chain(others);
        tags.fold(mathml(formula), |html, (tag, open, close)| {
            html.replace(&format!("<{tag}>"), &open).replace(&format!("</{tag}>"), close)
        })
    }

    #[test]
    fn formulas_have_the_structure_that_they_say() {
        assert_eq!(tree("x"), "x ");
        assert_eq!(tree("v1·v2"), "r[_[v 1 ] · _[v 2 ] ] ");
        assert_eq!(tree("1/v1"), "f[1 _[v 1 ] ] ");
        assert_eq!(tree("a·b/(c + d)"), "f[r[a · b ] r[c + d ] ] ");
        assert_eq!(tree("a·(b/c)"), "r[a · f[b c ] ] ");
        assert_eq!(tree("(b/c)^2"), "^[r[( f[b c ] ) ] 2 ] ");
        assert_eq!(tree("a/b/c"), "f[f[a b ] c ] ");
        assert_eq!(tree("−x^2^y"), "r[− ^[x ^[2 y ] ] ] ");
        assert_eq!(tree("(x + 1)^2"), "^[r[( r[x + 1 ] ) ] 2 ] ");
        assert_eq!(tree("exp(−z)"), "^[e r[− z ] ] ");
        assert_eq!(tree("sqrt(x)/2"), "f[√[x ] 2 ] ");
        assert_eq!(tree("v12\u{304}·(−1)"), "r[_[¯[v ¯ ] 12 ] · r[( r[− 1 ] ) ] ] ");
        assert_eq!(tree("1.5e−7·x_2"), "r[1.5e−7 · _[x 2 ] ] ");
        assert_eq!(tree("max(v1, ∞)"), "r[max \u{2061} ( r[_[v 1 ] , ∞ ] ) ] ");
        assert_eq!(
            tree("1 if 0 < z else −z"),
            "r[1 <mtext>\u{a0}if\u{a0}</mtext>r[0 &lt; z ] <mtext>\u{a0}else\u{a0}</mtext>r[− z ] ] "
        );
        assert_eq!(tree("sin v1"), "r[sin <mspace width=.2em></mspace>_[v 1 ] ] ");
    }

    #[test]
    fn what_is_no_formula_stays_text() {
        for text in ["", "x +", "(x", "x)", "x y z(", "a b <b>", "</math>", "\"'&", "1 if x", "x;", "−"] {
            assert_eq!(mathml(text), format!("<mtext>{}</mtext>", super::escaped(text)), "{text}");
        }
        for depth in [99, 100_000] {
            let deep = "(".repeat(depth) + "x" + &")".repeat(depth);
            assert_eq!(mathml(&deep).starts_with("<mrow>"), depth == 99);
            assert!(mathml(&"−".repeat(depth)).starts_with("<mtext>"));
        }
    }

    #[test]
    fn a_line_may_break_before_each_name() {
        let all = |parts: &[&str]| parts.iter().map(|part| math(None, part)).collect::<Vec<_>>();
        assert_eq!(statement("y = x·x"), math(None, "y = x·x"));
        let [y, u, v] = &all(&["y = u/v", "u = max(x, 1)", "v = x"])[..] else { unreachable!() };
        assert_eq!(statement("y = u/v with u = max(x, 1), v = x"), format!("{y} with {u}, {v}"));
        // what is no list of formulas stays text
        let html = statement("y with ),(<b>, x)");
        assert!(
            html.ends_with("<mtext>x)</mtext></math>") && html.contains("&lt;b&gt;") && !html.contains("<b>"),
            "{html}"
        );
    }

    #[test]
    fn text_stands_beside_what_is_told_by_its_place() {
        assert_eq!(math(Some(("u", " = ")), "x"), "<math><mi>u</mi><mo>=</mo><mi>x</mi></math>");
        let html = math(Some(("u", " = ")), "x/y");
        assert!(html.starts_with("<math><annotation>u = x/y</annotation><mi>u</mi><mo>=</mo><mfrac>"), "{html}");
    }
}
