//! A function of one number and its slope as curves, with the tangent at a point and the interval of slopes at a kink.

use super::canvas::{Canvas, Ink};
use super::json;
use super::markup::{Markup, Px, brief, drawing, shortened};
use crate::check::{self, Class};
use crate::error::{Error, Kind};
use crate::export::{Formula, argument_names, shown_arguments};
use crate::graph::{DynOp, Expr, Float, Recorder};
use crate::op::Point;
use crate::registry::Registry;
use crate::teach::{Number, Style};
use std::ops::Range;

/// A function of one number and its slope, in a window.
///
/// ```
/// use gprime::{Registry, draw::Plot};
///
/// let relu = Registry::new().find("relu", &[])?;
/// let svg = Plot::of_op(&*relu, &[0.0])?.svg();
/// assert!(svg.starts_with("<svg") && svg.contains("any slope in [0, 1]"));
/// # Ok::<(), gprime::Error>(())
/// ```
pub struct Plot<'a> {
    /// What is plotted, in words or as a formula.
    title: String,
    argument: String,
    /// The value and the slope.
    f: Box<dyn Fn(f64) -> [f64; 2] + 'a>,
    at: Option<f64>,
    kinks: Vec<Corner>,
    /// Where the value jumps, as far as it is known.
    jumps: Vec<f64>,
    x: [f64; 2],
    y: [f64; 2],
    /// Arguments in the window, each with the value and the slope there: a function may be long, and is asked for each once.
    points: Vec<[f64; 3]>,
    style: Style,
}

/// A kink: where, and the slopes on the left, on the right and the one that is returned.
#[derive(Clone, Copy)]
struct Corner {
    at: f64,
    left: f64,
    right: f64,
    slope: f64,
}

/// How many pieces a curve is made of.
const PIECES: usize = 240;
/// How far to either side a window reaches of what it is about.
const REACH: f64 = 4.0;
/// Larger numbers are not drawn: their differences overflow.
const LARGEST: f64 = 1e300;
/// How many kinks are told in words.
const MOST_NOTES: usize = 3;
/// The least height that a window may have before what lies outside is cut off; it may be as high as it is wide.
const TALLEST: f64 = 6.0;

impl<'a> Plot<'a> {
    /// An op along its first argument. The point gives the others, and where the tangent is; without one, a sample of the op does for the
    /// others.
    ///
    /// # Errors
    /// If the op does not take as many arguments as the point has.
    pub fn of_op(op: &'a dyn DynOp, at: &[f64]) -> Result<Self, Error> {
        Self::of_op_in::<f64>(op, at)
    }

    /// An op along its first argument, as [`of_op`](Plot::of_op), in double or single precision: the arguments, the value and the slope are
    /// numbers of that type.
    ///
    /// # Errors
    /// If the op does not take as many arguments as the point has.
    pub fn of_op_in<R: Float>(op: &'a dyn DynOp, at: &[f64]) -> Result<Self, Error> {
        let point = point_for(op, at)?;
        let f = {
            let point = point.clone();
            move |t: f64| {
                let mut x = point.clone();
                x[0] = t;
                let (a, slopes) = computed::<R>(op, &x);
                [a, slopes[0]]
            }
        };
        let along = |x: &[f64]| x.len() == point.len() && x[1..] == point[1..];
        let corner = |kink: crate::op::Kink| Corner {
            at: kink.at[0],
            left: kink.left[0],
            right: kink.right[0],
            slope: kink.slope[0],
        };
        let mut plot = Plot {
            title: op.name().to_owned(),
            argument: argument_names(point.len())[0].clone(),
            f: Box::new(f),
            at: at.first().copied(),
            kinks: op.kinks().into_iter().filter(|kink| along(&kink.at)).map(corner).collect(),
            jumps: op.jumps().into_iter().filter(|jump| along(jump)).map(|jump| jump[0]).collect(),
            x: [0.0; 2],
            y: [0.0; 2],
            points: vec![],
            style: Style::default(),
        };
        for (name, value) in op.params() {
            plot.title += &format!(", {name} = {}", brief(value, 6));
        }
        if point.len() > 1 {
            let names = argument_names(point.len());
            let others = names.iter().zip(&point).skip(1).map(|(name, x)| format!("{name} = {}", brief(*x, 6)));
            plot.title += &format!(" along {}, {}", names[0], others.collect::<Vec<_>>().join(", "));
        } else if let Ok(formula) = Formula::in_print(op) {
            plot.title += &format!(": a = {}, a′ = {}", formula.value, formula.slopes[0]);
        }
        let (low, high) = op.domain().bound(0);
        plot.choose_window([low, high]);
        Ok(plot)
    }

    /// A function that gives its value and its slope, about a point. Whether there is a kink at the point is found out from values.
    pub fn of(
        title: impl Into<String>,
        argument: impl Into<String>,
        at: f64,
        f: impl Fn(f64) -> [f64; 2] + 'a,
    ) -> Self {
        let around = check::numeric(|x| f(x)[0]).at(at);
        let corner = Corner { at, left: around.left.slope, right: around.right.slope, slope: f(at)[1] };
        let kinks = if around.class == Class::Kink { vec![corner] } else { vec![] };
        let jumps = if matches!(around.class, Class::Jump(_)) { vec![at] } else { vec![] };
        let (title, argument) = (title.into(), argument.into());
        let (at, f, style) = (Some(at), Box::new(f), Style::default());
        let mut plot = Plot { title, argument, f, at, kinks, jumps, x: [0.0; 2], y: [0.0; 2], points: vec![], style };
        plot.choose_window([f64::NEG_INFINITY, f64::INFINITY]);
        plot
    }

    /// An output of a recording along one of its inputs, about the point at which it was recorded. The recording is run again, so what the
    /// program does beside it costs nothing, and it keeps to the branches that the program took.
    ///
    /// ```
    /// use gprime::{draw::Plot, prelude::*};
    ///
    /// let tape = Recorder::new();
    /// let (x, w) = (tape.var(1.0), tape.var(3.0));
    /// let y = x * (w * x).sin();
    /// assert!(Plot::of_output("x·sin(3x)", "x", &tape, y, x)?.svg().starts_with("<svg"));
    /// # Ok::<(), gprime::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the output or the input is a constant or a variable of another recorder.
    pub fn of_output(
        title: impl Into<String>,
        argument: impl Into<String>,
        tape: &'a Recorder,
        y: Expr<'_>,
        x: Expr<'_>,
    ) -> Result<Self, Error> {
        Self::of_output_in::<f64>(title, argument, tape, y, x)
    }

    /// As [`of_output`](Plot::of_output) in double or single precision, as [`trace_in`](Recorder::trace_in) has it.
    ///
    /// # Errors
    /// If the output or the input is a constant or a variable of another recorder.
    pub fn of_output_in<R: Float>(
        title: impl Into<String>,
        argument: impl Into<String>,
        tape: &'a Recorder,
        y: Expr<'_>,
        x: Expr<'_>,
    ) -> Result<Self, Error> {
        let [output, input] = tape.indices(&[y, x])?[..] else { unreachable!("there are two") };
        let f = move |t: f64| {
            let Ok(values) = tape.values_with(input, R::from(t)) else { return [f64::NAN; 2] };
            let slope = |adjoints: Vec<R>| adjoints.get(input).map_or(0.0, |adjoint| adjoint.to_f64());
            [values[output].to_f64(), tape.adjoints_in(&values, output, |_| {}).map_or(f64::NAN, slope)]
        };
        Ok(Plot::of(title, argument, R::from(x.value()).to_f64(), f))
    }

    /// How numbers and formulas are written; colours do not depend on it.
    pub fn style(mut self, style: &Style) -> Self {
        self.style = *style;
        self
    }

    /// Chooses another interval of the argument.
    ///
    /// # Errors
    /// If it is not one, or its ends are too far apart to tell the numbers between them from each other.
    pub fn between(mut self, ends: Range<f64>) -> Result<Self, Error> {
        let width = ends.end - ends.start;
        let size = ends.start.abs().max(ends.end.abs());
        let fits = size < LARGEST && width > 1e-9 * size && width > 1e-300;
        if !fits {
            let message = format!("a plot from {} to {} has no width", ends.start, ends.end);
            return Err(Error::new(Kind::Parameter, message));
        }
        self.x = [ends.start, ends.end];
        self.choose_height();
        Ok(self)
    }

    /// A window about the kinks, the jumps and the point, inside of the domain.
    fn choose_window(&mut self, [low, high]: [f64; 2]) {
        let points = self.kinks.iter().map(|kink| kink.at).chain(self.jumps.iter().copied()).chain(self.at);
        let mut x = [0.0, 0.0];
        let near: Vec<f64> = points.filter(|x| x.abs() <= 1e3).collect();
        for point in near {
            x = [f64::min(x[0], point), f64::max(x[1], point)];
        }
        let reach = match self.at.filter(|at| at.is_finite() && at.abs() > 1e3) {
            Some(at) => {
                x = [at, at];
                REACH.max(0.25 * at.abs())
            }
            None => REACH,
        };
        // a domain of one side begins at its end
        x = match [low.is_finite(), high.is_finite()] {
            [true, true] => [low, high],
            [true, false] => [low, x[1].max(low) + 2.0 * reach],
            [false, true] => [x[0].min(high) - 2.0 * reach, high],
            _ => [x[0] - reach, x[1] + reach],
        };
        self.x = if x.iter().all(|x| x.abs() < LARGEST) { x } else { [-REACH, REACH] };
        self.choose_height();
    }

    fn choose_height(&mut self) {
        self.points = self.samples().map(|x| ((self.f)(x), x)).map(|([a, slope], x)| [x, a, slope]).collect();
        let tallest = TALLEST.max(self.x[1] - self.x[0]);
        let values = |k: usize| {
            let mut values: Vec<f64> =
                self.points.iter().map(|point| point[1 + k]).filter(|y| y.abs() < LARGEST).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let cut = |values: Vec<f64>| match values[..] {
            [] => None,
            [low, .., high] if high - low > tallest => {
                let middle = values[values.len() / 2];
                let low = low.max(middle - tallest / 2.0);
                Some([low, high.min(low + tallest)])
            }
            [low, ..] => Some([low, values[values.len() - 1]]),
        };
        let [value, slope] = [0, 1].map(|k| cut(values(k)));
        let inside = |at: &f64| (self.x[0]..=self.x[1]).contains(at);
        let at = self.at.filter(inside).map(|at| (self.f)(at)[0]).filter(|y| y.abs() < LARGEST).map(|y| [y, y]);
        let all = [value, slope, at].into_iter().flatten().reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
        let [low, high] = all.unwrap_or([-1.0, 1.0]);
        // numbers that cannot be told from each other are one
        let flat = high - low <= 1e-12 * low.abs().max(high.abs());
        let margin = if flat { 0.1 * low.abs() } else { 0.06 * (high - low) };
        let margin = if margin > 1e-300 { margin } else { 1.0 };
        self.y = [low - margin, high + margin];
    }

    /// The arguments at which the curves are computed: evenly, and at what is worth it.
    fn samples(&self) -> impl Iterator<Item = f64> {
        let [low, high] = self.x;
        let even = (0..=PIECES).map(|i| low + (high - low) * i as f64 / PIECES as f64);
        let worth = self.kinks.iter().map(|kink| kink.at).chain(self.at).filter(|x| (low..=high).contains(x));
        let mut all: Vec<f64> = even.chain(worth).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all.into_iter()
    }

    /// The pieces of the value's curve (0) or the slope's (1), inside of the window.
    fn curves(&self, k: usize) -> Vec<Vec<[f64; 2]>> {
        let g = |x: f64| (self.f)(x)[k];
        let points: Vec<[f64; 2]> = self.points.iter().map(|point| [point[0], point[1 + k]]).collect();
        let mut curves: Vec<Vec<[f64; 2]>> = vec![];
        for ends in points.windows(2) {
            let ends = [ends[0], ends[1]];
            let joined = || ends.iter().all(|end| end[1].is_finite()) && !self.leaps(&g, ends);
            let Some([from, to]) = clipped(ends, self.y).filter(|_| joined()) else { continue };
            match curves.last_mut().filter(|curve| curve.last() == Some(&from)) {
                Some(curve) => curve.push(to),
                None => curves.push(vec![from, to]),
            }
        }
        curves
    }

    /// Whether a function jumps between two points: however near they come to each other, most of the way between the values is left. The
    /// distance of a piece's ends over 2²⁴ is as near as a drawing shows.
    fn leaps(&self, g: &impl Fn(f64) -> f64, [mut from, mut to]: [[f64; 2]; 2]) -> bool {
        let way = (to[1] - from[1]).abs();
        if way < 0.02 * (self.y[1] - self.y[0]) {
            return false;
        }
        for _ in 0..24 {
            if (to[1] - from[1]).abs() <= 0.5 * way {
                return false;
            }
            let middle = 0.5 * (from[0] + to[0]);
            let middle = [middle, g(middle)];
            if !middle[1].is_finite() {
                return true;
            }
            if (middle[1] - from[1]).abs() > (to[1] - middle[1]).abs() { to = middle } else { from = middle }
        }
        (to[1] - from[1]).abs() > 0.5 * way
    }

    /// The value and the slope at the point, where both are finite.
    fn touch(&self) -> Option<[f64; 3]> {
        let at = self.at.filter(|at| (self.x[0]..=self.x[1]).contains(at))?;
        let [a, slope] = (self.f)(at);
        (a.is_finite() && slope.is_finite()).then_some([at, a, slope])
    }

    /// The piece of a line through a point that lies in the window, no longer than `reach` of its width to either side.
    fn piece(&self, [at, a, slope]: [f64; 3], reach: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let width = self.x[1] - self.x[0];
        // a steep line is as long as a flat one
        let steep = (1.0 + (slope * width / (self.y[1] - self.y[0])).powi(2)).sqrt();
        let end = |reach: f64| {
            let x = (at + reach * width / steep).clamp(self.x[0], self.x[1]);
            [x, a + slope * (x - at)]
        };
        clipped(reach.map(end), self.y)
    }

    /// The plot in characters: one line for each row, with the scale on the left, and one for the scale below; notes stand on the right of
    /// the first rows.
    pub(super) fn rows(&self, [columns, rows]: [usize; 2], style: &Style, notes: &[String]) -> String {
        let mut canvas = Canvas::new(columns, rows, style.ascii);
        let [across, down] = canvas.size().map(|size| size as f64 - 1.0);
        let place = |[x, y]: [f64; 2]| {
            let [t, u] = [(x, self.x), (y, self.y)].map(|(z, [low, high])| (z - low) / (high - low));
            [t * across, (1.0 - u) * down]
        };
        for (k, gap, ink) in [(1, 3, Ink::Slope), (0, 1, Ink::Value)] {
            for curve in self.curves(k) {
                curve.windows(2).for_each(|ends| canvas.line([ends[0], ends[1]].map(place), gap, ink));
            }
        }
        if let Some(touch) = self.touch() {
            if let Some(ends) = self.piece(touch, [-0.16, 0.16]) {
                canvas.line(ends.map(place), 2, Ink::Tangent);
            }
            let [x, y] = place([touch[0], touch[1]]).map(|z| z.round() as usize);
            canvas.mark([x, y], if style.ascii { 'o' } else { '●' });
        }
        let (bar, tick) = if style.ascii { ('|', '+') } else { ('│', '┤') };
        // a number at every third row or so
        let step = nice((self.y[1] - self.y[0]) / (rows as f64 / 3.0));
        let height = (self.y[1] - self.y[0]) / rows as f64;
        let label = |row: usize| {
            let top = self.y[1] - row as f64 * height;
            let tick = (top / step).floor() * step;
            (tick > top - height).then(|| style.text(&brief(tick, 6)).into_owned())
        };
        let labels: Vec<_> = (0..rows).map(label).collect();
        let margin = labels.iter().flatten().map(|label| label.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (row, drawn) in canvas.rows(style).into_iter().enumerate() {
            let sign = if labels[row].is_some() { tick } else { bar };
            let label = labels[row].clone().unwrap_or_default();
            let mut line = format!(" {label:>margin$} {sign}{drawn}");
            if let Some(note) = notes.get(row).filter(|note| !note.is_empty()) {
                line += &" ".repeat(columns - canvas.width(row) + 2);
                line += &style.text(note);
            }
            text += line.trim_end();
            text.push('\n');
        }
        let [low, high] = self.x.map(|x| style.text(&brief(x, 3)).into_owned());
        let name = style.text(&self.argument).into_owned();
        let room = columns.saturating_sub(low.chars().count() + high.chars().count() + name.chars().count());
        let (before, after) = (" ".repeat(room / 2), " ".repeat(room - room / 2));
        text + &format!(" {:margin$}  {low}{before}{name}{after}{high}\n", "")
    }

    /// What is plotted, as JSON: the window, the points of both curves as lists of the argument, the value and the slope, the tangent or
    /// `null`, the kinks with the slopes on their sides, and the jumps. Infinities and NaN are `"inf"`, `"-inf"` and `"nan"`.
    pub fn json(&self) -> String {
        let numbers = |numbers: &[f64]| json::list(numbers.iter().map(|x| Number(*x).to_string()));
        let points = self.points.iter().map(|point| numbers(point));
        let named = |fields: &[(&'static str, f64)]| {
            json::object(fields.iter().map(|(name, x)| (*name, Number(*x).to_string())))
        };
        let tangent = self.touch().map(|[at, a, slope]| named(&[("at", at), ("value", a), ("slope", slope)]));
        let kink = |kink: &Corner| {
            named(&[("at", kink.at), ("left", kink.left), ("right", kink.right), ("slope", kink.slope)])
        };
        let fields = [
            ("title", json::text(&self.style.text(&self.title))),
            ("argument", json::text(&self.style.text(&self.argument))),
            ("window", numbers(&self.x)),
            ("points", json::list(points)),
            ("tangent", tangent.unwrap_or("null".to_owned())),
            ("kinks", json::list(self.kinks.iter().map(kink))),
            ("jumps", numbers(&self.jumps)),
        ];
        json::object(fields) + "\n"
    }

    /// The plot as a drawing that stands alone.
    pub fn svg(&self) -> String {
        let (size, style) = ([680.0, 440.0], &self.style);
        let (title, argument) = (style.text(&self.title), style.text(&self.argument));
        let mut svg = drawing(size, &title, STYLE, style);
        svg.empty("rect", &[("class", &"paper"), ("width", &Px(size[0])), ("height", &Px(size[1]))]).line();
        svg.leaf("text", &[("class", &"title"), ("x", &20), ("y", &26)], &style.text(&shortened(&title, 74))).line();
        let mut legend = |x: f64, class: &str, text: &str| {
            let ends = [Px(x), Px(x + 26.0)];
            svg.empty("line", &[("class", &class), ("x1", &ends[0]), ("x2", &ends[1]), ("y1", &44), ("y2", &44)]);
            svg.leaf("text", &[("class", &"note"), ("x", &Px(x + 32.0)), ("y", &48)], &style.text(text)).line();
        };
        legend(20.0, "value", "value");
        legend(110.0, "slope", "slope");
        if let Some([at, a, slope]) = self.touch() {
            let kink = self.kinks.iter().any(|kink| kink.at == at);
            let text = tangent(&self.argument, at, a, slope, style.digits);
            legend(200.0, "tangent", if kink { "the slope that is returned" } else { &text });
        }
        let mut top = 64.0;
        for kink in self.kinks.iter().filter(|kink| (self.x[0]..=self.x[1]).contains(&kink.at)).take(MOST_NOTES) {
            let [low, high] =
                [kink.left.min(kink.right), kink.left.max(kink.right)].map(|slope| brief(slope, style.digits));
            let [at, slope] = [kink.at, kink.slope].map(|x| brief(x, style.digits));
            let note = format!("kink at {argument} = {at}: any slope in [{low}, {high}], of which {slope} is returned");
            svg.leaf("text", &[("class", &"kink"), ("x", &20), ("y", &Px(top + 4.0))], &style.text(&note)).line();
            top += 20.0;
        }
        let frame = Frame { x: [56.0, size[0] - 20.0], y: [size[1] - 34.0, top], plot: self };
        frame.axes(&mut svg, true);
        frame.curves(&mut svg);
        frame.kinks(&mut svg);
        frame.touch(&mut svg, 5.0);
        svg.finish()
    }
}

/// The tangent as a formula.
pub(super) fn tangent(argument: &str, at: f64, a: f64, slope: f64, digits: usize) -> String {
    let sign = if slope < 0.0 { '−' } else { '+' };
    let [at, start, slope] = [at, a - slope * at, slope.abs()].map(|x| brief(x, digits));
    format!("tangent at {argument} = {at}: {start} {sign} {slope}·{argument}")
}

/// The value and the slopes of an op, in double or single precision, as in a trace.
pub(super) fn computed<R: Float>(op: &dyn DynOp, x: &[f64]) -> (f64, Point) {
    let x: Vec<R> = x.iter().map(|&x| R::from(x)).collect();
    let mut slopes = vec![R::from(f64::NAN); x.len()];
    // every op can be evaluated over these
    let a = R::rule(op).evaluate(&x, &mut slopes).map_or(f64::NAN, R::to_f64);
    (a, slopes.into_iter().map(R::to_f64).collect())
}

/// The point that an op is plotted at, or a sample of it.
///
/// # Errors
/// If the op does not take as many arguments as the point has, or without a point takes none that are few enough.
pub(super) fn point_for(op: &dyn DynOp, at: &[f64]) -> Result<Point, Error> {
    let lengths = |x: &Point| op.arity().is_none_or(|n| n == x.len()) && op.validate(x.len()).is_none();
    let given = Point::from_slice(at);
    if !at.is_empty() && !lengths(&given) {
        let fault = op.validate(at.len()).unwrap_or_default();
        return Err(Error::new(Kind::Arity, format!("{} {fault}", op.name())));
    }
    let sample = || op.samples().into_iter().filter(lengths).find(|x| x.len() > 1 || op.arity() == Some(1));
    match sample() {
        _ if !at.is_empty() => Ok(given),
        Some(sample) => Ok(sample),
        None => Ok(Point::from_elem(0.5, shown_arguments(op)?)),
    }
}

/// The part of a line between two heights.
fn clipped([from, to]: [[f64; 2]; 2], [low, high]: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let outside = from[1].max(to[1]) < low || from[1].min(to[1]) > high;
    let rise = to[1] - from[1];
    let end = |[x, y]: [f64; 2]| {
        let inside = y.clamp(low, high);
        // a point that is inside stays what it is, so that pieces meet
        if inside == y { [x, y] } else { [from[0] + (to[0] - from[0]) * ((inside - from[1]) / rise), inside] }
    };
    (!outside && !rise.is_nan()).then(|| [end(from), end(to)])
}

/// The step of a scale: 1, 2 or 5 times a power of 10, and not below.
fn nice(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= step * 0.999);
    factor.unwrap_or(10.0) * power
}

/// The style of plots.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#444}.title{font-size:14px;font-weight:600;fill:#111}.small{font-size:11px}
.paper{fill:#fff}.grid{stroke:#e4e4e4}.axis{stroke:#999}path,line{fill:none;stroke-width:1}
.value{stroke:#15803d;stroke-width:2.4}.slope{stroke:#c2410c;stroke-width:2;stroke-dasharray:2 4;stroke-linecap:round}
.tangent{stroke:#6d28d9;stroke-width:1.6}.point{fill:#6d28d9}.fan{fill:#6d28d9;fill-opacity:.14;stroke:none}
.side{stroke:#6d28d9;stroke-dasharray:5 4}.note{fill:#444}.kink{fill:#5b21b6}
@media(prefers-color-scheme:dark){text,.note{fill:#c4c4c4}.title{fill:#f4f4f4}.paper{fill:#161616}.grid{stroke:#303030}
.axis{stroke:#777}.value{stroke:#4ade80}.slope{stroke:#fb923c}.tangent,.side{stroke:#c4b5fd}.point,.fan{fill:#c4b5fd}.kink{fill:#ddd6fe}}
";

/// Where a plot lies in a drawing.
struct Frame<'a> {
    /// The left and the right end, and the lower and the upper one.
    x: [f64; 2],
    y: [f64; 2],
    plot: &'a Plot<'a>,
}

impl Frame<'_> {
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let along = |z: f64, [low, high]: [f64; 2], [from, to]: [f64; 2]| from + (z - low) / (high - low) * (to - from);
        [along(x, self.plot.x, self.x), along(y, self.plot.y, self.y)]
    }

    fn line(&self, svg: &mut Markup, class: &str, ends: [[f64; 2]; 2]) {
        let [[x1, y1], [x2, y2]] = ends.map(|end| self.place(end).map(Px));
        svg.empty("line", &[("class", &class), ("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2)]);
    }

    /// The grid, with numbers if there is room for them.
    fn axes(&self, svg: &mut Markup, numbers: bool) {
        let Plot { x, y, argument, style, .. } = self.plot;
        let mark = |tick: f64| style.text(&brief(tick, 6)).into_owned();
        let ticks = |[low, high]: [f64; 2], most: f64| {
            let step = nice((high - low) / most);
            let first = (low / step).ceil();
            (0..=(2.0 * most) as usize).map(move |i| (first + i as f64) * step).filter(move |tick| *tick <= high)
        };
        let class = |tick: f64| if tick == 0.0 { "axis" } else { "grid" };
        for tick in ticks(*x, if numbers { 10.0 } else { 4.0 }) {
            self.line(svg, class(tick), [[tick, y[0]], [tick, y[1]]]);
            let [left, _] = self.place([tick, 0.0]).map(Px);
            if numbers {
                let at = Px(self.y[0] + 16.0);
                svg.leaf(
                    "text",
                    &[("class", &"small"), ("x", &left), ("y", &at), ("text-anchor", &"middle")],
                    &mark(tick),
                );
            }
        }
        for tick in ticks(*y, if numbers { 7.0 } else { 4.0 }) {
            self.line(svg, class(tick), [[x[0], tick], [x[1], tick]]);
            let [_, top] = self.place([0.0, tick]);
            if numbers {
                let (at, top) = (Px(self.x[0] - 6.0), Px(top + 4.0));
                svg.leaf("text", &[("class", &"small"), ("x", &at), ("y", &top), ("text-anchor", &"end")], &mark(tick));
            }
        }
        if numbers {
            let at = [Px(self.x[1]), Px(self.y[0] + 30.0)];
            svg.leaf(
                "text",
                &[("class", &"small"), ("x", &at[0]), ("y", &at[1]), ("text-anchor", &"end")],
                &style.text(argument),
            );
        }
        svg.line();
    }

    fn curves(&self, svg: &mut Markup) {
        for (k, class) in [(1, "slope"), (0, "value")] {
            let mut path = String::new();
            for curve in self.plot.curves(k) {
                let points: Vec<[f64; 2]> = curve.into_iter().map(|point| self.place(point)).collect();
                for (i, [x, y]) in straightened(&points).into_iter().enumerate() {
                    path += &format!("{}{} {}", if i == 0 { 'M' } else { 'L' }, Px(x), Px(y));
                }
            }
            svg.empty("path", &[("class", &class), ("d", &path)]).line();
        }
    }

    /// At each kink the slopes on both sides, and what lies between.
    fn kinks(&self, svg: &mut Markup) {
        let plot = self.plot;
        for kink in plot.kinks.iter().filter(|kink| (plot.x[0]..=plot.x[1]).contains(&kink.at)) {
            let a = (plot.f)(kink.at)[0];
            for reach in [-0.14, 0.14] {
                let ends = [kink.left, kink.right].map(|slope| plot.piece([kink.at, a, slope], [0.0, reach]));
                let [Some([tip, left]), Some([_, right])] = ends else { continue };
                let [[x, y], [x1, y1], [x2, y2]] = [tip, left, right].map(|point| self.place(point).map(Px));
                svg.empty("path", &[("class", &"fan"), ("d", &format!("M{x} {y}L{x1} {y1}L{x2} {y2}Z"))]);
                self.line(svg, "side", [tip, left]);
                self.line(svg, "side", [tip, right]);
            }
        }
    }

    fn touch(&self, svg: &mut Markup, radius: f64) {
        if let Some(touch) = self.plot.touch() {
            if let Some(ends) = self.plot.piece(touch, [-0.22, 0.22]) {
                self.line(svg, "tangent", ends);
            }
            let [x, y] = self.place([touch[0], touch[1]]).map(Px);
            svg.empty("circle", &[("class", &"point"), ("cx", &x), ("cy", &y), ("r", &Px(radius))]).line();
        }
    }
}

/// A curve without the points that lie on a line between their neighbours, to a tenth of a pixel.
fn straightened(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = vec![];
    let mut anchor = 0;
    for i in 0..points.len() {
        let [from, to] = [points[anchor], points[i]];
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let off = |p: &[f64; 2]| ((p[0] - from[0]) * (to[1] - from[1]) - (p[1] - from[1]) * (to[0] - from[0])).abs();
        let straight = points[anchor..i].iter().all(|point| off(point) <= 0.1 * length);
        if i == 0 || !straight {
            anchor = i.saturating_sub(1);
            kept.push(points[anchor]);
        }
    }
    kept.extend(points.last());
    kept
}

/// The activation functions with their slopes, side by side.
pub fn gallery() -> String {
    const COLUMNS: usize = 5;
    const CELL: [f64; 2] = [190.0, 170.0];
    let ops = Registry::activations();
    let unary: Vec<_> = ops.iter().filter(|op| op.arity() == Some(1)).collect();
    let rows = unary.len().div_ceil(COLUMNS);
    let size = [CELL[0] * COLUMNS as f64 + 20.0, CELL[1] * rows as f64 + 60.0];
    let mut svg = drawing(size, "activation functions and their slopes", STYLE, &Style::default());
    svg.empty("rect", &[("class", &"paper"), ("width", &Px(size[0])), ("height", &Px(size[1]))]).line();
    svg.leaf("text", &[("class", &"title"), ("x", &20), ("y", &28)], "Activation functions and their slopes");
    for (x, class, text) in
        [(330, "value", "value"), (420, "slope", "slope"), (510, "side", "slopes on the sides of a kink")]
    {
        svg.empty("line", &[("class", &class), ("x1", &x), ("x2", &(x + 26)), ("y1", &24), ("y2", &24)]);
        svg.leaf("text", &[("class", &"note"), ("x", &(x + 32)), ("y", &28)], text).line();
    }
    for (i, op) in unary.into_iter().enumerate() {
        let (x, y) = (10.0 + CELL[0] * (i % COLUMNS) as f64, 50.0 + CELL[1] * (i / COLUMNS) as f64);
        let Ok(plot) = Plot::of_op(&**op, &[]) else { continue };
        svg.leaf("text", &[("class", &"title"), ("x", &Px(x + 10.0)), ("y", &Px(y + 16.0))], op.name());
        let frame = Frame { x: [x + 10.0, x + CELL[0] - 10.0], y: [y + CELL[1] - 12.0, y + 26.0], plot: &plot };
        frame.axes(&mut svg, false);
        frame.curves(&mut svg);
        frame.kinks(&mut svg);
    }
    svg.finish()
}
