//! The two references that a slope is held against: the formula of the value run on dual numbers, and differences of the value.
//!
//! `dual.rs` is exact where it knows anything, and knows nothing of closures; `difference/` asks any function, and tells how far off its
//! answer may be. Neither sees the rule that is checked. What they come to is for `check/judge.rs` to say.

pub(super) mod bar;
pub(super) mod difference;
pub(super) mod dual;
pub(super) mod recording;
