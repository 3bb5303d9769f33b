//! The parts of the crate use only what lies below them, and the files of a part do not use each other in a circle.

mod structure;

use std::path::Path;
use structure::Structure;

/// From the lowest part to the highest; those in one row do not use each other.
const LAYERS: [&[&str]; 10] = [
    &["error", "visible"],
    &["real"],
    &["op"],
    &["forward"],
    &["tape", "graph"],
    &["modes", "registry"],
    &["check", "export"],
    &["teach"],
    &["draw"],
    &["guide"],
];

/// What belongs to no part: the program, and what only documents. The crate's own file only hands on.
const APART: &[&str] = &["bin/", "accuracy.rs", "changelog.rs"];

fn height(part: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&part))
}

fn part(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn src() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every path of the code that an arrow between parts may not take.
fn wrong_arrows(structure: &Structure) -> Vec<String> {
    let (arrows, lost) = structure.arrows();
    let points_up =
        |from: &str, to: &str| part(from) != part(to) && from != "lib.rs" && height(part(to)) >= height(part(from));
    let up = arrows.iter().filter(|arrow| points_up(&arrow.from, &arrow.to));
    up.map(|arrow| format!("{} uses {} of {}, which does not lie below", arrow.from, arrow.name, arrow.to))
        .chain(lost.into_iter().map(|path| format!("{path} leads to no file")))
        .collect()
}

#[test]
fn arrows_point_down() {
    let structure = Structure::read(&src(), APART);
    assert!(structure.arrows().0.len() > 200, "the test no longer sees the paths");
    assert_eq!(wrong_arrows(&structure), [""; 0]);
}

/// The parts whose files still use each other in a circle.
const WITH_CIRCLES: &[&str] = &[];

#[test]
fn no_files_of_a_part_use_each_other_in_a_circle() {
    let circles = Structure::read(&src(), APART).circles();
    let parts: std::collections::BTreeSet<&str> = circles.iter().map(|circle| part(&circle[0])).collect();
    assert_eq!(parts.into_iter().collect::<Vec<_>>(), WITH_CIRCLES, "{circles:#?}");
}

#[test]
fn every_part_is_in_a_layer_and_says_what_it_is() {
    for entry in std::fs::read_dir(src()).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && name != "bin" {
            assert!(height(&name).is_some(), "the folder {name} is in no layer");
            let text = std::fs::read_to_string(entry.path().join("mod.rs")).unwrap();
            assert!(text.starts_with("//! "), "{name} does not say what it is");
        }
    }
}

/// The test sees arrows in braces, through re-exports, in expressions and in macros.
#[test]
fn what_points_up_is_seen_however_it_is_written() {
    let with = |text: &str| {
        let files = [
            ("real/mod.rs", "mod dual; pub use dual::Dual;"),
            ("real/dual.rs", text),
            ("tape/mod.rs", "mod lean; pub use lean::Lean; pub use crate::real::Dual; pub struct Tape;"),
            ("tape/lean.rs", "use super::Tape; pub struct Lean;"),
            ("teach/mod.rs", "mod trace; pub use trace::*;"),
            ("teach/trace.rs", "ops! { Trace }"),
        ];
        Structure::of_texts(files.map(|(file, text)| (file.to_owned(), text.to_owned())))
    };
    for up in [
        "use crate::{tape::Lean, teach::Trace};",
        "use crate::{real::{self}, tape::{Lean as L}};",
        "trait T { fn f() -> crate::tape::Lean; }",
        "use crate::tape; fn f(x: tape::Tape) {}",
        "m! { x => super::super::teach::Trace }",
        "use super::super::teach::*;",
    ] {
        let wrong = wrong_arrows(&with(&format!("pub struct Dual; {up}")));
        assert!(wrong.iter().any(|wrong| wrong.starts_with("real/dual.rs uses")), "{up}: {wrong:?}");
    }
    for down in [
        "// use crate::tape::Lean;",
        "#[cfg(test)] mod tests { use crate::tape::Lean; fn f() {} }",
        "fn f() -> &'static str { \"crate::tape::Lean\" }",
        "use std::fmt; use crate::real::Dual as D;",
    ] {
        assert_eq!(wrong_arrows(&with(&format!("pub struct Dual; {down}"))), [""; 0], "{down}");
    }
    // a name that is only handed on leads to where it is defined, so that this is no circle
    let text = "pub struct Dual;";
    assert_eq!(with(text).circles(), Vec::<Vec<String>>::new());
    assert!(wrong_arrows(&with("use crate::real::Nothing; pub struct Dual;"))[0].ends_with("leads to no file"));
    let circle = [("tape/a.rs", "use super::b::B; pub struct A;"), ("tape/b.rs", "use super::a::A; pub struct B;")];
    let circle = Structure::of_texts(circle.map(|(file, text)| (file.to_owned(), text.to_owned())));
    assert_eq!(circle.circles(), [["tape/a.rs", "tape/b.rs"]]);
}
