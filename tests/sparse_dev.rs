#[path = "gprime/sparse/mod.rs"]
mod sparse;
