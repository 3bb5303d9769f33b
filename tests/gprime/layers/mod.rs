//! The parts of the crate use only what lies below them, and the files of a part do not use each other in a circle.

mod structure;

use std::path::Path;
use structure::Structure;

/// From the lowest part to the highest; those in one row do not use each other.
const LAYERS: [&[&str]; 13] = [
    &["error", "json", "visible"],
    &["real"],
    &["op"],
    &["function"],
    &["forward"],
    &["tape", "graph"],
    &["modes", "registry", "linalg", "vector"],
    &["program"],
    &["check", "density", "export", "implicit", "optim", "scoped"],
    &["teach"],
    &["draw"],
    &["guide", "howto"],
    &["border"],
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

#[test]
fn no_files_of_a_part_use_each_other_in_a_circle() {
    assert_eq!(Structure::read(&src(), APART).circles(), Vec::<Vec<String>>::new());
}

/// Every file of a folder of `src`, with its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let files = structure::rust_files(&src().join(folder)).into_iter();
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// The reverse sweep is read on one page, and no file of the two rooms is long.
#[test]
fn the_files_of_the_tape_and_the_graph_are_short() {
    for (file, text) in files("tape").into_iter().chain(files("graph")) {
        let most = if file.ends_with("tape/sweep.rs") { 120 } else { 400 };
        assert!(text.lines().count() <= most, "{file} has {} lines", text.lines().count());
    }
}

/// The traits that a reader of the tape must know have few methods.
#[test]
fn no_trait_of_the_tape_has_many_methods() {
    let call = std::fs::read_to_string(src().join("op/call.rs")).unwrap();
    let texts = files("tape").into_iter().chain(files("function")).chain([("op/call.rs".to_owned(), call)]);
    let traits: Vec<(String, usize)> = texts.flat_map(|(_, text)| structure::traits(&text)).collect();
    for known in ["Call", "Apply", "Function", "Scalar", "PullBack", "Body"] {
        assert!(traits.iter().any(|(name, _)| name == known), "{known} is not seen");
    }
    for (name, methods) in traits {
        assert!(methods <= 9, "{name} has {methods} methods");
    }
}

/// What was renamed or taken out does not come back. The ops' names in the registry stay.
#[test]
fn no_old_name_is_defined() {
    let old = "Lean Recording FloatKind Erased Fixed Variadic Opaque Named Twofold Zeros Stand in_a_row preaccumulate map_block sum_blocks mat_mul \
               choose decided fault elsewhere is_shape is_expression apply2 Comparison";
    for (file, text) in files("") {
        if file.ends_with("changelog.rs") {
            continue;
        }
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2) {
            let defines = ["fn", "struct", "enum", "trait", "type", "mod"].contains(&pair[0]);
            assert!(!(defines && old.split_whitespace().any(|name| name == pair[1])), "{file} defines {}", pair[1]);
        }
    }
    let structure = Structure::read(&src(), APART);
    for path in [
        "tape::Kind",
        "op::Block",
        "op::Apply",
        "tape::Rule",
        "tape::Tangents",
        "tape::lean",
        "tape::recording",
        "op::apply",
    ] {
        assert!(!structure.has(path), "{path} exists");
    }
    assert!(structure.has("tape::Tape") && structure.has("function::Function") && structure.has("graph::Recorder"));
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
            ("tape/mod.rs", "mod var; pub use var::Var; pub use crate::real::Dual; pub struct Tape;"),
            ("tape/var.rs", "use super::Tape; pub struct Var;"),
            ("teach/mod.rs", "mod trace; pub use trace::*;"),
            ("teach/trace.rs", "ops! { Trace }"),
        ];
        Structure::of_texts(files.map(|(file, text)| (file.to_owned(), text.to_owned())))
    };
    for up in [
        "use crate::{tape::Var, teach::Trace};",
        "use crate::{real::{self}, tape::{Var as L}};",
        "trait T { fn f() -> crate::tape::Var; }",
        "use crate::tape; fn f(x: tape::Tape) {}",
        "m! { x => super::super::teach::Trace }",
        "use super::super::teach::*;",
    ] {
        let wrong = wrong_arrows(&with(&format!("pub struct Dual; {up}")));
        assert!(wrong.iter().any(|wrong| wrong.starts_with("real/dual.rs uses")), "{up}: {wrong:?}");
    }
    for down in [
        "// use crate::tape::Var;",
        "#[cfg(test)] mod tests { use crate::tape::Var; fn f() {} }",
        "fn f() -> &'static str { \"crate::tape::Var\" }",
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
