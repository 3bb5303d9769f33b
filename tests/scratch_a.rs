#[path = "gprime/modes.rs"]
mod modes;
#[path = "gprime/scan.rs"]
mod scan;
#[path = "gprime/segments.rs"]
mod segments;
#[path = "gprime/semantics.rs"]
mod semantics;
#[path = "gprime/tape.rs"]
mod tape;
