//! The parts of the crate use only what lies below them.

use std::path::{Path, PathBuf};

/// From the lowest part to the highest; those in one row do not use each other.
const LAYERS: [&[&str]; 8] =
    [&["real"], &["op"], &["tape"], &["registry"], &["check"], &["teach"], &["draw"], &["guide"]];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

fn height(part: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&part))
}

#[test]
fn arrows_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (own, part) in LAYERS.iter().enumerate().flat_map(|(own, layer)| layer.iter().map(move |part| (own, part))) {
        for file in rust_files(&src.join(part)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for used in code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>()) {
                let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                seen += 1;
                let other = height(&name);
                assert!(
                    name == *part || other.is_none_or(|other| other < own),
                    "{} uses {name}, which does not lie below {part}",
                    file.display()
                );
            }
        }
    }
    assert!(seen > 30, "the test no longer sees the `use` lines");
}

#[test]
fn every_part_is_in_a_layer_and_says_what_it_is() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(src).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && name != "bin" {
            assert!(height(&name).is_some(), "the folder {name} is in no layer");
            let text = std::fs::read_to_string(entry.path().join("mod.rs")).unwrap();
            assert!(text.starts_with("//! "), "{name} does not say what it is");
        }
    }
}
