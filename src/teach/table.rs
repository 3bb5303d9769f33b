//! The two-column table: forwards on the left, backwards on the right; and the one of forward mode.

use super::style::{Cell, Style, Tint, ends, widths};
use super::trace::{Argument, Node, Partial, Step, Trace, label};
use super::uses::{Use, Uses};
use crate::graph::{Id, unnamed_output};
use std::fmt;

/// How many terms of one sum are shown, and how many notes.
const MOST_TERMS: usize = 8;
const MOST_NOTES: usize = 5;
/// The longest formula of a slope that is shown in a sum; `explain` shows all.
const LONGEST: usize = 32;

/// The columns that a rule and a term have if they are short, with what is between them and the next.
const RULE: usize = 15;
const TERM: usize = 17;

/// The table in the default style.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.table(&Style::default()).trim_end_matches('\n'))
    }
}

impl Trace {
    /// The table of values and adjoints, each adjoint as the sum of its contributions. Of a long recording the first and the last nodes
    /// are shown.
    pub fn table(&self, style: &Style) -> String {
        self.table_after(style, self.steps.len())
    }

    /// The table as it is after the first so many steps: what is not known by then is `·`.
    pub fn table_after(&self, style: &Style, done: usize) -> String {
        self.table_of(&State::after(self, done), style)
    }

    /// The table with blanks in the places of some adjoints, and without the numbers that they are the sums of.
    pub(super) fn table_with_blanks(&self, style: &Style, blanks: &[Id]) -> String {
        let state = State { blanks: blanks.to_vec(), ..State::after(self, self.steps.len()) };
        self.table_of(&state, style)
    }

    fn table_of(&self, state: &State, style: &Style) -> String {
        let mut rows = vec![header(style, "forward ↓", "backward ↑  (start at the bottom)")];
        self.rows(style, &mut rows, |node| self.rows_of(node, style, state));
        self.heading(style) + &style.columns(&rows, &gaps(&rows)) + &self.choices(style, state)
    }

    /// The table of values alone.
    pub fn values(&self, style: &Style) -> String {
        let mut rows = vec![];
        self.rows(style, &mut rows, |node| vec![self.forward_cells(node, style, true)]);
        self.heading(style) + &style.columns(&rows, &gaps(&rows))
    }

    /// The table of forward mode: values, and beside each its derivative by one input, which is computed on the way.
    pub fn forward(&self, input: Id, style: &Style) -> String {
        let tangents = self.tangents(input);
        let from = label(self.node(input));
        let mut rows = vec![header(style, "values ↓", &format!("derivatives by {from} ↓  (in the same pass)"))];
        // what does not depend on the input has no tangent to pass on
        let mut depends = vec![false; self.nodes.len()];
        for node in &self.nodes {
            let among = node.args.iter().any(|arg| arg.node().is_some_and(|id| depends[id.index()]));
            depends[node.id.index()] = node.id == input || among;
        }
        self.rows(style, &mut rows, |node| {
            let moving = |arg: &Argument| arg.node().filter(|id| depends[id.index()]);
            let terms: Vec<Term> = node
                .args
                .iter()
                .zip(&node.partials)
                .filter_map(|(arg, partial)| {
                    let id = moving(arg)?;
                    let partial = short(partial, node.id, id);
                    Some(Term::new(style, &style.tangent(&id.to_string()), tangents[id.index()], &partial))
                })
                .collect();
            let tangent = depends[node.id.index()].then_some(tangents[node.id.index()]);
            let start = self.forward_cells(node, style, true);
            let seed = style.text(&format!("seed: ∂{from}/∂{from}")).into_owned();
            with_terms(start, style.known(tangent), &terms, (node.id == input).then_some(seed))
        });
        self.heading(style) + &style.columns(&rows, &gaps(&rows))
    }

    /// What the output is called.
    pub(crate) fn output_name(&self) -> &str {
        let names = self.nodes.iter().filter_map(|node| node.name.as_deref());
        self.node(self.output).name.as_deref().unwrap_or_else(|| unnamed_output(names))
    }

    fn heading(&self, style: &Style) -> String {
        let formula = if self.source.is_empty() { self.output.to_string() } else { self.source.clone() };
        style.text(&format!("{} = {formula}\n\n", self.output_name())).into_owned()
    }

    /// The rows of the nodes that are shown, with a message in the place of the others.
    fn rows(&self, style: &Style, rows: &mut Vec<Vec<Cell>>, row: impl Fn(&Node) -> Vec<Vec<Cell>>) {
        let (first, last) = ends(self.nodes.len(), style.most);
        let hidden = last.start - first.end;
        rows.extend(self.nodes[first].iter().flat_map(&row));
        if hidden > 0 {
            let message = format!("{} here, which can be explained one by one", style.count(hidden, "more node"));
            rows.push(vec![Cell::new(style.text("…")), Cell::wide(message)]);
        }
        rows.extend(self.nodes[last].iter().flat_map(&row));
    }

    fn forward_cells(&self, node: &Node, style: &Style, known: bool) -> Vec<Cell> {
        let value = style.known_number(known.then_some(node.value));
        let id = Cell::new(node.id.to_string());
        vec![id, Cell::new(style.text(&described(node))), Cell::right(value).tint(Tint::Forward)]
    }

    /// The rows of a node: as many as there are contributions to its adjoint.
    fn rows_of(&self, node: &Node, style: &Style, state: &State) -> Vec<Vec<Cell>> {
        let (adjoint, uses) = (state.adjoints[node.id.index()], state.uses.of_node(node.id));
        let start = self.forward_cells(node, style, state.forward > node.id.index());
        let made: Vec<&Use> = uses.iter().filter(|it| state.has_made(self, **it)).collect();
        let (first, last) = ends(made.len(), MOST_TERMS);
        let term = |it: &&Use| {
            let user = self.node(it.user);
            Term::new(
                style,
                &style.adjoint(&user.id.to_string()),
                user.adjoint.unwrap_or(0.0),
                &it.short(self, node.id),
            )
        };
        let mut terms: Vec<Term> = made[first.clone()].iter().map(term).collect();
        if last.start > first.end {
            let more = style.count(last.start - first.end, "more contribution");
            terms.push(Term { symbols: style.text(&format!("… {more}")).into_owned(), numbers: String::new() });
        }
        terms.extend(made[last].iter().map(term));
        let instead = if node.id == self.output && adjoint.is_some() {
            Some(format!("seed: ∂{0}/∂{0}", self.output_name()))
        } else {
            let closed = uses.iter().find(|it| self.node(it.user).adjoint == Some(0.0));
            let passes = |it: &Use| format!("{} = 0 passes nothing on", style.adjoint(&it.user.to_string()));
            closed.filter(|_| adjoint.is_some() && terms.is_empty()).map(passes)
        };
        let blank = state.blanks.iter().position(|blank| *blank == node.id);
        if blank.is_some() {
            terms.iter_mut().for_each(|term| term.numbers.clear());
        }
        let shown = blank.map_or_else(|| style.known(adjoint), |blank| format!("?{}", blank + 1));
        with_terms(start, shown, &terms, instead.map(|text| style.text(&text).into_owned()))
    }

    /// A line for each of what is a choice in the derivatives.
    fn choices(&self, style: &Style, state: &State) -> String {
        // what is asked for is not told
        let notes = if state.blanks.is_empty() { self.notes(style) } else { self.singularities(style).collect() };
        let mut text: String = notes.iter().take(MOST_NOTES).map(|line| format!("{line}\n")).collect();
        if notes.len() > MOST_NOTES {
            text += &format!("{} {}\n", style.text("…"), style.count(notes.len() - MOST_NOTES, "more note"));
        }
        if text.is_empty() { text } else { format!("\n{text}") }
    }
}

/// What a node is: its rule, and its name if it is no input.
pub(crate) fn described(node: &Node) -> String {
    match (&node.name, node.op) {
        (Some(name), Some(_)) => format!("{name} = {}", node.rule),
        (None, None) => "input".to_owned(),
        _ => node.rule.clone(),
    }
}

/// Between the columns: id, rule, value, adjoint, term, numbers.
fn gaps(rows: &[Vec<Cell>]) -> [usize; 5] {
    let widths = widths(rows);
    let rest = |column: usize, width: usize| width.saturating_sub(widths.get(column).copied().unwrap_or(0)).max(2);
    [3, rest(1, RULE), 5, 2, rest(4, TERM)]
}

fn header(style: &Style, left: &str, right: &str) -> Vec<Cell> {
    let [left, right] = [left, right].map(|text| Cell::wide(style.text(text)));
    vec![Cell::default(), left.tint(Tint::Forward), Cell::default(), right.tint(Tint::Backward)]
}

/// A partial whose formula is no longer than a table bears.
fn short(partial: &Partial, of: Id, by: Id) -> Partial {
    let formula = match partial.formula.chars().count() {
        ..=LONGEST => partial.formula.clone(),
        _ => format!("∂{of}/∂{by}"),
    };
    Partial { formula, value: partial.value }
}

impl Use {
    fn short(self, trace: &Trace, by: Id) -> Partial {
        short(self.partial(trace), self.user, by)
    }
}

/// One term of a sum, in symbols and in numbers.
struct Term {
    symbols: String,
    /// Empty where the symbols are numbers already.
    numbers: String,
}

impl Term {
    /// What flows along an edge: the number on one end, which is called so, times the slope.
    fn new(style: &Style, name: &str, number: f64, partial: &Partial) -> Self {
        let dot = style.text("·");
        let plain = partial.formula.trim_start_matches('−').parse::<f64>().is_ok();
        Term {
            symbols: format!("{name}{dot}{}", style.as_factor(&partial.formula)),
            numbers: if plain { String::new() } else { style.product(number, partial.value) },
        }
    }
}

/// The rows of a number and the sum that it is.
fn with_terms(mut start: Vec<Cell>, number: String, terms: &[Term], instead: Option<String>) -> Vec<Vec<Cell>> {
    let blank = vec![Cell::default(); start.len() + 1];
    start.push(Cell::right(number).tint(Tint::Backward));
    start.extend(instead.map(Cell::wide));
    let mut rows = vec![start];
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            rows.push(blank.clone());
        }
        let sign = if i == 0 { "=" } else { "+" };
        let cells = [Cell::new(format!("{sign} {}", term.symbols)), Cell::new(term.numbers.clone())];
        rows.last_mut().expect("there is the first").extend(cells);
    }
    rows
}

/// What is known after some of the steps.
struct State {
    uses: Uses,
    /// How many values are known.
    forward: usize,
    adjoints: Vec<Option<f64>>,
    /// What the last backward step was about, and which of its arguments.
    reached: Option<(Id, usize)>,
    /// The adjoints that are asked for.
    blanks: Vec<Id>,
}

impl State {
    fn after(trace: &Trace, done: usize) -> Self {
        let (mut forward, mut adjoints) = (0, vec![None; trace.nodes.len()]);
        let mut reached = None;
        for step in &trace.steps[..done.min(trace.steps.len())] {
            match *step {
                Step::Forward { node } => forward = node.index() + 1,
                Step::Seed { node } => adjoints[node.index()] = Some(trace.seed),
                Step::Contribute { from, argument, to, sum_after, .. } => {
                    adjoints[to.index()] = Some(sum_after);
                    reached = Some((from, argument as usize));
                }
                Step::Skip { node } => {
                    for arg in trace.node(node).args.iter().filter_map(|arg| arg.node()) {
                        adjoints[arg.index()].get_or_insert(0.0);
                    }
                    reached = Some((node, 0));
                }
            }
        }
        State { uses: Uses::of(trace), forward, adjoints, reached, blanks: vec![] }
    }

    /// Whether a use has made its contribution. The sweep goes from the last node to the first, and from a node's first argument on.
    fn has_made(&self, trace: &Trace, it: Use) -> bool {
        let done =
            self.reached.is_some_and(|(from, argument)| it.user > from || it.user == from && it.argument <= argument);
        done && trace.node(it.user).adjoint.is_some_and(|adjoint| adjoint != 0.0)
    }
}
