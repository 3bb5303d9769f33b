//! What changed, and for each mistake that was mended what it produced.
//!
//! # 0.1.0
//!
//! The first version: numbers, rules, the two tapes, the modes, the registry, the checker and the command line.
