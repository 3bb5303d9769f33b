//! Acyclic colourings of the graph of a symmetric matrix.

use super::choice::Choice;
use super::coloring::{Coloring, NONE, fewest_of_graph, in_order};
use super::order::Order;
use super::palette::Palettes;
use super::pattern::Pattern;
use crate::error::Error;

impl Pattern {
    /// An acyclic colouring of the graph whose vertices are the rows of a symmetric matrix and whose edges are its entries off the diagonal: neighbours
    /// have different colours, and no cycle has two colours alone. So the vertices of any two colours, with the edges between them, make trees.
    /// The best of all [orders](Order), as far as they take no more than some seconds.
    ///
    /// A leaf of a tree has one entry there, which stands alone in the product of its row and a direction; it is subtracted from what its neighbour has,
    /// which then is a leaf too, and so on. For what that costs in digits, see [`Compression::hessian`](super::Compression::hessian).
    ///
    /// O(rows + entries · colours) time at most, but for a factor of log(rows) that is not met in practice, and O(entries) memory.
    ///
    /// # Errors
    /// If the pattern is not symmetric.
    pub fn acyclic_coloring(&self) -> Result<Coloring, Error> {
        self.mirrors("an acyclic colouring")?;
        Ok(fewest_of_graph(self, |order, choice| greedy(self, order, choice)))
    }

    /// An acyclic colouring as [`acyclic_coloring`](Pattern::acyclic_coloring), by one order.
    ///
    /// # Errors
    /// If the pattern is not symmetric.
    pub fn acyclic_coloring_in(&self, order: Order) -> Result<Coloring, Error> {
        self.mirrors("an acyclic colouring")?;
        Ok(in_order(order.of_vertices(self), |order, choice| greedy(self, order, choice)))
    }
}

/// The greedy acyclic colouring, or `None` where there is no colour left to choose.
fn greedy(graph: &Pattern, order: &[u32], choice: &mut Choice) -> Option<Coloring> {
    let mut trees = Trees::new(graph);
    for &vertex in order {
        choice.begin(vertex);
        trees.forbid(vertex, choice);
        let color = choice.color()?;
        trees.color(vertex as usize, color);
    }
    Some(Coloring::of_greedy(trees.colors))
}

/// The trees of two colours of a graph some of whose vertices are coloured.
///
/// A *fan* is a vertex with its neighbours of one colour. A tree is the union of fans that share edges: each edge is in the fan of either end.
struct Trees<'a> {
    graph: &'a Pattern,
    colors: Vec<u32>,
    /// The colours around each vertex. The note on a colour is the number of its fan.
    around: Palettes<'a>,
    /// For each fan another fan of its tree, or itself: a forest whose roots stand for the trees (union–find).
    parents: Vec<u32>,
    /// For each root the last vertex that met its tree.
    met_by: Vec<u32>,
    /// For each colour the last vertex that has a neighbour of that colour, and the last one that has several.
    once: Vec<u32>,
    again: Vec<u32>,
}

impl<'a> Trees<'a> {
    fn new(graph: &'a Pattern) -> Self {
        Trees {
            graph,
            colors: vec![NONE; graph.rows()],
            around: Palettes::new(graph),
            parents: vec![],
            met_by: vec![],
            once: vec![],
            again: vec![],
        }
    }

    /// Forbids the colours with which a vertex would close a cycle of two colours: those of a tree that reaches it by two of its neighbours.
    fn forbid(&mut self, vertex: u32, choice: &mut Choice) {
        let (graph, v) = (self.graph, vertex as usize);
        let colored = graph.row(v).filter(|&w| w != v && self.colors[w] != NONE).collect::<Vec<_>>();
        for &w in &colored {
            let color = self.colors[w] as usize;
            choice.forbid(color as u32);
            let marks = if self.once[color] == vertex { &mut self.again } else { &mut self.once };
            marks[color] = vertex;
        }
        for &w in colored.iter().filter(|&&w| self.again[self.colors[w] as usize] == vertex) {
            if choice.is_settled() {
                break;
            }
            for (color, fan) in self.around.iter(w) {
                let tree = root(&mut self.parents, fan) as usize;
                if self.met_by[tree] == vertex {
                    choice.forbid(color);
                }
                self.met_by[tree] = vertex;
            }
        }
    }

    fn color(&mut self, v: usize, color: u32) {
        self.colors[v] = color;
        if color as usize >= self.once.len() {
            self.once.resize(color as usize + 1, NONE);
            self.again.resize(color as usize + 1, NONE);
        }
        for w in self.graph.row(v).filter(|&w| w != v) {
            let (&mut fan, new) = self.around.note(w, color, self.parents.len() as u32);
            if new {
                self.parents.push(fan);
                self.met_by.push(NONE);
            }
            // the edge from v to w is in the fans of both, if w is coloured
            if let Some(own) = self.around.find(v, self.colors[w]) {
                let (one, other) = (root(&mut self.parents, own), root(&mut self.parents, fan));
                self.parents[one.max(other) as usize] = one.min(other);
            }
        }
    }
}

/// The root of a fan. Each fan on the way gets its grandparent as a parent, so that ways stay short.
fn root(parents: &mut [u32], mut fan: u32) -> u32 {
    while parents[fan as usize] != fan {
        let parent = parents[fan as usize];
        parents[fan as usize] = parents[parent as usize];
        fan = parents[fan as usize];
    }
    fan
}
