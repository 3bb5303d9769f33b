//! A trace as one HTML file: everything that is known of it without a script, and step by step with one.
//!
//! What the page shows without its script is made here. `page/page.js` adds the steps, the sliders and the mistakes; the rules that it
//! computes with are printed by `script.rs`, and it computes nothing before it has found the numbers of the trace with them.

use super::graph::Graph;
use super::json;
use super::markup::{Markup, Px, brief, escaped, is_unfit};
use super::mathml::{math, mathml, statement};
use super::script::script;
use crate::registry::Registry;
use crate::teach::{
    Agreement, Argument, Check, Mistake, Node, Number, Style, Trace, Uses, ends, label, singularity, small,
};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::fmt::Write;

const CSS: &str = include_str!("page/page.css");
const JS: &str = include_str!("page/page.js");

/// The largest trace that a page steps through; of a larger one the first and the last nodes are in the table, and nothing moves.
const MOST_NODES: usize = 2000;
/// How many nodes of a larger trace are in the table, and how many contributions of one node.
const MOST_ROWS: usize = 200;
const MOST_TERMS: usize = 100;
/// The longest formula in the table.
const LONGEST: usize = 60;
/// How many lines of the program are shown before and after those that recorded a node.
const AROUND: u32 = 2;
/// How many rows the table of a check has.
const MOST_CHECKED: usize = 50;

/// A page that shows a trace: one file that asks for no other.
///
/// ```
/// use gprime::{draw::Page, prelude::*};
///
/// let tape = Recorder::new();
/// let x = tape.named("x", tape.var(0.5));
/// let trace = tape.trace(x.sin() * x)?;
/// let html = Page::new(&trace).html();
/// assert!(html.starts_with("<!doctype html>") && !html.contains("://"));
/// # Ok::<(), gprime::Error>(())
/// ```
pub struct Page<'a> {
    trace: &'a Trace,
    registry: Registry,
    sources: Vec<(String, String)>,
    mistake: Option<Mistake>,
    style: Style,
}

impl Trace {
    /// The page that shows this trace; [`Page`] has more to choose.
    pub fn page(&self) -> String {
        Page::new(self).html()
    }
}

impl<'a> Page<'a> {
    /// A page of a trace whose ops are built in.
    pub fn new(trace: &'a Trace) -> Self {
        Page { trace, registry: Registry::new(), sources: vec![], mistake: None, style: Style::default() }
    }

    /// Where the ops of the trace are found by their names; sliders need all of them.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Shows the text of a file of the program beside the nodes that its lines recorded.
    pub fn source(mut self, file: impl Into<String>, text: impl Into<String>) -> Self {
        self.sources.push((file.into(), text.into()));
        self
    }

    /// How many digits numbers have after the point.
    pub fn digits(mut self, digits: usize) -> Self {
        self.style.digits = digits;
        self
    }

    /// Begins with a mistake made on purpose; the reader can choose another, or none.
    pub fn mistake(mut self, mistake: Mistake) -> Self {
        self.mistake = Some(mistake);
        self
    }

    /// The page.
    pub fn html(&self) -> String {
        let trace = self.trace;
        let heading = self.heading();
        let moves = trace.nodes.len() <= MOST_NODES;
        let mut html = Markup::default();
        html.raw("<!doctype html>\n").open("html", &[("lang", &"en")]).open("head", &[]);
        html.raw("<meta charset=\"utf-8\">");
        html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">");
        html.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.leaf("title", &[], &heading).raw("<style>").raw(CSS).raw("</style>").close().line();
        html.open("body", &[]);
        self.header(&mut html, &heading);
        html.open("main", &[]);
        let drawn = Graph::new(trace).style(&self.style).inner_svg();
        if moves {
            html.raw(&controls(self.mistake));
        }
        html.open("section", &[("id", &"picture"), ("aria-label", &"graph")]);
        match &drawn {
            Ok(svg) => html.open("div", &[("class", &"scroll"), ("tabindex", &"0")]).raw(svg).close(),
            Err(message) => html.leaf("p", &[("class", &"notice")], message),
        };
        html.raw(LEGEND).close().line();
        if moves {
            html.raw(PANELS);
        }
        self.table(&mut html);
        if let Some(check) = &trace.check {
            check_panel(&mut html, check, &self.style);
        }
        self.code(&mut html);
        html.close();
        if moves {
            let rules = self.rules();
            html.raw("<script type=\"application/json\" id=\"data\">")
                .raw(&self.data(rules.as_ref().err()))
                .raw("</script>")
                .line();
            html.raw("<script>\"use strict\";\n").raw(&packed(JS));
            let list = rules.map_or("null".to_owned(), |rules| format!("F => [{rules}]"));
            html.raw(&format!("\nrun({list});\n"));
            html.raw("</script>");
        }
        html.line();
        html.finish()
    }

    /// What was computed, as an equation.
    fn heading(&self) -> String {
        let trace = self.trace;
        let formula = if trace.source.is_empty() { trace.output.to_string() } else { trace.source.clone() };
        clean(&format!("{} = {formula}", trace.output_name()))
    }

    fn header(&self, html: &mut Markup, heading: &str) {
        let trace = self.trace;
        html.open("header", &[]).open("h1", &[]).raw(&statement(heading)).close();
        let n = trace.inputs().count();
        let [inputs, nodes] = [(n, "input"), (trace.nodes.len(), "node")]
            .map(|(n, what)| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
        let single = if trace.single { ", in single precision" } else { "" };
        html.leaf("p", &[("class", &"facts")], &format!("{nodes}, {inputs}, 1 output{single}"));
        html.close().line();
    }

    /// The two-column table: values forwards, and each adjoint as the sum that it is.
    fn table(&self, html: &mut Markup) {
        let (trace, uses) = (self.trace, Uses::of(self.trace));
        html.open("section", &[("id", &"account")]).leaf("h2", &[], "Both passes");
        html.open("div", &[("class", &"scroll"), ("tabindex", &"0")]).open("table", &[("id", &"table")]);
        html.raw(
            "<thead><tr><th>node<th>computed as<th>value ↓<th id=which>adjoint ↑<th>the sum that it is</tr></thead>",
        );
        html.open("tbody", &[]).line();
        let most = if trace.nodes.len() <= MOST_NODES { MOST_NODES } else { MOST_ROWS };
        let (first, last) = ends(trace.nodes.len(), most);
        let hidden = last.start - first.end;
        for node in &trace.nodes[first] {
            self.row(html, node, &uses);
        }
        if hidden > 0 {
            html.raw(&format!("<tr><td>…<td colspan=4>{hidden} more nodes, which are too many for a page</tr>\n"));
        }
        for node in &trace.nodes[last] {
            self.row(html, node, &uses);
        }
        html.close().close().close();
        for note in trace.notes(&self.style).iter().take(5) {
            html.leaf("p", &[("class", &"kinks")], &clean(note));
        }
        html.close().line();
    }

    fn row(&self, html: &mut Markup, node: &Node, uses: &Uses) {
        let (trace, style, number) = (self.trace, &self.style, node.id.index() + 1);
        let adjoint = style.known(node.adjoint);
        let (rule, name) = (cut(&node.rule), node.name.as_deref().map(cut));
        let rule = match (name, node.op) {
            (None, None) => "input".to_owned(),
            (Some(name), Some(_)) => math(Some((&name, " = ")), &rule),
            _ => math(None, &rule),
        };
        // HTML needs no end of a cell, and a large table is made of them
        html.raw(&format!("<tr id=r{number}><th>{}<td>{rule}", node.id));
        html.raw(&format!("<td class=v>{}<td class=a>{}<td>", style.number(node.value), escaped(&adjoint)));
        if node.id == trace.output {
            html.raw("<p>seed");
        }
        for it in uses.of_node(node.id).iter().take(MOST_TERMS) {
            let user = trace.node(it.user);
            if let Some(upstream) = user.adjoint {
                let partial = it.partial(trace);
                let formula = if partial.formula.chars().count() > LONGEST {
                    format!("∂{}/∂{}", user.id, node.id)
                } else {
                    partial.formula.clone()
                };
                let term = math(Some((&style.adjoint(&user.id.to_string()), "·")), &style.as_factor(&clean(&formula)));
                let numbers = format!("{}·{}", style.signed_short(upstream), style.factor(partial.value));
                let place = format!("{}.{}", it.user.index() + 1, it.argument);
                html.raw(&format!("<p data-e={place}>+ {term} <i>{numbers}</i>"));
            }
        }
        html.line();
    }

    /// The lines of the program that recorded the nodes, with their text where it is known.
    fn code(&self, html: &mut Markup) {
        let mut files: IndexMap<&str, IndexMap<u32, Vec<usize>>> = IndexMap::new();
        for node in self.trace.nodes.iter().take(MOST_NODES) {
            if let Some(line) = &node.loc {
                files.entry(&line.file).or_default().entry(line.line).or_default().push(node.id.index() + 1);
            }
        }
        if files.is_empty() {
            return;
        }
        html.open("section", &[("id", &"code")]).leaf("h2", &[], "The program");
        for (file, mut lines) in files {
            lines.sort_unstable_keys();
            html.leaf("h3", &[], &clean(file)).open("ol", &[]);
            let text =
                self.sources.iter().find(|(name, _)| name == file).map(|(_, text)| text.lines().collect::<Vec<_>>());
            let shown: BTreeSet<u32> = match &text {
                // what lies around them too
                Some(text) => {
                    let around =
                        lines.keys().flat_map(|line| line.saturating_sub(AROUND)..=line.saturating_add(AROUND));
                    around.filter(|line| (1..=text.len()).contains(&(*line as usize))).collect()
                }
                None => lines.keys().copied().collect(),
            };
            for line in shown {
                let nodes = lines.get(&line).map_or(&[][..], |nodes| nodes);
                let names: Vec<String> = nodes.iter().take(12).map(|node| format!("v{node}")).collect();
                let list: Vec<String> = nodes.iter().map(usize::to_string).collect();
                let code = text.as_ref().and_then(|text| text.get(line as usize - 1)).copied().unwrap_or("");
                html.open("li", &[("value", &line), ("data-n", &list.join(" "))]);
                html.leaf("code", &[], &code.replace('\t', "    ")).leaf("span", &[], &names.join(" ")).close().line();
            }
            html.close();
        }
        html.close().line();
    }

    /// The rules as JavaScript, one after the other; or why there are none.
    fn rules(&self) -> Result<String, String> {
        let trace = self.trace;
        if trace.branches.len() > MOST_NODES {
            return Err(format!("the program branches {} times", trace.branches.len()));
        }
        let mut rules = vec![];
        for (index, note) in trace.ops.iter().enumerate() {
            let Some(node) = trace.nodes.iter().find(|node| node.op == Some(index)) else {
                rules.push("0".to_owned());
                continue;
            };
            let params: Vec<(&str, f64)> = note.params.iter().map(|param| (&*param.name, param.value)).collect();
            let unknown = |_| format!("the rule of {} is not known here", clean(&note.name));
            let op = self.registry.find(&note.name, &params).map_err(unknown)?;
            if op.arity().is_some_and(|n| n != node.args.len()) || op.validate(node.args.len()).is_some() {
                return Err(format!("{} does not take {} arguments", clean(&note.name), node.args.len()));
            }
            rules.push(
                script(&*op, node.args.len())
                    .map_err(|_| format!("{} is known only as closures", clean(&note.name)))?,
            );
        }
        Ok(rules.join(",\n"))
    }

    /// The trace for the script.
    fn data(&self, fault: Option<&String>) -> String {
        let trace = self.trace;
        let ops = trace.ops.iter().map(|op| {
            let params = op.params.iter().map(|param| format!("{}={}", param.name, brief(param.value, 6)));
            let params = params.collect::<Vec<_>>().join(", ");
            let formula = |text: &str| json::text(&mathml(&clean(text)));
            let slopes = op.slopes.iter().map(|slope| formula(slope));
            json::list([
                json::text(&op.name),
                json::text(&params),
                op.value.as_deref().map_or("\"\"".to_owned(), formula),
                json::list(slopes),
            ])
        });
        let argument = |arg: &Argument| match *arg {
            Argument::Node(id) => id.index().to_string(),
            // a list is a constant, a number alone a node
            Argument::Constant(x) => json::list([Number(x).to_string()]),
        };
        let node = |node: &Node| {
            let args = node.args.iter().map(argument);
            let partials = node.partials.iter().map(|partial| Number(partial.value).to_string());
            let op = node.op.map_or("-1".to_owned(), |op| op.to_string());
            let adjoint = node.adjoint.map_or("null".to_owned(), |x| Number(x).to_string());
            let mut fields = vec![op, json::list(args), json::list(partials), Number(node.value).to_string(), adjoint];
            let kink = singularity(trace, node, &self.style);
            if node.name.is_some() || kink.is_some() {
                fields.push(json::text(&label(node)));
                fields.extend(kink.map(|kink| json::text(&kink)));
            }
            json::list(fields)
        };
        let mut data = String::from("{");
        let _ = write!(
            data,
            "\"out\":{},\"seed\":{},\"single\":{},\"digits\":{},",
            trace.output.index(),
            Number(trace.seed),
            trace.single,
            self.style.digits
        );
        let _ = write!(
            data,
            "\"y\":{},\"fault\":{},",
            json::text(trace.output_name()),
            fault.map_or("null".to_owned(), |fault| json::text(fault))
        );
        let _ = write!(data, "\"ops\":{},\n\"nodes\":[", json::list(ops));
        data += &trace.nodes.iter().map(node).collect::<Vec<_>>().join(",\n");
        let branches = trace.branches.iter().take(MOST_NODES).map(|branch| {
            let place = branch.loc.as_ref().map_or(String::new(), |line| format!(" at {line}"));
            let sides = branch.sides.iter().map(argument);
            let fields = [json::text(&branch.relation), branch.held.to_string(), json::text(&place)];
            json::list(fields.into_iter().chain(sides))
        });
        data + "],\n\"branches\":" + &json::list(branches) + "}"
    }
}

/// The gradient in three ways, and how the error of differences depends on their step.
fn check_panel(html: &mut Markup, check: &Check, style: &Style) {
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
        let (x, name) = (54 + 62 * input, super::markup::shortened(&check.inputs[input].input, 7));
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

/// A script without its comments and indentation, which are for those who read it in its own file.
fn packed(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A formula that is not too long for a cell.
fn cut(text: &str) -> String {
    clean(&super::markup::shortened(text, LONGEST))
}

/// A text without characters that no page shows.
fn clean(text: &str) -> String {
    text.chars().map(|c| if is_unfit(c) { '\u{fffd}' } else { c }).collect()
}

/// What steps through the trace; the script brings it to life.
fn controls(mistake: Option<Mistake>) -> String {
    let choice = |value: Option<Mistake>| {
        let name = value.map_or("", Mistake::name);
        let [checked, shown] =
            [if value == mistake { " checked" } else { "" }, if name.is_empty() { "none" } else { name }];
        format!("<label><input type=radio name=mistake value=\"{name}\"{checked}>{}</label>", shown.replace('-', " "))
    };
    let mistakes: String = [None].into_iter().chain(Mistake::ALL.map(Some)).map(choice).collect();
    CONTROLS.replace("{mistakes}", &mistakes)
}
const CONTROLS: &str = "\
<section id=control class=live aria-label=steps hidden>
<div class=bar><span class=buttons><button id=first title=\"to the beginning (Home)\" aria-label=first>|◀</button><button id=back title=\"back (←)\" aria-label=back>◀</button><button id=next title=\"next (→)\" aria-label=next>▶</button><button id=last title=\"to the end (End)\" aria-label=last>▶|</button></span>
<label class=grow><span class=sr>step</span><input id=scrub type=range min=0 step=1></label><output id=count></output></div>
<p id=say aria-live=polite></p>
<div class=bar><fieldset id=mode><legend>pass</legend><label><input type=radio name=mode value=reverse checked>reverse</label><label><input type=radio name=mode value=forward>forward by <select id=by aria-label=\"forward by\"></select></label></fieldset>
<fieldset id=mistake><legend>mistake made on purpose</legend>{mistakes}</fieldset></div>
<p id=sweeps></p></section>
";
const LEGEND: &str = "<p class=legend><span class=v>↓ value, above</span> <span class=a>↑ adjoint, below (· is not known)</span> <span class=t hidden>↓ tangent, below (· does not depend on it)</span> <span>on an edge: the derivative</span></p>";
const PANELS: &str = "\
<div class=\"live two\" hidden><section id=inputs aria-label=inputs><h2>Inputs</h2><p id=notice class=notice hidden></p><div id=sliders></div><button id=reset>back to the trace</button></section>
<section id=node aria-label=\"selected node\"><h2>Node</h2><div id=detail></div></section></div>
";
