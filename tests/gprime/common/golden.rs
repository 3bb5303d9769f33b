//! Files that hold what was printed or drawn.

use std::fs;
use std::path::Path;

/// Compares a text with a file; with `GPRIME_BLESS` set, writes the file.
#[track_caller]
pub fn golden(path: &Path, text: &str) {
    if std::env::var_os("GPRIME_BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    assert!(text == expected, "{} differs; it is now\n{text}", path.display());
}
