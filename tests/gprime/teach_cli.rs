//! What the teaching commands print, to the byte: each file of `tests/data/golden_cli` is a list of commands with their output.
//!
//! `GPRIME_BLESS=1 cargo test --features cli --test gprime teach_cli` writes what is printed now.
#![cfg(feature = "cli")]

use crate::common::golden::golden;
use gprime::prelude::*;
use gprime::teach::Style;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn run(args: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gprime"));
    command.args(args).stdin(Stdio::null()).env("NO_COLOR", "1").output().unwrap()
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|&arg| arg.to_owned()).collect()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// The words of a command line, of which some are in quotation marks.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (vec![], String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            _ => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden_cli")
}

/// The command lines in the files.
fn commands() -> Vec<(PathBuf, Vec<String>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let line = |line: &str| line.strip_prefix("$ gprime ").map(str::to_owned);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text.lines().filter_map(line).collect())
    };
    files.into_iter().map(read).filter(|(_, lines): &(_, Vec<_>)| !lines.is_empty()).collect()
}

#[test]
fn every_command_prints_what_it_did() {
    assert!(commands().len() >= 6);
    for (path, lines) in commands() {
        let mut text = String::new();
        for line in lines {
            let output = run(&split(&line));
            let notes = std::str::from_utf8(&output.stderr).unwrap();
            assert!(notes.lines().all(|note| note.starts_with("note: ")), "{line}: {notes}");
            let code = match output.status.code().unwrap() {
                0 => String::new(),
                code => format!("[exit code {code}]\n"),
            };
            let gap = if text.is_empty() { "" } else { "\n" };
            text += &format!("{gap}$ gprime {line}\n{}{notes}{code}", stdout(&output));
        }
        golden(&path, &text);
    }
}

#[test]
fn the_same_command_prints_the_same_and_no_colour() {
    for (_, lines) in commands() {
        for line in lines {
            let output = run(&split(&line));
            assert_eq!(output.stdout, run(&split(&line)).stdout, "{line}");
            assert!(!output.stdout.contains(&0x1b), "{line}");
            let mut ascii = split(&line);
            ascii.push("--ascii".to_owned());
            if !line.contains("--ascii") {
                assert!(run(&ascii).stdout.is_ascii(), "{line} --ascii");
            }
            for text in stdout(&output).lines() {
                assert!(text.trim_end() == text || text.ends_with("= "), "{line}: blanks at the end of {text:?}");
            }
        }
    }
}

#[test]
fn an_op_of_ones_own_that_is_wrong_is_located() {
    #[derive(Clone, PartialEq)]
    struct Bad;
    impl Op<1> for Bad {
        const NAME: &'static str = "bad";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z.sin()
        }
        fn slope<R: Real>(&self, _: [R; 1], a: R) -> [R; 1] {
            [a]
        }
    }
    let tape = Recorder::new();
    let x = tape.named("x", tape.var(0.3));
    let bad = x.apply(&Bad);
    let search = tape.locate(bad * 2.0).unwrap();
    assert_eq!(search.first_wrong.as_ref().unwrap().loc.as_ref().unwrap().line, line!() - 2);
    let text = search.text(&Style::default());
    // the line is that of this file, which may move
    let text = text.replace(&format!("{}:{}", file!(), line!() - 5), "FILE:LINE");
    golden(&folder().join("locate_wrong_op"), &text);
}

#[test]
fn json_is_the_trace() {
    let args = words(&["trace", "u + sin(u)", "--let", "u=x*x", "--at", "x=1", "--json"]);
    let trace: gprime::teach::Trace = serde_json::from_slice(&run(&args).stdout).unwrap();
    assert_eq!(trace.source, "u + sin(u) with u = x·x");
    assert_eq!(trace.find("u"), Some(trace.nodes[1].id));
    assert!(trace.nodes.iter().all(|node| node.loc.is_none()));
    let explained =
        run(&words(&["explain", "u + sin(u)", "--let", "u=x*x", "--at", "x=1", "x", "--mistake", "order", "--json"]));
    let explained: serde_json::Value = serde_json::from_slice(&explained.stdout).unwrap();
    assert_eq!(explained["mistaken"], explained["received"][3]["sum_after"]);
    assert_ne!(explained["mistaken"], explained["node"]["adjoint"]);
    for view in [&["--mistake", "order"][..], &[]] {
        let args = [&args[..], &words(view)].concat();
        serde_json::from_slice::<serde_json::Value>(&run(&args).stdout).unwrap();
    }
    for command in [&["explain", "x*x", "--at", "x=nan"][..], &["check", "--locate", "--expr", "x*x", "--at", "x=1"]] {
        let output = run(&[words(command), words(&["--json"])].concat());
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    }
    let args = words(&["check", "--sweep", "--expr", "x*x", "--at", "x=1", "--json"]);
    let check: gprime::teach::Check = serde_json::from_slice(&run(&args).stdout).unwrap();
    assert!(check.passed && check.inputs.len() == 1);
}

#[track_caller]
fn refuses(args: &[&str], message: &str) {
    let output = run(&words(args));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{stderr}");
    assert!(stderr.contains(message) && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn wrong_requests_say_what_was_meant() {
    refuses(&["trce", "x", "--at", "x=1"], "'trace'");
    refuses(&["trace", "x*sigmod(x)", "--at", "x=1"], "did you mean sigmoid?");
    refuses(&["trace", "pi"], "the expression is a constant");
    refuses(&["step", "pi"], "the expression is a constant");
    refuses(&["explain", "pi"], "the expression is a constant");
    refuses(&["quiz", "pi", "--at", "x=1"], "the expression is a constant");
    refuses(&["check", "--sweep", "--expr", "pi", "--at", "x=1"], "the expression is a constant");
    refuses(&["explain", "weight*x", "--at", "weight=1,x=1", "wieght"], "did you mean weight?");
    refuses(&["explain", "x*x", "--at", "x=1", "v3"], "they are v1 to v2");
    refuses(&["explain", "x*x", "--at", "x=1", "v0"], "there is no node \"v0\"");
    refuses(&["trace", "u*x", "--let", "u=x*x", "--at", "x=1", "--forward", "u"], "u is no input");
    refuses(&["trace", "x", "--at", "x=1", "--mistake", "ordr"], "order, overwrite, stale, local-only");
    refuses(&["trace", "x", "--at", "x=1", "--mistake", "ordr"], "'order'");
    refuses(&["check", "sin", "--f32"], "for check --sweep");
    refuses(&["check", "--expr", "x", "--at", "x=1", "--f32"], "for check --sweep");
    refuses(&["check", "--expr", "x", "--at", "x=1", "--locate", "--f32"], "--f32");
    refuses(&["grad", "x", "--at", "x=1", "--f32", "--hessian"], "--hessian");
    refuses(&["ops", "--digits", "3"], "--digits is an option of grad, check, trace");
    refuses(
        &["grad", "x", "--at", "x=1", "--mistake", "order"],
        "--mistake is an option of trace, step, explain, graph, page",
    );
    refuses(&["trace", "x", "--at", "x=1", "--sweep"], "--sweep is an option of check");
    refuses(&["trace", "x", "--at", "x=1", "--digts", "3"], "'--digits'");
    refuses(&["trace", "x", "--at", "x=1", "--digits", "0"], "--digits");
    refuses(&["trace", "x", "--at", "x=1", "--digits", "99"], "--digits");
    refuses(&["quiz"], "required");
    refuses(&["quiz", "--level", "6"], "--level");
    refuses(&["check", "sin", "--sweep"], "--expr");
    refuses(&["completions", "klingon"], "klingon");
}

#[test]
fn an_answer_may_be_right() {
    use std::io::Write;
    let answered = |answers: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gprime"));
        let mut child =
            command.args(["quiz", "--level", "3"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // it may stop reading early
        let _ = child.stdin.take().unwrap().write_all(answers);
        child.wait_with_output().unwrap().status.code()
    };
    assert_eq!(answered(b"1\n8\n33\n"), Some(0));
    assert_eq!(answered(b"1.0\n 8.001 \n0x21"), Some(0));
    assert_eq!(answered("1\n−8\n33\n".as_bytes()), Some(1));
    // as many wrong answers as a wrong request has for its code
    assert_eq!(answered(b"one\n\xff\n33\n"), Some(1));
    assert_eq!(answered(&[b'9'; 100_000]), Some(1));
}

/// Commands with numbers that are the same in all views.
const SHOWN: [&[&str]; 9] = [
    &["grad", "sin(x)*x", "--at", "x=0.7"],
    &["check", "--expr", "sin(x)*x", "--at", "x=0.7", "--sweep"],
    &["trace", "sin(x)*x", "--at", "x=0.7"],
    &["step", "sin(x)*x", "--at", "x=0.7"],
    &["explain", "sin(x)*x", "--at", "x=0.7"],
    &["op", "sin", "--at", "0.7"],
    &["plot", "sin(x)*x", "--at", "x=0.7"],
    &["graph", "sin(x)*x", "--at", "x=0.7"],
    &["page", "sin(x)*x", "--at", "x=0.7"],
];

/// What commands have in common means the same to each of them: fewer digits are fewer bytes, single precision has other numbers,
/// ASCII is ASCII or refused with a reason, and JSON is one line.
#[test]
fn options_are_everywhere() {
    for args in SHOWN {
        let svg: &[&str] = if args[0] == "graph" { &["--svg"] } else { &[] };
        let with = |more: &[&str]| {
            let output = run(&words(&[args, more].concat()));
            assert!(output.stderr.is_empty() || !output.status.success(), "{args:?} {more:?}");
            output
        };
        let drawn = |more: &[&str]| {
            let output = with(&[svg, more].concat());
            assert!(output.status.success(), "{args:?} {more:?}: {}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        let [few, many] = ["2", "9"].map(|digits| String::from_utf8(drawn(&["--digits", digits])).unwrap());
        // a check has twice the digits
        let number = match args[0] {
            "check" => "1.1796",
            "explain" => "0.45",
            "op" => "0.76",
            _ => "1.18",
        };
        assert!(few.len() < many.len() && few.contains(number), "{few}");
        assert_ne!(drawn(&["--digits", "12", "--f32"]), drawn(&["--digits", "12"]), "{args:?}");
        let ascii = with(&[svg, &["--ascii"]].concat());
        match args[0] {
            "page" => assert!(String::from_utf8_lossy(&ascii.stderr).contains("a page is not ASCII"), "{ascii:?}"),
            _ => assert!(ascii.status.success() && ascii.stdout.is_ascii(), "{args:?}"),
        }
        let json = with(&["--json"]);
        assert!(json.status.success() && stdout(&json).matches('\n').count() == 1, "{args:?}");
        serde_json::from_slice::<serde_json::Value>(&json.stdout).unwrap();
        assert_ne!(with(&["--json", "--f32"]).stdout, json.stdout, "{args:?}");
        assert!(with(&["--json", "--ascii"]).stdout.is_ascii(), "{args:?}");
    }
    for op in gprime::Registry::new().iter() {
        let name = op.name();
        if op.needs_params() {
            continue;
        }
        for command in ["op", "plot", "check"] {
            let output = run(&words(&[command, name, "--ascii", "--digits", "3"]));
            assert!(output.status.success() && output.stdout.is_ascii(), "{command} {name}");
        }
        let plot: serde_json::Value = serde_json::from_slice(&run(&words(&["plot", name, "--json"])).stdout).unwrap();
        assert!(plot["points"].as_array().unwrap().len() > 200 && plot["kinks"].is_array(), "{name}");
    }
    assert!(run(&words(&["ops", "--ascii"])).stdout.is_ascii());
}

#[test]
fn a_quiz_as_json_is_judged() {
    use std::io::Write;
    let mut command = Command::new(env!("CARGO_BIN_EXE_gprime"));
    command.args(["quiz", "--level", "3", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"1\n9\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let quiz: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &quiz["right"]), (Some(1), &1.into()));
    let blanks = quiz["blanks"].as_array().unwrap();
    let told: Vec<_> = blanks.iter().map(|it| [&it["answer"], &it["adjoint"]].map(|x| x.as_f64())).collect();
    assert_eq!(told, [[Some(1.0), Some(1.0)], [Some(9.0), Some(8.0)], [None, Some(33.0)]]);
    assert_eq!((&blanks[1]["name"], &blanks[1]["right"]), (&"u".into(), &false.into()));
}

#[test]
fn completions_and_help() {
    let bash = run(&words(&["completions", "bash"]));
    assert!(stdout(&bash).contains("explain") && bash.status.success());
    let help = run(&words(&["--help"]));
    for command in stdout(&help).lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        if command.starts_with(|c: char| c.is_ascii_lowercase()) && command != "help" && command != "gprime" {
            let help = run(&words(&[command, "--help"]));
            assert!(stdout(&help).contains("Example"), "{command} --help shows no example");
        }
    }
}
