//! The counts of colours that are known by formula or from publications, beside those that are found.

use super::small_graphs::fewest;
use super::{acyclic_count, band, bipartite, graph, grid, star_count};
use gprime::program::sparse::{Coloring, Order, Pattern};
use proptest::prelude::*;

/// Columns: l + u + 1, which no colouring can beat. Symmetric bands of half-width b: star 2 b + 1, acyclic b + 1; for b = 5 and 10 and n of 5 000 to
/// 20 000 the tests of SparseMatrixColorings.jl (`test/theory.jl`) have 11 and 21, 6 and 11, after Gebremedhin, Tarafdar, Pothen, Walther, "Efficient
/// Computation of Sparse Hessians Using Coloring and Automatic Differentiation", INFORMS Journal on Computing 21 (2009).
#[test]
fn a_band_has_as_many_colors_as_diagonals_and_half_as_many_trees() {
    for (lower, upper) in [(0, 0), (1, 0), (0, 3), (2, 1), (4, 7)] {
        assert_eq!(band(50, lower, upper).column_coloring().count(), lower + upper + 1);
        assert_eq!(band(50, lower, upper).transpose().column_coloring().count(), lower + upper + 1);
    }
    for b in [0, 1, 2, 3, 5, 10] {
        for n in [2 * b + 1, 60, 5000] {
            let pattern = band(n, b, b);
            assert_eq!(acyclic_count(&pattern), b + 1);
            assert!(star_count(&pattern) <= 2 * b + 1);
            assert!(n < 60 || star_count(&pattern) == 2 * b + 1);
        }
    }
}

#[test]
fn arrows_diagonals_and_full_matrices_have_the_fewest_colors() {
    for n in [2, 3, 10, 1000] {
        let arrow = graph(n, (1..n).map(|i| (0, i)));
        assert_eq!([arrow.column_coloring().count(), star_count(&arrow), acyclic_count(&arrow)], [n, 2, 2]);
        let diagonal = graph(n, []);
        assert_eq!([diagonal.column_coloring().count(), star_count(&diagonal), acyclic_count(&diagonal)], [1; 3]);
    }
    let full = Pattern::full(30, 30).unwrap();
    assert_eq!([full.column_coloring().count(), star_count(&full), acyclic_count(&full)], [30; 3]);
    let none = Pattern::from_rows(0, [[]; 0]).unwrap();
    assert_eq!([none.column_coloring().count(), star_count(&none), acyclic_count(&none)], [0; 3]);
}

/// The grid of five points: columns 5 (rows have 5 entries), star 5, acyclic 3, all of them the fewest. G. Fertin, A. Raspaud, B. Reed, "Star Coloring of
/// Graphs", Journal of Graph Theory 47 (2004); G. Fertin, E. Godard, A. Raspaud, "Acyclic and k-distance coloring of the grid", Information Processing
/// Letters 87 (2003). By the smallest colour in any order there are 7, 5 and 4 at best. Three lines of nine have a star colouring of 4, which is not found.
///
/// Nine points: columns 9, the fewest, which are a star colouring as well; acyclic 5, of which it is not known here whether they are the fewest.
#[test]
fn grids_have_the_counts_of_the_literature() {
    for (rows, columns) in [(5, 7), (10, 10), (30, 31), (30, 32), (30, 33), (31, 64), (100, 100)] {
        let five = grid(rows, columns, false);
        assert_eq!([five.column_coloring().count(), star_count(&five), acyclic_count(&five)], [5, 5, 3]);
        let nine = grid(rows, columns, true);
        assert_eq!([nine.column_coloring().count(), star_count(&nine), acyclic_count(&nine)], [9, 9, 5]);
    }
    let small = [(2, 2), (2, 9), (3, 3), (3, 9)].map(|(rows, columns)| star_count(&grid(rows, columns, false)));
    assert_eq!(small, [3, 4, 4, 5]);
}

/// A box in which each point has six neighbours: columns 7, the fewest; acyclic 4, the fewest of a large box (Fertin, Godard, Raspaud, 2003).
#[test]
fn a_box_has_the_counts_of_the_literature() {
    let (a, b, c) = (9, 10, 11);
    let number = |i, j, k| (i * b + j) * c + k;
    let points = (0..a).flat_map(|i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))));
    let edges = points.flat_map(|(i, j, k)| {
        let neighbors = [(i + 1, j, k), (i, j + 1, k), (i, j, k + 1)];
        let inside = neighbors.into_iter().filter(move |&(i, j, k)| i < a && j < b && k < c);
        inside.map(move |(l, m, n)| (number(i, j, k), number(l, m, n)))
    });
    let pattern = graph(a * b * c, edges);
    assert_eq!([pattern.column_coloring().count(), star_count(&pattern), acyclic_count(&pattern)], [7, 7, 4]);
}

/// A mesh of points that are numbered in no order: what is found without the order of the lines.
#[test]
fn bands_and_grids_in_no_order_have_few_colors() {
    let shuffled = |pattern: &Pattern| {
        let n = pattern.rows();
        let new = |i: usize| (i * 37 + 11) % n;
        Pattern::from_entries(n, n, pattern.entries().map(|(i, j)| (new(i), new(j)))).unwrap()
    };
    let counts = |pattern: &Pattern| [pattern.column_coloring().count(), star_count(pattern), acyclic_count(pattern)];
    assert_eq!(counts(&shuffled(&band(1000, 1, 1))), [3, 3, 2]);
    assert_eq!(counts(&shuffled(&band(1000, 3, 3))), [7, 7, 4]);
    assert_eq!(counts(&shuffled(&grid(30, 30, false))), [7, 6, 4]);
    assert_eq!(counts(&shuffled(&grid(30, 30, true))), [9, 9, 7]);
}

/// A step for each pair of columns would take minutes here: rows with all entries but one.
#[test]
fn nearly_full_rows_take_no_quadratic_time() {
    let hubs = bipartite(3, 30_000);
    assert_eq!([hubs.column_coloring().count(), star_count(&hubs), acyclic_count(&hubs)], [30_003, 4, 4]);
}

/// Complete bipartite graphs: min(m, n) + 1 for both kinds; cycles: acyclic 3, star 3 but for 4 of the cycle of five (Fertin, Raspaud, Reed, 2004). Of
/// cycles, the greedy star colourings have one colour too many at times. Many leaves on two hubs are the case for which there is an order of
/// ascending degree: the other orders have as many colours as leaves.
#[test]
fn bipartite_graphs_and_cycles_have_the_counts_of_the_literature() {
    for (m, n) in [(1, 1), (1, 9), (2, 9), (3, 3), (4, 30), (2, 5000)] {
        let pattern = bipartite(m, n);
        assert_eq!([star_count(&pattern), acyclic_count(&pattern)], [m.min(n) + 1; 2], "{m}, {n}");
    }
    let leaves = bipartite(2, 50);
    let orders = [Order::Natural, Order::LargestFirst, Order::SmallestLast];
    assert_eq!(orders.map(|order| leaves.star_coloring_in(order).unwrap().count()), [51; 3]);
    for n in 3..=60 {
        let cycle = graph(n, (0..n).map(|i| (i, (i + 1) % n)));
        assert_eq!(acyclic_count(&cycle), 3);
        assert!((3..=4).contains(&star_count(&cycle)) && (n != 5 || star_count(&cycle) == 4));
    }
}

/// The graph of six vertices of figure 4.1 in "What Color Is Your Jacobian?", which has a star colouring of three colours, and the one of ten vertices of
/// its figure 6.1 with an acyclic colouring of three. That is the graph of figures 1 and 4 of "Efficient Computation of Sparse Hessians Using Coloring and
/// Automatic Differentiation" too, where its star colouring has five; four are the fewest. The edges are as SparseMatrixColorings.jl has them in
/// `src/examples.jl`.
#[test]
fn the_figures_of_the_papers_have_their_counts() {
    let six = graph(6, [(0, 1), (1, 2), (1, 4), (1, 5), (2, 3), (3, 5)]);
    assert_eq!(star_count(&six), 3);
    assert_eq!(fewest(&six), [5, 3, 3]);
    let across = [(0, 1), (1, 2), (2, 3), (4, 5), (6, 7), (7, 8), (8, 9)];
    let down = [(0, 6), (1, 4), (2, 5), (3, 9), (4, 7), (5, 8)];
    let ten = graph(10, across.into_iter().chain(down));
    assert_eq!([ten.column_coloring().count(), star_count(&ten), acyclic_count(&ten)], [5, 4, 3]);
    assert_eq!(fewest(&ten), [5, 4, 3]);
}

#[test]
fn a_coloring_of_ones_own_counts_its_colors() {
    let coloring = Coloring::new(vec![4, 0, 4]).unwrap();
    assert_eq!((coloring.count(), coloring.color(2)), (5, 4));
    assert_eq!(Coloring::new(vec![]).unwrap().count(), 0);
    assert!(Coloring::new(vec![u32::MAX]).unwrap_err().is_pattern());
}

proptest! {
    /// A tree has an acyclic colouring of two colours, and a star colouring of three at most (Fertin, Raspaud, Reed, 2004).
    #[test]
    fn trees_have_two_colors(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..200)) {
        let edges = parents.iter().enumerate().map(|(i, parent)| (parent.index(i + 1), i + 1));
        let tree = graph(parents.len() + 1, edges);
        prop_assert_eq!(acyclic_count(&tree), 2);
        prop_assert!(star_count(&tree) <= 3, "{} for\n{}", star_count(&tree), tree);
    }
}
