//! The two measures, and the file that keeps them.

mod instructions;
pub mod record;
pub mod timing;

pub use instructions::{Instructions, Once, valgrind_is_there};
pub use record::write as write_record;
pub use timing::Timing;
