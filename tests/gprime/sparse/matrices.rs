//! Sparse matrices are the dense ones with zeros in between.

use super::band;
use gprime::program::sparse::{Pattern, SparseMatrix};
use std::panic::catch_unwind;
use std::sync::Arc;

#[test]
fn a_matrix_multiplies_as_its_dense_form() {
    for pattern in [band(5, 2, 1), Pattern::from_rows(4, [vec![3, 0], vec![], vec![1]]).unwrap(), band(0, 0, 0)] {
        let values: Vec<f64> = (1..=pattern.len()).map(|i| i as f64).collect();
        let matrix = SparseMatrix::new(pattern.clone().into(), values.clone());
        let dense = matrix.to_dense();
        assert_eq!(dense.iter().flatten().filter(|&&value| value != 0.0).count(), pattern.len());
        for (row, numbers) in dense.iter().enumerate() {
            let get = (0..pattern.columns()).map(|column| matrix.get(row, column));
            assert!(get.eq(numbers.iter().copied()));
        }
        let x: Vec<f64> = (0..pattern.columns()).map(|j| (j * j) as f64 + 1.0).collect();
        let products: Vec<f64> = dense.iter().map(|row| row.iter().zip(&x).map(|(a, b)| a * b).sum()).collect();
        assert_eq!(matrix.mul_vec(&x), products);
        assert_eq!(matrix.into_values(), values);
    }
}

#[test]
fn lists_that_do_not_fit_panic() {
    let pattern = Arc::new(band(3, 0, 1));
    let zeros = SparseMatrix::zeros(pattern.clone());
    assert_eq!(zeros.values(), [0.0; 5]);
    assert!(catch_unwind(|| SparseMatrix::new(pattern.clone(), vec![0.0; 4])).is_err());
    assert!(catch_unwind(|| zeros.mul_vec(&[0.0; 2])).is_err());
    assert!(catch_unwind(|| zeros.get(0, 3)).is_err());
    assert!(catch_unwind(|| zeros.get(3, 0)).is_err());
}
