//! Sparse patterns: what they hold, that colourings are valid by definition and have the known counts, and that what is compressed is recovered.

mod colorings;
mod matrices;
mod patterns;
mod recovery;
mod small_graphs;

use gprime::program::sparse::Pattern;

/// The pattern of a band: |rows| = |columns| = n, with so many diagonals below and above the main one.
fn band(n: usize, lower: usize, upper: usize) -> Pattern {
    Pattern::from_rows(n, (0..n).map(|i| i.saturating_sub(lower)..n.min(i + upper + 1))).unwrap()
}

/// A matrix with these edges, in both directions, and the whole diagonal.
fn graph(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Pattern {
    let diagonal = (0..n).map(|i| (i, i));
    let edges = edges.into_iter().flat_map(|(i, j)| [(i, j), (j, i)]);
    Pattern::from_entries(n, n, diagonal.chain(edges)).unwrap()
}

/// The points of a grid, each coupled with its neighbours left, right, above and below, and with those across if there are nine.
fn grid(rows: usize, columns: usize, nine: bool) -> Pattern {
    let steps: &[(usize, isize)] = if nine { &[(0, 1), (1, -1), (1, 0), (1, 1)] } else { &[(0, 1), (1, 0)] };
    let edges = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).flat_map(|(i, j)| {
        steps.iter().filter_map(move |&(down, right)| {
            let to = (i + down, j.checked_add_signed(right)?);
            (to.0 < rows && to.1 < columns).then_some((i * columns + j, to.0 * columns + to.1))
        })
    });
    graph(rows * columns, edges)
}

/// Two groups of vertices, each of which is coupled with all of the other group.
fn bipartite(left: usize, right: usize) -> Pattern {
    graph(left + right, (0..left).flat_map(|i| (left..left + right).map(move |j| (i, j))))
}

fn star_count(pattern: &Pattern) -> usize {
    pattern.star_coloring().unwrap().count()
}

fn acyclic_count(pattern: &Pattern) -> usize {
    pattern.acyclic_coloring().unwrap().count()
}
