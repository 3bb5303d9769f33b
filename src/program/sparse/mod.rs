//! Sparse Jacobians and Hessians: patterns, colourings, and the recovery of all entries from few directions.
//!
//! A derivative in a direction costs one sweep. A direction that adds up several columns gives them all, if it can be told afterwards which number
//! is of which column: a *colouring* says which columns share a direction. Three kinds are here.
//!
//! | of | colouring | what shares a colour | recovery |
//! |---|---|---|---|
//! | Jacobian | [columns](Pattern::column_coloring), or columns of the transpose | columns without a common row | each entry is read |
//! | Hessian | [star](Pattern::star_coloring) | rows that are apart, or together where the mirror image can be read | each entry is read |
//! | Hessian | [acyclic](Pattern::acyclic_coloring) | more rows still | entries are read, and subtracted from others |
//!
//! A [`Compression`] is a colouring together with its recovery plan, which is made once for a pattern; recovering is one pass through lists.
//!
//! ```
//! use gprime::program::sparse::{Compression, Pattern, SparseMatrix};
//! use std::sync::Arc;
//!
//! // a tridiagonal Hessian of any size has three directions
//! let n = 6;
//! let pattern = Arc::new(Pattern::from_rows(n, (0..n).map(|i: usize| i.saturating_sub(1)..n.min(i + 2)))?);
//! let compression = Compression::hessian(&pattern)?;
//! assert_eq!(compression.colors(), 3);
//!
//! // H times each direction, row by row; here H has the entries i + j
//! let mut products = vec![0.0; compression.len()];
//! for color in 0..compression.colors() {
//!     for j in compression.seeds(color) {
//!         for i in pattern.row(j) {
//!             products[i * compression.colors() + color] += (i + j) as f64;
//!         }
//!     }
//! }
//! let mut hessian = SparseMatrix::zeros(pattern);
//! compression.recover(&products, hessian.values_mut());
//! assert_eq!([hessian.get(3, 2), hessian.get(3, 3), hessian.get(3, 4), hessian.get(3, 5)], [5.0, 6.0, 7.0, 0.0]);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! Each colouring is greedy: it takes the smallest colour that a vertex may have, vertex after vertex, in several [orders](Order), of which the one
//! with the fewest colours is kept. Finding the fewest possible is NP-hard. The ideas are those of A. H. Gebremedhin, F. Manne, A. Pothen, "What
//! Color Is Your Jacobian? Graph Coloring for Computing Derivatives", SIAM Review 47 (2005), and A. H. Gebremedhin, A. Tarafdar, F. Manne,
//! A. Pothen, "New Acyclic and Star Coloring Algorithms with Application to Computing Hessians", SIAM Journal on Scientific Computing 29 (2007).
//!
//! This part uses `error` and nothing else of the crate. Start with `pattern.rs`, then `columns.rs`, `star.rs` and `recovery.rs`.

mod acyclic;
mod choice;
mod coloring;
mod columns;
mod compression;
mod matrix;
mod order;
mod palette;
mod pattern;
mod recovery;
mod star;

pub use coloring::Coloring;
pub use compression::Compression;
pub use matrix::SparseMatrix;
pub use order::Order;
pub use pattern::Pattern;
