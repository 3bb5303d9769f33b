//! Star colourings of the graph of a symmetric matrix.

use super::choice::Choice;
use super::coloring::{Coloring, NONE, fewest_of_graph, in_order};
use super::order::Order;
use super::palette::Palettes;
use super::pattern::Pattern;
use crate::error::Error;

/// The note on a colour that several neighbours of a vertex have.
const SEVERAL: u32 = u32::MAX;

impl Pattern {
    /// A star colouring of the graph whose vertices are the rows of a symmetric matrix and whose edges are its entries off the diagonal: neighbours
    /// have different colours, and no path of four vertices has two colours alone. So the vertices of any two colours, with the edges between
    /// them, make stars: a hub and its leaves. The best of all [orders](Order), as far as they take no more than some seconds.
    ///
    /// Each entry (i, j) of the symmetric matrix stands alone in the product of its row and the directions: in row i under the colour of j, if j is the
    /// only neighbour of i of that colour, and else in row j under the colour of i.
    ///
    /// O(rows + entries · colours) time at most, and O(entries) memory.
    ///
    /// # Errors
    /// If the pattern is not symmetric.
    pub fn star_coloring(&self) -> Result<Coloring, Error> {
        self.mirrors("a star colouring")?;
        let star = fewest_of_graph(self, |order, choice| greedy(self, order, choice));
        // a colouring of the columns is a star colouring, if neighbours have different colours as well; a full diagonal sees to that
        if self.longest_row() < star.count() {
            let columns = self.column_coloring();
            let differ = |(i, j): (usize, usize)| i == j || columns.colors()[i] != columns.colors()[j];
            if columns.count() < star.count() && self.entries().all(differ) {
                return Ok(columns);
            }
        }
        Ok(star)
    }

    /// A star colouring as [`star_coloring`](Pattern::star_coloring), by one order.
    ///
    /// # Errors
    /// If the pattern is not symmetric.
    pub fn star_coloring_in(&self, order: Order) -> Result<Coloring, Error> {
        self.mirrors("a star colouring")?;
        Ok(in_order(order.of_vertices(self), |order, choice| greedy(self, order, choice)))
    }
}

/// The greedy star colouring, or `None` where there is no colour left to choose.
fn greedy(graph: &Pattern, order: &[u32], choice: &mut Choice) -> Option<Coloring> {
    let mut stars = Stars::new(graph);
    for &vertex in order {
        choice.begin(vertex);
        stars.forbid(vertex as usize, choice);
        let color = choice.color()?;
        stars.color(vertex, color);
    }
    Some(Coloring::of_greedy(stars.colors))
}

/// The stars of a graph some of whose vertices are coloured.
struct Stars<'a> {
    graph: &'a Pattern,
    colors: Vec<u32>,
    /// The colours of the neighbours of each vertex. The note on a colour is the one neighbour that has it, or `SEVERAL`.
    around: Palettes<'a>,
    /// For each vertex the colours of the hubs of which it is a leaf, at the first positions of its row. A hub has two leaves at least.
    hubs: Vec<u32>,
    hub_counts: Vec<u32>,
}

impl<'a> Stars<'a> {
    fn new(graph: &'a Pattern) -> Self {
        let n = graph.rows();
        Stars {
            graph,
            colors: vec![NONE; n],
            around: Palettes::new(graph),
            hubs: vec![0; graph.len()],
            hub_counts: vec![0; n],
        }
    }

    /// The neighbours that have a colour, and their colours.
    fn colored(&self, v: usize) -> impl Iterator<Item = (usize, u32)> {
        let all = self.graph.row(v).filter(move |&w| w != v).map(|w| (w, self.colors[w]));
        all.filter(|&(_, color)| color != NONE)
    }

    /// Forbids the colours with which a vertex v would be on a path of two colours and four vertices.
    fn forbid(&self, v: usize, choice: &mut Choice) {
        let shared = |color: u32| self.around.find(v, color) == Some(SEVERAL);
        for (w, color) in self.colored(v) {
            if choice.is_settled() {
                break;
            }
            choice.forbid(color);
            // v – w – hub – another leaf, which has the colour of w
            let start = self.graph.positions(w).start;
            let hubs = &self.hubs[start..start + self.hub_counts[w] as usize];
            hubs.iter().for_each(|&hub_color| choice.forbid(hub_color));
            // a neighbour of the colour of w – v – w – any neighbour of w
            if shared(color) {
                self.around.forbid(w, choice);
            }
        }
    }

    fn color(&mut self, v: u32, color: u32) {
        let at = v as usize;
        self.colors[at] = color;
        for w in self.graph.row(at).filter(|&w| w != at) {
            let (note, new) = self.around.note(w, color, v);
            let earlier = if new { None } else { Some(std::mem::replace(note, SEVERAL)) };
            // the leaves that w has by this vertex, if w is coloured
            let hub_color = self.colors[w];
            if hub_color != NONE
                && let Some(earlier) = earlier
            {
                if earlier != SEVERAL {
                    self.add_hub(earlier as usize, hub_color);
                }
                self.add_hub(at, hub_color);
            }
        }
        for w in self.graph.row(at).filter(|&w| w != at) {
            if self.colors[w] != NONE && self.around.find(at, self.colors[w]) == Some(SEVERAL) {
                self.add_hub(w, color);
            }
        }
    }

    fn add_hub(&mut self, leaf: usize, hub_color: u32) {
        self.hubs[self.graph.positions(leaf).start + self.hub_counts[leaf] as usize] = hub_color;
        self.hub_counts[leaf] += 1;
    }
}
