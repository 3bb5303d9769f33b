//! The check on a page: the gradient found in three ways, and the error of differences over their step.

use crate::draw::markup::{Markup, Px, brief, clean, shortened};
use crate::teach::{Agreement, Check, Style, small};

/// How many rows the table of a check has.
const MOST_CHECKED: usize = 50;

/// The gradient in three ways, and how the error of differences depends on their step.
pub(super) fn check_panel(html: &mut Markup, check: &Check, style: &Style) {
    let style = style.doubled();
    html.open("section", &[("id", &"check")]).leaf("h2", &[], "Is it right?");
    html.open("div", &[("class", &"scroll")]).open("table", &[]);
    let step = format!("numeric, h = {:.1e}", check.step);
    html.raw("<thead><tr><th>derivative<th>reverse<th>forward (dual)<th>")
        .text(&step)
        .raw("<th>rel. error<th></tr></thead>");
    html.open("tbody", &[]);
    for line in check.inputs.iter().take(MOST_CHECKED) {
        let word = match line.verdict {
            Agreement::Good => format!("✓ good{}", line.crossing()),
            Agreement::Kink => match line.sides[..] {
                [left, right] => {
                    format!("✓ kink: {} on the left, {} on the right", style.short(left), style.short(right))
                }
                _ => "✓ kink".to_owned(),
            },
            Agreement::Jump => "the value jumps: there is no derivative".to_owned(),
            Agreement::Undefined => "the value is not finite".to_owned(),
            Agreement::Doubtful => "doubtful: the differences are too rough".to_owned(),
            Agreement::Wrong => "✗ wrong".to_owned(),
        };
        html.open("tr", &[]).leaf("th", &[], &clean(&format!("∂{}/∂{}", check.output, line.input)));
        let forward = line.forward.map_or("-".to_owned(), |x| style.number(x));
        for cell in [style.number(line.reverse), forward, style.number(line.numeric), small(line.error)] {
            html.leaf("td", &[("class", &"v")], &cell);
        }
        html.leaf("td", &[], &word).close();
    }
    let hidden = check.inputs.len().saturating_sub(MOST_CHECKED);
    html.close().close().close();
    if hidden > 0 {
        html.leaf("p", &[], &format!("and {hidden} more"));
    }
    sweep_curve(html, check);
    html.close().line();
}

/// The error over the step, both as powers of ten.
fn sweep_curve(html: &mut Markup, check: &Check) {
    const COLORS: usize = 6;
    // an error of 0 lies on the lower edge, and NaN nowhere
    let log = |x: f64| if x.is_nan() { x } else { x.max(1e-17).log10() };
    let points: Vec<Vec<[f64; 2]>> = (0..check.inputs.len().min(COLORS))
        .map(|input| {
            let errors = check.sweep.iter().map(|line| [log(line.step), log(line.errors[input])]);
            errors.filter(|point| point.iter().all(|x| x.is_finite())).collect()
        })
        .collect();
    let all = || points.iter().flatten();
    let ends = |k: usize| {
        [all().map(|p| p[k]).fold(f64::INFINITY, f64::min), all().map(|p| p[k]).fold(f64::NEG_INFINITY, f64::max)]
    };
    let [[left, right], [low, high]] =
        [ends(0), ends(1)].map(|[low, high]| [low.floor(), high.ceil().max(low.floor() + 1.0)]);
    if !(left + right + low + high).is_finite() {
        return;
    }
    let place =
        |[x, y]: [f64; 2]| [54.0 + (x - left) / (right - left) * 366.0, 170.0 - (y - low) / (high - low) * 150.0];
    html.open("figure", &[]).open(
        "svg",
        &[("class", &"plot"), ("width", &440), ("height", &210), ("viewBox", &"0 0 440 210"), ("role", &"img")],
    );
    html.leaf("title", &[], "the error of differences over their step");
    let power = |x: f64| brief(x, 0);
    let step = |low: f64, high: f64| ((high - low) / 5.0).ceil().max(1.0);
    let marks =
        |low: f64, high: f64| (0..).map(move |i| low + f64::from(i) * step(low, high)).take_while(move |x| *x <= high);
    for x in marks(left, right) {
        let [at, _] = place([x, low]).map(Px);
        html.empty("line", &[("x1", &at), ("x2", &at), ("y1", &20), ("y2", &170)]);
        html.leaf("text", &[("x", &at), ("y", &186), ("text-anchor", &"middle")], &format!("1e{}", power(x)));
    }
    for y in marks(low, high) {
        let [_, at] = place([left, y]);
        html.empty("line", &[("x1", &54), ("x2", &420), ("y1", &Px(at)), ("y2", &Px(at))]);
        html.leaf("text", &[("x", &48), ("y", &Px(at + 4.0)), ("text-anchor", &"end")], &format!("1e{}", power(y)));
    }
    for (input, points) in points.iter().enumerate() {
        let path: Vec<String> =
            points.iter().map(|&point| place(point).map(Px)).map(|[x, y]| format!("{x} {y}")).collect();
        if !path.is_empty() {
            html.empty("path", &[("class", &format!("c{input}")), ("d", &format!("M{}", path.join("L")))]);
        }
        for &point in points {
            let [x, y] = place(point).map(Px);
            html.empty("circle", &[("class", &format!("c{input}")), ("cx", &x), ("cy", &y), ("r", &3)]);
        }
        let (x, name) = (54 + 62 * input, shortened(&check.inputs[input].input, 7));
        html.empty("circle", &[("class", &format!("c{input}")), ("cx", &(x + 4)), ("cy", &10), ("r", &4)]);
        html.leaf("text", &[("x", &(x + 12)), ("y", &14)], &clean(&name));
    }
    html.leaf("text", &[("x", &237), ("y", &204), ("text-anchor", &"middle")], "step h").close();
    html.leaf(
        "figcaption",
        &[],
        "Error of central differences: large steps are too coarse, small ones lose their digits to rounding.",
    )
    .close();
}
