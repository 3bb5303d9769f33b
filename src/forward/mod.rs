//! Forward mode: numbers that carry derivatives along, in several directions at once or in one that knows which derivative it belongs to.
//!
//! This part uses `function`, `op` and `real`. Start with [`Tangents`].

mod tangent;
mod tangents;

pub use tangent::Tangent;
pub(crate) use tangents::Policy;
pub use tangents::{Ieee, Masked, Strong, Tangents, ZeroPolicy};
