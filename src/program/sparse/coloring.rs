//! A colour for each column of a matrix.

use super::choice::Choice;
use super::order::Order;
use super::pattern::{Pattern, error, fits};
use crate::error::Error;

/// No colour yet.
pub(super) const NONE: u32 = u32::MAX;

/// A colour for each column of a pattern, or for each vertex of a graph. Colours are numbered from 0.
///
/// ```
/// use gprime::program::sparse::Pattern;
///
/// // three columns, of which the outer ones share no row
/// let coloring = Pattern::from_rows(3, [[0, 1], [1, 2]])?.column_coloring();
/// assert_eq!((coloring.count(), coloring.colors()), (2, &[0, 1, 0][..]));
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coloring {
    colors: Vec<u32>,
    /// Invariant: every colour is below it.
    count: u32,
}

impl Coloring {
    /// A colouring that was found elsewhere; whether it fits a pattern is asked when a [`Compression`](super::Compression) is made of it. There are
    /// as many colours as the largest number says.
    ///
    /// # Errors
    /// If a colour is 2³² − 2 or larger.
    pub fn new(colors: Vec<u32>) -> Result<Self, Error> {
        let count = colors.iter().max().map_or(Ok(0), |&last| fits(last as usize + 1, "colours"));
        let count = count.map_err(|_| error("a colouring has fewer than 2³² − 1 colours".to_owned()))?;
        Ok(Coloring { colors, count })
    }

    /// A colouring in which every vertex has a colour, and every colour below the largest one is used.
    pub(super) fn of_greedy(colors: Vec<u32>) -> Self {
        let count = colors.iter().max().map_or(0, |last| last + 1);
        Coloring { colors, count }
    }

    /// The number of colours.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// The colour of each column.
    pub fn colors(&self) -> &[u32] {
        &self.colors
    }

    /// The colour of a column.
    ///
    /// # Panics
    /// If there is no such column.
    #[track_caller]
    pub fn color(&self, column: usize) -> usize {
        self.colors[column] as usize
    }
}

/// How many ways to begin a new line are tried with colours that are taken in turn, for up to so many colours; with more of them, as irregular patterns
/// have, one way is tried.
const MOST_SKIPS: usize = 10;
const MOST_REGULAR: usize = 64;
/// How often one colour less is tried, after the least number.
const MOST_ROUNDS: usize = 8;

/// After so many steps no other colouring of a pattern is begun: about a second, or some ten passes over a large pattern.
pub(super) fn most_steps(entries: usize) -> u64 {
    (1 << 28) + 64 * entries as u64
}

/// The colouring with the fewest colours among those of several orders, and of these the first one; then, in natural order, with colours taken in
/// turn. The search ends where the count reaches `least`, below which no colouring exists, or when it has taken long. A colouring that would not have fewer colours than the best
/// one is given up, and is `None`.
pub(super) fn fewest(
    orders: &[Order],
    [least, entries]: [usize; 2],
    order: impl Fn(Order) -> Vec<u32>,
    greedy: impl Fn(&[u32], &mut Choice) -> Option<Coloring>,
) -> Coloring {
    let most_steps = most_steps(entries);
    let mut steps = 0;
    let mut attempt = |order: &[u32], mut choice: Choice| {
        // the first colouring is made however long it takes
        if steps > most_steps {
            return None;
        }
        let found = greedy(order, &mut choice);
        steps += choice.steps();
        found
    };
    let mut best: Option<Coloring> = None;
    for &by in orders {
        let most = match &best {
            Some(best) if best.count() <= least => break,
            Some(best) => best.count - 1,
            None => u32::MAX,
        };
        best = attempt(&order(by), Choice::smallest_of(most)).or(best);
    }
    let Some(mut best) = best else { return Coloring::of_greedy(vec![]) };
    let natural = order(Order::Natural);
    let mut in_turn = |colors: usize| {
        let skips = if colors <= MOST_REGULAR { colors.min(MOST_SKIPS) } else { 1 };
        (0..skips).find_map(|skip| attempt(&natural, Choice::in_turn_of(colors as u32, skip as u32)))
    };
    if best.count() > least {
        best = in_turn(least).unwrap_or(best);
    }
    for _ in 0..MOST_ROUNDS {
        let fewer = if best.count() > least { in_turn(best.count() - 1) } else { None };
        let Some(fewer) = fewer else { break };
        best = fewer;
    }
    best
}

/// The best colouring of a graph, of those in which the vertices of two colours never make a cycle.
///
/// `SmallestFirst` comes first: where the others need a colour for each local parameter, they are given up at once and not after as many steps as there
/// are pairs of them.
pub(super) fn fewest_of_graph(graph: &Pattern, greedy: impl Fn(&[u32], &mut Choice) -> Option<Coloring>) -> Coloring {
    let orders = [Order::SmallestFirst, Order::Natural, Order::LargestFirst, Order::BreadthFirst, Order::SmallestLast];
    fewest(&orders, [least_acyclic(graph), graph.len()], |order| order.of_vertices(graph), greedy)
}

/// The colouring of one order.
pub(super) fn in_order(order: Vec<u32>, greedy: impl Fn(&[u32], &mut Choice) -> Option<Coloring>) -> Coloring {
    greedy(&order, &mut Choice::smallest_of(u32::MAX)).unwrap_or_else(|| Coloring::of_greedy(vec![]))
}

/// A number of colours below which no acyclic colouring exists. Two colours of p and q vertices have at most p + q − 1 edges between them, so that
/// k colours of n vertices have at most (k − 1) n − k (k − 1) / 2 edges in all; G. Fertin, E. Godard, A. Raspaud, "Acyclic and k-distance coloring of
/// the grid", Information Processing Letters 87 (2003), have this bound without its last term.
fn least_acyclic(graph: &Pattern) -> usize {
    let n = graph.rows() as u64;
    let edges = graph.entries().filter(|(i, j)| i < j).count() as u64;
    let most_edges = |k: u64| (k - 1) * n - k * (k - 1) / 2;
    (1..n).find(|&k| most_edges(k) >= edges).unwrap_or(n) as usize
}
