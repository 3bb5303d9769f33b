//! What the drawing commands write, to the byte: each file of `tests/data/golden_draw` beside the command that writes it.
//!
//! `GPRIME_BLESS=1 cargo test --features cli --test gprime draw_cli` writes what is drawn now.
#![cfg(feature = "cli")]

use crate::common::golden::golden;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const BAYDIN: [&str; 3] = ["ln(x1) + x1*x2 - sin(x2)", "--at", "x1=2,x2=5"];

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gprime")).args(args).output().unwrap()
}

/// The page without its style sheet and its script, which are files of their own.
fn without_assets(page: String) -> String {
    let page = page.replace(include_str!("../../src/draw/page/page.css"), "{page.css}");
    match (page.find("\"use strict\";"), page.find("\nrun(")) {
        (Some(start), Some(end)) => format!("{}{{page.js}}{}", &page[..start], &page[end..]),
        _ => page,
    }
}

#[test]
fn every_drawing_is_what_it_was() {
    let relu = ["plot", "relu", "--at", "0"];
    let wave = ["plot", "x*sin(w*x)", "--at", "x=1,w=3", "--from=-2", "--to=2"];
    let wrong = ["graph", "u + sin(u)", "--let", "u=x*x", "--at", "x=1", "--mistake", "order", "--svg"];
    let commands: [(&str, &[&str]); 9] = [
        ("graph.svg", &[&["graph", "--svg"], &BAYDIN[..]].concat()),
        ("graph.dot", &[&["graph", "--dot"], &BAYDIN[..]].concat()),
        ("graph_wrong.svg", &wrong),
        ("graph_symbols.dot", &["graph", "u + sin(u)", "--let", "u=x*x", "--dot"]),
        ("page.html", &[&["page"], &BAYDIN[..]].concat()),
        ("kink.html", &["page", "relu(x)*gelu(x)", "--at", "x=0"]),
        ("relu.svg", &relu),
        ("wave.svg", &wave),
        ("gallery.svg", &["plot", "--gallery"]),
    ];
    for (name, args) in commands {
        let output = run(args);
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.stdout, run(args).stdout, "{args:?}");
        let text = without_assets(String::from_utf8(output.stdout).unwrap());
        golden(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden_draw").join(name), &text);
    }
}

#[test]
fn a_trace_of_a_program_makes_the_page_that_the_expression_makes() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (json, html) = (folder.join("trace.json"), folder.join("page.html"));
    fs::write(&json, run(&[&["trace", "--json"], &BAYDIN[..]].concat()).stdout).unwrap();
    let [json, html] = [&json, &html].map(|path| path.to_str().unwrap());
    let graph = run(&["graph", "--svg", "--trace", json]);
    assert_eq!(graph.stdout, run(&[&["graph", "--svg"], &BAYDIN[..]].concat()).stdout);
    let output = run(&["page", "--trace", json, "-o", html]);
    let page = fs::read_to_string(html).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{html}: {} bytes\n", page.len()));
    // a trace of its own has no check
    assert!(page.contains("11.652071") && !page.contains("Is it right?"));
}

#[test]
fn a_card_as_json_is_what_is_listed_and_the_point() {
    let json = |args: &[&str]| serde_json::from_slice::<serde_json::Value>(&run(args).stdout).unwrap();
    let listed = json(&["ops", "--json"]);
    let own = json(&["op", "elu", "--at", "0", "alpha=2", "--json"]);
    assert_eq!(own["point"], serde_json::json!({"at": 0.0, "value": 0.0, "slope": 1.0}));
    let own = json(&["op", "max", "--json"]);
    assert!(own.get("point").is_none() && listed.as_array().unwrap().contains(&own));
}

#[test]
fn a_graph_as_json_is_the_drawing() {
    let graph = |more: &[&str]| {
        let output = run(&[&["graph", "--json"], &BAYDIN[..], more].concat());
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (right, wrong) = (graph(&[]), graph(&["--mistake", "overwrite"]));
    let svg = String::from_utf8(run(&[&["graph", "--svg"], &BAYDIN[..]].concat()).stdout).unwrap();
    let [nodes, edges] = ["nodes", "edges"].map(|part| right[part].as_array().unwrap());
    assert_eq!((nodes.len(), edges.len()), (7, svg.matches("<path ").count()));
    for node in nodes {
        assert!(svg.contains(&format!(">{}</text>", node["text"].as_str().unwrap())), "{node}");
    }
    for edge in edges {
        let place = |id: &serde_json::Value| nodes.iter().find(|node| &node["node"] == id).unwrap()["at"][0].as_f64();
        assert!(place(&edge["from"]) < place(&edge["to"]) && edge["points"].as_array().unwrap().len() >= 2, "{edge}");
    }
    assert_eq!(nodes[0]["adjoint"], 5.5);
    assert_eq!(wrong["nodes"][0]["adjoint"], 0.5);
    let symbols = run(&["graph", "x*x", "--json"]).stdout;
    assert!(!String::from_utf8(symbols).unwrap().contains("value"));
}

#[test]
fn a_page_is_made_of_the_trace_that_it_tells_as_json() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let json = folder.join("checked.json");
    let page = |more: &[&str]| run(&[&["page"], more].concat()).stdout;
    fs::write(&json, page(&[&BAYDIN[..], &["--json"]].concat())).unwrap();
    assert_eq!(page(&["--trace", json.to_str().unwrap()]), page(&BAYDIN));
}

#[test]
fn single_precision_has_its_own_page() {
    let page = String::from_utf8(run(&["page", "sin(x)*x", "--at", "x=0.7", "--f32"]).stdout).unwrap();
    assert!(page.contains("in single precision") && page.contains("\"single\":true"));
}

#[test]
fn a_page_may_begin_with_a_mistake() {
    let page = |args: &[&str]| String::from_utf8(run(&[&["page"], &BAYDIN[..], args].concat()).stdout).unwrap();
    let checked = |page: &str| {
        page.split("name=mistake value=\"").find_map(|it| it.split_once("\" checked").map(|it| it.0.to_owned()))
    };
    assert_eq!(checked(&page(&[])).as_deref(), Some(""));
    assert_eq!(checked(&page(&["--mistake", "local-only"])).as_deref(), Some("local-only"));
}

#[track_caller]
fn refuses(args: &[&str], message: &str) {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]), "{stderr}");
    assert!(stderr.contains(message) && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn wrong_requests_say_what_was_meant() {
    refuses(&["op", "sigmod"], "did you mean sigmoid?");
    refuses(&["op", "sigmoid", "--at", "1,2"], "takes 1 argument, not 2");
    refuses(&["op", "sigmoid", "--at", "x"], "\"x\" is not a number");
    refuses(&["op", "leaky_relu", "slop=1"], "it has slope");
    refuses(&["plot"], "required");
    refuses(&["plot", "sigmod"], "sigmod");
    refuses(&["plot", "x*x"], "x");
    refuses(&["plot", "2*3"], "--at must give the variables");
    refuses(&["plot", "x*x", "--at", "x=1", "--param", "a=1"], "there is no op named x*x");
    refuses(&["plot", "sin", "--from", "2", "--to", "1"], "has no width");
    refuses(&["plot", "sin", "--from", "2"], "--to");
    refuses(&["plot", "sin", "-o", "/no/such/folder/f.svg"], "/no/such/folder/f.svg");
    refuses(&["graph", "x*x", "--at", "x=1"], "--dot");
    refuses(&["graph", "pi", "--svg"], "the expression is a constant");
    refuses(&["graph", "x*x", "--svg", "--mistake", "order"], "--at must give the variables");
    refuses(&["graph", "sigmod(x)", "--svg"], "did you mean sigmoid?");
    refuses(&["graph", "x*y", "--at", "x=1", "--svg"], "y has no value");
    refuses(&["op", "max", "--at", "1,2,3", "--json"], "takes 2 arguments, not 3");
    refuses(&["page", "pi"], "the expression is a constant");
    refuses(&["page"], "required");
    refuses(&["page", "--trace", "/no/such/file"], "/no/such/file");
    refuses(&["page", "--trace", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")], "Cargo.toml: expected");
    refuses(&["page", "x", "--at", "x=1", "--source", "main.rs"], "--source");
}
