//! A trace as one HTML file: everything that is known of it without a script, and step by step with one.
//!
//! What the page shows without its script is made here. `page/page.js` adds the steps, the sliders and the mistakes, and `page/passes.js`
//! computes them. The rules of the ops are printed in JavaScript by `export`, and the page computes nothing before it has found the numbers of
//! the trace with them.

use super::graph::Graph;
use super::markup::{Markup, clean};
use crate::export::{RUNTIME, escaped};
use crate::registry::Registry;
use crate::teach::{Mistake, Node, Style, Trace, Uses, ends};
use check::check_panel;
use data::{MOST_NODES, data, rules};
use formulas::Formulas;
use indexmap::IndexMap;
use std::collections::BTreeSet;

mod check;
mod data;
mod formulas;

const CSS: &str = include_str!("page/page.css");
/// What the page's script is made of: the functions that rules call, the passes, and the page.
const SCRIPTS: [&str; 3] = [RUNTIME, include_str!("page/passes.js"), include_str!("page/page.js")];

/// How many nodes of a trace that is too large to step through are in the table, the first and the last, and how many contributions of
/// one node.
const MOST_ROWS: usize = 200;
const MOST_TERMS: usize = 100;
/// How many lines of the program are shown before and after those that recorded a node.
const AROUND: u32 = 2;

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
        let formulas = Formulas::new(trace, &self.registry, &self.style);
        let moves = trace.nodes.len() <= MOST_NODES;
        let mut html = Markup::default();
        html.raw("<!doctype html>\n").open("html", &[("lang", &"en")]).open("head", &[]);
        html.raw("<meta charset=\"utf-8\">");
        html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">");
        html.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        html.leaf("title", &[], &heading).raw("<style>").raw(CSS).raw("</style>").close().line();
        html.open("body", &[]);
        self.header(&mut html, &formulas);
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
        self.table(&mut html, &formulas);
        if let Some(check) = &trace.check {
            check_panel(&mut html, check, &self.style);
        }
        self.code(&mut html);
        html.close();
        if moves {
            let rules = rules(trace, &self.registry);
            html.raw("<script type=\"application/json\" id=\"data\">")
                .raw(&data(trace, &formulas, &self.style, rules.as_ref().err()))
                .raw("</script>")
                .line();
            html.raw("<script>\"use strict\";\n").raw(&SCRIPTS.map(packed).join("\n"));
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

    fn header(&self, html: &mut Markup, formulas: &Formulas<'_>) {
        let trace = self.trace;
        html.open("header", &[]).open("h1", &[]).raw(&formulas.heading()).close();
        let n = trace.inputs().count();
        let [inputs, nodes] = [(n, "input"), (trace.nodes.len(), "node")]
            .map(|(n, what)| format!("{n} {what}{}", if n == 1 { "" } else { "s" }));
        let single = if trace.single { ", in single precision" } else { "" };
        html.leaf("p", &[("class", &"facts")], &format!("{nodes}, {inputs}, 1 output{single}"));
        html.close().line();
    }

    /// The two-column table: values forwards, and each adjoint as the sum that it is.
    fn table(&self, html: &mut Markup, formulas: &Formulas<'_>) {
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
            self.row(html, node, &uses, formulas);
        }
        if hidden > 0 {
            html.raw(&format!("<tr><td>…<td colspan=4>{hidden} more nodes, which are too many for a page</tr>\n"));
        }
        for node in &trace.nodes[last] {
            self.row(html, node, &uses, formulas);
        }
        html.close().close().close();
        for note in trace.notes(&self.style).iter().take(5) {
            html.leaf("p", &[("class", &"kinks")], &clean(note));
        }
        html.close().line();
    }

    fn row(&self, html: &mut Markup, node: &Node, uses: &Uses, formulas: &Formulas<'_>) {
        let (trace, style, number) = (self.trace, &self.style, node.id.index() + 1);
        let adjoint = style.known(node.adjoint);
        let rule = formulas.rule(node);
        // HTML needs no end of a cell, and a large table is made of them
        html.raw(&format!("<tr id=r{number}><th>{}<td>{rule}", node.id));
        html.raw(&format!("<td class=v>{}<td class=a>{}<td>", style.number(node.value), escaped(&adjoint)));
        if node.id == trace.output {
            html.raw("<p>seed");
        }
        for it in uses.of_node(node.id).iter().take(MOST_TERMS) {
            let user = trace.node(it.user);
            if let Some(upstream) = user.adjoint {
                let term = formulas.contribution(user, it.argument);
                let slope = style.factor(it.partial(trace).value);
                let numbers = format!("{}·{slope}", style.signed_short(upstream));
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
}

/// A script without its comments and indentation, which are for those who read it in its own file.
fn packed(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
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
