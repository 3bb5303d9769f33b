//! A trace as a graph: values above the nodes, adjoints below, derivatives on the edges.

use super::json;
use super::layout::{Layout, Task, layout, placed};
use super::markup::{Attribute, Markup, Px, brief, drawing, shortened};
use crate::export::escaped;
use crate::teach::{Mistake, Mistaken, Node, Number, Partial, Style, Trace, described, width};
use indexmap::IndexMap;
use std::fmt::{Display, Write};

/// Beyond so many nodes those of one scope become one; beyond so many of what is left, or edges, nothing is drawn.
const MOST_NODES: usize = 200;
const MOST_BLOCKS: usize = 2000;
const MOST_EDGES: usize = 6000;
/// The deepest scope that may be told from the one around it.
const DEEPEST: usize = 16;
/// The most characters in a node and on an edge.
const WIDEST: usize = 28;
const WIDEST_LABEL: usize = 14;

/// A drawing of a trace as a graph.
///
/// ```
/// use gprime::{draw::Graph, prelude::*, teach::Mistake};
///
/// let tape = Recorder::new();
/// let u = tape.named("u", tape.var(1.0) * 2.0);
/// let trace = tape.trace(u + u.sin())?;
/// let svg = Graph::new(&trace).mistake(Mistake::Overwrite).svg();
/// assert!(svg.starts_with("<svg") && svg.contains("✗"));
/// # Ok::<(), gprime::Error>(())
/// ```
pub struct Graph<'a> {
    trace: &'a Trace,
    style: Style,
    mistaken: Option<Mistaken>,
    symbols: bool,
}

/// What is drawn.
pub(super) struct Parts<'a> {
    graph: &'a Graph<'a>,
    trace: &'a Trace,
    blocks: Vec<Block>,
    edges: Vec<Edge>,
}

/// A node, or those that a scope recorded one after the other.
struct Block {
    first: usize,
    last: usize,
}

/// The edges from one block to another, as one.
pub(super) struct Edge {
    from: usize,
    to: usize,
    count: usize,
    /// What is written on it, and what is told of it: formula and number.
    label: String,
    note: String,
}

impl<'a> Parts<'a> {
    /// The parts, or why there are none.
    fn of(graph: &'a Graph<'a>) -> Result<Self, String> {
        let (trace, style) = (graph.trace, &graph.style);
        let blocks = blocks(trace);
        if blocks.len() > MOST_BLOCKS {
            let n = blocks.len();
            return Err(format!("{n} nodes are too many to draw; the table has them. Scopes make one node of many."));
        }
        let mut block_of = vec![0; trace.nodes.len()];
        for (index, block) in blocks.iter().enumerate() {
            block_of[block.first..=block.last].fill(index);
        }
        let mut merged: IndexMap<(usize, usize), Vec<(usize, usize)>> = IndexMap::new();
        for (user, node) in trace.nodes.iter().enumerate() {
            for (argument, arg) in node.args.iter().enumerate().filter_map(|(i, arg)| Some((i, arg.node()?))) {
                let ends = (block_of[arg.index()], block_of[user]);
                if ends.0 != ends.1 {
                    merged.entry(ends).or_default().push((user, argument));
                }
            }
        }
        if merged.len() > MOST_EDGES {
            let n = merged.len();
            return Err(format!("{n} edges are too many to draw; the table has them. Scopes make one node of many."));
        }
        let single = |block: usize| blocks[block].first == blocks[block].last;
        let edge = |((from, to), uses): ((usize, usize), Vec<(usize, usize)>)| {
            let partials = uses.iter().map(|&(user, argument)| &trace.nodes[user].partials[argument]);
            let drawn = single(from) && single(to) && uses.len() <= 2;
            let value = |partial: &Partial| match graph.symbols {
                true => partial.formula.clone(),
                false => brief(partial.value, 4.min(style.digits)),
            };
            let values: Vec<String> = partials.clone().map(value).collect();
            let label = if drawn { values.join(" + ").replace("+ −", "− ") } else { times(uses.len()) };
            let notes: Vec<String> = partials
                .take(if drawn { 2 } else { 0 })
                .map(|partial| match graph.symbols {
                    true => partial.formula.clone(),
                    false => format!("{} = {}", shortened(&partial.formula, 60), brief(partial.value, style.digits)),
                })
                .collect();
            let label = if single(from) && single(to) || uses.len() > 1 { label } else { String::new() };
            let note = notes.join(" and ");
            Edge { from, to, count: uses.len(), label, note }
        };
        let edges = merged.into_iter().map(edge).collect();
        Ok(Parts { graph, trace, blocks, edges })
    }

    /// What stands in a block.
    fn text(&self, block: &Block) -> String {
        self.graph.style.text(&self.full_text(block)).into_owned()
    }

    fn full_text(&self, block: &Block) -> String {
        let node = &self.trace.nodes[block.first];
        if block.first < block.last {
            let prefix = self.shared_scope(block);
            return format!("{prefix}: {} nodes", block.last - block.first + 1);
        }
        match (&node.name, node.op) {
            (Some(name), None) => format!("{} = {name}", node.id),
            (None, None) => node.id.to_string(),
            _ => format!("{} = {}", node.id, described(node)),
        }
    }

    /// The scope that all nodes of a block are in.
    fn shared_scope(&self, block: &Block) -> &str {
        let scope = |index: usize| self.trace.nodes[index].scope.as_deref().unwrap_or("");
        let first = scope(block.first);
        let nodes = block.first..=block.last;
        let shared = (1..=DEEPEST).rev().filter_map(|depth| outer(first, depth));
        let holds = |prefix: &&str| {
            nodes.clone().all(|index| outer(scope(index), 1 + prefix.matches('/').count()) == Some(*prefix))
        };
        shared.into_iter().find(holds).unwrap_or(first)
    }

    /// The graph in Graphviz's language.
    fn dot(&self) -> String {
        let (graph, trace) = (self.graph, self.trace);
        let shown = |text: &str| escaped(&graph.style.text(text)).into_owned();
        let mut text = String::from(
            "digraph trace {\n  rankdir=LR\n  node [shape=box style=rounded fontname=\"monospace\"]\n  edge [fontname=\"monospace\" fontsize=11]\n",
        );
        if let Some(note) = graph.note() {
            let _ = writeln!(text, "  labelloc=t\n  label=<{}>", shown(&note));
        }
        for (index, block) in self.blocks.iter().enumerate() {
            let own = shown(&self.full_text(block));
            let label = if block.first == block.last && !graph.symbols {
                let node = &trace.nodes[block.first];
                let value = shown(&graph.style.number(node.value));
                let below = graph.below(node).into_iter().map(|(adjoint, wrong)| {
                    let adjoint = shown(&adjoint);
                    let color = if wrong { "#b91c1c" } else { "#c2410c" };
                    format!("<br/><font color=\"{color}\">{adjoint}</font>")
                });
                format!("<font color=\"#15803d\">{value}</font><br/>{own}{}", below.collect::<String>())
            } else {
                own
            };
            let _ = writeln!(text, "  n{} [label=<{label}>]", index + 1);
        }
        for edge in &self.edges {
            let counted = edge.count > 1 && edge.label != times(edge.count);
            let count = if counted { times(edge.count) + ": " } else { String::new() };
            let label = shown(&(count + &edge.label));
            let _ = writeln!(text, "  n{} -> n{} [label=<{label}>]", edge.from + 1, edge.to + 1);
        }
        text + "}\n"
    }

    /// The graph and its layout for other programs.
    fn json(&self) -> String {
        let graph = self.graph;
        let Layout { nodes, edges, size, .. } = self.layout();
        let numbers = |numbers: &[f64]| json::list(numbers.iter().map(|x| Px(*x).to_string()));
        let known = |x: Option<f64>| x.map_or("null".to_owned(), |x| Number(x).to_string());
        let id = |block: usize| json::text(&self.trace.nodes[self.blocks[block].first].id.to_string());
        let blocks = self.blocks.iter().zip(&nodes).enumerate().map(|(index, (block, place))| {
            let node = &self.trace.nodes[block.first];
            let count = block.last - block.first + 1;
            let mut fields = vec![
                ("node", id(index)),
                ("text", json::text(&self.text(block))),
                ("count", count.to_string()),
                ("at", numbers(place)),
            ];
            if count == 1 && !graph.symbols {
                let adjoint = graph.mistaken.as_ref().map_or(node.adjoint, |mistaken| mistaken.adjoints[block.first]);
                fields.extend([("value", known(Some(node.value))), ("adjoint", known(adjoint))]);
            }
            json::object(fields)
        });
        let edge = |(edge, route): (&Edge, &Vec<[f64; 2]>)| {
            json::object([
                ("from", id(edge.from)),
                ("to", id(edge.to)),
                ("count", edge.count.to_string()),
                ("label", json::text(&graph.style.text(&edge.label))),
                ("points", json::list(route.iter().map(|point| numbers(point)))),
            ])
        };
        let edges = json::list(self.edges.iter().zip(&edges).map(edge));
        json::object([("size", numbers(&size)), ("nodes", json::list(blocks)), ("edges", edges)]) + "\n"
    }

    fn layout(&self) -> Layout {
        let height = match (self.graph.symbols, &self.graph.mistaken) {
            (true, _) => 30.0,
            (_, None) => 72.0,
            // there may be two adjoints below
            (_, Some(_)) => 100.0,
        };
        let size = |block: &Block| [2.0 * half_width(&shortened(&self.text(block), WIDEST)), height];
        let sizes: Vec<[f64; 2]> = self.blocks.iter().map(size).collect();
        let chars = |edge: &Edge| width(&self.graph.style.text(&shortened(&edge.label, WIDEST_LABEL))) as f64;
        let edges: Vec<_> = self.edges.iter().map(|edge| (edge.from, edge.to, chars(edge) * 6.7)).collect();
        layout(&Task { sizes: &sizes, edges: &edges })
    }

    /// The graph inside of a drawing; the ids of its parts are those of nodes: `n4` a node, `e2-4` an edge.
    pub fn draw(&self, svg: &mut Markup, [left, top]: [f64; 2], Layout { nodes, edges, labels, .. }: &Layout) {
        let at = |[x, y]: [f64; 2]| [left + x, top + y];
        let id = |block: usize| self.blocks[block].first + 1;
        svg.open("g", &[("class", &"edges")]).line();
        for (edge, route) in self.edges.iter().zip(edges) {
            let path = path(&route.iter().map(|&point| at(point)).collect::<Vec<_>>());
            let name = format!("e{}-{}", id(edge.from), id(edge.to));
            let thick: &[Attribute<'_>] = if edge.count > 1 { &[("class", &"many")] } else { &[] };
            svg.open("path", &[&[("id", &name as &dyn Display)], thick, &[("d", &path)]].concat());
            if !edge.note.is_empty() {
                svg.leaf("title", &[], &edge.note);
            }
            svg.close().line();
        }
        svg.close().line().open("g", &[("class", &"locals")]).line();
        for (edge, [x, y]) in self.labels(labels) {
            let [x, y] = at([x, y]).map(Px);
            let (name, text) = (format!("l{}-{}", id(edge.from), id(edge.to)), shortened(&edge.label, WIDEST_LABEL));
            svg.leaf("text", &[("id", &name), ("x", &x), ("y", &y)], &text).line();
        }
        svg.close().line();
        for (block, &point) in self.blocks.iter().zip(nodes) {
            self.draw_block(svg, block, at(point));
        }
    }

    fn draw_block(&self, svg: &mut Markup, block: &Block, [x, y]: [f64; 2]) {
        let (graph, node) = (self.graph, &self.trace.nodes[block.first]);
        let full = self.text(block);
        let text = shortened(&full, WIDEST);
        let (half, single) = (half_width(&text), block.first == block.last);
        let class = match () {
            () if !single => "node group",
            () if node.id == self.trace.output => "node output",
            () if node.op.is_none() => "node input",
            () if node.kink.is_some() && !graph.symbols => "node kink",
            () => "node",
        };
        svg.open("g", &[("id", &format!("n{}", block.first + 1)), ("class", &class)]);
        if text != full {
            svg.leaf("title", &[], &full);
        }
        let radius = if class == "node input" { 14 } else { 5 };
        let rect = [Px(x - half), Px(y - 14.0), Px(2.0 * half)];
        svg.empty("rect", &[("x", &rect[0]), ("y", &rect[1]), ("width", &rect[2]), ("height", &28), ("rx", &radius)]);
        svg.leaf("text", &[("x", &Px(x)), ("y", &Px(y + 4.5))], &text);
        if single && !graph.symbols {
            let value = graph.style.number(node.value);
            svg.leaf("text", &[("class", &"value"), ("x", &Px(x)), ("y", &Px(y - 20.0))], &value);
            for (line, (adjoint, wrong)) in graph.below(node).into_iter().enumerate() {
                let (class, y) = (if wrong { "adjoint bad" } else { "adjoint" }, y + 29.0 + 14.0 * line as f64);
                svg.leaf("text", &[("class", &class), ("x", &Px(x)), ("y", &Px(y))], &adjoint);
            }
        }
        svg.close().line();
    }

    /// Where the labels of edges stand: apart from each other.
    fn labels(&self, places: &[[f64; 2]]) -> Vec<(&Edge, [f64; 2])> {
        let labelled = self.edges.iter().zip(places).filter(|(edge, _)| !edge.label.is_empty());
        let mut labels: Vec<(&Edge, [f64; 2])> = labelled.map(|(edge, [x, y])| (edge, [*x, y + 4.0])).collect();
        labels.sort_by(|(_, a), (_, b)| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let mut apart = vec![];
        // those of one gap between layers lie side by side, within some pixels
        for gap in labels.chunk_by(|(_, a), (_, b)| (a[0] - b[0]).abs() < 60.0) {
            let mut gap = gap.to_vec();
            gap.sort_by(|(_, a), (_, b)| a[1].total_cmp(&b[1]));
            let wishes: Vec<(f64, f64)> = gap.iter().map(|(_, at)| (at[1], 1.0)).collect();
            let places = placed(&wishes, &vec![13.0; gap.len()], 1.0);
            apart.extend(gap.into_iter().zip(places).map(|((edge, at), y)| (edge, [at[0], y])));
        }
        apart
    }
}

/// So many edges as one.
fn times(count: usize) -> String {
    format!("×{count}")
}

/// Half of a node's width. The numbers above and below are as wide as ten characters.
fn half_width(text: &str) -> f64 {
    (0.5 * (width(text) as f64 * 7.9 + 14.0)).max(36.0)
}

/// Lines from point to point.
fn path(points: &[[f64; 2]]) -> String {
    let points: Vec<String> = points.iter().map(|[x, y]| format!("{} {}", Px(*x), Px(*y))).collect();
    format!("M{}", points.join("L"))
}

/// The first `depth` parts of a scope, if it has so many.
fn outer(scope: &str, depth: usize) -> Option<&str> {
    if scope.is_empty() {
        return None;
    }
    let mut ends = scope.match_indices('/').map(|(end, _)| end).chain([scope.len()]);
    ends.nth(depth - 1).map(|end| &scope[..end])
}

/// The nodes, one by one if they are not too many, or else those of a scope together: of the deepest that makes them few enough.
fn blocks(trace: &Trace) -> Vec<Block> {
    let n = trace.nodes.len();
    if n <= MOST_NODES {
        return (0..n).map(|index| Block { first: index, last: index }).collect();
    }
    let scope = |index: usize| trace.nodes[index].scope.as_deref().unwrap_or("");
    let mut blocks = vec![];
    let deepest = (0..n).map(|index| 1 + scope(index).matches('/').count()).max().unwrap_or(1);
    for depth in (1..=deepest.min(DEEPEST)).rev() {
        blocks.clear();
        for index in 0..n {
            let joins = |block: &&mut Block| {
                let own = outer(scope(index), depth);
                own.is_some() && own == outer(scope(block.last), depth)
            };
            match blocks.last_mut().filter(joins) {
                Some(block) => block.last = index,
                None => blocks.push(Block { first: index, last: index }),
            }
        }
        if blocks.len() <= MOST_NODES {
            break;
        }
    }
    blocks
}

/// The style of graphs.
const STYLE: &str = "\
text{font:13px ui-monospace,Menlo,Consolas,monospace;text-anchor:middle;fill:#1c1c1c}.paper{fill:#fff}.title{font-size:14px}
.node rect{fill:#f6f6f4;stroke:#8a8a86}.input rect{fill:#fff}.output rect{stroke-width:2.5}.group rect{stroke-dasharray:1 3;stroke-width:2.5}
.kink rect{stroke-dasharray:6 3}.node .value{font-size:12px;fill:#15803d}.node .adjoint{font-size:12px;fill:#c2410c}.node .bad{fill:#b91c1c;font-weight:700}
.edges path{fill:none;stroke:#9a9a96;stroke-width:1.2;stroke-linejoin:round}.edges .many{stroke-width:2.8}
.locals text{font-size:11px;fill:#555;paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}
@media(prefers-color-scheme:dark){text{fill:#eaeaea}.paper{fill:#161616}.node rect{fill:#262626;stroke:#8e8e8e}.input rect{fill:#161616}
.node .value{fill:#4ade80}.node .adjoint{fill:#fb923c}.node .bad{fill:#f87171}.edges path{stroke:#777}.locals text{fill:#bbb;stroke:#161616}}
";

/// The space around a graph.
const MARGIN: f64 = 16.0;

impl<'a> Graph<'a> {
    /// The graph of a trace.
    pub fn new(trace: &'a Trace) -> Self {
        Graph { trace, style: Style::default(), mistaken: None, symbols: false }
    }

    /// How numbers and formulas are written; colours do not depend on it.
    pub fn style(mut self, style: &Style) -> Self {
        self.style = *style;
        self
    }

    /// What a mistake makes of the adjoints, with the right ones below those that it changes.
    pub fn mistake(mut self, mistake: Mistake) -> Self {
        self.mistaken = Some(self.trace.mistaken(mistake));
        self
    }

    /// Formulas in the place of numbers: what does not depend on the inputs' values.
    pub fn symbols(mut self) -> Self {
        self.symbols = true;
        self
    }

    /// The graph in the language of Graphviz: each node with its value above and its adjoint below, which is `·` where the
    /// output does not depend on it, and the derivative on each edge. Edges between the same nodes are one, with a count; of more than 200
    /// nodes those of one scope are one; more than 2000 are not drawn.
    pub fn dot(&self) -> String {
        match Parts::of(self) {
            Ok(parts) => parts.dot(),
            Err(message) => {
                let message = self.style.text(&message).into_owned();
                format!("digraph trace {{\n  message [shape=plain label=<{}>]\n}}\n", escaped(&message))
            }
        }
    }

    /// The graph as JSON, the same nodes and edges as those of [`dot`](Graph::dot) with their places in the drawing: of each node the
    /// middle, of each edge the points that it goes through. A node of several has a count, and no value and adjoint. What is too large
    /// to draw is `{"message": ..}`.
    pub fn json(&self) -> String {
        match Parts::of(self) {
            Ok(parts) => parts.json(),
            Err(message) => json::object([("message", json::text(&message))]) + "\n",
        }
    }

    /// The graph as a drawing that stands alone, and needs no Graphviz; the same nodes and edges as those of [`dot`](Graph::dot).
    pub fn svg(&self) -> String {
        let trace = self.trace;
        let mut title = if trace.source.is_empty() {
            format!("{} nodes", trace.nodes.len())
        } else {
            format!("{} = {}", trace.output_name(), trace.source)
        };
        title.extend(self.note().map(|note| format!("   {note}")));
        let title = self.style.text(&title);
        let parts = Parts::of(self);
        let placed = parts.as_ref().map(|parts| (parts, parts.layout()));
        let [wide, high] = match &placed {
            Ok((_, placed)) => placed.size,
            Err(message) => [width(message) as f64 * 8.0, 0.0],
        };
        let size = [wide.max(width(&title) as f64 * 8.5) + 2.0 * MARGIN, high + 2.0 * MARGIN + 28.0];
        let mut svg = drawing(size, &title, STYLE, &self.style);
        svg.empty("rect", &[("class", &"paper"), ("width", &Px(size[0])), ("height", &Px(size[1]))]).line();
        match placed {
            Ok((parts, placed)) => {
                let attributes: [(&str, &dyn Display); 4] =
                    [("class", &"title"), ("style", &"text-anchor:start"), ("x", &Px(MARGIN)), ("y", &28)];
                svg.leaf("text", &attributes, &title).line();
                parts.draw(&mut svg, [0.5 * (size[0] - wide), MARGIN + 28.0], &placed);
            }
            Err(message) => {
                svg.leaf("text", &[("x", &Px(0.5 * size[0])), ("y", &36)], message);
            }
        }
        svg.finish()
    }

    /// The graph without a style sheet, to be put into a page; or why there is none.
    pub(super) fn inner_svg(&self) -> Result<String, String> {
        let parts = Parts::of(self)?;
        let placed = parts.layout();
        let [width, height] = placed.size.map(|size| Px(size + 2.0 * MARGIN));
        let mut svg = Markup::default();
        let view = format!("0 0 {width} {height}");
        let size = [("width", &width as &dyn Display), ("height", &height)];
        svg.open(
            "svg",
            &[("id", &"graph"), size[0], size[1], ("viewBox", &view), ("role", &"img"), ("aria-label", &"graph")],
        );
        parts.draw(&mut svg, [MARGIN, MARGIN], &placed);
        Ok(svg.finish())
    }

    /// What is said above the graph.
    fn note(&self) -> Option<String> {
        let mistake = self.mistaken.as_ref()?.mistake;
        Some(format!("--mistake {mistake}: {}", mistake.heading()))
    }

    /// The adjoint of a node, and whether it is wrong; then the right one is the second.
    fn below(&self, node: &Node) -> Vec<(String, bool)> {
        let right = self.style.known(node.adjoint);
        match self.mistaken.as_ref().filter(|mistaken| mistaken.is_wrong(node)) {
            None => vec![(right, false)],
            Some(mistaken) => {
                let wrong = self.style.known(mistaken.adjoints[node.id.index()]);
                vec![(format!("{wrong} {}", self.style.text("✗")), true), (format!("({right})"), false)]
            }
        }
    }
}

impl Trace {
    /// The recorded graph in the language of Graphviz; [`Graph`] has more to choose.
    pub fn dot(&self) -> String {
        Graph::new(self).dot()
    }

    /// The recorded graph as a drawing that stands alone; [`Graph`] has more to choose.
    pub fn svg(&self) -> String {
        Graph::new(self).svg()
    }
}
