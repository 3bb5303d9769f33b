//! Formulas as MathML.

use super::escape::{APPLIED, escaped};
use super::number::{digits, is_negative};
use super::operator::Operator;
use super::printer::{Binding, CUT, Dialect, Form, Head, Keep, Term};
use crate::op::{self, Op};

/// MathML of more bytes is cut, as text is: a recording that uses its values again and again would print without end.
const LONGEST: usize = 40_000;

/// The dialect of MathML: fractions, powers, roots, and names whose digits at the end are below the line.
#[derive(Clone, Copy)]
pub(crate) struct MathMl;

/// Elements of MathML that stand in a row.
#[derive(Clone, Debug)]
pub(crate) struct Math {
    elements: Vec<String>,
    /// Whether anything in them is told by its place alone.
    drawn: bool,
}

impl Math {
    fn one(element: String, drawn: bool) -> Self {
        Math { elements: vec![element], drawn }
    }

    /// A text that is no formula, or too long for one.
    pub(crate) fn text(text: &str) -> Self {
        Math::one(tag("mtext", text), false)
    }

    /// A name, and what it stands for.
    pub(crate) fn equation(name: &str, meaning: &Math) -> Self {
        Math { elements: vec![named(name), sign("="), meaning.html()], drawn: meaning.drawn }
    }

    /// One element.
    pub(crate) fn html(&self) -> String {
        if let [one] = &self.elements[..] { one.clone() } else { format!("<mrow>{}</mrow>", self.elements.concat()) }
    }
}

/// A name and a sign, such as an adjoint and `·`, or neither, and a formula; with the formula as text. The last element is the
/// formula. A browser that knows no MathML shows letters and signs in a row, so where that is not the formula its text stands beside it, for
/// a style sheet to choose.
pub(crate) fn math(before: Option<(&str, &str)>, text: &str, formula: &Math) -> String {
    let head = before.map_or_else(String::new, |(name, joint)| named(name) + &sign(joint.trim()));
    let annotation = match before {
        _ if !formula.drawn => String::new(),
        Some((name, joint)) => tag("annotation", &format!("{name}{joint}{text}")),
        None => tag("annotation", text),
    };
    format!("<math>{annotation}{head}{}</math>", formula.html())
}

fn tag(tag: &str, text: &str) -> String {
    format!("<{tag}>{}</{tag}>", escaped(text))
}

fn sign(text: &str) -> String {
    tag("mo", text)
}

/// A name: digits at its end are below the line, and the mark of an adjoint or a tangent above its letter. What is no name stays text.
fn named(name: &str) -> String {
    let mark = |c: char| match c {
        '\u{304}' => Some('¯'),
        '\u{307}' => Some('˙'),
        _ => None,
    };
    let is_inner = |c: char| c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c);
    let is_first = |c: char| c.is_alphabetic() || c == '_' || c == '∂';
    if name == CUT {
        return tag("mn", name);
    }
    if !name.starts_with(is_first) || !name.strip_suffix('′').unwrap_or(name).chars().skip(1).all(is_inner) {
        return tag("mtext", name);
    }
    let above = name.chars().find_map(mark);
    let plain: String = name.chars().filter(|c| mark(*c).is_none()).collect();
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let index = &plain[letters.len()..];
    let letter = tag("mi", letters.strip_suffix('_').filter(|_| !index.is_empty()).unwrap_or(letters));
    let letter = above.map_or(letter.clone(), |mark| format!("<mover>{letter}<mo>{mark}</mo></mover>"));
    if index.is_empty() { letter } else { format!("<msub>{letter}<mn>{index}</mn></msub>") }
}

/// How a function of one argument is drawn.
enum Shape {
    PowerOfE,
    Root,
    Bars,
}

/// The functions that are drawn and not called, by the names of their ops.
const SHAPES: [(&str, Shape); 3] =
    [(op::Exp::NAME, Shape::PowerOfE), (op::Sqrt::NAME, Shape::Root), (op::Abs::NAME, Shape::Bars)];

impl Dialect for MathMl {
    type Body = Math;

    fn form(&self, operator: Operator) -> Option<Form> {
        use Binding::*;
        let (sign, own, operands): (_, _, &'static [Binding]) = match operator {
            Operator::Add => ("+", Sum, &[Sum, Product]),
            Operator::Sub => ("−", Sum, &[Sum, Product]),
            Operator::Mul => ("·", Product, &[Product, Fraction]),
            // the line, and the place above the line, tell what parentheses would
            Operator::Div => ("/", Fraction, &[Choice, Choice]),
            Operator::Neg => ("−", Minus, &[Power]),
            Operator::Pow => ("^", Power, &[Atom, Choice]),
            Operator::Less => ("<", Comparison, &[Comparison, Sum]),
            Operator::LessEqual => ("≤", Comparison, &[Comparison, Sum]),
            Operator::Equal => ("=", Comparison, &[Comparison, Sum]),
            Operator::Select => ("", Choice, &[Comparison, Comparison, Choice]),
        };
        Some(Form { sign, own, operands })
    }

    fn operation(&self, operator: Operator, form: &Form, operands: &[Term<Math>]) -> Math {
        let drawn = operands.iter().any(|operand| operand.body.drawn);
        // a sum of sums is one row
        let chained = |term: &Term<Math>| match term.binding == form.own {
            true => term.body.elements.clone(),
            false => vec![term.body.html()],
        };
        let word = |word: &str| format!("<mtext>\u{a0}{word}\u{a0}</mtext>");
        match (operator, operands) {
            (Operator::Div, [x, y]) => Math::one(format!("<mfrac>{}{}</mfrac>", x.body.html(), y.body.html()), true),
            (Operator::Pow, [x, y]) => Math::one(format!("<msup>{}{}</msup>", x.body.html(), y.body.html()), true),
            (Operator::Mul, [x, y]) => Math { elements: vec![x.body.html(), sign(form.sign), y.body.html()], drawn },
            (_, [x]) => Math { elements: vec![sign(form.sign), x.body.html()], drawn },
            (_, [x, y]) => {
                let mut elements = chained(x);
                elements.extend([sign(form.sign), y.body.html()]);
                Math { elements, drawn }
            }
            (_, [mask, yes, no]) => {
                let mut elements = vec![yes.body.html(), word("if"), mask.body.html(), word("else")];
                elements.extend(chained(no));
                Math { elements, drawn }
            }
            _ => unreachable!("an operator has up to three operands"),
        }
    }

    fn call(&self, op: &Head<'_>, args: &[Term<Math>]) -> Math {
        let drawn = args.iter().any(|arg| arg.body.drawn);
        if let ([arg], true) = (args, op.params.is_empty()) {
            let inside = arg.body.html();
            match SHAPES.iter().find(|(name, _)| *name == op.name) {
                Some((_, Shape::PowerOfE)) => return Math::one(format!("<msup><mi>e</mi>{inside}</msup>"), true),
                Some((_, Shape::Root)) => return Math::one(format!("<msqrt>{inside}</msqrt>"), true),
                Some((_, Shape::Bars)) => return Math { elements: vec![sign("|"), inside, sign("|")], drawn },
                None => {}
            }
        }
        let params = op.params.iter().map(|(param, value)| Math::equation(param, &self.number(*value).body).html());
        let mut elements = vec![];
        for item in args.iter().map(|arg| arg.body.html()).chain(params) {
            elements.extend((!elements.is_empty()).then(|| sign(",")));
            elements.push(item);
        }
        let inside = Math { elements, drawn }.html();
        let applied = format!("<mo>{APPLIED}</mo>");
        Math { elements: vec![named(op.name), applied, sign("("), inside, sign(")")], drawn }
    }

    fn spoken(&self, op: &Head<'_>, arg: &Term<Math>) -> Math {
        let space = "<mspace width=.2em></mspace>".to_owned();
        Math { elements: vec![named(op.name), space, arg.body.html()], drawn: arg.body.drawn }
    }

    fn number(&self, x: f64) -> Term<Math> {
        let size = match x.abs() {
            x if x.is_nan() => tag("mi", "NaN"),
            x => tag("mn", &digits(x).replace('-', "−").replace("inf", "∞")),
        };
        match is_negative(x) {
            true => Term::new(Math { elements: vec![sign("−"), size], drawn: false }, Binding::Minus),
            false => Term::atom(Math::one(size, false)),
        }
    }

    fn name(&self, name: &str) -> Math {
        Math::one(named(name), false)
    }

    fn parentheses(&self, inner: &Math) -> Math {
        Math { elements: vec![sign("("), inner.html(), sign(")")], drawn: inner.drawn }
    }

    fn keep(&self, _: usize, _: usize, body: &Math) -> Keep {
        if body.elements.iter().map(String::len).sum::<usize>() > LONGEST { Keep::Cut } else { Keep::Whole }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Math, MathMl, math};
    use crate::export::printer::Printer;
    use crate::graph::{Expr, Operand, Recorder};
    use crate::op::Activations;
    use crate::real::Real;

    const MATH: Printer<MathMl> = Printer { dialect: MathMl };

    /// A formula of a, b, c and d.
    fn formula(f: impl for<'g> Fn([Expr<'g>; 4]) -> Expr<'g>) -> Math {
        let graph = Recorder::new();
        let y = f([0.1, 0.2, 0.3, 0.4].map(|x| graph.var(x)));
        let result = Operand::Node(graph.index(y).unwrap());
        let names = ["a", "b", "v1", "v12\u{304}"];
        MATH.walk(&graph, &[result], |i| names.get(i).map(|name| MATH.name(name))).results.swap_remove(0).body
    }

    /// A formula in brackets where the tree has an element that holds others, so that it can be read here.
    fn tree(f: impl for<'g> Fn([Expr<'g>; 4]) -> Expr<'g>) -> String {
        let leaves = ["mi", "mn", "mo"].map(|tag| (tag, String::new(), " "));
        let others = [("mrow", "r"), ("mfrac", "f"), ("msub", "_"), ("msup", "^"), ("msqrt", "√"), ("mover", "¯")]
            .map(|(tag, short)| (tag, format!("{short}["), "] "));
        let tags = leaves.into_iter().chain(others);
        tags.fold(formula(f).html(), |html, (tag, open, close)| {
            html.replace(&format!("<{tag}>"), &open).replace(&format!("</{tag}>"), close)
        })
    }

    #[test]
    fn formulas_have_the_structure_that_they_say() {
        assert_eq!(tree(|[a, ..]| a), "a ");
        assert_eq!(tree(|[a, _, v, _]| a * v), "r[a · _[v 1 ] ] ");
        assert_eq!(tree(|[_, _, v, _]| 1.0 / v), "f[1 _[v 1 ] ] ");
        assert_eq!(tree(|[a, b, ..]| a * b / (a + b)), "f[r[a · b ] r[a + b ] ] ");
        assert_eq!(tree(|[a, b, ..]| a * (b / a)), "r[a · f[b a ] ] ");
        assert_eq!(tree(|[a, b, ..]| (b / a).pow(2.0.into())), "^[r[( f[b a ] ) ] 2 ] ");
        assert_eq!(tree(|[a, b, ..]| a / b / a), "f[f[a b ] a ] ");
        assert_eq!(tree(|[a, b, ..]| -a.pow(a.pow(b))), "r[− ^[a ^[a b ] ] ] ");
        assert_eq!(tree(|[a, ..]| (a + 1.0).pow(2.0.into())), "^[r[( r[a + 1 ] ) ] 2 ] ");
        assert_eq!(tree(|[a, b, ..]| a + b - a), "r[a + b − a ] ");
        assert_eq!(tree(|[a, b, ..]| a - (b + a)), "r[a − r[( r[b + a ] ) ] ] ");
        assert_eq!(tree(|[a, ..]| (-a).exp()), "^[e r[− a ] ] ");
        assert_eq!(tree(|[a, ..]| a.sqrt() / 2.0), "f[√[a ] 2 ] ");
        assert_eq!(tree(|[a, ..]| a.abs()), "r[| a | ] ");
        assert_eq!(tree(|[.., v]| v * -1.0), "r[_[¯[v ¯ ] 12 ] · r[( r[− 1 ] ) ] ] ");
        assert_eq!(tree(|[a, b, ..]| a.max(b)), "r[max \u{2061} ( r[a , b ] ) ] ");
        assert_eq!(tree(|[a, ..]| a.leaky_relu()), "r[leaky_relu \u{2061} ( r[a , r[slope = 0.01 ] ] ) ] ");
        assert_eq!(tree(|[a, ..]| a * 1.5e-7), "r[a · 1.5e−7 ] ");
        assert_eq!(
            tree(|[a, b, ..]| Real::select(Expr::from(0.0).less(a), 1.0.into(), -b)),
            "r[1 <mtext>\u{a0}if\u{a0}</mtext>r[0 &lt; a ] <mtext>\u{a0}else\u{a0}</mtext>r[− b ] ] "
        );
    }

    #[test]
    fn what_is_no_name_stays_text() {
        for name in ["", "x[0]", "a b <b>", "</math>", "\"'&", "x;", "−", "\u{202e}", "2x"] {
            assert_eq!(MATH.name(name).body.html(), Math::text(name).html(), "{name}");
        }
        assert_eq!(MATH.name("x_2").body.html(), "<msub><mi>x</mi><mn>2</mn></msub>");
        assert_eq!(MATH.name("g′").body.html(), "<mi>g′</mi>");
    }

    #[test]
    fn text_stands_beside_what_is_told_by_its_place() {
        let [x, y] = ["x", "y"].map(|name| MATH.name(name));
        assert_eq!(math(Some(("u", " = ")), "x", &x.body), "<math><mi>u</mi><mo>=</mo><mi>x</mi></math>");
        let fraction = formula(|[a, b, ..]| a / b);
        let html = math(Some(("u", " = ")), "a/b", &fraction);
        assert!(html.starts_with("<math><annotation>u = a/b</annotation><mi>u</mi><mo>=</mo><mfrac>"), "{html}");
        let all = Math::equation("u", &fraction);
        assert!(math(None, "u = a/b", &all).starts_with("<math><annotation>u = a/b</annotation><mrow><mi>u</mi>"));
        // what is used again and again is cut
        let long = formula(|[a, ..]| (0..40).fold(a, |x, _| x * x));
        assert!(long.html().len() < 1_000_000 && long.html().contains("<mn>…</mn>"));
        let spoken = MathMl.spoken(&crate::export::Head { name: "sin", params: vec![] }, &y);
        assert_eq!(spoken.html(), "<mrow><mi>sin</mi><mspace width=.2em></mspace><mi>y</mi></mrow>");
    }
}
