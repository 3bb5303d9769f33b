//! The guide tells the truth: what its commands print is compared with what they print now, the kinks that it lists are asked of the
//! program, and no number in its prose is made up. Its Rust programs are doc tests.
//!
//! `GPRIME_BLESS=1 cargo test --features cli --test gprime guide` writes into the chapters what is printed now.
#![cfg(all(feature = "cli", unix))]

use gprime::Registry;
use gprime::guide::CHAPTERS;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What happens when a reader types this line.
fn shell(line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("gprime() {{ \"$GPRIME\" \"$@\"; }}\n{line}")]);
    command
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env("GPRIME", env!("CARGO_BIN_EXE_gprime"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What a line prints that has nothing to complain about, with the notes beside it. The exit code of a quiz tells that an answer was wrong.
#[track_caller]
fn printed(line: &str) -> String {
    let output = shell(&format!("{{ {line}\n}} 2>&1"));
    let text = String::from_utf8(output.stdout).unwrap();
    let refused = text.lines().any(|line| line.starts_with("error: ")) || output.status.code() == Some(2);
    assert!(output.stderr.is_empty() && !refused, "{line}: {text}");
    text
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    files
}

/// The fenced blocks of a chapter: what the fence says, and what is inside; and the prose between them.
fn blocks(text: &str) -> (Vec<(&str, String)>, String) {
    let (mut blocks, mut prose, mut open): (Vec<(&str, String)>, String, bool) = (vec![], String::new(), false);
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                open = !open;
                blocks.extend(open.then(|| (info, String::new())));
            }
            None if open => blocks.last_mut().unwrap().1 += &format!("{line}\n"),
            None => prose += &format!("{line}\n"),
        }
    }
    assert!(!open, "a fence is not closed");
    (blocks, prose)
}

fn commands(block: &str) -> impl Iterator<Item = &str> {
    block.lines().filter_map(|line| line.strip_prefix("$ "))
}

/// A console block with what its commands print now.
fn run_again(block: &str) -> String {
    let runs: Vec<_> = commands(block).map(|command| format!("$ {command}\n{}", printed(command))).collect();
    runs.join("\n")
}

#[test]
fn commands_print_what_the_guide_shows() {
    let files = files();
    assert_eq!(files.len(), CHAPTERS.len());
    let mut count = 0;
    for (file, chapter) in files.iter().zip(CHAPTERS) {
        let text = fs::read_to_string(file).unwrap();
        let mut now = text.clone();
        for (_, block) in blocks(&text).0.iter().filter(|(info, _)| *info == "console") {
            assert!(block.starts_with("$ "), "{}: a console block begins with a command", file.display());
            assert!(commands(block).all(|command| command.starts_with("gprime ")), "{}:\n{block}", file.display());
            count += commands(block).count();
            now = now.replacen(&format!("```console\n{block}```"), &format!("```console\n{}```", run_again(block)), 1);
        }
        if std::env::var_os("GPRIME_BLESS").is_some() {
            fs::write(file, &now).unwrap();
        } else {
            assert!(now == text, "{} differs; it is now\n{now}", file.display());
            assert!(text == chapter.text, "{} is not the chapter that is shown", file.display());
        }
    }
    assert!(count > 40, "the test no longer sees the commands");
}

/// What a reader is told to type without being shown what it prints: it writes a drawing into a file.
#[test]
fn drawings_of_the_guide_are_made() {
    let mut count = 0;
    for chapter in CHAPTERS {
        for (_, block) in blocks(chapter.text).0.iter().filter(|(info, _)| *info == "sh") {
            for line in block.lines() {
                let Some((_, file)) = line.split_once(" -o ") else {
                    assert!(line.starts_with("gprime quiz "), "{}: {line}", chapter.title());
                    continue;
                };
                let said = printed(line);
                let drawing = fs::read_to_string(Path::new(env!("CARGO_TARGET_TMPDIR")).join(file)).unwrap();
                assert_eq!(said, format!("{file}: {} bytes\n", drawing.len()));
                let start = if file.ends_with("html") { "<!doctype html>" } else { "<svg " };
                assert!(drawing.starts_with(start), "{line}");
                count += 1;
            }
        }
    }
    assert!(count >= 4, "the test no longer sees the drawings");
}

/// A title, one sentence, and at the end a quiz with its answers folded away; and short.
#[test]
fn chapters_are_made_alike() {
    for chapter in CHAPTERS {
        let (title, text) = (chapter.title(), chapter.text);
        assert!(text.starts_with(&format!("# {title}\n\n{}\n\n", chapter.idea())), "{title}: no title and idea");
        assert!(text.lines().count() <= 180, "{title} has {} lines", text.lines().count());
        let (before, answers) = text.split_once("<details><summary>Answers</summary>\n\n").unwrap();
        let (answers, after) = answers.split_once("\n</details>\n").unwrap();
        assert_eq!(after, "", "{title} goes on after the answers");
        let (asked, answered) = (blocks(before).0.pop().unwrap(), blocks(answers).0);
        assert!(
            before.contains("\n## Your turn\n") && asked.0 == "sh" && asked.1.starts_with("gprime quiz "),
            "{title}"
        );
        assert_eq!(answered.len(), 1, "{title}");
        let command = format!("{} < /dev/null", asked.1.trim_end());
        assert!(commands(&answered[0].1).eq([&*command]), "{title} answers another question than {:?}", asked.1);
    }
}

/// Every command that the prose mentions exists, and so does every chapter, under its number.
#[test]
fn what_the_prose_refers_to_exists() {
    let help = printed("gprime --help");
    let known: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    for chapter in CHAPTERS {
        for mention in chapter.text.split("gprime ").skip(1) {
            let command: String = mention.chars().take_while(char::is_ascii_alphabetic).collect();
            assert!(known.contains(&&*command) || command.is_empty(), "{}: gprime {command}", chapter.title());
        }
        for link in chapter.text.split("[chapter ").skip(1) {
            let (number, rest) = link.split_once("](super::_").unwrap_or_else(|| panic!("{}: {link}", chapter.title()));
            let (place, _) = rest.split_once(')').unwrap();
            assert_eq!(format!("{:0>2}", number), place[..2], "{}", chapter.title());
        }
    }
}

/// The numbers with four digits or more after the point.
fn long_numbers(text: &str) -> BTreeSet<&str> {
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|number| number.trim_end_matches('.'));
    numbers.filter(|number| number.split_once('.').is_some_and(|(_, digits)| digits.len() > 3)).collect()
}

#[test]
fn numbers_in_the_prose_come_from_a_program() {
    for chapter in CHAPTERS {
        let (blocks, prose) = blocks(chapter.text);
        let computed: String = blocks.iter().map(|(_, block)| &**block).collect();
        for number in long_numbers(&prose) {
            assert!(computed.contains(number), "{}: nothing computes {number}", chapter.title());
        }
    }
}

/// The rows of the tables in a chapter whose first cell is accepted: their cells, with a minus that a machine can read.
fn rows(title: &str, accept: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let chapter = CHAPTERS.into_iter().find(|chapter| chapter.title() == title).unwrap();
    let lines = chapter.text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = |line: &str| line.split(" | ").map(|cell| cell.trim_matches('`').replace('−', "-")).collect();
    lines.map(cells).filter(|cells: &Vec<String>| accept(&cells[0])).collect()
}

#[test]
fn slopes_in_the_gallery_are_those_of_the_ops() {
    let registry = Registry::new();
    let rows = rows("Activations and a neuron", |name| registry.get(name).is_some());
    assert!(rows.len() >= 8, "the test no longer sees the table");
    for cells in rows {
        let op = registry.get(&cells[0]).unwrap();
        for (z, shown) in [-4.0, -1.0, 0.0, 1.0, 4.0].iter().zip(&cells[1..]) {
            let mut slope = [0.0];
            let _: f64 = op.evaluate(&[*z], &mut slope).unwrap();
            assert_eq!(format!("{:.2}", slope[0]), *shown, "{} at {z}", cells[0]);
        }
    }
}

/// The column of this crate in the table of kinks is what it answers.
#[test]
fn kinks_are_those_of_this_crate() {
    let rows = rows("Corners", |expr| expr.contains('('));
    assert!(rows.len() >= 10, "the test no longer sees the table");
    for row in rows {
        let [expr, at, ours, ..] = &row[..] else { panic!("{row:?}") };
        let answer = shell(&format!("gprime grad \"{expr}\" --at {at} --json"));
        let notes = String::from_utf8(answer.stderr).unwrap();
        let told = ["note: kink: ", "note: jump: ", "note: end: "].iter().any(|note| notes.starts_with(note));
        assert!(told, "{expr} at {at}: {notes}");
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        let slopes: Vec<_> = answer["gradient"].as_object().unwrap().values().map(ToString::to_string).collect();
        let ours: Vec<_> = ours.split(", ").map(|slope| slope.replace('½', "0.5").replace('∞', "\"inf\"")).collect();
        let plain = |slope: &String| slope.trim_end_matches(".0").to_owned();
        assert_eq!(slopes.iter().map(plain).collect::<Vec<_>>(), ours, "{expr} at {at}");
    }
}

#[test]
fn lessons_are_the_chapters_with_their_commands_run() {
    for (i, chapter) in CHAPTERS.into_iter().enumerate() {
        let number = i + 1;
        let lesson = printed(&format!("gprime lesson {number} --answers"));
        assert_eq!(lesson, printed(&format!("gprime lesson \"{}\" --answers", chapter.title().to_uppercase())));
        assert!(lesson.starts_with(&format!("{number}. {}\n\n", chapter.title())));
        let mut in_commands = String::new();
        for (_, block) in blocks(chapter.text).0.iter().filter(|(info, _)| *info == "console") {
            for run in run_again(block).split("\n$ ") {
                assert!(lesson.contains(run.trim_start_matches("$ ")), "{number}:\n{run}");
                in_commands += run;
            }
        }
        for line in lesson.lines() {
            assert!(!line.contains('\u{1b}') && !line.contains("```"), "{number}: {line}");
            let is_code = line.starts_with("    ") || line.starts_with("$ ") || in_commands.contains(line);
            assert!(is_code || columns(line) <= 80, "{number}: {line}");
            assert!(line.trim_end() == line || in_commands.contains(line), "{number}: blanks at the end of {line:?}");
        }
        // without the answers it ends where they would stand
        let short = printed(&format!("gprime lesson {number}"));
        let (same, end) = short.rsplit_once("The answers: ").unwrap();
        assert_eq!(end, format!("gprime lesson {number} --answers\n"));
        assert!(lesson.starts_with(same), "{number}");
    }
}

/// The columns of a line, in which marks over letters take none.
fn columns(line: &str) -> usize {
    line.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count()
}

#[test]
fn the_list_has_every_chapter() {
    let list = printed("gprime lesson");
    assert!(list.lines().all(|line| columns(line) <= 80 && line.trim_end() == line), "{list}");
    // ideas that are long go on below
    let words: Vec<_> = list.split_whitespace().collect();
    for (i, chapter) in CHAPTERS.into_iter().enumerate() {
        let line = list.lines().find(|line| line.trim_start().starts_with(&format!("{} ", i + 1))).unwrap();
        assert!(line.contains(chapter.title()), "{line}");
        assert!(chapter.idea().split(' ').all(|word| words.contains(&word)), "{}", chapter.idea());
    }
}

#[test]
fn a_wrong_chapter_is_told_what_there_is() {
    for (chapter, message) in [
        ("0", "they are 1 to 15"),
        ("16", "they are 1 to 15"),
        ("-1", "'-1'"),
        ("99999999999999999999999", "they are 1 to 15"),
        ("cornres", "did you mean 8, \"Corners\"?"),
        ("used twise", "did you mean 5, \"Used twice\"?"),
        ("\"\"", "there is no chapter \"\""),
    ] {
        let output = shell(&format!(
            "gprime lesson {}",
            if chapter.contains(' ') { format!("\"{chapter}\"") } else { chapter.to_owned() }
        ));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &output.stdout[..]), (Some(2), &b""[..]), "{chapter}: {stderr}");
        assert!(stderr.contains(message) && !stderr.contains("panicked"), "{chapter}: {stderr}");
    }
}
