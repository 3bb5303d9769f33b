//! Patterns hold what they were made of.

use super::band;
use gprime::program::sparse::Pattern;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn an_index_out_of_range_is_an_error_that_names_it() {
    let error = Pattern::from_rows(3, [vec![0], vec![1, 3]]).unwrap_err();
    assert!(error.is_pattern());
    assert_eq!(error.to_string(), "row 1: column 3 is out of range: there are 3");
    let error = Pattern::from_entries(2, 3, [(0, 0), (2, 1)]).unwrap_err();
    assert_eq!(error.to_string(), "entry (2, 1): row 2 is out of range: there are 2");
    let error = Pattern::from_entries(2, 3, [(1, usize::MAX)]).unwrap_err();
    assert!(error.to_string().contains("column 18446744073709551615 is out of range"), "{error}");
}

#[test]
fn what_32_bits_do_not_hold_is_an_error() {
    let large = u32::MAX as usize;
    assert!(Pattern::from_rows(large, [[0]]).unwrap_err().is_pattern());
    assert!(Pattern::from_entries(large, 1, []).unwrap_err().is_pattern());
    assert!(Pattern::full(1 << 16, 1 << 16).unwrap_err().is_pattern());
    assert!(Pattern::full(usize::MAX, 2).unwrap_err().is_pattern());
    assert_eq!(Pattern::from_rows(large - 1, [[large - 2]]).unwrap().columns(), large - 1);
}

#[test]
fn a_pattern_is_printed_as_dots_while_it_is_small() {
    assert_eq!(band(3, 1, 0).to_string(), "● · ·\n● ● ·\n· ● ●\n");
    assert_eq!(band(65, 0, 0).to_string(), "65 × 65 with 65 entries");
    assert_eq!(Pattern::from_rows(0, [[]]).unwrap().to_string(), "\n");
    assert_eq!(Pattern::full(0, 4).unwrap().to_string(), "");
}

#[test]
fn an_entry_without_its_mirror_image_is_named() {
    let entries = [(0, 1), (1, 0), (1, 2), (2, 2), (3, 0), (0, 3)];
    let error = Pattern::from_entries(4, 4, entries).unwrap().star_coloring().unwrap_err();
    assert!(error.is_pattern());
    assert_eq!(error.to_string(), "a star colouring: the pattern is not symmetric: it has (1, 2) and not (2, 1)");
    let error = Pattern::from_entries(4, 4, [(2, 1)]).unwrap().acyclic_coloring().unwrap_err();
    assert!(error.to_string().ends_with("it has (2, 1) and not (1, 2)"), "{error}");
}

proptest! {
    #[test]
    fn a_pattern_is_the_set_of_its_entries(
        rows in 1..9_usize,
        columns in 1..9_usize,
        picks in prop::collection::vec((0..64_usize, 0..64_usize), 0..50),
    ) {
        let entries: Vec<(usize, usize)> = picks.iter().map(|&(i, j)| (i % rows, j % columns)).collect();
        let set: BTreeSet<(usize, usize)> = entries.iter().copied().collect();
        let pattern = Pattern::from_entries(rows, columns, entries.iter().copied()).unwrap();
        prop_assert_eq!((pattern.rows(), pattern.columns(), pattern.len()), (rows, columns, set.len()));
        prop_assert_eq!(pattern.is_empty(), set.is_empty());
        prop_assert!(pattern.entries().eq(set.iter().copied()));
        let lists = (0..rows).map(|i| entries.iter().filter(move |entry| entry.0 == i).map(|entry| entry.1));
        prop_assert_eq!(&Pattern::from_rows(columns, lists).unwrap(), &pattern);

        for (i, j) in (0..=rows).flat_map(|i| (0..=columns).map(move |j| (i, j))) {
            let position = set.iter().position(|&entry| entry == (i, j));
            prop_assert_eq!(pattern.position(i, j), position);
            prop_assert!(position.is_none_or(|position| pattern.positions(i).contains(&position)));
        }
        let transpose = pattern.transpose();
        let turned: BTreeSet<(usize, usize)> = set.iter().map(|&(i, j)| (j, i)).collect();
        prop_assert!(transpose.entries().eq(turned.iter().copied()));
        prop_assert_eq!((transpose.rows(), transpose.columns()), (columns, rows));
        prop_assert_eq!(&transpose.transpose(), &pattern);
        prop_assert_eq!(pattern.is_symmetric(), rows == columns && turned == set);
        prop_assert_eq!(pattern.is_symmetric(), transpose == pattern);
    }
}
