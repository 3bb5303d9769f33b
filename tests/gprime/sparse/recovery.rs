//! What is compressed is recovered.

use super::{band, graph, grid};
use gprime::program::sparse::{Compression, Pattern, SparseMatrix};
use proptest::prelude::*;

/// The value of each entry; of a symmetric matrix both (i, j) and (j, i) have the value of the upper one.
fn symmetric(pattern: &Pattern, value: impl Fn(usize) -> f64) -> Vec<f64> {
    let upper = |(i, j): (usize, usize)| pattern.position(i.min(j), i.max(j)).unwrap();
    pattern.entries().map(|entry| value(upper(entry))).collect()
}

/// The compressed matrix, by a dense product: for each row the sums of its numbers in the columns of each colour.
fn compressed(dense: &[Vec<f64>], compression: &Compression) -> Vec<f64> {
    let sum = |row: &Vec<f64>, color| compression.seeds(color).map(|j| row[j]).sum::<f64>();
    dense.iter().flat_map(|row| (0..compression.colors()).map(move |color| sum(row, color))).collect()
}

fn recovered(pattern: &Pattern, values: &[f64], compression: &Compression) -> Vec<f64> {
    let matrix = SparseMatrix::new(pattern.clone().into(), values.to_vec());
    let products = compressed(&matrix.to_dense(), compression);
    assert_eq!(products.len(), compression.len());
    let mut values = vec![f64::NAN; pattern.len()];
    compression.recover(&products, &mut values);
    values
}

/// Holds a compression of a symmetric pattern to recover small integers, in whose sums and differences nothing is rounded.
#[track_caller]
pub fn recovered_exactly(pattern: &Pattern, compression: &Compression, value: impl Fn(usize) -> f64) {
    let values = symmetric(pattern, value);
    assert_eq!(recovered(pattern, &values, compression), values, "of\n{pattern}");
}

/// A number of [1, 2) or (−2, −1] that depends on the place: some 52 random bits (a step of a linear congruence, twice).
fn random(seed: u64, place: usize) -> f64 {
    let step = |x: u64| x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407).rotate_left(29);
    let bits = step(step(seed ^ (place as u64) << 20));
    f64::from_bits(bits >> 12 | 0x3ff << 52 | bits << 63)
}

/// Holds star, acyclic and, as for any other matrix, column and row compressions to recover a symmetric matrix.
fn hold(pattern: &Pattern, seed: u64) {
    let values = symmetric(pattern, |place| random(seed, place));
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let star = Compression::star(pattern).unwrap();
    assert_eq!(bits(&recovered(pattern, &values, &star)), bits(&values), "star, of\n{pattern}");
    let columns = Compression::columns(pattern).unwrap();
    assert_eq!(bits(&recovered(pattern, &values, &columns)), bits(&values), "columns, of\n{pattern}");
    let rows = Compression::rows(pattern).unwrap();
    assert_eq!(bits(&recovered(pattern, &values, &rows)), bits(&values), "rows, of\n{pattern}");

    for read in [&star, &columns, &rows] {
        // a compressed matrix in which each number is its colour
        let products: Vec<f64> = (0..read.len()).map(|place| (place % read.colors()) as f64).collect();
        let mut values = vec![f64::NAN; pattern.len()];
        read.recover(&products, &mut values);
        assert!(read.colors_of_entries().into_iter().map(|color| color as f64).eq(values), "of\n{pattern}");
    }

    let acyclic = Compression::acyclic(pattern).unwrap();
    assert_eq!(acyclic.colors_of_entries().len(), pattern.len());
    assert!(acyclic.colors_of_entries().iter().all(|&color| color < acyclic.colors()));
    // 2 d ε times the sum of a tree of n − 1 edges at most, of fewer than 2 each
    let degree = (0..pattern.rows()).map(|i| pattern.row(i).len()).max().unwrap_or(0);
    let bound = 2.0 * degree as f64 * f64::EPSILON * 2.0 * pattern.rows() as f64;
    for (found, value) in recovered(pattern, &values, &acyclic).iter().zip(&values) {
        assert!((found - value).abs() <= bound, "{found} for {value} with a bound of {bound}, of\n{pattern}");
    }
    recovered_exactly(pattern, &acyclic, |place| (place + 1) as f64);
}

#[test]
fn bands_grids_and_full_matrices_are_recovered() {
    for n in [0, 1, 2, 3, 7, 20] {
        hold(&band(n, 1, 1), 1);
        hold(&band(n, 3, 3), 2);
        hold(&graph(n, []), 3);
        hold(&graph(n, (1..n).map(|i| (0, i))), 4);
        hold(&Pattern::full(n, n).unwrap(), 5);
        hold(&grid(n, 4, false), 6);
        hold(&grid(n, 4, true), 7);
        hold(&Pattern::from_rows(n, vec![vec![]; n]).unwrap(), 8);
    }
}

#[test]
fn large_random_matrices_are_recovered() {
    for (seed, n, edges) in [(1, 400, 200), (2, 400, 800), (3, 200, 3000), (4, 60, 1500)] {
        let vertex = |place| (random(seed, place).abs() * 1e6) as usize % n;
        let edges = (0..edges).map(|edge| (vertex(2 * edge), vertex(2 * edge + 1)));
        hold(&graph(n, edges), seed);
    }
}

/// A path of two colours is solved from both ends, so that an error grows with half its length; a star has no subtraction.
#[test]
fn a_tree_is_solved_from_its_leaves() {
    let path = graph(101, (0..100).map(|i| (i, i + 1)));
    let compression = Compression::acyclic(&path).unwrap();
    assert_eq!(compression.colors(), 2);
    // a value that is lost in the middle is lost on one side alone
    let values = symmetric(&path, |place| if place == path.position(20, 21).unwrap() { 1e30 } else { 1.0 });
    let found = SparseMatrix::new(path.clone().into(), recovered(&path, &values, &compression));
    assert!((0..20).all(|i| found.get(i, i + 1) == 1.0) && (51..100).all(|i| found.get(i, i + 1) == 1.0));
    assert_eq!(found.get(20, 21), 1e30);
    assert_eq!(found.get(21, 22), 0.0);
}

/// No direction is spent on columns without entries, nor on a colour that no entry is read from.
#[test]
fn colors_that_are_not_read_have_no_direction() {
    let none = Pattern::from_rows(5, vec![vec![]; 3]).unwrap();
    for compression in [Compression::columns(&none).unwrap(), Compression::rows(&none).unwrap()] {
        assert_eq!((compression.colors(), compression.len(), compression.is_empty()), (0, 0, true));
        compression.recover(&[], &mut []);
    }
    let few = Pattern::from_entries(5, 5, [(1, 3), (3, 1)]).unwrap();
    for compression in [Compression::star(&few).unwrap(), Compression::acyclic(&few).unwrap()] {
        assert_eq!(compression.colors(), 1);
        recovered_exactly(&few, &compression, |place| (place + 1) as f64);
    }
}

#[test]
fn what_does_not_fit_is_an_error_or_a_panic() {
    let pattern = band(4, 1, 1);
    let wide = Pattern::from_rows(2, [[0]]).unwrap();
    for refused in [Compression::star(&wide), Compression::acyclic(&wide), Compression::hessian(&wide)] {
        let error = refused.unwrap_err();
        assert!(error.is_pattern() && error.to_string().contains("1 × 2"), "{error}");
    }
    let other = band(3, 1, 1).column_coloring();
    let makers = [Compression::of_columns, Compression::of_rows, Compression::of_star, Compression::of_acyclic];
    for make in makers {
        let error = make(&pattern, &other).unwrap_err();
        assert!(error.is_pattern() && error.to_string().contains("of 3 columns"), "{error}");
    }
    let compression = Compression::star(&pattern).unwrap();
    let recover = |products: usize, values: usize| {
        std::panic::catch_unwind(|| compression.recover(&vec![0.0; products], &mut vec![0.0; values]))
    };
    assert!(recover(12, 10).is_ok() && recover(11, 10).is_err() && recover(12, 11).is_err());
}

/// Entries of a matrix of some rows and columns, in any order and with duplicates.
fn entries() -> impl Strategy<Value = (usize, usize, Vec<(usize, usize)>)> {
    (0..14_usize, 0..14_usize).prop_flat_map(|(rows, columns)| {
        let count = if rows * columns == 0 { 0 } else { 60 };
        let entry = (0..rows.max(1), 0..columns.max(1));
        (Just(rows), Just(columns), prop::collection::vec(entry, 0..=count))
    })
}

proptest! {
    #[test]
    fn random_rectangular_matrices_are_recovered((rows, columns, entries) in entries(), seed: u64) {
        let pattern = Pattern::from_entries(rows, columns, entries).unwrap();
        let values: Vec<f64> = (0..pattern.len()).map(|place| random(seed, place)).collect();
        let by_columns = Compression::columns(&pattern).unwrap();
        prop_assert_eq!(&recovered(&pattern, &values, &by_columns), &values);

        // rows: the products are those of the transposed matrix
        let by_rows = Compression::rows(&pattern).unwrap();
        let dense = SparseMatrix::new(pattern.clone().into(), values.clone()).to_dense();
        let transposed: Vec<Vec<f64>> = (0..columns).map(|j| dense.iter().map(|row| row[j]).collect()).collect();
        let mut found = vec![f64::NAN; pattern.len()];
        by_rows.recover(&compressed(&transposed, &by_rows), &mut found);
        prop_assert_eq!(&found, &values);
    }

    #[test]
    fn random_symmetric_matrices_are_recovered((n, _, entries) in entries(), diagonal: bool, seed: u64) {
        let inside = entries.into_iter().filter(|&(i, j)| i < n && j < n);
        let both = inside.flat_map(|(i, j)| [(i, j), (j, i)]);
        let diagonal = (0..if diagonal { n } else { 0 }).map(|i| (i, i));
        hold(&Pattern::from_entries(n, n, both.chain(diagonal)).unwrap(), seed);
    }
}
