//! Pictures: cards and plots of ops, graphs of traces, a page that shows a trace step by step, and patterns of sparse matrices.
//!
//! This part uses `teach`, `check`, `export`, `registry`, `graph`, `op` and `real`. Everything is text without a reference to anything outside of
//! it, and the same bytes whenever it is made: SVG and HTML by a small writer of our own, a layout of our own, no fonts. Start with
//! `plot.rs`, then `graph.rs` and `page.rs`.

mod canvas;
mod card;
mod graph;
mod json;
mod layout;
mod markup;
mod page;
mod plot;
#[cfg(feature = "png")]
mod png;
mod sparsity;

pub use card::{card, card_in};
pub use graph::Graph;
pub use page::Page;
pub use plot::{Plot, gallery};
#[cfg(feature = "png")]
pub use png::png;
pub use sparsity::Sparsity;
