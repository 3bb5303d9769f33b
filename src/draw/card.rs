//! An op on one card: formulas, a plot, what happens at its kinks, and whether its slope is right.

use super::markup::brief;
use super::plot::{Plot, computed, point_for, tangent};
use crate::check::{self, Verdict};
use crate::error::Error;
use crate::export::{Formula, argument_names};
use crate::graph::{DynOp, Float, Rule};
use crate::op::{Kink, Point};
use crate::teach::{Cell, Style, Tint, small};
use std::marker::PhantomData;

/// How large the plot is, in characters.
const SIZE: [usize; 2] = [64, 13];
/// How wide a line may become that tells of other libraries.
const WIDEST: usize = 96;
const ALL_REALS: &str = "range all reals";
/// How far on both sides of 0 extremes are looked for, beside limits and kinks, and how many points there are on a side.
const REACH: f64 = 32.0;
const STEPS: i32 = 1024;
/// How many kinks and jumps are told.
const MOST: usize = 6;

/// What there is to know about an op, at a point if one is given; an op of several arguments is plotted along the first.
///
/// ```
/// use gprime::{Registry, draw, teach::Style};
///
/// let sigmoid = Registry::new().find("sigmoid", &[])?;
/// let card = draw::card(&*sigmoid, &[1.0], &Style::default())?;
/// assert!(card.contains("a′ = a·(1 − a)") && card.contains("rule 0.196612"));
/// # Ok::<(), gprime::Error>(())
/// ```
///
/// # Errors
/// If the op does not take as many arguments as the point has numbers.
pub fn card(op: &dyn DynOp, at: &[f64], style: &Style) -> Result<String, Error> {
    card_in::<f64>(op, at, style)
}

/// The card of an op at a point in double or single precision: the arguments, the values and the slopes are numbers of that type; what they are
/// checked against is not.
///
/// # Errors
/// If the op does not take as many arguments as the point has numbers.
pub fn card_in<R: Float>(op: &dyn DynOp, at: &[f64], style: &Style) -> Result<String, Error> {
    let mut point = point_for(op, at)?;
    point.iter_mut().for_each(|x| *x = R::from(*x).to_f64());
    let names = argument_names(point.len());
    let card = Card::<R> { op, names, point, given: !at.is_empty(), style, number: PhantomData };
    let mut text = card.head();
    text += &card.edges();
    text.push('\n');
    text += &card.plot()?;
    text.push('\n');
    text += &card.sanity();
    text += &card.check();
    Ok(text)
}

struct Card<'a, R> {
    op: &'a dyn DynOp,
    names: Vec<String>,
    point: Point,
    /// Whether the point was asked for.
    given: bool,
    style: &'a Style,
    /// What values and slopes are computed in.
    number: PhantomData<R>,
}

impl<R: Float> Card<'_, R> {
    /// The name, the formulas, and what is known of the op as a whole.
    fn head(&self) -> String {
        let (op, style) = (self.op, self.style);
        let params: Vec<String> = op.params().iter().map(|(name, x)| format!("{name} = {}", self.brief(*x))).collect();
        let name = match params.is_empty() {
            true => op.name().to_owned(),
            false => format!("{}   {}", op.name(), params.join(", ")),
        };
        let mut facts = vec![format!("domain {}", op.domain().text)];
        let mut lines = vec![];
        match Formula::in_print(op) {
            Ok(Formula { value, slopes }) if op.arity() == Some(1) => {
                lines.push(format!("{name}   a = {value}   a′ = {}", slopes[0]));
                let [of_z, of_a] = [&self.names[0][..], "a"].map(|name| has_word(&slopes[0], name));
                facts.extend(self.range());
                facts.extend(self.limits());
                let of = match (of_z, of_a) {
                    (true, true) => format!("{} and a", self.names[0]),
                    (true, false) => self.names[0].clone(),
                    (false, true) => "a alone".to_owned(),
                    (false, false) => "nothing".to_owned(),
                };
                facts.push(format!("the slope needs {of}"));
            }
            Ok(Formula { value, slopes }) => {
                lines.push(format!("{name}   a = {value}"));
                let names = argument_names(slopes.len());
                lines.extend(names.iter().zip(&slopes).map(|(name, slope)| format!("  ∂a/∂{name} = {slope}")));
                facts.extend(self.has_all_values().then(|| ALL_REALS.to_owned()));
                if op.arity().is_none() {
                    facts.push("any number of arguments".to_owned());
                }
            }
            Err(_) if op.is_opaque() => lines.push(format!("{name}   known only as closures: there is no formula")),
            Err(_) => lines.push(format!("{name}   takes too many arguments for a formula to be read")),
        }
        if op.kinks().is_empty() && op.jumps().is_empty() {
            facts.push("no kink".to_owned());
        }
        if R::IS_SINGLE {
            facts.push("in single precision".to_owned());
        }
        lines.push(format!("  {}", facts.join(", ")));
        lines.iter().map(|line| style.text(line).into_owned() + "\n").collect()
    }

    /// The values at ±∞, where the rule has limits there and the domain reaches so far.
    fn limits(&self) -> Option<String> {
        let (low, high) = self.op.domain().bound(0);
        let limit = |x: f64, name: &str| {
            let a = self.value(&[x]);
            (!a.is_nan()).then(|| format!("{} at {name}", self.brief(a)))
        };
        let left = if low.is_infinite() { limit(low, "−∞") } else { None };
        let right = if high.is_infinite() { limit(high, "∞") } else { None };
        let both: Vec<String> = left.into_iter().chain(right).collect();
        (!both.is_empty()).then(|| format!("a is {}", both.join(" and ")))
    }

    /// All values, as an interval: from the smallest to the largest of the limits and of what the rule has where its slope changes its
    /// sign, at kinks and at the ends of the domain. `None` where that is not known to be all: with jumps, poles, or neither limits
    /// nor the same extremes again and again.
    fn range(&self) -> Option<String> {
        let (low, high) = self.op.domain().bound(0);
        let (from, to) = (low.max(-REACH), high.min(REACH));
        if !self.op.jumps().is_empty() || from >= to {
            return None;
        }
        // 0 is among them, and so is every number that is a few eighths
        let inner =
            (-STEPS..=STEPS).map(|i| f64::from(i) * REACH / f64::from(STEPS)).filter(|x| (from..=to).contains(x));
        let (mut slopes, mut met) = (vec![], vec![]);
        for x in inner {
            let (a, slope) = self.value_and_slopes(&[x]);
            if !a.is_finite() && x > low && x < high {
                return None;
            }
            // flat, and not by rounding, as it is far out
            if slope[0] == 0.0 && x.abs() <= 4.0 {
                met.push(a);
            }
            slopes.push((x, slope[0]));
        }
        slopes.retain(|(_, slope)| *slope != 0.0 && slope.is_finite());
        let changes = slopes.windows(2).filter(|pair| pair[0].1 * pair[1].1 < 0.0);
        let turns: Vec<f64> = changes.map(|pair| self.value(&[self.turn([pair[0].0, pair[1].0], pair[0].1)])).collect();
        let kinks = self.op.kinks().into_iter().map(|kink| self.value(&kink.at));
        met.extend(turns.iter().copied().chain(kinks));
        let mut limits = vec![];
        for end in [low, high] {
            let value = self.value(&[end]);
            if end.is_finite() && value.is_finite() { met.push(value) } else { limits.push(value) }
        }
        let least = |x: &[f64]| x.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |x: &[f64]| x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let again = |end: f64| turns.iter().filter(|turn| (*turn - end).abs() < 1e-12).count() > 1;
        if limits.iter().any(|limit| limit.is_nan()) && !(again(least(&met)) && again(most(&met))) {
            return None;
        }
        limits.retain(|limit| !limit.is_nan());
        let [inf, sup] = [least(&met).min(least(&limits)), most(&met).max(most(&limits))];
        if [inf, sup] == [f64::NEG_INFINITY, f64::INFINITY] {
            return Some(ALL_REALS.to_owned());
        }
        let [open, close] = [if met.contains(&inf) { "[" } else { "(" }, if met.contains(&sup) { "]" } else { ")" }];
        Some(format!("range {open}{}, {}{close}", self.brief(inf), self.brief(sup)))
    }

    /// Whether the values of an op of several arguments are known to be all reals: without a jump they go from one infinity to the other as
    /// the first argument, or all together, go.
    fn has_all_values(&self) -> bool {
        let first_alone = |t: f64| [&[t], &self.point[1..]].concat();
        let all = |t: f64| vec![t; self.point.len()];
        let goes = |path: &dyn Fn(f64) -> Vec<f64>| {
            let [left, right] = [f64::NEG_INFINITY, f64::INFINITY].map(|t| self.value(&path(t)));
            let mut inner = (-STEPS..=STEPS).map(|i| f64::from(i) * REACH / f64::from(STEPS));
            left.is_infinite() && right == -left && inner.all(|t| self.value(&path(t)).is_finite())
        };
        self.op.jumps().is_empty() && (goes(&first_alone) || goes(&all))
    }

    /// Where the slope changes its sign, which is that of `first` on the left.
    fn turn(&self, [mut left, mut right]: [f64; 2], first: f64) -> f64 {
        loop {
            let middle = 0.5 * (left + right);
            if middle <= left || middle >= right {
                return middle;
            }
            match self.value_and_slopes(&[middle]).1[0] * first {
                side if side > 0.0 => left = middle,
                side if side < 0.0 => right = middle,
                _ => return middle,
            }
        }
    }

    /// A line for each kink and jump.
    fn edges(&self) -> String {
        let style = self.style;
        let own = || (self.given && self.point.len() > 1).then(|| check::kink_at(self.op, &self.point)).flatten();
        let declared = self.op.kinks();
        let met = declared.iter().find(|kink| self.given && kink.at == self.point).cloned().or_else(own);
        let kinks: Vec<Kink> = match met {
            Some(kink) => vec![kink],
            None => declared,
        };
        let mut text: String = kinks.iter().take(MOST).map(|kink| self.kink(kink)).collect();
        text.extend(self.op.jumps().iter().take(MOST).map(|jump| {
            let (_, slopes) = self.value_and_slopes(jump);
            format!(
                "JUMP at {}: the value jumps, there is no slope, and {} is returned\n",
                self.list(jump),
                self.list(&slopes)
            )
        }));
        style.text(&text).into_owned()
    }

    fn kink(&self, kink: &Kink) -> String {
        let word = if kink.at.len() == 1 { "slope" } else { "slopes" };
        let mut text = format!(
            "KINK at {}   left {word} {}   right {word} {}",
            self.list(&kink.at),
            self.list(&kink.left),
            self.list(&kink.right)
        );
        if let ([at], [left], [right]) = (&kink.at[..], &kink.left[..], &kink.right[..]) {
            let central = check::numeric(|x| self.value(&[x])).at(*at).central.slope;
            let [low, high] = [left.min(*right), left.max(*right)].map(|slope| self.brief(slope));
            text += &format!(
                "\n  any slope in [{low}, {high}] is a subgradient   central difference {}",
                self.brief(central)
            );
        }
        let chosen = self.list(&kink.slope);
        text += &format!("\n  this crate returns {chosen} (the smallest norm)\n");
        let mut line = String::from("  elsewhere ");
        for (i, (library, slopes)) in kink.other_libraries.iter().enumerate() {
            let told = format!("{library} {}", self.list(slopes));
            if i > 0 && line.chars().count() + told.chars().count() > WIDEST {
                text += &format!("{line} ·\n");
                line = " ".repeat("  elsewhere ".len()) + &told;
            } else {
                line += &format!("{}{told}", if i == 0 { "" } else { " · " });
            }
        }
        if kink.other_libraries.is_empty() { text } else { text + &line + "\n" }
    }

    fn plot(&self) -> Result<String, Error> {
        let at: &[f64] = if self.given || self.point.len() > 1 { &self.point } else { &[] };
        let plot = Plot::of_op_in::<R>(self.op, at)?;
        let (name, slope) = (&self.names[0], if self.style.ascii { "dots: the slope" } else { "dotted: the slope" });
        let mut notes = vec![String::new(), slope.to_owned()];
        if let [first, others @ ..] = &self.point[..] {
            let named = self.names.iter().skip(1).zip(others);
            let fixed: Vec<String> = named.map(|(name, x)| format!("{name} = {}", self.brief(*x))).collect();
            if !fixed.is_empty() {
                notes.push(format!("along {name}, with {}", fixed.join(", ")));
            }
            let (a, slopes) = self.computed(&self.point);
            if (self.given || !fixed.is_empty()) && a.is_finite() && slopes[0].is_finite() {
                let line = if self.style.ascii { "dashes" } else { "dotted line" };
                notes.push(match self.is_edge() {
                    true => format!("{line}: the slope that is returned"),
                    false => tangent(name, *first, a, slopes[0], self.style.digits),
                });
            }
        }
        Ok(plot.rows(SIZE, self.style, &notes))
    }

    /// Three points whose values everybody can check.
    fn sanity(&self) -> String {
        let (low, high) = self.op.domain().bound(0);
        let firsts = match [low.is_finite(), high.is_finite()] {
            [true, true] => [low, 0.5 * (low + high), high],
            [true, false] => [low, low + 1.0, low + 10.0],
            [false, true] => [high - 10.0, high - 1.0, high],
            [false, false] => [-10.0, 0.0, 10.0],
        };
        let row = |first: f64| {
            let mut x = self.point.clone();
            x[0] = first;
            let (a, slopes) = self.computed(&x);
            let slope = if x.len() == 1 { "a′".to_owned() } else { format!("∂a/∂{}", self.names[0]) };
            format!("{}={}  a={}  {slope}={}", self.names[0], self.brief(first), self.brief(a), self.brief(slopes[0]))
        };
        self.style.text(&format!("sanity  {}\n", firsts.map(row).join("     "))).into_owned()
    }

    /// The slope by the rule, by dual numbers and by differences.
    fn check(&self) -> String {
        let (_, slopes) = self.computed(&self.point);
        let report = check::check_at(self.op, &self.point);
        let at_kink = self.op.kinks().iter().any(|kink| kink.at == self.point);
        let at_jump = self.op.jumps().contains(&self.point);
        let mut rows = vec![];
        for (i, name) in self.names.iter().enumerate() {
            let (dual, numeric) = check::references(self.op, &self.point, i);
            // where there is no slope there is none to be found by other ways
            let [dual, numeric] = [dual, Some(numeric)].map(|x| x.filter(|x| !x.is_nan() && !at_jump));
            let shown = |x: Option<f64>| x.map_or("-".to_owned(), |x| self.style.number(x));
            let error = numeric.filter(|_| !at_kink).map_or("-".to_owned(), |x| small(check::relative(slopes[i], x)));
            let at = format!("{name}={}", self.brief(self.point[i]));
            let (word, tint) = match report.verdict {
                _ if i > 0 => ("", Tint::Plain),
                Verdict::Pass if at_jump => ("jump: there is no slope to agree with", Tint::Plain),
                Verdict::Pass if at_kink => ("good: between the slopes on the sides", Tint::Forward),
                Verdict::Pass => ("good", Tint::Forward),
                Verdict::Fail => ("WRONG", Tint::Bad),
                Verdict::Unsure => ("not sure", Tint::Plain),
            };
            rows.push(vec![
                Cell::new(if i == 0 { "check" } else { "" }),
                Cell::new(self.style.text(&at)),
                Cell::new(format!("rule {}", self.style.number(slopes[i]))),
                Cell::new(format!("dual {}", shown(dual.filter(|_| !at_kink)))),
                Cell::new(format!("numeric {}", shown(numeric))),
                Cell::new(format!("rel {error}")),
                Cell::new(word).tint(tint),
            ]);
        }
        let mut text = self.style.columns(&rows, &[3, 3, 3, 3, 3, 3]);
        // what a check finds at a kink or a jump is no agreement of numbers
        text.extend(report.reason.map(|reason| format!("        {reason}\n")));
        self.style.text(&text).into_owned()
    }

    /// Whether the point is a kink or a jump that the op declares.
    fn is_edge(&self) -> bool {
        self.op.kinks().iter().any(|kink| kink.at == self.point) || self.op.jumps().contains(&self.point)
    }

    /// The value and the slopes in the precision of the card.
    fn computed(&self, x: &[f64]) -> (f64, Point) {
        computed::<R>(self.op, x)
    }

    fn value(&self, x: &[f64]) -> f64 {
        Rule::<f64>::evaluate_value(self.op, x).unwrap_or(f64::NAN)
    }

    fn value_and_slopes(&self, x: &[f64]) -> (f64, Point) {
        computed::<f64>(self.op, x)
    }

    fn brief(&self, x: f64) -> String {
        brief(x, self.style.digits)
    }

    fn list(&self, x: &[f64]) -> String {
        let all: Vec<String> = x.iter().map(|x| self.brief(*x)).collect();
        if let [one] = &all[..] { one.clone() } else { format!("({})", all.join(", ")) }
    }
}

/// Whether a formula has a word in it.
fn has_word(formula: &str, word: &str) -> bool {
    formula.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word)
}
