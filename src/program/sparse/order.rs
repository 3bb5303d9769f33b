//! The orders in which greedy colourings go through the vertices.

use super::pattern::Pattern;
use std::cell::Cell;

/// The order in which a greedy colouring goes through the columns of a Jacobian or the vertices of a graph.
///
/// The degree of a vertex is the number of its neighbours; that of a column is the number of entries that share a row with one of the column's own,
/// counted once for each row. Vertices of equal degree stay in ascending order. Rows of a Jacobian that have more than 64 entries, and more than four
/// times the mean, are left out of the two orders that go from neighbour to neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// By ascending index. Bands and grids whose points are numbered line by line come out well.
    Natural,
    /// By descending degree.
    LargestFirst,
    /// By ascending degree. Where few vertices have many neighbours and are not neighbours of each other, as a handful of global parameters of a model
    /// with many local ones, the other orders give the global ones a common colour and then need a new colour for each local one.
    SmallestFirst,
    /// The neighbours of the first vertex, then theirs, and so on; the first vertex is one of smallest degree. This finds the layers of bands and meshes
    /// whose points are numbered in no order, and gives trees a star colouring of three colours, the fewest.
    BreadthFirst,
    /// The last vertex is one of smallest degree, and the order of the others is that of the graph without it.
    SmallestLast,
}

impl Order {
    /// All orders.
    pub const ALL: [Order; 5] =
        [Order::Natural, Order::LargestFirst, Order::SmallestFirst, Order::BreadthFirst, Order::SmallestLast];

    /// The columns of a pattern, of which the transpose is given as well.
    pub(super) fn of_columns(self, pattern: &Pattern, transpose: &Pattern) -> Vec<u32> {
        let longest = self.longest_row(pattern);
        let rows = |j: usize| transpose.row(j).filter(|&i| pattern.positions(i).len() <= longest);
        let others = |i: usize| pattern.positions(i).len() as u32 - 1;
        let degrees = (0..pattern.columns()).map(|j| rows(j).map(others).sum()).collect();
        // the second time that a row is met breadth first, all its columns have been seen
        let met = vec![Cell::new(false); pattern.rows()];
        let is_new = |i: &usize| !(met[*i].replace(true) && self == Order::BreadthFirst);
        self.order(degrees, |j| rows(j).filter(is_new).flat_map(|i| pattern.row(i)))
    }

    /// About how long it takes to find the order of the columns: O(entries), and the square of the length of each row for [`Order::SmallestLast`].
    pub(super) fn steps(self, pattern: &Pattern) -> u64 {
        let longest = self.longest_row(pattern);
        let lengths = (0..pattern.rows()).map(|i| pattern.positions(i).len()).filter(|&len| len <= longest);
        lengths.map(|len| if self == Order::SmallestLast { (len as u64).pow(2) } else { len as u64 }).sum()
    }

    /// The longest row that counts. In the orders that go from neighbour to neighbour a full row would tell nothing, since all columns are neighbours
    /// in it.
    fn longest_row(self, pattern: &Pattern) -> usize {
        match self {
            Order::BreadthFirst | Order::SmallestLast => (4 * pattern.len() / pattern.rows().max(1)).max(64),
            _ => usize::MAX,
        }
    }

    /// The vertices of the graph whose edges are the entries off the diagonal. O(entries) time.
    pub(super) fn of_vertices(self, graph: &Pattern) -> Vec<u32> {
        let neighbors = |v: usize| graph.row(v).filter(move |&w| w != v);
        self.order((0..graph.rows()).map(|v| neighbors(v).count() as u32).collect(), neighbors)
    }

    fn order<N: Iterator<Item = usize>>(self, degrees: Vec<u32>, neighbors: impl Fn(usize) -> N) -> Vec<u32> {
        let mut order: Vec<u32> = (0..degrees.len() as u32).collect();
        match self {
            Order::Natural => {}
            Order::LargestFirst => order.sort_by_key(|&v| std::cmp::Reverse(degrees[v as usize])),
            Order::SmallestFirst => order.sort_by_key(|&v| degrees[v as usize]),
            Order::BreadthFirst => return breadth_first(&degrees, neighbors),
            Order::SmallestLast => return smallest_last(degrees, neighbors),
        }
        order
    }
}

/// Goes from each vertex to its neighbours that were not seen before. Where no vertex is left to go from, it begins with one of smallest degree.
fn breadth_first<N: Iterator<Item = usize>>(degrees: &[u32], neighbors: impl Fn(usize) -> N) -> Vec<u32> {
    let mut starts: Vec<u32> = (0..degrees.len() as u32).collect();
    starts.sort_by_key(|&v| degrees[v as usize]);
    let mut seen = vec![false; degrees.len()];
    let mut list: Vec<u32> = Vec::with_capacity(degrees.len());
    let mut next = 0;
    for start in starts {
        if !std::mem::replace(&mut seen[start as usize], true) {
            list.push(start);
        }
        while next < list.len() {
            let from = list[next] as usize;
            list.extend(neighbors(from).filter(|&w| !std::mem::replace(&mut seen[w], true)).map(|w| w as u32));
            next += 1;
        }
    }
    list
}

/// Takes a vertex of smallest degree again and again, lowers the degrees of its neighbours, and reverses the order. A degree is not lowered below the
/// degree of the vertex that is taken, as in the algorithm of V. Batagelj and M. Zaveršnik for cores (2003): the vertices stay in one list, sorted
/// by degree, and one whose degree falls by 1 changes places with the first one of its degree.
fn smallest_last<N: Iterator<Item = usize>>(mut degrees: Vec<u32>, neighbors: impl Fn(usize) -> N) -> Vec<u32> {
    let n = degrees.len();
    let largest = degrees.iter().max().map_or(0, |&degree| degree as usize);
    // where the vertices of each degree begin, in the list and while it is filled
    let mut begins = vec![0_usize; largest + 2];
    degrees.iter().for_each(|&degree| begins[degree as usize + 1] += 1);
    (0..=largest).for_each(|degree| begins[degree + 1] += begins[degree]);
    let (mut list, mut places, mut next) = (vec![0_u32; n], vec![0_usize; n], begins.clone());
    for v in 0..n {
        let place = &mut next[degrees[v] as usize];
        (list[*place], places[v]) = (v as u32, *place);
        *place += 1;
    }
    for taken in 0..n {
        let v = list[taken] as usize;
        // vertices before this one are gone
        begins[degrees[v] as usize] = begins[degrees[v] as usize].max(taken + 1);
        for w in neighbors(v) {
            if places[w] > taken && degrees[w] > degrees[v] {
                let first = begins[degrees[w] as usize];
                let other = list[first] as usize;
                list.swap(first, places[w]);
                (places[other], places[w]) = (places[w], first);
                begins[degrees[w] as usize] += 1;
                degrees[w] -= 1;
            }
        }
    }
    list.reverse();
    list
}
